package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// under redacts a text that is the whole value under a key of that class.
func (f *File) under(cl class, v string) string {
	v = plainly(unescape(v))
	if cl == textOrID && digitsRun(v) == len(v) {
		return f.line(v)
	}
	if isText(cl) || cl == logText {
		if end, done := pseudonymAt(v, 0); done && end == len(v) {
			return v
		}
		return f.length(v)
	}
	c := &scan{f: f, s: v, rank: byKey}
	from := 0
	if k := strings.IndexAny(v, "=:"); k > 0 && strings.Trim(v[k:], "=") != "" && cl != cookie && cl != auth { // a block of pairs
		if from = k + 1; f.classify(strings.TrimSpace(v[:k])) != none {
			return f.line(v)
		}
		for from < len(v) && v[from] == ' ' {
			from++
		}
		if !looksSecret(v[from:]) {
			return f.line(v)
		}
	}
	c.judge(cl, from, len(v), true, false, false)
	return f.line(c.replace())
}

// sensitive tells whether a value under a key of that class is always taken.
func sensitive(cl class) bool {
	return cl != none && cl != version && cl != errText && cl != logText && cl != thing && cl != maybe && cl != ipNo
}

// mayHaveHan tells most lines without Chinese letters by their bytes.
func mayHaveHan(s string) bool {
	for i := range len(s) {
		if s[i] >= 0xE2 { // the head of U+2000 and all above
			return true
		}
	}
	return false
}

// chatHead tells whether a line says who said something and when, as exported
// chats have it: 张三 10:21:03, 客服小美(8842) 2026-11-20 10:21.
func chatHead(s string) bool {
	if !mayHaveHan(s) {
		return false
	}
	who, when := "", ""
	for _, cut := range []string{" 20", " 1", " 0", " 2", "\t"} {
		if a, b, ok := strings.Cut(s, cut); ok && (when == "" || len(a) < len(who)) {
			who, when = a, strings.TrimLeft(cut, " ")+b
		}
	}
	if who == "" || !hasHan(who) || utf8.RuneCountInString(who) > 20 || strings.ContainsAny(who, "[]{}=,，。;；!！?？") {
		return false
	}
	colons := 0
	for _, r := range strings.TrimSpace(when) {
		switch {
		case r == ':':
			colons++
		case unicode.IsDigit(r) || strings.ContainsRune(" -/.年月日()", r):
		default:
			return false
		}
	}
	for part := range strings.FieldsSeq(when) { // 通道 07  10:00:01
		if len(part) < 4 && digitsRun(part) == len(part) {
			return false
		}
	}
	return colons == 1 || colons == 2
}

// carryKnown is carryOn for a line of whose shape it may be known that it tells
// nothing of the next. The name and the time above a message of a chat are told
// by their digits, too, and such a line is looked at each time.
func (f *File) carryKnown(body string, quiet *bool) {
	k := &f.carry
	last := byte(0)
	if body != "" {
		last = body[len(body)-1]
	}
	shaped := quiet != nil && k.begun && k.what == nothingCarried && k.cols == nil && strings.IndexByte("|>-+\r6", last) < 0 && !(len(body) < 80 && (last == ')' || begins[last] == digit))
	if shaped && *quiet {
		k.prev = body
		return
	}
	f.carryOn(body)
	if shaped {
		*quiet = k.what == nothingCarried && k.cols == nil
	}
}
