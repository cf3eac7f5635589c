package probe

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"meiqia-diag/diag/clock"
)

// raced simulates recalls packet by packet and gives the share that makes it.
func raced(rng *rand.Rand, r Race, left time.Duration, runs int, rtt func() time.Duration) float64 {
	step := func(rto time.Duration, trip time.Duration) time.Duration {
		d := time.Duration(0)
		for rng.Float64() < r.Loss {
			d += rto
			rto *= 2
		}
		return d + trip
	}
	data := max(minRTO, r.RTT.Median+2*(r.RTT.P95-r.RTT.Median))
	made := 0
	for range runs {
		t := step(data, rtt()/2)
		if !r.Open {
			t += step(synRTO, rtt()) + step(data, rtt())
		}
		if t <= left {
			made++
		}
	}
	return float64(made) / float64(runs)
}

// The sums agree with a simulation, for paths from sound to hardly alive.
func TestForecastAgainstSimulation(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const runs = 20000
	worst := 0.0
	for _, rtt := range []time.Duration{5 * time.Millisecond, 40 * time.Millisecond, 300 * time.Millisecond, 900 * time.Millisecond} {
		for _, tail := range []float64{0.02, 0.5, 3} { // how far P95 is behind the median, of the median
			// round trips as they are measured: least, and an exponential queue
			draw := func() time.Duration {
				return rtt + time.Duration(rng.ExpFloat64()*tail/3*float64(rtt))
			}
			var seen []time.Duration
			for range 2000 {
				seen = append(seen, draw())
			}
			for _, loss := range []float64{0, 0.01, 0.05, 0.2, 0.5} {
				for _, open := range []bool{true, false} {
					for _, left := range []time.Duration{20 * time.Millisecond, 150 * time.Millisecond, 800 * time.Millisecond, 2 * time.Second, 6 * time.Second, 60 * time.Second} {
						r := Race{Left: clock.Exactly(left, 0), RTT: summarise(seen), Loss: loss, Open: open}
						got, want := Predict(r).Chance, raced(rng, r, left, runs, draw)
						worst = max(worst, math.Abs(got-want))
						if math.Abs(got-want) > 0.05 {
							t.Errorf("rtt %v tail %v loss %v open %v left %v: %.3f, simulated %.3f", rtt, tail, loss, open, left, got, want)
						}
					}
				}
			}
		}
	}
	t.Logf("largest difference %.3f", worst)
}

func TestForecast(t *testing.T) {
	good := RTT{Min: 40 * time.Millisecond, Median: 41 * time.Millisecond, P95: 43 * time.Millisecond, P99: 44 * time.Millisecond, Max: 45 * time.Millisecond}
	for _, c := range []struct {
		name      string
		r         Race
		low, high float64
		latest    time.Duration // from now, to 60 ms; 0 is not asked
	}{
		{"a minute, sound path", Race{Left: clock.Exactly(time.Minute, 30*time.Millisecond), RTT: good}, 0.999, 1, time.Minute - 138*time.Millisecond},
		{"closed a second ago", Race{Left: clock.Exactly(-time.Second, 30*time.Millisecond), RTT: good}, 0, 0, -1138 * time.Millisecond},
		{"nearer than the way", Race{Left: clock.Exactly(60*time.Millisecond, 0), RTT: good}, 0, 0, 0},
		{"the clocks decide", Race{Left: clock.Exactly(100*time.Millisecond, 500*time.Millisecond), RTT: good}, 0, 1, 0},
		{"one in five lost, a minute", Race{Left: clock.Exactly(time.Minute, 0), RTT: good, Loss: 0.2}, 0.99, 1, 0},
		{"dead", Race{Left: clock.Exactly(time.Minute, 0), RTT: good, Loss: 1, LossHigh: 1}, 0, 0, 0},
	} {
		f := Predict(c.r)
		if f.Low < c.low-1e-9 || f.High > c.high+1e-9 || f.Low > f.Chance+1e-9 || f.Chance > f.High+1e-9 {
			t.Errorf("%s: %+v", c.name, f)
		}
		if c.latest != 0 && (f.Latest-c.latest).Abs() > 60*time.Millisecond {
			t.Errorf("%s: latest %v, want about %v", c.name, f.Latest, c.latest)
		}
	}
	if f := Predict(Race{Left: clock.Exactly(time.Minute, 0), RTT: good, Loss: 1}); f.Travel != 0 || f.Latest != 0 {
		t.Errorf("over a dead path: %+v", f)
	}
}

// More time never hurts, more loss never helps.
func TestForecastIsMonotonic(t *testing.T) {
	rtt := RTT{Min: 20 * time.Millisecond, Median: 50 * time.Millisecond, P95: 200 * time.Millisecond, P99: 300 * time.Millisecond, Max: 400 * time.Millisecond}
	for left := time.Duration(0); left < 4*time.Second; left += 370 * time.Millisecond {
		before := 2.0
		for _, loss := range []float64{0, 0.01, 0.1, 0.3, 0.9} {
			a := Predict(Race{Left: clock.Exactly(left, 0), RTT: rtt, Loss: loss}).Chance
			b := Predict(Race{Left: clock.Exactly(left+100*time.Millisecond, 0), RTT: rtt, Loss: loss}).Chance
			if b < a-1e-9 || a > before+1e-9 {
				t.Errorf("left %v loss %v: %.3f, then %.3f; with less loss %.3f", left, loss, a, b, before)
			}
			before = a
		}
	}
}
