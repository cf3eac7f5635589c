package probe

import (
	"context"
	"net/http"
	"slices"
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
	Asked    int           // requests sent
	Used     int           // answers whose Date counts
	Cached   int           // answers left out because a cache gave them
	Conns    int           // connections opened
	RTT      time.Duration // least time from request to answer
	Edge     bool          // the edge of a second was caught: the span is about as narrow as the path allows
	Primed   bool          // NTP told where the edge should be, and it was looked for there
	Agree    bool          // all answers fit one clock; false for a clock that stepped, or several machines that differ
	Kind     Kind          // why nothing is known
	Problems []Kind        // of its certificate
}

const dateTimeout = 900 * time.Millisecond // for one answer

// dateSearch is the search on one host.
type dateSearch struct {
	s      *session
	ep     endpoint
	ctx    context.Context // of its connections, from before the first to close
	cancel context.CancelFunc
	lines  chan *wire // idle connections; nil for one that could not be opened
	conns  sync.WaitGroup

	mu     sync.Mutex
	addr   string // where the first connection came through: the others go there, too
	method string
	spans  []clock.Span
	trips  []time.Duration // connect and answer times
	open   int             // connections that are open or being opened
	out    DateTarget
}

func (s *session) newDateSearch(ctx context.Context, ep endpoint) *dateSearch {
	d := &dateSearch{s: s, ep: ep, method: http.MethodHead, lines: make(chan *wire, 4*maxLines), out: DateTarget{Target: ep.target}}
	d.ctx, d.cancel = context.WithCancel(ctx)
	return d
}

// maxLines bounds the connections to one host.
const maxLines = 12

// connect opens n connections side by side and gives the first that is there,
// nil when none comes. Which of a name's addresses answers first decides for all.
func (d *dateSearch) connect(n int) *wire {
	host, port := d.ep.nextHop()
	ctx, cancel := context.WithTimeout(d.ctx, tcpLimit)
	defer cancel()
	addrs, kind := d.s.lookupHedged(ctx, "ip", host)
	if kind != None {
		d.fail(kind)
		return nil
	}
	d.conns.Go(func() {
		ctx, cancel := context.WithTimeout(d.ctx, tcpLimit)
		defer cancel()
		conn, took, kind := d.s.dialFirst(ctx, addrs, port)
		if kind != None {
			d.offer(nil, kind)
			return
		}
		addr := conn.RemoteAddr().String()
		d.mu.Lock()
		d.addr = addr
		d.mu.Unlock()
		w, kind := d.s.onto(ctx, d.ep, conn, took)
		d.offer(w, kind)
	})
	d.mu.Lock()
	d.out.Conns, d.open = 1, 1
	d.mu.Unlock()
	d.grow(n-1, joinAddr(addrs[0].String(), port), 0)
	for range n {
		select {
		case w := <-d.lines:
			if w != nil {
				return w
			}
		case <-ctx.Done():
			if d.ctx.Err() == nil {
				d.fail(Timeout)
			}
			return nil
		}
	}
	return nil
}

// grow opens n more connections in the background, one each pace.
func (d *dateSearch) grow(n int, addr string, pace time.Duration) {
	for i := range n {
		d.mu.Lock()
		full := d.out.Conns >= 2*maxLines
		if !full {
			d.out.Conns, d.open = d.out.Conns+1, d.open+1
		}
		d.mu.Unlock()
		if full {
			return
		}
		d.conns.Go(func() {
			ctx, cancel := context.WithTimeout(d.ctx, tcpLimit)
			defer cancel()
			if !pause(ctx, time.Duration(i)*pace) {
				return
			}
			d.offer(d.s.open(ctx, d.ep, addr))
		})
	}
}

// offer puts a new connection, or the lack of one, among the idle ones.
func (d *dateSearch) offer(w *wire, kind Kind) {
	d.mu.Lock()
	if w == nil {
		if kind != Canceled || d.out.Kind == None {
			d.out.Kind = kind // what we broke off ourselves says nothing of the host
		}
		d.open--
		d.mu.Unlock()
		d.lines <- nil
		return
	}
	if d.addr == "" {
		d.addr = w.RemoteAddr().String()
	}
	other := w.RemoteAddr().String() != d.addr // another machine, whose clock may differ
	if other {
		d.open--
	} else {
		d.trips = append(d.trips, w.roundTrip())
	}
	d.mu.Unlock()
	if other {
		w.Close()
		w = nil
	}
	d.lines <- w
}

