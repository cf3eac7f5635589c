package redact

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// undone gives what a value that stands under a key may be written in: with its
// percent escapes undone, and of base64 or hexadecimal, however short it is.
func undone(v string) []string {
	if len(v) < 6 || len(v) > 200 {
		return nil
	}
	var out []string
	if strings.IndexByte(v, '%') >= 0 {
		if plain, any := unpercent(v); any {
			return append(out, plain)
		}
	}
	if runEnd(v, 0, "+/_-=") < len(v) {
		return nil
	}
	if data, err := base64.RawStdEncoding.DecodeString(oneAlphabet.Replace(strings.TrimRight(v, "="))); err == nil && utf8.Valid(data) {
		out = append(out, string(data))
	}
	if data, err := hex.DecodeString(v); err == nil && utf8.Valid(data) {
		out = append(out, string(data))
	}
	return out
}

// holdsNumber tells whether a value in which there are few digits is that of a
// number: digits with a letter or two, and what parts them.
func holdsNumber(v string) bool {
	for _, plain := range undone(v) {
		digits, others := digitsIn(plain), 0
		for i := range len(plain) {
			if b := plain[i]; begins[b] != digit && strings.IndexByte(" -+()", b) < 0 {
				if !wordByte(b) {
					others = len(plain)
				}
				others++
			}
		}
		if digits >= 5 && others <= 3 {
			return true
		}
	}
	return false
}

// lineEndsOut takes the ends of lines out of base64, as they are and spelled out.
var lineEndsOut = strings.NewReplacer(`\r\n`, "", `\n`, "", "\r\n", "", "\n", "")

var spelledEnds = []string{`\r\n`, `\n`, "\r\n", "\n"}

// wrappedEnd gives where base64 ends whose first line is s[from:end] and that is
// broken into lines of one length (RFC 2045 has 76, PEM 64), the ends of lines in
// the text or spelled out; end when it is not.
func wrappedEnd(s string, from, end int) int {
	size := end - from
	if size != 76 && size != 64 && size != 60 {
		return end
	}
	for {
		n := headOf(s[end:], spelledEnds)
		if n == 0 {
			return end
		}
		next := runEnd(s, end+n, "+/_-")
		for next < len(s) && s[next] == '=' {
			next++
		}
		line := next - end - n
		if line == 0 || line > size {
			return end
		}
		end = next
		if line < size {
			return end
		}
	}
}

// wrapped64 looks into base64 that is broken into lines, the first of which
// begins at s[i]; it tells whether it was replaced. What it does not replace is
// looked at line by line.
func (c *scan) wrapped64(i int) bool {
	if i < c.next[byWrapped] {
		return false
	}
	to := wrappedEnd(c.s, i, c.runEnd)
	if to == c.runEnd {
		return false
	}
	c.next[byWrapped] = to
	whole := strings.TrimRight(lineEndsOut.Replace(c.s[i:to]), "=")
	plain, ok := fromBase64(whole)
	if !ok {
		return false
	}
	c.decodes()
	quiet := c.f.try()
	quiet.Prose, quiet.ruins = false, false
	if (quiet.within(quiet.pem(plain), c.depth+1) == plain || quiet.Total() == 0) && !words(plain) {
		return false
	}
	c.rank = byEncoded
	c.mark(i, to, "base64", whole)
	c.next[byEncoded] = to
	return true
}
