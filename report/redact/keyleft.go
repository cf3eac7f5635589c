package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// keyStop gives the end of the key before the sign at s[end]: columns of keys
// are filled up with spaces, and a terminal's colours stand around a key.
func keyStop(s string, end int) int {
	i := end
	for i > 0 && end-i < 48 {
		switch b := s[i-1]; {
		case b == ' ' || behindKey[b] && end-i < 8:
			i--
			continue
		case b == 'm' && i > 2 && (begins[s[i-2]] == digit || s[i-2] == '['):
			if k := strings.LastIndexByte(s[max(0, i-12):i], 0x1b); k >= 0 && strings.Trim(s[max(0, i-12)+k+1:i-1], "[;0123456789") == "" {
				i = max(0, i-12) + k
				continue
			}
		}
		break
	}
	return i
}

// colour gives how long the colours of a terminal are that a text begins with.
func colour(s string) int {
	n := 0
	for n+2 < len(s) && s[n] == 0x1b && s[n+1] == '[' {
		k := strings.IndexByte(s[n:], 'm')
		if k < 0 || k > 12 {
			break
		}
		n += k + 1
	}
	return n
}

// hanFrom gives where the first Chinese letter of a key stands.
func hanFrom(key string, wide bool) int {
	if !wide {
		return -1
	}
	return strings.IndexFunc(key, func(r rune) bool { return r >= 0x2E80 })
}

// keyLeft gives the key that ends before s[end], and where it begins.
func keyLeft(s string, end int) (int, string) {
	i := keyStop(s, end)
	stop := i
	for i > 0 && stop-i < 64 && ofKey[s[i-1]] {
		i--
	}
	wide := i > 0 && s[i-1] >= 0x80
	for wide && i > 0 && stop-i < 64 {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if !(unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' || r == '.' || r == '$' || r == '[') || r >= 0x80 && !unicode.IsLetter(r) {
			break
		}
		i -= size
	}
	key := s[i:stop]
	if j := strings.LastIndexByte(key, '['); j >= 0 {
		if rest := key[j+1:]; rest != "" {
			key = rest
		}
	}
	// Only the Chinese end of a run such as "id姓名" or the plain end of one is the key.
	if k := hanFrom(key, wide); k > 0 && !strings.EqualFold(key[:k], "qq") {
		key = key[k:]
	}
	return i, key
}
