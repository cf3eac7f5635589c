package probe

import (
	"context"
	"sync"
	"time"
)

// RTT is the round trips of a series of probes.
type RTT struct {
	Min, Median, P95, Max time.Duration
}

// Loss is what is known of the loss on a path in the window of the probes.
type Loss struct {
	Percent   float64 // lost of those whose outcome is known
	Low, High float64 // Wilson's 95 % interval, percent; too narrow where losses come in bursts
	Verdict   LossVerdict
	Method    string // tcp-connect
	Bursts    int    // runs of losses next to each other
	Longest   int    // the longest of them
}

// PathSample is one probe.
type PathSample struct {
	At      time.Duration // since the first
	RTT     time.Duration // 0 unless answered
	Outcome Outcome
}

// PathResult is how a path treats packets.
type PathResult struct {
	Target   Target
	Addr     string // ip:port that was probed; the proxy's where there is one
	Via      string // the proxy, "" when direct
	Kind     Kind   // why nothing, or not all, was measured
	Sent     int
	Answered int
	Refused  int // of the answered: by a reset
	Late     int // of the answered: lateAfter behind the median
	Lost     int
	Pending  int // outcome unknown when the time was up
	RTT      RTT
	Jitter   time.Duration // RFC 3550 section 6.4.1, of round trips instead of one-way times
	Loss     Loss
	Samples  []PathSample // in the order of sending
	Window   time.Duration
	Duration time.Duration
}

// The series. Even spacing: Poisson spacing was slightly worse. 72 answers end it
// on a clean path; with losses it goes on to maxProbes, which is what 10 ms
// spacing and the wait for the last answer leave of Limit.
const (
	probeSpacing = 10 * time.Millisecond
	maxProbes    = 150
	silent       = 20                     // probes without any answer after which no more are sent until one comes
	lateAfter    = 400 * time.Millisecond // behind the median: late, not lost
)

// Path measures round trips and loss by TCP connects to the target's address
// (SYN to SYN-ACK or RST): the one probe that needs no privilege and that no
// router treats worse than the traffic it stands for. Each connection is closed at
// once, without a byte. Connects that fail on this machine say nothing of the path.
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
	if r.Addr, r.Kind = s.pathAddr(ctx, ep); r.Addr != "" {
		p := newSeries(func(ctx context.Context) (time.Duration, Kind) {
			conn, took, kind := s.dialTCP(ctx, r.Addr, nil)
			if conn != nil {
				conn.Close()
			}
			return took, kind
		})
		p.run(ctx)
		p.report(&r)
	}
	r.Duration = time.Since(start)
	return r
}

// pathAddr picks the address to probe: the one a browser would use, which is
// the first to connect; where none does, the first of all.
func (s *session) pathAddr(ctx context.Context, ep endpoint) (string, Kind) {
	host, port := ep.nextHop()
	addrs, kind := s.lookup(ctx, "ip", host)
	if len(addrs) == 0 {
		return "", kind
	}
	first := joinAddr(addrs[0].String(), port)
	if len(addrs) == 1 {
		return first, None
	}
	dialCtx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	conn, _, _ := s.dialTCP(dialCtx, joinAddr(host, port), nil)
	if conn == nil {
		return first, None
	}
	defer conn.Close()
	return conn.RemoteAddr().String(), None
}

// series is the probes under way.
type series struct {
	connect func(context.Context) (time.Duration, Kind)
	changed chan struct{}

	mu      sync.Mutex
	samples []PathSample
	void    map[int]bool // failed on this machine
	refused int
	kind    Kind
	window  time.Duration
}

func newSeries(connect func(context.Context) (time.Duration, Kind)) *series {
	return &series{connect: connect, changed: make(chan struct{}, 1), void: map[int]bool{}}
}

