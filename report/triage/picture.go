// Package triage puts many reports into one picture: causes over time, by
// version, browser, network and rule, what was missing, and what became more
// frequent since when.
//
// Files are read through package archive, facts are kept in package store, and
// everything shown is counted anew from the store. Pseudonyms hold within one
// report alone and are never joined across reports.
package triage

import (
	"context"
	"math"
	"slices"
	"sort"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/triage/store"
)

// Schema names the layout of the JSON document.
const Schema = "meiqia-diag-triage/1"

// Picture is what many reports say together. It does not depend on the language,
// nor on what was read before and what anew.
type Picture struct {
	Schema      string       `json:"schema"`
	Tool        diag.Tool    `json:"tool"`
	Since       string       `json:"since,omitempty"` // RFC 3339, as was asked for
	Until       string       `json:"until,omitempty"`
	Cause       string       `json:"cause,omitempty"` // the only one looked at
	Files       *Gathered    `json:"files,omitempty"` // none when the store alone was asked
	Unread      []Unread     `json:"unread"`
	Reports     int          `json:"reports"`
	Health      int          `json:"health_runs"` // of the reports: nobody had tried to recall
	Undated     int          `json:"undated"`     // of the reports: nothing says when
	Outcomes    Outcomes     `json:"outcomes"`
	Span        *Span        `json:"span"` // null when no report tells a time
	Regressions []Regression `json:"regressions"`
	Tried       Tried        `json:"tried"`
	Causes      []CauseLine  `json:"causes"`
	OverTime    []Step       `json:"over_time"`
	By          []Breakdown  `json:"by"`
	Missing     []Lack       `json:"missing"`
	// Problems are what kept a run from making a picture at all.
	Problems []diag.ProblemJSON `json:"problems"`

	asked []string // fields of --by
	axis  *axis
}

// Outcomes counts the reports by what they came to.
type Outcomes struct {
	Explained    int `json:"explained"`
	Inconclusive int `json:"inconclusive"`
	Healthy      int `json:"healthy"`
}

// Span is from when until when, and in what steps.
type Span struct {
	From string `json:"from"` // RFC 3339, the first report
	To   string `json:"to"`   // the last
	Step string `json:"step"` // hour day week month
}

// CauseLine is one cause over all reports.
type CauseLine struct {
	Code         string  `json:"code"`
	Stage        string  `json:"stage"`
	Reports      int     `json:"reports"`      // explained by it: it is the primary cause
	Share        float64 `json:"share"`        // of all that are explained
	Contributing int     `json:"contributing"` // named beside another
	Candidate    int     `json:"candidate"`    // listed by an inconclusive report
	// Expected is how many reports have it as their cause by the probabilities:
	// those of primary causes, and of the candidates of inconclusive reports. A
	// cause beside the primary one does not compete with it, and is not in the sum.
	Expected float64 `json:"expected"`
}

// Step is one step of time.
type Step struct {
	From    string         `json:"from"` // RFC 3339
	Reports int            `json:"reports"`
	Causes  map[string]int `json:"causes"` // primary ones
}

// Breakdown is the reports by one field.
type Breakdown struct {
	Field   string  `json:"field"`
	Unknown int     `json:"unknown"` // reports that do not tell
	Values  []Value `json:"values"`  // versions in their order, else the most frequent first
}

// Value is one value of a field. A report may have several, as of rules.
type Value struct {
	Value   string      `json:"value"`
	Reports int         `json:"reports"`
	Causes  []CodeCount `json:"causes"` // primary ones, the most frequent first
}

// CodeCount is a cause and how many reports name it first.
type CodeCount struct {
	Code    string `json:"code"`
	Reports int    `json:"reports"`
}

// Lack is something that would have settled reports.
type Lack struct {
	What    lang.Text `json:"what"`
	Reports int       `json:"reports"`
}

