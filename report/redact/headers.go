package redact

import (
	"mime"
	"strings"
	"unicode/utf8"
)

var mimeWords = mime.WordDecoder{CharsetReader: charsetReader}

// mimeWord reads a word of a mail's header that is encoded (RFC 2047) and whose
// "=?" stands at s[i]: one that spells Chinese is somebody's name or a subject.
func (c *scan) mimeWord(i int) {
	s := c.s
	at, marks := i+2, 0
	for at < len(s) && at-i < 400 && marks < 3 && s[at] != ' ' {
		if s[at] == '?' {
			marks++
		}
		at++
	}
	if marks < 3 || at >= len(s) || s[at] != '=' {
		return
	}
	plain, err := mimeWords.Decode(s[i : at+1])
	if err != nil || plain == "" {
		return
	}
	kind := ""
	switch {
	case hasHan(plain):
		kind = "name"
		if head := s[:i]; strings.Contains(head, "ubject") {
			kind = "text"
		}
	default:
		if quiet := c.f.try(); quiet.lineAt(plain, c.depth+1) != plain && quiet.Total() > 0 {
			kind = "text"
		}
	}
	if kind != "" && !strings.Contains(plain, "撤回") {
		c.rank = byEncoded
		c.mark(i, at+1, kind, plain)
		c.next[byKey] = at + 1
	}
}

// displayName reads the name before an address in angle brackets, which open at
// s[i]: "张三" <zhang@example.com>, 张三 <sip:…>.
func (c *scan) displayName(i int) {
	s := c.s
	to := i - 1
	from := 0
	switch {
	case s[to-1] == '"':
		to--
		from = strings.LastIndexByte(s[:to], '"') + 1
	case s[to-1] >= 0x80:
		from = strings.LastIndexAny(s[:to], " \t:,;\"'") + 1
	default:
		return
	}
	if from >= to || to-from > 60 {
		return
	}
	v := s[from:to]
	end := strings.IndexByte(s[i:min(len(s), i+120)], '>')
	if end < 0 || !hasHan(v) || strings.ContainsAny(v, "#<>：，。") {
		return
	}
	if !strings.Contains(s[i:i+end], "@") && !strings.HasPrefix(s[i:], "<sip:") && !strings.HasPrefix(s[i:], "<tel:") && !strings.HasPrefix(s[i:], "<email#") && !strings.HasPrefix(s[i:], "<<email#") {
		return
	}
	c.rank = byKey
	c.nameSpan(from, to, v, utf8.RuneCountInString(v) > 1)
}

// cardField reads a field of an address card (RFC 6350) whose name and its ";"
// stand at s[i:end]: TEL;TYPE=CELL:…, ADR;TYPE=HOME:;;….
func (c *scan) cardField(w string, i, end int) {
	s := c.s
	if i > 0 && s[i-1] != ' ' && s[i-1] != '.' && s[i-1] != 'n' && s[i-1] != '"' {
		return
	}
	at := end + byteOrEnd(s[end:], ':') + 1
	to := at + anyOrEnd(s[min(at, len(s)):], "\r\n\\\"")
	if at >= to || at-end > 80 || strings.ContainsAny(s[end:at-1], " \t") {
		return
	}
	c.rank = byKey
	if v := s[at:to]; w == "ADR;" {
		c.teach(at, to, "place", v)
	} else if digitsIn(v) >= 5 {
		c.judge(phone, at, to, true, false, false)
	}
	c.next[byKey] = to
}

// cardName gives the class of N:张;三;;; of an address card.
func (c *scan) cardName(start, i int, key string) class {
	if key == "N" && (start == 0 || c.s[start-1] == ' ') && strings.Count(c.s[i:], ";") >= 2 {
		return name
	}
	return none
}

// logonOf reads user/password before the "@" at s[i] behind a command that
// opens a database of Oracle: sqlplus app/x@orcl.
func (c *scan) logonOf(i int) bool {
	s := c.s
	k := strings.LastIndexAny(s[:i], " \t\"'=/")
	if k < 1 || s[k] != '/' || s[k-1] == '/' || k+1 == i || i+1 >= len(s) || !wordByte(s[i+1]) {
		return false
	}
	if !hasAny(s[max(0, k-120):k], "sqlplus", "SQLPLUS", "CONNECT ", "connect ", "conn ", "CONN ", "impdp", "expdp", "sqlldr", "userid=", "exp ", "imp ") {
		return false
	}
	c.logon(i)
	return true
}

