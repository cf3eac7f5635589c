package har

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// cursor walks one JSON value that the decoder has found valid. It never
// allocates and never fails: at a value of another type than asked for it
// passes over that value and reports false.
type cursor struct {
	b     []byte
	i     int
	out   int64 // offset of b[0], as the front handed it out
	aside *aside
	depth int // levels open below b
	deep  int // deepest level seen
}

// str is the raw inside of a JSON string. It is valid until the front prunes.
type str struct {
	raw   []byte // escapes not resolved
	plain bool   // raw is ASCII without escapes, hence the text itself
	cut   bool   // raw is only the beginning
}

// next moves to the next token and gives its first byte, 0 at the end.
func (c *cursor) next() byte {
	b, i := c.b, c.i
	for i < len(b) {
		switch ch := b[i]; ch {
		case ' ':
			// Exporters indent by many spaces: take eight at a time.
			if i+8 <= len(b) && binary.LittleEndian.Uint64(b[i:]) == eightSpaces {
				i += 7
			}
		case '\n', '\t', '\r', ',', ':':
		default:
			c.i = i
			return ch
		}
		i++
	}
	c.i = i
	return 0
}

const eightSpaces = 0x2020202020202020

// open enters an object or array; false when the value is something else.
func (c *cursor) open(kind byte) bool {
	if c.next() != kind {
		c.skip()
		return false
	}
	c.i++
	c.depth++
	c.deep = max(c.deep, c.depth)
	return true
}

// key gives the next member's name, ok false at the object's end.
func (c *cursor) key() (name []byte, ok bool) {
	if c.next() != '"' {
		c.i++ // the closing brace
		c.depth--
		return nil, false
	}
	name, plain := c.quoted()
	if !plain {
		name, _ = unquote(nil, name, longString, false)
	}
	return name, true
}

// elem reports whether the array has another element.
func (c *cursor) elem() bool {
	if ch := c.next(); ch != ']' && ch != 0 {
		return true
	}
	c.i++
	c.depth--
	return false
}

// quoted passes over the string that begins here and gives its inside.
func (c *cursor) quoted() (raw []byte, plain bool) {
	b := c.b[min(c.i+1, len(c.b)):]
	n := plainLen(b)
	if n < len(b) && b[n] == '"' {
		c.i += n + 2
		return b[:n], true
	}
	end := closing(b, 0)
	if end < 0 {
		end = len(b)
	}
	c.i += end + 2
	return b[:end], false
}

// special are the bytes that end a string or mean something else than themselves.
var special = func() (t [256]bool) {
	t['"'], t['\\'] = true, true
	for ch := utf8.RuneSelf; ch < len(t); ch++ {
		t[ch] = true
	}
	return t
}()

// text gives a string value.
func (c *cursor) text() (s str, ok bool) {
	if c.next() != '"' {
		c.skip()
		return str{}, false
	}
	at := c.i
	raw, plain := c.quoted()
	if len(raw) == 1 && raw[0] == placeholder[1] {
		if r, size, ok := c.aside.at(c.out + int64(at)); ok {
			return str{raw: r, cut: int64(len(r)) < size}, true
		}
	}
	return str{raw: raw, plain: plain}, true
}

// scalar gives the bytes of a number or literal.
func (c *cursor) scalar() []byte {
	start := c.i
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return c.b[start:c.i]
		}
		c.i++
	}
	return c.b[start:]
}

// number gives a number, also one written as a string. Numbers beyond float64
// are no numbers.
func (c *cursor) number() (v float64, ok bool) {
	var raw []byte
	switch ch := c.next(); {
	case ch == '-' || '0' <= ch && ch <= '9':
		raw = c.scalar()
	case ch == '"':
		raw, _ = c.quoted()
		raw = bytes.TrimSpace(raw)
		if len(raw) == 0 || len(raw) > 40 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
			return 0, false
		}
	default:
		c.skip()
		return 0, false
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	return v, err == nil
}

// ms gives a duration or size of which negative means unknown: -1.
func (c *cursor) ms() float64 {
	if v, ok := c.number(); ok && v >= 0 {
		return v
	}
	return -1
}

// size is ms for whole bytes.
func (c *cursor) size() int64 {
	if v := c.ms(); v >= 0 && v < 1<<53 {
		return int64(v)
	}
	return -1
}

// isTrue reads a bool; also "true".
func (c *cursor) isTrue() bool {
	switch c.next() {
	case 't':
		c.scalar()
		return true
	case '"':
		raw, _ := c.quoted()
		return string(raw) == "true"
	}
	c.skip()
	return false
}

// skip passes over one value.
func (c *cursor) skip() {
	depth := 0
	for {
		switch c.next() {
		case 0:
			return
		case '"':
			c.quoted()
		case '{', '[':
			c.i++
			depth++
			c.deep = max(c.deep, c.depth+depth)
		case '}', ']':
			if depth == 0 {
				return // not ours: the caller's container ends here
			}
			c.i++
			depth--
		default:
			if len(c.scalar()) == 0 {
				return
			}
		}
		if depth == 0 {
			return
		}
	}
}
