package redact

import "strings"

// What a byte may begin, so that a line is looked at once: most bytes begin
// nothing, and a rule is asked only where one of its values can stand.
const (
	plain  byte = iota
	letter      // the head of a word: a key, a scheme, a name of a machine
	digit       // a number or an address
	mark        // '=', ':', '@', … and the heads of Chinese words
)

var begins [256]byte

// ofBase64 are the bytes that a run of base64 is made of, either alphabet.
var ofBase64 [256]bool

// heads are the first two letters of the words that rules ask for.
var heads [256][256]bool

func init() {
	for b := range 256 {
		c := byte(b)
		switch {
		case c >= '0' && c <= '9':
			begins[b] = digit
		case wordByte(c):
			begins[b] = letter
		case strings.IndexByte("=:%@[(/\\_", c) >= 0, c >= 0xE3 && c <= 0xEF:
			begins[b] = mark
		}
		ofBase64[b] = wordByte(c) || strings.IndexByte("+/_-", c) >= 0
	}
	begins['J'] = mark // of eyJ, which begins a JWT also inside of a word
	words := []string{"MacBook", "iPhone", "iPad"}
	words = append(words, schemes...)
	words = append(words, machineHeads...)
	for _, k := range knownKeys {
		words = append(words, k.head)
	}
	for _, w := range words {
		heads[w[0]][w[1]] = true
		heads[w[0]|0x20][w[1]] = true
		if w[0] >= 'a' && w[0] <= 'z' {
			heads[w[0]&^0x20][w[1]] = true
		}
	}
	for _, w := range schemes { // in any case
		for _, a := range []byte{w[0] | 0x20, w[0] &^ 0x20} {
			for _, b := range []byte{w[1] | 0x20, w[1] &^ 0x20} {
				heads[a][b] = true
			}
		}
	}
}

// The order of the rules: where two found something in one place, the first wins.
const (
	byKey = iota
	byJWT
	byScheme
	byUserinfo
	byHome
	byShare
	byDevice
	byMail
	byNumber
	byAddress
	byWxid
	byOpenID
	byPlate
	byEncoded
	bySweep
	rules
)

// once goes through the text once and asks each rule where it may begin. With
// early, it stops at what only the structure or a decoding tells, and gives false.
func (c *scan) once(early bool) bool {
	s := c.s
	for i := 0; i < len(s); {
		b := s[i]
		switch begins[b] {
		case plain:
			i++
			if early && (b == '{' && jsonAhead(s[i-1:]) || b == '&' && i < len(s) && s[i] == '#') {
				return false
			}
			continue
		case letter:
			if i == 0 || !wordByte(s[i-1]) {
				c.word(i)
			}
			for i++; i < len(s) && begins[s[i]] == letter; i++ {
			}
			continue
		case digit:
			i = c.figure(i)
			continue
		}
		if early && !c.flatAt(i) {
			return false
		}
		c.signal(i)
		i++
	}
	return true
}

// flatAt tells whether nothing is encoded or structured at s[i].
func (c *scan) flatAt(i int) bool {
	s := c.s
	switch s[i] {
	case '%':
		return !(i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]))
	case '\\':
		return !(i+1 < len(s) && (s[i+1] == 'u' || s[i+1] == 'x'))
	case '[':
		return !jsonAhead(s[i:])
	}
	return true
}

// word asks the rules for what begins with a letter at s[i], the head of a word.
func (c *scan) word(i int) {
	s := c.s
	if i+1 >= len(s) {
		return
	}
	if heads[s[i]][s[i+1]] {
		c.known(i)
		c.device(i)
	}
	if s[i] == 'o' && i+28 <= len(s) && i >= c.next[byOpenID] {
		c.openID(i)
	}
	if isHex(s[i]) {
		c.address(i)
	}
	c.base64From(i)
}

