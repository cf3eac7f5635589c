package machine

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func env(goos, home string, root fs.FS, vars ...string) Env {
	return Env{GOOS: goos, Home: home, Root: root, Getenv: func(k string) string {
		for i := 0; i+1 < len(vars); i += 2 {
			if vars[i] == k {
				return vars[i+1]
			}
		}
		return ""
	}}
}

func byID(t *testing.T, list []Browser, id string) Browser {
	t.Helper()
	for _, b := range list {
		if b.ID == id {
			return b
		}
	}
	t.Fatalf("no %s in %+v", id, list)
	return Browser{}
}

// desk is the page of the profile's service.
var desk = []string{"https://app.meiqia.com/chat"}

func link(m fstest.MapFS, name, target string) {
	m[name] = &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777}
}

const firefoxINI = `[Install4F96D1932A9F858E]
Default=abc.default-release
Locked=1

[Profile1]
Name=default
IsRelative=1
Path=old.default
Default=1

[Profile0]
Name=default-release
IsRelative=1
Path=abc.default-release
`

func TestBrowsersOnLinux(t *testing.T) {
	root := files(
		"var/lib/dpkg/status", "Package: libc6\nStatus: install ok installed\nVersion: 2.36-9\n\nPackage: chromium\nStatus: install ok installed\nSection: web\nVersion: 148.0.7778.167-1~deb12u1\n\n"+
			"Package: firefox-esr\nStatus: deinstall ok config-files\nVersion: 1.0-1\n",
		"home/ann/.config/chromium/Last Version", "147.0.7700.1",
		"home/ann/.config/chromium/Local State", `{"profile":{"info_cache":{"Default":{"name":"Ann"},"Profile 2":{},"Gone":{},"../evil":{}},"last_used":"Profile 2"}}`,
		"home/ann/.config/chromium/Default/Preferences", "{}",
		"home/ann/.config/chromium/Profile 2/Preferences", "{}",
		"home/ann/.config/evil/x", "",
		"proc/4242/cmdline", "/usr/lib/chromium/chromium\x00--flag",
		"usr/lib/firefox-esr/application.ini", "[App]\nVendor=Mozilla\nVersion=153.7.0\n",
		"home/ann/.config/mozilla/firefox/profiles.ini", firefoxINI,
		"home/ann/.config/mozilla/firefox/abc.default-release/compatibility.ini", "[Compatibility]\nLastVersion=153.6.0_20261101/20261101\n",
		"home/ann/.config/mozilla/firefox/old.default/times.json", "{}",
		"home/ann/.config/mimeapps.list", "[Default Applications]\nx-scheme-handler/https=firefox-esr.desktop;chromium.desktop\n",
		"home/ann/.config/microsoft-edge/Default/Preferences", "{}",
		"proc/77/cmdline", "/usr/bin/vim\x00",
	)
	link(root, "home/ann/.config/chromium/SingletonLock", "desk-4242")
	link(root, "home/ann/.config/mozilla/firefox/abc.default-release/lock", "127.0.0.1:+77")
	list := env("linux", "/home/ann", root).Browsers(t.Context(), desk)

	c := byID(t, list, "chromium")
	if c.Version != "148.0.7778.167" || c.VersionFrom != "package" || c.LastRun != "147.0.7700.1" || c.Running != Yes || c.Default != No {
		t.Errorf("%+v", c)
	}
	if len(c.Profiles) != 2 || c.Profiles[0].Last || !c.Profiles[1].Last || c.Profiles[1].Dir != "/home/ann/.config/chromium/Profile 2" {
		t.Errorf("profiles %+v: only folders that exist, and none outside", c.Profiles)
	}
	f := byID(t, list, "firefox")
	if f.Version != "153.7.0" || f.VersionFrom != "application.ini" || f.LastRun != "153.6.0" || f.Default != Yes {
		t.Errorf("%+v", f)
	}
	if f.Running != No {
		t.Errorf("running %s: the lock's process is another program now", f.Running)
	}
	if len(f.Profiles) != 2 || f.Profiles[0].Name != "default" || f.Profiles[0].Last || !f.Profiles[1].Last {
		t.Errorf("the profile in use is the install's, not the one marked Default=1: %+v", f.Profiles)
	}
	e := byID(t, list, "edge")
	if e.Version != "" || e.VersionFrom != "" || len(e.Profiles) != 1 || e.Running != No {
		t.Errorf("no version is known, and none made up: %+v", e)
	}
}

func TestXDGConfigHome(t *testing.T) {
	root := files("data/cfg/chromium/Last Version", "148.0.1.2")
	list := env("linux", "/home/ann", root, "XDG_CONFIG_HOME", "/data/cfg").Browsers(t.Context(), desk)
	if b := byID(t, list, "chromium"); b.Version != "148.0.1.2" || b.VersionFrom != "last-version" {
		t.Errorf("%+v", b)
	}
}

