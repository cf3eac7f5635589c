package redact

import (
	"slices"
	"strings"
	"sync"
)

// key reads "key=value", "key: value" and "键：值" whose sign stands at s[i],
// the value quoted or not.
func (c *scan) key(i int) {
	s := c.s
	if i < c.next[byKey] {
		return
	}
	if s[i] == '=' && i+8 < len(s) && s[i+1] == '?' {
		c.mimeWord(i)
		return
	}
	size := 1
	switch {
	case s[i] == ':' && i+1 < len(s) && s[i+1] == '=':
		return // := is read at its second half
	case s[i] == '-': // ->
		if size = 2; i == 0 || !keyEnds(s, i) {
			return
		}
	case s[i] == '=' || s[i] == ':':
		for s[i] == '=' && i+size < len(s) && s[i+size] == '=' { // == and ===
			size++
		}
		if s[i] == ':' && i > 0 && i+3 < len(s) && s[i+1] == ':' && s[i+2] == ' ' { // LDIF: the value is in base64
			c.ldif(i)
			return
		}
		if i > 4 && s[i-1] == ')' && s[i] == '=' && i+2 < len(s) && s[i+1] == '(' { // Key (a, b)=(1, 2)
			c.keyColumns(i)
			return
		}
		if i == 0 || begins[s[i-1]] == digit && number(s, i) && !counted(s, i) || !keyEnds(s, i) {
			return // 10:22, and keys that are no words
		}
	case strings.HasPrefix(s[i:], "】"), strings.HasPrefix(s[i:], "」"):
		if size = 3; strings.HasPrefix(s[i+3:], "：") || strings.HasPrefix(s[i+3:], "＝") {
			size = 6
		} else if i+3 < len(s) && (s[i+3] == ':' || s[i+3] == '=') {
			size = 4
		}
	case strings.HasPrefix(s[i:], "→"), strings.HasPrefix(s[i:], "⇒"):
		if size = 3; i < 3 || s[i-1] >= 0x80 || !keyEnds(s, i) { // label reads Chinese ones
			return
		}
	case strings.HasPrefix(s[i:], "∶"), strings.HasPrefix(s[i:], "﹕"), strings.HasPrefix(s[i:], "︰"):
		size = 3
	case strings.HasPrefix(s[i:], "："), strings.HasPrefix(s[i:], "＝"), strings.HasPrefix(s[i:], "是"), strings.HasPrefix(s[i:], "为"), strings.HasPrefix(s[i:], "%3D"), strings.HasPrefix(s[i:], "%3d"):
		size = 3
	default:
		return
	}
	start, key := keyLeft(s, i)
	if s[i] == '=' && mayBind(s, i+size) {
		c.statement()
		return
	}
	if s[i] == '=' && namedPlace(s, i+size, key) {
		return
	}
	if i > 3 && (s[i-1] == ')' || strings.HasSuffix(s[:i], "）")) { // 联系人（必填）：
		if k := strings.LastIndexAny(s[max(0, i-40):i], "(（"); k >= 0 && max(0, i-40)+k > 0 {
			if at, head := keyLeft(s, max(0, i-40)+k); hasHan(head) {
				start, key = at, head
			}
		}
	}
	if s[i] == ':' && start > 1 && s[start-1] == '/' && s[start-2] == '/' {
		return // scheme://user:password@
	}
	if s[i] == ':' && ofPackage(s[i+1:]) {
		return // libxcb-text:amd64
	}
	cl := c.f.classify(key)
	if s[i] == '=' && cl == none {
		if at, named := declared(s, i); named != "" {
			start, key, cl = at, named, c.f.classify(named)
		}
	}
	if s[i] == ':' && cl != none {
		if at := typed(s, i); at > 0 {
			size = at - i + 1
		}
	}
	if cl == none && key != "" && key[len(key)-1] >= 0x80 {
		for _, filler := range [...]string{"如下", "是", "为"} {
			if head, ok := strings.CutSuffix(key, filler); ok {
				cl = c.f.classify(head)
			}
		}
	}
	if cl == none && start > 6 && len(key) <= 14 && (slices.Contains(valueWords, key) || hanValueWords()[key]) {
		cl = c.sibling(start)
	}
	if cl == none && start > 6 && strings.EqualFold(key, "value") && c.ofCookie(start, i) {
		if end := c.cookieValue(i + size); end > i {
			c.next[byKey] = end
		}
		return
	}
	if cl == none && s[i] == ':' {
		cl = c.cardName(start, i, key)
	}
	if cl == none {
		cl = c.qualified(i)
	}
	if (cl == none || cl == maybe || cl == thing) && start > 3 && s[start-1] == ' ' && s[i] < 0x80 {
		if two := c.twoWords(start, key); two != none {
			cl = two
		}
	}
	if cl == text && s[i] == ':' && !mayHaveHan(s[i:]) && strings.EqualFold(key, "summary") {
		return // of an alert or of an interface
	}
	if cl == none && i+size < len(s) && !c.f.Prose {
		if remarks()[c.f.r.about(key).squeezed] && remarked(c.f.r.about(key).squeezed, s[i+size:min(len(s), i+size+200)]) {
			cl = text
		}
	}
	if (cl == none || cl == text || cl == logText) && s[i] == ':' && bodyAhead(s, i+size) && (cl == text || talkBody(key)) && c.talkObject(i+size) {
		return
	}
	if cl == none || cl == version || cl == errText || cl == logText || cl == cookie && strings.HasPrefix(s[i+size:], "name=") {
		return
	}
	if strings.HasPrefix(s[i+size:], "</") { // a label: its value stands in the next element
		return
	}
	prose := s[i] != '=' && s[i] != '%'
	if cl == none {
		return
	}
	if is := s[i] >= 0xE4 && s[i] < 0xEF; is && (cl == name || cl == text) { // 是, 为
		c.isSo(cl, key, i+size)
		return
	} else if is && cl != pass && cl != secret && cl != phone && cl != idCard && cl != card && cl != wx && cl != qq {
		return // 是, 为 stand in every sentence
	}
	c.rank = byKey
	end := c.value(cl, start, i+size, prose)
	if at := changedTo(s, end); end > i && at > 0 { // "x" -> "y"
		end = max(end, c.value(cl, start, at, prose))
	}
	if end > i {
		if cl == secret && (key[len(key)-1]|0x20 == 's' || key[len(key)-1] >= 0x80) && end < len(s) && s[i] != '=' {
			end = c.others(end)
		}
		c.next[byKey] = end
	}
}

