package netlog

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"meiqia-diag/diag/evidence/netlogtest"
)

var update = flag.Bool("update", false, "write testdata anew from what a real browser logs")

// all reads a log that must be whole.
func all(t testing.TB, data []byte) (Meta, []*Request) {
	t.Helper()
	var out []*Request
	meta, problems, err := Read(bytes.NewReader(data), "log.json", Options{}, func(r *Request) error { out = append(out, r); return nil })
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v %v", err, problems)
	}
	return meta, out
}

func byPath(rs []*Request, path string) *Request {
	for _, r := range rs {
		if strings.Contains(r.URL, path) {
			return r
		}
	}
	return nil
}

// ways is how each request of the stage looks in a NetLog.
var ways = []struct {
	path, method, err string
	status            int
	sent              int
	check             func(r *Request) bool
}{
	{"/ok/recall", "POST", "", 200, 1, func(r *Request) bool {
		return r.Upload == 13 && r.Received == 10 && r.Headers.Get("x-backend") == "node-1" && r.Address != "" && !r.Unread
	}},
	{"/reset/recall", "POST", "", 200, -2, func(r *Request) bool { return r.Sent[1] == "ERR_CONNECTION_RESET" }},
	{"/reset-always/recall", "POST", "ERR_CONNECTION_RESET", 0, -2, func(r *Request) bool { return r.HeadersAt.IsZero() && r.Upload == 13 }},
	{"/cut/recall", "POST", "ERR_CONTENT_LENGTH_MISMATCH", 200, 1, func(r *Request) bool { return r.Received == 10 && r.Announced() == 1000 }},
	{"/login-expired/recall", "POST", "", 302, 1, func(r *Request) bool { return strings.HasSuffix(r.Location, "/login") && r.Hop == 0 }},
	{"/login", "GET", "", 200, 1, func(r *Request) bool { return r.Hop == 1 }},
	{"/slow/recall", "POST", "ERR_ABORTED", 0, 1, func(r *Request) bool { return r.Cancelled }},
	{"/refused", "POST", "ERR_CONNECTION_REFUSED", 0, 0, nil},
	{"nosuch.invalid/recall", "POST", "ERR_NAME_NOT_RESOLVED", 0, 0, nil},
	{"/tls/recall", "POST", "ERR_CERT_AUTHORITY_INVALID", 0, 0, func(r *Request) bool { return r.Issuer == "Acme Co" && r.Connect > 0 }},
	{"/cors/recall", "POST", "", 200, 1, func(r *Request) bool { return r.Unread }},
	{"/ws404", "GET", "ERR_INVALID_RESPONSE", 404, 1, func(r *Request) bool { return r.WebSocket }},
	{"/ws-refused", "GET", "ERR_CONNECTION_REFUSED", 0, 0, func(r *Request) bool { return r.WebSocket }},
	{"nosuch.invalid/ws", "GET", "ERR_NAME_NOT_RESOLVED", 0, 0, func(r *Request) bool { return r.WebSocket }},
}

func checkWays(t *testing.T, rs []*Request) {
	t.Helper()
	for _, w := range ways {
		var r *Request
		for _, x := range rs {
			if strings.HasSuffix(strings.SplitN(x.URL, "?", 2)[0], w.path) {
				r = x
			}
		}
		switch {
		case r == nil:
			t.Errorf("%s is not in the log", w.path)
		case r.Method != w.method || r.Error != w.err || r.Status != w.status, w.sent >= 0 && len(r.Sent) != w.sent, w.sent < 0 && len(r.Sent) < -w.sent,
			r.Start.IsZero(), r.End.Before(r.Start), w.check != nil && !w.check(r):
			t.Errorf("%s: %+v", w.path, *r)
		}
	}
}

