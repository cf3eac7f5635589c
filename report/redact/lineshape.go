package redact

import (
	"hash/maphash"
	"strings"
)

// shapes remembers lines in which the rules found nothing, so that the next
// line that differs in its time and its small numbers alone need not be looked
// at again: a program writes one message a thousand times.
//
// A shape is a line in which some digits stand for any: those of a time, and of
// a number by itself. What a rule asks of the values of digits is asked in every
// line, by the same code, before the line's shape is: whether they are a time, a
// phone, an id, a card, an address or a place, or part of a text in base64. All
// other rules tell digits from letters, and no digit from another, but in words,
// in keys and in addresses of machines: digits in those, and all other bytes,
// are the shape's own.
//
// Values that were learnt are no rules: every line is swept for them.
type shapes struct {
	seed  maphash.Seed
	clean []uint64 // hashes of shapes, each in the place that its bits tell
	buf   []byte   // of the line that is asked for
	asked int      // lines
	known int      // lines whose shape was known
	rest  int      // lines to go before the next is asked for
}

const (
	maxShapes    = 1 << 16
	longestShape = 2048 // bytes of a line
	leastShape   = 24
)

func newShapes() *shapes { return &shapes{seed: maphash.MakeSeed()} }

// has tells whether a shape is known.
func (h *shapes) has(key uint64) bool {
	h.asked++
	if h.clean == nil || h.clean[key%maxShapes] != key {
		if h.asked >= 2048 { // a text without repetition is not worth the question
			if h.known*8 < h.asked {
				h.rest = 2 * h.asked
			}
			h.asked, h.known = 0, 0
		}
		return false
	}
	h.known++
	return true
}

func (h *shapes) add(key uint64) {
	if h.clean == nil {
		h.clean = make([]uint64, maxShapes)
	}
	h.clean[key%maxShapes] = key
}

const (
	anyOfStamp = 1 // stands for a digit of a time
	anyDigit   = 2 // and of a number
)

// ofShape are the bytes by what a shape does with them: digits are looked at, and
// so is what may begin something structured or encoded; a line with the bytes
// that stand for digits has no shape.
var ofShape = func() (out [256]byte) {
	for b := range out {
		switch {
		case b >= '0' && b <= '9':
			out[b] = digit
		case b < '\t', b == 0xEF, strings.IndexByte("%\\[{&\x1b", byte(b)) >= 0:
			out[b] = rare
		}
	}
	return out
}()

var (
	beforeNumber = ofBytes(" \t=:([,/\"'#*|<>{")
	behindNumber = ofBytes(" \t=:)],/\"';|<>}?&%#")
)

func ofBytes(list string) (out [256]bool) {
	for _, b := range []byte(list) {
		out[b] = true
	}
	return out
}

// shape gives the hash of a line's shape; ok is false for a line that has none,
// or whose numbers have to be looked at more closely.
func (c *scan) shape() (key uint64, ok bool) {
	h, s := c.f.r.shapes, c.s
	if h.rest > 0 {
		h.rest--
		return 0, false
	}
	if len(s) > longestShape || len(s) < leastShape {
		return 0, false
	}
	b := append(h.buf[:0], c.f.flags())
	done, wordsEnd := 0, 0
	for i := 0; ; {
		for i < len(s) && ofShape[s[i]] == 0 {
			i++
		}
		if i == len(s) {
			break
		}
		if s[i] < '0' || s[i] > '9' {
			if s[i] < '\t' || s[i] == 0xEF && i+2 < len(s) && s[i+1] == 0xBC && s[i+2] >= 0x90 && s[i+2] <= 0x99 { // a full-width digit
				return 0, false
			}
			if begins[s[i]] == rare && !c.flatAt(i) {
				c.structured = true
				return 0, false
			}
			i++
			continue
		}
		from, as := i, byte(anyDigit)
		end := from + digitsRun(s[from:])
		i = end
		if end-from <= 4 && end < len(s) && (s[end] == '-' || s[end] == ':') {
			if stamp := stampEnd(s, from, end); stamp > 0 {
				i, as = stamp, anyOfStamp
			}
		}
		if as == anyDigit {
			if c.asNumber(from, end); len(c.spans) > 0 {
				return 0, false
			}
			dots := 0 // those of more than one are no number, and an address perhaps
			for i+1 < len(s) && s[i] == '.' && ofShape[s[i+1]] == digit {
				more := i + 1
				i = more + digitsRun(s[more:])
				if c.asNumber(more, i); len(c.spans) > 0 {
					return 0, false
				}
				dots++
			}
			if dots > 1 || !byItself(s, from, i) {
				continue
			}
			if from >= wordsEnd {
				var may bool
				if wordsEnd, may = mayDecode(s, from); may {
					return 0, false
				}
			}
		}
		if strings.Trim(s[from:i], "0.:") == "" { // of an address of zeros, perhaps
			continue
		}
		b = append(b, s[done:from]...)
		for _, x := range []byte(s[from:i]) {
			if ofShape[x] == digit {
				x = as
			}
			b = append(b, x)
		}
		done = i
	}
	h.buf = append(b, s[done:]...)
	return maphash.Bytes(h.seed, h.buf), true
}

// byItself tells whether a number begins behind a sign and ends before one or
// before its unit, and is no part of an address.
func byItself(s string, from, to int) bool {
	if to-from > 20 {
		return false
	}
	if from > 0 && s[from-1] >= 0x80 { // 编号123，
		return to == len(s) || s[to] >= 0x80 && !wideSign(s[to:])
	}
	if from > 0 && !beforeNumber[s[from-1]] {
		return false
	}
	end := to
	for end < len(s) && end-to < 3 && wordByte(s[end]) {
		end++
	}
	switch s[to:end] {
	case "", "s", "ms", "us", "ns", "B", "kB", "KB", "MB":
	default:
		return false
	}
	if end < len(s) && s[end] < 0x80 && !behindNumber[s[end]] && !(s[end] == '.' && (end+1 == len(s) || s[end+1] == ' ')) {
		return false
	}
	if !(from > 0 && s[from-1] == ':') && !(to < len(s) && s[to] == ':') {
		return true
	}
	i, j, colons := from, to, 0
	for i > 0 && from-i < 48 && (ofHex[s[i-1]] || s[i-1] == ':' || s[i-1] == '.') {
		i--
	}
	for j < len(s) && j-to < 48 && (ofHex[s[j]] || s[j] == ':' || s[j] == '.') {
		j++
	}
	for k := i; k < j; k++ {
		if s[k] == ':' {
			if colons++; k+1 < len(s) && s[k+1] == ':' {
				return false
			}
		}
	}
	return colons < 4
}

// wideSign tells whether a text begins with what may stand between a key and its value.
func wideSign(s string) bool {
	for _, sign := range [...]string{"：", "＝", "】", "是", "为"} {
		if strings.HasPrefix(s, sign) {
			return true
		}
	}
	return false
}

// mayDecode tells whether the run of base64 around s[at] may be a text from one
// of its words on, and where the run ends.
func mayDecode(s string, at int) (end int, may bool) {
	from, end := at, at
	for from > 0 && ofBase64[s[from-1]] {
		from--
	}
	for end < len(s) && ofBase64[s[end]] {
		end++
	}
	for i := from; i+minBase64 <= end; i++ {
		if wordByte(s[i]) && (i == 0 || !wordByte(s[i-1])) && texts(s[i:]) {
			return end, true
		}
	}
	return end, false
}
