package archive

import (
	"bytes"
	"encoding/json"
	"fmt"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// document redacts the diagnosis itself.
func (b *builder) document() error {
	plain := *b.opt.Doc
	plain.Report = nil // an archive cannot hold its own name and hash
	b.undated(&plain)
	data, err := plain.JSON()
	if err != nil {
		return err
	}
	f := b.r.File("report.json")
	f.Prose = true
	var clean bufferOf
	if err := f.JSON(reader(data), &clean); err != nil {
		return err
	}
	doc, err := diag.ReadDocument(clean.Bytes())
	if err != nil {
		return fmt.Errorf("the redacted document cannot be read back: %w", err)
	}
	both := func(t lang.Text) lang.Text { return lang.T(f.Text(t.ZH), f.Text(t.EN)) }
	for _, t := range plain.Verdict.MissingText {
		doc.Verdict.MissingText = append(doc.Verdict.MissingText, both(t))
	}
	for i, r := range plain.Verdict.RuledOut {
		for _, t := range r.Text {
			doc.Verdict.RuledOut[i].Text = append(doc.Verdict.RuledOut[i].Text, both(t))
		}
	}
	doc.RemedyList = plain.RemedyList // from the catalogue
	b.doc = doc
	out, err := doc.JSON()
	if err != nil {
		return err
	}
	b.text("report.json", "document", out, f.Counts())
	if len(b.opt.Profile) > 0 {
		b.profile()
	}
	return nil
}

// profile adds the profile that the run used.
func (b *builder) profile() {
	name := "profile.json"
	if !json.Valid(b.opt.Profile) {
		name = "profile.yaml"
	}
	f := b.r.File(name)
	f.Prose = true
	var out bufferOf
	kind := "json"
	if name != "profile.json" {
		kind = "text"
	}
	if err := f.Stream(kind, reader(b.opt.Profile), &out); err != nil {
		b.dropped = append(b.dropped, Dropped{Name: name, Size: int64(len(b.opt.Profile)), Why: lang.T("无法脱敏", "could not be redacted")})
		return
	}
	b.text(name, "profile", out.Bytes(), f.Counts())
}

// render adds the files made from the redacted document and what is left of the evidence.
func (b *builder) render() error {
	counts := b.r.File("report.json").Counts()
	for _, x := range []struct {
		name, format string
		l            lang.Lang
	}{{"report.html", "html", lang.ZH}, {"report.zh.md", "markdown", lang.ZH}, {"report.en.md", "markdown", lang.EN}} {
		var out bufferOf
		if err := report.Write(&out, x.format, b.doc, report.Options{Lang: x.l, Logs: b.logs, Attachments: b.pictures, Archived: true}); err != nil {
			return err
		}
		b.text(x.name, "report", out.Bytes(), counts)
	}
	for _, l := range []lang.Lang{lang.ZH, lang.EN} {
		b.text("steps."+string(l)+".md", "steps", report.StepsMarkdown(b.doc, l), counts)
		b.text("summary."+string(l)+".txt", "summary", []byte(report.Summary(b.doc, l)), counts)
	}
	inc, err := incidentYAML(b.doc)
	if err != nil {
		return err
	}
	b.text("incident.yaml", "incident", inc, counts)
	if len(b.errors) > 0 {
		b.text("errors.jsonl", "errors", b.errors, nil)
	}
	return nil
}

// without gives the rows of errors.jsonl but those of some files.
func without(rows []byte, files map[string]bool) []byte {
	var out []byte
	for row := range bytes.Lines(rows) {
		var x struct {
			File string `json:"file"`
		}
		if json.Unmarshal(row, &x) == nil && !files[x.File] {
			out = append(out, row...)
		}
	}
	return out
}
