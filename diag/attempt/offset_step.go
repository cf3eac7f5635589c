package attempt

import (
	"slices"
	"sort"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
)

// drift is how fast two computers' clocks may part while nobody sets either:
// what ordinary quartz does. (RFC 5905 takes 15 ppm for a clock that NTP tends.)
const drift = 50e-6

// widen makes the intervals bound the offset at one moment, near rather than
// their own: what drift can have done since then is added.
func widen(ivs []dateInterval, near time.Time) {
	for i, iv := range ivs {
		d := time.Duration(float64(iv.at.Sub(near).Abs()) * drift)
		ivs[i].Lo, ivs[i].Hi = iv.Lo-d, iv.Hi+d
	}
}

// moment is when the offset is wanted: at the press where it was recorded, else
// in the middle of the recording.
func (a *Attempt) moment(ivs []dateInterval) time.Time {
	if len(ivs) == 0 {
		return a.Press.T
	}
	first, last := ivs[0].at, ivs[0].at
	for _, iv := range ivs {
		if iv.at.Before(first) {
			first = iv.at
		}
		if iv.at.After(last) {
			last = iv.at
		}
	}
	if p := a.Press.T; !a.Press.IsZero() {
		if p.Before(first) {
			return first
		}
		if p.After(last) {
			return last
		}
		return p
	}
	return first.Add(last.Sub(first) / 2)
}

// inOrder gives recordings by when they begin.
func inOrder(files []evidence.HARFile) []evidence.HARFile {
	began := func(f evidence.HARFile) (t time.Time) {
		for _, e := range f.Entries {
			if !e.Started.IsZero() && (t.IsZero() || e.Started.Before(t)) {
				t = e.Started
			}
		}
		return t
	}
	if len(files) < 2 {
		return files
	}
	out := slices.Clone(files)
	slices.SortStableFunc(out, func(x, y evidence.HARFile) int { return began(x).Compare(began(y)) })
	return out
}

// rounding is how far the times of a HAR may be from what they stand for. All
// write the start in whole milliseconds; Chrome cuts it off and writes the
// phases with decimals, Firefox rounds each of five phases.
func rounding(m har.Manner) clock.Span {
	const ms = time.Millisecond
	switch m {
	case har.Chrome:
		return clock.Span{Lo: -ms - ms/10, Hi: ms / 10}
	case har.Firefox:
		return clock.Exactly(0, 3*ms)
	}
	return clock.Exactly(0, 2*ms)
}

// splitOffset explains intervals that have nothing in common: either the clock
// was stepped at one moment, or servers disagree throughout. ivs are in the
// order of the recording, which is that of time even where the clock was set back.
func (a *Attempt) splitOffset(ivs []dateInterval, est OffsetEstimate) OffsetEstimate {
	if step, ok := a.step(ivs, est); ok {
		return step
	}
	byTime := slices.Clone(ivs)
	slices.SortStableFunc(byTime, func(x, y dateInterval) int { return x.at.Compare(y.at) })
	if step, ok := a.step(byTime, est); ok {
		return step
	}
	return conflict(ivs, est)
}

// leastSide is how many answers each side of a step has to have. One that
// stands alone is a machine, or a cache, that differs.
const leastSide = 2

