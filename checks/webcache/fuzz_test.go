package webcache

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"meiqia-diag/checks/webcache/webcachetest"
)

// sane fails for facts that nothing real can be.
func sane(t *testing.T, r Reading) {
	for _, e := range r.Entries {
		if len(e.URL) > maxKey || e.Header.Get("Set-Cookie") != "" || e.Status < 0 || e.Status > 999 {
			t.Errorf("%+v", e)
		}
		if b, err := e.Text(1 << 16); err == nil && len(b) > 1<<16 {
			t.Errorf("%d bytes", len(b))
		}
		FreshnessOf(e.Answer(), moment)
	}
}

func FuzzPickle(f *testing.F) {
	f.Add(example.Pickle())
	f.Add(example.Pickle()[:40])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := readPickle(b)
		if err == nil && (h.status < 100 || h.header.Get("Set-Cookie") != "") {
			t.Errorf("%+v", h)
		}
	})
}

// fuzzFile fuzzes the one file that holds a store's entry.
func fuzzFile(f *testing.F, format Format) {
	seed := f.TempDir()
	b, err := os.ReadFile(write(f, format, seed, example))
	webcachetest.Must(f, err)
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		file := write(t, format, dir, example)
		webcachetest.Must(t, os.WriteFile(file, b, 0o600))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		store, err := openFolder(dir, sub(format))
		webcachetest.Must(t, err)
		defer store.Close()
		r := newReader(anything)
		r.rest = 0 // nobody mends it meanwhile
		switch format {
		case Simple:
			r.simple(ctx, store, Simple)
		case Blockfile:
			_ = r.blockfile(ctx, store)
		case Cache2:
			r.cache2(ctx, store)
		}
		sane(t, r.done())
	})
}

func FuzzSimple(f *testing.F)    { fuzzFile(f, Simple) }
func FuzzCache2(f *testing.F)    { fuzzFile(f, Cache2) }
func FuzzBlockfile(f *testing.F) { fuzzFile(f, Blockfile) }

// FuzzSQL reads databases that are damaged in any way, as SQL caches and as Firefox's.
func FuzzSQL(f *testing.F) {
	dir := f.TempDir()
	sqlCache(f, dir, []webcachetest.Answer{example})
	b, err := os.ReadFile(filepath.Join(dir, "sqldb0"))
	webcachetest.Must(f, err)
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte("SQLite format 3\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		webcachetest.Must(t, os.WriteFile(filepath.Join(dir, "index"), []byte("SQLCacheTruncate3"), 0o600))
		webcachetest.Must(t, os.WriteFile(filepath.Join(dir, "sqldb0"), b, 0o600))
		webcachetest.Must(t, os.MkdirAll(filepath.Join(dir, "storage/default/https+++a.example/cache"), 0o700))
		webcachetest.Must(t, os.WriteFile(filepath.Join(dir, "storage/default/https+++a.example/cache/caches.sqlite"), b, 0o600))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		r, _ := Read(ctx, dir, "", anything)
		sane(t, r)
		r, _ = ReadFirefoxCaches(ctx, dir, anything)
		sane(t, r)
	})
}

// FuzzMessages reads the protobuf messages of service workers and CacheStorages.
func FuzzMessages(f *testing.F) {
	f.Add([]byte("\x0a\x09\x0a\x03GET\x12\x2b\x08\xc8\x01\x12\x02OK\x22\x18\x0a\x10Content-Encoding\x12\x04gzip\x30\xa9\xb4\xc9\xf0\xbd\xf0\xef\x17"))
	f.Add([]byte("\x0a\x49\x0a\x06app-v1\x12\x2468d1330a-f8f6-454d-8881-314aa910d45d\x12\x16http://127.0.0.1:8899/"))
	f.Add([]byte("\x08\x00\x12\x16http://127.0.0.1:8899/\x1a\x1bhttp://127.0.0.1:8899/sw.js\x20\x00\x28\x01\x30\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := readCacheMeta(b, "https://a.example/"); err == nil {
			sane(t, Reading{Entries: []Entry{e}})
		}
		if x, ok := readCacheIndex(b); ok && len(x.caches) > 256 {
			t.Errorf("%d caches", len(x.caches))
		}
		if w, _, ok := readRegistration(b); ok && (w.Scope == "" || w.Script == "") {
			t.Errorf("%+v", w)
		}
		readResource(b)
	})
}

func FuzzFirefoxWorkers(f *testing.F) {
	f.Add([]byte("12\n\nhttp://127.0.0.1:8899/\nhttp://127.0.0.1:8899/sw.js\ntrue\n{5ddf}\n0\n#\n"))
	f.Add([]byte("9\n#\n#\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, _ := readFirefoxWorkers(b, anything)
		if len(list) > maxWorkers {
			t.Errorf("%d workers", len(list))
		}
	})
}

func FuzzUnframe(f *testing.F) {
	f.Add([]byte("\xff\x06\x00\x00sNaPpY\x00\x0e\x00\x00\x1b\x06\xf9\x23\x08\x1c<p>shell"))
	f.Add([]byte("\xff\x06\x00\x00sNaPpY\x01\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if out, err := unframe(b); err == nil && len(out) > 2*MaxBody {
			t.Errorf("%d bytes", len(out))
		}
	})
}

func FuzzFreshness(f *testing.F) {
	f.Add("max-age=3600, stale-while-revalidate=60", "Fri, 20 Nov 2026 10:00:00 GMT", "10", "Accept-Encoding", int64(100))
	f.Add(`x="a,b\"c", no-cache="set-cookie"`, "", "-1", "*", int64(-5))
	f.Fuzz(func(t *testing.T, cc, date, age, vary string, after int64) {
		h := http.Header{"Cache-Control": {cc}, "Date": {date}, "Age": {age}, "Vary": {vary}, "Last-Modified": {date}, "Expires": {date}}
		x := FreshnessOf(Answer{Header: h.Get, ResponseTime: moment}, moment.Add(time.Duration(after)))
		if x.Age < 0 || x.Lifetime < 0 || x.Fresh() && !x.Kept() || x.Kept() && (x.NoStore || x.NoCache) {
			t.Errorf("%+v", x)
		}
	})
}
