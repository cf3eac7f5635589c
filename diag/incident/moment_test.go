package incident

import (
	"strings"
	"testing"
	"time"
)

var (
	beijing = time.FixedZone("", 8*3600)
	// friday is when the person is asked: 2026-11-20 14:30 in Beijing.
	friday = time.Date(2026, 11, 20, 14, 30, 0, 0, beijing)
)

const (
	h  = time.Hour
	m  = time.Minute
	s  = time.Second
	ms = time.Millisecond
)

// spellings are times as people write them, on friday. want is the start of
// what the text leaves open, unit the last digit's worth.
var spellings = []struct {
	text string
	want string
	unit time.Duration
}{
	// dates with numbers
	{"2026-11-20T10:22:41+08:00", "2026-11-20T10:22:41+08:00", s},
	{"2026-11-20T02:22:41Z", "2026-11-20T10:22:41+08:00", s},
	{"2026-11-20T10:22:41+0800", "2026-11-20T10:22:41+08:00", s},
	{"2026-11-20T10:22:41.5+08:00", "2026-11-20T10:22:41.5+08:00", 100 * ms},
	{"2026-11-20T10:22:41.123+08:00", "2026-11-20T10:22:41.123+08:00", 10 * ms},
	{"2026-11-20T10:22+08:00", "2026-11-20T10:22:00+08:00", m},
	{"2026-11-20 10:22:41", "2026-11-20T10:22:41+08:00", s},
	{"  2026-11-20 10:22:41  ", "2026-11-20T10:22:41+08:00", s},
	{"2026-11-20 10:22:41.123", "2026-11-20T10:22:41.123+08:00", 10 * ms},
	{"2026-11-20 10:22:41,5", "2026-11-20T10:22:41.5+08:00", 100 * ms},
	{"2026-11-20 10:22", "2026-11-20T10:22:00+08:00", m},
	{"2026-11-20 02:22:41 UTC", "2026-11-20T10:22:41+08:00", s},
	{"2026-11-20 10:22:41 +0800", "2026-11-20T10:22:41+08:00", s},
	{"2026-11-20 10:22:41 +08:00", "2026-11-20T10:22:41+08:00", s},
	{"2026-11-19 21:22:41 -05:00", "2026-11-20T10:22:41+08:00", s},
	{"2026/11/20 10:22:41", "2026-11-20T10:22:41+08:00", s},
	{"2026.11.20 10:22:41", "2026-11-20T10:22:41+08:00", s},
	{"2026/1/5 9:05", "2026-01-05T09:05:00+08:00", m},
	{"11-20 10:22", "2026-11-20T10:22:00+08:00", m},
	{"11/20 10:22:41", "2026-11-20T10:22:41+08:00", s},
	{"11-20 10:22 +0800", "2026-11-20T10:22:00+08:00", m},
	{"12-31 10:22", "2025-12-31T10:22:00+08:00", m},
	// dates with words
	{"2026年11月20日10点22分41秒", "2026-11-20T10:22:41+08:00", s},
	{"2026年11月20日 10:22:41", "2026-11-20T10:22:41+08:00", s},
	{"2026年11月20日10点22分", "2026-11-20T10:22:00+08:00", m},
	{"2026年11月20日上午10点22分", "2026-11-20T10:22:00+08:00", m},
	{"2026年1月5日下午3点5分", "2026-01-05T15:05:00+08:00", m},
	{"11月20日 10:22", "2026-11-20T10:22:00+08:00", m},
	{"11月20号10点22分", "2026-11-20T10:22:00+08:00", m},
	{"11月20日上午10点", "2026-11-20T10:00:00+08:00", h},
	{"11月20日晚上8点半", "2025-11-20T20:30:00+08:00", m}, // spelled out below: 20:30 today is to come
	// times alone: the latest one not after now
	{"10:22:41", "2026-11-20T10:22:41+08:00", s},
	{"10:22:41.25", "2026-11-20T10:22:41.25+08:00", 10 * ms},
	{"10:22", "2026-11-20T10:22:00+08:00", m},
	{"9:05", "2026-11-20T09:05:00+08:00", m},
	{"0:00:05", "2026-11-20T00:00:05+08:00", s},
	{"23:59:30", "2026-11-19T23:59:30+08:00", s},
	{"14:31", "2026-11-20T14:31:00+08:00", m}, // a clock a minute ahead is no reason to go back a day
	{"14:40", "2026-11-19T14:40:00+08:00", m},
	{"10点22分41秒", "2026-11-20T10:22:41+08:00", s},
	{"10点22分", "2026-11-20T10:22:00+08:00", m},
	{"10点22", "2026-11-20T10:22:00+08:00", m},
	{"10时22分", "2026-11-20T10:22:00+08:00", m},
	{"10点半", "2026-11-20T10:30:00+08:00", m},
	{"10点整", "2026-11-20T10:00:00+08:00", m},
	{"10点", "2026-11-20T10:00:00+08:00", h},
	// halves of the day
	{"上午10:22", "2026-11-20T10:22:00+08:00", m},
	{"上午 10:22:41", "2026-11-20T10:22:41+08:00", s},
	{"早上9点5分", "2026-11-20T09:05:00+08:00", m},
	{"凌晨0点15分", "2026-11-20T00:15:00+08:00", m},
	{"凌晨12点15分", "2026-11-20T00:15:00+08:00", m},
	{"凌晨3点半", "2026-11-20T03:30:00+08:00", m},
	{"中午12点10分", "2026-11-20T12:10:00+08:00", m},
	{"中午1点10分", "2026-11-20T13:10:00+08:00", m},
	{"中午11:50", "2026-11-20T11:50:00+08:00", m},
	{"下午1点5分", "2026-11-20T13:05:00+08:00", m},
	{"下午2:15", "2026-11-20T14:15:00+08:00", m},
	{"下午14:15", "2026-11-20T14:15:00+08:00", m},
	{"下午12:30", "2026-11-20T12:30:00+08:00", m},
	{"下午3点5分", "2026-11-19T15:05:00+08:00", m},
	{"晚上10点半", "2026-11-19T22:30:00+08:00", m},
	{"晚8点", "2026-11-19T20:00:00+08:00", h},
	{"傍晚6点20分", "2026-11-19T18:20:00+08:00", m},
	{"10:22 am", "2026-11-20T10:22:00+08:00", m},
	{"10:22:41 AM", "2026-11-20T10:22:41+08:00", s},
	{"2:15 pm", "2026-11-20T14:15:00+08:00", m},
	{"2:15PM", "2026-11-20T14:15:00+08:00", m},
	{"12:05 am", "2026-11-20T00:05:00+08:00", m},
	{"12:05 pm", "2026-11-20T12:05:00+08:00", m},
	// days named
	{"昨晚10点半", "2026-11-19T22:30:00+08:00", m},
	{"昨晚22:30", "2026-11-19T22:30:00+08:00", m},
	{"昨天 22:15", "2026-11-19T22:15:00+08:00", m},
	{"昨天下午3点5分", "2026-11-19T15:05:00+08:00", m},
	{"昨日 9:05", "2026-11-19T09:05:00+08:00", m},
	{"前天 18:30", "2026-11-18T18:30:00+08:00", m},
	{"今天 10:22:41", "2026-11-20T10:22:41+08:00", s},
	{"今日 10:22", "2026-11-20T10:22:00+08:00", m},
	{"今早8点20分", "2026-11-20T08:20:00+08:00", m},
	{"今天上午10点22分", "2026-11-20T10:22:00+08:00", m},
	{"今天下午2点", "2026-11-20T14:00:00+08:00", h},
	{"yesterday 22:15", "2026-11-19T22:15:00+08:00", m},
	{"Yesterday 10:15 PM", "2026-11-19T22:15:00+08:00", m},
	{"today 10:22:41", "2026-11-20T10:22:41+08:00", s},
	// zones without a date
	{"10:22:41+08:00", "2026-11-20T10:22:41+08:00", s},
	{"02:22:41Z", "2026-11-20T10:22:41+08:00", s},
	{"02:22 UTC", "2026-11-20T10:22:00+08:00", m},
	{"21:22:41 -05:00", "2026-11-20T10:22:41+08:00", s}, // the 19th in New York
	// a Chinese input method writes full-width signs
	{"10\uff1a22\uff1a41", "2026-11-20T10:22:41+08:00", s},
	{"下午2\uff1a15", "2026-11-20T14:15:00+08:00", m},
	{"昨天\uff0c22\uff1a15", "2026-11-19T22:15:00+08:00", m},
	// around midnight "last night" and "at night" belong to the day that follows
	{"昨晚12点半", "2026-11-20T00:30:00+08:00", m},
	{"昨晚1点半", "2026-11-20T01:30:00+08:00", m},
	{"晚上12点10分", "2026-11-20T00:10:00+08:00", m},
}

