package har

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// meaning is text for strings that are kept whole: where it can, it resolves
// escapes on the way to the string's end, of which then no more than limit
// bytes are left. Where it cannot, it gives what text does.
func (s *scanner) meaning(limit int) (v str, ok bool) {
	if s.peek() != '"' || limit < 8 || looksCoded(s.buf[s.i+1:s.end]) {
		return s.text()
	}
	if limit = min(limit, blockSize); limit > len(s.meant) {
		s.meant = make([]byte, limit)
	}
	b, from := s.buf, s.i+1
	to := s.meant[:limit]
	i, o, seen := from, 0, uint64(0)
	for o+8 <= len(to) {
		x := binary.LittleEndian.Uint64(b[i:])
		binary.LittleEndian.PutUint64(to[o:], x)
		seen |= x
		m := ends(x)
		if m == 0 {
			i, o = i+8, o+8
			continue
		}
		n := bits.TrailingZeros64(m) >> 3
		i, o = i+n, o+n
		if b[i] == '"' {
			if i >= s.end || i-from <= longString || seen&highs != 0 && !utf8.Valid(to[:o]) {
				break
			}
			s.i = i + 1
			return str{raw: to[:o], plain: true}, true
		}
		if i+1 >= s.end {
			break
		}
		if ch := simple[b[i+1]]; ch != 0 {
			to[o] = ch
			i, o = i+2, o+1
			continue
		}
		r, n := escape(b[i:s.end], true)
		if n == 0 || b[i+1] != 'u' || o+utf8.UTFMax > len(to) {
			break
		}
		o += utf8.EncodeRune(to[o:], r)
		i += n
	}
	return s.text()
}

// looksCoded reports whether a string seems to be base64, which has no escapes
// and often is not wanted.
func looksCoded(b []byte) bool {
	b = b[:min(len(b), 32)]
	for _, ch := range b {
		if ch != '+' && ch != '/' && (ch < '0' || ch > '9') && (ch|0x20 < 'a' || ch|0x20 > 'z') {
			return false
		}
	}
	return len(b) == 32
}
