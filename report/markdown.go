package report

import (
	"fmt"
	"io"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// markdown writes the diagnosis for a ticket.
type markdown struct {
	doc *diag.Document
	l   lang.Lang
	b   strings.Builder
}

func writeMarkdown(w io.Writer, doc *diag.Document, opt Options) error {
	m := &markdown{doc: doc, l: opt.Lang}
	m.verified()
	m.f("# %s\n\n", m.t(title(doc)))
	m.f("**%s**\n\n", m.t(summary(doc)))
	if s := howSure(doc); !s.IsZero() {
		code := ""
		if p := primary(doc); p != nil {
			code = " `" + codeSpan(string(p.Code)) + "`"
		}
		m.f("%s%s%s%s\n", m.t(sHowSure), m.t(sColon), m.t(s), code)
	}
	m.head(sNow)
	steps, further := plan(doc)
	if len(steps) == 0 && doc.Verdict.Outcome == diag.Healthy {
		steps = []lang.Text{sNothing}
	}
	m.numbered(1, steps)
	if len(further) > 0 {
		m.f("\n*%s%s*\n\n", m.t(sFurther), strings.TrimSpace(m.t(sColon)))
		m.numbered(len(steps)+1, further)
	}
	m.stages()
	m.timeline()
	m.evidence()
	m.compared()
	m.bullets(sMissing, unsettled(doc))
	m.checks()
	m.facts()
	m.remedies()
	m.bullets(sProblems, problems(doc))
	if doc.Report != nil && doc.Report.Path != "" {
		m.f("\n%s\n", m.t(sReport.F(attached(doc.Report.Path))))
	}
	_, err := io.WriteString(w, m.b.String())
	return err
}

func (m *markdown) f(format string, args ...any) { fmt.Fprintf(&m.b, format, args...) }

// t gives a text in the language, harmless in Markdown.
func (m *markdown) t(x lang.Text) string { return escapeMarkdown(x.In(m.l)) }

func (m *markdown) head(h lang.Text) { m.f("\n## %s\n\n", m.t(h)) }

func (m *markdown) basis(b incident.Basis) string { return m.t(basisWord(b)) }

var markdownSigns = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "~", `\~`, "&", "&amp;", "#", `\#`, "@", "&#64;", "://", "&#58;//", "www.", "www&#46;", "!", `\!`)

