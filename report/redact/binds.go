package redact

import (
	"slices"
	"strings"
)

// Statements of SQL are logged with places for their values, and the values
// behind them or on the next lines: MyBatis, Hibernate, PostgreSQL, Sequelize,
// TypeORM, SQLAlchemy, Django. What a value is, the column before its place tells.

// maxBinds bounds the places of one statement; afterBinds how many lines the
// values may follow behind.
const (
	maxBinds   = 200
	afterBinds = 12
)

// bindMarks stand before the values of a statement.
var bindMarks = []string{"arameters", "PARAMETERS", "arams", "args", "indings", "binds", "alues:", "alues=", "[generated in", "[cached since", "[no key", "inding parameter", "$1 = "}

// statement keeps in mind what the places in the statement on this line are
// for, and redacts values that stand behind it.
func (c *scan) statement() {
	if c.next[byBind] > 0 || c.depth > 0 && c.f.listed {
		return
	}
	c.next[byBind] = 1
	cols, end := c.f.bindsOf(c.s)
	if cols == nil {
		return
	}
	c.tie() // the next lines want it to be looked at again
	k := &c.f.carry
	k.what, k.binds, k.left = bound, cols, afterBinds
	c.bound(end)
}

// placeAt gives the length of the place for a value at s[i], and its number
// from 1 when it has one: ?, $1, %s, :1, @p0.
func placeAt(s string, i int) (size, number int) {
	if i > 0 && (wordByte(s[i-1]) || s[i-1] == s[i]) {
		return 0, 0
	}
	n := 0
	switch s[i] {
	case '?':
		n = 1
	case '%':
		if strings.HasPrefix(s[i:], "%s") {
			n = 2
		}
	case '$', ':':
		if n = 1 + digitsRun(s[i+1:]); n == 1 || n > 4 {
			return 0, 0
		}
		for _, d := range []byte(s[i+1 : i+n]) {
			number = number*10 + int(d-'0')
		}
	case '@':
		if n = 2; i+2 >= len(s) || s[i+1]|0x20 != 'p' || begins[s[i+2]] != digit {
			return 0, 0
		}
		n += digitsRun(s[i+2:])
	}
	if n == 0 || i+n < len(s) && wordByte(s[i+n]) {
		return 0, 0
	}
	return n, number
}

// bindsOf gives what the values of a statement are, in the order of their
// places, and where its last place ends; nil when none tells of a person.
func (f *File) bindsOf(s string) (cols []class, end int) {
	var heads []string
	values, col, depth, next := false, 0, 0, 0
	found := false
	for i := 0; i < len(s) && len(cols) < maxBinds; i++ {
		switch b := s[i]; {
		case b == '\'':
			i = sqlEnd(s, i+1, b)
		case b == '(':
			if depth++; values && depth == 1 {
				col = 0
			}
		case b == ')':
			depth--
		case b == ',' && depth == 1:
			col++
		case b|0x20 == 'v' && i+6 <= len(s) && strings.EqualFold(s[i:i+6], "values") && i > 0 && !wordByte(s[i-1]):
			head := strings.TrimRight(s[:i], " \t")
			if k := strings.LastIndexByte(head, '('); k >= 0 && strings.HasSuffix(head, ")") {
				heads, values, depth = strings.Split(head[k+1:len(head)-1], ","), true, 0
			}
			i += 5
		case b == '?' || b == '$' || b == '%' || b == ':' || b == '@':
			size, number := placeAt(s, i)
			if size == 0 {
				continue
			}
			key := ""
			if values && depth >= 1 {
				if col < len(heads) {
					key = strings.Trim(heads[col], " \t`\"'[]")
				}
			} else {
				key = columnBefore(s, i)
			}
			at := next
			if number > 0 {
				at = number - 1
			}
			next++
			for len(cols) <= at && len(cols) < maxBinds {
				cols = append(cols, none)
			}
			cl := f.classify(key[strings.LastIndexByte(key, '.')+1:])
			if cl == logText {
				cl = text
			}
			if at < len(cols) && (sensitive(cl) || cl == thing || cl == maybe) {
				cols[at], found = cl, true
			}
			i += size - 1
			end = i + 1
		}
	}
	if !found {
		return nil, 0
	}
	return cols, end
}

