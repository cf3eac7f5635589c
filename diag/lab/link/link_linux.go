package link

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const defaultLog = 1 << 16

// Link is a running link.
type Link struct {
	ways    [2]*way
	ends    [2]End
	running sync.WaitGroup
	closing sync.Once
}

// Open makes the two devices, which are down and without addresses, and starts
// to carry packets between them.
func Open(opt Options) (*Link, error) {
	if opt.Log == 0 {
		opt.Log = defaultLog
	}
	if opt.MTU == 0 {
		opt.MTU = 1500
	}
	for _, c := range []Conditions{opt.Up, opt.Down} {
		if err := c.Check(); err != nil {
			return nil, err
		}
	}
	a, err := openTUN(opt.A, opt.MTU)
	if err != nil {
		return nil, err
	}
	b, err := openTUN(opt.B, opt.MTU)
	if err != nil {
		unix.Close(a)
		return nil, err
	}
	l := &Link{ends: [2]End{opt.A, opt.B}}
	start := time.Now()
	for i, w := range []struct {
		from, to int
		c        Conditions
	}{{a, b, opt.Up}, {b, a, opt.Down}} {
		stop, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
		if err != nil {
			_ = l.Close()
			unix.Close(a)
			unix.Close(b)
			return nil, err
		}
		l.ways[i] = &way{in: w.from, out: w.to, stop: stop, start: start, room: opt.MTU + 64,
			sched: NewScheduler(w.c, opt.Seed*2+uint64(i)), log: ring{max: opt.Log}}
		l.running.Add(1)
		spareProcessor(1)
		go func() {
			defer l.running.Done()
			defer spareProcessor(-1)
			l.ways[i].run()
		}()
	}
	return l, nil
}

var spare sync.Mutex

// spareProcessor changes how many goroutines may run at once. Each way holds a
// thread of its own; without a processor to spare it would wait, after each
// system call, until some other goroutine gives one up, which takes up to 10 ms.
func spareProcessor(n int) {
	spare.Lock()
	defer spare.Unlock()
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n)
}

// Set changes one direction's conditions for the packets to come.
func (l *Link) Set(d Direction, c Conditions) error {
	if err := c.Check(); err != nil {
		return fmt.Errorf("%v: %w", d, err)
	}
	w := l.ways[d]
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sched.Set(c)
	return nil
}

// Conditions gives one direction's conditions as they are now.
func (l *Link) Conditions(d Direction) Conditions {
	w := l.ways[d]
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sched.c
}

// Stats tells what one direction did since the start or Reset.
func (l *Link) Stats(d Direction) Stats {
	w := l.ways[d]
	unread, _ := droppedBy(l.ends[d]) // unknown once the device is gone
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.stats.public()
	s.Unread = unread
	return s
}

// Log gives the last packets of one direction, the oldest first.
func (l *Link) Log(d Direction) []Packet {
	w := l.ways[d]
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.all()
}

// Reset empties the statistics (but for Pending and Unread) and the logs.
func (l *Link) Reset() {
	for _, w := range l.ways {
		w.mu.Lock()
		w.stats = Stats{Pending: w.stats.Pending}
		w.log = ring{max: w.log.max}
		w.mu.Unlock()
	}
}

// Close ends both directions and removes the devices.
func (l *Link) Close() error {
	var errs []error
	l.closing.Do(func() {
		for _, w := range l.ways {
			if w != nil {
				_, err := unix.Write(w.stop, []byte{1, 0, 0, 0, 0, 0, 0, 0})
				errs = append(errs, err)
			}
		}
		l.running.Wait()
		for _, w := range l.ways {
			if w != nil {
				unix.Close(w.stop)
			}
		}
		if l.ways[0] != nil && l.ways[1] != nil {
			unix.Close(l.ways[0].in)
			unix.Close(l.ways[1].in)
		}
	})
	return errors.Join(errs...)
}