func TestParseMomentSpellings(t *testing.T) {
	if len(spellings) < 60 {
		t.Fatalf("only %d spellings", len(spellings))
	}
	for _, c := range spellings {
		if c.text == "11月20日晚上8点半" {
			continue // see TestParseMomentLaterToday
		}
		checkMoment(t, c.text, c.want, c.unit, friday)
	}
}

func checkMoment(t *testing.T, text, want string, unit time.Duration, now time.Time) {
	t.Helper()
	start, err := time.Parse(time.RFC3339Nano, want)
	if err != nil {
		t.Fatal(err)
	}
	got, p := ParseMoment(text, now)
	if p != nil {
		t.Errorf("%q: %v", text, p)
		return
	}
	// The moment ± its error holds all that the text leaves open, and not much more.
	mid, half := start, unit
	if unit >= time.Minute {
		mid, half = start.Add(unit/2), unit/2
	}
	if !got.T.Equal(mid) || got.Err != half {
		t.Errorf("%q: %v ± %v, want %v ± %v", text, got.T.In(beijing), got.Err, mid.In(beijing), half)
	}
	if got.Text != text {
		t.Errorf("%q: the text became %q", text, got.Text)
	}
}

// A date without a year that lies a few hours ahead is today, not a year ago:
// the reporter's clock or zone may be off.
func TestParseMomentLaterToday(t *testing.T) {
	checkMoment(t, "11月20日晚上8点半", "2026-11-20T20:30:00+08:00", m, friday)
	checkMoment(t, "11-21 10:22", "2026-11-21T10:22:00+08:00", m, friday)
	checkMoment(t, "11-22 10:22", "2025-11-22T10:22:00+08:00", m, friday)
}

