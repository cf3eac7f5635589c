package machine

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const chromiumPrefs = `{"extensions":{"settings":{
 "aaa":{"disable_reasons":[],"location":1,"path":"aaa/1.2_0","manifest":{"name":"__MSG_extName__","default_locale":"zh_CN","version":"1.2","manifest_version":3},
   "active_permissions":{"api":["declarativeNetRequest","storage",{"fileSystem":["write"]}],"explicit_host":["https://*.meiqia.com/*"],"scriptable_host":["*://app.meiqia.com/*"]}},
 "bbb":{"disable_reasons":[1],"location":1,"manifest":{"name":"Off","version":"1"},"active_permissions":{}},
 "ccc":{"state":1,"disable_reasons":0,"location":1,"manifest":{"name":"Old","version":"3","manifest_version":2,"permissions":["webRequest","webRequestBlocking","https://example.com/*"],
   "content_scripts":[{"matches":["<all_urls>"]},"junk"]}},
 "ddd":{"disable_reasons":[],"location":5,"manifest":{"name":"Component","version":"1"}},
 "eee":{"disable_reasons":[],"location":1,"manifest":{"name":"On click","version":"1","manifest_version":3},"withholding_permissions":true,
   "active_permissions":{"api":["scripting"],"explicit_host":["<all_urls>"]},"runtime_granted_permissions":{"explicit_host":["https://one.example/*"]}},
 "fff":{"disable_reasons":[],"location":1,"path":"fff/1_0"},
 "ggg":"junk",
 "hhh":{"disable_reasons":[],"location":1,"manifest":{"name":"Dark","version":"1","theme":{"colors":{}}}},
 "iii":{"disable_reasons":{"odd":1},"location":"odd","path":7,"manifest":{"name":["odd"],"version":2},"active_permissions":{"api":"odd"}},
 "jjj":{"state":0,"location":1,"manifest":{"name":"Off as of old","version":"1"}},
 "kkk":{"disable_reasons":[],"location":1,"path":"..\\..\\..\\etc","manifest":{"name":"__MSG_x__","default_locale":"../../x","version":"1"}}
}}}`

func find(t *testing.T, list []Extension, id string) Extension {
	t.Helper()
	for _, e := range list {
		if e.ID == id {
			return e
		}
	}
	t.Fatalf("no %s in %+v", id, list)
	return Extension{}
}

func TestChromiumExtensions(t *testing.T) {
	root := files("Preferences", `{"profile":{}}`, "Secure Preferences", "\ufeff"+chromiumPrefs,
		"Extensions/aaa/1.2_0/_locales/zh_CN/messages.json", `{"ExtName":{"message":"广告拦截"}}`)
	list, err := extensions(root, func(string) fs.FS { return files() })
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	if got := strings.Join(ids, " "); got != "aaa ccc eee iii kkk" {
		t.Errorf("enabled: %s", got)
	}
	a := find(t, list, "aaa")
	if a.Name != "广告拦截" || a.Version != "1.2" || a.Manifest != 3 || a.Origin != "store" || !a.Has("fileSystem") || a.Dir != "Extensions/aaa/1.2_0" {
		t.Errorf("%+v", a)
	}
	if !a.CanTouch("anything.example") {
		t.Error("declarativeNetRequest reaches every host with no host permission")
	}
	c := find(t, list, "ccc")
	if !slices.Equal(c.Hosts, []string{"https://example.com/*"}) || !c.CanTouch("app.meiqia.com") {
		t.Errorf("%+v", c)
	}
	e := find(t, list, "eee")
	if !e.Withheld || e.CanTouch("app.meiqia.com") || !e.CanTouch("one.example") {
		t.Errorf("%+v", e)
	}
	if k := find(t, list, "kkk"); k.Name != "kkk" || k.Dir != "" {
		t.Errorf("a path that climbs out of the profile is not followed: %+v", k)
	}
}

func TestUnpackedExtension(t *testing.T) {
	profile, ext := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(profile, "Preferences"), `{"extensions":{"settings":{"uuu":{"location":4,"path":`+jsonString(ext)+`,"disable_reasons":[]}}}}`)
	write(filepath.Join(ext, "manifest.json"), `{"manifest_version":3,"name":"__MSG_n__","default_locale":"en","version":"0.1","permissions":["webRequest"],"host_permissions":["https://app.meiqia.com:8443/*"],"content_scripts":[{"matches":["https://chat.meiqia.com/*"]}]}`)
	write(filepath.Join(ext, "_locales/en/messages.json"), `{"n":{"message":"Mine"}}`)
	list, err := Extensions(profile)
	if err != nil {
		t.Fatal(err)
	}
	u := find(t, list, "uuu")
	if u.Name != "Mine" || u.Origin != "unpacked" || u.Dir != ext || !u.CanTouch("app.meiqia.com:8443") || u.CanTouch("app.meiqia.com:443") || !u.CanTouch("chat.meiqia.com") {
		t.Errorf("%+v", u)
	}
}

