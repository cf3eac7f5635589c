package triage

import (
	"sort"
	"time"

	"meiqia-diag/report/triage/store"
)

// Steps of the time axis.
const (
	stepHour  = "hour"
	stepDay   = "day"
	stepWeek  = "week" // from Monday, as ISO 8601 has it
	stepMonth = "month"
)

// axis cuts a span of time into equal steps by the calendar of one zone.
type axis struct {
	step  string
	edges []time.Time // n+1 of them: step i lasts from edges[i] until edges[i+1]

	first, last time.Time // of the reports
}

// axisOf chooses steps so that there are neither too few nor too many: hours up
// to two days, days up to a quarter, weeks up to three years, months beyond.
func axisOf(rows []*store.Report, loc *time.Location) *axis {
	var first, last int64
	for _, r := range rows {
		if r.At == 0 {
			continue
		}
		if first == 0 || r.At < first {
			first = r.At
		}
		last = max(last, r.At)
	}
	if first == 0 {
		return nil
	}
	a := &axis{step: stepMonth, first: time.UnixMilli(first), last: time.UnixMilli(last)}
	switch span := time.Duration(last-first) * time.Millisecond; {
	case span <= 48*time.Hour:
		a.step = stepHour
	case span <= 92*24*time.Hour:
		a.step = stepDay
	case span <= 3*366*24*time.Hour:
		a.step = stepWeek
	}
	for t := a.begin(time.UnixMilli(first).In(loc)); ; t = a.next(t) {
		a.edges = append(a.edges, t)
		if t.After(a.last) {
			return a
		}
	}
}

// begin is where the step that holds t begins.
func (a *axis) begin(t time.Time) time.Time {
	y, m, d := t.Date()
	switch a.step {
	case stepHour:
		return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	case stepWeek:
		d -= (int(t.Weekday()) + 6) % 7
	case stepMonth:
		d = 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

func (a *axis) next(t time.Time) time.Time {
	y, m, d := t.Date()
	switch a.step {
	case stepHour:
		return t.Add(time.Hour)
	case stepDay:
		d++
	case stepWeek:
		d += 7
	case stepMonth:
		m++
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// at gives the step that holds a moment, -1 for none.
func (a *axis) at(ms int64) int {
	if ms == 0 {
		return -1
	}
	return sort.Search(len(a.edges), func(i int) bool { return a.edges[i].UnixMilli() > ms }) - 1
}

func (a *axis) steps() int { return len(a.edges) - 1 }

// days is how long some steps last, as far as there were reports at all: before
// the first and after the last nobody knows whether any would have been kept.
func (a *axis) days(from, to int) float64 {
	begin, end := a.edges[from], a.edges[to]
	if from == 0 {
		begin = a.first
	}
	if to == a.steps() {
		end = a.last
	}
	return max(end.Sub(begin), time.Minute).Hours() / 24
}

// label is how a step is called for short.
func (a *axis) label(t time.Time) string {
	switch a.step {
	case stepHour:
		return t.Format("01-02 15:00")
	case stepMonth:
		return t.Format("2006-01")
	}
	return t.Format("2006-01-02")
}
