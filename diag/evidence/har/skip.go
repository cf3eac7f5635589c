package har

import (
	"encoding/binary"
	"math/bits"
)

// skip passes over one value. Of objects and arrays it looks at no more than
// their strings and brackets.
func (s *scanner) skip() {
	switch ch := s.peek(); ch {
	case '"':
		s.skipString()
	case '{', '[':
		s.enter()
		s.leave(ch + 2)
	default:
		s.scalar()
	}
}

// skipString passes over the string that begins here.
func (s *scanner) skipString() {
	i := s.closing(s.i + 1)
	for i >= s.end {
		escaped := i - s.end
		s.i = s.end
		if !s.refill() {
			return
		}
		i = s.closing(escaped)
	}
	s.i = i + 1
}

// leave passes over the rest of the innermost object or array, up to the
// bracket that closes it.
func (s *scanner) leave(closing byte) {
	s.first = false
	outside := s.depth - 1
	b, i, end := s.buf, s.i, s.end
	for {
		switch ch := b[i]; {
		case ch <= ' ':
			for i++; binary.LittleEndian.Uint64(b[i:]) == eightSpaces; i += 8 {
			}
		case ch == '"':
			if i < end {
				// Most strings here are short: these are found without a call.
				j := i + 1
				m := ends(binary.LittleEndian.Uint64(b[j:]))
				for ; m == 0 && j < i+32; m = ends(binary.LittleEndian.Uint64(b[j:])) {
					j += 8
				}
				if j += bits.TrailingZeros64(m) >> 3; m != 0 && b[j] == '"' && j < end {
					if i = j + 1; b[i] == ':' {
						i++
					}
					continue
				}
				s.i = i
				s.skipString()
			} else {
				s.i = i
				s.refill()
			}
			if s.err != nil {
				return
			}
			b, i, end = s.buf, s.i, s.end
		case ch|0x20 == '{': // or '['
			i++
			if s.depth++; s.depth > maxNest {
				s.i = i
				s.fail(errSyntax)
				return
			}
			s.deep = max(s.deep, s.depth)
		case ch|0x20 == '}': // or ']'
			i++
			if s.depth--; s.depth == outside {
				if s.i = i; ch != closing {
					s.fail(errSyntax)
				}
				return
			}
		default:
			i++
		}
	}
}
