package triage

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// How many rows a terminal gets; the other formats have all.
const (
	briefRows   = 10
	briefSteps  = 14
	briefUnread = 10
)

// roomy is how many columns take all there is of a cause.
const roomy = 100

// terminal writes a picture in columns.
type terminal struct {
	p     *Picture
	l     lang.Lang
	width int
	tone  map[string]lipgloss.Style
	b     strings.Builder
}

func writeText(w io.Writer, p *Picture, v View) error {
	width := v.Width
	if width <= 0 {
		width = 80
	}
	t := &terminal{p: p, l: v.Lang, width: min(max(width, 40), 160), tone: report.Tones(w, v.Color)}
	t.para("", p.headline(), "head")
	for _, x := range []lang.Text{p.spanText(), p.filesText()} {
		if !x.IsZero() {
			t.para("  ", x, "dim")
		}
	}
	t.regressions()
	chiefs, key, narrow := threeChiefs, sCauseKey, width < roomy
	if narrow {
		chiefs, key = 2, sShortKey
	}
	t.section(sCauses, p.causeTable(narrow), 0, sMore)
	if len(p.Causes) > 0 {
		t.para("  ", key, "dim")
	}
	steps, left := p.timeTable(briefSteps, chiefs, byCode)
	t.section(sOverTime, steps, left, sEarlier)
	for _, b := range p.shown() {
		limit := briefRows
		if len(p.asked) > 0 {
			limit = 0
		}
		values, left := valueTable(b, limit, chiefs, byCode)
		t.section(sBy.F(label(b.Field)), values, left, sMore)
	}
	lacks, left := p.missingTable(briefRows)
	t.section(sMissing, lacks, left, sMore)
	t.unread()
	_, err := io.WriteString(w, t.b.String())
	return err
}

func (t *terminal) in(x lang.Text) string { return x.In(t.l) }

func (t *terminal) line(s string) { t.b.WriteString(strings.TrimRight(s, " ") + "\n") }

// para writes a text behind a lead, its further lines under its first.
func (t *terminal) para(lead string, x lang.Text, tone string) {
	indent := lipgloss.Width(lead)
	for i, l := range report.Wrap(t.in(x), t.width-indent) {
		if i > 0 {
			lead = strings.Repeat(" ", indent)
		}
		t.line(lead + t.tone[tone].Render(l))
	}
}

func (t *terminal) heading(h lang.Text) {
	t.line("")
	t.line(t.tone["head"].Render(t.in(h)))
}

func (t *terminal) regressions() {
	t.heading(sRegressions)
	for _, r := range t.p.Regressions {
		t.para("  ! ", r.Text, "bad")
		t.para("    ", r.Numbers, "")
	}
	if len(t.p.Regressions) == 0 {
		t.para("  ", sNoneNamed, "")
	}
	t.para("  ", t.p.triedText(), "dim")
}

// section writes a table under its heading; none when it is empty.
func (t *terminal) section(h lang.Text, x table, left int, more lang.Text) {
	if len(x.rows) == 0 {
		return
	}
	t.heading(h)
	t.table(x)
	if left > 0 {
		t.para("  ", more.F(left), "dim")
	}
}

// gap stands between two columns.
const gap = "  "

// table writes columns: numbers to the right, the last column folded under
// itself, and of the others the widest cut short where the line is too narrow.
func (t *terminal) table(x table) {
	last := len(x.heads) - 1
	wide := make([]int, len(x.heads))
	for i, h := range x.heads {
		wide[i] = lipgloss.Width(t.in(h))
		for _, row := range x.rows {
			wide[i] = max(wide[i], lipgloss.Width(t.in(row[i])))
		}
	}
	// the last column keeps at least this much, as far as it has need of it
	room := min(wide[last], max(t.width/5, 14))
	used := 2 + room
	widest := 0
	for i := range last {
		used += wide[i] + len(gap)
		if wide[i] > wide[widest] && !x.right[i] {
			widest = i
		}
	}
	if used > t.width && !x.right[widest] && widest != last {
		wide[widest] = max(wide[widest]-(used-t.width), 8)
	}
	lead := 2
	for i := range last {
		lead += wide[i] + len(gap)
	}
	row := func(cells []lang.Text, tone string) {
		var b strings.Builder
		for i := range last {
			b.WriteString(gap[:min(2, len(gap))])
			b.WriteString(cell(t.in(cells[i]), wide[i], x.right[i]))
		}
		head := b.String() + gap
		if last == 0 {
			head = "  "
		}
		body := report.Wrap(t.in(cells[last]), max(t.width-lead, 8))
		if x.right[last] {
			body = []string{cell(t.in(cells[last]), wide[last], true)}
		}
		for i, l := range body {
			if i > 0 {
				head = strings.Repeat(" ", lead)
			}
			t.line(t.tone[tone].Render(strings.TrimRight(head+l, " ")))
		}
	}
	row(x.heads, "dim")
	for _, r := range x.rows {
		row(r, "")
	}
}

// cell fits a text into a column.
func cell(s string, width int, right bool) string {
	if n := lipgloss.Width(s); n > width {
		s = report.Wrap(s, max(width-2, 8))[0]
		if lipgloss.Width(s) > width-2 {
			s = ""
		}
		s += ".."
	}
	if right {
		return strings.Repeat(" ", max(width-lipgloss.Width(s), 0)) + s
	}
	return report.Pad(s, width)
}

func (t *terminal) unread() {
	list := t.p.Unread
	if len(list) == 0 {
		return
	}
	t.heading(sUnread)
	for i, u := range list {
		if i == briefUnread {
			t.para("  ", sMore.F(len(list)-i), "dim")
			return
		}
		t.line("  " + report.Clean(u.Path)) // never wrapped: it is to be copied
		t.para("    ", lang.T("%s：%s", "%s: %s").F(stateNames[u.State], u.Why), "dim")
	}
}
