package machine

import (
	"net/url"
	"testing"
)

func TestContentPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, address string
		want             bool
	}{
		{"*", "https://app.meiqia.com/chat", true},
		{"https://*", "https://app.meiqia.com/chat", true},
		{"https://*", "http://app.meiqia.com/chat", false},
		{"https://app.meiqia.com:443", "https://app.meiqia.com/chat", true},
		{"https://app.meiqia.com:8443", "https://app.meiqia.com/chat", false},
		{"https://app.meiqia.com", "https://app.meiqia.com:8443/", true},
		{"http://app.meiqia.com:80", "http://app.meiqia.com/", true},
		{"app.meiqia.com", "http://APP.meiqia.com/", true},
		{"app.meiqia.com", "https://x.app.meiqia.com/", false},
		{"[*.]meiqia.com", "https://app.meiqia.com/", true},
		{"[*.]meiqia.com", "https://meiqia.com/", true},
		{"[*.]meiqia.com", "https://notmeiqia.com/", false},
		{"[*.]meiqia.com", "https://meiqia.com.evil.example/", false},
		{"https://[*.]meiqia.com:8443", "https://app.meiqia.com:8443/", true},
		{"*://app.meiqia.com:*", "https://app.meiqia.com:9/", true},
		{"https://[::1]:8443", "https://[::1]:8443/", true},
		{"https://[::1]:8443", "https://[::2]:8443/", false},
		{"http://192.168.1.2:8801", "http://192.168.1.2:8801/x", true},
		{"file:///home/*", "https://app.meiqia.com/", false},
	} {
		p, ok := parsePattern(c.pattern)
		u, err := url.Parse(c.address)
		if err != nil {
			t.Fatal(err)
		}
		if got := ok && p.covers(u); got != c.want {
			t.Errorf("%q on %q: %v (%+v, %v)", c.pattern, c.address, got, p, ok)
		}
	}
	for _, bad := range []string{"", "https://", "[*.]", "a b", "https://*.meiqia.com", "https://a:99999", "https://a:x", "[*.]*", "https://[::1", "https://user@host"} {
		if p, ok := parsePattern(bad); ok {
			t.Errorf("%q is a pattern: %+v", bad, p)
		}
	}
}

func TestTheMoreSpecificPatternIsAskedFirst(t *testing.T) {
	order := []string{"*", "https://*", "https://*:443", "[*.]com", "[*.]meiqia.com", "https://[*.]meiqia.com", "[*.]app.meiqia.com", "app.meiqia.com", "https://app.meiqia.com", "https://app.meiqia.com:443"}
	for i, a := range order {
		for j, b := range order {
			p, ok1 := parsePattern(a)
			q, ok2 := parsePattern(b)
			if !ok1 || !ok2 {
				t.Fatal(a, b)
			}
			if got := p.specific(q); (got > 0) != (i > j) || (got == 0) != (i == j) {
				t.Errorf("%q against %q: %d", a, b, got)
			}
		}
	}
}

func FuzzContentPattern(f *testing.F) {
	for _, s := range []string{"*", "https://app.example:443,*", "[*.]example.com,https://a:1", "https://[::1]:80,*", "file:///x/*,*", ",,,", "[*.]", "*,*", "https://例え.jp,*"} {
		f.Add(s, "https://app.example/chat")
	}
	f.Fuzz(func(t *testing.T, key, address string) {
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		p, q, ok := splitPatterns(key)
		if !ok {
			return
		}
		if p.covers(u) && p.host == "" != p.everywhere() {
			t.Errorf("%q", key)
		}
		if p.specific(q) != -q.specific(p) || p.specific(p) != 0 {
			t.Errorf("%q: no order", key)
		}
		p.covers(&url.URL{})
		filterCovers(key, u.Scheme, u.Hostname(), u.Port(), u.Path)
		parsePolicyPattern(key)
	})
}
