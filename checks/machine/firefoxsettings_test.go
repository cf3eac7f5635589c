package machine

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func firefoxTold(t testing.TB, prefs string, perms []permission, policies []Policy, sites Sites) string {
	t.Helper()
	f := firefoxPrefs{}
	f.parse(prefs, "user", "prefs.js", "user_pref")
	return told(firefoxSettings(f, perms, policies, sites, today))
}

func TestFirefoxSettings(t *testing.T) {
	deny := func(origin, kind string) permission { return permission{origin: origin, kind: kind, value: 2} }
	allow := permission{origin: "https://app.meiqia.com", kind: "cookie", value: 1}
	past := permission{origin: "https://app.meiqia.com", kind: "cookie", value: 2, expireType: 2, expire: today.Add(-time.Hour)}
	noCookies := "user_pref(\"network.cookie.cookieBehavior\", 2);\n"
	for _, c := range []struct {
		name, prefs string
		perms       []permission
		policies    []Policy
		want        string
	}{
		{"nothing", "// Mozilla\n", nil, nil, ""},
		{"as it comes", "user_pref(\"network.cookie.cookieBehavior\", 5);\nuser_pref(\"javascript.enabled\", true);\n", nil, nil, ""},
		{"JavaScript off", "user_pref(\"javascript.enabled\", false);\r\n", nil, nil, "javascript block all user"},
		{"a text with brackets before it", "user_pref(\"x\", \"a);(\\\"b\");\nuser_pref(\"javascript.enabled\", false);", nil, nil, "javascript block all user"},
		{"a comment", "// user_pref(\"javascript.enabled\", false);\n#user_pref(\"javascript.enabled\", false);", nil, nil, ""},
		{"no cookies", noCookies, nil, nil, "cookies block all user"},
		{"no cookies, but the service's", noCookies, []permission{allow}, nil, ""},
		{"no cookies, but another container's", noCookies, []permission{{origin: "https://app.meiqia.com^userContextId=2", kind: "cookie", value: 1}}, nil, ""},
		{"cookies denied to the service", "", []permission{deny("https://app.meiqia.com", "cookie")}, nil, "cookies block service user https://app.meiqia.com"},
		{"to the same host without https", "", []permission{deny("http://app.meiqia.com", "cookie")}, nil, ""},
		{"to a name below", "", []permission{deny("https://x.app.meiqia.com", "cookie")}, nil, ""},
		{"a denial that has ended", "", []permission{past}, nil, ""},
		{"harmless denials", "", []permission{deny("https://app.meiqia.com", "desktop-notification"), deny("https://app.meiqia.com", "popup"), deny("https://app.meiqia.com", "geo")}, nil,
			"popups block service user https://app.meiqia.com; notifications block service user https://app.meiqia.com"},
		{"storage", "user_pref(\"dom.storage.enabled\", false);\nuser_pref(\"dom.indexedDB.enabled\", false);", nil, nil, "storage block all user"},
		{"a proxy", "user_pref(\"network.proxy.type\", 1);\nuser_pref(\"network.proxy.http\", \"127.0.0.1\");\nuser_pref(\"network.proxy.http_port\", 7890);", nil, nil, "proxy fixed all user=127.0.0.1:7890"},
		{"a proxy that is off", "user_pref(\"network.proxy.type\", 0);\nuser_pref(\"network.proxy.http\", \"127.0.0.1\");", nil, nil, ""},
		{"a proxy that the service goes past", "user_pref(\"network.proxy.type\", 1);\nuser_pref(\"network.proxy.ssl\", \"p\");\nuser_pref(\"network.proxy.no_proxies_on\", \"localhost, .meiqia.com\");", nil, nil, ""},
		{"a script", "user_pref(\"network.proxy.type\", 2);\nuser_pref(\"network.proxy.autoconfig_url\", \"http://u:p@wpad/x.pac?k=v\");", nil, nil, "proxy pac all user=http://wpad/x.pac"},
		{"secure DNS alone", "user_pref(\"network.trr.mode\", 3);\nuser_pref(\"network.trr.uri\", \"https://dns.example/dns-query\");", nil, nil, "doh secure all user=https://dns.example/dns-query"},
		{"strict tracking protection", "user_pref(\"browser.contentblocking.category\", \"strict\");", nil, nil, "tracking-protection strict all user"},
		{"a policy bars cookies", "", nil, []Policy{policy("Cookies", map[string]any{"Behavior": "reject"})}, "cookies block all policy"},
		{"a policy bars cookies, but the service's", "", nil, []Policy{policy("Cookies", map[string]any{"Behavior": "reject", "Allow": []any{"https://app.meiqia.com"}})}, ""},
		{"a policy bars the page", "", nil, []Policy{policy("WebsiteFilter", map[string]any{"Block": []any{"<all_urls>"}, "Exceptions": []any{"https://example.com/*"}})}, "site block service policy <all_urls>"},
		{"a policy bars all pages but the service's", "", nil, []Policy{policy("WebsiteFilter", map[string]any{"Block": []any{"<all_urls>"}, "Exceptions": []any{"https://*.meiqia.com/*"}})}, ""},
	} {
		if got := firefoxTold(t, c.prefs, c.perms, c.policies, service); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFirefoxLayers(t *testing.T) {
	shifted := []byte("// the first line\nlockPref('javascript.enabled', false);\n")
	for i := range shifted {
		shifted[i] += 13
	}
	root := files(
		"usr/lib/firefox-esr/application.ini", "[App]\nVersion=153.7.0\n",
		"usr/lib/firefox-esr/defaults/pref/autoconfig.js", "pref(\"general.config.filename\", \"corp.cfg\");\n",
		"usr/lib/firefox-esr/corp.cfg", string(shifted),
		"home/ann/p/prefs.js", "user_pref(\"javascript.enabled\", true);\nuser_pref(\"dom.storage.enabled\", true);\nuser_pref(\"network.trr.mode\", 2);\n",
		"home/ann/p/user.js", "user_pref(\"dom.storage.enabled\", false);\n",
		"etc/firefox/policies/policies.json", `{"policies":{"Preferences":{"network.trr.mode":{"Value":3,"Status":"locked"}}}}`,
		"usr/lib/firefox-esr/distribution/policies.json", `{"policies":{"Cookies":{"Behavior":"reject"}}}`,
	)
	got := env("linux", "/home/ann", root).Settings(t.Context(), Browser{ID: "firefox", Family: Firefox}, Profile{Dir: "/home/ann/p"}, service)
	if told(got) != "javascript block all autoconfig; storage block all user; doh secure all policy" {
		t.Fatal(told(got))
	}
	if got[0].Place != "/usr/lib/firefox-esr/corp.cfg" || got[0].Undo != "policy" || got[1].Place != "user.js" || got[1].Undo != "firefox-userjs" {
		t.Errorf("%+v", got)
	}
	// The same unmasked, and a name that leads away.
	root["usr/lib/firefox-esr/defaults/pref/autoconfig.js"] = &fstest.MapFile{Data: []byte("pref('general.config.filename', 'corp.cfg');\npref('general.config.obscure_value', 0);\n")}
	root["usr/lib/firefox-esr/corp.cfg"] = &fstest.MapFile{Data: []byte("lockPref('dom.storage.enabled', true); // never read\nlockPref('javascript.enabled', false);\n")}
	e := env("linux", "/home/ann", root)
	if p := e.firefoxPrefsOf("/home/ann/p", []string{"/usr/lib/firefox-esr"}, nil); p["javascript.enabled"].value != false || p["dom.storage.enabled"].value != false {
		t.Errorf("%+v", p)
	}
	root["usr/lib/firefox-esr/defaults/pref/autoconfig.js"] = &fstest.MapFile{Data: []byte("pref('general.config.filename', '../../../home/ann/p/prefs.js');\n")}
	if p := e.firefoxPrefsOf("/home/ann/p", []string{"/usr/lib/firefox-esr"}, nil); p["javascript.enabled"].by != "user" {
		t.Errorf("%+v", p)
	}
}

// permissionStore makes a store as Firefox does, the last lines of it in the log beside it.
func permissionStore(t testing.TB, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "permissions.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	for _, q := range []string{"PRAGMA journal_mode=WAL", "PRAGMA locking_mode=EXCLUSIVE",
		"CREATE TABLE moz_perms (id INTEGER PRIMARY KEY, origin TEXT, type TEXT, permission INTEGER, expireType INTEGER, expireTime INTEGER, modificationTime INTEGER)",
		"INSERT INTO moz_perms VALUES (1, 'https://app.meiqia.com', 'cookie', 2, 0, 0, 1763712061000), (2, NULL, 'cookie', 'junk', 0, 0, 0), (3, 'https://x.example', 'popup', 1, 0, 0, -1)"} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func TestFirefoxPermissionsWhileLocked(t *testing.T) {
	dir := t.TempDir()
	permissionStore(t, dir)
	wal, err := os.Stat(filepath.Join(dir, "permissions.sqlite-wal"))
	if err != nil || wal.Size() == 0 {
		t.Fatalf("the lines are not in the log: %v", err)
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	perms, err := firefoxPermissions(t.Context(), os.DirFS(dir), ".")
	if err != nil || len(perms) < 2 {
		t.Fatalf("%+v, %v", perms, err)
	}
	if p := perms[0]; p.origin != "https://app.meiqia.com" || p.value != 2 || p.modified.Year() != 2025 {
		t.Errorf("%+v", p)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("the copy is still there: %v, %v", left, err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 2 {
		t.Errorf("the profile was written to: %v, %v", list, err)
	}
}

func TestBrokenPermissions(t *testing.T) {
	view := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(view, "permissions.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE VIEW moz_perms AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT zeroblob(1000000000) AS origin, 'cookie' AS type, 2 AS permission, 0 AS expireType, 0 AS expireTime, 0 AS modificationTime FROM r"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	start := time.Now()
	if perms, err := firefoxPermissions(t.Context(), os.DirFS(view), "."); len(perms) > 0 || time.Since(start) > 3*time.Second {
		t.Errorf("a view that never ends: %d, %v, %v", len(perms), err, time.Since(start))
	}
	for name, root := range map[string]fs.FS{
		"no store":   files("prefs.js", ""),
		"empty":      files("permissions.sqlite", ""),
		"no base":    files("permissions.sqlite", "not a database, and long enough to be one if it were: "+strings.Repeat("x", 4096)),
		"cut off":    files("permissions.sqlite", "SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20"),
		"broken log": files("permissions.sqlite", "", "permissions.sqlite-wal", "junk"),
	} {
		if perms, err := firefoxPermissions(t.Context(), root, "."); len(perms) != 0 || name == "no store" && err != nil {
			t.Errorf("%s: %v, %v", name, perms, err)
		}
	}
}

func FuzzFirefoxPrefs(f *testing.F) {
	f.Add("user_pref(\"javascript.enabled\", false);\n", "lockPref('a', 1);")
	f.Add("user_pref(\"a\", \"\\u00e9)\");\r\nuser_pref();user_pref(,);", "pref(\"general.config.filename\", \"x\");")
	f.Fuzz(func(t *testing.T, prefs, config string) {
		p := firefoxPrefs{}
		p.parse(prefs, "user", "prefs.js", "user_pref")
		p.parse(config, "autoconfig", "x.cfg", "lockPref", "pref", "defaultPref")
		firefoxSettings(p, nil, nil, service, today)
	})
}
