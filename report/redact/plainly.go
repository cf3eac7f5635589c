package redact

import "strings"

// plainly gives a line without what stands in the midst of words and is not
// seen, or seen as something else: the colours of a terminal, also spelled out,
// signs without a width, and letters and digits in full width. A value is found
// in it as it was before a program or a page decorated it.
func plainly(s string) string {
	if strings.IndexByte(s, 0x1b) >= 0 {
		s = uncoloured(s)
	}
	at := 0
	for at < len(s) {
		if mayDecorate[s[at]] {
			if kind, _ := decorated(s, at); kind != nothingSeen {
				break
			}
		}
		at++
	}
	if at == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:at])
	for at < len(s) {
		kind, n := decorated(s, at)
		switch kind {
		case unseen:
			at += n
		case wideWord:
			end := fullWidthEnd(s, at)
			for ; at < end; at += 3 {
				b.WriteByte(narrow(s, at))
			}
		default:
			b.WriteByte(s[at])
			at++
		}
	}
	return b.String()
}

// undecorated redacts a line without what stands in the midst of its words; ok
// is false when there is nothing of that, or nothing to redact.
func (f *File) undecorated(s string, depth int) (string, bool) {
	plain := plainly(s)
	if len(plain) == len(s) {
		return "", false
	}
	quiet := f.try()
	out := quiet.lineAt(plain, depth)
	if quiet.Total() == 0 {
		return "", false
	}
	f.take(quiet)
	return out, true
}

// uncoloured takes the commands of a terminal out of a line: its colours, and
// the links of OSC 8.
func uncoloured(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != 0x1b || i+1 >= len(s) || s[i+1] != '[' {
			if s[i] != 0x1b {
				b.WriteByte(s[i])
			}
			i++
			continue
		}
		for i += 2; i < len(s) && (s[i] < 0x40 || s[i] > 0x7e); i++ {
		}
		i = min(i+1, len(s))
	}
	return b.String()
}

// decoration is what a line may hold that is not part of its words.
type decoration int

const (
	nothingSeen decoration = iota
	unseen                 // a sign that is not shown
	wideWord               // letters or digits in full width
)

var mayDecorate = ofBytes("\x00\xC2\xE2\xEF\\")

// decorated tells what begins at s[i], and how long a sign is that is not shown.
func decorated(s string, i int) (decoration, int) {
	switch s[i] {
	case 0xC2, 0xE2:
		if n := unseenAt(s, i); n > 0 {
			return unseen, n
		}
	case 0xEF:
		if n := unseenAt(s, i); n > 0 {
			return unseen, n
		}
		if fullWidthEnd(s, i) > i {
			return wideWord, 0
		}
	case 0:
		if halfAt(s, i, "\x00") {
			return unseen, 1
		}
	case '\\':
		if n := spelledColour(s[i:]); n > 0 {
			return unseen, n
		}
		if n := len(`\u0000`); i+n <= len(s) && s[i+1] == 'u' && s[i:i+n] == `\u0000` && halfAt(s, i, `\u0000`) {
			return unseen, n
		}
	}
	return nothingSeen, 0
}

// unseenAt gives the length of a sign of Unicode's class Cf at s[i] that is not
// shown: a soft hyphen, a joiner, a mark of the direction of text, a byte order
// mark; 0 for none.
func unseenAt(s string, i int) int {
	switch {
	case s[i] == 0xC2 && i+1 < len(s) && s[i+1] == 0xAD:
		return 2
	case i+2 >= len(s):
	case s[i] == 0xE2 && s[i+1] == 0x80 && (s[i+2] >= 0x8B && s[i+2] <= 0x8F || s[i+2] >= 0xAA && s[i+2] <= 0xAE),
		s[i] == 0xE2 && s[i+1] == 0x81 && s[i+2] >= 0xA0 && s[i+2] <= 0xAF,
		s[i] == 0xEF && s[i+1] == 0xBB && s[i+2] == 0xBF:
		return 3
	}
	return 0
}

// halfAt tells whether the zero at s[i] is the other half of a letter of UTF-16
// that was taken for UTF-8: zeros and letters take turns.
func halfAt(s string, i int, zero string) bool {
	behind, n := i+len(zero), len(zero)
	return behind+1 < len(s) && s[behind] > ' ' && strings.HasPrefix(s[behind+1:], zero) ||
		i > n && s[i-1] > ' ' && s[i-n-1:i-1] == zero
}

// narrow gives the ASCII letter that the full-width one at s[i] stands for, 0 for another.
func narrow(s string, i int) byte {
	if i+2 >= len(s) || s[i] != 0xEF {
		return 0
	}
	switch {
	case s[i+1] == 0xBC && s[i+2] >= 0x81 && s[i+2] <= 0xBF:
		return s[i+2] - 0x60
	case s[i+1] == 0xBD && s[i+2] >= 0x80 && s[i+2] <= 0x9E:
		return s[i+2] - 0x20
	}
	return 0
}

// fullWidthEnd gives where a run of full-width letters, digits and the signs
// between them ends that begins at s[i]; i when it holds no letter. Signs that
// part sentences in Chinese belong to no run but in its midst.
func fullWidthEnd(s string, i int) int {
	end, word := i, false
	for at := i; ; at += 3 {
		b := narrow(s, at)
		if b == 0 || !word && at-i > 24 {
			break
		}
		switch {
		case wordByte(b):
			end, word = at+3, true
		case strings.IndexByte(",:;!?()", b) >= 0:
			if end == i {
				return i
			}
		case end == at: // next to what is taken
			end = at + 3
		}
	}
	if !word {
		return i
	}
	return end
}

// spelledColour gives the length of a terminal's command at the head of a text
// that is spelled out, \u001b[32m, \x1b[0m, \033[m, \e[K; 0 for none.
func spelledColour(s string) int {
	if len(s) < 4 || s[1] != 'u' && s[1] != 'x' && s[1] != '0' && s[1] != 'e' || s[2] != '[' && s[2] != '0' && s[2] != '1' && s[2] != '3' {
		return 0
	}
	n := headOf(s, spelledEscapes)
	if n == 0 {
		return 0
	}
	for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == ';') {
		n++
	}
	if n == len(s) || s[n]|0x20 < 'a' || s[n]|0x20 > 'z' {
		return 0
	}
	return n + 1
}

var spelledEscapes = []string{`\u001b[`, `\u001B[`, `\x1b[`, `\x1B[`, `\033[`, `\e[`}
