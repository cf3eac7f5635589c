package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/beevik/ntp"

	"meiqia-diag/diag/clock"
)

// TimeServer is what one SNTP server answered (RFC 5905 section 14).
type TimeServer struct {
	Addr     string        // as it was given
	Known    bool          // Span holds something
	Span     clock.Span    // server minus device, whatever the path's asymmetry
	RTT      time.Duration // least, without the server's own time
	Jitter   time.Duration // between its answers' RTTs; 0 for one answer
	Stratum  int
	Root     time.Duration // root distance: how far the server says it may be from true time (RFC 5905: root delay / 2 + root dispersion)
	Sent     int
	Answered int
	Rejected bool          // not counted; Kind says why
	Kind     Kind          // None when it counted
	Apart    time.Duration // of a falseticker: its middle minus what the others agree on
	KissCode string        // RATE, DENY, … of a kiss of death (RFC 5905 section 7.4)
	Unnamed  bool          // its name was not found, so that nothing was sent
}

// The limits of SNTP. Public servers ask to be asked seldom: two packets is
// what a burst of this kind may cost them, and a kiss of death ends it at once.
const (
	ntpPackets = 2
	ntpGap     = 250 * time.Millisecond // the second packet waits no longer for the answer to the first
	ntpTimeout = 900 * time.Millisecond // for each answer
	maxServers = 8
	maxRoot    = 1500 * time.Millisecond // RFC 5905 section 11.2.1 (MAXDIST): farther than this from its root, a server votes for nothing
	maxGrain   = 10 * time.Millisecond
)

// lookupError carries what a name lookup said through the NTP library.
type lookupError struct{ kind Kind }

func (e lookupError) Error() string { return "lookup: " + string(e.kind) }

// timeAsker makes the exchanges with one server.
type timeAsker struct {
	s    *session
	addr string

	mu    sync.Mutex
	addrs []netip.Addr // of its name, looked up once
}

// asked is what one packet brought.
type asked struct {
	resp *ntp.Response
	kind Kind
}

// dial opens a socket to the server's i-th address, from 0 and around.
func (a *timeAsker) dial(ctx context.Context, remote string, i int) (net.Conn, error) {
	host, port, err := net.SplitHostPort(remote)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	if a.addrs == nil {
		addrs, kind := a.s.lookupHedged(ctx, "ip", host)
		if kind != None || len(addrs) == 0 {
			a.mu.Unlock()
			return nil, lookupError{kind}
		}
		a.addrs = alternate(addrs)
	}
	addrs := a.addrs
	a.mu.Unlock()
	for n := range addrs { // an address without a route costs nothing
		var conn net.Conn
		conn, err = dialer().DialContext(ctx, "udp", joinAddr(addrs[(i+n)%len(addrs)].String(), port))
		if err == nil {
			context.AfterFunc(ctx, func() { conn.Close() })
			return conn, nil
		}
	}
	return nil, err
}

// unnamed reports that the server's name was not found, so that nothing was sent to it.
func (a *timeAsker) unnamed() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.addrs == nil
}

// once sends one packet to the i-th address and waits for its answer.
func (a *timeAsker) once(ctx context.Context, i int) asked {
	ctx, cancel := context.WithTimeout(ctx, ntpTimeout)
	defer cancel()
	t, _ := ctx.Deadline()
	left := time.Until(t)
	if left <= 0 {
		return asked{kind: Timeout}
	}
	resp, err := ntp.QueryWithOptions(a.addr, ntp.QueryOptions{
		Timeout:       left,
		GetSystemTime: a.s.opt.Now, // nil, for kernel stamps, where the device's clock is this system's
		Dialer:        func(_, remote string) (net.Conn, error) { return a.dial(ctx, remote, i) },
	})
	if err == nil {
		err = resp.Validate()
	}
	var lookup lookupError
	switch {
	case err == nil:
		return asked{resp, None}
	case errors.As(err, &lookup):
		return asked{kind: lookup.kind}
	case ctx.Err() != nil && kindOf(err) == Closed:
		return asked{kind: Timeout} // we closed the socket ourselves
	}
	return asked{resp, kindOf(err)}
}

// askServer sends a server its packets: the second when the first was answered,
// or, to the name's next address, when it was not answered soon. tell gets what
// is known after each answer.
func (s *session) askServer(ctx context.Context, addr string, tell func(TimeServer)) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := TimeServer{Addr: addr, Sent: 1}
	defer func() { tell(r) }()
	reject := func(k Kind) { r.Rejected, r.Kind = true, k }
	a := &timeAsker{s: s, addr: addr}
	answers := make(chan asked, ntpPackets)
	send := func(i int) { go func() { answers <- a.once(ctx, i) }() }
	send(0)
	gap := time.NewTimer(ntpGap)
	defer gap.Stop()
	for waiting := 1; waiting > 0; {
		var one asked
		select {
		case one = <-answers:
			waiting--
		case <-gap.C:
			if r.Sent < ntpPackets {
				send(r.Sent)
				r.Sent++
				waiting++
			}
			continue
		}
		if one.resp != nil {
			r.Answered++
			r.Stratum, r.KissCode = int(one.resp.Stratum), one.resp.KissCode
		}
		switch {
		case one.kind == Timeout || one.kind == Canceled:
		case one.kind != None:
			reject(one.kind)
			return // a refusal, a kiss of death or a lie: asking again is rude, or useless
		default:
			r.add(one.resp)
			if r.Rejected {
				return
			}
			tell(r)
		}
		if r.Sent < ntpPackets && r.Known && ctx.Err() == nil {
			send(0)
			r.Sent++
			waiting++
		}
	}
	switch {
	case !r.Known:
		r.Unnamed = a.unnamed()
		reject(Timeout)
	case r.Root > maxRoot:
		reject(Unsynchronised)
	}
}

