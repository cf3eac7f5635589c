package attempt

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

var createdKeys = lazy.MustCompile(`^(?:created ?(?:on|at|time)?|create ?(?:time|at)|sent ?(?:at|on|time)?|send ?time|timestamp|ts|time|date|msg ?time|ctime|server ?time|published ?at|at)$`)

// noteSent takes the service's own stamp of the message from a frame or answer that brings it.
func (a *Attempt) noteSent(fs []field, text string, seen clock.Stamp, where string) {
	if a.ID == "" || !mentions(text, a.ID) || a.Profile.RecallVerb(profile.Words(head(text, 2048))) != "" {
		return
	}
	for _, f := range fs {
		if !createdKeys.MatchString(f.key) {
			continue
		}
		t, e, zoneless, ok := serviceTime(f.value)
		if !ok || (!seen.IsZero() && t.Sub(seen.T).Abs() > 15*time.Hour) {
			continue
		}
		s := clock.Stamp{T: t, Clock: clock.Service, Err: e, ZoneAssumed: zoneless, Source: where}
		if a.Sent.Clock != clock.Service {
			a.Sent, a.SentAlt = s, a.Sent
		}
		return
	}
}

// serviceTime reads a stamp of the service: a Unix number, or a date. The
// service writes dates without a zone in UTC (a known trap), so they are read so.
func serviceTime(s string) (t time.Time, e time.Duration, zoneless, ok bool) {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		switch {
		case n > 1e15 && n < 1e16:
			return time.UnixMicro(int64(n)), time.Millisecond, false, true
		case n > 1e12 && n < 1e13:
			return time.UnixMilli(int64(n)), time.Millisecond, false, true
		case n > 1e9 && n < 1e10:
			return time.Unix(0, int64(n*1e9)), time.Second, false, true
		}
		return t, 0, false, false
	}
	if len(s) < 16 || len(s) > 40 {
		return t, 0, false, false
	}
	m, p := incident.ParseMoment(s, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	if p != nil {
		return t, 0, false, false
	}
	return m.T, min(m.Err, time.Second), m.ZoneAssumed, true
}

// refineTimes joins what the person said with what was recorded.
func (a *Attempt) refineTimes(in *incident.Incident) {
	a.sentFromCalls()
	r := a.Request
	if r == nil || r.Start.IsZero() {
		return
	}
	if a.Press.IsZero() || a.roundedPress(r.Start) {
		a.Press = r.Start
		return
	}
	// A person may have read the press off the service's time, or off a page
	// that shows it: it then fits the recording only with the offset applied.
	raw := r.Start.T.Sub(a.Press.T)
	mapped := r.Start.OnService(a.Offset).Middle().Sub(a.Press.T)
	slack := a.Press.Err + 2*time.Second
	if a.Offset.Known && raw.Abs() > slack && mapped.Abs() <= slack+a.Offset.Half() {
		a.Press.Clock = clock.Service
	}
	// Where the two cannot be the same press, the recording is the better witness.
	if raw.Abs() > 5*time.Minute+a.InputDelay && mapped.Abs() > 5*time.Minute+a.InputDelay {
		a.Press = r.Start
	}
}

// listing is what a request is called that fetches messages, by whatever method: its answer names many.
var listing = lazy.MustCompile(`\b(?:histor(?:y|ies)|lists?|pull|poll|sync|fetch|query|search|load|recent|timeline|unread|batch ?get|roam\w*)\b`)

func pathOnly(address string) string {
	path, _, _ := strings.Cut(address, "?")
	return path
}

