package logs

import (
	"encoding/binary"
	"math"
	"time"
)

// template is a spelling of ISO stamps at one place of the line, as in
// "2026-11-20T10:22:41.123+08:00 ". It tells, from a few bytes and without
// reading the stamp, that a line opens an entry which is surely outside the
// range, or surely inside it. Lines of the seconds at the range's ends, and all
// that differs from the spelling in any way, are left to the finder. Of a sorted
// log whose lines have one spelling these are nearly none.
type template struct {
	col   int    // of the stamp
	sep   byte   // between year, month and day
	need  int    // bytes that a line must have
	form  uint64 // what the third eight bytes are, with digits as 0…
	mask  uint64 // … under this mask, which leaves the low bits of digits out
	digit uint64 // the bytes of them that are digits, as 0x0f
	tail  string // what follows the 24th byte: digits of the fraction as 0, and the zone
	frac  int    // how many of tail are of the fraction
	bare  bool   // no zone
	inner bool   // there is a range: lines inside it fit, too
	prec  time.Duration
	end   int // after the stamp, from col

	loc    *time.Location // of a bare stamp, else the zone
	zone   int            // that zone, in seconds
	lo, hi [2]int64       // between these, as wall seconds, at either end of the range the finder decides

	// The minute at hand, as bytes 0-7 and 8-15, and what was found of it.
	day, hour uint64
	wall      int64   // its first second; badMinute for what is no minute
	surely    verdict // what all of it is, attached where its seconds tell
	min, max  uint64  // the third eight bytes of its earliest and latest line
	run       bool    // min and max hold something
	low, high [3]uint64
	some      bool // low and high hold something
	count     int  // lines that fitted
}

const maxTemplates = 8

const badMinute = math.MinInt64

// learn makes a template of a line that the finder has read.
func (w *walker) learn(line []byte, s *stamp) {
	if len(w.fast) >= maxTemplates || s.start == 1 && line[0] != '[' || w.rd.pretty {
		return
	}
	for _, t := range w.fast {
		if t.col == s.start && t.sep == line[s.start+4] && t.end == s.end-s.start && t.bare == !s.hasZone && t.zone == s.zone && t.prec == s.prec {
			return // what it does not take is not worth another
		}
	}
	t := &template{prec: s.prec, col: s.start, sep: line[s.start+4], bare: !s.hasZone, wall: badMinute, inner: !w.from.IsZero() || !w.to.IsZero(), end: s.end - s.start, loc: w.res.loc}
	p := line[s.start:]
	if t.end < 19 || t.end > 40 || len(p) < 26 || t.sep != '-' && t.sep != '/' || p[7] != t.sep || p[10] != 'T' && p[10] != ' ' {
		return
	}
	// The fraction and the zone, as they are spelled.
	q := 19
	if t.end > q && (p[q] == '.' || p[q] == ',') {
		for q++; q < t.end && isDigit(p[q]); q++ {
		}
	}
	if zone := string(p[q:t.end]); t.bare != (zone == "") || !plainZone(zone) {
		return
	}
	if s.hasZone {
		t.loc, t.zone = time.FixedZone("", s.zone), s.zone
	}
	var want, mask [40]byte
	for i := 0; i < t.end; i++ {
		switch {
		case i == 4 || i == 7 || i == 10 || i == 13 || i == 16 || i >= q || i == 19:
			want[i], mask[i] = p[i], 0xff
		default:
			if !isDigit(p[i]) {
				return
			}
			want[i], mask[i] = '0', 0xf0
		}
	}
	t.form, t.mask = binary.BigEndian.Uint64(want[16:]), binary.BigEndian.Uint64(mask[16:])
	for i := 16; i < 24; i++ {
		t.digit <<= 8
		if mask[i] == 0xf0 {
			t.digit |= 0x0f
		}
	}
	t.tail = string(want[min(24, t.end):t.end])
	t.frac = max(0, q-24)
	t.need = t.col + max(24, t.end+3)
	t.bounds(w.cutter)
	w.fast = append(w.fast, t)
}

// plainZone is true of zones that nothing which follows can change.
func plainZone(z string) bool {
	if z == "" || z == "Z" {
		return true
	}
	if z[0] == ' ' {
		z = z[1:]
	}
	return len(z) >= 5 && (z[0] == '+' || z[0] == '-')
}

// bounds are the readings of the clock at the ends of the range between which the
// finder decides. A zone that changes its offset nearby widens them by what
// offsets can differ.
func (t *template) bounds(c *cutter) {
	t.lo, t.hi = [2]int64{math.MinInt64, math.MinInt64}, [2]int64{math.MaxInt64, math.MaxInt64}
	const far = 26 * 3600
	edge := func(at time.Time) [2]int64 {
		_, off := at.In(t.loc).Zone()
		wall := at.Unix() + int64(off)
		for _, d := range []time.Duration{-far, far} {
			if _, o := at.Add(d * time.Second).In(t.loc).Zone(); o != off {
				return [2]int64{wall - far, wall + far}
			}
		}
		return [2]int64{wall, wall + 1}
	}
	if !c.from.IsZero() {
		t.lo = edge(c.from)
	}
	if !c.to.IsZero() {
		t.hi = edge(c.to)
	}
}

