package triage

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/triage/store"
)

// level is the false discovery rate: of what is named a regression, about one in
// twenty at most may be chance; where there is none at all, one is named in at
// most one picture in twenty.
const level = 0.05

// Regression is a cause that became more frequent from a version, or a time, on.
type Regression struct {
	Field  string   `json:"field"`            // client_version build browser sdk time
	Within string   `json:"within,omitempty"` // what the versions are of: desktop_app, chrome, android
	Since  string   `json:"since"`            // the first version, or RFC 3339
	Code   string   `json:"code"`             // "" for reports of any cause
	Before Counted  `json:"before"`
	After  Counted  `json:"after"`
	Ratio  *float64 `json:"ratio"`      // of the two frequencies; null when there was none before
	Low    float64  `json:"ratio_low"`  // interval of 95 %
	High   *float64 `json:"ratio_high"` // null: no bound
	P      float64  `json:"p"`
	Q      float64  `json:"q"` // p adjusted for all that was tried
	Test   string   `json:"test"`
	// Text says it in one sentence, Numbers what it rests on.
	Text    lang.Text `json:"text"`
	Numbers lang.Text `json:"numbers"`

	stamp time.Time  // of Since, where it is a time
	count [2]float64 // after and before, as evidence
}

// Counted is so many of so many: reports, or for a rate days.
type Counted struct {
	Reports int     `json:"reports"`
	Of      float64 `json:"of"`
}

// Tried says what was looked at for regressions.
type Tried struct {
	Pairs   int     `json:"pairs"`   // of a cause and a line of versions or times
	Counted int     `json:"counted"` // of these, that had reports enough to come out
	Level   float64 `json:"false_discovery_rate"`
}

// Names of the tests.
const (
	testShare = "fisher" // the cause's share among all reports, before and after
	testRate  = "rate"   // reports of any cause a day, before and after
)

// line is a row of places in their order, versions or steps of time, with how
// many reports each has of each cause.
type line struct {
	field, within string
	places        []string
	total         []int
	causes        map[string][]int
}

func (l *line) add(place int, code string) {
	l.total[place]++
	if code == "" {
		return
	}
	if l.causes[code] == nil {
		l.causes[code] = make([]int, len(l.places))
	}
	l.causes[code][place]++
}

// newLine makes an empty line.
func newLine(field, within string, places []string) *line {
	return &line{field: field, within: within, places: places, total: make([]int, len(places)), causes: map[string][]int{}}
}

// versioned are the fields whose versions may bring a regression: what a report
// is of, and its version. Versions of different things have no order among them.
var versioned = []struct {
	field string
	of    func(*store.Report) (within, version string)
}{
	{"client_version", func(r *store.Report) (string, string) { return clientKind(r.Device), r.ClientVersion }},
	{"build", func(r *store.Report) (string, string) { return "", r.ServiceBuild }},
	{"browser", func(r *store.Report) (string, string) {
		major, _, _ := strings.Cut(r.BrowserVersion, ".")
		return r.Browser, major
	}},
	{"sdk", func(r *store.Report) (string, string) { return r.SDK, r.SDKVersion }},
}

// clientKind sorts devices by the client whose versions they count: pages are one on computers and phones.
func clientKind(device string) string {
	if strings.HasSuffix(device, "_web") {
		return "web"
	}
	return device
}

// linesOf gives every line along which something may have changed.
func linesOf(rows []*store.Report) []*line {
	var out []*line
	for _, v := range versioned {
		versions := map[string][]string{} // by what they are of
		place := map[[2]string]int{}
		for _, r := range rows {
			within, version := v.of(r)
			key := [2]string{within, version}
			if _, seen := place[key]; version != "" && !seen {
				place[key] = 0
				versions[within] = append(versions[within], version)
			}
		}
		lines := map[string]*line{}
		for within, list := range versions {
			slices.SortFunc(list, compareVersions)
			for i, x := range list {
				place[[2]string{within, x}] = i
			}
			lines[within] = newLine(v.field, within, list)
		}
		for _, r := range rows {
			if within, version := v.of(r); version != "" {
				lines[within].add(place[[2]string{within, version}], primaryOf(r))
			}
		}
		for _, within := range sortedKeys(lines) {
			out = append(out, lines[within])
		}
	}
	return out
}

// regressions looks along versions and time for causes that became more
// frequent. Every place of every line is tried as the one since when, with an
// exact test of the shares before and after: how many reports come in at all
// does not matter to it. Whether more came in at all is tried along time alone.
// What is named stands the correction for all places of its line, and for all
// causes and lines that were tried.
func regressions(rows []*store.Report, a *axis) ([]Regression, Tried) {
	var incidents []*store.Report
	for _, r := range rows {
		if !r.Health { // nobody had tried to recall
			incidents = append(incidents, r)
		}
	}
	var families []family
	index := map[[3]string]int{}
	try := func(r Regression, h hypothesis) {
		key := [3]string{r.Field, r.Within, r.Code}
		i, ok := index[key]
		if !ok {
			i = len(families)
			index[key] = i
			families = append(families, family{})
		}
		families[i].add(r, h)
	}
	for _, l := range linesOf(incidents) {
		l.shares(try, nil)
	}
	if a != nil {
		l := newLine("time", "", make([]string, a.steps()))
		for i := range l.places {
			l.places[i] = a.edges[i].Format(time.RFC3339)
		}
		for _, r := range incidents {
			if i := a.at(r.At); i >= 0 {
				l.add(i, primaryOf(r))
			}
		}
		l.shares(try, a)
		l.rates(try, a)
	}
	tests := make([]hypothesis, len(families))
	for i, f := range families {
		tests[i] = f.whole()
	}
	adjusted, counted := discoveries(tests, level)
	out := []Regression{}
	for i, f := range families {
		if adjusted[i] <= level {
			r := f.best
			r.P, r.Q = round(tests[i].p), round(adjusted[i])
			r.Low, r.High = interval(r.count[0], r.count[1], r.After.Of, r.Before.Of)
			r.Text, r.Numbers = r.sentence(a), r.numbers()
			out = append(out, r)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].P < out[j].P })
	return out, Tried{Pairs: len(tests), Counted: counted, Level: level}
}

