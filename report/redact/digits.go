package redact

import (
	"strings"
	"unicode/utf8"
)

func digitAt(s string, i int) (byte, int) {
	if s[i] >= '0' && s[i] <= '9' {
		return s[i], 1
	}
	if s[i] == 0xEF && i+2 < len(s) && s[i+1] == 0xBC && s[i+2] >= 0x90 && s[i+2] <= 0x99 {
		return '0' + s[i+2] - 0x90, 3
	}
	return 0, 0
}

var separators = []string{" ", "-", ".", "_", ")", "(", "\u00a0", "\u3000", "·", "－", "．", "%20", "%2D", "%2d", "‐", "‑", "‒", "–", "—", "（", "）", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"}

func separator(s string, i int) int {
	switch b := s[i]; {
	case b == ' ' || b == '-' || b == '.' || b == '_' || b == '(' || b == ')':
		return 1
	case b == '+': // for a space, in a form
		if i > 0 && begins[s[i-1]] == digit && i+1 < len(s) && begins[s[i+1]] == digit {
			return 1
		}
	case b == '%' || b >= 0x80:
		for _, sep := range separators {
			if strings.HasPrefix(s[i:], sep) {
				return len(sep)
			}
		}
	}
	return 0
}

func hanDigit(s string, i int) (rune, int) {
	if s[i] < 0x80 {
		return 0, 1
	}
	if i+3 <= len(s) {
		switch s[i : i+3] {
		case "零", "〇":
			return '0', 3
		case "一", "幺":
			return '1', 3
		case "二", "两":
			return '2', 3
		case "三":
			return '3', 3
		case "四":
			return '4', 3
		case "五":
			return '5', 3
		case "六":
			return '6', 3
		case "七":
			return '7', 3
		case "八":
			return '8', 3
		case "九":
			return '9', 3
		}
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return 0, size
}

func digitsIn(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if _, size := digitAt(s, i); size > 0 {
			n++
			i += size - 1
		}
	}
	return n
}

func normalNumber(cl class, v string) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if d, n := digitAt(v, i); n > 0 {
			b.WriteByte(d)
			i += n - 1
		} else if wordByte(v[i]) {
			b.WriteString(strings.ToUpper(v[i : i+1]))
		}
	}
	if cl == phone {
		if m, ok := mobile(b.String()); ok {
			return m
		}
	}
	return b.String()
}

// goesOn are the bytes that may go on an address behind a digit.
var goesOn = func() (out [256]bool) {
	for b := range out {
		out[b] = strings.IndexByte(":.-", byte(b)) >= 0 || isHex(byte(b))
	}
	return out
}()

// joins are the bytes that may go on a number behind a digit.
var joins = func() (out [256]bool) {
	for b := range out {
		out[b] = strings.IndexByte(" -._()%+", byte(b)) >= 0 || b >= 0x80
	}
	return out
}()
