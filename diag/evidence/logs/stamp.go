package logs

import (
	"time"
)

// form is the notation a stamp was found in.
type form uint8

const (
	formISO      form = iota // year first, or a full date in any order
	formCLF                  // 20/Nov/2026:10:22:41 +0800
	formSyslog               // Nov 20 10:22:41
	formApache               // Fri Nov 20 10:22:41.123456 2026
	formChromium             // 1122/221612.199204
	formLogcat               // 11-20 10:22:41.123
	formTime                 // 10:22:41.123
	formEpoch                // 1795141361.123
)

// stamp is a reading as printed, before a zone or a missing year is filled in.
type stamp struct {
	year, month, day     int
	hour, min, sec, nano int
	zone                 int   // seconds east of UTC, when hasZone
	unix                 int64 // seconds, for formEpoch
	hasZone              bool
	hasDate              bool // false: a time of day
	hasYear              bool // false with hasDate: month and day only
	form                 form
	prec                 time.Duration // of the printed text
	start, end           int           // bytes in the line
	rank                 uint8         // of the member that it was read from, as timeRank has it
	order                order         // of day and month, where both are numbers before the year
}

// searchLimit bounds the search for a stamp: an access log's addresses and user
// come before it, but nothing that far in is the stamp of a line.
const searchLimit = 512

// FindStamp finds the first stamp in a line. It knows ISO 8601 and its
// relatives, slashes, 2026年11月20日 with 上午/下午, common log format, syslog,
// Apache, ctime, logcat, Chromium and glog, Unix times at the start of the
// line, and times of day at the start of the line.
//
// t is the printed instant, in UTC; without a zone it is the wall clock's
// reading as if in UTC. Without a year (syslog, logcat) its year is 0. Without
// a date hasDate is false and its date 0000-01-01. line[start:end] is the
// stamp with its zone; precision is the unit of the last printed digit.
func FindStamp(line string) (t time.Time, hasZone, hasDate bool, start, end int, precision time.Duration, ok bool) {
	// A copy on the stack: the finder works on the reader's bytes, which are
	// not strings, and a log of millions of lines must not allocate for each.
	var buf [searchLimit + 64]byte
	n := copy(buf[:], line)
	var s stamp
	if !s.find(buf[:n]) {
		return time.Time{}, false, false, 0, 0, 0, false
	}
	sec := s.wall()
	if s.hasZone {
		sec -= int64(s.zone)
	}
	return time.Unix(sec, int64(s.nano)).UTC(), s.hasZone, s.hasDate, s.start, s.end, s.prec, true
}

// wall is the reading in seconds since 1970 as if it were in UTC.
func (s *stamp) wall() int64 {
	if s.form == formEpoch {
		return s.unix
	}
	month, day := s.month, s.day
	if !s.hasDate {
		month, day = 1, 1
	}
	return days(s.year, month, day)*86400 + int64(s.hour*3600+s.min*60+s.sec)
}

// days counts from 1970-01-01, in the Gregorian calendar (year ≥ 0). It is
// arithmetic alone: time.Date would cost more than the rest of the finder.
func days(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	y += 400 // keeps the divisions of year 0 positive
	return int64(365*y+y/4-y/100+y/400+(153*(m-3)+2)/5+d) - 1 - 719468 - 146097
}

