package attempt

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lazy"
)

// Logs tell the device's offset as a recording does: where the client wrote down
// the Date of an answer, and where it and the service both logged the same request.

// httpDate finds the Date of an answer in a log line (RFC 9110 section 5.6.7).
var httpDate = lazy.MustCompile(`(?i)\bdate["']?\s*[=:]\s*\\?["']?((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT)`)

// answerTakes bounds how long an answer was on its way before the client logged it.
const answerTakes = 2 * time.Second

// seenAt is when one side logged a request, first and last.
type seenAt struct {
	first, last time.Time
	source      string
	err         time.Duration
}

func (s *seenAt) add(t time.Time, source string, err time.Duration) {
	if s.first.IsZero() || t.Before(s.first) {
		s.first = t
	}
	if t.After(s.last) {
		s.last = t
	}
	s.source, s.err = source, max(s.err, err)
}

// loggedOffset intersects what the logs of both sides tell; n is 0 where they
// tell nothing, or where no single offset fits.
func (a *Attempt) loggedOffset() (span clock.Span, source string, n int) {
	client, server := map[string]*seenAt{}, map[string]*seenAt{}
	broken := false
	take := func(one clock.Span, from string) {
		if n > 0 {
			var ok bool
			if one, ok = span.Intersect(one); !ok {
				broken = true
				return
			}
		}
		span, source, n = one, from, n+1
	}
	joined := a.bothSidesLogged()
	for _, lf := range a.Logs {
		side := client
		if lf.File.Kind == evidence.ServerLog {
			side = server
		}
		for _, e := range lf.Entries {
			if e.At.IsZero() || e.At.ZoneAssumed && lf.File.Kind == evidence.ServerLog {
				continue // a service's zone that was only guessed tells no offset
			}
			text := head(e.Text, 2048)
			if !joined || len(side) >= 20_000 {
				// no other side to find it on, or enough of them
			} else if id := traceIn(text); id != "" {
				if side[id] == nil {
					side[id] = &seenAt{}
				}
				side[id].add(e.At.T, lf.File.Name, e.At.Err)
			}
			if lf.File.Kind == evidence.ServerLog {
				continue
			}
			if m := httpDate.FindStringSubmatch(text); m != nil {
				if date, err := http.ParseTime(m[1]); err == nil {
					// The answer was made within the second that Date names, and logged after that.
					take(clock.Span{Lo: date.Sub(e.At.T) - e.At.Err, Hi: date.Add(time.Second+answerTakes).Sub(e.At.T) + e.At.Err}, lf.File.Name)
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(client)) {
		c, s := client[id], server[id]
		if s == nil || c.last.Sub(c.first) > time.Minute || s.last.Sub(s.first) > time.Minute {
			continue
		}
		late := c.last
		if c.last.Equal(c.first) {
			late = c.first.Add(answerTakes) // only the sending was logged, or only the answer
		}
		early := c.first
		if c.last.Equal(c.first) {
			early = c.first.Add(-answerTakes)
		}
		// The service worked on it after it was sent and before it was answered.
		e := c.err + s.err
		take(clock.Span{Lo: s.last.Sub(late) - e, Hi: s.first.Sub(early) + e}, c.source+" "+s.source)
	}
	if broken || n == 0 || span.Hi < span.Lo {
		return clock.Span{}, "", 0
	}
	return span, source, n
}

// bothSidesLogged reports whether logs of the service and of others are at hand.
func (a *Attempt) bothSidesLogged() bool {
	server := func(lf evidence.LogFile) bool { return lf.File.Kind == evidence.ServerLog }
	return slices.ContainsFunc(a.Logs, server) && slices.ContainsFunc(a.Logs, func(lf evidence.LogFile) bool { return !server(lf) })
}

// narrowOffset uses the recall itself: the recording says between which readings
// of the device's clock it reached the service, and the service's log says when
// that was. What contradicts the Date headers is not the same request, and left alone.
func (a *Attempt) narrowOffset() {
	r := a.Request
	if r == nil || r.Call == nil || r.Arrived.IsZero() || r.Arrived.Clock != clock.Service || r.Arrived.ZoneAssumed || len(a.Requests) != 1 {
		return
	}
	from, to := r.Call.Arrival()
	if from.IsZero() || to.Before(from) {
		return
	}
	span := clock.Span{Lo: r.Arrived.T.Sub(to) - r.Arrived.Err, Hi: r.Arrived.T.Sub(from) + r.Arrived.Err}
	both, ok := a.Offset.Intersect(span)
	if !ok || !a.Offset.Known || a.Estimate.Conflict {
		return
	}
	a.Offset.Span, a.Estimate.Span = both, both
	a.Estimate.N++
}
