package probe

import (
	"context"
	"sync"
	"time"
)

// How the probes are sent. Even spacing: Poisson spacing was slightly worse.
const (
	probeSpacing  = 8 * time.Millisecond   // TCP connects
	echoSpacing   = 40 * time.Millisecond  // ICMP: 25/s, which passes where routers let 30/s through
	hurrySpacing  = 5 * time.Millisecond   // TCP after a loss, where ICMP does not help
	silentSpacing = 100 * time.Millisecond // to where nothing ever answered
	sendFor       = 1900 * time.Millisecond
	giveUp        = 450 * time.Millisecond  // after the last probe: what has no answer then is lost
	placeFor      = 1500 * time.Millisecond // how long a bad link is watched for where it is bad
	gatewayFor    = 600 * time.Millisecond  // how long the gateway alone is probed
	maxProbes     = 320                     // to the service, whatever the method
	maxToGateway  = 90                      // of each method
	silent        = 20                      // probes without any answer after which only one now and then is sent
	enough        = 100                     // probes for an interval, where losses have to be waited for anyway
	lateAfter     = 400 * time.Millisecond  // behind the median: late, not lost
	minRTO        = 200 * time.Millisecond  // Linux's TCP_RTO_MIN; RFC 6298 has 1 s
	oddRisk       = 0.0005                  // how probable a difference between two methods may be at least to be chance
)

// track is the probes of one method to one address.
type track struct {
	method  string
	probe   prober // nil: there is none
	patient bool   // answers after connectLimit are still taken, as late ones
	every   time.Duration
	next    time.Duration // since the start
	samples []PathSample
	refused int
	kind    Kind // why probes did not leave
}

// series is all probes under way: to the service and to this machine's
// gateway, side by side, each by TCP and by ICMP where there is a way.
type series struct {
	tcp, icmp, gatewayTCP, gatewayICMP track

	trouble func() // called once, when a loss is to be reckoned with; may be nil
	changed chan struct{}
	test    SPRT

	mu    sync.Mutex
	ended time.Duration // when the last judgement was, since the start
}

func newSeries() *series {
	m := &series{changed: make(chan struct{}, 1), test: NewSPRT(LossFine, LossBad, lossRisk, lossRisk)}
	m.tcp.method = "tcp-connect"
	m.gatewayTCP.method = "tcp-connect"
	m.gatewayTCP.next, m.gatewayICMP.next, m.icmp.next = echoSpacing/2, echoSpacing/4, echoSpacing/8
	return m
}

func (m *series) tracks() []*track {
	return []*track{&m.tcp, &m.icmp, &m.gatewayTCP, &m.gatewayICMP}
}

// plan is what to do next.
type plan struct {
	done     bool
	suspects bool // a loss is to be reckoned with
}

// run sends until the test decides. Probes of which no answer is needed any more are left.
func (m *series) run(ctx context.Context) {
	probeCtx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	start := time.Now()
	budget := sendFor
	if t, ok := ctx.Deadline(); ok {
		budget = min(budget, time.Until(t)-giveUp-4*probeSpacing)
	}
	budget = max(budget, probeSpacing)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := time.Since(start)
		p := m.judge(now, budget)
		if p.done {
			m.settle(now, budget)
			return
		}
		if p.suspects && m.trouble != nil {
			m.trouble()
			m.trouble = nil
		}
		wait := budget + giveUp + time.Millisecond - now
		for _, t := range m.tracks() {
			if t.probe == nil || t.every == 0 {
				continue
			}
			if now >= t.next {
				t.next = max(t.next+t.every, now+t.every/2)
				i := m.add(t, now)
				wg.Go(func() { m.probe(probeCtx, t, i) })
			}
			wait = min(wait, t.next-now)
		}
		timer.Reset(max(wait, 100*time.Microsecond))
		select {
		case <-ctx.Done():
			m.settle(time.Since(start), budget)
			return
		case <-m.changed:
		case <-timer.C:
		}
	}
}

