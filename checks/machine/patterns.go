package machine

import (
	"net"
	"slices"
	"strings"
)

// matchesHost reports whether any of the match patterns covers pages or requests
// of a host ("<scheme>://<host><path>", <all_urls>; the WebExtensions' and
// Chrome's match patterns). A port in the host counts where the pattern has one.
func matchesHost(patterns []string, host string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return patternCovers(p, host) })
}

func patternCovers(pattern, host string) bool {
	if pattern == "<all_urls>" {
		return true
	}
	scheme, rest, ok := strings.Cut(pattern, "://")
	if !ok {
		return false
	}
	switch scheme {
	case "*", "http", "https", "ws", "wss", "http*":
	default: // file, ftp, chrome, moz-extension
		return false
	}
	want, _, _ := strings.Cut(rest, "/")
	wantName, wantPort := splitPort(strings.ToLower(want))
	name, port := splitPort(strings.ToLower(host))
	if wantPort != "" && wantPort != "*" && port != "" && wantPort != port {
		return false
	}
	if wantName == "*" || wantName == name {
		return name != ""
	}
	base, ok := strings.CutPrefix(wantName, "*.")
	return ok && (name == base || strings.HasSuffix(name, "."+base))
}

func splitPort(s string) (name, port string) {
	if h, p, err := net.SplitHostPort(s); err == nil {
		return h, p
	}
	return strings.Trim(s, "[]"), ""
}

// patternParts gives the host and the path of a match pattern, "*" and "/*" of <all_urls>.
func patternParts(pattern string) (host, path string) {
	_, rest, ok := strings.Cut(pattern, "://")
	if !ok {
		return "*", "/*"
	}
	host, path, _ = strings.Cut(rest, "/")
	return host, "/" + path
}

// pathOf gives the path and query of an address, as match patterns are tried on.
func pathOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	rest, _, _ = strings.Cut(rest, "#")
	if i := strings.IndexAny(rest, "/?"); i >= 0 && rest[i] == '/' {
		return rest[i:]
	} else if i >= 0 {
		return "/" + rest[i:]
	}
	return "/"
}

// globMatch reports whether a text fits a pattern in which "*" is any run of characters.
func globMatch(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