// figure asks the rules for what begins with a digit at s[i], the first of a
// run, and gives the run's end.
func (c *scan) figure(i int) int {
	s := c.s
	end := i + 1
	for end < len(s) && begins[s[end]] == digit {
		end++
	}
	if i >= c.next[byNumber] && (end-i >= 9 || end < len(s) && joins[s[end]]) {
		if day := dateEnd(s, i, end); day > 0 {
			c.next[byNumber] = day
		} else {
			c.number(i)
		}
	}
	if i == 0 || !wordByte(s[i-1]) {
		if end-i <= 4 {
			c.address(i)
		}
		c.base64From(i)
	}
	return end
}

// joins are the bytes that may go on a number behind a digit.
var joins = func() (out [256]bool) {
	for b := range out {
		out[b] = strings.IndexByte(" -._()%", byte(b)) >= 0 || b >= 0x80
	}
	return out
}()

// dateEnd gives the end of a date such as 2026-11-20 that begins at s[i] and
// whose year ends at s[end], 0 for anything else.
func dateEnd(s string, i, end int) int {
	if end-i != 4 || len(s) < end+6 || s[end] != '-' && s[end] != '.' || s[end+3] != s[end] || s[i:i+2] != "20" && s[i:i+2] != "19" {
		return 0
	}
	month, day := s[end+1:end+3], s[end+4:end+6]
	if month < "01" || month > "12" || day < "01" || day > "31" || begins[month[1]] != digit || begins[day[1]] != digit || len(s) > end+6 && begins[s[end+6]] == digit {
		return 0
	}
	return end + 6
}

// signal asks the rules for what a mark at s[i] gives away.
func (c *scan) signal(i int) {
	s := c.s
	switch b := s[i]; b {
	case '=', ':':
		c.key(i)
		if b == ':' && i+1 < len(s) {
			if s[i+1] == '/' && strings.HasPrefix(s[i+1:], "//") {
				c.userinfo(i + 3)
			} else if s[i+1] == ':' {
				c.address(i)
			}
		}
	case '@':
		c.mail(i)
	case '%':
		c.key(i)
		c.mail(i)
		c.home(i)
	case '[', '(':
		c.mail(i)
	case '/':
		c.home(i)
		c.base64From(i)
	case '\\':
		c.home(i)
		c.share(i)
	case '_':
		if strings.HasSuffix(s[:i], "wxid") {
			c.wxid(i - 4)
		}
		c.base64From(i)
	case 'J':
		if strings.HasSuffix(s[:i], "ey") {
			c.jwt(i - 2)
		}
		if i == 0 || !wordByte(s[i-1]) {
			c.word(i)
		}
	default:
		c.wide(i)
	}
}

// wide asks the rules for what a Chinese or full-width letter at s[i] gives away.
func (c *scan) wide(i int) {
	s := c.s
	if i+3 > len(s) {
		return
	}
	switch s[i] {
	case 0xEF: // ： ＝ ＠ ﹫ and full-width digits
		switch {
		case s[i+1] == 0xBC && (s[i+2] == 0x9A || s[i+2] == 0x9D):
			c.key(i)
		case s[i+1] == 0xBC && s[i+2] == 0xA0, s[i+1] == 0xB9 && s[i+2] == 0xAB:
			c.mail(i)
		case s[i+1] == 0xBC && s[i+2] >= 0x90 && s[i+2] <= 0x99 && i >= c.next[byNumber]:
			c.number(i)
		}
		return
	case 0xE4: // 为
		if s[i+1] == 0xB8 && s[i+2] == 0xBA {
			c.key(i)
		}
	case 0xE6: // 是
		if s[i+1] == 0x98 && s[i+2] == 0xAF {
			c.key(i)
		}
	case 0xE7: // 的
		if s[i+1] == 0x9A && s[i+2] == 0x84 {
			c.device(i)
		}
	}
	if r, _ := hanDigit(s, i); r > 0 && i >= c.next[byNumber] {
		c.next[byNumber] = c.hanNumber(i)
	}
	if i+3 < len(s) && s[i+3] >= 'A' && s[i+3] <= 'Z' {
		c.plate(i)
	}
}
