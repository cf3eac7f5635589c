package diagnosis_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/heaptest"
)

// walkFile is what reading costs at least: every token of the file, and nothing else.
func walkFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	dec := jsontext.NewDecoder(f, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		if _, err := dec.ReadToken(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// BenchmarkOffline100MB is a whole offline diagnosis - reading, putting together,
// ten checks, verdict and JSON - over HARs of 100 MB of several shapes.
// ratio-to-walk and ratio-to-jq are its best time as a part of a bare walk over
// the same file's tokens, and of jq counting its entries: best of the same number
// of rounds. peak-heap-MB grows with the entries, which are all kept.
func BenchmarkOffline100MB(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) { benchShape(b, s) })
	}
}

func benchShape(b *testing.B, s shape) {
	path := filepath.Join(b.TempDir(), "shop.har")
	size := s.write(b, path)
	whole := func() *diagnosis.Diagnosis {
		d := offlineRun(b, []string{path}, s.facts()...)
		if _, err := d.Document.JSON(); err != nil {
			b.Fatal(err)
		}
		return d
	}
	var d *diagnosis.Diagnosis
	high := heaptest.Peak(func() { d = whole() })
	if n := len(d.Evidence.HARs[0].Entries); n != s.entries || !d.Document.Observations().Has("server.refusal", "read") {
		b.Fatalf("%d entries, %+v", n, d.Document.Verdict)
	}
	d = nil
	jq, _ := exec.LookPath("jq")
	b.SetBytes(size)
	best, bestWalk, bestJQ := time.Hour, time.Hour, time.Hour
	for b.Loop() {
		start := time.Now()
		whole()
		best = min(best, time.Since(start))
		b.StopTimer()
		start = time.Now()
		if err := walkFile(path); err != nil {
			b.Fatal(err)
		}
		bestWalk = min(bestWalk, time.Since(start))
		if jq != "" {
			start = time.Now()
			if out, err := exec.Command(jq, "-c", ".log.entries|length", path).Output(); err != nil || strings.TrimSpace(string(out)) != fmt.Sprint(s.entries) {
				b.Fatalf("jq: %s, %v", out, err)
			}
			bestJQ = min(bestJQ, time.Since(start))
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(size)/1e6/best.Seconds(), "best-MB/s")
	b.ReportMetric(float64(high)/(1<<20), "peak-heap-MB")
	b.ReportMetric(float64(best)/float64(bestWalk), "ratio-to-walk")
	if jq != "" {
		b.ReportMetric(float64(best)/float64(bestJQ), "ratio-to-jq")
	}
}

// BenchmarkOfflineSmall is the same over what people usually send: a HAR of some 75 KB, logs and a ping.
func BenchmarkOfflineSmall(b *testing.B) {
	dir := caseFolder(b)
	b.ReportAllocs()
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		if _, err := offlineRun(b, []string{dir}, caseFacts...).Document.JSON(); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	b.ReportMetric(float64(best.Microseconds())/1000, "best-ms")
}
