package redact

import "strings"

// Dumps of databases tell the columns of a table once, and then its rows
// without them: CREATE TABLE v (id INT, phone TEXT); INSERT INTO v VALUES (…).

const (
	maxTables = 500
	maxOfOne  = 1000 // columns
)

// create reads the head of a CREATE TABLE that begins at s[i]; its columns may
// stand behind it or on the next lines.
func (c *scan) create(i int) {
	rest := c.s[i:]
	if len(rest) < 16 || !strings.EqualFold(rest[:13], "create table ") {
		return
	}
	open := strings.IndexByte(rest, '(')
	if open < 0 || c.f.carry.what != nothingCarried && c.f.carry.what != created {
		return
	}
	name := tableName(rest[13:open])
	if name == "" {
		return
	}
	c.tie() // a second file may hold the table once more
	if c.f.tables == nil || len(c.f.tables) >= maxTables {
		c.f.tables = map[string][]class{}
	}
	c.f.tables[name] = nil
	depth, from := 1, open+1
	for at := open + 1; at < len(rest); at++ {
		switch rest[at] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				c.f.column(name, rest[from:at])
				return
			}
		case ',':
			if depth == 1 {
				c.f.column(name, rest[from:at])
				from = at + 1
			}
		}
	}
	c.f.column(name, rest[from:])
	c.f.carry.what, c.f.carry.inside, c.f.carry.left = created, name, maxOfOne
}

// tableName gives the last part of the name of a table, without its quotes.
func tableName(s string) string {
	s = strings.TrimSpace(s)
	if k := strings.LastIndexByte(s, ' '); k >= 0 { // IF NOT EXISTS
		s = s[k+1:]
	}
	s = s[strings.LastIndexByte(s, '.')+1:]
	return strings.ToLower(strings.Trim(s, "`\"[]'"))
}

// column keeps the class of a table's next column in mind.
func (f *File) column(table, s string) {
	s = strings.TrimSpace(s)
	if s == "" {
		return
	}
	name := s[:anyOrEnd(s, " \t")]
	if name == s {
		return
	}
	switch strings.ToUpper(name) {
	case "PRIMARY", "UNIQUE", "KEY", "INDEX", "CONSTRAINT", "FOREIGN", "CHECK", "FULLTEXT", "SPATIAL", ")":
		return
	}
	cl := f.classify(strings.Trim(name, "`\"[]'"))
	if cl == logText {
		cl = text
	}
	if !sensitive(cl) && cl != thing && cl != maybe {
		cl = none
	}
	if cols := f.tables[table]; len(cols) < maxOfOne {
		f.tables[table] = append(cols, cl)
	}
}

// createdLine reads a line within a CREATE TABLE.
func (f *File) createdLine(trimmed string) {
	k := &f.carry
	if k.left--; k.left <= 0 || strings.HasPrefix(trimmed, ")") {
		k.what = nothingCarried
		return
	}
	f.column(k.inside, strings.TrimSuffix(trimmed, ","))
}

// columnsOf gives the columns of the table that head, the text before VALUES,
// names last; nil when they are not known.
func (f *File) columnsOf(head string) []class {
	if f.tables == nil {
		return nil
	}
	k := strings.LastIndexByte(head, ' ')
	return f.tables[tableName(head[k+1:])]
}
