package attempt

import (
	"strconv"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
)

// What one side did cannot be older than what made it do so. The client sends a
// message before the service stores it, asks for the recall before the service
// takes that up, and hears the answer after: each pair bounds the offset of the
// two clocks from one side, however long the way took.

// bounds are what pairs of events tell of service - device.
type bounds struct {
	lo, hi       time.Duration
	below, above bool // lo, hi are known
	n            int
	assumed      bool // a zone was guessed
}

// after notes that the device's event came after the service's.
func (b *bounds) after(service, device clock.Stamp) {
	d := service.T.Sub(device.T) - service.Err - device.Err
	if !b.below || d > b.lo {
		b.lo, b.below = d, true
	}
	b.note(service, device)
}

// before notes that the device's event came before the service's.
func (b *bounds) before(service, device clock.Stamp) {
	d := service.T.Sub(device.T) + service.Err + device.Err
	if !b.above || d < b.hi {
		b.hi, b.above = d, true
	}
	b.note(service, device)
}

func (b *bounds) note(service, device clock.Stamp) {
	b.n++
	b.assumed = b.assumed || service.ZoneAssumed || device.ZoneAssumed
}

// How far apart cause and effect may lie. A bound from one side alone tells of
// clocks only where they contradict it: a message that was stored before it was
// sent. By how much more they differ is then as much as a delivery may take.
const (
	delivery  = time.Minute
	guessable = 12 * time.Minute // zones lie a quarter of an hour apart or more: less is no wrong guess
)

func (b *bounds) span() (s clock.Span, ok bool) {
	switch {
	case b.below && b.above:
		s = clock.Span{Lo: b.lo, Hi: b.hi}
	case b.above && b.hi < 0:
		s = clock.Span{Lo: b.hi - delivery, Hi: b.hi}
	case b.below && b.lo > 0:
		s = clock.Span{Lo: b.lo, Hi: b.lo + delivery}
	default:
		return s, false
	}
	if s.Hi < s.Lo || b.assumed && s.Mid().Abs() > guessable {
		return s, false
	}
	return s, true
}

// handled is when the service did what concerns the message.
type handled struct {
	stored, asked, last clock.Stamp
}

// deviceStamp finds in a service's log the time at which the client says it asked.
var deviceStamp = lazy.MustCompile(`(?i)\b(?:(?:client|device|local|agent|browser|app)[_ -]?(?:side[_ -]?)?(?:ts|time|timestamp|clock|now|sent_?at|at)|(?:ts|time|timestamp)[_-](?:client|device|local))(?:[_-]?ms)?["']?\s*[=:]\s*["']?(1[5-9]\d{8}(?:\d{3})?|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))`)

// serviceEvents reads the service's logs; what a request logged when it was over is put back to its beginning.
func (a *Attempt) serviceEvents(b *bounds) (h handled) {
	for _, lf := range a.Logs {
		if lf.File.Kind != evidence.ServerLog {
			continue
		}
		for _, e := range lf.Entries {
			if e.At.IsZero() || !a.ours(e.Text) {
				continue
			}
			at := e.At
			if d, err := strconv.ParseFloat(e.Fields["duration_ms"], 64); err == nil && d > 0 && d < 600_000 {
				at.T = at.T.Add(-time.Duration(d * float64(time.Millisecond)))
			}
			at.Source = lf.File.Name
			switch recall := a.tellsOfRecall(e); {
			case recall && (h.asked.IsZero() || at.T.Before(h.asked.T)):
				h.asked = at
				if h.last.IsZero() {
					h.last = at
				}
			case recall && at.T.After(h.last.T):
				h.last = at
			case !recall && createdLine.MatchString(e.Text) && !deniedWords.MatchString(e.Text) && (h.stored.IsZero() || at.T.Before(h.stored.T)):
				h.stored = at
			}
			if m := deviceStamp.FindStringSubmatch(head(e.Text, 4096)); m != nil {
				if t, err, zoneless, ok := serviceTime(m[1]); ok && !zoneless {
					device := clock.Stamp{T: t, Err: min(err, time.Second)}
					b.before(at, device)
					device.T = t.Add(delivery)
					b.after(at, device)
				}
			}
		}
	}
	return h
}

// sendingLine is how a client logs that it is about to send, in distinction to that something was sent.
var sendingLine = lazy.MustCompile(`(?i)\b(?:send|sending|submit(?:ting)?|post(?:ing)?|emit(?:ting)?|enqueue|outgoing)\b|-->|→|>>|发送(?:消息|中)|正在发送`)

