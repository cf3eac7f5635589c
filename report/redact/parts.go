package redact

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// trackTwo marks the second track of a card (ISO/IEC 7813), whose number is
// s[start:end]: a "D" or "=", the month in which it ends, and what the bank adds.
func (c *scan) trackTwo(start, end int) int {
	s := c.s
	if n := end - start; n < 13 || n > 19 || end+8 > len(s) || s[end]|0x20 != 'd' && s[end] != '=' || digitsRun(s[end+1:]) < 7 {
		return 0
	}
	if v := s[start:end]; digitsRun(v) < len(v) || !luhn(v) {
		return 0
	}
	if start > 0 && wordByte(s[start-1]) {
		return 0
	}
	to := runEnd(s, end+1, "")
	c.mark(start, to, "card", s[start:end])
	return to
}

// chunks redacts the parts of a token that a list holds, in their order.
func (f *File) chunks(items []*node) {
	in := false
	for _, item := range items {
		if item.kind != '"' {
			return
		}
		v := item.text
		switch {
		case strings.HasPrefix(v, "eyJ") && len(v) >= 16:
			in = true
		case in && len(v) >= 8 && runEnd(v, 0, "._-=") == len(v):
			f.replaceText(item, "jwt")
		default:
			in = false
		}
	}
}

// parts redacts the signature beside the head and the claims of a token:
// {"h": "eyJ…", "p": "eyJ…", "s": "…"}.
func (f *File) parts(n *node) {
	heads := 0
	for _, item := range n.items {
		if item.kind == '"' && strings.HasPrefix(item.text, "eyJ") {
			heads++
		}
	}
	if heads == 0 {
		return
	}
	for i, item := range n.items {
		if item.kind != '"' || strings.HasPrefix(item.text, "eyJ") || len(item.text) < 27 || !looksSecret(item.text) || runEnd(item.text, 0, "_-") < len(item.text) {
			continue
		}
		if name := n.names[i]; len(name) == 1 || heads > 1 && !f.r.about(name).counts {
			f.replaceText(item, "jwt")
		}
	}
}

func (f *File) replaceText(n *node, kind string) {
	c := &scan{f: f, s: n.text, rank: byKey}
	c.teach(0, len(n.text), kind, n.text)
	n.text = c.replace()
}

// typeBefore gives how much stands before a value that a program prints inside of
// its type without quotes: []byte(x), String(x).
func typeBefore(s string) int {
	n := 0
	for n < len(s) && n < 24 && (wordByte(s[n]) || s[n] == '[' || s[n] == ']' || s[n] == '.') {
		n++
	}
	if n < 3 || n >= len(s) || s[n] != '(' || !wordByte(s[n-1]) {
		return 0
	}
	return n + 1
}

// words tells whether a text that stood in base64 or in hexadecimal is what
// people write: letters of Chinese, most of it.
func words(plain string) bool {
	han, all := 0, 0
	for _, r := range plain {
		if all++; unicode.Is(unicode.Han, r) {
			han++
		}
	}
	return han >= 4 && han*2 > all && !strings.Contains(plain, "撤回") && !hasAny(plain, aboutPrograms...)
}

// chatName marks who said something in the head of what was said, which is the
// whole line: 康兰书 2026/11/20 09:12:33, 访客 廖华杰 09:12:03.
func (c *scan) chatName() {
	s := c.s
	if !chatHead(s) {
		return
	}
	from := 0
	for _, w := range speakers {
		if strings.HasPrefix(s, w) {
			from = len(w)
		}
	}
	for from < len(s) && (s[from] == ' ' || s[from] == '-' || s[from] == ':') {
		from++
	}
	to := from + anyOrEnd(s[from:], " \t(")
	if v := s[from:to]; looksName(v) {
		c.rank = byKey
		c.nameSpan(from, to, v, true)
	}
}

// ofSystemLine tells of what the program says between the messages of a transcript.
func ofSystemLine(s string) bool {
	for _, w := range [...]string{"系统", "提示", "机器人", "System"} {
		if strings.HasPrefix(s, w) && len(s) > len(w) && (s[len(w)] == ' ' || s[len(w)] == ':' || s[len(w)] == '(' || strings.HasPrefix(s[len(w):], "：") || strings.HasPrefix(s[len(w):], "消息") || strings.HasPrefix(s[len(w):], "提示")) {
			return true
		}
	}
	return false
}

