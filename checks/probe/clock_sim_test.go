package probe

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

const simUnit = time.Millisecond

// clockScene is one kind of path; make gives a fresh pair of directions.
type clockScene struct {
	name string
	make func(rng *rand.Rand) (up, down way)
}

func clockScenes() []clockScene {
	clean := func(*rand.Rand) (way, way) { return simSteady(20*simUnit, 20*simUnit) }
	return []clockScene{
		{"clean", clean},
		{"200 ms", func(*rand.Rand) (way, way) { return simSteady(100*simUnit, 100*simUnit) }},
		{"asymmetric 10/30", func(*rand.Rand) (way, way) { return simSteady(10*simUnit, 30*simUnit) }},
		{"asymmetric 79/1", func(*rand.Rand) (way, way) { return simSteady(79*simUnit, simUnit) }},
		{"pareto 3 ms", func(r *rand.Rand) (way, way) {
			u, d := clean(r)
			return simJittered(u, 3*simUnit), simJittered(d, 3*simUnit)
		}},
		{"pareto 10 ms", func(r *rand.Rand) (way, way) {
			u, d := clean(r)
			return simJittered(u, 10*simUnit), simJittered(d, 10*simUnit)
		}},
		{"loss 5 %", func(r *rand.Rand) (way, way) { u, d := clean(r); return simLossy(u, .05), simLossy(d, .05) }},
		{"loss 20 %", func(r *rand.Rand) (way, way) { u, d := clean(r); return simLossy(u, .2), simLossy(d, .2) }},
		{"bursts", func(r *rand.Rand) (way, way) {
			u, d := clean(r)
			return simBursty(u, 900*simUnit, 100*simUnit), d
		}},
		{"bufferbloat", func(r *rand.Rand) (way, way) {
			u, d := clean(r)
			return simBloated(u, 300*simUnit, time.Duration(400+r.IntN(2000))*simUnit), d
		}},
		{"all at once", func(r *rand.Rand) (way, way) {
			u, d := simSteady(time.Duration(r.IntN(90))*simUnit, time.Duration(r.IntN(90))*simUnit)
			u, d = simJittered(u, time.Duration(r.IntN(8))*simUnit), simJittered(d, time.Duration(r.IntN(8))*simUnit)
			u, d = simLossy(u, r.Float64()*.05), simLossy(d, r.Float64()*.05)
			if r.IntN(2) == 0 {
				return simBloated(u, time.Duration(r.IntN(400))*simUnit, time.Duration(300+r.IntN(3000))*simUnit), d
			}
			return u, simBloated(d, time.Duration(r.IntN(400))*simUnit, time.Duration(300+r.IntN(3000))*simUnit)
		}},
	}
}

// timeKind is how the time servers of a simulated run are.
type timeKind string

const (
	goodTime timeKind = "ntp"
	noTime   timeKind = "no ntp" // nobody answers
	liarTime timeKind = "liars"  // a minority lies, by anything
)

// clockRun is one simulated measurement and its truth.
type clockRun struct {
	ClockResult
	service, device time.Duration // truth: service minus device, true time minus device
	outvoted        bool          // the time servers that answered are not for the most part right
	requests        int
	packets         int // the most to one time server
}

// simulateClock makes one run. The service keeps true time to within 2 ms, unless skew is given.
func simulateClock(t *testing.T, seed uint64, sc clockScene, how timeKind, skew time.Duration) (out clockRun) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		v := newVirtualNet(seed)
		r := v.rng
		time.Sleep(time.Duration(r.Int64N(int64(5 * time.Second)))) // any phase of the second
		v.stall = []float64{0, .01, .05}[r.IntN(3)]
		out.device = time.Duration(r.NormFloat64() * float64([]time.Duration{20 * simUnit, 5 * time.Second, time.Hour}[r.IntN(3)]))
		out.service = out.device + skew + time.Duration((r.Float64()*2-1)*float64(2*simUnit))
		up, down := sc.make(r)
		v.hosts["10.0.0.1"] = &virtualHost{offset: out.service, work: time.Duration(r.IntN(3)) * simUnit, up: up, down: down}
		var servers []string
		n := 3 + r.IntN(3)
		for i := range n {
			root := time.Duration(r.IntN(4000)) * time.Microsecond
			h := &virtualHost{root: root, offset: out.device + time.Duration((r.Float64()*2-1)*float64(root)), work: simUnit / 2}
			h.up, h.down = sc.make(r)
			switch {
			case how == noTime:
				h.silent = true
			case how == liarTime && i < (n-1)/2:
				h.offset += time.Duration(r.NormFloat64() * float64([]time.Duration{20 * simUnit, time.Second, time.Minute}[r.IntN(3)]))
			}
			ip := fmt.Sprintf("10.0.1.%d", i+1)
			v.hosts[ip] = h
			servers = append(servers, ip)
		}
		r2 := rand.New(rand.NewPCG(seed, 7))
		r2.Shuffle(len(servers), func(i, j int) { servers[i], servers[j] = servers[j], servers[i] })
		out.ClockResult = inVirtual(t, v, servers, []Target{{"api", "http://10.0.0.1/"}})
		out.requests = v.counted("10.0.0.1")
		for _, ip := range servers {
			out.packets = max(out.packets, v.counted(ip))
		}
		right, answered := 0, 0
		for _, s := range out.Servers {
			if s.Answered == 0 {
				continue
			}
			answered++
			if h := v.hosts[s.Addr]; (h.offset - out.device).Abs() <= h.root {
				right++
			}
		}
		out.outvoted = !majority(right, answered)
		time.Sleep(2 * time.Hour) // for what is still under way
	})
	return out
}

