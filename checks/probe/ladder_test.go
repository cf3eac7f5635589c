package probe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func wsEcho(ctx context.Context, c *websocket.Conn) {
	for {
		if _, _, err := c.Read(ctx); err != nil {
			return
		}
	}
}

// wsHandler upgrades what asks for it and says hello to the rest.
func wsHandler(fn func(context.Context, *websocket.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			hello(w, r)
			return
		}
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		fn(r.Context(), c)
	})
}

func through(proxy string) func(*http.Request) (*url.URL, error) {
	return func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
}

func ladder(t *testing.T, url string, opt Options) LadderResult {
	t.Helper()
	if opt.Proxy == nil {
		opt.Proxy = direct
	}
	return Ladder(t.Context(), Target{"api", url}, opt)
}

func states(r LadderResult) string {
	var out []string
	for _, rung := range r.Rungs() {
		s := rung.Name + ":" + string(rung.State)
		if rung.Kind != None {
			s += "(" + string(rung.Kind) + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestLadderToTheTop(t *testing.T) {
	srv, ca := tlsServer(t, wsHandler(wsEcho))
	res := dnsServer(t, map[string][]string{"svc.test": {"127.0.0.1"}})
	r := ladder(t, at(srv, "wss", "svc.test"), Options{CAFile: ca, Resolver: res, ExpectedIssuers: []string{"test trust"}})
	if got, want := states(r), "dns:ok tcp:ok proxy:skipped tls:ok http:ok websocket:ok"; got != want {
		t.Fatalf("%s\nwant %s\n%+v", got, want, r)
	}
	if r.DNS.V4.Found != 1 || r.DNS.V6.Kind != NoAddress || !r.DNS.Private {
		t.Errorf("dns %+v", r.DNS)
	}
	if r.TLS.Version != "TLS 1.3" || r.TLS.Issuer != "Test CA, Test Trust" || r.TLS.Expected != "yes" || r.TLS.NotAfter.IsZero() || r.TLS.SelfMade {
		t.Errorf("tls %+v", r.TLS)
	}
	if r.HTTP.Status != 200 || r.HTTP.Date.IsZero() || r.HTTP.TTFB <= 0 {
		t.Errorf("http %+v", r.HTTP)
	}
	if r.WS.Status != 101 || r.WS.Pongs != pings || r.WS.Ping <= 0 {
		t.Errorf("ws %+v", r.WS)
	}
	if r.FirstFailed != "" {
		t.Errorf("first failed %q", r.FirstFailed)
	}
}

func TestLadderNames(t *testing.T) {
	res := dnsServer(t, map[string][]string{"broken.test": {"!"}, "silent.test": {"-"}, "empty.test": {}})
	for url, want := range map[string]string{
		"https://missing.test/": "dns:failed(nxdomain)",
		"https://broken.test/":  "dns:failed(servfail)",
		"https://silent.test/":  "dns:failed(timeout)",
		"https://empty.test/":   "dns:failed(nxdomain)", // Go's resolver does not tell the two apart
		"gopher://x/":           "dns:failed(bad-url)",
	} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			r := ladder(t, url, Options{Resolver: res})
			if got := states(r); !strings.HasPrefix(got, want) || r.FirstFailed != "dns" || r.TCP.State != Skipped {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

func TestLadderConnections(t *testing.T) {
	free := closedPort(t)
	r := ladder(t, "https://"+free, Options{})
	if got, want := states(r), "dns:skipped tcp:failed(refused) proxy:skipped tls:skipped http:skipped websocket:skipped"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	// One address of two refuses: the ladder climbs on over the other, and says so.
	srv := plainServer(t, hello)
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	res := dnsServer(t, map[string][]string{"two.test": {"127.0.0.9", "127.0.0.1"}})
	r = ladder(t, "http://two.test:"+port+"/", Options{Resolver: res})
	if r.FirstFailed != "" || len(r.TCP.Addresses) != 2 || r.TCP.Chosen != "127.0.0.1:"+port {
		t.Fatalf("%s %+v", states(r), r.TCP)
	}
	if a := r.TCP.Addresses[0]; a.State != Failed || a.Kind != Refused || a.Family != "ip4" {
		t.Errorf("%+v", a)
	}
}

func TestLadderTLS(t *testing.T) {
	srv, ca := tlsServer(t, http.HandlerFunc(hello))
	resolver := dnsServer(t, map[string][]string{"other.test": {"127.0.0.1"}})
	year := func(n int) func() time.Time { return func() time.Time { return time.Now().AddDate(n, 0, 0) } }
	plain := plainServer(t, hello)
	for _, c := range []struct {
		name, url string
		opt       Options
		want      Kind
	}{
		{"unknown authority", srv.URL, Options{}, UnknownAuthority},
		{"extra CA unreadable", srv.URL, Options{CAFile: "missing.pem"}, BadCAFile},
		{"expired", srv.URL, Options{CAFile: ca, Now: year(2)}, Expired},
		{"not yet valid", srv.URL, Options{CAFile: ca, Now: year(-2)}, NotYetValid},
		{"name mismatch", at(srv, "https", "other.test"), Options{CAFile: ca, Resolver: resolver}, NameMismatch},
		{"plain HTTP", strings.Replace(plain.URL, "http:", "https:", 1), Options{}, NotTLS},
		{"silence", "https://" + rawServer(t, mute), Options{}, HandshakeTimeout},
		{"reset", "https://" + rawServer(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); reset(c) }), Options{}, Reset},
		{"closed", "https://" + rawServer(t, func(c net.Conn) { _, _ = io.CopyN(io.Discard, c, 64); c.(*net.TCPConn).CloseWrite(); mute(c) }), Options{}, Closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := ladder(t, c.url, c.opt)
			if r.TLS.Kind != c.want || r.FirstFailed != "tls" || r.HTTP.State != Skipped {
				t.Errorf("%s, want %s", states(r), c.want)
			}
			if c.want == UnknownAuthority && (r.TLS.Issuer == "" || r.TLS.NotAfter.IsZero()) {
				t.Errorf("a bad certificate has to be told of: %+v", r.TLS)
			}
			if c.want == HandshakeTimeout && r.TLS.SmallSegments != Failed && smallSegments != nil {
				t.Errorf("small segments: %q", r.TLS.SmallSegments)
			}
		})
	}
}

// Both faults of a certificate are told, the gravest first.
func TestLadderTellsEveryFaultOfACertificate(t *testing.T) {
	srv, _ := tlsServer(t, http.HandlerFunc(hello))
	res := dnsServer(t, map[string][]string{"other.test": {"127.0.0.1"}})
	r := ladder(t, at(srv, "https", "other.test"), Options{Resolver: res, ExpectedIssuers: []string{"DigiCert"}})
	if got := fmt.Sprint(r.TLS.Problems); got != "[unknown-authority name-mismatch]" || r.TLS.Expected != "no" {
		t.Errorf("%s %+v", got, r.TLS)
	}
}

func TestLadderHTTP(t *testing.T) {
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
		}
	}
	for _, c := range []struct {
		name string
		url  string
		want Kind
	}{
		{"not found is an answer", plainServer(t, status(404)).URL, None},
		{"login wanted", plainServer(t, status(401)).URL, None},
		{"own redirect", plainServer(t, status(302, "Location", "/login")).URL, None},
		{"portal by redirect", plainServer(t, status(302, "Location", "http://portal.hotel.test/?u=1")).URL, Redirected},
		{"portal by status", plainServer(t, status(511)).URL, Portal},
		{"overload", plainServer(t, status(503)).URL, ServerError},
		{"limited", plainServer(t, status(429)).URL, RateLimited},
		{"not HTTP", "http://" + rawServer(t, func(c net.Conn) { fmt.Fprint(c, "220 mail ready\r\n"); mute(c) }), BadResponse},
		{"no answer", "http://" + rawServer(t, mute), Timeout},
		{"reset", "http://" + rawServer(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); reset(c) }), Reset},
		{"an interim answer", "http://" + rawServer(t, func(c net.Conn) {
			_, _ = c.Read(make([]byte, 512))
			fmt.Fprint(c, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
			mute(c)
		}), None},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := ladder(t, c.url, Options{})
			if r.HTTP.Kind != c.want || r.TLS.State != Skipped {
				t.Errorf("%s, want %q", states(r), c.want)
			}
			if c.want == Redirected && (!r.HTTP.Elsewhere || r.HTTP.RedirectHost != "portal.hotel.test") {
				t.Errorf("%+v", r.HTTP)
			}
		})
	}
}

