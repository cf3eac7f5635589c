package main

import (
	"testing"
	"time"

	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lab/browsertest"
)

// TestThePressInABrowser stages what keeps a press from its button, or the
// page from the press, with nobody watching: HAR and console show that nothing
// was sent, and what covers a button or takes its clicks stays open (see
// TestRecordedPressInABrowser).
func TestThePressInABrowser(t *testing.T) {
	for _, c := range []struct {
		name, code string
		lab        lab.Options
		setup      browsertest.Setup
		finger     bool
		dx         float64
	}{
		{name: "covered", lab: lab.Options{Scenario: "button-covered"}},
		{name: "outside", code: "trigger.button-hidden", lab: lab.Options{Scenario: "button-outside"}, setup: browsertest.Setup{Width: 320, Height: 640, Mobile: true}, finger: true},
		{name: "beside", code: "trigger.missed-tap", lab: lab.Options{Scenario: "missed-tap"}, setup: browsertest.Setup{Width: 390, Height: 844, Mobile: true}, finger: true, dx: 16},
		{name: "busy", code: "trigger.device-slow", lab: lab.Options{Scenario: "device-slow", Window: 4 * time.Second}},
		{name: "swallowed", setup: browsertest.Setup{Extensions: []string{browsertest.Swallowing("http://127.0.0.1/*").Unpack(t)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := stageLab(t, c.lab)
			b := browsertest.Chromium(t, c.setup)
			w := s.work(b, c.finger, c.dx, 0)
			doc := s.handed(b, w)
			switch {
			case c.code != "":
				doc.names(t, c.code)
			case doc.Verdict.Outcome != "inconclusive":
				t.Errorf("nothing tells what happened, and the verdict is %s: %s", doc.Verdict.Outcome, doc.causes())
			}
		})
	}
}
