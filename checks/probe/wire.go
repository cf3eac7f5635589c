package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/proxy"
)

// wire is one connection to a target, over a proxy where there is one. Requests
// go over it by hand and not through http.Transport, which retries, pools and
// hides when a request really left.
type wire struct {
	net.Conn
	in      *bufio.Reader
	ep      endpoint
	agent   string
	now     func() time.Time
	connect time.Duration // TCP connect to the next hop
	shake   time.Duration // TLS handshake
	tls     *tls.ConnectionState
	spent   bool // the other end closes it after the last answer
}

// open connects to a target at one of its own addresses (ip:port), or over its
// proxy, then does the tunnel and TLS. The certificate is not judged here: see verify.
func (s *session) open(ctx context.Context, ep endpoint, addr string) (*wire, Kind) {
	conn, took, kind := s.dialTCP(ctx, addr, nil)
	if kind != None {
		return nil, kind
	}
	return s.onto(ctx, ep, conn, took)
}

// onto does the tunnel and TLS over a connection to the next hop, which it owns.
func (s *session) onto(ctx context.Context, ep endpoint, conn net.Conn, took time.Duration) (*wire, Kind) {
	w := s.wire(ep, conn, took)
	if _, kind := w.tunnel(ctx); kind != None {
		w.Close()
		return nil, kind
	}
	if ep.secure {
		if kind := w.handshake(ctx); kind != None {
			w.Close()
			return nil, kind
		}
	}
	return w, None
}

func (s *session) wire(ep endpoint, conn net.Conn, connect time.Duration) *wire {
	return &wire{Conn: conn, in: bufio.NewReader(conn), ep: ep, agent: s.agent, now: s.now, connect: connect}
}

// guard makes the wire's reads and writes end with the context; the returned
// function ends the watch.
func (w *wire) guard(ctx context.Context) func() {
	if t, ok := ctx.Deadline(); ok {
		_ = w.SetDeadline(t)
	}
	stop := context.AfterFunc(ctx, func() { _ = w.SetDeadline(time.Unix(1, 0)) })
	return func() { stop() }
}

// tunnel asks the proxy, where there is one, for a way through to the target:
// CONNECT (RFC 9110 section 9.3.6) or SOCKS 5. Plain HTTP over an HTTP proxy
// needs none. status is the proxy's answer to CONNECT, 0 when it was not asked.
func (w *wire) tunnel(ctx context.Context) (status int, kind Kind) {
	p := w.ep.proxy
	if p == nil {
		return 0, None
	}
	defer w.guard(ctx)()
	switch p.Scheme {
	case "socks5", "socks5h":
		return 0, w.socks(ctx, p)
	case "https":
		conn := tls.Client(w.Conn, &tls.Config{ServerName: p.Hostname()})
		if err := conn.HandshakeContext(ctx); err != nil {
			return 0, kindOf(err)
		}
		w.Conn, w.in = conn, bufio.NewReader(conn)
	}
	if !w.ep.secure && !w.ep.ws {
		return 0, None
	}
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: w.ep.hostPort()}, Host: w.ep.hostPort(), Header: http.Header{"User-Agent": {w.agent}}}
	if auth := proxyAuth(p); auth != "" {
		req.Header.Set("Proxy-Authorization", auth)
	}
	if err := req.Write(w); err != nil {
		return 0, kindOf(err)
	}
	resp, err := http.ReadResponse(w.in, req)
	if err != nil {
		return 0, responseKind(err)
	}
	switch {
	case resp.StatusCode == http.StatusProxyAuthRequired:
		return resp.StatusCode, ProxyAuth
	case resp.StatusCode/100 != 2:
		return resp.StatusCode, ProxyRefused
	}
	return resp.StatusCode, None
}

func proxyAuth(p *url.URL) string {
	if p == nil || p.User == nil {
		return ""
	}
	pass, _ := p.User.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(p.User.Username()+":"+pass))
}

// already hands out a connection that exists.
type already struct{ net.Conn }

func (a already) Dial(string, string) (net.Conn, error) { return a.Conn, nil }

