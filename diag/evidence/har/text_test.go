package har

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestParseDate(t *testing.T) {
	want := time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)
	for s, ns := range map[string]int{
		"2026-11-20T02:22:41Z": 0, "2026-11-20t02:22:41z": 0, "2026-11-20T10:22:41+08:00": 0, "2026-11-20T10:22:41+0800": 0,
		"2026-11-20T10:22:41+08": 0, "2026-11-19T21:22:41.5-05:00": 5e8, "2026-11-20T02:22:41.1234Z": 1234e5,
		"2026-11-20T02:22:41.123456789123Z": 123456789, "2026-11-20 10:22:41.5 +0800": 5e8, "2026-11-20T07:52:41+05:30": 0,
	} {
		got, assumed := parseDate([]byte(s))
		if !got.Equal(want.Add(time.Duration(ns))) || assumed {
			t.Errorf("%s: %v, zone assumed %v", s, got, assumed)
		}
	}
	if got, assumed := parseDate([]byte("2026-11-20T02:22:41.000")); !got.Equal(want) || !assumed {
		t.Errorf("without zone: %v %v", got, assumed)
	}
	for _, s := range []string{"", "x", "1969-12-31T23:59:59.999Z", "2026-13-01T00:00:00Z", "2026-11-20", "2026-11-20T02:22:41+8", "2026-11-20T02:22:41Zx", "2026-11-20T25:00:00Z", "20261120T022241Z"} {
		if got, _ := parseDate([]byte(s)); !got.IsZero() {
			t.Errorf("%q: %v", s, got)
		}
	}
	for v, want := range map[float64]string{1795384760.3032348: "2026-11-22T21:59:20.303235Z", 1795384760303: "2026-11-22T21:59:20.303Z", 0: "", -5: "", 1e300: "", 12345: ""} {
		got := fromUnix(v)
		if want == "" != got.IsZero() || want != "" && got.Format(time.RFC3339Nano) != want {
			t.Errorf("%v: %v", v, got)
		}
	}
}

// TestUnquote compares with encoding/json, and cuts at every length.
func TestUnquote(t *testing.T) {
	texts := []string{"", "a", "您好", `a"b\c/`, "\b\f\n\r\t\x01", "😀 x 😀", strings.Repeat(`{"a":"您好","b":[1,2]}`, 20), strings.Repeat("x", 300) + "\n" + strings.Repeat("y", 300)}
	for _, want := range texts {
		q, _ := json.Marshal(want)
		ascii := strings.ReplaceAll(fmt.Sprintf("%+q", want), `\U0001f600`, `\ud83d\ude00`)
		forms := [][]byte{q[1 : len(q)-1]}
		if !strings.Contains(ascii, `\x`) {
			forms = append(forms, []byte(ascii[1:len(ascii)-1]))
		}
		for _, raw := range forms {
			if got, cut := unquote(nil, raw, 1<<20, false); string(got) != want || cut {
				t.Errorf("%q: %q, cut %v", raw, got, cut)
			}
			for limit := range len(want) {
				got, cut := unquote([]byte("…"), raw, limit, false)
				s := strings.TrimPrefix(string(got), "…")
				if !cut || len(s) > limit || len(s) < limit-3 || !strings.HasPrefix(want, s) || !utf8.ValidString(s) {
					t.Fatalf("%q at %d: %q, cut %v", raw, limit, s, cut)
				}
			}
			for n := range raw { // a beginning, cut wherever
				got, cut := unquote(nil, raw[:n], 1<<20, true)
				if !cut || !strings.HasPrefix(want, string(got)) {
					t.Fatalf("%q of %q: %q", raw[:n], raw, got)
				}
			}
		}
	}
	for raw, want := range map[string]string{
		`\ud800`: "\uFFFD", `\ud800x`: "\uFFFDx", `\udc00\ud800`: "\uFFFD\uFFFD", "\xff": "\uFFFD", `\u12`: "\uFFFD12", `\q`: "q", `\`: "\uFFFD", "a\xe4\xbd": "a\uFFFD\uFFFD",
	} {
		if got, _ := unquote(nil, []byte(raw), 100, false); string(got) != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
