package probe

import (
	"slices"
	"time"

	"meiqia-diag/diag/clock"
)

// spanEnd is where a span begins (step +1) or ends (−1).
type spanEnd struct {
	at   time.Duration
	step int
}

// spanEnds gives the ends of all spans in order. A span that begins where another
// ends touches it, so beginnings come first.
func spanEnds(spans []clock.Span) []spanEnd {
	out := make([]spanEnd, 0, 2*len(spans))
	for _, s := range spans {
		out = append(out, spanEnd{s.Lo, +1}, spanEnd{s.Hi, -1})
	}
	slices.SortFunc(out, func(a, b spanEnd) int {
		if a.at != b.at {
			return int(min(1, max(-1, a.at-b.at)))
		}
		return b.step - a.step
	})
	return out
}

// marzullo finds what most of several spans agree on: the values that lie in
// the greatest number of them. Where several separate stretches tie, their hull
// is given, because the truth may lie in any (K. Marzullo, "Maintaining the Time
// in a Distributed System", 1984). votes is that number, 0 for no spans.
func marzullo(spans []clock.Span) (best clock.Span, votes int) {
	depth := 0
	for _, e := range spanEnds(spans) {
		depth += e.step
		votes = max(votes, depth)
	}
	best, _ = covered(spans, votes)
	return best, votes
}

// covered gives the hull of all values that lie in at least need of the spans;
// ok is false when there are none. When no more than len(spans) − need of them
// miss the truth, it holds the truth: the others all hold it, and they are need.
func covered(spans []clock.Span, need int) (hull clock.Span, ok bool) {
	if need < 1 {
		return clock.Span{}, false
	}
	depth := 0
	for _, e := range spanEnds(spans) {
		if e.step > 0 {
			if depth++; depth == need && !ok {
				hull.Lo, ok = e.at, true
			}
			continue
		}
		if depth == need {
			hull.Hi = e.at
		}
		depth--
	}
	return hull, ok
}

// truechimers gives a span that holds the truth as long as more than half of
// the given ones do, as RFC 5905 section 11.2.1 assumes: what all but the
// greatest tolerable number of falsetickers cover. It is wider than what most
// spans have in common, because a falseticker whose span overlaps the good ones
// would pull that to its side. ok is false when no majority agrees.
func truechimers(spans []clock.Span) (clock.Span, bool) {
	return covered(spans, len(spans)-(len(spans)-1)/2)
}

// majority reports whether votes of n are more than half.
func majority(votes, n int) bool { return 2*votes > n }

// touches reports whether two spans share a value.
func touches(a, b clock.Span) bool {
	_, ok := a.Intersect(b)
	return ok
}

// shrunk gives a span without d at either end, or its middle where it is no wider.
func shrunk(s clock.Span, d time.Duration) clock.Span {
	if s.Half() <= d {
		return clock.Exactly(s.Mid(), 0)
	}
	return clock.Span{Lo: s.Lo + d, Hi: s.Hi - d}
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
