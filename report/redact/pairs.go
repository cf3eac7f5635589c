package redact

import (
	"slices"
	"strings"
)

// pair reads a value that stands behind its quoted key with something else
// than "=" or ":" between them, the key's quote closing at s[i]:
// setItem("token", "x"), HSET u "phone" "x", s:5:"phone";s:11:"x", and
// what a header's name and its value are in a server's settings.
func (c *scan) pair(i int) {
	s := c.s
	if i < 2 || i+3 >= len(s) || s[i-1]|0x20 == ' ' || i < c.next[byKey] || !keyEnds(s, i) {
		return
	}
	quote := s[i]
	at, gap := i+1, 0
	for at < len(s) && s[at] == ' ' && gap < 3 {
		at++
		gap++
	}
	if at+1 >= len(s) {
		return
	}
	switch {
	case s[at] == ',':
		for at++; at < len(s) && s[at] == ' '; at++ {
		}
	case s[at] == ';' && gap == 0:
		if at = serialized(s, at+1); at == 0 {
			return
		}
	case s[at] == '>': // Erlang: <<"token">>,<<"x">> and <<"token">> => <<"x">>
		rest := strings.TrimLeft(strings.TrimPrefix(s[at:], ">>"), " ,=>")
		if at = len(s) - len(rest) + 2; !strings.HasPrefix(rest, "<<\"") || len(rest) < 5 {
			return
		}
	case gap > 0 && s[at] == quote:
	default:
		if at = said(s, at, quote); at == 0 {
			return
		}
	}
	start, key := keyLeft(s, i)
	if start == 0 || s[start-1] != quote { // mq:token
		k := strings.LastIndexByte(s[:i], quote)
		if k < 0 || i-k > 60 || strings.ContainsAny(s[k:i], "/ ,;{}<>()") {
			return
		}
	}
	cl := c.f.classify(key)
	if cl == none && start > 0 && hasAny(s[max(0, start-24):start], "etItem(", "ookies.set(", "etCookie(", "et_cookie(", "etString(") { // what is stored for later
		cl = maybe
	}
	if !sensitive(cl) && cl != thing && cl != maybe || at >= len(s) {
		return
	}
	slashes := 0
	for at < len(s) && s[at] == '\\' {
		at++
		slashes++
	}
	from, to := at, at
	switch {
	case at < len(s) && (s[at] == '"' || s[at] == '\'' || s[at] == '`'):
		from = at + 1
		to = quoteEnd(s, from, s[at], slashes)
	case begins[s[at]] == digit:
		to = at + digitsRun(s[at:])
	default:
		return
	}
	if q := s[at]; to+4 < len(s) && from > at && slices.Contains(valueWords, s[from:to]) { // "name":"phone","value":"138…"
		rest := strings.TrimLeft(s[to:], `\`)
		if rest != "" && rest[0] == q {
			rest = strings.TrimLeft(rest[1:], " ")
			if strings.HasPrefix(rest, ":") {
				rest = strings.TrimLeft(rest[1:], ` \`)
				if rest == "" || rest[0] != q {
					return
				}
				from = len(s) - len(rest) + 1
				to = quoteEnd(s, from, q, slashes)
			}
		}
	}
	if from >= to || c.f.classify(s[from:to]) != none && !hasDigit(s[from:to]) && len(s[from:to]) < 32 { // the names of columns
		return
	}
	c.rank = byKey
	if end := c.judge(cl, from, to, true, false, false); end > i {
		c.next[byKey] = end
	}
}

// said finds the quote of a value that a sentence names behind its key, the
// sentence going on at s[at]: 'phone' has invalid value '138…', key: "phone"
// value { string_value: "138…" }. It is 0 when there is none.
func said(s string, at int, quote byte) int {
	n := strings.IndexByte(s[at:min(len(s), at+48)], quote)
	if n < 4 {
		return 0
	}
	words := s[at : at+n]
	if strings.ContainsAny(words, ";=") || !hasAny(words, "value", "got ", "received", "invalid", "was ", "is not", "string_value", "but ") {
		return 0
	}
	return at + n
}

// serialized gives where the value begins that PHP wrote behind a key: s:9:"x" or i:9.
func serialized(s string, at int) int {
	if at+3 >= len(s) || s[at+1] != ':' {
		return 0
	}
	switch s[at] {
	case 'i', 'd':
		return at + 2
	case 's', 'S':
		n := digitsRun(s[at+2:])
		if at += 2 + n; n > 0 && at+1 < len(s) && s[at] == ':' {
			return at + 1
		}
	}
	return 0
}

// values redacts the rows of an INSERT by the names of its columns, from the
// word VALUES at s[i]. Without columns, what a table of cookies holds is taken
// when it looks like a secret.
func (c *scan) values(i int) {
	s := c.s
	if i+8 > len(s) || !strings.EqualFold(s[i:i+6], "values") || i < c.next[byKey] {
		return
	}
	if strings.ContainsAny(s[i+6:], "?$%:@") {
		c.statement()
	}
	head := strings.TrimRight(s[:i], " \t")
	var cols []class
	cookies := false
	if strings.HasSuffix(head, ")") {
		k := strings.LastIndexByte(head, '(')
		if k < 0 {
			return
		}
		found := false
		for col := range strings.SplitSeq(head[k+1:len(head)-1], ",") {
			cl := c.f.classify(strings.Trim(col, " \t`\"'[]"))
			if cl == logText {
				cl = text
			}
			if !sensitive(cl) && cl != thing {
				cl = none
			}
			found = found || cl != none
			cols = append(cols, cl)
		}
		cookies = strings.Contains(strings.ToLower(head[max(0, k-60):k]), "cookie")
		if !found && !cookies {
			return
		}
	} else if cols = c.f.columnsOf(head); cols == nil {
		c.tie() // the table may be told later
		if cookies = strings.Contains(strings.ToLower(head[max(0, len(head)-60):]), "cookie"); !cookies {
			return
		}
	}
	c.rank = byKey
	col := -1
	for at := i + 6; at < len(s); {
		switch b := s[at]; {
		case b == '(':
			if col < 0 {
				col = 0
			}
			at++
		case b == ')':
			col = -1
			at++
		case b == ',' && col >= 0:
			col++
			at++
		case b == ' ' || b == '\t' || b == ',' || col < 0:
			if b == ';' {
				return
			}
			at++
		default:
			from, to, next := at, 0, 0
			if q := strings.IndexByte(s[at:min(len(s), at+10)], '\''); b == '\'' || b == '"' || q > 0 && wordEnd(s, at) == at+q { // N'…', _utf8'…'
				quote := b
				if b != '\'' && b != '"' {
					from, quote = at+q, '\''
				}
				from++
				to = sqlEnd(s, from, quote)
				next = min(to+1, len(s))
			} else {
				to = at + max(1, anyOrEnd(s[at:], ",) \t"))
				next = to
			}
			if to > from {
				cl := none
				if col < len(cols) {
					cl = cols[col]
				}
				if cl == none && cookies && looksSecret(s[from:to]) && digitsIn(s[from:to]) < len(s[from:to]) {
					cl = secret
				}
				if size, _ := placeAt(s, from); size == to-from {
					cl = none
				}
				if cl != none && !strings.EqualFold(s[from:to], "null") {
					c.judge(cl, from, to, true, false, false)
				}
			}
			at = next
		}
	}
}