// quotedRest gives where a text ends of which only the head was learnt and that
// stands between quotes: the rest of what people wrote goes with it.
func quotedRest(s string, from, to int) int {
	if from == 0 || to >= len(s) || s[from-1] != '"' && s[from-1] != '\'' {
		return to
	}
	end := to + byteOrEnd(s[to:], s[from-1])
	if end == len(s) || end-to > 2000 {
		return to
	}
	if r, _ := utf8.DecodeRuneInString(s[to:]); r < 0x80 || strings.ContainsAny(s[to:end], "{}<>=") {
		return to
	}
	return end
}

// travelDoc reads the number of a document and what follows it, as airlines write
// them: P/CHN/E12345678/CHN/19880102/M/…, P/CN/…. The number is s[i:end].
func (c *scan) travelDoc(i, end int) bool {
	s := c.s
	k := i - 1
	if k < 4 || s[k] != '/' || end >= len(s) || s[end] != '/' || !permit(s[i:end]) {
		return false
	}
	for k > 0 && s[k-1] >= 'A' && s[k-1] <= 'Z' {
		k--
	}
	if n := i - 1 - k; n < 2 || n > 3 || k < 2 || s[k-1] != '/' || s[k-2] < 'A' || s[k-2] > 'Z' {
		return false
	}
	to := i + anyOrEnd(s[i:], " \t\r\"',;")
	c.rank = byKey
	c.mark(i, to, "id", strings.ToUpper(s[i:end]))
	c.next[byNumber] = max(c.next[byNumber], to)
	return true
}

// pairHeads begin a line of YAML that names what the next line holds.
var pairHeads = [...]string{"name: ", "type: ", "key: ", "field: ", "label: ", "Name: ", "Key: "}

// namePair gives the name in such a line.
func namePair(body string) (string, bool) {
	t := body
	if t[0] == ' ' || t[0] == '-' {
		t = strings.TrimLeft(t, " -")
	}
	if t == "" || strings.IndexByte("ntkflNK", t[0]) < 0 {
		return "", false
	}
	for _, head := range pairHeads {
		if name, ok := strings.CutPrefix(t, head); ok {
			return name, head[0] != 't' || mayHaveHan(name)
		}
	}
	return "", false
}

// valuePair tells whether a line holds the value that the line before named.
func valuePair(v string) bool {
	k := strings.IndexByte(v, ':')
	if k <= 0 || k > 14 {
		return false
	}
	switch strings.ToLower(v[:k]) {
	case "value", "val", "default", "no", "number", "num", "content", "data", "raw", "text":
		return true
	}
	return false
}

// scientific reads a mobile number that a spreadsheet wrote as 1.38E10, whose
// first digit stands at s[i] and whose point at s[end].
func (c *scan) scientific(i, end int) {
	s := c.s
	n := end + 1 + digitsRun(s[end+1:])
	if n-end < 5 || n-end > 11 || n+3 > len(s) || s[n]|0x20 != 'e' || s[end+1] < '3' || i > 0 && (wordByte(s[i-1]) || s[i-1] == '.') {
		return
	}
	to := n + 1
	if s[to] == '+' {
		to++
	}
	if !strings.HasPrefix(s[to:], "10") || to+2 < len(s) && wordByte(s[to+2]) {
		return
	}
	digits := (s[i:end] + s[end+1:n] + "0000000000")[:11]
	c.rank = byNumber
	c.mark(i, to+2, "phone", digits)
	c.next[byNumber] = to + 2
}

// jsonOfToken tells whether what is behind "eyJ" can be the head, the claims or
// the box of a token, and is not only some JSON in base64 in which there is
// nothing to hide: a source map, a setting.
func (c *scan) jsonOfToken(run string) bool {
	head := run[:byteOrEnd(run, '.')]
	if len(head) >= 11 && len(run) > len(head)+8 { // two parts, long enough for any
		return true
	}
	bare := oneAlphabetURL.Replace(strings.TrimRight(head, "="))
	if len(bare)%4 == 1 {
		bare = bare[:len(bare)-1]
	}
	data, err := base64.RawURLEncoding.DecodeString(bare)
	if err != nil && len(data) < 6 {
		return true
	}
	for _, b := range data[:min(len(data), 9)] {
		if b < 0x20 && b != '\n' && b != '\t' || b > 0x7e {
			return false
		}
	}
	if len(head) < len(run) || len(data) == 0 || data[len(data)-1] != '}' {
		return true
	}
	plain := string(data)
	if hasAny(plain, `"alg"`, `"sub"`, `"exp"`, `"iat"`, `"iss"`, `"jti"`, `"mac"`, `"typ"`, `"aud"`, `"uid"`, `"user`) || len(plain) < 8 {
		return true
	}
	quiet := c.f.try()
	return quiet.lineAt(plain, c.depth+1) != plain
}

