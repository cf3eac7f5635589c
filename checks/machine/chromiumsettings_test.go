package machine

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var service = Sites{Pages: []string{"https://app.meiqia.com/chat"}, Requests: []string{"https://app.meiqia.com/", "https://new-api.meiqia.com/", "wss://push.meiqia.com/"}}

var today = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// told writes settings shortly: "what effect whose by host key".
func told(list []Setting) string {
	var out []string
	for _, s := range list {
		text := strings.TrimRight(strings.Join([]string{s.What, s.Effect, s.Whose, s.By, s.Host}, " "), " ")
		if s.Value != "" {
			text += "=" + s.Value
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

func exceptions(kind, lines string) string {
	return fmt.Sprintf(`{"profile":{"content_settings":{"exceptions":{"has_migrated_local_network_access":true,"%s":{%s}}}}}`, kind, lines)
}

func chromium(t testing.TB, prefs string, policies []Policy, sites Sites) []Setting {
	t.Helper()
	p, err := readPrefs([]byte(prefs))
	if err != nil {
		t.Fatal(err)
	}
	return chromiumSettings(p, nil, policies, sites, today, false)
}

func TestChromiumSettings(t *testing.T) {
	plain := Sites{Pages: []string{"http://desk.example/chat"}, Requests: []string{"http://10.0.0.5:8080/"}}
	for _, c := range []struct {
		name, prefs string
		sites       Sites
		want        string
	}{
		{"nothing set", `{"profile":{"content_settings":{"exceptions":{"javascript":{},"has_migrated_local_network_access":true}},"default_content_setting_values":{"has_migrated_local_network_access":true}}}`, service, ""},
		{"JavaScript off for the host", exceptions("javascript", `"https://app.meiqia.com:443,*":{"setting":2,"last_modified":"13439897078542357"}`), service, "javascript block service user https://app.meiqia.com:443,*"},
		{"on another port", exceptions("javascript", `"https://app.meiqia.com:8443,*":{"setting":2}`), service, ""},
		{"off for the domain", exceptions("javascript", `"[*.]meiqia.com,*":{"setting":2}`), service, "javascript block service user [*.]meiqia.com,*"},
		{"off for the domain, on for the host", exceptions("javascript", `"[*.]meiqia.com,*":{"setting":2},"https://app.meiqia.com:443,*":{"setting":1}`), service, ""},
		{"off for all", `{"profile":{"default_content_setting_values":{"javascript":2}}}`, service, "javascript block all user"},
		{"off for all, on for the host", `{"profile":{"default_content_setting_values":{"javascript":2},"content_settings":{"exceptions":{"javascript":{"[*.]meiqia.com,*":{"setting":1}}}}}}`, service, ""},
		{"an expired exception", exceptions("javascript", `"https://app.meiqia.com:443,*":{"setting":2,"expiration":"13300000000000000"}`), service, ""},
		{"another site", exceptions("javascript", `"https://other.example:443,*":{"setting":2}`), service, ""},
		{"another site, where nothing is known", exceptions("javascript", `"https://other.example:443,*":{"setting":2}`), Sites{Pages: service.Pages, Others: true}, "javascript block other user https://other.example:443,*"},
		{"a site that the evidence names", exceptions("javascript", `"https://desk.corp.example:8443,*":{"setting":2}`), Sites{Pages: service.Pages, Mine: func(h string) bool { return h == "desk.corp.example" }}, "javascript block service user https://desk.corp.example:8443,*"},
		{"cookies of the API in the page", exceptions("cookies", `"https://new-api.meiqia.com:443,https://app.meiqia.com:443":{"setting":2}`), service, "cookies block service user https://new-api.meiqia.com:443,https://app.meiqia.com:443"},
		{"cookies of the API in another page", exceptions("cookies", `"https://new-api.meiqia.com:443,https://www.example:443":{"setting":2}`), service, ""},
		{"cookies for the session", exceptions("cookies", `"[*.]meiqia.com,*":{"setting":4}`), service, ""},
		{"harmless blocks are told", exceptions("popups", `"https://app.meiqia.com:443,*":{"setting":2}`), service, "popups block service user https://app.meiqia.com:443,*"},
		{"third-party cookies", `{"profile":{"cookie_controls_mode":1}}`, service, "third-party-cookies block all user"},
		{"third-party cookies in private windows", `{"profile":{"cookie_controls_mode":2,"block_third_party_cookies":false}}`, service, ""},
		{"a switch of an odd type", `{"profile":{"cookie_controls_mode":"1","block_third_party_cookies":1,"default_content_setting_values":[2]}}`, service, ""},
		{"https only, page with https", `{"https_only_mode_enabled":true}`, service, ""},
		{"https only, page without", `{"https_only_mode_enabled":true}`, plain, "https-only force all user"},
		{"local network, where the service is", exceptions("local_network_access", `"http://desk.example:80,*":{"setting":2}`), plain, "local-network block service user http://desk.example:80,*"},
		{"a fixed proxy with a name and password", `{"proxy":{"mode":"fixed_servers","server":"http=a:1;https=user:secret@127.0.0.1:7890"}}`, service, "proxy fixed all user=127.0.0.1:7890"},
		{"a proxy that the service goes past", `{"proxy":{"mode":"fixed_servers","server":"p:1","bypass_list":"*.meiqia.com;<local>"}}`, service, ""},
		{"a script", `{"proxy":{"mode":"pac_script","pac_url":"http://u:p@wpad.example/p.pac?key=secret"}}`, service, "proxy pac all user=http://wpad.example/p.pac"},
		{"the system's proxy", `{"proxy":{"mode":"system"}}`, service, ""},
		{"an extension's proxy", `{"extensions":{"settings":{"xyz":{"disable_reasons":[],"preferences":{"proxy":{"mode":"fixed_servers","server":"127.0.0.1:1080"}}}}}}`, service, "proxy fixed all extension=127.0.0.1:1080"},
		{"a disabled extension's proxy", `{"extensions":{"settings":{"xyz":{"disable_reasons":[1],"preferences":{"proxy":{"mode":"fixed_servers","server":"127.0.0.1:1080"}}}}}}`, service, ""},
		{"an extension's block", `{"extensions":{"settings":{"xyz":{"disable_reasons":[],"content_settings":[{"primaryPattern":"https://*.meiqia.com/*","type":"javascript","setting":"block"},{"primaryPattern":"[*.]meiqia.com","type":"javascript","setting":"block"}]}}}}`, service, "javascript block service extension [*.]meiqia.com"},
		{"tracking prevention, strict", `{"enhanced_tracking_prevention":{"user_pref":3}}`, service, "tracking-protection strict all user"},
	} {
		if got := told(chromium(t, c.prefs, nil, c.sites)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	s := chromium(t, exceptions("javascript", `"https://app.meiqia.com:443,*":{"setting":2,"last_modified":"13439897078542357"}`), nil, service)[0]
	if s.Since.Format(time.RFC3339) != "2026-11-23T08:44:38Z" || s.Key != "profile.content_settings.exceptions.javascript" || s.Place != "Preferences" || s.Undo != "chromium-site" {
		t.Errorf("%+v", s)
	}
	if s := chromium(t, exceptions("local_network", `"http://desk.example:80,*":{"setting":2}`), nil, plain)[0]; !s.Needed {
		t.Errorf("the service is inside the local network: %+v", s)
	}
}

func policy(name string, v any) Policy {
	return Policy{Name: name, Value: v, Mandatory: true, Place: "/etc/chromium/policies/managed/x.json"}
}

func TestPolicies(t *testing.T) {
	list := func(s ...any) []any { return s }
	jsOn := `{"profile":{"content_settings":{"exceptions":{"javascript":{"https://app.meiqia.com:443,*":{"setting":1}}}}}}`
	for _, c := range []struct {
		name, prefs string
		policies    []Policy
		want        string
	}{
		{"a site barred over the person's exception", jsOn, []Policy{policy("JavaScriptBlockedForUrls", list("https://app.meiqia.com"))}, "javascript block service policy https://app.meiqia.com"},
		{"all barred over the person's exception", jsOn, []Policy{policy("DefaultJavaScriptSetting", 2.0)}, "javascript block all policy"},
		{"all barred, one allowed", `{}`, []Policy{policy("DefaultJavaScriptSetting", 2.0), policy("JavaScriptAllowedForUrls", list("[*.]meiqia.com"))}, ""},
		{"a recommendation that the person overrode", `{"profile":{"default_content_setting_values":{"javascript":1}}}`, []Policy{{Name: "DefaultJavaScriptSetting", Value: 2.0, Place: "x"}}, ""},
		{"a recommendation", `{}`, []Policy{{Name: "DefaultJavaScriptSetting", Value: 2.0, Place: "x"}}, "javascript block all policy-recommended"},
		{"of old builds", `{}`, []Policy{policy("JavaScriptEnabled", false)}, "javascript block all policy"},
		{"third-party cookies allowed over the person", `{"profile":{"cookie_controls_mode":1}}`, []Policy{policy("BlockThirdPartyCookies", false)}, ""},
		{"third-party cookies, as the registry has it", `{}`, []Policy{policy("BlockThirdPartyCookies", 1.0)}, "third-party-cookies block all policy"},
		{"a proxy", `{}`, []Policy{policy("ProxyMode", "fixed_servers"), policy("ProxyServer", "proxy.corp.example:3128")}, "proxy fixed all policy=proxy.corp.example:3128"},
		{"a proxy, one dictionary, as text", `{}`, []Policy{policy("ProxySettings", `{"ProxyMode":"pac_script","ProxyPacUrl":"http://wpad/x.pac"}`)}, "proxy pac all policy=http://wpad/x.pac"},
		{"no proxy", `{"proxy":{"mode":"fixed_servers","server":"p:1"}}`, []Policy{policy("ProxyMode", "direct")}, ""},
		{"the page barred", `{}`, []Policy{policy("URLBlocklist", list("*")), policy("URLAllowlist", list("example.com"))}, "site block service policy *"},
		{"the page barred, and allowed", `{}`, []Policy{policy("URLBlocklist", list("*", "meiqia.com")), policy("URLAllowlist", list("app.meiqia.com"))}, ""},
		{"another page barred", `{}`, []Policy{policy("URLBlocklist", list(".meiqia.com", "app.meiqia.com:8443", "http://app.meiqia.com", "app.meiqia.com/admin"))}, ""},
		{"insecure content, as browsers do by themselves", `{}`, []Policy{policy("DefaultInsecureContentSetting", 2.0)}, ""},
		{"a list that is none", `{}`, []Policy{policy("JavaScriptBlockedForUrls", "junk"), policy("URLBlocklist", 7.0), policy("ProxySettings", true)}, ""},
		{"secure DNS", `{}`, []Policy{policy("DnsOverHttpsMode", "secure")}, "doh secure all policy"},
	} {
		if got := told(chromium(t, c.prefs, c.policies, service)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPoliciesOfEachSystem(t *testing.T) {
	linux := env("linux", "/home/ann", files(
		"etc/chromium/policies/managed/10-a.json", `{"JavaScriptBlockedForUrls":["https://app.meiqia.com"],"Other":1}`,
		"etc/chromium/policies/managed/20-b.json", "\ufeff"+`{"JavaScriptBlockedForUrls":[]}`,
		"etc/chromium/policies/managed/30-broken.json", `{"Other":`,
		"etc/chromium/policies/managed/readme.txt", `{}`,
		"etc/chromium/policies/recommended/x.json", `{"DefaultCookiesSetting":2}`,
	))
	got := linux.policies(productOf(t, "chromium"))
	if p := policyNamed(got, "JavaScriptBlockedForUrls"); p == nil || len(p.list()) != 0 || !p.Mandatory {
		t.Errorf("a later file stands over an earlier one: %+v", got)
	}
	if p := policyNamed(got, "DefaultCookiesSetting"); p == nil || p.Mandatory || p.Place != "/etc/chromium/policies/recommended/x.json" {
		t.Errorf("%+v", got)
	}

	windows := env("windows", `C:\Users\ann`, files())
	windows.Registry = regExport(t, utf16le(`Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Google\Chrome]
"DefaultCookiesSetting"=dword:00000002

[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Google\Chrome\JavaScriptBlockedForUrls]
"1"="https://app.meiqia.com"
"2"="[*.]例え.example"

[HKEY_CURRENT_USER\SOFTWARE\Policies\Google\Chrome\Recommended]
"DefaultPopupsSetting"=dword:00000002

[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Mozilla\Firefox\Proxy]
"Mode"="manual"
"SSLProxy"="proxy.corp.example:3128"

[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Mozilla\Firefox\Cookies\Block]
"1"="https://app.meiqia.com"
`))
	if got := told(chromium(t, `{}`, windows.policies(productOf(t, "chrome")), service)); got != "javascript block service policy https://app.meiqia.com; cookies block all policy; popups block all policy-recommended" {
		t.Error(got)
	}
	if got := told(firefoxSettings(nil, nil, windows.policies(productOf(t, "firefox")), service, today)); got != "cookies block service policy app.meiqia.com; proxy fixed all policy=proxy.corp.example:3128" {
		t.Error(got)
	}

	mac := env("darwin", "/Users/ann", files("Library/Managed Preferences/ann/com.google.Chrome.plist",
		`<?xml version="1.0"?><plist><dict><key>DefaultJavaScriptSetting</key><integer>2</integer><key>JavaScriptAllowedForUrls</key><array><string>https://other.example</string></array></dict></plist>`))
	if got := told(chromium(t, `{}`, mac.policies(productOf(t, "chrome")), service)); got != "javascript block all policy" {
		t.Error(got)
	}
}

func productOf(t testing.TB, id string) product {
	t.Helper()
	for _, p := range catalogue {
		if p.id == id {
			return p
		}
	}
	t.Fatalf("no product %s", id)
	return product{}
}

func FuzzChromiumSettings(f *testing.F) {
	f.Add([]byte(exceptions("javascript", `"https://app.meiqia.com:443,*":{"setting":2,"last_modified":"1"}`)), []byte(`{"DefaultJavaScriptSetting":2}`))
	f.Add([]byte(`{"proxy":{"mode":"fixed_servers","server":"a=b;@"},"profile":{"default_content_setting_values":{"javascript":2}}}`), []byte(`{"URLBlocklist":["*"],"ProxySettings":{}}`))
	f.Add([]byte("{\"profile\":{\"content_settings\":{\"exceptions\":{\"javascript\":true,\"cookies\":{\"\xff\":{\"setting\":2}}}}}}"), []byte(`[]`))
	f.Fuzz(func(t *testing.T, data, managed []byte) {
		e := env("linux", "/h", files("etc/chromium/policies/managed/x.json", string(managed)))
		p, err := readPrefs(data)
		if err != nil {
			return
		}
		for _, s := range chromiumSettings(p, data, e.policies(productOf(t, "chromium")), service, today, true) {
			if s.What == "" || s.Whose == "" || s.By == "" || s.Effect == "" || s.Undo == "" {
				t.Errorf("%+v", s)
			}
		}
		p.engaged(parseAll(desk))
	})
}
