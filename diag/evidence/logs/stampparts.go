package logs

import (
	"strconv"
	"time"
)

func isDigit(c byte) bool { return c-'0' <= 9 }

func isLetter(c byte) bool { return (c|0x20)-'a' < 26 }

// isWord is a byte of a word: letters of any script, digits and underscore.
func isWord(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c >= 0x80 }

// number reads between lo and hi digits at i that no further digit follows.
func number(b []byte, i, lo, hi int) (v, next int, ok bool) {
	p := i
	for p < len(b) && p < i+hi && isDigit(b[p]) {
		v = v*10 + int(b[p]-'0')
		p++
	}
	if p-i < lo || p < len(b) && isDigit(b[p]) {
		return 0, i, false
	}
	return v, p, true
}

// spaces gives the index after the blanks at i.
func spaces(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	return i
}

// word gives the index after w when it stands at i, else i.
func word(b []byte, i int, w string) int {
	if i+len(w) <= len(b) && string(b[i:i+len(w)]) == w {
		return i + len(w)
	}
	return i
}

// date sets year, month and day when there is such a day. Year 0 stands for an
// unknown year; the calendar has a 29 February in it, as an unknown year may.
func (s *stamp) date(y, m, d int) bool {
	if m < 1 || m > 12 || d < 1 || d > monthDays(y, m) {
		return false
	}
	s.year, s.month, s.day, s.hasDate, s.hasYear, s.order = y, m, d, true, true, orderNone
	return true
}

// clock sets the time of day. A leap second is second 60.
func (s *stamp) clock(h, m, sec int) bool {
	if h > 23 || m > 59 || sec > 60 {
		return false
	}
	s.hour, s.min, s.sec, s.nano, s.prec = h, m, sec, 0, time.Second
	s.hasZone, s.zone = false, 0
	return true
}

// The parts of the day that Chinese puts before a 12-hour time. 中午 is noon's
// hour: 中午12:10 and 中午1:10 are both after noon.
var halves = []struct {
	word string
	pm   bool
}{
	{"上午", false}, {"下午", true}, {"凌晨", false}, {"早上", false},
	{"中午", true}, {"晚上", true}, {"傍晚", true}, {"清晨", false},
}

// half gives 1 for a word before noon at i, 2 for one after, 0 for none; each
// of the words has six bytes.
func half(b []byte, i int) int {
	if i >= len(b) || b[i] < 0xE4 || b[i] > 0xE6 {
		return 0
	}
	for _, h := range halves {
		if word(b, i, h.word) > i {
			if h.pm {
				return 2
			}
			return 1
		}
	}
	return 0
}

// time reads 10:22:41 with fraction, 上午 before or AM/PM after it, or
// 10时22分41秒. dot: points between the parts. short: seconds may be missing.
func (s *stamp) time(b []byte, i int, dot, short bool) bool {
	part := half(b, i)
	if part != 0 {
		i = spaces(b, i+6)
	}
	h, p, ok := number(b, i, 1, 2)
	if !ok || p >= len(b) {
		return false
	}
	sep := byte(':')
	if dot && b[p] == '.' {
		sep = '.'
	}
	var m, sec int
	milli := -1
	prec := time.Second
	switch {
	case b[p] == sep:
		if m, p, ok = number(b, p+1, 2, 2); !ok {
			return false
		}
		if p < len(b) && b[p] == sep {
			if sec, p, ok = number(b, p+1, 2, 2); !ok {
				return false
			}
		} else if short {
			prec = time.Minute
		} else {
			return false
		}
	case b[p] == 0xE6 || b[p] == 0xE7: // 时, 点
		q := max(word(b, p, "时"), word(b, p, "点"))
		if q == p {
			return false
		}
		if m, p, ok = number(b, q, 1, 2); !ok {
			return false
		}
		if q = word(b, p, "分"); q == p {
			return false
		}
		p = q
		if sec, p, ok = number(b, q, 1, 2); ok {
			p = word(b, p, "秒")
			if v, r, ok := number(b, p, 1, 3); ok && word(b, r, "毫秒") > r {
				milli, p = v, word(b, r, "毫秒")
			}
		} else {
			sec, p, prec = 0, q, time.Minute
		}
	default:
		return false
	}
	if !s.clock(h, m, sec) {
		return false
	}
	s.prec, s.end = prec, p
	if milli >= 0 {
		s.nano, s.prec = milli*int(time.Millisecond), time.Millisecond
	} else if prec == time.Second {
		s.fraction(b, ".,:")
	}
	if part == 0 {
		if q := spaces(b, s.end); q+1 < len(b) && b[q+1]|0x20 == 'm' && (q+2 == len(b) || !isWord(b[q+2])) {
			switch b[q] | 0x20 {
			case 'a':
				part, s.end = 1, q+2
			case 'p':
				part, s.end = 2, q+2
			}
		}
	}
	s.halfDay(part)
	return true
}

// halfDay applies what half has read to a 12-hour time.
func (s *stamp) halfDay(part int) {
	switch {
	case part == 2 && s.hour < 12:
		s.hour += 12
	case part == 1 && s.hour == 12:
		s.hour = 0
	}
}

