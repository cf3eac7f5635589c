// Package slice keeps the part of a log that lies in a time range.
//
// It is an exact scan, line by line: a line with a stamp counts when
// from ≤ stamp ≤ to, a line without one stays with the entry above it. The
// bytes of what is kept are not changed. Nothing is assumed of the order, so
// late-written lines and stepped clocks lose nothing.
package slice

import (
	"bufio"
	"context"
	"io"
	"strings"
	"time"
)

// headOf is how much of a line its stamp and level are looked for in. Longer
// lines are kept whole all the same.
const headOf = 64 << 10

// Options say what to keep.
type Options struct {
	From, To time.Time // inclusive; a zero time is no limit
	// Stamp finds the time of a line, ok false when it has none.
	Stamp func(line string) (time.Time, bool)
	// Serious tells whether a line with a stamp is an error; nil for never.
	Serious func(line string) bool
	// Max bounds the bytes kept; 0 for no bound. What is over it is counted, not kept.
	Max int64
}

// Stats tell what became of a log.
type Stats struct {
	LinesIn   int       `json:"lines_in"`
	LinesKept int       `json:"lines_kept"`
	Entries   int       `json:"entries"` // kept lines that have a stamp
	Over      int       `json:"over"`    // lines in range that Max left no room for
	First     time.Time `json:"first"`   // earliest stamp of the whole log
	Last      time.Time `json:"last"`    // latest stamp of the whole log
	Errors    []Error   `json:"errors"`
}

// Error is a kept entry that is an error.
type Error struct {
	Line int       // in the slice, from 1
	From int       // in the log, from 1
	At   time.Time // its stamp
	Text string    // its first line, cut at 2,000 bytes
}

// maxErrors bounds the list of errors; they are all in the slice anyway.
const maxErrors = 2000

// Lines copies the entries in the range from r to w.
func Lines(ctx context.Context, r io.Reader, w io.Writer, opt Options) (Stats, error) {
	var st Stats
	in := bufio.NewReaderSize(r, 256<<10)
	var kept int64
	keep := false // the entry that the current line belongs to
	cut := false  // that entry met Max
	for {
		if st.LinesIn%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return st, err
			}
		}
		head, whole, err := readHead(in)
		if len(head) == 0 && err != nil {
			if err == io.EOF {
				return st, nil
			}
			return st, err
		}
		st.LinesIn++
		line := strings.TrimRight(string(head), "\r\n")
		at, stamped := opt.Stamp(line)
		if stamped {
			if st.First.IsZero() || at.Before(st.First) {
				st.First = at
			}
			if at.After(st.Last) {
				st.Last = at
			}
			keep = (opt.From.IsZero() || !at.Before(opt.From)) && (opt.To.IsZero() || !at.After(opt.To))
			cut = false
		}
		if !keep {
			if !whole {
				if _, err := skipLine(in); err != nil && err != io.EOF {
					return st, err
				}
			}
			continue
		}
		if cut || opt.Max > 0 && kept+int64(len(head)) > opt.Max {
			cut = true
			st.Over++
			if !whole {
				if _, err := skipLine(in); err != nil && err != io.EOF {
					return st, err
				}
			}
			continue
		}
		st.LinesKept++
		if stamped {
			st.Entries++
			if opt.Serious != nil && len(st.Errors) < maxErrors && opt.Serious(line) {
				st.Errors = append(st.Errors, Error{Line: st.LinesKept, From: st.LinesIn, At: at, Text: strings.ToValidUTF8(line[:min(len(line), 2000)], "")})
			}
		}
		n, err := w.Write(head)
		kept += int64(n)
		if err != nil {
			return st, err
		}
		if !whole {
			n, err := copyLine(in, w)
			kept += n
			if err != nil && err != io.EOF {
				return st, err
			}
		}
	}
}

// readHead reads a line, or the head of a long one; whole tells which.
func readHead(in *bufio.Reader) (head []byte, whole bool, err error) {
	for len(head) < headOf {
		part, err := in.ReadSlice('\n')
		head = append(head, part...)
		if err == bufio.ErrBufferFull {
			continue
		}
		return head, true, err
	}
	return head, false, nil
}

func skipLine(in *bufio.Reader) (int64, error) { return copyLine(in, io.Discard) }

func copyLine(in *bufio.Reader, w io.Writer) (int64, error) {
	var n int64
	for {
		part, err := in.ReadSlice('\n')
		m, werr := w.Write(part)
		n += int64(m)
		if werr != nil {
			return n, werr
		}
		if err != bufio.ErrBufferFull {
			return n, err
		}
	}
}
