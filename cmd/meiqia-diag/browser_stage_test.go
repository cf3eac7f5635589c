package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lab/browsertest"
)

// staged is a lab, and what a person who worked at it in a real browser hands in.
type staged struct {
	t       *testing.T
	lab     *lab.Lab
	dir     string
	overlay string
}

const oops = "发错了的消息"

func stageLab(t *testing.T, opt lab.Options) *staged {
	t.Helper()
	if opt.Window == 0 {
		opt.Window = time.Minute
	}
	l, err := lab.Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &staged{t: t, lab: l, dir: t.TempDir()}
	s.overlay = filepath.Join(s.dir, "site.yaml")
	s.write(s.overlay, string(l.Profile()))
	return s
}

func (s *staged) write(path, text string) {
	s.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// site is the workbench's origin.
func (s *staged) site() string { return strings.TrimSuffix(s.lab.URL("workbench"), "/chat") }

// told is what the person writes into the incident file.
type told struct {
	sent, pressed    time.Time
	symptom, text    string
	device           string
	withoutRecording bool
}

func (s *staged) incident(w told) string {
	s.t.Helper()
	const layout = "2006-01-02T15:04:05Z07:00"
	text := fmt.Sprintf("message: {type: text, sender: self, channel: web, sent_at: %s, read: no, visitor_action: none}\nattempt: {at: %s, symptom: %s, device: %s",
		w.sent.Format(layout), w.pressed.Format(layout), w.symptom, or(w.device, "desktop_web"))
	if w.text != "" {
		text += fmt.Sprintf(", error_text: %q", w.text)
	}
	path := filepath.Join(s.dir, "incident.yaml")
	s.write(path, text+"}\naccount: {role: agent}\n")
	return path
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// document is what of a result the tests look at.
type document struct {
	Outcomes struct {
		Request string `json:"request_result"`
	}
	Verdict struct {
		Outcome string
		Causes  []struct {
			Code        string
			Role        string
			Probability float64
			For         []struct {
				Observation string
				DB          float64
			}
		}
	}
	Checks []struct {
		ID, State    string
		Observations []struct {
			ID     string
			Value  any
			Detail map[string]string
		}
	}
}

// diagnose runs the whole program over what is handed in.
func (s *staged) diagnose(args ...string) document {
	s.t.Helper()
	began := time.Now()
	args = append([]string{"recall", "--profile", s.overlay, "--format", "json", "--no-report"}, args...)
	_, out, errs := call(s.t, nil, "", args...)
	var doc document
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		s.t.Fatalf("%v\n%s\n%s", err, out, errs)
	}
	s.t.Logf("diagnosed in %v: %s %s", time.Since(began).Round(time.Millisecond), doc.Verdict.Outcome, doc.causes())
	if s.t.Failed() || os.Getenv("SHOW") != "" {
		s.t.Log(out)
	}
	return doc
}

func (d document) causes() string {
	var out []string
	for _, c := range d.Verdict.Causes {
		out = append(out, fmt.Sprintf("%s %.2f", c.Code, c.Probability))
	}
	return strings.Join(out, ", ")
}

// names asserts the primary cause.
func (d document) names(t *testing.T, code string) {
	t.Helper()
	if d.Verdict.Outcome != "explained" || len(d.Verdict.Causes) == 0 || d.Verdict.Causes[0].Code != code {
		t.Errorf("verdict %s: %s; want %s", d.Verdict.Outcome, d.causes(), code)
		for _, c := range d.Checks {
			for _, o := range c.Observations {
				t.Logf("%s = %v %v", o.ID, o.Value, o.Detail)
			}
		}
	}
}

func handed(f browsertest.Files) []string {
	return []string{"--evidence", f.HAR, "--evidence", f.Console, "--evidence", f.Profile}
}

func TestExtensionBlocksInABrowser(t *testing.T) {
	for name, make := range map[string]func(string) browsertest.Extension{"static rule": browsertest.BlockingStatic, "dynamic rule": browsertest.BlockingDynamic} {
		t.Run(name, func(t *testing.T) {
			s := stageLab(t, lab.Options{})
			b := browsertest.Chromium(t, browsertest.Setup{Extensions: []string{make("/messages/*/recall").Unpack(t)}})
			d := browsertest.At(t, b)
			d.Open(s.lab.URL("workbench"))
			w := told{sent: d.Send(oops), symptom: "refused"}
			w.pressed = d.Press(oops, 0, 0)
			d.Until(`document.querySelector("#notice").textContent`)
			w.text = d.Notice()
			f := b.HandIn(filepath.Join(s.dir, "handed"))
			doc := s.diagnose(append(handed(f), "--incident", s.incident(w))...)
			doc.names(t, "dispatch.extension-blocked")
		})
	}
}

// work opens the workbench, sends a message, presses its button and lets the
// page answer for a moment.
func (s *staged) work(b browsertest.Browser, finger bool, dx, dy float64) told {
	s.t.Helper()
	d := browsertest.At(s.t, b)
	d.Finger = finger
	d.Open(s.lab.URL("workbench"))
	w := told{sent: d.Send(oops)}
	time.Sleep(300 * time.Millisecond) // the message reaches everybody
	return s.press(d, w, dx, dy)
}

func (s *staged) press(d *browsertest.Desk, w told, dx, dy float64) told {
	s.t.Helper()
	w.pressed = d.Press(oops, dx, dy)
	gone := d.Gone(oops, time.Second)
	w.text = d.Notice()
	switch {
	case w.text != "":
		w.symptom = "refused"
	case gone:
		w.symptom = "unknown"
	default:
		w.symptom = "no_reaction"
	}
	if d.Finger {
		w.device = "mobile_web"
	}
	return w
}

// TestFaultsInABrowser stages what HAR, console and profile tell of.
func TestFaultsInABrowser(t *testing.T) {
	for _, c := range []struct {
		name, code string
		lab        lab.Options
		setup      func(s *staged) browsertest.Setup
		visit      bool // an earlier session of the same profile, before the deployment
	}{
		{name: "storage blocked", code: "dispatch.browser-settings", setup: func(s *staged) browsertest.Setup {
			return browsertest.Setup{Block: []string{"cookies"}, Site: s.site()}
		}},
		{name: "outdated engine", code: "dispatch.browser-outdated", setup: func(*staged) browsertest.Setup {
			return browsertest.Setup{Before: "delete Promise.withResolvers", UserAgent: "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36"}
		}},
		{name: "content policy", code: "dispatch.browser-settings", lab: lab.Options{Scenario: "content-policy"}},
		{name: "stale page in the cache", code: "dispatch.stale-app", lab: lab.Options{Scenario: "stale-app"}, visit: true},
		{name: "service worker of the old build", code: "dispatch.stale-app", lab: lab.Options{Scenario: "stale-worker"}, visit: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stageLab(t, c.lab)
			setup := browsertest.Setup{}
			if c.setup != nil {
				setup = c.setup(s)
			}
			if c.visit {
				setup.Profile = t.TempDir()
				b := browsertest.Chromium(t, setup)
				b.Navigate(s.lab.URL("workbench"))
				if c.lab.Scenario == "stale-worker" {
					b.Eval("navigator.serviceWorker.ready.then(() => true)", nil)
				}
				b.HandIn(filepath.Join(s.dir, "earlier"))
			}
			b := browsertest.Chromium(t, setup)
			w := s.work(b, false, 0, 0)
			f := b.HandIn(filepath.Join(s.dir, "handed"))
			s.diagnose(append(handed(f), "--incident", s.incident(w))...).names(t, c.code)
			keep(t, f)
		})
	}
}

