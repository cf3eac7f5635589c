package redact

import (
	"encoding/binary"
	"slices"
	"strings"
)

// mask is what is known of lines that differ in their digits alone.
type mask struct {
	key        uint64
	shapeless  bool // their digits have to be looked at more closely
	structured bool
	steps      []step
}

// step is one thing to do with the digits of a line.
type step struct {
	do       todo
	from, to uint16
}

type todo byte

const (
	isStamp   todo = iota // they must be a time
	noStamp               // they must be none
	askNumber             // a phone, an id, a card
	askPlace              // a longitude and a latitude
	askText               // a text in base64, from there on
	own                   // they are the shape's own
	noZero                // they must not begin with a zero: no number of JSON does
	free                  // they stand for any, but for zeros
)

const (
	eachByte = 0x0101010101010101
	zeros    = '0' * eachByte
)

// masked writes a line with its digits made zeros, eight bytes at a time, and
// the flags of its file behind it. The line has eight bytes or more.
func masked(to []byte, s string, flags byte) []byte {
	to = slices.Grow(to[:0], len(s)+1)[:len(s)+1]
	for i := 0; ; i += 8 {
		if i+8 > len(s) {
			if i == len(s) {
				break
			}
			i = len(s) - 8
		}
		t := s[i : i+8]
		w := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 | uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		x := w ^ zeros // a digit's is 9 or less
		others := ((x & (0x7f * eachByte)) + (0x76 * eachByte) | x) & (0x80 * eachByte)
		digits := (others ^ 0x80*eachByte) >> 7 * 0x0f
		binary.LittleEndian.PutUint64(to[i:], w&^digits)
	}
	to[len(s)] = flags
	return to
}

// keeps tells whether none of the pieces of a line holds digits that may be any.
func (m *mask) keeps(spans []span) bool {
	for _, st := range m.steps {
		if st.do != free {
			continue
		}
		for _, sp := range spans {
			if sp.start < int(st.to) && int(st.from) < sp.end {
				return false
			}
		}
	}
	return true
}

// ofShape are the bytes by what a shape does with them: digits are looked at,
// and so is what may begin something structured or encoded.
var ofShape = func() (out [256]byte) {
	for b := range out {
		switch {
		case b >= '0' && b <= '9':
			out[b] = digit
		case b == 0xEF, strings.IndexByte("%\\[{&\x1b", byte(b)) >= 0:
			out[b] = rare
		}
	}
	return out
}()

var (
	beforeNumber = ofBytes(" \t=:([,/\"'#*|<>{")
	behindNumber = ofBytes(" \t=:)],/\"';|<>}?&%#")
)

func ofBytes(list string) (out [256]bool) {
	for _, b := range []byte(list) {
		out[b] = true
	}
	return out
}

// newMask finds out what the places of a line's digits tell.
func (c *scan) newMask() *mask {
	s, m := c.s, &mask{}
	if strings.Contains(s, "=?") { // words in base64 of a mail's head
		m.shapeless = true
		return m
	}
	textEnd, bare := 0, true
	add := func(do todo, from, to int) { m.steps = append(m.steps, step{do, uint16(from), uint16(to)}) }
	for i := 0; ; {
		for i < len(s) && ofShape[s[i]] == 0 {
			i++
		}
		if i == len(s) {
			return m
		}
		if ofShape[s[i]] == rare {
			if s[i] == 0xEF && i+2 < len(s) && s[i+1] == 0xBC && s[i+2] >= 0x90 && s[i+2] <= 0x99 { // a full-width digit
				m.shapeless = true
				return m
			}
			if s[i] == '\\' {
				m.shapeless = m.structured // what JSON escapes is read by its structure
				bare = false
			}
			if begins[s[i]] == rare && !c.flatAt(i) {
				m.structured = true
				if m.shapeless = s[i] != '{' && s[i] != '[' || !bare; m.shapeless {
					return m
				}
			}
			if m.shapeless {
				return m
			}
			i++
			continue
		}
		from := i
		end := from + digitsRun(s[from:])
		i = end
		if end-from <= 4 && end < len(s) && (s[end] == '-' || s[end] == ':') {
			if stamp := stampEnd(s, from, end); stamp > 0 {
				add(isStamp, from, stamp)
				add(free, from, stamp)
				i = stamp
				continue
			}
			add(noStamp, from, end)
		}
		c.steps(from, end, add)
		dots := 0 // those of more than one are no number, and an address perhaps
		for i+1 < len(s) && s[i] == '.' && ofShape[s[i+1]] == digit {
			more := i + 1
			i = more + digitsRun(s[more:])
			c.steps(more, i, add)
			dots++
		}
		if dots > 1 || ofCode(s, from) || !byItself(s, from, i) && (dots > 0 || !inWord(s, from, i)) {
			add(own, from, i)
			continue
		}
		if from >= textEnd {
			textEnd = longWords(s, from, func(at int) { add(askText, at, at) })
		}
		if m.structured && i > from+1 && behindSign(s, from) {
			add(noZero, from, i)
		}
		add(free, from, i)
	}
}

