package report

import (
	"testing"

	"meiqia-diag/diag"
)

// A rule is named as people find it: its line or filter, the list it stands in, its number.
func TestRuleOfAnExtension(t *testing.T) {
	for _, c := range []struct {
		detail map[string]string
		zh, en string
	}{
		{map[string]string{"rule": "||a^"}, "AdGuard，规则 ||a^", "AdGuard, rule ||a^"},
		{map[string]string{"rule": "12", "filter": "||a^$xhr", "list": "AdGuard Chinese filter", "ruleset": "ruleset_224"}, "AdGuard，规则 ||a^$xhr (AdGuard Chinese filter, 12)", "AdGuard, rule ||a^$xhr (AdGuard Chinese filter, 12)"},
		{map[string]string{"rule": "12", "filter": "/recall", "ruleset": "chn-0"}, "AdGuard，规则 /recall (chn-0, 12)", "AdGuard, rule /recall (chn-0, 12)"},
		{map[string]string{"extension": "abc"}, "AdGuard", "AdGuard"},
	} {
		got := observationValue(diag.Observation{ID: "browser.blocked_by", Value: "AdGuard", Detail: c.detail})
		if got.ZH != c.zh || got.EN != c.en {
			t.Errorf("%v: %q, %q", c.detail, got.ZH, got.EN)
		}
	}
}
