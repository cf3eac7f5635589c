package probe

import (
	"slices"
	"time"
)

// lagEvery is how often the clock is looked at.
const lagEvery = 5 * time.Millisecond

// startLag begins to watch how late this machine wakes up. The returned
// function ends it and gives the nine tenths quantile: what no measurement of
// times on this machine can be better than.
func startLag() (end func() time.Duration) {
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
	return func() time.Duration {
		close(stop)
		<-done
		if len(late) == 0 {
			return 0
		}
		slices.Sort(late)
		return rank(late, 0.9)
	}
}
