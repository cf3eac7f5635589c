package logs

import (
	"errors"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	_ "time/tzdata" // the zones are there on every machine

	"meiqia-diag/diag/clock"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func read(t testing.TB, text string, opt Options) ([]*Entry, Info) {
	t.Helper()
	if opt.Zone == nil {
		opt.Zone = shanghai
	}
	var out []*Entry
	info, _, err := Read(strings.NewReader(text), opt, func(e *Entry) error {
		out = append(out, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, info
}

func readAll(t testing.TB, text string, opt Options) []*Entry {
	t.Helper()
	e, _ := read(t, text, opt)
	return e
}

func load(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// One entry of each layout, field by field; n is its index in the file.
func TestLayouts(t *testing.T) {
	mod := time.Date(2026, 11, 23, 12, 0, 0, 0, shanghai)
	tests := []struct {
		file   string
		kind   Kind
		layout string
		basis  string
		count  int
		n      int
		at     string // lower end, in Shanghai
		level  Level
		origin string
		fields string // "k=v; k=v", each of which must be there
	}{
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 1, "", LevelError, "app.3f2a.js:1234", "method=POST; url=https://api.meiqia.example/api/v1/conversations/1/messages/2/recall; error=net::ERR_BLOCKED_BY_CLIENT"},
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 0, "", LevelError, "", "url=https://api.meiqia.example/recall"},
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 2, "", LevelError, "app.3f2a.js:1240", "message=Uncaught (in promise) TypeError: Failed to fetch"},
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 3, "", LevelNone, "VM12:1", "message=recall requested {id: 8842}"},
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 4, "", LevelWarn, "", "duration_ms=4312"},
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 5, "", LevelError, "", "status=503"},
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 6, "", LevelError, "app.3f2a.js:88", "status=401; method=GET"},
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 7, "", LevelError, "app.3f2a.js:7", "url=https://t.example/c"},
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 8, "", LevelError, "", "url=http://cdn.example/a.png"},
		{"console-chrome.log", KindConsole, LayoutConsoleChrome, "", 10, 9, "", LevelNone, "(index):40", ""},
		{"console-chrome-time.log", KindConsole, LayoutConsoleChrome, "assumed", 4, 2, "2026-11-20T10:22:41.13+08:00", LevelError, "app.js:14", ""},
		{"console-firefox.log", KindConsole, LayoutConsoleFirefox, "", 8, 0, "", LevelError, "app.js:33", ""},
		{"console-firefox.log", KindConsole, LayoutConsoleFirefox, "", 8, 1, "", LevelError, "", "method=GET; status=404; duration_ms=12"},
		{"console-firefox.log", KindConsole, LayoutConsoleFirefox, "", 8, 2, "", LevelError, "", "method=POST; url=https://api.meiqia.example/recall; status=503; duration_ms=1204"},
		{"console-firefox.log", KindConsole, LayoutConsoleFirefox, "", 8, 3, "", LevelError, "", "method=POST; error=CORS"},
		{"console-firefox.log", KindConsole, LayoutConsoleFirefox, "", 8, 4, "", LevelError, "", "url=https://api.meiqia.example/recall"},
		{"console-firefox.log", KindConsole, LayoutConsoleFirefox, "", 8, 7, "", LevelError, "app.js:33", ""},
		{"console-safari.log", KindConsole, LayoutConsoleSafari, "", 4, 1, "", LevelError, "recall:0", "status=503"},
		{"console-safari.log", KindConsole, LayoutConsoleSafari, "", 4, 2, "", LevelWarn, "chat:1", ""},
		{"chromium.log", KindClient, LayoutChromium, "assumed", 13, 11, "2026-11-23T02:42:47.698859+08:00", LevelError, "app.js:1", "message=Uncaught TypeError: Cannot read properties of null (reading 'x'); source=http://127.0.0.1:8799/app.js"},
		{"chromium.log", KindClient, LayoutChromium, "assumed", 13, 0, "2026-11-23T02:42:47.018816+08:00", LevelError, "dbus/bus.cc:405", "pid=18561; tid=18588"},
		{"electron.log", KindClient, LayoutElectron, "assumed", 4, 1, "2026-11-22T23:43:04.915+08:00", LevelError, "recall", "message=recall failed Error: redis timeout"},
		{"electron.log", KindClient, LayoutElectron, "assumed", 4, 3, "2026-11-22T23:43:04.918+08:00", LevelInfo, "net", "status=200"},
		{"logcat.log", KindClient, LayoutLogcat, "assumed", 5, 1, "2026-11-20T10:22:41.123+08:00", LevelError, "MeiqiaSDK", "tid=1250; message=recall failed: timeout"},
		{"nginx-access.log", KindServer, LayoutNginx, "written", 3, 0, "2026-11-20T10:22:41+08:00", LevelWarn, "", "method=POST; path=/api/v1/conversations/1/messages/2/recall; status=403; duration_ms=12; remote_addr=203.0.113.7"},
		{"nginx-access.log", KindServer, LayoutNginx, "written", 3, 1, "2026-11-20T10:22:42+08:00", LevelInfo, "", "status=101; duration_ms=1250; request_id=9f3c; user=amy@corp.example; remote_addr=203.0.113.7"},
		{"nginx-error.log", KindServer, LayoutNginx, "assumed", 3, 0, "2026-11-20T10:22:41+08:00", LevelError, "", "method=POST; path=/api/v1/recall; upstream=http://10.0.0.5:8080/api/v1/recall; client=203.0.113.7; message=upstream timed out (110: Connection timed out) while reading response header from upstream"},
		{"nginx-error.log", KindServer, LayoutNginx, "assumed", 3, 2, "2026-11-20T10:22:50+08:00", LevelInfo, "", ""},
		{"syslog.log", KindServer, LayoutSyslog, "assumed", 3, 0, "2025-12-31T23:59:58+08:00", LevelNone, "recalld", "host=recall-1; pid=812; request_id=r-1; status=200"},
		{"syslog.log", KindServer, LayoutSyslog, "assumed", 3, 2, "2026-01-01T00:00:01+08:00", LevelError, "recalld", "message=error: redis timeout"},
		{"rfc5424.log", KindServer, LayoutSyslog, "written", 2, 0, "2026-11-20T10:22:41.003+08:00", LevelInfo, "recalld", "request_id=r-1; status=403; message=recall refused"},
		{"rfc5424.log", KindServer, LayoutSyslog, "written", 2, 1, "2026-11-20T10:22:42.003+08:00", LevelError, "recalld", "message=redis down"},
		{"iis.log", KindServer, LayoutW3C, "written", 6, 4, "2026-11-20T10:22:41+08:00", LevelError, "", "method=POST; path=/api/v1/recall; status=503; duration_ms=30012"},
		{"apache-error.log", KindServer, LayoutApache, "assumed", 2, 0, "2026-11-20T10:22:41.123456+08:00", LevelError, "", ""},
		{"spring.log", KindServer, LayoutISO, "assumed", 3, 0, "2026-11-20T10:22:41.123+08:00", LevelInfo, "c.m.recall.RecallController", "id=8842; thread=nio-8080-exec-1"},
		{"spring.log", KindServer, LayoutISO, "assumed", 3, 1, "2026-11-20T10:22:41.456+08:00", LevelError, "c.m.recall.RecallController", "message=recall refused"},
		{"spring.log", KindServer, LayoutISO, "assumed", 3, 2, "2026-11-20T10:22:42+08:00", LevelWarn, "com.meiqia.Push", "thread=http-nio-8080-exec-2; message=push lagging"},
		{"winston.log", KindServer, LayoutJSON, "written", 3, 0, "2026-11-23T07:42:43.167+08:00", LevelInfo, "", "method=POST; request_id=r-1"},
		{"pino.log", KindServer, LayoutJSON, "written", 2, 0, "2026-11-23T07:42:43.172+08:00", LevelInfo, "", "method=POST; url=/api/v1/recall; status=403; duration_ms=12; message=request completed; request_id=7"},
		{"bunyan.log", KindServer, LayoutJSON, "written", 2, 1, "2026-11-23T07:42:43.177+08:00", LevelError, "recall-api", "message=oops"},
		{"log4js.log", KindUnknown, LayoutISO, "assumed", 2, 1, "2026-11-22T23:42:43.233+08:00", LevelError, "recall", ""},
		{"pretty.log", KindServer, LayoutJSON, "written", 2, 0, "2026-11-20T10:22:41.123+08:00", LevelError, "", "method=POST; url=/recall; req.method=POST"},
		{"zone-evidence.log", KindUnknown, LayoutISO, "inferred", 5, 4, "2026-11-20T10:22:59+08:00", LevelInfo, "", ""},
	}
	for _, tt := range tests {
		opt := Options{Name: tt.file, ModTime: mod}
		if tt.file == "console-chrome-time.log" {
			opt.Day = time.Date(2026, 11, 20, 0, 0, 0, 0, shanghai)
		}
		if tt.file == "chromium.log" { // written in UTC
			opt.Zone = time.FixedZone("", 5*3600)
		}
		if tt.file == "zone-evidence.log" {
			opt.Zone = time.UTC
		}
		es, info := read(t, load(t, tt.file), opt)
		if info.Kind != tt.kind || info.Layout != tt.layout || info.Zone.Basis != tt.basis || len(es) != tt.count {
			t.Errorf("%s: kind %s layout %s basis %q, %d entries; want %s %s %q %d", tt.file, info.Kind, info.Layout, info.Zone.Basis, len(es), tt.kind, tt.layout, tt.basis, tt.count)
		}
		if tt.n >= len(es) {
			continue
		}
		e := es[tt.n]
		at := ""
		if !e.At.IsZero() {
			at = e.At.T.Add(-e.At.Err).In(time.FixedZone("", 8*3600)).Format(time.RFC3339Nano)
			if e.At.Clock != tt.kind.Clock() || e.At.ZoneAssumed != (tt.basis == "assumed") {
				t.Errorf("%s %d: clock %s, zone assumed %v", tt.file, tt.n, e.At.Clock, e.At.ZoneAssumed)
			}
		}
		if at != tt.at || e.Level != tt.level || e.Origin != tt.origin {
			t.Errorf("%s %d: at %s level %s origin %q\nwant %s %s %q\n%s", tt.file, tt.n, at, e.Level, e.Origin, tt.at, tt.level, tt.origin, e.Text)
		}
		if tt.fields == "" {
			continue
		}
		for _, kv := range strings.Split(tt.fields, "; ") {
			k, v, _ := strings.Cut(kv, "=")
			if got := e.Fields[k]; got != v {
				t.Errorf("%s %d: field %s is %q, want %q in %v", tt.file, tt.n, k, got, v, e.Fields)
			}
		}
	}
}

