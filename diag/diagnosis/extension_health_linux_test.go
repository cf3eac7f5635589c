package diagnosis_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"meiqia-diag/checks"
	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

// A health run names the extension of this machine's browser that would stop a
// recall now, and none where no rule does.
func TestHealthRunNamesTheExtension(t *testing.T) {
	for filter, want := range map[string]diag.Code{"/recall": "dispatch.extension-blocked", "||hm.baidu.com^": ""} {
		home := t.TempDir()
		t.Setenv("HOME", home)
		t.Setenv("XDG_CONFIG_HOME", "")
		data := filepath.Join(home, ".config", "chromium")
		if err := os.MkdirAll(data, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(data, "Local State"), []byte(`{"profile":{"info_cache":{"Default":{}},"last_used":"Default"}}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(withExtension(t, filter), filepath.Join(data, "Default")); err != nil {
			t.Fatal(err)
		}
		prof, ps := profile.Load("")
		if prof == nil {
			t.Fatal(ps)
		}
		own := *prof
		own.RecallRequests = []string{"POST https://app.meiqia.com/api/v1/conversations/1/messages/2/recall"}
		d := diagnosis.Run(context.Background(), diagnosis.Options{Version: "test", Incident: incident.New(), Profile: &own, Checks: checks.All(), Only: []string{"browser"}, Offline: true}).Document
		top := diag.Code("")
		if len(d.Verdict.Causes) > 0 {
			top = d.Verdict.Causes[0].Code
		}
		if !d.Health || top != want {
			t.Errorf("%s: health %v, %s %q, want %q", filter, d.Health, d.Verdict.Outcome, top, want)
		}
	}
}
