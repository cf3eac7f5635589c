package redact

import (
	"math/bits"
	"strings"
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
var ofNumber = func() (out [256]struct{ adds, keeps uint16 }) {
	for b := '0'; b <= '9'; b++ {
		out[b].adds = 1
	}
	for _, b := range []byte("0123456789 +-Xx") {
		out[b].keeps = ^uint16(0)
	}
	return out
}()

// hinted is what one line holds that rules ask for.
type hinted struct {
	checks uint32     // the rules of which a word was found, one bit each
	first  [32]uint32 // where the first of a rule's words begins
	digits uint16     // how many stand together, at most, with gaps of no other letters
}

// hintsIn goes through a line once.
func (h *hinted) hintsIn(s string) {
	h.checks = 0
	three, digits, most := uint32(0), uint16(0), uint16(0)
	for i := 0; i < len(s); i++ {
		b := s[i]
		three = three<<8&0xFFFFFF | uint32(lowered[b])
		if triggerHead[headOfThree(three)] && i >= 2 {
			h.wordAt(s, i-2, three)
		}
		n := &ofNumber[b]
		digits = (digits + n.adds) & n.keeps
		most = max(most, digits)
		if digits == 1<<15 { // enough for every rule
			digits--
		}
	}
	h.digits = most
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

// A near function gives the next piece s[lo:hi] from at on in which a rule may
// find something, and where to go on when it does not; lo is -1 when there is
// no more. A piece begins and ends with a byte that is no part of the value, so
// that the rule sees what it is bounded by.

// nearNumber finds runs of at least so many digits, with gaps and signs.
func nearNumber(least int, may func(run string) bool) func(s string, at int) (lo, hi, next int) {
	return func(s string, at int) (lo, hi, next int) {
		for i := at; i < len(s); i++ {
			if ofNumber[s[i]].adds == 0 {
				continue
			}
			from, n := i, 0
			for i < len(s) && ofNumber[s[i]].keeps != 0 {
				n += int(ofNumber[s[i]].adds)
				i++
			}
			if n >= least && (may == nil || may(s[from:i])) {
				return max(at, from-3), min(i+1, len(s)), i
			}
		}
		return -1, 0, 0
	}
}

// mayBePhone tells whether eleven digits stand together from a 13…19 on.
func mayBePhone(run string) bool {
	for i := 0; i+11 <= len(run); i++ {
		if run[i] != '1' || run[i+1] < '3' || run[i+1] > '9' {
			continue
		}
		n := 0
		for j := i; j < len(run) && j < i+13; j++ {
			n += int(ofNumber[run[j]].adds)
		}
		if n >= 11 {
			return true
		}
	}
	return false
}

// nearFour finds four numbers of up to three digits with dots between them, and
// takes so much of what stands before and behind them.
func nearFour(before, behind int) func(s string, at int) (lo, hi, next int) {
	return func(s string, at int) (lo, hi, next int) {
		for from := at; from < len(s); {
			k := strings.IndexByte(s[from:], '.')
			if k < 0 {
				break
			}
			i := from + k
			j := i + 1
			if i > at && j < len(s) && ofNumber[s[i-1]].adds == 1 && ofNumber[s[j]].adds == 1 {
				for i > at && ofNumber[s[i-1]].adds == 1 {
					i--
				}
				for j < len(s) && (ofNumber[s[j]].adds == 1 || s[j] == '.') {
					j++
				}
				if fourParts(s[i:j]) {
					return max(at, i-before), min(j+behind, len(s)), j
				}
			}
			from = j
		}
		return -1, 0, 0
	}
}

func fourParts(run string) bool {
	parts, size := 1, 0
	for i := range len(run) {
		if run[i] != '.' {
			if size++; size > 3 {
				return false
			}
			continue
		}
		if size == 0 {
			return false
		}
		parts++
		size = 0
	}
	return parts == 4 && size > 0
}

// ofMailbox are the bytes of what stands before the @ of an address.
var ofMailbox = func() (out [256]bool) {
	for b := range out {
		c := lowered[b]
		out[b] = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("._+-", c) >= 0
	}
	return out
}()

// nearAt finds an @ with what may be a mailbox and a host around it.
func nearAt(s string, at int) (lo, hi, next int) {
	for from := at; from < len(s); {
		k := strings.IndexByte(s[from:], '@')
		if k < 0 {
			break
		}
		i := from + k
		lo, hi = i, i+1
		for lo > at && ofMailbox[s[lo-1]] {
			lo--
		}
		for hi < len(s) && ofMailbox[s[hi]] {
			hi++
		}
		if lo < i && hi-i > 4 {
			return lo, hi, i + 1
		}
		from = i + 1
	}
	return -1, 0, 0
}

// keyEndings are what the keys of secrets end in.
var keyEndings = []string{"token", "password", "passwd", "secret", "secret_key", "secretkey", "api_key", "apikey"}

// nearSecret finds = and : behind the key of a secret, with a long word behind them.
func nearSecret(s string, at int) (lo, hi, next int) {
	for i := at; i < len(s); i++ {
		if s[i] != '=' && s[i] != ':' {
			continue
		}
		end := i
		for end > at && blankOfLine(s[end-1]) {
			end--
		}
		if end > at && (s[end-1] == '"' || s[end-1] == '\'') {
			end--
		}
		if !endsInKey(s[at:end]) {
			continue
		}
		from := i + 1
		for from < len(s) && blankOfLine(s[from]) {
			from++
		}
		if from < len(s) && (s[from] == '"' || s[from] == '\'') {
			from++
		}
		to := from
		for to < len(s) && (of64[s[to]] != 0 || s[to] == '=' || s[to] == '.') {
			to++
		}
		if to-from >= 12 {
			return max(at, end-24), to, i + 1
		}
	}
	return -1, 0, 0
}

func blankOfLine(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' && b != '\v' }

func endsInKey(s string) bool {
	if s == "" || strings.IndexByte("ndtyNDTY", s[len(s)-1]) < 0 {
		return false
	}
	for _, k := range keyEndings {
		if len(s) >= len(k) && beginsWith(s[len(s)-len(k):], k) {
			return true
		}
	}
	return false
}

// nearHome finds the folder in which the folders of people are.
func nearHome(s string, at int) (lo, hi, next int) {
	i := len(s)
	for _, w := range []string{"Users", "/home/"} {
		if k := strings.Index(s[at:], w); k >= 0 {
			i = min(i, at+k)
		}
	}
	if i == len(s) {
		return -1, 0, 0
	}
	for i > at && (s[i-1] == '\\' || s[i-1] == '/') {
		i--
	}
	return max(at, i-9), len(s), len(s)
}
