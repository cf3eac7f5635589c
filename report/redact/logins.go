package redact

import "strings"

// oneOf reads what the words of single programs tell, of which w stands at
// s[i:end]; false when the word tells nothing here.
func (c *scan) oneOf(w string, i, end int) bool {
	s := c.s
	switch w {
	case "CREATE TABLE", "create table":
		c.create(i)
	case "CLIENT_", "SERVER_", "EXPORTER_", "EARLY_":
		c.keyLog(i)
	case "IDENTIFIED", "identified":
		c.identified(end)
	case "PASSWORD", "password":
		return c.sqlPassword(end)
	case "sp_addlogin", "sp_password":
		c.procedure(w, end)
	case "SETUSER", "setuser":
		c.setUser(end)
	case "WIFI:":
		c.wireless(end)
	case "FOID":
		c.identification(end)
	case "PASS", "LOGIN":
		c.logIn(w, i, end)
	case "ConvertTo-SecureString":
		c.firstArgument(end)
	case "configure set": // aws configure set aws_secret_access_key x
		if at := end + 1 + byteOrEnd(s[min(end+1, len(s)):], ' '); at < len(s) && sensitive(c.f.classify(s[end+1:at])) {
			c.firstArgument(at)
		}
	case "literal=": // --from-literal=name=x
		if at := end + byteOrEnd(s[end:], '=') + 1; at < len(s) && strings.HasSuffix(s[:i], "from-") {
			c.firstArgument(at)
		}
	case "net use":
		if k := strings.Index(s[end:], "/user:"); k >= 0 {
			at := end + k + byteOrEnd(s[end+k:], ' ')
			if at+1 < len(s) && s[at+1] != '/' {
				c.firstArgument(at)
			}
		}
	case "verification code", "Verification code":
		c.codeIn(end)
	case "TEL;", "ADR;":
		c.cardField(w, i, end)
	case "Visitor", "Customer", "Guest":
		c.speakerLatin(i, end)
	case "changed from", "updated from", "modified from":
		c.changedFrom(i, end)
	case "Cookie", "cookie", "SimpleCookie":
		return c.cookieNamed(end)
	default:
		return false
	}
	return true
}

// qualified gives the class of a key behind which something stands before its
// sign, at s[i]: token (part 2): x, token[0]=x, password #2: x.
func (c *scan) qualified(i int) class {
	s := c.s
	at := len(strings.TrimRight(s[:i], " "))
	if at < 4 {
		return none
	}
	switch b := s[at-1]; {
	case b == ')':
		k := strings.LastIndexByte(s[max(0, at-32):at], '(')
		if k < 0 {
			return none
		}
		at = max(0, at-32) + k
	case b == ']':
		k := strings.LastIndexByte(s[max(0, at-6):at], '[')
		if k < 0 || digitsRun(s[max(0, at-6)+k+1:]) != at-max(0, at-6)-k-2 {
			return none
		}
		at = max(0, at-6) + k
	case begins[b] == digit:
		for at > 0 && (begins[s[at-1]] == digit || s[at-1] == '/' || s[at-1] == '#') {
			at--
		}
		at = len(strings.TrimRight(s[:at], " "))
		for _, w := range [...]string{"part", "no.", "chunk", "line", "piece"} {
			if at > len(w) && strings.EqualFold(s[at-len(w):at], w) {
				at = len(strings.TrimRight(s[:at-len(w)], " ("))
				break
			}
		}
	default:
		return none
	}
	if at = len(strings.TrimRight(s[:at], " ")); at < 3 || !keyEnds(s, at) {
		return none
	}
	_, key := keyLeft(s, at)
	switch cl := c.f.classify(key); cl {
	case secret, pass, phone, idCard, card, wx, qq:
		return cl
	}
	return none
}

// counted tells whether the number before the sign at s[i] counts the parts of
// what a word before it names: token #2:, token 2/3:. No time stands so.
func counted(s string, i int) bool {
	at := i
	for at > 0 && begins[s[at-1]] == digit {
		at--
	}
	if at < 3 || i-at > 2 {
		return false
	}
	if s[at-1] == '#' || s[at-1] == '/' && begins[s[at-2]] == digit {
		return true
	}
	return s[at-1] == ' ' && begins[s[at-2]] == letter && i+1 < len(s) && s[i+1] == ' '
}

// ldif reads a value in base64 behind the "::" at s[i].
func (c *scan) ldif(i int) {
	s := c.s
	_, key := keyLeft(s, i)
	cl := c.f.classify(key)
	if !sensitive(cl) && cl != thing {
		return
	}
	from := i + 3
	if to := runEnd(s, from, "+/="); to > from+3 {
		c.rank = byKey
		c.mark(from, to, "base64", s[from:to])
		c.next[byKey] = to
	}
}

// ofSQL tells whether a line begins with a statement of SQL.
func ofSQL(line string) bool {
	for _, w := range [...]string{"create ", "insert ", "select ", "update ", "delete ", "replace ", "alter "} {
		if len(line) > len(w) && strings.EqualFold(line[:len(w)], w) {
			return true
		}
	}
	return false
}

// yamlSecret redacts a line of the data of a Secret: what is in base64, and
// what a key names.
func (f *File) yamlSecret(body string) string {
	k := strings.Index(body, ": ")
	if k < 0 {
		return f.line(body)
	}
	v := strings.Trim(body[k+2:], " \"'")
	from := k + 2 + strings.Index(body[k+2:], v)
	if !ofSecret(v) {
		return f.line(body)
	}
	c := &scan{f: f, s: body, rank: byKey}
	c.secretSpan(from, from+len(v), "secret")
	return f.line(c.replace())
}
