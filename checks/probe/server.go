package probe

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"meiqia-diag/diag/clock"
)

// Request is one request to one backend.
type Request struct {
	Status   int           // 0 when no answer came
	Kind     Kind          // None for an answer below 500 other than 429
	Queueing time.Duration // time to the first byte minus a round trip; without an answer, how long it was waited for at least
	Open     bool          // Queueing is a lower bound: no answer came
}

// Backend is one address behind a target's name.
type Backend struct {
	Addr     string        // ip:port, or the proxy's where there is one
	Family   string        // ip4 ip6
	Kind     Kind          // why it could not be asked at all
	Connect  time.Duration // median round trip: of the connect, or of TLS where a proxy stands between
	Requests []Request
	Answered int
	Failed   int           // 5xx, and requests without an answer
	Queueing time.Duration // median of Requests
	Swing    time.Duration // of the round trips, between their tenths: the way's own doing
	Offset   clock.Span    // its clock minus the device's, from its Date headers
	Dated    bool          // Offset holds something
}

// Good reports whether the requests were answered, and well.
func (b Backend) Good() bool { return b.Kind == None && b.Failed == 0 && b.Answered > 0 }

// ServerTarget is what the servers behind one target's name answer.
type ServerTarget struct {
	Target      Target
	Via         string // the proxy: it hides the backends, and one line stands for all
	Kind        Kind   // why nothing was measured
	Backends    []Backend
	Sent        int
	Answered    int
	Errors5xx   int
	Limited     int           // 429
	Unanswered  int           // connected, and then no answer
	Overdue     int           // of those: for so long that no lost packet explains it
	RetryAfter  time.Duration // longest that was asked for, 0 for none (RFC 9110 section 10.2.3)
	Queueing    time.Duration // median of all requests
	QueueingMax time.Duration
	Uneven      Uneven
	Swing       time.Duration // the greatest of the backends'
	TakenOver   bool          // somebody at the first hop answers for it, so that round trips are not the service's
	Lag         Lag           // of this machine meanwhile
}

// ServerResult is what all targets' servers answer.
type ServerResult struct {
	Targets  []ServerTarget
	Duration time.Duration
}

// The requests, a little apart: enough to see a queue, too few to make one.
const (
	maxServerHosts  = 4
	leastRequests   = 10 // to a name, for a distribution worth its name
	requestSpacing  = 60 * time.Millisecond
	overdue         = 1000 * time.Millisecond
	requestDeadline = 2200 * time.Millisecond // of the whole function
)

// requestsEach gives how many requests each of n addresses gets: at least
// leastRequests together, and as many each as the test of unevenness needs to
// reach its risk at all (one group of k slow delays among n groups comes about
// by chance in n of C(nk, k) deals).
func requestsEach(n int) int {
	switch n {
	case 1:
		return leastRequests
	case 2, 3:
		return 5
	}
	return 4
}

// Server asks each address behind each http or https target, with the same Host
// and SNI, and tells waiting in the server from the way there: the connect's round
// trip is taken off the time to the first byte. Every request has a connection
// of its own, so that a balancer behind one address shows its backends, too. An
// address that does not connect twice is left alone.
func Server(ctx context.Context, targets []Target, opt Options) ServerResult {
	ctx, cancel := opt.bounded(ctx)
	defer cancel()
	ctx, cancel2 := context.WithTimeout(ctx, requestDeadline)
	defer cancel2()
	start := time.Now()
	s := newSession(opt)
	var eps []endpoint
	for _, ep := range s.endpoints(targets, 2*maxServerHosts) {
		if !ep.ws && len(eps) < maxServerHosts {
			eps = append(eps, ep)
		}
	}
	r := ServerResult{Targets: make([]ServerTarget, len(eps))}
	var wg sync.WaitGroup
	for i, ep := range eps {
		wg.Go(func() { r.Targets[i] = s.serverTarget(ctx, ep) })
	}
	wg.Wait()
	r.Duration = time.Since(start)
	return r
}

func (s *session) serverTarget(ctx context.Context, ep endpoint) (t ServerTarget) {
	t = ServerTarget{Target: ep.target, Via: ep.via()}
	host, port := ep.nextHop()
	lookupCtx, cancel := context.WithTimeout(ctx, dnsLimit)
	defer cancel()
	addrs, kind := s.lookupHedged(lookupCtx, "ip", host)
	if len(addrs) == 0 {
		t.Kind = kind
		return t
	}
	var v4, v6 []netip.Addr
	for _, a := range addrs {
		if family(a) == "ip4" {
			v4 = append(v4, a)
		} else {
			v6 = append(v6, a)
		}
	}
	addrs = spread(v4, v6, maxAddresses)
	if ep.proxy != nil {
		addrs = addrs[:1]
	}
	t.Backends = make([]Backend, len(addrs))
	lag := startLag()
	each := make([]time.Duration, len(addrs))
	n := requestsEach(len(addrs))
	var wg sync.WaitGroup
	if p, err := netip.ParseAddrPort(joinAddr(addrs[0].String(), port)); err == nil && ep.proxy == nil && !addrs[0].IsLoopback() {
		// Who answers at the first hop does so before the requests are through; routers
		// that limit their ICMP errors may never say that nobody does.
		one, cancel := context.WithCancel(ctx)
		taken := make(chan bool, 1)
		go func() { taken <- takenOver(one, p) }()
		defer func() {
			cancel()
			t.TakenOver = <-taken
		}()
	}
	for i, a := range addrs {
		t.Backends[i] = Backend{Addr: joinAddr(a.String(), port), Family: family(a)}
		wg.Go(func() { each[i] = s.askBackend(ctx, ep, &t.Backends[i], n) })
	}
	wg.Wait()
	t.Lag = lag()
	var all []time.Duration
	for i, b := range t.Backends {
		t.Sent += len(b.Requests)
		t.Answered += b.Answered
		t.RetryAfter = max(t.RetryAfter, each[i])
		for _, q := range b.Requests {
			all = append(all, q.Queueing)
			t.QueueingMax = max(t.QueueingMax, q.Queueing)
			switch {
			case q.Status >= 500:
				t.Errors5xx++
			case q.Status == http.StatusTooManyRequests:
				t.Limited++
			case q.Status == 0:
				t.Unanswered++
				if b.late(q) {
					t.Overdue++
				}
			}
		}
	}
	t.Queueing = medianOf(all)
	if t.Sent == 0 {
		t.Kind = t.Backends[0].Kind
	}
	for _, b := range t.Backends {
		t.Swing = max(t.Swing, b.Swing)
	}
	t.Uneven = uneven(t.Backends, t.Swing+t.Lag.Usual)
	return t
}

