package triage

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"filippo.io/age"

	"meiqia-diag/report/triage/store"
)

// doc is a small report.json.
func doc(n int, code string) []byte {
	return fmt.Appendf(nil, `{"schema":"meiqia-diag/1","tool":{"version":"t"},"started_at":%q,"verdict":{"outcome":"explained","causes":[{"code":%q,"role":"primary","probability":0.9}]}}`,
		began.Add(time.Duration(n)*time.Hour).Format(time.RFC3339), code)
}

// zipped packs files by name.
func zipped(t *testing.T, names ...any) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i+1 < len(names); i += 2 {
		f, err := w.Create(names[i].(string))
		if err == nil {
			_, err = f.Write(names[i+1].([]byte))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func put(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func memory(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func gather(t *testing.T, db *store.DB, opt GatherOptions) (*Gathered, *Picture) {
	t.Helper()
	g, err := Gather(t.Context(), db, opt)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Draw(t.Context(), db, g, Options{Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	return g, p
}

// A folder as desks have them: reports, copies, and all that is no report.
func TestGather(t *testing.T) {
	dir := t.TempDir()
	one := zipped(t, "report.json", doc(1, "decision.window-expired"), "report.html", []byte("<html>"))
	put(t, dir, "one.zip", one)
	put(t, dir, "sub/copy of one.zip", one)
	put(t, dir, "sub/unpacked/report.json", doc(1, "decision.window-expired"))
	put(t, dir, "two.json", doc(2, "decision.message-read"))
	put(t, dir, "报告.ZIP.bak", zipped(t, "report.json", doc(3, "decision.message-read")))
	put(t, dir, "cut.zip", one[:len(one)/2])
	put(t, dir, "bomb.zip", zipped(t, "report.json", bytes.Repeat([]byte(" "), 70<<20)))
	put(t, dir, "slip.zip", zipped(t, "../report.json", doc(4, "decision.message-read")))
	put(t, dir, "cut.json", doc(5, "decision.message-read")[:90])
	put(t, dir, "other.zip", zipped(t, "photo.png", []byte("x")))
	put(t, dir, "page.har", []byte(`{"log":{"entries":[]}}`))
	put(t, dir, "notes.txt", []byte("call them back"))
	put(t, dir, "empty", nil)
	put(t, dir, "sent.zip.age", []byte("age-encryption.org/v1\n-> X25519 abc\n"))
	put(t, dir, "armoured.age", []byte("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n"))
	if runtime.GOOS != "windows" {
		if err := os.Symlink(dir, filepath.Join(dir, "sub", "round")); err != nil {
			t.Fatal(err)
		}
	}
	db := memory(t)
	missing := filepath.Join(dir, "not there")
	opt := GatherOptions{Paths: []string{dir, missing, filepath.Join(dir, "sub")}}
	g, p := gather(t, db, opt)
	want := Gathered{Found: 15, Reports: 5, Duplicate: 2, Broken: 4, Encrypted: 2, Foreign: 4, Missing: 1, Read: 15}
	got := *g
	got.Unread, got.scope = nil, nil
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v\nwant %+v\n%+v", got, want, g.Unread)
	}
	states := map[string]string{}
	for _, u := range g.Unread {
		states[filepath.Base(u.Path)] = u.State
		if u.Why.ZH == "" || u.Why.EN == "" {
			t.Errorf("%s: no reason in both languages", u.Path)
		}
	}
	for name, state := range map[string]string{"cut.zip": "broken", "bomb.zip": "broken", "slip.zip": "broken", "cut.json": "broken", "other.zip": "foreign", "page.har": "foreign", "notes.txt": "foreign", "empty": "foreign", "sent.zip.age": "encrypted", "armoured.age": "encrypted", "not there": "missing"} {
		if states[name] != state {
			t.Errorf("%s is %q, want %s", name, states[name], state)
		}
	}
	if p.Reports != 3 || p.Causes[0].Code != "decision.message-read" || p.Causes[0].Reports != 2 || p.Files.Duplicate != 2 {
		t.Errorf("%d reports, %+v", p.Reports, p.Causes)
	}

	// Again: nothing is read, and the picture is the same to the byte.
	again, q := gather(t, db, opt)
	if again.Read != 0 {
		t.Errorf("%d files were read again", again.Read)
	}
	if a, b := shown(t, "json", p), shown(t, "json", q); a != b {
		t.Errorf("the second picture differs:\n%s\n%s", a, b)
	}

	// A new one and a changed one are read, and what the changed one was is kept.
	put(t, dir, "two.json", doc(22, "decision.message-read"))
	put(t, dir, "new.json", doc(6, "sync.stale-view"))
	if g, p = gather(t, db, opt); g.Read != 2 || p.Reports != 5 || g.Gone != 1 {
		t.Errorf("%d read, %d reports, %d gone", g.Read, p.Reports, g.Gone)
	}
	// A file that is gone stays in the picture until it is pruned.
	if err := os.Remove(filepath.Join(dir, "new.json")); err != nil {
		t.Fatal(err)
	}
	if g, p = gather(t, db, opt); g.Read != 0 || p.Reports != 5 || g.Gone != 2 {
		t.Errorf("%d read, %d reports, %d gone", g.Read, p.Reports, g.Gone)
	}
	opt.Prune = true
	if g, p = gather(t, db, opt); p.Reports != 4 || g.Gone != 1 {
		t.Errorf("pruned: %d reports, %d gone", p.Reports, g.Gone)
	}

	// Another folder has its own picture; the store has all.
	other := t.TempDir()
	put(t, other, "r.json", doc(9, "service.unknown"))
	if _, p = gather(t, db, GatherOptions{Paths: []string{other}}); p.Reports != 1 {
		t.Errorf("%d reports in the other folder", p.Reports)
	}
	if p, err := Draw(t.Context(), db, nil, Options{Zone: time.UTC}); err != nil || p.Reports != 5 {
		t.Errorf("%d reports in the store: %v", p.Reports, err)
	}
}

// What a run printed and the archive it wrote are one report.
func TestOneRunCountsOnce(t *testing.T) {
	dir := t.TempDir()
	data := zipped(t, "report.json", doc(1, "decision.message-read"))
	put(t, dir, "r.zip", data)
	sum := sumOf(data)
	printed := bytes.Replace(doc(1, "decision.message-read"), []byte(`{"schema"`), []byte(`{"report":{"path":"r.zip","sha256":"`+sum+`"},"schema"`), 1)
	put(t, dir, "printed.json", printed)
	if g, p := gather(t, memory(t), GatherOptions{Paths: []string{dir}}); p.Reports != 1 || g.Reports != 2 || g.Duplicate != 1 {
		t.Errorf("%d reports of %d files, %d duplicates", p.Reports, g.Reports, g.Duplicate)
	}
}

// With the key an encrypted report is one like others, also after a run without it.
func TestEncryptedReports(t *testing.T) {
	dir := t.TempDir()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, plain := range map[string][]byte{"r.zip.age": zipped(t, "report.json", doc(1, "decision.message-read")), "r.json.age": doc(2, "sync.stale-view")} {
		var buf bytes.Buffer
		w, err := age.Encrypt(&buf, key.Recipient())
		if err == nil {
			_, err = w.Write(plain)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		put(t, dir, name, buf.Bytes())
	}
	db := memory(t)
	for _, c := range []struct {
		keys      []age.Identity
		encrypted int
		reports   int
	}{{nil, 2, 0}, {[]age.Identity{other}, 2, 0}, {[]age.Identity{other, key}, 0, 2}, {nil, 0, 2}} {
		if g, p := gather(t, db, GatherOptions{Paths: []string{dir}, Keys: c.keys}); g.Encrypted != c.encrypted || p.Reports != c.reports {
			t.Errorf("%d keys: %d encrypted, %d reports: %+v", len(c.keys), g.Encrypted, p.Reports, g.Unread)
		}
	}
}

// A store that lies among the reports is none of them.
func TestStoreAmongReports(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "r.json", doc(1, "decision.message-read"))
	db, err := store.Open(t.Context(), filepath.Join(dir, "triage.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 2 {
		if g, p := gather(t, db, GatherOptions{Paths: []string{dir}}); g.Found != 1 || p.Reports != 1 {
			t.Errorf("%d files, %+v", g.Found, g.Unread)
		}
	}
}

// An interruption keeps what was read.
func TestInterruptedGatherKeepsWhatWasRead(t *testing.T) {
	dir := t.TempDir()
	for n := range 400 {
		put(t, dir, fmt.Sprintf("%03d.json", n), doc(n, "decision.message-read"))
	}
	db := memory(t)
	ctx, cancel := context.WithCancel(t.Context())
	read := 0
	_, err := Gather(ctx, db, GatherOptions{Paths: []string{dir}, Progress: func(done, inFull int) {
		if read++; read == 250 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	list, err := db.Reports(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 250 || len(list) >= 400 {
		t.Errorf("%d reports are kept of at least 250 that were read", len(list))
	}
	if g, p := gather(t, db, GatherOptions{Paths: []string{dir}}); p.Reports != 400 || g.Read != 400-len(list) {
		t.Errorf("then %d were read, %d reports", g.Read, p.Reports)
	}
}

// What is missing of a name that has no file behind it blocks nothing.
func TestFoldersThatCannotBeRead(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		return // rights do not bind here; named pipes are in walk_unix_test.go
	}
	dir := t.TempDir()
	put(t, dir, "a/r.json", doc(1, "decision.message-read"))
	shut := filepath.Dir(put(t, dir, "b/r.json", doc(2, "decision.message-read")))
	if err := os.Chmod(shut, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(shut, 0o700)
	if g, p := gather(t, memory(t), GatherOptions{Paths: []string{dir}}); p.Reports != 1 || g.Broken != 1 {
		t.Errorf("%d reports, %+v", p.Reports, g.Unread)
	}
}

func TestPathsAreWithin(t *testing.T) {
	sep := string(filepath.Separator)
	for _, c := range []struct {
		path  string
		roots []string
		want  bool
	}{{"/a/b", []string{"/a"}, true}, {"/ab", []string{"/a"}, false}, {"/a", []string{"/a"}, true}, {"/x/y", []string{"/"}, true}, {"/a", nil, false}} {
		for i := range c.roots {
			c.roots[i] = filepath.FromSlash(c.roots[i])
		}
		if got := under(filepath.FromSlash(c.path), c.roots); got != c.want {
			t.Errorf("%s within %q: %v (%s)", c.path, c.roots, got, sep)
		}
	}
	if got := roots([]string{"a", "./a", "b"}); len(got) != 2 || !slices.IsSortedFunc(got, func(x, y string) int { return len(x) - len(y) }) {
		t.Errorf("%q", got)
	}
}
