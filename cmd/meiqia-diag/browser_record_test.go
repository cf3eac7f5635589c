package main

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lab/browsertest"
	"meiqia-diag/diag/realbrowser"
)

// recorded lets `record` watch a press, and gives its verdict: nothing else is
// handed in, and nobody says what happened.
func (s *staged) recorded(setup browsertest.Setup, act func(d *browsertest.Desk)) document {
	s.t.Helper()
	temp := browsertest.Temp(s.t)
	args := []string{"record", "--headless", "--browser", realbrowser.Chromium(s.t), "--browser-flag=--remote-debugging-port=0", "--window-size", "1280x800",
		"--for", "60s", "--no-input", "--profile", s.overlay, "--format", "json", "--no-report"}
	for _, dir := range setup.Extensions {
		args = append(args, "--load-extension", dir)
	}
	type result struct{ out, errs string }
	done := make(chan result, 1)
	go func() {
		_, out, errs := call(s.t, nil, "", args...)
		done <- result{out, errs}
	}()
	b := browsertest.Attach(s.t, filepath.Join(temp, "meiqia-diag-browser-*"), setup)
	d := browsertest.At(s.t, b)
	d.Finger = setup.Mobile
	d.Until(`location.pathname === "/chat" && document.querySelector("#login")`)
	d.Login()
	d.Send(oops)
	time.Sleep(500 * time.Millisecond)
	act(d)
	time.Sleep(6 * time.Second) // a person waits to see what happens; the recorder looks every two seconds, more rarely on a busy machine
	b.Quit()
	select {
	case r := <-done:
		var doc document
		if err := json.Unmarshal([]byte(r.out), &doc); err != nil {
			s.t.Fatalf("%v\n%s\n%s", err, r.out, r.errs)
		}
		s.t.Logf("%s: %s", doc.Verdict.Outcome, doc.causes())
		return doc
	case <-time.After(60 * time.Second):
		s.t.Fatal("record did not end")
	}
	return document{}
}

// TestRecordedPressInABrowser stages what only who watches the page can tell.
func TestRecordedPressInABrowser(t *testing.T) {
	for _, c := range []struct {
		name, code string
		lab        lab.Options
		setup      browsertest.Setup
		dx         float64
	}{
		{name: "covered", code: "trigger.button-hidden", lab: lab.Options{Scenario: "button-covered"}},
		{name: "outside", code: "trigger.button-hidden", lab: lab.Options{Scenario: "button-outside"}, setup: browsertest.Setup{Width: 320, Height: 640, Mobile: true}},
		{name: "beside", code: "trigger.missed-tap", lab: lab.Options{Scenario: "missed-tap"}, setup: browsertest.Setup{Width: 390, Height: 844, Mobile: true}, dx: 16},
		{name: "busy", code: "trigger.device-slow", lab: lab.Options{Scenario: "device-slow", Window: 4 * time.Second}},
		{name: "swallowed", code: "dispatch.extension-blocked", setup: browsertest.Setup{Extensions: []string{browsertest.Swallowing("http://127.0.0.1/*").Unpack(t)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stageLab(t, c.lab)
			s.recorded(c.setup, func(d *browsertest.Desk) {
				if !d.Outside(oops) {
					d.Press(oops, c.dx, 0)
				}
			}).names(t, c.code)
		})
	}
}

// TestRecordedHealthyInABrowser holds that nothing is accused of a recall that
// works: with six harmless extensions, and where a fault was mended.
func TestRecordedHealthyInABrowser(t *testing.T) {
	var dirs []string
	for _, e := range browsertest.Harmless() {
		dirs = append(dirs, e.Unpack(t))
	}
	for _, c := range []struct {
		name  string
		lab   lab.Options
		setup browsertest.Setup
		dx    float64
	}{
		{name: "six extensions", setup: browsertest.Setup{Extensions: dirs}},
		{name: "beside, on buttons of full size", lab: lab.Options{Scenario: "missed-tap", Healed: true}, setup: browsertest.Setup{Width: 390, Height: 844, Mobile: true}, dx: 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stageLab(t, c.lab)
			doc := s.recorded(c.setup, func(d *browsertest.Desk) {
				d.Press(oops, c.dx, 0)
				if !d.Gone(oops, 5*time.Second) {
					t.Error("the recall did not work")
				}
			})
			for _, c := range doc.Verdict.Causes {
				t.Errorf("accused %s %.2f", c.Code, c.Probability)
			}
			if doc.Verdict.Outcome != "healthy" {
				t.Errorf("verdict %s", doc.Verdict.Outcome)
			}
		})
	}
}
