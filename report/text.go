package report

import (
	"io"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// text writes the diagnosis for a terminal.
type text struct {
	doc      *diag.Document
	l        lang.Lang
	width    int
	terminal bool
	b        strings.Builder
	tone     map[string]lipgloss.Style
}

func writeText(w io.Writer, doc *diag.Document, opt Options) error {
	width := opt.Width
	if width <= 0 {
		width = 80
	}
	t := &text{doc: doc, l: opt.Lang, width: min(max(width, 40), 120), tone: tones(w, opt.Color), terminal: opt.Terminal}
	t.verified()
	t.verdict()
	t.stages()
	t.timeline()
	t.evidence()
	t.compared()
	t.others()
	t.excluded()
	t.list(sMissing, unsettled(doc))
	t.checks()
	t.remedies()
	t.list(sProblems, problems(doc))
	t.last()
	_, err := io.WriteString(w, t.b.String())
	return err
}

func tones(w io.Writer, color bool) map[string]lipgloss.Style {
	r := lipgloss.NewRenderer(w)
	if color {
		r.SetColorProfile(termenv.ANSI)
	} else {
		r.SetColorProfile(termenv.Ascii)
	}
	s := r.NewStyle
	return map[string]lipgloss.Style{
		"good": s().Foreground(lipgloss.Color("2")), "bad": s().Foreground(lipgloss.Color("1")).Bold(true), "warn": s().Foreground(lipgloss.Color("3")),
		"dim": s().Faint(true), "head": s().Bold(true), "": s(),
	}
}

// paint colours one line; without colour it is the line itself.
func (t *text) paint(tone, s string) string {
	if s == "" {
		return s
	}
	return t.tone[tone].Render(s)
}

func (t *text) in(x lang.Text) string { return x.In(t.l) }

func (t *text) line(s string) { t.b.WriteString(strings.TrimRight(s, " ") + "\n") }

func (t *text) head(h lang.Text, note ...lang.Text) {
	t.line("")
	one, wide := t.paint("head", t.in(h)), lipgloss.Width(t.in(h))
	for _, n := range note {
		if wide += 2 + lipgloss.Width(t.in(n)); wide <= t.width {
			one += "  " + t.paint("dim", t.in(n))
			note = note[1:]
		}
	}
	t.line(one)
	for _, n := range note {
		t.para("  ", "", t.in(n), "dim")
	}
}

// para writes a text behind a lead, its further lines under its first.
func (t *text) para(lead, leadTone, s, tone string) {
	indent := lipgloss.Width(lead)
	for i, l := range wrap(s, t.width-indent) {
		if i == 0 {
			t.line(t.paint(leadTone, lead) + t.paint(tone, l))
		} else {
			t.line(strings.Repeat(" ", indent) + t.paint(tone, l))
		}
	}
}

// quoted writes the sentence that is quoted and searched for: one line in a
// file, however long; a terminal gets it broken between words.
func (t *text) quoted(lead, leadTone, s string) {
	if t.terminal {
		t.para(lead, leadTone, s, "head")
		return
	}
	t.line(t.paint(leadTone, lead) + t.paint("head", s))
}

// basis is the mark of a fact, in brackets.
func (t *text) basis(b incident.Basis) string {
	if w := t.in(basisWord(b)); w != "" {
		return "[" + w + "]"
	}
	return ""
}

func (t *text) verdict() {
	tone := map[string]string{diag.Explained: "bad", diag.Healthy: "good"}[t.doc.Verdict.Outcome]
	if tone == "" {
		tone = "warn"
	}
	sign := map[string]string{diag.Explained: "✗ ", diag.Healthy: "✓ "}[t.doc.Verdict.Outcome]
	if sign == "" {
		sign = "? "
	}
	t.para(sign, tone, t.in(summary(t.doc)), "head")
	if sure := t.in(howSure(t.doc)); sure != "" {
		lead := "  " + t.in(sHowSure) + t.colon()
		if p := primary(t.doc); p != nil {
			sure += t.in(lang.T("，原因代码 %s", ", cause %s").F(clean(string(p.Code))))
		}
		t.para(lead, "", sure, "")
	}
	t.head(sNow)
	steps, further := plan(t.doc)
	if len(steps) == 0 && t.doc.Verdict.Outcome == diag.Healthy {
		steps = []lang.Text{sNothing}
	}
	for i, s := range steps {
		t.para("  "+strconv.Itoa(i+1)+". ", "", t.in(s), "")
	}
	if len(steps) == 0 {
		t.line("  " + t.in(sNone))
	}
	for i, s := range further {
		if i == 0 {
			t.para("  ", "", t.in(sFurther)+t.colon(), "dim")
		}
		t.para("  "+strconv.Itoa(len(steps)+i+1)+". ", "", t.in(s), "dim")
	}
}

func (t *text) colon() string { return t.in(sColon) }

func (t *text) stages() {
	if t.doc.Health {
		return // no recall travelled them
	}
	t.head(sStages)
	list := stages(t.doc)
	var names, words []string
	for _, s := range list {
		names = append(names, t.in(s.Stage.Name()))
		words = append(words, t.in(stageMark(s.State).Word))
	}
	wn, ww := widest(names...), widest(words...)
	for i, s := range list {
		m := stageMark(s.State)
		lead := "  " + m.Sign + " " + pad(names[i], wn) + "  " + pad(words[i], ww) + "  "
		said := t.in(s.Stage.Question())
		if b := because(t.doc, s); len(b) > 0 {
			said = t.join(b)
		} else if s.State != diag.Unknown {
			said = ""
		} else {
			said += t.in(lang.T("？", "?"))
		}
		tone := m.Tone
		if tone == "good" {
			tone = ""
		}
		indent := strings.Repeat(" ", lipgloss.Width(lead))
		for k, l := range wrap(said, t.width-lipgloss.Width(lead)) {
			if k == 0 {
				t.line("  " + t.paint(m.Tone, m.Sign+" "+pad(names[i], wn)) + "  " + t.paint(m.Tone, pad(words[i], ww)) + "  " + t.paint(tone, l))
			} else {
				t.line(indent + t.paint(tone, l))
			}
		}
	}
	t.line("")
	var parts []string
	for _, o := range outcomeLabels {
		parts = append(parts, t.in(o.label)+t.colon()+t.in(outcomeWord(o.value(t.doc.Outcomes))))
	}
	one := "  " + strings.Join(parts, "    ")
	if lipgloss.Width(one) <= t.width {
		t.line(one)
		return
	}
	for _, p := range parts {
		t.line("  " + p)
	}
}

func (t *text) join(list []lang.Text) string {
	var out []string
	for _, x := range list {
		out = append(out, t.in(x))
	}
	return strings.Join(out, t.in(sSemicolon))
}

// brief bounds the timeline on a terminal; the report has all of it.
const brief = 14

func (t *text) timeline() {
	ms := moments(t.doc)
	if len(ms) == 0 {
		return
	}
	days := severalDays(ms)
	h := ms[0].t.Format("2006-01-02 -07:00")
	if days {
		h = ms[0].t.Format("2006 -07:00")
	}
	t.head(sTimeline, lang.Same(h), sColumns)
	skipped := 0
	if len(ms) > brief { // what the page and the logs said goes first
		var keep []moment
		room := brief
		for _, m := range ms {
			if m.Kind != "console" && m.Kind != "log" {
				room--
			}
		}
		for _, m := range ms {
			minor := m.Kind == "console" || m.Kind == "log"
			if minor && room <= 0 {
				skipped++
				continue
			}
			if minor {
				room--
			}
			keep = append(keep, m)
		}
		ms = keep
	}
	var times, errs, clocks, marks []string
	for _, m := range ms {
		times = append(times, clockTime(m, days))
		errs = append(errs, t.in(errText(m.ErrMS)))
		clocks = append(clocks, t.in(clockNames[m.Clock]))
		marks = append(marks, t.basis(m.Basis))
	}
	wt, we, wc, wm := widest(times...), widest(errs...), widest(clocks...), widest(marks...)
	for i, m := range ms {
		sign := " "
		if m.Serious {
			sign = "!"
		}
		lead := "  " + pad(times[i], wt) + "  " + pad(errs[i], we) + "  " + pad(clocks[i], wc) + "  " + pad(marks[i], wm) + " " + sign + " "
		s := t.in(m.text)
		tone := ""
		if m.Serious {
			tone = "warn"
		}
		t.para(lead, "dim", s, tone)
	}
	if skipped > 0 {
		t.line("  " + t.paint("dim", t.in(lang.T("另有 %d 条日志记录，见报告", "%d more log entries are in the report").F(skipped))))
	}
}

func (t *text) evidence() {
	p := primary(t.doc)
	if p == nil {
		return
	}
	t.head(lang.T("%s：%s", "%s: %s").F(sEvidence, causeName(p.Code)), sEvidenceNote)
	t.weighed(*p)
	t.para("  ", "", t.in(basisKey), "dim")
}

func (t *text) weighed(c diag.CauseReport) {
	pro, con := weighings(t.doc, c.For), weighings(t.doc, c.Against)
	wl := widest(t.in(sFor), t.in(sAgainst))
	var marks, dbs []string
	for _, w := range append(append([]weighing{}, pro...), con...) {
		marks = append(marks, t.basis(w.Basis))
		dbs = append(dbs, db(w.DB))
	}
	wm, wd := widest(marks...), widest(dbs...)
	put := func(label lang.Text, list []weighing, tone string) {
		for _, w := range list {
			n := db(w.DB)
			t.para("  "+pad(t.in(label), wl)+"  "+strings.Repeat(" ", wd-len(n))+n+" db  "+pad(t.basis(w.Basis), wm)+"  ", tone, t.in(w.Text), "")
		}
	}
	put(sFor, pro, "good")
	put(sAgainst, con, "warn")
	if len(pro)+len(con) == 0 {
		t.line("  " + t.in(sNone))
	}
}

func (t *text) others() {
	list := others(t.doc)
	if len(list) == 0 {
		return
	}
	t.head(othersHead(t.doc))
	for _, c := range list {
		t.para("  "+pad(percent(c.Probability), 4)+" ", "", t.in(lang.T("%s（%s）", "%s (%s)").F(causeName(c.Code), clean(string(c.Code)))), "")
		for _, w := range weighings(t.doc, c.For) {
			t.para("       ", "", t.in(w.Text)+" "+t.basis(w.Basis), "dim")
		}
	}
}

func (t *text) excluded() {
	list := ruledOut(t.doc)
	if len(list) == 0 {
		return
	}
	t.head(sRuledOut)
	for _, same := range alike(list) {
		var names []string
		for _, x := range same {
			names = append(names, t.in(x.Name))
		}
		s := strings.Join(names, t.in(sListed))
		if why := same[0].why; len(why) > 0 {
			s += t.colon() + t.join(why)
		}
		t.para("  - ", "dim", s, "")
	}
}

func (t *text) list(h lang.Text, items []lang.Text) {
	if len(items) == 0 {
		return
	}
	t.head(h)
	for _, x := range items {
		t.para("  - ", "dim", t.in(x), "")
	}
}

func (t *text) checks() {
	list := checks(t.doc)
	if len(list) == 0 {
		return
	}
	t.head(sChecks)
	var names, words []string
	for _, c := range list {
		names = append(names, strings.Repeat("  ", c.depth)+t.in(checkName(c.ID)))
		words = append(words, t.in(checkMark(c.State).Word))
	}
	wn, ww := widest(names...), widest(words...)
	for i, c := range list {
		m := checkMark(c.State)
		indent := strings.Repeat("  ", c.depth)
		lead := "  " + indent + m.Sign + " " + pad(names[i][len(indent):], wn-len(indent)) + "  " + pad(words[i], ww) + "  "
		tone := m.Tone
		if tone == "good" {
			t.para(lead, "good", t.in(reason(c)), "")
			continue
		}
		t.para(lead, tone, t.in(reason(c)), map[string]string{"dim": "dim"}[tone])
	}
}

func (t *text) remedies() {
	list := remedies(t.doc)
	if len(list) == 0 {
		return
	}
	t.head(sRemedies)
	for i, r := range list {
		t.para("  "+strconv.Itoa(i+1)+". ", "", t.in(cleanText(r.Text)), "")
		if p := t.in(cleanText(r.Paste)); p != "" {
			t.line("     " + t.paint("dim", t.in(sPaste)))
			t.para("       ", "", p, "")
		}
	}
}
