package probe

import (
	"context"
	"net"
	"net/netip"
	"time"

	"meiqia-diag/diag/profile"
)

// Rung is one step of a ladder.
type Rung struct {
	Name     string // dns tcp proxy tls http websocket
	State    State
	Kind     Kind // None unless State is Failed
	Duration time.Duration
	Detail   string // a fact worth showing: an address, an issuer, a status; never the text of an error
}

// Addresses is what one family of addresses of a name came to.
type Addresses struct {
	Found    int
	Kind     Kind // why the lookup found none
	Duration time.Duration
}

// DNSRung is the lookup of the host that this machine connects to: the
// target's, or its proxy's.
type DNSRung struct {
	Rung
	Host    string
	V4, V6  Addresses
	Literal bool // the URL holds an address: nothing was looked up
	Private bool // an address is loopback, link-local or private
}

// AddressResult is a TCP connect to one address.
type AddressResult struct {
	Addr     string // ip:port
	Family   string // ip4 ip6
	State    State
	Kind     Kind
	Duration time.Duration // until it connected or failed
}

// TCPRung is a connect to every address, side by side. It is ok when one is.
type TCPRung struct {
	Rung
	Addresses []AddressResult // in the resolver's order, IPv4 first; at most maxAddresses
	Chosen    string          // the first to connect: the rungs above stand on it
}

// TLSRung is the handshake and its certificate.
type TLSRung struct {
	Rung
	Cert
	// SmallSegments tells, after a handshake-timeout of two connections, whether the
	// handshake passes with segments of 1200 bytes: "ok" means that large packets are
	// dropped on the way (a path MTU black hole, RFC 8899 section 1.1); "failed", or
	// "" when not tried.
	SmallSegments State
	NoSecond      bool          // no second connection came about either
	Toward        string        // up, down: which way they are lost, as the kernel's counters tell; "" unknown
	Connect       time.Duration // of the TCP connection under it
}

// HTTPRung is one GET over the connection.
type HTTPRung struct {
	Rung
	Status       int
	TTFB         time.Duration // from writing the request to the first byte of the answer
	RedirectHost string        // host a 3xx points to, "" for none
	Elsewhere    bool          // that host is of another site, as a captive portal's is
	Date         time.Time     // the answer's Date, zero for none
	Server       string        // the answer's Server header, shortened
}

// WSRung is a WebSocket upgrade (RFC 6455) and a ping over it.
type WSRung struct {
	Rung
	Status  int           // of the answer: 101, or why it was refused
	Upgrade time.Duration // TCP, TLS and upgrade together
	TTFB    time.Duration // from writing the upgrade to the first byte of its answer
	Waited  time.Duration // how long an answer that never came was waited for
	Ping    time.Duration // least round trip of the pings, 0 when none came back
	Pongs   int
}

// LadderResult is how far a connection to one target gets.
type LadderResult struct {
	Target      Target
	Host, Port  string
	Proxy       string // host:port of the proxy in use, "" when direct
	DNS         DNSRung
	TCP         TCPRung
	ProxyTunnel Rung
	TLS         TLSRung
	HTTP        HTTPRung
	WS          WSRung
	FirstFailed string // name of the first rung that failed, "" when none did
	Duration    time.Duration
}

// Rungs lists the steps from the lowest.
func (r *LadderResult) Rungs() []Rung {
	return []Rung{r.DNS.Rung, r.TCP.Rung, r.ProxyTunnel, r.TLS.Rung, r.HTTP.Rung, r.WS.Rung}
}

// Unsettled is the state of a step whose time was up before silence meant anything.
const Unsettled State = "unsettled"

// maxAddresses bounds how many addresses of one name are tried.
const maxAddresses = 8

// Time limits of the rungs. A router that limits its ICMP errors lets a
// rejected connect hang until the SYN is sent again after 1 s, so 1.2 s have to
// pass before silence means that packets are dropped.
const (
	dnsLimit   = 1000 * time.Millisecond
	tcpLimit   = 1300 * time.Millisecond
	tlsLimit   = 1600 * time.Millisecond
	clampAfter = 400 * time.Millisecond // of a silent handshake, or 2.5 connects, before others are tried beside it
	httpLimit  = 1500 * time.Millisecond
	patience   = 900 * time.Millisecond // or four round trips: silence that is shorter than that tells nothing
)