func (w *wire) socks(ctx context.Context, p *url.URL) Kind {
	var auth *proxy.Auth
	if p.User != nil {
		pass, _ := p.User.Password()
		auth = &proxy.Auth{User: p.User.Username(), Password: pass}
	}
	d, err := proxy.SOCKS5("tcp", w.RemoteAddr().String(), auth, already{w.Conn})
	if err != nil {
		return Other
	}
	conn, err := d.(proxy.ContextDialer).DialContext(ctx, "tcp", w.ep.hostPort())
	if err != nil {
		if k := kindOf(err); k != Other {
			return k
		}
		return ProxyRefused
	}
	w.Conn, w.in = conn, bufio.NewReader(conn)
	return None
}

// handshake does TLS with no verification, so that there is something to report
// when the certificate is bad. No request goes over the wire of a page that a
// browser would refuse, other than HEAD for its Date, which tells nobody anything.
func (w *wire) handshake(ctx context.Context) Kind {
	conn := tls.Client(w.Conn, &tls.Config{
		ServerName:         w.ep.host,
		InsecureSkipVerify: true, // #nosec G402 -- session.verify judges; this only gathers the evidence
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"http/1.1"}, // requests are written by hand
	})
	start := time.Now()
	err := conn.HandshakeContext(ctx)
	w.shake = time.Since(start)
	if err != nil {
		k := kindOf(err)
		switch k {
		case Timeout:
			return HandshakeTimeout
		case Other:
			return TLSOther
		}
		return k
	}
	state := conn.ConnectionState()
	w.Conn, w.in, w.tls = conn, bufio.NewReader(conn), &state
	return None
}

// roundTrip is the best that is known of the way to the target itself: the
// connect, or, behind a proxy, the handshake with the target.
func (w *wire) roundTrip() time.Duration {
	if w.ep.proxy != nil && w.shake > 0 {
		return w.shake
	}
	return w.connect
}

// answer is one HTTP answer and when things happened.
type answer struct {
	status  int
	header  http.Header
	sent    time.Time     // by the device's clock, not later than the request left
	first   time.Time     // by the device's clock, not earlier than the final answer began
	ttfb    time.Duration // from writing the request to the first byte of the final answer
	elapsed time.Duration // how long it was waited for, also when nothing came
}

// ask sends one request for the target's URL and reads the answer's head.
func (w *wire) ask(ctx context.Context, method string) (answer, Kind) {
	defer w.guard(ctx)()
	req := &http.Request{Method: method, URL: w.ep.url, Host: w.ep.url.Host, Header: http.Header{
		"User-Agent":    {w.agent},
		"Accept":        {"*/*"},
		"Cache-Control": {"no-cache"},
	}}
	write := req.Write
	if p := w.ep.proxy; p != nil && !w.ep.secure && !w.ep.ws && (p.Scheme == "http" || p.Scheme == "https") {
		write = req.WriteProxy
		if auth := proxyAuth(p); auth != "" {
			req.Header.Set("Proxy-Authorization", auth)
		}
	}
	var a answer
	start := time.Now()
	a.sent = w.now()
	err := write(w)
	if err != nil {
		return a, kindOf(err)
	}
	var resp *http.Response
	for {
		_, err := w.in.Peek(1)
		a.first, a.ttfb, a.elapsed = w.now(), time.Since(start), time.Since(start)
		if err != nil {
			return a, kindOf(err)
		}
		if resp, err = http.ReadResponse(w.in, req); err != nil {
			return a, responseKind(err)
		}
		if resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			break // else an interim answer (RFC 9110 section 15.2), and the real one is still to be made
		}
	}
	a.status, a.header = resp.StatusCode, resp.Header
	// A body is never read: it may be large, or a stream without an end.
	w.spent = resp.Close || method != http.MethodHead
	return a, None
}

// responseKind tells an answer that is not HTTP from one that did not come.
func responseKind(err error) Kind {
	if k := kindOf(err); k != Other {
		return k
	}
	return BadResponse
}