func wordEnd(s string, at int) int {
	for at < len(s) && (wordByte(s[at]) || s[at] == '_') {
		at++
	}
	return at
}

// sqlEnd finds the quote that closes a text of SQL, in which a doubled or
// escaped one stands for itself.
func sqlEnd(s string, from int, quote byte) int {
	for j := from; j < len(s); j++ {
		switch {
		case s[j] == '\\':
			j++
		case s[j] == quote && j+1 < len(s) && s[j+1] == quote:
			j++
		case s[j] == quote:
			return j
		}
	}
	return len(s)
}

// option reads the value of a long option, --token x, from its dashes at s[i];
// and mysql's -pPASSWORD.
func (c *scan) option(i int) {
	s := c.s
	if i < c.next[byKey] || i+4 >= len(s) {
		return
	}
	if s[i+1] == 'a' || s[i+1] == 'w' || s[i+1] == 'P' || s[i+1] == 'k' {
		before := s[max(0, i-200):i]
		if s[i+2] != ' ' || !hasAny(before, map[byte][]string{'a': {"redis-cli"}, 'k': {"openssl "}, 'w': {"ldapsearch", "ldapmodify", "ldapadd", "ldapwhoami"}, 'P': {"sqlcmd", "bcp", "isql", "zip ", "unzip "}}[s[i+1]]...) {
			return
		}
		from := i + 3
		to := from + anyOrEnd(s[from:], " \t\r\n")
		if q := s[from]; q == '"' || q == '\'' {
			from++
			to = from + byteOrEnd(s[from:], q)
		}
		c.rank = byKey
		if from < to {
			c.secretSpan(from, to, "secret")
			c.next[byKey] = to
		}
		return
	}
	if s[i+1] == 'p' {
		before := s[max(0, i-200):i]
		if !hasAny(before, "mysql", "mariadb", "mongo", "sshpass", "7z", "rar", "docker login", "sqlcmd") {
			return
		}
		from := i + 2
		if s[from] == ' ' {
			if !hasAny(before, "sshpass", "mongo", "docker login") {
				return
			}
			from++
		}
		to := from + anyOrEnd(s[from:], " \t\r\n")
		if s[from] == '"' || s[from] == '\'' {
			from++
			to = from + byteOrEnd(s[from:], s[from-1])
		}
		if to-from >= 4 && digitsRun(s[from:to]) < to-from {
			c.rank = byKey
			c.secretSpan(from, to, "secret")
			c.next[byKey] = to
		}
		return
	}
	end := i + 2
	for end < len(s) && (wordByte(s[end]) || s[end] == '-' || s[end] == '_') {
		end++
	}
	if end == i+2 || end+2 >= len(s) || s[end] != ' ' || s[end+1] == '-' {
		return
	}
	cl := c.f.classify(s[i+2 : end])
	if !sensitive(cl) || cl == text || cl == textOrID {
		return
	}
	c.rank = byKey
	if e := c.value(cl, i+2, end+1, false); e > i {
		c.next[byKey] = e
	}
}

// spacedWords are settings whose value stands behind a space.
var spacedWords = []string{"password", "passwd", "requirepass", "masterauth", "Cookie", "cookie", "Authorization", "IMEI", "imei", "MEID", "IMSI", "VX", "vx", "Vx", "WX", "CREATE TABLE", "create table", "IDENTIFIED", "identified", "PASSWORD", "sp_addlogin", "sp_password", "SETUSER", "setuser", "WIFI:", "FOID", "CLIENT_", "SERVER_", "EXPORTER_", "EARLY_", "PASS", "LOGIN", "TEL;", "ADR;", "ConvertTo-SecureString", "configure set", "literal=", "net use", "verification code", "Verification code", "Visitor", "Customer", "Guest", "ENV", "ARG", "setx", "SetEnv", "setenv", "max-age", "Max-Age", "SameSite", "HttpOnly", "changed from", "updated from", "modified from"}
