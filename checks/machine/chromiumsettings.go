package machine

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Values of a content setting (components/content_settings/core/common/content_settings.h).
const (
	contentAllow = 1
	contentBlock = 2
)

// contentKinds are the content settings that are looked at, by their names in Preferences.
var contentKinds = []struct{ key, what string }{
	{"javascript", "javascript"}, {"cookies", "cookies"}, {"mixed_script", "insecure-content"},
	{"local_network_access", "local-network"}, {"local_network", "local-network"}, {"loopback_network", "local-network"},
	{"popups", "popups"}, {"notifications", "notifications"}, {"images", "images"}, {"sound", "sound"},
	{"background_sync", "background-sync"}, {"clipboard", "clipboard"},
}

// contentRule is one line of content settings, by whom and where it is written.
type contentRule struct {
	primary, secondary contentPattern
	text               string // the pattern as written
	value              int
	since              time.Time
	by, who            string
	key, place         string
	general            bool // the default for all sites
}

// rank orders who is asked first: policies, then extensions, then the person
// (HostContentSettingsMap's providers). Recommended policies are the person's defaults.
func (r contentRule) rank() int {
	switch {
	case r.by == "policy":
		return 3
	case r.by == "extension":
		return 2
	case !r.general:
		return 1
	case r.by == "user":
		return 0
	}
	return -1
}

// beats reports whether r is asked before q.
func (r contentRule) beats(q contentRule) bool {
	if a, b := r.rank(), q.rank(); a != b {
		return a > b
	}
	if c := r.primary.specific(q.primary); c != 0 {
		return c > 0
	}
	return r.secondary.specific(q.secondary) > 0
}

// effective gives the rule that decides for an address in a page; nil when none does.
func effective(rules []contentRule, target, page *url.URL) *contentRule {
	var best *contentRule
	for i := range rules {
		r := &rules[i]
		if r.primary.covers(target) && r.secondary.covers(page) && (best == nil || r.beats(*best)) {
			best = r
		}
	}
	return best
}

// preferences is what is read of a profile's Preferences.
type preferences struct {
	Profile struct {
		Defaults object `json:"default_content_setting_values"`
		Content  struct {
			Exceptions object `json:"exceptions"`
		} `json:"content_settings"`
		BlockThird json.RawMessage `json:"block_third_party_cookies"`
		Controls   json.RawMessage `json:"cookie_controls_mode"`
	} `json:"profile"`
	Extensions struct {
		LastChrome json.RawMessage `json:"last_chrome_version"`
		Settings   object          `json:"settings"`
	} `json:"extensions"`
	HTTPSOnly json.RawMessage `json:"https_only_mode_enabled"`
	Proxy     object          `json:"proxy"`
	Tracking  object          `json:"enhanced_tracking_prevention"` // Edge's
}

// value reads one member that may be of another type than it should.
func value[T any](raw json.RawMessage) T {
	var v T
	if json.Unmarshal(raw, &v) != nil {
		var zero T
		return zero
	}
	return v
}

// readPrefs reads Preferences. A member of a wrong type is taken for absent, and
// the rest is read all the same.
func readPrefs(data []byte) (p preferences, err error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	err = json.Unmarshal(data, &p)
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		err = nil
	}
	return p, err
}

// maxRules bounds the exceptions of one kind that are looked at.
const maxRules = 50_000

// contentRules collects what the person and extensions set for one kind.
func (p preferences) contentRules(key, place string, now time.Time) []contentRule {
	var out []contentRule
	if v := get[int](p.Profile.Defaults, key); v != 0 {
		out = append(out, contentRule{value: v, by: "user", general: true, key: "profile.default_content_setting_values." + key, place: place})
	}
	for text, raw := range get[object](p.Profile.Content.Exceptions, key) {
		o, err := readObject(raw)
		if err != nil || len(out) > maxRules {
			continue
		}
		v := get[int](o, "setting")
		primary, secondary, ok := splitPatterns(text)
		if v == 0 || !ok {
			continue
		}
		if until := prefTime(o, "expiration"); !until.IsZero() && until.Before(now) {
			continue
		}
		out = append(out, contentRule{primary: primary, secondary: secondary, text: text, value: v, by: "user", since: prefTime(o, "last_modified"),
			key: "profile.content_settings.exceptions." + key, place: place, general: primary.everywhere() && secondary.everywhere()})
	}
	for id, raw := range p.Extensions.Settings {
		o, err := readObject(raw)
		if err != nil || !chromiumEnabled(o) {
			continue
		}
		for _, c := range objects(o, "content_settings") {
			v := map[string]int{"allow": contentAllow, "block": contentBlock}[get[string](c, "setting")]
			primary, ok := parsePattern(get[string](c, "primaryPattern"))
			if get[string](c, "type") == key && v != 0 && ok && len(out) <= maxRules {
				out = append(out, contentRule{primary: primary, text: get[string](c, "primaryPattern"), value: v, by: "extension", who: id, key: "extensions.settings." + id + ".content_settings", place: place})
			}
		}
	}
	return out
}

