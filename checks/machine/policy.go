package machine

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Policy is one setting that an organisation made for a browser.
type Policy struct {
	Name      string
	Value     any    // bool, float64, string, []any, map[string]any
	Mandatory bool   // the person cannot change it
	Place     string // the file, or the registry key
}

// maxPolicies bounds the policies that are looked at.
const maxPolicies = 2000

func (p Policy) by() string {
	if p.Mandatory {
		return "policy"
	}
	return "policy-recommended"
}

func (p Policy) setting(what, effect, whose string) Setting {
	return Setting{What: what, Effect: effect, Whose: whose, By: p.by(), Key: p.Name, Place: p.Place, Undo: "policy"}
}

// number reads a policy that is a number; the registry has booleans as numbers, too.
func (p Policy) number() int {
	switch v := p.Value.(type) {
	case float64:
		return int(v)
	case bool:
		if v {
			return 1
		}
	case string:
		n, _ := strconv.Atoi(v) // what is none is nought
		return n
	}
	return 0
}

func (p Policy) bool() bool { return p.number() != 0 || p.Value == "true" }

func (p Policy) text() string {
	s, _ := p.Value.(string)
	return s
}

// list reads a policy that is a list; the registry may hold it as JSON text.
func (p Policy) list() []string {
	v := p.Value
	if s, ok := v.(string); ok {
		var list []any
		if json.Unmarshal([]byte(s), &list) != nil {
			return nil
		}
		v = list
	}
	items, _ := v.([]any)
	var out []string
	for _, x := range items {
		if s, ok := x.(string); ok && len(out) < maxRules {
			out = append(out, s)
		}
	}
	return out
}

// dict reads a policy that is a dictionary, or the JSON text of one.
func (p Policy) dict() map[string]any {
	switch v := p.Value.(type) {
	case map[string]any:
		return v
	case string:
		var m map[string]any
		if json.Unmarshal([]byte(v), &m) == nil {
			return m
		}
	}
	return nil
}

// policyNamed gives the policy of a name that is in force: a mandatory one before a recommended one.
func policyNamed(list []Policy, name string) *Policy {
	var found *Policy
	for i := range list {
		if list[i].Name == name && (found == nil || list[i].Mandatory && !found.Mandatory) {
			found = &list[i]
		}
	}
	return found
}

// contentPolicies names the policies of each content setting: its default, and
// the lists of sites (chromium: components/policy/resources/templates).
var contentPolicies = map[string]struct {
	general        string
	allow, block   string
	generalBlockIs int // the default's value for "block"
}{
	"javascript":           {"DefaultJavaScriptSetting", "JavaScriptAllowedForUrls", "JavaScriptBlockedForUrls", 2},
	"cookies":              {"DefaultCookiesSetting", "CookiesAllowedForUrls", "CookiesBlockedForUrls", 2},
	"popups":               {"DefaultPopupsSetting", "PopupsAllowedForUrls", "PopupsBlockedForUrls", 2},
	"notifications":        {"DefaultNotificationsSetting", "NotificationsAllowedForUrls", "NotificationsBlockedForUrls", 2},
	"images":               {"DefaultImagesSetting", "ImagesAllowedForUrls", "ImagesBlockedForUrls", 2},
	"clipboard":            {"DefaultClipboardSetting", "ClipboardAllowedForUrls", "ClipboardBlockedForUrls", 2},
	"mixed_script":         {"DefaultInsecureContentSetting", "InsecureContentAllowedForUrls", "InsecureContentBlockedForUrls", 0}, // blocking is what browsers do by themselves
	"local_network_access": {"", "LocalNetworkAccessAllowedForUrls", "LocalNetworkAccessBlockedForUrls", 0},
}

