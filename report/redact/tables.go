package redact

import (
	"strings"
	"unicode/utf8"
)

// tableHead looks whether the first line of a text names the columns of a table.
func (f *File) tableHead(line string) {
	if len(line) > 4096 || ofSQL(line) {
		return
	}
	for _, sep := range []byte{',', '\t', ';'} {
		cells := cellsOf(line, sep)
		if len(cells) < 2 {
			continue
		}
		cols, found := make([]class, len(cells)), false
		for i, c := range cells {
			name := strings.Trim(strings.TrimSpace(line[c[0]:c[1]]), `"`)
			if name == "" || utf8.RuneCountInString(name) > 40 || strings.ContainsAny(name, "=:{}<>@'") || strings.Contains(name, "(\"") || digitsIn(name) > 4 {
				return
			}
			cols[i] = f.classify(name)
			if cols[i] == logText {
				cols[i] = text // no code and no level says that it is the program's
			}
			if !sensitive(cols[i]) && cols[i] != thing && !(cols[i] == maybe && cols[i] != none && strings.HasSuffix(strings.ToLower(name), "key")) {
				cols[i] = none
			}
			found = found || cols[i] != none
		}
		if at := valuesOfCookies(line, cells); at >= 0 {
			cols[at], found = cookie, true
		}
		if found {
			f.carry.cols, f.carry.sep = cols, sep
		} else if len(cells) == 2 && ofPairs(line[cells[0][0]:cells[0][1]], line[cells[1][0]:cells[1][1]]) {
			f.carry.cols, f.carry.sep, f.carry.upDown = cols, sep, true
		}
		return
	}
}

// valuesOfCookies gives the column of the values in a table of cookies, -1 for none.
func valuesOfCookies(line string, cells [][2]int) int {
	value, marks := -1, 0
	for i, c := range cells {
		switch strings.ToLower(strings.Trim(line[c[0]:c[1]], "\" ")) {
		case "value":
			value = i
		case "name", "domain", "path", "expires", "httponly", "secure", "host", "host_key", "samesite":
			marks++
		}
	}
	if marks < 2 {
		return -1
	}
	return value
}

// ofPairs tells whether two columns are one of keys and one of values.
func ofPairs(first, second string) bool {
	switch strings.ToLower(strings.Trim(first, "\" ")) {
	case "字段", "字段名", "键", "项", "项目", "名称", "属性", "参数", "参数名", "key", "name", "field", "property", "attribute", "item", "parameter", "param", "header", "variable", "setting":
	default:
		return false
	}
	switch strings.ToLower(strings.Trim(second, "\" ")) {
	case "值", "内容", "取值", "value", "val", "content", "data":
		return true
	}
	return false
}

// cellsOf gives where the cells of a line of a table begin and end. A cell whose
// quotes are still open reaches to the end.
func cellsOf(s string, sep byte) [][2]int {
	var out [][2]int
	from, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			out = append(out, [2]int{from, i})
			from = i + 1
		}
	}
	return append(out, [2]int{from, len(s)})
}

// row redacts a line of a table by its columns, and by all other rules.
func (f *File) row(s string) string {
	s = plainly(unescape(s))
	k := &f.carry
	c := &scan{f: f, s: s, rank: byKey}
	first, shift := 0, 0
	if k.open > 0 { // the rest of a cell of several lines
		shift = k.open - 1
		i := strings.IndexByte(s, '"')
		if i < 0 {
			i = len(s)
		} else {
			k.open = 0
		}
		if cl := k.cols[min(shift, len(k.cols)-1)]; cl != none {
			c.judge(cl, 0, i, true, false, false)
		}
		if k.open > 0 {
			return f.line(c.replace())
		}
		first = min(i+1, len(s))
		if first < len(s) && s[first] == k.sep {
			first++
		}
		shift++
	}
	cells := cellsOf(s[first:], k.sep)
	if len(cells) == 1 && len(k.cols) > 1 && first == 0 && strings.Count(s, `"`)%2 == 0 { // no row of it
		return f.line(s)
	}
	cols := k.cols
	if k.upDown && first == 0 && len(cells) == 2 {
		cl := f.classify(strings.Trim(s[cells[0][0]:cells[0][1]], "\" "))
		if !sensitive(cl) && cl != thing && cl != maybe {
			cl = none
		}
		cols = []class{none, cl}
	}
	for i, cell := range cells {
		from, to := first+cell[0], first+cell[1]
		if strings.Count(s[from:to], `"`)%2 == 1 && i == len(cells)-1 {
			k.open = i + shift + 1
		}
		for from < to && (s[from] == ' ' || s[from] == '"') {
			from++
		}
		for to > from && (s[to-1] == ' ' || s[to-1] == '"') {
			to--
		}
		if i+shift < len(cols) && cols[i+shift] != none && from < to {
			c.judge(cols[i+shift], from, to, true, false, false)
		}
	}
	return f.line(c.replace())
}
