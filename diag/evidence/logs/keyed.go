package logs

import "bytes"

// keyedLimit is how far into a line pairs are looked at for a time.
const keyedLimit = 16 << 10

// keyed reads the stamp of a line that says which of its values is the time:
// logfmt (level=info msg="…" ts=2026-11-20T02:22:41Z), whatever the message
// quotes, and an XML element with such an attribute (<event timestamp="…">).
// As in a W3C log the stamp has no place of its own in the line.
func (s *stamp) keyed(line []byte) bool {
	if len(line) > keyedLimit {
		line = line[:keyedLimit]
	}
	p := 0
	xml := line[0] == '<'
	if xml {
		if len(line) < 2 || !isLetter(line[1]) {
			return false
		}
		i := bytes.IndexAny(line[:min(len(line), 80)], " >")
		if i < 0 || line[i] == '>' {
			return false
		}
		p = i
	} else if k := keyEnd(line, 0); k == 0 || k == len(line) || line[k] != '=' {
		return false
	}
	best := 0
	for {
		p = spaces(line, p)
		k := keyEnd(line, p)
		if k == p || k >= len(line) || line[k] != '=' {
			break // text that is no pair: what follows may be anything
		}
		key := line[p:k]
		m := member{}
		if p = k + 1; p < len(line) && (line[p] == '"' || line[p] == '\'') {
			q := closingQuote(line, p)
			if q < 0 {
				break
			}
			m.val, m.str, p = line[p+1:q], true, q+1
		} else {
			q := p
			for q < len(line) && line[q] != ' ' && line[q] != '\t' && line[q] != '>' {
				q++
			}
			m.val, m.str, p = line[p:q], true, q
		}
		if string(key) == "msg" && best == 0 && bytes.HasPrefix(m.val, audit) { // auditd
			if n, _, ok := bytes.Cut(m.val[len(audit):], []byte(":")); ok && s.unixNumber(n) {
				best = 1
				break
			}
		}
		if r := timeRank(key); r > 0 && (best == 0 || r < best) {
			var c stamp
			if c.readTime(m) && c.hasDate {
				*s, best = c, r
			}
		}
	}
	s.start, s.end = 0, 0
	return best > 0
}

var audit = []byte("audit(")

// keyEnd gives the index after the name that stands at i.
func keyEnd(b []byte, i int) int {
	for i < len(b) && (isWord(b[i]) || b[i] == '.' || b[i] == '-' || b[i] == '@' || b[i] == ':') {
		i++
	}
	return i
}

// closingQuote gives where the string that opens at i ends, -1 when it does not.
func closingQuote(b []byte, i int) int {
	for p := i + 1; p < len(b); p++ {
		switch b[p] {
		case '\\':
			p++
		case b[i]:
			return p
		}
	}
	return -1
}
