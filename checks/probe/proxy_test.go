package probe

import (
	"net/url"
	"testing"
)

func TestSystemProxies(t *testing.T) {
	windows := windowsProxy("http=a.example:80;https=b.example:8080;socks=c.example:1080", "*.intern;10.*;<local>;other.example", "")
	mac := darwinProxy(`<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  HTTPEnable : 1
  HTTPPort : 3128
  HTTPProxy : a.example
  HTTPSEnable : 0
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://a.example/proxy.pac
  SOCKSEnable : 1
  SOCKSPort : 1080
  SOCKSProxy : s.example
}`)
	for _, c := range []struct {
		settings systemSettings
		url      string
		want     string
	}{
		{windows, "https://svc.test/", "http://b.example:8080"},
		{windows, "wss://svc.test/", "http://b.example:8080"},
		{windows, "http://svc.test/", "http://a.example:80"},
		{windows, "https://x.intern/", ""}, {windows, "https://10.1.2.3/", ""}, {windows, "https://box/", ""}, {windows, "https://other.example/", ""},
		{windows, "https://127.0.0.1:8443/", ""},
		{windowsProxy("all.example:3128", "", ""), "https://svc.test/", "http://all.example:3128"},
		{windowsProxy("", "", "http://a/pac"), "https://svc.test/", ""},
		{mac, "http://svc.test/", "http://a.example:3128"},
		{mac, "https://svc.test/", "socks5://s.example:1080"},
		{mac, "https://printer.local/", ""},
		{systemSettings{}, "https://svc.test/", ""},
	} {
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.settings.proxyFor(u)
		text := ""
		if got != nil {
			text = got.String()
		}
		if err != nil || text != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.url, text, c.want, err)
		}
	}
	if mac.Script != "http://a.example/proxy.pac" {
		t.Errorf("script %q", mac.Script)
	}
}
