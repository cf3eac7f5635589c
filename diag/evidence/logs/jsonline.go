package logs

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// A log's JSON is often cut off, rotated away in the middle or mixed with
// other text. This walk takes what stands there and never gives an error: it
// reports the members it could read and whether the object was whole.

// member is one member of an object as it stands: raw, not decoded.
type member struct {
	key    []byte // between the quotes, escapes kept
	val    []byte // strings without their quotes
	parent []byte // key of the object it is nested in, nil at the top
	str    bool   // a string, escapes kept
}

// walkJSON calls each for the members of the object that opens b, and for
// those of the objects right below it. end is the index after the object's
// closing brace, -1 when it is not whole. each returns false to stop.
func walkJSON(b []byte, each func(member) bool) (end int) {
	end, _ = walkObject(b, 0, nil, 0, each)
	return end
}

func walkObject(b []byte, i int, parent []byte, depth int, each func(member) bool) (end int, on bool) {
	i = blank(b, i)
	if i >= len(b) || b[i] != '{' {
		return -1, true
	}
	i = blank(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1, true
	}
	for i < len(b) {
		key, p, ok := quoted(b, i)
		if !ok {
			return -1, true
		}
		p = blank(b, p)
		if p >= len(b) || b[p] != ':' {
			return -1, true
		}
		p = blank(b, p+1)
		if p >= len(b) {
			return -1, true
		}
		var q int
		switch b[p] {
		case '"':
			var v []byte
			if v, q, ok = quoted(b, p); !ok {
				// A string that was cut off is worth having all the same.
				each(member{key, v, parent, true})
				return -1, false
			}
			if !each(member{key, v, parent, true}) {
				return -1, false
			}
		case '{':
			if depth == 0 {
				var on bool
				if q, on = walkObject(b, p, key, 1, each); !on || q < 0 {
					return -1, false
				}
			} else if q = skip(b, p); q < 0 {
				return -1, false
			} else if !each(member{key, b[p:q], parent, false}) {
				return -1, false
			}
		case '[':
			if q = skip(b, p); q < 0 {
				return -1, false
			}
			if !each(member{key, b[p:q], parent, false}) {
				return -1, false
			}
		default:
			q = p
			for q < len(b) && b[q] != ',' && b[q] != '}' && b[q] > ' ' {
				q++
			}
			if q == p || !each(member{key, b[p:q], parent, false}) {
				return -1, false
			}
		}
		i = blank(b, q)
		if i >= len(b) {
			return -1, true
		}
		switch b[i] {
		case '}':
			return i + 1, true
		case ',':
			i = blank(b, i+1)
		default:
			return -1, true
		}
	}
	return -1, true
}

func blank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// quoted reads the string that opens at i: its inside and the index after it.
// When its end is missing ok is false and the inside is the rest.
func quoted(b []byte, i int) (in []byte, next int, ok bool) {
	if i >= len(b) || b[i] != '"' {
		return nil, i, false
	}
	for p := i + 1; p < len(b); {
		q := bytes.IndexByte(b[p:], '"')
		if q < 0 {
			break
		}
		q += p
		// The quote ends the string unless an odd run of backslashes is before it.
		n := 0
		for k := q - 1; k > i && b[k] == '\\'; k-- {
			n++
		}
		if n%2 == 0 {
			return b[i+1 : q], q + 1, true
		}
		p = q + 1
	}
	return b[i+1:], len(b), false
}

// skip gives the index after the object or array at i, -1 when it has no end.
func skip(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			_, q, ok := quoted(b, i)
			if !ok {
				return -1
			}
			i = q
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

// unescape decodes the inside of a JSON string; a bad escape stays as it is.
func unescape(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'r':
			out = append(out, '\r')
		case 'b', 'f':
			out = append(out, ' ')
		case 'u':
			r, n := hexRune(b[i+1:])
			if n == 0 {
				out = append(out, '\\', 'u')
				continue
			}
			i += n
			if utf16.IsSurrogate(r) && i+2 < len(b) && b[i+1] == '\\' && b[i+2] == 'u' {
				if low, m := hexRune(b[i+3:]); m > 0 {
					if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
						r, i = both, i+2+m
					}
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, b[i])
		}
	}
	return string(out)
}

