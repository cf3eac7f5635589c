package attempt

import (
	"net/url"
	"path"
	"strings"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// hosts tells the service's hosts from strangers. The profile names them; where
// the evidence shows none of those, the page that a HAR or a console log is of
// names them, or whoever a log shows being asked for a recall.
type hosts struct {
	prof  *profile.Profile
	sites map[string]bool // sites of the recorded pages and recalls, for hosts the profile does not name
	cache map[string]bool
}

// strangers are words in names of hosts and paths that serve measuring and
// advertising: what happens to them is no part of any recall.
var strangers = lazy.MustCompile(`(?i)(?:^|[./_-])(?:analytics?|google-?analytics|googletagmanager|gtm|doubleclick|adservice|ads?|hm\.baidu|cnzz|umeng|sentry|bugsnag|rum|arms|metrics?|telemetry|track(?:er|ing)?|beacon|collect(?:or)?|stats?|growingio|sensorsdata|mixpanel|segment|hotjar|clarity|datadog|newrelic|log-?report|stat)(?:[./_?-]|$)`)

func newHosts(ev *evidence.Set, prof *profile.Profile, id string) *hosts {
	h := &hosts{prof: prof, sites: map[string]bool{}, cache: map[string]bool{}}
	for _, f := range ev.HARs {
		pages := map[string]bool{}
		for _, p := range f.Meta.Pages {
			if u, err := url.Parse(p.Title); err == nil && u.Host != "" {
				pages[profile.Site(u.Hostname())] = true
			}
		}
		related := false
		seen := map[string]bool{} // names of hosts, of which there are few
		for _, e := range f.Entries {
			name, _, ok := address(e.URL)
			if !ok {
				continue
			}
			if !seen[name] {
				seen[name] = true
				related = related || prof.Related(name)
			}
			if e.ResourceType() == "document" || (e.ResourceType() == "" && len(pages) == 0 && strings.HasPrefix(e.RespMIME(), "text/html")) {
				pages[profile.Site(name)] = true
			}
			if e.Method == "GET" {
				continue
			}
			if name, _, ok := address(e.ReqHeaders.Get("origin")); ok {
				pages[profile.Site(name)] = true
			}
		}
		if !related || len(pages) > 0 {
			for s := range pages {
				h.sites[s] = true
			}
		}
	}
	if len(h.sites) == 0 {
		h.learnFromLogs(ev, id)
	}
	return h
}

// consoleName is how browsers name a saved console: the page's host first.
var consoleName = lazy.MustCompile(`^((?:[a-z0-9-]+\.)+[a-z]{2,})-[\w.-]*\.(?:log|txt)$`)

// learnFromLogs finds the service's sites where no recording shows a page: the
// site that a console log was saved of, and those whose address is asked for the
// recall, or for this message, in a log. Nothing is learnt when the logs speak of
// a host that the profile names.
func (h *hosts) learnFromLogs(ev *evidence.Set, id string) {
	found := map[string]bool{}
	for _, lf := range ev.Logs {
		if m := consoleName.FindStringSubmatch(strings.ToLower(path.Base(lf.File.Name))); m != nil {
			found[profile.Site(m[1])] = true
		}
		for _, e := range lf.Entries {
			text := head(e.Text, 4096)
			if !strings.Contains(text, "://") {
				continue
			}
			for _, raw := range urlsIn.FindAllString(text, 4) {
				u := parse(raw)
				if u == nil || stranger(raw) {
					continue
				}
				if h.prof.Related(u.Hostname()) {
					return
				}
				words := profile.Words(u.Path)
				if mentions(raw, id) || h.prof.RecallVerb(words) != "" && !settingsPath.MatchString(u.Path) {
					found[profile.Site(u.Hostname())] = true
				}
			}
			// An access log names the page that asked, and of what was asked the path alone.
			if e.Fields["method"] != "" && (mentions(e.Fields["path"], id) || h.prof.RecallVerb(profile.Words(e.Fields["path"])) != "") {
				for _, raw := range urlsIn.FindAllString(text, 2) {
					if u := parse(raw); u != nil && !stranger(raw) {
						found[profile.Site(u.Hostname())] = true
					}
				}
			}
		}
	}
	if len(found) == 0 {
		found = onlySite(ev)
	}
	h.sites = found
}

// pageOrigin finds the page in what a console says of requests that its rules stopped.
var pageOrigin = lazy.MustCompile(`from origin '(https?://[^']+)'`)

// onlySite gives the site of the page that a console says it is of, else the one
// site that consoles and clients speak of, strangers left out; nothing where there are several.
func onlySite(ev *evidence.Set) map[string]bool {
	pages, all := map[string]bool{}, map[string]bool{}
	for _, lf := range ev.Logs {
		for _, e := range lf.Entries {
			text := head(e.Text, 4096)
			if !strings.Contains(text, "://") {
				continue
			}
			if m := pageOrigin.FindStringSubmatch(text); m != nil {
				if u := parse(m[1]); u != nil {
					pages[profile.Site(u.Hostname())] = true
				}
			}
			for _, raw := range urlsIn.FindAllString(text, 4) {
				if u := parse(raw); u != nil && !stranger(raw) && !staticPath.MatchString(u.Path) {
					all[profile.Site(u.Hostname())] = true
				}
			}
		}
	}
	switch {
	case len(pages) > 0:
		return pages
	case len(all) == 1:
		return all
	}
	return map[string]bool{}
}

func parse(raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

// address gives a URL's name of the host, without port, and its path; ok is
// false for one that names no host.
func address(raw string) (name, path string, ok bool) {
	if name, path, ok = plainAddress(raw); ok {
		return name, path, true
	}
	u := parse(raw)
	if u == nil {
		return "", "", false
	}
	return u.Hostname(), u.Path, true
}

// plainAddress is address for what most URLs are, in a fraction of the time:
// without port, user or escapes. ok is false for all others.
func plainAddress(raw string) (name, path string, ok bool) {
	scheme, rest, _ := strings.Cut(raw, "://")
	switch scheme {
	case "https", "http", "wss", "ws":
	default:
		return "", "", false
	}
	end := 0
	for end < len(rest) && (wordByte(rest[end]) || rest[end] == '.' || rest[end] == '-') {
		end++
	}
	name, path = rest[:end], rest[end:]
	if name == "" || path == "" || path[0] != '/' {
		return "", "", false
	}
	query := len(path)
	for i := 0; i < len(path); i++ {
		switch ch := path[i]; {
		case ch <= ' ' || ch >= 0x7f || ch == '#' || ch == '%' && i < query:
			return "", "", false
		case ch == '?' && i < query:
			query = i
		}
	}
	return name, path[:query], true
}

// service reports whether a URL is one of the service's.
func (h *hosts) service(raw string) bool {
	name, _, ok := address(raw)
	if !ok {
		return false
	}
	name = strings.ToLower(name)
	if got, ok := h.cache[name]; ok {
		return got
	}
	ok = h.prof.Related(name) || (h.sites[profile.Site(name)] && !strangers.MatchString(name))
	h.cache[name] = ok
	return ok
}

// Service reports whether an address is one of the service's.
func (a *Attempt) Service(raw string) bool { return a.hosts != nil && a.hosts.service(raw) }

// KnowsHosts reports whether the evidence itself names hosts of the service.
func (a *Attempt) KnowsHosts() bool { return a.hosts != nil && len(a.hosts.sites) > 0 }

// Measures reports whether an address, though it may be the service's, only
// measures or advertises.
func Measures(raw string) bool { return stranger(raw) }

// stranger reports whether a URL only measures or advertises.
func stranger(raw string) bool {
	name, path, ok := address(raw)
	return ok && (strangers.MatchString(name) || strangers.MatchString(path))
}

// urlsIn finds the addresses that a text names.
var urlsIn = lazy.MustCompile(`(?:https?|wss?)://[^\s"'<>()\[\]]+`)

// strangerPath finds what only measures, in a text that names no host: a path, or the part that wrote it.
var strangerPath = lazy.MustCompile(`(?i)(?:^|[\s"'(\[/])\w*(?:analytics|telemetry|metrics|sensors(?:data)?|beacon|sentry|rum|avatar|emoji|spellcheck|favicon)[\s"':)\]/.?-]`)

// strangerText reports whether a text speaks only of hosts that are not the service's.
func (h *hosts) strangerText(text string) bool {
	urls := urlsIn.FindAllString(text, 8)
	if len(urls) == 0 {
		return strangerPath.MatchString(text)
	}
	for _, u := range urls {
		if h.service(u) && !stranger(u) {
			return false
		}
	}
	return true
}
