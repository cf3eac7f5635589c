package attempt

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// findRequests collects the recalls among the HTTP requests. Requests to hosts
// that nothing ties to the service count only when several signs agree.
func (a *Attempt) findRequests(h *hosts) {
	for _, f := range a.Evidence.HARs {
		for _, e := range f.Entries {
			score := a.scoreRequest(e, h)
			if score < recallAtMost {
				continue
			}
			c := a.callOf(e, f.File.Name, f.Meta.Manner)
			r := &Request{Via: "http", Entry: e, Call: c, Start: c.Start, Score: score, Source: c.Source}
			_, to := c.Arrival()
			if !to.IsZero() && !c.Start.IsZero() {
				r.End = clock.Stamp{T: to, Clock: clock.Browser, Err: time.Millisecond, Source: c.Source}
			}
			r.Result, r.Answer = a.answerOf(c)
			if replaced(e) {
				r.Result = NotSent
			}
			r.IDs = a.requestIDs(e.URL, e.ReqBody)
			a.Requests = append(a.Requests, r)
		}
	}
}

// requestIDs gives the message ids that a recall names; a path's segment behind
// a word for "message" is one.
func (a *Attempt) requestIDs(rawURL, body string) []string {
	ids := append(idsIn(rawURL), idsIn(body)...)
	if a.ID != "" && (mentions(rawURL, a.ID) || mentions(body, a.ID)) {
		return []string{a.ID}
	}
	if len(ids) == 0 {
		if u := parse(rawURL); u != nil {
			for _, m := range pathID.FindAllStringSubmatch(u.Path, -1) {
				ids = append(ids, m[1])
			}
		}
		if fs, ok := fields(body); ok {
			for _, f := range fs {
				if idKey.MatchString(f.key) && plainID.MatchString(f.value) {
					ids = append(ids, f.value)
				}
			}
		}
	}
	return ids
}

