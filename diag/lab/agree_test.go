package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lab/browsertest"
)

// inChromium is how a real browser is brought to what a seat's engine is set to.
var inChromium = map[string]func(t *testing.T, l *Lab) browsertest.Setup{
	"extension-blocked": func(t *testing.T, _ *Lab) browsertest.Setup {
		return browsertest.Setup{Extensions: []string{browsertest.BlockingStatic("/recall").Unpack(t)}}
	},
	"storage-blocked": func(_ *testing.T, l *Lab) browsertest.Setup {
		return browsertest.Setup{Block: []string{"cookies"}, Site: strings.TrimSuffix(l.URL("workbench"), "/chat")}
	},
	"browser-outdated": func(*testing.T, *Lab) browsertest.Setup {
		return browsertest.Setup{Before: "delete Promise.withResolvers"}
	},
	"button-outside": func(*testing.T, *Lab) browsertest.Setup {
		return browsertest.Setup{Width: 320, Height: 640, Mobile: true}
	},
	"missed-tap": func(*testing.T, *Lab) browsertest.Setup {
		return browsertest.Setup{Width: 390, Height: 844, Mobile: true}
	},
}

// TestSeatsRecordWhatChromiumShowsInABrowser holds what the seats leave behind
// against what a real browser leaves of the same press: the recall's entry of
// the HAR, where the page came from, and the console from the press on.
func TestSeatsRecordWhatChromiumShowsInABrowser(t *testing.T) {
	for _, name := range []string{"healthy", "extension-blocked", "storage-blocked", "browser-outdated", "content-policy", "stale-app", "stale-worker", "missed-tap", "button-covered", "button-outside", "device-slow"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seats, err := Start(t.Context(), Options{Scenario: name})
			must(t, err)
			defer seats.Close()
			played, err := seats.Play(t.Context(), t.TempDir())
			must(t, err)

			l, err := Start(t.Context(), Options{Scenario: name})
			must(t, err)
			defer l.Close()
			f, seen := inBrowser(t, l)

			if want := incidentOf(t, played).Attempt.Symptom == "no_button"; seen.outside != want {
				t.Errorf("button outside the screen: %v in Chromium, %v at the seat", seen.outside, want)
			}
			real, simulated := marks(harOf(t, f.HAR)), marks(harOf(t, played.HAR[0]))
			if !slices.Equal(real, simulated) {
				t.Errorf("Chromium records\n%s\nthe seat\n%s", strings.Join(real, "\n"), strings.Join(simulated, "\n"))
			}
			console, seat := spokenFrom(t, f.Console), spokenFrom(t, played.Console)
			if !slices.Equal(console, seat) {
				t.Errorf("Chromium's console\n%s\nthe seat's\n%s", strings.Join(console, "\n"), strings.Join(seat, "\n"))
			}
		})
	}
}

type seen struct{ outside bool }

// inBrowser does at a real browser what the scenario's people do.
func inBrowser(t *testing.T, l *Lab) (browsertest.Files, seen) {
	t.Helper()
	setup := browsertest.Setup{Width: l.plan.story.width, Height: l.plan.story.height}
	if f := inChromium[l.Scenario.Name]; f != nil {
		setup = f(t, l)
	}
	if l.plan.story.visitedBefore {
		setup.Profile = t.TempDir()
		b := browsertest.Chromium(t, setup)
		b.Navigate(l.URL("workbench"))
		if l.plan.faults.Page.Worker {
			b.Eval("navigator.serviceWorker.ready.then(() => true)", nil)
		}
		b.HandIn(t.TempDir())
	}
	b := browsertest.Chromium(t, setup)
	d := browsertest.At(t, b)
	d.Finger = setup.Mobile
	d.Open(l.URL("workbench"))
	d.Send(oops)
	<-l.armed
	time.Sleep(100 * time.Millisecond)
	var s seen
	if s.outside = d.Outside(oops); !s.outside {
		d.Press(oops, float64(l.plan.story.beside), 0)
		d.Gone(oops, 500*time.Millisecond)
	}
	return b.HandIn(filepath.Join(t.TempDir(), "handed")), s
}

// marks is what of a recording must be the same.
func marks(h harFile) []string {
	out := []string{}
	if e := h.Log.Entries[0]; e.ResourceType == "document" {
		out = append(out, fmt.Sprintf("page cache=%q worker=%v", e.FromCache, e.Response.Worker))
	}
	if e, ok := h.recallPost(); ok {
		failed := "none"
		if e.Response.Error != nil {
			failed = *e.Response.Error
		}
		out = append(out, fmt.Sprintf("recall status=%d error=%s", e.Response.Status, failed))
	}
	return out
}

var (
	place   = regexp.MustCompile(`^[\w.()-]+:\d+ `)
	ofTrace = regexp.MustCompile(`^\s+at `)
	figures = regexp.MustCompile(`\d{4,}|\d+\.\d+\.\d+\.\d+:\d+|(?:ms|[xy])=\d+|input_delay=\d+`)
	stamped = regexp.MustCompile(`^\[[^\]]+\] `)
)

// spokenFrom gives a console from the press on, without places, times and
// figures, in an order of its own: pushes come when they come.
func spokenFrom(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	var out []string
	pressed := false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(place.ReplaceAllString(strings.TrimRight(line, "\n"), ""))
		pressed = pressed || strings.Contains(line, "ui click")
		if !pressed || ofTrace.MatchString("    "+line) {
			continue
		}
		out = append(out, figures.ReplaceAllString(stamped.ReplaceAllString(line, ""), "N"))
	}
	slices.Sort(out)
	return out
}
