package redact

import (
	"strings"
)

// group is a run of digits without a gap.
type group struct {
	start, end int // in the text
	from, to   int // in the digits of the number
	digits     string
}

// numberRoom is where the groups and the digits of one number are kept.
type numberRoom struct {
	groups [20]group
	digits [maxDigits]byte
}

// asNumber asks the rules for what the value of the number s[i:end] tells.
func (c *scan) asNumber(i, end int) {
	if c.mayPlace(i, end) {
		c.pairOfPlaces(i)
	}
	if i >= c.next[byNumber] && c.mayNumber(i, end) {
		c.number(i)
	}
}

// mayPlace tells whether a place on the map may begin with the digits s[i:end].
func (c *scan) mayPlace(i, end int) bool {
	s := c.s
	return end-i <= 3 && end+12 < len(s) && s[end] == '.' && begins[s[end+4]] == digit
}

// mayNumber tells whether a number worth hiding may begin with the digits s[i:end].
func (c *scan) mayNumber(i, end int) bool {
	s := c.s
	switch {
	case end-i >= 9:
		return true
	case end+1 >= len(s) || !joins[s[end]]:
		return false
	}
	return s[end] >= 0x80 || s[end] == '%' || begins[s[end+1]] == digit || joins[s[end+1]] // else one gap, and no digit behind it
}

// number reads a phone, a national id or a bank card, in whatever spelling,
// that begins with the digit at s[i].
func (c *scan) number(i int) {
	if !enough(c.s, i) {
		for i < len(c.s) {
			_, n := digitAt(c.s, i)
			if n == 0 {
				break
			}
			i += n
		}
		c.next[byNumber] = i
		return
	}
	groups, total := c.groupsFrom(i)
	c.next[byNumber] = groups[0].end
	if d := c.f.r.room.digits[0]; total < 11 && d != '0' && (d != '8' || c.f.r.room.digits[1] != '6') && !c.plus(i) {
		return // a date with its hour
	}
	all := ""
	if from, to := groups[0].start, groups[0].end; len(groups) == 1 && to-from == total {
		all = c.s[from:to]
	} else {
		all = string(c.f.r.room.digits[:total])
	}
	for k := range groups {
		groups[k].digits = all[groups[k].from:groups[k].to]
	}
	c.rank = byNumber
	if end := c.numberIn(groups, all); end > 0 {
		c.next[byNumber] = end
	}
}

// plus tells whether a "+" stands before s[i], as before the code of a country.
func (c *scan) plus(i int) bool {
	return i > 0 && (c.s[i-1] == '+' || c.s[i-1] == 'B' || c.s[i-1] == 'b' || c.s[i-1] == 0x8B) // + %2B ＋
}

