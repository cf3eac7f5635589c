package redact

import "strings"

// listItem gives how long the sign is that an item of a list begins with: "- ",
// "* ", "1. ", "2) "; 0 for none.
func listItem(v string) int {
	for _, sign := range [...]string{"- ", "* ", "+ ", "\u2022 ", "\u00b7 "} {
		if strings.HasPrefix(v, sign) {
			return len(sign) + len(v[len(sign):]) - len(strings.TrimLeft(v[len(sign):], " "))
		}
	}
	if n := digitsRun(v); n > 0 && n < 3 && n+2 < len(v) && (v[n] == '.' || v[n] == ')') && v[n+1] == ' ' && v[n+2] != '"' {
		return n + 2
	}
	return 0
}

// itemBelow redacts the item at body[from] of a list that the line above names;
// the next lines go on with it.
func (f *File) itemBelow(body string, from int) string {
	f.carry.what, f.carry.listed = labelled, true
	to := len(strings.TrimRight(body, " \t,"))
	if k := strings.Index(body[from:to], " #"); k > 0 { // a comment of YAML
		to = from + len(strings.TrimRight(body[from:from+k], " "))
	}
	if from < to && (body[from] == '"' || body[from] == '\'') && to-from > 2 && body[to-1] == body[from] {
		from, to = from+1, to-1
	}
	if from >= to || strings.IndexByte("{[&*!|>", body[from]) >= 0 {
		return f.line(body)
	}
	c := &scan{f: f, s: body, rank: byKey}
	c.judge(f.carry.cl, from, to, true, false, false)
	return f.line(c.replace())
}

// codeLike tells of a word as codes to get back in are written: letters and
// digits, in groups or not.
func codeLike(v string) bool {
	v = strings.TrimRight(v, " \t")
	return len(v) >= 6 && len(v) <= 40 && hasDigit(v) && runEnd(v, 0, "- ") == len(v) && strings.Count(v, " ") <= 3
}

// others marks the values behind the first of a list on one line, which ends at
// s[end]: recovery codes: a1b2-c3d4, e5f6-g7h8.
func (c *scan) others(end int) int {
	s := c.s
	for {
		at := end
		if at < len(s) && (s[at] == '"' || s[at] == '\'') {
			at++
		}
		sign := headOf(s[at:], []string{", ", ",", "\u3001", " / ", " | ", " "})
		if sign == 0 {
			return end
		}
		from := at + sign
		for from < len(s) && (s[from] == ' ' || s[from] == '"' || s[from] == '\'') {
			from++
		}
		to := from + anyOrEnd(s[from:], " \t,;\"'[]{}()|/\u3001\u3002\uff0c")
		if v := s[from:to]; len(v) < 4 || !codeLike(v+"00") || !hasDigit(v) || strings.ContainsAny(v, "=:") {
			return end
		}
		c.rank = byKey
		c.secretSpan(from, to, "secret")
		end = to
	}
}
