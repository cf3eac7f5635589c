package diagnosis_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"meiqia-diag/diag/diagnosis"
)

const benchEntries = 7300

type obj = map[string]any

var benchStart = time.Date(2026, 11, 20, 2, 20, 0, 0, time.UTC)

// writeBenchHAR writes a HAR as Chrome exports one, of about 100 MB: two-space
// indents, 20 headers each side, an initiator with a stack, bodies of the kinds
// that a workbench loads, and one refused recall in the midst.
func writeBenchHAR(b *testing.B, path string) int64 {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	w.WriteString("{\n  \"log\": {\n    \"version\": \"1.2\",\n    \"creator\": {\n      \"name\": \"WebInspector\",\n      \"version\": \"537.36\"\n    },\n    \"pages\": [],\n    \"entries\": [")
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range benchEntries {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString("\n      ")
		var one bytes.Buffer
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false)
		enc.SetIndent("      ", "  ")
		if err := enc.Encode(benchEntry(rng, i)); err != nil {
			b.Fatal(err)
		}
		w.Write(bytes.TrimSpace(one.Bytes()))
	}
	w.WriteString("\n    ]\n  }\n}\n")
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

func benchHeaders(rng *rand.Rand, side string, at time.Time) []obj {
	hs := []obj{
		{"name": "User-Agent", "value": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"},
		{"name": "Authorization", "value": fmt.Sprintf("Bearer %032x", rng.Uint64())},
		{"name": "Content-Type", "value": "application/json; charset=utf-8"},
		{"name": "Date", "value": at.Format("Mon, 02 Jan 2006 15:04:05 GMT")},
		{"name": "Cookie", "value": fmt.Sprintf("sid=%x; theme=dark; _ga=%d", rng.Uint64(), rng.Uint32())},
		{"name": "ETag", "value": fmt.Sprintf("W/\"%x\"", rng.Uint64())},
		{"name": "X-Request-Id", "value": fmt.Sprintf("%016x-%s", rng.Uint64(), side)},
	}
	for i := len(hs); i < 20; i++ {
		hs = append(hs, obj{"name": fmt.Sprintf("X-%s-Header-%d", side, i), "value": strings.Repeat("value ", 1+i/2)})
	}
	return hs
}

func benchBody(rng *rand.Rand, i int) (body, mime, kind string, more obj) {
	size := 2000 + rng.IntN(9000)
	switch i % 4 {
	case 0:
		var list []obj
		for n := 0; n < size; n += 130 {
			list = append(list, obj{"id": rng.Uint64(), "type": "text", "from": "visitor", "content": "您好,请问订单什么时候发货?", "read": n%3 == 0})
		}
		text, _ := json.Marshal(list)
		return string(text), "application/json", "fetch", nil
	case 1:
		return strings.Repeat("function recall(id){if(!id){return \"none\"}\n\tconst r=await fetch('/api/v1/recall',{method:'POST'});return r}\n", size/105), "text/javascript", "script", nil
	case 2:
		raw := make([]byte, size*3/4)
		for j := range raw {
			raw[j] = byte(rng.Uint32())
		}
		return base64.StdEncoding.EncodeToString(raw), "image/png", "image", obj{"encoding": "base64"}
	}
	return strings.Repeat("<div class=\"message sent\"><span>已发送</span></div>\n", size/56), "text/html", "fetch", nil
}

func benchEntry(rng *rand.Rand, i int) obj {
	var stack []obj
	for j := range 5 {
		stack = append(stack, obj{"functionName": fmt.Sprint("fn", j), "scriptId": "8", "url": "https://app.meiqia.com/static/js/main.3f2a.js", "lineNumber": j, "columnNumber": i % 5000})
	}
	at := benchStart.Add(time.Duration(i) * 37 * time.Millisecond)
	method, url, status := "GET", fmt.Sprintf("https://app.meiqia.com/api/v1/conversations/%d/items/%d", i%90, i), 200
	body, mime, kind, more := benchBody(rng, i)
	if i == benchEntries/2 {
		method, url, status = "POST", "https://app.meiqia.com/api/v1/conversations/12/messages/8842/recall", 403
		body, mime, kind, more = `{"error":"message_read","message":"消息已被阅读,无法撤回"}`, "application/json", "fetch", nil
	}
	content := obj{"size": len(body), "mimeType": mime, "text": body}
	for k, v := range more {
		content[k] = v
	}
	return obj{
		"_initiator": obj{"type": "script", "stack": obj{"callFrames": stack}}, "_priority": "High", "_resourceType": kind,
		"cache": obj{}, "connection": "443", "serverIPAddress": "203.0.113.7",
		"startedDateTime": at.Format("2006-01-02T15:04:05.000Z07:00"), "time": 36.5,
		"request": obj{"method": method, "url": url, "httpVersion": "http/2.0", "headers": benchHeaders(rng, "Req", at), "queryString": []obj{}, "cookies": []obj{}, "headersSize": -1, "bodySize": 60},
		"response": obj{"status": status, "statusText": "", "httpVersion": "http/2.0", "headers": benchHeaders(rng, "Resp", at.Add(20*time.Millisecond)), "cookies": []obj{},
			"content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 900, "_error": nil, "_fetchedViaServiceWorker": false},
		"timings": obj{"blocked": 1.25, "dns": -1, "ssl": -1, "connect": -1, "send": 0.1, "wait": 33.3, "receive": 1.9, "_blocked_queueing": 0.9},
	}
}

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

var benchFacts = []string{"message.id", "8842", "message.sent_at", "2026-11-20T02:21:00Z", "attempt.at", benchStart.Add(benchEntries / 2 * 37 * time.Millisecond).Format(time.RFC3339), "attempt.symptom", "refused"}

// peakHeap gives the most heap in use during fn, in bytes above what was in use before.
func peakHeap(fn func()) uint64 {
	runtime.GC()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	before, high := ms.HeapInuse, ms.HeapInuse
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		var ms runtime.MemStats
		for tick := time.NewTicker(3 * time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				runtime.ReadMemStats(&ms)
				high = max(high, ms.HeapInuse)
			}
		}
	}()
	fn()
	close(stop)
	<-stopped
	runtime.ReadMemStats(&ms)
	return max(high, ms.HeapInuse) - before
}

// BenchmarkOffline100MB is a whole offline diagnosis - reading, putting together,
// ten checks, verdict and JSON - over a HAR of 100 MB. ratio-to-walk and
// ratio-to-jq are its best time as a part of a bare walk over the same file's
// tokens, and of jq counting its entries: best of the same number of rounds.
func BenchmarkOffline100MB(b *testing.B) {
	path := filepath.Join(b.TempDir(), "shop.har")
	size := writeBenchHAR(b, path)
	whole := func() *diagnosis.Diagnosis {
		d := offlineRun(b, []string{path}, benchFacts...)
		if _, err := d.Document.JSON(); err != nil {
			b.Fatal(err)
		}
		return d
	}
	var d *diagnosis.Diagnosis
	high := peakHeap(func() { d = whole() })
	if n := len(d.Evidence.HARs[0].Entries); n != benchEntries || !d.Document.Observations().Has("server.refusal", "read") {
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
			if out, err := exec.Command(jq, "-c", ".log.entries|length", path).Output(); err != nil || strings.TrimSpace(string(out)) != fmt.Sprint(benchEntries) {
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
