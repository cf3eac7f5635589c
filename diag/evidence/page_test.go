package evidence

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestBesideRecording: of two recordings in one folder the one that was made to compare with is kept apart.
func TestBesideRecording(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const har = `{"log":{"version":"1.2","creator":{"name":"meiqia-diag","version":"1"},"entries":[]}}`
	put("with/page.jsonl", `{"schema":"meiqia-diag-recording/1"}`+"\n")
	put("with/recording.har", har)
	put("without/page.jsonl", `{"schema":"meiqia-diag-recording/1","beside":true}`+"\n")
	put("without/recording.har", har)
	s := Read(context.Background(), []string{dir}, Options{})
	if len(s.Pages) != 1 || len(s.HARs) != 1 || filepath.Base(filepath.Dir(s.HARs[0].File.Path)) != "with" || len(s.Files) != 4 {
		t.Errorf("%d pages, %d HARs, %d files", len(s.Pages), len(s.HARs), len(s.Files))
	}
	beside := 0
	for _, f := range s.Files {
		if f.Note == Beside {
			beside++
		}
	}
	if beside != 2 {
		t.Errorf("%d files beside", beside)
	}
	if s := Read(context.Background(), []string{filepath.Join(dir, "without")}, Options{}); len(s.Pages) != 1 || len(s.HARs) != 1 {
		t.Errorf("alone it is read: %d pages, %d HARs", len(s.Pages), len(s.HARs))
	}
}
