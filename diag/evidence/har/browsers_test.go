package har

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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
	if ws.ResourceType() != "websocket" || ws.Status != 101 || ws.ReqHeaders.Get("cookie") != Present {
		t.Errorf("WebSocket: %+v", ws)
	}

	blocked := es[3]
	if blocked.ErrorText() != "net::ERR_BLOCKED_BY_CLIENT" || !blocked.ErrorSeen || blocked.Pending || blocked.Status != 0 {
		t.Errorf("blocked: %+v", blocked)
	}
	if blocked.ReqBody != `{"conv":"c1","msg_id":"m42"}` || blocked.DNS != -1 || blocked.Blocked != 6.264999999984866 {
		t.Errorf("blocked: %+v", blocked)
	}
	if es[12].FromCache() == "" || es[13].RedirectURL() != "/login?from=recall" {
		t.Errorf("from cache %q, redirect %q", es[12].FromCache(), es[13].RedirectURL())
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
	if e := es[0]; e.ErrorText() != "网络连接已中断。" || !e.ErrorSeen || e.Method != "" || e.SSL != 30 || e.FromCache() != "" {
		t.Errorf("%+v", e)
	}
	if e := es[1]; e.FromCache() != "disk" || e.RespBody != "recall();" || e.BodiesCut {
		t.Errorf("%+v", e)
	}
}
