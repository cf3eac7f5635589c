package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// question asks for one fact.
type question struct {
	field incident.Field
	text  lang.Text
	when  func(*incident.Incident) bool // nil for always
}

// questions are few: what tells most causes apart, in the order in which people tell a story.
var questions = []question{
	{field: incident.Symptom, text: lang.T("撤回时看到了什么？", "What did you see when you pressed recall?")},
	{field: incident.ErrorText, text: lang.T("错误提示的原话是什么？照抄就行", "What did the error say? Copy it word for word"),
		when: func(in *incident.Incident) bool {
			s := in.String(incident.Symptom)
			return s == "" || s == "refused" || s == "timed_out" || s == "unknown"
		}},
	{field: incident.SentAt, text: lang.T("消息是什么时候发的？尽量精确到秒，例如 10:21:03、昨天 22:15、11-20 10:21", "When was the message sent? To the second if you can, as in 10:21:03, yesterday 22:15 or 11-20 10:21")},
	{field: incident.AttemptAt, text: lang.T("什么时候按的撤回？写法同上", "When did you press recall? Written the same way")},
	{field: incident.MessageType, text: lang.T("那条消息是什么类型？", "What kind of message was it?")},
	{field: incident.Read, text: lang.T("按撤回时，访客已经读了吗？", "Had the visitor read it by then?")},
	{field: incident.Device, text: lang.T("用什么设备撤回的？", "What did you recall from?")},
}

// ask asks what matters, every answer optional, and gives the evidence that
// was named. The prompts go to stderr: stdout is for the result.
func (a *app) ask(ctx context.Context, in *incident.Incident) (evidence []string, err error) {
	a.say(lang.T("先回答几个问题，不知道的直接按回车跳过。Ctrl-C 退出。", "A few questions first; press Enter to skip any of them. Ctrl-C quits."))
	for _, q := range questions {
		if q.when != nil && !q.when(in) {
			continue
		}
		if err := a.askOne(ctx, in, q); err == io.EOF {
			return nil, nil // Ctrl-D: what was answered so far will do
		} else if err != nil {
			return nil, err
		}
	}
	evidence, err = a.askEvidence(ctx)
	if err != nil && err != io.EOF {
		return nil, err
	}
	fmt.Fprintln(a.err)
	if in.Empty() && len(evidence) == 0 {
		a.say(lang.T("没有填写任何情况，改为检查现在撤回会不会成功。", "Nothing was answered: checking whether a recall would work now instead."))
	}
	return evidence, nil
}

// askOne asks until the answer can be read or is empty.
func (a *app) askOne(ctx context.Context, in *incident.Incident, q question) error {
	fmt.Fprintf(a.err, "\n%s\n", a.style.head.Render(q.text.In(a.lang)))
	choices := incident.SpecOf(q.field).Choices
	a.showChoices(choices)
	for {
		text, err := a.prompt(ctx)
		if err != nil || text == "" {
			return err
		}
		word, p := chosen(choices, text)
		if p == nil {
			p = a.setFact(in, q.field, word, "question")
		}
		if p == nil {
			a.echo(in, q.field)
			return nil
		}
		p.Field = ""
		fmt.Fprintln(a.err, a.style.note.Render("  "+harmless(p.Text().In(a.lang))))
	}
}

// chosen turns a number into the choice's word.
func chosen(choices []incident.Choice, text string) (string, *lang.Problem) {
	if len(choices) == 0 {
		return text, nil
	}
	n, err := strconv.Atoi(halfWidth(text))
	if err != nil {
		return text, nil
	}
	if n < 1 || n > len(choices) {
		return "", &lang.Problem{What: lang.T("没有第 %d 项", "there is no choice %d").F(n), Hint: lang.T("请输入 1 到 %d，或按回车跳过", "type 1 to %d, or press Enter to skip").F(len(choices))}
	}
	return choices[n-1].Word, nil
}

// echo says how a time was understood: "10:22" may be another day's.
func (a *app) echo(in *incident.Incident, field incident.Field) {
	if m, ok := in.Moment(field); ok {
		at := m.T.Format("2006-01-02 15:04:05 -07:00")
		if m.Err > 1e9 {
			at = m.T.Add(-m.Err).Format("2006-01-02 15:04 -07:00")
		}
		fmt.Fprintln(a.err, a.style.dim.Render("  = "+at))
	}
}