// Nothing is lost: the texts of all entries are the lines of the input.
func checkLossless(t *testing.T, text string) {
	t.Helper()
	var b []string
	var end int64
	info, _, err := Read(iotest.HalfReader(strings.NewReader(text)), Options{Zone: shanghai, MaxEntry: 1 << 20}, func(e *Entry) error {
		if e.Offset != end || !e.Cut && int(e.Size) < len(e.Text) {
			t.Fatalf("entry of line %d is at %d, not %d", e.Line, e.Offset, end)
		}
		end = e.Offset + e.Size
		b = append(b, e.Text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if end != int64(len(text)) {
		t.Fatalf("entries cover %d bytes of %d", end, len(text))
	}
	var want []string
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		want = append(want, string(trimLine([]byte(l))))
	}
	if text == "" {
		want = nil
	}
	if got := strings.Join(b, "\n"); got != strings.Join(want, "\n") {
		t.Fatalf("text differs:\n got %q\nwant %q", got, strings.Join(want, "\n"))
	}
	if info.Lines != len(want) || info.Entries != len(b) {
		t.Fatalf("%d lines %d entries, want %d and %d", info.Lines, info.Entries, len(want), len(b))
	}
}

func TestNothingLost(t *testing.T) {
	var all []string
	files, _ := filepath.Glob("testdata/*.log")
	for _, f := range files {
		text := load(t, filepath.Base(f))
		checkLossless(t, text)
		all = append(all, strings.SplitAfter(text, "\n")...)
	}
	rng := rand.New(rand.NewSource(1))
	odd := []string{"\n", "\r\n", "    at x (a.js:1:2)\n", "{\n", "}\n", "{\"time\":1795141361\n", "\x00\x00\n", "中文\n", "#Fields: time x\n", "2026-11-20 10:22:41 last"}
	for range 300 {
		var b strings.Builder
		for range rng.Intn(40) {
			if rng.Intn(3) == 0 {
				b.WriteString(odd[rng.Intn(len(odd))])
			} else {
				b.WriteString(all[rng.Intn(len(all))])
			}
		}
		checkLossless(t, b.String())
	}
}

func texts(es []*Entry) string {
	var b []string
	for _, e := range es {
		b = append(b, firstLine(e.Text))
	}
	return strings.Join(b, "|")
}

func TestRange(t *testing.T) {
	text := "preamble\n2026-11-20T02:22:40Z a\n2026-11-20T02:22:41Z b\n  stack of b\n2026-11-20T02:22:45Z c\n2026-11-20T02:22:41Z late\n"
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, "2026-11-20T02:22:"+s+"Z")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	es, info := read(t, text, Options{From: at("41.5"), To: at("44")})
	if got := texts(es); got != "2026-11-20T02:22:41Z b|2026-11-20T02:22:41Z late" || !strings.HasSuffix(es[0].Text, "stack of b") {
		t.Errorf("got %s", got)
	}
	if info.Stamped != 4 || info.Entries != 5 || info.Disorder != 4*time.Second || !info.First.Equal(at("40")) || !info.Last.Equal(at("45")) {
		t.Errorf("%+v", info)
	}
	es = readAll(t, text, Options{From: at("45"), Keep: func(s string) bool { return strings.Contains(s, "pre") }})
	if got := texts(es); got != "preamble|2026-11-20T02:22:45Z c" {
		t.Errorf("got %s", got)
	}
	if es := readAll(t, "no stamps\nat all\n", Options{From: at("45")}); len(es) != 2 {
		t.Errorf("a log without stamps lost entries: %d", len(es))
	}
}

func TestYears(t *testing.T) {
	text := "Dec 30 10:00:00 h a: x\nDec 31 23:59:59 h a: x\nJan  1 00:00:01 h a: x\nFeb 29 10:00:00 h a: x\n"
	es := readAll(t, text, Options{ModTime: time.Date(2025, 1, 1, 0, 5, 0, 0, shanghai)})
	var got []string
	for _, e := range es {
		got = append(got, e.At.T.In(shanghai).Format("2006-01-02"))
	}
	if s := strings.Join(got, " "); s != "2024-12-30 2024-12-31 2025-01-01 2024-02-29" {
		t.Error(s)
	}
	es, info := read(t, text, Options{})
	if !es[0].At.IsZero() || info.Stamped != 0 {
		t.Errorf("a year out of nowhere: %v", es[0].At)
	}
	// A full date in the same file is a better witness than the file's own.
	es = readAll(t, "2019-11-20 10:22:41 x\n"+text, Options{ModTime: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if y := es[1].At.T.In(shanghai).Year(); y != 2019 {
		t.Errorf("year %d", y)
	}
}

func TestFold(t *testing.T) {
	ny, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	es, info := read(t, "2026-11-01 00:59:59 a\n2026-11-01 01:30:00 b\n2026-11-01 01:30:00 c\n2026-11-01 02:00:00 d\n2026-03-08 02:30:00 gap\n", Options{Zone: ny})
	lo := func(i int) string { return es[i].At.T.Add(-es[i].At.Err).UTC().Format("15:04:05") }
	hi := func(i int) string { return es[i].At.T.Add(es[i].At.Err).UTC().Format("15:04:05") }
	if lo(0) != "04:59:59" || es[0].At.Err != time.Second/2 || lo(1) != "05:30:00" || hi(1) != "06:30:01" || lo(3) != "07:00:00" || es[3].At.Err != time.Second/2 {
		t.Errorf("%s %s–%s %s", lo(0), lo(1), hi(1), lo(3))
	}
	if info.Folded != 2 {
		t.Errorf("%d folded", info.Folded)
	}
	if lo(4) != "07:30:00" { // the clock read 3:30 then
		t.Errorf("gap: %s", lo(4))
	}
	// Both passes count when a range is asked for.
	for _, h := range []int{5, 6} {
		from := time.Date(2026, 11, 1, h, 29, 0, 0, time.UTC)
		if es := readAll(t, "2026-11-01 01:30:00 b\n", Options{Zone: ny, From: from, To: from.Add(2 * time.Minute)}); len(es) != 1 {
			t.Errorf("pass of %d h left out", h)
		}
	}
}

func TestTimesOfDay(t *testing.T) {
	text := "23:59:59.900 app.js:1 a\n00:00:00.100 app.js:2 b\n23:59:59.950 app.js:3 late\n"
	es, info := read(t, text, Options{})
	if info.Undated != 3 || es[0].TimeOfDay != "23:59:59.900" || !es[0].At.IsZero() {
		t.Errorf("%+v %+v", info, es[0])
	}
	es = readAll(t, text, Options{Day: time.Date(2026, 11, 20, 15, 0, 0, 0, shanghai)})
	var got []string
	for _, e := range es {
		got = append(got, e.At.T.In(shanghai).Format("02 15:04"))
	}
	if s := strings.Join(got, ","); s != "20 23:59,21 00:00,20 23:59" || es[0].At.Clock != clock.Browser || !es[0].At.ZoneAssumed {
		t.Error(s)
	}
}

func TestZoneInference(t *testing.T) {
	for name, tt := range map[string]struct{ text, basis, zone string }{
		"same object":     {`{"time":"2026-11-20 10:22:41","ts":1795141361}` + "\n2026-11-20 10:22:42 x\n", "inferred", "+08:00"},
		"epoch lines":     {"1795141361 a\n2026-11-20 10:22:41 b\n1795141362 a\n2026-11-20 10:22:42 b\n", "inferred", "+08:00"},
		"one pair":        {"2026-11-20T02:22:41Z a\n2026-11-20 10:22:41 b\n", "assumed", "mixed"},
		"hours apart":     {"2026-11-20T02:22:41Z a\n2026-11-20 10:27:41 b\n2026-11-20T02:33:01Z a\n2026-11-20 10:40:41 b\n", "assumed", ""},
		"all in one zone": {"2026-11-20T10:22:41+08:00 a\n", "written", "+08:00"},
	} {
		_, info := read(t, tt.text, Options{Zone: time.FixedZone("UTC+3", 3*3600)})
		if info.Zone.Basis != tt.basis || tt.basis != "assumed" && info.Zone.Name != tt.zone {
			t.Errorf("%s: %+v", name, info.Zone)
		}
	}
}

func TestLongLines(t *testing.T) {
	pad := strings.Repeat("x", 3<<20)
	es, info := read(t, "2026-11-20T02:22:40Z "+pad+"\n{\"message\":\""+pad+"\",\"timestamp\":\"2026-11-20T02:22:41Z\"}\n2026-11-20T02:22:42Z end", Options{})
	if len(es) != 3 || !es[0].Cut || len(es[0].Text) != defaultMaxEntry || es[1].At.IsZero() || info.Lines != 3 || es[2].Cut {
		t.Errorf("%d entries, %+v", len(es), info)
	}
	hole := "2026-11-20T02:22:40Z a\n" + strings.Repeat("\x00", 16<<20) + "2026-11-20T02:22:41Z b\r\n"
	es, _ = read(t, hole, Options{})
	if got := texts(es); got != "2026-11-20T02:22:40Z a|2026-11-20T02:22:41Z b" || es[0].Size+es[1].Size != int64(len(hole)) {
		t.Error(got)
	}
	// A line that just does not fit into the buffer.
	for _, n := range []int{headSize - 1, headSize, headSize + 1, headSize + tailSize, headSize + tailSize + 1} {
		if es := readAll(t, "2026-11-20T02:22:40Z a\n"+strings.Repeat("y", n)+"\r\n2026-11-20T02:22:41Z b\n", Options{}); len(es) != 2 || es[1].Text != "2026-11-20T02:22:41Z b" {
			t.Errorf("%d: %s", n, texts(es))
		}
	}
}

func TestErrors(t *testing.T) {
	stop := errors.New("stop")
	n := 0
	_, _, err := Read(strings.NewReader("2026-11-20T02:22:40Z a\n2026-11-20T02:22:41Z b\n2026-11-20T02:22:42Z c\n"), Options{}, func(*Entry) error {
		n++
		return stop
	})
	if err != stop || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
	_, _, err = Read(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("a"))), Options{}, func(*Entry) error { n++; return nil })
	if !errors.Is(err, iotest.ErrTimeout) {
		t.Error(err)
	}
	_, p, _ := Read(strings.NewReader("\xff\xfe2\x000\x00"), Options{Name: "x.log"}, func(*Entry) error { return nil })
	if len(p) == 0 || p[0].File != "x.log" {
		t.Errorf("UTF-16 went unnoticed: %v", p)
	}
}

func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.log")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b[:min(len(b), 2000)]), int64(1795141361), true)
	}
	f.Add("{\n\"time\":1\n\n2026-11-20 10:22:41 x\n}", int64(0), false)
	f.Fuzz(func(t *testing.T, text string, mod int64, ranged bool) {
		checkLossless(t, strings.TrimPrefix(text, "\ufeff"))
		opt := Options{ModTime: time.Unix(mod%4e9, 0), Zone: shanghai, MaxEntry: 64, Day: time.Unix(mod%4e9, 0)}
		if ranged {
			opt.From, opt.To = time.Unix(1795141361, 0), time.Unix(1795141365, 0)
		}
		Read(strings.NewReader(text), opt, func(e *Entry) error {
			if len(e.Text) > 64 || e.At.Err < 0 || e.Level == "" {
				t.Fatalf("%+v", e)
			}
			return nil
		})
	})
}