func TestParseMomentAcrossMidnightAndYears(t *testing.T) {
	night := time.Date(2027, 1, 1, 0, 5, 0, 0, beijing)
	for _, c := range []struct {
		text, want string
		unit       time.Duration
	}{
		{"23:58:10", "2026-12-31T23:58:10+08:00", s},
		{"0:03", "2027-01-01T00:03:00+08:00", m},
		{"昨晚11点58分", "2026-12-31T23:58:00+08:00", m},
		{"昨天 23:58", "2026-12-31T23:58:00+08:00", m},
		{"前天 23:58", "2026-12-30T23:58:00+08:00", m},
		{"12-31 23:58", "2026-12-31T23:58:00+08:00", m},
		{"12月31日23点58分30秒", "2026-12-31T23:58:30+08:00", s},
		{"1-1 0:03", "2027-01-01T00:03:00+08:00", m},
		{"15:58:10Z", "2026-12-31T23:58:10+08:00", s},
	} {
		checkMoment(t, c.text, c.want, c.unit, night)
	}
	leap := time.Date(2028, 3, 1, 9, 0, 0, 0, beijing)
	checkMoment(t, "昨天 10:00", "2028-02-29T10:00:00+08:00", m, leap)
	checkMoment(t, "2-29 10:00", "2028-02-29T10:00:00+08:00", m, leap)
}

func TestParseMomentZones(t *testing.T) {
	for text, assumed := range map[string]bool{
		"2026-11-20 10:22:41": true, "10:22": true, "昨晚10点半": true,
		"2026-11-20T10:22:41+08:00": false, "02:22:41Z": false, "10:22 +0800": false,
	} {
		got, p := ParseMoment(text, friday)
		if p != nil || got.ZoneAssumed != assumed {
			t.Errorf("%q: zone assumed %v, %v; want %v", text, got.ZoneAssumed, p, assumed)
		}
	}
	newYork := time.FixedZone("", -5*3600)
	checkMoment(t, "10:22", "2026-11-19T10:22:00-05:00", m, friday.In(newYork)) // it is 01:30 there
	got, _ := ParseMoment("10:22 +05:30", friday)
	if _, off := got.T.Zone(); off != 5*3600+1800 {
		t.Errorf("zone of +05:30 is %d s", off)
	}
}

func TestParseMomentNonsense(t *testing.T) {
	for _, text := range []string{
		"", " ", "soon", "刚才", "昨天", "2026-11-20", "11月20日", "25:00", "24:01", "10:61", "10:22:75", "10", "::", "T",
		"2026-13-01 10:00", "2026-00-10 10:00", "2026-02-30 10:00", "13月20日 10:00", "2月30日 10:00", "1999-01-01 10:00", "0000-00-00 00:00",
		"2300-01-01 10:00", "10:22 +99:00", "10:22:41 MSK", "昨天 25:10", "下午", "-10:22", "10:22:41:07", "2026-11-20T10:22:41+08:00 x",
		"2026-11-20 10:22:41; rm -rf", "\x00", "10:22\n11:23", strings.Repeat("9", 10_000), strings.Repeat("昨", 10_000),
	} {
		got, p := ParseMoment(text, friday)
		if p == nil {
			t.Errorf("%.40q was read as %v", text, got.T)
			continue
		}
		if p.What.ZH == "" || p.What.EN == "" || p.Hint.IsZero() {
			t.Errorf("%.40q: no reason or no hint: %+v", text, p)
		}
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, c := range spellings {
		f.Add(c.text)
	}
	for _, text := range []string{"25:00", "2026-02-30 10:00", "99-99 99:99", "23:59:60", "0:0", "今晚 8:00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, p := ParseMoment(text, friday)
		if p != nil {
			if p.What.IsZero() || p.Hint.IsZero() {
				t.Errorf("%q: %+v", text, p)
			}
			return
		}
		if got.Err <= 0 || got.Err > time.Hour || got.Text != text {
			t.Errorf("%q: %+v", text, got)
		}
		if y := got.T.Year(); y < 1999 || y > 2201 {
			t.Errorf("%q: year %d", text, y)
		}
		if again, _ := ParseMoment(text, friday); !again.T.Equal(got.T) || again.Err != got.Err {
			t.Errorf("%q: read twice, %v and %v", text, got.T, again.T)
		}
		// Written out in full, it is the same moment.
		full, p := ParseMoment(got.T.Format("2006-01-02T15:04:05.999999999Z07:00"), friday)
		if p != nil || !full.T.Equal(got.T) {
			t.Errorf("%q: %v reads back as %v, %v", text, got.T, full.T, p)
		}
	})
}