// step looks for a moment before which all intervals have something in common,
// and after which they do too.
func (a *Attempt) step(ivs []dateInterval, est OffsetEstimate) (OffsetEstimate, bool) {
	n := len(ivs)
	before, whole := make([]clock.Span, n+1), 0 // of the first i; whole is the greatest i that have something in common
	for i, iv := range ivs {
		s, ok := iv.Span, true
		if i > 0 {
			s, ok = before[i].Intersect(iv.Span)
		}
		if !ok {
			break
		}
		before[i+1], whole = s, i+1
	}
	after, from := make([]clock.Span, n+1), n // of those from i on; from is the least such i
	for i := n - 1; i >= 0; i-- {
		s, ok := ivs[i].Span, true
		if i < n-1 {
			s, ok = after[i+1].Intersect(ivs[i].Span)
		}
		if !ok {
			break
		}
		after[i], from = s, i
	}
	// The step lies before one of ivs[lo…hi].
	lo, hi := max(from, leastSide), min(whole, n-leastSide)
	if lo > hi {
		return est, false
	}
	// What stands between the possible cuts fits both sides and may narrow neither.
	left, right := before[lo], after[hi]
	by := common(ivs[hi:], right).Mid() - common(ivs[:lo], left).Mid()
	if !aStep(ivs, lo, hi, by) {
		return est, false
	}
	est.Step, est.Known = by, true
	last, first := latest(ivs[:lo]), earliest(ivs[hi:])
	since, to := a.Press.T.Add(-a.Press.Err), a.Press.T.Add(a.Press.Err)
	switch {
	case a.Press.IsZero():
		est.Span = right
	case !to.After(last) && to.Before(first):
		est.Span = left
	case !since.Before(first) && since.After(last):
		est.Span = right
	default: // between the two sides, or on both: a clock that is set back shows a time twice
		est.Span = hull(left, right)
	}
	return est, true
}

// common gives what intervals say of the offset in their own moments together,
// or else, where drift shows, what they say of one moment.
func common(ivs []dateInterval, otherwise clock.Span) clock.Span {
	s := ivs[0].own
	for _, iv := range ivs[1:] {
		var ok bool
		if s, ok = s.Intersect(iv.own); !ok {
			return otherwise
		}
	}
	return s
}

// leastStep is what a step has to be where nobody knows which machine answered
// when: less may be machines whose clocks differ a little, one behind the other.
const leastStep = time.Second

// aStep tells a step of the device's clock from machines that differ. A clock
// that was set back shows it: later requests begin earlier. Otherwise machines
// of which each agrees with itself explain more than a step does.
func aStep(ivs []dateInterval, lo, hi int, by time.Duration) bool {
	if latest(ivs[:lo]).Sub(earliest(ivs[hi:])) > leastStep/2 && by > 0 {
		return true
	}
	own := map[string]clock.Span{}
	for _, iv := range ivs {
		if iv.backend == "" {
			return by.Abs() >= leastStep
		}
		s, seen := own[iv.backend]
		if !seen {
			own[iv.backend] = iv.Span
			continue
		}
		both, ok := s.Intersect(iv.Span)
		if !ok {
			return true // one machine, two offsets
		}
		own[iv.backend] = both
	}
	return len(own) < 2
}

// conflict gives the offsets that the most responses allow (Marzullo, 1984);
// where those are not most of all, everything that any allows, so that the bound
// stays true for whichever server answered.
func conflict(ivs []dateInterval, est OffsetEstimate) OffsetEstimate {
	type edge struct {
		at   time.Duration
		open bool
	}
	var edges []edge
	all := ivs[0].Span
	for _, iv := range ivs {
		edges = append(edges, edge{iv.Lo, true}, edge{iv.Hi, false})
		all = hull(all, iv.Span)
	}
	sort.Slice(edges, func(i, j int) bool {
		return edges[i].at < edges[j].at || (edges[i].at == edges[j].at && edges[i].open && !edges[j].open)
	})
	best, depth := 0, 0
	for i, e := range edges {
		if !e.open {
			depth--
			continue
		}
		if depth++; depth > best && i+1 < len(edges) {
			best, est.Span = depth, clock.Span{Lo: e.at, Hi: edges[i+1].at}
		}
	}
	est.Conflict, est.Known = true, true
	if best < len(ivs)*3/4 {
		est.Span = all
	}
	return est
}

func hull(a, b clock.Span) clock.Span { return clock.Span{Lo: min(a.Lo, b.Lo), Hi: max(a.Hi, b.Hi)} }

func earliest(ivs []dateInterval) time.Time {
	return slices.MinFunc(ivs, func(x, y dateInterval) int { return x.at.Compare(y.at) }).at
}

func latest(ivs []dateInterval) time.Time {
	return slices.MaxFunc(ivs, func(x, y dateInterval) int { return x.at.Compare(y.at) }).at
}
