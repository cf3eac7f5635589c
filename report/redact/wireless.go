package redact

import "strings"

// wireless reads what a QR code tells of a wireless network behind WIFI:, which
// ends at s[end]: WIFI:T:WPA;S:name;P:password;; (a backslash escapes).
func (c *scan) wireless(end int) {
	s := c.s
	for at := end; at+2 < len(s) && s[at+1] == ':'; {
		from := at + 2
		to := from
		for to < len(s) && s[to] != ';' && s[to] != '"' && s[to] != ' ' {
			if s[to] == '\\' && to+1 < len(s) {
				to++
			}
			to++
		}
		to = min(to, len(s))
		if from < to {
			c.rank = byKey
			switch s[at] {
			case 'P':
				c.secretSpan(from, to, "secret")
			case 'S':
				c.mark(from, to, "wifi", s[from:to])
			}
			c.next[byKey] = max(c.next[byKey], to)
		}
		if at = to + 1; to >= len(s) || s[to] != ';' {
			return
		}
	}
}

// identification reads the number behind FOID, which ends at s[end], as airlines
// write the form of identification (IATA Resolution 722): PP and the number of a
// passport, NI and that of a national id, ID and that of another document.
func (c *scan) identification(end int) {
	s := c.s
	for at := end; at+8 < len(s) && at-end < 60; at++ {
		if wordByte(s[at-1]) || s[at] < 'A' || s[at] > 'Z' {
			continue
		}
		switch s[at : at+2] {
		case "PP", "NI", "ID", "UU", "MI", "CR", "RP", "TB":
		default:
			continue
		}
		from := at + 2
		to := runEnd(s, from, "")
		if v := s[from:to]; to-from < 6 || to-from > 20 || digitsIn(v) < 5 || digitsIn(v) < len(v)-3 {
			continue
		}
		c.rank = byKey
		c.teach(from, to, "id", s[from:to])
		c.next[byKey], c.next[byNumber] = max(c.next[byKey], to), max(c.next[byNumber], to)
		return
	}
}

// segments are those of HL7 v2 that tell of a patient or those who care for
// them, with the classes of their fields.
var segments = map[string]map[int]class{
	"PID": {2: idCard, 3: idCard, 4: idCard, 5: name, 6: name, 7: birth, 9: name, 11: place, 13: phone, 14: phone, 18: idCard, 19: idCard, 20: idCard},
	"NK1": {2: name, 4: place, 5: phone, 6: phone, 16: birth, 30: name, 31: phone, 32: place},
	"GT1": {3: name, 5: place, 6: phone, 7: phone, 8: birth, 12: idCard},
	"IN1": {16: name, 18: birth, 19: place, 36: idCard, 49: idCard},
	"PV1": {7: name, 8: name, 9: name, 17: name, 19: idCard},
	"OBR": {16: name, 28: name},
	"ORC": {10: name, 11: name, 12: name, 14: phone},
	"STF": {3: name, 6: birth, 10: phone, 11: place},
}

// segment7 marks the fields of a segment of HL7 v2, whose name ends at the "|"
// at s[i]; false when none stands there.
func (c *scan) segment7(i int) bool {
	s := c.s
	if i < 3 || i > 3 && wordByte(s[i-4]) {
		return false
	}
	fields := segments[s[i-3:i]]
	if fields == nil || strings.Count(s[i:], "|") < 4 {
		return false
	}
	c.rank = byKey
	n := 0
	for from := i + 1; from < len(s); {
		n++
		to := from + byteOrEnd(s[from:], '|')
		if k := strings.Index(s[from:to], `\r`); k >= 0 {
			to = from + k
		}
		c.field7(fields[n], from, to)
		if from = to + 1; to < len(s) && s[to] != '|' {
			break
		}
	}
	return true
}

// field7 marks the components of one field.
func (c *scan) field7(cl class, from, to int) {
	s := c.s
	if cl == none || from >= to {
		return
	}
	if cl == place {
		if strings.Trim(s[from:to], "^~& ") != "" {
			c.teach(from, to, "place", s[from:to])
		}
		return
	}
	for from < to {
		end := from + anyOrEnd(s[from:to], "^~&")
		v := s[from:end]
		switch {
		case cl == name && (hasHan(v) || len(v) > 2 && !hasDigit(v) && !benign()[strings.ToLower(v)]):
			c.nameSpan(from, end, v, true)
		case cl == birth && digitsRun(v) >= 8:
			c.mark(from, end, "birth", v)
		case cl == phone && digitsIn(v) >= 5, cl == idCard && digitsIn(v) >= 5:
			c.mark(from, end, kindOf(cl), normalNumber(cl, v))
		}
		from = end + 1
	}
}

// documentKind tells of the codes of a kind of document: PP of the airlines,
// NI, and what forms call a passport or a national id.
func documentKind(v string) class {
	switch v {
	case "PP", "NI", "ID", "IC", "PSPT", "DL":
		return idCard
	}
	return none
}