// check holds a run against its truth.
func (r clockRun) check(t *testing.T, name string) {
	t.Helper()
	// NTP rests on most of those who answered, as RFC 5905 does.
	if r.NTP.Known && !r.outvoted && !r.NTP.Span.Contains(r.device) {
		t.Errorf("%s: true time is %v ahead, outside NTP's %v to %v", name, r.device, r.NTP.Span.Lo, r.NTP.Span.Hi)
	}
	if r.Service.Known && !r.Service.Span.Contains(r.service) {
		t.Errorf("%s: the service is %v ahead, outside Date's %v to %v", name, r.service, r.Service.Span.Lo, r.Service.Span.Hi)
	}
	if r.Combined.Known && (r.Service.Known && !r.Combined.Span.Contains(r.service) || !r.Combined.Span.Contains(r.Combined.Best)) {
		t.Errorf("%s: combined %+v", name, r.Combined)
	}
	if !r.outvoted && r.Whose != "none" && r.Whose != "unknown" && r.Whose != "device" {
		t.Errorf("%s: whose %q: the service keeps true time", name, r.Whose)
	}
	if r.packets > ntpPackets || r.requests > maxLead || r.Duration > Limit+50*simUnit {
		t.Errorf("%s: %d packets to one time server, %d requests, %v", name, r.packets, r.requests, r.Duration)
	}
}

// The stated bound holds the truth in every run, whatever path and clocks do.
func TestClockBoundHoldsInSimulation(t *testing.T) {
	each := clockSimRuns
	if testing.Short() {
		each = 6
	}
	runs := 0
	for _, sc := range clockScenes() {
		for _, how := range []timeKind{goodTime, noTime, liarTime} {
			var errs, bounds, times, asks []time.Duration
			known, primed, edge := 0, 0, 0
			for i := range each {
				r := simulateClock(t, uint64(i)<<16|uint64(len(sc.name)), sc, how, 0)
				r.check(t, fmt.Sprintf("%s, %s, seed %d", sc.name, how, i))
				runs++
				times, asks = append(times, r.Duration), append(asks, time.Duration(r.requests)*simUnit)
				if r.Combined.Known {
					known++
					errs = append(errs, (r.Combined.Best - r.service).Abs())
					bounds = append(bounds, r.Combined.Bound())
				}
				if d := r.Dates[0]; d.Edge {
					edge++
				}
				if r.Dates[0].Primed {
					primed++
				}
			}
			t.Logf("%-17s %-7s known %2d/%d primed %2d edge %2d  |error| %v  bound %v  took %v  requests %v", sc.name, how, known, each, primed, edge, clockQuantiles(errs), clockQuantiles(bounds), clockQuantiles(times), clockQuantiles(asks))
		}
	}
	t.Logf("%d runs", runs)
}

// clockQuantiles writes p50/p95/max in ms.
func clockQuantiles(list []time.Duration) string {
	if len(list) == 0 {
		return "–"
	}
	s := slices.Sorted(slices.Values(list))
	at := func(q float64) float64 {
		return float64(s[min(len(s)-1, int(q*float64(len(s))))]) / float64(time.Millisecond)
	}
	return fmt.Sprintf("%5.1f/%5.1f/%5.1f", at(.5), at(.95), at(1))
}

// A service whose clock is not true is measured as well, and named.
func TestSkewedServiceInSimulation(t *testing.T) {
	each := clockSimRuns
	if testing.Short() {
		each = 6
	}
	for _, skew := range []time.Duration{12, -25, 40, -180, 480, -900, 3217, -41500} {
		skew *= simUnit
		var errs, bounds, times, asks []time.Duration
		for i := range each {
			r := simulateClock(t, uint64(i)<<16, clockScenes()[0], goodTime, skew)
			if !r.Service.Known || !r.Service.Span.Contains(r.service) || !r.NTP.Span.Contains(r.device) {
				t.Errorf("skew %v, seed %d: service %v, device %v: %+v", skew, i, r.service, r.device, r.ClockResult)
			}
			if off := r.Whose == "service" || r.Whose == "both"; off && skew.Abs() < ClockTolerance/2 || !off && skew.Abs() > 3*ClockTolerance {
				t.Errorf("skew %v, seed %d: whose %q", skew, i, r.Whose)
			}
			times, asks = append(times, r.Duration), append(asks, time.Duration(r.requests)*simUnit)
			errs, bounds = append(errs, (r.Combined.Best-r.service).Abs()), append(bounds, r.Combined.Bound())
		}
		t.Logf("%-9v |error| %v  bound %v  took %v  requests %v", skew, clockQuantiles(errs), clockQuantiles(bounds), clockQuantiles(times), clockQuantiles(asks))
	}
}

// clockSimRuns is how many runs each kind gets; MEIQIA_DIAG_SIM_RUNS says otherwise.
var clockSimRuns = func() int {
	if n := atoi(os.Getenv("MEIQIA_DIAG_SIM_RUNS")); n > 0 {
		return n
	}
	return 40
}()
