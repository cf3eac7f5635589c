package report

import (
	"fmt"
	"math"
	"time"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// chart is the timeline to scale, in percent of its width, so that it fits any screen.
type chart struct {
	Title, Desc lang.Text
	Band        *bar
	Ticks       []tick
	Marks       []dot
	Height      int
	Axis        int // y of the axis
}

type bar struct{ X, W string }

type tick struct{ X, Label, Anchor string }

type dot struct {
	N        int
	X        string
	Y        int
	Err      *bar
	Class    string // stated measured assumed
	Serious  bool
	TextY    int
	ErrY     int
	Name     string
	ClipAxis int
}

func pct(v float64) string { return fmt.Sprintf("%.2f%%", v) }

// charts draws all moments, and once more those around the press when they
// stand too close to be told apart.
func charts(ms []moment) []chart {
	if len(ms) == 0 {
		return nil
	}
	all := draw(ms, 1)
	all.Title = lang.T("全程", "The whole course")
	out := []chart{all}
	var lo, hi time.Time
	n := 0
	for _, m := range ms {
		switch m.Kind {
		case "press", "request", "arrival", "answer":
			if n == 0 || m.t.Before(lo) {
				lo = m.t
			}
			if n == 0 || m.t.After(hi) {
				hi = m.t
			}
			n++
		}
	}
	whole := ms[len(ms)-1].t.Sub(ms[0].t)
	near := hi.Sub(lo)
	if n >= 3 && near > 0 && near < whole/6 {
		var close []moment
		first := -1
		for i, m := range ms {
			if !m.t.Before(lo.Add(-near/2)) && !m.t.After(hi.Add(near/2)) {
				if first < 0 {
					first = i
				}
				close = append(close, m)
			}
		}
		detail := draw(close, first+1)
		minute := close[0].t.Format("15:04")
		detail.Title = lang.T("点撤回前后放大（%s，刻度为秒）", "Around the press, enlarged (%s, scale in seconds)").F(minute)
		detail.Band = bandOf(ms, scaleOf(close))
		out = append(out, detail)
	}
	return out
}

// scale maps times to percent.
type scale struct {
	from time.Time
	span float64 // seconds
}

func (s scale) at(t time.Time) float64 {
	return min(max(100*t.Sub(s.from).Seconds()/s.span, 0), 100)
}

func scaleOf(ms []moment) scale {
	lo, hi := ms[0].t, ms[0].t
	for _, m := range ms {
		if m.t.Before(lo) {
			lo = m.t
		}
		if m.t.After(hi) {
			hi = m.t
		}
	}
	span := max(hi.Sub(lo).Seconds(), 0.05)
	from, to := 0.0, span
	for _, m := range ms { // room for what is uncertain, within reason
		e := min(m.ErrMS/1000, span/2)
		off := m.t.Sub(lo).Seconds()
		from, to = min(from, off-e), max(to, off+e)
	}
	pad := (to - from) * 0.05
	from, to = from-pad, to+pad
	return scale{lo.Add(time.Duration(from * float64(time.Second))), to - from}
}

// bandOf gives the recall window as a part of a scale.
func bandOf(ms []moment, s scale) *bar {
	var sent, end *moment
	for i := range ms {
		switch ms[i].Kind {
		case "sent":
			sent = &ms[i]
		case "window_end":
			end = &ms[i]
		}
	}
	if sent == nil || end == nil || !end.t.After(sent.t) {
		return nil
	}
	x, to := s.at(sent.t), s.at(end.t)
	if to-x < 0.1 {
		return nil
	}
	return &bar{pct(x), pct(to - x)}
}

func draw(ms []moment, number int) chart {
	s := scaleOf(ms)
	c := chart{Band: bandOf(ms, s)}
	var lanes []float64 // where each lane is taken up to
	const apart, top, step = 5.6, 18, 24
	var zh, en string
	for i, m := range ms {
		x := s.at(m.t)
		lane := 0
		for lane < len(lanes) && x-lanes[lane] < apart {
			lane++
		}
		if lane == len(lanes) {
			lanes = append(lanes, 0)
		}
		lanes[lane] = x
		y := top + lane*step
		d := dot{N: number + i, X: pct(x), Y: y, TextY: y + 4, ErrY: y - 5, Class: basisClass(m.Basis), Serious: m.Serious}
		if e := m.ErrMS / 1000; e > 0 && !math.IsNaN(e) && !math.IsInf(e, 0) {
			from, to := s.at(m.t.Add(-time.Duration(e*float64(time.Second)))), s.at(m.t.Add(time.Duration(e*float64(time.Second))))
			d.Err = &bar{pct(from), pct(to - from)}
		}
		c.Marks = append(c.Marks, d)
		stamp := m.t.Format("15:04:05.000")
		zh += fmt.Sprintf("%d. %s %s;", number+i, stamp, m.text.ZH)
		en += fmt.Sprintf("%d. %s %s; ", number+i, stamp, m.text.EN)
	}
	c.Desc = lang.T(zh, en)
	c.Axis = top + len(lanes)*step - 4
	c.Height = c.Axis + 22
	for i := range c.Marks {
		c.Marks[i].ClipAxis = c.Axis
	}
	c.Ticks = ticksOf(s, ms[0].t.Location())
	return c
}

// basisClass gives one of three classes, whatever the document says.
func basisClass(b incident.Basis) string {
	if _, ok := basisWords[b]; ok {
		return string(b)
	}
	return string(incident.Assumed)
}

var tickSteps = []time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 365 * 24 * time.Hour,
}

func ticksOf(s scale, loc *time.Location) []tick {
	step := tickSteps[len(tickSteps)-1]
	for _, d := range tickSteps {
		if s.span/d.Seconds() <= 5 {
			step = d
			break
		}
	}
	layout := "15:04:05"
	switch {
	case step < time.Second:
		layout = "05.000"
	case step >= 24*time.Hour:
		layout = "01-02"
	case step >= time.Minute:
		layout = "15:04"
	}
	var out []tick
	_, off := s.from.In(loc).Zone()
	shift := time.Duration(off) * time.Second
	for t := s.from.Add(shift).Truncate(step).Add(step).Add(-shift); len(out) < 12; t = t.Add(step) {
		x := 100 * t.Sub(s.from).Seconds() / s.span
		if x > 100 {
			break
		}
		anchor := "middle"
		if x < 6 {
			anchor = "start"
		} else if x > 94 {
			anchor = "end"
		}
		out = append(out, tick{pct(x), t.In(loc).Format(layout), anchor})
	}
	return out
}
