package har

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"meiqia-diag/diag/lang"
)

func collect(t testing.TB, r io.Reader, opt Options) (Meta, []*lang.Problem, []*Entry) {
	t.Helper()
	var es []*Entry
	m, ps, err := Read(r, "x.har", opt, func(e *Entry) error { es = append(es, e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if m.Entries != len(es) {
		t.Errorf("Meta.Entries = %d, %d handed out", m.Entries, len(es))
	}
	return m, ps, es
}

// one reads a HAR whose only entry is given.
func one(t *testing.T, entry string) *Entry {
	t.Helper()
	_, ps, es := collect(t, strings.NewReader(`{"log":{"entries":[`+entry+`]}}`), Options{})
	if len(es) != 1 || len(ps) != 0 {
		t.Fatalf("%d entries, problems %v", len(es), ps)
	}
	return es[0]
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestChromeSample(t *testing.T) {
	data := sample(t, "chromium156-devtools-full.har")
	m, ps, es := collect(t, bytes.NewReader(data), Options{})
	if len(ps) > 0 || len(es) != 15 {
		t.Fatalf("%d entries, problems %v", len(es), ps)
	}
	want := Meta{
		Creator: "WebInspector", CreatorVersion: "537.36", Version: "1.2", Entries: 15, Manner: Chrome,
		Pages: []Page{{ID: "page_1", Title: "http://127.0.0.1:8801/?bare=1", Started: time.Date(2026, 11, 22, 21, 59, 20, 204e6, time.UTC)}},
	}
	if d := cmp.Diff(want, m); d != "" {
		t.Error(d)
	}
	for i, e := range es {
		if e.Index != i || data[e.Offset] != '{' {
			t.Errorf("entry %d: index %d, %q at its offset", i, e.Index, data[e.Offset])
		}
	}

	ws := es[1]
	at := func(us int64) time.Time { return time.UnixMicro(1795384760_000000 + us).UTC() }
	if d := cmp.Diff([]Message{
		{Sent: true, Time: at(303235), Opcode: 1, Data: `{"type":"hello"}`},
		{Time: at(304468), Opcode: 1, Data: `{"type":"ack","of":{"type":"hello"}}`},
		{Time: at(304746), Opcode: 2, Data: "AAECA/8="},
	}, ws.Messages); d != "" {
		t.Error(d)
	}
	if ws.ResourceType != "websocket" || ws.Status != 101 || ws.ReqHeaders.Get("cookie") != Present {
		t.Errorf("WebSocket: %+v", ws)
	}

	blocked := es[3]
	if blocked.Error != "net::ERR_BLOCKED_BY_CLIENT" || !blocked.ErrorSeen || blocked.Pending || blocked.Status != 0 {
		t.Errorf("blocked: %+v", blocked)
	}
	if blocked.Initiator != "script" || blocked.InitiatorURL != "http://127.0.0.1:8801/?bare=1" {
		t.Errorf("initiator: %q %q", blocked.Initiator, blocked.InitiatorURL)
	}
	if blocked.ReqBody != `{"conv":"c1","msg_id":"m42"}` || blocked.ReqBodySize != 28 || blocked.DNS != -1 || blocked.Blocked != 6.264999999984866 {
		t.Errorf("blocked: %+v", blocked)
	}
	if es[12].FromCache == "" || es[13].RedirectURL != "/login?from=recall" {
		t.Errorf("from cache %q, redirect %q", es[12].FromCache, es[13].RedirectURL)
	}
	if es[4].RespHeaders.Get("non-authoritative-reason") != "WebRequest API" {
		t.Errorf("redirected by an extension: %v", es[4].RespHeaders)
	}
}

func TestSanitisedSample(t *testing.T) {
	m, _, es := collect(t, bytes.NewReader(sample(t, "chromium156-devtools-sanitised.har")), Options{})
	if !m.Sanitised || m.Manner != Chrome || len(es) != 15 || es[1].ReqHeaders.Has("cookie") {
		t.Errorf("%+v, %d entries", m, len(es))
	}
}

func TestFirefoxManner(t *testing.T) {
	m, ps, es := collect(t, bytes.NewReader(sample(t, "firefox.har")), Options{})
	if m.Manner != Firefox || m.Browser != "Firefox" || m.BrowserVersion != "153.7.0" || m.Sanitised || len(ps) > 0 || len(es) != 2 {
		t.Fatalf("%+v %v", m, ps)
	}
	if got := es[0].Started.Format(time.RFC3339Nano); got != "2026-11-20T10:22:41.123+08:00" {
		t.Error(got)
	}
	if es[0].RespBody != `{"error":"撤回超时"}` || es[0].RespBodySize != 44 || es[0].Wait != 31 {
		t.Errorf("%+v", es[0])
	}
	e := es[1]
	if e.Status != 0 || e.ErrorSeen || e.Pending || e.RespBodySize != -1 || e.Wait != -1 || e.Blocked != -1 {
		t.Errorf("%+v", e)
	}
}

func TestSafariManner(t *testing.T) {
	m, ps, es := collect(t, bytes.NewReader(sample(t, "safari.har")), Options{}) // entries before creator
	if m.Manner != Safari || m.Version != "1.2" || len(m.Pages) != 1 || len(ps) > 0 || len(es) != 2 {
		t.Fatalf("%+v %v", m, ps)
	}
	if e := es[0]; e.Error != "网络连接已中断。" || !e.ErrorSeen || e.Method != "" || e.SSL != 30 || e.FromCache != "" {
		t.Errorf("%+v", e)
	}
	if e := es[1]; e.FromCache != "disk" || e.RespBody != "recall();" || e.BodiesCut || e.Connection != "7" {
		t.Errorf("%+v", e)
	}
}

func TestVariants(t *testing.T) {
	if e := one(t, `{"response":{"status":0,"_error":""}}`); !e.ErrorSeen || e.Error != "" || e.Pending {
		t.Errorf("mixed content: %+v", e)
	}
	if e := one(t, `{"startedDateTime":"2026-11-20T02:22:41Z","time":0,"request":{"method":"GET"},"response":{"status":0,"_error":null}}`); !e.Pending || e.ErrorSeen {
		t.Errorf("pending: %+v", e)
	}
	if e := one(t, `{"startedDateTime":"1969-12-31T23:59:59.999Z","time":0,"request":{"method":""},"response":{"status":0,"_error":null}}`); e.Pending || !e.Started.IsZero() {
		t.Errorf("failed WebSocket: %+v", e)
	}
	if e := one(t, `{"_initiator":"https://a.example/x.js","connection":443,"request":{"headers":{"X-A":"1","Cookie":"s"}},"_fromCache":true}`); e.InitiatorURL != "https://a.example/x.js" ||
		e.Connection != "443" || e.FromCache != "true" || e.ReqHeaders.Get("x-a") != "1" || e.ReqHeaders.Get("cookie") != Present {
		t.Errorf("chrome-har: %+v", e)
	}
	if e := one(t, `{"request":{"postData":{"params":[{"name":"a b","value":"1"},{"name":"c","value":"&"}]}}}`); e.ReqBody != "a+b=1&c=%26" {
		t.Errorf("params: %q", e.ReqBody)
	}
	if e := one(t, `{"_initiator":{"type":"script","stack":{"callFrames":[{"url":""}],"parent":{"callFrames":[{"url":"https://p/"}]}}}}`); e.InitiatorURL != "https://p/" {
		t.Errorf("parent stack: %+v", e)
	}
	if e := one(t, `{"response":{"content":{"mimeType":"image/png","encoding":"base64","text":"AAAA","size":3}}}`); e.RespBody != "" || !e.BodiesCut || e.RespBodySize != 3 {
		t.Errorf("picture: %+v", e)
	}
	if e := one(t, `{"request":{"url":"~","headers":[{"name":"~","value":"~"}]}}`); e.URL != "~" || e.ReqHeaders.Get("~") != "~" {
		t.Errorf("looks like a placeholder: %+v", e)
	}
	if e := one(t, `{"requ\u0065st":{"method":"GE\u0054"},"time":1,"time":2}`); e.Method != "GET" || e.Time != 2 {
		t.Errorf("escapes, duplicates: %+v", e)
	}
}

// TestWrongTypes puts every kind of value in every place that is read.
func TestWrongTypes(t *testing.T) {
	var doc any
	if err := json.Unmarshal(sample(t, "chromium156-devtools-full.har"), &doc); err != nil {
		t.Fatal(err)
	}
	values := []any{nil, true, -1, json.Number("1e400"), "text", []any{}, []any{nil, 1, "x", []any{}}, map[string]any{}, map[string]any{"name": nil, "x": []any{1}}}
	log := doc.(map[string]any)["log"].(map[string]any)
	entries := log["entries"].([]any)
	log["entries"] = entries[1:4] // one with messages, one that failed
	places := 0
	var visit func(v any)
	try := func(put func(any), old any) {
		for _, v := range values {
			put(v)
			raw, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			_, ps, err := Read(bytes.NewReader(raw), "x.har", Options{}, func(*Entry) error { return nil })
			var p *lang.Problem
			if err != nil && !errors.As(err, &p) {
				t.Fatalf("%v: %v", v, err)
			}
			for _, p := range ps {
				if p.What == problemDamaged.what || p.What == problemCutOff.what {
					t.Fatalf("%v: %v", v, p)
				}
			}
		}
		places++
		put(old)
	}
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, old := range v {
				try(func(x any) { v[k] = x }, old)
				visit(old)
			}
		case []any:
			for i, old := range v[:min(len(v), 2)] {
				try(func(x any) { v[i] = x }, old)
				visit(old)
			}
		}
	}
	visit(doc)
	if places < 100 {
		t.Errorf("only %d places tried", places)
	}
}

func TestTruncated(t *testing.T) {
	data := sample(t, "chromium156-devtools-full.har")
	_, _, all := collect(t, bytes.NewReader(data), Options{})
	last := -1
	for n := 0; n < len(data); n += 1000 {
		got := []*Entry{}
		m, ps, err := Read(bytes.NewReader(data[:n]), "cut.har", Options{}, func(e *Entry) error { got = append(got, e); return nil })
		if n == 0 {
			if err == nil {
				t.Error("an empty file is no HAR")
			}
			continue
		}
		if err != nil || !m.Truncated || len(ps) != 1 {
			t.Fatalf("at %d: %v, %v, %v", n, m.Truncated, ps, err)
		}
		if ps[0].Byte != int64(n) || ps[0].File != "cut.har" || ps[0].Hint.ZH == "" || ps[0].Hint.EN == "" {
			t.Errorf("at %d: %+v", n, ps[0])
		}
		want := 0
		for want < len(all) && (want+1 < len(all) && all[want+1].Offset <= int64(n)) {
			want++
		}
		if len(got) < want || len(got) < last {
			t.Errorf("at %d: %d entries, want %d", n, len(got), want)
		}
		if d := cmp.Diff(all[:len(got)], got); d != "" {
			t.Fatalf("at %d: %s", n, d)
		}
		last = len(got)
	}
}

func TestDamaged(t *testing.T) {
	data := sample(t, "chromium156-devtools-full.har")
	_, _, all := collect(t, bytes.NewReader(data), Options{})
	at := all[7].Offset + int64(bytes.Index(data[all[7].Offset:], []byte(`"headers"`)))
	for _, mark := range []string{"\x00\x00\x00", "}}}}", "\n\"\n", "<!--"} {
		bad := bytes.Clone(data)
		copy(bad[at:], mark)
		m, ps, es := collect(t, bytes.NewReader(bad), Options{})
		if len(es) != 7 || !m.Truncated || len(ps) != 1 || ps[0].Byte < at-1 || ps[0].Byte > at+300 {
			t.Errorf("%q: %d entries, %v, at %d", mark, len(es), ps, at)
		}
	}
}

func TestNotHAR(t *testing.T) {
	for _, s := range []string{"", " ", "hello", "[]", "{}", `{"log":[]}`, `{"log":null}`, `{"a":`, "\xFF\xFE{\x00", "null", "PK\x03\x04"} {
		_, _, err := Read(strings.NewReader(s), "x.har", Options{}, func(*Entry) error { return nil })
		var p *lang.Problem
		if !errors.As(err, &p) || p.File != "x.har" || p.Hint.IsZero() {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestOddEncodings(t *testing.T) {
	const doc = `{"log":{"version":"1.2","creator":{"name":"` + "\xff\xfe\\ud800" + `"},"entries":[{"request":{"url":"` + "a\xffb\\ud83d\\ude00" + `"}}]}}`
	for name, r := range map[string]io.Reader{
		"BOM":      strings.NewReader("\xEF\xBB\xBF\r\n" + doc),
		"one byte": iotest.OneByteReader(strings.NewReader("\xEF\xBB\xBF" + doc)),
		"plain":    iotest.DataErrReader(strings.NewReader(doc)),
	} {
		m, ps, es := collect(t, r, Options{})
		if len(ps) > 0 || len(es) != 1 || es[0].URL != "a\uFFFDb😀" || m.Creator != "\uFFFD\uFFFD\uFFFD" {
			t.Errorf("%s: %+v %v %+v", name, m, ps, es)
		}
		if want := int64(strings.Index(doc, `{"request"`)); name == "plain" && es[0].Offset != want {
			t.Errorf("offset %d, want %d", es[0].Offset, want)
		} else if name == "BOM" && es[0].Offset != want+5 {
			t.Errorf("offset %d, want %d", es[0].Offset, want+5)
		}
	}
}

func TestReaderAndCallbackErrors(t *testing.T) {
	data := sample(t, "chromium156-devtools-full.har")
	broken := errors.New("disk on fire")
	n := 0
	m, _, err := Read(io.MultiReader(bytes.NewReader(data[:40000]), iotest.ErrReader(broken)), "x.har", Options{}, func(*Entry) error { n++; return nil })
	if !errors.Is(err, broken) || n == 0 || m.Entries != n || !m.Truncated {
		t.Errorf("%v after %d entries", err, n)
	}
	enough := errors.New("enough")
	n = 0
	m, _, err = Read(bytes.NewReader(data), "x.har", Options{}, func(*Entry) error {
		if n++; n == 3 {
			return enough
		}
		return nil
	})
	if err != enough || n != 3 || m.Entries != 3 {
		t.Errorf("%v after %d entries", err, n)
	}
	m, ps, err := Read(bytes.NewReader(data), "x.har", Options{MaxEntries: 2}, func(*Entry) error { return nil })
	if err != nil || m.Entries != 2 || !m.Truncated || len(ps) != 1 {
		t.Errorf("%+v %v %v", m, ps, err)
	}
	_, ps, err = Read(io.MultiReader(bytes.NewReader(data[:40000]), iotest.ErrReader(io.ErrUnexpectedEOF)), "x.har", Options{}, func(*Entry) error { return nil })
	if err != nil || len(ps) != 1 || ps[0].What.EN == "" {
		t.Errorf("a cut off gzip: %v %v", ps, err)
	}
	func() {
		defer func() {
			if recover() != "boom" {
				t.Error("the panic of each is not passed on")
			}
		}()
		Read(bytes.NewReader(data), "x.har", Options{}, func(*Entry) error { panic("boom") })
	}()
}

func TestSecretsNeverKept(t *testing.T) {
	raw := string(sample(t, "chromium156-devtools-full.har")) + string(sample(t, "firefox.har"))
	names := []string{"Cookie", "set-cookie", "Authorization", "Proxy-Authorization", "X-Auth-Token", "X-Token", "X-Access-Token",
		"X-CSRF-Token", "x-api-key", "X-Session-Id", "Sec-WebSocket-Protocol", "X-Auth", "X-User-Ticket", " authorization "}
	var headers []string
	for i, n := range names {
		headers = append(headers, fmt.Sprintf(`{"name":%q,"value":"hush-%d"},{"value":"hush-%d%s","name":%q,"comment":""}`, n, i, i, strings.Repeat("x", 500), n))
	}
	extra := `{"log":{"entries":[{"request":{"headers":[` + strings.Join(headers, ",") + `],"cookies":[{"name":"a","value":"hush-c"}]},"response":{"headers":[` + strings.Join(headers, ",") + `]}}]}}`
	secrets := []string{"hush-", "secret-token", "cookie-secret", "fx-secret-"}
	for _, doc := range []string{string(sample(t, "chromium156-devtools-full.har")), string(sample(t, "firefox.har")), extra} {
		m, ps, es := collect(t, strings.NewReader(doc), Options{})
		for _, v := range es {
			// A page may show its own cookie in a body: bodies are the caller's to redact.
			v.ReqBody, v.RespBody, v.Messages = "", "", nil
		}
		out, err := json.Marshal([]any{m, ps, es})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secrets {
			if i := bytes.Index(out, []byte(s)); i >= 0 {
				t.Errorf("kept: …%s…", out[max(0, i-60):min(len(out), i+40)])
			}
		}
	}
	for _, s := range secrets[1:] {
		if !strings.Contains(raw, s) {
			t.Errorf("the samples do not hold %q: nothing was tested", s)
		}
	}
	for _, n := range []string{":authority", "www-authenticate", "content-type", "author", "sec-websocket-key", "x-request-id"} {
		if secret(n) {
			t.Errorf("%s is no secret", n)
		}
	}
}

func TestDepth(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	doc := `{"log":{"_x":` + deep(300) + `,"entries":[{"_x":` + deep(500) + `,"time":1},{"time":2}]}}`
	m, ps, es := collect(t, strings.NewReader(doc), Options{})
	if len(es) != 2 || es[1].Time != 2 || len(ps) != 1 || m.Truncated {
		t.Errorf("%d entries, %v", len(es), ps)
	}
	for _, doc := range []string{strings.Repeat("[", 1<<20), `{"log":{"entries":[` + strings.Repeat(`{"response":`, 1<<16), `{"log":{"x":` + strings.Repeat("[", 1<<20)} {
		Read(strings.NewReader(doc), "x.har", Options{}, func(*Entry) error { return nil })
	}
}

func TestSniff(t *testing.T) {
	for _, s := range []string{
		`{"log":{"version":"1.2",`, "\xEF\xBB\xBF \n{ \"log\" : {\"creator\":{", `{"log":{"entries":[{"x":1`, `{"log":{"pages":[`,
		`{"x":{"y":[1]},"log":{"comment":"c","browser":{},"entries":[]}}`, `{"log":{"version":"1.1"}}`,
		string(sample(t, "chromium156-devtools-full.har")[:60]), string(sample(t, "firefox.har")), string(sample(t, "safari.har")[:100]),
		`{"log":{"comment":"` + strings.Repeat("x", 9000) + `","version":"1.2"`,
	} {
		if !Sniff([]byte(s)) {
			t.Errorf("not recognised: %.60q", s)
		}
	}
	for _, s := range []string{"", "{", "[]", "null", `{"log":"x"}`, `{"log":{"level":"info","version":"2"}}`, `{"logs":{"version":"1.2"}}`,
		"2026-11-20 10:22:41 INFO {\"log\":{\"version\":\"1.2\"}}", `{"log":{`, "\x1f\x8b", `{"constants":{}}`} {
		if Sniff([]byte(s)) {
			t.Errorf("taken for a HAR: %.60q", s)
		}
	}
}
