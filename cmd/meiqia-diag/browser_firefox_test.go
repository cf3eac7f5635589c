package main

import (
	"testing"
	"time"

	"meiqia-diag/diag/lab"
	"meiqia-diag/diag/lab/browsertest"
)

// TestFirefoxInABrowser stages situations in a real Firefox.
func TestFirefoxInABrowser(t *testing.T) {
	t.Run("add-on that blocks", func(t *testing.T) {
		t.Parallel()
		s := stageLab(t, lab.Options{})
		b := browsertest.Firefox(t, browsertest.Setup{Extensions: []string{browsertest.Listening("*://*/*/recall").Pack(t, "quiet@web.example")}})
		w := s.work(b, false, 0, 0)
		s.handed(b, w).names(t, "dispatch.extension-blocked")
	})
	t.Run("JavaScript off", func(t *testing.T) {
		t.Parallel()
		s := stageLab(t, lab.Options{})
		profile := t.TempDir()
		b := browsertest.Firefox(t, browsertest.Setup{Profile: profile})
		d := browsertest.At(t, b)
		d.Open(s.lab.URL("workbench"))
		w := told{sent: d.Send(oops), symptom: "no_button"}
		b.HandIn(t.TempDir())
		b = browsertest.Firefox(t, browsertest.Setup{Profile: profile, Block: []string{"javascript"}})
		b.Navigate(s.lab.URL("workbench"))
		w.pressed = time.Now()
		s.handed(b, w).names(t, "dispatch.browser-settings")
	})
	t.Run("stale page in the cache", func(t *testing.T) {
		t.Parallel()
		s := stageLab(t, lab.Options{Scenario: "stale-app"})
		profile := t.TempDir()
		b := browsertest.Firefox(t, browsertest.Setup{Profile: profile})
		b.Navigate(s.lab.URL("workbench"))
		b.HandIn(t.TempDir())
		b = browsertest.Firefox(t, browsertest.Setup{Profile: profile})
		w := s.work(b, false, 0, 0)
		s.handed(b, w).names(t, "dispatch.stale-app")
		s.alone().names(t, "dispatch.stale-app")
	})
	t.Run("healthy", func(t *testing.T) {
		t.Parallel()
		s := stageLab(t, lab.Options{})
		b := browsertest.Firefox(t, browsertest.Setup{})
		w := s.work(b, false, 0, 0)
		if w.symptom != "unknown" {
			t.Fatalf("the recall did not work: %+v", w)
		}
		if doc := s.handed(b, w); doc.Verdict.Outcome != "healthy" {
			doc.names(t, "healthy")
		}
	})
}
