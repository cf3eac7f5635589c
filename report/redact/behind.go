package redact

import "strings"

// label keeps in mind what a line that holds only a label says of the value on the next.
func (f *File) label(body string) {
	v := strings.TrimSpace(body)
	f.carry.listed, f.carry.size = false, 0
	if strings.Contains(v, "://") && len(v) > 8 && v[len(v)-1] == ':' && (v[len(v)-2] == '"' || v[len(v)-2] == '\'') { // "https://…": and a list of what opens it
		f.carry.what, f.carry.cl, f.carry.listed = labelled, maybe, true
		return
	}
	switch tag := loneTag(body); {
	case tag != "":
		if v = tag; ofHTML()[strings.ToLower(v)] && !strings.EqualFold(v, "content") && !strings.EqualFold(v, "text") {
			return
		}
	case strings.HasSuffix(v, "\""): // 3) "phone"
		v = v[strings.IndexByte(v, ')')+1:]
	case strings.HasSuffix(v, "]=>"):
		v = strings.Trim(v[:len(v)-3], "[]\"' ")
		v = v[:byteOrEnd(v, '"')] // "phone":"User":private
	case strings.HasSuffix(v, ">"):
		v = v[:strings.LastIndexByte(v, '<')]
		v = v[strings.LastIndexByte(v, '>')+1:]
	case len(v) < 60:
		v = strings.TrimLeft(v, "-*#> \t")
		if strings.Count(v, " ") > 2 || strings.ContainsAny(v, "=,;，。；") {
			return
		}
	}
	v = strings.Trim(v, ":\uff1a *\"'`【】「」")
	if one, ok := strings.CutSuffix(v, "s"); ok && len(one) > 2 && f.classify(v) == none && len(v) < 60 { // tokens:
		if cl := f.classify(one); sensitive(cl) && !isText(cl) {
			f.carry.what, f.carry.cl, f.carry.listed = labelled, cl, true
			return
		}
	}
	if cl := f.classify(v); (sensitive(cl) || cl == thing || cl == maybe) && len(v) < 60 {
		f.carry.what, f.carry.cl = labelled, cl
	}
}

// loneTag gives the name of the opening tag that is all of a line.
func loneTag(s string) string {
	s = strings.TrimSpace(s)
	if len(s) < 3 || len(s) > 60 || s[0] != '<' || s[len(s)-1] != '>' || s[1] == '/' || s[len(s)-2] == '/' || strings.ContainsAny(s[1:len(s)-1], "<># =!?\"") {
		return ""
	}
	s = s[1 : len(s)-1]
	return s[strings.LastIndexByte(s, ':')+1:]
}

// oneElement tells whether a line is one short element of XML or HTML.
func oneElement(s string) bool {
	k := strings.LastIndex(s, "</")
	if k < 0 || len(s)-k > 16 || len(s) > 200 {
		return false
	}
	inner := s[:k]
	return strings.Count(inner, "</") <= 1 && strings.LastIndexByte(inner, '>') > 0
}

// labelLike tells whether a line begins with a label of its own.
func labelLike(s string) bool {
	k := strings.IndexAny(s, ":=\uff1a")
	return k > 0 && k < 30 && !strings.ContainsAny(s[:k], " ,，。?？!！")
}

// behindLabel redacts the value on a line whose key stood on the line before:
// <string>x</string>, value: x, string(1) "x", x.
func (f *File) behindLabel(body string) string {
	from, to := len(body)-len(strings.TrimLeft(body, " \t")), len(body)
	shy := f.carry.shy
	f.carry.shy = false
	for _, arrow := range [...]string{"> ", "-> ", ">>> ", "C: "} { // what somebody sent
		if strings.HasPrefix(body[from:], arrow) && from+len(arrow) < to {
			from += len(arrow)
			break
		}
	}
	if n := listItem(body[from:]); n > 0 && !isText(f.carry.cl) && !labelLike(body[from+n:]) {
		return f.itemBelow(body, from+n)
	}
	if f.carry.listed || f.carry.size > 0 && (len(body)-from != f.carry.size || !codeLike(body[from:])) {
		f.carry.listed, f.carry.size = false, 0
		return f.line(body)
	}
	switch v := body[from:]; {
	case shy && !(&scan{f: f, s: v}).shownAs(f.carry.cl, 0):
		return f.line(body)
	case v[0] == '<':
		open := strings.IndexByte(v, '>')
		if open < 0 {
			return f.line(body)
		}
		if at := valueOf(v[:open]); at[0] > 0 {
			from, to = from+at[0], from+at[1]
			break
		}
		if from += open + 1; from < to {
			to = from + byteOrEnd(body[from:], '<')
		}
	case valuePair(v):
		for from += strings.IndexByte(v, ':') + 1; from < to && strings.IndexByte(" \"'", body[from]) >= 0; from++ {
		}
		to = len(strings.TrimRight(body, " \"'"))
	case begins[v[0]] == digit && strings.HasPrefix(v[digitsRun(v):], ") \""):
		from += digitsRun(v) + 3
		to = len(strings.TrimRight(body, " \""))
	case strings.HasPrefix(v, "string(") && strings.Contains(v, "\""):
		from += strings.IndexByte(v, '"') + 1
		to = len(strings.TrimRight(body, " \""))
	case v[0] == '/' && strings.Count(v, "/") > 1, strings.IndexByte("{[-#", v[0]) >= 0, labelLike(strings.TrimRight(v, "=")) && !strings.Contains(v, "://") && f.carry.cl != macNo:
		return f.line(body)
	case isText(f.carry.cl):
		f.carry.what = textBelow
		return f.under(f.carry.cl, body)
	default:
		if to = len(strings.TrimRight(body, " \t")); f.carry.cl == secret && codeLike(body[from:to]) { // codes, each on a line
			f.carry.what, f.carry.size = labelled, len(body)-from
		}
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

// loneField gives the class of the field that is all that a line holds, as
// pydantic names it above what is wrong with it: user.phone.
func (f *File) loneField(body string) class {
	if len(body) > 60 || begins[body[0]|0x20] != letter || runEnd(body, 0, "._") < len(body) {
		return none
	}
	if cl := f.classify(body[strings.LastIndexByte(body, '.')+1:]); sensitive(cl) {
		return cl
	}
	return none
}

// inputValue redacts input_value='…' on the line below its field.
func (f *File) inputValue(body string) (string, bool) {
	const sign = "input_value="
	k := strings.Index(body, sign)
	if k < 0 {
		return "", false
	}
	c := &scan{f: f, s: body, rank: byKey}
	if c.value(f.carry.cl, k, k+len(sign), false) == 0 {
		return "", false
	}
	return f.line(c.replace()), true
}
