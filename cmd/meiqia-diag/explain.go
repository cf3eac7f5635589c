package main

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/spf13/cobra"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "explain [CODE]", Short: a.t("某个原因是什么、怎么判断、怎么解决", "what a cause is, how it is told, how it is mended"),
		Long: a.t("解释一个原因：是什么、怎么与相近的原因区分、怎么解决。不写代码时列出全部。",
			"Explain a cause: what it is, how it is told from its neighbours, how it is mended. Without a code, list them all."),
		Example: examples(a.t("全部原因", "all causes"), "meiqia-diag explain",
			a.t("一个原因", "one cause"), "meiqia-diag explain decision.window-expired",
			a.t("一个阶段的原因", "the causes of one stage"), "meiqia-diag explain sync"),
		Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.explainAll("")
			}
			return a.explain(args[0])
		},
		ValidArgsFunction: firstOf(func(*cobra.Command) []string { return causeWords() }),
	}
}

// causeWords are the codes, then the stages.
func causeWords() []string {
	var out []string
	for _, c := range diag.Causes() {
		out = append(out, string(c.Code))
	}
	for _, s := range diag.Stages {
		out = append(out, string(s))
	}
	return out
}

func (a *app) explain(word string) error {
	word = strings.ToLower(strings.TrimSpace(word))
	if s := diag.Stage(word); s.Index() >= 0 {
		return a.explainAll(s)
	}
	for _, c := range diag.Causes() {
		_, short, _ := strings.Cut(string(c.Code), ".")
		if word == string(c.Code) || word == short {
			return a.explainOne(c)
		}
	}
	p := &lang.Problem{What: lang.T("没有原因代码 %q", "there is no cause %q").F(word), Hint: lang.T("全部代码见 %s explain", "%s explain lists them all").F(programName)}
	near := incident.Nearest(word, causeWords())
	if near == "" {
		for _, c := range diag.Causes() {
			if _, short, _ := strings.Cut(string(c.Code), "."); incident.Nearest(word, []string{short}) != "" {
				near = string(c.Code)
				break
			}
		}
	}
	if near != "" {
		p.Hint = didYouMean(near)
	}
	return p
}

// explainAll lists the causes of a stage, or all of them.
func (a *app) explainAll(only diag.Stage) error {
	wide := 0
	for _, c := range diag.Causes() {
		if only == "" || c.Code.Stage() == only {
			wide = max(wide, len(c.Code))
		}
	}
	var b strings.Builder
	last := diag.Stage("none")
	for _, c := range diag.Causes() {
		s := c.Code.Stage()
		if only != "" && s != only {
			continue
		}
		if s != last {
			if last != "none" {
				b.WriteByte('\n')
			}
			switch {
			case s == "":
				fmt.Fprintln(&b, a.t("其他", "other"))
			default:
				fmt.Fprintln(&b, s.Name().In(a.lang)+a.t("：", ": ")+s.Question().In(a.lang)+a.t("？", "?"))
			}
			last = s
		}
		fmt.Fprintf(&b, "  %-*s  %s\n", wide, c.Code, c.Name.In(a.lang))
	}
	_, err := fmt.Fprint(a.out, b.String())
	return err
}

var retryTexts = map[string]lang.Text{
	"yes":   lang.T("解决之后，时限还没过的话，这条消息仍可撤回。", "Once it is mended, and while the window is open, this message can still be recalled."),
	"no":    lang.T("这条消息已经不能撤回。", "This message cannot be recalled any more."),
	"maybe": lang.T("解决之后，这条消息也许还能撤回。", "Once it is mended, this message can perhaps still be recalled."),
}

func (a *app) explainOne(c diag.Cause) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n\n", c.Code, c.Name.In(a.lang))
	put := func(heading lang.Text, list []lang.Text) {
		if len(list) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n%s\n", heading.In(a.lang))
		for _, t := range list {
			hang(&b, "  - ", t.In(a.lang))
		}
	}
	hang(&b, "", c.What.In(a.lang))
	if s := c.Code.Stage(); s != "" {
		hang(&b, "", lang.T("它中断的阶段：%s。", "The stage it breaks: %s.").F(s.Name()).In(a.lang))
	}
	hang(&b, "", retryTexts[c.Retry].In(a.lang))
	put(lang.T("怎么判断", "How it is told"), c.Told)
	put(lang.T("怎么解决", "How it is mended"), c.Fix)
	put(lang.T("什么证据能定论", "What would settle it"), c.SettleTexts())
	_, err := fmt.Fprint(a.out, b.String())
	return err
}

// hang writes a paragraph whose further lines stand under its first.
func hang(b *strings.Builder, lead, text string) {
	if text == "" {
		return
	}
	wide := lipgloss.Width(lead)
	for _, line := range fold(text, helpWidth-wide) {
		fmt.Fprintln(b, lead+line)
		lead = strings.Repeat(" ", wide)
	}
}
