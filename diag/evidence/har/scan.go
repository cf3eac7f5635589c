package har

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

const (
	maxValue = 4 << 20 // bytes that one number, or the blanks before a value, may take up
	maxNest  = 10_000  // levels of nesting, beyond which it is not JSON for us
)

var (
	errSyntax  = errors.New("not JSON")
	errTooBig  = errors.New("value larger than may be held")
	errUTF16   = errors.New("text is UTF-16")
	utf8BOM    = []byte("\xEF\xBB\xBF")
	utf16BOMle = []byte("\xFF\xFE")
	utf16BOMbe = []byte("\xFE\xFF")
)

// scanner walks JSON in one pass, in the memory of a few blocks whatever the
// size of a value. What is read must be JSON; what is passed over (skip.go) is
// only looked at for where it ends.
//
// It does not return errors. At the first fault it stops there for good: then
// peek gives 0, and there is no other member, element or string.
type scanner struct {
	feed *feed
	buf  []byte // the block; buf[end] is a quote, see padding
	i    int    // the next byte
	end  int    // of the data
	base int64  // offset of buf[0] in the file
	last error  // of the feed: there is no block after this one
	keep int    // raw bytes kept of a string

	at    *link // the member whose value stands next, see members.go
	links int

	first bool // nothing was read yet in the innermost object or array
	depth int  // objects and arrays open
	deep  int  // deepest level seen

	err     error // the fault; io.ErrUnexpectedEOF at the end of the file
	faultAt int64 // its offset in the file

	spare []byte // a string or number that lies in more than one block
	meant []byte // see meaning
	name  []byte // a key that does not stay in its block as it is
	held  str    // see hold
	saved []byte // what is held, from blocks that are gone
}

// str is the raw inside of a JSON string. It is valid until the next read.
type str struct {
	raw   []byte // escapes not resolved
	plain bool   // raw is the text itself: ASCII without escapes, or what meaning gives
	cut   bool   // raw is only the beginning
}

// newScanner scans a file, and keeps so many raw bytes of each string.
func newScanner(f *feed, keep int) *scanner {
	s := &scanner{feed: f, keep: keep, at: &link{}}
	s.setBlock(f.next(nil))
	switch head := s.buf[:s.end]; {
	case bytes.HasPrefix(head, utf8BOM):
		s.i = len(utf8BOM)
	case bytes.HasPrefix(head, utf16BOMle), bytes.HasPrefix(head, utf16BOMbe):
		s.fail(errUTF16)
	}
	return s
}

func (s *scanner) setBlock(b block) {
	s.buf, s.i, s.end, s.last = b.buf, 0, b.n, b.err
	clear(s.buf[s.end : s.end+padding])
	s.buf[s.end] = '"'
}

// refill goes to the next block; the one before is gone.
func (s *scanner) refill() bool {
	for s.err == nil && s.i >= s.end {
		if s.last != nil {
			if errors.Is(s.last, io.EOF) || errors.Is(s.last, io.ErrUnexpectedEOF) {
				s.last = io.ErrUnexpectedEOF
			}
			s.fail(s.last)
			break
		}
		s.save()
		s.base += int64(s.end)
		s.setBlock(s.feed.next(s.buf))
	}
	return s.err == nil
}

// fail stops the scanner where it stands.
func (s *scanner) fail(err error) {
	if s.err == nil {
		s.err, s.faultAt = err, s.offset()
	}
	s.end = min(s.i, s.end)
	s.buf[s.end] = '"'
}

// offset is where in the file the next byte stands.
func (s *scanner) offset() int64 { return s.base + int64(s.i) }

// hold keeps a string beyond the next read, until take gives it.
func (s *scanner) hold(v str) { s.held = v }

func (s *scanner) take() (v str) {
	v, s.held = s.held, str{}
	return v
}

// save copies what is held out of the block.
func (s *scanner) save() {
	if r := s.held.raw; len(r) > 0 && (len(s.saved) == 0 || &r[0] != &s.saved[0]) {
		s.saved = append(s.saved[:0], r...)
		s.held.raw = s.saved
	}
}

// peek moves to the next byte that is no blank and gives it; 0 when there is none.
func (s *scanner) peek() byte {
	if ch := s.buf[s.i]; ch > ' ' && s.i < s.end {
		return ch
	}
	return s.peekOn()
}

func (s *scanner) peekOn() byte {
	for blanks := 0; ; {
		b, i := s.buf, s.i
		for {
			switch b[i] {
			case ' ':
				for i++; binary.LittleEndian.Uint64(b[i:]) == eightSpaces; i += 8 {
				}
				continue
			case '\n', '\t', '\r':
				i++
				continue
			}
			break
		}
		blanks += i - s.i
		s.i = i
		if i < s.end {
			return b[i]
		}
		if blanks > maxValue {
			s.fail(errTooBig)
		}
		if !s.refill() {
			return 0
		}
	}
}

const eightSpaces = 0x2020202020202020

// open enters an object or array; false when the value is something else,
// which it passes over.
func (s *scanner) open(kind byte) bool {
	if s.peek() != kind {
		s.skip()
		return false
	}
	s.enter()
	return true
}

