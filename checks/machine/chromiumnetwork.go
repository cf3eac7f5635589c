package machine

import (
	"encoding/json"
	"net/url"
	"strings"
)

// thirdParty tells whether cookies of other sites are blocked: a switch of old
// builds, a mode of new ones (1 always, 2 in private windows only).
func thirdParty(p preferences, policies []Policy) []Setting {
	if x := policyNamed(policies, "BlockThirdPartyCookies"); x != nil {
		if x.bool() {
			return []Setting{x.setting("third-party-cookies", "block", "all")}
		}
		if x.Mandatory {
			return nil
		}
	}
	key := ""
	switch {
	case value[int](p.Profile.Controls) == 1:
		key = "profile.cookie_controls_mode"
	case value[bool](p.Profile.BlockThird):
		key = "profile.block_third_party_cookies"
	default:
		return nil
	}
	return []Setting{{What: "third-party-cookies", Effect: "block", Whose: "all", By: "user", Key: key, Place: "Preferences", Undo: "chromium-cookies"}}
}

// httpsOnly tells of pages that are asked for with https alone; it touches a
// service whose pages are not.
func httpsOnly(p preferences, policies []Policy, sites Sites) []Setting {
	s := Setting{What: "https-only", Effect: "force", Whose: "all", By: "user", Key: "https_only_mode_enabled", Place: "Preferences", Undo: "chromium-security"}
	on := value[bool](p.HTTPSOnly)
	if x := policyNamed(policies, "HttpsOnlyMode"); x != nil {
		switch x.text() {
		case "force_enabled", "force_balanced_enabled":
			on, s = true, x.setting("https-only", "force", "all")
		case "disallowed":
			on = false
		}
	}
	var allowed []contentPattern
	for _, name := range []string{"HttpAllowlist"} {
		if x := policyNamed(policies, name); x != nil {
			for _, host := range x.list() {
				if pat, ok := parsePolicyPattern(host); ok {
					allowed = append(allowed, pat)
				}
			}
		}
	}
	if !on {
		return nil
	}
pages:
	for _, page := range parseAll(sites.Pages) {
		if page.Scheme != "http" || private(page.Hostname()) {
			continue
		}
		for _, pat := range allowed {
			if pat.covers(page) {
				continue pages
			}
		}
		return []Setting{s}
	}
	return nil
}

// chromiumProxy tells of a proxy of the browser's own: without one it takes the system's.
func chromiumProxy(p preferences, policies []Policy, sites Sites) []Setting {
	s := Setting{What: "proxy", Whose: "all", By: "user", Key: "proxy", Place: "Preferences", Undo: "chromium-proxy"}
	mode, server, pac, bypass := get[string](p.Proxy, "mode"), get[string](p.Proxy, "server"), get[string](p.Proxy, "pac_url"), get[string](p.Proxy, "bypass_list")
	for id, raw := range p.Extensions.Settings { // an extension's is laid over the person's
		o, err := readObject(raw)
		if err != nil || !chromiumEnabled(o) {
			continue
		}
		prefs := get[object](o, "preferences")
		proxy := get[object](prefs, "proxy")
		if proxy == nil { // as it stands where the keys are not split
			_ = json.Unmarshal(prefs["proxy"], &proxy)
		}
		if m := get[string](proxy, "mode"); m != "" {
			mode, server, pac, bypass = m, get[string](proxy, "server"), get[string](proxy, "pac_url"), get[string](proxy, "bypass_list")
			s.By, s.Who, s.Key, s.Undo = "extension", id, "extensions.settings."+id+".preferences.proxy", "extension"
			break
		}
	}
	if m, srv, script, pass, x := policyProxy(policies); x != nil && m != "" {
		s = x.setting("proxy", "", "all")
		mode, server, pac, bypass = m, srv, script, pass
	}
	switch mode {
	case "fixed_servers":
		s.Effect, s.Value = "fixed", plainProxy(server)
		if bypassed(bypass, sites) {
			return nil
		}
	case "pac_script":
		s.Effect, s.Value = "pac", plainAddress(pac)
	case "auto_detect":
		s.Effect = "auto"
	default: // direct, system
		return nil
	}
	return []Setting{s}
}

// plainProxy leaves out who logs in: "http=u:p@host:1;https=host:2" has the https part's host and port.
func plainProxy(s string) string {
	pick := ""
	for part := range strings.SplitSeq(s, ";") {
		name, rest, has := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case !has && pick == "":
			pick = name
		case has && (name == "https" || pick == ""):
			pick = rest
		}
	}
	pick, _, _ = strings.Cut(pick, ",")
	if i := strings.LastIndexByte(pick, '@'); i >= 0 {
		scheme, _, has := strings.Cut(pick, "://")
		pick = pick[i+1:]
		if has {
			pick = scheme + "://" + pick
		}
	}
	return pick
}

// plainAddress leaves out of an address who logs in and what is asked.
func plainAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "data" {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// bypassed reports whether every address of the service goes past the proxy
// (net/proxy_resolution/proxy_host_matching_rules.h: names with *, ".domain", "<local>").
func bypassed(list string, sites Sites) bool {
	all := sites.all()
	if list == "" || len(all) == 0 {
		return false
	}
next:
	for _, u := range all {
		for rule := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
			_, rest, has := strings.Cut(rule, "://")
			if has {
				rule = rest
			}
			rule = strings.ToLower(rule)
			host := strings.ToLower(u.Hostname())
			base := strings.TrimPrefix(strings.TrimPrefix(rule, "*"), ".")
			switch {
			case rule == "*", rule == host, rule == "<local>" && !strings.Contains(host, "."):
				continue next
			case base != rule && (strings.HasSuffix(host, "."+base) || strings.HasPrefix(rule, "*") && strings.HasSuffix(host, base)):
				continue next
			}
		}
		return false
	}
	return true
}

// tracking tells of Edge's tracking prevention: 0 off, 1 basic, 2 balanced (as it comes), 3 strict.
func tracking(p preferences, policies []Policy) []Setting {
	if x := policyNamed(policies, "TrackingPrevention"); x != nil {
		if x.number() == 3 {
			return []Setting{x.setting("tracking-protection", "strict", "all")}
		}
		if x.Mandatory {
			return nil
		}
	}
	if get[int](p.Tracking, "user_pref") == 3 {
		return []Setting{{What: "tracking-protection", Effect: "strict", Whose: "all", By: "user", Key: "enhanced_tracking_prevention.user_pref", Place: "Preferences", Undo: "edge-tracking"}}
	}
	return nil
}

// doh tells of names that are asked of one server over HTTPS and of nobody else.
func doh(state []byte, policies []Policy) []Setting {
	if x := policyNamed(policies, "DnsOverHttpsMode"); x != nil {
		if x.text() == "secure" {
			return []Setting{x.setting("doh", "secure", "all")}
		}
		if x.Mandatory {
			return nil
		}
	}
	top, err := readObject(state)
	if err != nil {
		return nil
	}
	d := get[object](top, "dns_over_https")
	if get[string](d, "mode") != "secure" {
		return nil
	}
	templates, _, _ := strings.Cut(get[string](d, "templates"), " ")
	templates, _, _ = strings.Cut(templates, "{")
	return []Setting{{What: "doh", Effect: "secure", Whose: "all", Value: plainAddress(templates), By: "user", Key: "dns_over_https.mode", Place: "Local State", Undo: "chromium-security"}}
}
