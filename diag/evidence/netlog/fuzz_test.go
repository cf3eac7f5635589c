package netlog

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Whatever is in a file, reading it ends, without a panic, and tells of nothing twice.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	must(f, err)
	for _, name := range files {
		data, err := os.ReadFile(name)
		must(f, err)
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Add([]byte(small(smallEvents...)))
	f.Add([]byte(small(smallEvents...) + `,"polledData":[{"extensionInfo":[null,{"name":"x"}]}]}`))
	f.Add([]byte(smallHead + `{"params":{"net_error":1e400,"headers":["::","HTTP/",":status: 99"]},"source":{"id":1e300}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		seen := map[*Request]bool{}
		meta, _, err := Read(bytes.NewReader(data), "x", Options{}, func(r *Request) error {
			if seen[r] {
				t.Fatal("handed out twice")
			}
			seen[r] = true
			if r.Status < 0 || r.Status > 999 || len(r.Sent) > maxSends || r.Hop < 0 {
				t.Fatalf("%+v", *r)
			}
			return nil
		})
		if err == nil && len(seen) > 0 && meta.Requests == 0 {
			t.Fatal("requests that did not begin")
		}
	})
}
