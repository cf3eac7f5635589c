// Package browsertest stages situations in real browsers for tests: a profile
// with settings, extensions and caches as a user's may hold them, a page that
// is opened and pressed by mouse or finger, and in the end what the user would
// hand in: a HAR and a console as the developer tools save them, and the
// profile's folder.
//
// Only tests import it.
package browsertest

import (
	"encoding/json"
	"os"
	"testing"
	"time"
)

// Browser is a running browser with one page.
type Browser interface {
	// Navigate opens an address and waits for its load event.
	Navigate(url string)
	// Eval runs an expression in the page, awaits it, and reads its JSON value into v; v may be nil.
	Eval(expression string, v any)
	// Press presses at a place of the viewport, by finger or mouse.
	Press(x, y float64, finger bool)
	// HandIn saves HAR and console into dir, closes the browser, and gives the paths.
	HandIn(dir string) Files
}

// Files are what a user hands in.
type Files struct {
	HAR, Console string
	Profile      string // the folder of the browser's user data
}

// Setup is how a browser is set up before it starts; the zero value is a new profile.
type Setup struct {
	Profile       string   // folder of an earlier session, a new one when empty
	Extensions    []string // folders of unpacked extensions (Chromium), files of packed add-ons (Firefox)
	Block         []string // what is blocked for Site: javascript, cookies
	Site          string   // an origin
	Width, Height int      // of the viewport, 1280x800 when zero
	Mobile        bool     // a phone's screen and touch
	Dark          bool     // its user likes dark pages
	UserAgent     string
	Flags         []string // further ones of the command line, "name=value" (Chromium)
	Before        string   // a script that runs before the page's own, as in an engine that lacks something
}

// limit bounds each step.
const limit = 20 * time.Second

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// WriteJSON writes v as a file.
func WriteJSON(t testing.TB, path string, v any) {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	must(t, os.WriteFile(path, data, 0o600))
}

// folder gives the profile's folder.
func (s Setup) folder(t testing.TB) string {
	if s.Profile != "" {
		return s.Profile
	}
	return t.TempDir()
}
