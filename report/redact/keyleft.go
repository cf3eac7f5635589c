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
		case b == '>' && i > 4: // <b>key</b>:
			if k := strings.LastIndex(s[max(0, i-12):i], "</"); k >= 0 {
				i = max(0, i-12) + k
				continue
			}
		case b == 0x80 && strings.HasSuffix(s[:i], "\u3000"):
			i -= 3
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

// latinHead gives where the Chinese word at key[k] begins when the letters
// before it belong to it: Q号, VX号, MAC地址.
func latinHead(key string, k int) int {
	i := k
	for i > 0 && begins[key[i-1]|0x20] == letter {
		i--
	}
	if i < k {
		if _, ok := exact()[squeeze(key[i:])]; ok || strings.EqualFold(key[i:k], "qq") {
			return i
		}
	}
	return k
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
	if i > 0 && s[i-1] == '\\' && len(key) > 2 && stop-len(key) == i && (i < 2 || s[i-2] != '\\' || key[0] != 't') && strings.IndexByte("nrt", key[0]) >= 0 {
		key = key[1:] // behind an escaped end of a line
	}
	if k := strings.IndexByte(key, 'm'); k > 0 && i > 0 && s[i-1] == 0x1b || k > 0 && i+stop-len(key) > 1 && strings.HasSuffix(s[:stop-len(key)], "\x1b[") {
		if strings.Trim(key[:k], "0123456789[;") == "" {
			key = key[k+1:] // behind a terminal's colour
		}
	}
	// Only the Chinese end of a run such as "id姓名" or the plain end of one is the key.
	if k := hanFrom(key, wide); k > 0 {
		key = key[latinHead(key, k):]
	}
	if len(key) == 3 && key[0] >= 0xE4 {
		if at, head := spacedHead(s, stop-len(key)); head != "" {
			return at, head + key
		}
	}
	return i, key
}

// spacedHead gives the first letter of a Chinese word of two whose second stands
// at s[at], when the two are set apart to fill a column: 姓　名, 电  话.
func spacedHead(s string, at int) (from int, head string) {
	i := at
	for i > 0 && at-i < 12 {
		if s[i-1] == ' ' {
			i--
		} else if strings.HasSuffix(s[:i], "\u3000") {
			i -= 3
		} else {
			break
		}
	}
	if i == at || i < 3 || s[i-3] < 0xE4 || !hasHan(s[i-3:i]) || i > 5 && s[i-6] >= 0xE4 && hasHan(s[i-6:i-3]) {
		return 0, ""
	}
	return i - 3, s[i-3 : i]
}
