package lazy

import (
	"fmt"
	"regexp"
	"testing"
)

// What is not searched because no needed word is in it would not have matched.
func FuzzNeeds(f *testing.F) {
	patterns := []string{
		`(?i)\b(?:reject(?:ed)?|denied|deny|refused?)\b|失败`, `net::ERR_[A-Z_]+|\bE(?:CONN(?:RESET|REFUSED)|PIPE)\b`, `(?i)kiss`, `a(?i:bc)+d{2}`, `(?:ab){2,3}x?`,
		`^\s*(?:query\b|\{)`, `(?:错误码|返回码)\s*[:=]`, `x*`, `(?i)straße|ǅ`, `\x{FFFD}\x{FFFD}`, `(?s)a.c|abc`, `[Ee]rror`, ``,
	}
	for _, s := range []string{"", "Denied by rule", "denying", "操作失败了", "net::ERR_FAILED", "ECONNRESET", "\u212aI\u017fS", "aBCdd", "ababx", " {", "错误码 : 4", "STRASSE STRAßE ǆ", "\xff\xfe", "a\nc", "Error"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range patterns {
			r, want := MustCompile(p), regexp.MustCompile(p)
			for range 2 { // the second time from what was folded before
				if got, w := fmt.Sprint(r.FindAllStringSubmatchIndex(s, -1)), fmt.Sprint(want.FindAllStringSubmatchIndex(s, -1)); got != w {
					t.Fatalf("%s in %q: %s, want %s", p, s, got, w)
				}
			}
		}
		all = nil
	})
}

func TestNeeds(t *testing.T) {
	for pattern, want := range map[string]string{
		`\b(?:GET|POST)\s+(/\S*)`: "[GET POST]", `(?i)status|code`: "[STATUS CODE]", `net::ERR_[A-Z]+|\bERR_[A-Z]+`: "[ERR_]", `x?`: "[]", `a|bcd`: "[]", `(?:msg|\d+)`: "[]",
	} {
		if got := fmt.Sprint(needsOf(pattern).words); got != want {
			t.Errorf("%s needs %s, want %s", pattern, got, want)
		}
	}
	n := needsOf(`recall`)
	if n.possible("nothing of it") || !n.possible("a recall") {
		t.Error("the filter lets through what it must not, or the other way round")
	}
}