func TestBrowsersOnWindows(t *testing.T) {
	const local, roaming = `C:\Users\安娜\AppData\Local`, `C:\Users\安娜\AppData\Roaming`
	root := files(
		"C/Users/安娜/AppData/Local/Google/Chrome/User Data/Last Version", "131.0.6778.86",
		"C/Users/安娜/AppData/Local/Google/Chrome/User Data/Local State", "\ufeffnot json",
		"C/Users/安娜/AppData/Local/Google/Chrome/User Data/Default/Preferences", "{}",
		"C/Users/安娜/AppData/Local/Google/Chrome/User Data/System Profile/Preferences", "{}",
		"C/Users/安娜/AppData/Roaming/360se6/User Data/Default/Preferences", `{"extensions":{"last_chrome_version":"122.0.6261.171"}}`,
		"C/Users/安娜/AppData/Local/Microsoft/Edge/User Data/lockfile", "",
		"C/Users/安娜/AppData/Roaming/Mozilla/Firefox/profiles.ini", strings.ReplaceAll(firefoxINI, "abc.default-release", "Profiles/abc.default-release"),
		"C/Users/安娜/AppData/Roaming/Mozilla/Firefox/Profiles/abc.default-release/compatibility.ini", "[Compatibility]\r\nLastVersion=133.0_2024/2024\r\n",
	)
	e := env("windows", `C:\Users\安娜`, root, "LOCALAPPDATA", local, "APPDATA", roaming)
	e.Registry = regExport(t, `Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\Clients\StartMenuInternet\Google Chrome\shell\open\command]
@="\"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe\""

[HKEY_CURRENT_USER\Software\Clients\StartMenuInternet\Firefox-308046B0AF4A39CB\shell\open\command]
@="C:\\Program Files\\Mozilla Firefox\\firefox.exe -url x"

[HKEY_CURRENT_USER\Software\Microsoft\Edge\BLBeacon]
"version"="130.0.2849.80"
"state"=dword:00000001

[HKEY_CURRENT_USER\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice]
"ProgId"="ChromeHTML"

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\quark.exe]
@="C:\\Program Files\\Quark\\quark.exe"

[HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\360se6]
"DisplayName"="360安全浏览器"
"DisplayVersion"="15.3.1234.64"
"DisplayIcon"="C:\\Users\\安娜\\AppData\\Roaming\\360se6\\Application\\360se.exe,0"

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{no name}]
"DisplayVersion"="1"
`)
	e.FileVersion = func(file string) string {
		return map[string]string{`C:\Program Files\Google\Chrome\Application\chrome.exe`: "131.0.6778.109", `C:\Program Files\Mozilla Firefox\firefox.exe`: "133.0.0.1"}[file]
	}
	list := e.Browsers(t.Context(), desk)
	c := byID(t, list, "chrome")
	if c.Version != "131.0.6778.109" || c.VersionFrom != "file-version" || c.LastRun != "131.0.6778.86" || c.Default != Yes || c.Running != Unknown {
		t.Errorf("%+v", c)
	}
	if len(c.Profiles) != 1 || c.Profiles[0].Dir != local+`\Google\Chrome\User Data\Default` || !c.Profiles[0].Last {
		t.Errorf("%+v", c.Profiles)
	}
	if edge := byID(t, list, "edge"); edge.Version != "130.0.2849.80" || edge.VersionFrom != "registry" || edge.Running != Yes || edge.Default != No {
		t.Errorf("%+v", edge)
	}
	if se := byID(t, list, "360se"); len(se.Profiles) != 1 || se.Version != "15.3.1234.64" || se.Engine != "122.0.6261.171" {
		t.Errorf("the engine behind the brand's number: %+v", se)
	}
	if q := byID(t, list, "quark"); q.Version != "" || q.Engine != "" || len(q.Profiles) != 0 {
		t.Errorf("known by its App Path alone: %+v", q)
	}
	if f := byID(t, list, "firefox"); f.Version != "133.0.0.1" || f.LastRun != "133.0" || len(f.Profiles) != 1 ||
		f.Profiles[0].Dir != roaming+`\Mozilla\Firefox\Profiles\abc.default-release` {
		t.Errorf("%+v", f)
	}
}

func TestBrowsersOnMac(t *testing.T) {
	root := files(
		"Applications/Google Chrome.app/Contents/Info.plist", `<plist><dict><key>CFBundleShortVersionString</key><string>131.0.6778.86</string></dict></plist>`,
		"Applications/Safari.app/Contents/Info.plist", string(bplistOf("CFBundleShortVersionString", "18.1")),
		"Users/ann/Library/Application Support/Google/Chrome/Default/Preferences", "{}",
	)
	link(root, "Users/ann/Library/Application Support/Google/Chrome/SingletonLock", "Anns-Mac.local-501")
	e := env("darwin", "/Users/ann", root)
	e.Alive = func(pid int) bool { return pid == 501 }
	list := e.Browsers(t.Context(), desk)
	if c := byID(t, list, "chrome"); c.Version != "131.0.6778.86" || c.VersionFrom != "info-plist" || c.Running != Yes || c.Default != Unknown {
		t.Errorf("%+v", c)
	}
	if s := byID(t, list, "safari"); s.Version != "18.1" || s.Family != Safari || s.Running != Unknown || len(s.Profiles) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestNoBrowsers(t *testing.T) {
	for _, goos := range []string{"linux", "windows", "darwin", "plan9"} {
		if list := env(goos, "", files()).Browsers(t.Context(), desk); len(list) != 0 {
			t.Errorf("%s: %+v", goos, list)
		}
	}
	Browsers(t.Context(), desk) // this machine's, whatever it has
}