// behindKey are the bytes that may stand between a key and its sign.
var behindKey = func() (out [256]bool) {
	for b := range out {
		out[b] = strings.IndexByte(" \t\"'\\]`:*)", byte(b)) >= 0
	}
	return out
}()

// lastThree are the last letters of the keys that tell something of their
// value, as a set of what three gives: most others are told from them without a
// closer look.
var lastThree = sync.OnceValue(func() *[1 << 15 / 64]uint64 {
	var out [1 << 15 / 64]uint64
	add := func(w string) {
		if n := len(w); n >= 3 && w[n-1] < 0x80 {
			k := three(w[n-3], w[n-2], w[n-1])
			out[k/64] |= 1 << (k % 64)
		}
	}
	for w := range exact() {
		add(w)
	}
	for _, s := range suffixes {
		add(s.end)
	}
	for _, w := range lastWords {
		add(w)
	}
	for _, w := range ruinWords {
		add(w)
	}
	for _, set := range []map[string]bool{remarks(), talkBodies()} {
		for w := range set {
			add(w)
		}
	}
	for before := range 32 {
		add(string([]byte{byte(before), 'q', 'q'}))
	}
	return &out
})

func three(a, b, c byte) int { return int(a&31)<<10 | int(b&31)<<5 | int(c&31) }

// numbered are numberWords by their last letters.
var numbered = sync.OnceValue(func() *[32][]string {
	var out [32][]string
	for w := range numberWords() {
		last := w[len(w)-1] & 31
		out[last] = append(out[last], w)
	}
	return &out
})

// numberEnded tells whether a key ends in a word such as "no" or "number".
func numberEnded(key string) bool {
	for _, w := range numbered()[key[len(key)-1]&31] {
		if len(key) > len(w) && strings.EqualFold(key[len(key)-len(w):], w) {
			return true
		}
	}
	return false
}

