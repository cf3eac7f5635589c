package probe_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag/lab/bed"
)

// reading is one measurement of the service's clock.
type reading struct {
	off, bound, took time.Duration // bound 0: the tool states none
	ok, held         bool
	requests         int
}

// clockMethod is one way to measure it.
type clockMethod struct {
	name    string
	missing string // why it cannot be compared here
	blocked bool   // with NTP blocked at the gateway
	measure func(b *bed.Bed) reading
}

// BenchmarkClockBed measures clocks whose truth is known with this probe and
// with the tools that people use, over the same links in the same run, and
// prints a table. MEIQIA_DIAG_BED_RUNS is the number of runs per cell, 10 if unset.
func BenchmarkClockBed(t *testing.B) {
	p := clockProbe(t)
	n := bedRuns(10)
	for _, c := range []struct {
		name     string
		rtt      time.Duration
		settings string
	}{
		{"40 ms, clean", 40 * time.Millisecond, ""},
		{"200 ms, clean", 200 * time.Millisecond, ""},
		{"40 ms, asymmetric 10/30", 40 * time.Millisecond, "up.delay=9ms down.delay=29ms"},
		{"40 ms, pareto jitter 5 ms", 40 * time.Millisecond, "jitter=5ms dist=pareto"},
		{"40 ms, loss 5 %", 40 * time.Millisecond, "loss=5%"},
		{"40 ms, upload queue full", 40 * time.Millisecond, "bloat"},
	} {
		if !strings.Contains(c.name, selected()) {
			continue
		}
		t.Run(c.name, func(t *testing.B) {
			b := bed.New(t, bed.Topology{RTT: c.rtt})
			var base time.Duration
			fmt.Printf("\n%s, %d runs, offset %v; |error| and bound in ms\n%-34s %15s %15s %15s %7s %6s %5s %6s\n", c.name, n, bedOffset,
				"method", "|error| p50/p95", "bound p50/p95", "wall p50/p95", "× ours", "answer", "held", "asked")
			for _, m := range clockMethods(t, p) {
				if m.missing != "" {
					fmt.Printf("%-34s not compared: %s\n", m.name, m.missing)
					continue
				}
				if err := prepare(t, b, c.settings, m.blocked); err != nil {
					t.Fatal(err)
				}
				var errs, bounds, times []time.Duration
				answered, held, asked := 0, 0, 0
				for i := range n {
					time.Sleep(time.Duration(i*377%1000) * time.Millisecond) // any phase of the second
					r := m.measure(b)
					times = append(times, r.took)
					asked = max(asked, r.requests)
					if r.ok {
						answered++
						errs = append(errs, (r.off - bedOffset).Abs())
						if r.bound > 0 {
							bounds = append(bounds, r.bound)
						}
						if r.held {
							held++
						}
					}
				}
				if base == 0 {
					base = quantile(times, .5)
				}
				state := "–"
				if len(bounds) > 0 {
					state = fmt.Sprintf("%d/%d", held, answered)
				}
				fmt.Printf("%-34s %15s %15s %15s %7.2f %6s %5s %6d\n", m.name, twoMs(errs), twoMs(bounds), twoMs(times),
					float64(quantile(times, .5))/float64(base), fmt.Sprintf("%d/%d", answered, n), state, asked)
			}
		})
	}
	t.ReportMetric(0, "ns/op")
}

// selected is the part of a link's name that is asked for; all without.
func selected() string { return bedWord("MEIQIA_DIAG_BED_LINK") }

func prepare(t *testing.B, b *bed.Bed, settings string, blocked bool) error {
	if err := b.Reset(); err != nil {
		return err
	}
	var list []bed.Condition
	if settings == "bloat" {
		c, _ := bed.Find("bloat-busy")
		list = append(list, c)
	} else if err := shapeWAN(b, settings); err != nil {
		return err
	}
	if blocked {
		c, _ := bed.Find("ntp-blocked")
		list = append(list, c)
	}
	deviceBehind(b, bedOffset)
	return b.Apply(t.Context(), list...)
}

func twoMs(list []time.Duration) string {
	if len(list) == 0 {
		return "–"
	}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return fmt.Sprintf("%.2f/%.2f", ms(quantile(list, .5)), ms(quantile(list, .95)))
}

