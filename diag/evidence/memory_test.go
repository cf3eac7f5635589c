package evidence

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/heaptest"
)

func TestUTF16Log(t *testing.T) {
	text := strings.Repeat("[2026-11-20 10:22:41.123] [error] 撤回失败:消息已被阅读 msg=8842\r\n", 300)
	dir := put(t, "a.log", utf16le(t, text), "b.log", text, "c.log", gbk(t, text))
	s := readAll(t, Options{}, dir)
	if len(s.Logs) != 3 {
		t.Fatal(kinds(s))
	}
	for i, enc := range []string{"utf-16le", "utf-8", "gb18030"} {
		l := s.Logs[i]
		if l.File.Encoding != enc || len(l.Entries) != 300 || l.Entries[299].Text != s.Logs[1].Entries[299].Text || !strings.Contains(l.Entries[0].Text, "消息已被阅读") {
			t.Errorf("%s: encoding %s, %d entries, %q", l.File.Name, l.File.Encoding, len(l.Entries), l.Entries[0].Text)
		}
	}
}

func TestOneLineOf12MB(t *testing.T) {
	long := "2026-11-20 10:22:41 [error] recall msg=8842 " + strings.Repeat("数据", 2<<20) + " end\n2026-11-20 10:22:42 [info] after\n"
	dir := put(t, "long.log", long)
	s := readAll(t, Options{}, dir)
	l := s.Logs[0]
	if len(l.Entries) != 2 || l.Info.Lines != 2 || !l.Entries[0].Cut || len(l.Entries[0].Text) > 4<<10 || !utf8.ValidString(l.Entries[0].Text) || l.Entries[1].Text != "2026-11-20 10:22:42 [info] after" {
		t.Errorf("%d entries, %d lines; first %d bytes, cut %v", len(l.Entries), l.Info.Lines, len(l.Entries[0].Text), l.Entries[0].Cut)
	}
}

// peak reads and gives the most heap in use seen on the way, in bytes above what was in use before.
func peak(t *testing.T, opt Options, path string) (s *Set, bytes uint64) {
	t.Helper()
	bytes = heaptest.Peak(func() { s = readAll(t, opt, path) })
	return s, bytes
}

// big writes a temporary file until it has the size.
func big(t *testing.T, name string, size int64, write func(w *bufio.Writer, i int)) string {
	t.Helper()
	if raceEnabled {
		size /= 10
	}
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(path) })
	w := bufio.NewWriterSize(f, 1<<20)
	for i := 0; ; i++ {
		write(w, i)
		if i%64 == 0 {
			if at, err := f.Seek(0, 1); err != nil || at >= size {
				break
			}
		}
	}
	if strings.HasSuffix(name, ".har") {
		w.WriteString("]}}")
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

const mb = 1 << 20

func TestMemoryOfA300MBHAR(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it writes and reads 300 MB")
	}
	body := strings.Repeat(`{\"id\":123456,\"type\":\"text\",\"content\":\"您好,请问订单什么时候发货?\",\"read\":false},`, 110)
	var hs strings.Builder
	for i := range 18 {
		fmt.Fprintf(&hs, `,{"name":"X-Header-%d","value":"%s"}`, i, strings.Repeat("value ", 1+i/2))
	}
	path := big(t, "big.har", 300*mb, func(w *bufio.Writer, i int) {
		if i == 0 {
			w.WriteString(`{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"entries":[`)
		} else {
			w.WriteByte(',')
		}
		fmt.Fprintf(w, `{"_resourceType":"fetch","startedDateTime":"%s","time":41.5,"request":{"method":"POST","url":"https://app.meiqia.com/api/v1/conversations/%d/messages/%d","headers":[{"name":"User-Agent","value":"Mozilla/5.0 Chrome/156"}%s],"postData":{"mimeType":"application/json","text":"{\"n\":%d}"}},`+
			`"response":{"status":200,"headers":[{"name":"Date","value":"Fri, 20 Nov 2026 02:22:00 GMT"}%s],"content":{"size":%d,"mimeType":"application/json","text":"%s"}},"timings":{"blocked":1,"dns":-1,"connect":-1,"send":0.1,"wait":33.3,"receive":1.9}}`,
			time.Unix(1795384760, int64(i)*37e6).UTC().Format("2006-01-02T15:04:05.000Z07:00"), i%90, i, hs.String(), i, hs.String(), len(body), body)
	})
	s, high := peak(t, Options{}, path)
	t.Logf("%d entries, peak heap %d MB", len(s.HARs[0].Entries), high/mb)
	if n := len(s.HARs[0].Entries); n < 1500 || n < 15_000 && !raceEnabled || len(problems(s)) > 0 {
		t.Errorf("%d entries, %v", n, problems(s))
	}
	if high > 64*mb {
		t.Errorf("peak heap %d MB", high/mb)
	}
	kept := 0
	for _, e := range s.HARs[0].Entries {
		kept += len(e.ReqBody) + len(e.RespBody)
	}
	if kept > maxBodyBytes || kept < maxBodyBytes/2 && !raceEnabled {
		t.Errorf("%d bytes of bodies were kept, of at most %d", kept, maxBodyBytes)
	}
}

