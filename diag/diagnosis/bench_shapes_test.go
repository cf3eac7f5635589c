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
	"strings"
	"testing"
	"time"
)

type obj = map[string]any

var benchStart = time.Date(2026, 11, 20, 2, 20, 0, 0, time.UTC)

// shape is a manner of HAR of about 100 MB, with one refused recall in the midst.
type shape struct {
	name    string
	entries int
	indent  string // of each level, "" for one line
	entry   func(rng *rand.Rand, i int) obj
}

var shapes = []shape{
	{"Chrome", 7300, "  ", chromeEntry},
	{"Compact", 9500, "", chromeEntry},
	{"Firefox", 8500, "  ", firefoxEntry},
	{"HugeBodies", 26, "  ", hugeEntry},
	{"ManySmall", 60_000, "  ", smallEntry},
	{"Base64", 6700, "  ", base64Entry},
}

func (s shape) at(i int) time.Time {
	return benchStart.Add(time.Duration(i) * 270 * time.Second / time.Duration(s.entries))
}

func (s shape) facts() []string {
	return []string{"message.id", "8842", "message.sent_at", "2026-11-20T02:21:00Z", "attempt.at", s.at(s.entries / 2).Format(time.RFC3339), "attempt.symptom", "refused"}
}

// write writes the HAR and gives its size in bytes.
func (s shape) write(b *testing.B, path string) int64 {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	in := func(levels int) string {
		if s.indent == "" {
			return ""
		}
		return "\n" + strings.Repeat(s.indent, levels)
	}
	creator := "WebInspector"
	if s.name == "Firefox" {
		creator = "Firefox"
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintf(w, `{%s"log": {%s"version": "1.2",%[2]s"creator": {"name": %q, "version": "537.36"},%[2]s"pages": [],%[2]s"entries": [`, in(1), in(2), creator)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range s.entries {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(in(3))
		e := s.entry(rng, i)
		e["startedDateTime"] = s.at(i).Format("2006-01-02T15:04:05.000Z07:00")
		for _, h := range e["response"].(obj)["headers"].([]obj) {
			if h["name"] == "Date" {
				h["value"] = s.at(i).Add(20 * time.Millisecond).Format("Mon, 02 Jan 2006 15:04:05 GMT")
			}
		}
		if i == s.entries/2 {
			request, response := e["request"].(obj), e["response"].(obj)
			request["method"], request["url"] = "POST", "https://app.meiqia.com/api/v1/conversations/12/messages/8842/recall"
			text := `{"error":"message_read","message":"消息已被阅读,无法撤回"}`
			response["status"], response["content"] = 403, obj{"size": len(text), "mimeType": "application/json", "text": text}
			if e["_resourceType"] != nil {
				e["_resourceType"] = "fetch"
			}
		}
		var one bytes.Buffer
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false) // browsers do not
		if s.indent != "" {
			enc.SetIndent(strings.Repeat(s.indent, 3), s.indent)
		}
		if err := enc.Encode(e); err != nil {
			b.Fatal(err)
		}
		w.Write(bytes.TrimSpace(one.Bytes()))
	}
	fmt.Fprintf(w, "%s]%s}%s}\n", in(2), in(1), in(0))
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		b.Fatal(err)
	}
	return size
}

