package checks

import (
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
)

func TestPathWords(t *testing.T) {
	const ms = time.Millisecond
	good := probe.RTT{Min: 40 * ms, Median: 41 * ms, P95: 43 * ms, P99: 44 * ms, Max: 45 * ms}
	base := probe.PathResult{Addr: "192.0.2.1:443", Sent: 80, Answered: 80, RTT: good, Window: 2 * time.Second, Loss: probe.Loss{Verdict: probe.LossLow, Method: "tcp-connect", High: 4.7}}
	for _, c := range []struct {
		name string
		f    func(*probe.PathResult)
		word string
		text string // of the sentence, where something is wrong
	}{
		{"sound", func(*probe.PathResult) {}, "good", ""},
		{"undecided", func(p *probe.PathResult) { p.Loss.Verdict, p.Loss.Percent = probe.LossUndecided, 2 }, "good", ""},
		{"lossy beyond the gateway", func(p *probe.PathResult) {
			p.Loss.Verdict, p.Loss.Pattern, p.Place = probe.LossHigh, probe.PatternSpread, probe.PlaceWAN
		}, "lossy", "beyond the gateway"},
		{"bursts", func(p *probe.PathResult) {
			p.Loss.Verdict, p.Loss.Pattern, p.Loss.Percent, p.Loss.Bursts, p.Loss.Longest, p.Lost = probe.LossHigh, probe.PatternBursts, 5, 3, 5, 12
		}, "unstable", "in this window of 2.0 s: 12 probes lost in 3 bursts"},
		{"one short burst", func(p *probe.PathResult) {
			p.Loss.Verdict, p.Loss.Pattern, p.Loss.Percent, p.Loss.Bursts, p.Loss.Longest, p.Lost = probe.LossHigh, probe.PatternBursts, 1.5, 1, 3, 3
		}, "good", ""},
		{"a hole", func(p *probe.PathResult) {
			p.Loss.Verdict, p.Loss.Pattern, p.Loss.Percent, p.Loss.Bursts, p.Loss.Longest, p.Lost = probe.LossHigh, probe.PatternGap, 50, 1, 60, 60
		}, "gap", "60 probes lost in 1 bursts"},
		{"dead", func(p *probe.PathResult) {
			p.Answered, p.Lost, p.RTT, p.Loss.Verdict = 0, 20, probe.RTT{}, probe.LossHigh
		}, "dead", "dead"},
		{"a port that drops", func(p *probe.PathResult) {
			p.Answered, p.Lost, p.RTT, p.Loss.Verdict, p.Place = 0, 20, probe.RTT{}, probe.LossHigh, probe.PlacePort
		}, "", ""},
		{"late, not lost", func(p *probe.PathResult) { p.Answered, p.Lost, p.Late = 0, 20, 5 }, "slow", "slow"},
		{"the other side of the globe", func(p *probe.PathResult) { p.RTT.Median = 310 * ms }, "good", ""},
		{"too far", func(p *probe.PathResult) { p.RTT.Median = 610 * ms }, "slow", "slow"},
		{"swings", func(p *probe.PathResult) { p.RTT.P95, p.Jitter = 900*ms, 80*ms }, "unstable", "swings"},
	} {
		p := base
		c.f(&p)
		s := &sheet{}
		if got := s.pathNow(p); got != c.word {
			t.Errorf("%s: %q, want %q", c.name, got, c.word)
			continue
		}
		loss, _ := diag.Observations(s.list).First(NetworkLoss)
		if loss.Method == "" || loss.Low == nil || loss.High == nil || !loss.Live {
			t.Errorf("%s: %+v", c.name, loss)
		}
		if diag.Observations(s.list).Word(NetworkQuality) != c.word {
			t.Errorf("%s: quality %q", c.name, diag.Observations(s.list).Word(NetworkQuality))
		}
		if c.text != "" {
			if text := pathText(c.word, p); !strings.Contains(text.EN, c.text) || text.ZH == "" {
				t.Errorf("%s: %q", c.name, text)
			}
		}
	}
	if word := (&sheet{}).pathNow(probe.PathResult{}); word != "" {
		t.Errorf("of nothing: %q", word)
	}
}

