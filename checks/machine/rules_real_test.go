package machine

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/dnr"
	"meiqia-diag/checks/dnr/dnrtest"
	"meiqia-diag/diag/realbrowser"
)

type rule = dnrtest.Rule

var block, act, blocker, harmless = dnrtest.Block, dnrtest.Act, dnrtest.Blocker, dnrtest.Harmless

// service answers every request with its path, on any name.
func echoService(t *testing.T) (origin string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) }))
	t.Cleanup(s.Close)
	return "http://desk.test" + strings.TrimPrefix(s.URL, "http://127.0.0.1")
}

// fetched asks the page for an address: the path that answered, "stopped" for none.
func fetched(b *dnrtest.Browser, url string) string {
	return dnrtest.Eval[string](b, `fetch("`+url+`", {method: "POST"}).then(r => r.text()).catch(() => "stopped")`)
}

// readWhile reads the rules of a profile until a condition holds: a running
// browser writes its settings some ten seconds after they change.
func readWhile(t *testing.T, profile string, until func([]ExtensionRules) bool) []ExtensionRules {
	t.Helper()
	var list []ExtensionRules
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		var err error
		if list, err = Rules(t.Context(), profile); err == nil && until(list) {
			return list
		}
	}
	t.Fatalf("the browser did not write what was waited for: %+v", list)
	return nil
}

func named(list []ExtensionRules, name string) *ExtensionRules {
	for i := range list {
		if list[i].Extension.Name == name {
			return &list[i]
		}
	}
	return nil
}

// What the rules on disk say becomes of a request is what became of it in the browser.
func TestRulesInABrowser(t *testing.T) {
	realbrowser.Chromium(t)
	origin := echoService(t)
	static := blocker(t, "Static", map[string][]any{"one": {block(1, "/static/recall"), block(2, "/single/recall")}, "two-off": {block(1, "/unused/recall")}, "three": {block(1, "/switched/recall")}}, nil)
	dynamic := blocker(t, "Dynamic", nil, dnrtest.Manifest{"permissions": []string{"declarativeNetRequest", "proxy", "contentSettings"}})
	off := blocker(t, "Off", map[string][]any{"all": {block(1, "/off/recall")}}, nil)
	first := blocker(t, "First", map[string][]any{"r": {act(1, "/both/recall", rule{"type": "redirect", "redirect": rule{"url": origin + "/first"}}), act(2, "/mixed/recall", rule{"type": "redirect", "redirect": rule{"url": origin + "/first"}}),
		act(3, "/mine/recall", rule{"type": "allow"})}}, nil)
	second := blocker(t, "Second", map[string][]any{"r": {act(1, "/both/recall", rule{"type": "redirect", "redirect": rule{"url": origin + "/second"}}), block(2, "/mixed/recall"), block(3, "/mine/recall")}}, nil)
	lenient := blocker(t, "Lenient", map[string][]any{"r": {block(1, "/lenient/recall"), rule{"id": 2, "priority": 2, "action": rule{"type": "allowAllRequests"}, "condition": rule{"urlFilter": "/page|", "resourceTypes": []string{"main_frame"}}}}}, nil)
	needy := blocker(t, "Needy", map[string][]any{"r": {block(1, "/needy/recall")}}, dnrtest.Manifest{"permissions": []string{"declarativeNetRequestWithHostAccess"}, "host_permissions": []string{"https://else.test/*"}})
	manager := dnrtest.Extension(t, dnrtest.Manifest{"name": "Manager", "permissions": []string{"management"}}, nil)

	dir := t.TempDir()
	all := append(harmless(t), static, dynamic, off, first, second, lenient, needy, manager)
	b := dnrtest.Start(t, dir, all...)
	profile := filepath.Join(dir, "Default")
	page := func(ext string) string { return "chrome-extension://" + dnrtest.ID(ext) + "/page.html" }
	b.Open(page(static))
	dnrtest.Eval[any](b, `(async () => {
		await chrome.declarativeNetRequest.updateEnabledRulesets({disableRulesetIds: ["three"]});
		await chrome.declarativeNetRequest.updateStaticRules({rulesetId: "one", disableRuleIds: [2]});
	})()`)
	b.Open(page(dynamic))
	dnrtest.Eval[any](b, `(async () => {
		await chrome.declarativeNetRequest.updateDynamicRules({addRules: [{id: 7, action: {type: "block"}, condition: {urlFilter: "/dynamic/recall", resourceTypes: ["xmlhttprequest"]}}]});
		await chrome.contentSettings.javascript.set({primaryPattern: "https://blocked.test/*", setting: "block"});
	})()`)
	b.Open(page(manager))
	dnrtest.Eval[any](b, `chrome.management.setEnabled("`+dnrtest.ID(off)+`", false)`)
	b.Open(origin + "/page")

	paths := []string{"/static/recall", "/single/recall", "/unused/recall", "/switched/recall", "/dynamic/recall", "/off/recall", "/both/recall", "/mixed/recall", "/mine/recall", "/lenient/recall", "/needy/recall", "/api/recall"}
	became := map[string]string{}
	for _, p := range paths {
		became[p] = fetched(b, origin+p)
	}
	for p, want := range map[string]string{"/static/recall": "stopped", "/single/recall": "/single/recall", "/dynamic/recall": "stopped", "/api/recall": "/api/recall", "/mixed/recall": "stopped", "/mine/recall": "stopped", "/lenient/recall": "/lenient/recall", "/needy/recall": "/needy/recall"} {
		if became[p] != want { // the test's own ground
			t.Fatalf("in the browser %s became %q", p, became[p])
		}
	}
	check := func(when string, list []ExtensionRules) {
		t.Helper()
		if named(list, "Off") != nil {
			t.Errorf("%s: the extension that is off is listed", when)
		}
		for _, p := range paths {
			got := p
			hits := Stopped(list, dnr.Request{URL: origin + p, Method: "POST", Type: dnr.XMLHTTPRequest, Initiator: origin, Page: origin + "/page"})
			if len(hits) > 0 {
				got = "stopped"
				if o := hits[0].Outcome; o.Action == dnr.Redirect {
					got = map[string]string{"First": "/first", "Second": "/second"}[hits[0].By.Extension.Name]
				}
			}
			if got != became[p] {
				t.Errorf("%s: %s became %q in the browser, by the rules on disk %q", when, p, became[p], got)
			}
		}
		for _, name := range []string{"Notes", "Dark pages", "Video helper", "Watcher", "Ad rules", "Header rules"} {
			if named(list, name) == nil {
				t.Errorf("%s: %s is not listed", when, name)
			}
		}
		d := named(list, "Dynamic")
		if d == nil || d.List(dnr.DynamicID).Rules != 1 || !d.Knows() {
			t.Errorf("%s: %+v", when, d)
		}
	}
	check("while it runs", readWhile(t, profile, func(list []ExtensionRules) bool {
		x, d := named(list, "Static"), named(list, "Dynamic")
		return x != nil && len(x.Lists) == 1 && d != nil && named(list, "Off") == nil
	}))
	b.Close()
	list, err := Rules(t.Context(), profile)
	if err != nil {
		t.Fatal(err)
	}
	check("afterwards", list)
	if _, err := os.Stat(filepath.Join(profile, "DNR Extension Rules", dnrtest.ID(dynamic), "rules.json")); err != nil {
		t.Errorf("the browser keeps added rules elsewhere: %v", err)
	}
}
