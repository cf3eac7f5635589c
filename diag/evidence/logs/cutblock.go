package logs

import (
	"slices"
	"time"
)

// block is a piece of a log: whole lines, but where one line is longer than
// what is held of it at once.
type block struct {
	off  int64 // in the log, of the first byte of buf
	nuls int64 // zero bytes before it that are not in buf: a hole in the log
	mid  bool  // buf begins inside a line
	raw  bool  // buf is as the log is, not yet UTF-8
	buf  []byte
	w3c  w3c // the columns as they are where the block begins
	done chan struct{}

	// What the walker found.
	lead      int // bytes before the first line with a stamp: they go with the block before
	leadLines int
	segs      []seg // what to keep of the rest
	lines     int   // line ends passed, the last line's included
	stamped   int
	entries   int // stamped lines in the range
	folded    int
	zones     zones
	unzoned   int // stamps without a zone of their own
	first     time.Time
	last      time.Time
	w3cEnd    w3c
	entry     int // the last line with a stamp: its byte …
	entryLine int // … and its number, when stamped
	hits      []hit
	marks     []mark
}

// seg is a run of lines: bytes [start, end) of the block, lines [line, endLine).
type seg struct{ start, end, line, endLine int }

// reset makes a block ready to be walked over, perhaps again.
func (b *block) reset() {
	b.lead, b.leadLines, b.segs, b.lines, b.stamped, b.entries, b.folded = 0, 0, b.segs[:0], 0, 0, 0, 0
	b.zones, b.unzoned, b.hits = zones{}, 0, nil
	b.first, b.last, b.marks = time.Time{}, time.Time{}, b.marks[:0]
	if len(b.segs) == 0 {
		b.segs = nil
	}
}

// endsInside tells whether a line that follows the block goes with what is
// kept; decided is false when the block has no stamp to tell.
func (b *block) endsInside() (in, decided bool) {
	n := len(b.segs)
	return n > 0 && b.segs[n-1].endLine == b.lines, b.stamped > 0
}

func (b *block) see(t time.Time) { b.first, b.last = earlier(b.first, t), later(b.last, t) }

func (b *block) zone(off, n int) { b.zones.add(off, n) }

// zones are the zones that stamps have written: how many do, the first, and
// whether there are others.
type zones struct {
	n, first int
	others   bool
}

func (z *zones) add(off, n int) {
	if n == 0 {
		return
	}
	if z.n == 0 {
		z.first = off
	}
	z.n += n
	z.others = z.others || off != z.first
}

func (z *zones) join(o zones) {
	z.add(o.first, o.n)
	z.others = z.others || o.others
}

// maxMarks bounds the marks of one block: a log without any order would have
// as many as lines.
const maxMarks = 16 << 10

func (b *block) mark(m mark) {
	if n := len(b.marks); n == 0 || !m.near(b.marks[n-1]) && n < maxMarks {
		b.marks = append(b.marks, m)
	}
}

// narrow turns offsets in the UTF-8 text of a block into offsets in the block
// itself: both have the same line feeds.
func (b *block) narrow(encoding string) {
	if b.lead == 0 && len(b.segs) == 0 {
		return
	}
	line, p := 0, 0
	if b.mid { // the lead begins inside a line
		p = nextLine(b.buf, encoding)
	}
	to := func(n int) int {
		for ; line < n && p < len(b.buf); line++ {
			p += nextLine(b.buf[p:], encoding)
		}
		if n == b.lines {
			return len(b.buf)
		}
		return p
	}
	if b.lead > 0 {
		b.lead = to(b.leadLines)
	}
	for i := range b.segs {
		b.segs[i].start = to(b.segs[i].line)
		if i == 0 && b.segs[i].line == 0 && !b.mid {
			b.segs[i].start = 0
		}
		b.segs[i].end = to(b.segs[i].endLine)
	}
}

// same is true when two readings of columns are one.
func (w *w3c) same(o *w3c) bool {
	return slices.Equal(w.names, o.names) && w.date == o.date && w.time == o.time && w.hasDay == o.hasDay &&
		(!w.hasDay || w.day.year == o.day.year && w.day.month == o.day.month && w.day.day == o.day.day)
}
