package redact

import (
	"encoding/base64"
	"strings"
)

// maxBlock bounds the lines of a block that a word before it names.
const maxBlock = 40

// blockHead keeps in mind what a block is of that opens at the end of a line:
// variable "db_password" { … default = "x" … }.
func (f *File) blockHead(body string) {
	head := strings.TrimRight(body, " {=:")
	if head == "" || head[len(head)-1] != '"' || len(body) > 200 {
		return
	}
	name := head[strings.LastIndexByte(head[:len(head)-1], '"')+1 : len(head)-1]
	if strings.TrimLeft(head, " ") == `"`+name+`"` { // of a document, whose keys are read as such
		return
	}
	if cl := f.classify(name); sensitive(cl) && !isText(cl) && cl != cookie && cl != auth {
		f.carry.what, f.carry.cl, f.carry.left = blockOf, cl, maxBlock
	}
}

// inBlock redacts the value on a line within such a block.
func (f *File) inBlock(body string) string {
	key, v, ok := strings.Cut(body, "=")
	switch strings.TrimSpace(key) {
	case "default", "value", "content", "secret_string", "plaintext_value":
	default:
		return f.line(body)
	}
	t := strings.TrimSpace(v)
	if !ok || len(t) < 2 || t[0] != '"' {
		return f.line(body)
	}
	from := len(key) + 1 + strings.IndexByte(v, '"') + 1
	c := &scan{f: f, s: body, rank: byKey}
	c.judge(f.carry.cl, from, quoteEnd(body, from, '"', 0), true, false, false)
	return f.line(c.replace())
}

// twoWords gives the class of a key of two words with a space between them, the
// second of which begins at s[start]: phone number, API Key.
func (c *scan) twoWords(start int, key string) class {
	s := c.s
	from := start - 1
	for from > 0 && begins[s[from-1]|0x20] == letter {
		from--
	}
	if n := start - 1 - from; n < 2 || n > 14 || from > 0 && (s[from-1] == '_' || s[from-1] == '-') {
		return none
	}
	switch cl := c.f.classify(s[from:start-1] + key); cl {
	case phone, idCard, card, secret, name, pass, wx, taxNo, deviceID, birth, geo:
		return cl
	}
	return none
}

// externalID reads what WeCom calls a customer, from s[i] on: 32 letters, digits,
// "_" and "-" that begin with wm or wo.
func (c *scan) externalID(i int) {
	s := c.s
	lower, upper, digits := 0, 0, 0
	for k := i; k < i+32; k++ {
		switch b := s[k]; {
		case b >= 'a' && b <= 'z':
			lower++
		case b >= 'A' && b <= 'Z':
			upper++
		case begins[b] == digit:
			digits++
		case b != '_' && b != '-':
			return
		}
	}
	if upper < 4 || lower < 4 || digits < 1 || i+32 < len(s) && (wordByte(s[i+32]) || s[i+32] == '_' || s[i+32] == '-') {
		return
	}
	c.rank = byOpenID
	c.teach(i, i+32, "wx", s[i:i+32])
}

// talkers redacts the accounts of those who talked with one another.
func (f *File) talkers(list, from *node) {
	for _, n := range append([]*node{from}, list.items...) {
		if n != nil && n.kind == '"' && n.text != "" {
			c := &scan{f: f, s: n.text, rank: byKey}
			c.nameSpan(0, len(n.text), n.text, true)
			n.text = c.replace()
		}
	}
}

// secretData redacts the values of a Secret of Kubernetes.
func (f *File) secretData(data *node) {
	if data == nil || data.kind != '{' {
		return
	}
	for _, v := range data.items {
		if v.kind == '"' && len(v.text) >= 4 {
			c := &scan{f: f, s: v.text, rank: byKey}
			c.secretSpan(0, len(v.text), "secret")
			v.text = c.replace()
		}
	}
}

// ofSecret tells whether a value in the data of a Secret is base64 of a text or of a key.
func ofSecret(v string) bool {
	if len(v) < 4 || len(v)%4 > 0 || runEnd(v, 0, "+/=") < len(v) {
		return false
	}
	if _, text := fromBase64(strings.TrimRight(v, "=")); text {
		return true
	}
	data, err := base64.StdEncoding.DecodeString(v)
	return err == nil && (len(data) < 8 && strings.HasSuffix(v, "=") || looksSecret(v))
}

// firstArgument marks the word behind s[at], quoted or not, as a secret.
func (c *scan) firstArgument(at int) {
	s := c.s
	for at < len(s) && s[at] == ' ' {
		at++
	}
	if at >= len(s) || s[at] == '$' || s[at] == '<' || s[at] == '-' || s[at] == '*' {
		return
	}
	to := at + anyOrEnd(s[at:], " \t\r\n\"'")
	if q := s[at]; q == '"' || q == '\'' {
		at++
		to = at + byteOrEnd(s[at:], q)
	}
	if at < to {
		c.rank = byKey
		c.secretSpan(at, to, "secret")
		c.next[byKey] = to
	}
}

// codeBefore marks the number before the bracket at s[i] in which it is said to
// be a code: 482913（登录验证码）.
func (c *scan) codeBefore(i int) {
	s := c.s
	from := i
	for from > 0 && begins[s[from-1]] == digit {
		from--
	}
	n := strings.Index(s[i:min(len(s), i+48)], "）")
	if n < 0 || i-from < 4 || i-from > 8 || !hasAny(s[i:i+n], "验证码", "校验码", "动态码", "动态密码") {
		return
	}
	c.rank = byKey
	c.mark(from, i, "secret", s[from:i])
	c.next[byKey], c.next[byNumber] = max(c.next[byKey], i), max(c.next[byNumber], i)
}

// codeIn marks the number that a text message tells behind the word for it, which
// ends at s[end]: verification code is 482913.
func (c *scan) codeIn(end int) {
	s := c.s
	at := end
	for at < len(s) && at-end < 12 && begins[s[at]] != digit {
		at++
	}
	if at == len(s) || strings.ContainsAny(s[end:at], "({=") {
		return
	}
	if n := digitsRun(s[at:]); n >= 4 && n <= 8 && (at+n == len(s) || !wordByte(s[at+n])) {
		c.rank = byKey
		c.mark(at, at+n, "secret", s[at:at+n])
		c.next[byKey] = at + n
	}
}
