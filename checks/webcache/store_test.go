package webcache

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/webcache/webcachetest"
)

var (
	moment  = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	example = webcachetest.Answer{URL: "https://desk.example/app.js", Lines: []string{"Date: Fri, 20 Nov 2026 10:00:00 GMT", `ETag: "v1"`, "Content-Type: text/javascript", "Set-Cookie: sid=secret"},
		Asked: moment, Came: moment.Add(time.Second), Body: []byte("window.app = 1")}
)

func anything(string) bool { return true }

// write puts one answer into a store of a format and gives the file that holds it.
func write(t testing.TB, format Format, dir string, a webcachetest.Answer) (file string) {
	switch format {
	case Simple:
		webcachetest.Simple(t, dir)
		return webcachetest.SimpleEntry(t, dir, a, SuperFastHash)
	case Cache2:
		return webcachetest.Cache2Entry(t, dir, a, lookup2Of)
	}
	webcachetest.Blockfile(t, dir, []webcachetest.Answer{a}, SuperFastHash)
	return filepath.Join(dir, "data_1")
}

func sub(format Format) string {
	if format == Cache2 {
		return "cache2"
	}
	return ""
}

// same fails unless an entry is example's.
func same(t *testing.T, e Entry, what string) {
	t.Helper()
	if e.URL != example.URL || e.Status != 200 || e.Header.Get("ETag") != `"v1"` || e.Header.Get("Set-Cookie") != "" || e.ResponseTime.Sub(example.Came).Abs() > 0 {
		t.Errorf("%s: %+v", what, e)
	}
	if text, err := e.Text(1 << 10); err == nil && string(text) != "window.app = 1" {
		t.Errorf("%s: body %q", what, text)
	}
}

var fileFormats = []Format{Simple, Blockfile, Cache2}

