package slice

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// benchLog writes a day's sorted log of MEIQIA_DIAG_BENCH_MB megabytes, 200 if
// not set.
func benchLog(b *testing.B) (path string, size int64, from time.Time) {
	b.Helper()
	mb := 200
	if s := os.Getenv("MEIQIA_DIAG_BENCH_MB"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			b.Fatalf("MEIQIA_DIAG_BENCH_MB=%q", s)
		}
		mb = n
	}
	size = int64(mb) << 20
	path = filepath.Join(b.TempDir(), "day.log")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.FixedZone("+08:00", 8*3600))
	msg := []string{
		"INFO  connection from 203.0.113.7 closed after keepalive, 12 requests served by the backend",
		"INFO  撤回请求 id=8842 conversation=1 status=200 操作员=17 耗时=38ms",
		"WARN  upstream answered slowly, retrying on the next backend of the pool",
		"INFO  PacketResponder for block blk_38865049064139660 terminating in due course of the pipeline",
	}
	var line []byte
	const most = 118 // bytes of a line, on average
	step := 24 * time.Hour / time.Duration(size/most)
	n := int64(0)
	for i := 0; n < size; i++ {
		line = day.Add(time.Duration(i)*step).AppendFormat(line[:0], "2006-01-02T15:04:05.000Z07:00 ")
		line = append(line, msg[i%len(msg)]...)
		line = append(line, '\n')
		n += int64(len(line))
		if _, err := w.Write(line); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path, n, day.Add(10*time.Hour + 22*time.Minute)
}

// took is the shortest of a few runs.
func took(b *testing.B, rounds int, f func() error) time.Duration {
	b.Helper()
	best := time.Duration(0)
	for range rounds {
		start := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		if d := time.Since(start); best == 0 || d < best {
			best = d
		}
	}
	return best
}

// BenchmarkSlice cuts 90 seconds out of a day's sorted log, and reports as
// "×tool" how many times as long each tool takes that a user may have instead,
// in the same run and with a warm cache. A tool that is missing is left out.
func BenchmarkSlice(b *testing.B) {
	path, size, from := benchLog(b)
	to := from.Add(90*time.Second - time.Millisecond)
	q := "'" + path + "'"
	tools := []struct{ name, needs, script string }{
		{"cat|wc", "cat", "cat " + q + " | wc -c"},
		{"grep", "grep", `LC_ALL=C grep -E '^2026-11-20T10:(22:[0-5][0-9]|23:[0-2][0-9])' ` + q + " | cat"},
		{"rg", "rg", `rg '^2026-11-20T10:(22:[0-5][0-9]|23:[0-2][0-9])' ` + q + " | cat"},
		{"mawk", "mawk", `mawk '$1 >= "2026-11-20T10:22:00.000" && $1 < "2026-11-20T10:23:30.000"' ` + q},
		{"gawk", "gawk", `gawk '$1 >= "2026-11-20T10:22:00.000" && $1 < "2026-11-20T10:23:30.000"' ` + q},
		{"lnav", "lnav", `lnav -n -c ':hide-lines-before 2026-11-20T10:22:00' -c ':hide-lines-after 2026-11-20T10:23:29.999' ` + q},
	}
	measured := map[string]time.Duration{}
	for _, t := range tools {
		if _, err := exec.LookPath(t.needs); err != nil {
			b.Logf("%s is not installed", t.needs)
			continue
		}
		measured[t.name] = took(b, 3, func() error {
			cmd := exec.Command("sh", "-c", t.script)
			cmd.Stdout = io.Discard
			cmd.Env = append(os.Environ(), "TERM=dumb", "HOME="+b.TempDir())
			return cmd.Run()
		})
	}
	for _, mode := range []string{Exact, Fast} {
		b.Run(mode, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				in, ps := Inputs([]string{path})
				if len(ps) > 0 {
					b.Fatal(ps[0])
				}
				set, err := Learn(context.Background(), in, Options{From: from, To: to})
				if err != nil {
					b.Fatal(err)
				}
				st, err := set.Cut(context.Background(), Range{From: from, To: to, Fast: mode == Fast}, io.Discard)
				if err != nil || st[0].Kept == 0 || st[0].Mode != mode {
					b.Fatal(err, st)
				}
			}
			own := float64(b.Elapsed()) / float64(b.N)
			for _, t := range tools {
				if d, ok := measured[t.name]; ok {
					b.ReportMetric(float64(d)/own, "×"+t.name)
				}
			}
		})
	}
	if b.Failed() {
		return
	}
	for _, t := range tools {
		if d, ok := measured[t.name]; ok {
			b.Log(fmt.Sprintf("%s: %v", t.name, d.Round(time.Millisecond)))
		}
	}
}