// pairOffset bounds the offset by what both sides wrote down of the message. What
// contradicts the Date headers is about something else, and left alone.
func (a *Attempt) pairOffset() {
	if a.ID == "" || a.Estimate.Conflict || a.Estimate.Step != 0 {
		return
	}
	var b bounds
	did := a.serviceEvents(&b)
	once := did.last.T.Sub(did.asked.T) < 30*time.Second // recalled twice, nobody knows which is which
	for _, lf := range a.Logs {
		if lf.File.Kind == evidence.ServerLog {
			continue
		}
		press, ok := a.pressIn(lf)
		if !ok {
			continue // the visitor's, or of another day
		}
		a.pairSending(lf, did, &b)
		if did.asked.IsZero() || !once {
			continue
		}
		asked, answered := a.exchangeIn(lf, press)
		b.before(did.asked, asked)
		if !answered.IsZero() {
			b.after(did.asked, answered)
		}
	}
	a.pairCalls(did, once, &b)
	span, ok := b.span()
	if !ok {
		return
	}
	if a.Offset.Known {
		if span, ok = a.Offset.Intersect(span); !ok {
			return
		}
	} else {
		a.Estimate.Known, a.Estimate.Method, a.Estimate.Source, a.Estimate.N = true, "log-pairs", firstText(did.asked.Source, did.stored.Source), 0
	}
	a.Estimate.Span = span
	a.Estimate.N += b.n
	a.Offset = a.Estimate.Offset
}

// pressIn finds the press in a log of the agent's own page or client.
func (a *Attempt) pressIn(lf evidence.LogFile) (at clock.Stamp, ok bool) {
	for _, e := range lf.Entries {
		if !e.At.IsZero() && a.pressed(e) && (a.Press.IsZero() || e.At.T.Sub(a.Press.T).Abs() < samePress) {
			return e.At, true
		}
	}
	return at, false
}

// pairSending joins the client's sending of the message with the service's storing of it.
func (a *Attempt) pairSending(lf evidence.LogFile, did handled, b *bounds) {
	if did.stored.IsZero() {
		return
	}
	for _, e := range lf.Entries {
		if e.At.IsZero() || !a.ours(e.Text) || a.tellsOfRecall(e) || !createdLine.MatchString(e.Text) || deniedWords.MatchString(e.Text) {
			continue
		}
		if sendingLine.MatchString(e.Text) {
			b.before(did.stored, e.At)
		} else { // sent, stored, acknowledged: the service had answered
			b.after(did.stored, e.At)
		}
		return
	}
}

// exchangeIn finds when the client asked for the recall that was pressed, and when it had the answer.
func (a *Attempt) exchangeIn(lf evidence.LogFile, press clock.Stamp) (asked, answered clock.Stamp) {
	asked = press
	path := ""
	for _, e := range lf.Entries {
		if e.At.IsZero() || e.At.T.Before(press.T) || e.At.T.Sub(press.T) > 3*time.Minute {
			continue
		}
		text := head(messageOf(e), 4096)
		m := requestLine.FindStringSubmatch(text)
		if m == nil {
			if s := arrowAnswer.FindStringSubmatch(text); s != nil && path != "" {
				return asked, e.At
			}
			continue
		}
		if m[1] == "GET" || path == "" && !a.ours(text) && !a.tellsOfRecall(e) && e.At.T.Sub(press.T) > 10*time.Second {
			continue
		}
		status := lineStatus.MatchString(m[3]) || prefixStatus.MatchString(text[:len(text)-len(m[0])])
		switch {
		case path == "" && !status && lineFailure.FindString(m[3]) == "":
			asked, path = e.At, m[2]
		case status && (path == m[2] || path == "" && (a.ours(text) || a.tellsOfRecall(e))):
			return asked, e.At
		}
	}
	return asked, clock.Stamp{}
}

// messageOf gives an entry's own words: a JSON line's message, unescaped.
func messageOf(e *logs.Entry) string {
	if msg := e.Fields["message"]; msg != "" && e.Fields["method"] == "" {
		return msg
	}
	return e.Text
}

// pairCalls joins the recorded requests that sent and recalled the message with what the service logged of them.
func (a *Attempt) pairCalls(did handled, once bool, b *bounds) {
	pair := func(c *Call, at clock.Stamp) {
		from, to := c.Arrival()
		if at.IsZero() || c.Start.IsZero() || !to.After(from) || c.Failure != "" {
			return
		}
		b.before(at, clock.Stamp{T: from, Err: time.Millisecond, ZoneAssumed: c.Start.ZoneAssumed})
		b.after(at, clock.Stamp{T: to, Err: time.Millisecond, ZoneAssumed: c.Start.ZoneAssumed})
	}
	for _, c := range a.Calls {
		if c.Kind == "api" && (c.Entry.Method == "POST" || c.Entry.Method == "PUT") && c.Status >= 200 && c.Status < 300 && mentions(c.Entry.RespBody, a.ID) && !mentions(c.Entry.ReqBody, a.ID) && (a.Request == nil || a.Request.Call != c) {
			pair(c, did.stored)
			break
		}
	}
	if r := a.Request; r != nil && r.Call != nil && r.Via == "http" && once && len(a.Requests) == 1 {
		pair(r.Call, did.asked)
	}
}