func jsonString(s string) string { return `"` + strings.ReplaceAll(s, `\`, `\\`) + `"` }

func TestFirefoxExtensions(t *testing.T) {
	root := files("extensions.json", `{"schemaVersion":36,"addons":[
	 {"id":"blocker@x","type":"extension","location":"app-profile","active":true,"version":"1.60","defaultLocale":{"name":"Blocker"},"userPermissions":{"permissions":["webRequest","webRequestBlocking"],"origins":["<all_urls>"]}},
	 {"id":"off@x","type":"extension","location":"app-profile","active":false},
	 {"id":"formautofill@mozilla.org","type":"extension","location":"app-builtin-addons","active":true,"userPermissions":{"permissions":["webRequestBlocking"],"origins":["<all_urls>"]}},
	 {"id":"fix@mozilla.org","type":"extension","location":"app-system-defaults","active":true},
	 {"id":"theme@x","type":"theme","location":"app-profile","active":true},
	 {"id":"mv3@x","type":"extension","location":"app-profile","active":true,"manifestVersion":3,"userPermissions":null},
	 {"id":"company@x","type":"extension","location":"app-system-share","active":true,"version":"2"},
	 7, null]}`,
		"extension-preferences.json", `{"mv3@x":{"permissions":["scripting"],"origins":["*://*.meiqia.com/*"]}}`)
	list, err := extensions(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 {
		t.Errorf("%+v", list)
	}
	b := find(t, list, "blocker@x")
	if b.Name != "Blocker" || b.Family != Firefox || !b.CanTouch("app.meiqia.com") {
		t.Errorf("%+v", b)
	}
	if m := find(t, list, "mv3@x"); !m.CanTouch("app.meiqia.com") || m.CanTouch("other.example") || m.Manifest != 3 {
		t.Errorf("%+v", m)
	}
	if c := find(t, list, "company@x"); c.Origin != "system" || c.CanTouch("app.meiqia.com") {
		t.Errorf("%+v", c)
	}
}

func TestExtensionsOfNoProfile(t *testing.T) {
	if _, err := Extensions(t.TempDir()); err == nil {
		t.Error("an empty folder is no profile")
	}
	for name, root := range map[string]fstest.MapFS{
		"broken chromium": files("Preferences", `{"extensions":{"settings":`),
		"broken firefox":  files("extensions.json", `[1,2]`),
		"other json":      files("extensions.json", `{"a":1}`),
	} {
		if list, err := extensions(root, nil); err == nil {
			t.Errorf("%s: %v", name, list)
		}
	}
	if list, err := extensions(files("Preferences", `{}`), nil); err != nil || len(list) != 0 {
		t.Errorf("a profile without extensions: %v %v", list, err)
	}
	// One broken file beside a good one.
	if list, err := extensions(files("Preferences", `{`, "Secure Preferences", chromiumPrefs), func(string) fs.FS { return files() }); err != nil || len(list) == 0 {
		t.Errorf("%v %v", list, err)
	}
}

func TestMatchPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, host string
		want          bool
	}{
		{"<all_urls>", "app.meiqia.com", true},
		{"*://*/*", "app.meiqia.com", true},
		{"https://*.meiqia.com/*", "app.meiqia.com", true},
		{"https://*.meiqia.com/*", "meiqia.com", true},
		{"https://*.meiqia.com/*", "notmeiqia.com", false},
		{"https://*.meiqia.com/*", "meiqia.com.evil.example", false},
		{"wss://eco-push-api-agent.meiqia.com/*", "ECO-push-api-agent.meiqia.com", true},
		{"https://app.meiqia.com:8443/chat/*", "app.meiqia.com:8443", true},
		{"https://app.meiqia.com:8443/chat/*", "app.meiqia.com:443", false},
		{"https://app.meiqia.com:8443/*", "app.meiqia.com", true},
		{"https://app.meiqia.com:*/*", "app.meiqia.com:1", true},
		{"http://[::1]:80/*", "[::1]:80", true},
		{"file:///*", "app.meiqia.com", false},
		{"chrome://favicon/*", "favicon", false},
		{"storage", "storage", false},
		{"", "app.meiqia.com", false},
		{"*://*/*", "", false},
	} {
		if got := patternCovers(c.pattern, c.host); got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.host, got)
		}
	}
}

func FuzzExtensions(f *testing.F) {
	f.Add([]byte(chromiumPrefs))
	f.Add([]byte(`{"addons":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		root := fstest.MapFS{"Preferences": {Data: data}, "extensions.json": {Data: data}}
		list, _ := extensions(root, func(string) fs.FS { return files() })
		for _, e := range list {
			e.CanTouch("app.meiqia.com")
		}
	})
}

func TestTooManyExtensions(t *testing.T) {
	var b strings.Builder
	for i := range maxExtensions + 1 {
		fmt.Fprintf(&b, `,"x%d":{}`, i)
	}
	root := fstest.MapFS{"Preferences": {Data: []byte(`{"extensions":{"settings":{` + b.String()[1:] + `}}}`)}}
	if list, err := extensions(root, nowhere); err == nil {
		t.Errorf("%d extensions were listed", len(list))
	}
}
