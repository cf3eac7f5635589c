package attempt

import (
	"math/rand/v2"
	"testing"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/incident"
)

// exchange is one request of a simulated device: sent at a device time, answered
// by a service whose clock is off ahead, after the way there and back.
func exchange(rng *rand.Rand, device time.Time, off time.Duration) obj {
	ms := func(most float64) float64 { return rng.ExpFloat64() * most / 4 }
	blocked, connect, out, work, back := ms(60), -1.0, 4+ms(200), ms(400), 4+ms(200)
	if rng.IntN(3) == 0 {
		connect = 8 + ms(300)
	}
	span := func(v float64) time.Duration { return time.Duration(v * float64(time.Millisecond)) }
	arrived := device.Add(span(blocked + max(connect, 0) + out))
	date := arrived.Add(span(work * rng.Float64())).Add(off) // written at any moment of the work
	wait := out + work + back
	return entry(0, "GET", host+"/api/v1/poll", "", 200, `{}`, obj{
		"startedDateTime": device.Format("2006-01-02T15:04:05.000Z07:00"), "time": blocked + max(connect, 0) + wait + 1,
		"response": obj{"headers": header("Date", date.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))},
		"timings":  obj{"blocked": blocked, "dns": -1, "connect": connect, "ssl": -1, "send": 0.0, "wait": wait, "receive": 1.0},
	})
}

// lies are answers whose Date is not of that moment: they must not be used.
func lies(device time.Time, off time.Duration) []obj {
	old := device.Add(off - 3*time.Hour).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")
	at := obj{"startedDateTime": device.Format("2006-01-02T15:04:05.000Z07:00")}
	cached := entry(0, "GET", host+"/app.js", "", 200, "", at, obj{"_fromCache": "disk", "response": obj{"headers": header("Date", old)}})
	worker := entry(0, "GET", host+"/app.css", "", 200, "", at, obj{"_fetchedViaServiceWorker": true, "response": obj{"_fetchedViaServiceWorker": true, "_serviceWorkerResponseSource": "cache-storage", "headers": header("Date", old)}})
	unchanged := entry(0, "GET", host+"/logo.png", "", 304, "", at, obj{"response": obj{"headers": header("Date", old)}})
	aged := entry(0, "GET", host+"/cdn.js", "", 200, "", at, obj{"response": obj{"headers": append(header("Date", old), header("Age", "10800")...)}})
	foreign := entry(0, "GET", "https://www.example.org/x", "", 200, "", at, obj{"response": obj{"headers": header("Date", old)}})
	bad := entry(0, "GET", host+"/bad", "", 200, "", at, obj{"response": obj{"headers": header("Date", "yesterday")}})
	return []obj{cached, worker, unchanged, aged, foreign, bad}
}

// The bound that is stated holds: in every one of 200 simulated recordings the
// true offset lies inside, and the bound is worth having.
func TestOffsetBoundHolds(t *testing.T) {
	worst, sum := time.Duration(0), time.Duration(0)
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 7))
		off := time.Duration((rng.Float64()*2 - 1) * float64([]time.Duration{3 * time.Second, 2 * time.Minute, 9 * time.Hour}[seed%3]))
		n := 1 + rng.IntN(40)
		var entries []obj
		device := pressT
		for range n {
			device = device.Add(time.Duration(rng.ExpFloat64() * float64(900*time.Millisecond)))
			entries = append(entries, exchange(rng, device, off))
		}
		entries = append(entries, lies(device, off)...)
		rng.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		a := chrome(t, facts{incident.AttemptAt: press}, entries...)
		e := a.Estimate
		if !e.Known || e.Conflict || e.Step != 0 || e.Foreign || e.N != n {
			t.Errorf("seed %d: %d answers, estimate %+v", seed, n, e)
			continue
		}
		if !e.Contains(off) {
			t.Errorf("seed %d: the truth %s is outside %s to %s (%d answers)", seed, off, e.Lo, e.Hi, n)
		}
		if n >= 20 {
			worst = max(worst, e.Half())
		}
		sum += e.Half()
	}
	t.Logf("mean bound ± %s; worst with 20 answers or more ± %s", sum/200, worst)
	if worst > 500*time.Millisecond || sum/200 > 600*time.Millisecond {
		t.Errorf("the bound is wider than its cause: mean %s, worst %s", sum/200, worst)
	}
}

