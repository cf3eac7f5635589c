package probe_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag/lab/bed"
	"meiqia-diag/diag/lab/link"
)

// pathAsk is one run of the probes inside the bed.
type pathAsk struct {
	URL    string
	CAFile string
}

func pathIn(ctx context.Context, q pathAsk) (probe.PathResult, error) {
	r := probe.Path(ctx, probe.Target{Role: "api", URL: q.URL}, probe.Options{CAFile: q.CAFile})
	r.Samples = nil
	return r, nil
}

const (
	byName    = "https://" + bed.API + "/"
	byAddress = "https://45.0.2.11/" // bed.BackendIP(0): what is wrong is not the names
)

// TestPathOnTheBed holds the probes against links whose truth is known. Verdicts
// that are right in 96 of 100 runs are not asked of every single one.
func TestPathOnTheBed(t *testing.T) {
	p := bed.NewProbe(t, pathIn)
	b := bed.New(t, bed.Topology{RTT: 40 * time.Millisecond})
	for _, c := range []struct {
		condition string
		url       string
		runs      int
		verdict   probe.LossVerdict
		right     int // runs with that verdict, at least
		never     probe.LossVerdict
		place     probe.Place
		notPlace  []probe.Place
	}{
		{"clean", byName, 3, probe.LossLow, 3, probe.LossHigh, "", []probe.Place{probe.PlaceLAN, probe.PlaceWAN, probe.PlacePort}},
		{"icmp-limited", byName, 3, probe.LossLow, 3, probe.LossHigh, "", []probe.Place{probe.PlaceLAN, probe.PlaceWAN, probe.PlacePort}},
		{"icmp-silent", byName, 2, probe.LossLow, 2, probe.LossHigh, "", []probe.Place{probe.PlaceLAN, probe.PlaceWAN, probe.PlacePort}},
		{"jitter-pareto", byName, 3, probe.LossLow, 2, probe.LossHigh, "", nil},
		{"far", byName, 2, probe.LossLow, 2, probe.LossHigh, "", nil},
		{"wan-loss-heavy", byAddress, 3, probe.LossHigh, 2, probe.LossLow, "", []probe.Place{probe.PlacePort}},
		{"lan-loss", byAddress, 3, probe.LossHigh, 2, "", "", []probe.Place{probe.PlacePort}},
		{"wan-dead", byAddress, 2, probe.LossHigh, 2, probe.LossLow, probe.PlaceWAN, nil},
		{"wan-dead", byName, 1, probe.LossUndecided, 1, probe.LossLow, probe.PlaceWAN, nil},
		{"lan-dead", byAddress, 1, probe.LossHigh, 1, probe.LossLow, "", []probe.Place{probe.PlaceWAN, probe.PlacePort}},
		{"port-drop", byAddress, 2, probe.LossHigh, 2, probe.LossLow, probe.PlacePort, nil},
		{"no-route", byAddress, 1, probe.LossUndecided, 1, probe.LossHigh, "", nil},
	} {
		cond, ok := bed.Find(c.condition)
		if !ok {
			t.Fatalf("the bed has no condition %s", c.condition)
		}
		if err := b.Apply(t.Context(), cond); err != nil {
			t.Fatal(err)
		}
		right, wrong := 0, 0
		for range c.runs {
			r := p.Must(b.Client, pathAsk{c.url, b.CAFile})
			t.Logf("%-14s %s", c.condition, told(r))
			if r.Loss.Verdict == c.verdict {
				right++
			}
			switch {
			case c.never != "" && r.Loss.Verdict == c.never,
				c.place != "" && r.Place != c.place, slices.Contains(c.notPlace, r.Place),
				r.Duration > 2*probe.Limit, r.Sent > 330:
				wrong++
				t.Logf("%s: wrong: %s", c.condition, told(r))
			}
		}
		if wrong > 1 { // one run in some may fall into a moment in which this machine stood still
			t.Errorf("%s: wrong in %d of %d", c.condition, wrong, c.runs)
		}
		if right < c.right {
			t.Errorf("%s: %s in %d of %d", c.condition, c.verdict, right, c.runs)
		}
		if err := b.Reset(); err != nil {
			t.Fatal(err)
		}
	}
}

