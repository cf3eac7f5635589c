package probe

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// gilbertElliott gives outcomes 10 ms apart of a path that loses all while in
// its bad state, for mean stays of good and bad.
func gilbertElliott(rng *rand.Rand, n int, good, bad time.Duration) []Outcome {
	out := make([]Outcome, n)
	state := rng.Float64() < float64(bad)/float64(good+bad)
	for i := range out {
		out[i] = Answered
		if state {
			out[i] = Lost
		}
		mean := good
		if state {
			mean = bad
		}
		if rng.Float64() < 1-math.Exp(-float64(probeSpacing)/float64(mean)) {
			state = !state
		}
	}
	return out
}

func TestRunsProbability(t *testing.T) {
	for _, c := range []struct {
		k, n, runs int
		want       float64 // counted by hand
	}{
		{2, 4, 1, 0.5}, {2, 4, 2, 1}, {3, 5, 1, 0.3}, {0, 9, 0, 1}, {9, 9, 1, 1}, {2, 100, 1, 0.02},
	} {
		if got := runsProbability(c.k, c.n, c.runs); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%d lost of %d in %d: %.4f, want %.4f", c.k, c.n, c.runs, got, c.want)
		}
	}
}

// Independent losses are not taken for bursts, and bursts are not taken for those.
func TestBurstsAreToldFromSpreadLosses(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	const runs = 4000
	for _, p := range []float64{0.01, 0.05, 0.1, 0.3} {
		wrong := 0
		for range runs {
			if k := patternOf(stream(rng, 160, p)); k == PatternBursts || k == PatternGap {
				wrong++
			}
		}
		if wrong > runs*15/1000 {
			t.Errorf("independent loss of %.2f: bursts in %d of %d", p, wrong, runs)
		}
	}
	for _, c := range []struct {
		bad   time.Duration
		least float64
	}{{50 * time.Millisecond, 0.93}, {100 * time.Millisecond, 0.97}, {250 * time.Millisecond, 0.99}} {
		found, of := 0, 0
		for range runs {
			o := gilbertElliott(rng, 190, 19*c.bad, c.bad)
			if lost, _, _ := bursts(o); lost < 3 || lost == len(o) {
				continue // nothing to be seen in this window
			}
			of++
			if k := patternOf(o); k == PatternBursts || k == PatternGap {
				found++
			}
		}
		share := float64(found) / float64(of)
		t.Logf("bursts of %v: told in %.3f of %d windows", c.bad, share, of)
		if share < c.least {
			t.Errorf("bursts of %v: told in %.3f of %d, want %.2f", c.bad, share, of, c.least)
		}
	}
}

// Where bursts are seen, the interval holds the long-run loss; Wilson's does not.
func TestBurstInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for _, bad := range []time.Duration{20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond} {
		held, wilson, of := 0, 0, 0
		for range 4000 {
			o := gilbertElliott(rng, 190, 19*bad, bad)
			k, runs, _ := bursts(o)
			if k < 3 {
				continue
			}
			of++
			if low, high := burstInterval(k, len(o), runs); low <= 0.05 && 0.05 <= high {
				held++
			}
			if low, high := Wilson(k, len(o)); low <= 0.05 && 0.05 <= high {
				wilson++
			}
		}
		t.Logf("bursts of %v: held in %.3f, Wilson's in %.3f of %d windows", bad, float64(held)/float64(of), float64(wilson)/float64(of), of)
		if float64(held) < 0.95*float64(of) {
			t.Errorf("bursts of %v: held in %d of %d", bad, held, of)
		}
	}
}

func TestFisher(t *testing.T) {
	for _, c := range []struct {
		a, n, b, m int
		want       float64
	}{
		{3, 3, 0, 10, 1. / 286}, {0, 10, 0, 10, 1}, {1, 1, 0, 1, 0.5}, {0, 0, 3, 9, 1},
	} {
		if got := fisher(c.a, c.n, c.b, c.m); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%+v: %.6f", c, got)
		}
	}
}

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		name             string
		gateway, service tally
		want             Place
	}{
		{"none at the gateway", tally{answered: 70}, tally{answered: 90, lost: 10}, PlaceWAN},
		{"as many", tally{answered: 63, lost: 7}, tally{answered: 90, lost: 10}, PlaceLAN},
		{"few looks", tally{answered: 12}, tally{answered: 90, lost: 10}, PlaceUnknown},
		{"the gateway limits its answers", tally{answered: 30, lost: 40}, tally{answered: 90, lost: 10}, PlaceUnknown},
		{"dead behind the gateway", tally{answered: 20}, tally{lost: 20}, PlaceWAN},
	} {
		if got := placeOf(c.gateway, c.service); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRetransmitTimeout(t *testing.T) {
	steady := make([]time.Duration, 50)
	for i := range steady {
		steady[i] = 300 * time.Millisecond
	}
	for _, c := range []struct {
		rtts     []time.Duration
		low, top time.Duration
	}{
		{nil, connectLimit, connectLimit},
		{[]time.Duration{10 * time.Millisecond}, minRTO, minRTO},
		{[]time.Duration{100 * time.Millisecond}, 300 * time.Millisecond, 300 * time.Millisecond}, // SRTT + 4 · SRTT/2
		{steady, 300 * time.Millisecond, 310 * time.Millisecond},
		{[]time.Duration{800 * time.Millisecond}, connectLimit, connectLimit},
	} {
		if got := retransmitTimeout(c.rtts); got < c.low || got > c.top {
			t.Errorf("%v: %v, want %v to %v", c.rtts, got, c.low, c.top)
		}
	}
}