// settle ends the waiting. Where the time was used up, probes that have waited
// for giveUp and for longer than TCP would are lost.
func (m *series) settle(now, budget time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = now
	if now < budget+giveUp {
		return
	}
	for _, t := range m.tracks() {
		rto := connectLimit
		if rtts := t.rtts(); len(rtts) > 0 {
			rto = max(giveUp, retransmitTimeout(rtts))
		}
		for i := range t.samples {
			t.samples[i].Outcome = t.samples[i].outcome(now, rto)
		}
	}
}

func (m *series) add(t *track, at time.Duration) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	t.samples = append(t.samples, PathSample{At: at, Method: t.method})
	return len(t.samples) - 1
}

func (m *series) probe(ctx context.Context, t *track, i int) {
	limit := connectLimit
	if t.patient {
		limit = Limit
		late := time.AfterFunc(connectLimit, func() {
			m.mu.Lock()
			defer m.mu.Unlock()
			if x := &t.samples[i]; x.Outcome == Pending && !x.void && ctx.Err() == nil {
				x.Outcome = Lost
				m.notify()
			}
		})
		defer late.Stop()
	}
	one, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	took, kind := t.probe(one)
	m.mu.Lock()
	defer m.mu.Unlock()
	x := &t.samples[i]
	switch {
	case kind == None, kind == Refused, kind == Reset:
		x.Outcome, x.RTT = Answered, took
		if kind != None {
			t.refused++
		}
	case kind == Timeout && ctx.Err() == nil:
		x.Outcome = Lost
	case ctx.Err() != nil: // the series is over: pending
	default: // unreachable, no route, forbidden, out of sockets
		x.void = true
		t.kind = kind
	}
	m.notify()
}

func (m *series) notify() {
	select {
	case m.changed <- struct{}{}:
	default:
	}
}

// judge decides what is sent from now on, and whether it is over. Nothing is
// sent after budget, so that the last probe's loss shows in time.
func (m *series) judge(now, budget time.Duration) plan {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = now
	known, verdict, _ := m.verdict(notYet)
	presumed, soon, _ := m.verdict(now)
	tcp := count(m.tcp.outcomes(now))
	_, runs, _ := bursts(presumed)
	pattern := patternOf(presumed)
	clustered := pattern == PatternBursts || pattern == PatternGap

	icmp := count(m.icmp.outcomes(now))
	p := plan{suspects: tcp.answered > 0 && (tcp.lost > 0 || icmp.lost > 0 && icmp.answered > 0)}
	all := count(known)
	switch {
	case m.tcp.probe == nil: // no address of the service: the gateway alone
		g, _, _ := m.gatewayTally(now)
		p.done = g.answered >= silent || m.gatewayTCP.probe == nil || now >= gatewayFor
	case m.tcp.void() >= 3 && tcp.answered+tcp.lost == 0: // this machine lets nothing out
		p.done = true
	case verdict == LossLow:
		p.done = true
	case tcp.answered == 0: // nothing came back yet
		p.done = count(m.tcp.outcomes(notYet)).lost >= silent
	case verdict == LossHigh:
		// Bursts are judged by the time that was watched, not by the number of probes.
		p.done = !clustered && (m.placed(now, presumed) || now >= min(placeFor, budget))
	}
	p.done = p.done || now >= budget && all.pending == 0 && m.sent() > 0 || now >= budget+giveUp

	m.tcp.every, m.icmp.every = probeSpacing, echoSpacing
	m.gatewayTCP.every, m.gatewayICMP.every = echoSpacing, echoSpacing
	switch {
	case now >= budget:
		m.tcp.every, m.icmp.every, m.gatewayTCP.every, m.gatewayICMP.every = 0, 0, 0, 0
	case m.sent() >= maxProbes || soon == LossHigh && !clustered && m.sent() >= enough:
		m.tcp.every, m.icmp.every = 0, 0
		m.gatewayTCP.every = echoSpacing / 2
	case tcp.answered == 0 && len(m.tcp.samples) >= silent:
		m.tcp.every = silentSpacing
	case clustered && runs > 0:
	case p.suspects:
		m.gatewayTCP.every = echoSpacing / 2
		if m.icmp.probe != nil && m.counted(&m.tcp, &m.icmp, now) && icmp.answered > 0 {
			m.icmp.every = probeSpacing
		} else {
			m.tcp.every = hurrySpacing
		}
	}
	for _, t := range []*track{&m.gatewayTCP, &m.gatewayICMP} {
		n := count(t.outcomes(now))
		if len(t.samples) >= maxToGateway || n.answered == 0 && len(t.samples) >= silent {
			t.every = 0
		}
	}
	if m.icmp.every > 0 && len(m.icmp.samples) >= silent && icmp.answered == 0 {
		m.icmp.every = 0
	}
	return p
}

