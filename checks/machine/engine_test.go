package machine

import (
	"bytes"
	"encoding/binary"
	"testing"
	"testing/fstest"
	"time"
)

const engaged = `{"extensions":{"last_chrome_version":"120.0.6099.71"},"profile":{"content_settings":{"exceptions":{"site_engagement":{
 "https://app.meiqia.com:443,*":{"last_modified":"13439897078979444","setting":{"lastEngagementTime":1.3439897078979414e+16,"rawScore":4.5}},
 "https://www.example:443,*":{"setting":{"lastEngagementTime":1.34e16}},"chrome://newtab/,*":{"setting":7},"junk":3}}}}}`

func TestTheProfileThatUsesTheWorkbench(t *testing.T) {
	root := files(
		"home/ann/.config/chromium/Last Version", "147.0.7700.1",
		"home/ann/.config/chromium/Local State", `{"profile":{"info_cache":{"Default":{},"Profile 2":{}},"last_used":"Default"},"user_experience_metrics":{"stability":{"stats_version":"147.0.7700.1-64-devel"}}}`,
		"home/ann/.config/chromium/Default/Preferences", `{"profile":{"content_settings":true}}`,
		"home/ann/.config/chromium/Profile 2/Preferences", engaged,
		"home/ann/.config/browser360/Default/Preferences", "{}",
		"home/ann/.config/browser360/Local State", `{"user_experience_metrics":{"stability":{"stats_version":"86.0.4240.198-64"}}}`,
		"home/ann/.config/browser360/Last Version", "10.4.1034.12",
		"home/ann/.config/mozilla/firefox/profiles.ini", firefoxINI,
		"home/ann/.config/mozilla/firefox/abc.default-release/compatibility.ini", "[Compatibility]\nLastVersion=153.6.0_20261101/20261101\n",
	)
	root["home/ann/.config/mozilla/firefox/abc.default-release/storage/default/https+++app.meiqia.com/.metadata-v2"] = &fstest.MapFile{ModTime: today}
	list := env("linux", "/home/ann", root).Browsers(t.Context(), desk)
	c := byID(t, list, "chromium")
	if !c.Profiles[0].Workbench.IsZero() || c.Profiles[1].Workbench.Format(time.DateTime) != "2026-11-23 08:44:38" {
		t.Errorf("%+v", c.Profiles)
	}
	if c.Engine != "147.0.7700.1" {
		t.Errorf("engine %s", c.Engine)
	}
	if se := byID(t, list, "360se"); se.Engine != "86.0.4240.198" || se.LastRun != "10.4.1034.12" {
		t.Errorf("the engine behind the brand's number: %+v", se)
	}
	if f := byID(t, list, "firefox"); !f.Profiles[0].Workbench.Equal(today) || f.Engine != "153.6.0" {
		t.Errorf("%+v", f)
	}
}

func TestARunningBrowserIsOfItsLastStart(t *testing.T) {
	for _, c := range []struct {
		b     Browser
		brand bool
		want  string
	}{
		{Browser{Version: "148.0.1.1", LastRun: "120.0.1.1", Running: Yes}, false, "120.0.1.1"}, // updated beneath it
		{Browser{Version: "148.0.1.1", LastRun: "120.0.1.1", Running: No}, false, "148.0.1.1"},
		{Browser{Version: "15.3.1.64", Running: Yes}, true, ""}, // the brand's number says nothing
		{Browser{Version: "15.3.1.64", Profiles: []Profile{{engine: "86.0.1.1"}, {engine: "122.0.1.1"}}}, true, "122.0.1.1"},
		{Browser{}, false, ""},
	} {
		if got := engineOf(c.b, c.brand); got != c.want {
			t.Errorf("%+v: %q, want %q", c.b, got, c.want)
		}
	}
}

