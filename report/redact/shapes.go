package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func ofPackage(s string) bool {
	for _, m := range [...]string{"amd64", "all", "arm64", "i386", "armhf", "any", "native"} {
		if strings.HasPrefix(s, m) && (len(s) == len(m) || !wordByte(s[len(m)])) {
			return true
		}
	}
	return false
}

func aPath(v string) bool {
	return v[0] == '/' || v[0] == '$' || strings.HasPrefix(v, "./") || strings.Contains(v, `:\`)
}

func stamped(v string) bool {
	return len(v) > 16 && v[8] == 'T' && digitsRun(v) == 8 && v[:2] == "20" && digitsRun(v[9:]) >= 6
}

func digitsRun(s string) int {
	n := 0
	for n < len(s) && begins[s[n]] == digit {
		n++
	}
	return n
}

// particular marks a value of the rarer classes when it has their shape.
func (c *scan) particular(cl class, from, to int) int {
	v := c.s[from:to]
	kind, ok := shaped(cl, v)
	if !ok {
		for _, plain := range undone(v) {
			if kind, ok = shaped(cl, plain); ok {
				break
			}
		}
	}
	if !ok || cl == ipNo && c.f.r.KeepIPs {
		return 0
	}
	if cl == deviceID || cl == taxNo || cl == plateNo || cl == macNo {
		c.teach(from, to, kind, v)
		c.spans[len(c.spans)-1].anywhere = cl == macNo // glued to what a program names after it
	} else {
		c.mark(from, to, kind, v)
	}
	return to
}

// shaped tells whether a value under a key of one of the rarer classes is what
// the key says, and the kind of its pseudonym.
func shaped(cl class, v string) (kind string, ok bool) {
	v = strings.TrimSpace(v)
	digits := digitsIn(v)
	switch cl {
	case plateNo:
		n := utf8.RuneCountInString(v)
		return "plate", n >= 6 && n <= 10 && (hasHan(v) || digits > 0 && strings.ToUpper(v) == v)
	case birth:
		return "birth", digits >= 4 && len(v) <= 40
	case geo: // a place on the map, not a latency in milliseconds
		if inDegrees(v) {
			return "geo", true
		}
		frac := v[strings.LastIndexByte(v, '.')+1:]
		return "geo", digits >= 5 && onEarth(v) && strings.Contains(v, ".") && digitsIn(frac) >= 4 && strings.Trim(v, "0123456789.,-+ NSEWnsew°'\"") == ""
	case deviceID:
		return "device", len(v) >= 8 && digits >= 4 && !strings.ContainsAny(v, " <")
	case wifi:
		return "wifi", len(v) >= 2 && !isBenign(v) && !strings.EqualFold(v, "<unknown ssid>") && v[0] != '{'
	case taxNo:
		return "tax", len(v) >= 15 && len(v) <= 20 && digits >= 8
	case ipNo:
		return "ip", len(v) >= 8 && len(v) <= 10 && digitsRun(v) == len(v)
	case macNo:
		hex := macSigns.Replace(v)
		return "mac", len(hex) == 12 && allHex(hex) && strings.Trim(strings.ToLower(hex), "f") != "" && strings.Trim(hex, "0") != ""
	}
	return "", false
}

// object tells of a program's object that is printed, as Token{9f4ef63 …}.
func (c *scan) object(to int) bool {
	return to < len(c.s) && (c.s[to] == '{' || c.s[to] == '(' || c.s[to] == '@')
}

// secretSpan marks a secret; a long one is replaced elsewhere too.
func (c *scan) secretSpan(from, to int, kind string) {
	v := c.s[from:to]
	if len(v) >= 8 && (hasDigit(v) || len(v) >= 20) {
		c.teach(from, to, kind, v)
		return
	}
	c.mark(from, to, kind, v)
}

func (c *scan) nameSpan(from, to int, v string, learn bool) {
	if learn && (hasHan(v) || len(v) >= 4) {
		c.teach(from, to, "name", v)
		return
	}
	c.mark(from, to, "name", v)
}

// hasWordByte tells whether a letter or digit of ASCII is in v: tokens are made
// of these, sentences in Chinese are not.
func hasWordByte(v string) bool {
	for i := 0; i < len(v); i++ {
		if wordByte(v[i]) {
			return true
		}
	}
	return false
}

// sentenceOf tells whether a value is none of a secret: words of Chinese, also
// with a number among them.
func sentenceOf(v string) bool {
	if !hasWordByte(v) {
		return true
	}
	if !mayHaveHan(v) || !hasHan(v) {
		return false
	}
	most, run := 0, 0
	for i := 0; i < len(v); i++ {
		if run++; !wordByte(v[i]) && v[i] != '_' {
			run = 0
		}
		most = max(most, run)
	}
	return most < 4 || most < 6 && strings.Contains(v, " ")
}

// schemeOnly tells of the bare word of an authentication scheme.
func (c *scan) schemeOnly(v string) bool {
	l := strings.ToLower(v)
	return l == "bearer" || l == "basic" || l == "digest"
}

// capitalised extends a name over further words with a capital: Zhang San.
func capitalised(s string, from, to int) int {
	if from >= to || s[from] < 'A' || s[from] > 'Z' {
		return to
	}
	for to+2 < len(s) && s[to] == ' ' && s[to+1] >= 'A' && s[to+1] <= 'Z' && s[to+2] >= 'a' && s[to+2] <= 'z' {
		to++
		for to < len(s) && wordByte(s[to]) {
			to++
		}
	}
	return to
}

func plainWord(v string) bool {
	for i := 0; i < len(v); i++ {
		if v[i] < 'a' || v[i] > 'z' {
			return false
		}
	}
	return len(v) < 8
}

func hasDigit(v string) bool { return strings.ContainsAny(v, "0123456789") }

func hasHan(v string) bool {
	return strings.IndexFunc(v, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
}

// named tells of a name that a program made of words and a number, mq_draft_5062520343.
func named(v string) bool {
	parts := 0
	for part := range strings.FieldsFuncSeq(v, func(r rune) bool { return strings.ContainsRune("_-.:/", r) }) {
		if strings.Trim(part, digitSet) != "" && (strings.Trim(part, lowerSet) != "" || len(part) > 15) && !aRevision(part) {
			return false
		}
		parts++
	}
	return parts > 1
}

// aRevision tells of a letter and a number of three digits at most: v7, r12.
func aRevision(v string) bool {
	return len(v) >= 2 && len(v) <= 4 && v[0] >= 'a' && v[0] <= 'z' && digitsRun(v[1:]) == len(v)-1
}

// aMoment tells of a date and a time (RFC 3339).
func aMoment(v string) bool {
	return len(v) >= 16 && len(v) <= 35 && digitsRun(v) == 4 && v[4] == '-' && v[7] == '-' && (v[10]|0x20 == 't' || v[10] == ' ') && v[13] == ':' && strings.Trim(v, "0123456789-:.+TZtz ") == ""
}

// inDegrees tells of degrees, minutes and seconds, as EXIF, XMP and maps have
// them: 30 deg 16' 27.31" N, 30°16′27″, 30,16.4552N, 30/1, 16/1, 2731/100.
func inDegrees(v string) bool {
	if digitsIn(v) < 4 || len(v) > 80 || !onEarth(v) {
		return false
	}
	for _, w := range [...]string{"deg", "\u00b0", "\u5ea6"} {
		if strings.Contains(v, w) {
			rest := strings.NewReplacer("deg", "", "\u00b0", "", "\u2032", "", "\u2033", "", "\u5ea6", "", "\u5206", "", "\u79d2", "", "\u5317\u7eac", "", "\u5357\u7eac", "", "\u4e1c\u7ecf", "", "\u897f\u7ecf", "").Replace(v)
			return rest != v && strings.Trim(rest, "0123456789.,-+ NSEWnsew'\"\\") == ""
		}
	}
	groups := 0
	for part := range strings.FieldsFuncSeq(v, func(r rune) bool { return r < '0' || r > '9' }) {
		groups += min(1, len(part))
	}
	if groups < 3 || strings.Trim(v, "0123456789./,;:[]() NSEWnsew'\"\\") != "" {
		return false
	}
	return strings.Count(v, "/") == 3 || strings.IndexByte("NSEW", v[len(v)-1]) >= 0 || strings.Count(v, ",") >= 2 && strings.IndexByte("[(", v[0]) >= 0
}

const (
	digitSet = "0123456789"
	lowerSet = "abcdefghijklmnopqrstuvwxyz"
)

// ticketNo tells of the number of a ticket at a desk, and not of a ticket that opens something.
func ticketNo(v string) bool {
	if len(v) <= 12 && digitsRun(v) == len(v) {
		return true
	}
	rest := strings.TrimLeft(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return len(v)-len(rest) <= 4 && len(v) <= 16 && len(v)-len(rest) > 0 && strings.Trim(strings.TrimPrefix(rest, "-"), digitSet) == ""
}

// onEarth tells whether the number that a text begins with can be a degree.
func onEarth(v string) bool {
	return digitsRun(strings.TrimLeft(v, "-+ NSEWnsew")) <= 3
}
