package dnrtest

import (
	"slices"
	"strings"
	"testing"
)

// Rule is a rule, or any other JSON object.
type Rule = map[string]any

// Block is a rule that blocks.
func Block(id int, filter string) Rule {
	return Rule{"id": id, "action": Rule{"type": "block"}, "condition": Rule{"urlFilter": filter}}
}

// Act is a rule that does something else to requests of scripts.
func Act(id int, filter string, action Rule) Rule {
	return Rule{"id": id, "action": action, "condition": Rule{"urlFilter": filter, "resourceTypes": []string{"xmlhttprequest"}}}
}

// Blocker makes an extension with rulesets; a name that ends in "-off" is not
// enabled by the manifest.
func Blocker(t testing.TB, name string, rulesets map[string][]any, more Manifest) string {
	t.Helper()
	m := Manifest{"name": name, "permissions": []string{"declarativeNetRequest"}, "host_permissions": []string{"<all_urls>"}}
	files := map[string]any{}
	list := []any{}
	var ids []string
	for id := range rulesets {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		list = append(list, Rule{"id": id, "enabled": !strings.HasSuffix(id, "-off"), "path": "rules/" + id + ".json"})
		files["rules/"+id+".json"] = rulesets[id]
	}
	m["declarative_net_request"] = Rule{"rule_resources": list}
	for k, v := range more {
		m[k] = v
	}
	return Extension(t, m, files)
}

// Harmless makes six extensions that touch no recall, as people have them.
func Harmless(t testing.TB) []string {
	t.Helper()
	script := func(matches ...string) []any { return []any{Rule{"matches": matches, "js": []string{"c.js"}}} }
	return []string{
		Extension(t, Manifest{"name": "Notes", "permissions": []string{"storage"}}, nil),
		Extension(t, Manifest{"name": "Dark pages", "content_scripts": script("<all_urls>")}, map[string]any{"c.js": "document.documentElement.dataset.dark='1'"}),
		Extension(t, Manifest{"name": "Video helper", "content_scripts": script("https://video.test/*")}, map[string]any{"c.js": ""}),
		Extension(t, Manifest{"name": "Watcher", "permissions": []string{"webRequest"}, "host_permissions": []string{"<all_urls>"}}, nil),
		Blocker(t, "Ad rules", map[string][]any{"ads": {Block(1, "||ads.test^"), Block(2, "/banner/*.gif"), Block(3, "||tracker.test^$")}}, nil),
		Blocker(t, "Header rules", map[string][]any{"headers": {Act(1, "|http", Rule{"type": "modifyHeaders", "requestHeaders": []any{Rule{"header": "dnt", "operation": "set", "value": "1"}}})}}, nil),
	}
}
