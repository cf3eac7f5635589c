package logs

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func FuzzIndexFrom(f *testing.F) {
	f.Add("a log of 8842, 88842 and 8842 and more of it", "8842", 0)
	f.Add(strings.Repeat("8", 40)+"842", "8842", 7)
	f.Add(strings.Repeat("x", 15)+"a longer literal than that"+strings.Repeat("y", 30), "a longer literal than that", 0)
	f.Add("\x00\x01\x00\x80\x7f\xff\x00\x01\x00\x80\x7f\xff\x00\x01\x00\x80\x7f\xff\x00\x01\x00\x80\x7f\xff", "\x01\x00\x80", 2)
	f.Add("ab", "abc", 2)
	f.Add("", "", 0)
	f.Fuzz(func(t *testing.T, text, literal string, p int) {
		if p < 0 || p > len(text) {
			return
		}
		want := strings.Index(text[p:], literal)
		if want >= 0 {
			want += p
		}
		if got := indexFrom([]byte(text), []byte(literal), p); got != want {
			t.Errorf("%q in %q from %d: %d, want %d", literal, text, p, got, want)
		}
	})
}

// BenchmarkIndexFrom compares the search for an id with that of package bytes.
func BenchmarkIndexFrom(b *testing.B) {
	var text []byte
	for n := range 8000 {
		text = fmt.Appendf(text, "2026-11-20T00:%02d:%02d.%03d+08:00 INFO  api.gateway request done path=/api/v1/conversations/%d/messages status=200 request_id=%08x\n", n/60%60, n%60, n%1000, 18000+n*7%60000, n*40503)
	}
	id := []byte("8842")
	text = bytes.ReplaceAll(text, id, []byte("8843"))
	for name, find := range map[string]func() int{
		"indexFrom":   func() int { return indexFrom(text, id, 0) },
		"bytes.Index": func() int { return bytes.Index(text, id) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				find()
			}
		})
	}
}
