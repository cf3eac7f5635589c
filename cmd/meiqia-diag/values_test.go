package main

import (
	"strings"
	"testing"
	"time"
)

// A time limit may be written as programs and as people write it.
func TestSpanFlag(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1ms": time.Millisecond, "100ms": 100 * time.Millisecond, "1.5s": 1500 * time.Millisecond, "30": 30 * time.Second, "2m": 2 * time.Minute, "1m30s": 90 * time.Second,
		"1h": time.Hour, "2分钟": 2 * time.Minute, "500毫秒": 500 * time.Millisecond, "500 ms": 500 * time.Millisecond, "３０ｓ": 30 * time.Second, "0": 0, "0s": 0, "0ms": 0, "00": 0, "2 minutes": 2 * time.Minute,
	} {
		a := newApp(nil)
		o := &recallOptions{timeout: time.Hour}
		cmd := a.recallCommand()
		f := a.flagsOf(cmd)
		f.span(&o.timeout, "limit", "D", "时限", "limit")
		if err := cmd.Flags().Set("limit", text); err != nil || o.timeout != want {
			t.Errorf("%s: %v, %v", text, o.timeout, err)
		}
	}
	for _, text := range []string{"-1s", "abc", "", "1x", "s"} {
		a := newApp(nil)
		d := time.Hour
		cmd := a.recallCommand()
		a.flagsOf(cmd).span(&d, "limit", "D", "时限", "limit")
		if err := cmd.Flags().Set("limit", text); err == nil || d != time.Hour {
			t.Errorf("%q: %v", text, d)
		}
	}
}

// What is wrong with a duration is said in the words that fit it.
func TestSpanFlagSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"-1s": "negative", "-5": "negative", "-2m30s": "negative", "-0.5h": "negative", "9999999h": "too long", "1e9s": "too long", "99999999999999999999s": "too long", "100000d": "too long",
		"abc": "cannot read", "5x": "cannot read", "": "empty", "\u3000": "empty", "--": "cannot read", "s": "cannot read",
	} {
		d, p := readSpan(text)
		if p == nil || d != 0 || !strings.Contains(p.What.EN, want) {
			t.Errorf("%q: %v, %v, want %q", text, d, p, want)
		}
	}
}

func FuzzSpanFlag(f *testing.F) {
	for _, s := range []string{"1m30s", "-1s", "2分钟", "500毫秒", "1e400s", "0", "..", "9999999999h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, p := readSpan(s); d < 0 || d > longest || p == nil && spanText(d) == "" && d != 0 {
			t.Errorf("%q: %v, %v", s, d, p)
		}
	})
}
