package machine

import (
	"os"
	"path/filepath"
	"testing"
)

func TestUsedLast(t *testing.T) {
	pages := []string{"https://app.desk.test/"}
	lay := func(name, text string) string {
		dir := t.TempDir()
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	engaged := func(site string) string {
		return `{"profile":{"content_settings":{"exceptions":{"site_engagement":{"` + site + `":{"setting":{"lastEngagementTime":13439899914689463}}}}}}}`
	}
	for _, c := range []struct {
		name, file, text string
		used             bool
	}{
		{"Chromium, used", "Preferences", engaged("https://app.desk.test:443,*"), true},
		{"Chromium, another site", "Preferences", engaged("https://news.test:443,*"), false},
		{"Chromium, torn", "Preferences", engaged("https://app.desk.test:443,*")[:60], false},
		{"Firefox, used", "storage/default/https+++app.desk.test/.metadata-v2", "x", true},
		{"Firefox, another site", "storage/default/https+++news.test/.metadata-v2", "x", false},
	} {
		if got := !UsedLast(lay(c.file, c.text), pages).IsZero(); got != c.used {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if !UsedLast(filepath.Join(t.TempDir(), "none"), pages).IsZero() {
		t.Error("a folder that is not there")
	}
}
