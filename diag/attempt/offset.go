package attempt

import (
	"net/http"
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
	at         time.Time
	backend    string     // the machine that answered, "" when unknown
	own        clock.Span // the offset at that moment
	clock.Span            // the offset at the moment that matters
}

// estimateOffset intersects what each response tells. A server writes Date
// (whole seconds, RFC 9110 section 6.6.1) between the arrival of the request
// and its answer, so service - device lies in
// [Date - received, Date + 1 s - sent].
func (a *Attempt) estimateOffset(h *hosts) {
	collect := func(want func(*har.Entry) bool) []dateInterval {
		most := 0
		for _, f := range a.Evidence.HARs {
			most += len(f.Entries)
		}
		out := make([]dateInterval, 0, most)
		var dates httpDates
		for _, f := range inOrder(a.Evidence.HARs) {
			for _, e := range f.Entries {
				if iv, ok := dateOf(e, f.Meta.Manner, &dates); ok && want(e) {
					out = append(out, iv)
				}
			}
		}
		widen(out, a.moment(out))
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
		} else if span, source, n := a.saidOffset(); n > 0 {
			est.Span, est.Known, est.Source, est.Method, est.N = span, true, source, "log-pairs", n
		} else if span, source, n := a.travelOffset(); n > 0 {
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

// httpDates reads Date headers, of which neighbours in a recording often are the same.
type httpDates struct {
	raw string
	t   time.Time
}

// read gives the zero time for what is no date.
func (d *httpDates) read(raw string) time.Time {
	if raw != d.raw {
		d.raw = raw
		d.t, _ = http.ParseTime(raw)
	}
	return d.t
}

func dateOf(e *har.Entry, manner har.Manner, dates *httpDates) (dateInterval, bool) {
	if e.Started.IsZero() || e.Status == 0 || e.Status == 304 || e.FromCache() != "" || e.SWSource() != "" || e.ViaSW || e.RespHeaders.Get("age") != "" {
		return dateInterval{}, false
	}
	date := dates.read(e.RespHeaders.Get("date"))
	if date.Year() < 2000 {
		return dateInterval{}, false
	}
	c := &Call{Entry: e, Start: clock.Stamp{T: e.Started}, Sent: sentAfter(e), Wait: e.Wait, Total: e.Time, Manner: manner}
	from, to := c.Arrival()
	if !to.After(from) && c.Total > 0 {
		to = c.Start.T.Add(time.Duration(c.Total * float64(time.Millisecond)))
	}
	own := clock.Span{Lo: date.Sub(to), Hi: date.Add(time.Second).Sub(from)}.Add(rounding(manner))
	return dateInterval{at: from, backend: backend(e), own: own, Span: own}, true
}
