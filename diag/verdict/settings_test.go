package verdict

import (
	"testing"

	"meiqia-diag/diag"
)

// What the browser in use is set to is told before anybody presses; what merely
// may matter, or is set in a browser that nobody may be using, is not.
func TestSettingsInAHealthRun(t *testing.T) {
	for _, c := range []struct {
		name, saw, outcome string
		cause              diag.Code
	}{
		{"JavaScript off for the service", "browser.setting=javascript[site=service,effect=block,use=workbench]", diag.Explained, "dispatch.browser-settings"},
		{"for all", "browser.setting=javascript[site=all]", diag.Explained, "dispatch.browser-settings"},
		{"in one of two", "browser.setting=javascript[site=all,among=2]", diag.Explained, "dispatch.browser-settings"},
		{"storage", "browser.setting=cookies[site=service]", diag.Explained, "dispatch.browser-settings"},
		{"the page barred", "browser.setting=site[site=service,by=policy]", diag.Explained, "dispatch.browser-settings"},
		{"a dead proxy", "browser.setting=proxy[effect=dead]", diag.Explained, "transport.local-network"},
		{"a proxy", "browser.setting=proxy[effect=fixed]", diag.Healthy, ""},
		{"local network, not needed", "browser.setting=local-network[site=service]", diag.Healthy, ""},
		{"local network, needed", "browser.setting=local-network[site=service,needed=yes]", diag.Explained, "dispatch.browser-settings"},
		{"harmless", "browser.setting=popups[site=service] browser.setting=notifications[site=service] browser.setting=images[site=all] browser.setting=sound[site=all] browser.setting=doh[effect=secure] browser.setting=tracking-protection[effect=strict] browser.setting=third-party-cookies[site=all] browser.setting=clipboard[site=service]", diag.Healthy, ""},
		{"policies", "browser.policy=40", diag.Healthy, ""},
		{"an engine below a published minimum", "browser.engine=below[minimum_basis=stated,use=workbench]", diag.Explained, "dispatch.browser-outdated"},
		{"below an assumed one", "browser.engine=below[minimum_basis=assumed,use=running]", diag.Explained, "dispatch.browser-outdated"},
		{"of one of two browsers", "browser.engine=below[minimum_basis=assumed,use=default,among=2]", diag.Healthy, ""},
		{"recent", "browser.engine=ok[minimum_basis=stated]", diag.Healthy, ""},
		{"merely installed", "browser.installed=360[version=9,engine=69.0.1.1]", diag.Healthy, ""},
		{"a newer client is offered", "client.version=ok client.update=behind", diag.Healthy, ""},
		{"an old client", "client.version=below[minimum_basis=stated]", diag.Explained, "dispatch.client-outdated"},
	} {
		j := Judge(saw(t, c.saw), Context{Health: true, Measured: true})
		if j.Verdict.Outcome != c.outcome || primary(j) != c.cause {
			t.Errorf("%s: %s, want %s %s", c.name, short(j.Verdict), c.outcome, c.cause)
		}
	}
	// An assumed minimum is less sure than a published one.
	p := func(basis string) float64 {
		return Judge(saw(t, "browser.engine=below[minimum_basis="+basis+"]"), Context{Health: true, Measured: true}).Verdict.Causes[0].Probability
	}
	if p("assumed") >= p("stated") {
		t.Errorf("assumed %v, stated %v", p("assumed"), p("stated"))
	}
}
