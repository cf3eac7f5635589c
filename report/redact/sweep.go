package redact

import (
	"slices"
	"strings"
)

// learned holds the values found so far, for the sweep. Values are learnt
// while files are read, so a filter of hashes of heads serves better than an
// automaton that is built once: most places of a text are told from all values
// by one look at one bit.
type learned struct {
	byHead map[[minLesson]byte][]lesson
	have   map[string]bool
	filter []uint64
	long   int // the longest value
}

// minLesson is how long a value must be, in bytes, to be swept.
const minLesson = 3

type lesson struct {
	value, repl, rule string
	anywhere          bool // also inside of longer words
}

func newLearned() *learned {
	return &learned{byHead: map[[minLesson]byte][]lesson{}, have: map[string]bool{}, filter: make([]uint64, 1<<10)}
}

func headHash(a, b, c byte) uint32 {
	return (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9E3779B1
}

// put learns a value, to be replaced wherever it stands as a word of its own,
// or anywhere.
func (l *learned) put(value, repl, rule string, anywhere bool) {
	if len(value) < minLesson || l.have[value] {
		return
	}
	value = strings.Clone(value) // it stood in a text that need not stay for it
	l.have[value] = true
	l.long = max(l.long, len(value))
	head := [minLesson]byte{value[0], value[1], value[2]}
	list := append(l.byHead[head], lesson{value, repl, rule, anywhere})
	slices.SortStableFunc(list, func(a, b lesson) int { return len(b.value) - len(a.value) })
	l.byHead[head] = list
	if len(l.byHead)*16 > len(l.filter)*64 && len(l.filter) < 1<<18 {
		l.filter = make([]uint64, len(l.filter)*4)
		for h := range l.byHead {
			l.set(h)
		}
		return
	}
	l.set(head)
}

func (l *learned) set(h [minLesson]byte) {
	k := headHash(h[0], h[1], h[2]) >> 8 & uint32(len(l.filter)*64-1)
	l.filter[k/64] |= 1 << (k % 64)
}

// next gives the first place from i on where a learnt value may begin, or the
// length of the text.
func (l *learned) next(s string, i int) int {
	mask := uint32(len(l.filter)*64 - 1)
	for ; i+minLesson <= len(s); i++ {
		k := headHash(s[i], s[i+1], s[i+2]) >> 8 & mask
		if l.filter[k/64]&(1<<(k%64)) != 0 {
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

// has tells whether a learnt value stands in the text.
func (l *learned) has(s string) bool {
	if len(l.have) == 0 {
		return false
	}
	for i := l.next(s, 0); i < len(s); i = l.next(s, i+1) {
		if _, ok := l.at(s, i); ok {
			return true
		}
	}
	return false
}

// sweep replaces what was learnt elsewhere.
func (c *scan) sweep() {
	l := c.f.r.learn
	if len(l.have) == 0 {
		return
	}
	for i := l.next(c.s, 0); i < len(c.s); i = l.next(c.s, i) {
		if x, ok := l.at(c.s, i); ok {
			c.spans = append(c.spans, span{start: i, end: i + len(x.value), repl: x.repl, rule: x.rule, rank: bySweep})
			i += len(x.value)
			continue
		}
		i++
	}
}
