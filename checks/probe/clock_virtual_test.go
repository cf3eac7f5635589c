package probe

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// A network in virtual time: inside a synctest bubble the clock probe's own
// code talks to servers whose clocks, paths and losses are known exactly, and a
// run of seconds takes milliseconds.

// way is one direction of a path: how long a packet sent now takes, and whether it is lost.
type way func(rng *rand.Rand) (delay time.Duration, lost bool)

// virtualHost is one address.
type virtualHost struct {
	offset time.Duration // its clock minus the device's
	root   time.Duration // root dispersion that a time server admits
	work   time.Duration // greatest time that an answer takes
	silent bool          // UDP
	kiss   string
	up     way
	down   way
}

// virtualNet dials virtual hosts.
type virtualNet struct {
	mu    sync.Mutex
	rng   *rand.Rand
	hosts map[string]*virtualHost // by IP
	stall float64                 // share of the client's reads and writes that wait up to 40 ms for the processor
	sent  map[string]int          // packets and requests by IP
}

func newVirtualNet(seed uint64) *virtualNet {
	return &virtualNet{rng: rand.New(rand.NewPCG(seed, 2026)), hosts: map[string]*virtualHost{}, sent: map[string]int{}}
}

// dice calls f with the random source, one caller at a time.
func (v *virtualNet) dice(f func(*rand.Rand)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f(v.rng)
}

func (v *virtualNet) travel(w way) (d time.Duration, lost bool) {
	v.dice(func(r *rand.Rand) { d, lost = w(r) })
	return d, lost
}

// segment gives how long a TCP segment takes, retransmissions included.
func (v *virtualNet) segment(w way, rto time.Duration) time.Duration {
	var waited time.Duration
	for range 6 {
		d, lost := v.travel(w)
		if !lost {
			return waited + d
		}
		waited += rto
		rto *= 2
	}
	return time.Hour
}

func (v *virtualNet) stalled() {
	var d time.Duration
	v.dice(func(r *rand.Rand) {
		if r.Float64() < v.stall {
			d = time.Duration(r.Int64N(int64(40 * time.Millisecond)))
		}
	})
	time.Sleep(d)
}

func (v *virtualNet) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	ip, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	h := v.hosts[ip]
	if h == nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.ErrDeadlineExceeded}
	}
	c := &virtualConn{v: v, h: h, udp: network == "udp", remote: &net.TCPAddr{IP: net.ParseIP(ip), Port: atoi(port)}, ip: ip,
		in: make(chan []byte, 64), closed: make(chan struct{}), deadline: make(chan struct{})}
	if c.udp {
		return c, nil
	}
	if !pause(ctx, v.segment(h.up, time.Second)+v.segment(h.down, time.Second)) {
		return nil, ctx.Err()
	}
	return c, nil
}

func atoi(s string) (n int) { _, _ = fmt.Sscan(s, &n); return n }

// virtualConn is the client's end of a connection, or of a UDP socket.
type virtualConn struct {
	v      *virtualNet
	h      *virtualHost
	udp    bool
	remote net.Addr
	ip     string
	in     chan []byte
	rest   []byte

	mu       sync.Mutex
	request  bytes.Buffer // what came to the server
	upAt     time.Time    // TCP keeps the order
	downAt   time.Time
	once     sync.Once
	closed   chan struct{}
	deadline chan struct{} // closed when the time is up
	timer    *time.Timer
}

func (c *virtualConn) LocalAddr() net.Addr  { return &net.UDPAddr{} }
func (c *virtualConn) RemoteAddr() net.Addr { return c.remote }

func (c *virtualConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

func (c *virtualConn) SetReadDeadline(t time.Time) error  { return c.SetDeadline(t) }
func (c *virtualConn) SetWriteDeadline(t time.Time) error { return nil }
func (c *virtualConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil && !c.timer.Stop() || c.deadline == nil {
		c.deadline = make(chan struct{})
	}
	select {
	case <-c.deadline:
		c.deadline = make(chan struct{})
	default:
	}
	c.timer = nil
	ch := c.deadline
	if left := time.Until(t); left <= 0 {
		close(ch)
	} else {
		c.timer = time.AfterFunc(left, func() { close(ch) })
	}
	return nil
}

func (c *virtualConn) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		c.mu.Lock()
		deadline := c.deadline
		c.mu.Unlock()
		select {
		case <-c.closed:
			return 0, net.ErrClosed
		case <-deadline:
			return 0, os.ErrDeadlineExceeded
		case c.rest = <-c.in:
		}
		c.v.stalled()
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *virtualConn) Write(b []byte) (int, error) {
	select {
	case <-c.closed:
		return 0, net.ErrClosed
	default:
	}
	c.v.stalled()
	msg := bytes.Clone(b)
	if c.udp {
		c.v.count(c.ip)
		if d, lost := c.v.travel(c.h.up); !lost {
			time.AfterFunc(d, func() { c.ntp(msg) })
		}
		return len(b), nil
	}
	at := time.Now().Add(c.v.segment(c.h.up, 300*time.Millisecond))
	c.mu.Lock()
	if at.Before(c.upAt) {
		at = c.upAt
	}
	c.upAt = at
	c.mu.Unlock()
	time.AfterFunc(time.Until(at), func() { c.http(msg) })
	return len(b), nil
}

