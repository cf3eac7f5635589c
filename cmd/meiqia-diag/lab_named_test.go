package main

import (
	"encoding/json"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lab"
)

// TestScenariosBeforeTheNetworkAreNamed plays what goes wrong before a request
// is out, and diagnoses it as `recall --lab=NAME` does for people. Scenarios
// further on are judged by live measurements too, which want a quiet machine.
func TestScenariosBeforeTheNetworkAreNamed(t *testing.T) {
	played := 0
	for _, s := range lab.Scenarios() {
		if code := diag.Code(s.Code); s.Code == lab.Healthy || code.Stage() != diag.Trigger && code.Stage() != diag.Dispatch {
			continue
		}
		played++
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			status, out, errs := call(t, nil, "", "recall", "--lab="+s.Name, "--format", "json", "--no-report")
			var doc document
			if err := json.Unmarshal([]byte(out), &doc); err != nil {
				t.Fatalf("status %d: %v\n%s", status, err, errs)
			}
			doc.names(t, s.Code)
		})
	}
	if played < 12 {
		t.Errorf("only %d scenarios", played)
	}
}