// showChoices lists them in columns that stay aligned with Chinese text.
func (a *app) showChoices(choices []incident.Choice) {
	if len(choices) == 0 {
		return
	}
	var cells []string
	wide := 0
	for i, c := range choices {
		cells = append(cells, fmt.Sprintf("%d %s", i+1, c.Label.In(a.lang)))
		wide = max(wide, lipgloss.Width(cells[i]))
	}
	columns := max(1, min(len(cells), (min(a.width(a.err), 80)-2)/(wide+3)))
	if columns < len(cells) {
		rows := (len(cells) + columns - 1) / columns
		columns = (len(cells) + rows - 1) / rows
	}
	var line strings.Builder
	for i, c := range cells {
		line.WriteString("  " + c + strings.Repeat(" ", wide-lipgloss.Width(c)+1))
		if (i+1)%columns == 0 || i == len(cells)-1 {
			fmt.Fprintln(a.err, strings.TrimRight(line.String(), " "))
			line.Reset()
		}
	}
}

// askEvidence asks for files until an empty answer.
func (a *app) askEvidence(ctx context.Context) (paths []string, err error) {
	fmt.Fprintf(a.err, "\n%s\n", a.style.head.Render(a.t("手头有浏览器导出的 HAR、日志或截图吗？写出文件或文件夹的路径，也可以拖进来", "Is there a HAR, a log or a screenshot? Give the path of a file or folder, or drop it here")))
	for {
		text, err := a.prompt(ctx)
		if err != nil || text == "" {
			return paths, err
		}
		path := unquote(text)
		if _, err := os.Stat(path); err != nil {
			p := lang.Problem{File: path, What: lang.Reason(err), Hint: lang.T("请再写一次，或按回车跳过", "try again, or press Enter to skip")}
			fmt.Fprintln(a.err, a.style.note.Render("  "+harmless(p.Text().In(a.lang))))
			continue
		}
		paths = append(paths, path)
		fmt.Fprintln(a.err, a.style.dim.Render(a.t("  好的。还有就接着写，没有按回车", "  Got it. Another one, or Enter")))
	}
}

// unquote undoes what terminals put around a path that is dropped on them.
func unquote(s string) string {
	if _, err := os.Stat(s); err == nil {
		return s
	}
	for _, q := range []string{`"`, `'`, "“”"} {
		r := []rune(q)
		if t := []rune(s); len(t) >= 2 && t[0] == r[0] && t[len(t)-1] == r[len(r)-1] {
			return string(t[1 : len(t)-1])
		}
	}
	return strings.ReplaceAll(s, `\ `, " ")
}

// prompt reads one line. It gives io.EOF at the end of the input, and
// errInterrupted as soon as the person breaks off.
func (a *app) prompt(ctx context.Context) (string, error) {
	fmt.Fprint(a.err, "> ")
	return a.typed().next(ctx.Done())
}

// lines hands out what is typed line by line, and can be broken off.
type lines struct {
	ch chan line
}

type line struct {
	text string
	err  error
}

// typed starts to read stdin on first use. Ctrl-D on a terminal ends one
// answer, not the input.
func (a *app) typed() *lines {
	if a.lines == nil {
		l := &lines{ch: make(chan line)}
		a.lines = l
		go func() {
			defer close(l.ch)
			r := bufio.NewReader(a.in)
			for {
				s, err := r.ReadString('\n')
				if s != "" {
					l.ch <- line{text: strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))}
				}
				if err != nil {
					l.ch <- line{err: err}
				}
				if err != nil && (err != io.EOF || !a.inTTY) {
					return
				}
			}
		}()
	}
	return a.lines
}

func (l *lines) next(stop <-chan struct{}) (string, error) {
	select {
	case s, ok := <-l.ch:
		if !ok || s.err != nil {
			return "", io.EOF
		}
		return s.text, nil
	case <-stop:
		return "", errInterrupted
	}
}
