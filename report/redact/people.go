package redact

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// people looks for account names of WeChat and for number plates.
func (c *scan) people() {
	s := c.s
	for i := 0; ; {
		k := strings.Index(s[i:], "wxid_")
		if k < 0 {
			break
		}
		from := i + k
		i = runEnd(s, from, "_-")
		if i-from >= 9 {
			c.teach(from, i, "wx", s[from:i])
		}
	}
	for i := 0; i+28 <= len(s); i++ {
		if s[i] == 'o' && (i == 0 || !wordByte(s[i-1]) && s[i-1] != '_' && s[i-1] != '-') && openID(s[i:]) {
			c.teach(i, i+28, "wx", s[i:i+28])
			i += 27
		}
	}
	for i, r := range s {
		if r >= 0x80 && strings.ContainsRune("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼", r) {
			if end := plateEnd(s, i+utf8.RuneLen(r)); end > 0 {
				c.mark(i, end, "plate", s[i:end])
			}
		}
	}
}

// openID tells of 28 letters, digits, "_" and "-" that begin with "o", mixed as WeChat mixes them.
func openID(s string) bool {
	lower, upper, digit := 0, 0, 0
	for i := range 28 {
		switch b := s[i]; {
		case b >= 'a' && b <= 'z':
			lower++
		case b >= 'A' && b <= 'Z':
			upper++
		case b >= '0' && b <= '9':
			digit++
		case b != '_' && b != '-':
			return false
		}
	}
	return lower > 2 && upper > 2 && digit > 0 && (len(s) == 28 || !wordByte(s[28]) && s[28] != '_' && s[28] != '-')
}

func plateEnd(s string, i int) int {
	if i >= len(s) || s[i] < 'A' || s[i] > 'Z' {
		return 0
	}
	i++
	if strings.HasPrefix(s[i:], "·") {
		i += 2
	} else if i < len(s) && s[i] == ' ' {
		i++
	}
	n := 0
	for i+n < len(s) && (s[i+n] >= '0' && s[i+n] <= '9' || s[i+n] >= 'A' && s[i+n] <= 'Z') {
		n++
	}
	if n == 5 || n == 6 {
		if hasDigit(s[i : i+n]) {
			return i + n
		}
	}
	return 0
}

// encoded looks into words that are percent-encoded or base64: one that holds
// something to hide is replaced by its redacted plain text, or as a whole.
func (c *scan) encoded() {
	s := c.s
	for i := 0; i < len(s); {
		if s[i] <= ' ' || strings.IndexByte("\"'<>`", s[i]) >= 0 {
			i++
			continue
		}
		end := i
		for end < len(s) && s[end] > ' ' && strings.IndexByte("\"'<>`", s[end]) < 0 {
			end++
		}
		word := s[i:end]
		if strings.Contains(word, "%") {
			c.percent(i, word)
		}
		if len(word) >= 16 {
			c.base64s(i, word)
		}
		i = end
	}
}

// percent looks into the parts of a percent-encoded word.
func (c *scan) percent(at int, word string) {
	from := 0
	for from < len(word) {
		end := from
		for end < len(word) && strings.IndexByte("&?#=/,;()[]{}|", word[end]) < 0 {
			end++
		}
		if part := word[from:end]; strings.Contains(part, "%") {
			if plain, err := url.QueryUnescape(part); err == nil && plain != part {
				plain = strings.ToValidUTF8(plain, "\uFFFD")
				quiet := c.f.try()
				if out := quiet.lineAt(plain, c.depth+1); out != plain && quiet.Total() > 0 {
					c.spans = append(c.spans, span{start: at + from, end: at + end, repl: strings.ReplaceAll(out, "\n", " "), inner: quiet.hits})
				}
			}
		}
		from = end + 1
	}
}

// base64s looks into runs of base64, one level deep.
func (c *scan) base64s(at int, word string) {
	for i := 0; i < len(word); {
		end := runEnd(word, i, "+/_-")
		if end-i < 14 {
			i = end + 1
			continue
		}
		run := word[i:end]
		if plain, ok := fromBase64(run); ok {
			quiet := c.f.try()
			quiet.Prose, quiet.ruins = false, false
			if quiet.lineAt(plain, maxDepth-1) != plain && quiet.Total() > 0 {
				for end < len(word) && word[end] == '=' {
					end++
				}
				c.mark(at+i, at+end, "base64", run)
			}
		}
		i = end + 1
	}
}

func fromBase64(run string) (string, bool) {
	if len(run) > 1<<20 {
		return "", false
	}
	enc := base64.RawStdEncoding
	if strings.ContainsAny(run, "-_") {
		enc = base64.RawURLEncoding
	}
	data, err := enc.DecodeString(run)
	if err != nil || len(data) < 8 || !utf8.Valid(data) {
		return "", false
	}
	for _, r := range string(data) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return "", false
		}
	}
	return string(data), true
}
