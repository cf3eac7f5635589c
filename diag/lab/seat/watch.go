package seat

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"meiqia-diag/diag/evidence/recording"
)

// watch is what `meiqia-diag record` would see of the page: where the presses
// land, and how the recall button stands.
type watch struct {
	began  time.Time
	events []recording.Event
}

// Announcements lie over the right half of the list.
const announceHigh = 240.0

// announce gives where the announcement lies.
func (a *Agent) announce() box {
	screen := float64(a.B.set.Width)
	main := min(screen, mainWidth)
	return box{screen / 2, firstRow - 14, main/2 - 12, announceHigh}
}

// side is the box as recordings write it.
func (b box) side() []float64 { return []float64{b.X, b.Y, b.Width, b.Height} }

// control is how the recall button stands.
func (a *Agent) control() recording.Control {
	recall, _ := a.buttons()
	c := recording.Control{Element: "button.recall.quiet", Box: recall.side(), State: "visible"}
	switch {
	case !a.onScreen(recall):
		c.State, c.Why = "outside", "clipped"
	case a.boot.CoverButtons:
		c.State, c.By = "covered", "aside#announce"
	}
	return c
}

func (a *Agent) page() string {
	u := *a.B.pageURL()
	u.RawQuery = ""
	return u.String()
}

// seeView notes the size of the window.
func (a *Agent) seeView() {
	v := a.view()
	a.watch.events = append(a.watch.events, recording.Event{Type: "view", At: time.Now().UTC(), Page: a.page(), View: &v})
}

func (a *Agent) view() recording.View {
	w, h := float64(a.B.set.Width), float64(a.B.set.Height)
	return recording.View{Width: w, Height: h, DPR: 1, Scale: 1, OuterW: w, OuterH: h, Screen: strconv.Itoa(a.B.set.Width) + "x" + strconv.Itoa(a.B.set.Height), Touch: a.finger()}
}

// finger tells whether the device is one that is pressed by finger.
func (a *Agent) finger() bool { return a.B.set.Width < 480 }

// Look notes how the recall button stands.
func (a *Agent) Look() {
	if a.B.set.Engine.NoScript || !a.inline() {
		return
	}
	c := a.control()
	a.watch.events = append(a.watch.events, recording.Event{Type: "look", At: time.Now().UTC(), Page: a.page(),
		Look: &recording.Look{Controls: 1, States: map[string]int{c.State: 1}, Best: &c, Width: float64(a.B.set.Width), Height: float64(a.B.set.Height), DPR: 1}})
}

// seePress notes a press, and what got it.
func (a *Agent) seePress(at time.Time, waited time.Duration, x, y float64, target string, id int64) {
	recall, quote := a.buttons()
	c := a.control()
	by := "mouse"
	if a.finger() {
		by = "touch"
	}
	p := &recording.Press{By: by, X: x, Y: y, Delay: millis(max(0, waited)), Target: target, Near: &c, Of: strconv.FormatInt(id, 10), Click: true, Reached: true,
		Gap: recall.gap(x, y), Width: float64(a.B.set.Width), Height: float64(a.B.set.Height), DPR: 1}
	switch target {
	case "button.recall":
		p.Target, p.Box, p.On, p.Other = "button.recall.quiet", recall.side(), true, true
	case "button.quote":
		p.Target, p.Box, p.Other = "button.quote.quiet", quote.side(), true
	case "aside#announce":
		p.Box = a.announce().side()
	}
	a.watch.events = append(a.watch.events, recording.Event{Type: "press", At: at.UTC(), Page: a.page(), Press: p})
	if waited > 50*time.Millisecond {
		a.watch.events = append(a.watch.events, recording.Event{Type: "long", At: at.UTC(), Page: a.page(), MS: millis(waited)})
	}
}

// gap is how far a place lies from a box, 0 inside.
func (b box) gap(x, y float64) float64 {
	dx := max(b.X-x, 0, x-b.X-b.Width)
	dy := max(b.Y-y, 0, y-b.Y-b.Height)
	return math.Hypot(dx, dy)
}

// Recording gives what was seen, as `meiqia-diag record` writes it.
func (a *Agent) Recording() ([]byte, error) {
	v := a.view()
	m := recording.Manifest{Schema: recording.Schema, Tool: "lab", Started: a.watch.began.UTC(), Ended: time.Now().UTC(), EndedBy: "window-closed",
		Browser: a.B.set.Engine.UserAgent("Chrome/%s"), UserAgent: a.B.set.UserAgent, Profile: "clean", URL: a.page(), View: &v}
	for _, e := range a.watch.events {
		if e.Type == "press" {
			m.Presses++
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	for _, e := range a.watch.events {
		if err := enc.Encode(e); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}
