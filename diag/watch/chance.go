package watch

import "math"

// below gives the share of failing runs that n good ones and no bad one exclude
// with 95 % confidence: 1 − 0.05^(1/n), about 3/n (the rule of three).
func below(n int) float64 { return -math.Expm1(math.Log(0.05) / float64(n)) }

// exact gives the 95 % interval of a share of k in n (Clopper and Pearson,
// 1934): the shares of which k or more, or k or fewer, still come 1 time in 40.
func exact(k, n int) (low, high float64) {
	high = 1
	if k > 0 {
		low = solve(func(p float64) float64 { return 1 - atMost(k-1, n, p) }, 0.025)
	}
	if k < n {
		high = solve(func(p float64) float64 { return -atMost(k, n, p) }, -0.025)
	}
	return low, high
}

// solve finds where a function that grows takes a value.
func solve(f func(float64) float64, want float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		mid := (low + high) / 2
		if f(mid) < want {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// atMost is the probability of at most k of n where each comes with p.
func atMost(k, n int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n || p <= 0:
		return 1
	case p >= 1:
		return 0
	}
	if flipped := n - k - 1; flipped < k { // the shorter sum
		return 1 - atMost(flipped, n, 1-p)
	}
	sum, lp, lq := 0.0, math.Log(p), math.Log1p(-p)
	all, _ := math.Lgamma(float64(n + 1))
	for i := 0; i <= k; i++ {
		x, _ := math.Lgamma(float64(i + 1))
		y, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(all - x - y + float64(i)*lp + float64(n-i)*lq)
	}
	return min(sum, 1)
}

// luck is the probability of so many good runs in a row had nothing changed
// since it failed k of n times. How often it really failed is not known but
// from these: every share is as likely beforehand, and what comes out is the
// beta-binomial's B(k+1, n−k+1+good) / B(k+1, n−k+1).
func luck(before Share, good int) float64 {
	k, n := float64(before.Failed), float64(before.Of)
	return math.Exp(logBeta(k+1, n-k+1+float64(good)) - logBeta(k+1, n-k+1))
}

func logBeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}

// needed is how many good runs in a row it takes for luck to be at most 5 %.
func needed(before Share) int {
	low, high := 0, 1
	for luck(before, high) > 0.05 && high < 1<<40 {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; luck(before, mid) > 0.05 {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}
