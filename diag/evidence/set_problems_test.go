package evidence

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// logsOf gives n logs without a zone, of one entry, two, three and so on.
func logsOf(n int) (pairs []string) {
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("app-%03d.log", i), strings.Repeat("2026-11-20 10:22:41 [info] recall clicked\n", 1+i%3))
	}
	return pairs
}

func TestEqualProblemsAreOne(t *testing.T) {
	zone := time.FixedZone("+08:00", 8*3600)
	s := readAll(t, Options{Zone: zone}, put(t, append(logsOf(300), "broken.har", `{"log":{"version":"1.2","entries":[{`)...))
	if len(s.Logs) != 300 || len(s.Problems) != 2 {
		t.Fatalf("%d logs, %d problems, the first %v", len(s.Logs), len(s.Problems), s.Problems[0])
	}
	p := s.Problems[1]
	if want := "1 entries name no time zone and were read as +08:00; the same in 299 more files: app-001.log, app-002.log, app-003.log, …"; p.What.EN != want || filepath.Base(p.File) != "app-000.log" || p.Hint.EN == "" {
		t.Errorf("%s: %s\nwant %s", p.File, p.What.EN, want)
	}
	if want := "1 条记录的时间没有写时区，按 +08:00 处理；另有 299 个文件也是这样：app-001.log、app-002.log、app-003.log……"; p.What.ZH != want {
		t.Errorf("%s\nwant %s", p.What.ZH, want)
	}
	// A few are told one by one, as are those of HARs: whether anything was read hangs on each.
	if s := readAll(t, Options{Zone: zone}, put(t, logsOf(4)...)); len(s.Problems) != 4 {
		t.Errorf("four logs: %v", s.Problems)
	}
	var hars []string
	for i := range 9 {
		hars = append(hars, fmt.Sprintf("%d.har", i), `{"log":{"version":"1.2","entries":[{`)
	}
	if s := readAll(t, Options{}, put(t, hars...)); len(s.Problems) != 9 {
		t.Errorf("nine broken HARs: %v", s.Problems)
	}
}

func TestEqualProblemsOfMembers(t *testing.T) {
	s := readAll(t, Options{}, put(t, "logs.zip", zipOf(t, logsOf(6)...)))
	if len(s.Problems) != 1 || !strings.HasSuffix(s.Problems[0].What.EN, "the same in 5 more files: app-001.log, app-002.log, app-003.log, …") {
		t.Errorf("%v", s.Problems)
	}
}

// What was read and not kept is told where it may matter.
func TestDroppedIsTold(t *testing.T) {
	at := time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)
	var b strings.Builder
	for i := range 2*maxLogEntries + 5000 {
		fmt.Fprintf(&b, "2026-11-20T02:22:%02d.%03dZ INFO request %d done\n", i/1000%60, i%1000, i)
	}
	dir := put(t, "big.log", b.String())
	for _, c := range []struct {
		opt      Options
		en, hint string
	}{
		{Options{}, "only what came first was kept", "--at"},
		{Options{Attempt: at}, "nearest to the recall", "report slice"},
		{Options{Attempt: at.Add(6 * time.Hour)}, "85000 entries, none of them near the recall", "time zone"},
	} {
		s := readAll(t, c.opt, dir)
		l := s.Logs[0]
		if l.Dropped != l.Info.Entries-len(l.Entries) || l.Dropped < 5000 {
			t.Errorf("%d of %d entries were kept, %d are said to be dropped", len(l.Entries), l.Info.Entries, l.Dropped)
		}
		if len(s.Problems) != 1 {
			t.Errorf("%v", s.Problems)
			continue
		}
		p := s.Problems[0]
		if !strings.Contains(p.What.EN, c.en) || !strings.HasPrefix(p.What.EN, fmt.Sprint(l.Dropped)) || !strings.HasPrefix(p.What.ZH, fmt.Sprint(l.Dropped)) || !strings.Contains(p.Hint.EN, c.hint) {
			t.Errorf("%d dropped: %s", l.Dropped, p)
		}
	}
	// That a log is longer than the recall's time is nothing to tell.
	long := "2026-11-19T02:22:41Z INFO the day before\n2026-11-20T02:22:41Z INFO recall\n2026-11-21T02:22:41Z INFO the day after\n"
	if s := readAll(t, Options{Attempt: at}, put(t, "long.log", long)); len(s.Problems) != 0 || s.Logs[0].Dropped != 2 || len(s.Logs[0].Entries) != 1 {
		t.Errorf("%d dropped, %v", s.Logs[0].Dropped, s.Problems)
	}
}

