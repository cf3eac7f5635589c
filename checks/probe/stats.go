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
	return RTT{Min: sorted[0], Median: medianOf(sorted), P95: rank(sorted, 0.95), Max: sorted[len(sorted)-1]}
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
