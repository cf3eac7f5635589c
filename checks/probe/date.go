package probe

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"meiqia-diag/diag/clock"
)

// How far a host's Date can be trusted.
const (
	TrustTLS   = "tls"        // its certificate is good, or bad only in time, as it is when the device's clock is wrong
	TrustPlain = "plain"      // no TLS
	TrustBad   = "unverified" // its certificate is bad
)

// DateTarget is what one host's Date headers say.
type DateTarget struct {
	Target   Target
	Known    bool
	Span     clock.Span // service minus device
	Trust    string
	Asked    int
	Used     int
	Cached   int           // answers left out because a cache gave them
	RTT      time.Duration // least time from request to answer
	Edge     bool          // the edge of a second was caught: the span is about as narrow as the path allows
	Agree    bool          // all answers fit one clock; false for a clock that stepped, or several machines that differ
	Kind     Kind          // why nothing is known
	Problems []Kind        // of its certificate
}

// The Date search. A Date is whole seconds, so one answer bounds the offset to a
// second and the round trip. Requests on both sides of the service's second edge
// bound it to their distance and the round trip.
const (
	maxDates    = 8
	aimed       = 4                      // requests around an edge that NTP predicts
	aimSpacing  = 24 * time.Millisecond  // between those: caught 80 of 80 edges on a clean 40 ms link
	primeWait   = 200 * time.Millisecond // for NTP, after the first answer
	dateTimeout = 900 * time.Millisecond // for one answer
)

// dateSearch is the search on one host.
type dateSearch struct {
	s      *session
	ep     endpoint
	addr   string // where the first connection came through: the others go there, too
	method string

	mu    sync.Mutex
	idle  []*wire
	spans []clock.Span
	least time.Duration // least connect or answer time
	out   DateTarget
}

// dateOf bounds a host's clock in at most maxDates requests: one to begin with,
// then, when NTP tells where the edge should be, four around it; else three
// spread over a second and four over what is left of it.
func (s *session) dateOf(ctx context.Context, ep endpoint, ts *timeServers) DateTarget {
	d := &dateSearch{s: s, ep: ep, method: http.MethodHead, out: DateTarget{Target: ep.target}}
	defer d.close()
	host, port := ep.nextHop()
	d.addr = joinAddr(host, port)
	if !d.begin(ctx) {
		return d.finish()
	}
	select {
	case <-ts.done:
	case <-time.After(primeWait):
	case <-ctx.Done():
	}
	span, _ := d.span()
	if prime, _ := ts.vote(); prime.Known && prime.Span.Half() < 250*time.Millisecond && span.Contains(prime.Best) {
		var at []time.Duration
		for i := range aimed {
			at = append(at, prime.Best+time.Duration(2*i-aimed+1)*aimSpacing/2)
		}
		d.volley(ctx, at)
		if span, _ = d.span(); !d.atEdge(span) { // the service is not where NTP is
			d.volley(ctx, inside(span, maxDates-d.asked()))
		}
	} else {
		d.volley(ctx, inside(span, 3))
		span, _ = d.span()
		d.volley(ctx, inside(span, maxDates-d.asked()))
	}
	return d.finish()
}

// begin makes the first connection and asks once; again with GET where HEAD
// brought no Date, because some servers mishandle HEAD.
func (d *dateSearch) begin(ctx context.Context) bool {
	w := d.take(ctx)
	if w == nil {
		return false
	}
	d.addr = w.RemoteAddr().String()
	d.judge(w)
	d.ask(ctx, w)
	if len(d.spans) == 0 && d.out.Cached == 0 && ctx.Err() == nil {
		d.method = http.MethodGet
		if w = d.take(ctx); w != nil {
			d.ask(ctx, w)
		}
	}
	return len(d.spans) > 0
}

// inside gives n offsets that cut a span into equal parts.
func inside(s clock.Span, n int) []time.Duration {
	var out []time.Duration
	for i := range n {
		out = append(out, s.Lo+(s.Hi-s.Lo)*time.Duration(i+1)/time.Duration(n+1))
	}
	return out
}

// volley sends one request for each supposed offset, at the moment at which it
// would arrive at an edge of the service's second if the offset were so: the
// answer tells on which side of it the truth lies.
func (d *dateSearch) volley(ctx context.Context, offsets []time.Duration) {
	begin, now, rtt := time.Now(), d.s.now(), d.rtt()
	lead := min(3*rtt+10*time.Millisecond, 400*time.Millisecond) // to open another connection
	var wg sync.WaitGroup
	for _, off := range offsets {
		arrival := now.Add(lead + rtt/2 + off)
		edge := arrival.Truncate(time.Second).Add(time.Second)
		send := begin.Add(lead + edge.Sub(arrival))
		if t, ok := ctx.Deadline(); ok && send.Add(rtt).After(t) {
			continue // its answer would come too late
		}
		wg.Go(func() {
			w := d.take(ctx)
			if w == nil {
				return
			}
			select {
			case <-time.After(time.Until(send)):
				d.ask(ctx, w)
			case <-ctx.Done():
				w.Close()
			}
		})
	}
	wg.Wait()
}