// Options say which reports make the picture.
type Options struct {
	Tool         string
	Since, Until time.Time // zero for no limit; Until itself is not in
	Cause        string    // only reports that name it
	By           []string  // fields; none for all
	Zone         *time.Location
}

// Draw makes the picture of the reports that were gathered, or of all in the
// store when g is nil.
func Draw(ctx context.Context, db *store.DB, g *Gathered, opt Options) (*Picture, error) {
	rows, err := db.Reports(ctx)
	if err != nil {
		return nil, err
	}
	if g != nil {
		rows = slices.DeleteFunc(rows, func(r *store.Report) bool { return !g.scope[r.Hash] })
	}
	all := len(rows)
	if rows = oncePerRun(rows); g != nil {
		g.Duplicate += all - len(rows)
	}
	rows = slices.DeleteFunc(rows, func(r *store.Report) bool {
		from, until := !opt.Since.IsZero(), !opt.Until.IsZero()
		return (from || until) && r.At == 0 || from && r.At < opt.Since.UnixMilli() || until && r.At >= opt.Until.UnixMilli()
	})
	p := picture(rows, opt)
	p.Files, p.Unread = g, []Unread{}
	if g != nil && g.Unread != nil {
		p.Unread = g.Unread
	}
	return p, nil
}

// oncePerRun keeps one report of each run: the document that a run printed
// names the archive that it wrote, and both may have been handed in.
func oncePerRun(rows []*store.Report) []*store.Report {
	seen := map[string]bool{}
	return slices.DeleteFunc(rows, func(r *store.Report) bool {
		again := r.Archive != "" && seen[r.Archive]
		seen[r.Archive] = true
		return again
	})
}

// picture counts. The rows come in the order of their hashes.
func picture(rows []*store.Report, opt Options) *Picture {
	if opt.Zone == nil {
		opt.Zone = time.Local
	}
	p := &Picture{Schema: Schema, Tool: diag.Tool{Version: opt.Tool}, Cause: opt.Cause, Problems: []diag.ProblemJSON{}, asked: opt.By}
	if !opt.Since.IsZero() {
		p.Since = opt.Since.In(opt.Zone).Format(time.RFC3339)
	}
	if !opt.Until.IsZero() {
		p.Until = opt.Until.In(opt.Zone).Format(time.RFC3339)
	}
	p.axis = axisOf(rows, opt.Zone)
	p.Regressions, p.Tried = regressions(rows, p.axis)
	if opt.Cause != "" { // shares are among all reports, so that they are looked for before
		p.Regressions = slices.DeleteFunc(p.Regressions, func(r Regression) bool { return r.Code != opt.Cause })
		rows = slices.DeleteFunc(slices.Clone(rows), func(r *store.Report) bool { return !names(r, opt.Cause) })
		p.axis = axisOf(rows, opt.Zone)
	}
	p.Reports = len(rows)
	for _, r := range rows {
		if r.Health {
			p.Health++
		}
		if r.At == 0 {
			p.Undated++
		}
		switch r.Outcome {
		case diag.Explained:
			p.Outcomes.Explained++
		case diag.Healthy:
			p.Outcomes.Healthy++
		default:
			p.Outcomes.Inconclusive++
		}
	}
	p.Causes = causeLines(rows, p.Outcomes.Explained)
	p.overTime(rows)
	p.By = breakdowns(rows, opt.By)
	p.Missing = lacks(rows)
	return p
}

