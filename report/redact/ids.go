package redact

import (
	"strconv"
	"strings"
	"time"
)

// abroad reads a number with "+" and a country's code.
func (c *scan) abroad(gs []group) int {
	start := gs[0].start
	plus := 1
	if d := gs[0].digits; len(d) == 1 && d != "1" && d != "7" { // no country's code
		return 0
	}
	switch {
	case start > 0 && c.s[start-1] == '+' && (start < 2 || !wordByte(c.s[start-2])):
	case strings.HasSuffix(c.s[:start], "%2B"), strings.HasSuffix(c.s[:start], "%2b"):
		plus = 3
	default:
		return 0
	}
	n, end := 0, 0
	for k, g := range gs {
		if n += len(g.digits); n > 15 || k > 5 {
			break
		}
		if n >= 9 {
			end = g.end
		}
	}
	if end == 0 {
		return 0
	}
	all := ""
	for _, g := range gs {
		if g.end <= end {
			all += g.digits
		}
	}
	c.mark(start-plus, end, "phone", all)
	return end
}

// mobile gives the eleven digits of a Chinese mobile number, prefixes taken off.
func mobile(all string) (string, bool) {
	if len(all) < 11 || len(all) > 16 {
		return "", false
	}
	for _, prefix := range []string{"", "86", "086", "0086", "0", "17951", "12593", "9"} {
		if m, ok := strings.CutPrefix(all, prefix); ok && len(m) == 11 && m[0] == '1' && m[1] >= '3' {
			return m, true
		}
	}
	return "", false
}

// mobileShape tells whether a number is grouped as people group a phone.
func mobileShape(gs []group, total int) bool {
	if len(gs) == 1 {
		return true
	}
	lens := make([]int, 0, len(gs))
	ones := true
	for _, g := range gs {
		lens = append(lens, len(g.digits))
		ones = ones && len(g.digits) == 1
	}
	if ones {
		return true
	}
	last := gs[len(gs)-1].digits
	if len(last) == 8 && strings.HasPrefix(last, "20") && plausibleDate(last) { // a date behind a number
		return false
	}
	for extra := total - 11; extra > 0; { // the prefix: groups of its own, or the head of the first
		n := min(extra, lens[0])
		extra -= n
		if lens[0] -= n; lens[0] == 0 {
			lens = lens[1:]
		}
	}
	tail := ""
	for _, n := range lens {
		tail += strconv.Itoa(n)
	}
	if tail == "11" && len(lens) == 1 {
		return true
	}
	switch tail {
	case "344", "38", "74", "434", "56", "335", "443", "3233", "3332", "3422", "32222", "3224", "353":
		return true
	}
	return false
}

// nationalID reads an 18-digit national id; the check letter X may follow the digits.
func nationalID(s, digits string, end int) (id string, idEnd int, ok bool) {
	switch len(digits) {
	case 18:
		id, idEnd = digits, end
	case 17:
		e := end
		for e < len(s) && e-end < 1 && (s[e] == ' ' || s[e] == '-') {
			e++
		}
		switch {
		case e < len(s) && (s[e] == 'X' || s[e] == 'x'):
			id, idEnd = digits+"X", e+1
		case strings.HasPrefix(s[e:], "Ｘ"), strings.HasPrefix(s[e:], "ｘ"):
			id, idEnd = digits+"X", e+3
		default:
			return "", 0, false
		}
	default:
		return "", 0, false
	}
	return id, idEnd, validID(id)
}

// validID checks region, date and the check digit of ISO 7064 MOD 11-2.
func validID(id string) bool {
	if id[0] < '1' || id[0] > '9' || id[6:8] != "19" && id[6:8] != "20" || id[10:12] < "01" || id[10:12] > "12" || id[12:14] < "01" || id[12:14] > "31" {
		return false
	}
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(id[i]-'0') * w
	}
	return "10X98765432"[sum%11] == id[17]
}

func plausibleDate(s string) bool {
	t, err := time.Parse("20060102", s)
	return err == nil && t.Year() >= 1900 && t.Year() < 2100
}

func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// bankBIN tells whether a number begins as cards of its length do.
func bankBIN(d string) bool {
	two := d[:2]
	switch {
	case two == "62" || two == "60" || two == "81" || strings.HasPrefix(d, "9558") || strings.HasPrefix(d, "955"):
		return len(d) >= 16
	case d[0] == '4':
		return len(d) == 16 || len(d) == 19
	case two >= "51" && two <= "55", d[:4] >= "2221" && d[:4] <= "2720", two == "35":
		return len(d) == 16
	case two == "34" || two == "37":
		return len(d) == 15
	}
	return false
}

func cardShape(gs []group) bool {
	if len(gs) == 1 {
		return true
	}
	if len(gs) <= 4 && gs[0].end < gs[1].start { // 6-7-6, 3-4-…: each of some length
		even := true
		for _, g := range gs {
			even = even && len(g.digits) >= 3 && len(g.digits) <= 8
		}
		if even && len(gs[0].digits) >= 4 {
			return true
		}
	}
	for i, g := range gs {
		if i < len(gs)-1 && len(g.digits) != 4 && len(g.digits) != 6 || len(g.digits) > 13 || len(g.digits) < 1 {
			return false
		}
	}
	return true
}

// landline reads numbers with an area code that is set apart.
func landline(gs []group, s string) bool {
	if gs[0].digits == "86" || gs[0].digits == "0086" {
		if len(gs) < 2 {
			return false
		}
		gs = gs[1:]
		if gs[0].digits[0] != '0' { // +86-10-…
			gs = append([]group{{start: gs[0].start, end: gs[0].end, digits: "0" + gs[0].digits}}, gs[1:]...)
		}
	}
	if len(gs) < 2 || len(gs) > 3 {
		return false
	}
	area := gs[0].digits
	if len(area) < 3 || len(area) > 4 || area[0] != '0' || area[1] == '0' || len(area) == 3 && area[1] != '1' && area[1] != '2' {
		return false
	}
	if sep := s[gs[0].end:gs[1].start]; sep == "." || sep == "_" || sep == "+" {
		return false
	}
	n := 0
	for _, g := range gs[1:] {
		n += len(g.digits)
	}
	if len(gs) == 3 && len(gs[1].digits) != 4 && len(gs[1].digits) != 3 {
		return false
	}
	return n == 7 || n == 8
}