// settled reports whether a silence was long enough for a lost packet to have
// been sent again, and again (RFC 6298).
func settled(waited, rtt time.Duration) bool { return waited >= max(patience, 4*rtt) }

// Ladder climbs from the name to the WebSocket and reports every step. A step
// that a failed one prevents is skipped; over a proxy, dns and tcp are those to
// the proxy.
func Ladder(ctx context.Context, target Target, opt Options) LadderResult {
	ctx, cancel := opt.bounded(ctx)
	defer cancel()
	return newSession(opt).ladder(ctx, target, nil)
}

// ladder is Ladder within a context that is bounded already. found, where it
// is not nil, is told the addresses as soon as they are known.
func (s *session) ladder(ctx context.Context, target Target, found func(port string, addrs []netip.Addr)) LadderResult {
	start := time.Now()
	r := LadderResult{Target: target}
	skip := func(name string) Rung { return Rung{Name: name, State: Skipped} }
	r.DNS.Rung, r.TCP.Rung, r.ProxyTunnel, r.TLS.Rung, r.HTTP.Rung, r.WS.Rung =
		skip("dns"), skip("tcp"), skip("proxy"), skip("tls"), skip("http"), skip("websocket")
	ep, ok := s.endpoint(target)
	if !ok {
		r.DNS.State, r.DNS.Kind, r.FirstFailed = Failed, BadURL, "dns"
		return r
	}
	r.Host, r.Port, r.Proxy = ep.host, ep.port, ep.via()
	s.climb(ctx, ep, &r, found)
	for _, rung := range r.Rungs() {
		if rung.State == Failed && r.FirstFailed == "" {
			r.FirstFailed = rung.Name
		}
	}
	r.Duration = time.Since(start)
	return r
}

func (s *session) climb(ctx context.Context, ep endpoint, r *LadderResult, found func(string, []netip.Addr)) {
	host, port := ep.nextHop()
	addrs := s.dnsRung(ctx, host, &r.DNS)
	if found != nil {
		found(port, addrs)
	}
	if len(addrs) == 0 {
		return
	}
	conn, finish := s.tcpRung(ctx, addrs, port, &r.TCP)
	// The other addresses are waited for at the end, so that a dead family does not hold up the rungs.
	defer finish()
	if conn == nil {
		return
	}
	w := s.wire(ep, conn, r.TCP.Duration)
	defer func() { w.Close() }()
	if ep.ws {
		// Beside the page's rungs, on a connection of its own, for the sake of time.
		wsCtx, stop := context.WithCancel(ctx)
		ws := WSRung{Rung: r.WS.Rung}
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.wsRung(wsCtx, ep, conn.RemoteAddr().String(), w.connect, &ws)
		}()
		defer func() {
			if r.ProxyTunnel.State == Failed || ep.secure && r.TLS.State != OK {
				stop()
				<-done
				return
			}
			<-done
			stop()
			r.WS = ws
		}()
	}

	if ep.proxy != nil {
		began := time.Now()
		tctx, cancel := context.WithTimeout(ctx, tlsLimit)
		status, kind := w.tunnel(tctx)
		cancel()
		r.ProxyTunnel = rung("proxy", kind, time.Since(began), statusWord(status))
		if kind != None {
			return
		}
	}
	if ep.secure {
		over := s.tlsRung(ctx, w, conn.RemoteAddr().String(), &r.TLS)
		if over == nil {
			return
		}
		if over != w {
			w.Close()
			w = over
		}
	}
	s.httpRung(ctx, w, &r.HTTP)
}

// rung makes a step's outcome.
func rung(name string, kind Kind, took time.Duration, detail string) Rung {
	if kind != None {
		return Rung{Name: name, State: Failed, Kind: kind, Duration: took, Detail: detail}
	}
	return Rung{Name: name, State: OK, Duration: took, Detail: detail}
}

// elsewhere gives the host that a Location points to and whether it is of
// another site than the one that was asked.
func elsewhere(ep endpoint, a answer) (host string, other bool) {
	if a.status/100 != 3 {
		return "", false
	}
	loc, err := ep.url.Parse(a.header.Get("Location"))
	if err != nil || a.header.Get("Location") == "" || loc.Hostname() == "" {
		return "", false
	}
	return loc.Hostname(), profile.Site(loc.Hostname()) != profile.Site(ep.host)
}

func joinAddr(ip, port string) string { return net.JoinHostPort(ip, port) }
