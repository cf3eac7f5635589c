package triage

import (
	"math"
	"sort"
)

// fisherGreater is the one-sided p of Fisher's exact test: the chance that, of
// n1 drawn without replacement from n of which k are marked, a or more are
// marked (the upper tail of the hypergeometric distribution).
//
// R. A. Fisher, The logic of inductive inference, JRSS 98 (1935) 39–82.
func fisherGreater(a, n1, k, n int) float64 {
	low, high := max(0, k+n1-n), min(k, n1)
	if a <= low {
		return 1
	}
	if a > high {
		return 0
	}
	term := math.Exp(choose(k, a) + choose(n-k, n1-a) - choose(n, n1))
	sum := term
	for x := a; x < high && term > sum*1e-17; x++ {
		term *= float64(k-x) / float64(x+1) * float64(n1-x) / float64(n-k-n1+x+1)
		sum += term
	}
	return math.Min(sum, 1)
}

// choose is the logarithm of the binomial coefficient.
func choose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// betaIncomplete is the regularised incomplete beta function I_x(a, b), by its
// continued fraction with Lentz's method (DLMF 8.17.22). It is the upper tail
// of a binomial: P(X ≥ a | n, x) = I_x(a, n-a+1), and its continuation to counts
// that are not whole.
func betaIncomplete(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case a <= 0:
		return 1
	case b <= 0:
		return 0
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab - la - lb + a*math.Log(x) + b*math.Log1p(-x))
	if x < (a+1)/(a+b+2) {
		return math.Min(front*betaFraction(x, a, b)/a, 1)
	}
	return math.Max(1-front*betaFraction(1-x, b, a)/b, 0)
}

func betaFraction(x, a, b float64) float64 {
	const tiny, close, most = 1e-300, 1e-15, 100_000
	keep := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/keep(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m < most; m++ {
		up := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/keep(1+up*d), keep(1+up/c)
		f *= d * c
		down := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/keep(1+down*d), keep(1+down/c)
		f *= d * c
		if math.Abs(d*c-1) < close {
			break
		}
	}
	return f
}

// rateGreater is the one-sided p of the conditional test that counts a and b,
// Poisson over exposures ta and tb, have one rate, against a higher one of a:
// given a+b, a is binomial with ta/(ta+tb).
//
// J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples
// from Poisson series, Biometrika 31 (1940) 313–323.
func rateGreater(a, b, ta, tb float64) float64 {
	if a <= 0 {
		return 1
	}
	return betaIncomplete(ta/(ta+tb), a, b+1)
}

// rateInterval is the exact interval of 95 % around the ratio of two rates, from
// Clopper and Pearson's of the conditional binomial (Biometrika 26 (1934)
// 404–413). High is +Inf where b is 0.
func rateInterval(a, b, ta, tb float64) (low, high float64) {
	const half = 0.025
	odds := func(p float64) float64 { return p / (1 - p) * tb / ta }
	if a > 0 {
		low = odds(bisect(func(p float64) bool { return betaIncomplete(p, a, b+1) < half }))
	}
	high = math.Inf(1)
	if b > 0 {
		high = odds(bisect(func(p float64) bool { return betaIncomplete(p, a+1, b) < 1-half }))
	}
	return low, high
}

// bisect gives where a condition that holds below a point of (0, 1) ceases to.
func bisect(below func(float64) bool) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		if mid := (low + high) / 2; below(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// hypothesis is one test: its p, and the least p that its margins allow at all.
type hypothesis struct {
	p, least float64
}

// discoveries gives, for each hypothesis, its p adjusted for all that were tried
// (Benjamini and Hochberg, JRSS B 57 (1995) 289–300, which holds for tests that
// depend on each other positively: Benjamini and Yekutieli, Ann. Stat. 29 (2001)
// 1165–1188), and how many it was adjusted for. Tests of counts so small that
// they can never come out below the level are not counted, as Tarone (Biometrics
// 46 (1990) 515–522) and Gilbert (JRSS C 54 (2005) 143–158) have it: their
// margins tell, not their outcome. They are never discoveries: their p is 1.
func discoveries(list []hypothesis, level float64) (adjusted []float64, counted int) {
	least := make([]float64, len(list))
	for i, h := range list {
		least[i] = h.least
	}
	sort.Float64s(least)
	// The smallest k for which no more than k tests can come out at level/k or less.
	k := 1
	for k < len(list) && sort.SearchFloat64s(least, math.Nextafter(level/float64(k), 1)) > k {
		k++
	}
	var kept []int
	for i, h := range list {
		if h.least <= level/float64(k) {
			kept = append(kept, i)
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return list[kept[i]].p < list[kept[j]].p })
	adjusted = make([]float64, len(list))
	for i := range adjusted {
		adjusted[i] = 1
	}
	smallest := 1.0
	for rank := len(kept); rank > 0; rank-- {
		i := kept[rank-1]
		smallest = math.Min(smallest, list[i].p*float64(len(kept))/float64(rank))
		adjusted[i] = smallest
	}
	return adjusted, len(kept)
}

// simes gives one p for many tests of which none may come out by chance: the
// least, over ranks, of the k-th smallest times their number over k.
func simes(list []float64) float64 {
	sort.Float64s(list)
	p := 1.0
	for k, x := range list {
		p = math.Min(p, x*float64(len(list))/float64(k+1))
	}
	return p
}
