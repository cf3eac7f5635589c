package redact

import (
	"strings"
)

// known reads what is secret by its own shape and begins a word at s[i]: keys
// of known services, values behind the name of an authentication scheme.
func (c *scan) known(i int) {
	s := c.s
	if i < c.next[byScheme] {
		return
	}
	c.rank = byScheme
	switch s[i] {
	case 'B', 'b', 'T', 't', 'D', 'd':
		c.scheme(i)
	}
	for _, k := range knownBy[s[i]] {
		if s[i+1] == k.head[1] && strings.HasPrefix(s[i:], k.head) {
			if s[i] == 'o' && s[i+2] == '_' && !allHex(s[i+3:min(len(s), i+3+k.tail)]) { // ou_, on_ of Feishu
				break
			}
			if end := runEnd(s, i, "_-."); end-i >= len(k.head)+k.tail && (hasDigit(s[i:end]) || end-i == 20 && k.tail == 16 && strings.ToUpper(s[i:end]) == s[i:end]) {
				c.teach(i, end, "secret", s[i:end])
				c.next[byScheme] = end
			}
			break
		}
	}
}

// isKnown tells whether a value is a key that a service hands out.
func isKnown(v string) bool {
	for _, k := range knownBy[v[0]] {
		if strings.HasPrefix(v, k.head) && len(v) >= len(k.head)+k.tail {
			return true
		}
	}
	return false
}

// jwt reads a JSON web token whose "eyJ" stands at s[from], also where it is
// glued to a word; the whole word goes.
func (c *scan) jwt(from int) {
	if from < c.next[byJWT] {
		return
	}
	end := runEnd(c.s, from, "._-=+/")
	if word := strings.LastIndexAny(c.s[:from], " \t\"'") + 1; strings.Contains(c.s[word:from], "://") { // a part of a path
		end = runEnd(c.s, from, "._-=")
	}
	c.next[byJWT] = end
	if !c.jsonOfToken(c.s[from:end]) {
		return
	}
	glued := from > 0 && wordByte(c.s[from-1])
	if end-from < 16 || glued && !strings.Contains(c.s[from:end], ".") {
		return
	}
	for from > 0 && (wordByte(c.s[from-1]) || c.s[from-1] == '_' || c.s[from-1] == '-') {
		from--
	}
	c.rank = byJWT
	c.teach(from, end, "jwt", c.s[from:end])
}

// schemes are the words before a credential.
var schemes = []string{"Bearer", "Basic", "Digest", "Token"}

// knownKey is the head of keys that a service hands out, and how long their tails are at least.
type knownKey struct {
	head string
	tail int
}

// knownBy are the heads by their first letter.
var knownBy = func() (out [256][]knownKey) {
	for _, k := range knownKeys {
		out[k.head[0]] = append(out[k.head[0]], k)
	}
	return out
}()

func runEnd(s string, i int, also string) int {
	for i < len(s) && (wordByte(s[i]) || strings.IndexByte(also, s[i]) >= 0) {
		i++
	}
	return i
}

// scheme reads "Bearer x", "Basic x" and their kin.
func (c *scan) scheme(i int) {
	for _, w := range schemes {
		n := len(w)
		if len(c.s) < i+n+5 || c.s[i+1]|0x20 != w[1] || !strings.EqualFold(c.s[i:i+n], w) {
			continue
		}
		j := i + n
		switch {
		case c.s[j] == ' ':
			j++
		case strings.HasPrefix(c.s[j:], "%20"):
			j += 3
		default:
			continue
		}
		if w == "Digest" && strings.Contains(c.s[j:], "response=") {
			c.digest(j, len(c.s))
			return
		}
		end := runEnd(c.s, j, "._-=+/~%")
		v := c.s[j:end]
		if k := strings.IndexByte(v, '='); k > 0 && strings.Trim(v[:k], lowerSet+"_") == "" && (strings.Trim(v[k:], "=") != "" || end < len(c.s) && c.s[end] == '"' && len(v) < 12) {
			return // expires_in=7200, realm="x"
		}
		mixed := hasDigit(v) || strings.ToLower(v) != v && strings.ToUpper(v) != v && strings.ToLower(v[1:]) != v[1:] || strings.HasSuffix(v, "=")
		if len(v) >= 6 && mixed || looksSecret(v) || len(v) >= 24 {
			c.teach(j, end, "auth", v)
		}
		return
	}
}

