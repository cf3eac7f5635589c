package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// Exit statuses, the same for every format.
const (
	statusHealthy     = 0 // no cause found, or the command did what it is for
	statusFound       = 1 // a cause found
	statusUsage       = 2 // bad usage, unreadable input, or the work could not be done
	statusUnsure      = 3 // inconclusive
	statusInterrupted = 130
)

// errInterrupted ends a command that the person broke off.
var errInterrupted = errors.New("interrupted")

// problems is an error of several lines.
type problems []*lang.Problem

func (ps problems) Error() string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Error())
	}
	return strings.Join(out, "; ")
}

// asProblems gives any error as lines in both languages.
func asProblems(err error) problems {
	var many problems
	var one *lang.Problem
	switch {
	case errors.As(err, &many):
		return many
	case errors.As(err, &one):
		return problems{one}
	}
	return problems{{What: lang.Reason(err)}}
}

// ending is what a command came to: a document that was judged, if it is one that judges.
type ending struct {
	doc    *diag.Document
	failOn failOn
	format string // in which a failure is told too, where a program reads it
	told   bool   // a document was written
	found  bool   // triage: what --fail-on names was found

	verdict *diag.Verdict // of a command that judges many documents
}

// status is the one place that decides the exit status.
func (e ending) status(err error) int {
	switch {
	case errors.Is(err, errInterrupted):
		return statusInterrupted
	case err != nil:
		return statusUsage
	case e.found:
		return statusFound
	case e.doc == nil && e.verdict == nil:
		return statusHealthy
	}
	v := e.verdict
	if v == nil {
		one := judged(e.doc)
		v = &one
	}
	switch {
	case !e.failOn.counts(*v):
		return statusHealthy
	case v.Outcome == diag.Explained:
		return statusFound
	}
	return statusUnsure
}

// end tidies up, tells what went wrong, and gives the exit status. Only its first call does anything.
func (a *app) end(err error) (status int) {
	if s, ok := a.out.(*stdout); ok && err == nil {
		err = s.failed
	}
	status = a.ending.status(err)
	a.once.Do(func() {
		a.tidy.all()
		switch {
		case errors.Is(err, errInterrupted):
			fmt.Fprintln(a.err)
			a.say(lang.T("已中断。", "Interrupted."))
			a.tellFailure(problems{{What: lang.T("运行被中断", "the run was interrupted")}})
		case err != nil:
			ps := asProblems(err)
			for _, p := range ps {
				a.fault(p.Text())
			}
			a.tellFailure(ps)
		}
	})
	return status
}

// failOn says which verdicts count as a failure for the exit status.
type failOn struct {
	words []string
}

// defaultFailOn is --fail-on when it is not given.
const defaultFailOn = "explained,inconclusive"

// counts tells whether a verdict is a failure: its outcome is listed, or it is
// explained and its primary cause, or that cause's stage, is.
func (f failOn) counts(v diag.Verdict) bool {
	words := f.words
	if words == nil {
		words = strings.Split(defaultFailOn, ",")
	}
	if v.Outcome == diag.Healthy {
		return false
	}
	if slices.Contains(words, v.Outcome) {
		return true
	}
	if v.Outcome != diag.Explained || len(v.Causes) == 0 {
		return false
	}
	code := v.Causes[0].Code
	stage, _, _ := strings.Cut(string(code), ".")
	return slices.Contains(words, string(code)) || slices.Contains(words, stage)
}

// parseFailOn reads the list: outcomes, stages and cause codes, or "none".
func parseFailOn(s string) (failOn, *lang.Problem) {
	known := []string{diag.Explained, diag.Inconclusive, "none", "service"}
	for _, s := range diag.Stages {
		known = append(known, string(s))
	}
	for _, c := range diag.Causes() {
		known = append(known, string(c.Code))
	}
	f := failOn{words: []string{}}
	for _, w := range commaList(s) {
		if !slices.Contains(known, w) {
			return f, unknownWord(w, known, lang.T("可用：explained、inconclusive、none、阶段名或原因代码", "use explained, inconclusive, none, a stage or a cause code"))
		}
		f.words = append(f.words, w)
	}
	if len(f.words) == 0 {
		return f, &lang.Problem{What: lang.T("列表是空的", "the list is empty"), Hint: lang.T("什么都不算失败请写 none", "write none to let nothing count as a failure")}
	}
	return f, nil
}

// commaList takes a list apart; Chinese commas are as good as others.
func commaList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，、 ", r) })
}

// unknownWord is a word that is none of those known, with the nearest one or a hint.
func unknownWord(w string, known []string, hint lang.Text) *lang.Problem {
	p := &lang.Problem{What: lang.T("不认识 %q", "unknown word %q").F(w), Hint: hint}
	if near := incident.Nearest(w, known); near != "" {
		p.Hint = didYouMean(near)
	}
	return p
}

func didYouMean(s string) lang.Text { return lang.T("是不是 %s？", "did you mean %s?").F(s) }