// run sends until the test decides, then waits for what is still out where that
// makes the figures better: a lost probe shows only at connectLimit, so ending
// at once would count answers and not the losses among them.
func (p *series) run(ctx context.Context) {
	probeCtx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	test := NewSPRT(LossFine, LossBad, lossRisk, lossRisk)
	start := time.Now()
	tick := time.NewTicker(probeSpacing)
	defer tick.Stop()
	for {
		n := p.count()
		verdict := test.Decide(n.outcomes)
		sending := verdict == LossUndecided && n.sent < maxProbes && (n.answered > 0 || n.sent < silent)
		local := n.void >= 3 && n.answered+n.lost == 0 // this machine lets nothing out
		if verdict == LossLow || local || !sending && n.pending == 0 {
			return
		}
		var next <-chan time.Time
		if sending {
			next = tick.C
		}
		select {
		case <-ctx.Done():
			return
		case <-p.changed:
		case <-next:
			i := p.add(time.Since(start))
			wg.Go(func() { p.probe(probeCtx, i) })
		}
	}
}

// tally is what is known so far.
type tally struct {
	sent, answered, lost, pending, void int
	outcomes                            []Outcome // of those that left this machine
}

func (p *series) count() tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := tally{sent: len(p.samples), void: len(p.void), outcomes: p.outcomes()}
	for _, o := range n.outcomes {
		switch o {
		case Answered:
			n.answered++
		case Lost:
			n.lost++
		case Pending:
			n.pending++
		}
	}
	return n
}

func (p *series) add(at time.Duration) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.samples = append(p.samples, PathSample{At: at})
	p.window = at
	return len(p.samples) - 1
}

// outcomes lists those of the probes that left this machine; p.mu is held.
func (p *series) outcomes() []Outcome {
	out := make([]Outcome, 0, len(p.samples))
	for i, x := range p.samples {
		if !p.void[i] {
			out = append(out, x.Outcome)
		}
	}
	return out
}

func (p *series) probe(ctx context.Context, i int) {
	one, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	took, kind := p.connect(one)
	p.mu.Lock()
	defer p.mu.Unlock()
	x := &p.samples[i]
	switch {
	case kind == None, kind == Refused, kind == Reset:
		x.Outcome, x.RTT = Answered, took
		if kind != None {
			p.refused++
		}
	case kind == Timeout && ctx.Err() == nil:
		x.Outcome = Lost
	case ctx.Err() != nil: // the series is over: pending
	default: // unreachable, no route, forbidden, out of sockets
		p.void[i] = true
		p.kind = kind
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// report turns the series into figures.
func (p *series) report(r *PathResult) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, x := range p.samples {
		if !p.void[i] {
			r.Samples = append(r.Samples, x)
		}
	}
	outcomes := p.outcomes()
	r.Sent, r.Refused, r.Window = len(outcomes), p.refused, p.window
	var rtts []time.Duration
	run, waiting, overtaken := 0, 0, 0
	for _, x := range r.Samples {
		if x.Outcome != Lost {
			run = 0
		}
		switch x.Outcome {
		case Answered:
			rtts = append(rtts, x.RTT)
			overtaken = waiting
		case Pending:
			waiting++
		case Lost:
			r.Lost++
			if run++; run == 1 {
				r.Loss.Bursts++
			}
			r.Loss.Longest = max(r.Loss.Longest, run)
		}
	}
	r.Answered, r.Pending = len(rtts), waiting
	r.RTT, r.Jitter = summarise(rtts), jitter(rtts)
	for _, t := range rtts {
		if t > r.RTT.Median+lateAfter {
			r.Late++
		}
	}
	if n := r.Answered + r.Lost; n > 0 {
		r.Loss.Percent = 100 * float64(r.Lost) / float64(n)
		// A probe that later ones have overtaken may be lost: the upper end says so.
		low, _ := Wilson(r.Lost, n+overtaken)
		_, high := Wilson(r.Lost+overtaken, n+overtaken)
		r.Loss.Low, r.Loss.High = 100*low, 100*high
	}
	r.Loss.Verdict = NewSPRT(LossFine, LossBad, lossRisk, lossRisk).Decide(outcomes)
	switch {
	case r.Answered > 0:
	case r.Lost > 0:
		r.Kind = Timeout
	default:
		r.Kind = p.kind
	}
}
