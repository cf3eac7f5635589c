package evidence

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Whatever is wrong with one file is said, with its place, and the others are used all the same.
func TestBrokenFilesAreNamedAndTheRestIsUsed(t *testing.T) {
	har := oneHAR(40)
	gz := gzipOf(t, har)
	packed := zipOf(t, "a.har", har, "b.log", clientText)
	for _, c := range []struct {
		name, content, words string
		entries              int // of HARs, besides the good file's
		position             bool
	}{
		{"empty.har", "", "empty", 0, false},
		{"cut.har", har[:len(har)/2], "", 19, true},
		{"damaged.har", har[:len(har)/3] + "\x00\x00}}]]" + har[len(har)/3:], "", 12, true},
		{"cut.har.gz", gz[:len(gz)-len(gz)/4], "", 1, false},
		{"cut.zip", packed[:len(packed)-30], "damaged", 0, false},
		{"zipinzip.zip", zipOf(t, "inner.zip", packed, "b.har", har), "inside an archive", 40, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := put(t, c.name, c.content, "good.har", oneHAR(7), "good.log", clientText)
			s := readAll(t, Options{}, dir)
			good, others := 0, 0
			for _, h := range s.HARs {
				if h.File.Name == "good.har" {
					good = len(h.Entries)
				} else {
					others += len(h.Entries)
				}
			}
			if good != 7 || len(s.Logs) != 1 || len(s.Logs[0].Entries) != 2 {
				t.Errorf("the good files gave %d entries, %d logs", good, len(s.Logs))
			}
			if others < c.entries || others > 40 {
				t.Errorf("%d entries saved of the broken file, want at least %d", others, c.entries)
			}
			if len(problems(s)) == 0 {
				t.Fatal("nobody said what is wrong")
			}
			for _, p := range problems(s) {
				if !strings.Contains(p.File, c.name) || !strings.Contains(p.What.EN, c.words) || p.What.ZH == "" || p.Hint.EN == "" || p.Hint.ZH == "" {
					t.Errorf("problem %q", p)
				}
				if c.position && p.Byte <= 0 && p.Line <= 0 {
					t.Errorf("problem %q names no place", p)
				}
			}
		})
	}
}

func TestMissingPath(t *testing.T) {
	dir := put(t, "good.har", oneHAR(2))
	s := readAll(t, Options{}, filepath.Join(dir, "nope.har"), dir)
	if len(s.HARs) != 1 || !problemOf(s, "nope.har", "cannot open") || len(problems(s)) != 1 {
		t.Errorf("%s, %v", kinds(s), problems(s))
	}
}

func TestUnreadable(t *testing.T) {
	withoutRights(t)
	dir := put(t, "shut.har", oneHAR(2), "shut/in.log", clientText, "good.har", oneHAR(2))
	for _, p := range []string{"shut.har", "shut"} {
		if err := os.Chmod(filepath.Join(dir, p), 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "shut"), 0o755) })
	s := readAll(t, Options{}, dir)
	if len(s.HARs) != 1 || !problemOf(s, "shut.har", "cannot read") || !problemOf(s, "shut", "cannot read") {
		t.Errorf("%s, %v", kinds(s), problems(s))
	}
}

// A file may open, and fail on its first or on a later byte.
func TestReadErrors(t *testing.T) {
	broken := errors.New("input/output error")
	s := &Set{}
	s.add(&File{Path: "a/dead.har", Name: "dead.har", open: func() (io.ReadCloser, error) {
		return nil, &os.PathError{Op: "open", Path: "a/dead.har", Err: os.ErrPermission}
	}}, 0)
	s.add(&File{Path: "a/sick.har", Name: "sick.har", open: func() (io.ReadCloser, error) {
		return readCloser{io.MultiReader(strings.NewReader("{"), errReader{broken}), io.NopCloser(nil)}, nil
	}}, 0)
	if len(s.Files) != 0 || !problemOf(s, "dead.har", "cannot read: permission denied") || !problemOf(s, "sick.har", "input/output error") {
		t.Errorf("%s, %v", kinds(s), problems(s))
	}
	long := oneHAR(400)
	half := &File{Path: "half.har", Name: "half.har", open: func() (io.ReadCloser, error) {
		return readCloser{io.MultiReader(strings.NewReader(long[:len(long)/2]), errReader{broken}), io.NopCloser(nil)}, nil
	}}
	s = &Set{}
	s.readHAR(context.Background(), half, Options{})
	if len(s.HARs) != 1 || len(s.HARs[0].Entries) < 190 || len(problems(s)) == 0 {
		t.Errorf("%d HARs, problems %v", len(s.HARs), problems(s))
	}
}

