package incident

import (
	"testing"
	"time"
)

func TestParseWindow(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"2m": 2 * m, " 2m ": 2 * m, "2M": 2 * m, "120s": 2 * m, "120": 2 * m, "90.5": 90*s + 500*ms,
		"2分钟": 2 * m, "2分": 2 * m, "2 分钟": 2 * m, "30秒": 30 * s, "30秒钟": 30 * s, "1小时30分": 90 * m, "1小时30分钟": 90 * m,
		"1小时": h, "1天": 24 * h, "24小时": 24 * h, "1天12小时": 36 * h,
		"1h30m": 90 * m, "1h 30m": 90 * m, "1.5h": 90 * m, "2 minutes": 2 * m, "1 minute": m, "2 min": 2 * m, "2mins": 2 * m,
		"1 hour": h, "2 hours": 2 * h, "2hrs": 2 * h, "30 seconds": 30 * s, "30 sec": 30 * s, "7 days": 168 * h, "7d": 168 * h,
		"2m30s": 150 * s, "1d2h3m4s": 26*h + 3*m + 4*s,
	} {
		if got, p := ParseWindow(text); p != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, p, want)
		}
	}
}

func TestParseWindowNonsense(t *testing.T) {
	for _, text := range []string{
		"", " ", "0", "0m", "0s", "-5", "-2m", "2x", "abc", "m", "分钟", "2m2m", "30s2m", "NaN", "Inf", "-Inf", "1e309", "1e200",
		"200000d", "99999999999999999999m", "2:00", "2m,", "2..5m", "1/2h", "2 minutes ago",
	} {
		got, p := ParseWindow(text)
		if p == nil {
			t.Errorf("%q was read as %v", text, got)
		} else if p.What.IsZero() || p.Hint.IsZero() {
			t.Errorf("%q: no reason or no hint", text)
		}
	}
}

func FuzzParseWindow(f *testing.F) {
	for _, text := range []string{"2m", "120", "1小时30分", "106751d", "1e7", "100000d1000000h1000000m1000000s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, p := ParseWindow(text)
		if p == nil && d <= 0 {
			t.Errorf("%q: %v", text, d)
		}
		if p != nil && d != 0 {
			t.Errorf("%q: both %v and %v", text, d, p)
		}
	})
}
