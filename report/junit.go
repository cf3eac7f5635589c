package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Time     string     `xml:"time,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string      `xml:"name,attr"`
	Tests      int         `xml:"tests,attr"`
	Failures   int         `xml:"failures,attr"`
	Errors     int         `xml:"errors,attr"`
	Skipped    int         `xml:"skipped,attr"`
	Time       string      `xml:"time,attr"`
	Timestamp  string      `xml:"timestamp,attr,omitempty"`
	Properties []junitProp `xml:"properties>property"`
	Cases      []junitCase `xml:"testcase"`
}

type junitProp struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name      string     `xml:"name,attr"`
	Classname string     `xml:"classname,attr"`
	Time      string     `xml:"time,attr"`
	Failure   *junitNote `xml:"failure"`
	Error     *junitNote `xml:"error"`
	Skipped   *junitNote `xml:"skipped"`
	Out       string     `xml:"system-out,omitempty"`
}

type junitNote struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// writeJUnit gives one test case for each check and one for the verdict.
func writeJUnit(w io.Writer, doc *diag.Document, opt Options) error {
	in := func(t lang.Text) string { return t.In(opt.Lang) }
	s := junitSuite{Name: "recall", Time: seconds(doc.DurationMS)}
	if t, err := time.Parse(time.RFC3339Nano, doc.StartedAt); err == nil {
		s.Timestamp = t.Format("2006-01-02T15:04:05")
	}
	for _, p := range [][2]string{{"tool.version", doc.Tool.Version}, {"profile", doc.Profile.Name}, {"profile.version", doc.Profile.Version}, {"outcome", doc.Verdict.Outcome}} {
		s.Properties = append(s.Properties, junitProp{p[0], clean(p[1])})
	}
	for _, c := range doc.Checks {
		tc := junitCase{Name: clean(c.ID), Classname: "meiqia-diag.checks", Time: seconds(c.DurationMS)}
		why := in(reason(ordered{CheckJSON: c}))
		switch c.State {
		case diag.Fail:
			tc.Failure = &junitNote{Message: why, Type: "fail"}
			s.Failures++
		case diag.Error:
			tc.Error = &junitNote{Message: why, Type: "error"}
			s.Errors++
		case diag.Skip:
			tc.Skipped = &junitNote{Message: why}
			s.Skipped++
		default:
			tc.Out = in(checkMark(c.State).Word) + in(sColon) + why
		}
		s.Cases = append(s.Cases, tc)
	}
	v := junitCase{Name: "verdict", Classname: "meiqia-diag", Time: "0.000"}
	switch doc.Verdict.Outcome {
	case diag.Explained:
		kind := "explained"
		if p := primary(doc); p != nil {
			kind = clean(string(p.Code))
		}
		v.Failure = &junitNote{Message: in(summary(doc)), Type: kind, Text: lines(in, todo(doc))}
		s.Failures++
	case diag.Healthy:
		v.Out = in(summary(doc))
	default:
		v.Error = &junitNote{Message: in(summary(doc)), Type: "inconclusive", Text: lines(in, todo(doc))}
		s.Errors++
	}
	s.Cases = append(s.Cases, v)
	for _, p := range verifiedPoints(doc) {
		c := junitCase{Name: p.Name, Classname: "meiqia-diag.verify", Time: "0.000"}
		switch {
		case p.OK:
			c.Out = in(p.Text)
		case p.State == diag.CauseUntold:
			c.Error = &junitNote{Message: in(p.Text), Type: p.State}
			s.Errors++
		default:
			c.Failure = &junitNote{Message: in(p.Text), Type: p.State}
			s.Failures++
		}
		s.Cases = append(s.Cases, c)
	}
	s.Tests = len(s.Cases)
	all := junitSuites{Name: "meiqia-diag", Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Skipped: s.Skipped, Time: s.Time, Suite: s}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(ms float64) string { return fmt.Sprintf("%.3f", ms/1000) }

func lines(in func(lang.Text) string, list []lang.Text) string {
	s := ""
	for i, x := range list {
		s += fmt.Sprintf("%d. %s\n", i+1, in(x))
	}
	return s
}
