package report

import (
	"fmt"
	"html/template"
	"sync"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// standing is what a document comes to: of one that verifies a report, what
// became of the report's causes, in the words of an outcome.
func standing(doc *diag.Document) string {
	if doc.Verified == nil {
		return doc.Verdict.Outcome
	}
	switch doc.Verified.Outcome {
	case diag.CauseMended, diag.CauseUnchanged:
		return diag.Healthy
	case diag.CauseStill, diag.CauseNew:
		return diag.Explained
	}
	return diag.Inconclusive
}

// said is the one sentence: what became of the report, or the diagnosis.
func said(doc *diag.Document) lang.Text {
	if doc.Verified != nil && !doc.Verified.Summary.IsZero() {
		return cleanText(doc.Verified.Summary)
	}
	return summary(doc)
}

func verifiedTone(doc *diag.Document) (sign, tone string) {
	switch standing(doc) {
	case diag.Healthy:
		return "✓", "good"
	case diag.Explained:
		return "✗", "bad"
	}
	return "?", "warn"
}

func (t *text) verified() {
	v := t.doc.Verified
	if v == nil {
		return
	}
	sign, tone := verifiedTone(t.doc)
	t.quoted(sign+" ", tone, t.in(said(t.doc)))
	t.para("  "+t.in(sVerified)+t.colon(), "", t.in(sideText(v.Report)), "dim")
	t.changed(verifiedShown(v))
	t.head(lang.T("这次运行的诊断", "The diagnosis of this run"))
	t.line("")
}

// answer says at the end what verify was asked: whether the fix holds, how sure
// that is, and what changed.
func (t *text) answer(v *diag.Verified) {
	t.para("  "+t.in(sResult)+t.colon(), "", t.in(said(t.doc)), "")
	if x := verifiedSure(v); !x.IsZero() {
		t.para("  "+t.in(sHowSure)+t.colon(), "", t.in(x), "")
	}
	changes, _ := significant(v.Changes)
	t.para("  "+t.in(sChanges)+t.colon(), "", t.in(tally(changes)), "")
	if standing(t.doc) == diag.Healthy {
		return
	}
	for _, c := range v.Causes {
		if c.State == diag.CauseUntold && !c.Tell.IsZero() && v.Outcome == diag.CauseUntold {
			t.para("  "+t.in(sFirst)+t.colon(), "", t.in(cleanText(c.Tell)), "")
			return
		}
	}
	t.first()
}

// verifiedSure says what the answer of verify rests on.
func verifiedSure(v *diag.Verified) lang.Text {
	for _, c := range v.Causes {
		switch {
		case c.State != v.Outcome:
		case c.State == diag.CauseMended:
			t := lang.T("实测结果与报告的原因矛盾", "what was measured contradicts the report's cause")
			if x := why(c); !x.IsZero() {
				t = lang.T("%s（%s）", "%s (%s)").F(t, x)
			}
			return lang.T("%s；这是一次运行，时有时无的故障请用 meiqia-diag watch 观察", "%s; this is one run, and trouble that comes and goes takes meiqia-diag watch").F(t)
		case (c.State == diag.CauseStill || c.State == diag.CauseNew) && c.Is != nil:
			return lang.T("%s（%s），原因 %s", "%s (%s), cause %s").F(sureness(*c.Is), percent(*c.Is), clean(string(c.Code)))
		case c.State == diag.CauseUntold:
			return lang.T("没有把握：这次运行没有测到与报告的原因有关的内容", "not at all: nothing that this run measured concerns the report's cause")
		}
	}
	return lang.Text{}
}

// tally counts what changed, by which way.
func tally(changes []diag.Change) lang.Text {
	n := map[string]int{}
	for _, c := range changes {
		n[c.Direction]++
	}
	if len(changes) == 0 {
		return sNoChanges
	}
	return lang.T("好转 %d 处，变差 %d 处，其他 %d 处", "better: %d, worse: %d, others: %d").F(n[diag.Better], n[diag.Worse], len(changes)-n[diag.Better]-n[diag.Worse])
}

func (m *markdown) verified() {
	v := m.doc.Verified
	if v == nil {
		return
	}
	sign, _ := verifiedTone(m.doc)
	m.f("# %s\n\n**%s %s**\n\n%s%s%s\n", m.t(sVerified), sign, m.t(said(m.doc)), m.t(sReportWord), m.t(sColon), m.t(sideText(v.Report)))
	m.changed(verifiedShown(v))
	m.f("\n")
}

var sReportWord = lang.T("报告", "report")

// verifiedTemplate shows the comparison inside the page of a diagnosis.
var verifiedTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("verified").Funcs(template.FuncMap{"t": both, "s": func(name string) template.HTML { return both(diffWords[name]) }}).Parse(verifiedPart))
})

const verifiedPart = `<section class="verdict {{.Tone}}"><p class="kicker">{{t .Title}}</p><h1>{{t .Summary}}</h1><p class="note">{{range .Sides}}{{t .Text}}{{end}}</p>
{{if .Causes}}<ul>{{range .Causes}}<li><span aria-hidden="true">{{.Mark.Sign}}</span> <strong>{{t .Mark.Word}}</strong> {{t .Name}}{{if .Why.EN}}<br><small>{{t .Why}}</small>{{end}}</li>{{end}}</ul>{{end}}
<h2 class="small">{{s "changes"}}</h2>{{if .Significant}}<ul>{{range .Significant}}<li><span aria-hidden="true">{{.Mark.Sign}}</span> {{t .Text}}</li>{{end}}</ul>{{else}}<p>{{s "none"}}</p>{{end}}
{{if .Minor}}<details><summary>{{s "minor"}}</summary><ul>{{range .Minor}}<li>{{t .}}</li>{{end}}</ul></details>{{end}}
{{if .Notes}}<ul>{{range .Notes}}<li>{{t .}}</li>{{end}}</ul>{{end}}</section>`

// verifiedHTML is the section of the page that compares with a report, "" for none.
func verifiedHTML(doc *diag.Document) (template.HTML, error) {
	v := doc.Verified
	if v == nil {
		return "", nil
	}
	_, tone := verifiedTone(doc)
	view := diffView{Title: sVerified, Summary: said(doc), Tone: tone, Sides: []diffSideView{{"", sideText(v.Report)}}}
	view.fill(verifiedShown(v))
	var b bytesOf
	err := verifiedTemplate().Execute(&b, view)
	return template.HTML(b), err
}

// bytesOf collects what a template writes.
type bytesOf []byte

func (b *bytesOf) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// verifiedPoints are the causes of a comparison as test points: the cause, and whether it is well.
func verifiedPoints(doc *diag.Document) []verifiedPoint {
	if doc.Verified == nil {
		return nil
	}
	var out []verifiedPoint
	for _, c := range doc.Verified.Causes {
		out = append(out, verifiedPoint{Name: fmt.Sprintf("verify %s", clean(string(c.Code))), State: c.State, OK: c.State == diag.CauseMended, Text: cleanText(c.Text)})
	}
	return out
}

type verifiedPoint struct {
	Name, State string
	OK          bool
	Text        lang.Text
}
