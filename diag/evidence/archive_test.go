package evidence

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestArchives(t *testing.T) {
	har, ping := oneHAR(5), gbk(t, pingZH)
	dir := put(t,
		"case.dat", zipOf(t, "evidence/", "", "evidence/a.txt", har, "evidence/记录/ping.log", ping, "app.log.gz", gzipOf(t, clientText), "film", mp4Head),
		"single.bin", gzipOf(t, har), "twice.gz", gzipOf(t, gzipOf(t, clientText)))
	s := readAll(t, Options{}, dir)
	if got, want := kinds(s), "app.log=client a.txt=har ping.log=path film=video single.bin=har twice=client"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(problems(s)) > 0 {
		t.Errorf("problems: %v", problems(s))
	}
	for _, f := range s.Files {
		inside := strings.Contains(f.Path, "case.dat!")
		if f.Name == "a.txt" && (!inside || f.Size != int64(len(har))) {
			t.Errorf("a member's path and size: %q, %d", f.Path, f.Size)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil || f.Kind == HAR && string(data) != har || f.Kind == Path && string(data) != ping {
			t.Errorf("%s does not open as it was: %d bytes, %v", f.Path, len(data), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(s.HARs) != 2 || len(s.HARs[0].Entries) != 5 || len(s.Paths[0].Result.Pings) != 1 {
		t.Errorf("members were not read: %d HARs", len(s.HARs))
	}
}

// Names inside an archive are labels: nothing is written, and nothing outside is opened.
func TestZipSlip(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.log")
	if err := os.WriteFile(secret, []byte("2026-11-20 10:00:00 [info] not yours\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	names := []string{"../../../../etc/passwd", secret, `..\..\win.ini`, "C:/Windows/x.log", "a/../../b.log", "ok.log", "nul\x00.log"}
	var pairs []string
	for i, n := range names {
		pairs = append(pairs, n, fmt.Sprintf("2026-11-20 10:22:41 [info] member %d\n", i))
	}
	dir := put(t, "in/evil.zip", zipOf(t, pairs...))
	s := readAll(t, Options{}, filepath.Join(dir, "in", "evil.zip"))
	if len(s.Logs) != len(names) {
		t.Fatalf("%d of %d members read, problems %v", len(s.Logs), len(names), problems(s))
	}
	for _, l := range s.Logs {
		if text := l.Entries[0].Text; !strings.Contains(text, "member") {
			t.Errorf("%q shows %q", l.File.Path, text)
		}
		if strings.ContainsAny(l.File.Name, "/") || l.File.Name == ".." {
			t.Errorf("a base name that climbs: %q", l.File.Name)
		}
	}
	var found []string
	if err := filepath.Walk(dir, func(p string, i os.FileInfo, err error) error {
		if i.Mode().IsRegular() {
			found = append(found, p)
		}
		return err
	}); err != nil || len(found) != 1 {
		t.Errorf("reading wrote files: %v, %v", found, err)
	}
}

// zeros are n bytes of one letter, deflated.
func zeros(t *testing.T, n int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("bomb.log")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(f, repeat('0'), n); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type repeat byte

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

func TestZipBombs(t *testing.T) {
	bomb := zeros(t, 24<<20) // 24 MB in 24 KB
	// The directory says 100 bytes, the data unpack to 24 MB.
	liar := bytes.Clone(bomb)
	dirAt := bytes.LastIndex(liar, []byte("PK\x01\x02"))
	for i, b := range []byte{100, 0, 0, 0} {
		liar[dirAt+24+i] = b
	}
	dir := put(t, "liar.zip", string(liar), "good.har", oneHAR(2), "claims.zip", string(claims(t, 90)))
	start := time.Now()
	s := readAll(t, Options{}, dir)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	if len(s.HARs) != 1 {
		t.Errorf("the good file was lost: %s", kinds(s))
	}
	for _, l := range s.Logs {
		if l.Info.Lines > 1 || l.File.Size > 100 && strings.Contains(l.File.Path, "liar") {
			t.Errorf("%s: %d bytes said, %d lines", l.File.Path, l.File.Size, l.Info.Lines)
		}
	}
	// A log that is packed as no log ever is costs no more than being told so.
	packed := zipOf(t, "huge.log", strings.Repeat(clientText, (80<<20)/len(clientText)))
	if int64(len(packed))*maxRatio > 80<<20 {
		t.Fatalf("packed to %d bytes", len(packed))
	}
	began := time.Now()
	huge := readAll(t, Options{}, put(t, "huge.zip", packed, "good.har", oneHAR(2)))
	if took := time.Since(began); took > 3*time.Second || len(huge.Logs) > 0 || len(huge.HARs) != 1 || !problemOf(huge, "huge.zip", "unpacks from") {
		t.Errorf("%s, %s, %v", took, kinds(huge), problems(huge))
	}
	if !problemOf(s, "claims.zip", "implausible compression ratio") {
		t.Errorf("problems: %v", problems(s))
	}
}

// claims is a member whose directory entry says that its few bytes unpack to n MB.
func claims(t *testing.T, n uint32) []byte {
	t.Helper()
	data := []byte(zipOf(t, "small.log", "hello\n"))
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	size := n << 20
	for i := range 4 {
		data[at+24+i] = byte(size >> (8 * i))
	}
	return data
}

// A gz that unpacks to far more than a log could be stops at the limit, and says so.
func TestGzipBomb(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	zw := gzip.NewWriter(w) // packed twice, so that no size is known: the limit is 64 MB
	line := []byte(strings.Repeat("x", 1023) + "\n")
	for range 80 << 10 {
		if _, err := zw.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := readAll(t, Options{}, filepath.Join(put(t, "bomb.log.gz", b.String()), "bomb.log.gz"))
	if len(s.Logs) != 1 || s.Logs[0].Info.Lines > 64<<10 {
		t.Fatalf("%s", kinds(s))
	}
	if len(problems(s)) == 0 {
		t.Errorf("%d of %d lines were read, and nobody said so", s.Logs[0].Info.Lines, 80<<10)
	}
}

func TestNestingIsBounded(t *testing.T) {
	deep := clientText
	for range 6 {
		deep = gzipOf(t, deep)
	}
	dir := put(t, "deep.gz", deep, "zipgz.zip", zipOf(t, "a.zip", zipOf(t, "b.log", clientText)), "gz.gz", gzipOf(t, zipOf(t, "b.log", clientText)))
	s := readAll(t, Options{}, dir)
	if len(s.Logs) != 0 || !problemOf(s, "deep.gz", "nested too deep") || !problemOf(s, "a.zip", "inside an archive") || !problemOf(s, "gz.gz", "inside an archive") {
		t.Errorf("%s; %v", kinds(s), problems(s))
	}
}

func TestTwoMembersOfOneName(t *testing.T) {
	dir := put(t, "a.zip", zipOf(t, "x.log", "2026-11-20 10:22:41 [info] first\n", "x.log", "2026-11-20 10:22:42 [info] second\n"))
	s := readAll(t, Options{}, dir)
	if len(s.Logs) != 2 || s.Logs[0].Entries[0].Text == s.Logs[1].Entries[0].Text {
		t.Errorf("%s: the second member was not read", kinds(s))
	}
}

// An archive of many members is read up to the limit, in time in proportion to their number.
func TestManyMembers(t *testing.T) {
	timed := func(n int) (*Set, time.Duration) {
		var pairs []string
		for i := range n {
			pairs = append(pairs, fmt.Sprintf("logs/app-%04d.log", i), fmt.Sprintf("2026-11-20 10:22:41 [info] member %d\n", i))
		}
		dir := put(t, "many.zip", zipOf(t, pairs...))
		start := time.Now()
		return readAll(t, Options{}, dir), time.Since(start)
	}
	_, few := timed(250)
	s, many := timed(2100)
	t.Logf("250 members in %s, %d in %s", few, len(s.Logs), many)
	if len(s.Logs) != maxFiles || !problemOf(s, "many.zip", "too large") {
		t.Errorf("%d logs, problems %v", len(s.Logs), problems(s))
	}
	if many > 25*few && many > 5*time.Second {
		t.Errorf("eight times the members took %.0f times as long", float64(many)/float64(few))
	}
}
