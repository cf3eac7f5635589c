package checks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/profile"
)

// extensionProfile writes a Chromium profile folder with extensions: name and rules in turn.
func extensionProfile(t testing.TB, pairs ...string) string {
	t.Helper()
	dir := t.TempDir()
	settings := obj{}
	for i := 0; i < len(pairs); i += 2 {
		id := strings.ToLower(strings.ReplaceAll(pairs[i], " ", ""))
		settings[id] = obj{"disable_reasons": []int{}, "location": 1, "path": id + "/1", "active_permissions": obj{"api": []string{"declarativeNetRequest"}, "explicit_host": []string{"<all_urls>"}},
			"manifest": obj{"name": pairs[i], "version": "1.0", "manifest_version": 3, "declarative_net_request": obj{"rule_resources": []any{obj{"id": "ruleset_1", "enabled": true, "path": "r.json"}}}}}
		if err := os.MkdirAll(filepath.Join(dir, "Extensions", id, "1"), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "Extensions", id, "1", "r.json"), pairs[i+1])
	}
	data, err := json.Marshal(obj{"profile": obj{"name": "Person 1"}, "extensions": obj{"settings": settings}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "Preferences"), string(data))
	return dir
}

func blockRule(filter string) string {
	return `[{"id":12,"action":{"type":"block"},"condition":{"urlFilter":"` + filter + `"}}]`
}

func sampled(t testing.TB) *profile.Profile {
	t.Helper()
	p := *embedded()
	p.RecallRequests = []string{"POST " + host + "/api/v1/conversations/1/messages/2/recall"}
	return &p
}

func TestRulesOnDisk(t *testing.T) {
	list := `[{"id":1,"action":{"type":"block"},"condition":{"urlFilter":"none"},"metadata":{"rawFilterList":"! Title: Chinese filter\n||meiqia.com^*/recall$xhr\n"}},` +
		strings.TrimPrefix(blockRule("||meiqia.com^*/recall"), "[")
	answered := recall(0, 200, `{"ok":true}`)
	blocked := recall(0, 0, "", failed("net::ERR_BLOCKED_BY_CLIENT"))
	for _, c := range []struct {
		name  string
		rules []string
		har   []any
		state diag.CheckState
		want  []string
	}{
		{"it stops the sample of a recall", []string{"Ad Filter", list}, nil, diag.Fail,
			[]string{"browser.blocked_by=Ad Filter #12 extension:adfilter rule:12 ruleset:ruleset_1 list:Chinese filter filter:||meiqia.com^*/recall$xhr action:block hits:recall", "browser.extension=Ad Filter rules:2 unknown:session_rules"}},
		{"it stops the recall of the recording", []string{"Ad Filter", blockRule("/messages/8842/")}, []any{blocked}, diag.Fail,
			[]string{"browser.dispatch=blocked", "browser.blocked_by=Ad Filter #12 rule:12 filter:/messages/8842/ hits:recall", "!browser.blocked_by=unknown"}},
		{"it stops something else, and the recording tells of another", []string{"Ad Filter", blockRule("/banner/")}, []any{blocked}, diag.Fail,
			[]string{"browser.blocked_by=unknown", "!browser.blocked_by=Ad Filter #12"}},
		{"two could have stopped it", []string{"Ad Filter", blockRule("/messages/"), "Shield", blockRule("/recall")}, []any{blocked}, diag.Fail,
			[]string{"browser.blocked_by=unknown", "browser.blocked_by=Ad Filter #12 hits:recall", "browser.blocked_by=Shield #12 hits:recall"}},
		{"the recording shows that it was sent", []string{"Ad Filter", blockRule("/recall")}, []any{answered}, diag.Pass,
			[]string{"browser.dispatch=sent"}},
		{"it stops measuring alone", []string{"Ad Filter", blockRule("||hm.baidu.com^")}, nil, diag.Pass,
			[]string{"!browser.blocked_by", "browser.extension=Ad Filter rules:1"}},
		{"it stops what the service measures", []string{"Ad Filter", blockRule("/track")}, []any{entry(1, "POST", host+"/api/v1/track", "", 0, "", failed("net::ERR_BLOCKED_BY_CLIENT")), entry(1, "GET", host+"/track/sensorsdata.js", "", 200, "", kind("script"))}, diag.Warn,
			[]string{"browser.blocked_by=Ad Filter #12 hits:other", "!browser.blocked_by=Ad Filter #12 hits:api", "!browser.blocked_by=Ad Filter #12 hits:script"}},
		{"it stops the push", []string{"Ad Filter", `[{"id":3,"action":{"type":"block"},"condition":{"requestDomains":["eco-push-api-agent.meiqia.com"],"resourceTypes":["websocket"]}}]`}, nil, diag.Pass,
			[]string{"browser.blocked_by=Ad Filter #3 hits:push filter:||eco-push-api-agent.meiqia.com^"}},
		{"another rule of it lets the recall through", []string{"Ad Filter", `[{"id":1,"action":{"type":"block"},"condition":{"urlFilter":"||meiqia.com^"}},{"id":2,"action":{"type":"allowAllRequests"},"condition":{"urlFilter":"||app.meiqia.com^","resourceTypes":["main_frame"]}}]`}, nil, diag.Pass,
			[]string{"!browser.blocked_by"}},
		{"it redirects the recall", []string{"Ad Filter", `[{"id":5,"action":{"type":"redirect","redirect":{"url":"data:,"}},"condition":{"urlFilter":"/recall"}}]`}, nil, diag.Fail,
			[]string{"browser.blocked_by=Ad Filter #5 action:redirect hits:recall"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := input(t, known, sampled(t), c.har...)
			in.Attempt.Evidence.Browsers = []string{extensionProfile(t, c.rules...)}
			want(t, run(t, "browser", in), c.state, c.want...)
		})
	}
}

// A health run on this machine's browser names the rule that would stop a recall now.
func TestRulesOfThisMachine(t *testing.T) {
	if !liveBrowsers {
		t.Skip("browsers are found in another place than the home folder on this system")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	data := filepath.Join(home, ".config", "chromium")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(data, "Local State"), `{"profile":{"info_cache":{"Default":{}},"last_used":"Default"}}`)
	if err := os.Rename(extensionProfile(t, "Ad Filter", blockRule("/recall")), filepath.Join(data, "Default")); err != nil {
		t.Fatal(err)
	}
	in := input(t, nil, sampled(t))
	in.Health = true
	res := run(t, "browser", in)
	want(t, res, diag.Fail, "browser.blocked_by=Ad Filter #12 hits:recall filter:/recall")
	for _, o := range res.Observations {
		if o.ID == BrowserBlockedBy && (!o.Live || o.Method != onDisk) {
			t.Errorf("%+v", o)
		}
	}
}