// prefTime reads a time that is written as text or as a number.
func prefTime(o object, key string) time.Time {
	if n, err := strconv.ParseInt(get[string](o, key), 10, 64); err == nil {
		return chromiumTime(n)
	}
	return chromiumTime(int64(get[float64](o, key)))
}

// chromiumSettings tells what a profile's Preferences, its user data folder's
// Local State (which may be empty) and policies set for the service's sites.
func chromiumSettings(p preferences, state []byte, policies []Policy, sites Sites, now time.Time, edge bool) []Setting {
	var out []Setting
	for _, k := range contentKinds {
		rules := append(p.contentRules(k.key, "Preferences", now), policyRules(policies, k.key)...)
		out = append(out, decide(k.what, rules, sites, edge)...)
	}
	out = append(out, thirdParty(p, policies)...)
	out = append(out, httpsOnly(p, policies, sites)...)
	out = append(out, chromiumProxy(p, policies, sites)...)
	out = append(out, tracking(p, policies)...)
	out = append(out, doh(state, policies)...)
	out = append(out, blockedSites(policies, sites)...)
	return sortSettings(out)
}

// decide finds, for one kind, the rules that block the service.
func decide(what string, rules []contentRule, sites Sites, edge bool) []Setting {
	var out []Setting
	told := map[string]bool{}
	tell := func(r *contentRule, whose string) {
		s := Setting{What: what, Effect: "block", Whose: whose, By: r.by, Who: r.who, Key: r.key, Place: r.place, Since: r.since, Host: r.text, Undo: undoOf(r, edge)}
		if r.general {
			s.Host, s.Whose = "", "all"
		}
		if id := s.Whose + s.Host + s.Key; !told[id] {
			told[id] = true
			if what == "local-network" {
				s.Needed = needsLocal(sites)
			}
			out = append(out, s)
		}
	}
	pages := parseAll(sites.Pages)
	for i := range rules {
		if r := &rules[i]; r.value == contentBlock {
			pages = append(pages, sites.with(r.primary)[len(parseAll(sites.Pages)):]...)
		}
	}
	requests := parseAll(sites.Requests)
	for _, page := range pages {
		targets := []*url.URL{page}
		if what == "cookies" { // of whoever is asked, in the page
			targets = append(targets, requests...)
		}
		for _, target := range targets {
			if r := effective(rules, target, page); r != nil && r.value == contentBlock {
				tell(r, "service")
			}
		}
	}
	for i := range rules {
		r := &rules[i]
		switch {
		case r.value != contentBlock || len(told) > 0:
		case len(pages) == 0 && r.general: // no address to try it on
			tell(r, "all")
		case sites.Others && !r.general && (what == "javascript" || what == "cookies") && len(out) < 8:
			tell(r, "other")
			told = map[string]bool{}
		}
	}
	return out
}

// needsLocal reports whether the pages have to reach into a local network from outside.
func needsLocal(sites Sites) bool {
	for _, page := range parseAll(sites.Pages) {
		for _, r := range parseAll(sites.Requests) {
			if private(r.Hostname()) && !private(page.Hostname()) {
				return true
			}
		}
	}
	return false
}

// undoOf names how a content setting is set back.
func undoOf(r *contentRule, edge bool) string {
	switch {
	case strings.HasPrefix(r.by, "policy"):
		return "policy"
	case r.by == "extension":
		return "extension"
	case edge && r.general:
		return "edge-default"
	case edge:
		return "edge-site"
	case r.general:
		return "chromium-default"
	}
	return "chromium-site"
}