func TestLadderWebSocket(t *testing.T) {
	refuse := func(code int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Upgrade") != "" {
				w.WriteHeader(code)
			}
		})
	}
	for _, c := range []struct {
		name   string
		h      http.Handler
		want   Kind
		status int
	}{
		{"forbidden", refuse(403), UpgradeRefused, 403},
		{"upgrade stripped", refuse(426), UpgradeRefused, 426},
		{"answered as a page", refuse(200), UpgradeRefused, 200},
		{"overload", refuse(503), ServerError, 503},
		{"mute after 101", wsHandler(func(ctx context.Context, _ *websocket.Conn) { <-ctx.Done() }), NoPong, 101},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv, ca := tlsServer(t, c.h)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel() // the mute one would hold up the server's end
			r := Ladder(ctx, Target{"push", at(srv, "wss", "127.0.0.1")}, Options{CAFile: ca, Proxy: direct})
			srv.CloseClientConnections()
			if r.WS.Kind != c.want || r.WS.Status != c.status || r.HTTP.State != OK {
				t.Errorf("%s status %d, want %s %d", states(r), r.WS.Status, c.want, c.status)
			}
		})
	}
}

// connectProxy passes CONNECT on, or answers with a status.
func connectProxy(t *testing.T, status int) string {
	return rawServer(t, func(c net.Conn) {
		defer c.Close()
		in := bufio.NewReader(c)
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if status != 200 || req.Method != http.MethodConnect {
			fmt.Fprintf(c, "HTTP/1.1 %d no\r\nContent-Length: 0\r\n\r\n", status)
			return
		}
		up, err := net.Dial("tcp", strings.Replace(req.Host, "svc.test", "127.0.0.1", 1))
		if err != nil {
			return
		}
		defer up.Close()
		fmt.Fprint(c, "HTTP/1.1 200 ok\r\n\r\n")
		go func() { _, _ = io.Copy(up, in); up.Close() }()
		_, _ = io.Copy(c, up)
	})
}

// Over a proxy this machine looks up and connects to the proxy alone.
func TestLadderThroughAProxy(t *testing.T) {
	srv, ca := tlsServer(t, wsHandler(wsEcho))
	proxy := connectProxy(t, 200)
	r := ladder(t, at(srv, "wss", "svc.test"), Options{CAFile: ca, Proxy: through("http://me:secret@" + proxy), Resolver: dnsServer(t, nil)})
	if got, want := states(r), "dns:skipped tcp:ok proxy:ok tls:ok http:ok websocket:ok"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if r.Proxy != proxy {
		t.Errorf("proxy %q, want %q", r.Proxy, proxy)
	}
	if all := fmt.Sprintf("%+v", r); strings.Contains(all, "secret") {
		t.Error("the proxy's password is in the result")
	}
	for status, want := range map[int]Kind{407: ProxyAuth, 403: ProxyRefused} {
		r := ladder(t, at(srv, "https", "svc.test"), Options{CAFile: ca, Proxy: through("http://" + connectProxy(t, status))})
		if r.ProxyTunnel.Kind != want || r.FirstFailed != "proxy" {
			t.Errorf("%d: %s", status, states(r))
		}
	}
}