func TestFormats(t *testing.T) {
	for _, format := range fileFormats {
		dir := t.TempDir()
		write(t, format, dir, example)
		r, err := Read(t.Context(), dir, sub(format), anything)
		if err != nil || r.Format != format || len(r.Entries) != 1 || r.Torn != 0 {
			t.Fatalf("%s: %+v, %v", format, r, err)
		}
		same(t, r.Entries[0], string(format))
		if _, err := r.Entries[0].Sum(); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if text, err := r.Entries[0].Text(6); err != nil || string(text) != "window" {
			t.Errorf("%s: the first bytes: %q, %v", format, text, err)
		}
		if b, err := r.Entries[0].Body(6); err != nil {
			t.Error(err)
		} else if n, err := (bytes.NewBuffer(nil)).ReadFrom(b); n != 6 || !errors.Is(err, ErrBody) {
			t.Errorf("%s: a body over the limit: %d bytes, %v", format, n, err)
		}
	}
	if _, err := Read(t.Context(), t.TempDir(), "", anything); !errors.Is(err, errFormat) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Read(t.Context(), t.TempDir(), "Cache", anything); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

// A file that is cut off anywhere, and one with any byte changed, gives what it
// should or nothing.
func TestTorn(t *testing.T) {
	for _, format := range []Format{Simple, Cache2} {
		dir := t.TempDir()
		file := write(t, format, dir, example)
		whole, err := os.ReadFile(file)
		webcachetest.Must(t, err)
		read := func(b []byte) (Reading, bool) {
			webcachetest.Must(t, os.WriteFile(file, b, 0o600))
			f, err := openFolder(filepath.Dir(file), "")
			webcachetest.Must(t, err)
			defer f.Close()
			r := newReader(anything)
			r.rest = 0 // nobody mends it meanwhile
			r.try(func() (Entry, error) {
				if format == Simple {
					return r.simpleEntry(f, filepath.Base(file), Simple)
				}
				return r.cache2Entry(f, filepath.Base(file))
			})
			return r.out, len(r.out.Entries) == 1
		}
		for n := range len(whole) {
			if r, ok := read(whole[:n]); ok || r.Torn != 1 {
				t.Errorf("%s: cut off at %d of %d: %+v", format, n, len(whole), r)
			}
		}
		missed := 0
		for i := range whole {
			b := slices.Clone(whole)
			b[i] ^= 0x41
			if r, ok := read(b); ok {
				same(t, r.Entries[0], fmt.Sprintf("%s: byte %d changed", format, i))
				if _, err := r.Entries[0].Sum(); err == nil {
					missed++
				}
			}
		}
		// Paddings, the sizes that are not used, and Firefox's own counters.
		if missed > 40 {
			t.Errorf("%s: %d of %d changed bytes went unnoticed", format, missed, len(whole))
		}
	}
}

// What was torn is read again, and read well when its writer is done.
func TestReadAgain(t *testing.T) {
	dir := t.TempDir()
	file := write(t, Simple, dir, example)
	whole, err := os.ReadFile(file)
	webcachetest.Must(t, err)
	webcachetest.Must(t, os.WriteFile(file, whole[:len(whole)-30], 0o600))
	tries := 0
	r := newReader(anything)
	f, err := openFolder(dir, "")
	webcachetest.Must(t, err)
	defer f.Close()
	r.try(func() (Entry, error) {
		if tries++; tries == 3 {
			webcachetest.Must(t, os.WriteFile(file, whole, 0o600))
		}
		return r.simpleEntry(f, filepath.Base(file), Simple)
	})
	if len(r.out.Entries) != 1 || r.out.Retried != 1 || r.out.Torn != 0 || tries != 3 {
		t.Errorf("%d tries, %+v", tries, r.out)
	}
	webcachetest.Must(t, os.Remove(file))
	r.try(func() (Entry, error) { return r.simpleEntry(f, filepath.Base(file), Simple) })
	if r.out.Vanished != 1 {
		t.Errorf("%+v", r.out)
	}
	// An answer that took another's place is not read under its head.
	webcachetest.Must(t, os.WriteFile(file, whole, 0o600))
	got, err := Read(t.Context(), dir, "", anything)
	webcachetest.Must(t, err)
	other := example
	other.Lines, other.Body = []string{`ETag: "v2"`}, []byte("window.app = 2")
	webcachetest.SimpleEntry(t, dir, other, SuperFastHash)
	if text, err := got.Entries[0].Text(100); !errors.Is(err, ErrBody) {
		t.Errorf("read %q, %v", text, err)
	}
}

// Whatever lies in a cache that does not belong there is left alone.
func TestHostileStores(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	webcachetest.Must(t, os.MkdirAll(outside, 0o700))
	elsewhere := write(t, Simple, outside, example)
	dir := t.TempDir()
	webcachetest.Simple(t, dir)
	name := filepath.Base(elsewhere)
	if err := os.Symlink(elsewhere, filepath.Join(dir, name)); err != nil {
		t.Skip("this system makes no links: ", err)
	}
	webcachetest.Must(t, os.Mkdir(filepath.Join(dir, "0123456789abcdef_0"), 0o700))
	pipe(t, filepath.Join(dir, "1123456789abcdef_0"))
	webcachetest.Must(t, os.WriteFile(filepath.Join(dir, "2123456789abcdef_0"), append([]byte("\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc\x05\x00\x00\x00\xff\xff\xff\x7f"), make([]byte, 100)...), 0o600))
	done := make(chan Reading, 1)
	go func() {
		r, _ := Read(t.Context(), dir, "", anything)
		done <- r
	}()
	select {
	case r := <-done:
		if len(r.Entries) != 0 || r.Seen != 4 {
			t.Errorf("%+v", r)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for a pipe")
	}
	// A cache folder that is itself a link out of the profile.
	profile := t.TempDir()
	webcachetest.Must(t, os.Symlink(outside, filepath.Join(profile, "Cache")))
	if r, err := Read(t.Context(), profile, "Cache", anything); err == nil {
		t.Errorf("a link out of the profile was followed: %+v", r)
	}
}

// A chain of a blockfile's index may lead in a circle, and the table's length be anything.
func TestBlockfileCircle(t *testing.T) {
	dir := t.TempDir()
	file := write(t, Blockfile, dir, example)
	b, err := os.ReadFile(file)
	webcachetest.Must(t, err)
	index, err := os.ReadFile(filepath.Join(dir, "index"))
	webcachetest.Must(t, err)
	at := bytes.IndexFunc(index[368:], func(r rune) bool { return r != 0 }) + 368
	copy(b[8192+4:], index[at:at+4]) // next: itself
	webcachetest.Must(t, os.WriteFile(file, b, 0o600))
	copy(index[28:], "\xff\xff\xff\xff")
	webcachetest.Must(t, os.WriteFile(filepath.Join(dir, "index"), index, 0o600))
	r, err := Read(t.Context(), dir, "", anything)
	if err != nil || r.Seen != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct{ key, url, partition string }{
		{"1/0/_dk_https://meiqia.com https://meiqia.com https://app.meiqia.com/chat?a=b c", "c", "https://meiqia.com https://meiqia.com https://app.meiqia.com/chat?a=b"}, // no URL has a space
		{"1/0/_dk_https://meiqia.com https://meiqia.com https://app.meiqia.com/chat", "https://app.meiqia.com/chat", "https://meiqia.com https://meiqia.com"},
		{"1/0/_dk_s_https://a.example https://b.example https://b.example/x", "https://b.example/x", "https://a.example https://b.example"},
		{"1/0/_dk_cn_https://a.example https://a.example https://a.example/", "https://a.example/", "https://a.example https://a.example"},
		{"1/0/https://a.example/x", "https://a.example/x", ""},
		{"https://a.example/x", "https://a.example/x", ""},
		{"", "", ""},
	} {
		if url, part := urlOf(c.key); url != c.url || part != c.partition {
			t.Errorf("%q: %q, %q", c.key, url, part)
		}
	}
	for _, c := range []struct{ key, url, partition string }{
		{"O^partitionKey=%28https%2Cmeiqia.com%29,:https://app.meiqia.com/chat", "https://app.meiqia.com/chat", "https://meiqia.com"},
		{"O^userContextId=2&partitionKey=%28http%2Clocalhost%29,a,:http://localhost:8080/", "http://localhost:8080/", "http://localhost"},
		{":https://a.example/x", "https://a.example/x", ""},
		{"a,:https://a.example/x", "https://a.example/x", ""},
	} {
		if url, part := cache2URL(c.key); url != c.url || part != c.partition {
			t.Errorf("%q: %q, %q", c.key, url, part)
		}
	}
}

// Nothing of a profile is changed by reading it, and no copy is left behind.
func TestReadingLeavesNoTraceInABrowser(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	s := webcachetest.NewSite(t)
	s.Worker.Store(true)
	dir := t.TempDir()
	stop := webcachetest.Chromium(t, dir, "sql", s.URL+"/chat")
	s.Await(t, "loaded", time.Minute)
	time.Sleep(2 * time.Second)
	stop()
	profile := filepath.Join(dir, "Default")
	before := tree(t, profile)
	if len(before) < 10 {
		t.Fatalf("the profile has %d files", len(before))
	}
	left := names(t, temp)
	for range 2 {
		_, err := Read(t.Context(), profile, "Cache/Cache_Data", ofSite(s))
		webcachetest.Must(t, err)
		_, err = ReadCacheStorage(t.Context(), profile, ofSite(s))
		webcachetest.Must(t, err)
		list, err := ReadWorkers(t.Context(), profile, ofSite(s))
		if err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
	}
	if after := tree(t, profile); !slices.Equal(before, after) {
		t.Errorf("the profile changed:\n%s\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	if now := names(t, temp); !slices.Equal(left, now) {
		t.Errorf("left behind: %q, before %q", now, left)
	}
}

func names(t *testing.T, dir string) []string {
	list, err := os.ReadDir(dir)
	webcachetest.Must(t, err)
	var out []string
	for _, x := range list {
		out = append(out, x.Name())
	}
	return out
}

// tree lists all files below a folder with size and time.
func tree(t *testing.T, dir string) (out []string) {
	webcachetest.Must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		out = append(out, fmt.Sprintf("%s %s %d %s", rel, info.Mode(), info.Size(), info.ModTime()))
		return nil
	}))
	return out
}
