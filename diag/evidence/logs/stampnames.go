package logs

// monthAt reads an English month's short name at i, 0 when there is none.
func monthAt(b []byte, i int) int {
	if i+3 > len(b) {
		return 0
	}
	var name [3]byte
	copy(name[:], b[i:i+3])
	if name[1]&0x20 == 0 && name[2]&0x20 == 0 { // NOV
		name[1], name[2] = name[1]|0x20, name[2]|0x20
	}
	switch string(name[:]) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

// weekday gives the index after a short day name and its comma or space.
func weekday(b []byte, i int) int {
	if i+4 > len(b) {
		return i
	}
	switch string(b[i : i+3]) {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
	default:
		return i
	}
	p := i + 3
	if b[p] == ',' {
		p++
	}
	if q := spaces(b, p); q > p {
		return q
	}
	return i
}

// weekdayZh gives the index after 星期五 or 周五, with blanks before it.
func weekdayZh(b []byte, i int) int {
	p := spaces(b, i)
	if p >= len(b) || b[p] < 0xE5 || b[p] > 0xE6 {
		return i
	}
	q := max(word(b, p, "星期"), word(b, p, "周"))
	if q == p || q+3 > len(b) {
		return i
	}
	switch string(b[q : q+3]) {
	case "一", "二", "三", "四", "五", "六", "日", "天":
		return q + 3
	}
	return i
}

// named reads the forms that open with a name: Nov 20 10:22:41 (syslog),
// Fri Nov 20 10:22:41.123456 2026 (Apache, ctime, date), Fri Nov 20 2026
// 10:22:41 GMT+0800 (JavaScript), Fri, 20 Nov 2026 10:22:41 GMT (HTTP).
func (s *stamp) named(b []byte, i int) bool {
	p := weekday(b, i)
	m := monthAt(b, p)
	if m == 0 {
		if p == i {
			return false
		}
		if _, q, ok := number(b, p, 1, 2); ok && s.dayMonthName(b, p, q-p) {
			s.start = i
			return true
		}
		return false
	}
	q := spaces(b, p+3)
	d, q2, ok := number(b, q, 1, 2)
	if q == p+3 || !ok {
		return false
	}
	q = spaces(b, q2)
	if q2 < len(b) && b[q2] == ',' { // Nov 20, 2026 10:22:41 AM
		q = spaces(b, q2+1)
	}
	if q == q2 {
		return false
	}
	y, r, hasYear := number(b, q, 4, 4)
	if hasYear {
		q = spaces(b, r)
		if r < len(b) && b[r] == ',' {
			q = spaces(b, r+1)
		}
		if q == r || y < 1970 || y > 2199 {
			return false
		}
	}
	if !s.date(y, m, d) || !s.time(b, q, false, false) {
		return false
	}
	s.start, s.form, s.hasYear = i, formSyslog, hasYear
	if hasYear {
		s.form = formISO
		s.zoneAt(b)
		return true
	}
	// The year may come last, with a zone's name before it.
	s.zoneAt(b)
	e := spaces(b, s.end)
	if y, r, ok := number(b, e, 4, 4); ok && e > s.end && y >= 1970 && y <= 2199 && (r == len(b) || !isWord(b[r]) && b[r] != ':' && b[r] != '.') {
		if !s.date(y, m, d) {
			return false
		}
		s.form, s.end = formApache, r
	}
	return true
}

// dayMonthName reads 20/Nov/2026:10:22:41 +0800, 20-Nov-2026 10:22:41.123,
// 20 Nov 2026 10:22:41 and, without a year, 20 Nov 10:22:41; n is the number
// of digits of the day.
func (s *stamp) dayMonthName(b []byte, i, n int) bool {
	p := i + n
	if n == 0 || p+5 > len(b) {
		return false
	}
	sep := b[p]
	if sep != '/' && sep != '-' && sep != ' ' {
		return false
	}
	m, next := monthAt(b, p+1), p+4
	if m == 0 && b[p+1] >= 0x80 { // Tomcat: 20-十一月-2026
		var r int
		if m, r = spelledMonth(b, p+1); m > 0 {
			if next = word(b, r, "月"); next == r {
				return false
			}
		}
	}
	if m == 0 || next >= len(b) || b[next] != sep {
		return false
	}
	d, _, _ := number(b, i, n, n)
	y, q, ok := number(b, next+1, 4, 4)
	if !ok && sep == ' ' { // Redis before 4.0
		if !s.date(0, m, d) || !s.time(b, next+1, false, false) {
			return false
		}
		s.start, s.form, s.hasYear = i, formSyslog, false
		return true
	}
	if !ok || q >= len(b) || b[q] != ' ' && b[q] != ':' || y < 1970 || y > 2199 || !s.date(y, m, d) {
		return false
	}
	at := q + 1
	if b[q] == ':' && at < len(b) && b[at] == ':' { // Erlang: 20-Nov-2026::10:22:41
		at++
	}
	if !s.time(b, spaces(b, at), false, false) {
		return false
	}
	s.start, s.form = i, formISO
	if sep == '/' && b[q] == ':' {
		s.form = formCLF
	}
	s.zoneAt(b)
	return true
}

// order tells which of 03/11/2026 is the day.
type order uint8

const (
	orderNone  order = iota
	orderOpen        // nothing in it tells; it was read with the month first
	dayFirst         // the first is above 12
	monthFirst       // the second is
)

// swapDay puts the day of a stamp that does not tell it first.
func (s *stamp) swapDay() {
	if s.order == orderOpen {
		s.month, s.day = s.day, s.month
	}
}

// american reads 11/20/2026, 10:22:41 AM, as toLocaleString prints it in the
// United States; a first number above 12 is a day (20/11/2026). Between commas,
// as columns of their own, and in brackets the year may have two digits
// (11/20/26,10:22:41 and WebSphere's [11/20/26 10:22:41:123 CST]). Suricata puts
// a dash before the time.
func (s *stamp) american(b []byte, i int) bool {
	m, p, ok := number(b, i, 1, 2)
	if !ok || p >= len(b) || b[p] != '/' {
		return false
	}
	d, p, ok := number(b, p+1, 1, 2)
	if !ok || p >= len(b) || b[p] != '/' {
		return false
	}
	at := p + 1
	y, p, ok := number(b, at, 2, 4)
	if !ok || p-at == 3 || p >= len(b) {
		return false
	}
	comma := b[p] == ','
	if p-at == 2 {
		if !comma && (i == 0 || b[i-1] != '[') {
			return false
		}
		y += 2000
	}
	if y < 1970 || y > 2199 {
		return false
	}
	order := orderOpen
	switch {
	case m > 12:
		m, d, order = d, m, dayFirst
	case d > 12:
		order = monthFirst
	}
	if comma || b[p] == '-' {
		p++
		comma = true
	}
	q := spaces(b, p)
	if q == p && !comma || !s.date(y, m, d) || !s.time(b, q, false, false) {
		return false
	}
	s.order = order
	s.start, s.form = i, formISO
	s.zoneAt(b)
	return true
}

// european reads 20.11.2026 10:22:41: points put the day first.
func (s *stamp) european(b []byte, i int) bool {
	d, p, ok := number(b, i, 1, 2)
	if !ok || p >= len(b) || b[p] != '.' {
		return false
	}
	m, p, ok := number(b, p+1, 1, 2)
	if !ok || p >= len(b) || b[p] != '.' {
		return false
	}
	y, p, ok := number(b, p+1, 4, 4)
	if !ok || p >= len(b) || y < 1970 || y > 2199 {
		return false
	}
	if b[p] == ',' {
		p++
	}
	q := spaces(b, p)
	if q == p || !s.date(y, m, d) || !s.time(b, q, false, false) {
		return false
	}
	s.start, s.form = i, formISO
	s.zoneAt(b)
	return true
}

// chineseMonth reads 11月 20, 2026 10:22:41 上午, as Java's own logger writes
// where the language is Chinese; earlier Javas spell the month, 十一月.
func (s *stamp) chineseMonth(b []byte, i int) bool {
	m, p, ok := number(b, i, 1, 2)
	if !ok {
		if m, p = spelledMonth(b, i); m == 0 {
			return false
		}
	}
	q := word(b, p, "月")
	d, r, ok := number(b, spaces(b, q), 1, 2)
	if q == p || !ok || r >= len(b) || b[r] != ',' {
		return false
	}
	y, p, ok := number(b, spaces(b, r+1), 4, 4)
	at := spaces(b, p)
	if !ok || at == p || y < 1970 || y > 2199 || !s.date(y, m, d) || !s.time(b, at, false, false) {
		return false
	}
	if part := half(b, spaces(b, s.end)); part != 0 {
		s.end = spaces(b, s.end) + 6
		s.halfDay(part)
	}
	s.start, s.form = i, formISO
	s.zoneAt(b)
	return true
}

// spelledMonth reads 一 to 十二; 0 when there is none.
func spelledMonth(b []byte, i int) (m, next int) {
	digits := [...]string{"十", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	if p := word(b, i, "十"); p > i {
		if q := word(b, p, "一"); q > p {
			return 11, q
		}
		if q := word(b, p, "二"); q > p {
			return 12, q
		}
		return 10, p
	}
	for m := 1; m < 10; m++ {
		if p := word(b, i, digits[m]); p > i {
			return m, p
		}
	}
	return 0, i
}
