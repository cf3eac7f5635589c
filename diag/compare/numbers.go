package compare

import (
	"math"
	"strconv"

	"meiqia-diag/diag"
)

// difference is what two numbers of one kind come to.
type difference struct {
	delta, bound float64
	how          string
	differs      bool
}

// differ holds two measured numbers against each other. jx and jy are the
// jitter of their runs, for round trips.
func differ(x, y diag.Observation, s scale, jx, jy float64) (difference, bool) {
	m, ok1 := x.Number()
	n, ok2 := y.Number()
	if !ok1 || !ok2 || unreal(m) || unreal(n) {
		return difference{}, false
	}
	d := difference{delta: n - m}
	kx, nx, counted1 := counts(x)
	ky, ny, counted2 := counts(y)
	switch {
	case s.exact:
		d.how = byWord
	case x.Uncertainty != nil && y.Uncertainty != nil:
		d.how, d.bound = byBounds, math.Abs(*x.Uncertainty)+math.Abs(*y.Uncertainty)
	case interval(x) && interval(y):
		d.how, d.bound = bySpans, strict*mover(m, *x.Low, *x.High, n, *y.Low, *y.High)
	case counted1 && counted2:
		lx, hx := wilson(kx, nx)
		ly, hy := wilson(ky, ny)
		d.how, d.bound = byShares, strict*mover(100*kx/nx, lx, hx, 100*ky/ny, ly, hy)
	case jx > 0 && jy > 0:
		// RFC 3550's jitter is a mean distance of neighbours, so some 1.1 standard
		// deviations: three times both stands far outside what one path does.
		d.how, d.bound = byMedians, 3*(jx+jy)
	default:
		d.how, d.bound = byThumb, max(math.Abs(m), math.Abs(n))/2
	}
	d.bound = max(d.bound, s.floor)
	if d.how == byThumb && s.floor == 0 {
		d.bound = max(d.bound, defaultFloor(x.Unit))
	}
	d.differs = math.Abs(d.delta) > d.bound
	return d, true
}

// strict makes 99 % of 95 %: a comparison looks at many values at once, and each
// that only chance made different would be told as a change.
const strict = 2.575829 / 1.959964

func unreal(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

func interval(o diag.Observation) bool {
	return o.Low != nil && o.High != nil && !unreal(*o.Low) && !unreal(*o.High)
}

// defaultFloor is what no recall ever failed for.
func defaultFloor(unit string) float64 {
	switch unit {
	case "ms":
		return 100
	case "s":
		return 1
	case "percent":
		return 10
	}
	return 0
}

// mover gives the half-width by which two estimates must differ, from the
// halves of their intervals that face each other, added in squares (Zou and
// Donner 2008; for shares with Wilson's intervals this is Newcombe's method 10).
func mover(m, lm, hm, n, ln, hn float64) float64 {
	if n >= m {
		return math.Hypot(hm-m, n-ln)
	}
	return math.Hypot(m-lm, hn-n)
}

// counts gives how many of how many a share in percent stands for, where the
// observation tells what it counted.
func counts(o diag.Observation) (k, n float64, ok bool) {
	share, isNumber := o.Number()
	if o.Unit != "percent" || !isNumber || share < 0 || share > 100 {
		return 0, 0, false
	}
	for _, key := range []string{"of", "sent", "answered", "requests"} {
		if v, err := strconv.ParseFloat(o.Detail[key], 64); err == nil && v >= 1 && v < 1e9 {
			return math.Round(share / 100 * v), v, true
		}
	}
	return 0, 0, false
}

// wilson is the 95 % score interval of k in n, in percent (E. B. Wilson, 1927).
func wilson(k, n float64) (low, high float64) {
	const z = 1.959964
	p := k / n
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return 100 * max(mid-half, 0), 100 * min(mid+half, 1)
}

// better gives the direction of a number's change.
func (s scale) direction(x, y float64) string {
	if s.magnitude {
		x, y = math.Abs(x), math.Abs(y)
	}
	switch {
	case s.better == 0 || x == y:
		return diag.Neutral
	case (y > x) == (s.better > 0):
		return diag.Better
	}
	return diag.Worse
}

// newer gives the direction of a change of versions: later ones mend what earlier ones had.
func newer(x, y string) string {
	switch c := versions(x, y); {
	case c < 0:
		return diag.Better
	case c > 0:
		return diag.Worse
	}
	return diag.Neutral
}

// versions compares the numbers in two versions, one after the other.
func versions(x, y string) int {
	p, q := numbersIn(x), numbersIn(y)
	for i := range max(len(p), len(q)) {
		var m, n int
		if i < len(p) {
			m = p[i]
		}
		if i < len(q) {
			n = q[i]
		}
		if m != n {
			return m - n
		}
	}
	return 0
}

func numbersIn(s string) (out []int) {
	inside := false
	for _, r := range s {
		if r < '0' || r > '9' {
			inside = false
			continue
		}
		if !inside {
			if len(out) == 8 {
				return out
			}
			out, inside = append(out, 0), true
		}
		if last := &out[len(out)-1]; *last < 1e8 {
			*last = *last*10 + int(r-'0')
		}
	}
	return out
}
