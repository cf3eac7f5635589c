package redact

import (
	"strings"
	"unicode/utf8"
)

// group is a run of digits without a gap.
type group struct {
	start, end int
	digits     string
}

// numbers looks for phones, national ids and bank cards, in whatever spelling.
func (c *scan) numbers() {
	for i := 0; i < len(c.s); {
		if _, n := digitAt(c.s, i); n == 0 {
			if r, size := hanDigit(c.s, i); r > 0 {
				i = c.hanNumber(i)
			} else {
				i += max(size, 1)
			}
			continue
		}
		if !enough(c.s, i) {
			for i < len(c.s) {
				_, n := digitAt(c.s, i)
				if n == 0 {
					break
				}
				i += n
			}
			continue
		}
		groups := groupsFrom(c.s, i)
		if end := c.number(groups); end > 0 {
			i = end
		} else {
			i = groups[0].end
		}
	}
}

// number looks whether the groups begin with a number worth hiding; it gives its end.
func (c *scan) number(gs []group) int {
	if gs[0].digits == "0" && len(gs) > 1 && c.s[gs[0].end:gs[1].start] == "." {
		return 0 // a fraction
	}
	all := ""
	for k, g := range gs {
		all += g.digits
		if len(all) > 24 {
			return 0
		}
		part := gs[:k+1]
		start, end := gs[0].start, g.end
		if k == 0 && c.inHex(start, end) {
			return 0
		}
		before := c.s[max(0, start-40):start]
		if start > 1 && c.s[start-2:start] == "0." {
			return 0
		}
		if id, idEnd, ok := nationalID(c.s, all, end); ok && shape(part, 3) {
			c.mark(start, idEnd, "id", id)
			return idEnd
		}
		if len(all) == 15 && shape(part, 3) && hasAny(before, "身份证", "证件", "idcard", "id_card", "IDCard", "identity") && plausibleDate("19"+all[6:12]) {
			c.mark(start, end, "id", all)
			return end
		}
		if m, ok := mobile(all); ok && mobileShape(part, len(all)) && !c.moreDigits(gs, k) {
			c.mark(c.plusBefore(start), end, "phone", m)
			return end
		}
		if len(all) >= 15 && len(all) <= 19 && luhn(all) && bankBIN(all) && cardShape(part) && !c.moreDigits(gs, k) {
			c.mark(start, end, "card", all)
			return end
		}
		if landline(part, c.s) {
			c.mark(c.plusBefore(start), end, "phone", strings.TrimPrefix(all, "86"))
			return end
		}
	}
	return c.abroad(gs)
}

// moreDigits tells whether the number would cut a run of digits with equal
// separators in two, as a phone at the head of a longer number would.
func (c *scan) moreDigits(gs []group, k int) bool {
	if k+1 >= len(gs) || k == 0 {
		return false
	}
	return len(gs[k+1].digits) == 1 && len(gs[k].digits) == 1
}

func (c *scan) plusBefore(start int) int {
	if start > 0 && c.s[start-1] == '+' {
		return start - 1
	}
	if strings.HasSuffix(c.s[:start], "＋") {
		return start - 3
	}
	return start
}

// enough tells whether nine digits or more may follow, with what separates them.
func enough(s string, i int) bool {
	digits, gap := 0, 0
	for ; i < len(s) && gap < 7; i++ {
		switch b := s[i]; {
		case b >= '0' && b <= '9':
			digits++
			gap = 0
			if digits >= 9 {
				return true
			}
		case b >= 0x80:
			if _, n := digitAt(s, i); n > 0 { // a full-width digit
				digits++
				gap = 0
				i += n - 1
				if digits >= 9 {
					return true
				}
				continue
			}
			gap++
		case b == ' ' || b == '-' || b == '.' || b == '_' || b == '(' || b == ')' || b == '%':
			gap++
		default:
			return false
		}
	}
	return digits >= 9
}

