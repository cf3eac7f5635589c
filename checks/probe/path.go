package probe

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// RTT is the round trips of a series of probes.
type RTT struct {
	Min, Median, P95, P99, Max time.Duration
}

// Loss is what is known of the loss on a path in the window of the probes.
type Loss struct {
	Percent float64 // lost or overdue of those whose outcome is known
	// Low and High are a 95 % interval of the long-run loss in percent: Wilson's, or
	// where losses come in bursts the much wider one of burstInterval.
	Low, High float64
	Verdict   LossVerdict
	Needed    int     // probes that the test took for its verdict; all of them where undecided
	Method    string  // tcp-connect, or with ICMP's answers tcp-connect+icmp-raw and its like
	Pattern   Pattern // how the losses lie
	Bursts    int     // runs of losses next to each other
	Longest   int     // the longest of them
}

// PathSample is one probe to the service.
type PathSample struct {
	At      time.Duration // since the first
	RTT     time.Duration // 0 unless answered
	Outcome Outcome
	Method  string

	void bool // it never left this machine
}

// Series is what became of the probes of one method to one address.
type Series struct {
	Method   string // "" where there was none
	Sent     int
	Answered int
	Lost     int // overdue ones too
	RTT      RTT
	// Counted is whether its losses are believed: TCP's always, ICMP's where
	// they agree with TCP's. Where they do not, routers limit one of the two.
	Counted bool
}

// Gateway is this machine's next hop on the way to the service.
type Gateway struct {
	Addr      string // "" where there is none to be found
	ICMP, TCP Series
	Answers   bool    // some probe was answered
	Percent   float64 // lost, by the method that lost less: no link is worse than its best answer
	RTT       RTT     // by the quicker method
}

// Place is where losses arise.
type Place string

// The places.
const (
	PlaceUnknown Place = ""
	PlaceLAN     Place = "lan"  // between this machine and its gateway
	PlaceWAN     Place = "wan"  // beyond the gateway
	PlacePort    Place = "port" // connections are dropped on a path that passes packets: a firewall, or a server that takes no more
)

// PathResult is how a path treats packets.
type PathResult struct {
	Target   Target
	Addr     string // ip:port that was probed; the proxy's where there is one
	Via      string // the proxy, "" when direct
	Kind     Kind   // why nothing, or not all, was measured
	Sent     int    // to the service, of the methods that count
	Answered int
	Refused  int           // of the answered: by a reset
	Late     int           // of the answered: lateAfter behind the median
	Lost     int           // known to be lost: no answer within connectLimit
	Overdue  int           // TCP would have sent again by the end; nearly always lost
	Pending  int           // outcome unknown when it was over
	RTT      RTT           // of TCP connects; of ICMP where none was answered
	Jitter   time.Duration // RFC 3550 section 6.4.1, of round trips instead of one-way times
	Loss     Loss
	TCP      Series
	ICMP     Series
	Gateway  Gateway
	Place    Place
	Requests RequestSeries
	Samples  []PathSample // in the order of sending
	Window   time.Duration
	Duration time.Duration
}

// Path measures round trips and loss on the way to the target's address, and
// side by side on the first step of it, to this machine's gateway. TCP connects
// (SYN to SYN-ACK or RST) decide: they need no privilege, and no router treats
// them worse than the traffic they stand for. Each connection is closed at once,
// without a byte. ICMP echoes join them where the system lets us and where they
// agree. Probes that fail on this machine say nothing of the path.
func Path(ctx context.Context, target Target, opt Options) PathResult {
	ctx, cancel := opt.bounded(ctx)
	defer cancel()
	start := time.Now()
	s := newSession(opt)
	r := PathResult{Target: target, Loss: Loss{Verdict: LossUndecided, Method: "tcp-connect", High: 100}}
	ep, ok := s.endpoint(target)
	if !ok {
		r.Kind = BadURL
		return r
	}
	r.Via = ep.via()
	m := newSeries()
	var first time.Duration
	if r.Addr, first, r.Kind = s.pathAddr(ctx, ep); first > 0 {
		m.tcp.samples = append(m.tcp.samples, PathSample{RTT: first, Outcome: Answered, Method: m.tcp.method})
	}
	if r.Addr == "" && r.Kind != Timeout {
		r.Duration = time.Since(start)
		return r
	}
	closeAll := s.equip(m, &r)
	var wg sync.WaitGroup
	askCtx, stop := context.WithCancel(ctx)
	defer stop()
	if r.Addr != "" {
		m.trouble = sync.OnceFunc(func() { wg.Go(func() { r.Requests = s.requests(askCtx, ep, r.Addr) }) })
		if ep.proxy != nil {
			m.trouble() // connects to the proxy do not tell of the way behind it
		}
	}
	m.run(ctx)
	if ep.proxy == nil {
		stop() // a hint is not waited for
	}
	wg.Wait()
	closeAll()
	m.report(&r)
	r.Duration = time.Since(start)
	return r
}