func (v *virtualNet) count(ip string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sent[ip]++
}

func (v *virtualNet) counted(ip string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.sent[ip]
}

// busy waits for the server's work and gives its clock at some moment of it.
func (c *virtualConn) busy() (at time.Time) {
	var work, when time.Duration
	c.v.dice(func(r *rand.Rand) {
		if c.h.work > 0 {
			work = time.Duration(r.Int64N(int64(c.h.work)))
			when = time.Duration(r.Int64N(int64(work) + 1))
		}
	})
	time.Sleep(when)
	at = time.Now().Add(c.h.offset)
	time.Sleep(work - when)
	return at
}

// http takes in bytes at the server and answers each request.
func (c *virtualConn) http(msg []byte) {
	c.mu.Lock()
	c.request.Write(msg)
	text := c.request.String()
	n := strings.Count(text, "\r\n\r\n")
	if n > 0 {
		c.request.Reset()
	}
	c.mu.Unlock()
	for range n {
		c.v.count(c.ip)
		date := c.busy()
		out := []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: " + date.UTC().Format(http.TimeFormat) + "\r\n\r\n")
		at := time.Now().Add(c.v.segment(c.h.down, 300*time.Millisecond))
		c.mu.Lock()
		if at.Before(c.downAt) {
			at = c.downAt
		}
		c.downAt = at
		c.mu.Unlock()
		time.AfterFunc(time.Until(at), func() { c.deliver(out) })
	}
}

func (c *virtualConn) deliver(b []byte) {
	select {
	case c.in <- b:
	case <-c.closed:
	}
}

// ntp answers one packet.
func (c *virtualConn) ntp(req []byte) {
	if c.h.silent || len(req) < 48 {
		return
	}
	got := time.Now().Add(c.h.offset)
	c.busy()
	out := make([]byte, 48)
	out[0], out[1], out[3] = 4<<3|4, 2, 0xec
	if c.h.kiss != "" {
		out[1] = 0
		copy(out[12:16], c.h.kiss)
	}
	binary.BigEndian.PutUint32(out[8:], uint32(math.Ceil(c.h.root.Seconds()*65536)))
	binary.BigEndian.PutUint64(out[16:], ntpTime(got)-30<<32)
	copy(out[24:32], req[40:48])
	binary.BigEndian.PutUint64(out[32:], ntpTime(got))
	binary.BigEndian.PutUint64(out[40:], ntpTime(time.Now().Add(c.h.offset)))
	if d, lost := c.v.travel(c.h.down); !lost {
		time.AfterFunc(d, func() { c.deliver(out) })
	}
}

// The paths. Each maker gives both directions of one.

func simSteady(up, down time.Duration) (way, way) {
	fix := func(d time.Duration) way { return func(*rand.Rand) (time.Duration, bool) { return d, false } }
	return fix(up), fix(down)
}

// paretoDelay draws from a Lomax distribution of shape 2.5: a heavy tail, all of it late.
func paretoDelay(rng *rand.Rand, mean time.Duration) time.Duration {
	const shape = 2.5
	return time.Duration(float64(mean) * (shape - 1) * (math.Pow(1-rng.Float64(), -1/shape) - 1))
}

func simJittered(w way, mean time.Duration) way {
	return func(r *rand.Rand) (time.Duration, bool) {
		d, lost := w(r)
		return d + paretoDelay(r, mean), lost
	}
}

func simLossy(w way, p float64) way {
	return func(r *rand.Rand) (time.Duration, bool) {
		d, lost := w(r)
		return d, lost || r.Float64() < p
	}
}

// simBursty loses everything in bad times, which last bad on average and are good apart.
func simBursty(w way, good, bad time.Duration) way {
	var until time.Time
	inBad := true
	return func(r *rand.Rand) (time.Duration, bool) {
		for now := time.Now(); !until.After(now); {
			inBad = !inBad
			mean := good
			if inBad {
				mean = bad
			}
			if until.IsZero() {
				until = now
			}
			until = until.Add(time.Duration(r.ExpFloat64() * float64(mean)))
		}
		d, lost := w(r)
		return d, lost || inBad
	}
}

// simBloated adds a queue that fills up to most and drains, once each period.
func simBloated(w way, most, period time.Duration) way {
	start := time.Now()
	return func(r *rand.Rand) (time.Duration, bool) {
		d, lost := w(r)
		phase := float64(time.Since(start)%period) / float64(period)
		fill := min(1, phase*3)
		if phase > 0.9 {
			fill = (1 - phase) * 10
		}
		return d + time.Duration(fill*float64(most)), lost
	}
}

// inVirtual runs the clock probe against v.
func inVirtual(t testing.TB, v *virtualNet, servers []string, targets []Target) ClockResult {
	d := contextDialer(v)
	simNet.Store(&d)
	defer simNet.Store(nil)
	return Clock(t.Context(), servers, targets, Options{Proxy: direct})
}

var _ net.Conn = (*virtualConn)(nil)
