package logs

import (
	"bytes"
	"strings"
)

// w3c reads the W3C extended log format (IIS, CloudFront): a #Fields line
// names the columns. Its times are in UTC by the format's own definition.
type w3c struct {
	names      []string
	date, time int // columns, -1 when missing
	day        stamp
	hasDay     bool
	rows       int
}

// directive takes a line that opens with '#'; false when it is no directive.
func (w *w3c) directive(line []byte) bool {
	rest := line[1:]
	switch {
	case bytes.HasPrefix(rest, []byte("Fields:")):
		w.names = strings.Fields(string(rest[7:]))
		w.date, w.time = -1, -1
		for i, n := range w.names {
			switch strings.ToLower(n) {
			case "date":
				w.date = i
			case "time":
				w.time = i
			}
		}
		if w.time < 0 {
			w.names = nil // nothing to read a stamp from
		}
		return true
	case bytes.HasPrefix(rest, []byte("Date:")):
		var s stamp
		if s.find(bytes.TrimSpace(rest[5:])) && s.hasYear {
			w.day, w.hasDay = s, true
		}
		return true
	case bytes.HasPrefix(rest, []byte("Software:")), bytes.HasPrefix(rest, []byte("Version:")),
		bytes.HasPrefix(rest, []byte("Start-Date:")), bytes.HasPrefix(rest, []byte("Remark:")):
		return true
	}
	return false
}

// row reads the stamp of a row; false when the line is none.
func (w *w3c) row(line []byte, s *stamp) bool {
	day, hour := nth(line, w.date), nth(line, w.time)
	if hour == nil {
		return false
	}
	if day != nil {
		y, p, ok := number(day, 0, 4, 4)
		m, q, ok2 := number(day, min(p+1, len(day)), 2, 2)
		d, _, ok3 := number(day, min(q+1, len(day)), 2, 2)
		if !ok || !ok2 || !ok3 || y < 1970 || !s.date(y, m, d) {
			return false
		}
	} else if w.date >= 0 || !w.hasDay || !s.date(w.day.year, w.day.month, w.day.day) {
		return false
	}
	if !s.time(hour, 0, false, false) {
		return false
	}
	s.form, s.hasZone, s.zone = formISO, true, 0
	s.start, s.end = 0, 0
	w.rows++
	return true
}

// nth gives column i of a row, nil when there is none.
func nth(line []byte, i int) []byte {
	if i < 0 {
		return nil
	}
	for p := 0; ; i-- {
		p = spaces(line, p)
		q := p
		for q < len(line) && line[q] != ' ' && line[q] != '\t' {
			q++
		}
		if p == q {
			return nil
		}
		if i == 0 {
			return line[p:q]
		}
		p = q
	}
}

// columns names the columns of a row, and what they are called everywhere else.
func (f *fields) columns(names []string, line string) {
	cols := strings.Fields(line)
	for i, n := range names {
		if i >= len(cols) {
			return
		}
		v := cols[i]
		if v == "-" {
			continue
		}
		n = strings.ToLower(n)
		f.set(n, v)
		switch n {
		case "cs-method":
			f.set("method", v)
		case "cs-uri-stem", "cs-uri":
			f.set("path", v)
		case "sc-status":
			f.set("status", v)
		case "time-taken": // IIS: ms; CloudFront: seconds with a point
			if strings.Contains(v, ".") {
				f.duration(v, "s")
			} else {
				f.duration(v, "ms")
			}
		}
	}
}
