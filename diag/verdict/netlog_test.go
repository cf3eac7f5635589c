package verdict

import (
	"testing"

	"meiqia-diag/diag"
)

// What a NetLog adds to the verdict.
func TestNetLogObservations(t *testing.T) {
	for _, c := range []struct {
		obs     string
		code    diag.Code
		outcome string
		result  string
		broken  diag.Stage
	}{
		{"attempt.symptom=timed_out? server.answer=not_sent browser.dispatch=stopped", "dispatch.extension-blocked", diag.Explained, "not_sent", diag.Dispatch},
		{"server.answer=unknown network.error=reset network.restarts=2", "transport.interrupted", diag.Explained, "unknown", diag.Transport},
		{"server.answer=unknown network.error=reset network.restarts=1 server.refusal=already", "transport.interrupted", "", "unknown", ""},
		{"server.answer=accepted network.error=reset network.signal=reset attempt.symptom=still_visible?", "transport.interrupted", "", "accepted", ""},
	} {
		t.Run(c.obs, func(t *testing.T) {
			j := Judge(saw(t, c.obs), Context{})
			if len(j.Verdict.Causes) == 0 || j.Verdict.Causes[0].Code != c.code || c.outcome != "" && j.Verdict.Outcome != c.outcome || j.Outcomes.RequestResult != c.result {
				t.Errorf("%s %+v %+v", j.Verdict.Outcome, j.Outcomes, j.Verdict.Causes)
			}
			for _, s := range j.Stages {
				if c.broken != "" && (s.State == diag.Broken) != (s.Stage == c.broken) {
					t.Errorf("%s is %s", s.Stage, s.State)
				}
				if s.Stage.Index() > diag.Transport.Index() && s.State == diag.Passed && c.result != "accepted" {
					t.Errorf("%s is passed, and nobody knows", s.Stage)
				}
			}
		})
	}
}
