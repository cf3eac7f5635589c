package redact

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/ianaindex"
)

// unescape undoes escapes until there are none left: an undone one may make the next.
func unescape(s string) string {
	for range 32 {
		t := unescapeOnce(s)
		if t == s {
			break
		}
		s = t
	}
	return s
}

// unescapeOnce turns \uXXXX, \xXX and &#NN; into the letters they stand for, but
// for quotes, backslashes and what is no letter.
func unescapeOnce(s string) string {
	if !strings.Contains(s, `\`) && !strings.Contains(s, "&#") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] == '\\' {
			if letter, n := rawBytes(s[i:]); n > 0 {
				b.WriteString(letter)
				i += n
				continue
			}
		}
		r, size := escapeAt(s[i:])
		if size > 0 && r >= 0x20 && r != 0x7f && r != '"' && r != '\\' && r != '\'' && r != utf8.RuneError {
			b.WriteRune(r)
			i += size
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

func escapeAt(s string) (rune, int) {
	hex := func(from, to int) (rune, int) {
		if len(s) < to {
			return 0, 0
		}
		n, err := strconv.ParseUint(s[from:to], 16, 32)
		if err != nil {
			return 0, 0
		}
		return rune(n), to
	}
	switch {
	case strings.HasPrefix(s, `\u`):
		r, n := hex(2, 6)
		if n > 0 && r >= 0xD800 && r < 0xDC00 && len(s) >= 12 && s[6:8] == `\u` {
			if lo, err := strconv.ParseUint(s[8:12], 16, 32); err == nil && lo >= 0xDC00 && lo < 0xE000 {
				return (r-0xD800)<<10 + (rune(lo) - 0xDC00) + 0x10000, 12
			}
		}
		if r >= 0xD800 && r < 0xE000 {
			return 0, 0
		}
		return r, n
	case strings.HasPrefix(s, `\U`): // of NSDictionary; eight digits are another language's
		if r, n := hex(2, 6); r >= 0x2E80 && (len(s) == 6 || !ofHex[s[6]]) {
			return r, n
		}
	case strings.HasPrefix(s, `\x`):
		if r, n := hex(2, 4); r < 0x80 {
			return r, n
		}
	case strings.HasPrefix(s, "&#"):
		end := strings.IndexByte(s[:min(len(s), 10)], ';')
		if end < 3 {
			return 0, 0
		}
		base, digits := 10, s[2:end]
		if digits[0] == 'x' || digits[0] == 'X' {
			base, digits = 16, digits[1:]
		}
		if n, err := strconv.ParseUint(digits, base, 32); err == nil && n < 0x110000 && (n < 0xD800 || n > 0xDFFF) {
			return rune(n), end + 1
		}
	}
	return 0, 0
}

// charsetReader reads what a mail's header says it is encoded in.
func charsetReader(charset string, in io.Reader) (io.Reader, error) {
	enc, err := ianaindex.MIME.Encoding(charset)
	if err != nil || enc == nil {
		return nil, errors.New(charset)
	}
	return enc.NewDecoder().Reader(in), nil
}

// decoded looks once more at a redacted line with all its percent escapes
// undone, as a value may reach from one escaped word into the next.
func (f *File) decoded(s string, depth int) string {
	if depth >= maxDepth || !strings.Contains(s, "%") {
		return s
	}
	plain, any := unpercent(s)
	if !any {
		return s
	}
	again := f.try()
	out := again.flat(plain, depth+1)
	if again.Total() == 0 {
		return s
	}
	f.take(again)
	return out
}

// unpercent undoes every %XX that stands for a character that can be read.
func unpercent(s string) (plain string, any bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			n, _ := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if n == '\n' || n == '\r' {
				n = ' '
			}
			b.WriteByte(byte(n))
			i += 2
			any = true
			continue
		}
		b.WriteByte(s[i])
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD"), any
}
