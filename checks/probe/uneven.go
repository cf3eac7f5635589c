package probe

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"meiqia-diag/diag/clock"
)

// Uneven is whether the backends behind one name differ, beyond what chance does.
type Uneven struct {
	Tested  bool     // there were enough answers to tell
	Failing []string // addresses that fail while others of the same family are good
	Slow    []string // addresses that are slower than the fastest
	P       float64  // how often chance alone gives such a difference of delay; 1 when not tested
	// Mixed: one address answers well and badly by turns, so that different machines
	// may stand behind it.
	Mixed []string
	// Clocks: addresses whose Date excludes what most of the others say.
	Clocks []string
	// Split: one address answers either fast or slow, with nothing between.
	Split []string
}

// Any reports whether anything is uneven.
func (u Uneven) Any() bool {
	return len(u.Failing)+len(u.Slow)+len(u.Mixed)+len(u.Split)+len(u.Clocks) > 0
}

// The test of delays has to pass both gates. Chance: the greatest difference
// between the addresses' mean logarithms of delay is compared with what it is when the
// same delays are dealt to the addresses at random (a permutation test, R. A.
// Fisher 1935); this needs no assumption of how the noise looks, heavy tails
// included, and allows for the number of addresses. Size: differences of medians
// that nobody would feel are not worth a word.
const (
	unevenRisk   = 0.005
	unevenRisk2  = 0.0125                // for two addresses, where five delays each reach 2 of 252 at best
	unevenGap    = 80 * time.Millisecond // least difference of medians
	permutations = 10000
	evenTrips    = 20 * time.Millisecond // round trips that vary more make heaps of their own
)

// uneven compares the backends of one target. What cannot be reached from here
// at all, by family, is the path's doing and not a backend's: an address fails
// only beside a good one of its own family. swing is how far the way's own round
// trips vary: no difference of delays below that means anything.
func uneven(backends []Backend, swing time.Duration) Uneven {
	u := Uneven{P: 1}
	good := map[string]bool{}
	for _, b := range backends {
		if b.Good() {
			good[b.Family] = true
		}
	}
	var delays [][]time.Duration
	var names []string
	for _, b := range backends {
		if good[b.Family] && failing(b) {
			u.Failing = append(u.Failing, b.Addr)
			continue
		}
		ok, bad := 0, 0
		var ds []time.Duration
		for _, q := range b.Requests {
			switch {
			case b.late(q), q.Status >= 500:
				bad++
			case q.Open:
				continue
			default:
				ok++
			}
			ds = append(ds, q.Queueing)
		}
		switch {
		case ok >= 2 && bad >= 2:
			u.Mixed = append(u.Mixed, b.Addr)
		case split(ds, swing):
			u.Split = append(u.Split, b.Addr)
		}
		if len(ds) >= 3 {
			delays, names = append(delays, ds), append(names, b.Addr)
		}
	}
	u.Clocks = oddClocks(backends)
	u.Tested = len(delays) >= 2 || len(u.Failing) > 0
	if len(delays) < 2 {
		return u
	}
	var slow []int
	u.P, slow = slowOnes(delays, swing)
	for _, i := range slow {
		u.Slow = append(u.Slow, names[i])
	}
	return u
}

// oddClocks gives the addresses whose clock cannot be what most of the others
// show. The intervals hold the truth each, so those of one clock overlap.
func oddClocks(backends []Backend) (odd []string) {
	var spans []clock.Span
	for _, b := range backends {
		if b.Dated {
			spans = append(spans, b.Offset)
		}
	}
	most, votes := marzullo(spans)
	if 2*votes <= len(spans) || votes < 2 {
		return nil // nobody has a majority
	}
	for _, b := range backends {
		if b.Dated && (b.Offset.Lo > most.Hi || b.Offset.Hi < most.Lo) {
			odd = append(odd, b.Addr)
		}
	}
	return odd
}

// failing reports whether an address failed every time, and more than once or
// by not connecting twice.
func failing(b Backend) bool {
	switch b.Kind {
	case Refused, Reset, Timeout, Closed, HandshakeTimeout, TLSAlert, NotTLS, TLSOther:
		return true
	}
	return b.Failed >= 2 && b.Failed >= b.Answered && !slices.ContainsFunc(b.Requests, func(q Request) bool { return !q.Open && q.Status < 500 })
}

// slowOnes gives the probability of the difference by chance, and the places of
// the addresses that are slow when it is small.
func slowOnes(delays [][]time.Duration, swing time.Duration) (p float64, slow []int) {
	fastest := medianOf(delays[0])
	for _, ds := range delays {
		fastest = min(fastest, medianOf(ds))
	}
	gap := max(unevenGap, fastest, 2*swing)
	var pool []float64
	var sizes []int
	for i, ds := range delays {
		sizes = append(sizes, len(ds))
		for _, d := range ds {
			pool = append(pool, math.Log(float64(d+10*time.Millisecond))) // below 10 ms differences mean nothing
		}
		if medianOf(ds)-fastest >= gap {
			slow = append(slow, i)
		}
	}
	if len(slow) == 0 {
		return 1, nil
	}
	observed := widest(pool, sizes) - 1e-9
	// Seeded, so that the same delays are judged the same each time.
	rng := rand.New(rand.NewPCG(1935, uint64(len(pool))))
	risk := unevenRisk
	if len(delays) == 2 {
		risk = unevenRisk2
	}
	as := 1
	for n := 1; n <= permutations; n++ {
		rng.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		if widest(pool, sizes) >= observed {
			as++
		}
		p = float64(as) / float64(n+1)
		if float64(as) > risk*(permutations+1) {
			return p, nil // no number of further shuffles makes it rare
		}
	}
	return p, slow
}

// widest gives the greatest difference between the means of consecutive groups
// of the pool.
func widest(pool []float64, sizes []int) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, n := range sizes {
		sum := 0.0
		for _, v := range pool[:n] {
			sum += v
		}
		low, high = min(low, sum/float64(n)), max(high, sum/float64(n))
		pool = pool[n:]
	}
	return high - low
}

// split reports whether a few delays fall into two heaps with nothing between:
// at least two in each, and the gap five times the width of either heap.
func split(ds []time.Duration, swing time.Duration) bool {
	if len(ds) < 5 || swing > evenTrips {
		return false
	}
	sorted := slices.Sorted(slices.Values(ds))
	for i := 2; i <= len(sorted)-2; i++ {
		gap := sorted[i] - sorted[i-1]
		heap := max(sorted[i-1]-sorted[0], sorted[len(sorted)-1]-sorted[i])
		if gap >= unevenGap && gap >= 5*heap {
			return true
		}
	}
	return false
}
