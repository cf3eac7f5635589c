package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"meiqia-diag/diag"
)

// TestVerifyAlongTheStages takes one failure of each stage: with its fault
// mended the cause is mended, with the same fault it is still there, and with
// another one it is the other that is new.
func TestVerifyAlongTheStages(t *testing.T) {
	for _, c := range []struct{ scenario, code, other string }{
		{"missed-tap", "trigger.missed-tap", "message-read"},
		{"extension-blocked", "dispatch.extension-blocked", "no-permission"},
		{"local-network", "transport.local-network", "not-own"},
		{"session-invalid", "admission.session-invalid", "visitor-acted"},
		{"visitor-acted", "decision.visitor-acted", "no-permission"},
		{"stale-view", "sync.stale-view", "message-read"},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			report := filepath.Join(t.TempDir(), "report.zip")
			if status, _, errs := call(t, nil, "", "recall", "--lab="+c.scenario, "--no-input", "--yes", "--output", report); status != statusFound {
				t.Fatalf("status %d: %s", status, errs)
			}
			look := func(args ...string) (*diag.Verified, int) {
				t.Helper()
				status, out, errs := call(t, nil, "", append([]string{"verify", report, "--no-input", "--format", "json"}, args...)...)
				var doc diag.Document
				if err := json.Unmarshal([]byte(out), &doc); err != nil || doc.Verified == nil {
					t.Fatalf("status %d, %v: %s", status, err, errs)
				}
				return doc.Verified, status
			}
			state := func(v *diag.Verified, code string) string {
				for _, x := range v.Causes {
					if string(x.Code) == code {
						return x.State
					}
				}
				return ""
			}
			if v, status := look("--lab="+c.scenario, "--healed"); status != statusHealthy || !v.Holds || state(v, c.code) != diag.CauseMended {
				t.Errorf("mended: status %d, %s, %+v", status, v.Outcome, v.Causes)
			}
			if v, status := look("--lab=" + c.scenario); status != statusFound || v.Holds || state(v, c.code) != diag.CauseStill {
				t.Errorf("the same fault: status %d, %s, %+v", status, v.Outcome, v.Causes)
			}
			if v, status := look("--lab=" + c.other); status != statusFound || v.Holds || state(v, c.code) == diag.CauseStill || v.Outcome != diag.CauseNew {
				t.Errorf("another fault: status %d, %s, %+v", status, v.Outcome, v.Causes)
			}
		})
	}
}
