package report

import (
	"math"
	"slices"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/plot"
)

// pagePlot is one course of measurements, drawn and in figures.
type pagePlot struct {
	Title, Note lang.Text
	Drawn       []drawing
	Count       int
	Bad         int // lost, or failed without an answer
	Refused     int
	Median, Max string
	Slowest     []pagePoint
}

// pagePoint is one measurement worth naming.
type pagePoint struct {
	At, What, Value string
	State           lang.Text
	Main            bool
}

var seriesNames = map[string]lang.Text{
	"network.rtt":      lang.T("到服务的往返时延", "Round trips to the service"),
	"network.requests": lang.T("录到的每个请求用了多久", "How long each recorded request took"),
}

var pointStates = map[string]lang.Text{"lost": lang.T("丢失", "lost"), "failed": lang.T("没有应答", "no answer"), "refused": lang.T("被拒绝", "refused")}

// plots gives the document's series, as far as there is something to see.
func plots(doc *diag.Document, ms []moment) []pagePlot {
	var out []pagePlot
	off := skewOf(doc, ms)
	for _, c := range first(doc.Checks, mostRows) {
		for _, s := range first(c.Series, 8) {
			if p, ok := plotOf(doc, s, off, ms); ok && len(out) < 8 {
				out = append(out, p)
			}
		}
	}
	return out
}

// farthest bounds times in ms, three decades, so that none overflows.
const farthest = 1e12

// sample is a point with its place known.
type sample struct {
	diag.Point
	t time.Time
}

