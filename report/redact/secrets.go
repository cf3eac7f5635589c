package redact

import (
	"strings"
)

// secrets looks for what is secret by its own shape: JWTs, keys of known
// services, authentication schemes, passwords in addresses.
func (c *scan) secrets() {
	s := c.s
	c.jwts()
	for i := 0; i < len(s); i++ {
		if i > 0 && wordByte(s[i-1]) {
			continue
		}
		switch s[i] {
		case 'B', 'b', 'T', 't', 'D', 'd':
			c.scheme(i)
		}
		for _, k := range knownKeys {
			if s[i] == k.head[0] && strings.HasPrefix(s[i:], k.head) {
				if end := runEnd(s, i, "_-."); end-i >= len(k.head)+k.tail && hasDigit(s[i:end]) {
					c.teach(i, end, "secret", s[i:end])
					i = end - 1
				}
				break
			}
		}
	}
	c.userinfo()
}

// jwts looks for JSON web tokens, also where they are glued to a word; the whole word goes.
func (c *scan) jwts() {
	for i := 0; ; {
		k := strings.Index(c.s[i:], "eyJ")
		if k < 0 {
			return
		}
		from := i + k
		i = runEnd(c.s, from, "._-=+/")
		glued := from > 0 && wordByte(c.s[from-1])
		if i-from < 16 || glued && !strings.Contains(c.s[from:i], ".") {
			continue
		}
		for from > 0 && (wordByte(c.s[from-1]) || c.s[from-1] == '_' || c.s[from-1] == '-') {
			from--
		}
		c.teach(from, i, "jwt", c.s[from:i])
	}
}

// knownKeys are the heads of keys that services hand out, and how long their tails are at least.
var knownKeys = []struct {
	head string
	tail int
}{
	{"AKIA", 16}, {"ASIA", 16}, {"LTAI", 12}, {"AKID", 13}, {"ghp_", 30}, {"gho_", 30}, {"ghs_", 30}, {"ghu_", 30}, {"github_pat_", 20}, {"glpat-", 18},
	{"sk-", 20}, {"sk_live_", 16}, {"rk_live_", 16}, {"pk_live_", 16}, {"xoxb-", 16}, {"xoxp-", 16}, {"xoxa-", 16}, {"xoxs-", 16}, {"AIza", 30}, {"ya29.", 20}, {"npm_", 30}, {"SG.", 30}, {"dop_v1_", 30}, {"AGE-SECRET-KEY-", 20},
}

func runEnd(s string, i int, also string) int {
	for i < len(s) && (wordByte(s[i]) || strings.IndexByte(also, s[i]) >= 0) {
		i++
	}
	return i
}

// scheme reads "Bearer x", "Basic x" and their kin.
func (c *scan) scheme(i int) {
	for _, w := range []string{"Bearer", "Basic", "Digest", "Token"} {
		n := len(w)
		if len(c.s) < i+n+5 || !strings.EqualFold(c.s[i:i+n], w) {
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
			c.mark(j, len(c.s), "auth", c.s[j:])
			return
		}
		end := runEnd(c.s, j, "._-=+/~%")
		v := c.s[j:end]
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
	if isBenign(v) {
		return
	}
	for _, w := range []string{"Bearer", "Basic", "Digest", "Token", "Negotiate", "NTLM", "MAC", "AWS4-HMAC-SHA256"} {
		if len(v) > len(w)+1 && strings.EqualFold(v[:len(w)], w) && v[len(w)] == ' ' {
			from += len(w) + 1
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
var cookieWords = map[string]bool{"path": true, "domain": true, "expires": true, "max-age": true, "samesite": true, "secure": true, "httponly": true, "partitioned": true, "priority": true, "version": true, "comment": true}

// cookies redacts each value of a Cookie or Set-Cookie header; the names stay.
func (c *scan) cookies(from, to int) {
	at := from
	for at < to {
		end := at + byteOrEnd(c.s[at:to], ';')
		nameEnd := at + byteOrEnd(c.s[at:end], '=')
		nm := strings.ToLower(strings.TrimSpace(c.s[at:nameEnd]))
		switch {
		case cookieWords[nm]:
		case nameEnd < end:
			c.cookie(nameEnd+1, end)
		case nm != "" && !isBenign(nm):
			c.cookie(at+len(c.s[at:end])-len(strings.TrimLeft(c.s[at:end], " ")), end)
		}
		at = end + 1
	}
}

func (c *scan) cookie(from, to int) {
	for to > from && c.s[to-1] == ' ' {
		to--
	}
	v := c.s[from:to]
	if len(v) == 0 {
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

// userinfo reads scheme://user:password@host.
func (c *scan) userinfo() {
	for i := 0; ; {
		k := strings.Index(c.s[i:], "://")
		if k < 0 {
			return
		}
		from := i + k + 3
		end := from
		for end < len(c.s) && strings.IndexByte("/?# \t\"'<>\\", c.s[end]) < 0 {
			end++
		}
		if at := strings.LastIndexByte(c.s[from:end], '@'); at > 0 {
			user, passw, has := strings.Cut(c.s[from:from+at], ":")
			c.teach(from, from+len(user), "user", user)
			if has {
				c.teach(from+len(user)+1, from+at, "secret", passw)
			}
		}
		i = from
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
		if !strings.Contains(s[start:lineEnd], "PRIVATE KEY") {
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
