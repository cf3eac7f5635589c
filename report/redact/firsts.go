package redact

import "strings"

// byFirst are words by their first letter, so that most words of a text are
// compared with none.
type byFirst [256][]string

func firsts(words []string) *byFirst {
	var out byFirst
	for _, w := range words {
		out[w[0]] = append(out[w[0]], w)
	}
	return &out
}

// whole gives the one of the words that is the whole word at s[i].
func (b *byFirst) whole(s string, i int) string {
	for _, w := range b[s[i]] {
		if end := i + len(w); strings.HasPrefix(s[i:], w) && (end == len(s) || !wordByte(s[end]) && s[end] != '_') {
			return w
		}
	}
	return ""
}

var spacedBy, operatorsBy, storeBy = firsts(spacedWords), firsts(operators), firsts(storeWords)