func TestForecastOfAnOpenWindow(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 22, 0, 0, time.FixedZone("", 8*3600))
	in := &diag.Input{Now: func() time.Time { return now }, Attempt: &attempt.Attempt{}}
	num := func(id string, v float64, opts ...option) diag.Observation {
		s := &sheet{}
		s.add(id, v, append(opts, live())...)
		return s.list[0]
	}
	seen := diag.Observations{
		num(ClockOffset, 3000, unit("ms"), plusMinus(30)), // the service is 3 s ahead
		num(NetworkRTT, 41, unit("ms"), detail("min", "40", "p95", "43", "p99", "44", "max", "45")),
		num(NetworkLoss, 0, unit("percent"), between(0, 4.7)),
	}
	broken := &sheet{}
	broken.fault(probe.Fault{Place: probe.PlaceGateway, Kind: probe.FaultDrop, Hosts: []string{"a"}}, "ladder")
	fault := broken.list[0]
	for _, c := range []struct {
		name  string
		sent  clock.Stamp
		seen  diag.Observations
		open  bool
		state diag.CheckState
		until string
	}{
		// By the service's clock it is 10:22:03, and the window closes at 10:23:00: 10:22:57 on this device's.
		{"on the service's clock", clock.Stamp{T: now.Add(-time.Minute), Clock: clock.Service}, seen, true, diag.Pass, "10:22:56"},
		{"on this device's clock", clock.Stamp{T: now.Add(-time.Minute), Clock: clock.Device}, seen, true, diag.Pass, "10:22:59"},
		{"nearly closed", clock.Stamp{T: now.Add(-117 * time.Second), Clock: clock.Service}, seen, true, diag.Warn, ""},
		{"closed", clock.Stamp{T: now.Add(-3 * time.Minute), Clock: clock.Service}, seen, true, diag.Fail, "63.0"},
		{"the service fails", clock.Stamp{T: now.Add(-time.Minute), Clock: clock.Service}, append(diag.Observations{num(ServerFailing, 100, unit("percent"))}, seen...), true, diag.Warn, "57.0"},
		{"a firewall", clock.Stamp{T: now.Add(-time.Minute), Clock: clock.Service}, append(diag.Observations{fault}, seen...), true, diag.Warn, "57.0"},
		{"hours ahead", clock.Stamp{T: now.Add(8 * time.Hour), Clock: clock.Service}, seen, false, diag.Skip, ""},
		{"no clock was measured", clock.Stamp{T: now.Add(-time.Minute), Clock: clock.Service}, seen[1:], false, diag.Skip, ""},
		{"no path was measured", clock.Stamp{T: now.Add(-time.Minute), Clock: clock.Service}, seen[:1], true, diag.Warn, "57.0"},
	} {
		s := &sheet{}
		state, text, open := s.forecast(in, c.seen, c.sent, 2*time.Minute, incident.Stated)
		if open != c.open || state != c.state || !strings.Contains(text.EN, c.until) || open != (len(s.list) > 0) {
			t.Errorf("%s: %v %v %q %+v", c.name, state, open, text.EN, s.list)
		}
		if c.until != "" && !strings.Contains(text.ZH, c.until) {
			t.Errorf("%s: %q", c.name, text.ZH)
		}
	}
	at := &sheet{}
	at.forecast(in, seen, clock.Stamp{T: now.Add(-117 * time.Second), Clock: clock.Service, Err: time.Second}, 2*time.Minute, incident.Stated)
	for _, o := range at.list {
		if o.ID == WindowLeft {
			t.Errorf("whether the window is open cannot be told: %+v", o)
		}
	}
	if _, _, open := (&sheet{}).forecast(&diag.Input{Now: in.Now, Offline: true, Attempt: in.Attempt}, seen, clock.Stamp{T: now, Clock: clock.Service}, time.Minute, incident.Stated); open {
		t.Error("a forecast offline")
	}
}
