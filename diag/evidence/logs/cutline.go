package logs

import (
	"bytes"
	"time"
	"unicode/utf8"

	"meiqia-diag/diag/evidence/charset"
)

// verdict is what becomes of a line.
type verdict uint8

const (
	attached verdict = iota // it has no stamp of its own: it goes with the line above
	outside
	inside
)

// walker judges the lines of blocks. Every goroutine has its own.
type walker struct {
	*cutter
	res  *resolver
	w3c  w3c
	fast []*template

	block0 *block
	off    int64 // of the line at hand
	s      stamp
	text   []byte // room for a transcoded block or line
}

func (c *cutter) walker() *walker {
	w := &walker{cutter: c, res: newResolver(&Options{Zone: c.rd.loc}), w3c: c.rd.w3c}
	return w
}

// block judges all lines of a block: what to keep, what belongs to the line
// before the block, and what the stamps tell.
func (w *walker) block(b *block) {
	w.block0 = b
	w.w3c = b.w3c
	text := b.buf
	wide := widthOf(w.rd.Encoding) > 1 && b.raw
	if wide {
		w.text = fromWide(w.text[:0], b.buf, w.rd.Encoding)
		text = w.text
	}
	w.lines(b, text)
	for _, t := range w.fast {
		if t.bare {
			b.unzoned += t.count
		} else {
			b.zone(t.zone, t.count)
		}
		t.count = 0
		t.flush()
		if t.some {
			b.see(t.moment(t.low))
			b.see(t.moment(t.high))
			t.some = false
		}
	}
	b.w3cEnd = w.w3c
	if len(w.literal) > 0 && !wide {
		w.search(b)
	}
	if wide {
		b.narrow(w.rd.Encoding)
	}
}

// lines walks over the lines of a text.
func (w *walker) lines(b *block, text []byte) {
	p, n := 0, 0
	if b.off == 0 && bytes.HasPrefix(text, bom) {
		p = len(bom) // it is kept with the first line
	}
	start := 0
	if b.mid {
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			p = i + 1
		} else {
			p = len(text)
		}
		start = p
	}
	state := attached
	change := func(v verdict, at, line int) {
		if v == state {
			return
		}
		switch {
		case state == attached:
			b.lead, b.leadLines = at, line
		case state == inside:
			b.segs[len(b.segs)-1].end, b.segs[len(b.segs)-1].endLine = at, line
		}
		if state = v; v == inside {
			b.segs = append(b.segs, seg{start: at, line: line})
		}
	}
	for p < len(text) {
		end := len(text)
		if i := bytes.IndexByte(text[p:], '\n'); i >= 0 {
			end = p + i
		}
		line := text[p:end]
		lines := 1
		if v := w.surely(line); v != attached {
			b.stamped++
			b.entry, b.entryLine = start, n
			if v == inside {
				b.entries++
			}
			if state != v {
				change(v, start, n)
			}
		} else {
			w.off = b.off + int64(start)
			var v verdict
			if w.rd.pretty {
				if k, m := w.object(text[p:], line, &v); k > 0 {
					end, lines = p+k-1, m
				}
			} else {
				v = w.line(line)
			}
			if v != attached {
				b.entry, b.entryLine = start, n
				if v == inside {
					b.entries++
				}
				change(v, start, n)
			}
		}
		n += lines
		p = end + 1
		start = p
	}
	if len(text) == 0 && b.nuls > 0 && !b.mid {
		n++ // a hole that nothing follows
	}
	change(attached, len(text), n)
	if b.segs == nil && b.stamped == 0 {
		b.lead, b.leadLines = len(text), n
	}
	b.lines = n
}

// object judges an indented object as a whole: size and number of its lines,
// 0 when none opens here.
func (w *walker) object(text, line []byte, v *verdict) (size, lines int) {
	indent, ok := opensObject(trimLine(line))
	if !ok || indent != w.rd.indent || len(line)+1 >= len(text) {
		return 0, 0
	}
	k := closesObject(text[len(line)+1:], indent)
	if k < 0 {
		return 0, 0
	}
	size = len(line) + 1 + k
	lines = bytes.Count(text[:size], []byte("\n"))
	if text[size-1] != '\n' {
		lines, size = lines+1, size+1
	}
	var s stamp
	if ok, _, _ := s.jsonStamp(bytes.TrimLeft(text[:min(size, len(text))], "\x00 \t")); ok {
		*v = w.judge(&s)
	}
	return size, lines
}

