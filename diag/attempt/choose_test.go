package attempt

import (
	"testing"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
)

func recallOf(at float64, id string, status int, resp string) obj {
	return entry(at, "POST", host+"/api/v1/messages/"+id+"/recall", "", status, resp)
}

const (
	okBody   = `{"success":true}`
	readBody = `{"error":"message_read"}`
)

func TestTheRightRecallIsChosen(t *testing.T) {
	for _, c := range []struct {
		name    string
		facts   facts
		entries []obj
		at      float64 // seconds after the press, -1 for none
		result  Result
		mine    int
		other   int
	}{
		{"by id, though another is nearer", known, []obj{recallOf(-20, "8842", 403, readBody), recallOf(0.1, "9001", 200, okBody)}, -20, Refused, 1, 1},
		{"only another message's", known, []obj{recallOf(0.1, "9001", 200, okBody)}, -1, "", 0, 1},
		{"an id that contains ours", known, []obj{recallOf(0.1, "88421", 200, okBody)}, -1, "", 0, 1},
		{"of several tries the one at the press", known, []obj{recallOf(-50, "8842", 403, readBody), recallOf(0.3, "8842", 500, `{}`), recallOf(45, "8842", 200, okBody)}, 0.3, Refused, 3, 0},
		{"by time where no id is known", facts{incident.AttemptAt: press}, []obj{recallOf(-70, "7001", 200, okBody), recallOf(0.4, "7002", 403, readBody), recallOf(80, "7003", 200, okBody)}, 0.4, Refused, 3, 0},
		{"the one that failed where nothing is known", facts{}, []obj{recallOf(-70, "7001", 200, okBody), recallOf(0, "7002", 403, readBody), recallOf(80, "7003", 200, okBody)}, 0, Refused, 3, 0},
		{"the last where all failed", facts{}, []obj{recallOf(-70, "7001", 403, readBody), recallOf(80, "7002", 403, readBody)}, 80, Refused, 2, 0},
		{"the order in the file does not matter", known, []obj{recallOf(45, "8842", 200, okBody), recallOf(0.3, "8842", 403, readBody), recallOf(-50, "8842", 200, okBody)}, 0.3, Refused, 3, 0},
		{"a local id beside the press", known, []obj{recallOf(0.2, "local-17ab", 404, `{"error":"message not found"}`)}, 0.2, Refused, 1, 0},
		{"a local id far from the press", known, []obj{recallOf(-300, "local-17ab", 404, `{"error":"message not found"}`)}, -1, "", 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := chrome(t, c.facts, append([]obj{entry(-90, "GET", host+"/api/v1/me", "", 200, `{"id":1}`)}, c.entries...)...)
			if a.Other != c.other || len(a.Requests) != c.mine {
				t.Errorf("%d of this message, %d of others; want %d and %d", len(a.Requests), a.Other, c.mine, c.other)
			}
			if c.at == -1 {
				if a.Request != nil {
					t.Fatalf("chose %v, %s", a.Request.Start.T, a.Request.Result)
				}
				return
			}
			if a.Request == nil {
				t.Fatal("none was chosen")
			}
			if got := a.Request.Start.T.Sub(pressT).Seconds(); got != c.at || a.Request.Result != c.result {
				t.Errorf("chose the one %v s from the press, %s", got, a.Request.Result)
			}
			for i := 1; i < len(a.Requests); i++ {
				if a.Requests[i].Start.T.Before(a.Requests[i-1].Start.T) {
					t.Error("requests are not in order of time")
				}
			}
		})
	}
}

func TestIDIsLearnt(t *testing.T) {
	a := chrome(t, facts{incident.AttemptAt: press}, recallOf(0.2, "8842", 403, readBody), socket(`<{"event":"message_read","msg_id":"8842"}`, `<{"event":"message_read","msg_id":"9001"}`))
	if a.ID != "8842" {
		t.Fatalf("id %q", a.ID)
	}
	mine := 0
	for _, ev := range a.Events {
		if ev.Mine {
			mine++
		}
	}
	if mine != 1 {
		t.Errorf("%d of the two receipts are of this message", mine)
	}
}

func TestPressAndRecording(t *testing.T) {
	// The press is taken from the recording where the person did not say, or is far off.
	a := chrome(t, facts{incident.MessageID: "8842"}, recallOf(0.2, "8842", 403, readBody))
	if !a.Press.T.Equal(pressT.Add(200*time.Millisecond)) || a.Press.Clock != clock.Browser {
		t.Errorf("press %+v", a.Press)
	}
	a = chrome(t, facts{incident.MessageID: "8842", incident.AttemptAt: "2026-11-20T09:22:41+08:00"}, recallOf(0.2, "8842", 403, readBody))
	if !a.Press.T.Equal(pressT.Add(200 * time.Millisecond)) {
		t.Errorf("an hour off: press %+v", a.Press)
	}
	a = chrome(t, known, recallOf(3.5, "8842", 403, readBody))
	if !a.Press.T.Equal(pressT) || a.Press.Source != "incident" {
		t.Errorf("some seconds off is the page being slow, not a wrong reading: press %+v", a.Press)
	}
}

