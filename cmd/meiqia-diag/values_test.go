package main

import (
	"testing"
	"time"
)

// A time limit may be written as programs and as people write it.
func TestSpanFlag(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1ms": time.Millisecond, "100ms": 100 * time.Millisecond, "1.5s": 1500 * time.Millisecond, "30": 30 * time.Second, "2m": 2 * time.Minute, "1m30s": 90 * time.Second,
		"1h": time.Hour, "2分钟": 2 * time.Minute, "500毫秒": 500 * time.Millisecond, "500 ms": 500 * time.Millisecond, "３０ｓ": 30 * time.Second, "0": 0, "2 minutes": 2 * time.Minute,
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
