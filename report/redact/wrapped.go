package redact

import (
	"strings"
	"unicode/utf8"
)

// wrapped gives how much stands before a quote at the head of a value that a
// program prints inside of its type: Optional("x"), []string{"x"}, Some('x').
func wrapped(s string) int {
	if len(s) > 6 && s[0] == '{' { // { $eq: "x" }
		n := 1
		for n < len(s) && n < 24 && (wordByte(s[n]) || strings.IndexByte(" $:[\"", s[n]) >= 0) {
			n++
			if s[n-1] == '"' && n > 4 && strings.ContainsAny(s[:n-1], "$") && strings.Contains(s[:n-1], ":") {
				return n - 1
			}
		}
	}
	n := 0
	for n < len(s) && n < 40 && (wordByte(s[n]) || strings.IndexByte("_.[]*& :", s[n]) >= 0) {
		n++
	}
	if n < 2 || n+1 >= len(s) || s[n] != '(' && s[n] != '{' || s[n+1] != '"' && s[n+1] != '\'' {
		return 0
	}
	if last := s[n-1]; !wordByte(last) && last != '}' && last != ']' {
		return 0
	}
	return n + 1
}

// isSo reads a value behind 是 or 为, which stand in every sentence: a name that
// looks like one, and a message whose key says that it was sent.
func (c *scan) isSo(cl class, key string, at int) {
	s := c.s
	for at < len(s) && s[at] == ' ' {
		at++
	}
	if at >= len(s) {
		return
	}
	for _, pair := range quotesOfChinese {
		if strings.HasPrefix(s[at:], pair[0]) {
			from := at + len(pair[0])
			if n := strings.Index(s[from:], pair[1]); n > 0 {
				c.rank = byKey
				c.next[byKey] = max(c.next[byKey], c.judge(cl, from, from+n, true, true, false))
			}
			return
		}
	}
	if cl == name {
		end := bareEnd(s, at, name, false)
		for n := 4; n >= 2; n-- {
			if to := runes(s[at:end], n); to > 0 && looksName(s[at:at+to]) && (at+to == end || n == 3 || n == 2) {
				c.rank = byKey
				c.nameSpan(at, at+to, s[at:at+to], true)
				c.next[byKey] = at + to
				return
			}
		}
		return
	}
	if key = squeeze(key); !strings.HasSuffix(key, "内容") && !strings.HasSuffix(key, "正文") && !strings.HasSuffix(key, "留言") {
		return
	}
	v := s[at:]
	for _, head := range [...]string{"空", "null", "敏感", "图片", "文件", "语音", "视频", "系统", "纯", "无", "富文本", "文本"} {
		if strings.HasPrefix(v, head) {
			return
		}
	}
	if utf8.RuneCountInString(v) >= 4 && hasHan(v) {
		c.rank = byKey
		c.next[byKey] = max(c.next[byKey], c.judge(text, at, at+fieldAhead(v), false, true, false))
	}
}

// quotesOfChinese stand around a value in Chinese text.
var quotesOfChinese = [...][2]string{{"“", "”"}, {"‘", "’"}, {"「", "」"}, {"『", "』"}, {"【", "】"}, {"《", "》"}, {"（", "）"}}

// runes gives how many bytes the first n letters take, 0 when there are fewer.
func runes(s string, n int) int {
	at := 0
	for range n {
		if at >= len(s) {
			return 0
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}

// inStruct tells whether the key at s[at] is that of a member that Go printed
// with %+v: {ID:88 Content:… Code:403}.
func (c *scan) inStruct(at int) bool {
	open := strings.LastIndexByte(c.s[:at], '{')
	if open < 0 {
		if open = strings.LastIndex(c.s[:at], "map["); open < 0 {
			return false
		}
		open += 3
	}
	rest := c.s[open+1 : at]
	return at > 0 && (c.s[at-1] == ' ' || at-1 == open) && strings.IndexByte(rest, '}') < 0 && strings.IndexByte(rest, '"') < 0
}

// memberEnd gives where a member's value ends: before the next " Name:", or the
// brace that closes them all.
func memberEnd(s string) int {
	for j := 1; j < len(s); j++ {
		if s[j] != ':' {
			continue
		}
		k := j
		for k > 0 && (wordByte(s[k-1]) || s[k-1] == '_') {
			k--
		}
		if k > 0 && k < j && s[k-1] == ' ' && j+1 < len(s) && s[j+1] != ' ' {
			return k - 1
		}
	}
	if k := strings.LastIndexAny(s, "}]"); k > 0 {
		return len(strings.TrimRight(s[:k], "}]"))
	}
	return len(s)
}
