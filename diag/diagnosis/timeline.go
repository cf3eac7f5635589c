package diagnosis

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// maxTimeline bounds the timeline: a page, not a log.
const maxTimeline = 60

// Where two moments are shown at one time, they stand in this order.
var order = []string{"clock", "sent", "read", "reply", "event", "press", "request", "arrival", "reason", "answer", "push", "window_end", "console", "log"}

// course collects the moments of the timeline.
type course struct {
	a     *attempt.Attempt
	shift time.Duration // of the device's clock, within its uncertainty
	rows  []moment

	arrival, answer *moment // of the recall's request
}

// moment is a moment and where in time it is.
type moment struct {
	diag.Moment
	at   time.Time
	half time.Duration
}

// timeline puts what happened on the service's time: each thing once, told by
// the clock that knows it best, and in the order in which it must have been.
func timeline(doc *diag.Document, a *attempt.Attempt, opt Options) []diag.Moment {
	c := &course{a: a}
	c.align()
	c.message(windowOf(doc, opt))
	c.requests()
	c.events()
	c.reasons()
	c.signals(doc)
	c.clocks(doc)
	sort.SliceStable(c.rows, func(i, j int) bool {
		x, y := c.rows[i], c.rows[j]
		if !x.at.Equal(y.at) {
			return x.at.Before(y.at)
		}
		return slices.Index(order, x.Kind) < slices.Index(order, y.Kind)
	})
	out := []diag.Moment{}
	for _, m := range c.rows[:min(len(c.rows), maxTimeline)] {
		m.At, m.ErrMS = m.at.UTC().Format("2006-01-02T15:04:05.000Z07:00"), diag.Millis(m.half)
		out = append(out, m.Moment)
	}
	return out
}

// add puts a stamp into the timeline; nil when there is none.
func (c *course) add(kind string, s clock.Stamp, text lang.Text) *moment {
	if s.IsZero() {
		return nil
	}
	iv := s.OnService(c.a.Offset)
	m := moment{Moment: diag.Moment{Kind: kind, Clock: s.Clock.String(), Shown: s.T.Format(time.RFC3339Nano), Text: text, Basis: incident.Measured, Source: s.Source}, at: iv.Middle(), half: iv.Half()}
	switch s.Clock {
	case clock.Device, clock.Browser:
		m.at = m.at.Add(c.shift)
	case clock.Unknown: // what people hand in they mostly read off their own device
		m.at = s.T.Add(c.a.Offset.Mid() + c.shift)
		m.half = max(iv.T.Add(iv.Hi).Sub(m.at), m.at.Sub(iv.T.Add(iv.Lo)))
	}
	if s.Source == "incident" {
		m.Basis = incident.Stated
	}
	c.rows = append(c.rows, m)
	return &c.rows[len(c.rows)-1]
}

// index finds the first moment of a kind, -1 when there is none.
func (c *course) index(kind string) int {
	return slices.IndexFunc(c.rows, func(m moment) bool { return m.Kind == kind })
}

// align moves the device's clock, within its uncertainty and as little as need
// be, so that the request arrives after it was sent and before its answer.
func (c *course) align() {
	r := c.a.Request
	if r == nil || r.Arrived.IsZero() || r.Arrived.Clock != clock.Service || r.Start.IsZero() || r.Start.Clock != clock.Browser {
		return
	}
	lo, hi := -c.a.Offset.Half(), c.a.Offset.Half()
	mid := c.a.Offset.Mid()
	hi = min(hi, r.Arrived.T.Add(r.Arrived.Err).Sub(r.Start.T.Add(mid)))
	if !r.End.IsZero() {
		lo = max(lo, r.Arrived.T.Add(-r.Arrived.Err).Sub(r.End.T.Add(mid)))
	}
	if lo <= hi {
		c.shift = min(max(0, lo), hi)
	}
}

