package attempt

import (
	"net/http"
	"slices"
	"sort"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence/har"
)

// unknownOffset bounds a device clock of which nothing was measured: systems
// keep theirs by NTP to well under this.
const unknownOffset = 5 * time.Second

// OffsetEstimate is the offset of the service's clock to the browser's,
// recovered from the Date headers of a HAR, else from what both sides logged,
// else from the text of a clock tool.
type OffsetEstimate struct {
	clock.Offset
	N        int           // responses or readings used
	Method   string        // clock-tool, log-pairs; "" for Date headers
	Source   string        // the texts of those methods
	Conflict bool          // no single offset fits: clocks behind the name disagree
	Step     time.Duration // the device's clock was set during the recording: offset after minus before
	Foreign  bool          // only other hosts' Date headers were at hand
}

type dateInterval struct {
	at time.Time
	clock.Span
}

// estimateOffset intersects what each response tells. A server writes Date
// (whole seconds, RFC 9110 section 6.6.1) between the arrival of the request
// and its answer, so service - device lies in
// [Date - received, Date + 1 s - sent].
func (a *Attempt) estimateOffset(h *hosts) {
	collect := func(want func(*har.Entry) bool) []dateInterval {
		var out []dateInterval
		for _, f := range a.Evidence.HARs {
			for _, e := range f.Entries {
				if iv, ok := dateOf(e, f.Meta.Manner); ok && want(e) {
					out = append(out, iv)
				}
			}
		}
		slices.SortStableFunc(out, func(x, y dateInterval) int { return x.at.Compare(y.at) })
		return out
	}
	ivs := collect(func(e *har.Entry) bool { return h.service(e.URL) })
	foreign := false
	if len(ivs) == 0 {
		ivs, foreign = collect(func(*har.Entry) bool { return true }), true
	}
	est := OffsetEstimate{N: len(ivs), Foreign: foreign}
	switch span, ok := intersect(ivs); {
	case len(ivs) == 0:
		est.Span = clock.Exactly(0, unknownOffset)
		if span, source, n := a.loggedOffset(); n > 0 {
			est.Span, est.Known, est.Source, est.Method, est.N = span, true, source, "log-pairs", n
		} else if span, source, n := a.clockQueries(); n > 0 {
			est.Span, est.Known, est.Source, est.Method, est.N = span, true, source, "clock-tool", n
		}
	case ok:
		est.Span, est.Known = span, true
	default:
		est = a.splitOffset(ivs, est)
	}
	a.Estimate = est
	a.Offset = est.Offset
}

// splitOffset explains intervals that have nothing in common: either the clock
// was stepped at one moment, or servers disagree throughout.
func (a *Attempt) splitOffset(ivs []dateInterval, est OffsetEstimate) OffsetEstimate {
	for cut := 1; cut < len(ivs); cut++ {
		before, ok1 := intersect(ivs[:cut])
		after, ok2 := intersect(ivs[cut:])
		if !ok1 {
			break
		}
		if ok2 && (cut >= 2 && len(ivs)-cut >= 2) {
			est.Step = after.Mid() - before.Mid()
			est.Span, est.Known = before, true
			if !a.Press.IsZero() && !a.Press.T.Before(ivs[cut].at) || a.Press.IsZero() {
				est.Span = after
			}
			return est
		}
	}
	// Marzullo: the offsets that the most responses allow, widened to all that
	// are left, so that the bound stays true for whichever server answered.
	type edge struct {
		at   time.Duration
		open bool
	}
	var edges []edge
	lo, hi := ivs[0].Lo, ivs[0].Hi
	for _, iv := range ivs {
		edges = append(edges, edge{iv.Lo, true}, edge{iv.Hi, false})
		lo, hi = min(lo, iv.Lo), max(hi, iv.Hi)
	}
	sort.Slice(edges, func(i, j int) bool {
		return edges[i].at < edges[j].at || (edges[i].at == edges[j].at && edges[i].open && !edges[j].open)
	})
	best, depth := 0, 0
	var span clock.Span
	for i, e := range edges {
		if e.open {
			depth++
			if depth > best && i+1 < len(edges) {
				best, span = depth, clock.Span{Lo: e.at, Hi: edges[i+1].at}
			}
		} else {
			depth--
		}
	}
	est.Conflict, est.Known = true, true
	est.Span = span
	if best < len(ivs)*3/4 {
		est.Span = clock.Span{Lo: lo, Hi: hi}
	}
	return est
}

func intersect(ivs []dateInterval) (clock.Span, bool) {
	if len(ivs) == 0 {
		return clock.Span{}, false
	}
	s := ivs[0].Span
	ok := true
	for _, iv := range ivs[1:] {
		if s, ok = s.Intersect(iv.Span); !ok {
			return s, false
		}
	}
	return s, true
}

func dateOf(e *har.Entry, manner har.Manner) (dateInterval, bool) {
	if e.Started.IsZero() || e.Status == 0 || e.Status == 304 || e.FromCache != "" || e.SWSource != "" || e.ViaSW || e.RespHeaders.Get("age") != "" {
		return dateInterval{}, false
	}
	raw := e.RespHeaders.Get("date")
	if raw == "" {
		return dateInterval{}, false
	}
	date, err := http.ParseTime(raw)
	if err != nil || date.Year() < 2000 {
		return dateInterval{}, false
	}
	c := &Call{Entry: e, Start: clock.Stamp{T: e.Started}, Sent: sentAfter(e), Wait: e.Wait, Total: e.Time, Manner: manner}
	from, to := c.Arrival()
	if !to.After(from) && c.Total > 0 {
		to = c.Start.T.Add(time.Duration(c.Total * float64(time.Millisecond)))
	}
	const rounding = 2 * time.Millisecond // HARs are written in whole or decimal milliseconds
	return dateInterval{at: from, Span: clock.Span{Lo: date.Sub(to) - rounding, Hi: date.Add(time.Second).Sub(from) + rounding}}, true
}