// keyColumns redacts the values that PostgreSQL names behind their columns:
// Key (ent_id, phone)=(9, 138…). The "=" stands at s[i].
func (c *scan) keyColumns(i int) {
	s := c.s
	open := strings.LastIndexByte(s[:i], '(')
	if open < 0 {
		return
	}
	end := i + 2 + byteOrEnd(s[i+2:], ')')
	from := i + 2
	c.rank = byKey
	for col := range strings.SplitSeq(s[open+1:i-1], ",") {
		to := from + anyOrEnd(s[from:end], ",")
		cl := c.f.classify(strings.Trim(col, " \"()"))
		for from < to && s[from] == ' ' {
			from++
		}
		if (sensitive(cl) || cl == thing) && from < to {
			c.judge(cl, from, to, true, false, false)
		}
		if from = to + 1; from >= end {
			break
		}
	}
	c.next[byKey] = end
}

// logIn reads the secret behind a command of a protocol that stands at s[i:end]:
// PASS x of FTP and POP3, a1 LOGIN user x of IMAP.
func (c *scan) logIn(w string, i, end int) {
	s := c.s
	fields := strings.Fields(s[end:])
	before := strings.TrimRight(s[:i], " ")
	if end >= len(s) || s[end] != ' ' || len(fields) == 0 {
		return
	}
	last := fields[len(fields)-1]
	switch w {
	case "PASS":
		sent := strings.HasSuffix(before, ">") || strings.HasSuffix(before, "C:") || strings.HasSuffix(before, "]") && strings.Contains(c.f.carry.prev, "USER ") || before == "" && strings.Contains(c.f.carry.prev, "USER ")
		if c.tie(); !sent || len(fields) != 1 || strings.HasPrefix(last, "(") || strings.Trim(last, "*") == "" {
			return
		}
	case "LOGIN":
		k := strings.LastIndexByte(before, ' ')
		tag := before[k+1:]
		if len(fields) != 2 || len(tag) < 2 || len(tag) > 8 || !hasDigit(tag) || runEnd(tag, 0, ".") < len(tag) || strings.HasPrefix(fields[0], "FAIL") {
			return
		}
		if u := strings.Trim(fields[0], "\""); !common()[strings.ToLower(u)] {
			at := end + strings.Index(s[end:], u)
			c.rank = byKey
			c.teach(at, at+len(u), "user", u)
		}
	}
	at := end + strings.LastIndex(s[end:], last)
	from, to := at, at+len(last)
	for from < to && s[from] == '"' {
		from++
	}
	for to > from && (s[to-1] == '"' || s[to-1] == '\'') {
		to--
	}
	c.rank = byKey
	if from < to {
		c.secretSpan(from, to, "secret")
		c.next[byKey] = to
	}
}

// speakerLatin is speaker for transcripts in English.
func (c *scan) speakerLatin(i, end int) {
	s := c.s
	for k := i; k > 0; k-- {
		if b := s[k-1]; b >= 0x80 || wordByte(b) && begins[b] != digit && b != 'T' && b != 'Z' || b == '=' || b == '"' || b == '/' || i-k > 50 {
			return
		}
	}
	if c.f.Prose || end+8 > len(s) || wordByte(s[end]) || s[end] == '_' || s[end] == '-' || s[end] == '.' {
		return
	}
	from := saidFrom(s, end)
	if from == 0 {
		return
	}
	v := strings.TrimRight(s[from:], " \r")
	if hasHan(v) {
		c.said(from)
		return
	}
	if strings.Count(v, " ") < 3 || len(v) < minWords || hasAny(strings.ToLower(v), "recall", "error", "fail", "connect", "timeout", "timed out", "session", "status", "=", "{", "#") {
		return
	}
	c.rank = byKey
	c.judge(text, from, from+len(v), true, false, false)
	c.next[byKey] = from + len(v)
}

// within redacts the text of the elements that open at s[at] by the class of
// the one around them: <Attribute Name="mobile"><AttributeValue>138….
func (c *scan) within(cl class, at int) {
	s := c.s
	for range 3 {
		if at+2 >= len(s) || s[at] != '<' || s[at+1] == '/' {
			break
		}
		at += byteOrEnd(s[at:], '>') + 1
	}
	if at >= len(s) || s[at] == '<' {
		return
	}
	if to := at + byteOrEnd(s[at:], '<'); to > at && to < len(s) {
		c.rank = byKey
		c.judge(cl, at, to, true, false, false)
	}
}

// ofMessage redacts the words in the <body> of a chat message (RFC 6121), whose
// tag opens at s[i] and whose content begins at s[from].
func (c *scan) ofMessage(i, from int) bool {
	s := c.s
	to := from + byteOrEnd(s[from:], '<')
	if c.f.Prose || to >= len(s) || !strings.HasPrefix(s[to:], "</body>") || strings.TrimSpace(s[from:to]) == "" {
		return false
	}
	if !strings.Contains(s[:i], "<message") && (!hasHan(s[from:to]) || strings.Contains(s[:i], "<h")) {
		return false
	}
	c.rank = byKey
	return c.judge(text, from, to, true, false, false) > 0
}
