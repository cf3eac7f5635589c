package redact

import (
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// deepest bounds how many objects and lists may stand in one another.
const deepest = 10000

// parser reads JSON that is in memory as a whole. It takes what jsontext takes,
// and gives the same values; texts without escapes are pieces of the source.
type parser struct {
	s     string
	i     int
	depth int

	room  [][]node // for the values of this text and of the next one
	used  int      // of the room, in whole pieces
	names pile[string]
	heads pile[nameAt]
	items pile[*node]
}

// pile holds what is known of the objects that are being read, and keeps that of
// those that were.
type pile[T any] struct{ open, done []T }

// close takes the members from one on away from the pile and gives them.
func (p *pile[T]) close(from int) []T {
	if from == len(p.open) {
		return nil
	}
	at := len(p.done)
	p.done = append(p.done, p.open[from:]...)
	p.open = p.open[:from]
	return p.done[at:len(p.done):len(p.done)]
}

// keep makes room again, but for what would be too much to keep.
func (p *pile[T]) keep() {
	if cap(p.done) > maxKept {
		*p = pile[T]{}
		return
	}
	clear(p.done)
	clear(p.open[:cap(p.open)])
	p.open, p.done = p.open[:0], p.done[:0]
}

const (
	nodesOfPiece = 64
	maxKept      = 1 << 14
)

// read reads the value at the head of a text; size is how long it is. The value
// is good until its parser is given to done.
func (r *Redactor) read(s string) (p *parser, n *node, size int, ok bool) {
	if k := len(r.parsers); k > 0 {
		p = r.parsers[k-1]
		r.parsers = r.parsers[:k-1]
	} else {
		p = &parser{}
	}
	p.s = s
	n = p.value()
	return p, n, p.i, n != nil
}

// readAll is read of a text that is one value and nothing else.
func (r *Redactor) readAll(s string) (p *parser, n *node, ok bool) {
	p, n, size, ok := r.read(s)
	return p, n, ok && strings.TrimSpace(s[size:]) == ""
}

// done takes a parser back, whose values are not used any more.
func (r *Redactor) done(p *parser) {
	for i := range p.room {
		clear(p.room[i])
		p.room[i] = p.room[i][:0]
	}
	if len(p.room) > maxKept/nodesOfPiece {
		p.room = nil
	}
	p.names.keep()
	p.heads.keep()
	p.items.keep()
	*p = parser{room: p.room, names: p.names, heads: p.heads, items: p.items}
	r.parsers = append(r.parsers, p)
}

// node gives room for one more.
func (p *parser) node() *node {
	if p.used == len(p.room) {
		p.room = append(p.room, make([]node, 0, nodesOfPiece))
	}
	piece := p.room[p.used]
	piece = piece[:len(piece)+1]
	p.room[p.used] = piece
	if len(piece) == nodesOfPiece {
		p.used++
	}
	return &piece[len(piece)-1]
}

func (p *parser) blank() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\n' || p.s[p.i] == '\t' || p.s[p.i] == '\r') {
		p.i++
	}
}

// sign goes behind a sign, when it comes next.
func (p *parser) sign(b byte) bool {
	p.blank()
	if p.i < len(p.s) && p.s[p.i] == b {
		p.i++
		return true
	}
	return false
}

// value reads the next value; nil when there is none.
func (p *parser) value() *node {
	p.blank()
	if p.i == len(p.s) {
		return nil
	}
	from := p.i
	n := p.node()
	switch b := p.s[from]; b {
	case '{', '[':
		if p.depth++; p.depth > deepest {
			return nil
		}
		p.i++
		n.kind = jsontext.Kind(b)
		if !p.members(n) {
			return nil
		}
		p.depth--
		n.at = span2{from, p.i}
		return n
	case '"':
		text, ok := p.text()
		if !ok {
			return nil
		}
		n.kind, n.text = '"', text
	case 't', 'f', 'n':
		word := "null"
		switch b {
		case 't':
			word = "true"
		case 'f':
			word = "false"
		}
		if !strings.HasPrefix(p.s[from:], word) {
			return nil
		}
		p.i += len(word)
		n.kind, n.text = jsontext.Kind(b), word
	default:
		if !p.number() {
			return nil
		}
		n.kind, n.text = '0', p.s[from:p.i]
	}
	n.at = span2{from, p.i}
	n.was = leaf{n.kind, n.text}
	return n
}

// members reads what is in an object or a list, whose first sign was read.
func (p *parser) members(n *node) bool {
	closing := byte(n.kind) + 2
	names, items := len(p.names.open), len(p.items.open) // those of the objects around it stay below
	for more := !p.sign(closing); more; more = !p.sign(closing) {
		if len(p.items.open) > items && !p.sign(',') {
			return false
		}
		if n.kind == '{' {
			p.blank()
			from := p.i
			if from == len(p.s) || p.s[from] != '"' {
				return false
			}
			name, ok := p.text()
			if !ok {
				return false
			}
			p.names.open = append(p.names.open, name)
			p.heads.open = append(p.heads.open, nameAt{span2{from, p.i}, name})
			if !p.sign(':') {
				return false
			}
		}
		item := p.value()
		if item == nil {
			return false
		}
		p.items.open = append(p.items.open, item)
	}
	n.items = p.items.close(items)
	n.names = p.names.close(names)
	n.heads = p.heads.close(names)
	return true
}

// text reads a string, whose first quote comes next.
func (p *parser) text() (string, bool) {
	s, from := p.s, p.i+1
	plain, ascii := true, true
	for i := from; i < len(s); i++ {
		switch inText[s[i]] {
		case 0:
		case ofEnd:
			p.i = i + 1
			if plain && (ascii || utf8.ValidString(s[from:i])) {
				return s[from:i], true
			}
			text, _ := jsontext.AppendUnquote(nil, s[from-1:i+1]) // of bytes that are no UTF-8 it makes U+FFFD
			return string(text), true
		case ofEscape:
			plain = false
			n := escapeSize(s[i:])
			if n == 0 {
				return "", false
			}
			i += n - 1
		case ofOther:
			ascii = false
		default:
			return "", false
		}
	}
	return "", false
}

const (
	ofEnd = iota + 1
	ofEscape
	ofOther
	ofControl
)

// inText are the bytes of a string by what they are in one.
var inText = func() (out [256]byte) {
	for b := range out {
		switch {
		case b == '"':
			out[b] = ofEnd
		case b == '\\':
			out[b] = ofEscape
		case b < ' ':
			out[b] = ofControl
		case b >= 0x80:
			out[b] = ofOther
		}
	}
	return out
}()

// escapeSize gives how long the escape is that a text begins with, 0 for none.
func escapeSize(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(s) >= 6 && ofHex[s[2]] && ofHex[s[3]] && ofHex[s[4]] && ofHex[s[5]] {
			return 6
		}
	}
	return 0
}

// number reads a number as RFC 8259 has it.
func (p *parser) number() bool {
	s, i := p.s, p.i
	if s[i] == '-' {
		i++
	}
	n := digitsRun(s[i:])
	if n == 0 || n > 1 && s[i] == '0' {
		if n == 0 {
			return false
		}
		n = 1 // what follows it is for the next to refuse
	}
	i += n
	if i < len(s) && s[i] == '.' {
		if n = digitsRun(s[i+1:]); n == 0 {
			return false
		}
		i += 1 + n
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		k := i + 1
		if k < len(s) && (s[k] == '+' || s[k] == '-') {
			k++
		}
		if n = digitsRun(s[k:]); n == 0 {
			return false
		}
		i = k + n
	}
	p.i = i
	return true
}
