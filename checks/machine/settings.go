package machine

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Setting is something that a browser is set to keep sites from doing, or to do
// otherwise than browsers do by themselves.
type Setting struct {
	// What: javascript cookies storage third-party-cookies insecure-content https-only local-network site proxy doh
	// popups notifications images sound background-sync clipboard service-workers websocket tracking-protection
	What   string
	Effect string    // block, strict, secure, force; of a proxy: fixed, pac, auto
	Whose  string    // service, all (the service with them), other
	Host   string    // the pattern that applies, as written; "" for all sites
	Value  string    // of a proxy: host:port, or the script's address without its query
	By     string    // user, extension, policy, policy-recommended, autoconfig
	Who    string    // the extension's id
	Key    string    // where it is written: the path of keys in the file, or the policy's name
	Place  string    // the file, or the registry key
	Since  time.Time // zero when not told
	Undo   string    // how it is set back, a word that package report looks up
	Needed bool      // of local-network: the service has an address inside the local network
}

// Sites are the addresses whose settings are asked for.
type Sites struct {
	Pages    []string // the workbench's
	Requests []string // where its requests, sockets and scripts go
	// Mine tells of a host that only the evidence names; nil for none.
	Mine func(host string) bool
	// Others asks for JavaScript and cookies that are blocked for any other single site, too.
	Others bool
}

// addresses gives the pages, or requests, with what may be the service's by a pattern.
func parseAll(list []string) []*url.URL {
	var out []*url.URL
	for _, s := range list {
		if u, err := url.Parse(s); err == nil && u.Hostname() != "" {
			out = append(out, u)
		}
	}
	return out
}

// with adds what a pattern names to the pages, where it is the service's.
func (s Sites) with(p contentPattern) []*url.URL {
	pages := parseAll(s.Pages)
	if s.Mine != nil && p.host != "" && s.Mine(p.host) {
		u := &url.URL{Scheme: cmp.Or(p.scheme, "https"), Host: p.host, Path: "/"}
		if strings.Contains(p.host, ":") {
			u.Host = "[" + p.host + "]"
		}
		if p.port != "" {
			u.Host = net.JoinHostPort(p.host, p.port)
		}
		pages = append(pages, u)
	}
	return pages
}

// all gives every address of the service.
func (s Sites) all() []*url.URL { return append(parseAll(s.Pages), parseAll(s.Requests)...) }

// private reports whether a host is written as an address inside a local network, or as this machine.
func private(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local")
}

// sortSettings puts what matters first, and drops what stands there twice.
func sortSettings(list []Setting) []Setting {
	slices.SortStableFunc(list, func(a, b Setting) int {
		return cmp.Or(cmp.Compare(slices.Index(settingOrder, a.What), slices.Index(settingOrder, b.What)),
			cmp.Compare(whoseOrder[a.Whose], whoseOrder[b.Whose]), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Place, b.Place))
	})
	return slices.Compact(list)
}

var whoseOrder = map[string]int{"service": 0, "all": 1, "other": 2}

var settingOrder = []string{"site", "javascript", "cookies", "storage", "insecure-content", "https-only", "local-network", "proxy", "third-party-cookies",
	"tracking-protection", "websocket", "service-workers", "doh", "popups", "notifications", "images", "sound", "background-sync", "clipboard"}

// chromiumTime reads Chromium's time: microseconds since 1601, as text or number.
func chromiumTime(micros int64) time.Time {
	const to1970 = 11_644_473_600 // seconds
	s := micros/1_000_000 - to1970
	if micros <= 0 || s <= 0 || s > 1<<33 {
		return time.Time{}
	}
	return time.Unix(s, micros%1_000_000*1000).UTC()
}
