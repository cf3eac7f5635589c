package probe

import (
	"math"
	"slices"
	"time"
)

// summarise gives the percentiles of round trips (nearest rank).
func summarise(rtts []time.Duration) RTT {
	if len(rtts) == 0 {
		return RTT{}
	}
	sorted := slices.Sorted(slices.Values(rtts))
	return RTT{Min: sorted[0], Median: medianOf(sorted), P95: rank(sorted, 0.95), P99: rank(sorted, 0.99), Max: sorted[len(sorted)-1]}
}

// rank gives the smallest value that at least the share q does not exceed.
func rank(sorted []time.Duration, q float64) time.Duration {
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// jitter is RFC 3550's running estimate J += (|D| − J) / 16 over the difference D
// of two round trips next to each other in the order of sending.
func jitter(rtts []time.Duration) time.Duration {
	j := 0.0
	for i := 1; i < len(rtts); i++ {
		j += (math.Abs(float64(rtts[i]-rtts[i-1])) - j) / 16
	}
	return time.Duration(j)
}

// retransmitTimeout is what TCP would wait for an answer after these round
// trips, in the order of sending: SRTT + 4 RTTVAR (RFC 6298 section 2), at least
// minRTO and at most connectLimit. Without any round trip it is connectLimit.
func retransmitTimeout(rtts []time.Duration) time.Duration {
	if len(rtts) == 0 {
		return connectLimit
	}
	srtt, rttvar := float64(rtts[0]), float64(rtts[0])/2
	for _, r := range rtts[1:] {
		rttvar += (math.Abs(srtt-float64(r)) - rttvar) / 4
		srtt += (float64(r) - srtt) / 8
	}
	return min(max(time.Duration(srtt+4*rttvar), minRTO), connectLimit)
}

// logChoose is ln(n choose k).
func logChoose(n, k int) float64 {
	if k < 0 || k > n {
		return math.Inf(-1)
	}
	return logFactorial(n) - logFactorial(k) - logFactorial(n-k)
}

func logFactorial(n int) float64 {
	v, _ := math.Lgamma(float64(n + 1))
	return v
}

// fisher gives the probability that, were the loss the same for both, of the
// a+b lost probes at least a fell on the first n of n+m (R. A. Fisher's exact
// test, one-sided). Small: the first lose more than the second.
func fisher(a, n, b, m int) float64 {
	all, p := logChoose(n+m, a+b), 0.0
	for k := a; k <= min(n, a+b); k++ {
		p += math.Exp(logChoose(n, k) + logChoose(m, a+b-k) - all)
	}
	return min(1, p)
}
