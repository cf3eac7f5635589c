package probe

import (
	"slices"
	"time"

	"meiqia-diag/diag/clock"
)

// marzullo finds what most of several intervals agree on: the values that lie
// in the greatest number of them. Where several separate stretches tie, their
// hull is given, because the truth may lie in any (K. Marzullo, 1984; the
// selection of RFC 5905 section 11.2.1 is derived from it). votes is that
// number, 0 for no intervals.
func marzullo(spans []clock.Span) (best clock.Span, votes int) {
	type edge struct {
		at   time.Duration
		step int
	}
	var edges []edge
	for _, s := range spans {
		edges = append(edges, edge{s.Lo, +1}, edge{s.Hi, -1})
	}
	// An interval that begins where another ends touches it: beginnings first.
	slices.SortFunc(edges, func(a, b edge) int {
		if a.at != b.at {
			return int(min(1, max(-1, a.at-b.at)))
		}
		return b.step - a.step
	})
	depth := 0
	for i, e := range edges {
		depth += e.step
		if e.step < 0 || depth < votes {
			continue
		}
		end := edges[i+1].at // after a beginning there is always another edge
		if depth > votes {
			best, votes = clock.Span{Lo: e.at, Hi: end}, depth
		} else {
			best.Hi = end
		}
	}
	return best, votes
}

// majority reports whether votes of n are more than half.
func majority(votes, n int) bool { return 2*votes > n }

// touches reports whether two spans share a value.
func touches(a, b clock.Span) bool {
	_, ok := a.Intersect(b)
	return ok
}

// clamp moves d into the span.
func clamp(d time.Duration, s clock.Span) time.Duration { return min(max(d, s.Lo), s.Hi) }

// medianOf gives the middle value of a list, the mean of two for an even number; 0 for none.
func medianOf(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}