func plotOf(doc *diag.Document, s diag.Series, off skew, ms []moment) (pagePlot, bool) {
	name, ok := seriesNames[s.ID]
	if !ok {
		name = observationName(s.ID)
	}
	p := pagePlot{Title: name}
	var values []float64
	var list []sample
	start, err := time.Parse(time.RFC3339Nano, s.Start)
	timed := err == nil && s.Axis == "ms"
	if timed && (s.Clock == "browser" || s.Clock == "device") && !s.Live {
		start = start.Add(off.D) // what is measured now has the offset of now
	}
	if zone := ZoneOf(doc); zone != nil {
		start = start.In(zone)
	}
	for _, x := range first(s.Points, diag.MaxPoints) {
		if math.IsNaN(x.At) || math.Abs(x.At) > farthest || x.Value != nil && (*x.Value < 0 || math.IsNaN(*x.Value) || math.IsInf(*x.Value, 0)) {
			continue
		}
		if x.Value != nil && x.State == "" || x.Value != nil && x.Main {
			values = append(values, *x.Value)
		}
		switch x.State {
		case "":
		case "refused":
			p.Refused++
		default:
			p.Bad++
		}
		list = append(list, sample{x, start.Add(time.Duration(x.At * float64(time.Millisecond)))})
	}
	if len(list) < 2 {
		return p, false
	}
	p.Count = len(list)
	slices.SortStableFunc(list, func(a, b sample) int { return cmpFloat(a.At, b.At) })
	if len(values) > 0 {
		sorted := slices.Sorted(slices.Values(values))
		p.Median, p.Max = number(sorted[len(sorted)/2]), number(sorted[len(sorted)-1])
	}
	p.note(s, timed, start)
	p.Slowest = worst(list, timed)
	p.Drawn = drawn(func(l lang.Lang, width float64) scene { return seriesScene(p, list, timed, values, s, ms, l, width) })
	return p, true
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (p *pagePlot) note(s diag.Series, timed bool, start time.Time) {
	var parts []lang.Text
	if s.Live {
		parts = append(parts, lang.T("诊断时测的，未必是事发时的样子", "measured while diagnosing, which need not be how it was then"))
	}
	if timed {
		parts = append(parts, lang.T("%s 起", "from %s on").F(start.Format("15:04:05")))
	} else if s.Axis == "probe" {
		parts = append(parts, lang.T("横轴是第几次探测", "along: the number of the probe"))
	}
	if s.Source != "" {
		parts = append(parts, lang.Same(s.Source))
	}
	if s.Left > 0 {
		parts = append(parts, lang.T("另有 %d 个没有画出", "%d more are not drawn").F(s.Left))
	}
	p.Note = joinTexts(parts)
}

// worst names the points to look at: the recall, what failed, and the slowest.
func worst(list []sample, timed bool) []pagePoint {
	order := slices.Clone(list)
	rank := func(x sample) float64 {
		switch {
		case x.Main:
			return math.MaxFloat64
		case x.State != "":
			return 1e18
		case x.Value != nil:
			return *x.Value
		}
		return 0
	}
	slices.SortStableFunc(order, func(a, b sample) int { return cmpFloat(rank(b), rank(a)) })
	var out []pagePoint
	for _, x := range first(order, 8) {
		pp := pagePoint{What: x.What, State: pointStates[x.State], Main: x.Main}
		pp.At = number(x.At)
		if timed {
			pp.At = x.t.Format("15:04:05.000")
		}
		if x.Value != nil {
			pp.Value = number(*x.Value)
		}
		out = append(out, pp)
	}
	return out
}

// Heights of a plot in em.
const (
	plotTop  = 1.9
	plotHigh = 8.5
	plotLeft = 3.4 // that the scale's words take
)

// seriesScene draws a course: time along, the value up on a logarithmic scale,
// what came to nothing as crosses on a line of its own above.
func seriesScene(p pagePlot, list []sample, timed bool, values []float64, s diag.Series, ms []moment, l lang.Lang, width float64) scene {
	log := plot.NewLog(values)
	sc := scene{Height: em(plotTop + plotHigh + 1.4), Title: p.Title.In(l)}
	sc.Desc = lang.T("%d 次，中位数 %s 毫秒，最大 %s 毫秒，丢失或失败 %d 次，被拒绝 %d 次", "%d points, median %s ms, maximum %s ms, %d lost or failed, %d refused").F(p.Count, dash(p.Median), dash(p.Max), p.Bad, p.Refused).In(l)
	left := 100 * plotLeft / width
	up := func(v float64) float64 { return plotTop + plotHigh*(1-log.At(v)) }
	for _, v := range log.Ticks() {
		sc.line("grid", left, up(v), 100, up(v))
		sc.text("tick", left, up(v)+0.25, -0.5, "end", msWord(v))
	}
	x := sc.along(list, timed, s.Live, width)
	if timed && !s.Live {
		sc.pressed(list, x, ms, l, width)
	}
	sc.line("axis", left, plotTop+plotHigh, 100, plotTop+plotHigh)
	for _, pt := range list {
		class, y := "point", plotTop-0.7
		if pt.Value != nil {
			y = up(*pt.Value)
		}
		if pt.State != "" {
			class = "point " + stateClass(pt.State)
			sc.cross(class, x(pt), y)
			if !pt.Main {
				continue
			}
		}
		if pt.Main {
			sc.dot("ring", x(pt), y, 0.5)
		}
		if pt.State == "" {
			sc.dot(class, x(pt), y, 0.2)
		}
	}
	return sc
}

// along draws the axis at the foot, and gives the place of a point on it. even
// keeps it to one scale.
func (s *scene) along(list []sample, timed, even bool, width float64) func(sample) float64 {
	from, to := 100*plotLeft/width+1.5, 98.5
	foot := plotTop + plotHigh
	lo, hi := list[0], list[len(list)-1]
	if !timed {
		x := func(p sample) float64 { return from + (to-from)*(p.At-lo.At)/max(hi.At-lo.At, 1) }
		s.text("tick", x(lo), foot+1.05, 0, "middle", number(lo.At))
		s.text("tick", x(hi), foot+1.05, 0, "middle", number(hi.At))
		return x
	}
	var ev []plot.Event
	for _, p := range list {
		ev = append(ev, plot.Event{At: p.t})
	}
	axis := plot.NewAxis(ev)
	if even { // probes follow each other: there is nothing to enlarge
		axis = plot.Even(lo.t, hi.t)
	}
	at := func(t time.Time) float64 { return from + (to-from)*axis.At(t)/100 }
	var words tickWords
	for i, p := range axis.Parts {
		if i > 0 {
			s.line("cut", at(p.From), plotTop-1, at(p.From), foot+0.3)
		}
		start, end := at(p.From)/100*width, at(p.To)/100*width
		step := plot.Step(p.To.Sub(p.From), int((end-start)/5.2))
		ticks := plot.Ticks(p.From, p.To, step, lo.t.Location())
		for _, t := range ticks {
			s.line("notch", at(t), foot, at(t), foot+0.25)
		}
		words.part(ticks, step, start, end+0.3, func(t time.Time) float64 { return at(t) / 100 * width },
			func(t time.Time, words string) { s.text("tick", at(t), foot+1.05, 0, "middle", words) })
	}
	return func(p sample) float64 { return at(p.t) }
}

// stateClass gives a class that the style sheet knows, whatever the document says.
func stateClass(state string) string {
	if state == "refused" {
		return "refused"
	}
	return "lost"
}

// cross marks what failed by its shape, not by its colour alone.
func (s *scene) cross(class string, x, y float64) {
	s.Texts = append(s.Texts, shape{Class: "cross " + class, X: pct(x), Y: em(y + 0.28), Anchor: "middle", Text: "×"})
}

// pressed draws where on the plot the recall was pressed.
func (s *scene) pressed(list []sample, x func(sample) float64, ms []moment, l lang.Lang, width float64) {
	at := pressOf(ms)
	if at.IsZero() || at.Before(list[0].t) || at.After(list[len(list)-1].t) {
		return
	}
	place := x(sample{t: at})
	s.line("press", place, 0.2, place, plotTop+plotHigh)
	word := kindWord("press").In(l)
	anchor, dx := "start", 0.3
	if place/100*width+plot.Width(word)*labelSize > width-1 {
		anchor, dx = "end", -0.3
	}
	s.text("label", place, 0.95, dx, anchor, word)
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// msWord writes a value of the scale.
func msWord(v float64) string {
	if v >= 1000 {
		return number(v/1000) + " s"
	}
	return number(v) + " ms"
}

// pageLoss is one measured share of loss with its interval.
type pageLoss struct {
	Name, Value lang.Text
	Low, High   string
	Live        bool
	Source      string
	Scene       scene
}

var lossIDs = []string{"network.loss", "network.gateway_loss", "network.others_failing"}

// losses gives what was measured of loss, its interval drawn to scale.
func losses(doc *diag.Document) []pageLoss {
	var out []pageLoss
	top := 10.0
	obs := doc.Observations()
	for _, id := range lossIDs {
		for _, o := range obs.All(id) {
			if n, ok := o.Number(); ok {
				top = max(top, min(n, 100))
			}
			if o.High != nil {
				top = max(top, min(*o.High, 100))
			}
		}
	}
	top = min(math.Ceil(top/10)*10, 100)
	for _, id := range lossIDs {
		for _, o := range obs.All(id) {
			n, ok := o.Number()
			if !ok || math.IsNaN(n) || len(out) >= 8 {
				continue
			}
			pl := pageLoss{Name: observationName(id), Value: observationValue(o), Live: o.Live, Source: o.Source}
			at := func(v float64) float64 { return 98 * min(max(v, 0), top) / top }
			sc := scene{Height: "1.5em"}
			for v := 0.0; v <= top; v += top / 4 {
				sc.line("grid", at(v)+1, 0.1, at(v)+1, 1.4)
			}
			if o.Low != nil && o.High != nil {
				sc.rect("err", at(*o.Low)+1, max(at(*o.High)-at(*o.Low), 0.5), 0.4, 0.7)
				pl.Low, pl.High = number(*o.Low)+"%", number(*o.High)+"%"
			}
			sc.dot("point", at(n)+1, 0.75, 0.3)
			pl.Scene = sc
			out = append(out, pl)
		}
	}
	if len(out) > 0 {
		sc := scene{Height: "1em"}
		sc.text("tick", 1, 0.8, 0, "start", "0%")
		sc.text("tick", 50, 0.8, 0, "middle", number(top/2)+"%")
		sc.text("tick", 99, 0.8, 0, "end", number(top)+"%")
		out = append(out, pageLoss{Scene: sc})
	}
	return out
}
