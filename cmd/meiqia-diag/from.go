package main

import (
	"errors"

	"filippo.io/age"

	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
)

// recallFrom judges saved observations again and shows the result. Nothing is measured.
func (a *app) recallFrom(o *recallOptions) error {
	doc, err := readDocument(o.from)
	if err != nil {
		return err
	}
	diagnosis.Judge(doc)
	doc.Verified = nil // that was another judgement, of two documents
	if err := a.show(a.out, o.format, doc); err != nil {
		return err
	}
	a.ending.doc = doc
	return nil
}

// readDocument reads a report.json, or the one inside a report archive.
func readDocument(file string) (*diag.Document, error) {
	_, doc, err := readReport(file, nil)
	return doc, err
}

// readReport opens a report, with private keys from files if it is encrypted,
// and reads its diagnosis.
func readReport(file string, identities []string) (*archive.Opened, *diag.Document, error) {
	o, err := openReport(file, identities)
	if err != nil {
		return nil, nil, err
	}
	doc, err := o.Document()
	if err == nil && doc.Incident.Incident == nil {
		err = &lang.Problem{File: file, Field: "incident", What: lang.T("缺少这一项", "this part is missing")}
	}
	return o, doc, unreadableReport(file, err)
}

func openReport(file string, identities []string) (*archive.Opened, error) {
	ids, err := identitiesOf(identities)
	if err != nil {
		return nil, err
	}
	o, err := archive.Open(file, ids...)
	return o, unreadableReport(file, err)
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
