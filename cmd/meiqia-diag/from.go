package main

import (
	"errors"
	"io"

	"filippo.io/age"

	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
)

// recallFrom judges saved observations again and shows the result. Nothing is measured.
func (a *app) recallFrom(o *recallOptions) error {
	opened, doc, err := a.readReport(o.from, nil)
	if err != nil {
		return err
	}
	a.doubt(opened, doc)
	diagnosis.Judge(doc)
	doc.Verified = nil // that was another judgement, of two documents
	if err := a.show(a.out, o.format, doc); err != nil {
		return err
	}
	a.ending.doc = doc
	return nil
}

// readReport opens a report, with private keys from files if it is encrypted,
// and reads its diagnosis; file may be - for standard input. What it is worth
// is another question, see doubts.
func (a *app) readReport(file string, identities []string) (*archive.Opened, *diag.Document, error) {
	o, err := a.openReport(file, identities)
	if err != nil {
		return nil, nil, err
	}
	doc, err := o.Document()
	return o, doc, unreadableReport(shownName(file), err)
}

func (a *app) openReport(file string, identities []string) (*archive.Opened, error) {
	ids, err := identitiesOf(identities)
	if err != nil {
		return nil, err
	}
	if file != "-" {
		o, err := archive.Open(file, ids...)
		return o, unreadableReport(file, err)
	}
	in, err := a.stdinOnce()
	if err != nil {
		return nil, err
	}
	o, err := archive.OpenFrom(stdinName, in, ids...)
	return o, unreadableReport(stdinName, err)
}

// stdinName stands for standard input where a file's name would.
const stdinName = "stdin"

func shownName(file string) string {
	if file == "-" {
		return stdinName
	}
	return file
}

// stdinOnce gives standard input to the first that asks: nothing is left for a second.
func (a *app) stdinOnce() (io.Reader, error) {
	if a.inTaken {
		return nil, &lang.Problem{Field: "-", What: lang.T("标准输入只能读一次", "standard input can be read only once"), Hint: lang.T("另一份请写文件名", "name a file for the other")}
	}
	a.inTaken = true
	return a.in, nil
}

// doubts tells why a report that can be read should not be relied upon: it is
// not what was written, or says what no report says. validate asks for more.
func doubts(o *archive.Opened, doc *diag.Document) problems {
	return append(flawsOf(doc, o.Name()), verified(o)...)
}

// doubt says on stderr what speaks against a report that a run goes by in spite of it.
func (a *app) doubt(o *archive.Opened, doc *diag.Document) {
	if ps := doubts(o, doc); len(ps) > 0 {
		a.note(lang.T("%s 没有通过检验，以下的结果不可当作证据", "%s does not pass validation: what follows proves nothing").F(o.Name()))
		a.tellProblems(ps)
	}
}

// flawsOf are what in a document is no word of the contract, under its file's name.
func flawsOf(doc *diag.Document, file string) (ps problems) {
	if doc.Incident.Incident == nil {
		ps = append(ps, &lang.Problem{File: file, Field: "incident", What: lang.T("缺少这一项", "this part is missing")})
		doc.Incident.Incident = incident.New()
	}
	ps = append(ps, doc.Flaws()...)
	for _, p := range ps {
		p.File, p.Hint = file, lang.T("请对方重新生成报告", "have the report made again")
	}
	return ps
}

// unreadableReport says what is wrong with a file that should be a report.
func unreadableReport(file string, err error) error {
	hint := lang.T("请给出 report.json，或含有它的报告压缩包", "give a report.json, or the report archive that holds one")
	var p *lang.Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &p):
		one := *p // it may be one that all runs share
		if one.Hint.IsZero() {
			one.Hint = hint
		}
		if one.File == "" {
			one.File = file
		}
		return &one
	}
	return &lang.Problem{File: file, What: lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err)), Hint: hint}
}

// identitiesOf reads private keys from files.
func identitiesOf(files []string) ([]age.Identity, error) {
	var ids []age.Identity
	for _, name := range files {
		more, err := archive.Identities(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	return ids, nil
}
