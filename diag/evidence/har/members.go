package har

import "bytes"

// link is a member of an object, and what stood behind it the last time: an
// exporter writes the same members in the same order with the same blanks all
// over a file, so that a comparison mostly tells what stands next.
type link struct {
	gap   []byte // what stands between the value before and this one: comma, name and colon
	name  string
	end   bool     // no member, but the object's end; gap is up to behind the brace
	next  [3]*link // the latest first
	inner *link    // before the first member, where the value is an object
	text  string   // the last value, where it was a short string that stood for itself; see plain
}

const (
	maxLinks = 2000 // of one file; more are not worth their memory
	maxGap   = 200  // bytes
)

// each calls fn for each member of the object that stands next. fn has to read
// the value. Another value is passed over.
func (s *scanner) each(fn func(key string)) {
	parent := s.at
	for m := s.members(); m != nil; m = s.member(m) {
		fn(m.name)
	}
	s.at = parent
}

// members enters the object that stands next, and gives its first member: see member.
func (s *scanner) members() *link {
	if !s.open('{') {
		return nil
	}
	if s.at.inner == nil {
		s.at.inner = &link{}
	}
	return s.member(s.at.inner)
}

// member moves to the value of the member behind another; nil at the object's end.
func (s *scanner) member(last *link) *link {
	for k, m := range last.next {
		if m == nil || !bytes.HasPrefix(s.buf[s.i:s.end], m.gap) {
			continue
		}
		s.i += len(m.gap)
		s.first = false
		if k > 0 {
			last.next[0], last.next[k] = m, last.next[0]
		}
		if s.at = m; m.end {
			s.depth--
			return nil
		}
		return m
	}
	base, from := s.base, s.i
	key, ok := s.key()
	m := &link{name: string(key), end: !ok}
	if s.at = m; ok {
		s.peek()
	}
	if s.err != nil {
		return nil
	}
	if base == s.base && s.i-from <= maxGap {
		s.learn(last, m, s.buf[from:s.i])
	}
	if !ok {
		return nil
	}
	return m
}

// learn notes that a member stood behind another.
func (s *scanner) learn(last, m *link, gap []byte) {
	if s.links++; s.links > maxLinks {
		return
	}
	m.gap = bytes.Clone(gap)
	copy(last.next[1:], last.next[:])
	last.next[0] = m
}
