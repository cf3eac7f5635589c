package checks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence/hartest"
	"meiqia-diag/diag/incident"
)

// clocks are two answers whose Dates place the service's clock off seconds
// ahead of the device's, to within ± half seconds (under half a second).
func clocks(off, half float64) []any {
	date := func(at float64) obj {
		d := pressT.Add(time.Duration((at + off) * float64(time.Second))).UTC().Truncate(time.Second)
		return me(at, obj{"time": 0, "timings": obj{"blocked": -1, "send": 0, "wait": 0, "receive": 0}}, respHeaders("Date", d.Format("Mon, 02 Jan 2006 15:04:05 GMT")))
	}
	// The service's second changes half before one of them, and half after the other.
	frac := off - float64(int(off))
	return []any{date(-30 + half - frac), date(-30 - half - frac)}
}

// created is the answer that the service gave when the message was sent: its own stamp, at seconds after the press on the service's clock.
func created(at float64) obj {
	return entry(at, "POST", host+"/api/v1/conversations/12/messages", `{"content":"hi"}`, 201, fmt.Sprintf(`{"id":8842,"created_on":%q}`, hartest.Stamp(at)))
}

var recorded = facts{incident.MessageID: "8842"} // the press is the recording's

func TestWindowMargin(t *testing.T) {
	for _, c := range []struct {
		name   string
		sent   float64 // before the press, true seconds
		state  diag.CheckState
		words  string
		margin float64
		asked  string
	}{
		{"in by 8.4 s", 111.6, diag.Pass, "asked 8.40 s ± 0.32 s before the window closed", 8400, "in"},
		{"out by 8.4 s", 128.4, diag.Fail, "asked 8.40 s ± 0.32 s after the window closed", -8400, "out"},
		{"too near to tell", 120.2, diag.Warn, "(0.20 s, ± 0.32 s)", -200, "unknown"},
		{"in by just more than the error", 119.6, diag.Pass, "0.40 s ± 0.32 s before", 400, "in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The device is 5 s behind the service: its press at 0 is 5 on the service's clock.
			files := append(clocks(5, 0.3), created(5-c.sent), recall(0, 403, `{"error":"no"}`))
			r := run(t, "window", input(t, recorded, nil, files...))
			want(t, r, c.state, "window.length=120 s", "window.asked="+c.asked)
			if !strings.Contains(r.Reason.EN, c.words) {
				t.Errorf("reason %q, want %q in it", r.Reason.EN, c.words)
			}
			o := first(t, r, WindowMargin)
			v, _ := o.Number()
			if o.Unit != "ms" || o.Uncertainty == nil || o.Low == nil || o.High == nil {
				t.Fatalf("margin %+v", o)
			}
			if d := v - c.margin; d > 30 || d < -30 || *o.Uncertainty < 295 || *o.Uncertainty > 330 {
				t.Errorf("margin %v ± %v, want %v ± 300", v, *o.Uncertainty, c.margin)
			}
			if *o.Low > c.margin || *o.High < c.margin {
				t.Errorf("the truth %v is outside %v to %v", c.margin, *o.Low, *o.High)
			}
			if o.Basis != incident.Assumed {
				t.Errorf("a margin to an assumed window is %s", o.Basis)
			}
			if e := first(t, r, WindowElapsed); e.Unit != "ms" || e.Uncertainty == nil {
				t.Errorf("elapsed %+v", e)
			}
		})
	}
}

func TestWindowLengths(t *testing.T) {
	settings := entry(-40, "GET", host+"/api/v1/settings", "", 200, `{"recall":{"max_age_seconds":180}}`)
	for _, c := range []struct {
		name  string
		facts facts
		more  []any
		list  string
		basis incident.Basis
	}{
		{"the profile's default", recorded, nil, "window.length=120 s", incident.Assumed},
		{"the service's own settings", recorded, []any{settings}, "window.length=180 s", incident.Measured},
		{"the person's word", recorded.with("policy.window", "5m"), []any{settings}, "window.length=300 s", incident.Stated},
	} {
		in := input(t, c.facts, nil, append(append(clocks(0, 0.2), created(-100), recall(0, 403, `{}`)), c.more...)...)
		r := run(t, "window", in)
		want(t, r, diag.Pass, c.list, "window.asked=in")
		for _, id := range []string{WindowLength, WindowMargin, WindowAsked} {
			if o := first(t, r, id); o.Basis != c.basis {
				t.Errorf("%s: %s is %s, want %s", c.name, id, o.Basis, c.basis)
			}
		}
	}
}