// inHex tells whether digits stand inside of a long hexadecimal word: a hash, not a number.
func (c *scan) inHex(start, end int) bool {
	for k := start; k < end; k++ {
		if c.s[k] >= 0x80 {
			return false // no hash is written in full width
		}
	}
	i, j, letter := start, end, false
	for i > 0 && isHex(c.s[i-1]) {
		i--
		letter = letter || c.s[i] > '9'
	}
	for j < len(c.s) && isHex(c.s[j]) {
		letter = letter || c.s[j] > '9'
		j++
	}
	return letter && j-i >= 24
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// digitAt reads an ASCII or full-width digit.
func digitAt(s string, i int) (byte, int) {
	if s[i] >= '0' && s[i] <= '9' {
		return s[i], 1
	}
	if s[i] == 0xEF && i+2 < len(s) && s[i+1] == 0xBC && s[i+2] >= 0x90 && s[i+2] <= 0x99 {
		return '0' + s[i+2] - 0x90, 3
	}
	return 0, 0
}

// separators stand between the groups of one number.
var separators = []string{" ", "-", ".", "_", ")", "(", "\u00a0", "\u3000", "·", "－", "．", "%20", "%2D", "%2d", "‐", "‑", "‒", "–", "—", "（", "）"}

func groupsFrom(s string, i int) []group {
	var out []group
	for total := 0; i < len(s) && len(out) < 20 && total <= 24; {
		g := group{start: i}
		var b []byte
		for i < len(s) {
			d, n := digitAt(s, i)
			if n == 0 {
				break
			}
			b = append(b, d)
			i += n
		}
		if len(b) == 0 {
			break
		}
		g.end, g.digits = i, string(b)
		total += len(b)
		out = append(out, g)
		for range 2 {
			if i >= len(s) || wordByte(s[i]) || s[i] == '"' || s[i] == ':' || s[i] == ',' {
				break
			}
			for _, sep := range separators {
				if strings.HasPrefix(s[i:], sep) {
					i += len(sep)
					break
				}
			}
		}
		if i == g.end {
			break
		}
	}
	return out
}

// shape tells whether every group has at least n digits.
func shape(gs []group, n int) bool {
	for _, g := range gs {
		if len(g.digits) < n {
			return false
		}
	}
	return true
}

// hanDigits are digits as people write them out to get past filters.
const hanDigits = "零一二三四五六七八九"

func hanDigit(s string, i int) (rune, int) {
	if s[i] < 0x80 {
		return 0, 1
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	switch r {
	case '〇':
		return '0', size
	case '幺':
		return '1', size
	case '两':
		return '2', size
	}
	if k := strings.IndexRune(hanDigits, r); k >= 0 && r != utf8.RuneError {
		return rune('0' + k/3), size
	}
	return 0, size
}

// hanNumber reads a phone written in Chinese digits; it gives the end of the run.
func (c *scan) hanNumber(start int) int {
	var b []byte
	i := start
	for i < len(c.s) {
		r, size := hanDigit(c.s, i)
		if r == 0 {
			break
		}
		b = append(b, byte(r))
		i += size
	}
	if m, ok := mobile(string(b)); ok {
		c.mark(start, i, "phone", m)
	}
	return i
}

func digitsIn(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if _, size := digitAt(s, i); size > 0 {
			n++
			i += size - 1
		}
	}
	return n
}

// numberEnd cuts a value under a number key after its last digit or letter, so
// that a sentence that follows stays.
func numberEnd(s string, from, to int) int {
	end := from
	for i := from; i < to; {
		_, n := digitAt(s, i)
		switch {
		case n > 0:
			i += n
			end = i
		case wordByte(s[i]):
			// Letters belong to the number while they touch it: X, E12345678.
			j := i
			for j < to && wordByte(s[j]) {
				j++
			}
			if hasDigit(s[i:j]) || (j-i <= 2 && end == i) {
				end = j
			} else if end > from {
				return end
			}
			i = j
		default:
			sep := 0
			for _, x := range append([]string{"+", "＋", "(", "（"}, separators...) {
				if strings.HasPrefix(s[i:to], x) {
					sep = len(x)
					break
				}
			}
			if sep == 0 {
				return end
			}
			i += sep
		}
	}
	return end
}

func kindOf(cl class) string {
	switch cl {
	case phone:
		return "phone"
	case idCard:
		return "id"
	case card:
		return "card"
	}
	return "qq"
}

// normalNumber spells one number one way, so that it has one pseudonym.
func normalNumber(cl class, v string) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if d, n := digitAt(v, i); n > 0 {
			b.WriteByte(d)
			i += n - 1
		} else if wordByte(v[i]) {
			b.WriteString(strings.ToUpper(v[i : i+1]))
		}
	}
	if cl == phone {
		if m, ok := mobile(b.String()); ok {
			return m
		}
	}
	return b.String()
}

func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
