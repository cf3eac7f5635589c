package redact

import (
	"encoding/base64"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"meiqia-diag/diag/lazy"
)

// Finding is something that should have been redacted and was not. It tells
// where it is and never what it is.
type Finding struct {
	Rule   string `json:"rule"`
	Line   int    `json:"line"`
	Length int    `json:"length"`
}

// Verify looks over the finished bytes of a text file: as they are, and with
// percent, \u and base64 encodings undone. An empty result is what lets a file go out.
func Verify(finished []byte) []Finding {
	v := NewVerifier()
	_, _ = v.Write(finished)
	return v.Findings()
}

// Verifier looks over a finished text that is written to it, with other code
// than the first pass, so that one mistake is not made twice.
type Verifier struct {
	part  []byte // of a line whose end is not yet there
	line  int
	found []Finding
	seen  map[Finding]bool
	hints hinted

	spelled []string // the line in its spellings
}

// maxFindings is enough to tell that a file must not go out.
const maxFindings = 1000

// maxLook bounds how much of a line is looked at at a time.
const maxLook = 1 << 20

// NewVerifier makes a second look at one file.
func NewVerifier() *Verifier { return &Verifier{seen: map[Finding]bool{}} }

// Write takes the next bytes of the text. It never fails.
func (v *Verifier) Write(b []byte) (int, error) {
	n := len(b)
	for p := string(b); len(p) > 0; {
		k := strings.IndexByte(p, '\n')
		if k < 0 {
			v.part = append(v.part, p...)
			if len(v.part) > 2*maxLook { // the tail once more, with what follows: no value is cut in two
				v.look(string(v.part), v.line+1)
				v.part = append(v.part[:0], v.part[len(v.part)-4096:]...)
			}
			return n, nil
		}
		v.line++
		if len(v.part) > 0 {
			v.part = append(v.part, p[:k]...)
			v.look(string(v.part), v.line)
			v.part = v.part[:0]
		} else {
			v.look(p[:k], v.line)
		}
		p = p[k+1:]
	}
	return n, nil
}

// Findings ends the look and tells what was found, by line.
func (v *Verifier) Findings() []Finding {
	if len(v.part) > 0 {
		v.look(string(v.part), v.line+1)
		v.part = nil
	}
	sort.SliceStable(v.found, func(i, j int) bool { return v.found[i].Line < v.found[j].Line })
	return v.found
}

func (v *Verifier) look(line string, n int) {
	if len(v.found) >= maxFindings {
		return
	}
	v.spelled = spellings(v.spelled[:0], line)
	for _, s := range v.spelled {
		v.hints.verifyLine(s, func(rule, value string) {
			if f := (Finding{rule, n, len(value)}); !v.seen[f] {
				v.seen[f] = true
				v.found = append(v.found, f)
			}
		})
	}
}

var fullWidth = func() *strings.Replacer {
	var pairs []string
	for i := range 10 {
		pairs = append(pairs, string(rune('０'+i)), strconv.Itoa(i))
	}
	return strings.NewReplacer(append(pairs, "＠", "@", "．", ".", "Ｘ", "X", "ｘ", "x")...)
}()

var (
	vEscape  = lazy.MustCompile(`\\u[0-9a-fA-F]{4}`)
	vPercent = lazy.MustCompile(`(?:%[0-9a-fA-F]{2})+`)
)

// spellings adds a line as it is and decoded, pseudonyms blanked out.
func spellings(out []string, line string) []string {
	out = append(out, line)
	if strings.Contains(line, "\\u") {
		if un := vEscape.ReplaceAllStringFunc(line, func(e string) string {
			n, _ := strconv.ParseUint(e[2:], 16, 32)
			switch {
			case n == 0: // parts two numbers, as no space does
				return "\x00"
			case n < 0x20 || n == '"' || n == '\\':
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
	words64(line, func(run string) {
		if plain := unbase64(run); plain != "" {
			out = append(out, plain)
		}
	})
	for i, s := range out {
		if strings.Contains(s, "#") {
			s = blanked(s)
		}
		if strings.Contains(s, "\xef\xbc") {
			s = fullWidth.Replace(s)
		}
		out[i] = s
	}
	return out
}

// blanked takes the words out of pseudonyms: <phone#K3VQ7ABCDE> is <#>.
func blanked(s string) string {
	var b strings.Builder
	done := 0
	for at := 0; at < len(s); {
		k := strings.IndexByte(s[at:], '#')
		if k < 0 {
			break
		}
		from, to := at+k, at+k+1
		at = to
		for from > done && at-from <= 13 && (s[from-1] >= 'a' && s[from-1] <= 'z' || s[from-1] >= '0' && s[from-1] <= '9' || s[from-1] == '-') {
			from--
		}
		for to < len(s) && to-at <= 10 && (s[to] >= 'A' && s[to] <= 'Z' || s[to] >= '0' && s[to] <= '9') {
			to++
		}
		if n := at - 1 - from; n < 2 || n > 12 || from == done || s[from-1] != '<' || to == at || to-at > 10 || to == len(s) || s[to] != '>' {
			continue
		}
		b.WriteString(s[done:from])
		b.WriteString("#>")
		done, at = to+1, to+1
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// words64 gives the runs of a line that may be base64 of a text: long, and of
// small and capital letters, as nearly all are. Most words are too short, which
// one look at their sixteenth place tells.
func words64(line string, each func(run string)) {
	for from := 0; from+16 <= len(line); {
		k := from + 15
		for k >= from && of64[line[k]] != 0 {
			k--
		}
		if k >= from {
			from = k + 1
			continue
		}
		end, kinds := from, byte(0)
		for end < len(line) && of64[line[end]] != 0 {
			kinds |= of64[line[end]]
			end++
		}
		if kinds&(small|capital) == small|capital {
			each(line[from:end])
		}
		from = end + 1
	}
}

const (
	small byte = 1 << iota
	capital
	other // digits and signs
)

// of64 tells what of base64 a byte is, of either alphabet; 0 for none of it.
var of64 = func() (out [256]byte) {
	for b := range out {
		switch {
		case b >= 'a' && b <= 'z':
			out[b] = small
		case b >= 'A' && b <= 'Z':
			out[b] = capital
		case strings.IndexByte("0123456789+/-_", byte(b)) >= 0:
			out[b] = other
		}
	}
	return out
}()

var oneAlphabet = strings.NewReplacer("-", "+", "_", "/")

// unbase64 gives the text that a run of base64 stands for, "" for none.
func unbase64(run string) string {
	run = oneAlphabet.Replace(run)
	var head [12]byte // most runs are no base64, which their first bytes tell
	if _, err := base64.RawStdEncoding.Decode(head[:], []byte(run[:16])); err != nil {
		return ""
	}
	for _, b := range head {
		if b < ' ' && !unicode.IsSpace(rune(b)) || b == 0x7f {
			return ""
		}
	}
	data, err := base64.RawStdEncoding.DecodeString(run)
	if err != nil || !utf8.Valid(data) {
		return ""
	}
	for _, r := range string(data) {
		if r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return ""
		}
	}
	return string(data)
}
