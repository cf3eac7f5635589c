package report

import (
	"fmt"
	"math"
	"slices"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/plot"
)

// skew is what the two clocks of the drawing say of each other.
type skew struct {
	D     time.Duration // service minus device
	Known bool
	Text  lang.Text
}

// skewOf gives the offset with which the document's moments were put on the
// service's time, and in words the one that was measured.
func skewOf(doc *diag.Document, ms []moment) skew {
	var by []time.Duration
	for _, m := range ms {
		if t, err := time.Parse(time.RFC3339Nano, m.Shown); err == nil && !onService(m) {
			by = append(by, m.t.Sub(t))
		}
	}
	var s skew
	if len(by) > 0 {
		slices.Sort(by)
		s.D = by[len(by)/2]
	}
	obs := doc.Observations()
	for _, id := range []string{"clock.offset.incident", "clock.offset"} {
		o, ok := obs.First(id)
		n, isNum := o.Number()
		if !ok || !isNum || math.Abs(n) > farthest {
			continue
		}
		d := time.Duration(n * float64(time.Millisecond))
		s.Known = true
		if len(by) == 0 {
			s.D = d
		}
		bound := 0.0
		if o.Uncertainty != nil {
			bound = min(*o.Uncertainty, farthest)
		}
		switch {
		case math.Abs(n) <= max(bound, 1):
			s.Text = lang.T("两钟相差不到 %s", "the clocks are within %s").F(lapse(time.Duration(max(math.Abs(n)+bound, 1) * float64(time.Millisecond))))
		case n > 0:
			s.Text = lang.T("本机比服务慢 %s", "this device is %s behind").F(lapse(d))
		default:
			s.Text = lang.T("本机比服务快 %s", "this device is %s ahead").F(lapse(-d))
		}
		if e := errText(bound); !e.IsZero() && math.Abs(n) > max(bound, 1) {
			s.Text = lang.T("%s（%s）", "%s (%s)").F(s.Text, e)
		}
		return s
	}
	s.Text = lang.T("两钟相差多少未知", "how far the clocks are apart is unknown")
	return s
}

// lapse writes a duration as people say it.
func lapse(d time.Duration) lang.Text {
	switch {
	case d >= 10*time.Millisecond && d < time.Second:
		return lang.T("%s 毫秒", "%s ms").F(number(math.Round(diag.Millis(d))))
	case d < time.Second:
		return lang.T("%s 毫秒", "%s ms").F(number(math.Round(diag.Millis(d)*10) / 10))
	case d < 2*time.Minute:
		return lang.T("%s 秒", "%s s").F(number(math.Round(d.Seconds()*10) / 10))
	case d < 2*time.Hour && d%time.Minute == 0:
		return lang.T("%d 分钟", "%d min").F(int(d.Minutes()))
	case d < 2*time.Hour:
		return lang.T("%d 分 %d 秒", "%d min %d s").F(int(d.Minutes()), int(d.Seconds())%60)
	}
	return lang.T("%s 小时", "%s h").F(number(math.Round(d.Hours()*10) / 10))
}

// onService tells whose lane a moment is in: the clock that saw it.
func onService(m moment) bool { return m.Clock == "service" || m.Clock == "server" }

// mostMarks is how many moments the drawing takes; the table has all.
const mostMarks = 14

// marked gives the moments that are drawn, with their numbers in the table.
func marked(ms []moment) (list []moment, numbers []int) {
	main := func(m moment) bool { return m.Kind != "console" && m.Kind != "log" && m.Kind != "clock" }
	n := 0
	for _, m := range ms {
		if main(m) {
			n++
		}
	}
	for i, m := range ms {
		if main(m) && len(list) < 2*mostMarks || m.Kind != "clock" && n < mostMarks {
			if !main(m) {
				n++
			}
			list, numbers = append(list, m), append(numbers, i+1)
		}
	}
	return list, numbers
}

// course is the timeline as it is drawn: two clocks, one above the other, and
// between them what went from one end to the other.
type course struct {
	scene
	l       lang.Lang
	width   float64
	axis    plot.Axis
	skew    skew
	list    []moment
	numbers []int
	labels  [2][]plot.Label // of the device's lane and the service's
	of      [2][]int        // whose they are
	lane    [2]float64      // y
	words   [2]tickWords    // of each lane
	failed  bool            // the request came to no answer
	ways    []way           // what was drawn between the lanes
	cuts    []float64       // in em
	high    float64
	zone    *time.Location
}

