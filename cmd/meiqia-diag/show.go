package main

import (
	"bytes"
	"io"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// show writes a document in one format. It is written whole or not at all.
func (a *app) show(w io.Writer, format string, doc *diag.Document) error {
	tty := w == a.out && a.outTTY || w == a.err && a.errTTY
	opt := report.Options{Lang: a.lang, Color: report.ColorWanted(tty, a.env), Width: 80}
	if tty {
		opt.Width, opt.Terminal = a.width(w), true
	}
	var buf bytes.Buffer
	if err := report.Write(&buf, format, doc, opt); err != nil {
		return err
	}
	a.ending.told = true
	_, err := w.Write(buf.Bytes())
	return err
}

// resultStream is where the result goes: stdout, unless the archive does.
func (a *app) resultStream(o *recallOptions) io.Writer {
	if o.output == "-" {
		return a.err
	}
	return a.out
}

// machineFormats are read by programs, which get a document whatever happens.
var machineFormats = map[string]bool{"json": true, "junit": true, "tap": true, "nagios": true}

// tellFailure writes a run that failed as a document in the format that was
// asked for: nothing observed, and the reason among its problems.
func (a *app) tellFailure(ps problems) {
	format := a.ending.format
	if format == "" && len(a.args) > 0 && (firstWord(a.args) == "recall" || firstWord(a.args) == "verify") {
		if format = flagValue(a.args, "format"); format == "" {
			format = a.env(envName("format"))
		}
	}
	if !machineFormats[format] || a.ending.told {
		return
	}
	doc := &diag.Document{
		Schema: diag.Schema, Tool: diag.Tool{Version: toolVersion()}, StartedAt: a.now().Format(time.RFC3339Nano),
		Incident: diag.IncidentJSON{Incident: incident.New()}, Checks: []diag.CheckJSON{},
		Timeline: []diag.Moment{}, Evidence: []diag.FileRef{},
	}
	doc.Problems = diag.ProblemsOf(ps)
	diagnosis.Judge(doc)
	doc.Verdict.Missing, doc.Verdict.MissingText = []string{}, nil // no evidence settles a command that is written wrongly
	doc.Verdict.Summary = lang.T("没有诊断成：%s", "There is no diagnosis: %s").F(doc.Problems[0].Text)
	_ = a.show(a.out, format, doc)
}

// firstWord is the command among arguments that nobody has parsed yet.
func firstWord(args []string) string {
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "--lang":
			i++
		case args[i] != "" && args[i][0] != '-':
			return args[i]
		}
	}
	return ""
}
