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

// A near function gives the next piece s[lo:hi] from at on in which a rule may
// find something, and where to go on when it does not; lo is -1 when there is
// no more. A piece begins and ends with a byte that is no part of the value, so
// that the rule sees what it is bounded by.

// numberFrom gives the next run s[from:to] of what a number is written with that
// holds so many digits, from at on; from is -1 when there is none. A run of that
// length has a byte in every place that far apart, so most others are passed over.
func numberFrom(s string, at, least int) (from, to, digits int) {
	for i := at; i+least <= len(s); {
		k := i + least - 1
		for k >= i && ofNumber[s[k]].keeps {
			k--
		}
		if k >= i {
			i = k + 1
			continue
		}
		n, j := 0, i
		for j < len(s) && ofNumber[s[j]].keeps {
			n += int(ofNumber[s[j]].adds)
			j++
		}
		if n >= least {
			return i, j, n
		}
		i = j + 1
	}
	return -1, 0, 0
}

// nearNumber finds runs of at least so many digits, with gaps and signs, in
// which a number of some shape may be.
func nearNumber(least int, may func(run string) bool) func(s string, at int) (lo, hi, next int) {
	return func(s string, at int) (lo, hi, next int) {
		for {
			from, to, _ := numberFrom(s, at, least)
			if from < 0 {
				return -1, 0, 0
			}
			if may(s[from:to]) {
				return max(at, from-3), min(to+1, len(s)), to
			}
			at = to
		}
	}
}

// groupsOf tells whether digits in groups of these lengths stand at run[i], with
// no sign or one between two groups; it gives where they end, 0 when they do not.
func groupsOf(run string, i int, lengths ...int) int {
	for k, n := range lengths {
		if k > 0 && i < len(run) && (run[i] == ' ' || run[i] == '-') {
			i++
		}
		for range n {
			if i >= len(run) || ofNumber[run[i]].adds == 0 {
				return 0
			}
			i++
		}
	}
	return i
}

// noDigitAt tells whether a number may begin or end at run[i].
func noDigitAt(run string, i int) bool {
	return i < 0 || i >= len(run) || ofNumber[run[i]].adds == 0
}

// mayBePhone tells whether eleven digits stand together from a 13…19 on.
func mayBePhone(run string) bool {
	for i := 0; i+11 <= len(run); i++ {
		if run[i] == '1' && run[i+1] >= '3' && run[i+1] <= '9' && (noDigitAt(run, i-1) || strings.HasSuffix(run[:i], "86")) {
			if end := groupsOf(run, i, 3, 4, 4); end > 0 && noDigitAt(run, end) {
				return true
			}
		}
	}
	return false
}

// mayBeID tells whether a region and a date stand together, and a number behind them.
func mayBeID(run string) bool {
	for i := 0; i+18 <= len(run); i++ {
		if ofNumber[run[i]].adds == 0 || !noDigitAt(run, i-1) || groupsOf(run, i, 6, 8, 3) == 0 {
			continue
		}
		date := run[i+6:]
		if ofNumber[date[0]].adds == 0 {
			date = date[1:]
		}
		if (date[:2] == "19" || date[:2] == "20") && date[4] <= '1' && date[6] <= '3' {
			return true
		}
	}
	return false
}

// mayBeCard tells whether sixteen digits stand together that begin as a card does.
func mayBeCard(run string) bool {
	for i := 0; i+16 <= len(run); i++ {
		if b := run[i]; b >= '4' && b <= '6' && noDigitAt(run, i-1) && groupsOf(run, i, 4, 4, 4, 4) > 0 {
			return true
		}
	}
	return false
}

