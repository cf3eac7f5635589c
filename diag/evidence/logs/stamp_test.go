package logs

import (
	"testing"
	"time"
)

func TestFindStamp(t *testing.T) {
	const z, l = true, false // with a zone, without
	tests := []struct {
		line string
		want string // RFC 3339 with nanoseconds; of the wall clock without a zone
		zone bool
		prec time.Duration
		text string
	}{
		{"2026-11-20T10:22:41+08:00 x", "2026-11-20T02:22:41Z", z, time.Second, "2026-11-20T10:22:41+08:00"},
		{"2026-11-20T10:22:41.123Z x", "2026-11-20T10:22:41.123Z", z, time.Millisecond, "2026-11-20T10:22:41.123Z"},
		{"2026-11-20 10:22:41,123 x", "2026-11-20T10:22:41.123Z", l, time.Millisecond, "2026-11-20 10:22:41,123"},
		{"2026-11-20 10:22:41, 5 items", "2026-11-20T10:22:41Z", l, time.Second, "2026-11-20 10:22:41"},
		{"2026-11-20 10:22:41.123456 +0800 x", "2026-11-20T02:22:41.123456Z", z, time.Microsecond, "2026-11-20 10:22:41.123456 +0800"},
		{"2026-11-20 10:22:41 -12 x", "2026-11-20T10:22:41Z", l, time.Second, "2026-11-20 10:22:41"},
		{"2026-11-20 10:22:41 UTC x", "2026-11-20T10:22:41Z", z, time.Second, "2026-11-20 10:22:41 UTC"},
		{"2026-11-20T10:22-05:30 x", "2026-11-20T15:52:00Z", z, time.Minute, "2026-11-20T10:22-05:30"},
		{"2026/11/20 10:22:41 [error] 12#12: x", "2026-11-20T10:22:41Z", l, time.Second, "2026/11/20 10:22:41"},
		{"2026/1/2 9:03:04 x", "2026-01-02T09:03:04Z", l, time.Second, "2026/1/2 9:03:04"},
		{`1.2.3.4 - - [20/Nov/2026:10:22:41 +0800] "GET / HTTP/1.1" 200`, "2026-11-20T02:22:41Z", z, time.Second, "20/Nov/2026:10:22:41 +0800"},
		{"Nov 20 10:22:41 host x", "0000-11-20T10:22:41Z", l, time.Second, "Nov 20 10:22:41"},
		{"Nov  2 10:22:41 host x", "0000-11-02T10:22:41Z", l, time.Second, "Nov  2 10:22:41"},
		{"<34>1 2026-11-20T02:22:41.003Z host app", "2026-11-20T02:22:41.003Z", z, time.Millisecond, "2026-11-20T02:22:41.003Z"},
		{"11-20 10:22:41.123  1 2 E T: x", "0000-11-20T10:22:41.123Z", l, time.Millisecond, "11-20 10:22:41.123"},
		{"[1:22:1122/221612.199204:ERROR:a.cc(1)] x", "0000-11-22T22:16:12.199204Z", l, time.Microsecond, "1122/221612.199204"},
		{"I1120 10:22:41.123456 99 a.cc:1] x", "0000-11-20T10:22:41.123456Z", l, time.Microsecond, "1120 10:22:41.123456"},
		{"[2026-11-22 22:16:21.906] [error] x", "2026-11-22T22:16:21.906Z", l, time.Millisecond, "2026-11-22 22:16:21.906"},
		{"10:22:41.123 app.js:12 x", "0000-01-01T10:22:41.123Z", l, time.Millisecond, "10:22:41.123"},
		{"2026年11月20日 10:22:41 x", "2026-11-20T10:22:41Z", l, time.Second, "2026年11月20日 10:22:41"},
		{"2026年11月20日10时22分41秒 x", "2026-11-20T10:22:41Z", l, time.Second, "2026年11月20日10时22分41秒"},
		{"2026-11-20 上午10:22:41 x", "2026-11-20T10:22:41Z", l, time.Second, "2026-11-20 上午10:22:41"},
		{"2026-11-20 下午10:22:41 x", "2026-11-20T22:22:41Z", l, time.Second, "2026-11-20 下午10:22:41"},
		{"2026/11/20 中午12:10:00", "2026-11-20T12:10:00Z", l, time.Second, "2026/11/20 中午12:10:00"},
		{"2026/11/20 凌晨12:10:00", "2026-11-20T00:10:00Z", l, time.Second, "2026/11/20 凌晨12:10:00"},
		{"[Fri Nov 20 10:22:41.123456 2026] [error]", "2026-11-20T10:22:41.123456Z", l, time.Microsecond, "Fri Nov 20 10:22:41.123456 2026"},
		{"Fri Nov 20 2026 10:22:41 GMT+0800 (中国标准时间)", "2026-11-20T02:22:41Z", z, time.Second, "Fri Nov 20 2026 10:22:41 GMT+0800"},
		{"Fri, 20 Nov 2026 10:22:41 GMT x", "2026-11-20T10:22:41Z", z, time.Second, "Fri, 20 Nov 2026 10:22:41 GMT"},
		{"[20-Nov-2026 10:22:41 UTC] PHP", "2026-11-20T10:22:41Z", z, time.Second, "20-Nov-2026 10:22:41 UTC"},
		{"11/20/2026, 3:22:41 PM x", "2026-11-20T15:22:41Z", l, time.Second, "11/20/2026, 3:22:41 PM"},
		{"20261120T022241Z x", "2026-11-20T02:22:41Z", z, time.Second, "20261120T022241Z"},
		{"20261120-10:22:41:606|x", "2026-11-20T10:22:41.606Z", l, time.Millisecond, "20261120-10:22:41:606"},
		{"1795141361.123 12 1.2.3.4", "2026-11-20T02:22:41.123Z", z, time.Millisecond, "1795141361.123"},
		{"1795141361123 x", "2026-11-20T02:22:41.123Z", z, time.Millisecond, "1795141361123"},
		{"web-1  | 2026-11-20T02:22:41Z x", "2026-11-20T02:22:41Z", z, time.Second, "2026-11-20T02:22:41Z"},
		{`time="2026-11-20T02:22:41Z" level=info`, "2026-11-20T02:22:41Z", z, time.Second, "2026-11-20T02:22:41Z"},
		{"- 1117838570 2005.06.03 R02 2005-06-03-15.42.50.675872 R02", "2005-06-03T15:42:50.675872Z", l, time.Microsecond, "2005-06-03-15.42.50.675872"},
		{"2026-12-31 23:59:60 leap", "2027-01-01T00:00:00Z", l, time.Second, "2026-12-31 23:59:60"},
		{"261120 102241 148 INFO dfs.DataNode: x", "2026-11-20T10:22:41Z", l, time.Second, "261120 102241"},
		{"261120  9:22:41 [Note] x", "2026-11-20T09:22:41Z", l, time.Second, "261120  9:22:41"},
		{"[11.20 10:22:41] chrome.exe x", "0000-11-20T10:22:41Z", l, time.Second, "11.20 10:22:41"},
		{"@400000006affaefb075bca00 x", "2026-11-20T02:22:41.123456Z", z, time.Nanosecond, "@400000006affaefb075bca00"},
		{"\x1b[32m2026-11-20T02:22:41Z\x1b[0m x", "2026-11-20T02:22:41Z", z, time.Second, "2026-11-20T02:22:41Z"},
		{"\x1b[1;32m[11-20 10:22:41.123]\x1b[0m x", "0000-11-20T10:22:41.123Z", l, time.Millisecond, "11-20 10:22:41.123"},
		{"2024-02-29 00:00:00 leap", "2024-02-29T00:00:00Z", l, time.Second, "2024-02-29 00:00:00"},
	}
	for _, tt := range tests {
		got, zone, _, start, end, prec, ok := FindStamp(tt.line)
		if !ok {
			t.Errorf("%q: no stamp", tt.line)
			continue
		}
		if s := got.Format(time.RFC3339Nano); s != tt.want || zone != tt.zone || prec != tt.prec || tt.line[start:end] != tt.text {
			t.Errorf("%q:\n got %s zone=%v %v %q\nwant %s zone=%v %v %q", tt.line, s, zone, prec, tt.line[start:end], tt.want, tt.zone, tt.prec, tt.text)
		}
	}
	for _, line := range []string{
		"", "no stamp here", "2026-13-20 10:22:41", "2026-02-30 10:22:41", "2026-11-20 24:00:00", "took 10:22:41 hours",
		"version 4.0.1", "1.2.3.4:8080", "id 20261120", "Nov 31 10:22:41 x", "call +86 138 0013 8000", "1795141361000000x",
		"123456 123456 x", "261120 1022411 x", "@40000000 x", "11.20 10:22:41 x", "\x1b[2026-11", "\x1b[32m x",
		"nova.log.2017-05-16_13:53:08", "2023-02-29 00:00:00", "app.js:12:5 x",
	} {
		if got, _, _, start, end, _, ok := FindStamp(line); ok {
			t.Errorf("%q: found %v in %q", line, got, line[start:end])
		}
	}
}

