package attempt

import (
	"regexp"
	"strings"
	"sync"

	"meiqia-diag/diag/lazy"
)

// hints tells quickly that a text cannot hold any of some words, so that few
// texts of a long recording are taken apart or matched with expressions.
type hints struct {
	words []string
	once  sync.Once             // for what follows: most runs ask for few hints
	keys  []uint16              // the first two bytes of each, see pairOf
	pairs *[1 << 16 / 64]uint64 // the set of keys
}

func newHints(words ...string) *hints { return &hints{words: words} }

func (h *hints) index() {
	h.pairs = new([1 << 16 / 64]uint64)
	for _, w := range h.words {
		k := pairOf(w[0], w[1])
		h.keys = append(h.keys, k)
		h.pairs[k/64] |= 1 << (k % 64)
	}
}

// pairOf is the same for letters of either case; for other bytes it may be, too.
func pairOf(a, b byte) uint16 { return uint16(a|0x20)<<8 | uint16(b|0x20) }

// in reports whether a text holds one of the words, in letters of either case.
func (h *hints) in(text string) bool {
	h.once.Do(h.index)
	for i := 0; i+1 < len(text); i++ {
		k := pairOf(text[i], text[i+1])
		if h.pairs[k/64]&(1<<(k%64)) == 0 {
			continue
		}
		for j, w := range h.words {
			if h.keys[j] == k && len(w) <= len(text)-i && strings.EqualFold(text[i:i+len(w)], w) {
				return true
			}
		}
	}
	return false
}

// coded reports whether a JSON text, a URL or a form holds one of the words, or
// may hold it in escapes. A nil h holds anything.
func (h *hints) coded(text string) bool {
	return h == nil || text != "" && (strings.IndexByte(text, '%') >= 0 || strings.Contains(text, `\u`) || h.in(text))
}

// hintsOf gives the words without which none of some expressions can match, nil
// where there is none for one of them.
func hintsOf(expressions []string) *hints {
	var words []string
	for _, x := range expressions {
		re, err := regexp.Compile(x)
		if err != nil {
			return nil
		}
		w, _ := re.LiteralPrefix()
		// What is no letter may stand for an escape, a blank or a capital.
		if i := strings.IndexFunc(w, func(r rune) bool { return r < 0x80 && !wordByte(byte(r)) }); i >= 0 {
			w = w[:i]
		}
		if len(w) < 2 {
			return nil
		}
		words = append(words, w)
	}
	return newHints(words...)
}

// hinted is a choice of expressions, in letters of either case, that is only
// tried on texts that can match.
type hinted struct {
	hints func() *hints
	re    *lazy.Regexp
}

func newHinted(expressions ...string) hinted {
	return hinted{sync.OnceValue(func() *hints { return hintsOf(expressions) }), lazy.MustCompile(`(?i)` + strings.Join(expressions, "|"))}
}

func (x hinted) in(text string) bool {
	if text == "" {
		return false
	}
	h := x.hints()
	return (h == nil || h.in(text)) && x.re.MatchString(text)
}
