package attempt

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/netlog"
	"meiqia-diag/diag/profile"
)

// netLogSignals takes over what NetLogs tell of the push connection and of the device's network.
func (a *Attempt) netLogSignals(h *hosts) {
	for _, n := range a.wires.from {
		add := func(means, words string, at time.Time, source string) {
			if at.IsZero() {
				return
			}
			s := Signal{Means: means, Words: words, Text: words, Source: source, Kind: evidence.NetLog,
				At: clock.Stamp{T: at, Clock: clock.Browser, Err: time.Millisecond, Source: source}}
			near, timed := a.near(s.At, besideDrop)
			s.Strong = timed && near
			a.Signals = append(a.Signals, s)
		}
		for _, r := range n.Requests {
			if !r.WebSocket || !h.service(r.URL) || stranger(r.URL) {
				continue
			}
			source := n.File.Name + ": request " + strconv.FormatInt(r.ID, 10)
			switch {
			case r.Status == 101 && r.Error == "":
				add("push_up", "WebSocket 101", r.HeadersAt, source)
				add("push_down", "WebSocket closed", r.Closed, source)
			case r.Error == "ERR_ABORTED" || r.Cancelled: // the page was left, or thought better of it
			case r.Error != "" && r.Status > 0:
				add("push_down", "WebSocket "+strconv.Itoa(r.Status)+" net::"+r.Error, r.End, source)
			case r.Error != "":
				add("push_down", "WebSocket net::"+r.Error, r.End, source)
			}
		}
		for _, c := range n.Meta.Changes {
			if c.Kind == "offline" {
				add("offline", c.Type, c.At, n.File.Name+": network")
			}
		}
	}
}

// reach tells whether NetLogs would show the recall's request at a time: one
// covers it and has the service's traffic, so that it is of the right browser.
// A recall whose address does not say so is a change like any other in a NetLog,
// which has no bodies, and one over the push connection is not in it at all:
// beside those it is partial.
func (a *Attempt) reach(at time.Time, err time.Duration, h *hosts) Coverage {
	best := CoverNone
	for _, n := range a.wires.from {
		if !n.Meta.Covers(at, edgeOfLog+err) {
			continue
		}
		service, other := false, false
		for _, r := range n.Requests {
			if !h.service(r.URL) || stranger(r.URL) {
				other = other || changes(r) && r.Start.Sub(at).Abs() <= 5*time.Second+err && a.Profile.RecallVerb(profile.Words(pathIn(r.URL))) != ""
				continue
			}
			service = true
			open := r.WebSocket && r.Status == 101 && r.Start.Before(at) && (r.Closed.IsZero() || r.Closed.After(at))
			other = other || open || changes(r) && r.Start.Sub(at).Abs() <= 5*time.Second+err
		}
		switch {
		case !service:
		case other:
			if best == CoverNone {
				best = CoverPartial
			}
		default:
			best = CoverFull
		}
	}
	return best
}

func changes(r *netlog.Request) bool {
	switch r.Method {
	case "POST", "PUT", "PATCH", "DELETE":
		return true
	}
	return false
}

// neverLeft settles a recall that a console or a client tells of, and that failed
// there for no reason given, where the NetLog of that moment has no trace of it.
func (a *Attempt) neverLeft(h *hosts) {
	r := a.Request
	if r == nil || r.Via != "log" || r.Call == nil || !r.Arrived.IsZero() || !endsInside(r.Call.Failure) || r.Call.Failure == FailPending {
		return
	}
	at := r.Start
	if at.IsZero() {
		at = a.Press // a console without times
	}
	if at.IsZero() || r.Entry == nil || r.Answer.Status > 0 {
		return
	}
	file, _, _ := strings.Cut(r.Source, ":")
	for _, lf := range a.Evidence.Logs {
		if lf.File.Name == file && lf.File.Kind == evidence.ServerLog {
			return // somebody got it
		}
	}
	for _, n := range a.wires.from {
		if !n.Meta.Covers(at.T, edgeOfLog+at.Err) {
			continue
		}
		service, found := false, false
		for _, x := range n.Requests {
			own := h.service(x.URL) && !stranger(x.URL)
			service = service || own
			apart := x.Start.Sub(at.T).Abs()
			if apart > 30*time.Second+at.Err { // a console writes when it ended, and with its own clock
				continue
			}
			found = found || samePath(x.URL, r.Entry.URL) || changes(x) && a.Profile.RecallVerb(profile.Words(pathIn(x.URL))) != ""
			// Where no address is told, any change that is asked of the service may be it; so may the question beforehand (CORS).
			found = found || r.Entry.URL == "" && own && (changes(x) || x.Method == "OPTIONS")
		}
		if service && !found {
			r.Result, r.Call.Inside = NotSent, n.File.Name
			return
		}
	}
}

func pathIn(raw string) string {
	if u := parse(raw); u != nil {
		return u.Path
	}
	return ""
}

func samePath(x, y string) bool {
	p, q := pathIn(x), pathIn(y)
	return p != "" && (p == q || strings.HasSuffix(p, q) && strings.HasPrefix(q, "/") && len(q) > 1)
}

// answeredAlready lets a refusal stand open that the browser's own sending again
// brought about: the first sending may be what the service calls done already.
func (a *Attempt) answeredAlready() {
	for _, r := range a.Requests {
		if r.Call == nil || r.Call.Wire == nil || len(r.Call.Wire.Sent) < 2 || r.Result != Refused {
			continue
		}
		if r.Answer.Has("already") || r.Answer.Has("missing") {
			r.Result = Unknown
		}
	}
}

// Resent is how often the browser sent the recall again by itself, and why: the
// errors of the times before. Each of them may have been carried out.
func (r *Request) Resent() (errs []string) {
	if r == nil || r.Call == nil || r.Call.Wire == nil || len(r.Call.Wire.Sent) < 2 {
		return nil
	}
	return r.Call.Wire.Sent[1:]
}
