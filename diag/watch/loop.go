package watch

import (
	"context"
	"time"
)

// Clock is the time that a loop goes by.
type Clock struct {
	Up   func() time.Duration                       // monotonic, since some beginning
	Wall func() time.Time                           // as the clock on the wall shows it
	Wait func(ctx context.Context, d time.Duration) // returns early when ctx ends
}

// System is this machine's clock.
func System() Clock {
	start := time.Now()
	return Clock{
		Up:   func() time.Duration { return time.Since(start) },
		Wall: func() time.Time { return time.Now().Round(0) },
		Wait: func(ctx context.Context, d time.Duration) {
			t := time.NewTimer(d)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ctx.Done():
			}
		},
	}
}

// Plan says how often and how long.
type Plan struct {
	Every time.Duration // from the start of one run to the start of the next
	For   time.Duration // 0 for no end
	Count int           // 0 for no end
}

// Turn is what comes before a run.
type Turn struct {
	N       int
	Up      time.Duration // watched so far, without what the device slept
	Missed  int           // turns that fell out because the run before took too long
	Away    time.Duration // the device slept for this long since the run before, or its clock was set forward
	SetBack time.Duration // its clock was set back by this
}

const (
	glance = 15 * time.Second // how long a wait goes on without a look at both clocks
	apart  = 5 * time.Second  // by which they may differ, or a wait be late, before the device is taken to have slept
)

// Loop runs once at each turn, one after the other and never two at a time,
// until the plan's end, until ctx ends, or once says that it is enough. It
// gives how long was watched.
//
// A device that sleeps stops the monotonic clock or makes a wait late, by its
// system. What it slept is not watched; it counts towards the plan's end, which
// people mean by the clock on the wall.
func (p Plan) Loop(ctx context.Context, c Clock, once func(context.Context, Turn) (more bool)) time.Duration {
	var away, setBack time.Duration // since the run before
	var late time.Duration          // that the monotonic clock went on while the device slept
	up0, wall0 := c.Up(), c.Wall()
	up, wall := up0, wall0
	look := func(expected time.Duration) {
		u, w := c.Up(), c.Wall()
		mono, real := u-up, w.Sub(wall)
		switch {
		case real-mono > apart:
			away += real - mono
		case mono-real > apart:
			setBack += mono - real
		case expected > 0 && mono-expected > apart: // the clock went on while it slept
			away += mono - expected
			late += mono - expected
		}
		up, wall = u, w
	}
	watched := func() time.Duration { return c.Up() - up0 - late }
	over := func() bool {
		return p.For > 0 && (c.Up()-up0 >= p.For || c.Wall().Sub(wall0) >= p.For)
	}
	next, missed := up0, 0
	for n := 1; p.Count == 0 || n <= p.Count; n++ {
		for ctx.Err() == nil && c.Up() < next && !over() {
			step := min(next-c.Up(), glance)
			c.Wait(ctx, step)
			look(step)
			if away > 0 {
				next = c.Up() // what happened meanwhile is told at once
			}
		}
		if ctx.Err() != nil || n > 1 && over() {
			break
		}
		turn := Turn{N: n, Up: watched(), Missed: missed, Away: away, SetBack: setBack}
		away, setBack = 0, 0
		if !once(ctx, turn) {
			break
		}
		look(0)
		missed = 0
		for next += p.Every; next < c.Up(); next += p.Every {
			missed++
			if p.Every <= 0 {
				break
			}
		}
	}
	return watched()
}