// fraction reads the part of a second after one of the marks. A comma or colon
// may as well end the stamp, so they need three, six or nine digits.
func (s *stamp) fraction(b []byte, marks string) {
	if s.end+1 >= len(b) || !isDigit(b[s.end+1]) {
		return
	}
	mark := b[s.end]
	if mark != '.' && mark != ',' && mark != ':' || mark != '.' && len(marks) == 1 || mark == ':' && len(marks) < 3 {
		return
	}
	p, n, v := s.end+1, 0, 0
	unit := time.Second
	for p+n < len(b) && isDigit(b[p+n]) {
		if n < 9 {
			v = v*10 + int(b[p+n]-'0')
			unit /= 10
		}
		n++
	}
	if mark != '.' && n != 3 && n != 6 && n != 9 || mark == ':' && n != 3 {
		return
	}
	s.nano, s.prec, s.end = v*int(unit), unit, p+n
}

// zoneAt reads a zone right after the stamp: Z, +08:00, +0800, +08, UTC, GMT,
// GMT+0800. Names such as CST are left alone: they mean several zones.
func (s *stamp) zoneAt(b []byte) {
	p := s.end
	if p >= len(b) {
		return
	}
	if b[p] == 'Z' || b[p] == 'z' {
		if p+1 == len(b) || !isWord(b[p+1]) {
			s.hasZone, s.zone, s.end = true, 0, p+1
		}
		return
	}
	gap := b[p] == ' '
	if gap {
		p++
	}
	if q := max(word(b, p, "UTC"), word(b, p, "GMT")); q > p {
		if q < len(b) && isLetter(b[q]) {
			return
		}
		s.hasZone, s.zone, s.end = true, 0, q
		p, gap = q, false
	}
	if p >= len(b) || b[p] != '+' && b[p] != '-' {
		return
	}
	h, q, ok := number(b, p+1, 2, 2)
	m := 0
	switch {
	case ok && q < len(b) && b[q] == ':':
		if m, q, ok = number(b, q+1, 2, 2); !ok {
			return
		}
	case ok && gap: // "10:22:41 -12" is a dash and a number
		return
	case !ok:
		var hm int
		if hm, q, ok = number(b, p+1, 4, 4); !ok {
			if h, q, ok = number(b, p+1, 1, 1); !ok || !s.hasZone { // UTC+8
				return
			}
		} else {
			h, m = hm/100, hm%100
		}
	}
	// Zones are whole quarters of an hour within ±14 h: anything else is not one.
	if h > 14 || m%15 != 0 || m > 59 || q < len(b) && isWord(b[q]) {
		return
	}
	s.hasZone, s.zone, s.end = true, h*3600+m*60, q
	if b[p] == '-' {
		s.zone = -s.zone
	}
}

// zoneBetween reads the zone that Mars xlog puts between day and time, in hours
// as a decimal: 2026-11-20 +8.0 10:22:41.123. next is where the time begins.
func zoneBetween(b []byte, i int) (sec, next int, ok bool) {
	if i >= len(b) || b[i] != '+' && b[i] != '-' {
		return 0, i, false
	}
	h, p, ok := number(b, i+1, 1, 2)
	if !ok || h > 14 || p >= len(b) || b[p] != '.' {
		return 0, i, false
	}
	q := p + 1
	part, unit := 0, 1
	for ; q < len(b) && q < p+4 && isDigit(b[q]); q++ {
		part, unit = part*10+int(b[q]-'0'), unit*10
	}
	next = spaces(b, q)
	sec = h*3600 + part*3600/unit
	if q == p+1 || next == q || sec%900 != 0 {
		return 0, i, false
	}
	if b[i] == '-' {
		sec = -sec
	}
	return sec, next, true
}

// unixNumber reads a Unix time in seconds, ms, µs or ns, told by its size: a
// time between 2001 and 2100 in one unit is in no other.
func (s *stamp) unixNumber(b []byte) bool {
	n, f := 0, 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	if n < len(b) && b[n] == '.' {
		for n+1+f < len(b) && isDigit(b[n+1+f]) {
			f++
		}
	}
	if n+f < len(b) && n+1+f != len(b) || n < 10 || f > 12 {
		return s.unixFloat(b)
	}
	v, err := strconv.ParseInt(string(b[:n]), 10, 64)
	if err != nil {
		return false
	}
	unit := time.Second
	switch n {
	case 10:
	case 13:
		unit = time.Millisecond
	case 16:
		unit = time.Microsecond
	case 19:
		unit = time.Nanosecond
	default:
		return false
	}
	per := int64(time.Second / unit)
	s.unix, s.nano, s.prec = v/per, int(v%per)*int(unit), unit
	for i, c := range b[min(n+1, len(b)):] {
		if s.prec < 10 || i >= 9 {
			break
		}
		s.prec /= 10
		s.nano += int(c-'0') * int(s.prec)
	}
	return s.markUnix()
}

// unixFloat reads 1.795141361123e9, as some encoders print floats.
func (s *stamp) unixFloat(b []byte) bool {
	if len(b) < 6 || len(b) > 32 || b[1] != '.' {
		return false
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return false
	}
	for v > 1e11 {
		v /= 1000
	}
	if !(v >= 1e9) {
		return false
	}
	s.unix = int64(v)
	s.prec = time.Millisecond // what a float64 of this size still tells for sure
	s.nano = int((v-float64(s.unix))*1e3) * int(time.Millisecond)
	return s.markUnix()
}

func (s *stamp) markUnix() bool {
	if s.unix < 1e9 || s.unix > 4102444800 {
		return false
	}
	s.form, s.hasZone, s.zone, s.hasDate, s.hasYear = formEpoch, true, 0, true, true
	return true
}