// notYet is before any probe is overdue.
const notYet = time.Duration(-1)

// outcomes lists what became of the probes that left this machine. With a time
// (since the start) those that TCP would have sent again by then are lost.
func (t *track) outcomes(now time.Duration) []Outcome {
	out := make([]Outcome, 0, len(t.samples))
	rto := connectLimit
	if now != notYet {
		rto = retransmitTimeout(t.rtts())
	}
	for _, x := range t.samples {
		if !x.void {
			out = append(out, x.outcome(now, rto))
		}
	}
	return out
}

func (x PathSample) outcome(now, rto time.Duration) Outcome {
	if x.Outcome == Pending && now != notYet && now-x.At >= rto {
		return Lost
	}
	return x.Outcome
}

func (t *track) rtts() []time.Duration {
	var out []time.Duration
	for _, x := range t.samples {
		if x.Outcome == Answered {
			out = append(out, x.RTT)
		}
	}
	return out
}

func (t *track) void() (n int) {
	for _, x := range t.samples {
		if x.void {
			n++
		}
	}
	return n
}

// sent is how many probes left for the service.
func (m *series) sent() int {
	return len(m.tcp.samples) + len(m.icmp.samples) - m.tcp.void() - m.icmp.void()
}

// tally is how many outcomes there are of each kind.
type tally struct{ answered, lost, pending int }

func count(outcomes []Outcome) (n tally) {
	for _, o := range outcomes {
		switch o {
		case Answered:
			n.answered++
		case Lost:
			n.lost++
		default:
			n.pending++
		}
	}
	return n
}

// verdict is the test's, and the outcomes it stands on: of all probes to the
// service in the order of sending, ICMP's among them where they agree with
// TCP's. Loss is never concluded from ICMP alone: where TCP does not lean that
// way too, it is undecided.
func (m *series) verdict(now time.Duration) ([]Outcome, LossVerdict, int) {
	tcp := m.tcp.outcomes(now)
	if !m.counted(&m.tcp, &m.icmp, max(now, m.ended)) {
		v, n := m.test.Ended(tcp)
		return tcp, v, n
	}
	both := merged(&m.tcp, &m.icmp, now)
	v, n := m.test.Ended(both)
	if v == LossHigh && !m.test.leans(tcp) {
		return both, LossUndecided, len(both)
	}
	return both, v, n
}

// counted reports whether what ICMP tells agrees with what TCP tells: a router
// that limits ICMP makes it look lossy, a firewall or a full queue of connections
// TCP. TCP is then believed, for that is what the service speaks.
func (m *series) counted(tcp, icmp *track, now time.Duration) bool {
	if len(icmp.samples) == 0 {
		return false
	}
	a, b := count(tcp.outcomes(now)), count(icmp.outcomes(now))
	return !odd(a, b) && !odd(b, a)
}

// odd reports whether one loses more than the other, beyond chance.
func odd(one, other tally) bool {
	return fisher(one.lost, one.lost+one.answered, other.lost, other.lost+other.answered) < oddRisk
}

// merged lists the outcomes of two tracks in the order of sending.
func merged(a, b *track, now time.Duration) []Outcome {
	rtoA, rtoB := connectLimit, connectLimit
	if now != notYet {
		rtoA, rtoB = retransmitTimeout(a.rtts()), retransmitTimeout(b.rtts())
	}
	var out []Outcome
	for x, y := a.samples, b.samples; len(x)+len(y) > 0; {
		if len(y) == 0 || len(x) > 0 && x[0].At <= y[0].At {
			if !x[0].void {
				out = append(out, x[0].outcome(now, rtoA))
			}
			x = x[1:]
		} else {
			if !y[0].void {
				out = append(out, y[0].outcome(now, rtoB))
			}
			y = y[1:]
		}
	}
	return out
}
