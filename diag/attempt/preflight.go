package attempt

import (
	"slices"
	"strings"
	"time"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/profile"
)

// followsWithin is how long after its preflight's end a request would have begun.
const followsWithin = 5 * time.Second

// readPreflights puts, for a CORS preflight that got no answer, the request that
// it was asked for (Fetch standard, 4.8): the browser then sends nothing else,
// and many recordings, NetLogs above all, show the preflight alone. The evidence
// itself stays as it is.
func (a *Attempt) readPreflights() {
	a.asked = map[*har.Entry]bool{}
	ev := *a.Evidence
	cloned := false
	for i := range ev.HARs {
		entries := ev.HARs[i].Entries
		var out []*har.Entry
		for j, e := range entries {
			if !strings.EqualFold(e.Method, "OPTIONS") || e.Status != 0 || !onTheWay(failureOf(e)) || follows(entries, e) {
				continue
			}
			method := a.askedFor(e)
			if method == "" {
				continue
			}
			if out == nil {
				out = slices.Clone(entries)
			}
			x := *e
			x.Method = method
			a.asked[&x] = true
			if w := a.wires.by[e]; w != nil {
				a.wires.by[&x], a.wires.alone[&x] = w, a.wires.alone[e]
			}
			out[j] = &x
		}
		if out == nil {
			continue
		}
		if !cloned {
			ev.HARs, cloned = slices.Clone(ev.HARs), true
		}
		ev.HARs[i].Entries = out
	}
	if cloned {
		a.Evidence = &ev
	}
}

// onTheWay reports whether a failure is one of the way to the service.
func onTheWay(f Failure) bool {
	switch f {
	case FailOffline, FailChanged, FailReset, FailDNS, FailProxy, FailTLS, FailRefusedPort, FailUnreachable, FailTimeout:
		return true
	}
	return false
}

// follows reports whether a recording has the request itself after its preflight.
func follows(entries []*har.Entry, pre *har.Entry) bool {
	until := pre.Started.Add(followsWithin)
	if pre.Time > 0 {
		until = until.Add(time.Duration(pre.Time * float64(time.Millisecond)))
	}
	return slices.ContainsFunc(entries, func(e *har.Entry) bool {
		return !strings.EqualFold(e.Method, "OPTIONS") && bare(e.URL) == bare(pre.URL) &&
			!e.Started.Before(pre.Started.Add(-followsWithin)) && !e.Started.After(until)
	})
}

// askedFor gives the method that a preflight asks for, "" where nothing tells: the
// header says it, which NetLogs have only of what was sent; else the profile's
// sample of that address; else a recall in the address, which changes something.
func (a *Attempt) askedFor(e *har.Entry) string {
	if m := e.ReqHeaders.Get("access-control-request-method"); m != "" {
		return strings.ToUpper(m)
	}
	u := parse(e.URL)
	if u == nil {
		return ""
	}
	for _, s := range a.Profile.RecallRequests {
		if m, _, ok := strings.Cut(s, " "); ok && a.matchesSample(m, u) {
			return strings.ToUpper(m)
		}
	}
	if a.Profile.RecallVerb(profile.Words(u.Path)) != "" {
		return "POST"
	}
	return ""
}