func monthDays(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// find looks for the first stamp in b.
func (s *stamp) find(b []byte) bool {
	// Most logs have it in the first or second column, most often as ISO 8601.
	if len(b) > 20 {
		if isDigit(b[0]) && s.iso(b, 0) || b[0] == '[' && s.iso(b, 1) {
			return true
		}
	}
	if len(b) > 0 && isDigit(b[0]) && s.at(b, 0) {
		return true
	}
	if i := beforeTime(b); i > 0 && s.timeOnly(b, i) {
		return true
	}
	n := min(len(b), searchLimit)
	front := true // only brackets, spaces and the like so far
	for i := 0; i < n; i++ {
		c := b[i]
		switch {
		case isDigit(c):
			if i > 0 && (front && (b[i-1] != '[' || i < 2 || b[i-2] != 0x1b) && s.at(b, i) ||
				!front && (!isWord(b[i-1]) || i > 2 && wideMark(b[i-3:i]) > 0) && b[i-1] != '.' && s.inside(b, i)) {
				return true
			}
			front = false
			for i+1 < n && isDigit(b[i+1]) {
				i++
			}
		case c >= 'A' && c <= 'Z' && (i == 0 || !isWord(b[i-1])):
			if s.named(b, i) || i == 0 && s.glog(b) {
				return true
			}
			front = false
		case c == ' ' || c == '[' || c == '(' || c == '<' || c == '"' || c == '\t' || c == '\'':
		case c == 0x1b:
			i = max(i, colour(b, i)-1)
		case c >= 0xE3 && wideMark(b[i:]) > 0:
			i += wideMark(b[i:]) - 1
		case front && c >= 0xE4 && s.chineseMonth(b, i):
			return true
		case c == '@' && i == 0:
			if s.tai(b) {
				return true
			}
			front = false
		default:
			front = false
		}
	}
	return false
}

// iso is yearFirst for the one spelling that most logs have, 2026-11-20T10:22:41
// with T or a blank: its digits stand at fixed places, which is four times as
// fast to read. What it does not take yearFirst may.
func (s *stamp) iso(b []byte, i int) bool {
	if len(b) < i+20 {
		return false
	}
	p := b[i : i+20 : i+20]
	if p[4] != '-' || p[7] != '-' || p[10] != 'T' && p[10] != ' ' || p[13] != ':' || p[16] != ':' || isDigit(p[19]) {
		return false
	}
	var n [14]byte
	n[0], n[1], n[2], n[3] = p[0]-'0', p[1]-'0', p[2]-'0', p[3]-'0'
	n[4], n[5], n[6], n[7] = p[5]-'0', p[6]-'0', p[8]-'0', p[9]-'0'
	n[8], n[9], n[10], n[11], n[12], n[13] = p[11]-'0', p[12]-'0', p[14]-'0', p[15]-'0', p[17]-'0', p[18]-'0'
	for _, d := range n {
		if d > 9 {
			return false
		}
	}
	y := int(n[0])*1000 + int(n[1])*100 + int(n[2])*10 + int(n[3])
	if y < 1970 || y > 2199 || !s.date(y, int(n[4])*10+int(n[5]), int(n[6])*10+int(n[7])) ||
		!s.clock(int(n[8])*10+int(n[9]), int(n[10])*10+int(n[11]), int(n[12])*10+int(n[13])) {
		return false
	}
	s.start, s.end, s.form = i, i+19, formISO
	if c := p[19]; c == '.' || c == ',' || c == ':' {
		s.fraction(b, ".,:")
	}
	if s.end < len(b) && b[s.end] == ' ' {
		// AM or PM may follow, which only the long way reads.
		if q := s.end + 1; q+1 < len(b) && b[q+1]|0x20 == 'm' {
			return false
		}
	}
	s.zoneAt(b)
	return true
}

// at tries every form that may open a line.
func (s *stamp) at(b []byte, i int) bool {
	return s.inside(b, i) || s.short(b, i) || s.digits(b, i) || s.timeOnly(b, i) || s.epoch(b, i)
}

// inside tries the forms that are unmistakable anywhere in a line.
func (s *stamp) inside(b []byte, i int) bool {
	n := 0
	for i+n < len(b) && n < 9 && isDigit(b[i+n]) {
		n++
	}
	if i+n >= len(b) {
		return false
	}
	switch c := b[i+n]; {
	case n == 4 && (c == '-' || c == '/' || c == '.' || c == 0xE5):
		return s.yearFirst(b, i)
	case n == 8:
		return s.compact(b, i)
	case n <= 2 && c == '.':
		return s.european(b, i)
	case n <= 2:
		return s.dayMonthName(b, i, n) || s.american(b, i) || c >= 0x80 && s.chineseMonth(b, i)
	}
	return false
}

// yearFirst reads 2026-11-20T10:22:41.123+08:00 and its relatives.
func (s *stamp) yearFirst(b []byte, i int) bool {
	y, p, _ := number(b, i, 4, 4)
	if y < 1970 || y > 2199 {
		// 1122/221612.199204 has the look of a year and a slash.
		return s.chromium(b, i)
	}
	var mo, d int
	var ok bool
	if p = word(b, p, "年"); b[i+4] == 0xE5 {
		if p <= i+4 {
			return false
		}
		if mo, p, ok = number(b, p, 1, 2); !ok {
			return false
		}
		q := word(b, p, "月")
		if q == p {
			return false
		}
		if d, p, ok = number(b, q, 1, 2); !ok {
			return false
		}
		if q = word(b, p, "日"); q == p {
			return false
		}
		p = q
	} else {
		sep := b[i+4]
		if mo, p, ok = number(b, i+5, 1, 2); !ok || p >= len(b) || b[p] != sep {
			return false
		}
		if d, p, ok = number(b, p+1, 1, 2); !ok {
			return false
		}
	}
	if !s.date(y, mo, d) {
		return false
	}
	dot := false
	p = weekdayZh(b, p)
	q := spaces(b, p)
	switch {
	case p < len(b) && (b[p] == 'T' || b[p] == 't'):
		p++
	case p < len(b) && b[p] == '_' && i == 0: // svlogd; elsewhere it is a file's name
		p++
	case p < len(b) && b[p] == '-': // 2005-06-03-15.42.50.675872
		p, dot = p+1, true
	case p < len(b) && b[p] == ':':
		p++
	case p < len(b) && b[p] == ',' && spaces(b, p+1) > p+1: // toLocaleString
		p = spaces(b, p+1)
	case q > p:
		p = q
		if zone, r, ok := zoneBetween(b, q); ok {
			if !s.time(b, r, false, false) {
				return false
			}
			s.start, s.form, s.hasZone, s.zone = i, formISO, true, zone
			return true
		}
	case b[i+4] == 0xE5 || half(b, p) != 0: // 2026年11月20日10:22:41, 2026-11-20上午10:22
	default:
		return false
	}
	if !s.time(b, p, dot, true) {
		return false
	}
	s.start, s.form = i, formISO
	s.zoneAt(b)
	return true
}

// compact reads 20261120T102241Z, 20261120-10:22:41:606, 20261120 10:22:41.
func (s *stamp) compact(b []byte, i int) bool {
	v, p, ok := number(b, i, 8, 8)
	if !ok || p >= len(b) || !s.date(v/10000, v/100%100, v%100) || v/10000 < 1970 || v/10000 > 2199 {
		return false
	}
	if b[p] != 'T' && b[p] != '-' && b[p] != ' ' {
		return false
	}
	if b[p] == 'T' {
		if hms, q, ok := number(b, p+1, 6, 6); ok && s.clock(hms/10000, hms/100%100, hms%100) {
			s.end = q
			s.fraction(b, ".,")
			s.start, s.form = i, formISO
			s.zoneAt(b)
			return true
		}
	}
	if !s.time(b, p+1, false, false) {
		return false
	}
	s.start, s.form = i, formISO
	s.zoneAt(b)
	return true
}

// chromium reads 1122/221612.199204, inside [pid:tid:…:LEVEL:file(line)].
func (s *stamp) chromium(b []byte, i int) bool {
	md, p, ok := number(b, i, 4, 4)
	if !ok || p >= len(b) || b[p] != '/' || !s.date(0, md/100, md%100) {
		return false
	}
	hms, p, ok := number(b, p+1, 6, 6)
	if !ok || !s.clock(hms/10000, hms/100%100, hms%100) {
		return false
	}
	s.end = p
	s.fraction(b, ".")
	if s.end >= len(b) || b[s.end] != ':' {
		return false
	}
	s.start, s.form, s.hasYear = i, formChromium, false
	return true
}

// short reads 11-20 10:22:41.123 (logcat), 26/11/20 10:22:41 (Spark) and
// [11.20 10:22:41] (Proxifier).
func (s *stamp) short(b []byte, i int) bool {
	v, p, ok := number(b, i, 2, 2)
	// Proxifier has points, which only its bracket tells from a version.
	if !ok || p >= len(b) || b[p] != '-' && b[p] != '/' && (b[p] != '.' || i != 1 || b[0] != '[') {
		return false
	}
	w, q, ok := number(b, p+1, 2, 2)
	if !ok || q >= len(b) {
		return false
	}
	if b[p] == '/' {
		x, r, ok := number(b, q+1, 2, 2)
		if !ok || b[q] != '/' || spaces(b, r) == r || !s.date(2000+v, w, x) || !s.time(b, r+1, false, false) {
			return false
		}
		s.start, s.form = i, formISO
		s.zoneAt(b)
		return true
	}
	if spaces(b, q) != q+1 || !s.date(0, v, w) || !s.time(b, q+1, false, false) {
		return false
	}
	s.start, s.form, s.hasYear, s.hasZone = i, formLogcat, false, false
	return true
}

// timeOnly reads 10:22:41.123, seconds required.
func (s *stamp) timeOnly(b []byte, i int) bool {
	s.year, s.month, s.day, s.hasDate, s.hasYear = 0, 0, 0, false, false
	if !s.time(b, i, false, false) {
		return false
	}
	// A duration such as 00:01:02 in a sentence is no time of day; a console
	// or a log line goes on after a space or a bracket.
	if s.end < len(b) && b[s.end] != ' ' && b[s.end] != ']' && b[s.end] != '\t' && b[s.end] != ')' {
		return false
	}
	s.start, s.form, s.hasZone = i, formTime, false
	return true
}

// epoch reads a Unix time of seconds (10 digits), ms, µs or ns at the start.
func (s *stamp) epoch(b []byte, i int) bool {
	p := i
	for p < len(b) && p < i+32 && (isDigit(b[p]) || b[p] == '.') {
		p++
	}
	if p < len(b) && b[p] != ' ' && b[p] != ']' && b[p] != '\t' && b[p] != ',' {
		return false
	}
	if !s.unixNumber(b[i:p]) {
		return false
	}
	s.start, s.end = i, p
	return true
}