// everyWay is every way in which the stage lets a request end, one after the other.
func everyWay(s *netlogtest.Stage) string {
	return netlogtest.Tries(
		netlogtest.Step("ok", "post('/ok/recall?token=sekret')"),
		netlogtest.Step("warm", "Promise.all([1,2].map(()=>post('/warm'))).then(()=>1)"),
		netlogtest.Step("reset", "post('/reset/recall')"),
		netlogtest.Step("warm", "Promise.all([1,2].map(()=>post('/warm'))).then(()=>1)"),
		netlogtest.Step("reset-always", "post('/reset-always/recall')"),
		netlogtest.Step("cut", "post('/cut/recall').then(r=>r.text())"),
		netlogtest.Step("login", "post('/login-expired/recall')"),
		netlogtest.Step("abort", "post('/slow/recall',{signal:AbortSignal.timeout(300)})"),
		netlogtest.Step("refused", "post('http://"+s.Dead+"/refused',{mode:'no-cors'})"),
		netlogtest.Step("dns", "post('http://nosuch.invalid/recall',{mode:'no-cors'})"),
		netlogtest.Step("tls", "post('"+s.Secure.URL+"/tls/recall',{mode:'no-cors'})"),
		netlogtest.Step("cors", "post('"+strings.Replace(s.Plain.URL, "127.0.0.1", "localhost", 1)+"/cors/recall',{headers:{'Content-Type':'text/plain'}})"),
		netlogtest.Step("ws404", "ws('ws"+s.Plain.URL[4:]+"/ws404')"),
		netlogtest.Step("ws-refused", "ws('ws://"+s.Dead+"/ws-refused')"),
		netlogtest.Step("ws-dns", "ws('ws://nosuch.invalid/ws')"),
	)
}

// Every way in which a request can end, as a real Chromium logs it.
func TestChromiumLogsInABrowser(t *testing.T) {
	for _, mode := range []string{"Default", "IncludeSensitive"} {
		t.Run(mode, func(t *testing.T) {
			s := netlogtest.NewStage(t)
			began := time.Now()
			data, said := netlogtest.Browse(t, s.Plain.URL+"/page", everyWay(s), mode, nil)
			meta, rs := all(t, data)
			checkWays(t, rs)
			if want := "ok=200 warm=1 reset=200 warm=1 reset-always=TypeError cut=TypeError login=200 abort=TimeoutError refused=TypeError dns=TypeError tls=TypeError cors=TypeError ws404=1006 ws-refused=1006 ws-dns=1006"; said != want {
				t.Errorf("the page saw %s", said)
			}
			// What the service counted is what the log says went out.
			for _, path := range []string{"/ok/recall", "/reset/recall", "/reset-always/recall", "/cut/recall", "/slow/recall", "/cors/recall"} {
				if r := byPath(rs, path); r == nil || len(r.Sent) != s.Count("POST "+path) {
					t.Errorf("%s: the service got it %d times, the log has %+v", path, s.Count("POST "+path), r)
				}
			}
			if meta.Mode != mode || meta.Browser == "" || meta.Version == "" || !meta.Polled || meta.Truncated || meta.Events < 300 {
				t.Errorf("%+v", meta)
			}
			if r := byPath(rs, "/ok/recall"); r != nil && (r.Start.Before(began.Add(-time.Second)) || r.Start.After(time.Now().Add(time.Second))) {
				t.Errorf("logged at %s, and it is %s", r.Start, time.Now())
			}
			if strings.Contains(fmt.Sprint(rs), "not-for-anybody") {
				t.Error("a cookie's value was kept")
			}
			if !slices.ContainsFunc(meta.Lookups, func(l Lookup) bool { return l.Host == "nosuch.invalid" && l.Error == "ERR_NAME_NOT_RESOLVED" }) {
				t.Errorf("look-ups %+v", meta.Lookups)
			}
			if *update && mode == "IncludeSensitive" {
				write(t, "chromium156-ways.json", trimmed(t, data))
			}
		})
	}
}

