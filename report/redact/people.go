package redact

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wxid reads an account name of WeChat that begins at s[from].
func (c *scan) wxid(from int) {
	if end := runEnd(c.s, from, "_-"); end-from >= 9 && from >= c.next[byWxid] && (hasDigit(c.s[from:end]) || end-from == 19) {
		c.rank = byWxid
		c.teach(from, end, "wx", c.s[from:end])
		c.next[byWxid] = end
	}
}

// openID reads what WeChat calls a person within one app, from s[i] on.
func (c *scan) openID(i int) {
	s := c.s
	if (i == 0 || s[i-1] != '_' && s[i-1] != '-') && openID(s[i:]) {
		c.rank = byOpenID
		c.teach(i, i+28, "wx", s[i:i+28])
		c.next[byOpenID] = i + 28
	}
}

// provinces are the first letters of number plates.
const provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

// plate reads a number plate whose province stands at s[i].
func (c *scan) plate(i int) {
	if strings.Contains(provinces, c.s[i:i+3]) {
		if end := plateEnd(c.s, i+3); end > 0 {
			c.rank = byPlate
			c.mark(i, end, "plate", c.s[i:end])
		}
	}
}

// openID tells of 28 letters, digits, "_" and "-" that begin with "o", mixed as WeChat mixes them.
func openID(s string) bool {
	lower, upper, digit := 0, 0, 0
	for i := range 28 {
		switch b := s[i]; {
		case b >= 'a' && b <= 'z':
			lower++
		case b >= 'A' && b <= 'Z':
			upper++
		case b >= '0' && b <= '9':
			digit++
		case b != '_' && b != '-':
			return false
		}
	}
	return lower > 2 && upper > 2 && digit > 0 && (len(s) == 28 || !wordByte(s[28]) && s[28] != '_' && s[28] != '-')
}

func plateEnd(s string, i int) int {
	if i >= len(s) || s[i] < 'A' || s[i] > 'Z' {
		return 0
	}
	i++
	if strings.HasPrefix(s[i:], "·") {
		i += 2
	} else if i < len(s) && s[i] == ' ' {
		i++
	}
	n := 0
	for i+n < len(s) && (s[i+n] >= '0' && s[i+n] <= '9' || s[i+n] >= 'A' && s[i+n] <= 'Z') {
		n++
	}
	if n == 4 {
		for _, last := range [...]string{"警", "学", "挂", "港", "澳", "领", "使", "试", "超"} {
			if strings.HasPrefix(s[i+n:], last) && hasDigit(s[i:i+n]) {
				return i + n + 3
			}
		}
	}
	if n == 5 || n == 6 {
		if hasDigit(s[i : i+n]) {
			return i + n
		}
	}
	return 0
}

// encoded looks into words that are percent-encoded: one that holds something
// to hide is replaced by its redacted plain text.
func (c *scan) encoded() {
	s := c.s
	if !strings.Contains(s, "%") {
		return
	}
	for i := 0; i < len(s); {
		if s[i] <= ' ' || strings.IndexByte("\"'<>`", s[i]) >= 0 {
			i++
			continue
		}
		end := i
		for end < len(s) && s[end] > ' ' && strings.IndexByte("\"'<>`", s[end]) < 0 {
			end++
		}
		word := s[i:end]
		if strings.Contains(word, "%") {
			c.percent(i, word)
		}
		i = end
	}
}

// percent looks into the parts of a percent-encoded word.
func (c *scan) percent(at int, word string) {
	from := 0
	for from < len(word) {
		end := from
		for end < len(word) && strings.IndexByte("&?#/,;()[]{}|", word[end]) < 0 {
			end++
		}
		authority := from > 1 && word[from-1] == '/' && word[from-2] == '/' && strings.Contains(word[from:end], "@") // userinfo has looked at it
		if part := word[from:end]; strings.Contains(part, "%") && !authority {
			if plain, err := c.unescaped(part, strings.ContainsAny(word[:end], "?=")); err == nil && plain != part {
				plain = strings.ToValidUTF8(plain, "\uFFFD")
				quiet := c.f.try()
				if out := quiet.lineAt(plain, c.depth+1); out != plain && quiet.Total() > 0 {
					c.spans = append(c.spans, span{start: at + from, end: at + end, repl: strings.ReplaceAll(out, "\n", " "), inner: quiet.hits, rank: byEncoded})
				}
			}
		}
		from = end + 1
	}
}

