package verdict

import (
	"testing"

	"meiqia-diag/diag"
)

// A rule on disk, or an extension that holds requests, beside what was seen.
func TestRulesOfExtensions(t *testing.T) {
	const rule, one = "browser.blocked_by=x[hits=recall]", "browser.blocked_by=x[hits=recall,among=2]"
	held := func(aim string) string { return " browser.extension=x[may_hold=recall,aimed=" + aim + "]" }
	const unanswered = "attempt.symptom=refused? server.answer=unknown network.error=unspecified browser.dispatch=unspecified"
	for _, c := range []struct {
		obs     string
		outcome string
		code    diag.Code // "" where none is to be named
	}{
		{"attempt.symptom=refused[words=network]? " + rule, diag.Explained, "dispatch.extension-blocked"},
		{"attempt.symptom=refused? " + rule, diag.Inconclusive, ""},
		{"attempt.symptom=unknown? " + one, diag.Inconclusive, ""},
		{unanswered + " " + rule, diag.Explained, "dispatch.extension-blocked"},
		{unanswered, diag.Inconclusive, ""},
		{unanswered + "[wire=none]", diag.Inconclusive, ""},
		{unanswered + held("no"), diag.Inconclusive, ""},
		{unanswered + held("yes"), diag.Explained, "dispatch.extension-blocked"},
		{"attempt.symptom=refused? server.answer=refused server.refusal=read browser.dispatch=sent " + rule, diag.Explained, "decision.message-read"},
		{"attempt.symptom=refused[words=network]?", diag.Inconclusive, ""},
	} {
		j := Judge(saw(t, c.obs), Context{})
		if j.Verdict.Outcome != c.outcome || c.code != "" && primary(j) != c.code {
			t.Errorf("%s: %s %+v", c.obs, j.Verdict.Outcome, j.Verdict.Causes)
		}
	}
}