// equip gives the series its ways to probe.
func (s *session) equip(m *series, r *PathResult) (closeAll func()) {
	var sockets []echoer
	connect := func(addr string) prober {
		return func(ctx context.Context) (time.Duration, Kind) {
			conn, took, kind := s.dialTCP(ctx, addr, nil)
			if conn != nil {
				if t, ok := handshakeRTT(conn); ok {
					took = min(took, t) // the system's stamp waits for no processor
				}
				conn.Close()
			}
			return took, kind
		}
	}
	echo := func(t *track, addr netip.Addr) {
		if e, ok := newEchoer(addr); ok {
			t.method, t.probe = e.method, e.ping
			sockets = append(sockets, e)
		}
	}
	to := elsewhere4 // without an address of the service: the default route
	if r.Addr != "" {
		m.tcp.probe = connect(r.Addr)
		ap, err := netip.ParseAddrPort(r.Addr)
		if err != nil {
			return func() {}
		}
		to = ap.Addr().Unmap()
		echo(&m.icmp, to)
		m.icmp.patient = true
	}
	if gw, ok := gatewayOf(to); ok {
		r.Gateway.Addr = gw.String()
		echo(&m.gatewayICMP, gw)
		// A port that is closed nearly everywhere: the refusal is the answer.
		m.gatewayTCP.probe = connect(net.JoinHostPort(gw.String(), discardPort))
	}
	return func() {
		for _, e := range sockets {
			e.close()
		}
	}
}

// elsewhere4 is an address that leads over the default route (RFC 5737). It is
// looked up in the routing table; nothing is sent to it.
var elsewhere4 = netip.AddrFrom4([4]byte{192, 0, 2, 1})

// discardPort is TCP's discard service (RFC 863), which nobody offers any more.
const discardPort = "9"

// pathAddr picks the address to probe: the one a browser would use, which is
// the first to connect; where none does, the first of all. rtt is the round trip
// of that connect, 0 where there was none or it is not known.
func (s *session) pathAddr(ctx context.Context, ep endpoint) (addr string, rtt time.Duration, kind Kind) {
	host, port := ep.nextHop()
	addrs, kind := s.pathLookup(ctx, host)
	if len(addrs) == 0 {
		return "", 0, kind
	}
	first := joinAddr(addrs[0].String(), port)
	if len(addrs) == 1 {
		return first, 0, None
	}
	dialCtx, cancel := context.WithTimeout(ctx, pathAddrLimit)
	defer cancel()
	conn, took, _ := s.dialFirst(dialCtx, addrs, port)
	if conn == nil {
		return first, 0, None
	}
	defer conn.Close()
	addr = conn.RemoteAddr().String()
	if t, ok := handshakeRTT(conn); ok {
		took = t
	}
	return addr, took, None
}

// pathLookup asks for both families, and again when no answer came after a
// while: the system's resolver would wait 5 s for a packet that was lost.
func (s *session) pathLookup(ctx context.Context, host string) ([]netip.Addr, Kind) {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	type answer struct {
		addrs []netip.Addr
		kind  Kind
	}
	came := make(chan answer, lookupTries)
	next := time.NewTimer(0)
	defer next.Stop()
	for tries, left := 0, lookupTries; ; {
		select {
		case <-ctx.Done():
			return nil, Timeout
		case <-next.C:
			// Package net merges lookups of the same name and family, so these differ.
			network, name := [...]string{"ip", "ip4", "ip"}[tries], host
			if tries == 2 && !strings.HasSuffix(host, ".") {
				name += "."
			}
			go func() {
				addrs, kind := s.lookup(ctx, network, name)
				came <- answer{addrs, kind}
			}()
			if tries++; tries < lookupTries {
				next.Reset(lookupAgain)
			}
		case a := <-came:
			left--
			if len(a.addrs) > 0 || tries == 1 && a.kind != Timeout || left == 0 {
				return a.addrs, a.kind
			}
		}
	}
}

const (
	lookupLimit = 1200 * time.Millisecond
	lookupAgain = 350 * time.Millisecond
	lookupTries = 3
	// A broken IPv6 costs 0.3 s and a round trip (RFC 8305).
	pathAddrLimit = connectLimit
)

