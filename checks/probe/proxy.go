package probe

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// systemSettings is what the system's own settings say of proxies, as browsers
// follow them. A script (PAC) is named and not run.
type systemSettings struct {
	HTTP, HTTPS, SOCKS string // host:port, "" for none
	Bypass             []string
	Script             string
}

var readSystemProxy = sync.OnceValue(systemProxySettings)

// ProxyFor gives the proxy of a request: the environment's, and where it names
// none, the system's.
func ProxyFor(r *http.Request) (*url.URL, error) {
	if u, err := http.ProxyFromEnvironment(r); u != nil || err != nil {
		return u, err
	}
	return readSystemProxy().proxyFor(r.URL)
}

// proxyFor applies the settings to one URL.
func (p systemSettings) proxyFor(u *url.URL) (*url.URL, error) {
	host := strings.ToLower(u.Hostname())
	if host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1" {
		return nil, nil
	}
	for _, pattern := range p.Bypass {
		if bypassed(strings.ToLower(strings.TrimSpace(pattern)), host) {
			return nil, nil
		}
	}
	addr, scheme := p.HTTP, "http"
	if u.Scheme == "https" || u.Scheme == "wss" {
		addr = p.HTTPS
	}
	if addr == "" {
		addr, scheme = p.SOCKS, "socks5"
	}
	if addr == "" {
		return nil, nil
	}
	if strings.Contains(addr, "://") {
		return url.Parse(addr)
	}
	return &url.URL{Scheme: scheme, Host: addr}, nil
}

// bypassed matches a host against one pattern: *.example.com, .example.com,
// example.com, 10.*, and <local> for names without a dot.
func bypassed(pattern, host string) bool {
	switch {
	case pattern == "":
		return false
	case pattern == "<local>":
		return !strings.Contains(host, ".")
	case pattern == "*":
		return true
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(host, pattern[1:]) || "."+host == pattern[1:]
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(host, pattern[:len(pattern)-1])
	case strings.HasPrefix(pattern, "."):
		return strings.HasSuffix(host, pattern)
	}
	return host == pattern
}

// windowsProxy reads Internet Settings' ProxyServer, "host:port" for all or
// "http=host:port;https=host:port;socks=host:port", and its ProxyOverride.
func windowsProxy(server, override, script string) systemSettings {
	p := systemSettings{Script: script, Bypass: strings.FieldsFunc(override, func(r rune) bool { return r == ';' })}
	for _, part := range strings.FieldsFunc(server, func(r rune) bool { return r == ';' || r == ' ' }) {
		kind, addr, each := strings.Cut(part, "=")
		switch {
		case !each:
			p.HTTP, p.HTTPS = part, part
		case kind == "http":
			p.HTTP = addr
		case kind == "https":
			p.HTTPS = addr
		case kind == "socks":
			p.SOCKS = addr
		}
	}
	return p
}

// darwinProxy reads what `scutil --proxy` prints: "  HTTPSProxy : proxy.example.com".
func darwinProxy(text string) systemSettings {
	v := map[string]string{}
	var p systemSettings
	list := false
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), " : ")
		switch {
		case strings.TrimSpace(line) == "}":
			list = false
		case !ok:
		case key == "ExceptionsList":
			list = true
		case list:
			p.Bypass = append(p.Bypass, value)
		default:
			v[key] = value
		}
	}
	addr := func(kind string) string {
		if v[kind+"Enable"] != "1" || v[kind+"Proxy"] == "" {
			return ""
		}
		return joinAddr(v[kind+"Proxy"], v[kind+"Port"])
	}
	p.HTTP, p.HTTPS, p.SOCKS = addr("HTTP"), addr("HTTPS"), addr("SOCKS")
	if v["ProxyAutoConfigEnable"] == "1" {
		p.Script = v["ProxyAutoConfigURLString"]
	}
	return p
}
