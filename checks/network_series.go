package checks

import (
	"net/url"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence/pathtext"
)

// NetworkRequests is the series of the service's recorded requests: ms each took.
const NetworkRequests = "network.requests"

// draw adds a series to what the check reports, bounded.
func (s *sheet) draw(x diag.Series) {
	if len(x.Points) < 2 { // one is no course
		return
	}
	x.Bound()
	s.series = append(s.series, x)
}

// requestSeries gives how long each recorded request to the service took, and
// which got no answer: the line as it was at the time of the incident.
func (s *sheet) requestSeries(a *attempt.Attempt) {
	x := diag.Series{ID: NetworkRequests, Unit: "ms", Axis: "ms", Clock: clock.Browser.String(), Method: "har"}
	var calls []*attempt.Call
	for _, c := range a.Calls {
		if c.Kind != "socket" && c.Entry.FromCache() == "" && !c.Start.IsZero() && c.Inside == "" {
			calls = append(calls, c)
		}
	}
	recall := func(c *attempt.Call) bool { return a.Request != nil && c.Entry == a.Request.Entry }
	state := func(c *attempt.Call) string {
		switch {
		case c.Failure != "" || c.Status == 0:
			return "failed"
		case c.Status >= 400:
			return "refused"
		}
		return ""
	}
	// A long recording has tens of thousands, of which few are drawn.
	kept := diag.Telling(len(calls), func(i int) bool { return recall(calls[i]) }, func(i int) bool { return state(calls[i]) != "" })
	x.Left = len(calls) - len(kept)
	for _, i := range kept {
		c, start := calls[i], calls[0].Start.T
		p := diag.Point{At: round(diag.Millis(c.Start.T.Sub(start))), What: askedText(c), State: state(c), Main: recall(c)}
		if c.Total >= 0 {
			p.Value = diag.Float(round(c.Total))
		}
		x.Points = append(x.Points, p)
	}
	if len(calls) > 0 {
		x.Start, x.Source = calls[0].Start.T.UTC().Format(time.RFC3339Nano), sourceFile(calls[0].Entry.Index, calls[0].Source)
	}
	s.draw(x)
}

// sourceFile takes the entry's number off a call's source.
func sourceFile(index int, source string) string {
	tail := " entry " + itoa(index+1)
	if n := len(source) - len(tail); n > 0 && source[n:] == tail {
		return source[:n]
	}
	return source
}

// askedText is a request's method, path and status, without what may tell of a person.
func askedText(c *attempt.Call) string {
	path := ""
	if u, err := url.Parse(c.Entry.URL); err == nil {
		path = u.Path
	}
	text := c.Entry.Method + " " + clip(path, 80)
	if c.Status > 0 {
		return text + " " + itoa(c.Status)
	}
	return text + " " + string(c.Failure)
}

// pathSeries gives the probes to the service one by one.
func (s *sheet) pathSeries(p probe.PathResult, start time.Time) {
	x := diag.Series{ID: NetworkRTT, Unit: "ms", Axis: "ms", Clock: clock.Device.String(), Method: p.Loss.Method, Live: true, Source: p.Addr}
	if !start.IsZero() {
		x.Start = start.UTC().Format(time.RFC3339Nano)
	}
	for _, one := range p.Samples {
		pt := diag.Point{At: round(diag.Millis(one.At))}
		switch one.Outcome {
		case probe.Answered:
			pt.Value = diag.Float(round(diag.Millis(one.RTT)))
		case probe.Lost:
			pt.State = "lost"
		default:
			continue // nobody knows yet
		}
		x.Points = append(x.Points, pt)
	}
	s.draw(x)
}

// longestRun bounds the probes of a text that are looked at one by one.
const longestRun = 100_000

// pingSeries gives the probes of a text one by one, by their numbers: what was
// between them in time the texts do not tell.
func (s *sheet) pingSeries(p pathtext.Ping, file string) {
	x := diag.Series{ID: NetworkRTT, Unit: "ms", Axis: "probe", Method: "ping", Source: file}
	lost := map[int]bool{}
	if !p.Partial {
		for _, i := range p.Lost {
			lost[i] = true
		}
	}
	rtts := p.RTTs
	for i := 0; i < longestRun && (len(rtts) > 0 || len(lost) > 0); i++ {
		pt := diag.Point{At: float64(i + 1)}
		switch {
		case lost[i]:
			delete(lost, i)
			pt.State = "lost"
		case len(rtts) > 0:
			pt.Value = diag.Float(diag.Millis(rtts[0]))
			rtts = rtts[1:]
		default:
			continue
		}
		x.Points = append(x.Points, pt)
	}
	s.draw(x)
}
