package probe

import (
	"slices"
	"time"
)

// Lag is how late this machine itself wakes up: what no measurement of times on
// it can be better than.
type Lag struct {
	Usual time.Duration // nine times of ten it is less
	Worst time.Duration
}

const (
	lagEvery = 5 * time.Millisecond // how often the clock is looked at
	stalled  = 150 * time.Millisecond
)

// Stalled reports whether this machine stood still for so long that an answer
// that did not come in time may have been its own doing.
func (l Lag) Stalled() bool { return l.Worst >= stalled }

// startLag begins to watch the machine. The returned function ends it.
func startLag() (end func() Lag) {
	stop, done := make(chan struct{}), make(chan struct{})
	var late []time.Duration
	go func() {
		defer close(done)
		for len(late) < 1000 {
			start := time.Now()
			select {
			case <-stop:
				return
			case <-time.After(lagEvery):
				late = append(late, time.Since(start)-lagEvery)
			}
		}
	}()
	return func() Lag {
		close(stop)
		<-done
		if len(late) == 0 {
			return Lag{}
		}
		slices.Sort(late)
		return Lag{Usual: rank(late, 0.9), Worst: late[len(late)-1]}
	}
}
