package slice

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"meiqia-diag/diag/evidence/logs"
)

var (
	zone = time.FixedZone("+08:00", 8*3600)
	from = time.Date(2026, 11, 20, 10, 22, 0, 0, zone)
	to   = from.Add(90 * time.Second)
)

// hour is a log of one entry a second, of two lines each.
func hour(start time.Time, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s INFO n=%d\n\tat x\n", start.Add(time.Duration(i)*time.Second).Format("2006-01-02T15:04:05Z07:00"), i)
	}
	return b.String()
}

// put writes a file, packed as its extension says.
func put(t *testing.T, dir, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch filepath.Ext(name) {
	case ".gz":
		w = gzip.NewWriter(&b)
	case ".zst":
		w, err = zstd.NewWriter(&b)
	case ".xz":
		w, err = xz.NewWriter(&b)
	default:
		b.WriteString(text)
	}
	if err == nil && w != nil {
		if _, err = io.WriteString(w, text); err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func cut(t *testing.T, r Range, opt Options, paths ...string) (string, []FileStats) {
	t.Helper()
	in, ps := Inputs(paths)
	if len(ps) > 0 {
		t.Fatal(ps[0])
	}
	opt.From, opt.To = r.From, r.To
	if opt.Local == nil {
		opt.Local = zone
	}
	set, err := Learn(context.Background(), in, opt)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	st, err := set.Cut(context.Background(), r, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), st
}

// A rotated log is joined in the order of its first stamps, whatever its files
// are called, and an entry goes on in the next file.
func TestRotated(t *testing.T) {
	whole := hour(from.Add(-30*time.Minute), 3600)
	third := strings.Index(whole, "n=1805\n") + len("n=1805\n") // the next file begins with the rest of an entry
	late := strings.Index(whole, "n=1850\n") + len("n=1850\n\tat x\n")
	want := whole[strings.Index(whole, from.Format(time.RFC3339)):strings.Index(whole, to.Add(time.Second).Format(time.RFC3339))]
	for _, names := range [][3]string{
		{"app.log.1", "app.log.2", "app.log"}, {"app.log.2.gz", "app.log.1.zst", "app.log"}, {"a.log-20261121.xz", "a.log-20261120.xz", "a.log"},
		{"x.log", "x.old.log", "x.log.old"}, {"l-2026-11-20T14-32-10.123.log.gz", "l-2026-11-20T13-32-10.123.log.gz", "l.log"},
	} {
		dir := t.TempDir()
		put(t, dir, names[0], whole[:third])
		put(t, dir, names[1], whole[third:late])
		put(t, dir, names[2], whole[late:])
		got, st := cut(t, Range{From: from, To: to}, Options{}, dir)
		if got != want {
			t.Errorf("%v: %d bytes, want %d", names, len(got), len(want))
		}
		for _, s := range st {
			if s.Mode != Exact || s.Zone.Basis != "written" {
				t.Errorf("%v: %+v", names, s)
			}
		}
	}
}

// A compressed file that surely has nothing of the range is not unpacked; one
// that may have is, though its name and the next one's speak against it.
func TestBeyond(t *testing.T) {
	dir := t.TempDir()
	for i := range 10 {
		put(t, dir, fmt.Sprintf("app.log.%d.gz", i+1), hour(from.AddDate(0, 0, 1-i), 100))
	}
	got, st := cut(t, Range{From: from, To: to}, Options{}, dir)
	if n := strings.Count(got, "INFO"); n != 91 {
		t.Errorf("%d entries", n)
	}
	modes := ""
	for _, s := range st {
		modes += s.Mode[:1]
	}
	if modes != "bbbbbbeeee" {
		t.Error(modes)
	}
}

// Nothing is put between files, and where the line of one goes on in the next
// that is told.
func TestRunsOn(t *testing.T) {
	dir := t.TempDir()
	a := put(t, dir, "a.log", "2026-11-20T10:22:01+08:00 a")
	b := put(t, dir, "b.log", "2026-11-20T10:22:02+08:00 b\n2026-11-20T10:30:02+08:00 b")
	c := put(t, dir, "c.log", "2026-11-20T10:22:03+08:00 c")
	got, st := cut(t, Range{From: from, To: to}, Options{}, c, b, a, a)
	if len(st) != 3 || st[0].RunsOn || !st[1].RunsOn || st[2].RunsOn {
		t.Errorf("%+v", st)
	}
	if got != "2026-11-20T10:22:01+08:00 a2026-11-20T10:22:02+08:00 b\n2026-11-20T10:22:03+08:00 c" {
		t.Errorf("%q", got)
	}
}

// One file of a log tells the zone of the others.
func TestZoneOfKin(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "app.log", "2026-11-20 02:22:01 a\n2026-11-20T10:22:02+08:00 b\n2026-11-20 02:22:03 c\n2026-11-20T10:22:04+08:00 d\n")
	put(t, dir, "app.log.1", "2026-11-20 02:20:01 before\n2026-11-20 02:22:00 in\n")
	got, st := cut(t, Range{From: from, To: to}, Options{}, dir)
	if strings.Count(got, "\n") != 5 || strings.Contains(got, "before") {
		t.Errorf("%q", got)
	}
	for _, s := range st {
		if s.Zone.Basis != "inferred" {
			t.Errorf("%+v", s)
		}
	}
	got, st = cut(t, Range{From: from, To: to}, Options{Zone: zone}, filepath.Join(dir, "app.log.1"))
	if got != "" || st[0].Zone.Basis != "stated" {
		t.Errorf("%q %+v", got, st[0])
	}
}

func TestOffset(t *testing.T) {
	path := put(t, t.TempDir(), "a.log", hour(from.Add(-time.Hour), 2*3600))
	got, _ := cut(t, Range{From: from, To: from.Add(2 * time.Second), Offset: 2500 * time.Millisecond}, Options{}, path)
	// The log's clock is 2.5 s behind: 10:21:57 is 10:21:59.5 to 10:22:00.5.
	if !strings.HasPrefix(got, from.Add(-3*time.Second).Format(time.RFC3339)) || strings.Count(got, "INFO") != 3 {
		t.Errorf("%q", got)
	}
}

func TestFast(t *testing.T) {
	whole := hour(from.Add(-10*time.Hour), 20*3600)
	path := put(t, t.TempDir(), "a.log", whole)
	exact, _ := cut(t, Range{From: from, To: to}, Options{}, path)
	got, st := cut(t, Range{From: from, To: to, Fast: true}, Options{}, path)
	if got != exact || got == "" || st[0].Mode != Fast || st[0].Lines > 8000 {
		t.Errorf("%d bytes, want %d: %+v", len(got), len(exact), st[0])
	}
	for _, r := range []Range{{From: from.AddDate(0, 0, -1), To: from.AddDate(0, 0, -1)}, {From: to.AddDate(0, 0, 1)}, {To: from.Add(-10 * time.Hour)}, {From: from.Add(10*time.Hour - time.Second)}, {}} {
		exact, _ := cut(t, r, Options{}, path)
		r.Fast = true
		if got, _ := cut(t, r, Options{}, path); got != exact {
			t.Errorf("%v to %v: %d bytes, want %d", r.From, r.To, len(got), len(exact))
		}
	}
	// What cannot be read at any place is read whole, and said to be.
	packed := put(t, t.TempDir(), "a.log.gz", whole)
	if got, st := cut(t, Range{From: from, To: to, Fast: true}, Options{}, packed); got != exact || st[0].Mode != Exact {
		t.Errorf("%+v", st[0])
	}
}

func TestYearOfACopy(t *testing.T) {
	path := put(t, t.TempDir(), "syslog", "Nov 20 10:21:00 host a\nNov 20 10:22:30 host b\nNov 20 10:30:00 host c\n")
	if err := os.Chtimes(path, time.Time{}, from.AddDate(3, 1, 0)); err != nil {
		t.Fatal(err)
	}
	if got, _ := cut(t, Range{From: from, To: to}, Options{}, path); got != "Nov 20 10:22:30 host b\n" {
		t.Errorf("%q", got)
	}
	// Not where another file of the set is of that time: then it is of another year.
	now := put(t, filepath.Dir(path), "now.log", hour(from, 60))
	if got, _ := cut(t, Range{From: from, To: to}, Options{}, path, now); strings.Contains(got, "host") {
		t.Errorf("%q", got)
	}
}

func TestFindings(t *testing.T) {
	log := "2026-11-20T10:21:00+08:00 ERROR outside\n2026-11-20T10:22:01+08:00 INFO fine\n2026-11-20T10:22:02+08:00 WARN slow\n" +
		"2026-11-20T10:22:03+08:00 INFO net::ERR_CONNECTION_RESET\n2026-11-20T10:22:10+08:00 ERROR disk\n\tat x\n2026-11-20T10:22:41+08:00 ERROR 撤回失败 code=40021\n" +
		"2026-11-20T10:22:42+08:00 INFO errors: 0 code=0\n2026-11-20T10:22:43+08:00 FATAL out of memory\n2026-11-20T10:22:44+08:00 INFO method=POST path=/recall status=503\n"
	path := put(t, t.TempDir(), "a.log", log)
	_, st := cut(t, Range{From: from, To: to, Look: true, Incident: from.Add(41 * time.Second)}, Options{}, path)
	var got []string
	for _, f := range st[0].Findings {
		got = append(got, fmt.Sprint(f.From, f.Code, f.Status, f.Why.EN == "" || f.Why.ZH == f.Why.EN))
	}
	want := "[7400210 false 10503 false 90 false 50 false 30 false 4net::ERR_CONNECTION_RESET0 false]"
	if s := fmt.Sprint(got); s != want {
		t.Errorf("got %s\nwant %s", s, want)
		for _, f := range st[0].Findings {
			t.Logf("%+v", f)
		}
	}
}

func TestLog(t *testing.T) {
	text := hour(from.Add(-time.Hour), 2*3600)
	src := logs.Source{Name: "a.log", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	got, st, err := Log(context.Background(), src, LogOptions{Range: Range{From: from, To: to}, Max: 1 << 20})
	if err != nil || strings.Count(string(got), "INFO") != 91 || st.LinesIn != 4*3600 || st.LinesKept != 182 || st.Over != 0 || !st.Stamped {
		t.Errorf("%d bytes, %+v, %v", len(got), st, err)
	}
	got, st, err = Log(context.Background(), src, LogOptions{Range: Range{From: from, To: to}, Max: 1000})
	if err != nil || len(got) > 1000 || len(got) < 900 || st.LinesKept+st.Over != 182 || st.Over == 0 || got[len(got)-1] != '\n' {
		t.Errorf("%d bytes, %+v, %v", len(got), st, err)
	}
	got, st, err = Log(context.Background(), src, LogOptions{Range: Range{From: from, To: to}, Whole: true, Max: 1 << 20})
	if err != nil || string(got) != text || st.Stamped {
		t.Errorf("%d bytes, %+v, %v", len(got), st, err)
	}
}

type brokenPipe struct{ n int }

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.n--; b.n < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestTrouble(t *testing.T) {
	dir := t.TempDir()
	text := hour(from.Add(-time.Minute), 600)
	a := put(t, dir, "a.log", text)
	gz := put(t, dir, "b.log.gz", text)
	data, _ := os.ReadFile(gz)
	if err := os.WriteFile(gz, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	in, ps := Inputs([]string{a, gz, filepath.Join(dir, "none"), dir + "/c"})
	if len(in) != 2 || len(ps) != 2 {
		t.Fatal(len(in), ps)
	}
	set, err := Learn(context.Background(), in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	st, err := set.Cut(context.Background(), Range{From: from, To: to}, io.Discard)
	if err != nil || len(st) != 2 {
		t.Fatal(err, st)
	}
	bad := 0
	for _, s := range st {
		if p := s.Problem(); p != nil {
			bad++
			if p.File != gz || p.What.ZH == p.What.EN {
				t.Error(p)
			}
		}
	}
	if bad != 1 {
		t.Errorf("%d problems", bad)
	}
	if _, err := set.Cut(context.Background(), Range{From: from, To: to}, &brokenPipe{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := set.Cut(ctx, Range{}, io.Discard); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
