package archive

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence"
)

// TestTooMuchIsNarrowedAroundThePress: a message sent long before the press, and
// a log with more between the two than an archive has room for.
func TestTooMuchIsNarrowedAroundThePress(t *testing.T) {
	press := time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)
	var log bytes.Buffer
	for at, i := press.Add(-8*time.Hour), 0; at.Before(press.Add(5 * time.Minute)); at, i = at.Add(100*time.Millisecond), i+1 {
		fmt.Fprintf(&log, "%s INFO request %d done in %d ms\n", at.Format("2006-01-02T15:04:05.000Z07:00"), i, i%97)
	}
	doc := document()
	doc.Timeline = []diag.Moment{{Kind: "sent", At: press.Add(-8 * time.Hour).Format(time.RFC3339Nano)}, {Kind: "press", At: press.Format(time.RFC3339Nano), ErrMS: 1000}}
	opt := Options{Path: filepath.Join(t.TempDir(), "r.zip"), Doc: doc, Key: key, Clock: clockOf, Evidence: []Source{source("app.log", evidence.ServerLog, log.Bytes())}}
	if log.Len() < 2*maxSlice {
		t.Fatalf("%d bytes", log.Len())
	}
	if _, err := Build(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	text := contents(t, opt.Path)["logs/app.log"]
	for _, at := range []time.Duration{-10 * time.Minute, -time.Minute, 0, 30 * time.Second} {
		if stamp := press.Add(at).Format("2006-01-02T15:04:05.000Z"); !strings.Contains(text, stamp) {
			t.Errorf("%s is not in the slice of %d bytes, from %.30q", stamp, len(text), text)
		}
	}
}
