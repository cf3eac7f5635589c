package pathtext

import (
	"math"
	"slices"
	"time"
)

// Loss gives the share of probes lost, 0-1, and its Wilson 95 % interval.
// The interval is that of independent losses: for bursts it is too narrow, so
// look at Bursts as well. Without probes it gives 0 in [0, 1].
// Source: Wilson, J. Am. Stat. Assoc. 22 (1927) 209.
func (g Ping) Loss() (fraction, lo, hi float64) {
	n := float64(g.Sent)
	if g.Sent <= 0 {
		return 0, 0, 1
	}
	k := float64(min(max(g.Sent-g.Received, 0), g.Sent))
	const z = 1.959963984540054
	f := k / n
	mid := (f + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(f*(1-f)/n+z*z/(4*n*n))
	return f, min(f, max(0, mid-half)), max(f, min(1, mid+half))
}

// Median is the middle of RTTs; 0 when the text shows none (see Avg then).
func (g Ping) Median() time.Duration { return g.Percentile(50) }

// Percentile gives the value below which pct percent (0-100) of RTTs lie, with
// linear interpolation between neighbours; 0 without RTTs.
func (g Ping) Percentile(pct float64) time.Duration {
	if len(g.RTTs) == 0 || math.IsNaN(pct) {
		return 0
	}
	s := slices.Clone(g.RTTs)
	slices.Sort(s)
	at := min(max(pct, 0), 100) / 100 * float64(len(s)-1)
	i := int(at)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + time.Duration(math.Round((at-float64(i))*float64(s[i+1]-s[i])))
}

// Jitter is the mean of the absolute differences between successive RTTs, the
// quantity that RFC 3550 section 6.4.1 smooths; 0 with fewer than two.
func (g Ping) Jitter() time.Duration {
	if len(g.RTTs) < 2 {
		return 0
	}
	var sum time.Duration
	for i := 1; i < len(g.RTTs); i++ {
		sum += (g.RTTs[i] - g.RTTs[i-1]).Abs()
	}
	return sum / time.Duration(len(g.RTTs)-1)
}

// Bursts counts the runs of neighbouring lost probes, and the longest of them
// in probes. Where Partial, losses that the text does not show are missing.
func (g Ping) Bursts() (bursts, longest int) {
	n := 0
	for i, at := range g.Lost {
		if i > 0 && at == g.Lost[i-1]+1 {
			n++
		} else {
			bursts++
			n = 1
		}
		longest = max(longest, n)
	}
	return bursts, longest
}
