package har

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// odd reads blanks for a while and then behaves as told.
type odd struct {
	blanks int
	then   func() (int, error)
}

func (o *odd) Read(p []byte) (int, error) {
	if o.blanks == 0 {
		return o.then()
	}
	n := min(o.blanks, len(p), 7000)
	o.blanks -= n
	return copy(p, strings.Repeat(" ", n)), nil
}

// TestOddReaders lets the source fail in the first block, and where it is read ahead.
func TestOddReaders(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, blanks := range []int{0, 10, firstBlock, firstBlock + 1, firstBlock + 2*blockSize} {
		read := func(then func() (int, error)) error {
			_, _, err := Read(&odd{blanks, then}, "x.har", Options{}, func(*Entry) error { return nil })
			return err
		}
		if err := read(func() (int, error) { return 0, broken }); err != broken {
			t.Errorf("after %d: %v", blanks, err)
		}
		if err := read(func() (int, error) { return 0, nil }); !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("no progress after %d: %v", blanks, err)
		}
		func() {
			defer func() {
				if recover() != "boom" {
					t.Errorf("after %d the panic of the source is not passed on", blanks)
				}
			}()
			read(func() (int, error) { panic("boom") })
		}()
	}
}

// TestStopsInTheMidst ends reading while the source still has much to give.
func TestStopsInTheMidst(t *testing.T) {
	enough := errors.New("enough")
	entry := `{"request":{"url":"` + strings.Repeat("u", 1000) + `"}},`
	src := &parts{list: []part{{`{"log":{"entries":[`, 1}, {entry, 1 << 20}}}
	n := 0
	m, ps, err := Read(src, "x.har", Options{}, func(*Entry) error {
		if n++; n == 1000 {
			return enough
		}
		return nil
	})
	if err != enough || m.Entries != 1000 || len(ps) > 0 {
		t.Errorf("%v, %d entries, %v", err, m.Entries, ps)
	}
	if read := src.n * len(entry); read > 1000*len(entry)+firstBlock+4*blockSize {
		t.Errorf("%d bytes were read", read)
	}
}
