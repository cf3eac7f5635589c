package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/lab/browsertest"
	"meiqia-diag/diag/profile"
	"meiqia-diag/diag/realbrowser"
	"meiqia-diag/diag/record"
)

// TestSeatsSeeWhatRecordSeesInABrowser holds the recordings of the seats
// against those of the recorder itself: the button, and the press.
func TestSeatsSeeWhatRecordSeesInABrowser(t *testing.T) {
	for _, name := range []string{"button-covered", "button-outside", "missed-tap"} {
		t.Run(name, func(t *testing.T) {
			seats, err := Start(t.Context(), Options{Scenario: name})
			must(t, err)
			defer seats.Close()
			played, err := seats.Play(t.Context(), t.TempDir())
			must(t, err)
			want := sights(t, played.Recording)

			l, err := Start(t.Context(), Options{Scenario: name, Window: time.Minute})
			must(t, err)
			defer l.Close()
			if got := sights(t, watched(t, l)); !slices.Equal(got, want) {
				t.Errorf("record sees\n%s\nthe seat\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// watched lets the recorder watch a real browser, and gives its recording.
func watched(t *testing.T, l *Lab) string {
	t.Helper()
	overlay := filepath.Join(t.TempDir(), "site.yaml")
	must(t, os.WriteFile(overlay, l.Profile(), 0o600))
	prof, problems := profile.Load(overlay)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	temp, dir := browsertest.Temp(t), t.TempDir()
	done, end := make(chan error, 1), make(chan string, 1)
	go func() {
		_, err := record.Run(context.WithoutCancel(t.Context()), record.Options{Browser: realbrowser.Chromium(t), Tool: "test", Profile: prof, URL: l.URL("workbench"),
			Headless: true, Flags: []string{"--remote-debugging-port=0"}, Limit: 2 * time.Minute, End: end}, dir)
		done <- err
	}()
	st := l.plan.story
	b := browsertest.Attach(t, filepath.Join(temp, "meiqia-diag-browser-*"), browsertest.Setup{Width: st.width, Height: st.height, Mobile: st.device == "mobile_web"})
	d := browsertest.At(t, b)
	d.Finger = st.device == "mobile_web"
	d.Until(`location.pathname === "/chat" && document.querySelector("#login")`)
	d.Login()
	d.Send(oops)
	if !d.Outside(oops) {
		d.Press(oops, float64(st.beside), 0)
	}
	time.Sleep(time.Second) // what the press sets off
	end <- "enter"          // with a last look, however long the others take on a busy machine
	must(t, <-done)
	return filepath.Join(dir, "page.jsonl")
}

// sights is what of a recording must be the same: how the button stood last,
// and each press. Heights differ with the fonts of a machine.
func sights(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	rec, problems, err := recording.Read(bytes.NewReader(data), path)
	must(t, err)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var presses []string
	button := ""
	across := func(box []float64) any {
		if len(box) != 4 {
			return box
		}
		return []int{int(box[0]), int(box[2])}
	}
	control := func(c *recording.Control) string {
		return fmt.Sprintf("%s %v %s why=%s by=%s", c.Element, across(c.Box), c.State, c.Why, c.By)
	}
	for _, e := range rec.Events {
		switch e.Type {
		case "look":
			if e.Look.Best != nil {
				button = "button " + control(e.Look.Best)
			}
		case "press":
			p := *e.Press
			text, err := json.Marshal([]any{p.By, int(p.X), p.Target, across(p.Box), p.Other, p.On, int(p.Gap), p.Click, p.Reached, p.Prevented, control(p.Near)})
			must(t, err)
			presses = append(presses, "press "+string(text))
		}
	}
	return append([]string{button}, presses...)
}
