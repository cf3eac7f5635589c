package redact

import "strings"

// bareEnd finds the end of a value without quotes.
func bareEnd(s string, from int, cl class, inQuery bool) int {
	if cl == cookie || cl == text && !inQuery {
		end := len(s)
		if cl == text {
			end = from + fieldAhead(s[from:])
		}
		for at := from; cl == cookie && at < end; {
			k := strings.IndexAny(s[at:end], "\"'")
			if k < 0 {
				break
			}
			if at += k; at > from && s[at-1] == '=' { // x="…"
				if to := quoteEnd(s, at+1, s[at], 0); to < end {
					at = to + 1
					continue
				}
			}
			end = at
		}
		if k := strings.Index(s[from:end], "[\\r]"); k >= 0 && cl == cookie { // HttpClient's log of the wire
			end = from + k
		}
		return from + len(strings.TrimRight(s[from:end], " \t"))
	}
	stops := " \t\r\n\"'`&,;|<>(){}[]\x1b"
	switch {
	case inQuery:
		stops = " \t\r\n\"'`&#<>"
	case cl == pass:
		stops = " \t\r\n\"'`&"
	case cl == birth:
		stops = "\"'`&;|<>{}\r\n,"
	case cl == phone || cl == idCard || cl == card:
		stops = "\"'`&,;|<>{}\r\n" // numbers are written with spaces
	case cl == auth:
		stops = "\"'`\r\n,"
	case cl == geo && hasAny(s[from:min(len(s), from+12)], "deg", "\u00b0"): // 30 deg 16' 27.31" N
		stops = "`&;|<>{}\r\n"
	case cl == place:
		stops = "\"'`&;|<>{}()[]\r\n"
	}
	if cl == place {
		if k := hanFieldAhead(s[from:]); k > 0 {
			s = s[:from+k]
		}
	}
	for j, r := range s[from:] {
		if cl == pass && (r == '；' || r == '，') && hanField(s[from+j+3:]) {
			return from + j
		}
		if r == '\\' && cl != pass && from+j+1 < len(s) && strings.IndexByte("nrt", s[from+j+1]) >= 0 && lineAhead(s[from+j+2:]) {
			return from + j
		}
		if (cl == pass || cl == place) && (r == ';' || r == ',') && fieldBehind(s[from+j+1:]) {
			return from + j
		}
		if strings.ContainsRune(stops, r) || cl != pass && strings.ContainsRune("，。；、｜）】》”", r) || r == '\u3000' {
			return from + j
		}
	}
	return len(s)
}

// lineAhead tells whether what follows "\\n" reads like the head of a line.
func lineAhead(s string) bool {
	return s == "" || s[0] == '"' || s[0] == ' ' || s[0] == '\\' || s[0] >= 0x80 || fieldBehind(s) || labelLike(s)
}

// fieldBehind tells whether a text begins with the next "key=" of a list.
func fieldBehind(s string) bool {
	s = strings.TrimLeft(s, " ")
	n := 0
	for n < len(s) && (wordByte(s[n]) || strings.IndexByte("_.-", s[n]) >= 0) {
		n++
	}
	return n > 1 && n < len(s) && (s[n] == '=' || s[n] == ':' || strings.HasPrefix(s[n:], " = "))
}

// fieldAhead finds where the next " key=" begins, or the end.
func fieldAhead(s string) int {
	for j := 1; j < len(s); j++ {
		if s[j] != '=' {
			continue
		}
		k := j
		if k > 3 && s[k-1] == ' ' { // ", code = 403"
			for k--; k > 0 && (wordByte(s[k-1]) || s[k-1] == '_'); k-- {
			}
			if k > 1 && k < j-1 && s[k-1] == ' ' && s[k-2] == ',' {
				return k - 2
			}
			continue
		}
		for k > 0 && (wordByte(s[k-1]) || s[k-1] == '_' || s[k-1] == '.' || s[k-1] == '-') {
			k--
		}
		if k > 0 && k < j && (s[k-1] == ' ' || s[k-1] == '\t' || s[k-1] == '&') {
			return k - 1
		}
	}
	return len(s)
}
