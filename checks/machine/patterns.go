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
