package profile

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// part is one alternative of an expression.
type part struct {
	source string
	words  []string // one of which every match holds; nil where there are none
}

// split parts an expression at its outermost bars. One pass over the plain part
// of RE2's syntax - characters, classes, groups, repetitions - finds the words as
// well, which costs a small part of parsing each alternative. ok is false for all
// else (flags, quotations, named groups, whatever is invalid): see splitSlowly.
func split(p string) (parts []part, ok bool) {
	sc := scanner{s: p}
	for {
		from := sc.i
		words := sc.sequence()
		if sc.bad {
			return nil, false
		}
		parts = append(parts, part{p[from:sc.i], words})
		if sc.i == len(p) {
			return parts, true
		}
		if p[sc.i] != '|' {
			return nil, false // a ")" that closes nothing
		}
		sc.i++
	}
}

// scanner walks over an expression. It is bad once it met what it does not read.
type scanner struct {
	s     string
	i     int
	depth int
	bad   bool
}

// maxDepth is more than people nest groups.
const maxDepth = 100

// group reads the alternatives of a group and its ")": a word of each.
func (sc *scanner) group() (all []string) {
	if sc.depth++; sc.depth > maxDepth {
		sc.bad = true
	}
	wordless := false
	for !sc.bad {
		words := sc.sequence()
		wordless = wordless || words == nil
		all = append(all, words...)
		if sc.bad || sc.i == len(sc.s) {
			sc.bad = true
			break
		}
		sc.i++
		if sc.s[sc.i-1] == ')' {
			break
		}
	}
	sc.depth--
	if sc.bad || wordless || len(all) > maxWords {
		return nil
	}
	return all
}

// sequence reads what stands side by side, up to a "|", a ")" or the end. Of the
// parts that must all be there it gives the one with the longest words.
func (sc *scanner) sequence() (best []string) {
	var run []byte // characters in a row
	take := func(words []string) {
		if words != nil && shortest(words) > shortest(best) {
			best = words
		}
	}
	end := func() {
		if len(run) >= 2 {
			take([]string{string(run)})
		}
		run = run[:0]
	}
	for sc.i < len(sc.s) && !sc.bad {
		c, size := sc.s[sc.i], 1
		switch c {
		case '|', ')':
			end()
			return best
		case '(':
			end()
			sc.i++
			if strings.HasPrefix(sc.s[sc.i:], "?:") {
				sc.i += 2
			} else if strings.HasPrefix(sc.s[sc.i:], "?") {
				sc.bad = true
				return nil
			}
			if words := sc.group(); sc.repeat() > 0 {
				take(words)
			}
			continue
		case '*', '+', '?', '{':
			sc.bad = true
			return nil
		case '[':
			size = atomEnd(sc.s, sc.i) + 1 - sc.i
			fallthrough
		case '.', '^', '$':
			end()
			sc.i += size
			sc.bad = sc.bad || sc.i > len(sc.s)
			sc.repeat()
			continue
		case '\\':
			sc.i++
			switch {
			case sc.i == len(sc.s):
				sc.bad = true
				return nil
			case strings.IndexByte("dDsSwWbB", sc.s[sc.i]) >= 0:
				end()
				sc.i++
				sc.repeat()
				continue
			case alphanumeric(sc.s[sc.i]) || sc.s[sc.i] >= utf8.RuneSelf:
				sc.bad = true
				return nil
			}
		default:
			var r rune
			if r, size = utf8.DecodeRuneInString(sc.s[sc.i:]); r == utf8.RuneError {
				sc.bad = true
				return nil
			}
		}
		before := len(run)
		run = append(run, sc.s[sc.i:sc.i+size]...)
		sc.i += size
		if at := sc.i; sc.repeat() == 0 {
			run = run[:before]
			end()
		} else if sc.i > at {
			end()
		}
	}
	end()
	return best
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// repeat reads the repetition of what stands before it, if there is one: at
// least how often it is there, which is once without one.
func (sc *scanner) repeat() (least int) {
	if sc.bad || sc.i >= len(sc.s) {
		return 1
	}
	switch sc.s[sc.i] {
	case '*', '?':
	case '+':
		least = 1
	case '{':
		inside, _, closed := strings.Cut(sc.s[sc.i+1:], "}")
		from, to, _ := strings.Cut(inside, ",")
		n, err := strconv.ParseUint(from, 10, 10)
		if _, bad := strconv.ParseUint("0"+to, 10, 16); !closed || err != nil || bad != nil {
			sc.bad = true // braces that stand for themselves, too
			return 0
		}
		least = int(n)
		sc.i += len(inside) + 1
	default:
		return 1
	}
	if sc.i++; sc.i < len(sc.s) && sc.s[sc.i] == '?' {
		sc.i++
	}
	if sc.i < len(sc.s) && strings.IndexByte("*+?{", sc.s[sc.i]) >= 0 {
		sc.bad = true
	}
	return least
}
