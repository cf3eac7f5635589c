package redact

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"io"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var (
	escapeRun   = regexp.MustCompile(`(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2})+`)
	anyEscape   = regexp.MustCompile(`\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})`)
	percentRun  = regexp.MustCompile(`(?:%[0-9a-fA-F]{2})+`)
	base64Run   = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}(?:(?:\r?\n *|\\n|%0A)[A-Za-z0-9+/_-]{4,})*`)
	lineEnds    = regexp.MustCompile(`\r?\n *|\\n|%0A`)
	hexPairsRun = regexp.MustCompile(`(?:[0-9a-fA-F]{2}){5,}`)
	colours     = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")
	ofPseudonym = regexp.MustCompile(`<[a-z0-9-]+#[A-Z0-9]+>`)
)

// when undoes an encoding of a text that holds its mark.
func when(mark string, undo func(s string) string) func(s string) string {
	return func(s string) string {
		if !strings.Contains(s, mark) {
			return s
		}
		return undo(s)
	}
}

// undo are the ways in which somebody would decode a text, one layer each.
var undo = []func(s string) string{
	when(`\`, func(s string) string {
		s = escapeRun.ReplaceAllStringFunc(s, func(run string) string {
			var b []byte
			for _, e := range anyEscape.FindAllString(run, -1) {
				n, _ := strconv.ParseUint(e[2:], 16, 32)
				if e[1] == 'x' {
					b = append(b, byte(n))
				} else {
					b = utf8.AppendRune(b, rune(n))
				}
			}
			return string(b)
		})
		return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\/`, "/", `\n`, "\n", `\'`, "'").Replace(s)
	}),
	when("%", func(s string) string {
		return percentRun.ReplaceAllStringFunc(s, func(e string) string {
			plain, err := url.PathUnescape(e)
			if err != nil {
				return e
			}
			return plain
		})
	}),
	when("&", html.UnescapeString),
	func(s string) string {
		return base64Run.ReplaceAllStringFunc(s, func(run string) string {
			run = lineEnds.ReplaceAllString(run, "")
			for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				if b, err := enc.DecodeString(run); err == nil && readable(b) {
					return " " + string(b) + " "
				}
			}
			return run
		})
	},
	func(s string) string {
		return hexPairsRun.ReplaceAllStringFunc(s, func(run string) string {
			if b, err := hex.DecodeString(run); err == nil && readable(b) {
				return " " + string(b) + " "
			}
			return run
		})
	},
	when("=", func(s string) string {
		b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(s)))
		if err != nil || !utf8.Valid(b) {
			return s
		}
		return string(b)
	}),
	func(s string) string {
		if strings.IndexFunc(s, func(r rune) bool { return r == 0x1b || r >= 0x80 }) < 0 {
			return s
		}
		s = colours.ReplaceAllString(s, "")
		s = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Cf, r) {
				return -1
			}
			return r
		}, s)
		return norm.NFKC.String(s)
	},
}

func readable(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) {
			return false
		}
	}
	return true
}

// views gives all that a text can be read as, up to five layers deep.
func views(s string) []string {
	out, seen := []string{s}, map[string]bool{s: true}
	for from, depth := 0, 0; depth < 5 && len(out) < 120; depth++ {
		to := len(out)
		for ; from < to; from++ {
			for _, u := range undo {
				if plain := u(out[from]); !seen[plain] {
					seen[plain] = true
					out = append(out, plain)
				}
			}
		}
	}
	return out
}

var bareDigits = strings.NewReplacer(" ", "", "-", "", "_", "", "+", "").Replace

// left gives the value that is still there, "" when none is: as a whole, and
// for long ones the most of it.
func left(out string, gone []string) string {
	out = ofPseudonym.ReplaceAllString(out, "<>")
	for _, s := range views(out) {
		s = ofPseudonym.ReplaceAllString(s, "<>")
		for _, v := range gone {
			if strings.Contains(s, v) || digitsIn(v) >= 9 && digitsIn(v)+1 >= len(v) && strings.Contains(bareDigits(s), v) {
				return v
			}
			r := []rune(v)
			if n := max(8, len(r)*6/10); len(r) > 10 {
				for i := 0; i+n <= len(r); i++ {
					if strings.Contains(s, string(r[i:i+n])) {
						return v
					}
				}
			}
		}
	}
	return ""
}
