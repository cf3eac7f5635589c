package triage

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// writeMarkdown writes the tables in full.
func writeMarkdown(w io.Writer, p *Picture, v View) error {
	var b strings.Builder
	in := func(t lang.Text) string { return escapeMarkdown(t.In(v.Lang)) }
	b.WriteString("# " + in(sTitle) + "\n\n" + in(p.headline()) + "\n\n")
	for _, t := range []lang.Text{p.spanText(), p.filesText()} {
		if !t.IsZero() {
			b.WriteString("- " + in(t) + "\n")
		}
	}
	b.WriteString("\n## " + in(sRegressions) + "\n\n")
	for _, r := range p.Regressions {
		b.WriteString("- **" + in(r.Text) + "** " + in(r.Numbers) + "\n")
	}
	if len(p.Regressions) == 0 {
		b.WriteString(in(sNoneNamed) + "\n")
	}
	b.WriteString("\n" + in(p.triedText()) + "\n")
	put := func(h lang.Text, t table) {
		if len(t.rows) == 0 {
			return
		}
		b.WriteString("\n## " + in(h) + "\n\n|")
		for _, x := range t.heads {
			b.WriteString(" " + in(x) + " |")
		}
		b.WriteString("\n|")
		for _, right := range t.right {
			b.WriteString(map[bool]string{true: "---:|", false: "---|"}[right])
		}
		for _, row := range t.rows {
			b.WriteString("\n|")
			for _, x := range row {
				b.WriteString(" " + in(x) + " |")
			}
		}
		b.WriteString("\n")
	}
	put(sCauses, p.causeTable(false))
	steps, _ := p.timeTable(0, threeChiefs, byCode)
	put(sOverTime, steps)
	for _, x := range p.shown() {
		values, _ := valueTable(x, 0, threeChiefs, byCode)
		put(sBy.F(label(x.Field)), values)
	}
	lacks, _ := p.missingTable(0)
	put(sMissing, lacks)
	if len(p.Unread) > 0 {
		b.WriteString("\n## " + in(sUnread) + "\n\n")
		for _, u := range p.Unread {
			b.WriteString("- " + in(text(u.Path)) + in(sColon) + in(stateNames[u.State]) + in(sComma) + in(u.Why) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var markdownSigns = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`, "~", `\~`, "&", "&amp;")

func escapeMarkdown(s string) string { return markdownSigns.Replace(report.Clean(s)) }

// writeCSV writes one row for each count: what it is by, the value, the cause
// ("" for all), and how many reports. RFC 4180, UTF-8, the same in both languages.
func writeCSV(w io.Writer, p *Picture) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	put := func(by, value, code string, n int) {
		_ = c.Write([]string{by, inert(value), inert(code), strconv.Itoa(n)})
	}
	_ = c.Write([]string{"by", "value", "cause", "reports"})
	for i, s := range p.OverTime {
		put("time", p.OverTime[i].From, "", s.Reports)
		for _, x := range ranked(s.Causes) {
			put("time", s.From, x.Code, x.Reports)
		}
	}
	for _, b := range p.By {
		for _, v := range b.Values {
			put(b.Field, v.Value, "", v.Reports)
			for _, x := range v.Causes {
				put(b.Field, v.Value, x.Code, x.Reports)
			}
		}
		if b.Unknown > 0 {
			put(b.Field, "", "", b.Unknown)
		}
	}
	c.Flush()
	return c.Error()
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(s string) string {
	s = report.Clean(s)
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
