package probe_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag/lab/bed"
	"meiqia-diag/diag/lab/link"
)

// The clock probe over emulated links, whose namespaces share this machine's
// clock: true offsets are exact.

// clockAsk is what travels to the probe inside the client's namespace.
type clockAsk struct {
	Servers []string
	Targets []probe.Target
	CAFile  string
}

func clockProbe(t bed.T) *bed.Probe[clockAsk, probe.ClockResult] {
	return bed.NewProbe(t, func(ctx context.Context, a clockAsk) (probe.ClockResult, error) {
		return probe.Clock(ctx, a.Servers, a.Targets, probe.Options{CAFile: a.CAFile}), nil
	})
}

func askAll(b *bed.Bed) clockAsk {
	a := clockAsk{CAFile: b.CAFile, Targets: []probe.Target{{Role: "api", URL: "https://" + bed.API + "/"}}}
	for _, s := range b.Time {
		a.Servers = append(a.Servers, s.Addr)
	}
	return a
}

// deviceBehind makes the service and all time servers tell a time that is off ahead of this machine's.
func deviceBehind(b *bed.Bed, off time.Duration) {
	b.Chat.ShapeAll(func(f *bed.ServiceFault) { f.ClockOffset = off })
	for _, s := range b.Time {
		f := s.Fault()
		f.Offset += off
		s.Set(f)
	}
}

const bedOffset = 3217 * time.Millisecond

// clockPaths are the links that the clock is measured over.
var clockPaths = []struct{ name, settings string }{
	{"clean", ""},
	{"asymmetric 10/30", "up.delay=9ms down.delay=29ms"},
	{"pareto 5 ms", "jitter=5ms dist=pareto"},
	{"loss 5 %", "loss=5%"},
	{"bursts", "burst=950ms/50ms"},
}

func shapeWAN(b *bed.Bed, settings string) error {
	up, down := b.WAN.Conditions(link.Up), b.WAN.Conditions(link.Down)
	if err := link.Parse(settings, &up, &down); err != nil {
		return err
	}
	if err := b.WAN.Set(link.Up, up); err != nil {
		return err
	}
	return b.WAN.Set(link.Down, down)
}

func holds(t testing.TB, name string, r probe.ClockResult) {
	t.Helper()
	for what, e := range map[string]probe.Estimate{"ntp": r.NTP, "date": r.Service, "combined": r.Combined} {
		if e.Known && !e.Span.Contains(bedOffset) {
			t.Errorf("%s: %s %v to %v leaves the truth %v out", name, what, e.Span.Lo, e.Span.Hi, bedOffset)
		}
	}
	if r.Duration > 5*time.Second { // it hangs; how long it takes on a quiet machine the benchmark tells
		t.Errorf("%s: took %v", name, r.Duration)
	}
	for _, d := range r.Dates {
		if d.Asked > 32 {
			t.Errorf("%s: %d requests to one host", name, d.Asked)
		}
	}
}

func TestClockOnTheBed(t *testing.T) {
	p := clockProbe(t)
	if testing.Short() {
		t.Skip("-short LEAVES OUT THE CLOCK OVER EMULATED LINKS, which takes a minute; CI runs it")
	}
	b := bed.New(t, bed.Topology{})
	runs := bedRuns(1)
	t.Run("bounds", func(t *testing.T) {
		for _, path := range clockPaths {
			for _, blocked := range []bool{false, true} {
				if blocked && path.name != "clean" && runs == 1 {
					continue
				}
				if err := b.Reset(); err != nil {
					t.Fatal(err)
				}
				if err := shapeWAN(b, path.settings); err != nil {
					t.Fatal(err)
				}
				deviceBehind(b, bedOffset)
				if blocked {
					c, _ := bed.Find("ntp-blocked")
					if err := b.Apply(t.Context(), c); err != nil {
						t.Fatal(err)
					}
				}
				for range runs {
					r := p.Must(b.Client, askAll(b))
					holds(t, fmt.Sprintf("%s, NTP blocked %v", path.name, blocked), r)
					if path.name == "clean" && !r.Service.Known {
						t.Errorf("%s: nothing is known of the service's clock: %+v", path.name, r.Dates)
					}
				}
			}
		}
	})
	t.Run("bufferbloat", func(t *testing.T) {
		c, _ := bed.Find("bloat-busy")
		if err := c.Missing(); err != nil {
			t.Skipf("NETWORK TEST BED INCOMPLETE: %v", err)
		}
		if err := b.Reset(); err != nil {
			t.Fatal(err)
		}
		deviceBehind(b, bedOffset)
		if err := b.Apply(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		for range runs {
			holds(t, "bufferbloat", p.Must(b.Client, askAll(b)))
		}
	})
	for name, want := range map[string]probe.TimeState{
		"clean": probe.TimeGood, "ntp-blocked": probe.TimeBlocked, "ntp-partly": probe.TimePartly, "ntp-falsetickers": probe.TimeLiars,
		"ntp-kiss": probe.TimeKiss, "ntp-unsynced": probe.TimeUnsynced,
	} {
		t.Run(name, func(t *testing.T) {
			if err := b.Reset(); err != nil {
				t.Fatal(err)
			}
			c, _ := bed.Find(name)
			if err := b.Apply(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			a := askAll(b)
			if name != "clean" && name != "ntp-blocked" {
				a.Targets = nil
			}
			r := p.Must(b.Client, a)
			if got := r.Time().State; got != want {
				t.Errorf("%s, want %s: %+v", got, want, r.Servers)
			}
			if r.Whose == "device" || r.Whose == "service" || r.Combined.Known && !r.Combined.Span.Contains(0) {
				t.Errorf("whose %q, %+v", r.Whose, r.Combined)
			}
		})
	}
}

// One server 120 ms ahead and one 50 s behind, of five, over links with jitter:
// both are rejected, and nobody else, every time.
func TestFalsetickersOnTheBed(t *testing.T) {
	p := clockProbe(t)
	if testing.Short() {
		t.Skip("-short LEAVES OUT THE CLOCK OVER EMULATED LINKS, which takes a minute; CI runs it")
	}
	b := bed.New(t, bed.Topology{Settings: "jitter=3ms dist=pareto"})
	c, _ := bed.Find("ntp-falsetickers")
	if err := b.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	deviceBehind(b, bedOffset)
	a := askAll(b)
	a.Targets = nil
	right := 0
	const runs = 30
	for range runs {
		r := p.Must(b.Client, a)
		good := r.NTP.Known && r.NTP.Span.Contains(bedOffset)
		for i, s := range r.Servers {
			good = good && s.Rejected == slices.Contains(c.Truth.Liars, i)
		}
		if good {
			right++
		} else {
			t.Logf("%+v", r.Servers)
		}
	}
	if right != runs {
		t.Errorf("right in %d of %d", right, runs)
	}
}

// bedRuns is how often the bed repeats; MEIQIA_DIAG_BED_RUNS says otherwise.
func bedRuns(n int) int {
	if m, err := strconv.Atoi(os.Getenv("MEIQIA_DIAG_BED_RUNS")); err == nil && m > 0 {
		return m
	}
	return n
}

func bedWord(env string) string { return os.Getenv(env) }

// quantile gives the q-quantile of a list that is not empty.
func quantile[T cmp.Ordered](list []T, q float64) T {
	s := slices.Sorted(slices.Values(list))
	return s[min(len(s)-1, int(q*float64(len(s))))]
}
