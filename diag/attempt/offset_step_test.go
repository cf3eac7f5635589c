package attempt

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/incident"
)

// recording is a browser's view of a service whose clock is known.
type recording struct {
	rng     *rand.Rand
	rtt     time.Duration
	jitter  time.Duration                           // mean, each way, Pareto
	offset  func(at time.Time, i int) time.Duration // service minus device, for answer i at a true time
	shown   func(at time.Time) time.Time            // what the device's clock shows; nil for the true time
	machine func(i int) string                      // who answers; nil for always the same
}

// answers records n requests over span, as Chrome writes them.
func (r recording) answers(n int, span time.Duration) evidence.HARFile {
	rng := r.rng
	late := func() time.Duration {
		return time.Duration(float64(r.jitter) * 1.5 * (math.Pow(1-rng.Float64(), -1/2.5) - 1))
	}
	var at []time.Duration
	for range n {
		at = append(at, time.Duration(rng.Int64N(int64(span))))
	}
	slices.Sort(at)
	f := evidence.HARFile{File: &evidence.File{Name: "a.har"}, Meta: har.Meta{Manner: har.Chrome}}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	for i, d := range at {
		start := pressT.Add(-span / 2).Add(d)
		blocked := time.Duration(rng.ExpFloat64() * float64(2*time.Millisecond))
		out, back := r.rtt/2+late(), r.rtt/2+late()
		work := time.Duration(rng.ExpFloat64() * float64(500*time.Microsecond))
		stamped := start.Add(blocked + out + time.Duration(rng.Float64()*float64(work)))
		date := stamped.Add(r.offset(stamped, i))
		shown := start
		if r.shown != nil {
			shown = r.shown(start)
		}
		e := &har.Entry{Index: i, Started: shown.Truncate(time.Millisecond), Method: "GET", URL: host + fmt.Sprintf("/api/v1/poll/%d", i), Status: 200,
			Blocked: ms(blocked), DNS: -1, Connect: -1, SSL: -1, Send: 0, Wait: ms(out + work + back), Time: ms(blocked + out + work + back)}
		common := har.Common{ResourceType: "fetch", RespMIME: "application/json"}
		e.RespHeaders = append(e.RespHeaders, har.Header{Name: "date", Value: date.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")})
		if r.machine != nil {
			common.ServerIP = r.machine(i)
		}
		f.Entries = append(f.Entries, e.With(common))
	}
	return f
}

func estimated(t *testing.T, f facts, file evidence.HARFile) OffsetEstimate {
	t.Helper()
	return Build(&evidence.Set{HARs: []evidence.HARFile{file}}, f.incident(t), embedded()).Estimate
}

func always(d time.Duration) func(time.Time, int) time.Duration {
	return func(time.Time, int) time.Duration { return d }
}

// From 20 answers the offset is known to about a tenth of a second, and the
// truth lies inside every time, whatever the path does.
func TestOffsetWidthFromTwentyAnswers(t *testing.T) {
	for _, c := range []struct {
		name        string
		rtt, jitter time.Duration
		drift       float64
		most        time.Duration // of the median width: 2/(n+1) s and the round trip, and some
	}{
		{"40 ms", 40 * time.Millisecond, 0, 0, 140 * time.Millisecond},
		{"40 ms, jitter", 40 * time.Millisecond, 10 * time.Millisecond, 0, 165 * time.Millisecond},
		{"200 ms", 200 * time.Millisecond, 0, 0, 300 * time.Millisecond},
		{"40 ms, drifting", 40 * time.Millisecond, 0, 45e-6, 150 * time.Millisecond},
	} {
		var widths, errs []time.Duration
		for seed := range uint64(400) {
			rng := rand.New(rand.NewPCG(seed, 20))
			off := time.Duration((rng.Float64()*2 - 1) * float64([]time.Duration{time.Second, time.Minute, 9 * time.Hour}[seed%3]))
			at := func(now time.Time, _ int) time.Duration {
				return off + time.Duration(float64(now.Sub(pressT))*c.drift)
			}
			e := estimated(t, facts{incident.AttemptAt: press}, recording{rng: rng, rtt: c.rtt, jitter: c.jitter, offset: at}.answers(20, time.Minute))
			if !e.Known || e.Conflict || e.Step != 0 || e.N != 20 || !e.Contains(off) {
				t.Errorf("%s, seed %d: %v is not in %+v", c.name, seed, off, e)
			}
			widths, errs = append(widths, e.Hi-e.Lo), append(errs, (e.Mid()-off).Abs())
		}
		slices.Sort(widths)
		slices.Sort(errs)
		t.Logf("%-16s width p50 %v p95 %v, middle off by p50 %v p95 %v", c.name, widths[200], widths[380], errs[200], errs[380])
		if widths[200] > c.most {
			t.Errorf("%s: half of the widths are over %v", c.name, widths[200])
		}
	}
}

// Backends that disagree are noticed as soon as their answers exclude each other.
func TestDisagreeingBackendsAreNoticed(t *testing.T) {
	for _, c := range []struct {
		n     int
		apart time.Duration
		least int // of 100
	}{
		{20, 200 * time.Millisecond, 40}, {50, 200 * time.Millisecond, 85}, {20, 500 * time.Millisecond, 90}, {20, 2 * time.Second, 100},
	} {
		found := 0
		for seed := range uint64(100) {
			rng := rand.New(rand.NewPCG(seed, 31))
			who := func(i int) int { return int(uint(i)*2654435761>>7) & 1 }
			e := estimated(t, facts{incident.AttemptAt: press}, recording{rng: rng, rtt: 40 * time.Millisecond,
				offset:  func(_ time.Time, i int) time.Duration { return time.Second + time.Duration(who(i))*c.apart },
				machine: func(i int) string { return fmt.Sprintf("10.0.0.%d", who(i)) },
			}.answers(c.n, time.Minute))
			if e.Conflict {
				found++
			}
			if e.Step != 0 {
				t.Errorf("%d answers, %v apart, seed %d: taken for a step: %+v", c.n, c.apart, seed, e)
			}
		}
		t.Logf("%d answers, %v apart: noticed in %d of 100", c.n, c.apart, found)
		if found < c.least {
			t.Errorf("%d answers, %v apart: noticed in %d of 100 only", c.n, c.apart, found)
		}
	}
}

// A clock that was set is found whichever way it went, and the offset is that
// of the side on which the press is.
func TestStepIsFoundBothWays(t *testing.T) {
	for _, step := range []time.Duration{2 * time.Second, 30 * time.Second, -3 * time.Second, -90 * time.Second} { // the device's clock is set by -step
		found := 0
		for seed := range uint64(100) {
			rng := rand.New(rand.NewPCG(seed, 41))
			when := pressT.Add(time.Duration(rng.IntN(30)-15) * time.Second)
			shown := func(at time.Time) time.Time {
				if at.Before(when) {
					return at
				}
				return at.Add(-step)
			}
			e := estimated(t, facts{incident.AttemptAt: press}, recording{rng: rng, rtt: 40 * time.Millisecond, shown: shown,
				offset: always(time.Second), // of the service to true time
			}.answers(40, time.Minute))
			switch {
			case e.Step != 0 && (e.Step-step).Abs() < 600*time.Millisecond:
				found++
			case e.Step != 0:
				t.Errorf("step %v, seed %d: said to be %v", step, seed, e.Step)
			}
			before, after := time.Second, time.Second+step
			if !e.Contains(before) && !e.Contains(after) {
				t.Errorf("step %v, seed %d: neither %v nor %v is in %v to %v", step, seed, before, after, e.Lo, e.Hi)
			}
			// The press is at pressT on the device's clock, before or after it was set.
			if pressT.Before(when.Add(-2*time.Second)) && pressT.Before(when.Add(-step-2*time.Second)) && !e.Contains(before) {
				t.Errorf("step %v, seed %d: pressed before, yet %v is not in %v to %v", step, seed, before, e.Lo, e.Hi)
			}
			if pressT.After(when.Add(2*time.Second)) && pressT.After(when.Add(-step+2*time.Second)) && !e.Contains(after) {
				t.Errorf("step %v, seed %d: pressed after, yet %v is not in %v to %v", step, seed, after, e.Lo, e.Hi)
			}
		}
		t.Logf("step %v: found in %d of 100", step, found)
		if found < 95 {
			t.Errorf("step %v: found in %d of 100", step, found)
		}
	}
}

// A press that the clock showed twice may lie on either side.
func TestPressShownTwice(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 43))
	when := pressT.Add(10 * time.Second)
	e := estimated(t, facts{incident.AttemptAt: press}, recording{rng: rng, rtt: 40 * time.Millisecond, offset: always(0),
		shown: func(at time.Time) time.Time {
			if at.Before(when) {
				return at
			}
			return at.Add(-20 * time.Second)
		}}.answers(60, time.Minute))
	if e.Step == 0 || !e.Contains(0) || !e.Contains(20*time.Second) {
		t.Errorf("%+v", e)
	}
}

// Machines that take over from each other are no step of the device's clock.
func TestTakeoverIsNoStep(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 47))
	e := estimated(t, facts{incident.AttemptAt: press}, recording{rng: rng, rtt: 40 * time.Millisecond,
		offset:  func(_ time.Time, i int) time.Duration { return time.Duration(i/15) * 5 * time.Second },
		machine: func(i int) string { return fmt.Sprintf("10.0.0.%d", i/15) },
	}.answers(30, time.Minute))
	if e.Step != 0 || !e.Conflict || !e.Contains(0) || !e.Contains(5*time.Second) {
		t.Errorf("%+v", e)
	}
}