// numberIn looks whether the groups begin with a number worth hiding; it gives its end.
func (c *scan) numberIn(gs []group, digits string) int {
	if gs[0].digits == "0" && len(gs) > 1 && c.s[gs[0].end:gs[1].start] == "." {
		return 0 // a fraction
	}
	for k, g := range gs {
		all := digits[:g.to]
		if len(all) > 24 {
			return 0
		}
		part := gs[:k+1]
		start, end := gs[0].start, g.end
		if k == 0 && len(gs) == 1 && len(all) < 11 && !c.plus(start) {
			return 0
		}
		if k == 0 && start > 1 && c.s[start-1]|0x20 == 'x' && c.s[start-2] == '0' { // 0x…
			return 0
		}
		if k == 0 && (c.inHex(start, end) || c.inUUID(start)) {
			return c.trackTwo(start, end)
		}
		before := c.s[max(0, start-40):start]
		if start > 1 && c.s[start-2:start] == "0." || c.decimals(start) {
			return 0
		}
		if id, idEnd, ok := nationalID(c.s, all, end); ok && shape(part, 3) {
			c.mark(start, idEnd, "id", id)
			return idEnd
		}
		if len(all) == 15 && shape(part, 3) && hasAny(strings.ToLower(before), "身份证", "证件", "idcard", "id_card", "id-card", "identity") && plausibleDate("19"+all[6:12]) {
			c.mark(start, end, "id", all)
			return end
		}
		if m, ok := mobile(all); ok && mobileShape(part, len(all)) && !c.moreDigits(gs, k) {
			if k == 0 && start > 0 && strings.IndexByte("=: \"m", c.s[start-1]) >= 0 && c.counted(start) {
				return end
			}
			c.mark(c.plusBefore(start), end, "phone", m)
			return end
		}
		if len(all) >= 15 && len(all) <= 19 && bankBIN(all) && luhn(all) && cardShape(part) && !c.moreDigits(gs, k) {
			if k == 0 && c.counted(start) {
				return end
			}
			if to := c.trackTwo(start, end); to > 0 {
				return to
			}
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

// decimals tells whether the digits at s[start] are those behind the point of a
// number that is a value: ratio=3.15927612345. One in a list, 1.13800138000, is none.
func (c *scan) decimals(start int) bool {
	i := start
	if i < 3 || c.s[i-1] != '.' {
		return false
	}
	for i--; i > 0 && begins[c.s[i-1]] == digit; i-- {
	}
	return i < start-1 && i > 0 && c.s[i-1] == '='
}

// counted tells whether the number at s[start] stands under a key of sizes or ids.
func (c *scan) counted(start int) bool {
	i := start
	if k := strings.LastIndexByte(c.s[max(0, i-8):i], 0x1b); k >= 0 && c.s[i-1] == 'm' { // the colour of a number
		i = max(0, i-8) + k
	}
	for i > 0 && (c.s[i-1] == ' ' || c.s[i-1] == '"') && start-i < 12 {
		i--
	}
	if i == 0 || c.s[i-1] != '=' && c.s[i-1] != ':' {
		return false
	}
	_, key := keyLeft(c.s, i-1)
	return counts(key)
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

// enough tells whether nine digits or more follow, with what separates them.
func enough(s string, i int) bool {
	digits, gap := 0, 0
	for i < len(s) {
		b := s[i]
		if begins[b] == digit {
			digits++
			if gap = 0; digits >= 9 {
				return true
			}
			i++
			continue
		}
		if b >= 0x80 {
			if _, n := digitAt(s, i); n > 0 { // a full-width digit
				digits++
				gap = 0
				i += n
				continue
			}
		}
		n := separator(s, i)
		if gap++; n == 0 || gap > 2 {
			break
		}
		i += n
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
	return letter && (j-i >= 24 || j-i == 16) // an id of a trace's span has 16
}

// inUUID tells whether s[at] stands within 8-4-4-4-12 hexadecimal digits.
func (c *scan) inUUID(at int) bool {
	i, j := at, at
	for i > 0 && at-i < 37 && (ofHex[c.s[i-1]] || c.s[i-1] == '-') {
		i--
	}
	for j < len(c.s) && j-i < 38 && (ofHex[c.s[j]] || c.s[j] == '-') {
		j++
	}
	return j-i == 36 && c.s[i+8] == '-' && c.s[i+13] == '-' && c.s[i+18] == '-' && c.s[i+23] == '-'
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// digitAt reads an ASCII or full-width digit.
// separators stand between the groups of one number.
// separator gives the length of a separator at s[i], 0 when there is none.
// maxDigits bounds what is taken of a number; no phone, id or card is as long.
const maxDigits = 40

// groupsFrom reads the groups of digits from s[i] on, and how many digits they
// have; the digits are kept beside them. They are good until it is called again.
func (c *scan) groupsFrom(i int) ([]group, int) {
	s := c.s
	out, b := c.f.r.room.groups[:0], c.f.r.room.digits[:0]
	for i < len(s) && len(out) < cap(out) && len(b) <= 24 {
		g := group{start: i}
		from := len(b)
		for i < len(s) {
			d, n := digitAt(s, i)
			if n == 0 {
				break
			}
			if len(b) < maxDigits {
				b = append(b, d)
			}
			i += n
		}
		if len(b) == from {
			break
		}
		g.end, g.from, g.to = i, from, len(b)
		out = append(out, g)
		for range 2 {
			if i >= len(s) || wordByte(s[i]) || s[i] == '"' || s[i] == ':' || s[i] == ',' {
				break
			}
			i += separator(s, i)
		}
		if i == g.end {
			break
		}
	}
	return out, len(b)
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

// hanDigit reads a digit as people write them out to get past filters.
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
func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