func TestDataFoldersOfRunningBrowsers(t *testing.T) {
	root := files(
		"proc/100/cmdline", "/usr/lib/chromium/chromium\x00--show-component-extension-options\x00--user-data-dir=/srv/agents/desk 7\x00https://app.meiqia.com/\x00",
		"proc/101/cmdline", "/usr/lib/chromium/chromium --type=renderer --user-data-dir=/srv/no --x",
		"proc/102/cmdline", "/usr/lib/chromium/chromium\x00--headless=new\x00--user-data-dir=/srv/robot\x00",
		"proc/103/cmdline", "/opt/google/chrome/chrome --user-data-dir=/srv/agents/two --no-first-run",
		"proc/104/cmdline", "/usr/bin/vim\x00--user-data-dir=/srv/vim\x00",
		"proc/105/cmdline", "/usr/lib/chromium/chromium\x00--user-data-dir=relative\x00",
		"proc/self/cmdline", "/usr/lib/chromium/chromium\x00--user-data-dir=/srv/self\x00",
		"srv/agents/desk 7/Last Version", "150.0.1.2",
		"srv/agents/desk 7/Default/Preferences", engaged,
		"srv/agents/two/Default/Preferences", "{}",
	)
	link(root, "srv/agents/desk 7/SingletonLock", "desk-100")
	list := env("linux", "/home/ann", root).Browsers(t.Context(), desk)
	if len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	if c := byID(t, list, "chromium"); c.DataDir != "/srv/agents/desk 7" || c.Running != Yes || c.Profiles[0].Workbench.IsZero() || c.LastRun != "150.0.1.2" {
		t.Errorf("%+v", c)
	}
	if c := byID(t, list, "chrome"); c.DataDir != "/srv/agents/two" {
		t.Errorf("%+v", c)
	}
}

// program with one section of resources, as much of it as a reader needs.
func peOf(resources []byte) []byte {
	var b bytes.Buffer
	put := func(v ...any) {
		for _, x := range v {
			if err := binary.Write(&b, binary.LittleEndian, x); err != nil {
				panic(err)
			}
		}
	}
	b.WriteString("MZ")
	b.Write(make([]byte, 58))
	put(uint32(64))
	b.WriteString("PE\x00\x00")
	put(uint16(0x8664), uint16(1), uint32(0), uint32(0), uint32(0), uint16(0), uint16(2)) // one section, no optional header
	name := [8]byte{'.', 'r', 's', 'r', 'c'}
	put(name, uint32(len(resources)), uint32(0x1000), uint32(len(resources)), uint32(128), uint32(0), uint32(0), uint16(0), uint16(0), uint32(0x40000040))
	b.Write(make([]byte, 128-b.Len()))
	b.Write(resources)
	return b.Bytes()
}

func versionInfo(a, b, c, d uint16) []byte {
	out := []byte{0, 0, 0x34, 0, 0, 0}
	for _, r := range "VS_VERSION_INFO" {
		out = append(out, byte(r), 0)
	}
	out = append(out, 0, 0, 0, 0)
	for _, n := range []uint32{0xFEEF04BD, 0x10000, 1<<16 | 2, 3<<16 | 4, uint32(a)<<16 | uint32(b), uint32(c)<<16 | uint32(d), 0, 0} {
		out = binary.LittleEndian.AppendUint32(out, n)
	}
	return out
}

func TestVersionOfAProgramFile(t *testing.T) {
	good := peOf(append(make([]byte, 100), versionInfo(122, 0, 6261, 171)...))
	root := fstest.MapFS{"a.exe": {Data: good}, "text.exe": {Data: []byte("MZ but no more")}, "empty.exe": {}, "none.exe": {Data: peOf([]byte("no version"))}, "cut.exe": {Data: good[:len(good)-20]}}
	if v := peVersion(root, "a.exe"); v != "122.0.6261.171" {
		t.Errorf("%q", v)
	}
	for _, name := range []string{"text.exe", "empty.exe", "none.exe", "cut.exe", "absent.exe"} {
		if v := peVersion(root, name); v != "" {
			t.Errorf("%s: %q", name, v)
		}
	}
}

func FuzzProgramVersion(f *testing.F) {
	f.Add(peOf(versionInfo(1, 2, 3, 4)))
	f.Add([]byte("MZ"))
	f.Fuzz(func(t *testing.T, data []byte) {
		peVersion(fstest.MapFS{"a.exe": {Data: data}}, "a.exe")
		fixedVersion(data)
	})
}
