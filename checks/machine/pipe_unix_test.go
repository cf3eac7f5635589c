//go:build !windows

package machine

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A pipe that nobody writes to would be waited for without end.
func TestPipesInPlaceOfFiles(t *testing.T) {
	const id = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	preferences := `{"extensions":{"settings":{"` + id + `":{"path":"` + id + `/1","location":1,"disable_reasons":[],"active_permissions":{"api":["declarativeNetRequest"]},
		"manifest":{"name":"Shield","version":"1","declarative_net_request":{"rule_resources":[{"id":"r","enabled":true,"path":"rules.json"}]}}}}}}`
	addons := `{"addons":[{"id":"x@y","type":"extension","location":"app-profile","active":true}]}`
	for _, pipe := range []string{"Preferences", "Secure Preferences", "Extensions/" + id + "/1/manifest.json", "Extensions/" + id + "/1/rules.json", "DNR Extension Rules/" + id + "/rules.json",
		"extensions.json", "prefs.js", "user.js", "permissions.sqlite", "addonStartup.json.lz4", "extension-preferences.json", "../Local State"} {
		dir := filepath.Join(t.TempDir(), "Default")
		for name, text := range map[string]string{"Preferences": preferences, "extensions.json": addons, "prefs.js": `user_pref("a", 1);`} {
			if name != pipe {
				write(t, filepath.Join(dir, name), text)
			}
		}
		path := filepath.Join(dir, pipe)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = Extensions(dir)
			_, _ = Rules(t.Context(), dir)
			_ = ProfileSettings(t.Context(), dir, Sites{})
		}()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: it is still being waited for", pipe)
		}
	}
}
