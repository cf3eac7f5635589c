package redact

import "strings"

// cell reads the value in the cell behind one that holds only a key, the two
// parted by the "|" or the tab at s[i]: | 手机号 | 138… |.
func (c *scan) cell(i int, sep byte) {
	s := c.s
	if i < 2 || i < c.next[byKey] {
		return
	}
	if sep == '|' && i >= 3 && s[i-1] <= 'Z' && s[i-2] <= 'Z' && s[i-3] <= 'Z' && c.segment7(i) {
		return
	}
	if sep == '|' && (i+1 >= len(s) || s[i-1] != ' ' || s[i+1] != ' ') { // of an expression or a command
		return
	}
	from := strings.LastIndexByte(s[:i], sep) + 1
	if i-from > 80 {
		return
	}
	label := strings.Trim(s[from:i], " *`\"'\t:\uff1a")
	if len(label) < 2 || strings.ContainsAny(label, "=<>{}()@/,\u3002\uff0c") || strings.Count(label, " ") > 2 {
		return
	}
	cl := c.f.classify(label)
	if !sensitive(cl) && cl != thing && cl != maybe {
		return
	}
	at := i + 1
	for at < len(s) && strings.IndexByte(" *`\"'\t", s[at]) >= 0 && (s[at] != sep || sep == '\t') {
		at++
	}
	to := at + byteOrEnd(s[at:], sep)
	to = at + len(strings.TrimRight(s[at:to], " *`\"'\t\r"))
	if to <= at || at >= len(s) || s[at] == '\\' || c.f.classify(s[at:to]) != none && !hasDigit(s[at:to]) { // the heads of columns
		return
	}
	if (cl == secret || cl == weak) && plainWord(s[at:to]) {
		return
	}
	if sep == '|' && at == i+1 && s[i-1] != ' ' && (c.f.Prose || !hasDigit(s[at:to]) && !hasHan(s[at:to])) { // one word or another: visitor|customer
		return
	}
	c.rank = byKey
	if end := c.judge(cl, at, to, true, false, false); end > i {
		c.next[byKey] = end
	}
}

// bracket reads a value in the bracket that opens at s[i] behind its key, or
// behind the bracket of the key that closes there: 手机号（138…）, [手机号] 138….
// Programs call functions and name their parts so, too: the value must look it.
func (c *scan) bracket(i, size int) {
	s := c.s
	if i < 4 || i < c.next[byKey] || !endsName(s, i) || !keyEnds(s, i) {
		return
	}
	start, key := keyLeft(s, i)
	cl := c.f.classify(key)
	closing := s[i] == ']' || size == 3 && s[i+2] == 0xBD
	if closing && (start == 0 || s[start-1] != '[' && !strings.HasSuffix(s[:start], "\uff3b") && s[start-1] < 0x80) {
		if k := strings.LastIndexByte(s[start:i], '['); k < 0 || s[start+k+1:i] != key {
			return
		}
	}
	if cl == none || cl == version || cl == errText || cl == logText || cl == cookie || cl == auth {
		return
	}
	at := i + size
	for at < len(s) && (s[at] == ' ' || s[at] == ':' || s[at] == '=') && at-i < 8 {
		at++
	}
	if closing && at == i+size && at < len(s) && !wordByte(s[at]) && s[at] < 0x80 && s[at] != '[' {
		return
	}
	if closing && at > i+size && strings.ContainsAny(s[i+size:at], ":=") {
		return // key reads it
	}
	to := 0
	switch {
	case closing && at < len(s) && s[at] == '[':
		at++
		to = at + byteOrEnd(s[at:], ']')
	case closing && cl == text && hasHan(key):
		to = at + fieldAhead(s[at:])
	case closing:
		to = bareEnd(s, at, cl, false)
	case size == 3:
		to = at + max(0, strings.Index(s[at:], "\uff09"))
	default:
		to = at + byteOrEnd(s[at:], ')')
	}
	if to <= at || to > len(s) {
		return
	}
	v := strings.Trim(s[at:to], "\"'` ")
	at += strings.Index(s[at:to], v)
	to = at + len(v)
	switch cl {
	case secret, pass, weak, maybe:
		if !looksSecret(v) && !(hasHan(key) && hasDigit(v) && hasWordByte(v) && len(v) >= 4) && !(cl == pass && hasDigit(v) && len(v) >= 8 && !strings.ContainsAny(v, " ,()")) {
			if !(cl == secret && digitsRun(v) == len(v) && len(v) >= 4 && len(v) <= 8) {
				return
			}
		}
	case name, thing, login:
		if !looksName(v) {
			return
		}
	case text, textOrID:
		if hanField(v) { // the arguments of a call, by their names
			return
		}
		if !hasHan(key) && !hasHan(v) || len(v) < 9 || c.f.classify(v) != none {
			return
		}
	case wx:
		if !hasDigit(v) || strings.ContainsAny(v, " ,()") {
			return
		}
	}
	c.rank = byKey
	if end := c.judge(cl, at, to, true, false, false); end > i {
		c.next[byKey] = end
	}
}

// beforeQuote reads a quoted value that begins at s[i] behind its key and a
// space: HSET u:1 phone "138…", --es token "x", invalid phone '138…'.
func (c *scan) beforeQuote(i int) {
	s := c.s
	at := i - 1
	if s[at-1] == '.' { // (key . "value") of Lisp
		at -= 2
	}
	if i < c.next[byKey] || !keyEnds(s, at) {
		return
	}
	start, key := keyLeft(s, at)
	cl := c.f.classify(key)
	to := quoteEnd(s, i+1, s[i], 0)
	if to >= len(s) || to == i+1 {
		return
	}
	v := s[i+1 : to]
	switch cl {
	case text, textOrID:
		if !strings.HasPrefix(s[:start], "HSET ") && !strings.Contains(s[:start], "--") && !strings.Contains(s[:start], " HSET ") && !strings.HasPrefix(key, "--") {
			return
		}
	case name, login, thing:
		if plainWord(v) || !looksName(v) && cl != name {
			return
		}
	case none, version, errText, logText, cookie, auth:
		return
	case secret, pass, weak:
		if strings.ContainsAny(v, " ,") || plainWord(v) {
			return
		}
	}
	if c.f.classify(v) != none && !hasDigit(v) {
		return
	}
	c.rank = byKey
	if end := c.judge(cl, i+1, to, true, false, false); end > i {
		c.next[byKey] = end
	}
}

// segment reads a secret that is a part of a path behind the part that names
// it, which ends before the "/" at s[i]: /token/ab12….
func (c *scan) segment(i int) {
	s := c.s
	if i < c.next[byKey] || !endsName(s, i) || !keyEnds(s, i) {
		return
	}
	start, key := keyLeft(s, i)
	if cl := c.f.classify(key); start == 0 || s[start-1] != '/' || cl != secret && cl != weak {
		return
	}
	to := runEnd(s, i+1, "_-.=")
	if v := s[i+1 : to]; looksSecret(v) && digitsIn(v) >= 3 && strings.IndexByte(v, '.') < 0 {
		c.rank = byKey
		c.secretSpan(i+1, to, "secret")
		c.next[byKey] = to
	}
}

// endsName tells whether a letter, or a letter and a digit, stands before s[i].
func endsName(s string, i int) bool {
	if begins[s[i-1]] == digit {
		i--
	}
	return begins[s[i-1]|0x20] == letter || s[i-1] >= 0x80
}
