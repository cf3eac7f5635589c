package webcache

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/webcache/webcachetest"
	"meiqia-diag/diag/heaptest"
)

// A cache of 1 GB as people have them: many small files, few of them the workbench's.
const (
	benchEntries = 30_000
	benchBody    = 35 << 10
	benchWanted  = 40
)

func benchAnswers() []webcachetest.Answer {
	out := make([]webcachetest.Answer, benchEntries)
	for i := range out {
		a := example
		a.URL = fmt.Sprintf("https://cdn%d.example/assets/%d/picture-of-something-%x.webp", i%97, i, i*7919)
		if i%(benchEntries/benchWanted) == 0 {
			a.URL = fmt.Sprintf("https://desk.example/static/%d.js", i)
		}
		a.Body, a.Hole = nil, benchBody
		out[i] = a
	}
	return out
}

// BenchmarkProfileOf1GB reads the workbench's entries out of a cache of 1 GB in
// each format. vs-grep is how many times longer `grep -r` for the host takes, over
// the same folder in the same run; holes in the files make grep faster than real ones would.
func BenchmarkProfileOf1GB(b *testing.B) {
	if testing.Short() {
		b.Skip("a cache of 1 GB is not made with -short")
	}
	answers := benchAnswers()
	for _, format := range []Format{Simple, Blockfile, SQL, Cache2} {
		b.Run(string(format), func(b *testing.B) {
			dir := b.TempDir()
			switch format {
			case Simple:
				webcachetest.Simple(b, dir)
				for _, a := range answers {
					webcachetest.SimpleEntry(b, dir, a, SuperFastHash)
				}
			case Blockfile:
				webcachetest.Blockfile(b, dir, answers, SuperFastHash)
			case SQL:
				sqlCache(b, dir, answers)
			case Cache2:
				zeros := lookup2Of(make([]byte, benchBody)) // the same for all
				for _, a := range answers {
					webcachetest.Cache2Entry(b, dir, a, func(p []byte) uint32 {
						if len(p) == benchBody {
							return zeros
						}
						return lookup2Of(p)
					})
				}
			}
			want := func(url string) bool { return strings.HasPrefix(url, "https://desk.example/") }
			var r Reading
			read := func() {
				var err error
				if r, err = Read(context.Background(), dir, sub(format), want); err != nil || len(r.Entries) != benchWanted || r.Torn != 0 || r.Cut {
					b.Fatalf("%d of %d entries, %d torn, cut %v: %v", len(r.Entries), r.Seen, r.Torn, r.Cut, err)
				}
			}
			read()
			grepped := grepTime(b, dir)
			for b.Loop() {
				read()
			}
			cpu := cpuTime()
			read()
			cpu = cpuTime() - cpu
			ms := float64(b.Elapsed().Milliseconds()) / float64(b.N)
			peak := heaptest.Peak(read)
			b.ReportMetric(ms, "ms/read")
			if cpu > 0 { // what other programs on the machine do not stretch
				b.ReportMetric(float64(cpu.Milliseconds()), "cpu-ms/read")
			}
			b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
			if grepped > 0 {
				b.ReportMetric(float64(grepped.Milliseconds())/max(ms, 1), "vs-grep")
			}
			if peak > 50<<20 {
				b.Errorf("%d MB of heap, the bound is 50", peak>>20)
			}
		})
	}
}

// grepTime is what a person would do instead, 0 where there is no grep.
func grepTime(b *testing.B, dir string) time.Duration {
	grep, err := exec.LookPath("grep")
	if err != nil {
		return 0
	}
	best := time.Duration(0)
	for range 2 { // the first one warms the files up for both
		start := time.Now()
		out, err := exec.Command(grep, "-r", "-a", "-c", "desk.example", filepath.Clean(dir)).Output()
		if err != nil || len(out) == 0 {
			b.Fatalf("grep found nothing: %v", err)
		}
		if took := time.Since(start); best == 0 || took < best {
			best = took
		}
	}
	return best
}