// askBackend sends n requests, each begun a little after the one before and not
// waiting for it, and gives the longest Retry-After.
func (s *session) askBackend(ctx context.Context, ep endpoint, b *Backend, n int) (later time.Duration) {
	if b.Kind = s.reachable(ctx, b.Addr); b.Kind != None {
		return 0
	}
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		trips []time.Duration
		dates []clock.Span
	)
	one := func() {
		w, kind := s.open(ctx, ep, b.Addr)
		if kind != None {
			mu.Lock()
			defer mu.Unlock()
			if b.Kind = kind; ctx.Err() != nil {
				b.Kind = Canceled // our own time was up
			}
			return
		}
		defer func() { w.Close() }()
		a, kind := w.ask(ctx, http.MethodGet)
		q := Request{Status: a.status, Kind: kind, Queueing: a.ttfb}
		if kind == None {
			_, other := elsewhere(ep, a)
			q.Kind = statusKind(a.status, other)
		} else {
			q.Open, q.Queueing = true, a.elapsed
		}
		mu.Lock()
		defer mu.Unlock()
		b.Requests = append(b.Requests, q)
		trips = append(trips, w.roundTrip())
		if kind != None {
			return
		}
		later = max(later, retryAfter(a))
		if date, err := http.ParseTime(a.header.Get("Date")); err == nil && !fromCache(a) {
			dates = append(dates, dateSpan(date, a))
		}
	}
	for i := range n {
		if i > 0 {
			select {
			case <-time.After(requestSpacing):
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			break
		}
		wg.Go(one)
	}
	wg.Wait()
	b.Swing = swing(trips)
	b.sum(medianOf(trips), dates)
	return later
}

// late reports whether a request waited for so long that lost packets do not
// explain it; one that has no answer yet and is not late tells nothing.
func (b *Backend) late(q Request) bool { return q.Open && q.Queueing >= overdue+4*b.Connect }

// sum makes the backend's figures of its requests' ones.
func (b *Backend) sum(trip time.Duration, dates []clock.Span) {
	if len(b.Requests) > 0 {
		b.Kind = None
	}
	b.Connect = trip
	var waits []time.Duration
	for i := range b.Requests {
		q := &b.Requests[i]
		q.Queueing = max(0, q.Queueing-trip)
		waits = append(waits, q.Queueing)
		if q.Status != 0 {
			b.Answered++
		}
		if b.late(*q) || q.Status >= 500 {
			b.Failed++
		}
	}
	b.Queueing = medianOf(waits)
	if both, votes := marzullo(dates); votes > 0 && votes == len(dates) {
		b.Offset, b.Dated = both, true
	}
}

// reachable connects, a second time when the first failed for a reason that a
// lost packet or a full queue may be, so that requests go only where somebody is.
func (s *session) reachable(ctx context.Context, addr string) (kind Kind) {
	for tries := range 2 {
		limit := connectLimit
		if tries > 0 {
			limit = tcpLimit // with a second SYN in it
		}
		one, cancel := context.WithTimeout(ctx, limit)
		conn, _, k := s.dialTCP(one, addr, nil)
		cancel()
		if kind = k; kind == None {
			conn.Close()
			return None
		}
		if tries == 0 && ctx.Err() != nil {
			return Canceled // our own time was up: nothing is known of it
		}
		if kind != Timeout && kind != Refused && kind != Reset {
			return kind // this machine has no way there
		}
	}
	return kind
}

// retryAfter reads the header in either of its forms.
func retryAfter(a answer) time.Duration {
	v := strings.TrimSpace(a.header.Get("Retry-After"))
	if n, err := strconv.Atoi(v); err == nil {
		return max(0, time.Duration(min(n, 86400))*time.Second)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		now = a.first
	}
	return max(0, min(at.Sub(now), 24*time.Hour))
}

// swing is how widely round trips vary, apart from the odd one.
func swing(trips []time.Duration) time.Duration {
	if len(trips) < 2 {
		return 0
	}
	s := slices.Sorted(slices.Values(trips))
	return rank(s, 0.9) - rank(s, 0.1)
}