func hexRune(b []byte) (rune, int) {
	if len(b) < 4 {
		return 0, 0
	}
	v, err := strconv.ParseUint(string(b[:4]), 16, 16)
	if err != nil {
		return 0, 0
	}
	return rune(v), 4
}

// timeRank orders the keys that name the moment of an entry: 1 is the surest,
// 0 is not such a key.
func timeRank(key []byte) int {
	switch string(key) {
	case "@timestamp", "__REALTIME_TIMESTAMP":
		return 1
	case "timestamp", "Timestamp", "timeStamp", "TimeStamp", "time_stamp", "TIMESTAMP":
		return 2
	case "time", "Time", "TIME", "@t", "@time", "_time", "__time__", "时间", "日志时间":
		return 3
	case "ts", "Ts", "TS", "timestamp_ms", "timestampMs", "ts_ms", "timeMillis", "time_ms":
		return 4
	case "datetime", "dateTime", "DateTime", "date_time", "eventTime", "EventTime", "event_time", "eventTimestamp", "event_timestamp",
		"time_iso8601", "time_local", "asctime", "logTime", "LogTime", "log_time", "logtime", "log_timestamp", "logTimestamp", "log_date", "logDate",
		"start_time", "SystemTime", "TimeCreated", "TimeGenerated":
		return 5
	case "instant":
		return instantRank
	case "t", "date", "Date", "msec", "created":
		return 7
	}
	return 0
}

const instantRank = 6

// readTime reads the value of a time key.
func (s *stamp) readTime(m member) bool {
	if s.unixNumber(m.val) {
		return true
	}
	return m.str && s.find(m.val) && s.start <= 1
}

// jsonStamp reads the stamp of a line of JSON. Of several that name the same
// moment an instant goes before a wall clock's reading; other is then the
// wall clock's, from which the zone of the rest of the file can be told.
func (s *stamp) jsonStamp(b []byte) (ok bool, other stamp, both bool) {
	best := 0
	var bare int
	walkJSON(b, func(m member) bool {
		// Mongo writes {"t":{"$date":"…"}}.
		k := m.key
		if m.parent != nil {
			if string(m.parent) == "instant" && string(k) == "nanoOfSecond" { // Log4j 2, behind epochSecond
				if n, _, ok := number(m.val, 0, 1, 9); ok && best == instantRank {
					s.nano, s.prec = n, time.Nanosecond
				}
				return true
			}
			if string(k) != "$date" && (string(m.parent) != "instant" || string(k) != "epochSecond") {
				return true
			}
			k = m.parent
		}
		r := timeRank(k)
		if r == 0 {
			return true
		}
		var c stamp
		if !c.readTime(m) || !c.hasDate {
			return true
		}
		if !c.hasZone {
			if bare == 0 || r < bare {
				other, bare = c, r
				other.rank = uint8(r)
			}
			return true
		}
		if best == 0 || r < best {
			*s, best = c, r
			s.rank = uint8(r)
		}
		return true
	})
	if best == 0 && bare > 0 {
		*s = other
		return true, other, false
	}
	return best > 0, other, best > 0 && bare > 0
}

// tailStamp looks for the last time key in the tail of a line too long to be
// held: winston writes it last.
func (s *stamp) tailStamp(tail []byte) bool {
	for end := len(tail); end > 0; {
		i := bytes.LastIndexByte(tail[:end], ':')
		if i < 0 {
			return false
		}
		end = i
		if i == 0 || tail[i-1] != '"' {
			continue
		}
		k := bytes.LastIndexByte(tail[:i-1], '"')
		if k < 0 || timeRank(tail[k+1:i-1]) == 0 {
			continue
		}
		p := blank(tail, i+1)
		m := member{str: p < len(tail) && tail[p] == '"'}
		if m.str {
			m.val, _, _ = quoted(tail, p)
		} else {
			q := p
			for q < len(tail) && tail[q] != ',' && tail[q] != '}' {
				q++
			}
			m.val = tail[p:q]
		}
		if s.readTime(m) && s.hasDate {
			return true
		}
	}
	return false
}