// Late operator, slow path and wrong clock end in the same refusal, and are told apart.
func TestWindowBlame(t *testing.T) {
	refused := `{"error":"recall_window_expired"}`
	for _, c := range []struct {
		name  string
		files []any
		state diag.CheckState
		list  []string
	}{
		{"late operator", append(clocks(0, 0.2), created(-131), recall(0, 403, refused)), diag.Fail, []string{"window.asked=out", "window.arrived=out", "!window.shown"}},
		{"slow path: the device queued it", append(clocks(0, 0.2), created(-110), recall(0, 403, refused, obj{"time": 14040, "timings": obj{"blocked": 14000}})), diag.Fail, []string{"window.asked=in", "window.arrived=out", "!window.shown"}},
		{"slow path: told by the service's log", append(clocks(0, 0.2), created(-110), recall(0, 403, refused, obj{"time": 16000, "timings": obj{"wait": 15990}}),
			"access.log", `10.0.0.7 - - [20/Nov/2026:10:22:55 +0800] "POST /api/v1/messages/8842/recall HTTP/1.1" 403 52 "-" "Mozilla/5.0"`+"\n"), diag.Fail, []string{"window.asked=in", "window.arrived=out"}},
		{"where the wait was nobody can say", append(clocks(0, 0.2), created(-110), recall(0, 403, refused, obj{"time": 16000, "timings": obj{"wait": 15990}})), diag.Pass, []string{"window.asked=in", "window.arrived=unknown"}},
		// The device is 60 s behind: it shows 100 s from send to press where 160 s have passed.
		{"wrong clock: it looks in time", append(clocks(60, 0.2), created(-100), recall(0, 403, refused)), diag.Fail, []string{"window.asked=out", "window.shown=in"}},
		// The device is 60 s ahead: it shows 150 s where 90 s have passed.
		{"wrong clock: it looks late", append(clocks(-60, 0.2), created(-150), recall(0, 403, refused)), diag.Pass, []string{"window.asked=in", "window.shown=out", "window.arrived=in"}},
		{"all well", append(clocks(0.4, 0.2), created(-60), recall(0, 200, `{"success":true}`)), diag.Pass, []string{"window.asked=in", "window.arrived=in", "!window.shown", "!window.zone", "!window.order"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want(t, run(t, "window", input(t, recorded, nil, c.files...)), c.state, c.list...)
		})
	}
}

// The path's time comes with a bound that holds the truth.
func TestWindowTravel(t *testing.T) {
	r := run(t, "window", input(t, recorded, nil, append(clocks(0, 0.2), created(-110), recall(0, 403, `{}`, obj{"timings": obj{"blocked": 4000, "wait": 600}}))...))
	o := first(t, r, WindowTravel)
	if v, _ := o.Number(); o.Unit != "ms" || *o.Low > 4000 || *o.High < 4600 || v < 4000 || v > 4700 {
		t.Errorf("travel %v, %v to %v", v, *o.Low, *o.High)
	}
}