// authorization redacts the value of an Authorization header; its scheme stays.
func (c *scan) authorization(from, to int) {
	v := c.s[from:to]
	if first, _, _ := strings.Cut(v, " "); isBenign(v) || isBenign(first) {
		return
	}
	for _, w := range []string{"Bearer", "Basic", "Digest", "Token", "Negotiate", "NTLM", "MAC", "AWS4-HMAC-SHA256"} {
		if len(v) > len(w)+1 && strings.EqualFold(v[:len(w)], w) && v[len(w)] == ' ' {
			from += len(w) + 1
			if w == "Digest" && strings.Contains(c.s[from:to], "=") {
				c.digest(from, len(c.s))
				return
			}
			if w == "Bearer" || w == "Basic" || w == "Token" {
				to = from + byteOrEnd(c.s[from:to], ' ')
			}
			break
		}
	}
	if from < to {
		if _, done := pseudonymAt(c.s, from); !done {
			c.teach(from, to, "auth", c.s[from:to])
		}
	}
}

// byteOrEnd gives where b first stands, or the length when it does not.
func byteOrEnd(s string, b byte) int {
	if i := strings.IndexByte(s, b); i >= 0 {
		return i
	}
	return len(s)
}

// anyOrEnd gives where one of chars first stands, or the length when none does.
func anyOrEnd(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

// cookieWords are attributes of a Set-Cookie header, which hold nothing secret.
var cookieWords = wordSet("path domain expires max-age samesite secure httponly partitioned priority version comment")

// cookies redacts each value of a Cookie or Set-Cookie header; the names stay.
func (c *scan) cookies(from, to int) {
	at := from
	for at < to {
		end, sep := at+byteOrEnd(c.s[at:to], ';'), 1
		if k := strings.IndexByte(c.s[at:end], '\n'); k >= 0 { // headers of one name, joined
			end = at + k
		}
		if k := strings.Index(c.s[at:end], "；"); k >= 0 {
			end, sep = at+k, len("；")
		}
		nameEnd := at + byteOrEnd(c.s[at:end], '=')
		nm := strings.ToLower(strings.TrimSpace(c.s[at:nameEnd]))
		switch {
		case cookieWords()[nm]:
			if k := nextCookie(c.s[at:end]); k > 0 { // Path=/, next=…
				end, sep = at+k-1, 1
			}
		case nameEnd < end && ofLook()[nm] && plainLook(c.s[nameEnd+1:end]):
		case nameEnd < end:
			if done, ok := pseudonymAt(c.s, nameEnd+1); ok && done > end {
				end, sep = done, 1
				break
			}
			c.cookie(nameEnd+1, end)
		case nm != "" && !isBenign(nm) && !hasHan(nm):
			c.cookie(at+len(c.s[at:end])-len(strings.TrimLeft(c.s[at:end], " ")), end)
		}
		at = end + sep
	}
}

// nextCookie finds where the next cookie begins behind a comma and an attribute.
func nextCookie(s string) int {
	for k := 0; k < len(s); k++ {
		if s[k] != ',' {
			continue
		}
		at := k + 1
		for at < len(s) && s[at] == ' ' {
			at++
		}
		if end := runEnd(s, at, "_-."); end > at && end < len(s) && s[end] == '=' {
			return at
		}
	}
	return 0
}

// ofLook are cookies that say how a page looks to somebody.
var ofLook = wordSet("lang language locale theme i18n tz timezone currency region country colorscheme color-scheme dark darkmode skin")

// plainLook tells of a plain word: dark, zh_CN.
func plainLook(v string) bool {
	v = strings.TrimRight(v, " \r\n\"'")
	if v != "" && len(v) <= 3 && strings.Trim(v, "+-0123456789") == "" { // tz=8
		return true
	}
	return len(v) <= 12 && strings.Trim(v, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-/") == ""
}

func (c *scan) cookie(from, to int) {
	for to > from && c.s[to-1] == ' ' {
		to--
	}
	if v := c.s[from:to]; len(v) > 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
		from, to = from+1, to-1
	}
	v := c.s[from:to]
	if len(v) == 0 || isBenign(v) {
		return
	}
	if _, done := pseudonymAt(c.s, from); done {
		return
	}
	if len(v) >= 10 && hasDigit(v) {
		c.teach(from, to, "cookie", v)
	} else {
		c.mark(from, to, "cookie", v)
	}
}

// userinfo reads the user:password@host behind scheme://, from s[from] on.
func (c *scan) userinfo(from int) {
	end := from
	for end < len(c.s) && !endsHost[c.s[end]] {
		end++
	}
	at := strings.LastIndexByte(c.s[from:end], '@')
	if _, port, has := strings.Cut(c.s[from:end], ":"); has && strings.Trim(port, "0123456789") != "" && !strings.HasPrefix(c.s[from:end], "[") {
		// A password may hold what ends a host, unescaped: up to the last "@" before a host.
		word := from + anyOrEnd(c.s[from:], " \t\"'<>")
		for k := end; k < word; k++ {
			if c.s[k] == '@' && hostBehind(c.s[k+1:word]) {
				at = k - from
				break
			}
		}
	}
	if at <= 0 {
		return
	}
	c.next[byMail] = max(c.next[byMail], from+at+1)
	c.rank = byUserinfo
	user, passw, has := strings.Cut(c.s[from:from+at], ":")
	if len(user) >= 5 || hasDigit(user) || hasHan(user) {
		c.teach(from, from+len(user), "user", user)
	} else { // a word as short names databases and folders, too
		c.mark(from, from+len(user), "user", user)
	}
	if has {
		c.teach(from+len(user)+1, from+at, "secret", passw)
	}
}

// hostBehind tells whether a text begins with a host and ends there, or goes on with a port or a path.
func hostBehind(s string) bool {
	n := 0
	for n < len(s) && (wordByte(s[n]) || s[n] == '.' || s[n] == '-') {
		n++
	}
	return n > 0 && (n == len(s) || strings.IndexByte(":/?#", s[n]) >= 0)
}

// logon reads user/password@//host, as Oracle writes it, before the "@" at s[at].
func (c *scan) logon(at int) {
	from := at
	for from > 0 && strings.IndexByte(" \t\"'=<>,;:", c.s[from-1]) < 0 {
		from--
	}
	user, passw, ok := strings.Cut(c.s[from:at], "/")
	if ok && user != "" && passw != "" {
		c.rank = byUserinfo
		c.teach(from, from+len(user), "user", user)
		c.teach(from+len(user)+1, at, "secret", passw)
	}
}

var endsHost [256]bool

func init() {
	for _, b := range []byte("/?# \t\"'<>\\") {
		endsHost[b] = true
	}
}

// pem takes out private keys that stand in a text.
func (f *File) pem(s string) string {
	for i := 0; ; {
		k := strings.Index(s[i:], "-----BEGIN ")
		if k < 0 {
			return s
		}
		start := i + k
		lineEnd := start + byteOrEnd(s[start:], '\n')
		if !privateKey(s[start:lineEnd]) {
			i = start + 11
			continue
		}
		end := len(s)
		if e := strings.Index(s[start:], "-----END "); e >= 0 {
			end = start + e
			if d := strings.Index(s[end+9:], "-----"); d >= 0 {
				end += 9 + d + 5
			}
		}
		repl := f.r.pseudonym("secret", s[start:end])
		f.hit("secret", repl)
		s = s[:start] + repl + s[end:]
		i = start + len(repl)
	}
}

// privateKey tells of the first line of a private key: of PKCS, OpenSSH and
// PGP, and OpenVPN's, which both ends share.
func privateKey(s string) bool {
	return strings.Contains(s, "PRIVATE KEY") || strings.Contains(s, "Static key")
}

// maxKeyLines bounds the lines of a private key without its own end.
const maxKeyLines = 64
