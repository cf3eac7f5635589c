package redact

import "strings"

// What a byte may begin, so that a line is looked at once: most bytes begin
// nothing, and a rule is asked only where one of its values can stand.
const (
	plain     byte = iota
	letter         // the head of a word: a key, a scheme, a name of a machine
	digit          // a number or an address
	equals         // = and :, behind a key
	slash          // a path
	underline      // wxid_
	bigJ           // of eyJ, which begins a JWT also inside of a word
	rare           // @ % \ [ ( { &
	dash           // an option, an address in a host's name
	wide           // Chinese and full-width letters
	quote          // the end of a quoted key
	general        // of a sign that is not shown, perhaps
	wideLatin      // of full-width letters, perhaps
)

var begins [256]byte

// ofBase64 are the bytes that a run of base64 is made of, either alphabet.
var ofBase64 [256]bool

// heads are the second letters, by the first, of the words that rules ask for:
// one bit for each, whatever its case.
var heads [256]uint32

// chinese are the second and third bytes of the Chinese letters that rules ask for.
var chinese [1 << 12]bool

func lastTwo(s string, i int) int { return int(s[i+1]&63)<<6 | int(s[i+2]&63) }

func init() {
	for b := range 256 {
		c := byte(b)
		switch {
		case c >= '0' && c <= '9':
			begins[b] = digit
		case wordByte(c):
			begins[b] = letter
		case c == '=' || c == ':':
			begins[b] = equals
		case c == '/':
			begins[b] = slash
		case c == '_':
			begins[b] = underline
		case c == '-':
			begins[b] = dash
		case c == '"' || c == '\'':
			begins[b] = quote
		case strings.IndexByte("@%\\[({&<\t\x1b|]$", c) >= 0:
			begins[b] = rare
		case c == 0xC2 || c == 0:
			begins[b] = rare
		case c == 0xE2:
			begins[b] = general
		case c == 0xEF:
			begins[b] = wideLatin
		case c >= 0xE3 && c <= 0xEE:
			begins[b] = wide
		}
		ofBase64[b] = wordByte(c) || strings.IndexByte("+/_-", c) >= 0
	}
	begins['J'] = bigJ
	words := []string{"MacBook", "iPhone", "iPad"}
	words = append(words, schemes...)
	words = append(words, spacedWords...)
	words = append(words, "VALUES", "Tencent", "S-", "Sec", "for", "user", "sudo", "CRON", "CMD", "LOGIN", "pam_", "uid", "unix", "acct", "Acc", "Auth", "Session")
	words = append(words, machineHeads...)
	words = append(words, operators...)
	words = append(words, storeWords...)
	for _, k := range knownKeys {
		words = append(words, k.head)
	}
	for _, w := range words {
		heads[w[0]|0x20] |= 1 << (w[1] & 31)
		heads[w[0]&^0x20] |= 1 << (w[1] & 31)
	}
	const ask = "：＝＠﹫（］０１２３４５６７８９为是的零〇一幺二两三四五六七八九先女姐学师客户服席方家员→⇒】」“「『【∶﹕︰" + provinces + labelEnds
	for i := 0; i < len(ask); i += 3 {
		chinese[lastTwo(ask, i)] = true
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
	byPlace
	byJar
	byBind
	bySpot
	byTable
	byEncoded
	byWrapped
	bySigned
	bySweep
	rules
)

// once goes through the text once and asks each rule where it may begin. With
// early, it stops at what only the structure or a decoding tells, and gives false.
func (c *scan) once(early bool) bool {
	s := c.s
	if len(s) > 30 && (s[0] == '-' || s[0] == 'd' || s[0] == 'l') && (s[1] == 'r' || s[1] == '-') {
		c.spot()
	}
	if endsAsPassport(s) {
		c.spot()
	}
	if len(s) > 9 && len(s) < 80 && s[0] >= 0xE4 && (begins[s[len(s)-1]] == digit || s[len(s)-1] == ')') {
		c.chatName()
	}
	for i := 0; i < len(s); {
		switch begins[s[i]] {
		case plain:
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
		case equals:
			c.key(i)
			if s[i] == ':' && i+1 < len(s) {
				if s[i+1] == '/' && strings.HasPrefix(s[i+1:], "//") {
					c.userinfo(i + 3)
				} else if s[i+1] == ':' {
					c.address(i)
				}
			}
		case slash:
			if i+1 < len(s) && homeHead[s[i+1]] {
				c.home(i)
			}
			if i+17 < len(s) && i > 4 && ofBase64[s[i+13]] && ofBase64[s[i+9]] && ofBase64[s[i+5]] {
				c.segment(i)
			}
			if i+8 < len(s) && spotPath(s, i) {
				c.spot()
			}
		case underline:
			if i >= 4 && s[i-1] == 'd' && s[i-4:i] == "wxid" {
				c.wxid(i - 4)
			}
		case bigJ:
			if strings.HasSuffix(s[:i], "ey") {
				c.jwt(i - 2)
			} else if strings.HasSuffix(s[:i], ".e") {
				c.signed(i - 2)
			}
			if i == 0 || !wordByte(s[i-1]) {
				c.word(i)
			}
		case dash:
			if i+3 < len(s) && s[i+1] == '>' {
				c.key(i)
			} else if i+3 < len(s) && (i == 0 || s[i-1] == ' ') && (s[i+1] == 'b' || s[i+1] == 'u' || s[i+1] == 'p' || s[i+1] == '-' || s[i+1] == 'a' || s[i+1] == 'w' || s[i+1] == 'P' || s[i+1] == 'k') {
				c.curl(i)
				c.option(i)
			}
		case quote:
			if i > 5 && s[i-1] >= 0x80 {
				c.saidIn(i, 1)
			}
			if i > 4 && s[i-1] == ' ' && (wordByte(s[i-2]) || s[i-2] >= 0x80 || s[i-2] == '.' && s[i-3] == ' ') {
				c.beforeQuote(i)
			}
			if i+3 < len(s) && (s[i+1] == ',' || s[i+1] == ' ' || s[i+1] == ';' || s[i+1] == '>') {
				c.pair(i)
			}
		case general, wideLatin:
			if early {
				if kind, _ := decorated(s, i); kind != nothingSeen {
					return false
				}
			}
			fallthrough
		case wide:
			if i+3 <= len(s) && chinese[lastTwo(s, i)] {
				c.wide(i)
			}
		case rare:
			if early && !c.flatAt(i) {
				return false
			}
			c.rare(i)
		}
		i++
	}
	return true
}

// homeHead are the first letters of the names of home folders' folders.
var homeHead = [256]bool{'u': true, 'U': true, 'h': true, 'H': true, 'd': true, 'D': true}

// rare asks the rules for what a mark that is rare in logs gives away.
func (c *scan) rare(i int) {
	switch c.s[i] {
	case '@', '[', '(':
		if c.s[i] == '(' && i > 2 && i+2 < len(c.s) {
			c.arguments(i)
			c.bracket(i, 1)
		}
		if c.s[i] == '@' && (c.account(i) || c.logonOf(i)) {
			return
		}
		c.mail(i)
	case '%':
		c.key(i)
		c.mail(i)
		c.home(i)
	case '\\':
		c.home(i)
		c.share(i)
	case '<':
		if i > 4 && c.s[i-1] == ' ' {
			c.displayName(i)
		}
		if i+1 < len(c.s) && c.s[i+1] == '<' {
			c.spot()
		}
		c.tag(i)
	case '$':
		c.crypt(i)
	case '|':
		c.cell(i, '|')
	case ']':
		c.bracket(i, 1)
	case '\t':
		c.cell(i, '\t')
		if i+1 < len(c.s) && (c.s[i+1] == 'T' || c.s[i+1] == 'F') && c.next[byJar] == 0 {
			c.next[byJar] = len(c.s)
			c.jar()
		}
	}
}

// word asks the rules for what begins with a letter at s[i], the head of a word.
func (c *scan) word(i int) {
	s := c.s
	if i+1 >= len(s) {
		return
	}
	if heads[s[i]]&(1<<(s[i+1]&31)) != 0 {
		if spotWord(s, i) {
			c.spot()
		}
		switch s[i] {
		case 'M', 'i', 'W', 'P', 'D', 'L':
			c.device(i)
		case 'V', 'v':
			c.values(i)
		}
		c.known(i)
		if spacedBy[s[i]] != nil {
			c.spaced(i)
		}
		if operatorsBy[s[i]] != nil {
			c.operator(i)
		}
		if s[i+1] >= 'A' && s[i+1] <= 'Z' && storeBy[s[i]] != nil {
			c.stored(i)
		}
	}
	if s[i]|0x20 == 'q' && s[i+1]|0x20 == 'q' && i+8 < len(s) && begins[s[i+2]] == digit {
		if n := digitsRun(s[i+2:]); n >= 6 && n <= 11 && (i+2+n == len(s) || !wordByte(s[i+2+n]) && s[i+2+n] != '.') {
			c.rank = byKey
			c.teach(i+2, i+2+n, "qq", s[i+2:i+2+n])
		}
	}
	if s[i]|0x20 == 'q' && begins[s[i+1]] == digit && i > 2 && s[i-1] >= 0x80 {
		if n := digitsRun(s[i+1:]); n >= 5 && n <= 11 {
			c.rank = byKey
			c.teach(i+1, i+1+n, "qq", s[i+1:i+1+n])
		}
	}
	if s[i] == 'o' && i+28 <= len(s) && i >= c.next[byOpenID] {
		c.openID(i)
	} else if s[i] == 'w' && (s[i+1] == 'm' || s[i+1] == 'o') && i+32 <= len(s) {
		c.externalID(i)
	}
	if s[i] < 'a' && (begins[s[i+1]] == digit || i+2 < len(s) && s[i+1] < 'a' && begins[s[i+2]] == digit) {
		c.permitFrom(i)
	}
	if ofHex[s[i]] && (ofHex[s[i+1]] || s[i+1] == ':') {
		c.address(i)
	}
	if s[i] == 'e' && begins[s[i+1]] == digit && i+24 <= len(s) && ofHex[s[i+11]] && ofHex[s[i+23]] { // a Chinese letter
		c.hexFrom(i)
	}
	if c.longRun(i) && (s[i+1] != 'y' || !strings.HasPrefix(s[i:], "eyJ")) {
		c.base64From(i)
	}
}

// longRun tells whether a run of base64 may begin at s[i] that is long enough
// to hold something: most words are short.
func (c *scan) longRun(i int) bool {
	s := c.s
	return i+minBase64 <= len(s) && ofBase64[s[i+13]] && ofBase64[s[i+9]] && ofBase64[s[i+5]]
}

var ofHex = func() (out [256]bool) {
	for b := range out {
		out[b] = isHex(byte(b))
	}
	return out
}()

// figure asks the rules for what begins with a digit at s[i], the first of a
// run, and gives the run's end.
func (c *scan) figure(i int) int {
	s := c.s
	end := i + 1
	for end < len(s) && begins[s[end]] == digit {
		end++
	}
	if end-i <= 4 && end < len(s) && (s[end] == '-' || s[end] == ':') {
		if stamp := stampEnd(s, i, end); stamp > 0 {
			return stamp
		}
	}
	if end-i == 1 && s[i] == '1' && end+8 < len(s) && s[end] == '.' {
		c.scientific(i, end)
	}
	if end-i >= 8 && end-i <= 10 && end+35 < len(s) && s[end] == ':' && s[end+1] == 'A' {
		c.bot(i, end)
	}
	if end-i <= 3 && i > 2 && s[i-1] == '-' && end < len(s) && s[end] == '-' {
		c.dashed(i)
	}
	c.asNumber(i, end)
	if i == 0 || !wordByte(s[i-1]) {
		if end-i <= 4 && end < len(s) && goesOn[s[end]] {
			c.address(i)
		}
		if c.longRun(i) {
			if i+22 <= len(s) && s[i] >= '2' && s[i] <= '7' && ofHex[s[i+11]] && ofHex[s[i+21]] {
				c.hexFrom(i)
			}
			c.base64From(i)
		}
	}
	return end
}