func TestEightHourTrap(t *testing.T) {
	stated := func(sent, at string) facts {
		return facts{incident.MessageID: "8842", incident.SentAt: sent, incident.AttemptAt: at}
	}
	for _, c := range []struct {
		name  string
		facts facts
		files []any
		state diag.CheckState
		list  []string
	}{
		{"UTC read as UTC+8", stated("2026-11-20 02:21:03", "2026-11-20T10:22:41+08:00"), nil, diag.Pass, []string{"window.zone=8 h", "window.asked=in"}},
		{"and late all the same", stated("2026-11-20 02:18:03", "2026-11-20T10:22:41+08:00"), nil, diag.Fail, []string{"window.zone=8 h", "window.asked=out"}},
		{"the other way round", stated("2026-11-20T10:21:03+08:00", "2026-11-20 02:22:41"), nil, diag.Pass, []string{"window.zone=-8 h", "window.asked=in"}},
		{"no trap: nine hours", stated("2026-11-20T01:21:03+08:00", "2026-11-20T10:22:41+08:00"), nil, diag.Fail, []string{"!window.zone", "window.asked=out"}},
		{"no trap: a minute late", stated("2026-11-20T10:19:03+08:00", "2026-11-20T10:22:41+08:00"), nil, diag.Fail, []string{"!window.zone", "window.asked=out"}},
		{"the service's stamp and the person's word differ by eight hours", stated("2026-11-20 02:21:03", "2026-11-20T10:22:41+08:00"), append(clocks(0, 0.2), created(-98), recall(0, 403, `{}`)), diag.Pass, []string{"window.zone=8 h", "window.asked=in"}},
		// Both stamps say their zone, and one is the service's own: eight hours are eight hours.
		{"truly eight hours late", recorded, append(clocks(0, 0.2), socket(-5, `<{"event":"message","id":"8842","created_on":"2026-11-19T18:21:41.000Z"}`), recall(0, 403, `{}`)), diag.Fail, []string{"!window.zone", "window.asked=out"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want(t, run(t, "window", input(t, c.facts, nil, c.files...)), c.state, c.list...)
		})
	}
}

func TestWindowUnknown(t *testing.T) {
	for _, c := range []struct {
		name  string
		facts facts
		state diag.CheckState
		list  []string
	}{
		{"nothing", facts{}, diag.Skip, []string{"window.length=120 s", "!window.asked", "!window.margin"}},
		{"no press", facts{incident.SentAt: "2026-11-20T10:21:03+08:00"}, diag.Skip, []string{"!window.asked"}},
		{"minutes only, near the end", facts{incident.SentAt: "2026-11-20 10:20", incident.AttemptAt: "2026-11-20 10:22"}, diag.Warn, []string{"window.asked=unknown"}},
		{"minutes only, long past", facts{incident.SentAt: "2026-11-20 10:10", incident.AttemptAt: "2026-11-20 10:22"}, diag.Fail, []string{"window.asked=out"}},
		{"before it was sent", facts{incident.SentAt: "2026-11-20T10:23:00+08:00", incident.AttemptAt: "2026-11-20T10:22:00+08:00"}, diag.Warn, []string{"window.order=reversed", "window.asked=unknown", "!window.margin", "!window.arrived"}},
		{"just as it was sent", facts{incident.SentAt: "2026-11-20T10:22:00.100+08:00", incident.AttemptAt: "2026-11-20T10:22:00+08:00"}, diag.Pass, []string{"!window.order", "window.asked=in"}},
	} {
		t.Run(c.name, func(t *testing.T) { want(t, run(t, "window", input(t, c.facts, nil)), c.state, c.list...) })
	}
}

// A press too near to the end to tell stands at the edge; a refusal as late of what
// came well in time tells of a clock of the service's own, where the window is known.
func TestWindowEdgeAndParadox(t *testing.T) {
	policy := facts{incident.MessageID: "8842", incident.PolicyWindow: "2m"}
	late := `{"error":"too late"}`
	for _, c := range []struct {
		name  string
		facts facts
		sent  float64
		body  string
		want  string
	}{
		{"at the edge", policy, 120.2, late, WindowEdge},
		{"refused in time", policy, 60, `{"code":20016,"msg":"\u8d85\u8fc7\u65f6\u9650,\u65e0\u6cd5\u64a4\u56de"}`, WindowParadox},
		{"refused in time, by a window that is only assumed", recorded, 60, `{"code":20016,"msg":"\u8d85\u8fc7\u65f6\u9650,\u65e0\u6cd5\u64a4\u56de"}`, ""},
		{"refused in time for another reason", policy, 60, `{"code":1,"msg":"message already read"}`, ""},
	} {
		r := run(t, "window", input(t, c.facts, nil, append(clocks(5, 0.3), created(5-c.sent), recall(0, 403, c.body))...))
		got := ""
		for _, o := range r.Observations {
			if o.ID == WindowEdge || o.ID == WindowParadox {
				got = o.ID
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
