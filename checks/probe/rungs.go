package probe

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// dnsRung looks both families up side by side and gives the addresses, IPv4 first.
func (s *session) dnsRung(ctx context.Context, host string, r *DNSRung) []netip.Addr {
	r.Host = host
	if a, err := netip.ParseAddr(host); err == nil {
		r.Literal = true
		r.Private = private(a)
		r.Detail = a.String()
		return []netip.Addr{a.Unmap()}
	}
	ctx, cancel := context.WithTimeout(ctx, dnsLimit)
	defer cancel()
	start := time.Now()
	var found [2][]netip.Addr
	one := func(i int, network string, out *Addresses) {
		found[i], out.Kind = s.lookupHedged(ctx, network, host)
		out.Found, out.Duration = len(found[i]), time.Since(start)
	}
	var wg sync.WaitGroup
	wg.Go(func() { one(0, "ip4", &r.V4) })
	wg.Go(func() { one(1, "ip6", &r.V6) })
	wg.Wait()
	all := append(found[0], found[1]...)
	kind := None
	if len(all) == 0 {
		// The worse news of the two: a silent resolver tells nothing about the name.
		kind = r.V4.Kind
		if kind == NXDomain && r.V6.Kind != None {
			kind = r.V6.Kind
		}
		if kind == None {
			kind = NoAddress
		}
	}
	// "Not found" in one family while the other has addresses: the name exists.
	if r.V4.Kind == NXDomain && r.V6.Found > 0 {
		r.V4.Kind = NoAddress
	}
	if r.V6.Kind == NXDomain && r.V4.Found > 0 {
		r.V6.Kind = NoAddress
	}
	detail := ""
	for _, a := range all {
		r.Private = r.Private || private(a)
	}
	if len(all) > 0 {
		detail = all[0].String()
	}
	r.Rung = rung("dns", kind, time.Since(start), detail)
	return spread(found[0], found[1], maxAddresses)
}

// minSilence is what a connect has to wait before its silence tells of dropped
// packets: a rejection that a router held back comes after the second SYN, at 1 s.
const minSilence = 1200 * time.Millisecond

// spread takes at most most addresses, from both families when both have some.
func spread(v4, v6 []netip.Addr, most int) []netip.Addr {
	n4, n6 := min(len(v4), most), min(len(v6), most)
	for n4+n6 > most {
		if n4 >= n6 {
			n4--
		} else {
			n6--
		}
	}
	return append(append([]netip.Addr{}, v4[:n4]...), v6[:n6]...)
}

func private(a netip.Addr) bool {
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsUnspecified()
}

func family(a netip.Addr) string {
	if a.Is4() || a.Is4In6() {
		return "ip4"
	}
	return "ip6"
}

// tcpRung connects to every address at once. It gives the first connection as
// soon as there is one; finish waits for the others, closes them and completes r.
func (s *session) tcpRung(ctx context.Context, addrs []netip.Addr, port string, r *TCPRung) (first net.Conn, finish func()) {
	ctx, cancel := context.WithTimeout(ctx, tcpLimit)
	start := time.Now()
	results := make([]AddressResult, len(addrs))
	type done struct {
		i    int
		conn net.Conn
	}
	ended := make(chan done, len(addrs))
	for i, a := range addrs {
		go func() {
			addr := joinAddr(a.String(), port)
			conn, took, kind := s.dialTCP(ctx, addr, nil)
			results[i] = AddressResult{Addr: addr, Family: family(a), State: OK, Kind: kind, Duration: took}
			if kind != None {
				results[i].State = Failed
			}
			ended <- done{i, conn}
		}()
	}
	left, chosen := len(addrs), -1
	for left > 0 && chosen < 0 {
		d := <-ended
		left--
		if d.conn != nil {
			first, chosen = d.conn, d.i
		}
	}
	if chosen >= 0 {
		r.Rung = rung("tcp", None, time.Since(start), results[chosen].Addr)
		r.Chosen = results[chosen].Addr
	}
	return first, func() {
		defer cancel()
		for ; left > 0; left-- {
			if d := <-ended; d.conn != nil {
				d.conn.Close()
			}
		}
		r.Addresses = results
		if chosen < 0 {
			r.Rung = rung("tcp", gravest(results), time.Since(start), results[0].Addr)
			if r.Kind == Timeout && r.Duration < minSilence {
				r.State = Unsettled
			}
		}
	}
}

// gravest picks the kind that tells most of several failed addresses: an
// answer over silence, silence over having no route to a family at all.
func gravest(results []AddressResult) Kind {
	for _, want := range []Kind{Refused, Reset, Forbidden, Unreachable, Timeout} {
		for _, r := range results {
			if r.Kind == want {
				return want
			}
		}
	}
	return results[0].Kind
}

