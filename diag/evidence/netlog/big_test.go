package netlog

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/heaptest"
)

// endless gives a log of a size: requests that begin and end, over and over, with a socket's chatter between them.
func endless(size int64) io.Reader {
	var block strings.Builder
	chatter := `{"params":{"byte_count":1370},"phase":9,"source":{"id":9,"type":71},"time":"100","type":950}`
	const perBlock = 200
	for i := range perBlock {
		one := strings.Join(smallEvents, ",\n")
		one = strings.ReplaceAll(one, `"id":5`, fmt.Sprintf(`"id":%d`, 100+i))
		if i > 0 {
			one = strings.ReplaceAll(one, "app.meiqia.com", "elsewhere.example")
		}
		block.WriteString(",\n" + one + strings.Repeat(",\n"+chatter, 20))
	}
	body := &repeated{text: block.String(), left: size}
	return io.MultiReader(strings.NewReader(smallHead+smallEvents[0]), body, strings.NewReader("]}"))
}

type repeated struct {
	text string
	at   int
	left int64
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left <= 0 && r.at == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.text[r.at:])
	r.at, r.left = (r.at+n)%len(r.text), r.left-int64(n)
	return n, nil
}

// A log of 300 MB costs what it keeps, not what it is.
func TestMemoryOf300MB(t *testing.T) {
	const size = 300 << 20
	kept := 0
	var meta Meta
	began := time.Now()
	peak := heaptest.Peak(func() {
		var err error
		meta, _, err = Read(endless(size), "x", Options{Wanted: func(u string) bool { return strings.Contains(u, "meiqia") }}, func(*Request) error { kept++; return nil })
		must(t, err)
	})
	t.Logf("%d events, %d of %d requests kept, peak %.1f MB, %s", meta.Events, kept, meta.Requests, float64(peak)/(1<<20), time.Since(began).Round(time.Millisecond))
	if peak > 24<<20 || kept == 0 || kept*100 > meta.Requests || meta.Truncated {
		t.Errorf("peak %d bytes, %+v", peak, meta)
	}
}

// BenchmarkRead is to be read against BenchmarkDecode: the same file, decoded whole by encoding/json.
func BenchmarkRead(b *testing.B) {
	data, err := os.ReadFile(filepath.Join("testdata", "chromium156-ways.json"))
	must(b, err)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, _, err := Read(strings.NewReader(string(data)), "x", Options{}, func(*Request) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data, err := os.ReadFile(filepath.Join("testdata", "chromium156-ways.json"))
	must(b, err)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		var v any
		if err := json.NewDecoder(strings.NewReader(string(data))).Decode(&v); err != nil {
			b.Fatal(err)
		}
	}
}
