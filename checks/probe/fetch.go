package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Ask is one GET, without cookies or credentials.
type Ask struct {
	URL      string
	ETag     string // If-None-Match, "" for none
	Modified string // If-Modified-Since, "" for none
	Accept   string // "" for anything
}

// Asked is what came of it.
type Asked struct {
	Kind   Kind // why there is no answer
	Status int  // a redirect is reported and not followed
	Header http.Header
	Body   []byte // as sent, still coded; nil for what was longer than the bound
}

// Bounds of one Fetch.
const (
	maxAsks     = 16
	maxAnswer   = 6 << 20  // of one body
	maxAnswers  = 16 << 20 // of all
	maxAskHosts = 4
)

// Fetch asks for small public files, those of one host after each other over
// one connection. No request goes to a host whose certificate a browser would refuse.
func Fetch(ctx context.Context, asks []Ask, opt Options) []Asked {
	ctx, cancel := opt.bounded(ctx)
	defer cancel()
	s := newSession(opt)
	out := make([]Asked, len(asks))
	hosts := map[string][]int{}
	var order []string
	eps := make([]endpoint, len(asks))
	for i, a := range asks {
		out[i].Kind = Canceled
		ep, ok := s.endpoint(Target{URL: a.URL})
		if !ok || ep.ws || i >= maxAsks {
			continue
		}
		eps[i] = ep
		key := ep.url.Scheme + "://" + ep.hostPort()
		if hosts[key] == nil {
			order = append(order, key)
		}
		hosts[key] = append(hosts[key], i)
	}
	var mu sync.Mutex
	left := int64(maxAnswers)
	take := func(n int64) bool {
		mu.Lock()
		defer mu.Unlock()
		left -= n
		return left >= 0
	}
	var wg sync.WaitGroup
	for _, key := range order[:min(len(order), maxAskHosts)] {
		wg.Go(func() { s.fetchHost(ctx, hosts[key], eps, asks, out, take) })
	}
	wg.Wait()
	return out
}

// fetchHost asks one host for some of the files.
func (s *session) fetchHost(ctx context.Context, list []int, eps []endpoint, asks []Ask, out []Asked, take func(int64) bool) {
	var w *wire
	defer func() {
		if w != nil {
			w.Close()
		}
	}()
	for _, i := range list {
		if w == nil || w.spent {
			if w != nil {
				w.Close()
			}
			var kind Kind
			if w, kind = s.openVerified(ctx, eps[i]); kind != None {
				for _, j := range list {
					if out[j].Status == 0 {
						out[j].Kind = kind
					}
				}
				return
			}
		}
		w.ep = eps[i]
		out[i] = w.fetch(ctx, asks[i], take)
		if out[i].Kind != None {
			w.spent = true
		}
	}
}

// openVerified opens a connection to a host whose certificate is good.
func (s *session) openVerified(ctx context.Context, ep endpoint) (*wire, Kind) {
	host, port := ep.nextHop()
	addrs, kind := s.lookupHedged(ctx, "ip", host)
	if len(addrs) == 0 {
		if kind == None {
			kind = NoAddress
		}
		return nil, kind
	}
	conn, took, kind := s.dialFirst(ctx, addrs, port)
	if kind != None {
		return nil, kind
	}
	w, kind := s.onto(ctx, ep, conn, took)
	if kind != None {
		return nil, kind
	}
	if w.tls != nil {
		if len(w.tls.PeerCertificates) == 0 {
			w.Close()
			return nil, TLSOther
		}
		if problems := s.verify(w.tls.PeerCertificates, ep.host); len(problems) > 0 {
			w.Close()
			return nil, problems[0]
		}
	}
	return w, None
}

// fetch sends one GET and reads its answer.
func (w *wire) fetch(ctx context.Context, a Ask, take func(int64) bool) Asked {
	defer w.guard(ctx)()
	h := http.Header{"User-Agent": {w.agent}, "Accept": {"*/*"}, "Cache-Control": {"no-cache"}, "Accept-Encoding": {"gzip, deflate"}}
	if w.ep.secure {
		h.Set("Accept-Encoding", "gzip, deflate, br, zstd") // as browsers ask, so that validators are of the same bytes
	}
	for name, value := range map[string]string{"If-None-Match": a.ETag, "If-Modified-Since": a.Modified, "Accept": a.Accept} {
		if value != "" {
			h.Set(name, value)
		}
	}
	u := *w.ep.url
	req := &http.Request{Method: http.MethodGet, URL: &u, Host: u.Host, Header: h}
	write := req.Write
	if p := w.ep.proxy; p != nil && !w.ep.secure && (p.Scheme == "http" || p.Scheme == "https") {
		write = req.WriteProxy
		if auth := proxyAuth(p); auth != "" {
			h.Set("Proxy-Authorization", auth)
		}
	}
	if err := write(w); err != nil {
		return Asked{Kind: kindOf(err)}
	}
	resp, err := http.ReadResponse(w.in, req)
	for err == nil && resp.StatusCode/100 == 1 { // interim, RFC 9110 section 15.2
		resp, err = http.ReadResponse(w.in, req)
	}
	if err != nil {
		return Asked{Kind: responseKind(err)}
	}
	defer resp.Body.Close()
	out := Asked{Status: resp.StatusCode, Header: resp.Header}
	w.spent = resp.Close
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return Asked{Kind: bodyKind(err)}
	case len(body) > maxAnswer || !take(int64(len(body))):
		w.spent = true
	default:
		out.Body = body
		if body == nil {
			out.Body = []byte{}
		}
	}
	return out
}

// bodyKind tells why a body ended before it should.
func bodyKind(err error) Kind {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return Reset
	}
	return kindOf(err)
}

// SameHost reports whether two URLs lead to one scheme, host and port.
func SameHost(a, b string) bool {
	x, err := url.Parse(a)
	y, err2 := url.Parse(b)
	return err == nil && err2 == nil && origin(x) != "" && origin(x) == origin(y)
}

func origin(u *url.URL) string {
	port := u.Port()
	switch {
	case u.Hostname() == "":
		return ""
	case port != "":
	case u.Scheme == "https":
		port = "443"
	case u.Scheme == "http":
		port = "80"
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