func benchHeaders(rng *rand.Rand, side string) []obj {
	hs := []obj{
		{"name": "User-Agent", "value": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"},
		{"name": "Authorization", "value": fmt.Sprintf("Bearer %032x", rng.Uint64())},
		{"name": "Content-Type", "value": "application/json; charset=utf-8"},
		{"name": "Date", "value": "Fri, 20 Nov 2026 02:20:00 GMT"},
		{"name": "Cookie", "value": fmt.Sprintf("sid=%x; theme=dark; _ga=%d", rng.Uint64(), rng.Uint32())},
		{"name": "ETag", "value": fmt.Sprintf("W/\"%x\"", rng.Uint64())},
		{"name": "X-Request-Id", "value": fmt.Sprintf("%016x-%s", rng.Uint64(), side)},
	}
	for i := len(hs); i < 20; i++ {
		hs = append(hs, obj{"name": fmt.Sprintf("X-%s-Header-%d", side, i), "value": strings.Repeat("value ", 1+i/2)})
	}
	return hs
}

// benchBody gives a body of one of the kinds that a workbench loads, its content and _resourceType.
func benchBody(rng *rand.Rand, kind, size int) (content obj, resourceType string) {
	body, mime := "", ""
	content = obj{}
	switch kind {
	case 0:
		var list []obj
		for n := 0; n < size; n += 130 {
			list = append(list, obj{"id": rng.Uint64(), "type": "text", "from": "visitor", "content": "您好,请问订单什么时候发货?", "read": n%3 == 0})
		}
		text, _ := json.Marshal(list)
		body, mime, resourceType = string(text), "application/json", "fetch"
	case 1:
		body, mime, resourceType = strings.Repeat("function recall(id){if(!id){return \"none\"}\n\tconst r=await fetch('/api/v1/recall',{method:'POST'});return r}\n", size/105), "text/javascript", "script"
	case 2, 3:
		raw := make([]byte, size*3/4)
		for j := range raw {
			raw[j] = byte(rng.Uint32())
		}
		if mime, resourceType = "image/png", "image"; kind == 3 { // of which Chrome did not know the charset
			mime, resourceType = "application/json", "fetch"
			raw = []byte("{\"list\":\"" + strings.Repeat("abcdefgh ", size/12) + "\"}")
		}
		body, content["encoding"] = base64.StdEncoding.EncodeToString(raw), "base64"
	case 4:
		body, mime, resourceType = strings.Repeat("<div class=\"message sent\"><span>已发送</span></div>\n", size/56), "text/html", "fetch"
	}
	content["size"], content["mimeType"], content["text"] = len(body), mime, body
	return content, resourceType
}

var chromeKinds = []int{0, 1, 2, 4}

func chromeEntry(rng *rand.Rand, i int) obj {
	var stack []obj
	for j := range 5 {
		stack = append(stack, obj{"functionName": fmt.Sprint("fn", j), "scriptId": "8", "url": "https://app.meiqia.com/static/js/main.3f2a.js", "lineNumber": j, "columnNumber": i % 5000})
	}
	content, kind := benchBody(rng, chromeKinds[i%4], 2000+rng.IntN(9000))
	return obj{
		"_initiator": obj{"type": "script", "stack": obj{"callFrames": stack}}, "_priority": "High", "_resourceType": kind,
		"cache": obj{}, "connection": "443", "serverIPAddress": "203.0.113.7", "time": 36.5,
		"request": obj{"method": "GET", "url": fmt.Sprintf("https://app.meiqia.com/api/v1/conversations/%d/items/%d", i%90, i), "httpVersion": "http/2.0",
			"headers": benchHeaders(rng, "Req"), "queryString": []obj{}, "cookies": []obj{}, "headersSize": -1, "bodySize": 60},
		"response": obj{"status": 200, "statusText": "", "httpVersion": "http/2.0", "headers": benchHeaders(rng, "Resp"), "cookies": []obj{},
			"content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 900, "_error": nil, "_fetchedViaServiceWorker": false},
		"timings": obj{"blocked": 1.25, "dns": -1, "ssl": -1, "connect": -1, "send": 0.1, "wait": 33.3, "receive": 1.9, "_blocked_queueing": 0.9},
	}
}

// firefoxEntry has no word of Chrome's own, so no body is known to be a script's.
func firefoxEntry(rng *rand.Rand, i int) obj {
	e := chromeEntry(rng, i)
	for _, k := range []string{"_initiator", "_priority", "_resourceType"} {
		delete(e, k)
	}
	for _, k := range []string{"_transferSize", "_error", "_fetchedViaServiceWorker"} {
		delete(e["response"].(obj), k)
	}
	e["_securityState"], e["pageref"] = "secure", "page_1"
	return e
}

func hugeEntry(rng *rand.Rand, i int) obj {
	e := chromeEntry(rng, i)
	e["response"].(obj)["content"], e["_resourceType"] = benchBody(rng, i%5, 4<<20)
	return e
}

func base64Entry(rng *rand.Rand, i int) obj {
	e := chromeEntry(rng, i)
	e["response"].(obj)["content"], e["_resourceType"] = benchBody(rng, 2+i%2, 2000+rng.IntN(12_000))
	return e
}

func smallEntry(rng *rand.Rand, i int) obj {
	return obj{
		"_resourceType": "fetch", "time": 36.5, "connection": "443", "serverIPAddress": "203.0.113.7",
		"request": obj{"method": "GET", "url": fmt.Sprintf("https://app.meiqia.com/api/v1/conversations/%d/items/%d", i%90, i), "httpVersion": "http/2.0",
			"headers": benchHeaders(rng, "Req")[:3], "queryString": []obj{}, "cookies": []obj{}, "headersSize": -1, "bodySize": 0},
		"response": obj{"status": 204, "statusText": "", "httpVersion": "http/2.0", "headers": benchHeaders(rng, "Resp")[2:4], "cookies": []obj{},
			"content": obj{"size": 0, "mimeType": "x-unknown"}, "redirectURL": "", "headersSize": -1, "bodySize": 0, "_transferSize": 90, "_error": nil},
		"timings": obj{"blocked": 1.25, "dns": -1, "ssl": -1, "connect": -1, "send": 0.1, "wait": 33.3, "receive": 1.9},
	}
}