// surely tells of a line that surely opens an entry whether this is inside the
// range; attached is for all that the finder must look at.
func (w *walker) surely(line []byte) verdict {
	for i, t := range w.fast {
		if v := t.tells(line); v != attached {
			if i > 0 { // the next line is most likely spelled alike
				w.fast[0], w.fast[i] = t, w.fast[0]
			}
			return v
		}
	}
	return attached
}

// tells is surely for lines whose stamp has this spelling.
func (t *template) tells(line []byte) verdict {
	if len(line) < t.need {
		return attached
	}
	p := line[t.col:]
	day, hour, sec := binary.BigEndian.Uint64(p), binary.BigEndian.Uint64(p[8:]), binary.BigEndian.Uint64(p[16:])
	if day != t.day || hour != t.hour {
		t.minute(day, hour)
	}
	if t.wall == badMinute || (sec^t.form)&t.mask != 0 || (sec&t.digit+0x0606060606060606&(t.digit<<4|t.digit))&(t.digit<<4) != 0 || p[17] > '5' {
		return attached
	}
	if t.tail != "" && !t.follows(p) {
		return attached
	}
	if t.col == 1 && line[0] != '[' {
		return attached
	}
	switch c := p[t.end]; {
	case !t.bare:
		if isWord(c) {
			return attached
		}
	case c == ' ':
		switch p[t.end+1] {
		case '+', '-', 'U', 'G':
			return attached
		}
		if p[t.end+2]|0x20 == 'm' {
			return attached
		}
	case c != ']' && c != '\t' && c != '|' && c != ')' && c != ';':
		return attached
	}
	v := t.surely
	if v == attached {
		at := t.wall + int64(p[17]-'0')*10 + int64(p[18]-'0')
		if v = t.between(at, at+1); v == attached {
			return attached
		}
	}
	t.count++
	if !t.run {
		t.min, t.max, t.run = sec, sec, true
	} else if sec < t.min {
		t.min = sec
	} else if sec > t.max {
		t.max = sec
	}
	return v
}

// follows compares what the 24th byte is followed by.
func (t *template) follows(p []byte) bool {
	rest := p[24 : 24+len(t.tail)]
	if string(rest) == t.tail {
		return true
	}
	for i, c := range rest {
		if i < t.frac {
			if !isDigit(c) {
				return false
			}
		} else if c != t.tail[i] {
			return false
		}
	}
	return true
}

// between tells of the stamps of some time what all of them are.
func (t *template) between(from, to int64) verdict {
	switch {
	case t.lo[0] != math.MinInt64 && to < t.lo[0], t.hi[1] != math.MaxInt64 && from > t.hi[1]:
		return outside
	case t.inner && from > t.lo[1] && to < t.hi[0]:
		return inside
	}
	return attached
}

// minute reads a minute that differs from the one at hand.
func (t *template) minute(day, hour uint64) {
	t.flush()
	t.day, t.hour, t.wall = day, hour, badMinute
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], day)
	binary.BigEndian.PutUint64(b[8:], hour)
	if b[4] != t.sep || b[7] != t.sep || b[10] != 'T' && b[10] != ' ' || b[13] != ':' {
		return
	}
	for i, c := range b {
		if i != 4 && i != 7 && i != 10 && i != 13 && !isDigit(c) {
			return
		}
	}
	two := func(i int) int { return int(b[i]-'0')*10 + int(b[i+1]-'0') }
	var s stamp
	y := two(0)*100 + two(2)
	if y < 1970 || y > 2199 || !s.date(y, two(5), two(8)) || !s.clock(two(11), two(14), 0) {
		return
	}
	wall := s.wall()
	t.wall, t.surely = wall, t.between(wall, wall+60)
}

// flush notes the earliest and the latest line of the minute at hand.
func (t *template) flush() {
	if !t.run {
		return
	}
	t.run = false
	lo, hi := [3]uint64{t.day, t.hour, t.min}, [3]uint64{t.day, t.hour, t.max}
	if !t.some || less(lo, t.low) {
		t.low = lo
	}
	if !t.some || less(t.high, hi) {
		t.high = hi
	}
	t.some = true
}

func less(a, b [3]uint64) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// moment reads what flush noted, to the digits that the first 24 bytes hold.
func (t *template) moment(k [3]uint64) time.Time {
	var b [32]byte
	for i, v := range k {
		binary.BigEndian.PutUint64(b[8*i:], v)
	}
	b[4], b[7] = '-', '-'
	var s stamp
	if !s.iso(append(b[:min(24, max(t.end, 19))], "  "...), 0) {
		return time.Time{}
	}
	if t.bare {
		r := resolver{loc: t.loc}
		u, _ := r.instant(s.wall())
		return time.Unix(u, int64(s.nano))
	}
	return time.Unix(s.wall()-int64(t.zone), int64(s.nano))
}