// policyRules gives the content rules that policies make of one kind. Chromium
// blocks a site that stands in both lists.
func policyRules(list []Policy, key string) []contentRule {
	names, ok := contentPolicies[key]
	if !ok {
		return nil
	}
	var out []contentRule
	rule := func(p *Policy) contentRule { return contentRule{by: p.by(), key: p.Name, place: p.Place} }
	if p := policyNamed(list, names.general); p != nil && names.general != "" {
		if n := p.number(); n > 0 && (n != contentBlock || names.generalBlockIs == contentBlock) {
			r := rule(p)
			r.value, r.general = n, true
			out = append(out, r)
		}
	}
	if key == "javascript" {
		if p := policyNamed(list, "JavaScriptEnabled"); p != nil && !p.bool() && len(out) == 0 { // of old builds
			r := rule(p)
			r.value, r.general = contentBlock, true
			out = append(out, r)
		}
	}
	for _, x := range []struct {
		name  string
		value int
	}{{names.block, contentBlock}, {names.allow, contentAllow}} {
		p := policyNamed(list, x.name)
		if p == nil {
			continue
		}
		for _, text := range p.list() {
			primary, secondary, ok := splitPolicyPatterns(text)
			if !ok || len(out) > maxRules {
				continue
			}
			r := rule(p)
			r.primary, r.secondary, r.text, r.value = primary, secondary, text, x.value
			out = append(out, r)
		}
	}
	return out
}

// splitPolicyPatterns reads a line of a policy's list: a pattern, or two.
func splitPolicyPatterns(text string) (primary, secondary contentPattern, ok bool) {
	one, two, has := strings.Cut(text, ",")
	if primary, ok = parsePolicyPattern(one); !ok || !has {
		return primary, secondary, ok
	}
	secondary, ok = parsePolicyPattern(two)
	return primary, secondary, ok
}

// policyProxy reads the proxy that policies set; x is nil for none.
func policyProxy(list []Policy) (mode, server, pac, bypass string, x *Policy) {
	str := func(m map[string]any, key string) string {
		s, _ := m[key].(string)
		return s
	}
	if x = policyNamed(list, "ProxySettings"); x != nil {
		d := x.dict()
		return str(d, "ProxyMode"), str(d, "ProxyServer"), str(d, "ProxyPacUrl"), str(d, "ProxyBypassList"), x
	}
	get := func(name string) string {
		if p := policyNamed(list, name); p != nil {
			if x == nil {
				x = p
			}
			return p.text()
		}
		return ""
	}
	mode, server, pac, bypass = get("ProxyMode"), get("ProxyServer"), get("ProxyPacUrl"), get("ProxyBypassList")
	if mode == "" && x != nil {
		switch {
		case pac != "":
			mode = "pac_script"
		case server != "":
			mode = "fixed_servers"
		}
	}
	return mode, server, pac, bypass, x
}

// blockedSites tells of pages of the service that a policy bars: URLBlocklist
// without URLAllowlist. Requests of scripts are not barred by it.
func blockedSites(list []Policy, sites Sites) []Setting {
	block, allow := policyNamed(list, "URLBlocklist"), policyNamed(list, "URLAllowlist")
	if block == nil {
		return nil
	}
	var allowed []string
	if allow != nil {
		allowed = allow.list()
	}
	for _, page := range parseAll(sites.Pages) {
		worst, length := "", -1
		for _, f := range block.list() {
			if n := filterCovers(f, page.Scheme, page.Hostname(), page.Port(), page.EscapedPath()); n > length {
				worst, length = f, n
			}
		}
		if length < 0 || slices.ContainsFunc(allowed, func(f string) bool {
			return filterCovers(f, page.Scheme, page.Hostname(), page.Port(), page.EscapedPath()) >= length
		}) {
			continue
		}
		s := block.setting("site", "block", "service")
		s.Host = worst
		return []Setting{s}
	}
	return nil
}