// unescaped undoes the percent-encoding of a part of an address. A "+" stands for
// a space in a form, and for itself elsewhere: for a space only where that tells something.
func (c *scan) unescaped(part string, form bool) (string, error) {
	if strings.Contains(part, "%u") {
		part = unescapedUnits(part)
	}
	plain, err := url.PathUnescape(part)
	if err == nil && !utf8.ValidString(plain) {
		plain = ofGBK(plain)
	}
	if err != nil || !form || !strings.Contains(part, "+") {
		return plain, err
	}
	spaced, err := url.QueryUnescape(part)
	if quiet := c.f.try(); err == nil && quiet.lineAt(strings.ToValidUTF8(plain, "\uFFFD"), c.depth+1) == plain {
		return spaced, nil
	}
	return plain, err
}

// minBase64 is how long a run of base64 is at least: it tells ten bytes.
const minBase64 = 14

// base64From looks into a run of base64 that begins at s[i]: one that holds
// something to hide goes as a whole. A run that begins a path or an
// underscored word is tried from each of its parts, too.
func (c *scan) base64From(i int) {
	s := c.s
	if i < c.next[byEncoded] || c.depth >= maxDepth || i > 0 && wordByte(s[i-1]) {
		return
	}
	if i >= c.runEnd {
		end := i
		for end < len(s) && ofBase64[s[end]] {
			end++
		}
		c.runEnd = end
	}
	if c.runEnd-i < minBase64 || !texts(s[i:]) {
		return
	}
	run := s[i:c.runEnd]
	if c.wrapped64(i) {
		return
	}
	for {
		if plain, ok := fromBase64(run); ok {
			c.decodes()
			quiet := c.f.try()
			quiet.Prose, quiet.ruins = false, false
			if quiet.within(quiet.pem(plain), c.depth+1) != plain && quiet.Total() > 0 || words(plain) {
				to := i + len(run)
				for to < len(s) && s[to] == '=' {
					to++
				}
				c.rank = byEncoded
				c.mark(i, to, "base64", run)
				c.next[byEncoded] = to
				return
			}
		}
		cut := strings.LastIndexAny(run, "/_-") // a path, a word behind it
		if cut < minBase64 {
			return
		}
		run = run[:cut]
	}
}

func fromBase64(run string) (string, bool) {
	if len(run) > 1<<20 {
		return "", false
	}
	enc := base64.RawStdEncoding
	if strings.ContainsAny(run, "-_") {
		enc = base64.RawURLEncoding
	}
	data, err := enc.DecodeString(run)
	if err != nil || len(data) < 8 || !utf8.Valid(data) {
		return "", false
	}
	for _, r := range string(data) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return "", false
		}
	}
	return string(data), true
}

var sixBits = func() (out [256]byte) {
	for i := range out {
		out[i] = 0xff
	}
	for i, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		out[b] = byte(i)
	}
	out['-'], out['_'] = 62, 63
	return out
}()

// texts tells whether the first bytes of a run of base64 can be those of a
// text in UTF-8. It is asked first, as most long words are none. No text
// begins with what "+", "/", "-" and "_" stand for.
func texts(run string) bool {
	more := 0 // bytes to follow of a letter
	for k := 0; k < 12; k += 4 {
		n := uint(sixBits[run[k]])<<18 | uint(sixBits[run[k+1]])<<12 | uint(sixBits[run[k+2]])<<6 | uint(sixBits[run[k+3]])
		for shift := 16; shift >= 0; shift -= 8 {
			b := byte(n >> shift)
			switch {
			case more > 0:
				if b&0xC0 != 0x80 {
					return false
				}
				more--
			case b < 0x20 && b != '\n' && b != '\r' && b != '\t' || b == 0x7f || b >= 0x80 && b < 0xC2 || b > 0xF4:
				return false
			case b >= 0xF0:
				more = 3
			case b >= 0xE0:
				more = 2
			case b >= 0xC0:
				more = 1
			}
		}
	}
	return true
}