func told(r probe.PathResult) string {
	return fmt.Sprintf("%v: %s, %.1f %% [%.1f, %.1f] of %d (%s), %s in %d, place %q, rtt %v, jitter %v, tcp %d/%d, icmp %d/%d, gateway tcp %d/%d icmp %d/%d %s",
		r.Duration.Round(time.Millisecond), r.Loss.Verdict, r.Loss.Percent, r.Loss.Low, r.Loss.High, r.Sent, r.Loss.Method, r.Loss.Pattern, r.Loss.Bursts, r.Place,
		r.RTT.Median.Round(100*time.Microsecond), r.Jitter.Round(100*time.Microsecond), r.TCP.Answered, r.TCP.Sent, r.ICMP.Answered, r.ICMP.Sent,
		r.Gateway.TCP.Answered, r.Gateway.TCP.Sent, r.Gateway.ICMP.Answered, r.Gateway.ICMP.Sent, r.Kind)
}

// peers are the tools that measure loss, as people run them.
var peers = []struct {
	name string
	cmd  []string
	loss *regexp.Regexp
}{
	{"fping -c72 -p10", []string{"fping", "-q", "-c72", "-p10", "-t500"}, regexp.MustCompile(`/(\d+)%`)},
	{"ping -c20 -i.2", []string{"ping", "-q", "-c20", "-i.2"}, regexp.MustCompile(`([\d.]+)% packet loss`)},
	{"mtr -c30 -i.1", []string{"mtr", "-n", "-r", "-c30", "-i.1"}, regexp.MustCompile(`45\.0\.2\.11\s+([\d.]+)%`)},
}

// BenchmarkPathAgainstPeers runs the probes and their peers in turn over the
// same link, without loss and with 5 %, and prints times as ratios to ours.
func BenchmarkPathAgainstPeers(b *testing.B) {
	p := bed.NewProbe(b, pathIn)
	n := 5
	if v, err := strconv.Atoi(os.Getenv("MEIQIA_DIAG_RUNS")); err == nil {
		n = v
	}
	nb := bed.New(b, bed.Topology{RTT: 40 * time.Millisecond})
	host := bed.BackendIP(0).String()
	b.ResetTimer()
	for range b.N {
		fmt.Printf("\n| link | tool | time p50 | p95 | ratio of p50 | loss seen, mean | median error, points | probes |\n|---|---|---|---|---|---|---|---|\n")
		for _, loss := range []float64{0, .05} {
			for _, d := range []link.Direction{link.Up} {
				if err := bed.Shape(nb.WAN, d, func(c *link.Conditions) { c.Loss = loss }); err != nil {
					b.Fatal(err)
				}
			}
			times, seen := map[string][]time.Duration{}, map[string][]float64{}
			sent := 0
			p.Must(nb.Client, pathAsk{byAddress, nb.CAFile}) // its process starts
			for range n {
				r := p.Must(nb.Client, pathAsk{byAddress, nb.CAFile})
				times["us"], seen["us"] = append(times["us"], r.Duration), append(seen["us"], r.Loss.Percent)
				sent += r.Sent
				for _, t := range peers {
					if _, err := exec.LookPath(t.cmd[0]); err != nil {
						continue
					}
					out, err := nb.Client.Exec(b.Context(), t.cmd[0], append(slices.Clone(t.cmd[1:]), host)...)
					if err != nil {
						b.Fatal(err)
					}
					m := t.loss.FindStringSubmatch(out.Stdout + out.Stderr)
					if m == nil {
						b.Fatalf("%s said %q %q", t.name, out.Stdout, out.Stderr)
					}
					v, _ := strconv.ParseFloat(m[1], 64)
					times[t.name], seen[t.name] = append(times[t.name], out.Took), append(seen[t.name], v)
				}
			}
			row := func(name, probes string) {
				ts, vs := times[name], seen[name]
				if len(ts) == 0 {
					fmt.Printf("| %.0f %% | %s | not installed | | | | | |\n", 100*loss, name)
					return
				}
				slices.Sort(ts)
				sum, errs := 0.0, []float64{}
				for _, v := range vs {
					sum += v / float64(len(vs))
					errs = append(errs, max(v-100*loss, 100*loss-v))
				}
				slices.Sort(errs)
				fmt.Printf("| %.0f %% | %s | %.2f s | %.2f s | %.2f | %.1f %% | %.1f | %s |\n", 100*loss, name, ts[len(ts)/2].Seconds(), ts[(len(ts)*95-1)/100].Seconds(),
					float64(ts[len(ts)/2])/float64(times["us"][len(ts)/2]), sum, errs[len(errs)/2], probes)
			}
			row("us", strconv.Itoa(sent/n))
			for _, t := range peers {
				row(t.name, strings.TrimLeft(regexp.MustCompile(`-c\d+`).FindString(strings.Join(t.cmd, " ")), "-c"))
			}
		}
	}
}
