package redact

import "strings"

// label keeps in mind what the only element of a line says of the one on the next.
func (f *File) label(body string) {
	v := strings.TrimSpace(body)
	v = v[:strings.LastIndexByte(v, '<')]
	v = strings.TrimRight(v[strings.LastIndexByte(v, '>')+1:], ":\uff1a *")
	if cl := f.classify(v); (sensitive(cl) || cl == thing) && len(v) < 60 {
		f.carry.what, f.carry.cl = labelled, cl
	}
}

// behindLabel redacts the value on a line whose key stood on the line before:
// <string>x</string>, value: x.
func (f *File) behindLabel(body string) string {
	from, to := len(body)-len(strings.TrimLeft(body, " \t")), len(body)
	switch v := body[from:]; {
	case v[0] == '<':
		open := strings.IndexByte(v, '>')
		if open < 0 {
			return f.line(body)
		}
		if from += open + 1; from < to {
			to = from + byteOrEnd(body[from:], '<')
		}
	case strings.HasPrefix(v, "value:"):
		for from += 6; from < to && strings.IndexByte(" \"'", body[from]) >= 0; from++ {
		}
		to = len(strings.TrimRight(body, " \"'"))
	default:
		return f.line(body)
	}
	if from >= to {
		return f.line(body)
	}
	c := &scan{f: f, s: body, rank: byKey}
	c.judge(f.carry.cl, from, to, true, false, false)
	return f.line(c.replace())
}

// boxHead reads the names of the columns of a table that is drawn with "|", as
// databases and Markdown have it.
func (f *File) boxHead(line string) {
	cells := cellsOf(line, '|')
	cols, found := make([]class, len(cells)), false
	for i, c := range cells {
		cl := f.classify(strings.Trim(line[c[0]:c[1]], " *`"))
		if cl == logText {
			cl = text
		}
		if !sensitive(cl) && cl != thing {
			cl = none
		}
		cols[i] = cl
		found = found || cl != none
	}
	if found {
		f.carry.cols, f.carry.sep = cols, '|'
	}
}
