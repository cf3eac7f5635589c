// Package plot is the geometry of the report's drawings: axes of time that
// change their scale where they must, ticks, and labels that stay apart. It
// knows nothing of documents, colours or languages.
//
// Along the axis places are percent of the drawing's width, so that a drawing
// fits any screen; widths of texts are in em.
package plot

import (
	"slices"
	"time"
)

// Event is an instant and how wrong it may be.
type Event struct {
	At  time.Time
	Err time.Duration
}

// Part is a stretch of an axis that is to one scale.
type Part struct {
	From, To time.Time
	X, W     float64 // percent of the whole width
}

// Axis is a course of time in parts that meet: nothing is left out between
// them, and within each all is to scale.
type Axis struct{ Parts []Part }

// Bounds of what can be told apart on an axis of one scale: instants nearer
// than a 25th of it lie on top of each other.
const (
	near     = 25
	small    = 6 // a group is worth its own scale when it takes less than a 6th
	deepest  = 3
	shortest = time.Millisecond // what stamps are exact to
)

// stretch is a part before it has its place.
type stretch struct {
	from, to time.Time
	events   int
}

// NewAxis gives the axis on which the events, in any order, can be told apart.
// It is the zero axis when there are none.
func NewAxis(events []Event) Axis {
	if len(events) == 0 {
		return Axis{}
	}
	ev := slices.Clone(events)
	slices.SortStableFunc(ev, func(a, b Event) int { return a.At.Compare(b.At) })
	lo, hi := padded(ev, 0.06, 0.25)
	parts := split(ev, lo, hi, 0)
	var total float64
	for _, p := range parts {
		total += p.weight()
	}
	var a Axis
	x := 0.0
	for _, p := range parts {
		w := 100 * p.weight() / total
		a.Parts = append(a.Parts, Part{p.from, p.to, x, w})
		x += w
	}
	return a
}

// Even gives an axis of one scale.
func Even(from, to time.Time) Axis {
	if !to.After(from) {
		to = from.Add(shortest)
	}
	return Axis{[]Part{{from, to, 0, 100}}}
}

// weight is how much of the width a stretch takes: the more happens, the more.
func (s stretch) weight() float64 {
	if s.events == 0 {
		return 0.5
	}
	return 0.8 + 0.4*float64(min(s.events, 5))
}

// padded widens the span of the events by their uncertainty, but by no less and
// no more than these shares of it.
func padded(ev []Event, least, most float64) (lo, hi time.Time) {
	first, last := ev[0].At, ev[len(ev)-1].At
	span := max(last.Sub(first), 20*shortest)
	room := func(e Event) time.Duration {
		return min(max(e.Err*5/4, share(span, least)), share(span, most))
	}
	lo, hi = first, last
	for _, e := range ev {
		if t := e.At.Add(-room(e)); t.Before(lo) {
			lo = t
		}
		if t := e.At.Add(room(e)); t.After(hi) {
			hi = t
		}
	}
	return lo, hi
}

func share(d time.Duration, of float64) time.Duration { return time.Duration(float64(d) * of) }

// split cuts [lo, hi] where groups of events are too close for its scale. It
// leaves off what is empty at either end.
func split(ev []Event, lo, hi time.Time, depth int) []stretch {
	whole := []stretch{{lo, hi, len(ev)}}
	span := hi.Sub(lo)
	if depth == deepest || len(ev) < 2 {
		return whole
	}
	var out []stretch
	at, lone := lo, 0 // of the stretch between groups
	for i := 0; i < len(ev); {
		j := i + 1
		for j < len(ev) && ev[j].At.Sub(ev[j-1].At) < span/near {
			j++
		}
		group := ev[i:j]
		extent := group[len(group)-1].At.Sub(group[0].At)
		if extent < shortest || extent >= span/small {
			lone += j - i
			i = j
			continue
		}
		from, to := padded(group, 0.15, 0.6)
		if i > 0 {
			from = later(from, ev[i-1].At.Add(share(group[0].At.Sub(ev[i-1].At), 0.6)))
		}
		if j < len(ev) {
			to = earlier(to, ev[j].At.Add(-share(ev[j].At.Sub(group[len(group)-1].At), 0.6)))
		}
		from, to = later(from, at), earlier(to, hi)
		inner := split(group, from, to, depth+1)
		if from = inner[0].from; i > 0 && from.After(at) {
			out = append(out, stretch{at, from, lone})
		}
		out = append(out, inner...)
		at, lone = inner[len(inner)-1].to, 0
		i = j
	}
	if out == nil {
		return whole
	}
	if lone > 0 {
		out = append(out, stretch{at, hi, lone})
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// At gives the place of an instant; one outside lies at the nearer end.
func (a Axis) At(t time.Time) float64 {
	for _, p := range a.Parts {
		if t.Before(p.From) {
			return p.X
		}
		if !t.After(p.To) {
			return p.X + p.W*ratio(t.Sub(p.From), p.To.Sub(p.From))
		}
	}
	return 100
}

// Holds tells whether the instant is on the axis.
func (a Axis) Holds(t time.Time) bool {
	n := len(a.Parts)
	return n > 0 && !t.Before(a.Parts[0].From) && !t.After(a.Parts[n-1].To)
}

func ratio(d, of time.Duration) float64 {
	if of <= 0 {
		return 0.5
	}
	return float64(d) / float64(of)
}
