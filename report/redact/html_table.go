package redact

import "strings"

// markup is what the lines so far tell of the table of HTML that is open.
type markup struct {
	heads []class // of its columns
	found bool    // one of them matters
	col   int     // of the next cell
	open  bool    // a row of heads is being read
}

// table follows the cell or row of a table of HTML whose tag begins at s[i]:
// heads are kept, and a cell under a head that matters is redacted. It tells
// whether the cell was.
func (c *scan) table(i int, head bool) bool {
	m := &c.f.carry.markup
	s := c.s
	if i < c.next[byTable] {
		return false
	}
	c.next[byTable] = i + 1
	c.tie()
	if s[i+2]|0x20 == 'r' {
		m.col, m.open = 0, false
		return false
	}
	from := i + byteOrEnd(s[i:], '>') + 1
	if from >= len(s) {
		m.col++
		return false
	}
	to := from + byteOrEnd(s[from:], '<')
	for to == from && strings.HasPrefix(s[from:], "<") && !strings.HasPrefix(s[from:], "</") { // <td><span>
		k := strings.IndexByte(s[from:], '>')
		if k < 0 || from+k+1 >= len(s) {
			break
		}
		from += k + 1
		to = from + byteOrEnd(s[from:], '<')
	}
	v := strings.TrimSpace(s[from:to])
	if head {
		behind := strings.TrimLeft(s[min(len(s), to):], " \t\r\n")
		behind = strings.TrimLeft(strings.TrimPrefix(behind, "</th>"), " \t")
		if strings.HasPrefix(behind, "<td") { // the head of a row
			return false
		}
		if !m.open && m.col == 0 {
			*m = markup{open: true}
		}
		cl := c.f.classify(strings.Trim(v, ":\uff1a *"))
		if cl == logText {
			cl = text
		}
		if !sensitive(cl) && cl != thing && cl != maybe {
			cl = none
		}
		m.heads = append(m.heads, cl)
		m.col++
		m.found = m.found || cl != none
		return len(m.heads) > 1 || behind == "" || strings.HasPrefix(behind, "<th")
	}
	col := m.col
	m.col++
	if !m.found || col >= len(m.heads) || m.heads[col] == none || v == "" {
		return false
	}
	c.rank = byKey
	at := from + strings.Index(s[from:to], v)
	c.judge(m.heads[col], at, at+len(v), true, false, false)
	return true
}

// shownAs tells whether the content of an element, from s[from] on, looks like a
// value of the class that a style of it is named after: styles are named after
// much else.
func (c *scan) shownAs(cl class, from int) bool {
	if from >= len(c.s) {
		return false
	}
	v := strings.TrimSpace(c.s[from : from+byteOrEnd(c.s[from:], '<')])
	switch cl {
	case secret, pass, weak, maybe:
		return hasDigit(v) && len(v) >= 6 && !strings.ContainsAny(v, " ()=;{}")
	case name, login, thing:
		return looksName(v)
	case text, textOrID:
		return hasHan(v) && len(v) >= 9
	case wx:
		return len(v) >= 6 && hasDigit(v) && !strings.ContainsAny(v, " <>")
	}
	return digitsIn(v) >= 5 || cl == place || cl == plateNo
}
