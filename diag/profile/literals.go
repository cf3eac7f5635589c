package profile

import (
	"regexp/syntax"
	"strings"
	"sync"
)

// choice is one alternative of a pattern. Go's regular expressions have no
// literal prefilter for alternations, and hundreds of them over every line of a
// log would take minutes; so an alternative is only tried on a text that holds
// one of the words it cannot match without, and only compiled then.
type choice struct {
	part
	once sync.Once
	re   expressions
}

type choices []*choice

func choose(patterns []string) choices {
	var out choices
	for _, p := range patterns {
		parts, ok := split(p)
		if !ok {
			parts = splitSlowly(p)
		}
		for _, x := range parts {
			out = append(out, &choice{part: x})
		}
	}
	return out
}

// in gives the first place in a text where one matches, nil for none. It may
// be called from many goroutines.
func (cs choices) in(text string) (first []int) {
	for _, c := range cs {
		if !c.possible(text) {
			continue
		}
		c.once.Do(func() { c.re = anyOf([]string{wordStart(c.source)}, "", "") })
		if loc := c.re.in(text); loc != nil && (first == nil || loc[0] < first[0]) {
			first = loc
		}
	}
	return first
}

func (p *part) possible(text string) bool {
	if p.words == nil {
		return true
	}
	for _, w := range p.words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// maxWords bounds how many words one alternative is looked for by.
const maxWords = 64

// literals gives words of which every match of an expression holds at least
// one; nil where no such set is known.
func literals(pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	return required(re.Simplify())
}

func required(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 || len(string(re.Rune)) < 2 {
			return nil
		}
		return []string{string(re.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			words := required(sub)
			if words == nil {
				return nil
			}
			all = append(all, words...)
		}
		if len(all) <= maxWords {
			return all
		}
	case syntax.OpConcat:
		// Of the parts that must all be there the one with the longest words sorts best.
		var best []string
		for _, sub := range re.Sub {
			if words := required(sub); words != nil && shortest(words) > shortest(best) {
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
