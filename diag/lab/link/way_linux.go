package link

import (
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// way is one direction of a running link.
type way struct {
	in, out, stop int // files: device to read, device to write, event that ends it
	start         time.Time
	room          int // bytes of a packet's buffer

	mu    sync.Mutex
	sched *Scheduler
	stats Stats
	log   ring

	waiting due // of the thread alone, as all below
	seq     uint64
	spent   [][]byte      // buffers to use again
	early   time.Duration // how long before a packet's time to wake up
}

const (
	maxWaiting = 1 << 16 // copies under way in one direction
	batch      = 64      // packets read before those that are due get their turn

	// Waking up takes its time, so the thread wakes a little early and waits for
	// the exact moment without sleeping. The cap keeps that from eating a processor.
	earlyMin = 10 * time.Microsecond
	earlyMax = 60 * time.Microsecond

	realtime = 10 // priority
)

// run carries packets until stop is written to.
func (w *way) run() {
	runtime.LockOSThread() // never unlocked: the thread's priority ends with it
	// Without these it works, less exactly: they may be forbidden.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: realtime}, 0)
	w.early = earlyMin
	for {
		w.deliver()
		w.fetch()
		if len(w.waiting) == 0 {
			if !w.sleep(-1) {
				return
			}
			continue
		}
		left := w.waiting[0].at - time.Since(w.start) - w.early
		if left <= 0 {
			continue // so close that it pays to go on looking
		}
		before := time.Now()
		if !w.sleep(left) {
			return
		}
		if over := time.Since(before) - left; over > 0 {
			w.early = min(max(earlyMin, (7*w.early+over)/8), earlyMax)
		}
	}
}

// sleep waits until a packet comes or the time is over; negative is for ever.
// It is false when the link ends.
func (w *way) sleep(d time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(w.in), Events: unix.POLLIN}, {Fd: int32(w.stop), Events: unix.POLLIN}}
	var limit *unix.Timespec
	if d >= 0 {
		ts := unix.NsecToTimespec(int64(d))
		limit = &ts
	}
	// A device that was deleted under us only ever reports an error: nothing is
	// left to carry.
	_, err := unix.Ppoll(fds, limit, nil)
	return (err == nil || err == unix.EINTR) && fds[1].Revents == 0 && fds[0].Revents&(unix.POLLERR|unix.POLLNVAL) == 0
}

// fetch reads what has come and decides its fate.
func (w *way) fetch() {
	for range batch {
		buf := w.buffer()
		n, err := unix.Read(w.in, buf)
		if err != nil || n <= 0 {
			w.spent = append(w.spent, buf)
			return
		}
		now := time.Since(w.start)
		p, ok := read(buf[:n])
		if !ok {
			w.spent = append(w.spent, buf)
			continue
		}
		if p.chatter() {
			w.hold(leaving{at: now, data: buf[:n], chatter: true})
			continue
		}
		w.take(now, p, buf[:n])
	}
}

func (w *way) take(now time.Duration, p Packet, data []byte) {
	w.mu.Lock()
	f := w.sched.Arrive(now, len(data))
	if len(w.waiting)+f.Copies > maxWaiting {
		f = Fate{Reason: LostOverload}
	}
	w.stats.count(f, len(data))
	w.stats.Pending += int64(f.Copies)
	p.At, p.Reason, p.Copies = now, f.Reason, f.Copies
	if f.Copies > 0 {
		p.Delay = f.At[0] - now
	}
	w.log.add(p)
	w.mu.Unlock()
	for i := range f.Copies {
		if i > 0 {
			data = append(w.buffer()[:0], data...)
		}
		w.hold(leaving{at: f.At[i], data: data})
	}
	if f.Copies == 0 {
		w.spent = append(w.spent, data)
	}
}

func (w *way) hold(l leaving) {
	w.seq++
	l.seq = w.seq
	w.waiting.push(l)
}

// deliver writes what is due.
func (w *way) deliver() {
	for len(w.waiting) > 0 && w.waiting[0].at <= time.Since(w.start) {
		l := w.waiting.pop()
		_, err := unix.Write(w.out, l.data)
		late := time.Since(w.start) - l.at
		if !l.chatter {
			w.mu.Lock()
			w.stats.Pending--
			if err != nil {
				w.stats.Failed++
			} else {
				w.stats.Out++
				w.stats.BytesOut += int64(len(l.data))
				w.stats.Late.add(late)
			}
			w.mu.Unlock()
		}
		w.spent = append(w.spent, l.data)
	}
}

func (w *way) buffer() []byte {
	if n := len(w.spent); n > 0 {
		b := w.spent[n-1]
		w.spent = w.spent[:n-1]
		return b[:cap(b)]
	}
	return make([]byte, w.room)
}

func (l *Lateness) add(d time.Duration) {
	l.N++
	l.Max = max(l.Max, d)
	l.buckets[min(max(0, int(d/lateStep)), lateBuckets)]++
}
