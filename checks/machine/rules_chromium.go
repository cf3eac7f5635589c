package machine

import (
	"context"
	"encoding/json"
	"io/fs"
	"strconv"
	"strings"

	"meiqia-diag/checks/dnr"
)

// chromiumRules reads the rulesets that the preferences say are in use, else
// those that the manifest enables, and the rules that the extension has added.
func (x *ExtensionRules) chromiumRules(ctx context.Context, root fs.FS) {
	prefs := x.Extension.prefs
	var chosen []int
	_, chose := prefs["dnr_enabled_ruleset_ids"]
	if chose {
		chosen = get[[]int](prefs, "dnr_enabled_ruleset_ids")
	}
	static := get[object](prefs, "dnr_static_ruleset")
	for i, r := range resources(x.Extension.manifest) {
		number := i + 1 // they are counted from 1
		on := r.enabled
		if chose {
			on = false
			for _, n := range chosen {
				on = on || n == number
			}
		}
		key := strconv.Itoa(number)
		if on && !get[bool](get[object](static, key), "ignore_ruleset") {
			x.addStatic(ctx, r, number, disabledRules(prefs, static, key))
		}
	}
	id := x.Extension.ID
	if strings.ContainsAny(id, `/\.`) {
		return
	}
	name := "DNR Extension Rules/" + id + "/rules.json"
	f, err := openFile(root, name)
	if err != nil {
		return // it has added none
	}
	defer f.Close()
	s, problems := dnr.Load(f)
	s.ID = dnr.DynamicID
	if s.Len() > 0 || problems.Err != nil {
		x.Lists = append(x.Lists, RuleList{ID: s.ID, File: name, Rules: s.Len(), Dropped: problems.Dropped, Unread: problems.Err != nil})
		x.Set.Rulesets = append(x.Set.Rulesets, s)
	}
}

// disabledRules gives the single rules that are off. The map of them has stood
// among the rulesets, and beside them.
func disabledRules(prefs, static object, number string) []int {
	for _, o := range []object{static, prefs} {
		if list := get[[]int](get[object](o, "dnr_disabled_static_rule_ids"), number); list != nil {
			return list
		}
	}
	return nil
}

// chromiumMade reads the settings that the extension has made.
func (x *ExtensionRules) chromiumMade() {
	prefs := x.Extension.prefs
	for _, key := range []string{"last_update_time", "install_time", "first_install_time"} {
		if n, err := strconv.ParseFloat(get[string](prefs, key), 64); err == nil {
			x.installed = n
			break
		}
	}
	for _, key := range []string{"preferences", "regular_only_preferences"} {
		raw := get[object](prefs, key)["proxy"]
		var p object
		if json.Unmarshal(raw, &p) == nil && p != nil && x.Proxy == "" {
			if mode := get[string](p, "mode"); mode != "system" && mode != "direct" {
				x.Proxy = strings.TrimSpace(mode + " " + get[string](p, "server") + get[string](p, "pac_url"))
			}
		}
	}
}
