package redact

import "strings"

// judge decides on the value s[from:to] of a class and marks it.
func (c *scan) judge(cl class, from, to int, quoted, prose, spaced bool) int {
	if from >= to || from >= len(c.s) {
		return 0
	}
	if cl == cookie || cl == auth {
	} else if end, ok := pseudonymAt(c.s, from+preamble(c.s[from:])); ok {
		if end >= to || !wordByte(c.s[end]) && c.s[end] < 0x80 || cl == text || cl == pass {
			return to
		}
		from = end
	}
	v := c.s[from:to]
	if v[0] == '\\' && strings.Trim(v, `\nrt `) == "" {
		return 0
	}
	for cl != pass && (strings.HasPrefix(v, `\n`) || strings.HasPrefix(v, `\r`)) {
		if from, v = from+2, v[2:]; from >= to {
			return 0
		}
	}
	if cl == textOrID {
		if digitsRun(v) == len(v) {
			return 0
		}
		cl = text
	}
	loose := prose && spaced && !quoted // "key: word" may be a sentence
	switch cl {
	case pass:
		if len(v) == 0 || strings.Trim(v, "|>-+") == "" && to == len(c.s) || loose && isBenign(strings.TrimRight(v, ")]")) {
			return 0
		}
		c.secretSpan(from, to, "secret")
	case secret:
		if k := strings.IndexByte(v, '/'); k > 0 && len(knownBy[v[0]]) > 0 && isKnown(v[:k]) { // AKIA…/20261120/us-east-1/s3/aws4_request
			to, v = from+k, v[:k]
		}
		if isBenign(v) || len(v) == 1 && begins[v[0]] == digit || v[0] == '{' || v[0] == '[' || loose && !hasDigit(v) && len(v) < 16 || sentenceOf(v) || !quoted && c.object(to) && !hasDigit(v) {
			return 0
		}
		c.secretSpan(from, to, "secret")
	case weak:
		if isBenign(v) || v[0] == '{' || len(v) < 4 || sentenceOf(v) || loose && (!looksSecret(v) || digitsIn(v) < 3) || c.schemeOnly(v) || ticketNo(v) || aPath(v) || stamped(v) {
			return 0
		}
		c.secretSpan(from, to, "secret")
	case maybe:
		if !looksSecret(v) || aPath(v) || named(v) || aMoment(v) {
			return 0
		}
		c.secretSpan(from, to, "secret")
	case cookie:
		if v[0] == '{' || v[0] == '[' {
			return 0
		}
		c.cookies(from, to)
	case auth:
		c.authorization(from, to)
	case text:
		if c.f.Prose || v[0] == '{' || v[0] == '[' && (jsonAhead(v) || len(v) > 1 && strings.IndexByte("\\&{[", v[1]) >= 0) || strings.HasPrefix(v, "<text#") || strings.HasPrefix(v, "HTTP/") || loose && isBenign(v) {
			return 0
		}
		c.spans = append(c.spans, span{start: from, end: to, repl: lengthOf(v), rule: "text", rank: byKey})
		if quoted || !loose {
			c.f.r.learnText(v)
		}
	case name:
		if !quoted && !strings.Contains(v, " ") {
			to = capitalised(c.s, from, to)
			v = c.s[from:to]
		}
		if common()[strings.ToLower(v)] || isBenign(v) || len(v) < 2 || v[0] == '{' || v[0] == '[' {
			return 0
		}
		c.nameSpan(from, to, v, !loose || !plainWord(v))
	case login:
		if loose && !looksName(v) || digitsIn(v) == len(v) || common()[strings.ToLower(v)] || isBenign(v) || len(v) < 2 || v[0] == '{' || v[0] == '[' {
			return 0
		}
		c.nameSpan(from, to, v, hasHan(v) || !plainWord(v))
	case thing:
		if !looksName(v) {
			return 0
		}
		c.nameSpan(from, to, v, true)
	case phone, idCard, card, qq:
		if cl == idCard && v[0] >= 0xE4 && hasHan(v) && len(v) <= 40 && digitsIn(v) >= 5 { // 军字第2001988号
			c.mark(from, to, "id", v)
			return to
		}
		end := numberEnd(c.s, from, to)
		if digitsIn(c.s[from:end]) < 5 {
			if v = v[:anyOrEnd(v, " \t")]; !holdsNumber(v) {
				return 0
			}
			c.mark(from, from+len(v), kindOf(cl), v)
			return from + len(v)
		}
		c.mark(from, end, kindOf(cl), normalNumber(cl, c.s[from:end]))
		if v := c.s[from:end]; cl == qq && len(v) >= 7 && digitsRun(v) == len(v) || cl == idCard && permit(v) {
			c.spans[len(c.spans)-1].teach = v
		}
		return end
	case wx:
		if len(v) < 5 || common()[strings.ToLower(v)] || isBenign(v) || strings.Contains(v, "://") || loose && !hasDigit(v) {
			return 0
		}
		c.teach(from, to, "wx", v)
	case place:
		if c.f.Prose || !street(v) && (!hasHan(v) || len(v) < 12) {
			return 0
		}
		c.teach(from, to, "place", v)
	default:
		return c.particular(cl, from, to)
	}
	return to
}

// quoteEnd finds the quote that closes a value, at the same depth of escaping.
func quoteEnd(s string, from int, quote byte, slashes int) int {
	for j := from; j < len(s); j++ {
		if s[j] != quote {
			continue
		}
		n := 0
		for j-n-1 >= from && s[j-n-1] == '\\' {
			n++
		}
		if n <= slashes {
			return j - n
		}
	}
	return len(s)
}

// changedTo gives where the new value of a key begins, whose old one ends before
// s[end]: "x" -> "y", "x" => "y"; 0 when there is none.
func changedTo(s string, end int) int {
	if end <= 0 || end+5 >= len(s) {
		return 0
	}
	at := end
	if s[at] == '"' || s[at] == '\'' {
		at++
	}
	for _, arrow := range [...]string{" -> ", " => ", " → "} {
		if strings.HasPrefix(s[at:], arrow) {
			if at += len(arrow); at < len(s) && (s[at] == '"' || s[at] == '\'') {
				return at
			}
		}
	}
	return 0
}
