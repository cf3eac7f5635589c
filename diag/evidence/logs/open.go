package logs

import (
	"bytes"
)

// opening is how a line opens an entry.
type opening uint8

const (
	follows opening = iota // it belongs to the entry above
	plain                  // no stamp, but no sign of belonging to anything either
	stamped                // a stamp in front
	object                 // JSON with a time key
	pretty                 // the first line of an indented JSON object
	column                 // a row of a W3C log
	header                 // a directive of a W3C log
)

// opener tells the lines that open an entry from those that belong to one. It
// learns as it goes: a stamp behind other text opens an entry only in a file
// whose entries look so ("web-1  | 2026-…"), else it is part of a message.
type opener struct {
	front, behind int // entries that opened in either way
	objects       int
	w3c           w3c
	twin          stamp // the second stamp of the same object, when hasTwin
	hasTwin       bool
}

// open looks at one line; s holds the stamp for stamped, object and column.
func (o *opener) open(line, tail []byte, s *stamp) opening {
	o.hasTwin = false
	if len(line) == 0 {
		return follows
	}
	switch line[0] {
	case '{':
		if ok, twin, both := s.jsonStamp(line); ok {
			o.twin, o.hasTwin = twin, both
			o.objects++
			return object
		}
		if tail != nil && s.tailStamp(tail) {
			o.objects++
			return object
		}
		if o.front+o.behind+o.w3c.rows == 0 {
			if rest := bytes.TrimSpace(line[1:]); len(rest) == 0 || rest[0] == '"' && walkJSON(line, all) < 0 && len(line) < headSize {
				return pretty
			}
		}
		return o.other(line)
	case '#':
		if o.w3c.directive(line) {
			return header
		}
	}
	if len(o.w3c.names) > 0 && o.w3c.row(line, s) {
		return column
	}
	if !s.find(line) {
		return o.other(line)
	}
	switch {
	case s.start == 0,
		s.form == formCLF && s.start > 0 && line[s.start-1] == '[',
		line[0] != ' ' && line[0] != '\t' && isFront(line[:s.start]):
		o.front++
		return stamped
	case s.start <= 160 && o.behind >= o.front && o.objects == 0 && !indented(line):
		o.behind++
		return stamped
	}
	return o.other(line)
}

func all(member) bool { return true }

func (o *opener) other(line []byte) opening {
	if continues(line) {
		return follows
	}
	return plain
}

// indented is true of lines that open with blanks and are no list of anything.
func indented(line []byte) bool { return line[0] == ' ' || line[0] == '\t' }

// isFront is true of what may stand before a stamp that opens an entry: marks,
// numbers (a syslog priority, Chromium's pid and tid), a level, key=.
func isFront(p []byte) bool {
	for len(p) > 0 {
		if n := max(colour(p, 0), wideMark(p)); n > 0 {
			p = p[n:]
			continue
		}
		i := bytes.IndexAny(p, " \t")
		w := p
		if i >= 0 {
			w, p = p[:i], p[i+1:]
		} else {
			p = nil
		}
		if bytes.IndexByte(w, '=') > 0 {
			continue
		}
		letters, digits := 0, 0
		for _, c := range w {
			switch {
			case isLetter(c):
				letters++
			case c >= 0x80:
				return false
			case isDigit(c):
				digits++
			}
		}
		if letters == 0 {
			continue
		}
		if letters == 1 && digits == 0 {
			continue // glog's I, logcat's E
		}
		if levelWord(string(bytes.Trim(w, "[]()<>:|=\"'"))) == "" {
			return false
		}
	}
	return true
}

// continues is true of lines that belong to the entry above whatever it is:
// indented ones, closing brackets, the frames and causes of a stack.
func continues(line []byte) bool {
	switch line[0] {
	case ' ', '\t', '}', ')', ']':
		return true
	}
	for _, p := range [...]string{"Caused by:", "... ", "[HTTP/", "await in ", "--- End of "} {
		if word(line, 0, p) > 0 {
			return true
		}
	}
	if len(line) > 400 {
		return false
	}
	if word(line, 0, "at ") > 0 && (line[len(line)-1] == ')' || endsInPlace(line)) {
		return true
	}
	// Frames as browsers print them: "recall @ app.js:45", "recall@https://…:33:12",
	// "Promise.then (async)", and a bare "app.js:33:12".
	if i := bytes.IndexByte(line, '@'); i >= 0 {
		before, after := bytes.TrimSpace(line[:i]), bytes.TrimSpace(line[i+1:])
		if bytes.IndexByte(before, ' ') < 0 && bytes.IndexByte(after, ' ') < 0 && endsInPlace(after) {
			return true
		}
	}
	return bytes.HasSuffix(line, []byte(" (async)")) || bytes.IndexByte(line, ' ') < 0 && endsInPlace(line) && !bytes.Contains(line, []byte("://"))
}

// endsInPlace is true of text that ends in a script's line, as in app.js:12.
func endsInPlace(b []byte) bool {
	i := len(b)
	for i > 0 && isDigit(b[i-1]) {
		i--
	}
	return i < len(b) && i > 1 && b[i-1] == ':' && bytes.IndexByte(b[:i-1], '.') > 0
}

// outline is what the beginning of a log tells before any entry is given out.
type outline struct {
	kind  Kind
	dated bool // there is a stamp with a date
	loose bool // stamps are so rare that lines without one stand alone
	votes votes
	unix  int64 // an instant of the file, when votes has a winner
}

// survey reads the beginning of a log: its kind, and what its stamps tell of
// each other's zones.
func survey(head []byte, opt *Options) outline {
	text := string(head[:min(len(head), 64<<10)])
	var out outline
	out.kind, _ = Sniff(text)
	r := newResolver(opt)
	var o opener
	var lines, opened int
	type last struct {
		t    int64
		zone bool
		set  bool
	}
	var prev last
	for n := 0; len(head) > 0 && n < 4000; n++ {
		line := head
		if i := bytes.IndexByte(head, '\n'); i >= 0 {
			line, head = head[:i], head[i+1:]
		} else {
			head = nil
		}
		line = trimLine(line)
		var s stamp
		switch o.open(line, nil, &s) {
		case plain:
			lines++
			continue
		case stamped, object, column:
			lines++
			opened++
		default:
			continue
		}
		out.dated = out.dated || s.hasDate
		if !s.hasDate || !s.hasYear && !r.year(&s) {
			prev.set = false
			continue
		}
		cur := last{s.wall(), s.hasZone, true}
		if s.hasZone {
			cur.t -= int64(s.zone)
		}
		switch {
		case o.hasTwin:
			out.votes.add(o.twin.wall(), cur.t, 2, true)
			out.unix = cur.t
		case prev.set && prev.zone != cur.zone:
			w, u := prev.t, cur.t
			if !cur.zone {
				w, u = cur.t, prev.t
			}
			out.votes.add(w, u, 2, false)
			out.unix = u
		}
		prev = cur
	}
	out.loose = opened*5 < lines
	return out
}

// trimLine takes off a line's carriage return and the NULs that open it.
func trimLine(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == '\r' {
		b = b[:len(b)-1]
	}
	for len(b) > 0 && b[0] == 0 {
		b = b[1:]
	}
	return b
}
