package lazy

import (
	"regexp/syntax"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// needs are words of which every match of an expression holds at least one. Go's
// regular expressions have no such filter for a choice of words, and walk every
// text to its end; nearly no text of a long log holds any.
type needs struct {
	words []string // nil where no such set is known
	fold  bool     // they are in the form that folded gives, and so must the text be
}

// Bounds: of the words of one expression, and of the texts that are searched
// for them first. In a longer text nearly any word stands somewhere.
const (
	maxWords = 48
	maxText  = 16 << 10
)

func needsOf(pattern string) needs {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return needs{}
	}
	n := needs{fold: folds(re)}
	for _, w := range n.required(re.Simplify()) {
		known := false
		for i, x := range n.words {
			if strings.Contains(w, x) {
				known = true
			} else if strings.Contains(x, w) {
				n.words[i], known = w, true
			}
		}
		if !known {
			n.words = append(n.words, w)
		}
	}
	return n
}

// folds reports whether any part of an expression matches whatever the case.
func folds(re *syntax.Regexp) bool {
	if re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase != 0 {
		return true
	}
	for _, sub := range re.Sub {
		if folds(sub) {
			return true
		}
	}
	return false
}

func (n needs) required(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r == utf8.RuneError {
				return nil // which broken text matches too
			}
		}
		w := string(re.Rune)
		if n.fold {
			w = fold(w)
		}
		if len(w) < 2 {
			return nil
		}
		return []string{w}
	case syntax.OpCapture, syntax.OpPlus:
		return n.required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return n.required(re.Sub[0])
		}
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			words := n.required(sub)
			if words == nil {
				return nil
			}
			all = append(all, words...)
		}
		if len(all) <= maxWords {
			return all
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if words := n.required(sub); words != nil && shortest(words) > shortest(best) {
				best = words
			}
		}
		return best
	}
	return nil
}

func shortest(words []string) int {
	n := 0
	for i, w := range words {
		if i == 0 || len(w) < n {
			n = len(w)
		}
	}
	return n
}

// possible reports whether a text may match.
func (n *needs) possible(s string) bool {
	if n.words == nil || len(s) > maxText {
		return true
	}
	if n.fold {
		s = folded(s)
	}
	for _, w := range n.words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// lastFold is the text folded last: one line is asked for many expressions in a row.
var lastFold atomic.Pointer[struct{ text, folded string }]

func folded(s string) string {
	if l := lastFold.Load(); l != nil && len(l.text) == len(s) && unsafe.StringData(l.text) == unsafe.StringData(s) {
		return l.folded // the very same memory, which l.text keeps from being used anew
	}
	f := fold(s)
	lastFold.Store(&struct{ text, folded string }{s, f})
	return f
}

// fold gives a text in which letters that a (?i) takes for each other are one:
// the first of those that unicode.SimpleFold goes round, for A–Z the capital.
func fold(s string) string {
	ascii := true
	for i := 0; i < len(s) && ascii; i++ {
		ascii = s[i] < utf8.RuneSelf
	}
	if !ascii {
		return strings.Map(foldRune, s)
	}
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

func foldRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return r - 'a' + 'A'
	case r < utf8.RuneSelf, r >= 0x2E80 && r < 0xA640: // ASCII; Chinese, which has no cases
		return r
	}
	least := r
	for x := unicode.SimpleFold(r); x != r; x = unicode.SimpleFold(x) {
		least = min(least, x)
	}
	return least
}