// causeLines counts causes, the most frequent first.
func causeLines(rows []*store.Report, explained int) []CauseLine {
	lines := map[string]*CauseLine{}
	for _, r := range rows {
		for _, c := range r.Causes {
			l := lines[c.Code]
			if l == nil {
				l = &CauseLine{Code: c.Code, Stage: string(diag.Code(c.Code).Stage())}
				lines[c.Code] = l
			}
			switch {
			case r.Outcome == diag.Inconclusive:
				l.Candidate++
				l.Expected += c.Probability
			case r.Outcome == diag.Explained && c.Role == "primary":
				l.Reports++
				l.Expected += c.Probability
			case r.Outcome == diag.Explained:
				l.Contributing++
			}
		}
	}
	out := []CauseLine{}
	for _, l := range lines {
		l.Expected = math.Round(l.Expected*10) / 10
		if explained > 0 {
			l.Share = round(float64(l.Reports) / float64(explained))
		}
		out = append(out, *l)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		switch {
		case a.Reports != b.Reports:
			return a.Reports > b.Reports
		case a.Expected != b.Expected:
			return a.Expected > b.Expected
		}
		return a.Code < b.Code
	})
	return out
}

func (p *Picture) overTime(rows []*store.Report) {
	p.OverTime = []Step{}
	a := p.axis
	if a == nil {
		return
	}
	zone := a.edges[0].Location()
	p.Span = &Span{From: a.first.In(zone).Format(time.RFC3339), To: a.last.In(zone).Format(time.RFC3339), Step: a.step}
	for _, t := range a.edges[:a.steps()] {
		p.OverTime = append(p.OverTime, Step{From: t.Format(time.RFC3339), Causes: map[string]int{}})
	}
	for _, r := range rows {
		if i := a.at(r.At); i >= 0 {
			p.OverTime[i].Reports++
			if code := primaryOf(r); code != "" {
				p.OverTime[i].Causes[code]++
			}
		}
	}
}

func breakdowns(rows []*store.Report, by []string) []Breakdown {
	if len(by) == 0 {
		by = Fields()
	}
	out := []Breakdown{}
	for _, name := range by {
		if f, ok := fieldOf(name); ok {
			out = append(out, breakdown(rows, f))
		}
	}
	return out
}

func breakdown(rows []*store.Report, f field) Breakdown {
	b := Breakdown{Field: f.name, Values: []Value{}}
	n := map[string]int{}
	codes := map[string]map[string]int{}
	for _, r := range rows {
		values := f.of(r)
		if len(values) == 0 {
			b.Unknown++
		}
		code := primaryOf(r)
		for _, v := range values {
			n[v]++
			if codes[v] == nil {
				codes[v] = map[string]int{}
			}
			if code != "" {
				codes[v][code]++
			}
		}
	}
	for v, count := range n {
		b.Values = append(b.Values, Value{Value: v, Reports: count, Causes: ranked(codes[v])})
	}
	sort.Slice(b.Values, func(i, j int) bool {
		x, y := b.Values[i], b.Values[j]
		switch {
		case f.version:
			return compareVersions(x.Value, y.Value) < 0
		case x.Reports != y.Reports:
			return x.Reports > y.Reports
		}
		return x.Value < y.Value
	})
	return b
}

// ranked gives counts as a list, the highest first.
func ranked(m map[string]int) []CodeCount {
	out := []CodeCount{}
	for code, n := range m {
		out = append(out, CodeCount{code, n})
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Reports != out[j].Reports {
			return out[i].Reports > out[j].Reports
		}
		return out[i].Code < out[j].Code
	})
	return out
}

// lacks counts what was missing, the most frequent first.
func lacks(rows []*store.Report) []Lack {
	n := map[string]int{}
	for _, r := range rows {
		for _, m := range r.Missing {
			n[m]++
		}
	}
	known := map[string]lang.Text{}
	for _, c := range diag.Causes() {
		for _, s := range c.SettleTexts() {
			known[tidy(s.EN)] = s
		}
	}
	out := []Lack{}
	for _, c := range ranked(n) {
		t, ok := known[c.Code]
		if !ok {
			t = lang.Same(c.Code)
		}
		out = append(out, Lack{t, c.Reports})
	}
	return out
}

// Failed is the picture of a run that could not make one.
func Failed(tool string, problems []diag.ProblemJSON) *Picture {
	p := picture(nil, Options{Tool: tool})
	p.Unread, p.Problems = []Unread{}, problems
	return p
}
