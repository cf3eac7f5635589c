package redact

import (
	"strings"
	"sync"
)

// ofMailbox are the bytes of what stands before the @ of an address.
var ofMailbox = func() (out [256]bool) {
	for b := range out {
		c := lowered[b]
		out[b] = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("._+-", c) >= 0
	}
	return out
}()

// nearAt finds an @ with what may be a mailbox and a host around it.
func nearAt(s string, at int) (lo, hi, next int) {
	for from := at; from < len(s); {
		k := strings.IndexByte(s[from:], '@')
		if k < 0 {
			break
		}
		i := from + k
		lo, hi = i, i+1
		for lo > at && ofMailbox[s[lo-1]] {
			lo--
		}
		for hi < len(s) && ofMailbox[s[hi]] {
			hi++
		}
		if lo < i && hi-i > 4 && strings.IndexByte(s[i+2:hi], '.') >= 0 {
			return lo, hi, i + 1
		}
		from = i + 1
	}
	return -1, 0, 0
}

// secretWords are what the keys of secrets end in, by their last letters.
var secretWords = sync.OnceValue(func() *[256][]string {
	var out [256][]string
	for _, w := range []string{"token", "password", "passwd", "secret", "secret_key", "secretkey", "api_key", "apikey"} {
		last := w[len(w)-1]
		out[last] = append(out[last], w)
	}
	return &out
})

// nearSecret finds = and : behind the key of a secret, with a long word behind them.
func nearSecret(s string, at int) (lo, hi, next int) {
	for i := at; i < len(s); i++ {
		if s[i] != '=' && s[i] != ':' {
			continue
		}
		end := i
		for end > at && blankOfLine(s[end-1]) {
			end--
		}
		if end > at && (s[end-1] == '"' || s[end-1] == '\'') {
			end--
		}
		if !endsInAny(s[at:end], secretWords()) {
			continue
		}
		from := i + 1
		for from < len(s) && blankOfLine(s[from]) {
			from++
		}
		if from < len(s) && (s[from] == '"' || s[from] == '\'') {
			from++
		}
		to := from
		for to < len(s) && (of64[s[to]] != 0 || s[to] == '=' || s[to] == '.') {
			to++
		}
		if to-from >= 12 {
			return max(at, end-24), to, i + 1
		}
	}
	return -1, 0, 0
}

func blankOfLine(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' && b != '\v' }

// nearHome finds the folder in which the folders of people are.
func nearHome(s string, at int) (lo, hi, next int) {
	i := len(s)
	for _, w := range []string{"Users", "/home/"} {
		if k := strings.Index(s[at:], w); k >= 0 {
			i = min(i, at+k)
		}
	}
	if i == len(s) {
		return -1, 0, 0
	}
	for i > at && (s[i-1] == '\\' || s[i-1] == '/') {
		i--
	}
	return max(at, i-9), len(s), len(s)
}

// nearContent finds the key of what people wrote, with a text behind it.
func nearContent(s string, at int) (lo, hi, next int) {
	for i := at; i < len(s); i++ {
		k := strings.IndexByte(s[i:], ':')
		if k < 0 {
			break
		}
		i += k
		end, from := i, i+1
		for end > at && blankOfLine(s[end-1]) {
			end--
		}
		if end == at || s[end-1] != '"' {
			continue
		}
		for end > at && (s[end-1] == '"' || s[end-1] == '\\') {
			end--
		}
		if end-at < 7 || !beginsWith(s[end-7:end], "content") {
			continue
		}
		for from < len(s) && (blankOfLine(s[from]) || s[from] == '\\') {
			from++
		}
		if from+2 < len(s) && s[from] == '"' && strings.IndexByte("\"\\<{[", s[from+1]) < 0 {
			return max(at, end-24), min(from+1+anyOf(s[from+1:], '"', '\\')+1, len(s)), i + 1
		}
	}
	return -1, 0, 0
}
