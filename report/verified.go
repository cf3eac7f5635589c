package report

import (
	"fmt"
	"html/template"

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
var verifiedTemplate = template.Must(template.New("verified").Funcs(template.FuncMap{"t": both, "s": func(name string) template.HTML { return both(diffWords[name]) }}).Parse(
	`<section class="verdict {{.Tone}}"><p class="kicker">{{t .Title}}</p><h1>{{t .Summary}}</h1><p class="note">{{range .Sides}}{{t .Text}}{{end}}</p>
{{if .Causes}}<ul>{{range .Causes}}<li><span aria-hidden="true">{{.Mark.Sign}}</span> <strong>{{t .Mark.Word}}</strong> {{t .Name}}{{if .Why.EN}}<br><small>{{t .Why}}</small>{{end}}</li>{{end}}</ul>{{end}}
<h2 class="small">{{s "changes"}}</h2>{{if .Significant}}<ul>{{range .Significant}}<li><span aria-hidden="true">{{.Mark.Sign}}</span> {{t .Text}}</li>{{end}}</ul>{{else}}<p>{{s "none"}}</p>{{end}}
{{if .Minor}}<details><summary>{{s "minor"}}</summary><ul>{{range .Minor}}<li>{{t .}}</li>{{end}}</ul></details>{{end}}
{{if .Notes}}<ul>{{range .Notes}}<li>{{t .}}</li>{{end}}</ul>{{end}}</section>`))

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
	err := verifiedTemplate.Execute(&b, view)
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