// A log that breaks off is said to, whatever else there is to say of it.
func TestLogReadErrors(t *testing.T) {
	text := &File{Path: "half.log", Name: "half.log", Kind: TextLog, open: func() (io.ReadCloser, error) {
		return readCloser{io.MultiReader(strings.NewReader(strings.Repeat(clientText, 2000)), errReader{errors.New("input/output error")}), io.NopCloser(nil)}, nil
	}}
	s := &Set{}
	s.readText(context.Background(), text, Options{Zone: time.UTC})
	if len(s.Logs) != 1 || len(s.Logs[0].Entries) < 3900 || len(problems(s)) == 0 {
		t.Errorf("logs %d, problems %v", len(s.Logs), s.Problems)
	}
	gz := gzipOf(t, strings.Repeat(clientText, 50_000))
	s = readAll(t, Options{}, filepath.Join(put(t, "cut.log.gz", gz[:len(gz)*2/3]), "cut.log.gz"))
	if len(s.Logs) != 1 || len(s.Logs[0].Entries) < 1000 || len(problems(s)) == 0 {
		t.Errorf("a gz cut off: %d entries, problems %v", len(s.Logs[0].Entries), s.Problems)
	}
}

type errReader struct{ error }

func (e errReader) Read([]byte) (int, error) { return 0, e.error }

func TestCancelled(t *testing.T) {
	dir := put(t, "a.har", oneHAR(3000), "b.log", strings.Repeat(clientText, 20000))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	start := time.Now()
	s := Read(ctx, []string{dir, filepath.Join(dir, "a.har")}, Options{})
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %s", took)
	}
	for _, h := range s.HARs {
		if len(h.Entries) > 0 {
			t.Errorf("%d entries were read after the end", len(h.Entries))
		}
	}
	if len(s.Logs) > 0 {
		t.Error("a log was read after the end")
	}
	// In the midst of it: what was read by then is kept, and the break is said.
	ctx, cancel = context.WithCancel(context.Background())
	n := 0
	s = Read(ctx, []string{filepath.Join(dir, "a.har")}, Options{Wanted: nil, KeepLine: nil})
	if len(s.HARs) != 1 || len(s.HARs[0].Entries) != 3000 {
		t.Fatalf("uncancelled: %d HARs", len(s.HARs))
	}
	f := diskFile(filepath.Join(dir, "a.har"), 0)
	open := f.open
	f.open = func() (io.ReadCloser, error) {
		r, err := open()
		return readCloser{readerFunc(func(p []byte) (int, error) {
			if n++; n == 3 {
				cancel()
			}
			return r.Read(p[:min(len(p), 32<<10)])
		}), r}, err
	}
	s = &Set{}
	s.readHAR(ctx, f, Options{})
	if len(s.HARs) != 1 || len(s.HARs[0].Entries) == 0 || len(s.HARs[0].Entries) == 3000 || len(problems(s)) == 0 {
		t.Errorf("cancelled midway: %d entries, problems %v", len(s.HARs[0].Entries), problems(s))
	}
	cancel()
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestZoneOfTheReporter(t *testing.T) {
	firefox := `{"log":{"version":"1.2","creator":{"name":"Firefox","version":"153.7"},"browser":{"name":"Firefox","version":"153.7"},"pages":[],"entries":[
		{"startedDateTime":"2026-11-20T10:22:41.000+08:00","request":{"method":"GET","url":"https://app.meiqia.com/","headers":[]},"response":{"status":200,"headers":[],"content":{}},"timings":{}}]}}`
	dir := put(t, "a.har", firefox, "b.log", clientText)
	at := func(opt Options) time.Time {
		return readAll(t, opt, dir).Logs[0].Entries[0].At.T.UTC().Truncate(time.Second)
	}
	if got := at(Options{}); !got.Equal(time.Date(2026, 11, 20, 2, 22, 41, 0, time.UTC)) {
		t.Errorf("with no zone given Firefox's local dates tell it: %s", got)
	}
	if got := at(Options{Zone: time.FixedZone("+09:00", 9*3600)}); !got.Equal(time.Date(2026, 11, 20, 1, 22, 41, 0, time.UTC)) {
		t.Errorf("a zone that was given stands: %s", got)
	}
}