// A page that polls leaves tens of thousands of entries that are nothing but their fields.
func TestMemoryOfManySmallEntries(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it writes and reads 100 MB")
	}
	pad := strings.Repeat(`,{"name":"X-Pad","value":"what nobody keeps"}`, 14)
	path := big(t, "polled.har", 100*mb, func(w *bufio.Writer, i int) {
		if i == 0 {
			w.WriteString(`{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"entries":[`)
		} else {
			w.WriteByte(',')
		}
		at := time.Unix(1795384760, int64(i)*37e6).UTC()
		fmt.Fprintf(w, `{"_resourceType":"fetch","_initiator":{"type":"script","stack":{"callFrames":[{"url":"https://app.meiqia.com/app.js"}]}},"connection":"%d","pageref":"page_1","serverIPAddress":"203.0.113.7","startedDateTime":"%s","time":%d.5,`+
			`"request":{"method":"GET","url":"https://app.meiqia.com/api/v1/conversations/%d/items/%d","httpVersion":"http/2.0","headers":[{"name":"User-Agent","value":"Mozilla/5.0 Chrome/156"},{"name":"Authorization","value":"Bearer %016x"}%s]},`+
			`"response":{"status":204,"statusText":"","headers":[{"name":"Content-Type","value":"application/json"},{"name":"Date","value":"%s"}%s],"content":{"size":0,"mimeType":"x-unknown"}},"timings":{"blocked":1,"dns":-1,"connect":-1,"send":0.1,"wait":33.3,"receive":1.9}}`,
			i%7, at.Format("2006-01-02T15:04:05.000Z07:00"), 30+i%40, i%90, i, i, pad, at.Format("Mon, 02 Jan 2006 15:04:05 GMT"), pad)
	})
	s, high := peak(t, Options{}, path)
	n := len(s.HARs[0].Entries)
	t.Logf("%d entries, peak heap %d MB", n, high/mb)
	if n < 4000 || n < 40_000 && !raceEnabled || len(problems(s)) > 0 {
		t.Fatalf("%d entries, %v", n, problems(s))
	}
	if e := s.HARs[0].Entries[n-1]; e.ResourceType() != "fetch" || e.ServerIP() != "203.0.113.7" || e.RespHeaders.Get("date") == "" || e.ReqHeaders.Get("authorization") != har.Present {
		t.Errorf("the last entry: %+v", e)
	}
	// An entry is some 280 bytes and its address; what is being read takes a few MB.
	if most := uint64(n*400 + 8*mb); high > most {
		t.Errorf("peak heap %d MB, at most %d MB are for %d entries", high/mb, most/mb, n)
	}
}

