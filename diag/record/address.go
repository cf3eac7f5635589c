package record

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// longKey is a path's segment that can only be a key: long, and of mixed characters.
var longKey = lazy.MustCompile(`^[A-Za-z0-9_~.+-]{40,}$`)

// address takes out of a URL the login, the fragment's query, and the values that are keys or prose.
func (c *cleaner) address(raw string) string {
	if strings.HasPrefix(raw, "data:") {
		kind, _, _ := strings.Cut(raw[5:min(len(raw), 60)], ",")
		return "data:" + kind + ","
	}
	u, err := url.Parse(raw)
	if err != nil {
		if i := strings.IndexAny(raw, "?#"); i >= 0 {
			raw = raw[:i]
		}
		return c.hide(raw)
	}
	u.User = nil
	if parts := strings.Split(u.Path, "/"); len(parts) > 1 {
		changed := false
		for i, p := range parts {
			if q := c.segment(p); q != p {
				parts[i], changed = q, true
			}
		}
		if changed {
			u.Path, u.RawPath = strings.Join(parts, "/"), ""
		}
	}
	if u.RawQuery != "" {
		u.RawQuery = c.query(u.RawQuery)
	}
	if strings.ContainsAny(u.Fragment, "?=&") || !token.MatchString(u.Fragment) {
		u.Fragment, u.RawFragment = "", ""
	}
	return u.String()
}

func (c *cleaner) segment(p string) string {
	switch {
	case p == "":
		return p
	case c.secrets[p], jwtLike.MatchString(p), longKey.MatchString(p) && strings.ContainsAny(p, "0123456789") && !strings.Contains(p, "."):
		return removed
	case c.texts[p] && utf8.RuneCountInString(p) != len(p), strings.ContainsAny(p, " \t"):
		return mask(p)
	}
	return c.hide(p)
}

// query keeps the parameters in their order, with the values that may be kept.
func (c *cleaner) query(raw string) string {
	parts := strings.Split(raw, "&")
	for i, p := range parts {
		k, v, ok := strings.Cut(p, "=")
		name, err := url.QueryUnescape(k)
		if err != nil {
			name = k
		}
		if !ok {
			parts[i] = url.QueryEscape(c.plainOrMask(name))
			continue
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			value = v
		}
		kept := c.value(profile.Words(name), value, nil, 0)
		if kept == value && longKey.MatchString(value) {
			kept = removed
		}
		if kept != value {
			parts[i] = k + "=" + url.QueryEscape(kept)
		}
	}
	return strings.Join(parts, "&")
}

func (c *cleaner) plainOrMask(s string) string {
	if token.MatchString(s) {
		return c.plain(s)
	}
	return mask(s)
}

// openHeaders are the headers whose values tell of the transport and of no person.
var openHeaders = map[string]bool{
	"accept": true, "accept-encoding": true, "accept-language": true, "accept-ranges": true, "access-control-allow-credentials": true,
	"access-control-allow-headers": true, "access-control-allow-methods": true, "access-control-allow-origin": true, "access-control-expose-headers": true,
	"access-control-max-age": true, "access-control-request-headers": true, "access-control-request-method": true, "age": true, "allow": true, "alt-svc": true,
	"cache-control": true, "clear-site-data": true, "connection": true, "content-encoding": true, "content-language": true, "content-length": true,
	"content-security-policy": true, "content-security-policy-report-only": true, "content-type": true, "cross-origin-embedder-policy": true,
	"cross-origin-opener-policy": true, "cross-origin-resource-policy": true, "date": true, "dnt": true, "etag": true, "expires": true, "host": true,
	"if-modified-since": true, "if-none-match": true, "keep-alive": true, "last-modified": true, "non-authoritative-reason": true, "origin": true,
	"permissions-policy": true, "pragma": true, "proxy-authenticate": true, "proxy-connection": true, "range": true, "referrer-policy": true, "retry-after": true,
	"sec-websocket-extensions": true, "sec-websocket-protocol": true, "sec-websocket-version": true, "server": true, "server-timing": true, "service-worker-allowed": true,
	"strict-transport-security": true, "te": true, "timing-allow-origin": true, "trailer": true, "transfer-encoding": true, "upgrade": true,
	"upgrade-insecure-requests": true, "user-agent": true, "vary": true, "via": true, "warning": true, "www-authenticate": true,
	"x-cache": true, "x-content-type-options": true, "x-frame-options": true, "x-powered-by": true, "x-request-id": true, "x-trace-id": true,
	"x-ratelimit-limit": true, "x-ratelimit-remaining": true, "x-ratelimit-reset": true, "x-requested-with": true, "x-xss-protection": true,
}

// tellingHeader are further names of headers that tell of versions and machines.
var tellingHeader = lazy.MustCompile(`version|build|release|backend|upstream|node|served|server|pod|instance|cache|ratelimit|^sec-(?:ch|fetch)-|^x-(?:client|app|env|region|zone)`)

// header gives what is kept of a header's value: that there was one, at least.
func (c *cleaner) header(name, value string) string {
	low := strings.ToLower(name)
	switch {
	case low == "referer" || low == "location" || low == "content-location" || low == ":path":
		return c.address(value)
	case secretKeys.MatchString(profile.Words(low)), low == "set-cookie", low == "sec-websocket-key":
		if c.learn {
			if _, key, ok := strings.Cut(value, " "); ok && !strings.ContainsAny(key, " ;") {
				c.noteSecret(key) // Bearer …
			}
		}
		return removed
	case strings.HasPrefix(low, ":"), openHeaders[low], tellingHeader.MatchString(low) && token.MatchString(strings.ReplaceAll(value, " ", "")):
		return c.hide(value)
	}
	return removed
}
