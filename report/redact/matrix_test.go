package redact

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"html"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// survives tells whether a value is still there, in any spelling that somebody
// could undo.
func survives(out, value string) bool {
	bare := strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "", "+", "", "\u200b", "").Replace
	digits := digitsIn(value)
	for range 4 {
		if strings.Contains(out, value) || digits >= 9 && digits*2 > len(value) && strings.Contains(bare(out), strings.TrimPrefix(strings.TrimPrefix(bare(value), "0086"), "86")) {
			return true
		}
		next := plainer(out)
		if next == out {
			break
		}
		out = next
	}
	return false
}

var (
	uEscape = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)
	run64   = regexp.MustCompile(`[A-Za-z0-9+/_-]{12,}`)
)

// plainer undoes one layer of what a text may be written in.
func plainer(s string) string {
	s = uEscape.ReplaceAllStringFunc(s, func(e string) string { return unescape(e) })
	s = strings.ReplaceAll(s, `\"`, `"`)
	s = html.UnescapeString(s)
	if plain, err := url.PathUnescape(s); err == nil {
		s = plain
	}
	return run64.ReplaceAllStringFunc(s, func(run string) string {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if b, err := enc.DecodeString(run); err == nil && bytes.IndexFunc(b, func(r rune) bool { return r < 0x20 || r == 0xFFFD }) < 0 {
				return string(b)
			}
		}
		return run
	})
}

func redacted(t *testing.T, kind, in string) string {
	t.Helper()
	if kind == "" {
		kind = "text"
	}
	var out bytes.Buffer
	if err := New(testKey).File("a.log").Stream(kind, strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// inOthers are carriers that pages and documents hold escaped.
var inOthers = map[string]bool{"json in a line": true, "nested json in a line": true, "query": true, "form body": true, "logfmt": true, "pairs": true, "java lombok": true, "java braces": true, "go %+v": true, "label full colon": true, "python dict": true, "js object": true, "exception": true, "curl body": true, "header line": true}

// TestWhatIsRedactedStays redacts what was redacted with another key, as it is
// and as HTML and JSON have it: every pseudonym stays.
func TestWhatIsRedactedStays(t *testing.T) {
	for _, c := range append(carriers, spoken...) {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(20261121, uint64(len(c.name))))
			for _, d := range inKeys {
				for _, key := range []string{one(r, d.keys...)} {
					if strings.Contains(" "+c.not+" ", " "+d.class+" ") || c.not == "latin" && hasHan(key) || c.not == "latin-only" && !hasHan(key) {
						continue
					}
					once := redacted(t, c.kind, c.put(key, d.draw(r)))
					for _, was := range []string{once, html.EscapeString(once), quote2(once)} {
						kind := c.kind
						if was != once {
							if !inOthers[c.name] {
								continue
							}
							kind = ""
						}
						var out bytes.Buffer
						if err := New([]byte("another key of another report 123")).File("a.log").Stream(cmp.Or(kind, "text"), strings.NewReader(was), &out); err != nil {
							t.Fatal(err)
						}
						if names, after := ownName.FindAllString(html.UnescapeString(unescape(was)), -1), ownName.FindAllString(html.UnescapeString(unescape(out.String())), -1); !slices.Equal(names, after) {
							t.Errorf("%s under %s:\n%s\nbecame\n%s", d.class, key, was, out.String())
						}
					}
				}
			}
		})
	}
}

// TestEveryClassInEveryCarrier puts a value of each class under each of its
// keys into each carrier. The values are drawn, so that no rule can know them.
func TestEveryClassInEveryCarrier(t *testing.T) {
	for _, c := range append(carriers, spoken...) {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(20261120, uint64(len(c.name))))
			for _, d := range inKeys {
				if strings.Contains(" "+c.not+" ", " "+d.class+" ") {
					continue
				}
				for _, key := range d.keys {
					if c.not == "latin" && hasHan(key) || c.not == "latin-only" && !hasHan(key) {
						continue
					}
					value := d.draw(r)
					in := c.put(key, value)
					out := redacted(t, c.kind, in)
					if survives(out, value) {
						t.Errorf("%s under %s survives:\n%s\n%s", d.class, key, in, out)
					}
					for _, stays := range []string{"403", "88123"} {
						if !strings.Contains(out, stays) {
							t.Errorf("%s under %s takes %s with it:\n%s\n%s", d.class, key, stays, in, out)
						}
					}
				}
			}
		})
	}
}
