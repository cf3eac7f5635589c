package probe

import (
	"context"
	"net"
	"sync"
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
	// SmallSegments tells, after a handshake-timeout, whether the handshake passes
	// with segments of 1200 bytes: "ok" means that large packets are dropped on the
	// way (a path MTU black hole, RFC 8899 section 1.1); "failed", or "" when not tried.
	SmallSegments State
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

// maxAddresses bounds how many addresses of one name are tried.
const maxAddresses = 8

// Time limits of the rungs. A router that limits its ICMP errors lets a
// rejected connect hang until the SYN is sent again after 1 s, so 1.2 s have to
// pass before silence means that packets are dropped.
const (
	dnsLimit   = 1000 * time.Millisecond
	tcpLimit   = 1300 * time.Millisecond
	tlsLimit   = 1200 * time.Millisecond
	clampAfter = 700 * time.Millisecond // of a silent handshake, before small segments are tried beside it
	httpLimit  = 1500 * time.Millisecond
)

// Ladder climbs from the name to the WebSocket and reports every step. A step
// that a failed one prevents is skipped; over a proxy, dns and tcp are those to
// the proxy.
func Ladder(ctx context.Context, target Target, opt Options) LadderResult {
	ctx, cancel := opt.bounded(ctx)
	defer cancel()
	start := time.Now()
	s := newSession(opt)
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
	s.climb(ctx, ep, &r)
	for _, rung := range r.Rungs() {
		if rung.State == Failed && r.FirstFailed == "" {
			r.FirstFailed = rung.Name
		}
	}
	r.Duration = time.Since(start)
	return r
}

func (s *session) climb(ctx context.Context, ep endpoint, r *LadderResult) {
	host, port := ep.nextHop()
	addrs := s.dnsRung(ctx, host, &r.DNS)
	if len(addrs) == 0 {
		return
	}
	conn, finish := s.tcpRung(ctx, addrs, port, &r.TCP)
	// The other addresses are waited for at the end, so that a dead family does not hold up the rungs.
	defer finish()
	if conn == nil {
		return
	}
	w := s.wire(ep, conn, 0)
	defer func() { w.Close() }()

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
	if ep.secure && !s.tlsRung(ctx, w, conn.RemoteAddr().String(), &r.TLS) {
		return
	}
	var wg sync.WaitGroup
	if ep.ws {
		wg.Go(func() { s.wsRung(ctx, ep, conn.RemoteAddr().String(), &r.WS) })
	}
	s.httpRung(ctx, w, &r.HTTP)
	wg.Wait()
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
