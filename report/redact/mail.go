package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mail reads an e-mail address whose "@", "＠" or "%40" stands at s[i].
func (c *scan) mail(i int) {
	s := c.s
	if i < c.next[byMail] {
		return
	}
	size := 0
	if strings.HasPrefix(s[i:], "@//") {
		c.logon(i)
		return
	}
	switch {
	case s[i] == '@':
		size = 1
	case strings.HasPrefix(s[i:], "＠"), strings.HasPrefix(s[i:], "﹫"), strings.HasPrefix(s[i:], "%40"):
		size = 3
	case strings.HasPrefix(s[i:], "[at]"), strings.HasPrefix(s[i:], "(at)"):
		size = 4
	case strings.HasPrefix(s[i:], "%2540"):
		size = 5
	default:
		return
	}
	at := i
	if size == 4 { // zhang (at) example.com
		for at > 0 && i-at < 2 && s[at-1] == ' ' {
			at--
		}
		for size < 6 && i+size < len(s) && s[i+size] == ' ' {
			size++
		}
	}
	from, to := localPart(s, at), domainEnd(s, i+size)
	if from < at && to > 0 && s[from:at] == "git" { // nobody's: git@github.com:a/b.git
		c.next[byMail] = to
		return
	}
	if from < at && to > 0 {
		c.rank = byMail
		c.teach(from, to, "email", strings.ToLower(s[from:at]+"@"+s[i+size:to]))
		c.next[byMail] = to
	}
}

// localPart gives where the part before the "@" begins.
func localPart(s string, at int) int {
	i := at
	for i > 0 && (wordByte(s[i-1]) || strings.IndexByte("._%+-'!#$*/?^`{|}~", s[i-1]) >= 0 && at-i < 64) {
		if strings.IndexByte("'!#$*/?^`{|}~", s[i-1]) >= 0 {
			break // allowed by the standard, but used around addresses far more than in them
		}
		if escapedEnd(s, i) {
			break
		}
		i--
	}
	if i < at && strings.Trim(s[i:at], "._%+-") == "" {
		return at
	}
	if i > 0 && (i == at || s[i] == '.') {
		if r, _ := utf8.DecodeLastRuneInString(s[:i]); r < 0x80 || !unicode.IsLetter(r) {
			return i
		}
		for i > 0 {
			r, size := utf8.DecodeLastRuneInString(s[:i])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' {
				break
			}
			i -= size
		}
	}
	return i
}

// fileEnds are ends of file names that look like a domain's: fn@main.js.
var fileEnds = wordSet("js mjs cjs css html htm map vue tsx jsx png jpg gif svg webp tgz woff json log txt exe dll service socket target timer mount slice scope swap")

// domainEnd gives where the domain that begins at s[from] ends, 0 for none.
func domainEnd(s string, from int) int {
	i, last, dots := from, from, 0
	ascii := true
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < 0x80 && (wordByte(s[i]) || r == '-') {
			i++
			continue
		}
		if r == '.' || r == '．' || r == '。' && i+size < len(s) && !ascii {
			if i == last {
				break
			}
			next := i + size
			if next >= len(s) {
				break
			}
			n, _ := utf8.DecodeRuneInString(s[next:])
			if !(n < 0x80 && (wordByte(s[next]) || n == '-')) && !unicode.IsLetter(n) {
				break
			}
			dots++
			last, i = next, next
			continue
		}
		if r >= 0x80 && unicode.IsLetter(r) && (i == last || !ascii) {
			ascii = false
			i += size
			continue
		}
		break
	}
	for ; dots > 0; dots-- {
		tld := s[last:i]
		if tld == "" || tld[0] >= 0x80 {
			if tld != "" {
				return i
			}
		} else {
			n := 0
			for n < len(tld) && (tld[n] >= 'a' && tld[n] <= 'z' || tld[n] >= 'A' && tld[n] <= 'Z') {
				n++
			}
			if strings.HasPrefix(asciiLower(tld), "xn--") {
				n = len(tld)
			}
			if n >= 2 && !fileEnds()[asciiLower(tld[:n])] {
				return last + n
			}
		}
		// What ends like no domain may still begin like one: a.com.0
		_, dot := utf8.DecodeLastRuneInString(s[:last])
		i = last - dot
		last = from + strings.LastIndexByte(s[from:max(i, from)], '.') + 1
	}
	return 0
}
