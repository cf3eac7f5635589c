package diagnosis_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"meiqia-diag/checks"
	"meiqia-diag/diag"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

// withExtension is a Chromium profile folder of one extension with one rule.
func withExtension(t *testing.T, filter string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Preferences": `{"profile":{"name":"Person 1"},"extensions":{"settings":{"adfilter":{"disable_reasons":[],"location":1,"path":"adfilter/1","active_permissions":{"api":["declarativeNetRequest"]},
			"manifest":{"name":"Ad Filter","version":"1","declarative_net_request":{"rule_resources":[{"id":"list","enabled":true,"path":"r.json"}]}}}}}}`,
		"Extensions/adfilter/1/r.json": fmt.Sprintf(`[{"id":12,"action":{"type":"block"},"condition":{"urlFilter":%q}}]`, filter),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A rule that stops the very recall explains that nothing happened; one that
// stops something else explains nothing, nor does one where a refusal was read.
func TestVerdictOnARuleOnDisk(t *testing.T) {
	for _, c := range []struct {
		name, filter string
		fields       []string
		top          diag.Code // "" for: not the extension
	}{
		{"nothing happened", "/recall", []string{"attempt.symptom", "no_reaction"}, "dispatch.extension-blocked"},
		{"nothing is said of what happened", "||meiqia.com^*/messages/", nil, "dispatch.extension-blocked"},
		{"it timed out", "/recall", []string{"attempt.symptom", "timed_out"}, "dispatch.extension-blocked"},
		{"the rule is for measuring", "||hm.baidu.com^", []string{"attempt.symptom", "no_reaction"}, ""},
		{"the service's refusal was read", "/recall", []string{"attempt.symptom", "refused", "attempt.error_text", "消息已被阅读,无法撤回", "message.read", "yes"}, ""},
		{"the service blocks a picture", "||static.meiqia.com/*.gif", []string{"attempt.symptom", "no_reaction"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := incident.New()
			fields := append([]string{"message.id", "8842", "attempt.at", "2026-11-20T10:22:41+08:00"}, c.fields...)
			for i := 0; i < len(fields); i += 2 {
				if p := in.Set(incident.Field(fields[i]), fields[i+1], "incident", time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)); p != nil {
					t.Fatal(p)
				}
			}
			prof, ps := profile.Load("")
			if prof == nil {
				t.Fatal(ps)
			}
			own := *prof
			own.RecallRequests = []string{"POST https://app.meiqia.com/api/v1/conversations/1/messages/2/recall"}
			d := diagnosis.Run(context.Background(), diagnosis.Options{Version: "test", Incident: in, Evidence: []string{withExtension(t, c.filter)}, Profile: &own, Checks: checks.All(), Offline: true}).Document
			top := diag.Code("")
			if len(d.Verdict.Causes) > 0 && d.Verdict.Outcome == diag.Explained {
				top = d.Verdict.Causes[0].Code
			}
			if c.top != "" && top != c.top || c.top == "" && top == "dispatch.extension-blocked" {
				t.Errorf("%s: %q: %+v", d.Verdict.Outcome, top, d.Verdict.Causes)
			}
			o, ok := d.Observations().First("browser.blocked_by")
			if hits := c.filter != "||hm.baidu.com^" && c.filter != "||static.meiqia.com/*.gif"; ok != hits || ok && (o.Text() != "Ad Filter #12" || o.Detail["rule"] != "12") {
				t.Errorf("%v %+v", ok, o)
			}
		})
	}
}
