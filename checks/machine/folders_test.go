package machine

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestProfileFolders(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"Chromium's user data":   {[]string{"Local State", "Default/Preferences", "Profile 2/Preferences", "System Profile/Preferences", "Crashpad/x"}, []string{"Default", "Profile 2"}},
		"one Chromium profile":   {[]string{"Preferences", "Extensions/a/1/manifest.json"}, []string{""}},
		"Firefox's on Linux":     {[]string{"profiles.ini", "ab.default-esr/prefs.js", "cd.default/times.json"}, []string{"ab.default-esr"}},
		"Firefox's on Windows":   {[]string{"profiles.ini", "Profiles/ab.default/prefs.js"}, []string{"Profiles/ab.default"}},
		"an Electron client":     {[]string{"Preferences", "Local State", "Cache/Cache_Data/index", "Partitions/desk/Cache/Cache_Data/index", "Partitions/shop/Preferences"}, []string{"", "Partitions/desk", "Partitions/shop"}},
		"a folder of other uses": {[]string{"a.txt", "b/c.log"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range c.files {
				p := filepath.Join(dir, filepath.FromSlash(f))
				if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(p, []byte("{}"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var got []string
			for _, p := range ProfileFolders(dir) {
				got = append(got, NameOfProfile(dir, p))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := ProfileFolders(filepath.Join(t.TempDir(), "none")); got != nil {
		t.Errorf("a folder that is not there: %q", got)
	}
}
