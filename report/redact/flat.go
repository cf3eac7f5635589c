package redact

import "strings"

// flatAt tells whether nothing is encoded or structured at s[i].
func (c *scan) flatAt(i int) bool {
	s := c.s
	switch s[i] {
	case 0x1b:
		return false
	case 0, 0xC2:
		kind, _ := decorated(s, i)
		return kind == nothingSeen
	case '%':
		return !(i+2 < len(s) && (isHex(s[i+1]) || s[i+1] == 'u') && isHex(s[i+2]))
	case '\\':
		return !(i+3 < len(s) && (s[i+1]|0x20 == 'u' || s[i+1] == 'x' || s[i+1] == '2' || s[i+1] == '3') && isHex(s[i+2]) && isHex(s[i+3]) || spelledColour(s[i:]) > 0)
	case '[', '{':
		return !jsonAhead(s[i:])
	case '&':
		if !(i+1 < len(s) && (s[i+1] == '#' || begins[s[i+1]] == letter) && strings.IndexByte(s[i:min(len(s), i+10)], ';') > 0) {
			return true
		}
		_, n := entityAt(s[i:])
		return n == 0 && s[i+1] != '#' && s[i+1] != 'q' && s[i+1] != 'a'
	}
	return true
}