// columnBefore gives the column that a place at s[i] is compared with.
func columnBefore(s string, i int) string {
	head := strings.TrimRight(s[:i], " (")
	for _, word := range [...]string{"like", "in", "not", "between", "ilike"} {
		if n := len(head) - len(word); n > 0 && head[n-1] == ' ' && strings.EqualFold(head[n:], word) {
			head = strings.TrimRight(head[:n], " ")
		}
	}
	head = strings.TrimRight(head, " =<>!")
	_, key := keyLeft(head, len(head))
	return key
}

// bound redacts the values behind s[from] by what the statement told of them;
// done is true when there were any.
func (c *scan) bound(from int) (done bool) {
	s, cols := c.s, c.f.carry.binds
	mark, what := -1, ""
	for _, m := range bindMarks {
		if k := strings.Index(s[from:], m); k >= 0 && (mark < 0 || from+k < mark) {
			mark, what = from+k, m
		}
	}
	c.rank = byKey
	of := func(n, from, to int) {
		for from < to && strings.IndexByte(" \t", s[from]) >= 0 {
			from++
		}
		for to > from && strings.IndexByte(" \t", s[to-1]) >= 0 {
			to--
		}
		if q := from + quotePrefix(s[from:to]); q < to && (s[q] == '\'' || s[q] == '"') && s[to-1] == s[q] && to-q > 1 {
			from, to = q+1, to-1
		}
		for from < to && s[from] == '%' { // of LIKE
			from++
		}
		for to > from && s[to-1] == '%' {
			to--
		}
		if n >= 0 && n < len(cols) && cols[n] != none && from < to && !isBenign(s[from:to]) {
			c.judge(cols[n], from, to, true, false, false)
		}
	}
	switch {
	case mark < 0:
		at := from
		for at < len(s) && strings.IndexByte(" ;,-", s[at]) >= 0 {
			at++
		}
		if at == from || at >= len(s) || s[at] != '[' && s[at] != '(' {
			return false
		}
		c.boundList(at, of)
	case what == "inding parameter": // [1] as [VARCHAR] - [x], (1:VARCHAR) <- [x]
		at := mark + len(what)
		for at < len(s) && strings.IndexByte(" [(", s[at]) >= 0 {
			at++
		}
		n := 0
		for _, d := range []byte(s[at : at+min(3, digitsRun(s[at:]))]) {
			n = n*10 + int(d-'0')
		}
		if k := strings.LastIndex(s, "- ["); k > at {
			of(n-1, k+3, len(strings.TrimRight(s, "] \t\r")))
		}
		return false // others follow
	case strings.Contains(s[mark:], "$1 = "):
		for at := mark; at < len(s); {
			k := strings.IndexByte(s[at:], '$')
			if k < 0 {
				break
			}
			at += k + 1
			w := digitsRun(s[at:])
			if w == 0 || w > 3 || !strings.HasPrefix(s[at+w:], " = ") {
				continue
			}
			n := 0
			for _, d := range []byte(s[at : at+w]) {
				n = n*10 + int(d-'0')
			}
			v := at + w + 3
			to := v + byteOrEnd(s[v:], ',')
			if v < len(s) && s[v] == '\'' {
				to = min(len(s), sqlEnd(s, v+1, '\'')+1)
			}
			of(n-1, v, to)
			at = to
		}
	default:
		at := mark + 1 + anyOrEnd(s[mark+1:], ":=[(")
		if what[0] == '[' { // [generated in 0.1s] (…)
			at = mark + byteOrEnd(s[mark:], ']')
		}
		for at < len(s) && strings.IndexByte(":= ]", s[at]) >= 0 {
			at++
		}
		if at >= len(s) {
			return false
		}
		if s[at] == '[' || s[at] == '(' {
			c.boundList(at, of)
		} else {
			c.typedList(at, of)
		}
	}
	return true
}

