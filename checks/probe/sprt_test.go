package probe

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func stream(rng *rand.Rand, n int, loss float64) []Outcome {
	out := make([]Outcome, n)
	for i := range out {
		out[i] = Answered
		if rng.Float64() < loss {
			out[i] = Lost
		}
	}
	return out
}

// The errors keep within α and β, for the expected number of probes that Wald's
// theory gives for 5 % each (72, 113 and 78 at 0, 1 and 5 % of loss) and a tenth more.
func TestSPRTErrs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	test := NewSPRT(LossFine, LossBad, lossRisk, lossRisk)
	const runs = 20000
	all := 0.0
	cases := []struct {
		loss    float64
		verdict LossVerdict
		least   float64 // share of the verdict
		most    float64 // probes on average, 0 for any
	}{
		{0.00, LossLow, 1, 1.1 * 72}, {0.01, LossLow, 0.97, 1.1 * 113}, {0.05, LossHigh, 0.955, 1.1 * 78}, {0.10, LossHigh, 0.998, 0}, {0.25, LossHigh, 0.9995, 0},
	}
	for _, c := range cases {
		right, probes := 0, 0
		for range runs {
			v, n := test.Ended(stream(rng, 2000, c.loss))
			probes += n
			if v == c.verdict {
				right++
			}
		}
		share, mean := float64(right)/runs, float64(probes)/runs
		all += share / float64(len(cases))
		t.Logf("loss %4.1f %%: %.2f %% right, %.1f probes", 100*c.loss, 100*share, mean)
		if share < c.least || c.most > 0 && mean > c.most {
			t.Errorf("loss %.2f: %.3f said %s, want at least %.3f; %.1f probes, want at most %.1f", c.loss, share, c.verdict, c.least, mean, c.most)
		}
	}
	if all < 0.97 {
		t.Errorf("%.3f of all verdicts are right", all)
	}
}

func TestSPRTEndsWhenItShould(t *testing.T) {
	test := NewSPRT(LossFine, LossBad, lossRisk, lossRisk)
	all := func(n int, o Outcome) []Outcome {
		out := make([]Outcome, n)
		for i := range out {
			out[i] = o
		}
		return out
	}
	for _, c := range []struct {
		name string
		in   []Outcome
		want LossVerdict
	}{
		{"77 answers", all(77, Answered), LossUndecided},
		{"78 answers", all(78, Answered), LossLow},
		{"one loss", all(1, Lost), LossUndecided},
		{"two losses", all(2, Lost), LossHigh},
		{"nothing", nil, LossUndecided},
		{"a pending one may be lost", append([]Outcome{Pending}, all(78, Answered)...), LossUndecided},
		{"a pending one makes no difference", append([]Outcome{Pending}, all(117, Answered)...), LossLow},
		{"losses whatever is pending", append([]Outcome{Pending}, all(3, Lost)...), LossHigh},
		// Two pending ones first would cross the upper end if lost: not decided, however many answers follow.
		{"answers overtake losses", append([]Outcome{Pending, Pending}, all(500, Answered)...), LossUndecided},
	} {
		if got := test.Decide(c.in); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// What is pending never changes a verdict once it is given.
func TestSPRTVerdictStays(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	test := NewSPRT(LossFine, LossBad, lossRisk, lossRisk)
	for range 5000 {
		full := stream(rng, 150, []float64{0, 0.01, 0.03, 0.05, 0.2}[rng.IntN(5)])
		part := append([]Outcome{}, full...)
		for i := range part {
			if rng.IntN(10) == 0 || part[i] == Lost && rng.IntN(2) == 0 {
				part[i] = Pending
			}
		}
		if early := test.Decide(part); early != LossUndecided && early != test.Decide(full) {
			t.Fatalf("said %s while some were pending, %s in the end", early, test.Decide(full))
		}
	}
}

func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64 // from the closed form, by hand
	}{
		{0, 10, 0, 0.2775}, {1, 10, 0.0179, 0.4042}, {5, 100, 0.0215, 0.1118}, {10, 10, 0.7225, 1}, {0, 72, 0, 0.0507}, {0, 0, 0, 1},
	} {
		low, high := Wilson(c.k, c.n)
		if math.Abs(low-c.low) > 5e-4 || math.Abs(high-c.high) > 5e-4 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.k, c.n, low, high, c.low, c.high)
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for _, p := range []float64{0.02, 0.05, 0.1} {
		const runs = 4000
		held := 0
		for range runs {
			k := 0
			for _, o := range stream(rng, 150, p) {
				if o == Lost {
					k++
				}
			}
			if low, high := Wilson(k, 150); low <= p && p <= high {
				held++
			}
		}
		if share := float64(held) / runs; share < 0.92 {
			t.Errorf("loss %.2f: the 95 %% interval held in %.3f", p, share)
		}
	}
}

func TestRoundTripFigures(t *testing.T) {
	ms := func(list ...int) (out []time.Duration) {
		for _, v := range list {
			out = append(out, time.Duration(v)*time.Millisecond)
		}
		return out
	}
	r := summarise(ms(30, 10, 20, 40))
	if r.Min != 10*time.Millisecond || r.Median != 25*time.Millisecond || r.P95 != 40*time.Millisecond || r.Max != 40*time.Millisecond {
		t.Errorf("%+v", r)
	}
	if got := summarise(nil); got != (RTT{}) {
		t.Errorf("of nothing: %+v", got)
	}
	// One step of 16 ms moves the estimate by a sixteenth of it.
	if j := jitter(ms(20, 36)); j != time.Millisecond {
		t.Errorf("jitter %v, want 1ms", j)
	}
	if j := jitter(ms(20, 20, 20)); j != 0 {
		t.Errorf("jitter of a steady path: %v", j)
	}
}