func TestDays(t *testing.T) {
	for d := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2200; d = d.AddDate(0, 0, 17) {
		if got := days(d.Year(), int(d.Month()), d.Day()) * 86400; got != d.Unix() {
			t.Fatalf("days of %v: %d, want %d", d, got, d.Unix())
		}
	}
}

// A reading is T ± Err: the printed instant is the lower end.
func TestPrecision(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"2026-11-20T10:22:41Z x":           time.Second,
		"2026-11-20T10:22:41.12Z x":        10 * time.Millisecond,
		"2026-11-20T10:22:41.123456789Z x": time.Nanosecond,
	} {
		e := readAll(t, text, Options{})[0]
		lo := e.At.T.Add(-e.At.Err)
		printed, _, _, _, _, _, _ := FindStamp(text)
		if !lo.Equal(printed) || e.At.Err != want/2 {
			t.Errorf("%q: %v ± %v", text, e.At.T, e.At.Err)
		}
	}
}

func FuzzFindStamp(f *testing.F) {
	for _, s := range []string{
		"2026-11-20T10:22:41.123+08:00", "2026年11月20日 下午10:22:41", "[1:2:1122/221612.199204:E:", "Fri Nov 20 10:22:41 2026",
		"1795141361.123 x", "11-20 10:22:41.123", "<34>1 2026-", "2026-11-20 10:22:41 GMT+", "1.2e9", "20/Nov/2026:10:22:41 +08", "I1120 10:2",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, _, _, start, end, prec, ok := FindStamp(s)
		if !ok {
			return
		}
		if start < 0 || end > len(s) || start >= end || prec <= 0 || prec > time.Minute {
			t.Fatalf("%q: [%d:%d) of precision %v", s, start, end, prec)
		}
		if y := at.Year(); y < -1 || y > 2200 {
			t.Fatalf("%q: year %d", s, y)
		}
	})
}