// keyEnds tells whether a key that matters may end before the sign at s[i].
func keyEnds(s string, i int) bool {
	j := keyStop(s, i)
	if j < 4 || begins[s[j-1]|0x20] != letter || begins[s[j-2]|0x20] != letter || begins[s[j-3]|0x20] != letter || begins[s[j-4]|0x20] != letter {
		return true // short ones, and what is no plain word
	}
	k := three(s[j-3], s[j-2], s[j-1])
	return lastThree()[k/64]>>(k%64)&1 != 0 || numberEnded(s[:j])
}

// number tells whether what ends at s[end] is a number and no key.
func number(s string, end int) bool {
	i := end
	for i > 0 && begins[s[i-1]] == digit {
		i--
	}
	return i == 0 || s[i-1] < 0x80 && !wordByte(s[i-1]) && strings.IndexByte("_-$", s[i-1]) < 0
}

// ofKey are the ASCII bytes of which keys are made.
var ofKey = func() (out [256]bool) {
	for b := range out {
		out[b] = wordByte(byte(b)) || strings.IndexByte("_-.$[", byte(b)) >= 0
	}
	return out
}()

// value redacts the value that begins at or behind s[at]; it gives the value's
// end, or 0 when there is none of that class.
func (c *scan) value(cl class, keyStart, at int, prose bool) int {
	s := c.s
	i := at
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '*') && i-at < 4 {
		i++
	}
	for strings.HasPrefix(s[i:], "\u3000") {
		i += 3
	}
	spaced := i > at
	if i < len(s) && s[i] == 0x1b {
		i += colour(s[i:])
	}
	if s[at-1] == '=' && i == at && i+1 < len(s) && s[i] == '>' { // Ruby, PHP and Perl
		for i++; i < len(s) && s[i] == ' '; i++ {
		}
	} else if s[at-1] == '=' && strings.HasPrefix(s[i:], "&gt;") {
		for i += 4; i < len(s) && s[i] == ' '; i++ {
		}
	}
	i += wrapped(s[i:])
	if n := typeBefore(s[i:]); n > 0 && (cl == secret || cl == pass || cl == weak) { // []byte(x)
		if k := strings.IndexByte(s[i+n:], ')'); k > 3 && looksSecret(s[i+n:i+n+k]) {
			return c.judge(cl, i+n, i+n+k, true, prose, spaced)
		}
	}
	if strings.HasPrefix(s[i:], "rejected value [") { // of Spring
		i += len("rejected value ")
	}
	if strings.HasPrefix(s[i:], "[[") { // of Lua
		if k := strings.Index(s[i:], "]]"); k > 2 && cl != cookie && !strings.ContainsAny(s[i+2:i+k], "\"',") {
			return c.judge(cl, i+2, i+k, true, prose, spaced)
		}
	}
	if i < len(s) && cl != cookie && cl != auth {
		if end, ok := pseudonymAt(s, i); ok && (end == len(s) || !wordByte(s[end])) {
			return end
		}
	}
	if cl == cookie && i < len(s) && (s[i] == '{' || strings.HasPrefix(s[i:], "dict(") || strings.HasPrefix(s[i:], "[{")) {
		return c.cookieDict(i + max(0, strings.IndexAny(s[i:], "({")))
	}
	if cl == cookie && i < len(s) && s[i] == '[' && strings.ContainsAny(s[i:min(len(s), i+4)], "'\"") {
		return c.cookieList(i)
	}
	if n := quotePrefix(s[i:]); n > 1 || n == 1 && strings.IndexByte("NbuUrRLfEeBXx@$#", s[i]) >= 0 { // N'…' of SQL, b'…' and u'…' of Python, @"…" of Objective-C
		i += n
	}
	q := i
	for q < len(s) && s[q] == '\\' {
		q++
	}
	if q < len(s) && (s[q] == '"' || s[q] == '\'' || s[q] == '`') {
		return c.judge(cl, q+1, quoteEnd(s, q+1, s[q], q-i), true, prose, spaced)
	}
	if i >= len(s) {
		return 0
	}
	if s[i] == '&' && i+1 < len(s) && wordByte(s[i+1]) && spaced || s[i] == '!' && strings.HasPrefix(s[i:], "!!str ") { // YAML's anchors and tags
		if k := strings.IndexByte(s[i:], ' '); k > 0 && k < 40 {
			return c.value(cl, keyStart, i+k, prose)
		}
	}
	if cl != text && i+1 < len(s) && (s[i] == '{' || s[i] == '[' || s[i] == '(' || s[i] == '<') && s[i+1] != '"' && s[i+1] != '\'' && !(s[i] == '<' && strings.Contains(s[i:min(len(s), i+16)], "#")) {
		closing := map[byte]byte{'{': '}', '[': ']', '(': ')', '<': '>'}[s[i]]
		if k := strings.IndexByte(s[i:], closing); k > 1 && k < 200 && !strings.ContainsAny(s[i+1:i+k], ":={[<") {
			return c.judge(cl, i+1, i+k, true, prose, spaced)
		}
	}
	for _, pair := range quotesOfChinese {
		if strings.HasPrefix(s[i:], pair[0]) {
			from := i + len(pair[0])
			if n := strings.Index(s[from:], pair[1]); n > 0 {
				return c.judge(cl, from, from+n, true, prose, spaced)
			}
		}
	}
	if s[i] == '[' && isText(cl) && !jsonAhead(s[i:]) { // content=[…]
		if end := bracketEnd(s, i); end > i+1 {
			return c.judge(cl, i+1, end, true, prose, spaced)
		}
	}
	if cl == textOrID {
		if n := i + digitsRun(s[i:]); n > i && (n == len(s) || !wordByte(s[n]) && s[n] < 0x80) {
			return 0
		}
		cl = text
	}
	if (cl == text || cl == place) && !spaced && s[at-1] == ':' && c.inStruct(keyStart) {
		return c.judge(cl, i, i+memberEnd(s[i:]), true, prose, spaced)
	}
	if cl == text && spaced && s[at-1] == ':' && keyStart > 1 && (s[keyStart-1] == ' ' || s[keyStart-1] == '{') && strings.LastIndexByte(s[:keyStart], '{') > strings.LastIndexByte(s[:keyStart], '}') {
		if n := nextMember(s[i:]); n > 0 { // {id: 88, text: …, state: x}
			return c.judge(cl, i, i+n, true, prose, spaced)
		}
	}
	inQuery := keyStart > 0 && (s[keyStart-1] == '?' || s[keyStart-1] == '&' || s[keyStart-1] == ';' && !spaced)
	end := bareEnd(s, i, cl, inQuery)
	if inQuery && (cl == cookie || cl == auth) {
		end = i + byteOrEnd(s[i:end], '&')
	} else if at > 2 && s[at-1]|0x20 == 'd' && s[at-3] == '%' { // %3D
		if end = i + anyOrEnd(s[i:end], "&<> "); strings.Contains(s[i:end], "%26") {
			end = i + strings.Index(s[i:end], "%26")
		}
	}
	if inQuery && s[keyStart-1] == ';' && cl != pass { // a list of its own separators, as JDBC has
		end = i + anyOrEnd(s[i:end], ";?")
		if onTheWeb(s[:keyStart]) { // a parameter of one part of the path
			end = i + byteOrEnd(s[i:end], '/')
		}
	}
	if isText(cl) && keyStart > 0 && (s[keyStart-1] == '"' || s[keyStart-1] == '\'') { // "chat:9"
		end = i + byteOrEnd(s[i:end], s[keyStart-1])
	}
	if cl == cookie && s[at-1] == '=' { // (cookie=a=b,timeout=5S)
		for k := i; k < end; k++ {
			if n := runEnd(s, k+1, "_-"); s[k] == ',' && n > k+2 && n < end && s[n] == '=' {
				end = k
			}
		}
	}
	if k := strings.Index(s[i:end], "</"); k > 0 && keyStart > 0 && s[keyStart-1] == '>' { // <b>key</b>: value</p>
		end = i + k
	}
	return c.judge(cl, i, end, false, prose, spaced)
}