// behindSign tells whether s[at] stands where a number of JSON may begin.
func behindSign(s string, at int) bool {
	for at > 0 && (s[at-1] == ' ' || s[at-1] == '-') {
		at--
	}
	return at > 0 && (s[at-1] == ':' || s[at-1] == ',' || s[at-1] == '[')
}

// steps adds what is to be asked of the value of the number s[i:end].
func (c *scan) steps(i, end int, add func(todo, int, int)) {
	if c.mayPlace(i, end) {
		add(askPlace, i, end)
	}
	if c.mayNumber(i, end) && enough(c.s, i) && c.mayHide(i) {
		add(askNumber, i, end)
	}
}

// byItself tells whether a number begins behind a sign and ends before one or
// before its unit, and is no part of an address.
func byItself(s string, from, to int) bool {
	if to-from > 20 {
		return false
	}
	if from > 0 && s[from-1] >= 0x80 { // 编号123，
		return to == len(s) || s[to] >= 0x80 && !wideSign(s[to:])
	}
	if from > 0 && !beforeNumber[s[from-1]] {
		return false
	}
	end := to
	for end < len(s) && end-to < 3 && wordByte(s[end]) {
		end++
	}
	switch s[to:end] {
	case "", "s", "ms", "us", "ns", "B", "kB", "KB", "MB":
	default:
		return false
	}
	if end < len(s) && s[end] < 0x80 && !behindNumber[s[end]] && !(s[end] == '.' && (end+1 == len(s) || s[end+1] == ' ')) {
		return false
	}
	if !(from > 0 && s[from-1] == ':') && !(to < len(s) && s[to] == ':') {
		return true
	}
	i, j, colons := from, to, 0
	for i > 0 && from-i < 48 && (ofHex[s[i-1]] || s[i-1] == ':' || s[i-1] == '.') {
		i--
	}
	for j < len(s) && j-to < 48 && (ofHex[s[j]] || s[j] == ':' || s[j] == '.') {
		j++
	}
	for k := i; k < j; k++ {
		if s[k] == ':' {
			if colons++; k+1 < len(s) && s[k+1] == ':' {
				return false
			}
		}
	}
	return colons < 4
}

// ofCode tells whether the number at s[from] is a code: a few values of codes
// say that all is well, or how a frame is written.
func ofCode(s string, from int) bool {
	i := from
	for i > 0 && (s[i-1] == ' ' || s[i-1] == '"' || s[i-1] == '\'') {
		i--
	}
	if i == 0 || s[i-1] != ':' {
		return false
	}
	_, key := keyLeft(s, i-1)
	key = squeeze(key)
	return codeKeys()[key] || key == "opcode"
}