// A log that is read again on a better zone has the problems of that reading, and takes no room twice.
func TestSecondReadingCountsOnce(t *testing.T) {
	zone := time.FixedZone("+08:00", 8*3600)
	at := time.Date(2026, 11, 20, 10, 22, 41, 0, zone)
	s := readAll(t, Options{Zone: zone, Attempt: at}, put(t, "utc.log", "2026-11-20 02:22:40 [info] recall clicked\n2026-11-20 02:22:42 [error] recall failed\n"))
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].What.EN, "were read as UTC") {
		t.Errorf("%v", s.Problems)
	}
	want := 0
	for _, e := range s.Logs[0].Entries {
		want += len(e.Text)
	}
	if s.logBytes != want || s.logCount != 2 {
		t.Errorf("%d entries of %d bytes count as %d of %d", len(s.Logs[0].Entries), want, s.logCount, s.logBytes)
	}
}

const chromePrefs = `{"profile":{"name":"Person 1"},"extensions":{"settings":{}}}`

// A browser's data in an archive are told as what they are, and none of them is read as a log.
func TestPackedBrowserProfile(t *testing.T) {
	for _, c := range []struct {
		name  string
		pairs []string
		where string // of the problem
		files string // that are read
	}{
		{"Chromium", []string{"User Data/Local State", `{"profile":{}}`, "User Data/Default/Preferences", chromePrefs, "User Data/Default/Network/Cookies", "SQLite format 3\x00", "User Data/Default/notes.log", clientText, "shop.har", oneHAR(1)}, "!User Data", "shop.har=har"},
		{"one profile", []string{"Default/Preferences", chromePrefs, "Default/History", "SQLite format 3\x00"}, "!Default", ""},
		{"packed by Windows", []string{`Default\Preferences`, chromePrefs, `Default\Bookmarks`, "{}"}, "!Default", ""},
		{"Firefox, no folder", []string{"prefs.js", "// Mozilla User Preferences\nuser_pref(\"app.version\", \"153.7\");\n", "extensions.json", `{"addons":[]}`, "logins.json", "{}"}, ".zip", ""},
		{"names alone", []string{"Preferences", "likes tea\n", "Default/prefs.js", "x\n", "a.log", clientText}, "", "Preferences=log prefs.js=log a.log=client"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := readAll(t, Options{}, put(t, "case.zip", zipOf(t, c.pairs...)))
			ps := problems(s)
			if c.where == "" {
				if len(ps) != 0 {
					t.Errorf("%v", ps)
				}
			} else if len(ps) != 1 || !strings.HasSuffix(ps[0].File, c.where) || !strings.Contains(ps[0].What.EN, "browser's profile") || !strings.Contains(ps[0].Hint.EN, "--evidence") || ps[0].What.ZH == "" || ps[0].Hint.ZH == "" {
				t.Errorf("%v", ps)
			}
			for _, want := range strings.Fields(c.files) {
				if !strings.Contains(kinds(s), want) {
					t.Errorf("%s is missing from %q", want, kinds(s))
				}
			}
			if n := len(strings.Fields(c.files)); len(s.Files) != n {
				t.Errorf("%d files are read, not %d: %s", len(s.Files), n, kinds(s))
			}
		})
	}
}
