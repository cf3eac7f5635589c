package probe

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// connectLimit is when a TCP connect counts as lost. It lies under the first
// retransmission of a SYN (1 s on Linux and macOS), so that an answer to the
// second SYN is not taken for a slow answer to the first.
const connectLimit = 900 * time.Millisecond

// attemptDelay is how long one address is waited for before the next is tried
// beside it (RFC 8305 section 5, Connection Attempt Delay).
const attemptDelay = 250 * time.Millisecond

// contextDialer is what *net.Dialer does.
type contextDialer interface {
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
}

// simNet stands in for the system's network in simulations; nil for the system's.
var simNet atomic.Pointer[contextDialer]

// dialer gives what opens sockets to addresses, not names.
func dialer() contextDialer {
	if n := simNet.Load(); n != nil {
		return *n
	}
	return &net.Dialer{KeepAlive: -1}
}

// dialTCP opens a TCP connection to an IP address and port. control may be nil.
func (s *session) dialTCP(ctx context.Context, addr string, control controlFunc) (net.Conn, time.Duration, Kind) {
	d := contextDialer(&net.Dialer{Resolver: s.resolver, KeepAlive: -1, Control: control})
	if n := simNet.Load(); n != nil {
		d = *n
	}
	start := time.Now()
	conn, err := d.DialContext(ctx, "tcp", addr)
	took := time.Since(start)
	if err != nil {
		return nil, took, kindOf(err)
	}
	return conn, took, None
}

// alternate orders addresses so that the families take turns, beginning with
// the first one's (RFC 8305 section 4): a family that leads nowhere then costs
// one attempt.
func alternate(addrs []netip.Addr) []netip.Addr {
	var same, other []netip.Addr
	for _, a := range addrs {
		if a.Is4() == addrs[0].Is4() {
			same = append(same, a)
		} else {
			other = append(other, a)
		}
	}
	out := make([]netip.Addr, 0, len(addrs))
	for i := range same {
		out = append(out, same[i])
		if i < len(other) {
			out = append(out, other[i])
		}
	}
	return append(out, other[min(len(same), len(other)):]...)
}

// maxAttempts bounds how many addresses of one name are tried.
const maxAttempts = 4

// dialFirst connects to the first of several addresses that accepts, as
// RFC 8305 ("Happy Eyeballs") has it: in order, each after attemptDelay or as
// soon as the one before failed.
func (s *session) dialFirst(ctx context.Context, addrs []netip.Addr, port string) (net.Conn, time.Duration, Kind) {
	type result struct {
		conn net.Conn
		took time.Duration
		kind Kind
	}
	addrs = alternate(addrs)
	addrs = addrs[:min(len(addrs), maxAttempts)]
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan result, len(addrs))
	next, open := 0, 0
	try := func() {
		if next == len(addrs) {
			return
		}
		addr := joinAddr(addrs[next].String(), port)
		next, open = next+1, open+1
		go func() {
			conn, took, kind := s.dialTCP(ctx, addr, nil)
			results <- result{conn, took, kind}
		}()
	}
	defer func() {
		cancel()
		for ; open > 0; open-- { // those who lost
			if r := <-results; r.conn != nil {
				r.conn.Close()
			}
		}
	}()
	try()
	last := result{kind: NoAddress}
	for open > 0 {
		delay := time.NewTimer(attemptDelay)
		select {
		case r := <-results:
			open--
			if r.kind == None {
				delay.Stop()
				return r.conn, r.took, None
			}
			last = r
			try()
		case <-delay.C:
			try()
		}
		delay.Stop()
	}
	return nil, last.took, last.kind
}
