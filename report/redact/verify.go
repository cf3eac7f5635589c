package redact

import (
	"bytes"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Finding is something that should have been redacted and was not. It tells
// where it is and never what it is.
type Finding struct {
	Rule   string `json:"rule"`
	Line   int    `json:"line"`
	Length int    `json:"length"`
}

// The second pass: other code than the first, so that one mistake is not made twice.
var (
	vPhone  = regexp.MustCompile(`(?:^|[^0-9])((?:\+?86|0086)?[ -]?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4})(?:$|[^0-9])`)
	vID     = regexp.MustCompile(`(?:^|[^0-9])([1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx])(?:$|[^0-9])`)
	vCard   = regexp.MustCompile(`(?:^|[^0-9.])(62[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14})(?:$|[^0-9])`)
	vMail   = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.([A-Za-z]{2,})`)
	vJWT    = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`)
	vCookie = regexp.MustCompile(`(?i)(?:^|[\s"'{,])(?:set-)?cookie["']?\s*[:=]\s*["']?[A-Za-z0-9_.-]+=([^;"'\s<\\]{6,})`)
	vHeader = regexp.MustCompile(`(?i)"name"\s*:\s*"(?:cookie|set-cookie|authorization|x-[a-z-]*token)"\s*,\s*"value"\s*:\s*"((?:[^"\\]|\\.)+)"`)
	vToken  = regexp.MustCompile(`(?i)(?:access_?token|refresh_?token|auth_?token|[?&]token|["']token|password|passwd|app_?secret|api_?key)["']?\s*[=:]\s*["']?([A-Za-z0-9_+/=.-]{12,})`)
	vBearer = regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+([A-Za-z0-9_+/=.-]{12,})`)
	vDate   = regexp.MustCompile(`^20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$`)
	vOwn    = regexp.MustCompile(`<[a-z0-9-]{2,12}#[A-Z0-9]{1,10}>`)
)

// Verify looks over the finished bytes of a text file: as they are, and with
// percent and \u encodings undone. An empty result is what lets a file go out.
func Verify(finished []byte) []Finding {
	var out []Finding
	seen := map[Finding]bool{}
	for n, line := range bytes.Split(finished, []byte("\n")) {
		for _, s := range spellings(string(line)) {
			for _, fd := range verifyLine(s, n+1) {
				if !seen[fd] {
					seen[fd] = true
					out = append(out, fd)
				}
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Line < out[j].Line })
	return out
}

var fullWidth = func() *strings.Replacer {
	var pairs []string
	for i := range 10 {
		pairs = append(pairs, string(rune('０'+i)), strconv.Itoa(i))
	}
	return strings.NewReplacer(append(pairs, "＠", "@", "．", ".", "Ｘ", "X", "ｘ", "x")...)
}()

// spellings gives a line as it is and decoded, pseudonyms blanked out.
func spellings(line string) []string {
	out := []string{line}
	if strings.Contains(line, "\\u") {
		if un := vEscape.ReplaceAllStringFunc(line, func(e string) string {
			n, _ := strconv.ParseUint(e[2:], 16, 32)
			if n < 0x20 || n == '"' || n == '\\' {
				return " "
			}
			return string(rune(n))
		}); un != line {
			out = append(out, un)
		}
	}
	if strings.Contains(line, "%") {
		if un := vPercent.ReplaceAllStringFunc(line, func(e string) string {
			plain, err := url.PathUnescape(e)
			if err != nil {
				return e
			}
			return plain
		}); un != line {
			out = append(out, un)
		}
	}
	for i, s := range out {
		out[i] = fullWidth.Replace(vOwn.ReplaceAllString(s, "<#>"))
	}
	return out
}

var (
	vEscape  = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)
	vPercent = regexp.MustCompile(`(?:%[0-9a-fA-F]{2})+`)
)

func verifyLine(s string, n int) []Finding {
	var out []Finding
	add := func(rule, v string) { out = append(out, Finding{rule, n, len(v)}) }
	for _, m := range vPhone.FindAllStringSubmatchIndex(s, -1) {
		if !hexAround(s, m[2], m[3]) && !fraction(s, m[2]) && evenGaps(s[m[2]:m[3]]) {
			add("phone", s[m[2]:m[3]])
		}
	}
	for _, m := range vID.FindAllStringSubmatchIndex(s, -1) {
		if v := s[m[2]:m[3]]; checksum11(v) && !hexAround(s, m[2], m[3]) {
			add("id", v)
		}
	}
	for _, m := range vCard.FindAllStringSubmatchIndex(s, -1) {
		if v := s[m[2]:m[3]]; mod10(v) && !hexAround(s, m[2], m[3]) && !fraction(s, m[2]) {
			add("card", v)
		}
	}
	for _, m := range vMail.FindAllStringSubmatch(s, -1) {
		if !fileEnds[strings.ToLower(m[1])] {
			add("email", m[0])
		}
	}
	for _, m := range vJWT.FindAllString(s, -1) {
		add("jwt", m)
	}
	for rule, re := range map[string]*regexp.Regexp{"cookie": vCookie, "header": vHeader, "token": vToken, "auth": vBearer} {
		for _, m := range re.FindAllStringSubmatch(s, -1) {
			v := m[1]
			if rule == "header" && strings.Contains(v, "<#>") || strings.HasPrefix(v, "<") || isWords(v) && rule != "header" {
				continue
			}
			if rule == "header" && isWords(v) && len(v) < 12 {
				continue
			}
			add(rule, v)
		}
	}
	return out
}

// evenGaps tells "138 0013 8000" from columns of numbers: one kind of gap, or none.
func evenGaps(v string) bool {
	if strings.Contains(v, " ") && strings.Contains(v, "-") {
		return false
	}
	v = strings.TrimLeft(v, " -")
	last := v[len(v)-8:]
	return !(len(v) == 12 && !strings.ContainsAny(last, " -") && vDate.MatchString(last)) // a date behind a number
}

// isWords tells of a value without a digit: a word of a sentence, not a key.
func isWords(v string) bool { return !strings.ContainsAny(v, "0123456789") }

// fraction tells whether digits stand behind a decimal point.
func fraction(s string, at int) bool {
	return at >= 2 && s[at-1] == '.' && s[at-2] >= '0' && s[at-2] <= '9'
}

func hexAround(s string, from, to int) bool {
	hex := func(b byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", b) >= 0 }
	for from > 0 && hex(s[from-1]) {
		from--
	}
	for to < len(s) && hex(s[to]) {
		to++
	}
	return to-from >= 24 && strings.ContainsAny(s[from:to], "abcdefABCDEF")
}

func checksum11(id string) bool {
	acc := 0
	for i := range 17 {
		acc = (acc + int(id[i]-'0')) * 2 % 11
	}
	want := (12 - acc) % 11
	if want == 10 {
		return id[17] == 'X' || id[17] == 'x'
	}
	return int(id[17]-'0') == want
}

func mod10(v string) bool {
	total, double := 0, false
	for i := len(v) - 1; i >= 0; i-- {
		d := int(v[i] - '0')
		if double {
			d = d*2/10 + d*2%10
		}
		total += d
		double = !double
	}
	return total%10 == 0
}
