package har

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

const benchEntries = 7300

// bench100MB is a HAR as Chrome exports one, of about 100 MB: two-space
// indents, 20 headers each side, an initiator with a stack, and bodies of the
// kinds a workbench loads, in JSON's escapes.
var bench100MB = sync.OnceValue(func() []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var out bytes.Buffer
	out.Grow(110 << 20)
	out.WriteString("{\n  \"log\": {\n    \"version\": \"1.2\",\n    \"creator\": {\n      \"name\": \"WebInspector\",\n      \"version\": \"537.36\"\n    },\n    \"pages\": [],\n    \"entries\": [")
	for i := range benchEntries {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n      ")
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false) // browsers do not
		enc.SetIndent("      ", "  ")
		if err := enc.Encode(benchEntry(rng, i)); err != nil {
			panic(err)
		}
		out.Truncate(out.Len() - 1)
	}
	out.WriteString("\n    ]\n  }\n}\n")
	return out.Bytes()
})

type obj = map[string]any

func benchHeaders(rng *rand.Rand, side string) []obj {
	hs := []obj{
		{"name": "User-Agent", "value": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"},
		{"name": "Authorization", "value": fmt.Sprintf("Bearer %032x", rng.Uint64())},
		{"name": "Content-Type", "value": "application/json; charset=utf-8"},
		{"name": "Date", "value": fmt.Sprintf("Sun, 22 Nov 2026 21:%02d:%02d GMT", rng.IntN(60), rng.IntN(60))},
		{"name": "Cookie", "value": fmt.Sprintf("sid=%x; theme=dark; _ga=%d", rng.Uint64(), rng.Uint32())},
		{"name": "Content-Length", "value": fmt.Sprint(rng.IntN(20000))},
		{"name": "ETag", "value": fmt.Sprintf("W/\"%x\"", rng.Uint64())},
		{"name": "X-Request-Id", "value": fmt.Sprintf("%016x-%s", rng.Uint64(), side)},
	}
	for i := len(hs); i < 20; i++ {
		hs = append(hs, obj{"name": fmt.Sprintf("X-%s-Header-%d", side, i), "value": strings.Repeat("value ", 1+i/2)})
	}
	return hs
}

func benchBody(rng *rand.Rand, i int) obj {
	size := 2000 + rng.IntN(9000)
	switch i % 4 {
	case 0: // an API's answer
		var list []obj
		for n := 0; n < size; n += 130 {
			list = append(list, obj{"id": rng.Uint64(), "type": "text", "from": "visitor", "content": "您好,请问订单什么时候发货?", "read": n%3 == 0})
		}
		b, _ := json.Marshal(list)
		return obj{"size": len(b), "mimeType": "application/json", "text": string(b)}
	case 1: // a script
		s := strings.Repeat("function recall(id){if(!id){return \"none\"}\n\tconst r=await fetch('/api/v1/recall',{method:'POST'});return r}\n", size/105)
		return obj{"size": len(s), "mimeType": "text/javascript", "text": s}
	case 2: // a picture
		raw := make([]byte, size*3/4)
		for j := range raw {
			raw[j] = byte(rng.Uint32())
		}
		return obj{"size": len(raw), "mimeType": "image/png", "encoding": "base64", "text": base64.StdEncoding.EncodeToString(raw)}
	}
	s := strings.Repeat("<div class=\"message sent\"><span>已发送</span></div>\n", size/56)
	return obj{"size": len(s), "mimeType": "text/html", "text": s}
}

func benchEntry(rng *rand.Rand, i int) obj {
	var frames []obj
	for j := range 5 {
		frames = append(frames, obj{"functionName": fmt.Sprint("fn", j), "scriptId": "8", "url": "https://app.example.com/static/js/main.3f2a.js", "lineNumber": j, "columnNumber": i % 5000})
	}
	start := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC).Add(time.Duration(i) * 37 * time.Millisecond)
	return obj{
		"_initiator": obj{"type": "script", "stack": obj{"callFrames": frames}}, "_priority": "High", "_resourceType": "fetch",
		"cache": obj{}, "connection": "443", "pageref": "page_1", "serverIPAddress": "203.0.113.7",
		"startedDateTime": start.Format("2006-01-02T15:04:05.000Z07:00"), "time": rng.Float64() * 300,
		"request": obj{"method": "POST", "url": fmt.Sprintf("https://api.example.com/api/v1/conversations/%d/messages/%d/recall", i%90, i),
			"httpVersion": "http/2.0", "headers": benchHeaders(rng, "Req"), "queryString": []obj{}, "cookies": []obj{}, "headersSize": -1, "bodySize": 60,
			"postData": obj{"mimeType": "application/json", "text": fmt.Sprintf(`{"conv":"c%d","msg_id":"m%d","reason":"typo"}`, i%90, i)}},
		"response": obj{"status": 200, "statusText": "", "httpVersion": "http/2.0", "headers": benchHeaders(rng, "Resp"), "cookies": []obj{},
			"content": benchBody(rng, i), "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 900, "_error": nil, "_fetchedViaServiceWorker": false},
		"timings": obj{"blocked": 1.25, "dns": -1, "ssl": -1, "connect": -1, "send": 0.1, "wait": 33.3, "receive": 1.9, "_blocked_queueing": 0.9},
	}
}

// walk is what reading costs at least with the bare decoder.
func walk(data []byte, skip bool) error {
	dec := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if skip {
		return dec.SkipValue()
	}
	for {
		if _, err := dec.ReadToken(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func readAll(data []byte) (n int, err error) {
	_, problems, err := Read(bytes.NewReader(data), "bench.har", Options{}, func(e *Entry) error {
		n++
		return nil
	})
	if len(problems) > 0 {
		err = problems[0]
	}
	return n, err
}

// BenchmarkRead100MB reports, as ratio-to-walk, its time as a part of the bare
// walk's over the same bytes, each the best of the same number of rounds.
func BenchmarkRead100MB(b *testing.B) {
	data := bench100MB()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	best, bestWalk := time.Hour, time.Hour
	for b.Loop() {
		start := time.Now()
		if n, err := readAll(data); n != benchEntries || err != nil {
			b.Fatal(n, err)
		}
		best = min(best, time.Since(start))
		b.StopTimer()
		start = time.Now()
		if err := walk(data, false); err != nil {
			b.Fatal(err)
		}
		bestWalk = min(bestWalk, time.Since(start))
		b.StartTimer()
	}
	b.ReportMetric(float64(best)/float64(bestWalk), "ratio-to-walk")
}

func BenchmarkBareWalk100MB(b *testing.B) {
	for _, v := range []struct {
		name string
		skip bool
	}{{"ReadToken", false}, {"SkipValue", true}} {
		b.Run(v.name, func(b *testing.B) {
			data := bench100MB()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if err := walk(data, v.skip); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
