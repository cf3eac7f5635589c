package diagnosis

import (
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// on is a stamp so many seconds after noon, by one clock, ± err.
func on(c clock.Clock, at float64, err time.Duration, source string) clock.Stamp {
	return clock.Stamp{T: noon.Add(time.Duration(at * float64(time.Second))), Clock: c, Err: err, Source: source}
}

func says(means, words string, at clock.Stamp, kind evidence.Kind) attempt.Signal {
	return attempt.Signal{Means: means, Words: words, At: at, Source: at.Source, Kind: kind, Strong: true}
}

// told gives the timeline of an attempt as lines of kind and text.
func told(doc *diag.Document, a *attempt.Attempt) ([]diag.Moment, string) {
	prof := &profile.Profile{Window: profile.Duration(2 * time.Minute)}
	var out []string
	list := timeline(doc, a, Options{Incident: incident.New(), Profile: prof})
	for _, m := range list {
		out = append(out, m.Kind+" "+m.Text.EN)
	}
	return list, strings.Join(out, "\n")
}

func known(half time.Duration) clock.Offset {
	return clock.Offset{Span: clock.Exactly(0, half), Known: true}
}

func TestTimelineTellsEachThingOnce(t *testing.T) {
	ms := time.Millisecond
	r := &attempt.Request{
		Start: on(clock.Browser, 98.05, ms, "a.har entry 9"), End: on(clock.Browser, 98.06, ms, "a.har entry 9"), Arrived: on(clock.Service, 97.9, ms, "access.log:3"),
		Result: attempt.Refused, Answer: attempt.Answer{Status: 403, Text: "消息已被阅读", Reasons: []profile.Match{{Means: "read"}}},
	}
	a := &attempt.Attempt{
		Offset: known(300 * ms), Sent: on(clock.Service, 0, ms, "server.log:1"), Press: on(clock.Device, 98.2, time.Second, "incident"), Request: r, Requests: []*attempt.Request{r},
		Events: []attempt.Event{
			{Means: "visitor_message", At: on(clock.Service, -60, ms, "server.log:0"), Source: "server.log:0"},
			{Means: "read_receipt", At: on(clock.Browser, 50.1, ms, "console.log:5"), Source: "console.log:5", Mine: true},
			{Means: "read_receipt", At: on(clock.Service, 50, ms, "server.log:2"), Source: "server.log:2", Mine: true},
			{Means: "read_receipt", At: on(clock.Service, 98.06, ms, "server.log:4"), Source: "server.log:4", Mine: true},
		},
		Signals: []attempt.Signal{
			says("push_up", "push open", on(clock.Browser, 0, ms, "console.log:1"), evidence.Console),
			says("says:read", "已被阅读", on(clock.Browser, 98.07, ms, "console.log:9"), evidence.Console),
			says("says:generic", "无法撤回", on(clock.Browser, 98.07, ms, "console.log:9"), evidence.Console),
			says("says:read", "already read", on(clock.Service, 97.9, ms, "server.log:4"), evidence.ServerLog),
		},
	}
	list, got := told(&diag.Document{}, a)
	want := `sent the message was sent; it can be recalled for 2 min
read the visitor read it
press the recall was pressed
request the recall was sent off
arrival the service got it
answer the service refused it (403): “消息已被阅读”
window_end the window closed`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if list[1].Source != "server.log:2" || list[1].ErrMS != 1 {
		t.Errorf("not the surest witness: %+v", list[1])
	}
	for i, m := range list {
		if i > 0 && m.At < list[i-1].At {
			t.Errorf("%s is before %s", m.Kind, list[i-1].Kind)
		}
		if m.Serious != (m.Kind == "answer") {
			t.Errorf("%s: serious is %v", m.Kind, m.Serious)
		}
	}
}

func TestTimelineOfAnswers(t *testing.T) {
	for _, c := range []struct {
		name string
		r    attempt.Request
		want string
	}{
		{"accepted", attempt.Request{Result: attempt.Accepted, Answer: attempt.Answer{Status: 200}}, "the service accepted it (200)"},
		{"a bare code", attempt.Request{Result: attempt.Refused, Answer: attempt.Answer{Status: 410, Text: "41000"}}, "the service refused it (410), code 41000"},
		{"no words", attempt.Request{Result: attempt.Refused}, "the service refused it"},
		{"a gateway", attempt.Request{Result: attempt.NoAnswer, Answer: attempt.Answer{Status: 502}}, "a gateway answered 502; the service gave no result"},
		{"nothing", attempt.Request{Result: attempt.NoAnswer}, "no answer came"},
		{"a reset", attempt.Request{Result: attempt.NoAnswer, Call: &attempt.Call{Failure: attempt.FailReset}}, "the request failed: the connection was reset or closed"},
		{"the login page", attempt.Request{Result: attempt.Refused, Call: &attempt.Call{ToLogin: true}}, "the service asked for a new login"},
		{"a portal", attempt.Request{Result: attempt.NoAnswer, Call: &attempt.Call{ToPortal: true}}, "not the service answered but a page of the network in between"},
		{"not to be told", attempt.Request{Result: attempt.Unknown, Answer: attempt.Answer{Status: 200}}, "the service's answer does not tell the result (200)"},
	} {
		if got := answerText(&c.r); got.EN != c.want || got.ZH == "" {
			t.Errorf("%s: %+v, want %q", c.name, got, c.want)
		}
	}
	for _, f := range []attempt.Failure{attempt.FailBlocked, attempt.FailPolicy, attempt.FailOffline, attempt.FailChanged, attempt.FailReset, attempt.FailDNS, attempt.FailProxy, attempt.FailTLS, attempt.FailRefusedPort, attempt.FailUnreachable, attempt.FailTimeout, attempt.FailAborted, attempt.FailPending, attempt.FailUnspecified} {
		if failureTexts[f].IsZero() {
			t.Errorf("no words for %s", f)
		}
	}
}

// A page's words for a request that got no answer are no reason of the
// service's; what the service's own log says is one.
func TestTimelineOfReasons(t *testing.T) {
	r := &attempt.Request{Start: on(clock.Browser, 10, 0, "a.har"), End: on(clock.Browser, 20, 0, "a.har"), Result: attempt.NoAnswer, Call: &attempt.Call{Failure: attempt.FailTimeout}}
	a := &attempt.Attempt{Offset: known(0), Request: r, Requests: []*attempt.Request{r}, Signals: []attempt.Signal{
		says("says:window", "timed out", on(clock.Browser, 20, 0, "console.log:4"), evidence.Console),
		says("says:read", "already read", on(clock.Service, 10.1, 0, "server.log:4"), evidence.ServerLog),
		says("says:read", "already read", on(clock.Service, 10.2, 0, "server.log:5"), evidence.ServerLog),
	}}
	if _, got := told(&diag.Document{}, a); got != "request the recall was sent off\nreason the reason in the service's log: “already read”\nanswer the request failed: it timed out" {
		t.Error(got)
	}
	// Where nothing else is known, even "failed" is worth telling.
	a = &attempt.Attempt{Offset: known(0), Signals: []attempt.Signal{
		says("says:generic", "无法撤回", on(clock.Browser, 20, 0, "console.log:4"), evidence.Console), says("says:generic", "failed", on(clock.Browser, 20, 0, "console.log:4"), evidence.Console),
	}}
	if _, got := told(&diag.Document{}, a); got != "reason the reason that the page or client wrote down: “无法撤回”" {
		t.Error(got)
	}
}

func TestTimelineKeepsWhatProvesTheVerdict(t *testing.T) {
	down := says("push_down", "push closed code=1006", on(clock.Unknown, 5, 0, "console.log:7"), evidence.Console)
	a := &attempt.Attempt{Offset: known(0), Press: on(clock.Device, 10, 0, "incident"), Signals: []attempt.Signal{says("push_up", "push open", on(clock.Unknown, 1, 0, "console.log:3"), evidence.Console), down, says("rate", "429", on(clock.Unknown, 5, 0, "console.log:7"), evidence.Console)}}
	doc := &diag.Document{Checks: []diag.CheckJSON{{ID: "sync", Observations: []diag.Observation{
		{ID: "sync.signal", Value: "push_up", Source: "console.log:3", Detail: map[string]string{"words": "push open"}},
		{ID: "sync.signal", Value: "push_down", Source: "console.log:7", Detail: map[string]string{"words": "push closed code=1006"}},
	}}}}
	said := diag.Weighing{Observation: "sync.signal", DB: 14, Text: lang.T("日志：撤回时推送断开（“push closed code=1006”）", `logs: the push was down at the recall ("push closed code=1006")`)}
	for _, c := range []struct {
		name   string
		causes []diag.CauseReport
		shown  bool
	}{
		{"the verdict rests on it", []diag.CauseReport{{Role: "primary", Probability: 0.9, For: []diag.Weighing{said, said}}}, true},
		{"so does one that is not the first", []diag.CauseReport{{Role: "primary", Probability: 0.6}, {Role: "contributing", Probability: 0.3, For: []diag.Weighing{said}}}, true},
		{"only an unlikely cause rests on it", []diag.CauseReport{{Role: "primary", Probability: 0.9}, {Role: "contributing", Probability: 0.03, For: []diag.Weighing{said}}}, false},
		{"nothing rests on it", nil, false},
	} {
		doc.Verdict.Causes = c.causes
		want := "press the recall was pressed"
		if c.shown {
			want = "console " + said.Text.EN + "\n" + want
		}
		if _, got := told(doc, a); got != want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestTimelineOfClocks(t *testing.T) {
	a := &attempt.Attempt{Offset: clock.Offset{Span: clock.Exactly(-90*time.Second, 200*time.Millisecond), Known: true}, Press: on(clock.Device, 100, time.Second, "incident"), Sent: on(clock.Service, 0, 0, "server.log:1")}
	off := func(v, half float64) *diag.Document {
		return &diag.Document{Checks: []diag.CheckJSON{{ID: "clock", Observations: []diag.Observation{{ID: "clock.offset.incident", Value: v, Unit: "ms", Uncertainty: diag.Float(half), Basis: incident.Measured}}}}}
	}
	list, got := told(off(-90_000, 200), a)
	want := "sent the message was sent; it can be recalled for 2 min\nclock the device's clock was 90 s ahead; its times are converted\npress the recall was pressed\nwindow_end the window closed"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if list[1].ErrMS != 200 || list[2].At != "2026-11-20T12:00:10.000Z" || list[2].Basis != incident.Stated {
		t.Errorf("%+v", list)
	}
	for _, c := range [][2]float64{{300, 200}, {1500, 2000}} {
		if _, got := told(off(c[0], c[1]), a); strings.Contains(got, "clock ") {
			t.Errorf("%v ms ± %v ms is worth no word: %s", c[0], c[1], got)
		}
	}
}

// What a log calls an arrival before the request was sent is another request's.
func TestTimelineOfAForeignArrival(t *testing.T) {
	r := &attempt.Request{Start: on(clock.Browser, 10, 0, "a.har"), End: on(clock.Browser, 11, 0, "a.har"), Arrived: on(clock.Service, 5, 0, "access.log:3"), Result: attempt.Accepted}
	a := &attempt.Attempt{Offset: known(time.Second), Request: r, Requests: []*attempt.Request{r}, Press: r.Start}
	list, got := told(&diag.Document{}, a)
	if got != "request the recall was sent off\nanswer the service accepted it" {
		t.Error(got)
	}
	// A press that is known from the request alone is told once.
	if slices.ContainsFunc(list, func(m diag.Moment) bool { return m.Kind == "press" }) {
		t.Error("the press is the request's stamp")
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		10 * time.Second: "10 s", 90 * time.Second: "90 s", time.Minute: "1 min", 2 * time.Minute: "2 min", 200400 * time.Millisecond: "3 min 20.4 s", 8 * time.Hour: "8 h", 1500 * time.Millisecond: "1.5 s",
	} {
		if got := span(d).EN; got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
