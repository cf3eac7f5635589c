package redact

import (
	"math/bits"
)

// Where a rule of the second look can match is told before its regular
// expression is asked: each line is gone through once for the words and the
// digits that rules need, and a rule then sees only what is around them.

// lowered are the bytes in small ASCII letters.
var lowered = func() (out [256]byte) {
	for b := range out {
		out[b] = byte(b)
		if b >= 'A' && b <= 'Z' {
			out[b] = byte(b) + 'a' - 'A'
		}
	}
	return out
}()

// trigger is a word without which some rules find nothing.
type trigger struct {
	word   string
	checks uint32 // the bit of the rule that asks for it
}

var (
	triggers    = map[uint32][]trigger{} // by their first three bytes
	triggerHead [1 << 12]bool            // by a hash of them
)

func headOfThree(three uint32) uint32 { return three * 0x9E3779B1 >> 20 }

func init() {
	for k := range checksOfTheSecond {
		for _, w := range checksOfTheSecond[k].hint.words {
			three := uint32(w[0])<<16 | uint32(w[1])<<8 | uint32(w[2])
			triggers[three] = append(triggers[three], trigger{w, 1 << k})
			triggerHead[headOfThree(three)] = true
		}
	}
}

// ofNumber are the bytes that a phone, a card or an id is written with.
var ofNumber = func() (out [256]struct {
	adds  uint8
	keeps bool
}) {
	for b := '0'; b <= '9'; b++ {
		out[b].adds = 1
	}
	for _, b := range []byte("0123456789 +-Xx") {
		out[b].keeps = true
	}
	return out
}()

// hinted is what one line holds that rules ask for.
type hinted struct {
	checks uint32     // the rules of which a word was found, one bit each
	first  [32]uint32 // where the first of a rule's words begins
	number bool       // eleven digits or more stand together
	four   bool       // four numbers with dots between them
}

// hintsIn goes through a line once.
func (h *hinted) hintsIn(s string) {
	h.checks = 0
	three := uint32(0)
	for i, b := range []byte(s) {
		three = three<<8&0xFFFFFF | uint32(lowered[b])
		if triggerHead[headOfThree(three)] && i >= 2 {
			h.wordAt(s, i-2, three)
		}
	}
	from, _, _ := numberFrom(s, 0, 11)
	h.number = from >= 0
	h.four = false
	for at := 0; at < len(s) && !h.four; {
		from, to := fourFrom(s, at)
		if from < 0 {
			break
		}
		h.four, at = true, to
	}
}

func (h *hinted) wordAt(s string, i int, three uint32) {
	for _, t := range triggers[three] {
		if t.checks&^h.checks != 0 && beginsWith(s[i:], t.word) {
			h.checks |= t.checks
			h.first[bits.TrailingZeros32(t.checks)] = uint32(i)
		}
	}
}

// beginsWith tells whether s begins with a word in small letters, whatever its own case.
func beginsWith(s, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for j := range len(word) {
		if lowered[s[j]] != word[j] {
			return false
		}
	}
	return true
}

// anyOf gives where the first of two bytes stands, the length when there is none.
func anyOf(s string, a, b byte) int {
	for i := range len(s) {
		if s[i] == a || s[i] == b {
			return i
		}
	}
	return len(s)
}
