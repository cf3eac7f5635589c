package redact

import "strings"

// cookieMarks stand behind the value of a cookie that a program prints as an object.
var cookieMarks = []string{"omain", "maxAge", "max_age", "MaxAge", "httpOnly", "HttpOnly", "sameSite", "SameSite", "expir", "Expires", "Path", "path="}

// ofCookie tells whether the key at s[start] is the value of a cookie that a
// program prints: Cookie{name='x', value='…'}, [name: x][value: …][domain: …].
func (c *scan) ofCookie(start, sign int) bool {
	s := c.s
	before := s[max(0, start-120):start]
	k := strings.LastIndex(before, "ame")
	if k < 1 || before[k-1]|0x20 != 'n' || k+3 >= len(before) || before[k+3] != '=' && before[k+3] != ':' && before[k+3] != '"' && before[k+3] != '\'' {
		return false
	}
	return strings.Contains(before, "ookie") || hasAny(s[sign:min(len(s), sign+300)], cookieMarks...)
}

// cookieValue marks the value of such a cookie behind the sign at s[at].
func (c *scan) cookieValue(at int) int {
	s := c.s
	for at < len(s) && strings.IndexByte(" :=>", s[at]) >= 0 {
		at++
	}
	if at >= len(s) {
		return 0
	}
	to := 0
	if q := s[at]; q == '"' || q == '\'' {
		at++
		to = quoteEnd(s, at, q, 0)
	} else {
		to = at + anyOrEnd(s[at:], " ,;]})\t")
	}
	if to <= at {
		return 0
	}
	c.rank = byKey
	c.cookie(at, to)
	return to
}

// cookieNamed reads a cookie behind the word that ends at s[end] and a space:
// <Cookie sid=… for .meiqia.com/>, Added cookie sid="…" for domain meiqia.com.
func (c *scan) cookieNamed(end int) bool {
	s := c.s
	if end+4 >= len(s) || s[end] != ' ' {
		return false
	}
	if s[end+1] == ' ' { // a header in columns
		from := end + len(s[end:]) - len(strings.TrimLeft(s[end:], " "))
		to := len(strings.TrimRight(s, " \r"))
		if !strings.Contains(s[from:to], "=") || strings.ContainsAny(s[from:from+byteOrEnd(s[from:], '=')], " ,") {
			return false
		}
		c.rank = byKey
		c.cookies(from, to)
		c.next[byKey] = to
		return true
	}
	from := end + 1
	nm := runEnd(s, from, "_-.")
	if nm == from || nm >= len(s) || s[nm] != '=' {
		return false
	}
	rest := s[nm:min(len(s), nm+5000)]
	if !strings.Contains(rest, " for ") && !strings.Contains(rest, ">") && !strings.Contains(rest, "; ") {
		return false
	}
	at := nm + 1
	to := at + anyOrEnd(s[at:], " ;,>\t\r\"'")
	if q := s[min(at, len(s)-1)]; q == '"' || q == '\'' {
		at++
		to = quoteEnd(s, at, q, 0)
	}
	if to-at < 6 {
		return false
	}
	c.rank = byKey
	c.cookie(at, to)
	c.next[byKey] = to
	return true
}

// cookieList redacts the cookies between quotes in the list that opens at s[i]:
// 'set-cookie': [ 'sid=…; Path=/', 'x=…' ].
func (c *scan) cookieList(i int) int {
	s := c.s
	end := i + byteOrEnd(s[i:], ']')
	for at := i + 1; at < end; {
		if s[at] != '"' && s[at] != '\'' {
			at++
			continue
		}
		to := quoteEnd(s, at+1, s[at], 0)
		c.cookies(at+1, to)
		at = to + 1
		end = max(end, to)
	}
	return end
}

// inCookie redacts the value on a line of a cookie that is printed member by
// member, as consoles do: value: 'x',
func (f *File) inCookie(body string) string {
	from := len(body) - len(strings.TrimLeft(body, " \t'\""))
	if !strings.HasPrefix(body[from:], "value") {
		return f.line(body)
	}
	at := from + len("value")
	for at < len(body) && strings.IndexByte("'\" ", body[at]) >= 0 {
		at++
	}
	if at >= len(body) || body[at] != ':' && body[at] != '=' {
		return f.line(body)
	}
	c := &scan{f: f, s: body}
	c.cookieValue(at)
	return f.line(c.replace())
}
