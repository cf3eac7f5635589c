package redact

import (
	"slices"
	"sort"
	"strings"
)

// learned holds the values found so far, for the sweep. Values are learnt
// while files are read, so a filter of hashes of heads serves better than an
// automaton that is built once: most places of a text are told from all values
// by one look at one bit.
type learned struct {
	byHead map[[minLesson]byte][]lesson
	have   map[string]bool
	near   [1 << 13]byte // one bit for each hash of a head: small, so that it stays at hand
	filter [1 << 16]byte // eight bits for each
}

// minLesson is how long a value must be, in bytes, to be swept.
const minLesson = 3

type lesson struct {
	value, repl, rule string
	anywhere          bool   // also inside of longer words
	whole             string // of which the value is the head: as much of it as stands there goes
}

func newLearned() *learned {
	return &learned{byHead: map[[minLesson]byte][]lesson{}, have: map[string]bool{}}
}

// headFactor spreads three bytes over the bits of a hash.
const headFactor = 0x9E3779B1

// headHash gives the place of three bytes in the filter, and their bit there.
func headHash(three uint32) (uint16, byte) {
	h := three * headFactor
	return uint16(h >> 16), 1 << (h >> 13 & 7)
}

// put learns a value, to be replaced wherever it stands as a word of its own,
// or anywhere.
func (l *learned) put(value, repl, rule string, anywhere bool) {
	if len(value) < minLesson || l.have[value] {
		return
	}
	value = strings.Clone(value) // it stood in a text that need not stay for it
	l.have[value] = true
	l.add(lesson{value, repl, rule, anywhere, ""})
}

// putHead learns the head of a text, which goes with as much of the text as
// follows it.
func (l *learned) putHead(text, head string) {
	if !l.have[head] {
		text = strings.Clone(text)
		l.have[text[:len(head)]] = true
		l.add(lesson{text[:len(head)], "", "text", true, text})
	}
}

func (l *learned) add(x lesson) {
	value := x.value
	head := [minLesson]byte{value[0], value[1], value[2]}
	list := l.byHead[head]
	at := sort.Search(len(list), func(i int) bool { return len(list[i].value) < len(value) })
	l.byHead[head] = slices.Insert(list, at, x)
	k, bit := headHash(uint32(head[0]) | uint32(head[1])<<8 | uint32(head[2])<<16)
	l.filter[k] |= bit
	l.near[k>>3] |= 1 << (k & 7)
}

// maybe has its lowest bit set when the first three bytes of four may be the head of a value.
func (l *learned) maybe(four uint32) byte {
	k := (four & 0xFFFFFF) * headFactor >> 16
	return l.near[k>>3] >> (k & 7)
}

// told tells whether a value may begin at s[i].
func (l *learned) told(s string, i int) bool {
	k, bit := headHash(uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16)
	return l.filter[k]&bit != 0
}

// next gives the first place from i on where a learnt value may begin, or the
// length of the text.
func (l *learned) next(s string, i int) int {
	if i+minLesson > len(s) {
		return len(s)
	}
	for ; i+8 <= len(s); i += 4 { // four places at a time: hardly any is told to hold a value
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 | uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		if (l.maybe(uint32(w))|l.maybe(uint32(w>>8))|l.maybe(uint32(w>>16))|l.maybe(uint32(w>>24)))&1 == 0 {
			continue
		}
		for k := range 4 {
			if l.told(s, i+k) {
				return i + k
			}
		}
	}
	for ; i+minLesson <= len(s); i++ {
		if l.told(s, i) {
			return i
		}
	}
	return len(s)
}

// at gives the longest learnt value that begins at s[i].
func (l *learned) at(s string, i int) (lesson, bool) {
	if i+minLesson > len(s) {
		return lesson{}, false
	}
	for _, x := range l.byHead[[minLesson]byte{s[i], s[i+1], s[i+2]}] {
		end := i + len(x.value)
		if end > len(s) || s[i:end] != x.value {
			continue
		}
		if x.anywhere || (!(i > 0 && wordByte(s[i-1]) && wordByte(s[i])) && !(end < len(s) && wordByte(s[end]) && wordByte(s[end-1]))) {
			return x, true
		}
	}
	return lesson{}, false
}

// sharedHead gives how much of the beginnings of two texts is the same, in whole letters.
func sharedHead(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && a[n]&0xC0 == 0x80 {
		n--
	}
	return n
}

// sweep replaces what was learnt elsewhere.
func (c *scan) sweep() {
	l := c.f.r.learn
	if len(l.have) == 0 {
		return
	}
	for i := l.next(c.s, 0); i < len(c.s); i = l.next(c.s, i) {
		if x, ok := l.at(c.s, i); ok {
			end := i + len(x.value)
			if x.whole != "" {
				end = i + sharedHead(c.s[i:], x.whole)
				x.repl = lengthOf(c.s[i:end])
			}
			if x.rule == "text" {
				if to := quotedRest(c.s, i, end); to > end {
					end, x.repl = to, lengthOf(c.s[i:to])
				}
			}
			c.spans = append(c.spans, span{start: i, end: end, repl: x.repl, rule: x.rule, rank: bySweep})
			i = end
			continue
		}
		i++
	}
}
