package machine

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
)

// contentPattern is one half of a content setting's key, as Chromium writes it
// (components/content_settings/core/common/content_settings_pattern.h):
// "https://app.example:443", "[*.]example", "https://*", "*".
type contentPattern struct {
	scheme string // "" any
	host   string // lower case; "" any
	below  bool   // the host and all names below it
	port   string // "" any
	path   string // of file addresses; such a pattern covers no site
}

// parsePattern reads one pattern; ok is false for what Chromium would refuse.
func parsePattern(s string) (p contentPattern, ok bool) {
	if len(s) > 2048 || strings.ContainsAny(s, " \t\r\n\\@") {
		return p, false
	}
	if s == "*" {
		return p, true
	}
	if scheme, rest, has := strings.Cut(s, "://"); has {
		if p.scheme = strings.ToLower(scheme); p.scheme == "*" {
			p.scheme = ""
		}
		s = rest
	}
	if i := strings.IndexByte(s, '/'); i >= 0 {
		s, p.path = s[:i], s[i:]
	}
	if rest, cut := strings.CutPrefix(s, "[*.]"); cut {
		p.below, s = true, rest
	}
	host := s
	if end := strings.LastIndexByte(s, ']'); strings.HasPrefix(s, "[") && end > 0 { // an IPv6 address
		host = s[1:end]
		if rest, has := strings.CutPrefix(s[end+1:], ":"); has {
			p.port = rest
		}
	} else if i := strings.LastIndexByte(s, ':'); i >= 0 {
		host, p.port = s[:i], s[i+1:]
	}
	if p.port == "*" {
		p.port = ""
	}
	if _, err := strconv.ParseUint(p.port, 10, 16); p.port != "" && err != nil {
		return p, false
	}
	p.host = strings.ToLower(strings.TrimSuffix(host, "."))
	switch {
	case p.host == "*" && !p.below:
		p.host = ""
	case p.host == "" || strings.ContainsAny(p.host, "*[]"):
		return p, false
	}
	return p, true
}

// splitPatterns takes a key "primary,secondary" apart; a lone pattern stands for every secondary.
func splitPatterns(key string) (primary, secondary contentPattern, ok bool) {
	one, two, has := strings.Cut(key, ",")
	primary, ok = parsePattern(one)
	if !has || !ok {
		return primary, secondary, ok
	}
	secondary, ok = parsePattern(two)
	return primary, secondary, ok
}

var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443"}

// covers reports whether the pattern covers an address of a site.
func (p contentPattern) covers(u *url.URL) bool {
	if p.path != "" && p.path != "/" && p.path != "/*" {
		return false
	}
	scheme := strings.ToLower(u.Scheme)
	if p.scheme != "" && p.scheme != scheme {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if p.host != "" && p.host != host && !(p.below && strings.HasSuffix(host, "."+p.host)) {
		return false
	}
	port := u.Port()
	if port == "" {
		port = defaultPorts[scheme]
	}
	return p.port == "" || p.port == port
}

// specific compares two patterns that cover the same address: positive when p is
// the more specific. The host counts before the scheme, and that before the
// port; a name before the domain above it (ContentSettingsPattern::Compare).
func (p contentPattern) specific(q contentPattern) int {
	return cmp.Or(
		cmp.Compare(rankHost(p), rankHost(q)),
		cmp.Compare(one(p.scheme), one(q.scheme)),
		cmp.Compare(one(p.port), one(q.port)),
	)
}

func rankHost(p contentPattern) int {
	switch {
	case p.host == "":
		return 0
	case p.below:
		return 1 + strings.Count(p.host, ".")
	}
	return 1 << 20
}

func one(s string) int {
	if s == "" {
		return 0
	}
	return 1
}

// everywhere reports whether the pattern names no site of its own.
func (p contentPattern) everywhere() bool { return p.host == "" }

// parsePolicyPattern reads a pattern of a policy's list, which may be an
// address with a path ("https://example.com/chat") as well.
func parsePolicyPattern(s string) (contentPattern, bool) {
	p, ok := parsePattern(strings.TrimSpace(s))
	p.path = ""
	return p, ok
}