// line judges one line, without its line feed.
func (w *walker) line(line []byte) verdict {
	if len(line) == 0 {
		return attached
	}
	c := line[0]
	if c == 0 || c == '\r' {
		if line = trimLine(line); len(line) == 0 {
			return attached
		}
		c = line[0]
	}
	if c == bom[0] { // of a file that was joined to another
		if line = bytes.TrimPrefix(line, bom); len(line) == 0 {
			return attached
		}
		c = line[0]
	}
	s := &w.s
	switch {
	case c == '{':
		line = trimLine(line)
		if ok, _, _ := s.jsonStamp(line); !ok && (len(line) < tailSize || !s.tailStamp(line[len(line)-tailSize:])) {
			return attached
		}
		if len(w.rd.strays) > 0 && !w.rd.opens(objectLook(s)) {
			return attached
		}
		return w.judge(s)
	case c == '#' && w.w3c.directive(trimLine(line)):
		return attached
	case len(w.w3c.names) > 0 && w.w3c.row(trimLine(line), s):
		return w.judge(s)
	case (c == ' ' || c == '\t') && w.rd.led == 0 && bytes.IndexByte(line[:min(len(line), searchLimit)], '[') < 0:
		return attached // blanks before a stamp belong to something else, but for access logs'
	case w.rd.column.col > 0:
		if !w.rd.column.stamp(trimLine(line[:min(len(line), searchLimit+64)]), s) {
			return attached
		}
		return w.judge(s)
	case (isLetter(c) || c == '<') && s.keyed(trimLine(line)):
		if len(w.rd.strays) > 0 && !w.rd.opens(lookOf(line, s, false)) {
			return attached
		}
		return w.judge(s)
	}
	line = line[:min(len(line), searchLimit+64)]
	if odd := line[:min(len(line), 80)]; !ascii(odd) && !utf8.Valid(trimPartial(line)) {
		text, _ := charset.Decode(line)
		line = []byte(text)
	}
	line = trimLine(line)
	if !s.find(line) {
		return attached
	}
	switch {
	case s.form == formTime && !w.rd.bare, s.form == formEpoch && !w.rd.epochs:
		return attached
	case opensFront(line, s), w.rd.led > 0 && opensLed(line, w.rd.led, s):
		if len(w.rd.strays) > 0 && !w.rd.opens(lookOf(line, s, false)) {
			return attached
		}
	case len(w.rd.behind) > 0 && s.start <= 160 && !indented(line) && w.rd.opens(lookOf(line, s, true)) && !continues(line):
	default:
		return attached
	}
	if w.rd.dayFirst {
		s.swapDay()
	}
	v := w.judge(s)
	if v != attached && s.form == formISO && s.start <= 1 && !w.collect {
		w.learn(line, s)
	}
	return v
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// judge tells whether a stamp lies in the range.
func (w *walker) judge(s *stamp) verdict {
	b := w.block0
	if w.collect {
		b.mark(markOf(s, w.off))
		return outside
	}
	first, second, ok := w.instants(s)
	if !ok {
		return attached
	}
	b.stamped++
	b.see(time.Unix(first, int64(s.nano)))
	if s.hasZone {
		b.zone(s.zone, 1)
	} else {
		b.unzoned++
	}
	if second > first {
		b.folded++
		if w.within(second, s) {
			return inside
		}
	}
	if w.within(first, s) {
		return inside
	}
	return outside
}

// within compares at the stamp's own precision: a stamp of 10:22:41 stands for
// the second that begins then, and is in a range that opens at 10:22:41.5.
func (w *walker) within(unix int64, s *stamp) bool {
	at := time.Unix(unix, int64(s.nano))
	return (w.to.IsZero() || !at.After(w.to)) && (w.from.IsZero() || !at.Before(w.from) || at.Add(s.prec).After(w.from))
}

// instants gives the instant of a stamp in Unix seconds, and a second one where
// the zone ran through its reading twice.
func (w *walker) instants(s *stamp) (first, second int64, ok bool) {
	wall := int64(0)
	switch {
	case s.hasDate && s.hasYear:
		wall = s.wall()
	default: // never by the line before, which may be another goroutine's
		near, ok := w.rd.refs.at(w.off)
		if !ok {
			if near = w.rd.anchor; near == 0 {
				return 0, 0, false
			}
		}
		tod := int64(s.hour*3600 + s.min*60 + s.sec)
		if !s.hasDate {
			wall = closestDay(tod, near, w.rd.limit)
			break
		}
		y, ok := closestYear(s.month, s.day, tod, near, w.rd.limit)
		if !ok {
			return 0, 0, false
		}
		wall = days(y, s.month, s.day)*86400 + tod
	}
	if s.hasZone {
		return wall - int64(s.zone), 0, true
	}
	first, second = w.res.instant(wall)
	return first, second, true
}