// sentFromCalls finds the request that sent the message in the recording.
func (a *Attempt) sentFromCalls() {
	if a.ID == "" {
		return
	}
	for _, c := range a.Calls {
		if c.Kind != "api" || c.Status < 200 || c.Status >= 300 || c.Entry.RespBody == "" || !mentions(c.Entry.RespBody, a.ID) {
			continue
		}
		fs, ok := fields(c.Entry.RespBody)
		if !ok || len(fs) > 60 || listing.MatchString(profile.Words(pathOnly(c.Entry.URL))) || a.Profile.RecallVerb(profile.Words(c.Entry.URL+" "+head(c.Entry.ReqBody, 1024))) != "" {
			continue
		}
		if c.Entry.Method == "POST" || c.Entry.Method == "PUT" {
			a.noteSent(fs, c.Entry.RespBody, c.Start, c.Source)
			if a.Sent.Clock != clock.Service && !c.Start.IsZero() {
				from, to := c.Arrival()
				mid := from.Add(to.Sub(from) / 2)
				a.SentAlt = a.Sent
				a.Sent = clock.Stamp{T: mid, Clock: clock.Browser, Err: to.Sub(from)/2 + time.Millisecond, Source: c.Source}
			}
			return
		}
	}
}

// sentByClient takes when the agent's client says it sent the message. A stated
// time whose clock is not known is then told by which of the two it agrees with.
func (a *Attempt) sentByClient(logged clock.Stamp) {
	const same = 5 * time.Second
	switch {
	case a.Sent.IsZero():
		a.Sent = logged
	case a.Sent.Clock == clock.Unknown && a.Offset.Known && a.Offset.Mid().Abs() > 2*same:
		onDevice := logged.T.Sub(a.Sent.T).Abs() <= same+a.Sent.Err
		onService := logged.OnService(a.Offset).Middle().Sub(a.Sent.T).Abs() <= same+a.Sent.Err+a.Offset.Half()
		switch {
		case onDevice && !onService:
			a.Sent.Clock = clock.Device
		case onService && !onDevice:
			a.Sent.Clock = clock.Service
		}
	}
}

// ageText finds how old somebody says the message was: "msg age 28859s",
// "elapsed=125000ms", "age_s=499". What took so many ms is no age.
var ageText = lazy.MustCompile(`(?i)\b(?:(?:age|elapsed|since[_ ]?sent|diff|delta)["']?\s*[=:]?\s*(\d{3,12})(?:\.\d+)?\s?(ms|s\b|sec|seconds)?|(?:(?:msg|message)[_ ]?)?(?:age|since[_ ]?sent|diff|delta|old)_(ms|millis|s|secs?|seconds)["']?\s*[=:]\s*["']?(\d{2,12})(?:\.\d+)?)`)

// wrongAge is how far the age may be off before a clock must be wrong.
const wrongAge = time.Minute

// ageSaid compares the message's age as the service or the page reckoned it with the true
// one. Off by whole half hours, somebody read a stamp in the wrong zone.
func (a *Attempt) ageSaid(e *logs.Entry, where string, kind evidence.Kind) {
	m := ageText.FindStringSubmatch(stampless(head(e.Text, 4096)))
	if m == nil || a.Sent.IsZero() || a.Press.IsZero() {
		return
	}
	n, err := strconv.ParseInt(m[1]+m[4], 10, 64)
	if err != nil || lineFailure.MatchString(e.Text) {
		return
	}
	said, unit := time.Duration(n)*time.Second, m[2]+m[3]
	if unit == "ms" || unit == "millis" || unit == "" && n > 1_000_000 {
		said = time.Duration(n) * time.Millisecond
	}
	const zone = 30 * time.Minute // zones differ by multiples of it, or of half of it, which nobody lives in here
	off := said - a.Press.OnService(a.Offset).Since(a.Sent.OnService(a.Offset)).Mid()
	means := "zone_trap"
	if whole := off.Round(zone); whole == 0 || (off-whole).Abs() > 2*time.Minute || whole.Abs() > 14*time.Hour {
		if off.Abs() < wrongAge+a.Press.Err+a.Sent.Err || off.Abs() > 24*time.Hour {
			return
		}
		means = "age_differs"
	}
	a.Signals = append(a.Signals, Signal{Means: means, Text: head(e.Text, 400), Words: m[0], At: e.At, Source: where, Kind: kind, Level: string(e.Level), Strong: true})
}
