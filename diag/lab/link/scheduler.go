package link

import (
	"math"
	"math/rand/v2"
	"time"
)

// Reason says what became of a packet.
type Reason uint8

// The reasons.
const (
	Delivered Reason = iota
	LostRandom
	LostBurst
	LostQueue    // the queue was full
	LostBlackout // the link was down
	LostSize     // larger than the MTU
	LostOverload // the emulator itself had no room
	reasons
)

func (r Reason) String() string {
	return [...]string{"delivered", "random loss", "burst loss", "queue full", "black-out", "too large", "overload"}[r]
}

// Fate is what becomes of one packet.
type Fate struct {
	Reason  Reason
	Copies  int              // 0 when dropped, 2 when duplicated
	At      [2]time.Duration // when each copy leaves, since the link's start
	Queued  time.Duration    // spent waiting for the rate
	Delayed bool             // held back, to be overtaken
}

// Scheduler decides the fates of the packets of one direction, by the
// conditions and a seed alone.
type Scheduler struct {
	c   Conditions
	rnd *rand.Rand

	bad      bool          // the burst model's state
	turn     time.Duration // when it changes, if clocked in time
	clocked  bool          // turn is set
	free     time.Duration // when the rate has sent all that came so far
	lastLeft time.Duration // the latest departure so far, for KeepOrder
}

// NewScheduler starts one at time 0.
func NewScheduler(c Conditions, seed uint64) *Scheduler {
	s := &Scheduler{rnd: rand.New(rand.NewPCG(seed, 0x6c696e6b))}
	s.Set(c)
	return s
}

// Set changes the conditions for the packets to come. Those under way keep
// their times.
func (s *Scheduler) Set(c Conditions) {
	s.c, s.clocked = c, false
	if c.Burst != nil {
		copied := *c.Burst
		s.c.Burst = &copied
		s.bad = s.rnd.Float64() < copied.BadShare() // as if it had run for ever
	}
}

// Arrive decides the fate of a packet of so many bytes that comes at now, a
// time since the link's start that never goes back.
func (s *Scheduler) Arrive(now time.Duration, size int) Fate {
	c := &s.c
	burst := s.inBurst(now) // the state moves on whatever else happens
	switch {
	case c.Blackout || c.DownEvery > 0 && now%c.DownEvery >= c.DownEvery-c.DownFor:
		return Fate{Reason: LostBlackout}
	case c.MTU > 0 && size > c.MTU:
		return Fate{Reason: LostSize}
	case s.hit(c.Loss):
		return Fate{Reason: LostRandom}
	case burst:
		return Fate{Reason: LostBurst}
	}
	f := Fate{Copies: 1}
	left := now
	if c.Rate > 0 {
		start := max(now, s.free)
		f.Queued = start - now
		backlog := int64(f.Queued.Seconds() * float64(c.Rate) / 8)
		if c.QueueBytes > 0 && f.Queued > 0 && backlog+int64(size) > int64(c.QueueBytes) || c.QueueTime > 0 && f.Queued > c.QueueTime {
			return Fate{Reason: LostQueue, Queued: f.Queued}
		}
		s.free = start + time.Duration(float64(size)*8/float64(c.Rate)*float64(time.Second))
		left = s.free
	}
	if s.hit(c.Duplicate) {
		f.Copies = 2
	}
	f.Delayed = s.hit(c.Reorder)
	for i := range f.Copies {
		at := left + s.delay()
		if f.Delayed {
			hold := c.ReorderBy
			if hold == 0 {
				hold = 10 * time.Millisecond
			}
			at += hold
		} else if c.KeepOrder {
			at = max(at, s.lastLeft)
			s.lastLeft = at
		}
		f.At[i] = at
	}
	return f
}

// inBurst moves the burst model on to now and tells whether it takes this packet.
func (s *Scheduler) inBurst(now time.Duration) bool {
	b := s.c.Burst
	if b == nil {
		return false
	}
	if b.PGoodBad > 0 {
		if s.bad {
			s.bad = !s.hit(b.PBadGood)
		} else {
			s.bad = s.hit(b.PGoodBad)
		}
	} else {
		if !s.clocked {
			s.clocked, s.turn = true, now+s.stay(b) // without memory: what is left of a stay is a stay
		}
		for s.turn <= now {
			s.bad = !s.bad
			s.turn += s.stay(b)
		}
	}
	if s.bad {
		return s.hit(b.LossBad)
	}
	return s.hit(b.LossGood)
}

func (s *Scheduler) stay(b *Burst) time.Duration {
	mean := b.Good
	if s.bad {
		mean = b.Bad
	}
	return max(1, time.Duration(s.rnd.ExpFloat64()*float64(mean)))
}

// delay draws delay and jitter of one packet.
func (s *Scheduler) delay() time.Duration {
	c := &s.c
	if c.Jitter == 0 {
		return c.Delay
	}
	var x float64 // in units of Jitter
	switch c.Dist {
	case Uniform:
		x = 2*s.rnd.Float64() - 1
	case Pareto:
		x = (paretoShape - 1) * (math.Pow(1-s.rnd.Float64(), -1/paretoShape) - 1)
	default:
		x = s.rnd.NormFloat64()
	}
	return max(0, c.Delay+time.Duration(x*float64(c.Jitter)))
}

func (s *Scheduler) hit(p float64) bool { return p > 0 && s.rnd.Float64() < p }