// Heights in em.
const (
	rowHigh   = 1.3
	tickSize  = 0.68 // of the text, as in the style sheet
	labelSize = 0.8
	between   = 4.4 // from one lane to the other
)

// timelineScene draws the moments for one language and width, and tells in how
// many parts of different scale.
func timelineScene(doc *diag.Document, ms []moment, l lang.Lang, width float64) (sc scene, parts int) {
	c := &course{l: l, width: width, skew: skewOf(doc, ms), zone: ms[0].t.Location(), failed: unanswered(doc)}
	c.list, c.numbers = marked(ms)
	if len(c.list) == 0 {
		return scene{}, 0
	}
	var ev []plot.Event
	for _, m := range c.list {
		ev = append(ev, plot.Event{At: m.t, Err: errOf(m)})
	}
	c.axis = plot.NewAxis(ev)
	c.layOut()
	c.parts()
	c.arrows(doc)
	c.window()
	c.marks()
	c.describe()
	return c.scene, len(c.axis.Parts)
}

// errOf is how wrong a moment may be, within reason.
func errOf(m moment) time.Duration {
	if math.IsNaN(m.ErrMS) || m.ErrMS <= 0 {
		return 0
	}
	return time.Duration(min(m.ErrMS, 1e11) * float64(time.Millisecond))
}

func laneOf(m moment) int {
	if onService(m) {
		return 1
	}
	return 0
}

// layOut packs the labels and puts the lanes where they leave room.
func (c *course) layOut() {
	var rows [2]int
	for i, m := range c.list {
		lane := laneOf(m)
		c.labels[lane] = append(c.labels[lane], plot.Label{X: c.axis.At(m.t) / 100 * c.width, W: (plot.Width(c.label(i)) + 0.5) * labelSize})
		c.of[lane] = append(c.of[lane], i)
	}
	for lane := range rows {
		rows[lane] = plot.Pack(c.labels[lane], c.width)
	}
	c.lane[0] = 0.9 + float64(rows[0])*rowHigh
	c.lane[1] = c.lane[0] + between
	c.high = c.lane[1] + 0.7 + float64(rows[1])*rowHigh + 1.4
	c.Height = em(c.high)
}

// label names a mark: its number in the table and what it is.
func (c *course) label(i int) string {
	word := []rune(c.kind(c.list[i]).In(c.l))
	if len(word) > 16 {
		word = append(word[:15], '…')
	}
	sign := ""
	if c.list[i].Serious {
		sign = "✗ "
	}
	return fmt.Sprintf("%d %s%s", c.numbers[i], sign, string(word))
}

// kind names a moment; a request that failed was not answered.
func (c *course) kind(m moment) lang.Text {
	if m.Kind == "answer" && c.failed {
		return sRequestFailed
	}
	return kindWord(m.Kind)
}

// unanswered reports that the request came to its end without an answer.
func unanswered(doc *diag.Document) bool {
	return doc.Outcomes.RequestResult == "not_sent" || doc.Outcomes.RequestResult == "no_answer"
}

// parts draws both axes, each with its own clock's readings, and where the scale changes.
func (c *course) parts() {
	dev, svc := c.lane[0], c.lane[1]
	for i, p := range c.axis.Parts {
		if i%2 == 1 {
			c.rect("part", p.X, p.W, dev-0.35, svc-dev+0.7)
		}
		wide := p.W / 100 * c.width
		step := plot.Step(p.To.Sub(p.From), int(wide/5.2))
		for n := max(int(wide/5.2), 1); ; n++ {
			before, words := len(c.Lines), c.words
			finer := plot.Step(p.To.Sub(p.From), n)
			if c.ticks(p, finer, 1, svc-0.5) {
				step = finer
				break
			}
			c.Lines, c.words = c.Lines[:before], words // none had room for its words
			if n > 5 {
				c.ticks(p, step, 1, svc-0.5)
				break
			}
		}
		if c.skew.Known {
			c.ticks(p, step, 0, dev+1.1)
			for _, t := range plot.Ticks(p.From.Add(-c.skew.D), p.To.Add(-c.skew.D), step, c.zone) {
				if !t.Before(p.From) && !t.After(p.To) { // where both clocks showed it
					c.line("equal", c.axis.At(t.Add(c.skew.D)), dev, c.axis.At(t), svc)
				}
			}
		}
		if i > 0 {
			c.line("cut", p.X, dev-0.35, p.X, svc+0.35)
			c.cuts = append(c.cuts, p.X/100*c.width)
		}
		if len(c.axis.Parts) == 1 {
			continue
		}
		words := lang.T("一格 %s", "grid %s").F(lapse(step)).In(c.l)
		for _, w := range []string{words, lapse(step).In(c.l)} {
			if plot.Width(w)*tickSize < wide-0.6 {
				c.text("scale", p.X+p.W/2, c.high-0.25, 0, "middle", w)
				break
			}
		}
	}
	c.line("axis", 0, dev, 100, dev)
	c.line("axis", 0, svc, 100, svc)
}