// A proxy that is gone, and a proxy's name on what goes through it.
func TestDeadProxyInABrowser(t *testing.T) {
	s := netlogtest.NewStage(t)
	proxied := "http://service.test/recall"
	data, said := netlogtest.Browse(t, s.Plain.URL+"/page", netlogtest.Tries(netlogtest.Step("proxy", "post('"+proxied+"',{mode:'no-cors'})")), "Default", nil,
		chromedp.Flag("proxy-server", s.Dead))
	_, rs := all(t, data)
	r := byPath(rs, proxied)
	if r == nil || r.Error != "ERR_PROXY_CONNECTION_FAILED" || r.OnWire() || !strings.Contains(r.Proxy, s.Dead) || said != "proxy=TypeError" {
		t.Errorf("%s: %+v", said, r)
	}
	if *update {
		write(t, "chromium156-proxy.json", trimmed(t, data))
	}
}

// What the page's own policy or an extension stops is in no NetLog.
func TestStoppedInsideInABrowser(t *testing.T) {
	s := netlogtest.NewStage(t)
	data, said := netlogtest.Browse(t, s.Plain.URL+"/page-csp", netlogtest.Tries(netlogtest.Step("csp", "post('/csp/recall')")), "Default", nil)
	if _, rs := all(t, data); said != "csp=TypeError" || byPath(rs, "/csp/recall") != nil || byPath(rs, "/page-csp") == nil || s.Count("POST /csp/recall") != 0 {
		t.Errorf("CSP: %s, %+v", said, byPath(rs, "/csp/recall"))
	}
	ext := t.TempDir()
	must(t, os.WriteFile(filepath.Join(ext, "manifest.json"), []byte(`{"manifest_version":3,"name":"block","version":"1","permissions":["declarativeNetRequest"],"host_permissions":["<all_urls>"],
"declarative_net_request":{"rule_resources":[{"id":"r","enabled":true,"path":"rules.json"}]}}`), 0o600))
	must(t, os.WriteFile(filepath.Join(ext, "rules.json"), []byte(`[{"id":1,"priority":1,"action":{"type":"block"},"condition":{"urlFilter":"/blocked/recall","resourceTypes":["xmlhttprequest"]}}]`), 0o600))
	data, said = netlogtest.Browse(t, s.Plain.URL+"/page", netlogtest.Tries(
		`for(let i=0;i<100;i++){try{await post('/blocked/recall?probe');await new Promise(r=>setTimeout(r,50))}catch(e){break}}`, // until the rules are in force
		netlogtest.Step("dnr", "post('/blocked/recall')"), netlogtest.Step("ok", "post('/ok/recall')")), "Default", nil,
		chromedp.Flag("load-extension", ext), chromedp.Flag("disable-extensions", false), chromedp.Flag("disable-features", "DisableLoadExtensionCommandLineSwitch"))
	_, rs := all(t, data)
	blocked := slices.ContainsFunc(rs, func(r *Request) bool { return strings.HasSuffix(r.URL, "/blocked/recall") })
	if said != "dnr=TypeError ok=200" || blocked || byPath(rs, "/ok/recall") == nil {
		t.Errorf("extension: %s, in the log: %v", said, blocked)
	}
	if *update {
		write(t, "chromium156-extension.json", trimmed(t, data))
	}
}

// A browser that is killed leaves the end of its log out.
func TestLogsOfAKilledBrowserAreRead(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "chromium156-ways.json"))
	must(t, err)
	whole, want := all(t, data)
	cut := data[:bytes.Index(data, []byte(`"polledData"`))-4]
	var got []*Request
	meta, problems, err := Read(bytes.NewReader(cut), "log.json", Options{}, func(r *Request) error { got = append(got, r); return nil })
	if err != nil || !meta.Truncated || meta.Polled || len(problems) != 1 || !strings.Contains(problems[0].What.EN, "cut off") {
		t.Errorf("%v, %+v, %v", err, meta, problems)
	}
	if len(got) < len(want)-1 || meta.Events < whole.Events-1 {
		t.Errorf("%d of %d requests, %d of %d events", len(got), len(want), meta.Events, whole.Events)
	}
}

