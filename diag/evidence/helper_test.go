package evidence

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"meiqia-diag/diag/lang"
)

// oneHAR is a HAR of n small entries.
func oneHAR(n int) string {
	var b strings.Builder
	b.WriteString(`{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[],"entries":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"startedDateTime":"2026-11-20T02:22:%02d.000Z","time":12,"request":{"method":"GET","url":"https://app.meiqia.com/api/%d","headers":[]},`+
			`"response":{"status":200,"headers":[{"name":"Date","value":"Fri, 20 Nov 2026 02:22:00 GMT"},{"name":"X-Big","value":"dropped"}],"content":{"mimeType":"application/json","text":"{\"ok\":true}"}},"timings":{"wait":10}}`, i%60, i)
	}
	return b.String() + "]}}"
}

const (
	clientText = "[2026-11-20 10:22:41.123] [info]  recall clicked msg=8842\n[2026-11-20 10:22:41.455] [error] recall failed\n"
	pingZH     = "正在 Ping app.meiqia.com [203.0.113.7] 具有 32 字节的数据:\r\n来自 203.0.113.7 的回复: 字节=32 时间=31ms TTL=52\r\n来自 203.0.113.7 的回复: 字节=32 时间=33ms TTL=52\r\n请求超时。\r\n来自 203.0.113.7 的回复: 字节=32 时间=30ms TTL=52\r\n\r\n203.0.113.7 的 Ping 统计信息:\r\n    数据包: 已发送 = 4,已接收 = 3,丢失 = 1 (25% 丢失),\r\n往返行程的估计时间(以毫秒为单位):\r\n    最短 = 30ms,最长 = 33ms,平均 = 31ms\r\n"
	pngHead    = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01"
	mp4Head    = "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41\x00\x00\x00\x08free"
)

func gbk(t testing.TB, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func utf16le(t testing.TB, s string) string {
	t.Helper()
	out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func gzipOf(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// zipOf packs name, content, name, content, …
func zipOf(t testing.TB, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		f, err := w.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// put writes files below a new folder, names and contents in turn, and gives the folder.
func put(t testing.TB, pairs ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(pairs); i += 2 {
		p := filepath.Join(dir, filepath.FromSlash(pairs[i]))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(pairs[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// readAll reads with a limit in time, so that a read that hangs fails here and not after minutes.
func readAll(t testing.TB, opt Options, paths ...string) *Set {
	t.Helper()
	done := make(chan *Set, 1)
	go func() { done <- Read(context.Background(), paths, opt) }()
	select {
	case s := <-done:
		return s
	case <-time.After(2 * time.Minute):
		t.Fatalf("reading %v did not end", paths)
		return nil
	}
}

// kinds gives "name=kind" of each file, in the set's order.
func kinds(s *Set) string {
	var out []string
	for _, f := range s.Files {
		out = append(out, f.Name+"="+string(f.Kind))
	}
	return strings.Join(out, " ")
}

// problemOf gives the problem whose file ends in name and whose text has the words.
func problemOf(s *Set, name, words string) bool {
	for _, p := range s.Problems {
		if strings.HasSuffix(p.File, name) && strings.Contains(p.What.EN, words) && p.What.ZH != "" {
			return true
		}
	}
	return false
}

// problems gives what is wrong, without the note that a log names no zone.
func problems(s *Set) []*lang.Problem {
	var out []*lang.Problem
	for _, p := range s.Problems {
		if !strings.Contains(p.What.EN, "time zone") {
			out = append(out, p)
		}
	}
	return out
}
