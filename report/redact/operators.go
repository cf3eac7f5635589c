package redact

import "strings"

// operators stand between a column and its value in SQL, and between a name and
// its value in what reg query prints.
var operators = []string{"LIKE", "like", "IN", "in", "REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ", "EQ", "eq", "equals", "REGEXP", "RLIKE", "ILIKE"}

// storeWords are the commands of Redis that write a value under a key.
var storeWords = []string{"SET", "SETEX", "PSETEX", "SETNX", "GETSET", "HSET", "HMSET", "HSETNX", "MSET", "AUTH", "APPEND", "LPUSH", "RPUSH", "SADD", "ZADD", "PUBLISH", "PFADD", "GETDEL", "XADD", "SISMEMBER"}

// stored reads the value that a command of Redis writes, its key naming the
// class in one of its parts: "SET" "sess:token:88" "x".
func (c *scan) stored(i int) {
	s := c.s
	end := i + len(storeBy.whole(s, i))
	if end == i {
		return
	}
	var args [][2]int
	for at := end; at < len(s) && len(args) < 12; {
		for at < len(s) && strings.IndexByte(" \"'", s[at]) >= 0 {
			at++
		}
		from := at
		if from > 0 && from < len(s) && (s[from-1] == '"' || s[from-1] == '\'') {
			at = quoteEnd(s, from, s[from-1], 0)
		} else {
			at = from + anyOrEnd(s[from:], " \t\r\n")
		}
		if at > from {
			args = append(args, [2]int{from, at})
		}
		at++
	}
	if len(args) < 2 && s[i:end] != "AUTH" || len(args) == 0 {
		return
	}
	c.rank = byKey
	if s[i:end] == "AUTH" {
		if method := s[args[0][0]:args[0][1]]; len(args) == 2 && (method == "PLAIN" || method == "LOGIN" || method == "XOAUTH2" || method == "OAUTHBEARER") { // SMTP
			c.secretSpan(args[1][0], args[1][1], "secret")
			return
		}
		if last := args[len(args)-1]; len(args) <= 2 && s[last[0]-1] == '"' && s[end] == '"' { // MONITOR
			c.judge(pass, last[0], last[1], true, false, false)
		} else if len(args) <= 2 && !strings.ContainsAny(s[last[0]:last[1]], ":=()") && hasDigit(s[last[0]:last[1]]) {
			c.judge(pass, last[0], last[1], true, false, false)
		}
		return
	}
	if strings.ContainsAny(s[args[0][0]:args[0][1]], "=()`,") { // SQL
		return
	}
	of, before, code := none, "", false // code: a short number is one, too
	for part := range strings.FieldsFuncSeq(s[args[0][0]:args[0][1]], func(r rune) bool { return r == ':' || r == '/' || r == '.' }) {
		cl := c.f.classify(part)
		if cl == maybe || cl == none { // sms:code
			if two := c.f.classify(before + part); two == secret || two == phone {
				cl, code = two, two == secret
			}
		}
		if of == none && (sensitive(cl) || cl == maybe) || of == maybe && sensitive(cl) || cl == secret && before != "" {
			of = cl
		}
		before = part
	}
	for k := 1; k < len(args); k++ {
		v := s[args[k][0]:args[k][1]]
		cl := of
		if k > 1 {
			if own := c.f.classify(s[args[k-1][0]:args[k-1][1]]); sensitive(own) {
				cl = own
			} else if s[i] == 'Z' {
				cl = of
			} else if s[i] == 'H' || k > 2 || !strings.HasSuffix(s[i:end], "SETEX") {
				cl = none
			}
		} else if s[i] == 'H' {
			cl = none
		}
		if cl == none || digitsRun(v) == len(v) && (cl == secret || cl == weak || cl == maybe) && len(v) < 8 && !(code && len(v) >= 4) || isText(cl) && !hasHan(v) {
			continue
		}
		if sensitive(c.f.classify(v)) && !hasDigit(v) {
			continue
		}
		if end := c.judge(cl, args[k][0], args[k][1], true, false, false); end > i {
			c.next[byKey] = max(c.next[byKey], end)
		}
	}
}

// operator reads the values behind an operator that begins at s[i], when the
// word before it is a key: phone LIKE '%138…%', token IN ('a', 'b').
func (c *scan) operator(i int) {
	s := c.s
	if i < 3 || s[i-1] != ' ' || i < c.next[byKey] {
		return
	}
	end := i + len(operatorsBy.whole(s, i))
	if end == i {
		return
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
	if mayBind(s, at) {
		c.statement()
		return
	}
	switch {
	case registry && at > end:
	case registry:
		return
	case s[at] == '(' && len(word) == 2:
		at++
	case s[at] != '\'' && s[at] != '"':
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
