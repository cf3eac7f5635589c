package attempt

import (
	"fmt"
	"slices"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence/har"
	rec "meiqia-diag/diag/evidence/recording"
)

// TapResult is what became of a press that was meant for the recall control.
type TapResult string

// The results.
const (
	TapHit       TapResult = "hit"       // the control got it
	TapMissed    TapResult = "missed"    // it landed beside it, or the gesture was taken for another
	TapCovered   TapResult = "covered"   // it landed on something that lies over it
	TapSwallowed TapResult = "swallowed" // a listener stopped it before the control got it
	TapDisabled  TapResult = "disabled"  // the control took no presses
	TapNone      TapResult = "none"      // nothing was pressed on or near it
)

// Tap is one press as the recorder in the page saw it.
type Tap struct {
	Result TapResult
	Why    string // of missed: beside, other (it hit something else to press), moved, cancelled
	At     clock.Stamp
	Press  rec.Press
	Others int // presses anywhere, of the whole recording
}

// Button is how the recall controls stood, at the press where there was one.
type Button struct {
	rec.Control
	Width, Height float64 // of the viewport
	DPR, Zoom     float64
	At            clock.Stamp
	Seen          bool // it could be pressed at some moment of the recording
}

// How far beside a control a press still is meant for it, in CSS pixels: the
// least size of a touch target is 24 (WCAG 2.2, 2.5.8), a good one 44 to 48.
// What hit another control was meant for that one, unless it is its neighbour.
const (
	besideNothing   = 48
	besideNeighbour = 12
)

// tapOf tells what became of a press; none where it was meant for something else.
func tapOf(p *rec.Press) (TapResult, string) {
	near := p.Near
	if near == nil {
		return TapNone, ""
	}
	switch near.State {
	case "hidden", "absent":
		return TapNone, ""
	case "disabled":
		if p.On || p.Gap == 0 {
			return TapDisabled, near.Why
		}
		return TapNone, ""
	}
	switch {
	case p.On && p.Cancelled:
		return TapMissed, "cancelled"
	case p.On && p.Click && !p.Reached:
		return TapSwallowed, ""
	case p.On && p.Click:
		return TapHit, ""
	case p.On:
		return TapMissed, "moved"
	case p.Gap == 0:
		return TapCovered, ""
	case p.By == "key":
		return TapNone, ""
	case !p.Other && p.Gap <= besideNothing:
		return TapMissed, "beside"
	case p.Other && p.Gap <= besideNeighbour:
		return TapMissed, "other"
	}
	return TapNone, ""
}

// learnTap finds the press of the recall among those that the page recorded,
// before the request is chosen: it is exact, and on the browser's clock.
func (a *Attempt) learnTap() {
	var best *Tap
	for _, page := range a.Evidence.Pages {
		presses := 0
		for _, e := range page.Events {
			if e.Type == "compare" {
				a.Compared = e.Compare
			}
			if e.Type == "press" {
				presses++
			}
		}
		n := 0
		for _, e := range page.Events {
			if e.Type != "press" {
				continue
			}
			n++
			res, why := tapOf(e.Press)
			if res == TapNone {
				continue
			}
			t := &Tap{Result: res, Why: why, Press: *e.Press, Others: presses,
				At: clock.Stamp{T: e.At, Clock: clock.Browser, Err: time.Millisecond, Source: fmt.Sprintf("%s press %d", page.File.Name, n)}}
			if a.likelierTap(t, best) {
				best = t
			}
		}
		if best == nil && presses > 0 {
			best = &Tap{Result: TapNone, Others: presses, At: clock.Stamp{Source: page.File.Name}}
		}
	}
	a.Tap = best
	a.learnButton()
	if best == nil || best.Result == TapNone {
		return
	}
	a.Press = best.At
	if id := best.Press.Of; a.ID == "" && len(id) >= 4 && a.servedID(id) {
		a.ID = id
	}
	if d := time.Duration(best.Press.Delay * float64(time.Millisecond)); d >= 100*time.Millisecond {
		a.InputDelay = d
	}
	a.learnLongTask()
}

// servedID reports whether what the page calls a message the service calls so, too.
func (a *Attempt) servedID(id string) bool {
	for _, c := range a.Calls {
		if mentions(c.Entry.RespBody, id) || mentions(c.Entry.URL, id) || mentions(c.Entry.ReqBody, id) {
			return true
		}
		if slices.ContainsFunc(c.Entry.Messages, func(m har.Message) bool { return mentions(m.Data, id) }) {
			return true
		}
	}
	return false
}

