package probe

import "math"

// Pattern says how losses lie in the window.
type Pattern string

// The patterns.
const (
	PatternNone   Pattern = ""       // none lost, or too few to tell
	PatternSpread Pattern = "spread" // as independent losses would lie
	PatternBursts Pattern = "bursts" // closer together than chance explains
	PatternGap    Pattern = "gap"    // one hole, and all else arrived
)

const (
	burstRisk  = 0.01 // how often independent losses may be taken for bursts
	gapAtLeast = 20   // probes in a row: 200 ms
)

// bursts counts the runs of losses in the order of sending, and the longest.
func bursts(outcomes []Outcome) (lost, runs, longest int) {
	run := 0
	for _, o := range outcomes {
		switch o {
		case Lost:
			lost++
			if run++; run == 1 {
				runs++
			}
			longest = max(longest, run)
		case Answered:
			run = 0
		}
	}
	return lost, runs, longest
}

// runsProbability is how probable it is that k independent losses among n
// probes form no more than runs runs (A. Wald and J. Wolfowitz, On a Test Whether
// Two Samples are from the Same Population, 1940): b runs can be laid out in
// C(k−1, b−1) · C(n−k+1, b) of C(n, k) ways.
func runsProbability(k, n, runs int) float64 {
	if k == 0 || k == n {
		return 1
	}
	p, all := 0.0, logChoose(n, k)
	for b := 1; b <= runs; b++ {
		p += math.Exp(logChoose(k-1, b-1) + logChoose(n-k+1, b) - all)
	}
	return min(1, p)
}

// patternOf sorts the losses.
func patternOf(outcomes []Outcome) Pattern {
	lost, runs, longest := bursts(outcomes)
	n := 0
	for _, o := range outcomes {
		if o != Pending {
			n++
		}
	}
	switch {
	case lost < 2 || lost == n:
		return PatternNone
	case runsProbability(lost, n, runs) >= burstRisk:
		return PatternSpread
	case runs == 1 && longest >= gapAtLeast:
		return PatternGap
	}
	return PatternBursts
}

// burstInterval is a 95 % interval of the long-run share of loss where k of n
// probes were lost in runs bursts. The bursts are what is independent, so their
// number decides: it is taken for a Poisson count with Garwood's interval (in
// Wilson and Hilferty's approximation of chi-square), and the mean length of a
// burst for an exponential's, known from runs of them. The interval is wide
// because a short look at bursts tells little.
func burstInterval(k, n, runs int) (low, high float64) {
	if k == 0 || n == 0 {
		return Wilson(k, n)
	}
	b, p := float64(runs), float64(k)/float64(n)
	// The sum over bursts of exponential lengths varies by √(2/b) of its mean, against √(1/b) of the count alone.
	low = chiSquareQuantile(-1.959964, b) / b * p
	high = chiSquareQuantile(1.959964, b+2) / b * p
	wilsonLow, wilsonHigh := Wilson(k, n)
	return min(low, wilsonLow), min(1, max(high, wilsonHigh))
}

// chiSquareQuantile is the quantile at the normal deviate z of chi-square with
// df degrees of freedom (E. B. Wilson and M. M. Hilferty, 1931).
func chiSquareQuantile(z, df float64) float64 {
	c := 2 / (9 * df)
	return df * math.Pow(max(0, 1-c+z*math.Sqrt(c)), 3)
}