// inWord tells whether digits within a word may be any: no list that a rule
// compares words with has four digits in a row, and where there are fewer, the
// word is too short for a key that a service hands out, and stands where no
// sign makes it a key or a value.
func inWord(s string, from, to int) bool {
	i, j := from, to // the word, without underlines
	for i > 0 && wordByte(s[i-1]) {
		i--
	}
	for j < len(s) && wordByte(s[j]) {
		j++
	}
	word := s[i:j]
	if to-from > 20 || to < j && s[to]|0x20 == 'z' || len(word) > 8 && word[8] == 'T' || hexRun(word) >= 18 || len(word) >= 28 && (word[0] == 'o' || word[0] == 'w') { // 7z is a program
		return false
	}
	if word[0] >= 'A' && word[0] <= 'Z' && (from-i < 2 || from-i == 2 && word[1] < 'a') { // a permit to travel
		return false
	}
	var l, r byte = ' ', ' '
	if i > 0 {
		l = s[i-1]
	}
	if j < len(s) {
		r = s[j]
	}
	if l >= 0x80 || r >= 0x80 || besideOwn[l] || besideOwn[r] || strings.HasSuffix(s[:i], "PC-") {
		return false
	}
	if n := len(word); n <= 4 && allHex(word) && (l == ':' || r == ':' || n == 2 && (l == '-' || r == '-') || n == 4 && (l == '.' || r == '.')) { // of an address
		return false
	}
	if to-from >= 4 {
		return true
	}
	if l == '-' && i > 1 && wordByte(s[i-2]) && begins[s[i-2]] == digit || r == '-' && j+1 < len(s) && begins[s[j+1]] == digit { // host-1-2-3-4
		return false
	}
	for i > 0 && (wordByte(s[i-1]) || s[i-1] == '_' || s[i-1] == '-' || s[i-1] == '.') {
		i--
	}
	for j < len(s) && (wordByte(s[j]) || s[j] == '_' || s[j] == '-' || s[j] == '.') {
		j++
	}
	return j-i < leastNumberedKey && (i == 0 || !besideKey[s[i-1]]) && (j == len(s) || !besideKey[s[j]])
}

// leastNumberedKey is the length of the shortest key of a service whose head holds a digit.
const leastNumberedKey = 20

var besideOwn, besideKey = ofBytes("%&\\@$"), func() (out [256]bool) {
	for b := range out {
		out[b] = b >= 0x80 || strings.IndexByte("%&\\@$:=\"'`/<>", byte(b)) >= 0
	}
	return out
}()

// hexRun gives the length of the longest run of hexadecimal digits.
func hexRun(s string) int {
	most, n := 0, 0
	for i := range len(s) {
		if n++; !ofHex[s[i]] {
			n = 0
		}
		most = max(most, n)
	}
	return most
}

// wideSign tells whether a text begins with what may stand between a key and its value.
func wideSign(s string) bool {
	for _, sign := range [...]string{"：", "＝", "】", "是", "为"} {
		if strings.HasPrefix(s, sign) {
			return true
		}
	}
	return false
}

// longWords tells of the words in the run of base64 around s[at] from which on
// it is long enough to be a text, and gives where the run ends.
func longWords(s string, at int, tell func(at int)) (end int) {
	from, end := at, at
	for from > 0 && ofBase64[s[from-1]] {
		from--
	}
	for end < len(s) && ofBase64[s[end]] {
		end++
	}
	for i := from; i+minBase64 <= end; i++ {
		if wordByte(s[i]) && (i == 0 || !wordByte(s[i-1])) {
			tell(i)
		}
	}
	return end
}

// mayHide tells whether the groups of digits from s[i] on are as long as those of
// some number worth hiding, whatever the digits are.
func (c *scan) mayHide(i int) bool {
	gs, _ := c.groupsFrom(i)
	if c.plus(i) {
		return true
	}
	for k := range gs {
		gs[k].digits = ones[:gs[k].to-gs[k].from]
		part, n := gs[:k+1], gs[k].to
		switch {
		case n >= 15 && n <= 18 && shape(part, 3), n >= 11 && n <= 16 && mobileShape(part, n), n >= 15 && n <= 19 && cardShape(part):
			return true
		case k > 0 && k < 4 && n >= 9 && n <= 16 && len(gs[0].digits) >= 2 && len(gs[0].digits) <= 4: // with an area code
			return true
		}
	}
	return false
}

// ones are as many digits as a number may have, and no date.
var ones = strings.Repeat("1", maxDigits)