// clockMethods lists this probe first.
func clockMethods(t *testing.B, p *bed.Probe[clockAsk, probe.ClockResult]) []clockMethod {
	ours := func(change func(*clockAsk)) func(b *bed.Bed) reading {
		return func(b *bed.Bed) reading {
			a := askAll(b)
			change(&a)
			r := p.Must(b.Client, a)
			holds(t, "benchmark", r)
			out := reading{off: r.Combined.Best, bound: r.Combined.Bound(), took: r.Duration, ok: r.Combined.Known, held: r.Combined.Span.Contains(bedOffset)}
			for _, d := range r.Dates {
				out.requests += d.Asked
			}
			return out
		}
	}
	first := func(b *bed.Bed) string { host, _, _ := strings.Cut(b.Time[0].Addr, ":"); return host }
	return []clockMethod{
		{name: "Date aimed by NTP (this)", measure: ours(func(*clockAsk) {})},
		{name: "Date, NTP blocked (this)", blocked: true, measure: ours(func(*clockAsk) {})},
		{name: "5 time servers (this)", measure: ours(func(a *clockAsk) { a.Targets = nil })},
		{name: "chronyd -Q iburst", missing: lacking("chronyd"), measure: func(b *bed.Bed) reading {
			return tool(b, `clock wrong by (-?[0-9.]+) seconds`, "", "chronyd", "-Q", "-t", "15", "server "+first(b)+" iburst", "pidfile "+b.Dir+"/q.pid", "cmdport 0")
		}},
		{name: "ntpdate -q", missing: lacking("ntpdate"), measure: func(b *bed.Bed) reading {
			return tool(b, `([-+][0-9]+\.[0-9]+) \+/- ([0-9.]+)`, `offset (-?[0-9.]+)`, "ntpdate", "-q", first(b))
		}},
		{name: "ntpdig", missing: lacking("ntpdig"), measure: func(b *bed.Bed) reading {
			return tool(b, `([-+][0-9]+\.[0-9]+) \+/- ([0-9.]+)`, "", "ntpdig", first(b))
		}},
		{name: "htpdate -q", missing: lacking("htpdate"), measure: func(b *bed.Bed) reading {
			return tool(b, `[Oo]ffset (-?[0-9.]+)`, "", "htpdate", "-q", "-d", "-4", bed.BackendIP(0).String())
		}},
		{name: "one Date, as curl -I gives it", measure: oneDate},
	}
}

func lacking(name string) string {
	if _, err := exec.LookPath(name); err != nil {
		return name + " is not installed"
	}
	return ""
}

// tool runs a command inside the client and reads its offset, and bound where it gives one.
func tool(b *bed.Bed, pattern, other string, args ...string) reading {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	r, err := b.Client.Exec(ctx, args[0], args[1:]...)
	out := reading{took: r.Took}
	if err != nil {
		return out
	}
	text := r.Stdout + r.Stderr
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil && other != "" {
		m = regexp.MustCompile(other).FindStringSubmatch(text)
	}
	if m == nil {
		return out
	}
	sec := func(s string) time.Duration {
		f, _ := strconv.ParseFloat(s, 64)
		return time.Duration(math.Round(f * 1e9))
	}
	out.ok, out.off = true, sec(m[1])
	if len(m) > 2 {
		out.bound = sec(m[2])
	}
	out.held = (out.off - bedOffset).Abs() <= out.bound
	return out
}

// oneDate takes the middle of a second, as whoever reads one header does.
func oneDate(b *bed.Bed) (out reading) {
	start := time.Now()
	r, err := b.Client.Exec(context.Background(), "curl", "-sI", "--cacert", b.CAFile, "--max-time", "5", "--connect-to", "::"+bed.BackendIP(0).String()+":443", "https://"+bed.API+"/")
	end := time.Now()
	out.took, out.requests = r.Took, 1
	if err != nil {
		return out
	}
	for line := range strings.Lines(r.Stdout) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if strings.EqualFold(name, "date") {
			if at, err := http.ParseTime(value); err == nil {
				out.ok, out.off = true, at.Add(500*time.Millisecond).Sub(start.Add(end.Sub(start)/2).Round(0))
			}
		}
	}
	return out
}