// ticks draws the readings of one lane's clock in a part; told says that some
// had room for their words.
func (c *course) ticks(p plot.Part, step time.Duration, lane int, base float64) (told bool) {
	off, y := time.Duration(0), c.lane[lane]
	if lane == 0 {
		off = c.skew.D
	}
	list := plot.Ticks(p.From.Add(-off), p.To.Add(-off), step, c.zone)
	place := func(t time.Time) float64 { return c.axis.At(t.Add(off)) }
	for _, t := range list {
		c.line("notch", place(t), y-0.22, place(t), y+0.22)
	}
	return c.words[lane].part(list, step, p.X/100*c.width+0.2, (p.X+p.W)/100*c.width-0.2,
		func(t time.Time) float64 { return place(t) / 100 * c.width },
		func(t time.Time, words string) { c.text("tick", place(t), base, 0, "middle", words) })
}

// window draws the time in which a recall is allowed, as the service counts it.
func (c *course) window() {
	var sent, end *moment
	for i := range c.list {
		switch c.list[i].Kind {
		case "sent":
			sent = &c.list[i]
		case "window_end":
			end = &c.list[i]
		}
	}
	if sent == nil || end == nil || !end.t.After(sent.t) {
		return
	}
	x, to := c.axis.At(sent.t), c.axis.At(end.t)
	c.rect("window", x, to-x, c.lane[0]-0.35, between+0.7)
	words := lang.T("撤回时限 %s", "recall window %s").F(lapse(end.t.Sub(sent.t))).In(c.l)
	if half := plot.Width(words) * 0.75 / 2; 2*half < (to-x)/100*c.width-0.4 {
		mid := c.free(x/100*c.width+half+0.2, to/100*c.width-half-0.2, half)
		c.text("window", mid/c.width*100, c.lane[0]+between*windowDown, 0, "middle", words)
	}
}

// marks draws each moment on the lane of its clock, with its uncertainty and its name.
func (c *course) marks() {
	for lane, list := range c.labels {
		y := c.lane[lane]
		for k, l := range list {
			m := c.list[c.of[lane][k]]
			x := c.axis.At(m.t)
			if e := errOf(m); e > 0 {
				from, to := c.axis.At(m.t.Add(-e)), c.axis.At(m.t.Add(e))
				c.rect("err", from, to-from, y-0.3, 0.6)
			}
			base := y - 0.85 - float64(l.Row)*rowHigh
			tip := base + 0.1
			if lane == 1 {
				base = y + 1.35 + float64(l.Row)*rowHigh
				tip = base - 0.65
			}
			c.line("stem", x, y, x, tip)
			class := basisClass(m.Basis)
			if m.Serious {
				class += " serious"
			}
			switch m.Kind {
			case "window_end":
				c.line("gate "+class, x, y-0.55, x, y+0.55)
			case "press":
				c.dot("mark press "+class, x, y, 0.46)
			default:
				c.dot("mark "+class, x, y, 0.34)
			}
			words := "label"
			if m.Serious {
				words = "label serious"
			}
			anchor, dx := "start", 0.2
			if l.Left {
				anchor, dx = "end", -0.2
			}
			c.text(words, x, base, dx, anchor, c.label(c.of[lane][k]))
		}
	}
}

func (c *course) describe() {
	c.Title = sTimeline.In(c.l)
	for i, m := range c.list {
		c.Desc += fmt.Sprintf("%d. %s %s; ", c.numbers[i], m.t.Format("15:04:05.000"), c.kind(m).In(c.l))
	}
	c.Desc += c.skew.Text.In(c.l)
}
