package probe

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// PlainResult is one plain HTTP request to a host of the service, which nobody
// between may answer: a captive portal does (RFC 8952 section 1).
type PlainResult struct {
	Host    string
	Addr    string // ip:port
	Kind    Kind
	Status  int
	Connect time.Duration
	TTFB    time.Duration
	To      string // host that a 3xx points to, "" for none
	Plain   bool   // over plain HTTP again
	Known   bool   // that host is one of the targets'
}

// plainPath answers 204 where somebody serves it, as browsers' own probes ask
// for; what else the service says to it does not matter here.
const plainPath = "/generate_204"

// askPlain asks a host for plainPath at one of its addresses, over plain HTTP.
// No redirect is followed.
func (s *session) askPlain(ctx context.Context, host string, addr netip.Addr, known map[string]bool) PlainResult {
	r := PlainResult{Host: host, Addr: joinAddr(addr.String(), "80")}
	ctx, cancel := context.WithTimeout(ctx, httpLimit)
	defer cancel()
	ep := endpoint{url: &url.URL{Scheme: "http", Host: host, Path: plainPath}, host: host, port: "80"}
	w, kind := s.open(ctx, ep, r.Addr)
	if r.Kind = kind; kind != None {
		return r
	}
	defer func() { w.Close() }()
	r.Connect = w.connect
	a, kind := w.ask(ctx, http.MethodGet)
	if r.Kind = kind; kind != None {
		return r
	}
	r.Status, r.TTFB = a.status, a.ttfb
	if a.status/100 == 3 {
		if loc, err := ep.url.Parse(a.header.Get("Location")); err == nil {
			r.To, r.Plain = loc.Hostname(), loc.Scheme == "http"
			r.Known = known[r.To]
		}
	}
	return r
}
