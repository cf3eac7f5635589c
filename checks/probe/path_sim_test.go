package probe

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"sort"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// virtual is a path in simulated time: a gateway, and the service behind it.
type virtual struct {
	rtt      time.Duration // to the service
	pareto   time.Duration // mean of the jitter each way (Lomax, shape 2.5)
	loss     float64       // independent, of round trips, beyond the gateway
	lan      float64       // the same before the gateway
	good     time.Duration // with bad: Gilbert–Elliott in time, all lost while bad, beyond the gateway
	bad      time.Duration
	lanBad   bool    // those bursts are before the gateway
	icmpRate float64 // echoes per second that the gateway lets through, to itself and beyond; 0 is all
	noICMP   bool    // this machine may not
	deaf     bool    // the gateway answers no TCP
	tcpDead  bool    // the service's port is silent
	dead     bool
	from, to time.Duration // a hole beyond the gateway
}

// link is one run's state of it. Each prober draws its own numbers, so that the
// order in which goroutines wake does not change what a run sees.
type link struct {
	virtual
	mu     sync.Mutex
	seed   uint64
	rng    *rand.Rand // of the bursts
	start  time.Time
	bad    bool
	change time.Duration
	tokens [2]float64
	filled [2]time.Duration
}

// inBurst moves the two-state chain on to the time now.
func (l *link) inBurst(now time.Duration) bool {
	if l.virtual.bad == 0 {
		return false
	}
	for l.change < now {
		l.bad = !l.bad
		mean := l.good
		if l.bad {
			mean = l.virtual.bad
		}
		l.change += time.Duration(l.rng.ExpFloat64() * float64(mean))
	}
	return l.bad
}

func (l *link) jitter(rng *rand.Rand) time.Duration {
	return time.Duration(float64(l.pareto) * 1.5 * (math.Pow(1-rng.Float64(), -1/2.5) - 1))
}

// limited is a token bucket of five, for one chain of the gateway.
func (l *link) limited(chain int, now time.Duration) bool {
	if l.icmpRate == 0 {
		return false
	}
	l.tokens[chain] = min(5, l.tokens[chain]+(now-l.filled[chain]).Seconds()*l.icmpRate)
	l.filled[chain] = now
	if l.tokens[chain] < 1 {
		return true
	}
	l.tokens[chain]--
	return false
}

func (l *link) prober(icmp, gateway bool) prober {
	stream := uint64(1)
	if icmp {
		stream += 2
	}
	if gateway {
		stream += 4
	}
	rng := rand.New(rand.NewPCG(l.seed, stream))
	return func(ctx context.Context) (time.Duration, Kind) {
		l.mu.Lock()
		now := time.Since(l.start)
		lost := rng.Float64() < l.lan || l.dead
		beyond := rng.Float64() < l.loss
		way := l.rtt + l.jitter(rng) + l.jitter(rng)
		burst := l.inBurst(now)
		d := 2 * time.Millisecond
		chain := 0
		if gateway {
			lost = lost || burst && l.lanBad || !icmp && l.deaf
		} else {
			chain = 1
			d = way
			lost = lost || burst || beyond || !icmp && l.tcpDead || now >= l.from && now < l.to
		}
		lost = lost || icmp && l.limited(chain, now)
		l.mu.Unlock()
		if lost {
			<-ctx.Done()
			return 0, Timeout
		}
		select {
		case <-time.After(d):
			if gateway && !icmp {
				return d, Refused
			}
			return d, None
		case <-ctx.Done():
			return 0, Timeout
		}
	}
}

// simulate is one whole run of the probes over the path.
func simulate(t *testing.T, v virtual, seed uint64) (r PathResult) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &link{virtual: v, seed: seed, rng: rand.New(rand.NewPCG(seed, 99)), start: time.Now()}
		l.bad = v.bad > 0 && l.rng.Float64() < float64(v.bad)/float64(v.bad+v.good)
		if v.bad > 0 {
			mean := v.good
			if l.bad {
				mean = v.bad
			}
			l.change = time.Duration(l.rng.ExpFloat64() * float64(mean))
		}
		m := newSeries()
		m.tcp.probe = l.prober(false, false)
		m.gatewayTCP.probe = l.prober(false, true)
		if !v.noICMP {
			m.icmp.method, m.gatewayICMP.method = "icmp-raw", "icmp-raw"
			m.icmp.patient = true
			m.icmp.probe, m.gatewayICMP.probe = l.prober(true, false), l.prober(true, true)
		}
		ctx, cancel := context.WithTimeout(t.Context(), Limit)
		defer cancel()
		r.Loss = Loss{Verdict: LossUndecided, Method: "tcp-connect", High: 100}
		r.Addr, r.Gateway.Addr = "192.0.2.2:443", "192.0.2.1"
		m.run(ctx)
		m.report(&r)
		r.Duration = time.Since(l.start)
	})
	return r
}

