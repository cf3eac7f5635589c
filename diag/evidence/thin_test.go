package evidence

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/heaptest"
)

var densePress = time.Date(2026, 11, 20, 2, 22, 15, 0, time.UTC)

// dense writes the log of a busy service, an hour around the press: five lines of
// five forms every 50 ms, and the lines of rare at their times.
func dense(t testing.TB, rare map[time.Duration]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "server.log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	const step = 50 * time.Millisecond
	n := 0
	for d := -30 * time.Minute; d <= 30*time.Minute; d += step {
		at := densePress.Add(d).Format("2006-01-02T15:04:05.000Z")
		for i, text := range []string{"WARN  recall.service slow query conversation=%d took 705 ms", "DEBUG cache hit key=conv:%d ttl=449", "INFO  push.hub delivered conversation=%d latency_ms=826",
			"INFO  api.gateway request done method=GET path=/api/v1/conversations/%d/messages status=200 duration_ms=5", "INFO  消息已送达 会话=%d 耗时=12 毫秒"} {
			fmt.Fprintf(w, at+" "+text+"\n", 60000+(n*7+i)%30000)
		}
		if text, ok := rare[d]; ok {
			fmt.Fprintln(w, at, text)
		}
		n++
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// small makes logs of this test's size count as big, and as dense.
func small(t testing.TB) {
	real := bigLog
	bigLog = 1 << 20
	t.Cleanup(func() { bigLog = real })
}

// However many alike entries a dense log has, what matters of it is kept, also far from the press.
func TestThinKeepsWhatMatters(t *testing.T) {
	small(t)
	rare := map[time.Duration]string{
		-29 * time.Minute:         "INFO  message stored msg=8842001 conversation=99123 trace=abcd1234ef",
		-25 * time.Minute:         "INFO  seat opened conversation=99123",
		-20 * time.Minute:         "ERROR redis: connection refused 10.0.0.7:6379\n\tat pool.get (pool.go:31)\n\tat recall.do (recall.go:9)",
		-15 * time.Minute:         "INFO  rollout of build 5.2.1 begins",
		-30 * time.Second:         "INFO  POST /api/v1/conversations/99123/messages/8842001/recall status=403",
		-29500 * time.Millisecond: "INFO  deny reason=read trace=abcd1234ef",
		20 * time.Minute:          "WARN  recall of message 777 was refused: window",
		29 * time.Minute:          "INFO  message 8842001 read back: visible",
	}
	opt := Options{Attempt: densePress, Sent: densePress.Add(-75 * time.Second), Zone: time.UTC, Named: "8842001",
		KeepLine: func(s string) bool { return strings.Contains(s, "8842001") }, Matters: func(s string) bool { return strings.Contains(s, "recall") }}
	s := readAll(t, opt, dense(t, rare))
	l := s.Logs[0]
	if len(l.Entries) > maxThinned || len(l.Entries) < 5*2*nearest/2 {
		t.Errorf("%d entries were kept", len(l.Entries))
	}
	byText := map[string]int{}
	var last time.Time
	widest := time.Duration(0)
	for _, e := range l.Entries {
		at := densePress.Sub(e.At.T).Abs()
		if strings.Contains(e.Text, "cache hit") {
			widest = max(widest, at)
		}
		if e.At.T.Before(last) {
			t.Fatalf("line %d is out of order", e.Line)
		}
		last = e.At.T
		_, text, _ := strings.Cut(e.Text, " ")
		byText[text]++
		if at < time.Second {
			byText["at the press"]++
		}
	}
	for _, text := range rare {
		if byText[text] != 1 {
			t.Errorf("%d times: %s", byText[text], text)
		}
	}
	if byText["at the press"] < 5*39 {
		t.Errorf("%d entries of the press itself", byText["at the press"])
	}
	if widest < 28*time.Minute {
		t.Errorf("of the commonest form nothing is kept farther than %v from the press", widest)
	}
	if p := problems(s); len(p) != 1 || !strings.Contains(p[0].What.EN, "not analysed one by one") {
		t.Errorf("nobody is told: %q", p)
	}
}

// Lines that hold what another log speaks of are kept, wherever they stand.
func TestThinFollowsOtherLogs(t *testing.T) {
	small(t)
	const line = "INFO  push.hub delivered conversation=61000 latency_ms=9 trace=77aa88bb99cc"
	path := dense(t, map[time.Duration]string{-17 * time.Minute: line})
	client := put(t, "client.log", "[2026-11-20 02:05:13.000] [info] send request trace=77aa88bb99cc\n[2026-11-20 02:22:15.000] [info] click recall\n")
	s := readAll(t, Options{Attempt: densePress, Zone: time.UTC}, path, client)
	for i, name := range []string{"server.log", "client.log"} {
		if len(s.Logs) != 2 || s.Logs[i].File.Name != name {
			t.Fatalf("the logs are not in the order in which they were given: %v", kinds(s))
		}
	}
	for _, e := range s.Logs[0].Entries {
		if strings.HasSuffix(e.Text, line) {
			return
		}
	}
	t.Errorf("of %d entries none is the one with the client's trace", len(s.Logs[0].Entries))
}

// A log in which every line has a form of its own is bounded too.
func TestThinIsBounded(t *testing.T) {
	small(t)
	var b strings.Builder
	word := func(n int) string {
		out := []byte("aaaaaa")
		for i := range out {
			out[i] += byte(n % 26)
			n /= 26
		}
		return string(out)
	}
	for n := range 120_000 {
		fmt.Fprintf(&b, "%s INFO %s said %s to %s about an order\n", densePress.Add(time.Duration(n-60_000)*10*time.Millisecond).Format("2006-01-02T15:04:05.000Z"), word(n), word(n*31), word(n*17))
	}
	dir := put(t, "chat.log", b.String())
	var s *Set
	high := heaptest.Peak(func() { s = readAll(t, Options{Attempt: densePress, Zone: time.UTC}, dir) })
	es := s.Logs[0].Entries
	if len(es) < 500 || len(es) > maxThinned || high > 48*mb {
		t.Errorf("%d entries, peak heap %d MB", len(es), high/mb)
	}
	near := 0
	for _, e := range es {
		near += b2i(e.At.T.Sub(densePress).Abs() < time.Second)
	}
	if near < 100 {
		t.Errorf("%d entries of the press itself", near)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A cancelled reading ends at once.
func TestThinEndsWithTheContext(t *testing.T) {
	small(t)
	path := dense(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if s := Read(ctx, []string{path}, Options{Attempt: densePress, Zone: time.UTC}); len(s.Logs) > 0 && len(s.Logs[0].Entries) > 0 {
		t.Errorf("%d entries after the end", len(s.Logs[0].Entries))
	}
}

// BenchmarkDense reads a dense log around a press; MB/s are of the file.
func BenchmarkDense(b *testing.B) {
	small(b)
	path := dense(b, nil)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	for b.Loop() {
		s := Read(b.Context(), []string{path}, Options{Attempt: densePress, Zone: time.UTC})
		b.ReportMetric(float64(len(s.Logs[0].Entries)), "entries")
	}
}

// TestThinSample holds that entries to be counted are picked for nothing they say.
func TestThinSample(t *testing.T) {
	small(t)
	s := readAll(t, Options{Attempt: densePress, Zone: time.UTC, Named: "8842001", KeepLine: func(s string) bool { return strings.Contains(s, "8842001") }}, dense(t, nil))
	l := s.Logs[0]
	near, far, forms := 0, 0, map[string]int{}
	for _, e := range l.Entries {
		if !l.Counts(e) {
			continue
		}
		if e.At.T.Sub(densePress).Abs() <= sampleNear {
			near++
		} else {
			far++
		}
		forms[strings.Fields(e.Text)[2]]++
	}
	if len(l.Sample) == 0 || near+far != len(l.Sample) {
		t.Errorf("%d and %d entries count, of a sample of %d", near, far, len(l.Sample))
	}
	if near < sampled*9/10 || near >= 2*sampled || far < sampled*9/10 || far >= 2*sampled { // by lot, half of them stay
		t.Errorf("%d entries near the press count, and %d others", near, far)
	}
	if len(forms) < 3 {
		t.Errorf("all that count are alike: %v", forms)
	}
}
