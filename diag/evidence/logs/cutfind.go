package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	probe      = 16 << 10 // bytes looked at to find a stamp
	firstProbe = 4 << 10  // as most lines are short
	// disorder is how far lines of one moment lie apart in a log that counts
	// as sorted: buffers are flushed within seconds.
	disorder = 10 * time.Second
)

// find looks for the range in a log that is in order, by offset: some twenty
// looks at a log of any size.
func (c *cutter) find(ctx context.Context) (span, error) {
	r, err := c.rd.src.Open()
	if err != nil {
		return span{}, fmt.Errorf("read log: %w", err)
	}
	defer r.Close()
	at, ok := r.(io.ReaderAt)
	if !ok {
		return span{}, errors.New("read log: it can no longer be read at any place")
	}
	s := searcher{c: c, at: at, w: (&cutter{rd: c.rd}).walker(), ctx: ctx}
	out := span{0, c.rd.src.Size}
	if !c.from.IsZero() {
		if out.start, _, err = s.search(0, out.end, func(t time.Time) bool { return t.Before(c.from.Add(-disorder)) }); err != nil {
			return out, err
		}
	}
	if !c.to.IsZero() {
		_, end, err := s.search(out.start, out.end, func(t time.Time) bool { return !t.After(c.to.Add(disorder)) })
		if err != nil {
			return out, err
		}
		if end < out.end { // the line found there is too late: what is before it belongs to the range
			line, _, ok, err := s.stamp(end, out.end)
			if err != nil {
				return out, err
			}
			if ok {
				out.end = line
			}
		}
	}
	return out, nil
}

type searcher struct {
	c   *cutter
	at  io.ReaderAt
	w   *walker
	ctx context.Context
	buf []byte
}

// search halves a part of the log until it is small: first is the last line it
// met whose stamp is before something, lo when none is, and end is where it met
// the first that is not, hi when all are.
func (s *searcher) search(lo, hi int64, before func(time.Time) bool) (first, end int64, err error) {
	first = lo
	for hi-lo > probe {
		if err := s.ctx.Err(); err != nil {
			return 0, 0, err
		}
		mid := lo + (hi-lo)/2
		line, t, ok, err := s.stamp(mid, hi)
		switch {
		case err != nil:
			return 0, 0, err
		case !ok || !before(t):
			hi = mid
		default:
			first, lo = line, max(line, mid)
		}
	}
	return first, hi, nil
}

// stamp gives the first line with a stamp that begins at or after off, and
// before limit; ok is false when there is none.
func (s *searcher) stamp(off, limit int64) (line int64, t time.Time, ok bool, err error) {
	enc := s.c.rd.Encoding
	w := int64(widthOf(enc))
	off -= off % w
	var buf []byte
	start := max(off-w, 0) // the line feed before tells whether a line begins at off
	for size := firstProbe; start+int64(len(buf)) < s.c.rd.src.Size; size *= 4 {
		if err := s.ctx.Err(); err != nil {
			return 0, t, false, err
		}
		if size > maxHeld {
			return 0, t, false, nil
		}
		if cap(s.buf) < size {
			s.buf = make([]byte, size)
		}
		buf = s.buf[:size]
		n, err := s.at.ReadAt(buf, start)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, t, false, fmt.Errorf("read log: %w", err)
		}
		buf = buf[:n]
		p := 0
		if off > 0 {
			p = nextLine(buf, enc)
		}
		for p < len(buf) && start+int64(p) < limit {
			k := nextLine(buf[p:], enc)
			last := start+int64(p+k) >= s.c.rd.src.Size
			if k == len(buf)-p && !last && k < probe { // it is not whole
				break
			}
			text, whole := buf[p:p+k], buf[p:]
			if w > 1 {
				text, whole = fromWide(nil, text, enc), nil
			}
			if t, ok := s.one(text, whole, start+int64(p)); ok {
				return start + int64(p), t, true, nil
			}
			p += k
		}
		if start+int64(p) >= limit {
			break
		}
	}
	return 0, t, false, nil
}

// one gives the stamp of one line, or of the indented object that opens there.
func (s *searcher) one(line, rest []byte, off int64) (time.Time, bool) {
	b := &block{off: off, buf: line, w3c: s.c.rd.w3c}
	if s.c.rd.pretty {
		if n, ok := opensObject(trimEnd(line)); !ok || n != s.c.rd.indent {
			return time.Time{}, false
		}
		if k := closesObject(bytes.TrimPrefix(rest, line), s.c.rd.indent); k >= 0 && rest != nil {
			b.buf = rest[:len(line)+k]
		}
	}
	s.w.block(b)
	return b.first, b.stamped > 0
}

// About tells how many bytes of the log the range of opt takes: what a search by
// offset finds, or what would be its share if lines came evenly, whichever is
// less. It is a guess for choosing a range, and -1 where there is none.
func (rd *Reading) About(ctx context.Context, opt CutOptions) int64 {
	whole := rd.Last.Sub(rd.First)
	if !rd.Seekable || rd.Stamped == 0 || rd.bare || rd.yearly || whole <= 0 || opt.From.IsZero() || opt.To.IsZero() {
		return -1
	}
	c, _ := rd.cutter(opt)
	at, err := c.find(ctx)
	if err != nil {
		return -1
	}
	share := float64(rd.src.Size) * float64(opt.To.Sub(opt.From)) / float64(whole)
	return int64(min(float64(max(at.end-at.start, 0)), share))
}
