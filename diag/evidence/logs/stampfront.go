package logs

import (
	"bytes"
	"encoding/hex"
	"time"
)

// beforeTime finds the time of day that some loggers put behind a level, and
// consoles behind the place in the script: "[info] 09:04:09.235", "app.js:2
// [11:50:04.475]". It gives where the time begins, 0 where there is none.
func beforeTime(b []byte) int {
	if len(b) < 14 {
		return 0
	}
	w, _, ok := bytes.Cut(b[:min(len(b), 160)], []byte(" "))
	i := len(w) + 1
	if !ok || i+8 >= len(b) {
		return 0
	}
	if b[i] == '[' {
		i++
	}
	if !isDigit(b[i]) || b[i+1] != ':' && b[i+2] != ':' {
		return 0
	}
	if word := string(bytes.Trim(w, "[]()<>:")); levelWord(word) == "" && !isPlace(string(w)) {
		return 0
	}
	return i
}

// colour gives the index after a terminal's colour sequence (ESC [ 32 m) at i,
// which docker and development servers leave in saved logs; i where there is none.
func colour(b []byte, i int) int {
	if i+2 >= len(b) || b[i] != 0x1b || b[i+1] != '[' {
		return i
	}
	for p := i + 2; p < len(b) && p < i+24; p++ {
		switch c := b[p]; {
		case isDigit(c) || c == ';':
		case isLetter(c):
			return p + 1
		default:
			return i
		}
	}
	return i
}

// glog reads I1120 10:22:41.123456, or I20261120 …, at the start of a line.
func (s *stamp) glog(b []byte) bool {
	switch b[0] {
	case 'I', 'W', 'E', 'F', 'D', 'V':
	default:
		return false
	}
	v, p, ok := number(b, 1, 4, 8)
	year := v / 10000 // 0 with four digits
	if !ok || p != 5 && p != 9 || p == 9 && (year < 1970 || year > 2199) || spaces(b, p) != p+1 ||
		!s.date(year, v/100%100, v%100) || !s.time(b, p+1, false, false) {
		return false
	}
	s.start, s.form, s.hasYear, s.hasZone = 1, formChromium, p == 9, false
	return true
}

// wideMark gives the size of a full-width bracket or blank at the start of b,
// as Chinese puts them around a stamp: 【2026年…】, ［2026-…］; 0 for all else.
func wideMark(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	switch string(b[:3]) {
	case "【", "［", "（", "〔", "「", "『", "《", "〖", "｛", "\u3000", "】", "］", "）", "：", "\ufeff":
		return 3
	}
	return 0
}

// digits reads 261120 102241 (HDFS, old MySQL), 20261120102241 and, with
// milliseconds, 20261120102241123 at the start of a line.
func (s *stamp) digits(b []byte, i int) bool {
	if v, p, ok := number(b, i, 14, 17); ok {
		n := p - i
		nano := 0
		if n == 17 {
			nano, v = v%1000*int(time.Millisecond), v/1000
		}
		day, clock := v/1e6, v%1e6
		if n == 15 || n == 16 || day < 1970_01_01 || day > 2199_12_31 || p < len(b) && isWord(b[p]) ||
			!s.date(day/10000, day/100%100, day%100) || !s.clock(clock/10000, clock/100%100, clock%100) {
			return false
		}
		s.start, s.end, s.form = i, p, formISO
		if n == 17 {
			s.nano, s.prec = nano, time.Millisecond
		} else {
			s.fraction(b, ".,")
		}
		s.zoneAt(b)
		return true
	}
	ymd, p, ok := number(b, i, 6, 6)
	if !ok || p >= len(b) || b[p] != ' ' || !s.date(2000+ymd/10000, ymd/100%100, ymd%100) {
		return false
	}
	if hms, q, ok := number(b, p+1, 6, 6); ok && q < len(b) && b[q] == ' ' && s.clock(hms/10000, hms/100%100, hms%100) {
		s.start, s.end, s.form = i, q, formISO
		return true
	}
	if p = spaces(b, p); !s.time(b, p, false, false) { // 261120  9:22:41
		return false
	}
	s.start, s.form = i, formISO
	return true
}

// tai reads the TAI64N label of multilog, @ and 24 hexadecimal digits: seconds
// since 1970 in TAI plus 2^62, then nanoseconds. The tools that write it take
// TAI to be ten seconds ahead of UTC, as it was in 1970.
// Source: https://cr.yp.to/libtai/tai64.html
func (s *stamp) tai(b []byte) bool {
	if len(b) < 25 || len(b) > 25 && isWord(b[25]) {
		return false
	}
	var raw [12]byte
	if _, err := hex.Decode(raw[:], b[1:25]); err != nil || raw[0] != 0x40 {
		return false
	}
	var sec, nano int64
	for _, c := range raw[1:8] {
		sec = sec<<8 | int64(c)
	}
	for _, c := range raw[8:] {
		nano = nano<<8 | int64(c)
	}
	if nano >= int64(time.Second) {
		return false
	}
	s.unix, s.nano, s.prec = sec-10, int(nano), time.Nanosecond
	s.start, s.end = 0, 25
	return s.markUnix()
}