// Bodies that nobody wants leave room for those that matter, wherever in the file they stand.
func TestWantedBodiesAreKept(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"log":{"version":"1.2","creator":{"name":"WebInspector"},"entries":[`)
	for range 400 {
		b.WriteString(`{"startedDateTime":"2026-11-20T02:22:00.000Z","request":{"method":"GET","url":"https://app.meiqia.com/big"},"response":{"status":200,"content":{"mimeType":"application/json","text":"` + strings.Repeat("x", 60<<10) + `"}}},`)
	}
	b.WriteString(`{"startedDateTime":"2026-11-20T02:22:00.000Z","request":{"method":"POST","url":"https://app.meiqia.com/recall"},"response":{"status":403,"content":{"mimeType":"application/json","text":"{\"error\":\"read\"}"}}}]}}`)
	dir := put(t, "a.har", b.String())
	s := readAll(t, Options{Wanted: func(e *har.Entry) bool { return e.Method == "POST" }}, dir)
	es := s.HARs[0].Entries
	if es[0].RespBody != "" || es[400].RespBody != `{"error":"read"}` {
		t.Errorf("kept %d bytes of an unwanted body, and %q of the wanted one", len(es[0].RespBody), es[400].RespBody)
	}
}

func TestMemoryOfA200MBLog(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it writes and reads 200 MB twice")
	}
	if raceEnabled { // the log is a tenth, and is to be taken for a big one
		whole := bigLog
		bigLog /= 10
		t.Cleanup(func() { bigLog = whole })
	}
	attempt := time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)
	path := big(t, "server.log", 200*mb, func(w *bufio.Writer, i int) {
		at := attempt.Add(-26*time.Minute + time.Duration(i)*40*time.Millisecond)
		fmt.Fprintf(w, "10.0.0.%d - - [%s] \"POST /api/v1/conversations/%d/messages/%d HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\" rt=0.0%d\n", i%250, at.Format("02/Jan/2006:15:04:05 -0700"), i%90, i, i%9+1)
	})
	for _, c := range []struct {
		name         string
		opt          Options
		fewest, most int // entries
		heap         uint64
	}{
		{"the incident's time is known", Options{Attempt: attempt, Sent: attempt.Add(-time.Minute), Zone: time.UTC}, 2 * nearest, maxThinned, 32 * mb},
		{"nothing is known", Options{Zone: time.UTC}, maxLogEntries, 2 * maxLogEntries, 160 * mb},
	} {
		s, high := peak(t, c.opt, path)
		l := s.Logs[0]
		t.Logf("%s: %d lines, %d kept, peak heap %d MB", c.name, l.Info.Lines, len(l.Entries), high/mb)
		if l.Info.Lines < 1_000_000 && !raceEnabled || len(l.Entries) < c.fewest || len(l.Entries) > c.most {
			t.Errorf("%s: %d lines, %d kept", c.name, l.Info.Lines, len(l.Entries))
		}
		if high > c.heap {
			t.Errorf("%s: peak heap %d MB", c.name, high/mb)
		}
	}
}

// However busy a log is, the entries at the recall are among those that are kept.
func TestABusyLogKeepsTheIncident(t *testing.T) {
	attempt := time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)
	var b strings.Builder
	for i := range 60_000 { // 30 a second, from 27 minutes before
		at := attempt.Add(-27*time.Minute + time.Duration(i)*33*time.Millisecond)
		line := "GET /api/v1/conversations/12/messages"
		if at.Sub(attempt).Abs() < 20*time.Millisecond {
			line = "POST /api/v1/messages/8842/recall"
		}
		fmt.Fprintf(&b, "10.0.0.7 - - [%s] \"%s HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n", at.Format("02/Jan/2006:15:04:05 -0700"), line)
	}
	dir := put(t, "access.log", b.String())
	s := readAll(t, Options{Attempt: attempt, Zone: time.UTC, KeepLine: func(text string) bool { return strings.Contains(text, "8842") }}, dir)
	for _, e := range s.Logs[0].Entries {
		if strings.Contains(e.Text, "8842") {
			return
		}
	}
	t.Errorf("%d entries kept, %d dropped, and the recall's is not among the kept", len(s.Logs[0].Entries), s.Logs[0].Dropped)
}

// Talk over push connections is bounded over all of a HAR, as bodies are.
func TestMemoryOfPushTalk(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it writes and reads 120 MB")
	}
	path := big(t, "push.har", 120*mb, func(w *bufio.Writer, i int) {
		if i == 0 {
			w.WriteString(`{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"entries":[`)
		} else {
			w.WriteByte(',')
		}
		w.WriteString(`{"_resourceType":"websocket","startedDateTime":"2026-11-20T02:22:00.000Z","request":{"method":"GET","url":"wss://push.meiqia.com/"},"response":{"status":101},"_webSocketMessages":[`)
		for j := range 2000 {
			if j > 0 {
				w.WriteByte(',')
			}
			fmt.Fprintf(w, `{"type":"receive","time":1795384760.5,"opcode":1,"data":"{\"event\":\"typing\",\"n\":%d,\"pad\":\"%s\"}"}`, j, strings.Repeat("p", 300))
		}
		w.WriteString("]}")
	})
	s, high := peak(t, Options{}, path)
	t.Logf("%d connections, peak heap %d MB", len(s.HARs[0].Entries), high/mb)
	if high > 64*mb {
		t.Errorf("peak heap %d MB", high/mb)
	}
}