// tlsRung does the handshake over w and gives the wire it came through on, nil
// for none. While w stays silent, which one lost packet can bring about, a
// second connection is tried, and beside it one with small segments; where w is
// broken off, a second one tells whether that is the rule.
func (s *session) tlsRung(ctx context.Context, w *wire, addr string, r *TLSRung) *wire {
	ctx, cancel := context.WithTimeout(ctx, tlsLimit)
	defer cancel()
	start := time.Now()
	r.Connect = w.connect
	type shaken struct {
		w    *wire
		kind Kind
	}
	normal := make(chan shaken, 2)
	small := make(chan State, 1)
	var noSecond atomic.Bool
	tcp := w.Conn // the handshake puts another in its place
	go func() { normal <- shaken{w, w.handshake(ctx)} }()

	another := func() {
		again, kind := s.again(ctx, w.ep, addr, nil)
		if again == nil && kind == HandshakeTimeout {
			noSecond.Store(true)
		}
		normal <- shaken{again, kind}
	}

	out, second, smallOut := 1, time.After(max(clampAfter, 5*w.connect/2)), false
	var done shaken
	var enough <-chan time.Time
wait:
	for out > 0 {
		select {
		case one := <-normal:
			out--
			if first := done; first.kind != None && one.kind != None { // the first failure speaks for both
				if one.w != nil && one.w != w {
					one.w.Close()
				}
				if first.kind == HandshakeTimeout && one.kind != HandshakeTimeout {
					done.kind = one.kind
				}
			} else {
				done = one
			}
			switch {
			case done.kind == None:
				break wait
			case second != nil && (one.kind == Reset || one.kind == Closed) && w.ep.proxy == nil:
				second = nil
				out++
				go another()
			}
		case <-second:
			second = nil
			if w.ep.proxy != nil {
				continue
			}
			out++
			go another()
			if smallSegments != nil {
				smallOut = true
				go func() {
					v, kind := s.again(ctx, w.ep, addr, smallSegments)
					if v != nil {
						v.Close()
					}
					if kind != None {
						small <- Failed
						return
					}
					small <- OK
				}()
			}
		case r.SmallSegments = <-small:
			if smallOut = false; r.SmallSegments == OK {
				// The other two have had their chance once as much time again has passed.
				enough = time.After(max(250*time.Millisecond, 2*w.connect))
				r.Toward = stuckToward(tcp)
			}
		case <-enough:
			done = shaken{w, HandshakeTimeout}
			break wait
		}
	}
	cancel() // which ends what is still out
	if smallOut {
		r.SmallSegments = <-small
	}
	for range out {
		if one := <-normal; one.w != nil && one.w != w && one.w != done.w {
			one.w.Close()
		}
	}
	r.NoSecond = noSecond.Load() && time.Since(start) >= patience
	if done.kind != None {
		took := time.Since(start)
		if done.kind != HandshakeTimeout && done.w != nil {
			took = done.w.shake
		}
		r.Rung = rung("tls", done.kind, took, "")
		if done.kind == HandshakeTimeout && r.SmallSegments != OK && !settled(took, w.connect) {
			r.State = Unsettled
		}
		if done.w != nil && done.w != w {
			done.w.Close()
		}
		return nil
	}
	r.SmallSegments, r.Toward = "", ""
	w = done.w
	r.Connect = w.connect
	r.Cert = s.cert(w.tls, w.ep.host)
	kind := None
	if len(r.Problems) > 0 {
		kind = r.Problems[0]
	}
	r.Rung = rung("tls", kind, w.shake, r.Issuer)
	if kind != None {
		w.Close()
		return nil
	}
	return w
}

// again connects once more to the same address and does the handshake; a wire
// that is given is the caller's to close, also with a kind.
func (s *session) again(ctx context.Context, ep endpoint, addr string, control controlFunc) (*wire, Kind) {
	conn, took, kind := s.dialTCP(ctx, addr, control)
	if kind != None {
		if kind == Timeout || kind == Canceled {
			kind = HandshakeTimeout
		}
		return nil, kind
	}
	w := s.wire(ep, conn, took)
	kind = w.handshake(ctx)
	if kind == Canceled {
		kind = HandshakeTimeout
	}
	return w, kind
}

// httpRung asks for the target's page over the wire.
func (s *session) httpRung(ctx context.Context, w *wire, r *HTTPRung) {
	ctx, cancel := context.WithTimeout(ctx, httpLimit)
	defer cancel()
	a, kind := w.ask(ctx, http.MethodGet)
	if kind != None {
		r.Rung = rung("http", kind, a.elapsed, "")
		if kind == Timeout && !settled(a.elapsed, w.connect) {
			r.State = Unsettled
		}
		return
	}
	r.Status, r.TTFB = a.status, a.ttfb
	r.RedirectHost, r.Elsewhere = elsewhere(w.ep, a)
	r.Server = shorten(a.header.Get("Server"), 80)
	r.Date, _ = http.ParseTime(a.header.Get("Date"))
	r.Rung = rung("http", statusKind(a.status, r.Elsewhere), a.ttfb, statusWord(a.status))
}

// statusKind says what a status tells of the way to the service. What it says of
// the request (401, 403, 404) is no failure: nobody is logged in here.
func statusKind(status int, elsewhere bool) Kind {
	switch {
	case status == http.StatusNetworkAuthenticationRequired:
		return Portal
	case status == http.StatusProxyAuthRequired:
		return ProxyAuth
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status >= 500:
		return ServerError
	case elsewhere:
		return Redirected
	}
	return None
}

func statusWord(status int) string {
	if status == 0 {
		return ""
	}
	return strconv.Itoa(status)
}

func shorten(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}