// likelierTap chooses between two presses. The one that a request followed is
// it; else the one that the person speaks of; else one on the control goes
// before one beside it, and of two alike the later one.
func (a *Attempt) likelierTap(t, old *Tap) bool {
	if old == nil || old.Result == TapNone {
		return true
	}
	if x, y := a.followed(t), a.followed(old); x != y {
		return x
	}
	if a.Press.Source == "incident" {
		return t.At.T.Sub(a.Press.T).Abs() <= old.At.T.Sub(a.Press.T).Abs()
	}
	if x, y := t.Result == TapMissed, old.Result == TapMissed; x != y {
		return y
	}
	return t.At.T.After(old.At.T)
}

// followed reports whether a recall left soon after a press that hit.
func (a *Attempt) followed(t *Tap) bool {
	return t.Result == TapHit && slices.ContainsFunc(a.Requests, func(r *Request) bool {
		gap := r.Start.T.Sub(t.At.T)
		return gap > -50*time.Millisecond && gap < 20*time.Second
	})
}

// settleTap takes back a press that the request gives the lie: a recall that
// left was pressed somehow, whatever else was pressed beside the control.
func (a *Attempt) settleTap() {
	if a.Tap == nil || a.Tap.Result == TapNone {
		return
	}
	if a.Request != nil && a.Tap.Result != TapHit && a.Request.Start.T.After(a.Tap.At.T.Add(-time.Second)) {
		a.Tap, a.LongTask = nil, 0
		if a.Button != nil {
			a.Button.State = "visible"
		}
		return
	}
	a.Press = a.Tap.At
}

// learnButton tells how the recall controls stood: at the press, else in the
// best state in which they were seen, for a menu opens and closes.
func (a *Attempt) learnButton() {
	var button *Button
	zoom := 1.0
	rank := map[string]int{"visible": 6, "scrolled": 5, "disabled": 4, "covered": 3, "outside": 2, "hidden": 1}
	for _, page := range a.Evidence.Pages {
		pages := false
		for _, e := range page.Events {
			pages = pages || e.Type == "view"
			l := e.Look
			if e.Type != "look" || l == nil || l.Best == nil {
				continue
			}
			if button == nil || rank[l.Best.State] >= rank[button.State] {
				button = &Button{Control: *l.Best, Width: l.Width, Height: l.Height, DPR: l.DPR, At: clock.Stamp{T: e.At, Clock: clock.Browser, Err: time.Millisecond, Source: page.File.Name}}
			}
		}
		if button == nil && pages && len(a.Evidence.Pages) == 1 {
			button = &Button{Control: rec.Control{State: "absent"}, At: clock.Stamp{Source: page.File.Name}}
		}
		if page.Manifest.View != nil {
			zoom = page.Manifest.View.Zoom()
		}
	}
	if button != nil {
		button.Seen, button.Zoom = rank[button.State] >= 5, zoom
	}
	if t := a.Tap; t != nil && t.Press.Near != nil && t.Result != TapNone {
		b := &Button{Control: *t.Press.Near, Width: t.Press.Width, Height: t.Press.Height, DPR: t.Press.DPR, Zoom: zoom, At: t.At}
		b.Seen = button != nil && button.Seen
		if t.Result == TapCovered && b.State == "visible" {
			b.State, b.By = "covered", t.Press.Target // a part of it
		}
		button = b
	}
	a.Button = button
}

// learnLongTask finds the longest time for which the page stood still from
// shortly before the press until what it set off must have been done.
func (a *Attempt) learnLongTask() {
	from := a.Press.T.Add(-5 * time.Second)
	to := a.Press.T.Add(a.InputDelay + 5*time.Second)
	for _, page := range a.Evidence.Pages {
		for _, e := range page.Events {
			if e.Type != "long" && e.Type != "unresponsive" {
				continue
			}
			d := time.Duration(e.MS * float64(time.Millisecond))
			if end := e.At.Add(d); end.After(a.Press.T) && e.At.After(from) && e.At.Before(to) || e.At.Before(a.Press.T) && end.After(a.Press.T) {
				a.LongTask = max(a.LongTask, d)
			}
		}
	}
}

// sentUnread reports whether a socket sent a frame that nobody can read.
func (a *Attempt) sentUnread(e *har.Entry) bool {
	return slices.ContainsFunc(e.Messages, func(m har.Message) bool { return m.Sent && m.Opcode == 2 && m.Data == "" })
}

// Hearer is the extension that listens to clicks before the page gets them, "" for none.
func (t *Tap) Hearer() (id, name string) {
	for _, h := range t.Press.Listeners {
		if h.Extension != "" {
			return h.Extension, h.Name
		}
	}
	return "", ""
}

// Extensions lists the extensions that were enabled in what was recorded.
func (a *Attempt) Extensions() (out []rec.Extension) {
	for _, p := range a.Evidence.Pages {
		out = append(out, p.Manifest.Extensions...)
	}
	return out
}