// Where the device's clock is 90 s slow and the person read the service's time, the press is the service's.
func TestPressReadOffTheService(t *testing.T) {
	var entries []obj
	for i := range 12 {
		at := -90 + float64(i) + 0.37
		date := pressT.Add(time.Duration((at + 90 + 0.02) * float64(time.Second))).Truncate(time.Second)
		entries = append(entries, entry(at-5, "GET", host+"/api/v1/ping", "", 200, `{}`, obj{"response": obj{"headers": header("Date", date.Add(-5*time.Second).Format("Mon, 02 Jan 2006 15:04:05 GMT"))}}))
	}
	a := chrome(t, known, append(entries, recallOf(-89.8, "8842", 403, readBody))...)
	if !a.Offset.Known || !a.Offset.Contains(90*time.Second) {
		t.Fatalf("offset %+v", a.Offset)
	}
	if a.Press.Clock != clock.Service || a.Request == nil {
		t.Errorf("press %+v", a.Press)
	}
}

func TestSentTime(t *testing.T) {
	created := func(v string) obj {
		return entry(-98, "POST", host+"/api/v1/conversations/12/messages", `{"content":"hi"}`, 201, `{"id":8842,"created_on":`+v+`,"content":"hi"}`)
	}
	want := time.Date(2026, 11, 20, 2, 21, 3, 0, time.UTC)
	for _, c := range []struct {
		value    string
		zoneless bool
		err      time.Duration
	}{
		{`"2026-11-20T02:21:03.000Z"`, false, 10 * time.Millisecond},
		{`"2026-11-20T10:21:03+08:00"`, false, time.Second},
		{`"2026-11-20T02:21:03"`, true, time.Second}, // the known trap: UTC without saying so
		{`"2026-11-20 02:21:03.000"`, true, 10 * time.Millisecond},
		{`"2026-11-20T02:21:03.000000"`, true, 10 * time.Millisecond},
		{`1795141263000`, false, time.Millisecond},
		{`1795141263`, false, time.Second},
	} {
		t.Run(c.value, func(t *testing.T) {
			a := chrome(t, known, created(c.value), recallOf(0.2, "8842", 403, readBody))
			if a.Sent.Clock != clock.Service || a.Sent.T.Sub(want).Abs() > time.Second || a.Sent.Err > c.err || a.Sent.ZoneAssumed != c.zoneless {
				t.Errorf("sent %+v", a.Sent)
			}
			if lo, hi := a.Sent.T.Add(-a.Sent.Err), a.Sent.T.Add(a.Sent.Err); want.Before(lo) || want.After(hi) {
				t.Errorf("the truth is outside %s to %s", lo, hi)
			}
			if a.SentAlt.Source != "incident" || !a.SentAlt.T.Equal(want) {
				t.Errorf("the person's word is kept beside it: %+v", a.SentAlt)
			}
		})
	}
	// A value that cannot be of that day is no time of it.
	if a := chrome(t, known, created(`"2019-01-01T00:00:00Z"`), recallOf(0.2, "8842", 403, readBody)); a.Sent.Clock == clock.Service {
		t.Errorf("a date years off: %+v", a.Sent)
	}
}

func TestSentTimeOfAFrame(t *testing.T) {
	want := time.Date(2026, 11, 20, 2, 21, 3, 0, time.UTC)
	// A frame may bring it; a frame of the recall itself is not the message's creation.
	a := chrome(t, known, socket(`<{"event":"message","id":"8842","created_on":"2026-11-20T02:21:03"}`, `<{"event":"message_recalled","id":"8842","created_on":"2026-11-20T02:22:41"}`))
	if a.Sent.Clock != clock.Service || a.Sent.T.Sub(want).Abs() > time.Second {
		t.Errorf("from a frame: %+v", a.Sent)
	}
}

func TestCoverage(t *testing.T) {
	me := entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`)
	after := entry(30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`)
	for _, c := range []struct {
		name    string
		entries []obj
		want    Coverage
	}{
		{"none", nil, CoverNone},
		{"before and after", []obj{me, after}, CoverFull},
		{"long before", []obj{entry(-900, "GET", host+"/a", "", 200, ""), entry(-800, "GET", host+"/a", "", 200, "")}, CoverNone},
		{"a socket without its frames", []obj{me, after, entry(-20, "GET", "wss://eco-push-api-agent.meiqia.com/ws", "", 101, "", obj{"_resourceType": "websocket"})}, CoverPartial},
		{"a socket with its frames", []obj{me, after, socket(`<{"type":"ping"}`)}, CoverFull},
	} {
		var a *Attempt
		if c.entries == nil {
			a = build(t, known)
		} else {
			a = chrome(t, known, c.entries...)
		}
		if a.Covered != c.want {
			t.Errorf("%s: %s, want %s", c.name, a.Covered, c.want)
		}
	}
}

// A recall that was over before the message was sent is of another message, whatever it names.
func TestForegone(t *testing.T) {
	early := entry(-240, "POST", host+"/api/v1/messages/7711/recall", "", 200, `{"success":true}`)
	in := facts{incident.SentAt: sent0, incident.AttemptAt: press}
	if a := build(t, in, "a.har", harOf("WebInspector", early, entry(3, "GET", host+"/api/v1/me", "", 200, `{"id":1}`))); a.Request != nil || a.Other != 1 {
		t.Errorf("%+v", a.Request)
	}
	item := entry(-20, "DELETE", host+"/svc/threads/T-1/items/364b754a-6870-4bf3-a3eb-5db303c43465?mode=unsend", "", 200, `{"state":"Unsent"}`)
	in = facts{incident.MessageID: "b2ad0c38-6864-4903-af82-54f61de0f06a", incident.AttemptAt: press}
	if a := build(t, in, "a.har", harOf("WebInspector", item)); a.Request != nil {
		t.Errorf("another item: %+v", a.Request)
	}
}