// take gives an idle connection, or opens one; nil when that fails.
func (d *dateSearch) take(ctx context.Context) *wire {
	d.mu.Lock()
	if n := len(d.idle); n > 0 {
		w := d.idle[n-1]
		d.idle = d.idle[:n-1]
		d.mu.Unlock()
		return w
	}
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, tcpLimit)
	defer cancel()
	w, kind := d.s.open(ctx, d.ep, d.addr)
	d.mu.Lock()
	defer d.mu.Unlock()
	if w == nil {
		d.out.Kind = kind
		return nil
	}
	d.shortest(w.roundTrip())
	return w
}

// ask sends one request and takes in what its Date says.
func (d *dateSearch) ask(ctx context.Context, w *wire) {
	ctx, cancel := context.WithTimeout(ctx, dateTimeout)
	defer cancel()
	a, kind := w.ask(ctx, d.method)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.out.Asked++
	if kind != None {
		d.out.Kind = kind
		w.Close()
		return
	}
	if w.spent {
		w.Close()
	} else {
		d.idle = append(d.idle, w)
	}
	_, other := elsewhere(d.ep, a)
	date, err := http.ParseTime(a.header.Get("Date"))
	switch {
	case other || a.status == http.StatusNetworkAuthenticationRequired:
		d.out.Kind = Redirected // somebody else's clock
	case fromCache(a):
		d.out.Cached++
	case err != nil:
		d.out.Kind = NoDate
	default:
		d.spans = append(d.spans, dateSpan(date, a))
		d.shortest(a.ttfb)
	}
}

// dateSpan bounds service minus device by one answer: the service's clock stood
// in [date, date + 1 s) at some moment between sent and first.
func dateSpan(date time.Time, a answer) clock.Span {
	return clock.Span{Lo: date.Sub(a.first), Hi: date.Add(time.Second).Sub(a.sent)}
}

// fromCache reports whether an answer was made earlier than it was asked for,
// so that its Date is old (RFC 9111 sections 4.2.3 and 5.1).
func fromCache(a answer) bool {
	if a.status == http.StatusNotModified || a.header.Get("Age") != "" {
		return true
	}
	for _, name := range []string{"X-Cache", "X-Cache-Lookup", "X-Cache-Status", "Cf-Cache-Status"} {
		if strings.Contains(strings.ToUpper(a.header.Get(name)), "HIT") {
			return true
		}
	}
	return false
}

func (d *dateSearch) judge(w *wire) {
	d.out.Trust = TrustPlain
	if w.tls == nil {
		return
	}
	d.out.Trust = TrustTLS
	d.out.Problems = d.s.cert(w.tls, d.ep.host).Problems
	for _, k := range d.out.Problems {
		if k != Expired && k != NotYetValid {
			d.out.Trust = TrustBad
		}
	}
}

// span joins the answers. Where they exclude each other, most of them count;
// where there is no majority, any of them may be the one that counts.
func (d *dateSearch) span() (s clock.Span, agree bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, votes := marzullo(d.spans)
	if votes == len(d.spans) || majority(votes, len(d.spans)) {
		return s, votes == len(d.spans)
	}
	s = d.spans[0]
	for _, o := range d.spans[1:] {
		s = clock.Span{Lo: min(s.Lo, o.Lo), Hi: max(s.Hi, o.Hi)}
	}
	return s, false
}

// atEdge reports whether a span is as narrow as only requests on both sides of
// a second's edge make it.
func (d *dateSearch) atEdge(s clock.Span) bool { return s.Hi-s.Lo <= d.rtt()+100*time.Millisecond }

func (d *dateSearch) finish() DateTarget {
	d.mu.Lock()
	d.out.Used, d.out.RTT = len(d.spans), d.least
	d.mu.Unlock()
	switch {
	case d.out.Used > 0:
		d.out.Known, d.out.Kind = true, None
		d.out.Span, d.out.Agree = d.span()
		d.out.Edge = d.atEdge(d.out.Span)
	case d.out.Cached > 0:
		d.out.Kind = Cached
	}
	return d.out
}

// shortest notes a time that a round trip took; d.mu is held.
func (d *dateSearch) shortest(t time.Duration) {
	if d.least == 0 || t < d.least {
		d.least = t
	}
}

func (d *dateSearch) rtt() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.least
}

func (d *dateSearch) asked() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.Asked
}

func (d *dateSearch) close() {
	for _, w := range d.idle {
		w.Close()
	}
}
