package har

import (
	"bytes"
	"strconv"
)

// scalarByte are the bytes of numbers and literals.
var scalarByte = func() (t [256]bool) {
	for _, ch := range "+-.0123456789Eabcdefghijklmnopqrstuvwxyz" {
		t[ch] = true
	}
	return t
}()

// scalar reads a number or literal, which stands next.
func (s *scanner) scalar() []byte {
	i := s.i
	for scalarByte[s.buf[i]] {
		i++
	}
	raw := s.buf[s.i:i]
	if s.i = i; i >= s.end {
		raw = s.scalarOn(raw)
	}
	if !validScalar(raw) {
		s.fail(errSyntax)
	}
	return raw
}

// scalarOn reads on where the block ended.
func (s *scanner) scalarOn(raw []byte) []byte {
	s.save()
	s.spare = append(s.spare[:0], raw...)
	for s.i >= s.end {
		if len(s.spare) > maxValue {
			s.fail(errTooBig)
		}
		if !s.refill() {
			return nil
		}
		for s.i < s.end && scalarByte[s.buf[s.i]] {
			s.i++
		}
		s.spare = append(s.spare, s.buf[:s.i]...)
	}
	return s.spare
}

func validScalar(b []byte) bool {
	digits := func() bool {
		n := 0
		for n < len(b) && '0' <= b[n] && b[n] <= '9' {
			n++
		}
		b = b[n:]
		return n > 0
	}
	switch string(b) {
	case "true", "false", "null":
		return true
	}
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	if len(b) > 1 && b[0] == '0' && '0' <= b[1] && b[1] <= '9' || !digits() {
		return false
	}
	if len(b) > 0 && b[0] == '.' {
		if b = b[1:]; !digits() {
			return false
		}
	}
	if len(b) > 0 && b[0]|0x20 == 'e' {
		if b = b[1:]; len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		if !digits() {
			return false
		}
	}
	return len(b) == 0
}

// validString reports whether the inside of a string has no control characters
// and only escapes that JSON knows. Its UTF-8 is not looked at.
func validString(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		switch ch := raw[i]; {
		case ch < ' ':
			return false
		case ch != '\\':
		case i+1 == len(raw):
			return false
		case raw[i+1] == 'u':
			if _, ok := hex4(raw[i+2:]); !ok {
				return false
			}
			i += 5
		case simple[raw[i+1]] == 0:
			return false
		default:
			i++
		}
	}
	return true
}

// number reads a number, also one written as a string. Numbers beyond float64
// are no numbers.
func (s *scanner) number() (v float64, ok bool) {
	var raw []byte
	switch ch := s.peek(); {
	case isNumber(ch):
		v, n := short(s.buf[s.i:s.end])
		if s.i += n; n > 0 {
			return v, true
		}
		raw = s.scalar()
	case ch == '"':
		raw = bytes.TrimSpace(s.quoted().raw)
		if len(raw) == 0 || len(raw) > 40 || !isNumber(raw[0]) {
			return 0, false
		}
	default:
		s.skip()
		return 0, false
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	return v, err == nil
}

// isNumber reports whether a value that begins with this byte is a number.
func isNumber(ch byte) bool { return ch == '-' || '0' <= ch && ch <= '9' }

// short reads the number that b begins with, of digits and a point, as long as
// it is exact in float64; n is its length, 0 for all other numbers.
func short(b []byte) (v float64, n int) {
	negative, point, digits := false, 0, 0
	if b[0] == '-' {
		negative, n = true, 1
	}
	first := n
	for ; n < len(b) && n < 16; n++ {
		switch ch := b[n]; {
		case '0' <= ch && ch <= '9':
			digits = digits*10 + int(ch-'0')
			continue
		case ch == '.' && point == 0 && n > first:
			point = n
			continue
		case scalarByte[ch] || n == first || point > 0 && point == n-1 || b[first] == '0' && n > first+1 && point != first+1:
			return 0, 0
		}
		if v = float64(digits); point > 0 {
			v /= tens[n-1-point]
		}
		if negative {
			v = -v
		}
		return v, n
	}
	return 0, 0
}

var tens = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// ms reads a duration or size of which negative means unknown: -1.
func (s *scanner) ms() float64 {
	if v, ok := s.number(); ok && v >= 0 {
		return v
	}
	return -1
}

// size is ms for whole bytes.
func (s *scanner) size() int64 {
	if v := s.ms(); v >= 0 && v < 1<<53 {
		return int64(v)
	}
	return -1
}

// isTrue reads a bool; also "true".
func (s *scanner) isTrue() bool {
	switch s.peek() {
	case 't':
		return string(s.scalar()) == "true"
	case '"':
		return string(s.quoted().raw) == "true"
	}
	s.skip()
	return false
}
