package dnr

import (
	"fmt"
	"strings"
	"testing"

	"meiqia-diag/checks/dnr/dnrtest"
)

// What is too large for Chromium is too large here, and nothing else is.
func TestRegexLimitInABrowser(t *testing.T) {
	dir := dnrtest.Extension(t, dnrtest.Manifest{"name": "regexes", "permissions": []string{"declarativeNetRequest"}}, nil)
	type question struct {
		Regex     string `json:"regex"`
		Sensitive bool   `json:"isCaseSensitive"`
	}
	var asked []question
	for _, base := range []string{"a", "[a-z]", "(ab|cd)", `\d`, `\w`, ".", "(a|b)", "x?", "[^/]", "(foo|bar|baz)", `(?:[0-9a-f]{4}-)`, "(x|yz)?"} {
		for n := 1; n < 130; n += 1 + n/12 {
			asked = append(asked, question{strings.Repeat(base, n), true}, question{strings.Repeat(base, n), false}, question{fmt.Sprintf("^https?://(?:%s){%d}/", base, n), true})
		}
	}
	asked = append(asked, question{`(?!no)x`, true}, question{`(a`, true}, question{`\1`, true}, question{`^https?://([\w-]+\.)*desk\.test/.*\.js$`, false})
	b := dnrtest.Start(t, t.TempDir(), dir)
	b.Open("chrome-extension://" + dnrtest.ID(dir) + "/page.html")
	type answer struct {
		Supported bool   `json:"isSupported"`
		Reason    string `json:"reason"`
	}
	answers := dnrtest.Eval[[]answer](b, `(async list => { const out = []; for (const q of list) out.push(await chrome.declarativeNetRequest.isRegexSupported(q)); return out; })(`+string(mustJSON(t, asked))+`)`)
	differ, refused := 0, 0
	for i, a := range answers {
		if !a.Supported {
			refused++
		}
		if got := compileRegex(asked[i].Regex, asked[i].Sensitive) != nil; got != a.Supported {
			differ++
			t.Logf("%.60s (%v): here %v, Chromium %v %s", asked[i].Regex, asked[i].Sensitive, got, a.Supported, a.Reason)
		}
	}
	t.Logf("%d of %d expressions, %d of them refused, %d told differently", len(answers)-differ, len(answers), refused, differ)
	if differ*100 > len(answers) || refused < 100 {
		t.Errorf("%d of %d told differently, %d refused", differ, len(answers), refused)
	}
}
