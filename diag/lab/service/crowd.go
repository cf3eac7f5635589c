package service

import "sync"

// crowd counts goroutines that come and go while the service runs, so that
// Close can wait for the last of them.
type crowd struct {
	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup
}

// enter counts one in; it refuses once the crowd is closed.
func (c *crowd) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.inside.Add(1)
	}
	return !c.closed
}

func (c *crowd) leave() { c.inside.Done() }

// run starts f on its own goroutine, unless the crowd is closed.
func (c *crowd) run(f func()) {
	if c.enter() {
		go func() { defer c.leave(); f() }()
	}
}

// close lets nobody in any more.
func (c *crowd) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
}

func (c *crowd) wait() { c.inside.Wait() }
