package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
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
	once := func(bin string) time.Duration { return timeOf(b, exec.Command(bin, "--version")) }
	once(own)
	once(bare)
	var a, z []time.Duration
	for b.Loop() {
		a, z = append(a, once(own)), append(z, once(bare))
	}
	b.ReportMetric(float64(median(a))/float64(median(z)), "x-bare")
	b.ReportMetric(float64(median(a).Microseconds())/1000, "ms/start")
	b.ReportMetric(float64(median(z).Microseconds())/1000, "ms/bare")
}

// BenchmarkSliceFast cuts 90 seconds out of a day's sorted log with the built
// binary, all of its start included, beside grep and a cobra program with nothing
// in it. "×grep" is how many times longer grep takes, by the medians: it reads the
// whole log, so the ratio grows with MEIQIA_DIAG_BENCH_MB, 200 if not set.
func BenchmarkSliceFast(b *testing.B) {
	if _, err := exec.LookPath("grep"); err != nil {
		b.Skipf("grep is not installed: %v", err)
	}
	own, bare := buildBinary(b, "."), buildBinary(b, "./testdata/bare")
	log := dayLog(b)
	slice := func() time.Duration {
		return timeOf(b, exec.Command(own, "report", "slice", log, "--fast", "--from", "2026-11-20T10:22:00+08:00", "--to", "2026-11-20T10:23:29.999+08:00"))
	}
	grep := func() time.Duration {
		cmd := exec.Command("grep", "-E", "^2026-11-20T10:(22:[0-5][0-9]|23:[0-2][0-9])", log)
		cmd.Env, cmd.Stdout = append(cmd.Environ(), "LC_ALL=C"), &bytes.Buffer{} // to /dev/null it would stop at the first line
		return timeOf(b, cmd)
	}
	slice()
	var g []time.Duration
	for range 5 {
		g = append(g, grep())
	}
	var a, z []time.Duration
	for b.Loop() {
		a, z = append(a, slice()), append(z, timeOf(b, exec.Command(bare, "--version")))
	}
	b.ReportMetric(float64(median(g))/float64(median(a)), "×grep")
	b.ReportMetric(float64(median(a))/float64(median(z)), "x-bare")
	b.ReportMetric(float64(median(a).Microseconds())/1000, "ms/slice")
	b.ReportMetric(float64(slices.Min(a).Microseconds())/1000, "ms/best")
	b.ReportMetric(float64(median(g).Microseconds())/1000, "ms/grep")
}

func timeOf(b *testing.B, cmd *exec.Cmd) time.Duration {
	b.Helper()
	start := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// dayLog writes a day's sorted log of MEIQIA_DIAG_BENCH_MB megabytes.
func dayLog(b *testing.B) string {
	b.Helper()
	mb := 200
	if s := os.Getenv("MEIQIA_DIAG_BENCH_MB"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			b.Fatalf("MEIQIA_DIAG_BENCH_MB=%q", s)
		}
		mb = n
	}
	path := filepath.Join(b.TempDir(), "day.log")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	messages := []string{
		"INFO  connection from 203.0.113.7 closed after keepalive, 12 requests served by the backend",
		"INFO  撤回请求 id=8842 conversation=1 status=200 操作员=17 耗时=38ms",
		"WARN  upstream answered slowly, retrying on the next backend of the pool",
	}
	const line = 111 // bytes, on average
	step := 24 * time.Hour / time.Duration(mb<<20/line)
	at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	var buf []byte
	for i := range mb << 20 / line {
		buf = at.Add(time.Duration(i)*step).AppendFormat(buf[:0], "2006-01-02T15:04:05.000Z07:00 ")
		buf = append(append(buf, messages[i%len(messages)]...), '\n')
		if _, err := w.Write(buf); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return path
}