// family is one cause along one line: the places tried as the one since when.
type family struct {
	best  Regression // the clearest place
	least float64    // its p
	tests []hypothesis
}

func (f *family) add(r Regression, h hypothesis) {
	if len(f.tests) == 0 || h.p < f.least {
		f.best, f.least = r, h.p
	}
	f.tests = append(f.tests, h)
}

// whole is the test that the cause became more frequent anywhere along the line.
// Neighbouring places depend on each other positively, so that Simes's test
// (Biometrika 73 (1986) 751–754) holds; only places that could come out count.
func (f *family) whole() hypothesis {
	var p, least []float64
	for _, h := range f.tests {
		if h.least <= level {
			p, least = append(p, h.p), append(least, h.least)
		}
	}
	return hypothesis{p: simes(p), least: simes(least)}
}

// shares tries every place with every cause.
func (l *line) shares(try func(Regression, hypothesis), a *axis) {
	n := sum(l.total)
	for _, code := range sortedKeys(l.causes) {
		k := sum(l.causes[code])
		before, n0 := 0, 0
		for cut := 1; cut < len(l.places); cut++ {
			before += l.causes[code][cut-1]
			n0 += l.total[cut-1]
			if n0 == 0 || n0 == n || l.total[cut] == 0 { // nothing to compare, or the same as the next
				continue
			}
			after, n1 := k-before, n-n0
			r := l.regression(cut, a, code, Counted{before, float64(n0)}, Counted{after, float64(n1)})
			r.Test = testShare
			try(r, hypothesis{p: fisherGreater(after, n1, k, n), least: fisherGreater(min(k, n1), n1, k, n)})
		}
	}
}

// rates tries every place along time for more reports a day, of any cause.
// Reports come in bursts, which counts as less evidence: the counts are divided
// by how much more they vary than Poisson's (Pearson's statistic over its
// degrees of freedom, McCullagh and Nelder, Generalized Linear Models, 2nd ed.,
// section 4.5).
func (l *line) rates(try func(Regression, hypothesis), a *axis) {
	n := sum(l.total)
	days := a.days
	steps := a.steps()
	for cut, before := 1, 0; cut < steps; cut++ {
		before += l.total[cut-1]
		after := n - before
		t0, t1 := days(0, cut), days(cut, steps)
		spread := math.Max(1, (l.pearson(0, cut, float64(before)/t0, days)+l.pearson(cut, steps, float64(after)/t1, days))/math.Max(float64(steps-2), 1))
		// The span is from the first report to the last, so that these two tell nothing of a rate within it.
		x, y := float64(max(after-1, 0))/spread, float64(max(before-1, 0))/spread
		r := l.regression(cut, a, "", Counted{before, t0}, Counted{after, t1})
		r.count = [2]float64{x, y}
		r.Test = testRate
		try(r, hypothesis{p: rateGreater(x, y, t1, t0), least: rateGreater(x+y, 0, t1, t0)})
	}
}

// pearson is Pearson's statistic of some steps around one rate.
func (l *line) pearson(from, to int, rate float64, days func(int, int) float64) float64 {
	var x float64
	for i := from; i < to; i++ {
		if want := rate * days(i, i+1); want > 0 {
			d := float64(l.total[i]) - want
			x += d * d / want
		}
	}
	return x
}

func (l *line) regression(cut int, a *axis, code string, before, after Counted) Regression {
	r := Regression{Field: l.field, Within: l.within, Since: l.places[cut], Code: code, Before: before, After: after}
	if a != nil {
		r.stamp = a.edges[cut]
	}
	r.count = [2]float64{float64(after.Reports), float64(before.Reports)}
	if before.Reports > 0 {
		ratio := round(float64(after.Reports) / after.Of / (float64(before.Reports) / before.Of))
		r.Ratio = &ratio
	}
	return r
}

func interval(a, b, ta, tb float64) (float64, *float64) {
	low, high := rateInterval(a, b, ta, tb)
	if math.IsInf(high, 1) || math.IsNaN(high) {
		return round(low), nil
	}
	high = round(high)
	return round(low), &high
}

// round keeps three digits, so that documents do not hold noise.
func round(v float64) float64 {
	v, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0
	}
	return v
}

func sum(list []int) int {
	n := 0
	for _, x := range list {
		n += x
	}
	return n
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
