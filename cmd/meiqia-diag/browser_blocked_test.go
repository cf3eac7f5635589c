package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lab/browsertest"
)

// TestBlockedInABrowser stages what stops the recall between the press and the
// network, and what HAR, console and profile tell of it.
func TestBlockedInABrowser(t *testing.T) {
	for _, c := range []struct {
		name, code string
		scenario   string
		by         string // the extension and its rule
		onDisk     bool   // the browser's profile alone tells it
		setup      func(t *testing.T, s *staged) browsertest.Setup
	}{
		{name: "static rule", code: "dispatch.extension-blocked", by: "Clean Page #7", onDisk: true, setup: func(t *testing.T, _ *staged) browsertest.Setup {
			return browsertest.Setup{Extensions: []string{browsertest.BlockingStatic("/messages/*/recall").Unpack(t)}}
		}},
		{name: "dynamic rule", code: "dispatch.extension-blocked", by: "My Filters #41", onDisk: true, setup: func(t *testing.T, _ *staged) browsertest.Setup {
			return browsertest.Setup{Extensions: []string{browsertest.BlockingDynamic("/messages/*/recall").Unpack(t)}}
		}},
		{name: "storage blocked", code: "dispatch.browser-settings", onDisk: true, setup: func(_ *testing.T, s *staged) browsertest.Setup {
			return browsertest.Setup{Block: []string{"cookies"}, Site: s.site()}
		}},
		{name: "outdated engine", code: "dispatch.browser-outdated", setup: func(*testing.T, *staged) browsertest.Setup {
			return browsertest.Setup{Before: "delete Promise.withResolvers", UserAgent: "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36"}
		}},
		{name: "content policy", code: "dispatch.browser-settings", scenario: "content-policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := stageLab(t, lab.Options{Scenario: c.scenario})
			setup := browsertest.Setup{}
			if c.setup != nil {
				setup = c.setup(t, s)
			}
			b := browsertest.Chromium(t, setup)
			w := s.work(b, false, 0, 0)
			doc := s.handed(b, w)
			doc.names(t, c.code)
			if named := doc.values("browser.blocked_by"); c.by != "" && !slices.Contains(named, c.by) {
				t.Errorf("%s is not named: %q", c.by, named)
			}
			if c.onDisk {
				s.alone().names(t, c.code)
			}
		})
	}
}

// TestStaleInABrowser stages builds that were deployed between two sessions.
func TestStaleInABrowser(t *testing.T) {
	for name, scenario := range map[string]string{"page in the cache": "stale-app", "service worker": "stale-worker"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stageLab(t, lab.Options{Scenario: scenario})
			setup := browsertest.Setup{Profile: t.TempDir()}
			b := browsertest.Chromium(t, setup)
			b.Navigate(s.lab.URL("workbench"))
			if scenario == "stale-worker" {
				b.Eval("navigator.serviceWorker.ready.then(() => true)", nil)
			}
			b.HandIn(t.TempDir())
			b = browsertest.Chromium(t, setup)
			w := s.work(b, false, 0, 0)
			s.handed(b, w).names(t, "dispatch.stale-app")
			s.alone().names(t, "dispatch.stale-app")
		})
	}
}

// TestDeadPageInABrowser stages pages that come up and do nothing: the message
// was sent in an earlier session.
func TestDeadPageInABrowser(t *testing.T) {
	for _, c := range []struct {
		name, code string
		onDisk     bool // the browser's profile alone tells it
		setup      func(t *testing.T, s *staged) browsertest.Setup
	}{
		{"JavaScript off", "dispatch.browser-settings", true, func(_ *testing.T, s *staged) browsertest.Setup {
			return browsertest.Setup{Block: []string{"javascript"}, Site: s.site()}
		}},
		{"script blocked", "dispatch.extension-blocked", false, func(t *testing.T, _ *staged) browsertest.Setup {
			return browsertest.Setup{Extensions: []string{browsertest.BlockingStatic("/static/chat.js").Unpack(t)}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := stageLab(t, lab.Options{})
			setup := c.setup(t, s)
			setup.Profile = t.TempDir()
			b := browsertest.Chromium(t, browsertest.Setup{Profile: setup.Profile})
			d := browsertest.At(t, b)
			d.Open(s.lab.URL("workbench"))
			w := told{sent: d.Send(oops), symptom: "no_button"}
			b.HandIn(t.TempDir())

			b = browsertest.Chromium(t, setup)
			b.Navigate(s.lab.URL("workbench"))
			w.pressed = time.Now()
			s.handed(b, w).names(t, c.code)
			if c.onDisk {
				s.alone().names(t, c.code)
			}
		})
	}
}

// TestHealthyInABrowser holds that six harmless extensions are not accused: of
// a recall that worked, and of the browser as it is.
func TestHealthyInABrowser(t *testing.T) {
	s := stageLab(t, lab.Options{})
	var dirs []string
	for _, e := range browsertest.Harmless() {
		dirs = append(dirs, e.Unpack(t))
	}
	b := browsertest.Chromium(t, browsertest.Setup{Extensions: dirs})
	w := s.work(b, false, 0, 0)
	if w.symptom != "unknown" {
		t.Fatalf("the recall did not work: %+v", w)
	}
	for name, doc := range map[string]document{"recall": s.handed(b, w), "profile": s.alone()} {
		for _, c := range doc.Verdict.Causes {
			t.Errorf("%s: accused %s %.2f", name, c.Code, c.Probability)
		}
		if doc.Verdict.Outcome != "healthy" {
			t.Errorf("%s: verdict %s", name, doc.Verdict.Outcome)
		}
	}
}

// TestMixedContentInABrowser stages a workbench that moved behind TLS and still
// names a plain address for recalls.
func TestMixedContentInABrowser(t *testing.T) {
	s := stageLab(t, lab.Options{Scenario: "content-policy", Healed: true})
	back, err := url.Parse(s.site())
	if err != nil {
		t.Fatal(err)
	}
	recalls := s.lab.APIs()[1]
	_, port, _ := strings.Cut(strings.TrimPrefix(recalls, "http://"), ":")
	plain := "http://gateway.example:" + port // a browser trusts the addresses of its own machine, so a name stands in
	front := httptest.NewTLSServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(back); r.Out.Header.Del("Accept-Encoding") },
		ModifyResponse: func(r *http.Response) error {
			r.Header.Del("Content-Security-Policy")
			r.Header.Del("Content-Length")
			body, err := io.ReadAll(r.Body)
			r.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(body), recalls, plain)))
			r.ContentLength = -1
			return err
		},
	})
	defer front.Close()
	_, tlsPort, _ := strings.Cut(strings.TrimPrefix(front.URL, "https://"), ":")
	desk := "https://desk.example:" + tlsPort
	overlay, err := os.ReadFile(s.overlay)
	if err != nil {
		t.Fatal(err)
	}
	s.write(s.overlay, strings.NewReplacer(s.site(), desk, recalls, plain).Replace(string(overlay)))

	b := browsertest.Chromium(t, browsertest.Setup{Flags: []string{"ignore-certificate-errors", "host-resolver-rules=MAP *.example 127.0.0.1"}})
	d := browsertest.At(t, b)
	d.Open(desk + "/chat")
	w := told{sent: d.Send(oops)}
	time.Sleep(300 * time.Millisecond)
	w = s.press(d, w, 0, 0)
	f := b.HandIn(filepath.Join(s.dir, "handed"))
	keep(t, f)
	s.diagnose("--offline", "--evidence", f.HAR, "--evidence", f.Console, "--evidence", f.Profile, "--incident", s.incident(w)).names(t, "dispatch.browser-settings")
}
