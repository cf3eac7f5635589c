package attempt

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/evidence/hartest"
	rec "meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/incident"
)

// pageFile is a recording of the page with the given events, seconds after the press.
func pageFile(t *testing.T, events ...rec.Event) string {
	t.Helper()
	var b strings.Builder
	put := func(v any) {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	put(rec.Manifest{Schema: rec.Schema, Browser: "Chrome/156.0.8078.79", Profile: "clean", Extensions: []rec.Extension{{ID: "abc", Name: "Shield"}}})
	for _, e := range events {
		put(e)
	}
	return b.String()
}

func at(seconds float64) time.Time { return pressT.Add(time.Duration(seconds * float64(time.Second))) }

func pressed(seconds float64, change func(*rec.Press)) rec.Event {
	p := &rec.Press{By: "mouse", X: 10, Y: 10, Controls: 1, On: true, Click: true, Reached: true, Width: 800, Height: 600, DPR: 1, Target: "button.recall",
		Near: &rec.Control{Element: "button.recall", Box: []float64{0, 0, 40, 28}, State: "visible"}}
	if change != nil {
		change(p)
	}
	return rec.Event{Type: "press", At: at(seconds), Press: p}
}

func looked(seconds float64, state string) rec.Event {
	return rec.Event{Type: "look", At: at(seconds), Look: &rec.Look{Controls: 1, Best: &rec.Control{Element: "button.recall", State: state}, Width: 800, Height: 600}}
}

func beside(gap float64) func(*rec.Press) {
	return func(p *rec.Press) { p.On, p.Gap, p.Target = false, gap, "li.msg" }
}

func TestTapOf(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*rec.Press)
		want   TapResult
	}{
		{"on it", nil, TapHit},
		{"just beside", beside(5), TapMissed},
		{"a finger beside", beside(48), TapMissed},
		{"far away", beside(200), TapNone},
		{"on the neighbour", func(p *rec.Press) { beside(8)(p); p.Other = true }, TapMissed},
		{"on another button", func(p *rec.Press) { beside(30)(p); p.Other = true }, TapNone},
		{"on what covers it", func(p *rec.Press) { beside(0)(p); p.Near.State = "covered" }, TapCovered},
		{"on a part that is covered", func(p *rec.Press) { beside(0)(p) }, TapCovered},
		{"stopped on the way", func(p *rec.Press) { p.Reached = false }, TapSwallowed},
		{"dragged off", func(p *rec.Press) { p.Click = false }, TapMissed},
		{"taken for a scroll", func(p *rec.Press) { p.Click, p.Cancelled = false, true }, TapMissed},
		{"disabled", func(p *rec.Press) { p.Near.State, p.Click = "disabled", false }, TapDisabled},
		{"where a hidden one lies", func(p *rec.Press) { beside(0)(p); p.Near.State = "hidden" }, TapNone},
		{"no control in the page", func(p *rec.Press) { p.On, p.Near = false, nil }, TapNone},
	} {
		e := pressed(0, c.change)
		if got, _ := tapOf(e.Press); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestTapIsChosen(t *testing.T) {
	recall := hartest.File("meiqia-diag", "1", entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`), recallOf(10.1, "8842", 200, okBody), entry(40, "GET", host+"/api/v1/me", "", 200, `{"id":1}`))
	quiet := hartest.File("meiqia-diag", "1", entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`), entry(40, "GET", host+"/api/v1/me", "", 200, `{"id":1}`))
	for _, c := range []struct {
		name   string
		har    string
		events []rec.Event
		want   TapResult
		at     float64
	}{
		{"the one that a request followed", recall, []rec.Event{pressed(0, nil), pressed(10, nil), pressed(20, beside(9))}, TapHit, 10},
		{"of those without a request the last on the button", quiet, []rec.Event{pressed(0, func(p *rec.Press) { p.Reached = false }), pressed(5, func(p *rec.Press) { p.Reached = false }), pressed(8, beside(9))}, TapSwallowed, 5},
		{"the last beside it", quiet, []rec.Event{pressed(0, beside(9)), pressed(5, beside(12)), pressed(8, beside(300))}, TapMissed, 5},
		{"none near it", quiet, []rec.Event{pressed(0, beside(300))}, TapNone, 0},
	} {
		a := build(t, facts{}, "recording.har", c.har, "page.jsonl", pageFile(t, c.events...))
		if a.Tap == nil || a.Tap.Result != c.want {
			t.Errorf("%s: %+v", c.name, a.Tap)
			continue
		}
		if c.want != TapNone && !a.Press.T.Equal(at(c.at)) {
			t.Errorf("%s: press at %v, want %v", c.name, a.Press.T, at(c.at))
		}
		if c.want != TapHit && a.Request != nil {
			t.Errorf("%s: a request", c.name)
		}
	}
	// A recall that left was pressed somehow: what was pressed beside the button is not it.
	if a := build(t, facts{}, "recording.har", recall, "page.jsonl", pageFile(t, pressed(9.5, beside(9)))); a.Tap != nil || a.Request == nil {
		t.Errorf("%+v", a.Tap)
	}
	// A stated press is told from others by its time.
	a := build(t, facts{incident.AttemptAt: press}, "recording.har", quiet, "page.jsonl", pageFile(t, pressed(0.4, beside(9)), pressed(30, nil)))
	if a.Tap == nil || a.Tap.Result != TapMissed {
		t.Errorf("%+v", a.Tap)
	}
}

