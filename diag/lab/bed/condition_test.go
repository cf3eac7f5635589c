package bed

import (
	"context"
	"crypto/tls"
	"crypto/x509"

	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/beevik/ntp"
	"github.com/coder/websocket"
	"golang.org/x/net/dns/dnsmessage"
)

// look is one thing to try inside the client; seen is what came of it, in a few words.
type look struct {
	What string // tcp tls http plain ws dns ntp
	Addr string // host:port, or a name to ask for
	Via  string // name server for dns
	CA   string
	Wait time.Duration // 0 is 700 ms
}

// seen is how it ended.
type seen struct {
	Word string // ok, or why not
	Took time.Duration
	More []string // addresses, issuer, status, offset
}

func try(ctx context.Context, l look) (seen, error) {
	if l.Wait == 0 {
		l.Wait = 700 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, l.Wait)
	defer cancel()
	start := time.Now()
	more, err := map[string]func(context.Context, look) ([]string, error){
		"tcp": lookTCP, "tls": lookTLS, "http": lookHTTP, "plain": lookPlain, "ws": lookWS, "dns": lookDNS, "ntp": lookNTP,
	}[l.What](ctx, l)
	return seen{word(err), time.Since(start), more}, nil
}

func word(err error) string {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var timeout net.Error
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &unknown):
		return "unknown-authority"
	case errors.As(err, &invalid):
		return "invalid"
	case errors.As(err, &name):
		return "wrong-name"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case errors.Is(err, syscall.EHOSTUNREACH):
		return "host-unreachable"
	case errors.Is(err, syscall.ENETUNREACH):
		return "net-unreachable"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return "forbidden"
	case strings.HasSuffix(err.Error(), "Proxy Authentication Required"):
		return "proxy-auth"
	case strings.HasSuffix(err.Error(), ": Forbidden"):
		return "proxy-refused"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	return err.Error()
}

func dialTo(ctx context.Context, addr string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", addr)
}

func lookTCP(ctx context.Context, l look) ([]string, error) {
	c, err := dialTo(ctx, l.Addr)
	if err == nil {
		c.Close()
	}
	return nil, err
}

func client(l look) (*http.Client, error) {
	pem, err := os.ReadFile(l.CA)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: API}, DisableKeepAlives: true,
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			if strings.HasPrefix(addr, API) {
				addr = l.Addr
			}
			return dialTo(ctx, addr)
		}}
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

func lookHTTP(ctx context.Context, l look) ([]string, error) {
	return get(ctx, l, "https://"+API+"/")
}

func lookPlain(ctx context.Context, l look) ([]string, error) {
	return get(ctx, l, "http://"+API+"/generate_204")
}

// get gives status, issuer, Date − now in seconds, Retry-After and Location.
func get(ctx context.Context, l look, url string) ([]string, error) {
	c, err := client(l)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	out := []string{"status " + resp.Status[:3]}
	if resp.TLS != nil {
		out = append(out, "issuer "+resp.TLS.PeerCertificates[0].Issuer.CommonName)
	}
	if d, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		out = append(out, fmt.Sprintf("ahead %.0f", time.Until(d.Add(500*time.Millisecond)).Seconds()))
	}
	for _, h := range []string{"Retry-After", "Location", "Age"} {
		if v := resp.Header.Get(h); v != "" {
			out = append(out, h+" "+v)
		}
	}
	return out, nil
}

func lookTLS(ctx context.Context, l look) ([]string, error) {
	c, err := dialTo(ctx, l.Addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	conn := tls.Client(c, &tls.Config{InsecureSkipVerify: true, ServerName: API})
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return []string{"issuer " + conn.ConnectionState().PeerCertificates[0].Issuer.CommonName}, nil
}

func lookWS(ctx context.Context, l look) ([]string, error) {
	hc, err := client(l)
	if err != nil {
		return nil, err
	}
	c, resp, err := websocket.Dial(ctx, "wss://"+API+"/pusher/websocket", &websocket.DialOptions{HTTPClient: hc})
	if resp != nil && err != nil {
		return []string{"status " + resp.Status[:3]}, nil
	}
	if err != nil {
		return nil, err
	}
	defer c.CloseNow()
	out := []string{"status 101"}
	c.CloseRead(ctx)
	ping, cancel := context.WithTimeout(ctx, 600*time.Millisecond)
	defer cancel()
	if c.Ping(ping) == nil {
		out = append(out, "pong")
	}
	return out, nil
}

// lookDNS lists the answers that come within 100 ms of the first.
func lookDNS(ctx context.Context, l look) ([]string, error) {
	c, err := net.Dial("udp", l.Via)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: 7, RecursionDesired: true}, Questions: []dnsmessage.Question{{
		Name: dnsmessage.MustNewName(l.Addr + "."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}}
	raw, err := m.Pack()
	if err != nil {
		return nil, err
	}
	t, _ := ctx.Deadline()
	_ = c.SetDeadline(t)
	if _, err := c.Write(raw); err != nil {
		return nil, err
	}
	var out []string
	buf := make([]byte, 1500)
	for {
		n, err := c.Read(buf)
		if err != nil {
			if len(out) > 0 {
				err = nil
			}
			return out, err
		}
		if err := m.Unpack(buf[:n]); err != nil {
			return out, err
		}
		text := strings.TrimPrefix(m.RCode.String(), "RCode")
		for _, a := range m.Answers {
			if r, ok := a.Body.(*dnsmessage.AResource); ok {
				text += " " + netip.AddrFrom4(r.A).String()
			}
		}
		out = append(out, text)
		_ = c.SetDeadline(time.Now().Add(100 * time.Millisecond))
	}
}

func lookNTP(_ context.Context, l look) ([]string, error) {
	r, err := ntp.QueryWithOptions(l.Addr, ntp.QueryOptions{Timeout: 600 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("stratum %d", r.Stratum), "kiss " + r.KissCode, fmt.Sprintf("offset %.2f", r.ClockOffset.Seconds())}, nil
}