// boundList reads the values between the brackets that open at s[open].
func (c *scan) boundList(open int, of func(n, from, to int)) {
	s := c.s
	n, depth, from := 0, 0, open+1
	for at := open; at < len(s); at++ {
		switch s[at] {
		case '\'', '"':
			at = sqlEnd(s, at+1, s[at])
		case '[', '(', '{':
			if depth++; depth == 2 && n == 0 && strings.TrimSpace(s[from:at]) == "" { // a row of several
				from = at + 1
			}
		case ']', ')', '}':
			if depth--; depth == 0 || depth == 1 && n > 0 {
				of(n, from, at)
				if n, from = 0, at+1; depth == 0 {
					return
				}
			}
		case ',':
			if depth == 1 && strings.TrimSpace(s[from:at]) == "" { // between two rows
				from = at + 1
				continue
			}
			of(n, from, at)
			n++
			from = at + 1
		}
	}
	of(n, from, len(s))
}

// typedList reads values behind each of which its type stands: x(String), 3(Integer).
func (c *scan) typedList(at int, of func(n, from, to int)) {
	s := c.s
	for n := 0; at < len(s); n++ {
		end := len(s)
		if k := strings.Index(s[at:], "), "); k >= 0 {
			end = at + k + 1
		}
		to := end
		if k := strings.LastIndexByte(s[at:end], '('); k >= 0 {
			to = at + k
		} else if k := strings.Index(s[at:end], ", "); k >= 0 { // null has no type
			to, end = at+k, at+k
		}
		of(n, at, to)
		at = min(len(s), end+2)
	}
}

// boundLine redacts the values on a line behind their statement.
func (f *File) boundLine(body string) (string, bool) {
	k := &f.carry
	if k.left--; k.left <= 0 {
		k.what = nothingCarried
	}
	if !hasAny(body, bindMarks...) {
		return "", false
	}
	c := &scan{f: f, s: body, depth: 1}
	if c.bound(0) {
		k.what = nothingCarried
	}
	if len(c.spans) == 0 {
		return "", false
	}
	return f.line(c.replace()), true
}

// boundNodes redacts the values of a statement that a document keeps beside it:
// {"sql": "… where phone = ?", "bindings": ["138…"]}.
func (f *File) boundNodes(n *node, sql string, at around) {
	cols, _ := f.bindsOf(sql)
	if cols == nil {
		return
	}
	for i, name := range n.names {
		switch f.r.about(name).squeezed {
		case "params", "parameters", "bindings", "binds", "values", "args", "arguments", "parametervalues", "sqlparams", "bindvars":
			f.boundItems(n.items[i], cols, at)
		}
	}
}

func (f *File) boundItems(list *node, cols []class, at around) {
	if list.kind != '[' {
		return
	}
	for i, item := range list.items {
		if i >= len(cols) || cols[i] == none {
			continue
		}
		key := keyOf(cols[i])
		switch item.kind {
		case '"':
			f.str(item, around{key: key, depth: at.depth + 2, layers: at.layers})
		case '0':
			f.number(item, around{key: key, depth: at.depth + 2, layers: at.layers})
		}
	}
}

// keyOf gives a key of a class, for what is classified by keys.
func keyOf(cl class) string {
	for _, key := range [...]string{"secret", "password", "sign", "key", "cookie", "authorization", "text", "reply", "nickname", "user", "name", "phone", "idcard", "cardno", "openid", "qq", "address", "plate", "birthday", "lat", "imei", "ssid", "taxno", "mac"} {
		if classify(key) == cl {
			return key
		}
	}
	return ""
}

// mayBind tells whether a place for a value stands at s[at], or behind a space.
func mayBind(s string, at int) bool {
	if at < len(s) && s[at] == ' ' {
		at++
	}
	if at < len(s) && slices.Contains([]byte("?$%:@"), s[at]) {
		size, _ := placeAt(s, at)
		return size > 0
	}
	return false
}

// namedPlace tells whether a place for a value that is named as its column
// stands at s[at]: token = :token, token = @token.
func namedPlace(s string, at int, key string) bool {
	for at < len(s) && s[at] == ' ' {
		at++
	}
	if at+1 >= len(s) || s[at] != ':' && s[at] != '@' || key == "" {
		return false
	}
	end := runEnd(s, at+1, "_")
	return squeeze(s[at+1:end]) == squeeze(key) && (end == len(s) || strings.IndexByte(" ,);", s[end]) >= 0)
}