// summary is what many runs came to.
type summary struct {
	verdicts map[LossVerdict]int
	patterns map[Pattern]int
	places   map[Place]int
	covered  int // the interval holds the true loss
	needed   float64
	sent     float64
	p50, p95 time.Duration
	max      time.Duration
}

// simRuns is the number of runs of each case.
func simRuns(n int) int {
	if os.Getenv("MEIQIA_DIAG_LONG") != "" {
		return 10 * n
	}
	if testing.Short() {
		return n / 2
	}
	return n
}

func many(t *testing.T, runs int, v virtual, truth float64) summary {
	t.Helper()
	s := summary{verdicts: map[LossVerdict]int{}, patterns: map[Pattern]int{}, places: map[Place]int{}}
	var took []time.Duration
	for i := range runs {
		r := simulate(t, v, uint64(i)+1)
		s.verdicts[r.Loss.Verdict]++
		s.patterns[r.Loss.Pattern]++
		s.places[r.Place]++
		if r.Loss.Low <= 100*truth && 100*truth <= r.Loss.High {
			s.covered++
		}
		s.needed += float64(r.Loss.Needed) / float64(runs)
		s.sent += float64(r.Sent) / float64(runs)
		took = append(took, r.Duration)
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	s.p50, s.p95, s.max = took[runs/2], rank(took, .95), took[runs-1]
	return s
}

const ms = time.Millisecond

// TestPathInSimulation runs the whole series in simulated time over paths whose
// truth is known. MEIQIA_DIAG_LONG=1 runs ten times as many.
func TestPathInSimulation(t *testing.T) {
	base := virtual{rtt: 40 * ms}
	with := func(f func(*virtual)) virtual { v := base; f(&v); return v }
	for _, c := range []struct {
		name    string
		v       virtual
		truth   float64 // long-run loss
		runs    int
		verdict LossVerdict
		least   float64 // share of runs with that verdict
		never   LossVerdict
		covered float64       // share of intervals that hold the truth
		p95     time.Duration // of the time taken
		place   Place         // of those that name one
		placed  float64       // share that names it
	}{
		{"sound", base, 0, 40, LossLow, 1, "", 1, 700 * ms, "", 0},
		{"sound, no ICMP", with(func(v *virtual) { v.noICMP = true }), 0, 30, LossLow, 1, "", 1, 850 * ms, "", 0},
		{"sound, 200 ms", with(func(v *virtual) { v.rtt = 200 * ms }), 0, 30, LossLow, 1, "", 1, 900 * ms, "", 0},
		{"sound, 300 ms", with(func(v *virtual) { v.rtt = 300 * ms }), 0, 30, LossLow, 1, "", 1, 1100 * ms, "", 0},
		{"0.5 %", with(func(v *virtual) { v.loss = .005 }), .005, 40, LossLow, .97, LossHigh, .95, 1400 * ms, "", 0},
		{"1 %", with(func(v *virtual) { v.loss = .01 }), .01, 320, LossLow, .93, "", .93, 2400 * ms, "", 0},
		{"5 %", with(func(v *virtual) { v.loss = .05 }), .05, 400, LossHigh, .90, "", .90, 2400 * ms, PlaceWAN, .6},
		{"10 %", with(func(v *virtual) { v.loss = .1 }), .1, 80, LossHigh, .98, LossLow, .88, 1700 * ms, PlaceWAN, .9},
		{"10 % on the LAN", with(func(v *virtual) { v.lan = .1 }), .1, 240, LossHigh, .98, LossLow, .88, 1800 * ms, PlaceLAN, .8},
		{"Pareto jitter 5 ms each way", with(func(v *virtual) { v.pareto = 5 * ms }), 0, 200, LossLow, .99, LossHigh, 1, 1300 * ms, "", 0},
		{"Pareto jitter 20 ms each way", with(func(v *virtual) { v.pareto = 20 * ms }), 0, 40, LossLow, .95, LossHigh, .95, 2000 * ms, "", 0},
		{"ICMP limited to 30/s", with(func(v *virtual) { v.icmpRate = 30 }), 0, 60, LossLow, 1, LossHigh, 1, 900 * ms, "", 0},
		{"ICMP limited to 10/s", with(func(v *virtual) { v.icmpRate = 10 }), 0, 40, LossLow, 1, LossHigh, 1, 1000 * ms, "", 0},
		{"ICMP dropped", with(func(v *virtual) { v.icmpRate = 1e-6 }), 0, 30, LossLow, 1, LossHigh, 1, 1100 * ms, "", 0},
		{"ICMP limited, 10 % beyond, silent gateway", with(func(v *virtual) { v.icmpRate, v.loss, v.deaf = 30, .1, true }), .1, 60, LossHigh, .95, "", .88, 1900 * ms, PlaceWAN, 0},
		{"dead", with(func(v *virtual) { v.dead = true }), 1, 10, LossHigh, 1, "", 1, 1200 * ms, "", 0},
		{"port dropped", with(func(v *virtual) { v.tcpDead = true }), 1, 10, LossHigh, 1, "", 1, 1200 * ms, PlacePort, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := simRuns(c.runs) // so many that chance alone keeps clear of the shares asked for
			s := many(t, n, c.v, c.truth)
			share := func(k int) float64 { return float64(k) / float64(n) }
			t.Logf("%v of %d; needed %.0f, sent %.0f; covered %.3f; %v p50, %v p95; %v %v", s.verdicts, n, s.needed, s.sent, share(s.covered), s.p50, s.p95, s.places, s.patterns)
			switch {
			case share(s.verdicts[c.verdict]) < c.least:
				t.Errorf("%s in %d of %d", c.verdict, s.verdicts[c.verdict], n)
			case c.never != "" && share(s.verdicts[c.never]) > 0:
				t.Errorf("%s in %d of %d", c.never, s.verdicts[c.never], n)
			case share(s.covered) < c.covered:
				t.Errorf("the interval held the truth in %d of %d", s.covered, n)
			case s.p95 > c.p95 || s.max > Limit:
				t.Errorf("it took %v at p95, %v at most", s.p95, s.max)
			case share(s.places[c.place]) < c.placed:
				t.Errorf("%s in %d of %d", c.place, s.places[c.place], n)
			}
			for p, k := range s.places {
				if p != PlaceUnknown && p != c.place && (c.place != "" || c.truth < .01) && share(k) > 0.08 {
					t.Errorf("%q in %d of %d, which is wrong", p, k, n)
				}
			}
		})
	}
}