// take gives an idle connection, waiting for one up to some time; nil for none.
func (d *dateSearch) take(wait time.Duration) *wire {
	late := time.NewTimer(wait)
	defer late.Stop()
	for {
		select {
		case w := <-d.lines:
			if w != nil {
				return w
			}
		case <-late.C:
			return nil
		case <-d.ctx.Done():
			return nil
		}
	}
}

// pause sleeps; false when the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (d *dateSearch) fail(k Kind) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.out.Kind = k
}

// ask sends one request, takes in what its Date says, and puts the connection back.
func (d *dateSearch) ask(w *wire) {
	ctx, cancel := context.WithTimeout(d.ctx, dateTimeout)
	defer cancel()
	d.mu.Lock()
	method := d.method
	d.out.Asked++
	d.mu.Unlock()
	a, kind := w.ask(ctx, method)
	keep := kind == None && !w.spent
	switch {
	case keep:
		defer func() { d.lines <- w }()
	case kind == None: // closed by the other end after each answer
		defer func() { d.grow(1, d.at(), 0) }()
		fallthrough
	default:
		w.Close()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !keep {
		d.open--
	}
	if kind != None {
		d.out.Kind = kind
		return
	}
	_, other := elsewhere(d.ep, a)
	date, err := http.ParseTime(a.header.Get("Date"))
	switch {
	case other || a.status == http.StatusNetworkAuthenticationRequired:
		d.out.Kind = Redirected // somebody else's clock
	case fromCache(a):
		d.out.Cached++
	case err != nil:
		d.out.Kind, d.method = NoDate, http.MethodGet // some servers mishandle HEAD
	default:
		d.spans = append(d.spans, dateSpan(date, a))
		d.trips = append(d.trips, a.ttfb)
	}
}

// dateSpan bounds service minus device by one answer: the service's clock stood
// in [date, date + 1 s) at some moment between sent and first (RFC 9110 section
// 6.6.1: Date is when the message was originated, in whole seconds).
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
	d.mu.Lock()
	defer d.mu.Unlock()
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
// where there is no majority, any of them may be the one that counts. ok is
// false for no answers.
func (d *dateSearch) span() (s clock.Span, agree, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.spans) == 0 {
		return clock.Span{}, true, false
	}
	s, votes := marzullo(d.spans)
	if votes == len(d.spans) || majority(votes, len(d.spans)) {
		return s, votes == len(d.spans), true
	}
	s = d.spans[0]
	for _, o := range d.spans[1:] {
		s = clock.Span{Lo: min(s.Lo, o.Lo), Hi: max(s.Hi, o.Hi)}
	}
	return s, false, true
}

// atEdge reports whether the answers' span is as narrow as only requests on
// both sides of a second's edge make it.
func (d *dateSearch) atEdge() bool {
	s, _, ok := d.span()
	return ok && s.Hi-s.Lo <= d.rtt()+tightEdge
}

// finish ends the search and gives what it found.
func (d *dateSearch) finish() DateTarget {
	d.close()
	edge := d.atEdge()
	span, agree, ok := d.span()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.out.Used = len(d.spans)
	if len(d.trips) > 0 {
		d.out.RTT = slices.Min(d.trips)
	}
	switch {
	case ok:
		d.out.Known, d.out.Kind = true, None
		d.out.Span, d.out.Agree, d.out.Edge = span, agree, edge
	case d.out.Cached > 0:
		d.out.Kind = Cached
	}
	return d.out
}

// rtt is what a round trip takes now: the median of the last few, because a
// queue that has filled up since the first is part of the path.
func (d *dateSearch) rtt() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return medianOf(d.trips[max(0, len(d.trips)-recentTrips):])
}

const recentTrips = 5

// counts gives how many requests were sent and how many answers hold a Date.
func (d *dateSearch) counts() (asked, used int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.Asked, len(d.spans)
}

// close ends all requests and connections.
func (d *dateSearch) close() {
	d.cancel()
	ended := make(chan struct{})
	go func() { d.conns.Wait(); close(ended) }()
	for {
		select {
		case w := <-d.lines:
			if w != nil {
				w.Close()
			}
			continue
		case <-ended:
		}
		break
	}
	for {
		select {
		case w := <-d.lines:
			if w != nil {
				w.Close()
			}
		default:
			return
		}
	}
}
