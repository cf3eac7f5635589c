package link

import (
	"fmt"
	"math"
	"time"
)

// Direction is one of the two ways over a link.
type Direction int

// The directions.
const (
	Up   Direction = iota // from end A, the client's side, to end B
	Down                  // from end B to end A
)

func (d Direction) String() string {
	if d == Up {
		return "up"
	}
	return "down"
}

// Distribution is how jitter is spread.
type Distribution string

// The distributions. Each packet draws its own value, so packets overtake each
// other where the jitter exceeds their spacing, unless Conditions.KeepOrder is set.
const (
	Normal  Distribution = "normal"  // standard deviation Jitter, around Delay
	Uniform Distribution = "uniform" // from Delay − Jitter to Delay + Jitter
	Pareto  Distribution = "pareto"  // never less than Delay; Lomax, shape 2.5, mean Jitter
)

// paretoShape gives a heavy tail with a finite variance: the standard deviation
// is √5 times the mean, the 99th percentile 8 times.
const paretoShape = 2.5

// Burst is the Gilbert–Elliott model: a good and a bad state, each with its
// loss. It is clocked by packets when PGoodBad is set, by time otherwise.
type Burst struct {
	PGoodBad, PBadGood float64       // per packet: probability of the change before this packet
	Good, Bad          time.Duration // in time: mean stay in each state, exponentially distributed
	LossGood, LossBad  float64       // share of packets lost in each state, 0 to 1
}

// BadShare is the long-run share of packets (or time) in the bad state.
func (b Burst) BadShare() float64 {
	switch {
	case b.PGoodBad > 0:
		return b.PGoodBad / (b.PGoodBad + b.PBadGood)
	case b.Good+b.Bad > 0:
		return float64(b.Bad) / float64(b.Good+b.Bad)
	}
	return 0
}

// Loss is the long-run share of packets lost, 0 to 1.
func (b Burst) Loss() float64 {
	s := b.BadShare()
	return s*b.LossBad + (1-s)*b.LossGood
}

// Conditions are how one direction treats packets. The zero value passes all of
// them at once. A packet meets them in this order: black-out, MTU, loss, rate
// and queue, delay and jitter, reordering, duplication.
type Conditions struct {
	Delay     time.Duration // one way
	Jitter    time.Duration
	Dist      Distribution // of the jitter; "" is Normal
	KeepOrder bool         // no packet overtakes another: jitter adds up behind a late one, as in a queue

	Loss  float64 // independent, 0 to 1
	Burst *Burst  // nil for none

	Rate       int64         // bit/s of IP packets; 0 is unlimited
	QueueBytes int           // drop-tail queue before the rate; 0 with QueueTime 0 is unlimited
	QueueTime  time.Duration // the same in time

	Blackout  bool          // nothing passes
	DownEvery time.Duration // with DownFor: a black-out of DownFor at the end of each such period
	DownFor   time.Duration

	Duplicate float64       // share of packets that arrive twice, 0 to 1
	Reorder   float64       // share of packets that are held back by ReorderBy, 0 to 1
	ReorderBy time.Duration // 0 is 10 ms
	MTU       int           // larger IP packets vanish without a word; 0 is no limit
}

// LossRate is the long-run share of packets lost by Loss and Burst, 0 to 1.
func (c Conditions) LossRate() float64 {
	pass := 1 - c.Loss
	if c.Burst != nil {
		pass *= 1 - c.Burst.Loss()
	}
	return 1 - pass
}

// Check says what makes no sense.
func (c Conditions) Check() error {
	shares := map[string]float64{"loss": c.Loss, "duplicate": c.Duplicate, "reorder": c.Reorder}
	spans := map[string]time.Duration{"delay": c.Delay, "jitter": c.Jitter, "queue": c.QueueTime, "reorder by": c.ReorderBy, "down every": c.DownEvery, "down for": c.DownFor}
	if b := c.Burst; b != nil {
		shares["good to bad"], shares["bad to good"], shares["loss in good"], shares["loss in bad"] = b.PGoodBad, b.PBadGood, b.LossGood, b.LossBad
		spans["good"], spans["bad"] = b.Good, b.Bad
		if b.PGoodBad > 0 && b.PBadGood == 0 || b.PGoodBad == 0 && (b.Good <= 0 || b.Bad <= 0) {
			return fmt.Errorf("burst: a state that never ends")
		}
	}
	for name, v := range shares {
		if math.IsNaN(v) || v < 0 || v > 1 {
			return fmt.Errorf("%s: %v is not a share between 0 and 1", name, v)
		}
	}
	for name, v := range spans {
		if v < 0 {
			return fmt.Errorf("%s: %v is negative", name, v)
		}
	}
	switch {
	case c.Rate < 0 || c.QueueBytes < 0 || c.MTU < 0:
		return fmt.Errorf("a rate, a queue or an MTU is negative")
	case (c.QueueBytes > 0 || c.QueueTime > 0) && c.Rate == 0:
		return fmt.Errorf("a queue needs a rate")
	case c.Dist != "" && c.Dist != Normal && c.Dist != Uniform && c.Dist != Pareto:
		return fmt.Errorf("unknown distribution %q", c.Dist)
	case c.DownFor > c.DownEvery:
		return fmt.Errorf("down for %v of every %v", c.DownFor, c.DownEvery)
	}
	return nil
}