func TestWaysFromTheFiles(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "chromium156-ways.json"))
	must(t, err)
	_, rs := all(t, data)
	checkWays(t, rs)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	must(t, os.MkdirAll("testdata", 0o755))
	must(t, os.WriteFile(filepath.Join("testdata", name), data, 0o644))
}

// trimmed keeps of a log what belongs to the stage's requests, and no word of the machine that made it.
func trimmed(t *testing.T, data []byte) []byte {
	t.Helper()
	var log struct {
		Constants map[string]json.RawMessage
		Events    []json.RawMessage
	}
	must(t, json.Unmarshal(data, &log))
	type ev struct {
		Params struct {
			URL    string             `json:"url"`
			Host   string             `json:"host"`
			Source struct{ ID int64 } `json:"source_dependency"`
		}
		Source struct {
			ID   int64
			Type int
		}
		Type int
	}
	var types, kinds, errs map[string]int
	must(t, json.Unmarshal(log.Constants["logEventTypes"], &types))
	must(t, json.Unmarshal(log.Constants["logSourceType"], &kinds))
	must(t, json.Unmarshal(log.Constants["netError"], &errs))
	ours := func(s string) bool {
		return strings.Contains(s, "127.0.0.1") || strings.Contains(s, "localhost") || strings.Contains(s, "nosuch.invalid") || strings.Contains(s, "service.test")
	}
	evs := make([]ev, len(log.Events))
	keep := map[int64]bool{}
	for i, raw := range log.Events {
		_ = json.Unmarshal(raw, &evs[i])
		if e := evs[i]; (e.Source.Type == kinds["URL_REQUEST"] && ours(e.Params.URL)) || ours(e.Params.Host) {
			keep[e.Source.ID] = true
		}
	}
	linked := []int{kinds["HTTP_STREAM_JOB_CONTROLLER"], kinds["HTTP_STREAM_JOB"], kinds["SOCKET"]}
	kindOf := map[int64]int{}
	for _, e := range evs {
		kindOf[e.Source.ID] = e.Source.Type
	}
	for range 4 { // a request leads to its controller, that to its job, that to its socket
		for _, e := range evs {
			if to := e.Params.Source.ID; keep[e.Source.ID] && slices.Contains(linked, kindOf[to]) {
				keep[to] = true
			}
		}
	}
	name := map[int]string{}
	for n, i := range types {
		name[i] = n
	}
	used, out := map[int]bool{}, []json.RawMessage{}
	for i, e := range evs {
		if eventNames[name[e.Type]] == otherEvent && i%8 > 0 {
			continue // some stay, as a reader must pass over them
		}
		if keep[e.Source.ID] && !bytes.Contains(log.Events[i], []byte("googleapis")) {
			out = append(out, log.Events[i])
			used[e.Type] = true
		}
	}
	for name, n := range types {
		if !used[n] && eventNames[name] == otherEvent {
			delete(types, name)
		}
	}
	var client struct{ Name, Version string }
	must(t, json.Unmarshal(log.Constants["clientInfo"], &client))
	constants := map[string]any{
		"clientInfo":    map[string]string{"name": client.Name, "version": client.Version, "os_type": "Linux"},
		"logEventTypes": types, "logSourceType": kinds, "netError": errs,
	}
	for _, name := range []string{"logCaptureMode", "logEventPhase", "logFormatVersion", "timeTickOffset"} {
		constants[name] = log.Constants[name]
	}
	head, err := json.Marshal(constants)
	must(t, err)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"constants\":%s,\n\"events\": [\n", head)
	for i, e := range out {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.Write(e)
	}
	b.WriteString("],\n\"polledData\": [{\"proxySettings\":{\"effective\":{},\"original\":{}}}]}\n")
	return b.Bytes()
}
