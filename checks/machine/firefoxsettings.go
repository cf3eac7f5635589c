package machine

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// firefoxSwitches are preferences whose value keeps pages from something; what
// Firefox does by itself is not among them.
var firefoxSwitches = []struct {
	pref  string
	value any
	what  string
}{
	{"javascript.enabled", false, "javascript"},
	{"network.cookie.cookieBehavior", 2.0, "cookies"},
	{"permissions.default.cookie", 2.0, "cookies"},
	{"network.cookie.cookieBehavior", 1.0, "third-party-cookies"},
	{"dom.storage.enabled", false, "storage"},
	{"dom.indexedDB.enabled", false, "storage"},
	{"dom.serviceWorkers.enabled", false, "service-workers"},
	{"network.websocket.max-connections", 0.0, "websocket"},
	{"permissions.default.desktop-notification", 2.0, "notifications"},
	{"dom.webnotifications.enabled", false, "notifications"},
	{"permissions.default.image", 2.0, "images"},
}

// permission is one line of moz_perms.
type permission struct {
	origin     string // https://app.example^userContextId=1
	kind       string
	value      int // 1 allow, 2 deny, 8 for the session
	expireType int // 0 never, 1 session, 2 at expire
	expire     time.Time
	modified   time.Time
}

// firefoxKinds are the permissions that are looked at, by their type in moz_perms.
var firefoxKinds = map[string]string{"cookie": "cookies", "image": "images", "popup": "popups", "desktop-notification": "notifications",
	"localhost": "local-network", "local-network": "local-network"}

// firefoxSettings tells what preferences, permissions and policies set for the service's sites.
func firefoxSettings(prefs firefoxPrefs, perms []permission, policies []Policy, sites Sites, now time.Time) []Setting {
	var out []Setting
	pref := func(name, what, effect string) Setting {
		p := prefs[name]
		s := Setting{What: what, Effect: effect, Whose: "all", By: p.by, Key: name, Place: p.place, Undo: "firefox-pref"}
		if p.by != "user" {
			s.Undo = "policy"
		} else if p.place == "user.js" {
			s.Undo = "firefox-userjs"
		}
		return s
	}
	byWhat := map[string]bool{}
	for _, sw := range firefoxSwitches {
		if p, ok := prefs[sw.pref]; ok && p.value == sw.value && !byWhat[sw.what] {
			byWhat[sw.what] = true
			out = append(out, pref(sw.pref, sw.what, "block"))
		}
	}
	if prefs["privacy.trackingprotection.enabled"].value == true {
		out = append(out, pref("privacy.trackingprotection.enabled", "tracking-protection", "strict"))
	} else if prefs["browser.contentblocking.category"].value == "strict" {
		out = append(out, pref("browser.contentblocking.category", "tracking-protection", "strict"))
	}
	if prefs["network.trr.mode"].value == 3.0 {
		s := pref("network.trr.mode", "doh", "secure")
		uri, _ := prefs["network.trr.uri"].value.(string)
		s.Value = plainAddress(uri)
		out = append(out, s)
	}
	if prefs["dom.security.https_only_mode"].value == true {
		for _, page := range parseAll(sites.Pages) {
			if page.Scheme == "http" && !private(page.Hostname()) && permitted(perms, "https-only-load-insecure", page, now) == nil {
				out = append(out, pref("dom.security.https_only_mode", "https-only", "force"))
				break
			}
		}
	}
	if s, ok := firefoxProxy(prefs, sites); ok {
		s2 := pref(s.Key, "proxy", s.Effect)
		s2.Value = s.Value
		out = append(out, s2)
	}
	out = append(out, firefoxPolicySettings(policies, sites)...)
	out = append(permissionSettings(perms, sites, now), out...)
	return sortSettings(rescued(out, perms, policies, sites, now))
}

// rescued leaves out what is blocked for all sites but allowed for the service's pages.
func rescued(list []Setting, perms []permission, policies []Policy, sites Sites, now time.Time) []Setting {
	var out []Setting
	pages := parseAll(sites.Pages)
next:
	for _, s := range list {
		if s.What == "cookies" && s.Whose == "all" && len(pages) > 0 {
			ok := true
			for _, page := range pages {
				p := permitted(perms, "cookie", page, now)
				ok = ok && (p != nil && p.value != 2 || cookiePolicy(policies, "Allow", page))
			}
			if ok {
				continue next
			}
		}
		out = append(out, s)
	}
	return out
}

// permitted gives the permission of a page's origin, or of a name above it; nil for none.
func permitted(perms []permission, kind string, page *url.URL, now time.Time) *permission {
	var best *permission
	for i := range perms {
		p := &perms[i]
		if p.kind != kind || p.expireType == 2 && !p.expire.IsZero() && p.expire.Before(now) || !sameOrigin(p.origin, page) {
			continue
		}
		if best == nil || len(p.origin) > len(best.origin) {
			best = p
		}
	}
	return best
}

// sameOrigin compares an origin of moz_perms, which may carry a suffix of its
// container ("^userContextId=1"), with a page.
func sameOrigin(origin string, page *url.URL) bool {
	origin, _, _ = strings.Cut(origin, "^")
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return false
	}
	port := func(u *url.URL) string {
		if p := u.Port(); p != "" {
			return p
		}
		return defaultPorts[u.Scheme]
	}
	return u.Scheme == page.Scheme && strings.EqualFold(u.Hostname(), page.Hostname()) && port(u) == port(page)
}

