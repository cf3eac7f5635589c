package machine

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"meiqia-diag/checks/dnr"
)

const (
	recallURL = "https://desk.test/api/recall"
	blocks    = `[{"id":4,"action":{"type":"block"},"condition":{"urlFilter":"/recall"}}]`
)

var nowhere = func(string) fs.FS { return files() }

func readRules(t *testing.T, root fstest.MapFS, at func(string) fs.FS) []ExtensionRules {
	t.Helper()
	list, err := rules(t.Context(), root, at)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func stops(list []ExtensionRules) (out string) {
	for _, h := range Stopped(list, dnr.Request{URL: recallURL, Initiator: "https://desk.test"}) {
		out += " " + h.By.Extension.ID + "/" + h.Outcome.Ruleset
	}
	return strings.TrimSpace(out)
}

// On Windows the settings lie in Secure Preferences, in part, and paths have
// drives and backslashes.
func TestRulesOfAWindowsProfile(t *testing.T) {
	root := files("Preferences", `{"extensions":{"settings":{"packed":{"dnr_static_ruleset":{"1":{"checksum":1}}}}}}`,
		"Secure Preferences", `{"extensions":{"settings":{
		 "packed":{"disable_reasons":[],"location":1,"path":"packed\\1.0_0","manifest":{"name":"Packed","version":"1.0","manifest_version":3,
		   "declarative_net_request":{"rule_resources":[{"id":"r","enabled":true,"path":"rules\\r.json"}]}},"active_permissions":{"api":["declarativeNetRequest"]}},
		 "unpacked":{"disable_reasons":0,"state":1,"location":4,"path":"D:\\Work\\my ext","active_permissions":{"api":["declarativeNetRequest"]}},
		 "share":{"disable_reasons":[],"location":4,"path":"\\\\server\\share\\ext","active_permissions":{"api":["declarativeNetRequest"]}},
		 "gone":{"disable_reasons":[],"location":4,"path":"E:\\gone","manifest":{"name":"Gone","version":"1","declarative_net_request":{"rule_resources":[{"id":"r","enabled":true,"path":"r.json"}]}},"active_permissions":{"api":["declarativeNetRequest"]}}
		}}}`,
		"Extensions/packed/1.0_0/rules/r.json", blocks)
	opened := map[string]bool{}
	list := readRules(t, root, func(dir string) fs.FS {
		opened[dir] = true
		if strings.HasPrefix(dir, `E:`) {
			return files()
		}
		return files("manifest.json", `{"name":"Mine","version":"2","manifest_version":3,"declarative_net_request":{"rule_resources":[{"id":"mine","enabled":true,"path":"/mine.json"}]}}`, "mine.json", "\ufeff"+blocks)
	})
	if got := stops(list); got != "packed/r share/mine unpacked/mine" {
		t.Errorf("stopped by %q", got)
	}
	for _, dir := range []string{`D:\Work\my ext`, `\\server\share\ext`} {
		if !opened[dir] {
			t.Errorf("%s was not looked at: %v", dir, opened)
		}
	}
	if g := named(list, "Gone"); g == nil || g.Knows() || g.Set.Len() != 0 {
		t.Errorf("rules that are not here are not known: %+v", g)
	}
}

func TestWhichRulesetsAreInUse(t *testing.T) {
	manifest := `"manifest":{"name":"X","version":"1","declarative_net_request":{"rule_resources":[{"id":"a","enabled":true,"path":"a.json"},{"id":"b","path":"./b.json"},7,{"id":"c","enabled":true,"path":"../../../c.json"}]}}`
	for _, c := range []struct{ name, prefs, want string }{
		{"as the manifest says", ``, "x/a"},
		{"chosen", `"dnr_enabled_ruleset_ids":[2],`, "x/b"},
		{"none chosen", `"dnr_enabled_ruleset_ids":[],`, ""},
		{"malformed choice", `"dnr_enabled_ruleset_ids":"all",`, ""},
		{"ignored by the browser", `"dnr_static_ruleset":{"1":{"ignore_ruleset":true}},`, ""},
		{"single rule off", `"dnr_static_ruleset":{"1":{"checksum":3},"dnr_disabled_static_rule_ids":{"1":[4]}},`, ""},
		{"single rule off, beside", `"dnr_disabled_static_rule_ids":{"1":[4,5]},`, ""},
		{"another rule off", `"dnr_static_ruleset":{"dnr_disabled_static_rule_ids":{"1":[5],"2":[4]}},`, "x/a"},
		{"no permission", `"active_permissions":{"api":["storage"]},`, ""},
		{"needs access and has it", `"active_permissions":{"api":["declarativeNetRequestWithHostAccess"],"explicit_host":["https://desk.test/*"]},`, "x/a"},
		{"needs access to hosts", `"active_permissions":{"api":["declarativeNetRequestWithHostAccess"],"explicit_host":["https://else.test/*"]},`, ""},
	} {
		permissions := `"active_permissions":{"api":["declarativeNetRequest"]},`
		if strings.Contains(c.prefs, "active_permissions") {
			permissions = ""
		}
		root := files("Preferences", `{"extensions":{"settings":{"x":{`+c.prefs+permissions+`"disable_reasons":[],"location":1,"path":"x/1",`+manifest+`}}}}`,
			"Extensions/x/1/a.json", blocks, "Extensions/x/1/b.json", blocks, "c.json", blocks)
		if got := stops(readRules(t, root, nowhere)); got != c.want {
			t.Errorf("%s: stopped by %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAddedRulesAndProxy(t *testing.T) {
	root := files("Preferences", `{"extensions":{"settings":{"x":{"disable_reasons":[],"location":1,"manifest":{"name":"X","version":"1"},"active_permissions":{"api":["declarativeNetRequest","proxy"]},
		"preferences":{"proxy":{"mode":"fixed_servers","server":"10.0.0.1:3128"}}}}}}`,
		"DNR Extension Rules/x/rules.json", blocks)
	list := readRules(t, root, nowhere)
	if got := stops(list); got != "x/_dynamic" {
		t.Errorf("stopped by %q", got)
	}
	x := list[0]
	if x.Proxy != "fixed_servers 10.0.0.1:3128" {
		t.Errorf("%+v", x)
	}
	// A file that was being written: what it holds is used, and it is not all known.
	root["DNR Extension Rules/x/rules.json"] = &fstest.MapFile{Data: []byte(blocks[:len(blocks)-1] + `,{"id":5,"act`)}
	if list := readRules(t, root, nowhere); stops(list) != "x/_dynamic" || list[0].Knows() {
		t.Errorf("%+v", list)
	}
}

func TestListNames(t *testing.T) {
	const raw = "! Title: Test filter\\r\\n||desk.test^$third-party\\r\\n/recall$xmlhttprequest\\r\\n||twice.test^$script\\r\\n||twice.test^$image\\r\\n"
	root := files("Preferences", `{"extensions":{"settings":{"x":{"disable_reasons":[],"location":1,"path":"x/1","active_permissions":{"api":["declarativeNetRequest"]},
		"manifest":{"name":"X","version":"1","declarative_net_request":{"rule_resources":[{"id":"adguard","enabled":true,"path":"a.json"},{"id":"chn-0","enabled":true,"path":"b.json"}]}}}}}}`,
		"Extensions/x/1/a.json", `[{"id":1,"action":{"type":"block"},"condition":{"urlFilter":"none"},"metadata":{"metadata":{},"rawFilterList":"`+raw+`"}},
		  {"id":2,"action":{"type":"block"},"condition":{"urlFilter":"/recall"}},{"id":3,"action":{"type":"block"},"condition":{"urlFilter":"||twice.test^"}}]`,
		"Extensions/x/1/b.json", `[{"id":9,"action":{"type":"block"},"condition":{"urlFilter":"/lite"}}]`,
		"Extensions/x/1/rulesets/ruleset-details.json", `[{"id":"chn-0","name":"CHN: AdGuard Chinese"},{"id":7},"x"]`)
	list := readRules(t, root, nowhere)
	for url, want := range map[string][3]string{
		"https://a.test/recall":    {"adguard", "Test filter", "/recall$xmlhttprequest"},
		"https://twice.test/":      {"adguard", "Test filter", ""},
		"https://a.test/lite":      {"chn-0", "CHN: AdGuard Chinese", ""},
		"https://a.test/none/else": {"adguard", "Test filter", ""},
	} {
		hits := Stopped(list, dnr.Request{URL: url})
		if len(hits) != 1 {
			t.Errorf("%s: %+v", url, hits)
			continue
		}
		title, line := hits[0].By.Line(hits[0].Outcome.Ruleset, hits[0].Outcome.Rule)
		if got := [3]string{hits[0].Outcome.Ruleset, title, line}; got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

func TestRulesEndWithTheirTime(t *testing.T) {
	root := files("Preferences", `{"extensions":{"settings":{"x":{"disable_reasons":[],"location":1,"path":"x/1","active_permissions":{"api":["declarativeNetRequest"]},
		"manifest":{"name":"X","version":"1","declarative_net_request":{"rule_resources":[{"id":"a","enabled":true,"path":"a.json"}]}}}}}}`, "Extensions/x/1/a.json", blocks)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	list, err := rules(ctx, root, nowhere)
	if err != nil || len(list) != 1 || list[0].Knows() {
		t.Errorf("%+v %v", list, err)
	}
}

func FuzzRules(f *testing.F) {
	f.Add([]byte(chromiumPrefs), []byte(blocks))
	f.Add([]byte(`{"extensions":{"settings":{"x":{"location":1,"path":"x","manifest":{"declarative_net_request":{"rule_resources":[{"path":"r","enabled":true}]}},"active_permissions":{"api":["declarativeNetRequest"]},"dnr_static_ruleset":[]}}}}`), []byte(`[{"id":1`))
	f.Fuzz(func(t *testing.T, prefs, list []byte) {
		root := fstest.MapFS{"Preferences": {Data: prefs}, "Extensions/x/r": {Data: list}, "DNR Extension Rules/x/rules.json": {Data: list}}
		all, _ := rules(t.Context(), root, nowhere)
		Stopped(all, dnr.Request{URL: recallURL, Method: "POST", Page: "https://desk.test/"})
	})
}
