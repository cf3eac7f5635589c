package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
)

// preview says on stderr what the archive holds.
func (a *app) preview(p *archive.Prepared) {
	files := p.Files()
	a.say(lang.T("报告共 %d 个文件，%s：", "the report holds %d files, %s:").F(len(files)+1, sizeText(p.Size()))) // with the manifest
	a.table(files, p, false)
	a.staysOut(p)
}

// staysOut says what is not in the archive, and why.
func (a *app) staysOut(p *archive.Prepared) {
	for _, x := range p.Dropped() {
		if !p.Left(x.Name) {
			a.note(lang.T("没有放进报告：%s（%s）", "not in the report: %s (%s)").F(x.Name, x.Why))
		}
	}
}

// table lists files with their sizes and how much was replaced in them.
func (a *app) table(files []archive.FileEntry, p *archive.Prepared, numbered bool) {
	wide := 0
	for _, f := range files {
		wide = max(wide, lipgloss.Width(harmless(f.Name)))
	}
	wide = min(wide, 46) // a table fits 80 columns
	for i, f := range files {
		name := harmless(f.Name)
		line := fmt.Sprintf("  %s%s  %9s", name, strings.Repeat(" ", max(0, wide-lipgloss.Width(name))), sizeText(f.Size))
		if numbered {
			line = fmt.Sprintf("%4d%s", i+1, line)
		}
		if word := a.about(f, p); word != "" {
			line += "  " + word
		}
		fmt.Fprintln(a.err, a.style.dim.Render(line))
	}
	lead := "  "
	if numbered {
		lead += "    "
	}
	const list = "manifest.json" // no number: a report is none without it
	fmt.Fprintln(a.err, a.style.dim.Render(fmt.Sprintf("%s%s%s  %9s", lead, list, strings.Repeat(" ", max(0, wide-len(list))), sizeText(p.ManifestSize()))))
}

// about is a word on a file: what was done to it.
func (a *app) about(f archive.FileEntry, p *archive.Prepared) string {
	n := 0
	for _, k := range f.Redactions {
		n += k
	}
	switch {
	case p.Left(f.Name):
		return a.t("已去掉", "left out")
	case f.Kind == string(evidence.Image), f.Kind == string(evidence.Video):
		return a.t("画面未处理", "picture as it is")
	case n > 0 && f.Evidence():
		return a.t("脱敏 "+strconv.Itoa(n)+" 处", strconv.Itoa(n)+" redacted")
	}
	return ""
}

