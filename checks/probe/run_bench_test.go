package probe_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lab/bed"
	"meiqia-diag/diag/lab/link"
)

// otherWays are what people type in a shell instead of one run of this program.
func otherWays(b *bed.Bed) map[string]string {
	host, clock := bed.BackendIP(0), bed.TimeIP(0)
	curl := fmt.Sprintf("curl -sS -m 10 -o /dev/null -w '%%{time_total}' --cacert %s https://%s/", b.CAFile, bed.API)
	return map[string]string{
		"ping -c20; ntpdate -q; curl -w":                 fmt.Sprintf("ping -q -c20 %v; ntpdate -q %v; %s", host, clock, curl),
		"fping -c72 -p10 & ntpdate -q & curl (parallel)": fmt.Sprintf("fping -q -c72 -p10 %v & ntpdate -q %v & %s & wait", host, clock, curl),
	}
}

// BenchmarkRunBed times whole runs of the command line, with all live checks,
// over emulated links, and what others would type in the same run.
// MEIQIA_DIAG_BED_RUNS is the number of runs per link, 10 if unset.
func BenchmarkRunBed(t *testing.B) {
	tool := filepath.Join(t.TempDir(), "meiqia-diag")
	if out, err := exec.Command("go", "build", "-o", tool, "meiqia-diag/cmd/meiqia-diag").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	n := bedRuns(10)
	peerRuns := max(1, n/5)
	if v, err := strconv.Atoi(os.Getenv("MEIQIA_DIAG_RUNS")); err == nil {
		peerRuns = v
	}
	b := bed.New(t, bed.Topology{})
	fmt.Printf("\n| link | what | runs | p50 | p95 | longest | × ours (p50) |\n|---|---|---|---|---|---|---|\n")
	for _, c := range []struct {
		name, condition string
		rtt             time.Duration
		peers           bool
	}{
		{"40 ms", "clean", 0, true},
		{"200 ms", "clean", 200 * time.Millisecond, true},
		{"300 ms", "far", 0, false},
		{"loss 2 %", "wan-loss", 0, false},
		{"loss 20 %", "wan-loss-heavy", 0, false},
		{"bursts", "wan-bursts", 0, false},
		{"port dropped", "port-drop", 0, false},
		{"dead beyond the gateway", "wan-dead", 0, false},
		{"dead at the gateway", "lan-dead", 0, false},
		{"name servers silent", "dns-silent", 0, false},
		{"service stalled", "stalled", 0, false},
		{"800 ms", "wan-slow", 0, false},
	} {
		if !strings.Contains(c.name, selected()) {
			continue
		}
		cond, ok := bed.Find(c.condition)
		if !ok {
			t.Fatalf("the bed has no condition %s", c.condition)
		}
		if err := b.Reset(); err != nil {
			t.Fatal(err)
		}
		if err := b.Apply(t.Context(), cond); err != nil {
			t.Fatal(err)
		}
		if c.rtt > 0 {
			for _, d := range []link.Direction{link.Up, link.Down} {
				if err := bed.Shape(b.WAN, d, func(to *link.Conditions) { to.Delay = (c.rtt - 2*time.Millisecond) / 2 }); err != nil {
					t.Fatal(err)
				}
			}
		}
		ours := timed(t, b, n, tool, "recall", "--profile", b.ProfileFile, "--no-report", "--no-input", "--format", "json")
		row := func(what string, took []time.Duration) {
			fmt.Printf("| %s | %s | %d | %.2f s | %.2f s | %.2f s | %.2f |\n", c.name, what, len(took), rankOf(took, .5).Seconds(), rankOf(took, .95).Seconds(), took[len(took)-1].Seconds(),
				float64(rankOf(took, .5))/float64(rankOf(ours, .5)))
		}
		row("meiqia-diag recall", ours)
		if !c.peers {
			continue
		}
		for what, script := range otherWays(b) {
			row(what, timed(t, b, peerRuns, "sh", "-c", script))
		}
	}
}

// timed runs a command n times in the client's namespace, at any phase of the second.
func timed(t *testing.B, b *bed.Bed, n int, name string, args ...string) (took []time.Duration) {
	for i := range n {
		time.Sleep(time.Duration(i*377%1000) * time.Millisecond)
		r, err := b.Client.Exec(t.Context(), name, args...)
		if err != nil {
			t.Fatal(err)
		}
		took = append(took, r.Took)
	}
	slices.Sort(took)
	return took
}

func rankOf(sorted []time.Duration, q float64) time.Duration {
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