var (
	pathID  = lazy.MustCompile(`(?i)/(?:messages?|msgs?|(?:chat-?)?items?|entries|records?|posts|activities|bubbles)/([A-Za-z0-9_-]{2,64})`)
	idKey   = lazy.MustCompile(`^(?:(?:target|message|msg|m|mid|item|server|svr|origin\w*|recall\w*) ?)?(?:id|guid|key|seq|no|uuid|mid)s?$`)
	plainID = lazy.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:-]{1,63}$`)
)

// readFrames reads the push connection: recalls asked for by frame, their
// answers, and the events that the service told.
func (a *Attempt) readFrames(h *hosts) {
	for _, f := range a.Evidence.HARs {
		for _, e := range f.Entries {
			if len(e.Messages) == 0 {
				continue
			}
			source := fmt.Sprintf("%s entry %d", f.File.Name, e.Index+1)
			for i, m := range e.Messages {
				at := clock.Stamp{}
				if !m.Time.IsZero() {
					at = clock.Stamp{T: m.Time, Clock: clock.Browser, Err: time.Millisecond, Source: source}
				}
				fs, isBody := fields(m.Data)
				where := fmt.Sprintf("%s frame %d", source, i+1)
				if m.Sent {
					if isBody && a.asksRecall(fs) && !stranger(e.URL) {
						a.addFrameRequest(m.Data, fs, at, where, e.Messages[i+1:])
					}
					continue
				}
				a.readEvent(m.Data, fs, at, where)
			}
		}
	}
}

// readEvent takes the events from a received frame.
func (a *Attempt) readEvent(data string, fs []field, at clock.Stamp, where string) {
	if a.verbIn(fs) {
		a.Events = append(a.Events, Event{Means: "recalled", At: at, Text: head(data, 300), Source: where, Mine: a.mine(data, fs, "recalled"), Frame: true})
	}
	for _, ev := range a.Profile.EventsIn(head(data, 8192)) {
		if ev.Means == "recalled" && len(fs) > 0 {
			continue // its fields say it better than its words
		}
		a.Events = append(a.Events, Event{Means: ev.Means, At: at, Text: head(data, 300), Source: where, Mine: a.mine(data, fs, ev.Means), Frame: true})
	}
	if visitorMessage(fs) {
		a.Events = append(a.Events, Event{Means: "visitor_message", At: at, Text: head(data, 300), Source: where, Mine: a.ID != "" && mentions(data, a.ID), Frame: true})
	}
	a.noteSent(fs, data, at, where)
}

// mine reports whether an event is about the message at hand: it names it, or,
// for receipts that count up, names a later one.
func (a *Attempt) mine(text string, fs []field, means string) bool {
	if a.ID == "" {
		return false
	}
	if mentions(text, a.ID) {
		return true
	}
	if means != "read_receipt" {
		return false
	}
	for _, f := range fs {
		if (strings.Contains(f.key, "up to") || strings.Contains(f.key, "upto") || strings.Contains(f.key, "last") || strings.Contains(f.key, "max") || strings.Contains(f.key, "until")) &&
			isNumber(f.value) && isNumber(a.ID) && (len(f.value) > len(a.ID) || len(f.value) == len(a.ID) && f.value >= a.ID) {
			return true
		}
	}
	return false
}

var number = lazy.MustCompile(`^[0-9]{1,20}$`)

func isNumber(s string) bool { return number.MatchString(s) }

// visitorMessage reports whether a frame brings a message that the visitor wrote.
func visitorMessage(fs []field) bool {
	from, content := false, false
	for _, f := range fs {
		low := strings.ToLower(f.value)
		if fromKeys.MatchString(f.key) && visitorWords.MatchString(low) {
			from = true
		}
		if contentKeys.MatchString(f.key) && f.value != "" {
			content = true
		}
	}
	return from && content
}

var (
	fromKeys     = lazy.MustCompile(`^(?:from ?type|from|sender|sender ?type|sender ?role|role|author|author ?type|direction|who|by|side)$`)
	visitorWords = lazy.MustCompile(`^(?:client|visitor|customer|guest|user|consumer|in|inbound|访客|客户)$`)
	contentKeys  = lazy.MustCompile(`^(?:content|text|body|msg ?content|payload|message|msg)$`)
)

// addFrameRequest keeps a recall that was asked for over the push connection, with its answer.
func (a *Attempt) addFrameRequest(data string, fs []field, at clock.Stamp, where string, later []har.Message) {
	r := &Request{Via: "websocket", Start: at, Score: dbVerbBody + dbMessage, Source: where, Result: NoAnswer, IDs: a.requestIDs("", data)}
	if a.ID != "" && mentions(data, a.ID) {
		r.Score += dbID
	}
	tags := map[string]bool{}
	for _, f := range fs {
		if tagKeys.MatchString(f.key) && len(f.value) >= 1 && len(f.value) <= 64 {
			tags[f.key+"\x00"+f.value], tags[f.value] = true, true
		}
	}
	for _, m := range later {
		if m.Sent || (!m.Time.IsZero() && !at.T.IsZero() && m.Time.Sub(at.T) > 30*time.Second) {
			continue
		}
		got, ok := fields(m.Data)
		if !ok {
			continue
		}
		same, answerish := false, false
		for _, f := range got {
			if tagKeys.MatchString(f.key) && (tags[f.key+"\x00"+f.value] || (tags[f.value] && !isShortNumber(f.value))) {
				same = true
			}
			if codeKeys.MatchString(f.key) || flagKeys.MatchString(f.key) || strings.HasPrefix(f.key, "err") {
				answerish = true
			}
		}
		verb := a.Profile.RecallVerb(profile.Words(head(m.Data, 2048))) != ""
		if !(same && (answerish || verb)) && !(verb && answerish && (a.ID == "" || mentions(m.Data, a.ID) || len(idsIn(m.Data)) == 0)) {
			continue
		}
		res := a.readBody(m.Data, &r.Answer)
		if res == Unknown && verb && same {
			res, r.Answer.Weak = Accepted, true
		}
		if res != Unknown {
			r.Result = res
			r.End = clock.Stamp{T: m.Time, Clock: clock.Browser, Err: time.Millisecond, Source: where}
			break
		}
	}
	a.Requests = append(a.Requests, r)
}

var tagKeys = lazy.MustCompile(`^(?:id|req ?id|request ?id|rid|seq|sn|ref|echo|nonce|trace ?id|corr(?:elation)? ?id|msg ?seq|client ?seq|uuid|ack|ack ?id|reply ?to|in ?reply ?to|cid|call ?id|tag)$`)

func isShortNumber(s string) bool { return len(s) < 3 && isNumber(s) }

// choose picks the recall that the person speaks of: of this message, and
// nearest to the press where that is known; else the last.
func (a *Attempt) choose() {
	var mine []*Request
	for _, r := range a.Requests {
		if a.ID != "" && len(r.IDs) > 0 && !containsID(r.IDs, a.ID) && !slices.ContainsFunc(r.IDs, a.ours) && !(isLocalID(r.IDs[0]) && a.besidePress(r)) {
			a.Other++
			continue
		}
		if a.foregone(r) {
			a.Other++
			continue
		}
		mine = append(mine, r)
	}
	sort.SliceStable(mine, func(i, j int) bool { return mine[i].Start.T.Before(mine[j].Start.T) })
	a.Requests = mine
	if len(mine) == 0 {
		return
	}
	best := mine[len(mine)-1]
	switch {
	case !a.Press.IsZero():
		nearest := time.Duration(1<<63 - 1)
		for _, r := range mine {
			if r.Start.IsZero() {
				continue
			}
			// The person may have read the press off the device or off the service: the
			// nearer reading counts. Of two near the press the better recognised one wins.
			gap := min(r.Start.T.Sub(a.Press.T).Abs(), r.Start.OnService(a.Offset).Middle().Sub(a.Press.T).Abs())
			if gap -= time.Duration(r.Score * float64(100*time.Millisecond)); gap < nearest {
				best, nearest = r, gap
			}
		}
	case a.ID == "":
		// Nothing says which: a recall that failed is more likely the one asked about.
		for _, r := range mine {
			if r.Result != Accepted {
				best = r
			}
		}
	}
	a.Request = best
	if a.ID == "" && len(best.IDs) > 0 {
		a.ID = best.IDs[0]
		for i := range a.Events {
			if mentions(a.Events[i].Text, a.ID) {
				a.Events[i].Mine = true
			}
		}
	}
}

// foregone reports whether a recall that does not name the message was over before it was
// sent, and not at the stated press either: read on either clock it is of another message.
func (a *Attempt) foregone(r *Request) bool {
	const apart = time.Minute
	if a.Sent.IsZero() || a.Press.IsZero() || r.Start.IsZero() || a.ID != "" && containsID(r.IDs, a.ID) {
		return false
	}
	for _, at := range []time.Time{r.Start.T, r.Start.OnService(a.Offset).Middle()} {
		if a.Sent.T.Sub(at) < apart+a.Sent.Err || a.Press.T.Sub(at) < apart+a.Press.Err {
			return false
		}
	}
	return a.Press.T.After(a.Sent.T)
}

// localID is an id that a client makes up until the service has given its own:
// a recall that names it fails although the message is the right one.
var (
	localID = lazy.MustCompile(`(?i)^(?:local|tmp|temp|client|cli|c|pending|draft|new|uuid|sending)[-_:.]?[0-9a-f]`)
	// hexID is an identifier that the service as well may have given: the c it may begin with is a digit.
	hexID = lazy.MustCompile(`(?i)^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[0-9a-f]{16,40}$`)
)

func isLocalID(id string) bool { return localID.MatchString(id) && !hexID.MatchString(id) }

// LocalID reports whether the recall named an id that only the client knows.
func (r *Request) LocalID(id string) bool {
	return len(r.IDs) > 0 && r.IDs[0] != id && isLocalID(r.IDs[0])
}

func (a *Attempt) besidePress(r *Request) bool {
	return !a.Press.IsZero() && !r.Start.IsZero() && min(r.Start.T.Sub(a.Press.T).Abs(), r.Start.OnService(a.Offset).Middle().Sub(a.Press.T).Abs()) < 10*time.Second
}

func containsID(ids []string, id string) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}
