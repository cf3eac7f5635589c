package machine

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"
)

// asarOf packs files as Electron's tool does: sizes, table, padding, contents.
func asarOf(names ...string) []byte {
	table := map[string]any{}
	var body []byte
	for i := 0; i+1 < len(names); i += 2 {
		table[names[i]] = map[string]any{"size": len(names[i+1]), "offset": fmt.Sprint(len(body))}
		body = append(body, names[i+1]...)
	}
	head, err := json.Marshal(map[string]any{"files": table})
	if err != nil {
		panic(err)
	}
	padded := (len(head) + 3) / 4 * 4
	u := binary.LittleEndian
	out := u.AppendUint32(nil, 4)
	out = u.AppendUint32(out, uint32(padded+8))
	out = u.AppendUint32(out, uint32(padded+4))
	out = u.AppendUint32(out, uint32(len(head)))
	out = append(out, head...)
	out = append(out, make([]byte, padded-len(head))...)
	return append(out, body...)
}

func appAsar(name, version string) string {
	return string(asarOf("main.js", "let x = 1;", "package.json", fmt.Sprintf(`{"name":"%s-app","productName":%q,"version":%q,"dependencies":{}}`, name, name, version)))
}

var deskHosts = []string{"app.meiqia.com"}

func clientNamed(t *testing.T, list []Client, name string) Client {
	t.Helper()
	for _, c := range list {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no %s in %+v", name, list)
	return Client{}
}

func TestClientsOnWindows(t *testing.T) {
	root := files(
		"C/Users/ann/AppData/Local/Programs/meiqia-desktop/resources/app.asar", appAsar("Meiqia", "4.0.1"),
		"C/Users/ann/AppData/Local/other/resources/app.asar", appAsar("Other", "9.9.9"),
		"C/Users/ann/AppData/Local/deskshell/app-1.9.0/resources/app.asar", appAsar("DeskShell", "1.9.0"),
		"C/Users/ann/AppData/Local/deskshell/app-1.10.2/resources/app.asar", appAsar("DeskShell", "1.10.2"),
		"C/Users/ann/AppData/Roaming/DeskShell/Preferences", "{}",
		"C/Users/ann/AppData/Roaming/DeskShell/Partitions/1/Network/Network Persistent State", `{"net":{"http_server_properties":{"servers":[{"server":"https://app.meiqia.com:443"}]}}}`,
		"C/Users/ann/AppData/Roaming/Other/Preferences", "{}",
		"C/Users/ann/AppData/Roaming/Other/Network Persistent State", `{"server":"https://app.meiqia.com.evil.example"}`,
		"D/desk/agent.exe", string(peOf(versionInfo(3, 2, 1, 0))),
	)
	root["C/Users/ann/AppData/Roaming/DeskShell/Preferences"].ModTime = today
	e := env("windows", `C:\Users\ann`, root, "LOCALAPPDATA", `C:\Users\ann\AppData\Local`, "APPDATA", `C:\Users\ann\AppData\Roaming`)
	e.Registry = regExport(t, `Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\meiqia-desktop]
"DisplayName"="Meiqia 4.0.1"
"DisplayVersion"="4.0.1"
"InstallLocation"="C:\\Users\\ann\\AppData\\Local\\Programs\\meiqia-desktop\\"

[HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\Meiqia Old]
"DisplayName"="Meiqia Old"
"DisplayVersion"="2.1"
`)
	list := e.Clients(t.Context(), deskHosts, []NamedClient{{"agent", `D:\desk\agent.exe`}, {"", "%LOCALAPPDATA%/Programs/gone"}})
	if c := clientNamed(t, list, "agent"); c.Version != "3.2.1.0" || c.From != "file-version" || c.Missing {
		t.Errorf("%+v", c)
	}
	if c := clientNamed(t, list, "gone"); !c.Missing || c.Version != "" {
		t.Errorf("%+v", c)
	}
	if c := clientNamed(t, list, "Meiqia"); c.Version != "4.0.1" || c.From != "app.asar" {
		t.Errorf("%+v", c)
	}
	if c := clientNamed(t, list, "DeskShell"); c.Version != "1.10.2" || !c.Used.Equal(today) {
		t.Errorf("the newest of its folders, and its data: %+v", c)
	}
	if c := clientNamed(t, list, "Meiqia Old"); c.Version != "2.1" || c.From != "registry" {
		t.Errorf("%+v", c)
	}
	if len(list) != 5 {
		t.Errorf("the other program is nobody's: %+v", list)
	}
}

func TestClientsOnUnix(t *testing.T) {
	root := files(
		"opt/meiqia/resources/app.asar", appAsar("Meiqia", "4.1.0"),
		"opt/other/resources/app.asar", appAsar("Other", "1.0.0"),
		"opt/broken-meiqia/resources/app.asar", "\x04\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\x7f{}",
		"home/ann/.config/wrapper/Local State", "{}",
		"home/ann/.config/wrapper/IndexedDB/https_app.meiqia.com_0.indexeddb.leveldb/CURRENT", "",
		"home/ann/.config/chromium/Default/Preferences", "{}",
		"home/ann/.config/chromium/Local State", "meiqia",
		"Applications/Meiqia.app/Contents/Info.plist", `<plist><dict><key>CFBundleName</key><string>Meiqia</string><key>CFBundleShortVersionString</key><string>4.2.0</string></dict></plist>`,
		"Applications/Notes.app/Contents/Info.plist", `<plist><dict><key>CFBundleShortVersionString</key><string>1</string></dict></plist>`,
	)
	root["home/ann/.config/wrapper/Local State"].ModTime = today
	list := env("linux", "/home/ann", root).Clients(t.Context(), deskHosts, nil)
	if c := clientNamed(t, list, "Meiqia"); c.Version != "4.1.0" || c.Dir != "/opt/meiqia" {
		t.Errorf("%+v", c)
	}
	if c := clientNamed(t, list, "wrapper"); c.Version != "" || c.Dir != "" || c.DataDir != "/home/ann/.config/wrapper" {
		t.Errorf("its data alone was found: %+v", c)
	}
	if len(list) != 2 {
		t.Errorf("%+v", list)
	}
	mac := env("darwin", "/Users/ann", root).Clients(t.Context(), deskHosts, nil)
	if c := clientNamed(t, mac, "Meiqia"); c.Version != "4.2.0" || c.From != "info-plist" || len(mac) != 1 {
		t.Errorf("%+v", mac)
	}
}

func TestClientThatWasHandedIn(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("desk/resources/app.asar", appAsar("Desk", "4.0.0"))
	put("sq/app-2.0.0/resources/app.asar", appAsar("Sq", "2.0.0"))
	put("mac.app/Contents/Info.plist", `<plist><dict><key>CFBundleShortVersionString</key><string>5.0</string></dict></plist>`)
	for place, want := range map[string]string{"desk": "4.0.0", "desk/resources/app.asar": "4.0.0", "desk/resources": "4.0.0", "sq": "2.0.0", "mac.app": "5.0", "nothing": ""} {
		if c, ok := ClientAt(filepath.Join(dir, filepath.FromSlash(place))); c.Version != want || ok != (want != "") {
			t.Errorf("%s: %+v, %v", place, c, ok)
		}
	}
}

func TestBrokenAsar(t *testing.T) {
	good := asarOf("package.json", `{"version":"1.2.3"}`)
	if m, err := readAsar(fstest.MapFS{"a": {Data: good}}, "a"); err != nil || m.Version != "1.2.3" {
		t.Fatalf("%+v, %v", m, err)
	}
	unpacked := fstest.MapFS{"a": {Data: asarOfTable(`{"files":{"package.json":{"size":9,"unpacked":true}}}`)}, "a.unpacked/package.json": {Data: []byte("\ufeff{\"version\":\"2.0\"}")}}
	if m, err := readAsar(unpacked, "a"); err != nil || m.Version != "2.0" {
		t.Errorf("%+v, %v", m, err)
	}
	for name, data := range map[string][]byte{
		"empty": nil, "cut off": good[:20], "content cut off": good[:len(good)-3], "no table": asarOfTable("[1]"), "no manifest": asarOf("a", "b"),
		"far off": asarOfTable(`{"files":{"package.json":{"size":9,"offset":"9999999999"}}}`), "before": asarOfTable(`{"files":{"package.json":{"size":9,"offset":"-9"}}}`),
		"too large": asarOfTable(`{"files":{"package.json":{"size":99999999999,"offset":"0"}}}`), "no JSON": asarOf("package.json", "\xff\xfe{"),
	} {
		if m, err := readAsar(fstest.MapFS{"a": {Data: data}}, "a"); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func asarOfTable(table string) []byte {
	u := binary.LittleEndian
	n := uint32(len(table))
	return append(u.AppendUint32(u.AppendUint32(u.AppendUint32(u.AppendUint32(nil, 4), n+8), n+4), n), table...)
}

func FuzzAsar(f *testing.F) {
	f.Add(asarOf("package.json", `{"version":"1.2.3"}`))
	f.Add(asarOfTable(`{"files":{"package.json":{"size":9,"unpacked":true}}}`))
	f.Add([]byte("\x04\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\x7f{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readAsar(fstest.MapFS{"a": {Data: data}}, "a")
		if err != nil && m.Version != "" {
			t.Errorf("%+v, %v", m, err)
		}
	})
}

func FuzzPlistValues(f *testing.F) {
	f.Add([]byte(`<plist><dict><key>a</key><array><true/><integer>2</integer><dict><key>b</key><string>c</string></dict></array></dict></plist>`))
	f.Add(bplistOf("a", "b"))
	f.Fuzz(func(t *testing.T, data []byte) { plistValues(data) })
}

func TestPlistValues(t *testing.T) {
	got := plistValues([]byte(`<?xml version="1.0"?><plist version="1.0"><dict><key>on</key><true/><key>n</key><integer>2</integer><key>l</key><array><string>a</string><date>x</date><string>b</string></array><key>d</key><dict><key>x</key><real>1.5</real></dict></dict></plist>`))
	if fmt.Sprint(got) != "map[d:map[x:1.5] l:[a b] n:2 on:true]" {
		t.Errorf("%v", got)
	}
	if got := plistValues(bplistOf("a", "b")); fmt.Sprint(got) != "map[a:b number:7]" {
		t.Errorf("%v", got)
	}
	// An array that holds itself twice over: an endless tree from a few bytes.
	data := append([]byte("bplist00"), 0xd1, 1, 2, 0x51, 'a', 0xa2, 2, 2, 8, 11, 13)
	trailer := make([]byte, 32)
	trailer[6], trailer[7], trailer[15], trailer[31] = 1, 1, 3, 16
	start := time.Now()
	plistValues(append(data, trailer...))
	if d := time.Since(start); d > time.Second {
		t.Errorf("%v", d)
	}
}
