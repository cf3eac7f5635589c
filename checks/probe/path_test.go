package probe

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestPathOverLoopback(t *testing.T) {
	addr := rawServer(t, mute)
	r := Path(t.Context(), Target{"api", "https://" + addr}, Options{Proxy: direct})
	if r.Loss.Verdict != LossLow || r.Lost != 0 || r.Answered < 78 || r.Kind != None || r.Addr != addr {
		t.Errorf("%+v", brief(r))
	}
	if r.Sent > maxProbes {
		t.Errorf("%d probes", r.Sent)
	}
	if r.RTT.Min <= 0 || r.RTT.Min > r.RTT.Median || r.RTT.Median > r.RTT.P95 || r.RTT.P95 > r.RTT.Max {
		t.Errorf("rtt %+v", r.RTT)
	}
}

func brief(r PathResult) PathResult { r.Samples = nil; return r }

// A refusal comes from the other end, so it is an answer.
func TestPathToAClosedPort(t *testing.T) {
	r := Path(t.Context(), Target{"api", "http://" + closedPort(t)}, Options{Proxy: direct})
	if r.Loss.Verdict != LossLow || r.Refused != r.TCP.Answered || r.Answered < 78 || r.RTT.Median <= 0 {
		t.Errorf("%+v", brief(r))
	}
}

func TestPathWithoutAName(t *testing.T) {
	res := dnsServer(t, map[string][]string{"broken.test": {"!"}})
	for url, want := range map[string]Kind{"https://missing.test/": NXDomain, "https://broken.test/": ServFail, "ftp://x/": BadURL} {
		if r := Path(t.Context(), Target{"api", url}, Options{Resolver: res, Proxy: direct}); r.Kind != want || r.Sent != 0 || r.Loss.Verdict != LossUndecided {
			t.Errorf("%s: %+v, want %s", url, brief(r), want)
		}
	}
}

func TestPathThroughAProxyMeasuresTheProxy(t *testing.T) {
	addr := rawServer(t, mute)
	r := Path(t.Context(), Target{"api", "https://svc.test/"}, Options{Proxy: through("http://u:p@" + addr)})
	if r.Via != addr || r.Addr != addr || r.Answered < 78 {
		t.Errorf("%+v", brief(r))
	}
}

// simulated runs the series over a path that loses and delays as fn says for
// the i-th probe; a lost one takes its full limit, as on a real path. There is no
// ICMP and no gateway, and time is simulated.
func simulated(t *testing.T, fn func(i int) (time.Duration, Kind)) (r PathResult) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		m := newSeries()
		m.tcp.probe = func(ctx context.Context) (time.Duration, Kind) {
			took, kind := fn(int(n.Add(1)) - 1)
			if kind == Timeout {
				<-ctx.Done()
			}
			return took, kind
		}
		ctx, cancel := context.WithTimeout(t.Context(), Limit)
		defer cancel()
		r.Loss.Method = "tcp-connect"
		m.run(ctx)
		m.report(&r)
	})
	return r
}

func TestPathWithLosses(t *testing.T) {
	t.Run("every fifth", func(t *testing.T) {
		t.Parallel()
		r := simulated(t, func(i int) (time.Duration, Kind) {
			if i%5 == 4 {
				return 0, Timeout
			}
			return time.Millisecond, None
		})
		if r.Loss.Verdict != LossHigh || r.Loss.Low > 20 || r.Loss.High < 20 || r.Loss.Bursts < 2 || r.Loss.Longest != 1 {
			t.Errorf("%+v", brief(r))
		}
	})
	t.Run("one burst", func(t *testing.T) {
		t.Parallel()
		r := simulated(t, func(i int) (time.Duration, Kind) {
			if i >= 10 && i < 18 {
				return 0, Timeout
			}
			return time.Millisecond, None
		})
		if r.Loss.Verdict != LossHigh || r.Loss.Bursts != 1 || r.Loss.Longest != 8 || r.Lost != 8 {
			t.Errorf("%+v", brief(r))
		}
	})
	t.Run("a single one", func(t *testing.T) {
		t.Parallel()
		r := simulated(t, func(i int) (time.Duration, Kind) {
			if i == 3 {
				return 0, Timeout
			}
			return time.Millisecond, None
		})
		if r.Loss.Verdict != LossLow || r.Sent > maxProbes || r.Loss.High < 1 {
			t.Errorf("%+v", brief(r))
		}
	})
	t.Run("dead", func(t *testing.T) {
		t.Parallel()
		r := simulated(t, func(int) (time.Duration, Kind) { return 0, Timeout })
		if r.Sent > silent+10 || r.Loss.Verdict != LossHigh || r.Loss.Percent != 100 || r.Kind != Timeout {
			t.Errorf("%+v", brief(r))
		}
	})
	t.Run("no way out of this machine", func(t *testing.T) {
		t.Parallel()
		r := simulated(t, func(int) (time.Duration, Kind) { return 0, NoRoute })
		if r.Kind != NoRoute || r.Lost != 0 || r.Sent != 0 || r.Loss.Verdict != LossUndecided {
			t.Errorf("%+v", brief(r))
		}
	})
}

// Heavy delay swings are not loss.
func TestPathWithHeavyJitter(t *testing.T) {
	r := simulated(t, func(i int) (time.Duration, Kind) {
		d := time.Duration(1+i%7*i%11) * 5 * time.Millisecond
		if i%17 == 0 {
			d = 600 * time.Millisecond
		}
		time.Sleep(d)
		return d, None
	})
	if r.Loss.Verdict == LossHigh || r.Lost != 0 || r.Late == 0 || r.Jitter == 0 {
		t.Errorf("%+v", brief(r))
	}
}

// BenchmarkLiveRun is everything the package does, side by side, over loopback.
func BenchmarkLiveRun(b *testing.B) {
	web, ca := tlsServer(b, wsHandler(wsEcho))
	var servers []string
	for range 4 {
		a, _ := ntpServer(b, ntpAnswer{stratum: 2})
		servers = append(servers, a)
	}
	opt := Options{CAFile: ca, Proxy: direct}
	page := Target{"api", web.URL}
	push := Target{"push", at(web, "wss", "127.0.0.1")}
	for b.Loop() {
		done := make(chan bool)
		run := func(fn func() bool) { go func() { done <- fn() }() }
		run(func() bool { return Clock(b.Context(), servers, []Target{page}, opt).Combined.Known })
		run(func() bool { r := Ladder(b.Context(), page, opt); return r.FirstFailed == "" })
		run(func() bool { r := Ladder(b.Context(), push, opt); return r.FirstFailed == "" })
		run(func() bool { return Path(b.Context(), page, opt).Loss.Verdict == LossLow })
		run(func() bool { return Server(b.Context(), []Target{page}, opt).Targets[0].Answered > 0 })
		for range 5 {
			if !<-done {
				b.Fatal("a measurement failed over loopback")
			}
		}
	}
}