// add takes in one exchange. With t1…t4 as in RFC 5905 section 8, the server's
// clock minus ours lies in [t3−t4, t2−t1] however asymmetric the path: neither
// leg can take less than nothing.
func (r *TimeServer) add(resp *ntp.Response) {
	t := resp.Timestamps
	span := clock.Span{Lo: t.ServerXmit.Sub(t.ClientRecv), Hi: t.ServerRecv.Sub(t.ClientXmit)}
	if span.Lo > span.Hi { // the clocks' grain shows on very short paths
		span.Lo, span.Hi = span.Hi, span.Lo
	}
	grain := min(max(resp.Precision, time.Microsecond), maxGrain)
	span.Lo, span.Hi = span.Lo-grain, span.Hi+grain
	root := resp.RootDelay/2 + resp.RootDispersion
	if !r.Known {
		r.Known, r.Span, r.RTT, r.Root = true, span, resp.RTT, root
		return
	}
	r.Jitter = (r.RTT - resp.RTT).Abs()
	r.RTT, r.Root = min(r.RTT, resp.RTT), max(r.Root, root)
	both, ok := r.Span.Intersect(span)
	if !ok {
		r.Rejected, r.Kind = true, Inconsistent
		return
	}
	r.Span = both
}

// true gives where true time may lie, as far as this server knows it.
func (r TimeServer) true() clock.Span { return r.Span.Add(clock.Span{Lo: -r.Root, Hi: r.Root}) }

// timeServers collects the servers' answers while others already look at them.
type timeServers struct {
	mu     sync.Mutex
	list   []TimeServer
	first  bool          // one has answered
	late   bool          // voteWait after that
	agreed bool          // ready is closed
	ready  chan struct{} // closed when more than half of all agree, or, after voteWait, of those that have answered
	done   chan struct{} // closed when all have ended
}

// voteWait is how long the first answers wait for more before they aim a Date search.
const voteWait = 100 * time.Millisecond

func (ts *timeServers) isReady() bool {
	select {
	case <-ts.ready:
		return true
	default:
		return false
	}
}

// askServers asks all servers side by side.
func (s *session) askServers(ctx context.Context, servers []string) *timeServers {
	seen := map[string]bool{}
	ts := &timeServers{done: make(chan struct{}), ready: make(chan struct{})}
	for _, addr := range servers {
		if addr != "" && !seen[addr] && len(ts.list) < maxServers {
			seen[addr] = true
			ts.list = append(ts.list, TimeServer{Addr: addr, Sent: 1, Rejected: true, Kind: Timeout}) // until it answers
		}
	}
	var wg sync.WaitGroup
	for i, one := range ts.list {
		wg.Go(func() { s.askServer(ctx, one.Addr, func(r TimeServer) { ts.tell(i, r) }) })
	}
	go func() { wg.Wait(); close(ts.done) }()
	return ts
}

// tell takes in what is known of the i-th server now.
func (ts *timeServers) tell(i int, r TimeServer) {
	ts.mu.Lock()
	ts.list[i] = r
	begin := r.Known && !ts.first
	ts.first = ts.first || begin
	ts.mu.Unlock()
	if begin {
		go func() {
			t := time.NewTimer(voteWait)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ts.done:
			}
			ts.mu.Lock()
			ts.late = true
			ts.mu.Unlock()
			ts.check()
		}()
	}
	ts.check()
}

// check closes ready when it is time.
func (ts *timeServers) check() {
	e, _ := ts.vote()
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if e.Known && !ts.agreed && (ts.late || majority(e.Sources, len(ts.list))) {
		ts.agreed = true
		close(ts.ready)
	}
}

// jitter gives the median of what the servers' round trips differ by.
func (ts *timeServers) jitter() time.Duration {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	var all []time.Duration
	for _, r := range ts.list {
		if r.Answered > 1 {
			all = append(all, r.Jitter)
		}
	}
	return medianOf(all)
}

// vote gives what the servers that have answered so far agree on, and marks
// those that disagree with a majority. Without a majority nothing is known:
// two clocks that differ say nothing of the time.
func (ts *timeServers) vote() (Estimate, []TimeServer) {
	ts.mu.Lock()
	list := append([]TimeServer{}, ts.list...)
	ts.mu.Unlock()
	var spans []clock.Span
	for _, r := range list {
		if r.Known && !r.Rejected {
			spans = append(spans, r.true())
		}
	}
	best, ok := truechimers(spans)
	if !ok {
		return Estimate{}, list
	}
	// The median of the survivors' middles errs least where two of them share a
	// small error that nobody can tell from the path's asymmetry.
	var mids, all []time.Duration
	for i, r := range list {
		switch {
		case !r.Known || r.Rejected:
		case touches(r.true(), best):
			all = append(all, r.Span.Mid())
			if best.Contains(r.Span.Mid()) {
				mids = append(mids, r.Span.Mid())
			}
		default:
			list[i].Rejected, list[i].Kind, list[i].Apart = true, Falseticker, r.Span.Mid()-best.Mid()
		}
	}
	if len(mids) == 0 {
		mids = all
	}
	return Estimate{Known: true, Span: best, Best: clamp(medianOf(mids), best), Method: "ntp", Sources: len(all)}, list
}