// report turns the series into figures.
func (m *series) report(r *PathResult) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.ended
	outcomes, _, _ := m.verdict(now)
	strict, verdict, needed := m.verdict(notYet)
	icmpCounts := m.counted(&m.tcp, &m.icmp, now)
	r.TCP, r.ICMP = m.tcp.series(now, true), m.icmp.series(now, icmpCounts)
	for _, x := range m.tcp.samples {
		if !x.void {
			r.Samples = append(r.Samples, x)
			r.Window = max(r.Window, x.At)
		}
	}
	rtts := m.tcp.rtts()
	if icmpCounts {
		r.Loss.Method += "+" + m.icmp.method
		r.Samples = mergedSamples(&m.tcp, &m.icmp)
	}
	n := count(strict)
	r.Sent, r.Refused, r.Answered, r.Lost = len(strict), m.tcp.refused, n.answered, n.lost
	known := count(outcomes)
	r.Overdue, r.Pending = known.lost-n.lost, known.pending
	if len(rtts) == 0 && icmpCounts {
		rtts = m.icmp.rtts()
	}
	r.RTT, r.Jitter = summarise(rtts), jitter(rtts)
	r.Late = later(rtts, r.RTT.Median+lateAfter)
	m.loss(&r.Loss, outcomes, n)
	r.Loss.Verdict, r.Loss.Needed = verdict, needed
	// A connect that takes longer than connectLimit looks lost. Echoes that are
	// that late are seen to come, and then nobody knows which of the two it was.
	if slow := later(m.icmp.rtts(), connectLimit); slow >= 3 && 2*slow > r.ICMP.Lost {
		r.Loss.Verdict = LossUndecided
		r.Late += slow
		r.RTT = summarise(append(rtts, m.icmp.rtts()...))
	}
	m.gatewayReport(r, now, known)
	if r.TCP.Lost > 0 && r.ICMP.Answered >= silent/2 && odd(r.TCP.tally(), r.ICMP.tally()) {
		r.Place = PlacePort
	}
	switch {
	case r.TCP.Answered > 0:
	case r.TCP.Lost > 0:
		r.Kind = Timeout
	case m.tcp.probe == nil:
	default:
		r.Kind = m.tcp.kind
	}
}

func (s Series) tally() tally { return tally{answered: s.Answered, lost: s.Lost} }

// later counts the round trips longer than d.
func later(rtts []time.Duration, d time.Duration) (n int) {
	for _, t := range rtts {
		if t > d {
			n++
		}
	}
	return n
}

// loss fills in the share of loss and its interval. Overdue ones are taken for
// lost; while none is known to be, the lower end stays at 0.
func (m *series) loss(l *Loss, outcomes []Outcome, strict tally) {
	lost, runs, longest := bursts(outcomes)
	l.Bursts, l.Longest, l.Pattern = runs, longest, patternOf(outcomes)
	all := count(outcomes)
	n := all.answered + all.lost
	if n == 0 {
		return
	}
	l.Percent = 100 * float64(lost) / float64(n)
	// A probe that later ones have overtaken may be lost: the upper end says so.
	overtaken := 0
	for waiting, i := 0, 0; i < len(outcomes); i++ {
		switch outcomes[i] {
		case Pending:
			waiting++
		case Answered:
			overtaken = waiting
		}
	}
	interval := Wilson
	if l.Pattern == PatternBursts || l.Pattern == PatternGap {
		interval = func(k, n int) (float64, float64) { return burstInterval(k, n, runs) }
	}
	// A series that losses ended was ended by one loss more than chance owed it,
	// as in inverse sampling (J. B. S. Haldane, 1945).
	low, _ := interval(max(0, lost-1), n+overtaken-1)
	if strict.lost == 0 {
		low = 0
	}
	_, high := interval(lost+overtaken, n+overtaken)
	l.Low, l.High = 100*low, 100*high
}

// series sums a track up.
func (t *track) series(now time.Duration, counted bool) Series {
	o := t.outcomes(now)
	if t.probe == nil || len(o) == 0 {
		return Series{}
	}
	n := count(o)
	return Series{Method: t.method, Sent: len(o), Answered: n.answered, Lost: n.lost, RTT: summarise(t.rtts()), Counted: counted}
}

func mergedSamples(a, b *track) []PathSample {
	var out []PathSample
	for x, y := a.samples, b.samples; len(x)+len(y) > 0; {
		from := &x
		if len(x) == 0 || len(y) > 0 && y[0].At < x[0].At {
			from = &y
		}
		if !(*from)[0].void {
			out = append(out, (*from)[0])
		}
		*from = (*from)[1:]
	}
	return out
}
