// Package attempt puts together, from all evidence, what is known of the one
// recall that failed: the request that asked for it, what became of it, what
// the service and the page said around it, and whose clock said when. It
// recognises and joins; it does not judge.
package attempt

import (
	"context"
	"sort"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	rec "meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

// Result is what became of a request.
type Result string

// The results; Unknown is none of them.
const (
	Accepted Result = "accepted"
	Refused  Result = "refused"
	NoAnswer Result = "no_answer"
	NotSent  Result = "not_sent"
	Unknown  Result = "unknown"
)

// Request is one request for a recall, however it was made and whoever saw it.
type Request struct {
	Via     string // http, websocket, log (seen only in a log)
	Entry   *har.Entry
	Call    *Call // the entry's outcome, nil for other ways
	Start   clock.Stamp
	Late    bool        // Start is when its end was logged: it left at some moment before
	End     clock.Stamp // of the answer
	Arrived clock.Stamp // at the service, from its own log
	Score   float64     // how sure we are that it is one, in decibans
	Result  Result
	Answer  Answer
	Source  string
	IDs     []string // message ids it names

	notice bool // all that refuses it is a page's notice to its user
}

// Event is something the service told its clients, or a log tells of.
type Event struct {
	Means  string // from profile.Events
	At     clock.Stamp
	Text   string
	Source string
	Mine   bool // it names the message at hand
	Frame  bool // it came over the push connection
}

// Signal is something a browser, client or server wrote down about itself.
type Signal struct {
	Means  string // from profile.Signals or profile.Refusals
	Text   string
	Words  string // the words that said so
	At     clock.Stamp
	Source string
	Kind   evidence.Kind
	Level  string
	Strong bool // it names the recall or stands within seconds of it
	Said   bool // a person says so, and no program wrote it
}

// Attempt is all that the evidence tells of the recall.
type Attempt struct {
	Evidence *evidence.Set
	Logs     []evidence.LogFile // those of Evidence that programs wrote
	Profile  *profile.Profile
	ID       string // of the message, "" when unknown

	Sent    clock.Stamp // when the message was sent, best source first
	SentAlt clock.Stamp // the other source, when two differ in clock
	Press   clock.Stamp // when the recall was pressed

	InputDelay time.Duration // how long the page says that the press waited for it
	Offset     clock.Offset
	Estimate   OffsetEstimate

	Request  *Request   // the recall, nil when no evidence shows one
	Requests []*Request // every recall of this message that was seen, by time
	Other    int        // recalls of other messages
	Covered  Coverage

	Calls   []*Call // the service's other requests, by time
	Events  []Event
	Signals []Signal
	Stops   []Stop // scripts, sockets and whole scripts' runs that the browser's rules stopped
	Thrown  *Thrown
	Client  ClientFacts
	Facts   ServiceFacts

	// Later is what was read back of the message after the recall, nil where logs tell nothing of it.
	Later *LaterState

	// Notes is what people said in chats that were handed in, by file and line.
	Notes []Note
	// Releases is what release notes that were handed in say of the agents' client.
	Releases []Release

	// Server is what the service's own logs tell of requests, anybody's.
	Server []*Call

	// PushDown says that by a client's log the push was down when the recall was answered.
	PushDown bool
	// Tap is the press as a recording of the page shows it, nil for none.
	Tap *Tap
	// Button is how the recall controls stood on the screen, nil where nothing recorded it.
	Button *Button
	// Compared is what a second recording, without the person's extensions and settings, tells beside the first; nil for none.
	Compared *rec.Comparison
	// LongTask is the longest time for which the page stood still around the press.
	LongTask time.Duration
	// Machines is what logs and tables tell of the machines behind the service.
	Machines []Machine

	// Travel is what the service's log says of how this recall came to it.
	Travel Travel

	wires  wires
	asked  map[*har.Entry]bool // requests that only their preflight shows, which failed
	hosts  *hosts              // the service's, as profile and evidence tell
	told   *Request            // the recall as logs tell it
	begun  map[string]bool     // addresses at which a log shows the recall of another message begin
	frames []loggedFrame
	keys   map[string]keyFacts
	verbs  *hints // what a request for a recall must hold
	denied bool   // the person was shown a refusal

	alias    []string                // further ids of the message: those its sender's client made up
	logged   clock.Stamp             // the press as the page or client logged it
	traces   map[string]bool         // ids under which the service logs the recall's own work
	conv     string                  // the conversation's id, as logs name it
	parties  []string                // connections, logins and people that logs name beside the message
	namesUs  map[*evidence.File]bool // logs that name the message
	visitors map[string][2]string    // platform and version of the visitors' clients, by conversation
}

// Coverage tells whether a recording would have shown the recall's request.
type Coverage string

// The coverages.
const (
	CoverNone    Coverage = "none"    // no recording of that moment
	CoverPartial Coverage = "partial" // recorded, but the request may be in what is not there (frames not kept, file cut off)
	CoverFull    Coverage = "full"
)

// Build puts the attempt together.
func Build(ev *evidence.Set, in *incident.Incident, prof *profile.Profile) *Attempt {
	return BuildUntil(context.Background(), ev, in, prof)
}

// BuildUntil is Build that stops reading logs when the context ends, and joins
// what it has read by then.
func BuildUntil(ctx context.Context, ev *evidence.Set, in *incident.Incident, prof *profile.Profile) *Attempt {
	prof.Prepare()
	a := &Attempt{Evidence: ev, Profile: prof, ID: in.String(incident.MessageID), begun: map[string]bool{}, verbs: hintsOf(prof.Recall.Verbs)}
	if ev == nil {
		a.Evidence = &evidence.Set{}
	}
	a.statedTimes(in)
	a.denied = in.String(incident.Symptom) == "refused"
	a.Logs = a.takeNotes()
	a.joinNetLogs()
	a.readPreflights()
	h := newHosts(a.Evidence, prof, a.ID)
	a.hosts = h
	a.calls(h)
	a.aliases()
	a.learnTravel()
	a.estimateOffset(h)
	a.findRequests(h)
	a.readFrames(h)
	a.learnTap()
	a.choose()
	a.learn()
	a.learnID()
	a.pressedAliases()
	a.pairOffset()
	a.followTraces()
	a.eventTiming()
	a.learnPress()
	a.readLogs(ctx, h)
	a.readNotes()
	a.settlePress()
	a.settleTap()
	a.frameRequests()
	a.answeredAlready()
	a.settleTold()
	a.settleThrown()
	a.policySaid(h)
	a.neverLeft(h)
	a.netLogSignals(h)
	a.settleTravel()
	a.settlePush()
	a.learnWindow(in)
	a.settleVisitor()
	a.narrowOffset()
	a.refineTimes(in)
	a.Covered = a.coverage(h)
	a.clientFacts(in)
	a.Client.settleBuilds()
	a.readReleases(in)
	sort.SliceStable(a.Events, func(i, j int) bool { return a.Events[i].At.T.Before(a.Events[j].At.T) })
	return a
}

// statedTimes takes over what the person said. A person reads the press off
// the device, and the time of sending off the chat, which shows the service's
// stamp or the device's: that clock is unknown.
func (a *Attempt) statedTimes(in *incident.Incident) {
	if m, ok := in.Moment(incident.AttemptAt); ok {
		a.Press = clock.Stamp{T: m.T, Clock: clock.Device, Err: m.Err, ZoneAssumed: m.ZoneAssumed, Source: "incident"}
	}
	if m, ok := in.Moment(incident.SentAt); ok {
		a.Sent = clock.Stamp{T: m.T, Clock: clock.Unknown, Err: m.Err, ZoneAssumed: m.ZoneAssumed, Source: "incident"}
	}
	if wholeMinute(a.Press.T) && !wholeMinute(a.Sent.T) {
		a.Press.Err = max(a.Press.Err, time.Minute) // given in whole minutes, rounded one way or the other
	}
}

// near reports whether a stamp is within d of the press; ok is false when either is unknown.
func (a *Attempt) near(s clock.Stamp, d time.Duration) (near, ok bool) {
	ref := a.Press
	if ref.IsZero() && a.Request != nil {
		ref = a.Request.Start
	}
	if s.IsZero() || ref.IsZero() {
		return false, false
	}
	x, y := s.OnService(a.Offset), ref.OnService(a.Offset)
	gap := x.Since(y)
	return gap.Lo <= d+a.InputDelay && gap.Hi >= -d, true // what a press set off came when it was handled
}

// coverage tells whether a HAR or a NetLog spans the press.
func (a *Attempt) coverage(service *hosts) Coverage {
	best := CoverNone
	if !a.Press.IsZero() {
		best = a.reach(a.Press.T, a.Press.Err, service)
	}
	if best == CoverFull {
		return best
	}
	for _, h := range a.Evidence.HARs {
		if h.NetLog {
			continue // it was asked above
		}
		var first, last, lastStart time.Time
		frames, sockets, cut := false, false, false
		for _, e := range h.Entries {
			if e.ResourceType() == "websocket" || e.Status == 101 {
				sockets = true
				frames = frames || len(e.Messages) > 0
				cut = cut || e.MessagesLost
				frames = frames || h.Meta.Creator == "meiqia-diag" // which leaves none out, but for what binary ones say
				cut = cut || h.Meta.Creator == "meiqia-diag" && a.sentUnread(e)
			}
			if e.Started.IsZero() {
				continue
			}
			if first.IsZero() || e.Started.Before(first) {
				first = e.Started
			}
			if e.Started.After(lastStart) {
				lastStart = e.Started
			}
			if end := e.Started.Add(time.Duration(max(e.Time, 0) * float64(time.Millisecond))); end.After(last) {
				last = end
			}
			for _, m := range e.Messages {
				if m.Time.After(last) {
					last = m.Time
				}
			}
		}
		if first.IsZero() {
			continue
		}
		const slack = 5 * time.Second
		if a.Press.IsZero() && !a.spansMessage(h) {
			continue // nobody knows whether the press is in it
		}
		if !a.Press.IsZero() && (a.Press.T.Before(first.Add(-slack-a.Press.Err)) || a.Press.T.After(last.Add(slack+a.Press.Err))) {
			continue
		}
		// A recording that was cut off shows the moment only where it goes on well past it.
		if h.Meta.Truncated && (a.Press.IsZero() || !lastStart.After(a.Press.T.Add(slack+a.Press.Err))) {
			cut = true
		}
		if sockets && !frames || cut {
			if best == CoverNone {
				best = CoverPartial
			}
			continue
		}
		best = CoverFull
	}
	return best
}

// spansMessage reports whether a recording shows the message being sent, so that
// the recall that came after is in it where it was made at all.
func (a *Attempt) spansMessage(h evidence.HARFile) bool {
	for _, e := range h.Entries {
		if a.ID != "" && (mentions(e.RespBody, a.ID) || mentions(e.ReqBody, a.ID)) {
			return true
		}
		if a.ID == "" && e.Method == "POST" && a.Profile.MessageWord(profile.Words(e.URL)) != "" && !stranger(e.URL) {
			return true
		}
		for _, m := range e.Messages {
			if a.ID != "" && mentions(m.Data, a.ID) {
				return true
			}
		}
	}
	return false
}

func wholeMinute(t time.Time) bool { return !t.IsZero() && t.Second() == 0 && t.Nanosecond() == 0 }
