package record

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meiqia-diag/diag/lang"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCopiedProfile(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	unpacked := t.TempDir()
	put(t, filepath.Join(unpacked, "manifest.json"), `{"name":"Mine","version":"1"}`)
	put(t, filepath.Join(from, "Local State"), `{}`)
	put(t, filepath.Join(from, "Profile 1", "Preferences"), `{"profile":{"name":"Ann","content_settings":{"exceptions":{"javascript":{"https://app.meiqia.com:443,*":{"setting":2}}}}},"account_info":[{"email":"a@b.c"}],
		"extensions":{"settings":{"a":{"path":"`+filepath.ToSlash(unpacked)+`","location":4,"disable_reasons":[]},"b":{"path":"/gone/ext","location":4},"c":{"path":"/gone/off","location":4,"disable_reasons":[1]},"d":{"path":"x/1.0","location":1},"e":{"path":"/gone/older","location":4,"state":0}}}}`)
	put(t, filepath.Join(from, "Profile 1", "Extensions", "d", "1.0", "manifest.json"), `{}`)
	put(t, filepath.Join(from, "Profile 1", "Local Extension Settings", "d", "000003.log"), `x`)
	put(t, filepath.Join(from, "Profile 1", "Local Extension Settings", "d", "LOCK"), ``)
	for _, private := range []string{"Cookies", "Network/Cookies", "Login Data", "Web Data", "History", "Sessions/Tabs", "Local Storage/leveldb/1.log"} {
		put(t, filepath.Join(from, "Profile 1", private), "private")
	}
	got, err := UserProfile{DataDir: from, Name: "Profile 1"}.copyTo(context.Background(), to)
	if err != nil {
		t.Fatal(err)
	}
	if got.name != "Profile 1" || len(got.unpacked) != 1 || filepath.ToSlash(got.unpacked[0]) != filepath.ToSlash(unpacked) || strings.Join(got.missing, " ") != "ext" {
		t.Errorf("%+v", got)
	}
	var files []string
	_ = filepath.WalkDir(to, func(path string, d os.DirEntry, _ error) error {
		if !d.IsDir() {
			rel, _ := filepath.Rel(to, path)
			files = append(files, filepath.ToSlash(rel))
			if b, _ := os.ReadFile(path); strings.Contains(string(b), "private") || strings.Contains(string(b), "a@b.c") {
				t.Errorf("%s came along", rel)
			}
		}
		return nil
	})
	if want := "Local State|Profile 1/Extensions/d/1.0/manifest.json|Profile 1/Local Extension Settings/d/000003.log|Profile 1/Preferences"; strings.Join(files, "|") != want {
		t.Errorf("copied %v", files)
	}
	b, _ := os.ReadFile(filepath.Join(to, "Profile 1", "Preferences"))
	for _, want := range []string{`"content_settings"`, `"credentials_enable_service":false`, `"password_manager_enabled":false`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
	}
}

func TestNoProfileToCopy(t *testing.T) {
	var p *lang.Problem
	if _, err := (UserProfile{DataDir: t.TempDir(), Name: "Default"}).copyTo(context.Background(), t.TempDir()); !errors.As(err, &p) || p.Hint.IsZero() {
		t.Errorf("%v", err)
	}
	half := t.TempDir()
	put(t, filepath.Join(half, "Default", "Preferences"), `{"profile":{"na`)
	if _, err := (UserProfile{DataDir: half, Name: "Default"}).copyTo(context.Background(), t.TempDir()); !errors.As(err, &p) || !strings.Contains(p.What.EN, "being written") {
		t.Errorf("%v", err)
	}
}

// Settings are read whole: those without a sensible size are turned away before they are copied.
func TestHugeSettingsAreNotCopied(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	put(t, filepath.Join(from, "Default", "Preferences"), "{")
	if err := os.Truncate(filepath.Join(from, "Default", "Preferences"), maxSettings+1); err != nil {
		t.Fatal(err)
	}
	var p *lang.Problem
	if _, err := (UserProfile{DataDir: from, Name: "Default"}).copyTo(t.Context(), to); !errors.As(err, &p) || !strings.Contains(p.What.EN, "too large") {
		t.Errorf("%v", err)
	}
}
