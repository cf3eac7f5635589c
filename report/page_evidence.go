package report

import (
	"math"

	"meiqia-diag/diag/lang"
)

// pageWeight is one piece of evidence with its bar.
type pageWeight struct {
	weighing
	For bool
	Bar scene
}

// pageWeights is the evidence for and against a cause, its weights to one scale.
type pageWeights struct {
	Rows  []pageWeight
	Scale scene
	Sum   string
}

// weights draws the evidence: to the right what speaks for the cause, to the
// left what speaks against it.
func weights(for_, against []weighing) pageWeights {
	var w pageWeights
	most, least, sum := 10.0, 0.0, 0.0
	for _, x := range append(append([]weighing{}, for_...), against...) {
		if v := x.DB; math.Abs(v) < 1e6 {
			most, least = max(most, v), min(least, v)
			sum += v
		}
	}
	most = math.Ceil(most/10) * 10
	least = math.Floor(least/10) * 10
	const from, to = 2.0, 98.0
	at := func(v float64) float64 { return from + (to-from)*(min(max(v, least), most)-least)/(most-least) }
	row := func(x weighing, side bool) {
		sc := scene{Height: "1.3em"}
		a, b := at(0), at(x.DB)
		class := "for"
		if b < a {
			a, b, class = b, a, "against"
		}
		sc.rect("bar "+class, a, max(b-a, 0.6), 0.3, 0.7)
		sc.line("zero", at(0), 0, at(0), 1.3)
		w.Rows = append(w.Rows, pageWeight{x, side, sc})
	}
	for _, x := range first(for_, mostRows) {
		row(x, true)
	}
	for _, x := range first(against, mostRows) {
		row(x, false)
	}
	w.Scale = scene{Height: "1em"}
	step := 10.0
	for (most-least)/step > 4 {
		step *= 2
	}
	for v := 0.0; v <= most; v += step {
		w.tick(at(v), v, to)
	}
	for v := -step; v >= least; v -= step {
		w.tick(at(v), v, to)
	}
	w.Sum = db(sum)
	return w
}

func (w *pageWeights) tick(x, v, end float64) {
	anchor := "middle"
	switch {
	case x < 6:
		anchor = "start"
	case x > end-5:
		anchor = "end"
	}
	w.Scale.text("tick", x, 0.85, 0, anchor, number(v))
}

// sideWord says which way a piece of evidence points.
func (w pageWeight) Side() lang.Text {
	if w.For {
		return lang.T("＋ 支持", "＋ for")
	}
	return lang.T("－ 反对", "－ against")
}