// Bursts of 50 ms, 5 % of the time: what is said of a window with bursts in it
// is that it has them, and its interval holds the truth.
func TestBurstsInSimulation(t *testing.T) {
	n, seen, named, held, lossy := simRuns(90), 0, 0, 0, 0
	for i := range n {
		r := simulate(t, virtual{rtt: 40 * ms, good: 950 * ms, bad: 50 * ms}, uint64(i)+1)
		if r.Lost+r.Overdue < 3 {
			continue
		}
		seen++
		if r.Loss.Verdict == LossHigh {
			lossy++
		}
		if r.Loss.Pattern == PatternBursts || r.Loss.Pattern == PatternGap {
			named++
			if r.Loss.Low <= 5 && 5 <= r.Loss.High {
				held++
			}
			if r.Loss.Bursts == 0 || r.Loss.Longest < 2 {
				t.Errorf("%+v", r.Loss)
			}
		}
	}
	t.Logf("%d windows, %d with losses, %d of these told as bursts, interval held in %d, lossy %d", n, seen, named, held, lossy)
	if named*10 < seen*9 || held*100 < named*95 {
		t.Errorf("of %d windows with losses %d were told as bursts, the interval held in %d", seen, named, held)
	}
}

// A hole of a second is one hole, and echoes that come after it are late, not lost.
func TestHoleInSimulation(t *testing.T) {
	r := simulate(t, virtual{rtt: 40 * ms, from: 300 * ms, to: 1300 * ms}, 1)
	if r.Loss.Pattern != PatternGap || r.Loss.Bursts != 1 || r.Loss.Longest < 80 || r.Place != PlaceWAN {
		t.Errorf("%+v", brief(r))
	}
	r = simulate(t, virtual{rtt: 950 * ms}, 1)
	if r.Loss.Verdict == LossHigh || r.Late == 0 {
		t.Errorf("a round trip of 0.95 s: %+v", brief(r))
	}
}
