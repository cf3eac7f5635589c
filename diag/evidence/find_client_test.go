package evidence

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDesktopClientsAreRecognised(t *testing.T) {
	const archive = "\x04\x00\x00\x00\x14\x00\x00\x00\x10\x00\x00\x00\x0c\x00\x00\x00{\"files\":{}}"
	dir := t.TempDir()
	for name, text := range map[string]string{"desk/resources/app.asar": archive, "sq/app-1.2.3/resources/app.asar": archive, "Desk.app/Contents/Resources/app.asar": archive,
		"other/resources/app.asar": "a log that somebody named so\n", "desk/readme.txt": "x\n"} {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if s := readAll(t, Options{}, dir); len(s.Clients) != 3 || len(s.Files) != 1 || s.Empty() {
		t.Errorf("clients %v, files %s", s.Clients, kinds(s))
	}
	for place, want := range map[string]int{"desk": 1, "desk/resources/app.asar": 1, "sq": 1, "Desk.app": 1, "other": 0} {
		if s := readAll(t, Options{}, filepath.Join(dir, filepath.FromSlash(place))); len(s.Clients) != want {
			t.Errorf("%s: %v", place, s.Clients)
		}
	}
}
