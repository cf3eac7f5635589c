package plot

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func on(seconds ...float64) []Event {
	var out []Event
	for _, s := range seconds {
		out = append(out, Event{At: noon.Add(time.Duration(s * float64(time.Second)))})
	}
	return out
}

// What is a millisecond apart is told apart, whatever else is on the axis.
func TestAxisTellsApart(t *testing.T) {
	for name, ev := range map[string][]Event{
		"even":          on(0, 10, 25, 40),
		"late":          on(0, 120, 163.2, 163.284, 163.3, 163.321),
		"two hours":     on(0, 120, 7200, 7200.08, 7200.15, 7200.3),
		"in time":       on(0, .35, .353, .356, 10),
		"a day, twice":  on(0, .1, 86400, 86400.2, 172800),
		"nothing fine":  on(0, 0, 0),
		"one":           on(5),
		"four scales":   on(0, .005, 1, 100, 86400),
		"years between": on(0, .01, 3e8),
	} {
		a := NewAxis(ev)
		end := 0.0
		for i, p := range a.Parts {
			if math.Abs(p.X-end) > 1e-6 || p.W < 5 || !p.To.After(p.From) {
				t.Errorf("%s: part %d is %+v, the one before ends at %v", name, i, p, end)
			}
			if i > 0 && !p.From.Equal(a.Parts[i-1].To) {
				t.Errorf("%s: time is missing between parts", name)
			}
			end = p.X + p.W
		}
		if math.Abs(end-100) > 1e-6 {
			t.Errorf("%s: ends at %v", name, end)
		}
		for i := 1; i < len(ev); i++ {
			x, y := a.At(ev[i-1].At), a.At(ev[i].At)
			if ev[i].At.Sub(ev[i-1].At) >= time.Millisecond && y-x < 0.8 {
				t.Errorf("%s: %v and %v stand at %.2f and %.2f", name, ev[i-1].At, ev[i].At, x, y)
			}
			if y < x || !a.Holds(ev[i].At) {
				t.Errorf("%s: order", name)
			}
		}
	}
	if n := len(NewAxis(on(0, 10, 25, 40)).Parts); n != 1 {
		t.Errorf("an even course has %d parts", n)
	}
	if n := len(NewAxis(on(0, 120, 7200, 7200.08, 7200.3)).Parts); n < 3 {
		t.Errorf("two hours and 300 ms in %d parts", n)
	}
	if a := NewAxis(nil); a.Parts != nil || a.Holds(noon) {
		t.Error("an axis of nothing")
	}
}

func TestTicks(t *testing.T) {
	zone := time.FixedZone("", 5*3600+1800)
	for _, span := range []time.Duration{3 * time.Millisecond, time.Second, 7 * time.Minute, 100 * time.Hour, 40000 * time.Hour} {
		from := noon.Add(1234567 * time.Microsecond)
		step := Step(span, 4)
		list := Ticks(from, from.Add(span), step, zone)
		if len(list) > 5 || span >= step && len(list) == 0 {
			t.Errorf("%v: %d ticks, step %v", span, len(list), step)
		}
		for _, x := range list {
			_, off := x.Zone()
			if x.Before(from) || x.After(from.Add(span)) || step <= 24*time.Hour && !x.Add(time.Duration(off)*time.Second).Truncate(step).Equal(x.Add(time.Duration(off)*time.Second)) {
				t.Errorf("%v: %v", span, x)
			}
		}
	}
	l := NewLog([]float64{3, 40, 0, math.Inf(1), math.NaN(), 900})
	if l.Low != 2 || l.High != 1000 || l.At(2) != 0 || l.At(1000) != 1 || l.At(0) != 0 || len(l.Ticks()) < 2 {
		t.Errorf("%+v %v", l, l.Ticks())
	}
	if l := NewLog(nil); len(l.Ticks()) == 0 || l.At(3) <= 0 {
		t.Error(l)
	}
}

// No two labels overlap, and whatever can be kept clear of leaders is.
func TestPack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		const width = 40
		n := 1 + r.IntN(9)
		list := make([]Label, n)
		x := 0.0
		for i := range list {
			x = min(x+r.Float64()*8*float64(r.IntN(2)), width)
			list[i] = Label{X: x, W: 2 + r.Float64()*8}
		}
		rows := Pack(list, width)
		if rows > n {
			t.Fatalf("%d rows for %d labels", rows, n)
		}
		for i, a := range list {
			if a.from() < 0 || a.from()+a.W > width {
				t.Fatalf("%+v leaves the drawing", a)
			}
			for _, b := range list[i+1:] {
				if a.Row == b.Row && a.from() < b.from()+b.W && b.from() < a.from()+a.W {
					t.Fatalf("%+v and %+v overlap in %+v", a, b, list)
				}
			}
		}
	}
	list := []Label{{X: 0, W: 10}, {X: 1, W: 10}, {X: 2, W: 10}}
	Pack(list, 40)
	if list[0].Row != 2 || list[1].Row != 1 || list[2].Row != 0 {
		t.Errorf("%+v", list)
	}
}
