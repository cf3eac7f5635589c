package evidence

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Names say nothing: what a file is stands in its bytes.
func TestRecognisedByContent(t *testing.T) {
	har := oneHAR(3)
	for _, c := range []struct {
		name, content string
		kind          Kind
		encoding      string
	}{
		{"export.txt", har, HAR, "utf-8"},
		{"network.log", "\xef\xbb\xbf" + har, HAR, "utf-8"},
		{"utf16.har", utf16le(t, har), HAR, "utf-16le"},
		{"gb.har", gbk(t, strings.Replace(har, `"log":{`, `"log":{"comment":"客服工作台的录制，由编辑器另存为国标编码",`, 1)), HAR, "gb18030"},
		{"picture.har", pngHead, Image, ""},
		{"photo.log", "\xff\xd8\xff\xe0\x00\x10JFIF", Image, ""},
		{"shot.json", "RIFF\x24\x00\x00\x00WEBPVP8 ", Image, ""},
		{"ping.log", gbk(t, pingZH), Path, "gb18030"},
		{"ping.har", pingZH, Path, "utf-8"},
		{"ping16.txt", utf16le(t, pingZH), Path, "utf-16le"},
		{"film.txt", mp4Head, Video, ""},
		{"film.har", "\x1aE\xdf\xa3\x01\x00\x00\x00matroska", Video, ""},
		{"screen.png", clientText, ClientLog, "ascii"},
		{"console.har", "app.js:45 POST https://app.meiqia.com/recall net::ERR_BLOCKED_BY_CLIENT\nrecall @ app.js:45\n", Console, "ascii"},
		{"notes.har", `127.0.0.1 - - [20/Nov/2026:10:22:41 +0800] "POST /recall HTTP/1.1" 403 52 "-" "Mozilla/5.0"` + "\n", ServerLog, "ascii"},
		{"BMW.txt", "BMW owner asked to recall a message\n", TextLog, "ascii"},
		{"log.config", `{"log":{"level":"debug","entries":3},"x":1}`, TextLog, "ascii"},
		{"data.bin", "\x00\x01\x02\x03\xfe\xff\x00\x00\x7fELF\x00\x00\x01\x02\x03", Other, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := readAll(t, Options{}, filepath.Join(put(t, c.name, c.content), c.name))
			if len(s.Files) != 1 || s.Files[0].Kind != c.kind || s.Files[0].Encoding != c.encoding {
				t.Fatalf("%s, encoding %q; want %s, %q", kinds(s), s.Files[0].Encoding, c.kind, c.encoding)
			}
			want := map[Kind][3]int{HAR: {1, 0, 0}, Path: {0, 0, 1}, Image: {}, Video: {}, Other: {}}
			counts, ok := want[c.kind]
			if !ok {
				counts = [3]int{0, 1, 0}
			}
			if got := [3]int{len(s.HARs), len(s.Logs), len(s.Paths)}; got != counts {
				t.Errorf("HARs, logs, paths: %v, want %v", got, counts)
			}
			if len(problems(s)) > 0 {
				t.Errorf("problems: %v", problems(s))
			}
		})
	}
}

func TestRecognisedContentIsRead(t *testing.T) {
	dir := put(t, "a.txt", oneHAR(3), "b.log", gbk(t, pingZH), "c.png", clientText)
	s := readAll(t, Options{Zone: time.FixedZone("+08:00", 8*3600)}, dir)
	if len(s.HARs) != 1 || len(s.HARs[0].Entries) != 3 || s.HARs[0].File.Name != "a.txt" {
		t.Fatalf("HARs: %+v", s.HARs)
	}
	if hs := s.HARs[0].Entries[0].RespHeaders; hs.Get("date") == "" || hs.Get("x-big") != "" {
		t.Errorf("headers that tell something are kept and others are not: %v", hs)
	}
	if len(s.Paths) != 1 || len(s.Paths[0].Result.Pings) != 1 || s.Paths[0].Result.Pings[0].Sent != 4 || s.Paths[0].Result.Pings[0].Received != 3 {
		t.Errorf("paths: %+v", s.Paths)
	}
	if len(s.Logs) != 1 || len(s.Logs[0].Entries) != 2 || !s.Logs[0].Entries[0].At.T.Equal(time.Date(2026, 11, 20, 2, 22, 41, 123e6+5e5, time.UTC)) {
		t.Errorf("log: %+v", s.Logs[0].Entries[0].At)
	}
}

func TestFolders(t *testing.T) {
	dir := put(t, "one/two/three/x.dat", oneHAR(1), "one/b.log", clientText, "z.log", clientText)
	s := readAll(t, Options{}, dir)
	if got := kinds(s); got != "b.log=client x.dat=har z.log=client" {
		t.Errorf("nested folders: %s", got)
	}
	if !s.Empty() && len(problems(s)) > 0 {
		t.Errorf("problems: %v", problems(s))
	}
	if s := readAll(t, Options{}, t.TempDir()); !s.Empty() || len(problems(s)) != 0 {
		t.Errorf("an empty folder: %s, %v", kinds(s), problems(s))
	}
}