// filterCovers matches a filter of URLBlocklist: [scheme://][.]host[:port][/path],
// where a host without a leading dot covers the names below it, too, and * is any.
// It gives how much of the address the filter names, -1 when it does not match.
func filterCovers(filter, scheme, host, port, at string) int {
	filter = strings.ToLower(strings.TrimSpace(filter))
	if len(filter) > 2048 || filter == "" {
		return -1
	}
	if s, rest, has := strings.Cut(filter, "://"); has {
		if s != "*" && s != scheme {
			return -1
		}
		filter = rest
	}
	filter, _, _ = strings.Cut(filter, "?")
	name, where := filter, ""
	if i := strings.IndexByte(filter, '/'); i >= 0 {
		name, where = filter[:i], filter[i:]
	}
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		want := name[i+1:]
		if port == "" {
			port = defaultPorts[scheme]
		}
		if want != "*" && want != port {
			return -1
		}
		name = name[:i]
	}
	name, host = strings.Trim(name, "[]"), strings.ToLower(host)
	exact, dotted := strings.CutPrefix(name, ".")
	switch {
	case name == "*":
		exact = ""
	case host == exact:
	case dotted || !strings.HasSuffix(host, "."+name):
		return -1
	}
	if where != "" && where != "/" && !strings.HasPrefix(strings.ToLower(at), strings.TrimSuffix(where, "*")) {
		return -1
	}
	return len(exact) + len(where)
}

// policies finds what an organisation set for a browser.
func (e Env) policies(p product) []Policy {
	var out []Policy
	take := func(list []Policy) {
		if room := maxPolicies - len(out); len(list) > room {
			list = list[:room]
		}
		out = append(out, list...)
	}
	switch {
	case p.family == Firefox:
		take(e.firefoxPolicies(p))
	case e.GOOS == "windows" && p.policyKey != "" && e.Registry != nil:
		for _, root := range []string{"HKLM", "HKCU"} { // the machine's stand before the person's
			take(e.registryPolicies(root, `SOFTWARE\Policies\`+p.policyKey, true))
			take(e.registryPolicies(root, `SOFTWARE\Policies\`+p.policyKey+`\Recommended`, false))
		}
	case e.GOOS == "darwin" && p.bundleID != "":
		for _, dir := range []string{"/Library/Managed Preferences", "/Library/Managed Preferences/" + path.Base(e.Home)} {
			place := dir + "/" + p.bundleID + ".plist"
			if data, err := e.read(place); err == nil {
				take(policiesOf(plistValues(data), place, true))
			}
		}
	default:
		for _, dir := range p.policyDirs {
			for _, level := range []string{"managed", "recommended"} {
				for _, name := range slices.Backward(e.list(dir + "/" + level)) { // a later file stands over an earlier one
					if !strings.HasSuffix(name, ".json") {
						continue
					}
					place := dir + "/" + level + "/" + name
					var m map[string]any
					if data, err := e.read(place); err == nil && json.Unmarshal(trimBOM(data), &m) == nil {
						take(policiesOf(m, place, level == "managed"))
					}
				}
			}
		}
	}
	return out
}

func policiesOf(m map[string]any, place string, mandatory bool) []Policy {
	out := make([]Policy, 0, len(m))
	for name, v := range m {
		out = append(out, Policy{Name: name, Value: v, Mandatory: mandatory, Place: place})
	}
	slices.SortFunc(out, func(a, b Policy) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// registryPolicies reads a key's values, and its subkeys as lists: "1", "2", ….
func (e Env) registryPolicies(root, key string, mandatory bool) []Policy {
	m := map[string]any{}
	for name, v := range e.Registry.Values(root, key) {
		m[name] = v
	}
	for _, sub := range e.Registry.Subkeys(root, key) {
		values := e.Registry.Values(root, key+`\`+sub)
		var list []any
		for i := 1; i <= len(values) && i <= maxPolicies; i++ {
			if v, ok := values[strconv.Itoa(i)]; ok {
				list = append(list, v)
			}
		}
		if len(list) > 0 {
			m[sub] = list
		}
	}
	return policiesOf(m, root+`\`+key, mandatory)
}