// fourFrom gives the next four numbers s[from:to] of up to three digits with dots
// between them, from at on; from is -1 when there are none.
func fourFrom(s string, at int) (from, to int) {
	for i := at; i < len(s); {
		k := strings.IndexByte(s[i:], '.')
		if k < 0 {
			break
		}
		from, to = i+k, i+k+1
		if from > at && to < len(s) && ofNumber[s[from-1]].adds == 1 && ofNumber[s[to]].adds == 1 {
			for from > at && ofNumber[s[from-1]].adds == 1 {
				from--
			}
			for to < len(s) && (ofNumber[s[to]].adds == 1 || s[to] == '.') {
				to++
			}
			if fourParts(s[from:to]) {
				return from, to
			}
		}
		i = to
	}
	return -1, 0
}

// nearFour finds four numbers with dots between them of which may tells that
// they can be an address, and takes so much of what stands before and behind them.
func nearFour(before, behind int, may func(s string, from, to int) bool) func(s string, at int) (lo, hi, next int) {
	return func(s string, at int) (lo, hi, next int) {
		for {
			from, to := fourFrom(s, at)
			if from < 0 {
				return -1, 0, 0
			}
			if may(s, from, to) {
				return max(at, from-before), min(to+behind, len(s)), to
			}
			at = to
		}
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

// addressWords are what stands before an address, by their last letters.
var addressWords = func() (out [256][]string) {
	for _, w := range []string{"ip", "addr", "address", "remote", "client", "peer", "src", "dest", "for", "from", "host", "via"} {
		last := w[len(w)-1]
		out[last] = append(out[last], w)
	}
	return out
}()

// behindWord tells whether an address that is somebody's stands behind a word that announces one.
func behindWord(s string, from, to int) bool {
	start := from
	for from > 0 && (blankOfLine(s[from-1]) || strings.IndexByte(`"':=[`, s[from-1]) >= 0) {
		from--
	}
	return endsInAny(s[:from], &addressWords) && !fineAddress(s, start, to)
}

// withPort tells whether an address that is somebody's has a port behind it.
func withPort(s string, from, to int) bool {
	return to+2 < len(s) && s[to] == ':' && ofNumber[s[to+1]].adds == 1 && !fineAddress(s, from, to)
}

// endsInAny tells whether a text ends in one of the words, whatever its case.
func endsInAny(s string, byLast *[256][]string) bool {
	if s == "" {
		return false
	}
	for _, w := range byLast[lowered[s[len(s)-1]]] {
		if len(s) >= len(w) && beginsWith(s[len(s)-len(w):], w) {
			return true
		}
	}
	return false
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
		if lo < i && hi-i > 4 && strings.IndexByte(s[i+2:hi], '.') >= 0 {
			return lo, hi, i + 1
		}
		from = i + 1
	}
	return -1, 0, 0
}

// secretWords are what the keys of secrets end in, by their last letters.
var secretWords = func() (out [256][]string) {
	for _, w := range []string{"token", "password", "passwd", "secret", "secret_key", "secretkey", "api_key", "apikey"} {
		last := w[len(w)-1]
		out[last] = append(out[last], w)
	}
	return out
}()

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
		if !endsInAny(s[at:end], &secretWords) {
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

// nearContent finds the key of what people wrote, with a text behind it.
func nearContent(s string, at int) (lo, hi, next int) {
	for i := at; i < len(s); i++ {
		k := strings.IndexByte(s[i:], ':')
		if k < 0 {
			break
		}
		i += k
		end, from := i, i+1
		for end > at && blankOfLine(s[end-1]) {
			end--
		}
		if end == at || s[end-1] != '"' {
			continue
		}
		for end > at && (s[end-1] == '"' || s[end-1] == '\\') {
			end--
		}
		if end-at < 7 || !beginsWith(s[end-7:end], "content") {
			continue
		}
		for from < len(s) && (blankOfLine(s[from]) || s[from] == '\\') {
			from++
		}
		if from+2 < len(s) && s[from] == '"' && strings.IndexByte("\"\\<{[", s[from+1]) < 0 {
			return max(at, end-24), min(from+1+anyOf(s[from+1:], '"', '\\')+1, len(s)), i + 1
		}
	}
	return -1, 0, 0
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
