package logs

import (
	"bytes"
	"context"
	"testing"
	"time"
)

// Whatever the bytes, several goroutines with small blocks keep what one with
// one block does, and it is what stands in the log.
func FuzzCut(f *testing.F) {
	f.Add([]byte("2026-11-20T10:22:01+08:00 a\n\tb\n2026-11-20T02:22:02Z c"), uint8(3))
	f.Add([]byte("Nov 20 10:22:01 h a\r\nNov 20 10:30:01 h b\n"), uint8(1))
	f.Add([]byte("\xff\xfe2\x000\x002\x006\x00-\x001\x001\x00\n\x00"), uint8(9))
	f.Add([]byte("{\n  \"time\": \"2026-11-20T10:22:01+08:00\"\n}\n{\n"), uint8(20))
	f.Add([]byte("#Fields: time x\n10:22:01 a\n#Date: 2026-11-20\n02:22:01 a\n"), uint8(4))
	f.Add([]byte("\x00\x00\x00\x002026-11-20 10:22:01 a\n\x1b[32m11-20 10:22:01.1 x"), uint8(5))
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		for _, seekable := range []bool{true, false} {
			rd, err := Learn(sourceOf(data, cutTo, seekable), LearnOptions{Local: shanghai, From: cutFrom, To: cutTo})
			if err != nil {
				t.Fatal(err)
			}
			var want, got []byte
			st, err := rd.Cut(context.Background(), CutOptions{From: cutFrom, To: cutTo, Workers: 1}, func(p []byte, _ int) error { want = append(want, p...); return nil })
			if err != nil || st.Bytes != int64(len(data)) || st.Kept > st.Lines {
				t.Fatalf("%+v %v", st, err)
			}
			if _, err := rd.Cut(context.Background(), CutOptions{From: cutFrom, To: cutTo, Workers: 3, Block: int(size) + 1}, func(p []byte, _ int) error { got = append(got, p...); return nil }); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("blocks of %d: %q, one block: %q", size, got, want)
			}
			for _, l := range bytes.SplitAfter(want, []byte("\n")) {
				if !bytes.Contains(data, l) {
					t.Fatalf("%q is not in the log", l)
				}
			}
			if _, err := rd.Cut(context.Background(), CutOptions{From: cutFrom, To: cutTo, Fast: true}, func([]byte, int) error { return nil }); err != nil {
				t.Fatal(err)
			}
			known, err := rd.Scan(context.Background(), CutOptions{From: cutFrom.Add(-time.Minute), To: cutTo.Add(time.Minute), Block: int(size) + 1}, "a")
			if err != nil {
				t.Fatal(err)
			}
			got = got[:0]
			again, err := rd.Cut(context.Background(), CutOptions{From: cutFrom, To: cutTo, Known: known}, func(p []byte, _ int) error { got = append(got, p...); return nil })
			if err != nil || again != st {
				t.Fatalf("%+v %v, want %+v", again, err, st)
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("of what is known: %q, want %q", got, want)
			}
		}
	})
}