// permissionSettings tells what is denied to the service's own pages.
func permissionSettings(perms []permission, sites Sites, now time.Time) []Setting {
	var out []Setting
	tell := func(p permission, whose string) {
		origin, _, _ := strings.Cut(p.origin, "^")
		out = append(out, Setting{What: firefoxKinds[p.kind], Effect: "block", Whose: whose, Host: origin, By: "user", Key: "moz_perms " + p.kind, Place: "permissions.sqlite",
			Since: p.modified, Undo: "firefox-site", Needed: firefoxKinds[p.kind] == "local-network" && needsLocal(sites)})
	}
	others := 0
	for _, p := range perms {
		if p.value != 2 || firefoxKinds[p.kind] == "" || p.expireType == 2 && !p.expire.IsZero() && p.expire.Before(now) {
			continue
		}
		mine := false
		for _, page := range parseAll(sites.Pages) {
			mine = mine || sameOrigin(p.origin, page)
		}
		if origin, _, _ := strings.Cut(p.origin, "^"); !mine && sites.Mine != nil {
			if u, err := url.Parse(origin); err == nil && u.Hostname() != "" {
				mine = sites.Mine(u.Hostname())
			}
		}
		switch {
		case mine:
			tell(p, "service")
		case sites.Others && p.kind == "cookie" && others < 8:
			others++
			tell(p, "other")
		}
	}
	return out
}

// firefoxProxy reads network.proxy.*: type 0 none, 1 by hand, 2 a script, 4 found by itself, 5 the system's.
func firefoxProxy(prefs firefoxPrefs, sites Sites) (Setting, bool) {
	s := Setting{Key: "network.proxy.type"}
	text := func(name string) string { v, _ := prefs["network.proxy."+name].value.(string); return v }
	switch prefs["network.proxy.type"].value {
	case 1.0:
		host, port := "", 0.0
		for _, kind := range []string{"ssl", "http", "socks"} {
			if h := text(kind); h != "" {
				host, port = h, 0
				port, _ = prefs["network.proxy."+kind+"_port"].value.(float64)
				if kind == "socks" {
					host = "socks://" + host
				}
				break
			}
		}
		if host == "" || bypassed(text("no_proxies_on"), sites) {
			return s, false
		}
		s.Effect, s.Value = "fixed", plainProxy(host)
		if port > 0 && port < 65536 {
			s.Value += ":" + strconv.Itoa(int(port))
		}
		return s, true
	case 2.0:
		s.Effect, s.Value = "pac", plainAddress(text("autoconfig_url"))
		return s, true
	case 4.0:
		s.Effect = "auto"
		return s, true
	}
	return s, false
}

// cookiePolicy reports whether a page stands in a list of the Cookies policy.
func cookiePolicy(policies []Policy, list string, page *url.URL) bool {
	p := policyNamed(policies, "Cookies")
	if p == nil {
		return false
	}
	items, _ := p.dict()[list].([]any)
	for _, x := range items {
		if s, ok := x.(string); ok && sameOrigin(strings.TrimSuffix(s, "/"), page) {
			return true
		}
	}
	return false
}

// firefoxPolicySettings reads policies that are no preferences
// (mozilla/policy-templates: Cookies, Proxy, WebsiteFilter, EnableTrackingProtection, DNSOverHTTPS).
func firefoxPolicySettings(policies []Policy, sites Sites) []Setting {
	var out []Setting
	pages := parseAll(sites.Pages)
	str := func(m map[string]any, key string) string { s, _ := m[key].(string); return s }
	if p := policyNamed(policies, "Cookies"); p != nil {
		d := p.dict()
		switch {
		case str(d, "Behavior") == "reject" || d["Default"] == false:
			out = append(out, p.setting("cookies", "block", "all"))
		case str(d, "Behavior") == "reject-foreign" || str(d, "AcceptThirdParty") == "never":
			out = append(out, p.setting("third-party-cookies", "block", "all"))
		}
		for _, page := range pages {
			if cookiePolicy(policies, "Block", page) {
				s := p.setting("cookies", "block", "service")
				s.Host = page.Host
				out = append(out, s)
				break
			}
		}
	}
	if p := policyNamed(policies, "Proxy"); p != nil {
		d := p.dict()
		s := p.setting("proxy", "", "all")
		switch str(d, "Mode") {
		case "manual":
			s.Effect, s.Value = "fixed", plainProxy(firstText(str(d, "SSLProxy"), str(d, "HTTPProxy"), str(d, "SOCKSProxy")))
			if !bypassed(str(d, "Passthrough"), sites) {
				out = append(out, s)
			}
		case "autoConfig":
			s.Effect, s.Value = "pac", plainAddress(str(d, "AutoConfigURL"))
			out = append(out, s)
		case "autoDetect":
			s.Effect = "auto"
			out = append(out, s)
		}
	}
	if p := policyNamed(policies, "WebsiteFilter"); p != nil {
		covers := func(key string, page *url.URL) string {
			items, _ := p.dict()[key].([]any)
			for _, x := range items {
				if s, ok := x.(string); ok && (s == "<all_urls>" || patternCovers(s, page.Host)) {
					return s
				}
			}
			return ""
		}
		for _, page := range pages {
			if f := covers("Block", page); f != "" && covers("Exceptions", page) == "" {
				s := p.setting("site", "block", "service")
				s.Host = f
				out = append(out, s)
				break
			}
		}
	}
	if p := policyNamed(policies, "EnableTrackingProtection"); p != nil && (p.dict()["Category"] == "strict") {
		out = append(out, p.setting("tracking-protection", "strict", "all"))
	}
	return out
}

func firstText(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