var oneAlphabetURL = strings.NewReplacer("+", "-", "/", "_")

// escapedEnd tells whether an escaped sign that no address holds ends before
// s[i]: %3D, %2F, %253D.
func escapedEnd(s string, i int) bool {
	if i < 3 || !ofHex[s[i-1]] || !ofHex[s[i-2]] || s[i-3] != '%' && !(i > 4 && s[i-5:i-2] == "%25") {
		return false
	}
	switch s[i-2 : i] {
	case "3D", "3d", "3F", "3f", "2F", "2f", "26", "3A", "3a", "20", "22", "27", "2C", "2c", "3B", "3b":
		return true
	}
	return false
}

// nextMember gives where a member's value ends that a program printed without
// quotes: before ", name: " or the brace that closes them all; 0 for neither.
func nextMember(s string) int {
	for at := 0; at < len(s); at++ {
		switch s[at] {
		case ',':
			n := at + 1
			for n < len(s) && s[n] == ' ' {
				n++
			}
			if end := runEnd(s, n, "_"); end > n+1 && n > at+1 && end < len(s) && s[end] == ':' && begins[s[n]] == letter {
				return at
			}
		case '}':
			return at
		}
	}
	return 0
}

// digest redacts what tells of somebody among the parameters of a Digest
// (RFC 7616): the name, the answer and the numbers it is made of.
func (c *scan) digest(from, to int) {
	s := c.s
	for _, p := range [...]string{"username", "response", "nonce", "cnonce", "opaque"} {
		for at := from; at < to; {
			k := strings.Index(s[at:to], p+"=")
			if k < 0 {
				break
			}
			v := at + k + len(p) + 1
			if at = v; k > 0 && wordByte(s[v-len(p)-2]) || v >= to {
				continue
			}
			end := v + anyOrEnd(s[v:to], ", ")
			if s[v] == '"' || s[v] == '\'' {
				end = min(to, quoteEnd(s, v+1, s[v], 0))
				v++
			}
			if v >= end {
				continue
			}
			if _, done := pseudonymAt(s, v); done {
				continue
			}
			kind := "auth"
			if p == "username" {
				kind = "user"
			}
			c.teach(v, end, kind, s[v:end])
			at = end
		}
	}
	c.next[byKey], c.next[byScheme] = max(c.next[byKey], to), max(c.next[byScheme], to)
}

// ofKeyLine tells whether a line can be one of a private key: its last word is
// base64, it is one of its headers, or empty.
func ofKeyLine(s string) bool {
	t := strings.TrimRight(s, " \t\r\n\"'+,>|`")
	t = strings.TrimSuffix(strings.TrimSuffix(t, `\n`), `\r`)
	if t = strings.TrimSpace(t); t == "" {
		return true
	}
	for _, head := range [...]string{"Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:", "Charset:", "#"} {
		if strings.Contains(t, head) {
			return true
		}
	}
	last := strings.Trim(t[strings.LastIndexAny(t, " \t|>\"'")+1:], "\"'`")
	if last == "" || runEnd(last, 0, "+/=") < len(last) {
		return false
	}
	return len(last) == len(t) || len(last) >= 24 || strings.HasSuffix(last, "=") || hasDigit(last) && strings.ToLower(last) != last && strings.ToUpper(last) != last
}

// programsSay begin what programs say of a request, as their sources have it.
var programsSay = [...]string{"Request failed with status code", "Network Error", "timeout of ", "Failed to fetch", "Unexpected token", "Cannot read propert", "connect E", "read E", "socket hang up", "getaddrinfo ", "Internal Server Error", "Unauthorized", "Forbidden", "Not Found", "Bad Gateway", "Service Unavailable", "Gateway Timeout", "Too Many Requests", "Bad Request", "Session ID unknown"}

// ofProgram tells of such a sentence.
func ofProgram(v string) bool {
	if len(v) > 80 || hasHan(v) {
		return false
	}
	for _, head := range programsSay {
		if strings.HasPrefix(v, head) {
			return true
		}
	}
	return false
}
