package har

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// unquote appends the meaning of a JSON string's raw inside to dst, at most
// limit bytes of it and never half a character. Invalid UTF-8 and lone
// surrogates become U+FFFD. more says that raw is only the beginning of the
// string, so an unfinished escape or character at its end is dropped.
func unquote(dst, raw []byte, limit int, more bool) (text []byte, cut bool) {
	limit += len(dst)
	dst, n := unquoteMost(dst, raw, limit)
	raw = raw[n:]
	valid := utf8.Valid(raw)
	for len(raw) > 0 {
		// What stands before the next escape means itself.
		n := bytes.IndexByte(raw, '\\')
		if n < 0 {
			n = len(raw)
		}
		if !valid {
			if dst, cut = repair(dst, raw[:n], limit, more && n == len(raw)); cut {
				return dst, true
			}
		} else if room := limit - len(dst); n > room {
			return append(dst, whole(raw[:room], raw[room])...), true
		} else {
			dst = append(dst, raw[:n]...)
		}
		raw = raw[n:]
		for len(raw) > 1 && raw[0] == '\\' {
			r, n := escape(raw, more)
			if n == 0 || len(dst)+utf8.RuneLen(r) > limit {
				return dst, true
			}
			dst = utf8.AppendRune(dst, r)
			raw = raw[n:]
		}
		if len(raw) == 1 && raw[0] == '\\' {
			if more || len(dst)+utf8.RuneLen(utf8.RuneError) > limit {
				return dst, true
			}
			return utf8.AppendRune(dst, utf8.RuneError), false
		}
	}
	return dst, more
}

// unquoteMost is unquote for what is good UTF-8 with good escapes and surely
// fits, which is most of nearly every string: eight bytes at once. It gives how
// much of raw it read.
func unquoteMost(dst, raw []byte, limit int) (text []byte, n int) {
	start := len(dst)
	dst = slices.Grow(dst, min(len(raw), max(limit-start, 0)))
	to := dst[:cap(dst)]
	i, o, seen := 0, start, uint64(0)
	for end := min(len(to), limit); i+8 <= len(raw) && o+8 <= end; {
		x := binary.LittleEndian.Uint64(raw[i:])
		binary.LittleEndian.PutUint64(to[o:], x)
		seen |= x
		m := equal(x, '\\')
		if m == 0 {
			i, o = i+8, o+8
			continue
		}
		n := bits.TrailingZeros64(m) >> 3
		i, o = i+n, o+n
		if i+1 == len(raw) {
			break
		}
		if ch := simple[raw[i+1]]; ch != 0 {
			to[o] = ch
			i, o = i+2, o+1
			continue
		}
		r, n := escape(raw[i:], true)
		if n == 0 || raw[i+1] != 'u' || o+utf8.UTFMax > end {
			break
		}
		o += len(utf8.AppendRune(to[o:o], r))
		i += n
	}
	if seen&highs != 0 {
		for 0 < i && i < len(raw) && raw[i-1] >= utf8.RuneSelf && !utf8.RuneStart(raw[i]) { // not in the midst of a character
			i, o = i-1, o-1
		}
		if !utf8.Valid(to[start:o]) {
			return dst, 0
		}
	}
	return to[:o], i
}

// whole drops the character that b ends in the middle of; next is the byte
// behind b.
func whole(b []byte, next byte) []byte {
	if utf8.RuneStart(next) {
		return b
	}
	for len(b) > 0 {
		last := b[len(b)-1]
		b = b[:len(b)-1]
		if utf8.RuneStart(last) {
			break
		}
	}
	return b
}

// repair appends b, each invalid byte as U+FFFD, while limit allows. more says
// that the character b ends with may be unfinished.
func repair(dst, b []byte, limit int, more bool) (text []byte, cut bool) {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if more && r == utf8.RuneError && !utf8.FullRune(b) || len(dst)+utf8.RuneLen(r) > limit {
			return dst, true
		}
		dst = utf8.AppendRune(dst, r)
		b = b[n:]
	}
	return dst, false
}

// simple are the escapes of one letter.
var simple = [256]byte{
	'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', '"': '"', '\\': '\\', '/': '/',
}

