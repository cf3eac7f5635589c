package logs

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

func isoLog(n int) []byte {
	var b bytes.Buffer
	at := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	msg := []string{
		"INFO  connection from 203.0.113.7 closed after keepalive, 12 requests served",
		"INFO  撤回请求 id=8842 conversation=1 status=200",
		"WARN  upstream answered slowly, retrying on the next backend of the pool",
		"INFO  PacketResponder for block blk_38865049064139660 terminating in due course",
	}
	for i := 0; b.Len() < n; i++ {
		at = at.Add(5 * time.Millisecond)
		fmt.Fprintf(&b, "%s %s\n", at.Format("2006-01-02T15:04:05.000Z07:00"), msg[i%len(msg)])
	}
	return b.Bytes()
}

// BenchmarkRead gives MB/s and, of the same run, how many times as long as a
// bare walk over the lines it takes.
func BenchmarkRead(b *testing.B) {
	iso := isoLog(16 << 20)
	mixed := bytes.Repeat([]byte(strings.Join([]string{load(b, "spring.log"), load(b, "nginx-access.log"), load(b, "winston.log"), load(b, "logcat.log"), load(b, "syslog.log")}, "")), 2000)
	from := time.Date(2026, 11, 20, 2, 2, 0, 0, time.UTC)
	for _, bb := range []struct {
		name string
		text []byte
		opt  Options
	}{
		{"iso/all", iso, Options{}},
		{"iso/range", iso, Options{From: from, To: from.Add(90 * time.Second)}},
		{"mixed/all", mixed, Options{ModTime: from}},
		{"mixed/range", mixed, Options{ModTime: from, From: from.AddDate(1, 0, 0)}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			bb.opt.Zone = shanghai
			b.SetBytes(int64(len(bb.text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Read(bytes.NewReader(bb.text), bb.opt, func(*Entry) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			took := b.Elapsed() / time.Duration(b.N)
			start := time.Now()
			const rounds = 20
			for range rounds {
				br := bufio.NewReaderSize(bytes.NewReader(bb.text), headSize)
				for {
					if _, err := br.ReadSlice('\n'); err != nil {
						break
					}
				}
			}
			b.ReportMetric(float64(took)/(float64(time.Since(start))/rounds), "×walk")
		})
	}
}

func BenchmarkFindStamp(b *testing.B) {
	for _, line := range []string{
		"2026-11-20T10:22:41.123+08:00 INFO x",
		`203.0.113.7 - - [20/Nov/2026:10:22:41 +0800] "GET / HTTP/1.1" 200`,
		"a line of text that has no stamp at all, only 12 words and some 3.5 numbers",
	} {
		b.Run(line[:12], func(b *testing.B) {
			for b.Loop() {
				FindStamp(line)
			}
		})
	}
}
