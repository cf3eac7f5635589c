package redact

import "strings"

// The signs around a pseudonym, in the spellings of HTML, of addresses and of
// programs' texts.
var (
	opens  = []string{"<", "&lt;", "&amp;lt;", "&#60;", "&#x3c;", "&#x3C;", "%3C", "%3c", "%253C", `\u003c`, `\u003C`, `\\u003c`, `\\u003C`, `\x3c`, `\x3C`, `\<`}
	closes = []string{">", "&gt;", "&amp;gt;", "&#62;", "&#x3e;", "&#x3E;", "%3E", "%3e", "%253E", `\u003e`, `\u003E`, `\\u003e`, `\\u003E`, `\x3e`, `\x3E`, `\>`}
	hashes = []string{"#", "%23", "%2523", "&#35;", `\u0023`}
)

// headOf gives which of some texts s begins with, its length, 0 for none.
func headOf(s string, list []string) int {
	for _, h := range list {
		if strings.HasPrefix(s, h) {
			return len(h)
		}
	}
	return 0
}

// pseudonymAt tells whether a pseudonym or a length begins at s[i], in any of
// its spellings, and where it ends: what was redacted once stays as it is.
func pseudonymAt(s string, i int) (end int, ok bool) {
	if i >= len(s) {
		return 0, false
	}
	switch s[i] {
	case '<', '&', '%', '\\':
	default:
		return 0, false
	}
	open := headOf(s[i:], opens)
	if open == 0 {
		return 0, false
	}
	from := i + open
	j := from
	for j < len(s) && j-from < 12 && (s[j] >= 'a' && s[j] <= 'z' || s[j] >= '0' && s[j] <= '9' || s[j] == '-') {
		j++
	}
	if j == from || j >= len(s) {
		return 0, false
	}
	hash := headOf(s[j:], hashes)
	if hash == 0 {
		return 0, false
	}
	from = j + hash
	k := from
	for k < len(s) && k-from <= 10 && (s[k] >= 'A' && s[k] <= 'Z' || s[k] >= '0' && s[k] <= '9') {
		k++
	}
	if k == from || k >= len(s) {
		return 0, false
	}
	shut := headOf(s[k:], closes)
	return k + shut, shut > 0
}

// spelledQuotes gives how many bytes of quotes, also escaped ones, a text begins with.
func spelledQuotes(s string) int {
	n := 0
	for n < len(s) {
		switch {
		case s[n] == '"' || s[n] == '\'' || s[n] == '\\' && (n+1 >= len(s) || s[n+1] != 'u' && s[n+1] != 'x' && s[n+1] != '<'):
			n++
		default:
			k := headOf(s[n:], escapedQuotes)
			if k == 0 && strings.HasPrefix(s[n:], "&#39;") {
				k = 5
			}
			if k == 0 {
				return n
			}
			n += k
		}
	}
	return n
}

// preamble gives how much stands before the value itself: quotes, brackets, and
// the name of a type, Some("…").
func preamble(s string) int {
	n := 0
	for n < len(s) && n < 48 {
		k := spelledQuotes(s[n:])
		if k == 0 {
			k = headOf(s[n:], []string{"&gt;", "[", "(", ">", "="})
		}
		if k == 0 && n == 0 {
			for k < len(s) && wordByte(s[k]) {
				k++
			}
			if k == 0 || k >= len(s) || s[k] != '(' {
				return 0
			}
		}
		if k == 0 {
			break
		}
		n += k
	}
	if n >= len(s) {
		return 0
	}
	return n
}

// guarded gives the pseudonyms that stand in the line already.
func (c *scan) guarded() [][2]int {
	var out [][2]int
	s := c.s
	for _, hash := range hashes {
		for at := 0; at < len(s); {
			k := strings.Index(s[at:], hash)
			if k < 0 {
				break
			}
			at += k + len(hash)
			from := at - len(hash)
			for from > 0 && (s[from-1] >= 'a' && s[from-1] <= 'z' || s[from-1] >= '0' && s[from-1] <= '9' || s[from-1] == '-') {
				from--
			}
			for _, open := range opens {
				// The letters of the kind may begin in the spelling of the sign.
				for start := from - len(open); start <= min(from, at-len(open)-1); start++ {
					if start < 0 || !strings.HasPrefix(s[start:], open) {
						continue
					}
					if end, ok := pseudonymAt(s, start); ok && end > at {
						out = append(out, [2]int{start, end})
					}
				}
			}
		}
	}
	return out
}
