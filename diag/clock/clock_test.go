package clock

import (
	"testing"
	"testing/quick"
	"time"
)

var origin = time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)

// small maps any number to a duration within ±a day, in microseconds and odd nanoseconds alike.
func small(n int64) time.Duration { return time.Duration(n % int64(24*time.Hour)) }

func abs(d time.Duration) time.Duration { return max(d, -d) }

func check(t *testing.T, f any) {
	t.Helper()
	if err := quick.Check(f, &quick.Config{MaxCount: 5000}); err != nil {
		t.Error(err)
	}
}

// span makes a span and one value inside it.
func span(a, b, pick int64) (Span, time.Duration) {
	lo, hi := min(small(a), small(b)), max(small(a), small(b))
	in := lo
	if hi > lo {
		in = lo + time.Duration(uint64(pick)%uint64(hi-lo+1))
	}
	return Span{lo, hi}, in
}

// The heart of the package: whatever the true offset within its bounds and
// whatever the error of the reading within its bound, the instant as the
// service saw it lies in the mapped interval.
func TestMappingHoldsTheTruth(t *testing.T) {
	for _, c := range []Clock{Device, Browser, Service, Unknown, Unset} {
		check(t, func(at, a, b, pick, e, eps int64, byService bool) bool {
			off, trueOffset := span(a, b, pick)
			bound := abs(small(e))
			err := time.Duration(0)
			if bound > 0 {
				err = time.Duration(eps) % (bound + 1)
			}
			truth := origin.Add(small(at)) // on the service's time
			shown := truth
			switch {
			case c == Device, c == Browser, (c == Unknown || c == Unset) && !byService:
				shown = truth.Add(-trueOffset) // device = service - offset
			}
			s := Stamp{T: shown.Add(err), Clock: c, Err: bound}
			iv := s.OnService(Offset{Span: off, Known: true})
			return iv.Contains(truth.Sub(iv.T))
		})
	}
}

// Differences of two mapped instants hold the true difference too.
func TestSinceHoldsTheTruth(t *testing.T) {
	check(t, func(at1, at2, a, b, pick, e int64) bool {
		off, trueOffset := span(a, b, pick)
		truth1, truth2 := origin.Add(small(at1)), origin.Add(small(at2))
		bound := abs(small(e)) / 1000
		device := Stamp{T: truth1.Add(-trueOffset).Add(bound), Clock: Device, Err: bound}
		service := Stamp{T: truth2.Add(-bound), Clock: Service, Err: bound}
		o := Offset{Span: off}
		x, y := device.OnService(o), service.OnService(o)
		return x.Since(y).Contains(truth1.Sub(truth2)) && y.Since(x).Contains(truth2.Sub(truth1))
	})
}

func TestSpanArithmetic(t *testing.T) {
	check(t, func(a, b, p, c, d, q int64) bool {
		x, in1 := span(a, b, p)
		y, in2 := span(c, d, q)
		return x.Add(y).Contains(in1+in2) && x.Sub(y).Contains(in1-in2) && x.Contains(in1)
	})
}

func TestIntersect(t *testing.T) {
	check(t, func(a, b, p, c, d, q int64) bool {
		x, in1 := span(a, b, p)
		y, in2 := span(c, d, q)
		got, ok := x.Intersect(y)
		back, ok2 := y.Intersect(x)
		if ok != ok2 || ok && got != back {
			return false
		}
		// What is in both is in the intersection, and nothing else.
		for _, v := range []time.Duration{in1, in2, x.Lo, x.Hi, y.Lo, y.Hi} {
			both := x.Contains(v) && y.Contains(v)
			if both && !ok || ok && got.Contains(v) != both {
				return false
			}
		}
		return true
	})
}

// "Middle ± half" must say no less than the span does (to the nanosecond that halving drops).
func TestMiddleAndHalfCoverTheSpan(t *testing.T) {
	check(t, func(a, b, p int64) bool {
		x, in := span(a, b, p)
		return Exactly(x.Mid(), x.Half()+1).Contains(in) && x.Half() >= 0 && x.Contains(x.Mid())
	})
	check(t, func(m, h int64) bool {
		x := Exactly(small(m), abs(small(h)))
		return x.Mid() == small(m) && x.Half() == abs(small(h))
	})
}

func TestUnknownClockCoversBoth(t *testing.T) {
	off := Offset{Span: Span{3 * time.Second, 4 * time.Second}}
	iv := Stamp{T: origin, Clock: Unknown, Err: time.Second}.OnService(off)
	if want := (Span{-time.Second, 5 * time.Second}); iv.Span != want {
		t.Errorf("got %v, want %v", iv.Span, want)
	}
	off = Offset{Span: Span{-4 * time.Second, -3 * time.Second}}
	iv = Stamp{T: origin, Clock: Unknown}.OnService(off)
	if want := (Span{-4 * time.Second, 0}); iv.Span != want {
		t.Errorf("got %v, want %v", iv.Span, want)
	}
}

// A service's own stamp must not move with the device's clock.
func TestServiceStampIgnoresTheOffset(t *testing.T) {
	s := Stamp{T: origin, Clock: Service, Err: 500 * time.Millisecond}
	iv := s.OnService(Offset{Span: Exactly(time.Hour, time.Minute)})
	if iv.Middle() != origin || iv.Half() != 500*time.Millisecond {
		t.Errorf("got %v ± %v", iv.Middle(), iv.Half())
	}
}

func TestIntervalMiddle(t *testing.T) {
	iv := Stamp{T: origin, Clock: Device}.OnService(Offset{Span: Span{2 * time.Second, 4 * time.Second}})
	if got := iv.Middle(); got != origin.Add(3*time.Second) {
		t.Errorf("middle %v", got)
	}
}

func TestIsZero(t *testing.T) {
	if !(Stamp{}).IsZero() || !(Stamp{Clock: Device, Err: time.Second}).IsZero() {
		t.Error("a stamp without a time is no stamp")
	}
	if (Stamp{T: origin}).IsZero() {
		t.Error("a stamp with a time is one")
	}
}
