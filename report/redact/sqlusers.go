package redact

import "strings"

// Passwords in statements about users, as MySQL, PostgreSQL, Oracle, SQL Server,
// ClickHouse and Redis have them.

// identified reads the passwords behind IDENTIFIED, which ends at s[end], of
// several users: IDENTIFIED BY 'x', IDENTIFIED WITH y BY 'x' REPLACE 'z',
// IDENTIFIED BY PASSWORD '*AB…', IDENTIFIED BY VALUES 'S:…', IDENTIFIED BY x.
func (c *scan) identified(end int) {
	s := c.s
	upper := strings.ToUpper(s[end:])
	for at := 0; at < len(upper); {
		k, size := -1, 0
		for _, w := range [...]string{" BY ", " AS ", " REPLACE ", " RETAIN "} {
			if n := strings.Index(upper[at:], w); n >= 0 && (k < 0 || n < k) {
				k, size = n, len(w)
			}
		}
		if k < 0 {
			return
		}
		at += k + size - 1
		for _, w := range [...]string{" PASSWORD ", " VALUES ", " RANDOM "} {
			if strings.HasPrefix(upper[at:], w) {
				at += len(w) - 1
			}
		}
		c.sqlWord(end + at + 1)
	}
}

// sqlWord marks the literal or the bare word that begins at s[at] as a password.
func (c *scan) sqlWord(at int) {
	s := c.s
	for at < len(s) && s[at] == ' ' {
		at++
	}
	if at >= len(s) {
		return
	}
	from, to := at, 0
	if q := s[at]; q == '\'' || q == '"' {
		from++
		to = sqlEnd(s, from, q)
	} else if to = at + anyOrEnd(s[at:], " \t\r\n;,)'\""); !wordByte(s[at]) || strings.EqualFold(s[at:to], "random") {
		return
	}
	if _, own := pseudonymAt(s, from); own || from >= to || s[from] == '<' {
		return
	}
	c.rank = byKey
	c.secretSpan(from, to, "secret")
	c.next[byKey] = max(c.next[byKey], to)
}

// sqlPassword reads the literal behind the word PASSWORD of a statement, which
// ends at s[end]: SET PASSWORD FOR x = 'y', WITH ENCRYPTED PASSWORD 'y',
// PASSWORD('y'), OPTIONS (USER 'x', PASSWORD 'y'). It gives false elsewhere.
func (c *scan) sqlPassword(end int) bool {
	s := c.s
	at := end
	for at < len(s) && s[at] == ' ' {
		at++
	}
	if at >= len(s) {
		return false
	}
	switch {
	case s[at] == '\'' && at > end:
		c.sqlWord(at)
	case s[at] == '(' && at+1 < len(s) && (s[at+1] == '\'' || s[at+1] == '"'):
		c.sqlWord(at + 1)
	case len(s) > at+4 && strings.EqualFold(s[at:at+4], "for "):
		k := strings.LastIndex(s[at:], "= ")
		if k < 0 {
			if k = strings.LastIndex(s[at:], " TO "); k < 0 {
				return true
			}
			k += 2
		}
		if at += k + 2; at < len(s) && (s[at] == '\'' || s[at] == '"') {
			c.sqlWord(at)
		}
	default:
		return false
	}
	return true
}

// procedure reads the passwords among the arguments of a procedure of SQL Server,
// whose name ends at s[end]: sp_addlogin 'user', 'x'; sp_password 'old', 'new', 'user'.
func (c *scan) procedure(w string, end int) {
	s := c.s
	n := 0
	for at := end; at < len(s) && n < 3 && s[at] != ';'; {
		if s[at] != '\'' {
			at++
			continue
		}
		to := sqlEnd(s, at+1, '\'')
		if of := w == "sp_password"; of && n < 2 || !of && n == 1 {
			c.sqlWord(at)
		}
		n++
		at = to + 1
	}
}

// setUser reads the passwords of ACL SETUSER of Redis, which ends at s[end]:
// ACL SETUSER alice on >x ~* &* +@all.
func (c *scan) setUser(end int) {
	s := c.s
	for at := end; at < len(s); at++ {
		if strings.IndexByte("><#!", s[at]) < 0 || s[at-1] != ' ' && s[at-1] != '"' && s[at-1] != '\'' {
			continue
		}
		if _, own := pseudonymAt(s, at); own {
			return
		}
		from := at + 1
		to := from + anyOrEnd(s[from:], " \t\r\n\"'")
		if to-from >= 3 {
			c.rank = byKey
			c.secretSpan(from, to, "secret")
			c.next[byKey] = max(c.next[byKey], to)
		}
		at = to
	}
}
