package diagnosis_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"meiqia-diag/checks"
	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/evidence/hartest"
	"meiqia-diag/diag/evidence/netlogtest"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

// watcher makes a HAR of what a page's tools see, as far as it tells how requests ended.
type watcher struct {
	mu    sync.Mutex
	order []network.RequestID
	by    map[network.RequestID]hartest.Obj
}

func (w *watcher) see(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := func(t time.Time) float64 { return t.Sub(hartest.Press).Seconds() }
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		sec := e.WallTime.Float64()
		w.order = append(w.order, e.RequestID)
		w.by[e.RequestID] = hartest.Entry(at(time.UnixMicro(int64(sec*1e6))), e.Request.Method, e.Request.URL, "", 0, "")
	case *network.EventResponseReceived:
		if o := w.by[e.RequestID]; o != nil {
			o["response"].(hartest.Obj)["status"] = e.Response.Status
		}
	case *network.EventLoadingFailed:
		if o := w.by[e.RequestID]; o != nil {
			o["response"].(hartest.Obj)["_error"] = e.ErrorText
		}
	}
}

// har writes what was seen; vague leaves the reasons out, as Firefox and other exporters do.
func (w *watcher) har(vague bool) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var entries []hartest.Obj
	for _, id := range w.order {
		o := w.by[id]
		if r := o["response"].(hartest.Obj); vague && r["_error"] != nil {
			r["_error"] = "net::ERR_FAILED"
		}
		entries = append(entries, o)
	}
	return hartest.File("WebInspector", "537.36", entries...)
}

// What a real Chromium's NetLog adds to what its page saw, through the whole of a diagnosis.
func TestNetLogBesideAHARInABrowser(t *testing.T) {
	block := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"manifest_version":3,"name":"block","version":"1","permissions":["declarativeNetRequest"],"host_permissions":["<all_urls>"],"declarative_net_request":{"rule_resources":[{"id":"r","enabled":true,"path":"rules.json"}]}}`,
		"rules.json":    `[{"id":1,"priority":1,"action":{"type":"block"},"condition":{"urlFilter":"/blocked/","resourceTypes":["xmlhttprequest"]}}]`,
	} {
		if err := os.WriteFile(filepath.Join(block, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	extension := []chromedp.ExecAllocatorOption{chromedp.Flag("load-extension", block), chromedp.Flag("disable-extensions", false), chromedp.Flag("disable-features", "DisableLoadExtensionCommandLineSwitch")}
	inForce := `for(let i=0;i<100;i++){try{await post('/blocked/probe');await new Promise(r=>setTimeout(r,50))}catch(e){break}}`
	warm := netlogtest.Step("warm", "Promise.all([1,2].map(()=>post('/warm'))).then(()=>1)")
	for _, c := range []struct {
		name, before, press string
		flags               []chromedp.ExecAllocatorOption
		result              string
		code                diag.Code
		dispatch            string
		restarts            bool
		reached             string // what the service must have got, "" for nothing
		stages              map[diag.Stage]diag.StageState
	}{
		{"an extension blocks", inForce, "post('/blocked/messages/8842/recall')", extension, "not_sent", "dispatch.extension-blocked", "stopped", false, "", map[diag.Stage]diag.StageState{diag.Dispatch: diag.Broken, diag.Transport: diag.Unknown}},
		{"a reset makes the browser send it again", warm, "post('/reset-always/recall')", nil, "unknown", "transport.interrupted", "sent", true, "POST /reset-always/recall", map[diag.Stage]diag.StageState{diag.Dispatch: diag.Passed, diag.Transport: diag.Broken, diag.Admission: diag.Unknown, diag.Decision: diag.Unknown}},
		{"an answer kept from the page", "", "post(location.origin.replace('127.0.0.1','localhost')+'/cors/recall',{headers:{'Content-Type':'text/plain'}})", nil, "unknown", "", "", false, "POST /cors/recall", map[diag.Stage]diag.StageState{diag.Admission: diag.Unknown, diag.Decision: diag.Unknown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := netlogtest.NewStage(t)
			w := &watcher{by: map[network.RequestID]hartest.Obj{}}
			// The service's own traffic goes on before and after.
			script := netlogtest.Tries(c.before, netlogtest.Step("me", "fetch('/me')"), `await new Promise(r=>setTimeout(r,2500));const at=Date.now()`, netlogtest.Step("press", c.press), `await new Promise(r=>setTimeout(r,2500))`, netlogtest.Step("then", "fetch('/me?2')"), `out.push("at="+at)`)
			log, said := netlogtest.Browse(t, s.Plain.URL+"/page", script, "Default", w.see, c.flags...)
			_, ms, _ := strings.Cut(said, "at=")
			var at int64
			if _, err := fmt.Sscan(ms, &at); err != nil || !strings.Contains(said, "press=TypeError") {
				t.Fatalf("the page saw %q", said)
			}
			if c.reached != "" && s.Count(c.reached) == 0 || c.reached == "" && s.Count("POST /blocked/messages/8842/recall") != 0 {
				t.Fatalf("the service got %q %d times", c.reached, s.Count(c.reached))
			}
			dir := t.TempDir()
			for name, text := range map[string]string{"a.har": w.har(true), "net-export.bin": string(log)} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			overlay := filepath.Join(t.TempDir(), "p.yaml")
			if err := os.WriteFile(overlay, []byte("name: stage\nbase: meiqia\nhosts:\n  - {role: api, url: \""+s.Plain.URL+"/\"}\n  - {role: push, url: \""+strings.Replace(s.Plain.URL, "127.0.0.1", "localhost", 1)+"/\"}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			prof, ps := profile.Load(overlay)
			if prof == nil {
				t.Fatal(ps)
			}
			in := incident.New()
			if p := in.Set(incident.AttemptAt, time.UnixMilli(at).UTC().Format(time.RFC3339Nano), "incident", time.Now()); p != nil {
				t.Fatal(p)
			}
			d := diagnosis.Run(context.Background(), diagnosis.Options{Version: "test", Incident: in, Evidence: []string{dir}, Profile: prof, Checks: checks.All(), Offline: true}).Document
			obs := d.Observations()
			_, restarts := obs.First("network.restarts")
			if d.Outcomes.RequestResult != c.result || c.dispatch != "" && obs.Word("browser.dispatch") != c.dispatch || restarts != c.restarts {
				t.Errorf("%+v, dispatch %q, sent again %v; %+v", d.Outcomes, obs.Word("browser.dispatch"), restarts, obs)
			}
			if c.code != "" && (len(d.Verdict.Causes) == 0 || d.Verdict.Causes[0].Code != c.code) {
				t.Errorf("%s: %+v", d.Verdict.Outcome, d.Verdict.Causes)
			}
			for _, st := range d.Stages {
				if want, ok := c.stages[st.Stage]; ok && st.State != want && d.Verdict.Outcome == diag.Explained {
					t.Errorf("stage %s is %s, want %s", st.Stage, st.State, want)
				}
			}
			kinds := map[string]bool{}
			for _, f := range d.Evidence {
				kinds[f.Kind] = true
			}
			if !kinds["netlog"] || !kinds["har"] || len(d.Problems) > 0 {
				t.Errorf("%+v, %+v", d.Evidence, d.Problems)
			}
		})
	}
}
