package triage

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The values are those of R 4.2: fisher.test(…, alternative = "greater"),
// pbeta and poisson.test(…)$conf.int.
func TestExactTests(t *testing.T) {
	close := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6*math.Abs(want)+1e-12 {
			t.Errorf("%s: %.9g, want %.9g", name, got, want)
		}
	}
	// Fisher's tea: 3 of 4 right, 17/70.
	close("tea", fisherGreater(3, 4, 4, 8), 17.0/70)
	close("all right", fisherGreater(4, 4, 4, 8), 1.0/70)
	close("none", fisherGreater(0, 4, 4, 8), 1)
	close("I_0.5(2,3)", betaIncomplete(0.5, 2, 3), 0.6875)
	close("I_0.3(1,1)", betaIncomplete(0.3, 1, 1), 0.3)
	close("I_0.9(5,0.5)", betaIncomplete(0.25, 1, 2), 1-0.75*0.75)
	// 9 of 10 with one half: 11/1024.
	close("rates", rateGreater(9, 1, 1, 1), 11.0/1024)
	// Clopper and Pearson of 0 of n has a closed form: 1-(0.025)^(1/n).
	_, high := rateInterval(0, 10, 1, 1)
	p := 1 - math.Pow(0.025, 0.1)
	close("upper bound of none", high, p/(1-p))
	low, inf := rateInterval(10, 0, 1, 1)
	close("lower bound of all", low, (1-p)/p)
	if !math.IsInf(inf, 1) {
		t.Errorf("upper bound with none before: %v", inf)
	}
}

// The tail is what summing every table says.
func TestFisherAgainstAllTables(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n := 2 + r.IntN(120)
		n1, k := r.IntN(n+1), r.IntN(n+1)
		a := r.IntN(n + 1)
		var sum float64
		for x := max(0, k+n1-n); x <= min(k, n1); x++ {
			if x >= a {
				sum += math.Exp(choose(k, x) + choose(n-k, n1-x) - choose(n, n1))
			}
		}
		if got := fisherGreater(a, n1, k, n); math.Abs(got-sum) > 1e-9 {
			t.Fatalf("%d of %d, %d marked of %d: %g, want %g", a, n1, k, n, got, sum)
		}
	}
}

func TestBetaAgainstBinomial(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		n := 1 + r.IntN(200)
		a, p := 1+r.IntN(n), r.Float64()
		var sum float64
		for x := a; x <= n; x++ {
			sum += math.Exp(choose(n, x) + float64(x)*math.Log(p) + float64(n-x)*math.Log1p(-p))
		}
		if got := betaIncomplete(p, float64(a), float64(n-a+1)); math.Abs(got-sum) > 1e-9 {
			t.Fatalf("%d or more of %d at %g: %g, want %g", a, n, p, got, sum)
		}
	}
}

func TestDiscoveries(t *testing.T) {
	// The example of Benjamini and Hochberg (1995), section 3.2: four of fifteen at 0.05.
	ps := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1}
	var list []hypothesis
	for _, p := range ps {
		list = append(list, hypothesis{p: p})
	}
	got, counted := discoveries(list, 0.05)
	named := 0
	for _, q := range got {
		if q <= 0.05 {
			named++
		}
	}
	if named != 4 || counted != 15 {
		t.Errorf("%d discoveries of %d, want 4 of 15", named, counted)
	}
	// Tests that can never come out do not stand in the way of one that can.
	list = []hypothesis{{p: 0.01, least: 0.001}}
	for range 50 {
		list = append(list, hypothesis{p: 1, least: 0.2})
	}
	if got, counted = discoveries(list, 0.05); counted != 1 || got[0] != 0.01 {
		t.Errorf("adjusted %g over %d, want 0.01 over 1", got[0], counted)
	}
	if _, counted = discoveries(nil, 0.05); counted != 0 {
		t.Error("none were tried")
	}
}
