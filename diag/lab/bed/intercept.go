package bed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync"
)

// Interception is how the gateway gets between the client and port 443.
type Interception struct {
	Splice    bool       // only the TCP connection is taken; TLS passes through
	Authority *Authority // signs for every name; nil is one that the client does not know
	WS        WSFault    // what the proxy does to WebSocket upgrades; WSStrip takes the header away
}

// proxyPort is where the gateway's own servers listen.
const (
	interceptPort = "8443"
	portalPort    = "8080"
	forwardPort   = "3128"
)

// Intercept puts a transparent proxy for port 443 into the gateway.
func (b *Bed) Intercept(ctx context.Context, how Interception) error {
	l, err := b.Gateway.Listen(":" + interceptPort)
	if err != nil {
		return err
	}
	if how.Splice {
		b.serveConns(l, func(ctx context.Context, c net.Conn) {
			to, err := originalDst(c)
			if err != nil {
				return
			}
			up, err := b.Gateway.Dial(ctx, "tcp", to.String())
			if err != nil {
				return
			}
			splice(c, up)
		})
	} else {
		if how.Authority == nil {
			if how.Authority, err = NewAuthority("Corp Inspection CA"); err != nil {
				return err
			}
		}
		b.serveHTTP(&http.Server{
			TLSConfig: how.Authority.config(func() CertFault { return CertGood }),
			Handler:   b.interceptor(how.WS),
			ConnContext: func(ctx context.Context, c net.Conn) context.Context {
				if t, ok := c.(*tls.Conn); ok {
					c = t.NetConn()
				}
				to, _ := originalDst(c)
				return context.WithValue(ctx, dstKey{}, to)
			},
		}, l, true)
	}
	return b.Rule(ctx, b.Gateway, Prerouting, `iifname "lan0" tcp dport 443 redirect to :`+interceptPort)
}

type dstKey struct{}

// interceptor passes requests on to where the client wanted to go.
func (b *Bed) interceptor(ws WSFault) http.Handler {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(b.CA.PEM)
	pass := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "https", Host: r.In.Host})
			r.Out.Host = r.In.Host
			if ws == WSStrip {
				r.Out.Header.Del("Upgrade")
				r.Out.Header.Del("Connection")
			}
		},
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				to, ok := ctx.Value(dstKey{}).(netip.AddrPort)
				if !ok || !to.IsValid() {
					return nil, errors.New("no original destination")
				}
				return b.Gateway.Dial(ctx, "tcp", to.String())
			},
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			switch ws {
			case WSRefuse:
				w.WriteHeader(http.StatusForbidden)
				return
			case WSMute:
				(&Chat{ctx: r.Context()}).socket(&ServiceFault{WS: WSMute}, w, r)
				return
			}
		}
		pass.ServeHTTP(w, r)
	})
}

// Portal puts a captive portal into the gateway: plain HTTP is answered with a
// redirect to it, and port 443 is refused in the given way ("" leaves it open).
func (b *Bed) Portal(ctx context.Context, https Reject) error {
	l, err := b.Gateway.Listen(":" + portalPort)
	if err != nil {
		return err
	}
	b.serveHTTP(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Host, "portal.") {
			_, _ = io.WriteString(w, "<h1>Log in</h1>\n")
			return
		}
		w.Header().Set("Location", PortalURL)
		w.WriteHeader(http.StatusFound)
	})}, l, false)
	if https != "" {
		if err := b.Block(ctx, b.Gateway, Forward, "tcp dport 443", https); err != nil {
			return err
		}
	}
	return b.Rule(ctx, b.Gateway, Prerouting, `iifname "lan0" tcp dport 80 redirect to :`+portalPort)
}

// ForwardProxy is how an HTTP proxy that the client is told to use behaves.
type ForwardProxy struct {
	Auth   bool // 407 without credentials
	Refuse bool // 403 to every CONNECT
}

// Proxy starts an HTTP proxy on the gateway and gives its URL, which the client
// has to be told: HTTPS_PROXY.
func (b *Bed) Proxy(how ForwardProxy) (string, error) {
	addr := net.JoinHostPort(GatewayIP.String(), forwardPort)
	l, err := b.Gateway.Listen(addr)
	if err != nil {
		return "", err
	}
	b.serveHTTP(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case how.Auth && r.Header.Get("Proxy-Authorization") == "":
			w.Header().Set("Proxy-Authenticate", `Basic realm="bed"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		case r.Method != http.MethodConnect || how.Refuse:
			w.WriteHeader(http.StatusForbidden)
			return
		}
		up, err := b.Gateway.Dial(r.Context(), "tcp", b.resolve(r.Host))
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			up.Close()
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
		splice(c, up)
	})}, l, false)
	return "http://" + addr, nil
}

// resolve finds a name of the bed without asking over the network.
func (b *Bed) resolve(hostport string) string {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return hostport
	}
	if addrs := b.zone()[host]; len(addrs) > 0 {
		host = addrs[0].String()
	}
	return net.JoinHostPort(host, port)
}

// serveHTTP runs a server of the gateway until Reset.
func (b *Bed) serveHTTP(s *http.Server, l net.Listener, secure bool) {
	s.ErrorLog = log.New(io.Discard, "", 0)
	var wg sync.WaitGroup
	wg.Go(func() {
		if secure {
			_ = s.ServeTLS(l, "", "")
		} else {
			_ = s.Serve(l)
		}
	})
	b.onReset(func() error {
		err := s.Close()
		wg.Wait()
		return err
	})
}

// serveConns hands connections out until Reset.
func (b *Bed) serveConns(l net.Listener, f func(context.Context, net.Conn)) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer context.AfterFunc(ctx, func() { c.Close() })()
				defer c.Close()
				f(ctx, c)
			})
		}
	})
	b.onReset(func() error {
		cancel()
		err := l.Close()
		wg.Wait()
		return err
	})
}

// splice copies both ways until both have ended.
func splice(a, b net.Conn) {
	defer a.Close()
	defer b.Close()
	var wg sync.WaitGroup
	for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
		wg.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			if t, ok := pair[0].(*net.TCPConn); ok {
				_ = t.CloseWrite()
			}
		})
	}
	wg.Wait()
}