// escape reads the escape that b, of two bytes at least, begins with; n is 0 when more of the string
// is needed and missing. A bad escape reads as the character after the
// backslash: the decoder does not see long strings, so they may hold any.
func escape(b []byte, more bool) (r rune, n int) {
	switch {
	case simple[b[1]] != 0:
		return rune(simple[b[1]]), 2
	case b[1] != 'u':
		r, n = utf8.DecodeRune(b[1:])
		return r, n + 1
	}
	v, ok := hex4(b[2:])
	switch {
	case !ok && more && len(b) < 6:
		return 0, 0
	case !ok:
		return utf8.RuneError, 2
	case !utf16.IsSurrogate(v):
		return v, 6
	}
	if more && len(b) < 12 {
		return 0, 0
	}
	if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if v2, ok := hex4(b[8:]); ok {
			if r := utf16.DecodeRune(v, v2); r != utf8.RuneError {
				return r, 12
			}
		}
	}
	return utf8.RuneError, 6
}

func hex4(b []byte) (v rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		v = v<<4 | rune(c)
	}
	return v, true
}

// parseDate reads a HAR date: RFC 3339 with a fraction of any length, and what
// exporters make of it: offsets without colon, a space for the T, no zone at
// all (assumed says that UTC was taken), no seconds. The instant is given in
// the zone of the text. Dates before 2000 are no dates.
func parseDate(s []byte) (t time.Time, assumed bool) {
	s = bytes.TrimSpace(s)
	digits := func(n int) int {
		if len(s) < n {
			return -1
		}
		v := 0
		for _, c := range s[:n] {
			if c < '0' || c > '9' {
				return -1
			}
			v = v*10 + int(c-'0')
		}
		s = s[n:]
		return v
	}
	lit := func(set string) bool {
		if len(s) == 0 || bytes.IndexByte([]byte(set), s[0]) < 0 {
			return false
		}
		s = s[1:]
		return true
	}
	year := digits(4)
	dash1 := lit("-")
	month := digits(2)
	dash2 := lit("-")
	day := digits(2)
	sep := lit("Tt ")
	hour := digits(2)
	colon := lit(":")
	minute := digits(2)
	if !dash1 || !dash2 || !sep || !colon || year < 2000 || month < 1 || month > 12 ||
		day < 1 || day > 31 || hour < 0 || hour > 24 || minute < 0 || minute > 59 {
		return time.Time{}, false
	}
	second, nanos := 0, 0
	if lit(":") {
		if second = digits(2); second < 0 || second > 60 { // 60: a leap second
			return time.Time{}, false
		}
		if lit(".,") {
			for unit := 100_000_000; len(s) > 0 && s[0] >= '0' && s[0] <= '9'; unit /= 10 {
				nanos += int(s[0]-'0') * unit
				s = s[1:]
			}
		}
	}
	loc := time.UTC
	s = bytes.TrimLeft(s, " ")
	switch {
	case len(s) == 0:
		assumed = true
	case (s[0] == 'Z' || s[0] == 'z') && len(s) == 1:
	case s[0] == '+' || s[0] == '-':
		sign := 1
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
		h := digits(2)
		lit(":")
		m := 0
		if len(s) > 0 {
			m = digits(2)
		}
		if h < 0 || h > 15 || m < 0 || m > 59 || len(s) > 0 {
			return time.Time{}, false
		}
		if off := sign * (h*3600 + m*60); off != 0 {
			loc = time.FixedZone("", off)
		}
	default:
		return time.Time{}, false
	}
	return plausible(time.Date(year, time.Month(month), day, hour, minute, second, nanos, loc)), assumed
}

// fromUnix reads seconds since 1970, or milliseconds where seconds would lie
// beyond the year 5000, to the microsecond: float64 holds no more.
func fromUnix(v float64) time.Time {
	if v > 1e11 {
		v /= 1000
	}
	if !(v > 0 && v < 1e11) {
		return time.Time{}
	}
	return plausible(time.UnixMicro(int64(v*1e6 + 0.5)).UTC())
}

// plausible gives the zero time for one before 2000.
func plausible(t time.Time) time.Time {
	if t.Unix() < 946_684_800 {
		return time.Time{}
	}
	return t
}
