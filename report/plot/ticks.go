package plot

import (
	"math"
	"time"
)

var steps = []time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 365 * 24 * time.Hour,
}

// Step gives the smallest round step that makes at most n of the span.
func Step(span time.Duration, n int) time.Duration {
	for _, d := range steps {
		if span/d <= time.Duration(max(n, 1)) {
			return d
		}
	}
	return steps[len(steps)-1]
}

// most bounds the ticks of one part, whatever its span.
const most = 60

// Ticks gives the round instants of a part, in the zone in which they are read.
func Ticks(from, to time.Time, step time.Duration, zone *time.Location) []time.Time {
	_, off := from.In(zone).Zone()
	shift := time.Duration(off) * time.Second
	t := from.Add(shift).Truncate(step)
	if t.Before(from.Add(shift)) {
		t = t.Add(step)
	}
	var out []time.Time
	for t = t.Add(-shift); !t.After(to) && len(out) < most; t = t.Add(step) {
		out = append(out, t.In(zone))
	}
	return out
}

// Layout gives the layout of a tick of this step.
func Layout(step time.Duration) string {
	switch {
	case step < time.Second:
		return "05.000"
	case step < time.Minute:
		return "15:04:05"
	case step < 24*time.Hour:
		return "15:04"
	}
	return "01-02"
}

// Log is a logarithmic scale from Low to High, both above zero.
type Log struct{ Low, High float64 }

// NewLog gives a scale of whole steps of 1, 2 and 5 that holds all values, but for those out of all reason.
func NewLog(values []float64) Log {
	lo, hi := math.Inf(1), 0.0
	for _, v := range values {
		if v >= 1e-6 && v <= 1e15 {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if hi == 0 {
		return Log{1, 10}
	}
	l := Log{round125(lo, false), round125(hi, true)}
	if l.High < l.Low*10 { // less makes noise look like mountains
		l.High = round125(l.Low*10, true)
	}
	return l
}

// At gives the place of a value: 0 at Low, 1 at High; what is outside lies at the nearer end.
func (l Log) At(v float64) float64 {
	return min(max(math.Log(max(v, l.Low)/l.Low)/math.Log(l.High/l.Low), 0), 1)
}

// Ticks gives the tens of the scale, and where they are few, the twos and fives as well.
func (l Log) Ticks() []float64 {
	var tens, all []float64
	for v := l.Low; v <= l.High*1.0001 && len(all) < most; v = next125(v) {
		all = append(all, v)
		if m := mantissa(v); m == 1 {
			tens = append(tens, v)
		}
	}
	if len(tens) >= 3 {
		return tens
	}
	return all
}

func mantissa(v float64) int {
	return int(math.Round(v / math.Pow(10, math.Floor(math.Log10(v)+1e-9))))
}

func next125(v float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(v)+1e-9))
	switch mantissa(v) {
	case 1:
		return 2 * ten
	case 2:
		return 5 * ten
	}
	return 10 * ten
}

func round125(v float64, up bool) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(v)+1e-9))
	at := ten
	for _, m := range []float64{1, 2, 5, 10} {
		switch {
		case up && m*ten >= v*(1-1e-9):
			return m * ten
		case !up && m*ten <= v*(1+1e-9):
			at = m * ten
		}
	}
	return at
}