// keep copies what was handed in to where a person can look at it.
func keep(t *testing.T, f browsertest.Files) {
	dir := os.Getenv("KEEP")
	if dir == "" {
		return
	}
	for _, p := range []string{f.HAR, f.Console} {
		data, _ := os.ReadFile(p)
		_ = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "_")+"."+filepath.Base(p)), data, 0o600)
	}
}

func TestJavaScriptOffInABrowser(t *testing.T) {
	s := stageLab(t, lab.Options{})
	profile := t.TempDir()
	b := browsertest.Chromium(t, browsertest.Setup{Profile: profile})
	d := browsertest.At(t, b)
	d.Open(s.lab.URL("workbench"))
	w := told{sent: d.Send(oops), symptom: "no_button"}
	b.HandIn(filepath.Join(s.dir, "earlier"))

	b = browsertest.Chromium(t, browsertest.Setup{Profile: profile, Block: []string{"javascript"}, Site: s.site()})
	b.Navigate(s.lab.URL("workbench"))
	w.pressed = time.Now()
	f := b.HandIn(filepath.Join(s.dir, "handed"))
	keep(t, f)
	s.diagnose(append(handed(f), "--incident", s.incident(w))...).names(t, "dispatch.browser-settings")
}

func TestHealthyWithSixExtensionsInABrowser(t *testing.T) {
	s := stageLab(t, lab.Options{})
	var dirs []string
	for _, e := range browsertest.Harmless() {
		dirs = append(dirs, e.Unpack(t))
	}
	b := browsertest.Chromium(t, browsertest.Setup{Extensions: dirs})
	w := s.work(b, false, 0, 0)
	f := b.HandIn(filepath.Join(s.dir, "handed"))
	keep(t, f)
	if w.symptom != "unknown" {
		t.Fatalf("the recall did not work: %+v", w)
	}
	doc := s.diagnose(append(handed(f), "--incident", s.incident(w))...)
	if doc.Verdict.Outcome != "healthy" {
		doc.names(t, "healthy")
	}
}

// TestThePressInABrowser stages what only who watches the page can tell.
func TestThePressInABrowser(t *testing.T) {
	for _, c := range []struct {
		name, code string
		lab        lab.Options
		setup      browsertest.Setup
		finger     bool
		dx         float64
	}{
		{name: "covered", code: "trigger.button-hidden", lab: lab.Options{Scenario: "button-covered"}},
		{name: "outside", code: "trigger.button-hidden", lab: lab.Options{Scenario: "button-outside"}, setup: browsertest.Setup{Width: 320, Height: 640, Mobile: true}, finger: true},
		{name: "beside", code: "trigger.missed-tap", lab: lab.Options{Scenario: "missed-tap"}, setup: browsertest.Setup{Width: 390, Height: 844, Mobile: true}, finger: true, dx: 16},
		{name: "busy", code: "trigger.device-slow", lab: lab.Options{Scenario: "device-slow", Window: 4 * time.Second}},
		{name: "swallowed", code: "dispatch.extension-blocked", setup: browsertest.Setup{Extensions: []string{browsertest.Swallowing("http://127.0.0.1/*").Unpack(t)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stageLab(t, c.lab)
			b := browsertest.Chromium(t, c.setup)
			w := s.work(b, c.finger, c.dx, 0)
			f := b.HandIn(filepath.Join(s.dir, "handed"))
			keep(t, f)
			s.diagnose(append(handed(f), "--incident", s.incident(w))...).names(t, c.code)
		})
	}
}
