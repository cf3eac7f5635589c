package probe

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// pingLimit bounds each of the pings. A proxy that passes the upgrade and then
// swallows frames answers none.
const (
	pings       = 3
	pingLimit   = 1500 * time.Millisecond
	wsLimit     = 2200 * time.Millisecond
	oneIsEnough = 600 * time.Millisecond // after which no further ping is sent
)

// wsRung upgrades a connection of its own and pings over it. addr is where the
// rungs below came through: the target's address, or the proxy's.
func (s *session) wsRung(ctx context.Context, ep endpoint, addr string, rtt time.Duration, r *WSRung) {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			d := net.Dialer{Resolver: s.resolver}
			return d.DialContext(ctx, network, addr)
		},
		// Whether the certificate holds at s.now() was settled on the rung below;
		// here it is the same address, asked for the same name.
		TLSClientConfig:     &tls.Config{RootCAs: s.roots, ServerName: ep.host, Time: s.now},
		DisableKeepAlives:   true,
		TLSHandshakeTimeout: tlsLimit,
	}
	if ep.proxy != nil {
		transport.TLSClientConfig.ServerName = "" // the transport names proxy and target apart
		transport.Proxy = func(*http.Request) (*url.URL, error) { return ep.proxy, nil }
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	dialCtx, cancel := context.WithTimeout(ctx, wsLimit)
	defer cancel()
	start := time.Now()
	var mu sync.Mutex
	var wrote, first time.Time
	dialCtx = httptrace.WithClientTrace(dialCtx, &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { mu.Lock(); defer mu.Unlock(); wrote = time.Now() },
		GotFirstResponseByte: func() { mu.Lock(); defer mu.Unlock(); first = time.Now() },
	})
	conn, resp, err := websocket.Dial(dialCtx, ep.target.URL, &websocket.DialOptions{
		HTTPClient: client,
		HTTPHeader: http.Header{"User-Agent": {s.agent}},
	})
	r.Upgrade = time.Since(start)
	mu.Lock()
	switch {
	case wrote.IsZero():
	case first.IsZero():
		r.Waited = time.Since(wrote)
	default:
		r.TTFB = first.Sub(wrote)
	}
	mu.Unlock()
	if resp != nil {
		r.Status = resp.StatusCode
	}
	if err != nil {
		kind := kindOf(err)
		if resp != nil {
			kind = UpgradeRefused
			if k := statusKind(resp.StatusCode, false); k != None {
				kind = k
			}
		}
		r.Rung = rung("websocket", kind, r.Upgrade, statusWord(r.Status))
		if kind == Timeout && !settled(r.Waited, rtt) {
			r.State = Unsettled
		}
		return
	}
	defer conn.CloseNow()
	s.ping(ctx, conn, r)
	kind := None
	if r.Pongs == 0 {
		kind = NoPong
	}
	r.Rung = rung("websocket", kind, time.Since(start), statusWord(r.Status))
	if kind == NoPong && r.Waited > 0 && !settled(r.Waited, rtt) {
		r.State = Unsettled
	}
}

// ping measures the round trip of a few pings (RFC 6455 section 5.5.2), one after the other.
func (s *session) ping(ctx context.Context, conn *websocket.Conn, r *WSRung) {
	ctx = drain(ctx, conn)
	began := time.Now()
	for i := range pings {
		if i > 0 && time.Since(began) > oneIsEnough {
			return
		}
		one, cancel := context.WithTimeout(ctx, pingLimit)
		start := time.Now()
		err := conn.Ping(one)
		took, silent := time.Since(start), one.Err() != nil
		cancel()
		if err != nil {
			if r.Pongs == 0 && silent {
				r.Waited = took
			}
			return
		}
		r.Pongs++
		if r.Ping == 0 || took < r.Ping {
			r.Ping = took
		}
	}
}

// drain reads and drops what the service sends by itself, because pongs are
// only seen while somebody reads. The returned context ends with the connection.
func drain(ctx context.Context, conn *websocket.Conn) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		for {
			if _, _, err := conn.Read(ctx); err != nil {
				return
			}
		}
	}()
	return ctx
}