func TestOffsetOfBackendsThatDisagree(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		one, two := 3*time.Second, 3*time.Second+time.Duration(20+rng.IntN(90))*time.Second
		minority := []int{2, 2, 8}[seed%3] // every how many-th answer comes of the other machine
		var entries []obj
		device := pressT
		for i := range 32 {
			device = device.Add(time.Duration(rng.ExpFloat64() * float64(900*time.Millisecond)))
			off := one
			if i%minority == 1 {
				off = two
			}
			entries = append(entries, exchange(rng, device, off))
		}
		e := chrome(t, known, entries...).Estimate
		if !e.Conflict || e.Step != 0 {
			t.Errorf("seed %d: nobody noticed: %+v", seed, e)
		}
		if !e.Contains(one) || minority == 2 && !e.Contains(two) {
			t.Errorf("seed %d: %s to %s leaves %s or %s out", seed, e.Lo, e.Hi, one, two)
		}
	}
}

func TestClockStep(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 13))
		before := time.Duration(rng.IntN(4000)-2000) * time.Millisecond
		step := time.Duration(30+rng.IntN(200)) * time.Second
		if seed%2 == 1 {
			step = -step
		}
		var entries []obj
		device := pressT.Add(-20 * time.Second)
		for i := range 40 {
			device = device.Add(time.Second)
			off := before
			if i >= 20 {
				off = before + step
			}
			shown := device
			if i >= 20 && step < 0 {
				shown = device.Add(-step) // set forward: the device shows a later time, the offset falls
			}
			entries = append(entries, exchange(rng, shown, off))
		}
		e := chrome(t, facts{incident.AttemptAt: press}, entries...).Estimate
		// Set back, the stamps overlap in time and no cut is there to be found; that is a conflict at least.
		if e.Step == 0 && !e.Conflict {
			t.Fatalf("seed %d: a step of %s was not noticed: %+v", seed, step, e)
		}
		if e.Step != 0 && (e.Step-step).Abs() > 1500*time.Millisecond {
			t.Errorf("seed %d: step %s, want %s", seed, e.Step, step)
		}
		if seed%2 == 1 && e.Step == 0 {
			t.Errorf("seed %d: a clock set forward shows in the order of the stamps: %+v", seed, e)
		}
	}
	// The offset is the one at the press: before the step here, after it there.
	rng := rand.New(rand.NewPCG(1, 1))
	var entries []obj
	for i := range 40 {
		shown, off := pressT.Add(time.Duration(i-20)*time.Second), 90*time.Second
		if i >= 20 {
			shown, off = shown.Add(80*time.Second), 10*time.Second
		}
		entries = append(entries, exchange(rng, shown, off))
	}
	for at, want := range map[string]time.Duration{"2026-11-20T10:22:30+08:00": 90 * time.Second, "2026-11-20T10:24:10+08:00": 10 * time.Second} {
		e := chrome(t, facts{incident.AttemptAt: at}, entries...).Estimate
		if !e.Contains(want) || e.Contains(50*time.Second) || (e.Step+80*time.Second).Abs() > 1500*time.Millisecond {
			t.Errorf("pressed at %s: %+v, want %s", at, e, want)
		}
	}
}

func TestOffsetWithoutTheService(t *testing.T) {
	a := chrome(t, known, entry(0, "GET", "https://www.example.org/x", "", 200, "", obj{"response": obj{"headers": header("Date", pressT.Add(90*time.Second).Format("Mon, 02 Jan 2006 15:04:05 GMT"))}}),
		entry(-30, "POST", host+"/api/v1/me", "", 200, `{}`))
	if !a.Estimate.Foreign || !a.Offset.Known || !a.Offset.Contains(90*time.Second) {
		t.Errorf("other hosts' clocks are better than none: %+v", a.Estimate)
	}
	a = chrome(t, known, entry(0, "POST", host+"/api/v1/me", "", 200, `{}`))
	if a.Offset.Known || a.Offset.Span != clock.Exactly(0, unknownOffset) {
		t.Errorf("nothing measured: %+v", a.Offset)
	}
}

func TestArrivalIsOrdered(t *testing.T) {
	for _, c := range []struct {
		e        har.Entry
		from, to time.Duration
	}{
		{har.Entry{Blocked: 5, DNS: 10, Connect: 20, SSL: 12, Send: 1, Wait: 30, Time: 70}, 35 * time.Millisecond, 66 * time.Millisecond},
		{har.Entry{Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Wait: 30, Time: 70}, 0, 30 * time.Millisecond},
		{har.Entry{Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Wait: -1, Time: 70}, 0, 70 * time.Millisecond},
		{har.Entry{Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Wait: -1, Time: -1}, 0, 0},
	} {
		c.e.Started = pressT
		from, to := newCall(&c.e, "x", har.Chrome).Arrival()
		if from.Sub(pressT) != c.from || to.Sub(pressT) != c.to {
			t.Errorf("%+v: %s to %s", c.e, from.Sub(pressT), to.Sub(pressT))
		}
	}
}
