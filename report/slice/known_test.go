package slice

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"meiqia-diag/diag/evidence/logs"
)

// What an earlier look at a log found spares reading it again, and changes
// nothing; of a log that has changed since it is not believed.
func TestLogOfWhatIsKnown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	late := from.Add(30*time.Second).Format("2006-01-02T15:04:05.000Z07:00") + " INFO late\n\tand on\n"
	text := hour(from.Add(-time.Hour), 2*3600) + late
	write := func(s string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	read := 0
	source := func() logs.Source {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return logs.Source{Name: "a.log", Size: info.Size(), Open: func() (io.ReadCloser, error) {
			f, err := os.Open(path)
			return counted{f, &read}, err
		}}
	}
	cut := func(known *logs.Scan) (string, Stats, int) {
		t.Helper()
		read = 0
		got, st, err := Log(context.Background(), source(), LogOptions{Range: Range{From: from, To: to}, Max: 1 << 20, Known: known})
		if err != nil {
			t.Fatal(err)
		}
		st.Time = nil
		return string(got), st, read
	}
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	write(text, day)
	rd, err := logs.Learn(source(), logs.LearnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	known, err := rd.Scan(context.Background(), logs.CutOptions{From: from.Add(-time.Minute), To: to.Add(time.Minute)}, "")
	if err != nil {
		t.Fatal(err)
	}
	want, wantStats, whole := cut(nil)
	got, stats, some := cut(known)
	if got != want || !reflect.DeepEqual(stats, wantStats) {
		t.Errorf("%d bytes, %+v, want %d, %+v", len(got), stats, len(want), wantStats)
	}
	if some*3 > whole {
		t.Errorf("%d of %d bytes were read again", some, whole)
	}
	for name, change := range map[string]func(){
		"longer":            func() { write(text+late, day) },
		"of another moment": func() { write(text[:len(text)-len(late)]+late, day.Add(time.Second)) },
	} {
		change()
		want, wantStats, whole := cut(nil)
		got, stats, some := cut(known)
		if got != want || !reflect.DeepEqual(stats, wantStats) || some < whole {
			t.Errorf("%s: %d bytes of %d read, %+v, want %d bytes, %+v", name, len(got), some, stats, len(want), wantStats)
		}
	}
}

// counted counts the bytes that are read from a file's beginning on, or at a place.
type counted struct {
	*os.File
	n *int
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	*c.n += n
	return n, err
}

func (c counted) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.File.ReadAt(p, off)
	*c.n += n
	return n, err
}
