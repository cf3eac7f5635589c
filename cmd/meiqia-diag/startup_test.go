package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// buildBinary builds a program as it is released.
func buildBinary(tb testing.TB, pkg string) string {
	tb.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		tb.Skipf("GO NOT AVAILABLE, nothing can be built: %v", err)
	}
	bin := filepath.Join(tb.TempDir(), "program.exe")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, pkg).CombinedOutput(); err != nil {
		tb.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return bin
}

// BenchmarkStartup runs the built binary. "x-bare" is how many times longer it
// takes than a cobra program with nothing in it, by the medians of runs side by side.
func BenchmarkStartup(b *testing.B) {
	own, bare := buildBinary(b, "."), buildBinary(b, "./testdata/bare")
	once := func(bin string) time.Duration {
		start := time.Now()
		if err := exec.Command(bin, "--version").Run(); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	once(own)
	once(bare)
	var a, z []time.Duration
	for b.Loop() {
		a, z = append(a, once(own)), append(z, once(bare))
	}
	slices.Sort(a)
	slices.Sort(z)
	b.ReportMetric(float64(a[len(a)/2])/float64(z[len(z)/2]), "x-bare")
	b.ReportMetric(float64(a[len(a)/2].Microseconds())/1000, "ms/start")
	b.ReportMetric(float64(z[len(z)/2].Microseconds())/1000, "ms/bare")
}