func TestBusyPress(t *testing.T) {
	a := build(t, facts{}, "page.jsonl", pageFile(t, pressed(0, func(p *rec.Press) { p.Delay = 4200 }), rec.Event{Type: "long", At: at(-0.5), MS: 4700}, rec.Event{Type: "long", At: at(60), MS: 9000}))
	if a.InputDelay != 4200*time.Millisecond || a.LongTask != 4700*time.Millisecond {
		t.Errorf("%v %v", a.InputDelay, a.LongTask)
	}
}

func TestButton(t *testing.T) {
	view := rec.Event{Type: "view", At: at(-20), View: &rec.View{Width: 800, Height: 600, DPR: 1}}
	for _, c := range []struct {
		name   string
		events []rec.Event
		want   string
	}{
		{"at the press", []rec.Event{looked(-5, "visible"), pressed(0, func(p *rec.Press) { beside(0)(p); p.Near.State = "covered" })}, "covered"},
		{"the best of what was seen", []rec.Event{looked(-5, "visible"), looked(5, "hidden")}, "visible"},
		{"never shown", []rec.Event{looked(-5, "hidden"), looked(5, "hidden")}, "hidden"},
		{"off the screen", []rec.Event{looked(-5, "hidden"), looked(5, "outside")}, "outside"},
		{"never there", []rec.Event{view}, "absent"},
	} {
		a := build(t, facts{}, "page.jsonl", pageFile(t, c.events...))
		if a.Button == nil || a.Button.State != c.want {
			t.Errorf("%s: %+v", c.name, a.Button)
		}
	}
	if a := build(t, facts{}, "a.har", harOf("WebInspector")); a.Button != nil || a.Tap != nil {
		t.Errorf("nothing recorded the page: %+v %+v", a.Button, a.Tap)
	}
}

func TestIDOfThePressedMessage(t *testing.T) {
	har := func(id string) string {
		return hartest.File("meiqia-diag", "1", entry(-30, "GET", host+"/api/v1/messages", "", 200, fmt.Sprintf(`{"data":[{"id":%s,"content":"[text, 3]"}]}`, id)), entry(40, "GET", host+"/api/v1/me", "", 200, `{}`))
	}
	for id, want := range map[string]string{"8842": "8842", "5": ""} {
		a := build(t, facts{}, "recording.har", har("8842"), "page.jsonl", pageFile(t, pressed(0, func(p *rec.Press) { p.Of = id })))
		if a.ID != want {
			t.Errorf("%s: %q, want %q", id, a.ID, want)
		}
	}
}
