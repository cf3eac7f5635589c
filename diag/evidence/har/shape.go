package har

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// shape is how one exporter writes an element of a list of headers, but for
// name and value: with its spaces and line ends. It is the same all over a
// file, and headers are half of a HAR.
type shape struct {
	pre  []byte // up to the quote before the name
	mid  []byte // from the quote behind the name to the one before the value
	post []byte // from the quote behind the value
	gap  []byte // post, the comma, and pre of the next element
}

// learn takes over the parts of an element that was read.
func (sh *shape) learn(pre, mid, post []byte) {
	if bytes.Equal(pre, sh.pre) && bytes.Equal(mid, sh.mid) && bytes.Equal(post, sh.post) {
		return
	}
	set := func(to *[]byte, part []byte) { *to = append((*to)[:0], part...) }
	set(&sh.pre, pre)
	set(&sh.mid, mid)
	set(&sh.post, post)
	sh.gap = sh.gap[:0]
}

// learnGap takes over what stands between two elements, of which the first
// ended at an offset and the second is next.
func (sh *shape) learnGap(s *scanner, ended int64) {
	if len(sh.gap) > 0 || len(sh.pre) == 0 || ended < s.base {
		return
	}
	sh.gap = append(sh.gap, sh.post...)
	sh.gap = append(sh.gap, s.buf[ended-s.base:s.i]...)
	sh.gap = append(sh.gap, sh.pre...)
}

// elements reads the element of the list that stands next, and those behind it
// while they look as the last one that header read.
func (p *parser) elements(b *building) {
	sh := &p.shape
	if len(sh.pre) == 0 || !bytes.HasPrefix(p.buf[p.i:p.end], sh.pre) {
		p.header(b)
		return
	}
	for i := p.i + len(sh.pre); ; {
		name, value, end := p.pair(i)
		again := end >= 0 && len(sh.gap) > 0 && bytes.HasPrefix(p.buf[end:p.end], sh.gap)
		if !again && (end < 0 || !bytes.HasPrefix(p.buf[end:p.end], sh.post)) {
			p.i = i - len(sh.pre)
			p.header(b)
			return
		}
		p.addPair(b, name, value)
		if !again {
			p.i = end + len(sh.post)
			return
		}
		i = end + len(sh.gap)
	}
}

// pair finds a name and value; i is behind the quote before the name. end is
// where the quote behind the value stands, -1 where there is something else.
func (p *parser) pair(i int) (name *headerName, value str, end int) {
	b := p.buf
	next := &p.lastName.next[p.side]
	if name = *next; name.stands(b[i:p.end]) {
		i += len(name.raw)
	} else {
		n := plainLen(b[i:], longString)
		if i+n >= p.end || b[i+n] != '"' {
			return nil, str{}, -1
		}
		name = p.in.name(b[i : i+n])
		i += n
	}
	*next, p.lastName = name, name
	if !bytes.HasPrefix(b[i:p.end], p.shape.mid) {
		return nil, str{}, -1
	}
	i += len(p.shape.mid)
	// Most values are what they were the last time.
	if end = i + len(name.lastRaw); end < p.end && b[end] == '"' && string(b[i:end]) == string(name.lastRaw) {
		return name, str{raw: b[i:end], plain: true}, end
	}
	if !name.dropped {
		n := plainLen(b[i:], longString)
		if end = i + n; b[end] == '"' && end < p.end {
			return name, str{raw: b[i:end], plain: true}, end
		}
	}
	if end = p.closing(i); end >= p.end {
		return nil, str{}, -1
	}
	value = str{raw: b[i:end]}
	if !name.dropped && (len(value.raw) > p.keep || len(value.raw) <= longString && !validString(value.raw)) {
		return nil, str{}, -1
	}
	return name, value, end
}

// addPair is addHeader, quicker where a value repeats.
func (p *parser) addPair(b *building, name *headerName, value str) {
	if string(value.raw) == string(name.lastRaw) && !name.secret && len(p.hs) < maxHeaders {
		if !name.dropped {
			p.hs = append(p.hs, Header{Name: name.lower, Value: name.last})
		}
		p.sawLogin = p.sawLogin || name.login
		return
	}
	n := len(p.hs)
	p.addHeader(b, name, value)
	if name.secret || len(value.raw) > longString || b.FieldsCut {
		return
	}
	name.lastRaw = append(name.lastRaw[:0], value.raw...)
	if len(p.hs) > n {
		name.last = p.hs[n].Value
	}
}

// plainLen is the length of what b begins with and can stand in a string as
// is, at most some bytes more than limit. b has a quote and padding behind it.
func plainLen(b []byte, limit int) int {
	n := 0
	for n < limit {
		if m := special(binary.LittleEndian.Uint64(b[n:])); m != 0 {
			return n + bits.TrailingZeros64(m)>>3
		}
		n += 8
	}
	return n
}
