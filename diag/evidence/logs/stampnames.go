package logs

// monthAt reads an English month's short name at i, 0 when there is none.
func monthAt(b []byte, i int) int {
	if i+3 > len(b) {
		return 0
	}
	switch string(b[i : i+3]) {
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

// dayMonthName reads 20/Nov/2026:10:22:41 +0800, 20-Nov-2026 10:22:41.123 and
// 20 Nov 2026 10:22:41; n is the number of digits of the day.
func (s *stamp) dayMonthName(b []byte, i, n int) bool {
	p := i + n
	if n == 0 || p+5 > len(b) {
		return false
	}
	sep := b[p]
	if sep != '/' && sep != '-' && sep != ' ' {
		return false
	}
	m := monthAt(b, p+1)
	if m == 0 || b[p+4] != sep {
		return false
	}
	d, _, _ := number(b, i, n, n)
	y, q, ok := number(b, p+5, 4, 4)
	if !ok || q >= len(b) || b[q] != ' ' && b[q] != ':' || y < 1970 || y > 2199 || !s.date(y, m, d) {
		return false
	}
	if !s.time(b, spaces(b, q+1), false, false) {
		return false
	}
	s.start, s.form = i, formISO
	if sep == '/' && b[q] == ':' {
		s.form = formCLF
	}
	s.zoneAt(b)
	return true
}

// american reads 11/20/2026, 10:22:41 AM, as toLocaleString prints it in the
// United States; a first number above 12 is a day (20/11/2026).
func (s *stamp) american(b []byte, i int) bool {
	m, p, ok := number(b, i, 1, 2)
	if !ok || p >= len(b) || b[p] != '/' {
		return false
	}
	d, p, ok := number(b, p+1, 1, 2)
	if !ok || p >= len(b) || b[p] != '/' {
		return false
	}
	y, p, ok := number(b, p+1, 4, 4)
	if !ok || y < 1970 || y > 2199 {
		return false
	}
	if m > 12 {
		m, d = d, m
	}
	if p < len(b) && b[p] == ',' {
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
