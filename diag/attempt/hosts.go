package attempt

import (
	"net/url"
	"regexp"
	"strings"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/profile"
)

// hosts tells the service's hosts from strangers. The profile names them; where
// a HAR shows none of those, the page that the HAR is of names them.
type hosts struct {
	prof  *profile.Profile
	sites map[string]bool // sites of the recorded pages, for hosts the profile does not name
	cache map[string]bool
}

// strangers are words in names of hosts and paths that serve measuring and
// advertising: what happens to them is no part of any recall.
var strangers = regexp.MustCompile(`(?i)(?:^|[./_-])(?:analytics?|google-?analytics|googletagmanager|gtm|doubleclick|adservice|ads?|hm\.baidu|cnzz|umeng|sentry|bugsnag|rum|arms|metrics?|telemetry|track(?:er|ing)?|beacon|collect(?:or)?|stats?|growingio|sensorsdata|mixpanel|segment|hotjar|clarity|datadog|newrelic|log-?report|stat)(?:[./_?-]|$)`)

func newHosts(ev *evidence.Set, prof *profile.Profile) *hosts {
	h := &hosts{prof: prof, sites: map[string]bool{}, cache: map[string]bool{}}
	for _, f := range ev.HARs {
		pages := map[string]bool{}
		for _, p := range f.Meta.Pages {
			if u, err := url.Parse(p.Title); err == nil && u.Host != "" {
				pages[profile.Site(u.Hostname())] = true
			}
		}
		related := false
		for _, e := range f.Entries {
			u := parse(e.URL)
			if u == nil {
				continue
			}
			if prof.Related(u.Hostname()) {
				related = true
			}
			if e.ResourceType == "document" || (e.ResourceType == "" && len(pages) == 0 && strings.HasPrefix(e.RespMIME, "text/html")) {
				pages[profile.Site(u.Hostname())] = true
			}
			if o := parse(e.ReqHeaders.Get("origin")); o != nil && e.Method != "GET" {
				pages[profile.Site(o.Hostname())] = true
			}
		}
		if !related || len(pages) > 0 {
			for s := range pages {
				h.sites[s] = true
			}
		}
	}
	return h
}

func parse(raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

// service reports whether a URL is one of the service's.
func (h *hosts) service(raw string) bool {
	u := parse(raw)
	if u == nil {
		return false
	}
	name := strings.ToLower(u.Hostname())
	if got, ok := h.cache[name]; ok {
		return got
	}
	ok := h.prof.Related(name) || (h.sites[profile.Site(name)] && !strangers.MatchString(name))
	h.cache[name] = ok
	return ok
}

// stranger reports whether a URL only measures or advertises.
func stranger(raw string) bool {
	u := parse(raw)
	if u == nil {
		return false
	}
	return strangers.MatchString(u.Hostname()) || strangers.MatchString(u.Path)
}

// urlsIn finds the addresses that a text names.
var urlsIn = regexp.MustCompile(`(?:https?|wss?)://[^\s"'<>()\[\]]+`)

// strangerPath finds what only measures, in a text that names no host: a path, or the part that wrote it.
var strangerPath = regexp.MustCompile(`(?i)(?:^|[\s"'(\[/])\w*(?:analytics|telemetry|metrics|sensors(?:data)?|beacon|sentry|rum|avatar|emoji|spellcheck|favicon)[\s"':)\]/.?-]`)

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
