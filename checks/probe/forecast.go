package probe

import (
	"math"
	"slices"
	"sort"
	"time"

	"meiqia-diag/diag/clock"
)

// Race is a recall that would be pressed now: what it has, and what is in its way.
type Race struct {
	Left clock.Span // until the window closes at the service; the clocks' error is in it
	RTT  RTT        // measured round trips
	Loss float64    // share of round trips lost, 0 to 1; a packet either way counts
	// LossHigh is how much it may be at most; less than Loss means Loss.
	LossHigh float64
	Open     bool          // the browser's connection to the service is open: no TCP and TLS first
	MinRTO   time.Duration // least retransmission timeout of data; 0 is Linux's 200 ms
}

// Forecast is whether the recall makes it.
type Forecast struct {
	Chance    float64 // that it reaches the service within the window, 0 to 1, in the middle of what is known
	Low, High float64 // at the ends of what is known
	// Travel is how long it takes at most with a probability of Sure, the most
	// pessimistic figures taken; 0 where no time is long enough.
	Travel time.Duration
	// Latest is until when it can be pressed to make it with a probability of at
	// least Sure, from now; below 0 when that has passed. It holds only where Travel does.
	Latest time.Duration
}

// Sure is the probability at which a recall counts as safe.
const Sure = 0.95

// Timeouts of TCP: the SYN is sent again after 1 s (RFC 6298 section 2.1), data
// after what the round trips say, at least rfcRTO by the book (section 2.4). Each
// further try waits twice as long.
const (
	synRTO  = time.Second
	rfcRTO  = time.Second
	retries = 6 // more are given up: the seventh would wait a minute
)

// Predict computes how probable it is that a recall pressed now reaches the
// service within its window. The request takes half a round trip, over a new
// connection after one each for TCP and TLS 1.3; each of these steps is tried
// again after its timeout when a packet of it is lost. Losses are taken to be
// independent of each other: in bursts the truth is further from the middle.
func Predict(r Race) Forecast {
	least := r.MinRTO
	if least == 0 {
		least = minRTO
	}
	high := max(r.Loss, r.LossHigh)
	likely, worst := newTravel(r, r.Loss, least), newTravel(r, high, max(least, rfcRTO))
	f := Forecast{Chance: likely.within(r.Left.Mid()), Low: worst.within(r.Left.Lo), High: likely.within(r.Left.Hi)}
	if t, ok := worst.quantile(Sure); ok {
		f.Travel, f.Latest = t, r.Left.Lo-t
	}
	return f
}

// travel is the distribution of the time from the press to the arrival: a sum
// of round trips, and waits for retransmissions on top of it.
type travel struct {
	trips []time.Duration // equally probable, sorted
	waits []wait          // sorted
}

type wait struct {
	d time.Duration
	p float64
}

// tripPoints is how many equally probable values stand for the round trips.
const tripPoints = 24

func newTravel(r Race, loss float64, least time.Duration) travel {
	// RTTVAR is a mean deviation; of round trips like these half of what P95 is behind the median.
	data := max(least, r.RTT.Median+2*(r.RTT.P95-r.RTT.Median))
	var t travel
	points := make([]time.Duration, tripPoints)
	for i := range points {
		points[i] = r.RTT.quantile((float64(i) + 0.5) / tripPoints)
	}
	if r.Open {
		for _, p := range points {
			t.trips = append(t.trips, p/2)
		}
		t.waits = waits(loss, data)
		return t
	}
	for _, a := range points {
		for _, b := range points {
			for _, c := range points {
				t.trips = append(t.trips, a+b+c/2)
			}
		}
	}
	slices.Sort(t.trips)
	for _, syn := range waits(loss, synRTO) {
		for _, shake := range waits(loss, data) {
			for _, request := range waits(loss, data) {
				t.waits = append(t.waits, wait{syn.d + shake.d + request.d, syn.p * shake.p * request.p})
			}
		}
	}
	return t
}

// waits are the times that one step loses to retransmissions: the n-th follows
// after (2ⁿ − 1) timeouts.
func waits(loss float64, rto time.Duration) []wait {
	var out []wait
	p, d := 1-loss, time.Duration(0)
	for range retries + 1 {
		out = append(out, wait{d, p})
		p, d = p*loss, d+rto
		rto *= 2
	}
	return out
}

// within is the probability of arriving in d.
func (t travel) within(d time.Duration) float64 {
	p := 0.0
	for _, w := range t.waits {
		if w.p < 1e-12 || w.d > d {
			continue
		}
		n := sort.Search(len(t.trips), func(i int) bool { return t.trips[i] > d-w.d })
		p += w.p * float64(n) / float64(len(t.trips))
	}
	return p
}

// quantile is the shortest time in which it arrives with probability q; false
// when it does not, however long.
func (t travel) quantile(q float64) (time.Duration, bool) {
	low, high := time.Duration(0), 10*time.Minute
	if t.within(high) < q {
		return 0, false
	}
	for high-low > 100*time.Microsecond {
		mid := low + (high-low)/2
		if t.within(mid) >= q {
			high = mid
		} else {
			low = mid
		}
	}
	return high, true
}

// quantile fills in what lies between the percentiles: a queue's waiting times
// fall off exponentially, so what is equally far on is a ratio of 1 − q.
func (r RTT) quantile(q float64) time.Duration {
	at := []float64{0, 0.5, 0.95, 0.99, 0.999}
	v := []time.Duration{r.Min, r.Median, r.P95, max(r.P99, r.P95), max(r.Max, r.P99, r.P95)}
	q = min(max(q, 0), 0.999)
	for i := 1; i < len(at); i++ {
		if q <= at[i] {
			part := math.Log((1-at[i-1])/(1-q)) / math.Log((1-at[i-1])/(1-at[i]))
			return v[i-1] + time.Duration(part*float64(v[i]-v[i-1]))
		}
	}
	return v[len(v)-1]
}