// escapeMarkdown makes a text harmless: no markup, links, mentions or HTML.
func escapeMarkdown(s string) string {
	s = markdownSigns.Replace(clean(s))
	if t := strings.TrimLeft(s, " "); t != "" && (t[0] == '-' || t[0] == '+' || t[0] == '=') {
		s = `\` + t
	}
	return s
}

// codeSpan makes a text harmless between backticks.
func codeSpan(s string) string {
	return strings.NewReplacer("`", "'", "|", "¦", "<", "‹", ">", "›").Replace(clean(s))
}

func (m *markdown) numbered(from int, list []lang.Text) {
	for i, x := range list {
		m.f("%d. %s\n", from+i, m.t(x))
	}
	if len(list) == 0 {
		m.f("%s\n", m.t(sNone))
	}
}

func (m *markdown) bullets(h lang.Text, list []lang.Text) {
	if len(list) == 0 {
		return
	}
	m.head(h)
	for _, x := range list {
		m.f("- %s\n", m.t(x))
	}
}

func (m *markdown) table(heads ...lang.Text) {
	row, rule := "|", "|"
	for _, h := range heads {
		row += " " + m.t(h) + " |"
		rule += "---|"
	}
	m.f("%s\n%s\n", row, rule)
}

func (m *markdown) join(list []lang.Text) string {
	var out []string
	for _, x := range list {
		out = append(out, m.t(x))
	}
	return strings.Join(out, m.t(sSemicolon))
}

func (m *markdown) stages() {
	if m.doc.Health {
		return // no recall travelled them
	}
	m.head(sStages)
	m.table(lang.T("阶段", "stage"), lang.T("状态", "state"), sBecause)
	for _, s := range stages(m.doc) {
		k := stageMark(s.State)
		m.f("| %s | %s %s | %s |\n", m.t(s.Stage.Name()), k.Sign, m.t(k.Word), m.join(because(m.doc, s)))
	}
	m.f("\n")
	for _, o := range outcomeLabels {
		m.f("- %s%s**%s**\n", m.t(o.label), m.t(sColon), m.t(outcomeWord(o.value(m.doc.Outcomes))))
	}
}

func (m *markdown) timeline() {
	ms := moments(m.doc)
	if len(ms) == 0 {
		return
	}
	m.head(sTimeline)
	m.table(lang.T("时间", "time"), lang.Same("±"), lang.T("发生了什么", "what happened"), lang.T("谁的钟", "whose clock"), lang.T("来历", "basis"), lang.T("出处", "source"))
	for _, x := range ms {
		sign := ""
		if x.Serious {
			sign = "**!** "
		}
		m.f("| %s | %s | %s%s | %s | %s | %s |\n", x.t.Format("2006-01-02 15:04:05.000 -07:00"), m.t(errText(x.ErrMS)), sign, m.t(x.text), m.t(clockNames[x.Clock]), m.basis(x.Basis), m.t(lang.Same(x.Source)))
	}
}

func (m *markdown) evidence() {
	if p := primary(m.doc); p != nil {
		m.head(lang.T("%s：%s", "%s: %s").F(sEvidence, causeName(p.Code)))
		m.f("%s\n\n", m.t(sEvidenceNote))
		m.weighed(*p)
		m.f("\n%s\n", m.t(basisKey))
	}
	if list := others(m.doc); len(list) > 0 {
		m.head(othersHead(m.doc))
		for _, c := range list {
			m.f("- %s %s `%s`\n", percent(c.Probability), m.t(causeName(c.Code)), codeSpan(string(c.Code)))
			for _, w := range weighings(m.doc, c.For) {
				m.f("  - %s db %s%s\n", db(w.DB), m.t(w.Text), m.t(lang.T("（%s）", " (%s)").F(basisWord(w.Basis))))
			}
		}
	}
	if list := ruledOut(m.doc); len(list) > 0 {
		m.head(sRuledOut)
		for _, same := range alike(list) {
			var names []string
			for _, x := range same {
				names = append(names, m.t(x.Name)+" `"+codeSpan(string(x.Code))+"`")
			}
			m.f("- %s%s%s\n", strings.Join(names, m.t(sListed)), m.t(sColon), m.join(same[0].why))
		}
	}
}

func (m *markdown) weighed(c diag.CauseReport) {
	m.table(lang.Text{}, lang.Same("db"), lang.T("证据", "evidence"), lang.T("来历", "basis"))
	for _, side := range []struct {
		label lang.Text
		list  []diag.Weighing
	}{{sFor, c.For}, {sAgainst, c.Against}} {
		for _, w := range weighings(m.doc, side.list) {
			m.f("| %s | %s | %s | %s |\n", m.t(side.label), db(w.DB), m.t(w.Text), m.basis(w.Basis))
		}
	}
}

func (m *markdown) checks() {
	list := checks(m.doc)
	if len(list) == 0 {
		return
	}
	m.head(sChecks)
	m.table(lang.T("检查", "check"), lang.T("状态", "state"), lang.T("原因", "reason"))
	for _, c := range list {
		k := checkMark(c.State)
		m.f("| %s%s | %s %s | %s |\n", strings.Repeat("&emsp;", c.depth), m.t(checkName(c.ID)), k.Sign, m.t(k.Word), m.t(reason(c)))
	}
	if obs := m.doc.Observations(); len(obs) > 0 {
		m.head(sObservations)
		m.table(lang.Same("id"), lang.T("值", "value"), lang.T("来历", "basis"), lang.T("出处", "source"))
		for _, o := range obs {
			m.f("| `%s` | %s | %s | %s |\n", codeSpan(o.ID), m.t(observationValue(o)), m.basis(o.Basis), m.t(lang.Same(o.Source)))
		}
	}
}

func (m *markdown) facts() {
	list := facts(m.doc)
	if len(list) == 0 {
		return
	}
	m.head(sFacts)
	m.table(lang.Text{}, lang.T("值", "value"), lang.T("来历", "basis"), lang.T("出处", "source"))
	for _, x := range list {
		m.f("| %s | %s | %s | %s |\n", m.t(x.Label), m.t(x.Value), m.basis(x.Basis), m.t(lang.Same(x.Source)))
	}
}

func (m *markdown) remedies() {
	list := remedies(m.doc)
	if len(list) == 0 {
		return
	}
	m.head(sRemedies)
	for i, r := range list {
		m.f("%d. %s\n", i+1, m.t(r.Text))
		if !r.Paste.IsZero() {
			m.f("   > %s\n", m.t(r.Paste))
		}
	}
}