// The set's order, and so the document's, does not depend on the order of the arguments.
func TestOrderIsOfThePaths(t *testing.T) {
	dir := put(t, "b.log", clientText, "a.har", oneHAR(1))
	x, y := filepath.Join(dir, "a.har"), filepath.Join(dir, "b.log")
	if a, b := kinds(readAll(t, Options{}, x, y)), kinds(readAll(t, Options{}, y, x)); a != b || a != "a.har=har b.log=client" {
		t.Errorf("%s, %s", a, b)
	}
}

func TestBrowserProfiles(t *testing.T) {
	prefs := `{"profile":{"name":"Person 1"},"extensions":{"settings":{}}}`
	dir := put(t, "case/shop.har", oneHAR(1),
		"User Data/Local State", `{"profile":{"info_cache":{"Default":{}}}}`, "User Data/Default/Preferences", prefs, "User Data/Default/History", "SQLite format 3\x00",
		"ff/abc.default/prefs.js", "// Mozilla User Preferences\nuser_pref(\"app.version\", \"153.7\");\n", "ff/abc.default/places.sqlite", "SQLite format 3\x00")
	s := readAll(t, Options{}, dir)
	if got := kinds(s); got != "shop.har=har" {
		t.Errorf("files of a browser profile are not evidence by themselves: %s", got)
	}
	if got := strings.Join(s.Browsers, " "); !strings.HasSuffix(got, filepath.FromSlash("ff/abc.default")) || !strings.Contains(got, "User Data") || len(s.Browsers) != 2 {
		t.Errorf("browsers: %s", got)
	}
	if s := readAll(t, Options{}, filepath.Join(dir, "User Data", "Default")); len(s.Browsers) != 1 || len(s.Files) != 0 || s.Empty() {
		t.Errorf("a profile folder given itself: %v, %s", s.Browsers, kinds(s))
	}
}

func TestBrowserCaches(t *testing.T) {
	dir := put(t, "shop.har", oneHAR(1), "chromium/Default/Cache/Cache_Data/index", "\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc\x09\x00", "chromium/Default/Cache/Cache_Data/097da646ef52ee67_0", "x",
		"win/Cache_Data/index", "\xc3\xca\x03\xc1\x00\x00\x03\x00", "sql/index", "SQLCacheTruncate3", "ff/cache2/entries/1E3C39604208B49D1FC07F16FB9E5D704E7CA4C2", "x",
		"site/index", "<html>\n", "site/entries/a.log", clientText)
	s := readAll(t, Options{}, dir)
	if got := kinds(s); !strings.Contains(got, "shop.har=har") || !strings.Contains(got, "a.log=client") || strings.Contains(got, "097da") {
		t.Errorf("files: %s", got)
	}
	var got []string
	for _, b := range s.Browsers {
		rel, _ := filepath.Rel(dir, b)
		got = append(got, filepath.ToSlash(rel))
	}
	if list := strings.Join(got, " "); list != "chromium/Default/Cache/Cache_Data ff/cache2 sql win/Cache_Data" {
		t.Errorf("caches: %s", list)
	}
}

// A folder of evidence is not a browser's because of one file's name.
func TestBrowserProfileByContent(t *testing.T) {
	dir := put(t, "shop.har", oneHAR(1), "Preferences", "likes tea, not coffee\n")
	s := readAll(t, Options{}, dir)
	if len(s.HARs) != 1 {
		t.Errorf("a file named Preferences hid the HAR beside it: files %q, browsers %v", kinds(s), s.Browsers)
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("ON WINDOWS LINKS NEED A RIGHT THAT USERS LACK")
	}
	outside := put(t, "secret.har", oneHAR(1))
	dir := put(t, "in/real.log", clientText)
	for name, target := range map[string]string{
		"link.har": filepath.Join(outside, "secret.har"), "dir": outside, "in/up": "..", "in/self": "self", "dangling": "/nowhere/at/all",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s := readAll(t, Options{}, dir)
	if got := kinds(s); got != "real.log=client" || len(problems(s)) != 0 {
		t.Errorf("%s; problems %v", got, problems(s))
	}
}

// What a person names is read, also through a link.
func TestNamedLinkIsRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("ON WINDOWS LINKS NEED A RIGHT THAT USERS LACK")
	}
	dir := put(t, "real/a.har", oneHAR(1))
	for link, target := range map[string]string{"file": "real/a.har", "folder": "real"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
		s := readAll(t, Options{}, filepath.Join(dir, link))
		if len(s.HARs) != 1 {
			t.Errorf("link to a %s: %q, problems %v", link, kinds(s), problems(s))
		}
	}
}

func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	for i := range 2100 {
		name := filepath.Join(dir, "f"+strings.Repeat("0", 4-len(itoa(i)))+itoa(i)+".log")
		if err := os.WriteFile(name, []byte("2026-11-20 10:22:41 line "+itoa(i)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := readAll(t, Options{}, dir)
	if len(s.Files) != maxFiles || len(s.Logs) != maxFiles {
		t.Errorf("%d files, %d logs", len(s.Files), len(s.Logs))
	}
	if !problemOf(s, filepath.Base(dir), "over 2000 files") || len(problems(s)) != 1 {
		t.Errorf("problems: %v", problems(s))
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}
