package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"meiqia-diag/diag/evidence/hartest"
)

// bigHAR writes a recording of some 100 MB in which a recall is refused. It is
// never in memory as a whole: what a child is said to have used at most counts
// what its parent had. With bodies it has 2,500 entries, else 60,000 that have
// nothing but their fields.
func bigHAR(path string, bodies bool) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	rng := rand.New(rand.NewPCG(1, 2))
	const body = 80 << 10
	entries, span := 2500, 250.0 // seconds before the recall
	if !bodies {
		entries, span = 60_000, 3000
	}
	text := strings.Repeat("The parcel left the depot. 您好,请问订单到哪里了? ", body/60)
	fmt.Fprint(w, `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[],"entries":[`)
	for i := range entries {
		at := -span + float64(i)*span/float64(entries)
		head := hartest.Headers("Date", hartest.Press.Add(time.Duration(at*float64(time.Second))).Format(http.TimeFormat), "X-Request-Id", fmt.Sprintf("%016x", rng.Uint64()))
		answer := `{"list":[]}`
		if bodies {
			answer = fmt.Sprintf(`{"list":[{"id":%d,"content":%q}]}`, rng.IntN(1e9), text[:rng.IntN(len(text))])
		} else {
			for k := range 12 {
				head = append(head, hartest.Headers(fmt.Sprintf("X-Edge-%d", k), strings.Repeat("edge ", 8))...)
			}
		}
		data, err := json.Marshal(hartest.Entry(at, "GET", fmt.Sprintf("https://app.meiqia.com/api/v1/conversations/%d/messages", rng.IntN(90000)), "", 200,
			answer, hartest.Obj{"response": hartest.Obj{"headers": head}}))
		if err != nil {
			return err
		}
		_, _ = w.Write(append(data, ','))
	}
	last, err := json.Marshal(hartest.Entry(0, "POST", "https://app.meiqia.com/api/v1/messages/884213371/recall", `{"message_id":884213371}`, 403, `{"code":"message_read","message":"消息已被阅读,无法撤回"}`))
	if err != nil {
		return err
	}
	_, _ = w.Write(append(last, "]}}"...))
	return w.Flush()
}

// bigLog writes a day of a busy service's log of that many bytes.
func bigLog(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	rng := rand.New(rand.NewPCG(3, 4))
	words := []string{
		"DEBUG cache hit key=conv:%d ttl=%d shard=%08x", "INFO  push.hub delivered conversation=%d latency_ms=%d node=%08x",
		"INFO  消息已送达 会话=%d 耗时=%d 毫秒 追踪=%08x", "WARN  recall.service slow query conversation=%d took %d ms trace=%08x",
		"INFO  api.gateway request done method=GET path=/api/v1/conversations/%d/messages status=200 duration_ms=%d request_id=%08x",
	}
	start, step := hartest.Press.Add(-10*time.Hour), 24*time.Hour/time.Duration(size/108)
	for n, i := int64(0), 0; n < size; i++ {
		line := start.Add(time.Duration(i)*step).AppendFormat(w.AvailableBuffer(), "2006-01-02T15:04:05.000Z ")
		line = fmt.Appendf(line, words[rng.IntN(len(words))], rng.IntN(90000), rng.IntN(900), rng.Uint32())
		line = append(line, '\n')
		n += int64(len(line))
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return w.Flush()
}

// BenchmarkBigRun diagnoses a HAR of some 100 MB and a log of
// MEIQIA_DIAG_BENCH_MB megabytes (2048 if not set) and writes the report, by the
// built binary. "x-cat" is how many times longer that takes than `cat LOG | wc -c`,
// by the medians of runs side by side; the report is the same each time, and the
// memory is at most maxRSS whatever the HAR is made of.
func BenchmarkBigRun(b *testing.B) {
	b.Run("bodies", func(b *testing.B) { bigRun(b, true) })
	b.Run("small-entries", func(b *testing.B) { bigRun(b, false) })
}

// maxRSS is what a run may use, in bytes.
const maxRSS = 100 << 20

func bigRun(b *testing.B, bodies bool) {
	mb := 2048
	if s := os.Getenv("MEIQIA_DIAG_BENCH_MB"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			b.Fatalf("MEIQIA_DIAG_BENCH_MB=%q", s)
		}
		mb = n
	}
	bin, dir := buildBinary(b, "."), b.TempDir()
	log, har, out := filepath.Join(dir, "service.log"), filepath.Join(dir, "desk.har"), filepath.Join(dir, "report.zip")
	if err := bigLog(log, int64(mb)<<20); err != nil {
		b.Fatal(err)
	}
	if err := bigHAR(har, bodies); err != nil {
		b.Fatal(err)
	}
	var own, cat []time.Duration
	var rss, size int64
	sums := map[[32]byte]bool{}
	for b.Loop() {
		start := time.Now()
		cmd := exec.Command("sh", "-c", `cat "$1" | wc -c`, "sh", log)
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		cat = append(cat, time.Since(start))
		start = time.Now()
		cmd = exec.Command(bin, "recall", "--offline", "--no-input", "--yes", "--force", "--output", out, "--evidence", log, "--evidence", har,
			"--set", "message.id=884213371", "--set", "message.sent_at=2026-11-20T02:21:00Z", "--at", "2026-11-20T02:22:41Z")
		cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+dir, "LANG=C.UTF-8")
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if err := cmd.Run(); cmd.ProcessState.ExitCode() != statusFound {
			b.Fatalf("%v: %s", err, errs.String())
		}
		own = append(own, time.Since(start))
		rss = max(rss, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
		data, err := os.ReadFile(out)
		if err != nil {
			b.Fatal(err)
		}
		sums[sha256.Sum256(data)], size = true, int64(len(data))
	}
	if len(sums) > 1 {
		b.Errorf("%d different reports", len(sums))
	}
	if rss<<10 > maxRSS {
		b.Errorf("%d MB of memory", rss>>10)
	}
	slices.Sort(own)
	slices.Sort(cat)
	b.ReportMetric(own[len(own)/2].Seconds(), "s/run")
	b.ReportMetric(float64(own[len(own)/2])/float64(cat[len(cat)/2]), "x-cat")
	b.ReportMetric(float64(rss)/1024, "MB-RSS")
	b.ReportMetric(float64(size)/(1<<20), "MB-report")
}