func (s *scanner) enter() {
	s.i++
	s.first = true
	s.depth++
	if s.deep = max(s.deep, s.depth); s.depth > maxNest {
		s.fail(errSyntax)
	}
}

// more moves to the next member or element; false at the end, which it passes.
func (s *scanner) more(end byte) bool {
	ch := s.peek()
	if ch == end {
		s.i++
		s.depth--
		s.first = false
		return false
	}
	if s.first {
		s.first = false
	} else if ch == ',' {
		s.i++
		ch = s.peek()
	} else {
		ch = 0
	}
	if ch == 0 || ch == end {
		s.fail(errSyntax)
		return false
	}
	return true
}

// elem reports whether the array has another element, which has to be read then.
func (s *scanner) elem() bool { return s.more(']') }

// key gives the next member's name, ok false at the object's end. Its value
// has to be read then, and makes the name invalid.
func (s *scanner) key() (name []byte, ok bool) {
	if !s.more('}') {
		return nil, false
	}
	if s.buf[s.i] != '"' {
		s.fail(errSyntax)
		return nil, false
	}
	k := s.quoted()
	name = k.raw
	if !k.plain {
		s.name, _ = unquote(s.name[:0], k.raw, longString, k.cut)
		name = s.name
	}
	if s.buf[s.i] != ':' || s.i >= s.end { // blanks may lead into the next block
		s.name = append(s.name[:0], name...)
		name = s.name
		if s.peek() != ':' {
			s.fail(errSyntax)
			return nil, false
		}
	}
	s.i++
	return name, true
}

// text reads a string; ok is false for another value, which it passes over.
func (s *scanner) text() (v str, ok bool) {
	if s.peek() != '"' {
		s.skip()
		return str{}, false
	}
	v = s.quoted()
	return v, s.err == nil
}

// quoted reads the string that begins here.
func (s *scanner) quoted() str {
	b, from := s.buf, s.i+1
	i := from + plainLen(b[from:], longString)
	if b[i] == '"' && i < s.end {
		s.i = i + 1
		return str{raw: b[from:i], plain: true}
	}
	end := s.closing(i)
	if end >= s.end {
		return s.quotedOn(end)
	}
	s.i = end + 1
	v := str{raw: b[from:end]}
	if len(v.raw) > s.keep {
		v.raw, v.cut = v.raw[:s.keep], true
	}
	s.check(v)
	return v
}

// quotedOn reads a string that lies in more than one block; end is what
// closing gave for its part in this one.
func (s *scanner) quotedOn(end int) str {
	s.save()
	s.i++
	s.spare = s.spare[:0]
	cut := false
	for {
		part := s.buf[s.i:min(end, s.end)]
		m := min(len(part), s.keep-len(s.spare))
		s.spare = append(s.spare, part[:m]...)
		cut = cut || m < len(part)
		if end < s.end {
			break
		}
		escaped := end - s.end
		s.i = s.end
		if !s.refill() {
			return str{}
		}
		end = s.closing(escaped)
	}
	s.i = end + 1
	v := str{raw: s.spare, cut: cut}
	s.check(v)
	return v
}

// check stops at a string that is not JSON. Long ones may hold any bytes: they
// are read as well as can be.
func (s *scanner) check(v str) {
	if len(v.raw) <= longString && !validString(v.raw) {
		s.fail(errSyntax)
	}
}

// closing finds the quote that ends a string, from a place in it that is not
// escaped. It gives end when that is not in the block, and one more when the
// block ends with a backslash that escapes what follows.
func (s *scanner) closing(i int) int {
	b, end := s.buf, s.end
	for {
		// Most strings are short, and escapes come in crowds.
		for near := i + nearby; i < near; i += 8 {
			m := ends(binary.LittleEndian.Uint64(b[i:]))
			if m == 0 {
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
			if b[i] == '"' {
				return i
			}
			if i += 2; i >= end {
				return i
			}
			near = i + nearby
			i -= 8
		}
		from := i
		i += bytes.IndexByte(b[i:end+1], '"')
		if !escaped(b[from:i]) {
			return i
		}
		if i++; i > end {
			return i
		}
	}
}

// nearby is how far to look eight bytes at a time before a wider search pays.
const nearby = 48

// escaped reports whether the byte after b is escaped: an odd number of
// backslashes stands before it.
func escaped(b []byte) bool {
	n := len(b)
	for n > 0 && b[n-1] == '\\' {
		n--
	}
	return (len(b)-n)%2 == 1
}

// Eight bytes at once: the lowest byte that is marked in the result, by its
// highest bit, is the first that is looked for. Bytes above it may be marked wrongly.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

func equal(x uint64, ch byte) uint64 {
	x ^= ones * uint64(ch)
	return (x - ones) &^ x & highs
}

// ends marks what ends a string or escapes in it.
func ends(x uint64) uint64 { return equal(x, '"') | equal(x, '\\') }

// special marks what ends a string or means something else than itself.
func special(x uint64) uint64 {
	return ends(x) | (x-ones*' ')&^x&highs | x&highs
}

// longString is the number of raw bytes up to which a string is checked. Keys,
// dates, most headers and URLs are shorter, bodies longer.
const longString = 256
