package link

import (
	"math"
	"slices"
	"testing"
	"time"
)

const ms = time.Millisecond

// sent is what a scheduler did to evenly spaced packets of one size.
type sent struct {
	stats  Stats
	lost   []bool
	delays []float64 // ms, of the first copies, in the order of sending
	inBad  float64   // mean length of the runs of lost packets, in packets
}

func send(c Conditions, n, size int, every time.Duration) sent {
	s := NewScheduler(c, 7)
	var r sent
	for i := range n {
		now := time.Duration(i) * every
		f := s.Arrive(now, size)
		r.stats.count(f, size)
		r.lost = append(r.lost, f.Copies == 0)
		if f.Copies > 0 {
			r.delays = append(r.delays, float64(f.At[0]-now)/float64(ms))
		}
	}
	r.stats = r.stats.public()
	r.inBad = float64(r.stats.Dropped) / float64(r.stats.Runs)
	return r
}

func moments(v []float64) (mean, sd float64) {
	for _, x := range v {
		mean += x
	}
	mean /= float64(len(v))
	for _, x := range v {
		sd += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(sd / float64(len(v)))
}

func quantile(v []float64, q float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[int(q*float64(len(v)-1))]
}

// TestClosedForms holds what the scheduler does against what theory says of
// it. The tolerances are some five standard errors.
func TestClosedForms(t *testing.T) {
	t.Parallel()
	timeBurst := &Burst{Good: 950 * ms, Bad: 50 * ms, LossBad: 1}
	mean := func(r sent) float64 { m, _ := moments(r.delays); return m }
	sd := func(r sent) float64 { _, s := moments(r.delays); return s }
	lossRate := func(r sent) float64 { return r.stats.LossRate() }
	for _, c := range []struct {
		name  string
		c     Conditions
		n     int
		size  int
		every time.Duration
		what  func(sent) float64
		want  float64
		tol   float64
	}{
		{"nothing is lost by default", Conditions{}, 1e5, 100, ms, lossRate, 0, 0},
		{"delay", Conditions{Delay: 20 * ms}, 1e5, 100, ms, mean, 20, 0},
		{"loss 0.5 %", Conditions{Loss: .005}, 1e6, 100, ms, lossRate, .005, .0004},
		{"loss 10 %", Conditions{Loss: .1}, 1e6, 100, ms, lossRate, .1, .0015},
		{"runs of independent losses", Conditions{Loss: .1}, 1e6, 100, ms, func(r sent) float64 { return r.inBad }, 1 / .9, .006},
		{"bursts per packet: loss", Conditions{Burst: &Burst{PGoodBad: .01, PBadGood: .2, LossBad: 1}}, 1e6, 100, ms, lossRate, .01 / .21, .0015},
		{"bursts per packet: length", Conditions{Burst: &Burst{PGoodBad: .01, PBadGood: .2, LossBad: 1}}, 1e6, 100, ms, func(r sent) float64 { return r.inBad }, 5, .25},
		{"bursts per packet: partial loss", Conditions{Burst: &Burst{PGoodBad: .01, PBadGood: .2, LossBad: .5, LossGood: .002}}, 1e6, 100, ms, lossRate, .5*.01/.21 + .002*.2/.21, .001},
		{"bursts in time: loss", Conditions{Burst: timeBurst}, 1e6, 100, ms, lossRate, .05, .008},
		{"bursts in time: loss at another spacing", Conditions{Burst: timeBurst}, 1e6, 100, 10 * ms, lossRate, .05, .003},
		{"bursts in time: number", Conditions{Burst: timeBurst}, 1e6, 100, ms, func(r sent) float64 { return float64(r.stats.Runs) }, 1000 * math.Exp(-1./50/2), 160},
		{"normal jitter: mean", Conditions{Delay: 50 * ms, Jitter: 5 * ms}, 1e5, 100, ms, mean, 50, .08},
		{"normal jitter: deviation", Conditions{Delay: 50 * ms, Jitter: 5 * ms}, 1e5, 100, ms, sd, 5, .06},
		{"uniform jitter: deviation", Conditions{Delay: 50 * ms, Jitter: 5 * ms, Dist: Uniform}, 1e5, 100, ms, sd, 5 / math.Sqrt(3), .03},
		{"uniform jitter: least", Conditions{Delay: 50 * ms, Jitter: 5 * ms, Dist: Uniform}, 1e5, 100, ms, func(r sent) float64 { return slices.Min(r.delays) }, 45, .01},
		{"pareto jitter: mean", Conditions{Delay: 20 * ms, Jitter: 5 * ms, Dist: Pareto}, 1e6, 100, ms, mean, 25, .08},
		{"pareto jitter: least", Conditions{Delay: 20 * ms, Jitter: 5 * ms, Dist: Pareto}, 1e5, 100, ms, func(r sent) float64 { return slices.Min(r.delays) }, 20, .001},
		{"pareto jitter: 99 %", Conditions{Delay: 20 * ms, Jitter: 5 * ms, Dist: Pareto}, 1e6, 100, ms, func(r sent) float64 { return quantile(r.delays, .99) }, 20 + 7.5*(math.Pow(100, .4)-1), 1},
		{"rate: sending alone", Conditions{Rate: 8e6}, 1e3, 1000, 10 * ms, mean, 1, 1e-6},
		{"rate: twice too much", Conditions{Rate: 8e6, QueueTime: 100 * ms}, 1e5, 1000, ms / 2, lossRate, .5, .002},
		{"rate: a full queue in time", Conditions{Rate: 8e6, QueueTime: 100 * ms}, 1e4, 1000, ms / 2, func(r sent) float64 { return slices.Max(r.delays) }, 101, .6},
		{"rate: a full queue in bytes", Conditions{Rate: 8e6, QueueBytes: 50000}, 1e4, 1000, ms / 2, func(r sent) float64 { return slices.Max(r.delays) }, 50, 1},
		{"black-out", Conditions{Blackout: true}, 1e3, 100, ms, lossRate, 1, 0},
		{"down one second of ten", Conditions{DownEvery: 10 * time.Second, DownFor: time.Second}, 1e5, 100, ms, lossRate, .1, 1e-9},
		{"down: longest run", Conditions{DownEvery: 10 * time.Second, DownFor: time.Second}, 1e5, 100, ms, func(r sent) float64 { return float64(r.stats.Longest) }, 1000, 0},
		{"doubled", Conditions{Duplicate: .02}, 1e6, 100, ms, func(r sent) float64 { return float64(r.stats.Doubled) / 1e6 }, .02, .0007},
		{"held back", Conditions{Reorder: .03, ReorderBy: 20 * ms}, 1e6, 100, ms, mean, .6, .02},
		{"MTU: fits", Conditions{MTU: 1400}, 100, 1400, ms, lossRate, 0, 0},
		{"MTU: one too many", Conditions{MTU: 1400}, 100, 1401, ms, lossRate, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.what(send(c.c, c.n, c.size, c.every)); math.Abs(got-c.want) > c.tol {
				t.Errorf("got %v, theory says %v ± %v", got, c.want, c.tol)
			}
			if err := c.c.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSeed(t *testing.T) {
	t.Parallel()
	c := Conditions{Loss: .1, Jitter: ms, Burst: &Burst{Good: time.Second, Bad: ms, LossBad: 1}}
	a, b := send(c, 1000, 100, ms), send(c, 1000, 100, ms)
	if !slices.Equal(a.lost, b.lost) || !slices.Equal(a.delays, b.delays) {
		t.Error("one seed, two fates")
	}
}

func TestKeepOrder(t *testing.T) {
	t.Parallel()
	overtaken := func(c Conditions) (n int) {
		s, last := NewScheduler(c, 1), time.Duration(0)
		for i := range 1000 {
			f := s.Arrive(time.Duration(i)*ms, 100)
			if f.At[0] < last {
				n++
			}
			last = f.At[0]
		}
		return n
	}
	c := Conditions{Delay: 50 * ms, Jitter: 10 * ms}
	if overtaken(c) == 0 {
		t.Error("independent jitter of 10 packets' spacing overtakes nothing")
	}
	c.KeepOrder = true
	if n := overtaken(c); n > 0 {
		t.Errorf("%d packets overtook another", n)
	}
}

func TestCheckAndParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		up, down Conditions
		bad      bool
	}{
		{text: "", up: Conditions{}},
		{text: "loss=5% delay=20ms", up: Conditions{Loss: .05, Delay: 20 * ms}, down: Conditions{Loss: .05, Delay: 20 * ms}},
		{text: "up.delay=10ms down.delay=30ms", up: Conditions{Delay: 10 * ms}, down: Conditions{Delay: 30 * ms}},
		{text: "up.rate=5M up.queue=64kB", up: Conditions{Rate: 5e6, QueueBytes: 64000}},
		{text: "up.rate=5M up.queue=500ms", up: Conditions{Rate: 5e6, QueueTime: 500 * ms}},
		{text: "up.mtu=1400 up.blackout up.down=2s/30s", up: Conditions{MTU: 1400, Blackout: true, DownFor: 2 * time.Second, DownEvery: 30 * time.Second}},
		{text: "loss=500%", bad: true},
		{text: "loss=x", bad: true},
		{text: "lose=1%", bad: true},
		{text: "delay=-1ms", bad: true},
		{text: "queue=10ms", bad: true},
		{text: "jitter=1ms dist=odd", bad: true},
		{text: "burst=5ms", bad: true},
		{text: "burst-loss=50%", bad: true},
		{text: "down=30s/2s", bad: true},
	} {
		var up, down Conditions
		err := Parse(c.text, &up, &down)
		if (err != nil) != c.bad {
			t.Errorf("%q: %v", c.text, err)
		}
		if err == nil && (up != c.up || down != c.down) {
			t.Errorf("%q: %+v %+v", c.text, up, down)
		}
	}
	var up, down Conditions
	if err := Parse("burst=950ms/50ms", &up, &down); err != nil || math.Abs(up.LossRate()-.05) > 1e-9 || math.Abs(down.LossRate()-.05) > 1e-9 {
		t.Errorf("%v %v %v", err, up.LossRate(), down.LossRate())
	}
}

func TestRing(t *testing.T) {
	t.Parallel()
	r := ring{max: 3}
	for i := range 5 {
		r.add(Packet{Size: i})
	}
	if got := r.all(); len(got) != 3 || got[0].Size != 2 || got[2].Size != 4 {
		t.Errorf("%+v", got)
	}
}
