package logs

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// framer reads a log in blocks of whole lines.
type framer struct {
	r     io.Reader
	c     *cutter
	off   int64  // of the next byte to give out
	carry []byte // the beginning of a line, read already
	mid   bool   // the next block begins inside a line
	ended bool
	err   error
}

// next fills a block; false at the end. An error comes with the last block
// that could be read.
func (f *framer) next(ctx context.Context, b *block) (ok bool, err error) {
	enc := f.c.rd.Encoding
	b.off, b.nuls, b.mid, b.raw = f.off, 0, f.mid, true
	buf := append(b.buf[:0], f.carry...)
	f.carry = f.carry[:0]
	want := f.c.size
	for {
		if !f.ended && len(buf) < want {
			buf = f.fill(buf, want)
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if f.ended {
			f.off += int64(len(buf))
			b.buf = buf
			return len(buf) > 0 || b.nuls > 0, f.err
		}
		if n := f.boundary(buf, enc); n > 0 {
			f.carry = append(f.carry, buf[n:]...)
			f.off += int64(n)
			f.mid = false
			b.buf = buf[:n]
			return true, nil
		}
		// A line longer than a block. Holes, which can be of any size, are only counted.
		if !f.mid && len(bytes.TrimLeft(buf, "\x00")) == 0 {
			b.nuls += int64(len(buf))
			f.off += int64(len(buf))
			b.off = f.off
			buf = buf[:0]
			continue
		}
		if f.mid || len(buf) >= maxHeld {
			n := len(buf) - len(buf)%4
			f.carry = append(f.carry, buf[n:]...)
			f.off += int64(n)
			f.mid = true
			b.buf = buf[:n]
			return true, nil
		}
		want = len(buf) * 2
	}
}

// fill reads until a buffer holds n bytes or the log ends.
func (f *framer) fill(buf []byte, n int) []byte {
	if cap(buf) < n {
		buf = append(make([]byte, 0, n), buf...)
	}
	for idle := 0; len(buf) < n; {
		k, err := f.r.Read(buf[len(buf):n])
		buf = buf[:len(buf)+k]
		if err != nil {
			f.ended = true
			if !errors.Is(err, io.EOF) {
				f.err = err
			}
			return buf
		}
		if k > 0 {
			idle = 0
		} else if idle++; idle > 100 {
			f.ended, f.err = true, io.ErrNoProgress
			return buf
		}
	}
	return buf
}

// maxGather is how far a block grows to hold an indented object as a whole.
const maxGather = 8 << 20

// boundary gives where a block ends: after its last line, and in a log of
// indented objects after the last that is whole; 0 when it has none.
func (f *framer) boundary(buf []byte, enc string) int {
	n := lastLine(buf, enc)
	if !f.c.rd.pretty || f.mid {
		return n
	}
	w := widthOf(enc)
	for end := n; end > 0; {
		start := lastLine(buf[:end-w], enc)
		p := start
		for u := unit(buf, p, enc); u == ' ' || u == '\t'; u = unit(buf, p, enc) {
			p += w
		}
		if p == start+f.c.rd.indent*w && unit(buf, p, enc) == '}' {
			return end
		}
		end = start
	}
	if len(buf) < maxGather {
		return 0
	}
	return n
}
