// Package probe measures over the network, now: whose clock shows what, how far
// a connection gets, what the path loses and delays, and what the servers
// behind a name answer.
//
// It measures and never blames: every result is facts, intervals and words of a
// closed vocabulary (Kind), from which others judge. Every function keeps
// within Limit and within the caller's context, sends a bounded number of
// probes, and contacts nothing but the targets and time servers it is given,
// the resolvers of this machine and the proxy that the environment names.
// Redirects are reported and never followed.
package probe

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"
)

// Limit bounds every function of this package, whatever Options.Timeout says.
const Limit = 2500 * time.Millisecond

// Target is one URL of the service and what it is for.
type Target struct {
	Role string // api, push, workbench, … as the profile says
	URL  string // http, https, ws or wss
}

// Options is what all probes share. The zero value is usable.
type Options struct {
	CAFile          string           // PEM file of certificates trusted besides the system's
	Timeout         time.Duration    // for each function; 0 and anything longer means Limit
	UserAgent       string           // "" for "meiqia-diag"
	Now             func() time.Time // this device's clock; nil for time.Now
	ExpectedIssuers []string         // words, one of which the issuer's name is expected to hold

	Resolver *net.Resolver                         // nil for the system's
	Proxy    func(*http.Request) (*url.URL, error) // nil for ProxyFor: the environment's, then the system's
}

// State is how far one step came.
type State string

// The states of a step.
const (
	OK      State = "ok"
	Failed  State = "failed"
	Skipped State = "skipped" // not needed, or a step before it failed
)

// session is one call's options with the defaults filled in.
type session struct {
	opt      Options
	now      func() time.Time
	resolver *net.Resolver
	proxy    func(*http.Request) (*url.URL, error)
	agent    string
	roots    *x509.CertPool // nil for the system's alone
	badCA    bool           // CAFile could not be read
}

func newSession(opt Options) *session {
	s := &session{opt: opt, now: opt.Now, resolver: opt.Resolver, proxy: opt.Proxy, agent: opt.UserAgent}
	if s.now == nil {
		s.now = time.Now
	}
	if s.resolver == nil {
		s.resolver = net.DefaultResolver
	}
	if s.proxy == nil {
		s.proxy = ProxyFor
	}
	if s.agent == "" {
		s.agent = "meiqia-diag"
	}
	if opt.CAFile != "" {
		pem, err := os.ReadFile(opt.CAFile)
		pool, sysErr := x509.SystemCertPool()
		if sysErr != nil {
			pool = x509.NewCertPool()
		}
		if err != nil || !pool.AppendCertsFromPEM(pem) {
			s.badCA = true
		} else {
			s.roots = pool
		}
	}
	return s
}

// bounded gives a context that ends after the options' timeout or Limit.
func (o Options) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	d := Limit
	if o.Timeout > 0 && o.Timeout < d {
		d = o.Timeout
	}
	return context.WithTimeout(ctx, d)
}

// endpoint is a target taken apart.
type endpoint struct {
	target Target
	url    *url.URL // scheme http or https, also for ws and wss
	ws     bool
	secure bool
	host   string // without port and brackets
	port   string
	proxy  *url.URL // nil when reached directly
}

// endpoint takes a target apart; ok is false when its URL is none.
func (s *session) endpoint(t Target) (ep endpoint, ok bool) {
	u, err := url.Parse(t.URL)
	if err != nil || u.Hostname() == "" {
		return endpoint{target: t}, false
	}
	ep = endpoint{target: t, url: u, host: strings.ToLower(u.Hostname()), port: u.Port()}
	switch u.Scheme {
	case "http":
	case "https":
		ep.secure = true
	case "ws":
		ep.ws, u.Scheme = true, "http"
	case "wss":
		ep.ws, ep.secure, u.Scheme = true, true, "https"
	default:
		return ep, false
	}
	u.User, u.Fragment = nil, ""
	if ep.port == "" {
		ep.port = "80"
		if ep.secure {
			ep.port = "443"
		}
	}
	// A proxy that cannot be read is no proxy: the system's own clients do the same.
	ep.proxy, _ = s.proxy(&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}})
	return ep, true
}

// hostPort is the target's own address.
func (ep endpoint) hostPort() string { return net.JoinHostPort(ep.host, ep.port) }

// nextHop is the host and port that this machine itself connects to.
func (ep endpoint) nextHop() (host, port string) {
	if ep.proxy == nil {
		return ep.host, ep.port
	}
	port = ep.proxy.Port()
	if port == "" {
		switch ep.proxy.Scheme {
		case "https":
			port = "443"
		case "socks5", "socks5h":
			port = "1080"
		default:
			port = "80"
		}
	}
	return ep.proxy.Hostname(), port
}

// via names the proxy as host:port, never with its credentials; "" for none.
func (ep endpoint) via() string {
	if ep.proxy == nil {
		return ""
	}
	return net.JoinHostPort(ep.nextHop())
}

// endpoints takes the readable ones of targets apart, each host and port once
// and at most most of them, so that a long profile does not become a flood.
func (s *session) endpoints(targets []Target, most int) []endpoint {
	var out []endpoint
	seen := map[string]bool{}
	for _, t := range targets {
		ep, ok := s.endpoint(t)
		if !ok || seen[ep.hostPort()] || len(out) == most {
			continue
		}
		seen[ep.hostPort()] = true
		out = append(out, ep)
	}
	return out
}

// lookup gives the addresses of a host in one family ("ip4", "ip6") or both ("ip").
func (s *session) lookup(ctx context.Context, network, host string) ([]netip.Addr, Kind) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, None
	}
	addrs, err := s.resolver.LookupNetIP(ctx, network, host)
	if err != nil {
		return nil, kindOf(err)
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return addrs, None
}
