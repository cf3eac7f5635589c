package redact

import (
	"strings"
	"unicode/utf8"
)

// bracketEnd finds the bracket that closes the text which opens at s[i]: one
// with nothing behind it, or the next field.
func bracketEnd(s string, i int) int {
	for at := i + 1; at < len(s); at++ {
		if s[at] != ']' {
			continue
		}
		rest := strings.TrimLeft(s[at+1:], " ,;")
		if rest == "" || strings.IndexByte(")}]", rest[0]) >= 0 || len(rest) < len(s)-at-1 && hanField(rest) {
			return at
		}
	}
	return 0
}

// hanField tells whether a text begins with a short key, also a Chinese one,
// and its sign.
func hanField(s string) bool {
	n := 0
	for at, r := range strings.TrimLeft(s, " ") {
		switch {
		case r == '=' || r == ':' || r == '＝' || r == '：':
			return at > 0
		case r < 0x80 && !wordByte(byte(r)) && strings.IndexByte("_-.", byte(r)) < 0, r >= 0x80 && (r < 0x4E00 || r > 0x9FFF):
			return false
		}
		if n++; n > 16 {
			return false
		}
	}
	return false
}

// hanFieldAhead finds the space before the next field, also under a Chinese
// key; 0 when there is none.
func hanFieldAhead(s string) int {
	for at := 1; at < len(s); at++ {
		if s[at-1] == ' ' && hanField(s[at:]) {
			return at - 1
		}
	}
	return 0
}

// beforeMark gives the word of Chinese that ends before s[i].
func beforeMark(s string, i int) string {
	from := i
	for from > 0 && i-from < 30 {
		r, size := utf8.DecodeLastRuneInString(s[:from])
		if r < 0x4E00 || r > 0x9FFF {
			break
		}
		from -= size
	}
	return s[from:i]
}

// saidIn reads what was said between the quotes that open at s[i] right behind
// a word for it: 消息"…", 留言“…”.
func (c *scan) saidIn(i, size int) {
	s := c.s
	if i < 6 || i < c.next[byKey] || s[i-1] < 0x80 || c.f.Prose {
		return
	}
	word := beforeMark(s, i)
	cl := c.f.classify(word)
	for cut := word; cl == none && len(cut) > 6; {
		cut = cut[3:]
		cl = c.f.classify(cut)
	}
	if cl != text && cl != textOrID && cl != name {
		return
	}
	closing := s[i : i+size]
	switch closing {
	case "“":
		closing = "”"
	case "「":
		closing = "」"
	case "『":
		closing = "』"
	case "【":
		closing = "】"
	}
	n := strings.Index(s[i+size:], closing)
	if n < 6 {
		return
	}
	v := s[i+size : i+size+n]
	if cl == name && !looksName(v) || cl != name && (!hasHan(v) || strings.Contains(v, "撤回") || utf8.RuneCountInString(v) < 4) {
		return
	}
	c.rank = byKey
	if end := c.judge(cl, i+size, i+size+n, true, false, false); end > i {
		c.next[byKey] = end
	}
}

// hanValueWords are Chinese names of what is only the value of something named elsewhere.
var hanValueWords = wordSet("值 取值 内容 输入 输入值 原值 新值 旧值 当前值 填写值 实际值 号码")

// sibling gives the class that the field before the one at s[at] names: { name:
// 'phone', value: '138…' }, label=手机号 value=138….
func (c *scan) sibling(at int) class {
	head := strings.TrimRight(c.s[max(0, at-80):at], " ")
	if strings.HasSuffix(head, "{") { // phone { string_value: "…" }
		head = strings.TrimRight(head, " {")
		if _, key := keyLeft(head, len(head)); key != "" && keyEnds(head, len(head)) {
			if cl := c.f.classify(key); sensitive(cl) {
				return cl
			}
		}
	}
	head = strings.TrimRight(head, " ,;\"'{")
	k := strings.LastIndexAny(head, ":=")
	if k < 1 {
		return none
	}
	switch _, key := keyLeft(head, k); strings.ToLower(key) {
	case "name", "key", "label", "field", "type", "header", "n", "k", "title", "propertypath", "property", "param", "col", "column", "attr", "attribute", "字段", "字段名", "栏位", "列", "列名", "项", "项目", "键", "名称", "参数", "参数名", "类型", "证件类型":
		cl := c.f.classify(strings.Trim(head[k+1:], " \"'\\"))
		if sensitive(cl) || cl == maybe {
			return cl
		}
	}
	return none
}