// consent shows what would go in, lets the person look at each file and take
// it out, and asks. Nothing is on the disk until the answer is yes; the end of
// the input is a no. A no is asked once more where the report could not be made
// again; else again is the command that makes it.
func (a *app) consent(ctx context.Context, p *archive.Prepared, t target, again string) (bool, error) {
	files := p.Files()
	slices.SortStableFunc(files, func(x, y archive.FileEntry) int { // the person's own files first
		switch {
		case x.Evidence() == y.Evidence():
			return 0
		case x.Evidence():
			return -1
		}
		return 1
	})
	list := func() {
		now := map[string]archive.FileEntry{}
		for _, f := range p.Files() {
			now[f.Name] = f
		}
		shown := slices.Clone(files)
		for i, f := range shown {
			if g, ok := now[f.Name]; ok {
				shown[i] = g
			}
		}
		a.say(lang.T("报告共 %d 个文件，%s（还没有写出）：", "the report holds %d files, %s (nothing is written yet):").F(len(now)+1, sizeText(p.Size())))
		a.table(shown, p, true)
	}
	list()
	a.staysOut(p)
	a.say(lang.T("报告只写在这台电脑上，什么也不会发送；求助时由您发给技术支持。", "It stays on this computer and nothing is sent; hand it on when you ask for help."))
	warned := false
	for {
		fmt.Fprintf(a.err, "\n%s\n", a.style.head.Render(a.t("写入报告 ", "Write the report ")+harmless(t.path)+a.t("？", "?")))
		a.say(lang.T("  回车 写入   编号 查看   d编号 去掉或放回   l 再列一遍   q 不写", "  Enter: write   3: look at file 3   d3: leave 3 out, or put it back   l: list   q: do not write"))
		s, err := a.prompt(ctx)
		if err == io.EOF { // there is nobody left to ask
			s, err, warned = "q", nil, true
		}
		if err != nil {
			return false, err
		}
		switch s = strings.ToLower(strings.TrimSpace(halfWidth(s))); s {
		case "", "y", "yes", "是", "好", "好的", "写", "写入":
			return true, nil
		case "q", "n", "no", "否", "不", "不用", "不写", "quit":
			if again == "" && !warned {
				warned = true
				a.note(lang.T("不写的话，录下的内容就没有了，报告以后做不出来；确定不写请再输入一次 q", "without a report what was recorded is lost, and no report can be made later; q once more to go without"))
				continue
			}
			a.say(lang.T("没有写报告。", "No report was written."))
			if again != "" {
				a.say(lang.T("以后要写，请再运行：", "To write it later, run:"))
				fmt.Fprintln(a.err, "  "+harmless(again)) // never wrapped: it is to be copied
			}
			return false, nil
		case "l", "ls", "?", "list", "列":
			list()
			continue
		}
		rest, drop := cutDrop(s)
		numbers, bad := fileNumbers(rest, len(files))
		switch {
		case bad != nil:
			a.note(bad.Text())
		case drop:
			a.toggle(p, files, numbers)
		default:
			for _, n := range numbers {
				if err := a.look(ctx, p, files[n-1]); err != nil {
					return false, err
				}
			}
		}
	}
}

// cutDrop takes the word off that says to leave files out.
func cutDrop(s string) (rest string, drop bool) {
	for _, word := range []string{"drop", "去掉", "删除", "删", "d"} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			return rest, true
		}
	}
	return s, false
}

// fileNumbers reads "3", "3,5" and "3-5".
func fileNumbers(s string, most int) ([]int, *lang.Problem) {
	bad := &lang.Problem{What: lang.T("看不懂 %q", "cannot make sense of %q").F(s), Hint: lang.T("请按回车，或输入 3、d3、d3-5、l、q 这样的字", "press Enter, or type something like 3, d3, d3-5, l or q")}
	var out []int
	for _, part := range commaList(s) {
		from, to, span := strings.Cut(part, "-")
		if !span {
			to = from
		}
		x, err := strconv.Atoi(from)
		y, err2 := strconv.Atoi(to)
		switch {
		case err != nil || err2 != nil:
			return nil, bad
		case x < 1 || y > most || x > y:
			return nil, &lang.Problem{What: lang.T("没有第 %s 个文件", "there is no file %s").F(part), Hint: lang.T("请输入 1 到 %d", "type 1 to %d").F(most)}
		}
		for n := x; n <= y; n++ {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	if len(out) == 0 {
		return nil, bad
	}
	return out, nil
}

// toggle leaves files out, and puts back those that were left out.
func (a *app) toggle(p *archive.Prepared, files []archive.FileEntry, numbers []int) {
	var out []string
	for i, f := range files {
		if p.Left(f.Name) != slices.Contains(numbers, i+1) {
			out = append(out, f.Name)
		}
	}
	if err := p.LeaveOut(out); err != nil {
		a.note(asProblems(err)[0].Text())
		return
	}
	for _, n := range numbers {
		name := files[n-1].Name
		if p.Left(name) {
			a.say(lang.T("已去掉 %s（再输入 d%d 放回）", "%s is left out (d%d puts it back)").F(name, n))
		} else {
			a.say(lang.T("已放回 %s", "%s is in again").F(name))
		}
	}
	a.say(lang.T("报告现在是 %s。", "The report is now %s.").F(sizeText(p.Size())))
}
