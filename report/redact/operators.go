package redact

import "strings"

// operators stand between a column and its value in SQL, and between a name and
// its value in what reg query prints.
var operators = []string{"LIKE", "like", "IN", "in", "REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ", "EQ", "eq", "equals", "REGEXP", "RLIKE", "ILIKE"}

// operator reads the values behind an operator that begins at s[i], when the
// word before it is a key: phone LIKE '%138…%', token IN ('a', 'b').
func (c *scan) operator(i int) {
	s := c.s
	if i < 3 || s[i-1] != ' ' || i < c.next[byKey] {
		return
	}
	end := i + 1
	for end < len(s) && (wordByte(s[end]) || s[end] == '_') {
		end++
	}
	at := end
	for at < len(s) && s[at] == ' ' && at-end < 8 {
		at++
	}
	if at == len(s) {
		return
	}
	word := s[i:end]
	registry := strings.HasPrefix(word, "REG_")
	switch {
	case registry && at > end:
	case registry:
		return
	case s[at] == '(' && len(word) == 2:
		at++
	case s[at] != '\'' && s[at] != '"':
		return
	}
	known := false
	for _, w := range operators {
		known = known || w == word
	}
	if !known {
		return
	}
	_, key := keyLeft(s, i-1)
	cl := c.f.classify(key)
	if cl == logText {
		cl = text
	}
	if !sensitive(cl) && cl != thing && cl != maybe {
		return
	}
	c.rank = byKey
	if registry {
		if to := len(strings.TrimRight(s, " \t\r\n")); to > at {
			c.judge(cl, at, to, true, false, false)
			c.next[byKey] = to
		}
		return
	}
	for at < len(s) && (s[at] == '\'' || s[at] == '"') {
		from := at + 1
		to := sqlEnd(s, from, s[at])
		at = min(to+1, len(s))
		for from < to && s[from] == '%' {
			from++
		}
		for to > from && s[to-1] == '%' {
			to--
		}
		c.judge(cl, from, to, true, false, false)
		for at < len(s) && (s[at] == ',' || s[at] == ' ') {
			at++
		}
	}
	c.next[byKey] = at
}
