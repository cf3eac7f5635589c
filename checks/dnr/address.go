package dnr

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Request is one request as a page would make it.
type Request struct {
	URL       string
	Method    string // GET where it is ""
	Type      string // resource type, XMLHTTPRequest where it is ""
	Initiator string // address of the page that asks; "" for none, as of an address that is typed in
	// Page is the address of the page in whose tab the request is made, for rules
	// that let everything of a page through; "" where it is not known, and for the page itself.
	Page string
}

// query is a request made ready for many rules.
type query struct {
	spec, small        string // the address in its normal form, and in lower case
	host               string
	hostStart, hostEnd int // of the host in spec
	initiator          string
	kind, method       uint16
	third              bool
}

func (q *query) text(sensitive bool) string {
	if sensitive {
		return q.spec
	}
	return q.small
}

// newQuery makes a request ready; ok is false for an address that is none.
func newQuery(r Request) (q query, ok bool) {
	scheme, before, host, after, ok := split(r.URL)
	if !ok {
		return q, false
	}
	var b strings.Builder
	b.Grow(len(r.URL) + 8)
	b.WriteString(scheme)
	b.WriteString("://")
	b.WriteString(before)
	q.hostStart = b.Len()
	b.WriteString(host)
	q.hostEnd = b.Len()
	b.WriteString(after)
	q.spec, q.host = b.String(), host
	q.small = lower(q.spec)

	kind := r.Type
	if scheme == "ws" || scheme == "wss" {
		kind = WebSocket
	} else if kind == "" {
		kind = XMLHTTPRequest
	}
	q.kind = typeBits[kind]
	if q.kind == 0 {
		q.kind = typeBits[Other]
	}
	switch m := lower(r.Method); {
	case scheme != "http" && scheme != "https":
		q.method = methodBits[nonHTTP]
	case m == "":
		q.method = methodBits["get"]
	case methodBits[m] == 0:
		q.method = methodBits["other"]
	default:
		q.method = methodBits[m]
	}
	if r.Initiator != "" {
		if _, _, h, _, ok := split(r.Initiator); ok {
			q.initiator = h
		}
	}
	q.third = q.initiator == "" || !sameSite(q.host, q.initiator)
	return q, true
}

// sameSite reports whether two hosts are of one registrable domain, counting
// suffixes that private owners let others register under, as Chromium does.
func sameSite(a, b string) bool {
	a, b = strings.TrimSuffix(a, "."), strings.TrimSuffix(b, ".")
	if a == b {
		return true
	}
	if isIP(a) || isIP(b) {
		return false
	}
	x, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	y, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && x == y
}

func isIP(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}

// split takes an address apart as browsers write it (the URL standard's
// serialiser, WHATWG): scheme and host in lower case and punycode, no default
// port, a path, no dot segments, and percent-encoding where it is needed.
func split(raw string) (scheme, before, host, after string, ok bool) {
	raw = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, strings.TrimFunc(raw, func(r rune) bool { return r <= ' ' }))
	scheme, rest, found := strings.Cut(raw, ":")
	scheme = lower(scheme)
	if !found || defaultPorts[scheme] == "" {
		return "", "", "", "", false
	}
	rest = strings.TrimLeft(rest, `/\`)
	end := strings.IndexAny(rest, `/\?#`)
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		before, authority = authority[:i+1], authority[i+1:]
	}
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		host, port = authority[:i], authority[i+1:]
	}
	host = normalHost(host)
	if host == "" || strings.Trim(port, "0123456789") != "" {
		return "", "", "", "", false
	}
	if port != "" && port != defaultPorts[scheme] {
		after = ":" + port
	}
	return scheme, before, host, after + normalTail(tail), true
}

func normalHost(host string) string {
	if plain, err := url.PathUnescape(host); err == nil {
		host = plain
	}
	if ascii(host) {
		host = lower(host)
	} else if puny, err := idna.Lookup.ToASCII(host); err == nil {
		host = puny
	}
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		if a, err := netip.ParseAddr(host[1 : len(host)-1]); err == nil && a.Is6() && a.Zone() == "" {
			return "[" + a.String() + "]"
		}
		return ""
	}
	if strings.ContainsAny(host, " /\\?#%<>^|@:[]") || !ascii(host) || strings.ContainsFunc(host, unicode.IsControl) {
		return ""
	}
	return host
}

// normalTail writes path, query and fragment.
func normalTail(tail string) string {
	tail, fragment, hasFragment := strings.Cut(tail, "#")
	path, query, hasQuery := strings.Cut(tail, "?")
	path = dots(strings.ReplaceAll(path, `\`, "/"))
	out := encode(path, " \"#<>?`{|}^")
	if hasQuery {
		out += "?" + encode(query, " \"#<>'")
	}
	if hasFragment {
		out += "#" + encode(fragment, " \"<>`")
	}
	return out
}

// dots resolves "." and "..".
func dots(path string) string {
	if path == "" {
		return "/"
	}
	if !strings.Contains(path, "/.") && !strings.Contains(path, "/%2") {
		return path
	}
	var out []string
	parts := strings.Split(path[1:], "/")
	for i, p := range parts {
		last := i == len(parts)-1
		switch strings.ReplaceAll(lower(p), "%2e", ".") {
		case ".":
			if last {
				out = append(out, "")
			}
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, p)
		}
	}
	return "/" + strings.Join(out, "/")
}

const hex = "0123456789ABCDEF"

func encode(s, also string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = s[i] > ' ' && s[i] < 0x7f && strings.IndexByte(also, s[i]) < 0
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(also, c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
