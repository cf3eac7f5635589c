package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lab"
)

// TestATimeLimitIsNoEvidence: what a run had no time to look at is neither well
// nor broken, whatever the service is like.
func TestATimeLimitIsNoEvidence(t *testing.T) {
	l, err := lab.Start(t.Context(), lab.Options{Scenario: "healthy"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file := write(t, t.TempDir(), "lab.yaml", string(l.Profile()))
	for _, limit := range []string{"1ms", "2ms", "4ms"} {
		status, out, errs := call(t, nil, "", "recall", "--profile", file, "--only", "clock,network,server", "--timeout", limit, "--no-report", "--format", "json")
		var doc diag.Document
		if err := json.Unmarshal([]byte(out), &doc); err != nil {
			t.Fatal(err)
		}
		if status == 1 || doc.Verdict.Outcome == diag.Explained {
			t.Errorf("%s: status %d, %s\n%s", limit, status, doc.Verdict.Summary.EN, errs)
		}
		for _, c := range doc.Checks {
			seen := len(c.Observations) > 0
			if c.State == diag.Fail || c.State == diag.Pass && !seen && (c.ID == "network" || c.ID == "server" || c.ID == "clock") {
				t.Errorf("%s: %s is %s: %s", limit, c.ID, c.State, c.Reason)
			}
		}
		if limit == "1ms" && status != statusUnsure {
			t.Errorf("status %d", status)
		}
	}
	if status, _, errs := call(t, nil, "", "recall", "--profile", filepath.Clean(file), "--only", "clock,network,server", "--no-report", "--format", "json"); status != 0 {
		t.Errorf("with time enough: status %d\n%s", status, errs)
	}
}