// between moves a moment into the bounds that its neighbours set, where its
// uncertainty allows it.
func (m *moment) between(from, to *moment) {
	lo, hi := m.at.Add(-m.half), m.at.Add(m.half)
	at := m.at
	if from != nil && at.Before(from.at) {
		at = from.at
	}
	if to != nil && at.After(to.at) {
		at = to.at
	}
	if at.Equal(m.at) || at.Before(lo) || at.After(hi) {
		return
	}
	if from != nil && lo.Before(from.at.Add(-from.half)) {
		lo = from.at.Add(-from.half)
	}
	if to != nil && hi.After(to.at.Add(to.half)) {
		hi = to.at.Add(to.half)
	}
	m.at, m.half = at, max(at.Sub(lo), hi.Sub(at), 0)
}

// message tells of the message and of its window.
func (c *course) message(window time.Duration, basis incident.Basis) {
	text := lang.T("消息发出", "the message was sent")
	if window > 0 {
		text = lang.T("消息发出，%s的撤回时限开始", "the message was sent; it can be recalled for %s").F(span(window))
	}
	if m := c.add("sent", c.a.Sent, text); m == nil || window <= 0 {
		return
	}
	end := c.a.Sent
	end.T = end.T.Add(window)
	if m := c.add("window_end", end, lang.T("撤回时限到", "the window closed")); m.Basis == incident.Measured && basis != "" {
		m.Basis = basis // no surer than the length is
	}
}

// windowOf gives the window's length and how it is known: as the check of the
// window took it, else the person's word, else the profile's.
func windowOf(doc *diag.Document, opt Options) (time.Duration, incident.Basis) {
	if o, ok := doc.Observations().First("window.length"); ok {
		if s, isNum := o.Number(); isNum {
			return incident.Span(s, time.Second), o.Basis
		}
	}
	if d, ok := opt.Incident.Window(); ok {
		return d, incident.Stated
	}
	return opt.Profile.Window.D(), incident.Basis(opt.Profile.NoteOf("window").Basis)
}

// clocks says, beside the press, that the device's clock was off, where it was.
func (c *course) clocks(doc *diag.Document) {
	o, ok := doc.Observations().First("clock.offset.incident")
	if !ok || o.Uncertainty == nil {
		return
	}
	ms, isNum := o.Number()
	if !isNum || math.Abs(ms) < max(*o.Uncertainty, 1000) {
		return
	}
	i := c.index("press")
	if i < 0 {
		i = c.index("request")
	}
	if i < 0 {
		return
	}
	text := lang.T("这台设备的钟慢 %s，它的时间已经换算", "the device's clock was %s behind; its times are converted")
	if ms < 0 {
		text = lang.T("这台设备的钟快 %s，它的时间已经换算", "the device's clock was %s ahead; its times are converted")
	}
	at := c.rows[i]
	off := incident.Span(math.Abs(ms), time.Millisecond).Round(100 * time.Millisecond)
	c.rows = append(c.rows, moment{at: at.at, half: incident.Span(*o.Uncertainty, time.Millisecond), Moment: diag.Moment{Kind: "clock", Clock: clock.Device.String(), Text: text.F(span(off)), Basis: o.Basis, Source: o.Source}})
}

// span writes a duration as people say it.
func span(d time.Duration) lang.Text {
	number := func(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
	switch {
	case d < 2*time.Minute && d != time.Minute:
		return lang.T("%s 秒", "%s s").F(number(d.Seconds()))
	case d < 2*time.Hour && d%time.Minute == 0:
		return lang.T("%s 分钟", "%s min").F(number(d.Minutes()))
	case d < 2*time.Hour:
		return lang.T("%s 分 %s 秒", "%s min %s s").F(number(math.Floor(d.Minutes())), number((d % time.Minute).Seconds()))
	}
	return lang.T("%s 小时", "%s h").F(number(d.Hours()))
}

func clipLine(s string) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}
