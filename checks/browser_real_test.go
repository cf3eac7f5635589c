package checks

import (
	"path/filepath"
	"testing"

	"meiqia-diag/checks/dnr/dnrtest"
	"meiqia-diag/diag"
)

// The profile folder of a real browser, with six harmless extensions and one
// that has added a rule while it ran: that one is named, and the six are listed.
func TestExtensionsInABrowser(t *testing.T) {
	harmless := dnrtest.Harmless(t)
	blocker := dnrtest.Blocker(t, "Shop helper", nil, nil)
	dir := t.TempDir()
	b := dnrtest.Start(t, dir, append(harmless, blocker)...)
	b.Open("chrome-extension://" + dnrtest.ID(blocker) + "/page.html")
	dnrtest.Eval[any](b, `chrome.declarativeNetRequest.updateDynamicRules({addRules: [{id: 21, action: {type: "block"}, condition: {urlFilter: "||meiqia.com^*/recall", resourceTypes: ["xmlhttprequest"]}}]})`)
	b.Close()

	in := input(t, known, sampled(t))
	in.Attempt.Evidence.Browsers = []string{dir} // the user data folder, as people hand it in
	res := run(t, "browser", in)
	want(t, res, diag.Fail, "browser.blocked_by=Shop helper #21 rule:21 ruleset:_dynamic filter:||meiqia.com^*/recall hits:recall",
		"browser.extension=Ad rules rules:3", "browser.extension=Header rules rules:1 alters:recall headers, rule 1 |http", "browser.extension=Dark pages content_script:yes", "browser.extension=Watcher")
	if n := len(diag.Observations(res.Observations).All(BrowserBlockedBy)); n != 1 {
		t.Errorf("%d accused", n)
	}

	quiet := t.TempDir()
	b = dnrtest.Start(t, quiet, harmless...)
	b.Open("chrome-extension://" + dnrtest.ID(harmless[4]) + "/page.html")
	b.Close()
	in.Attempt.Evidence.Browsers = []string{filepath.Join(quiet, "Default")}
	res = run(t, "browser", in)
	want(t, res, diag.Pass, "!browser.blocked_by", "browser.extension=Ad rules rules:3")
}
