package checks

import (
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
)

func TestLacksIsHeldAgainstTheVersion(t *testing.T) {
	line := func(text string, strong, said bool) attempt.Signal {
		return attempt.Signal{Means: "outdated_browser", Text: text, Strong: strong, Said: said}
	}
	const gone = "recall failed: TypeError: Promise.withResolvers is not a function"
	for name, c := range map[string]struct {
		browser, version string
		signal           attempt.Signal
		fits             string // "" for no observation
	}{
		"older":          {"chrome", "109.0.0.0", line(gone, true, false), "yes"},
		"recent":         {"chrome", "142.0.0.0", line(gone, true, false), "no"},
		"the very one":   {"firefox", "121.0", line(gone, true, false), "no"},
		"no version":     {"chrome", "", line(gone, true, false), "unknown"},
		"no browser":     {"", "", line(gone, true, false), "unknown"},
		"never got it":   {"safari", "17.0", line("requestIdleCallback is not defined", true, false), "unknown"},
		"elsewhere":      {"chrome", "109.0.0.0", line(gone, false, false), "yes"},
		"damaged":        {"chrome", "142.0.0.0", line("Uncaught SyntaxError: Unexpected token '?'", false, false), "no"},
		"syntax":         {"chrome", "69.0.3497.100", line("Uncaught SyntaxError: Unexpected token '?'", false, false), "yes"},
		"before private": {"firefox", "78.0", line("SyntaxError: expected expression, got '??='", false, false), "yes"},
		"said":           {"chrome", "109.0.0.0", line(gone, true, true), ""},
		"of the page":    {"chrome", "109.0.0.0", line("store.recall is not a function", true, false), ""},
		"another matter": {"chrome", "109.0.0.0", line("Unexpected token '?' in JSON", true, false), ""},
	} {
		s := &sheet{}
		a := &attempt.Attempt{Client: attempt.ClientFacts{Browser: c.browser, Version: c.version}, Signals: []attempt.Signal{c.signal, c.signal}}
		old := s.lacks(a)
		got := diag.Observations(s.list).All(BrowserLacks)
		switch {
		case c.fits == "" && len(got) > 0:
			t.Errorf("%s: %+v", name, got)
		case c.fits != "" && (len(got) != 1 || got[0].Detail["fits"] != c.fits || old != (c.fits == "yes" && got[0].Detail["ends"] == "yes")):
			t.Errorf("%s: %+v, want fits %s", name, got, c.fits)
		}
	}
}

// A lack that ended the recall or a script counts before one that a page may live with.
func TestLacksThatEnd(t *testing.T) {
	for name, c := range map[string]struct {
		texts []string
		ends  string
	}{
		"uncaught":            {[]string{"Uncaught ReferenceError: structuredClone is not defined"}, "yes"},
		"of a promise":        {[]string{"Uncaught (in promise) ReferenceError: structuredClone is not defined"}, "no"},
		"only logged":         {[]string{"draft kept: ReferenceError: structuredClone is not defined"}, "no"},
		"logged and uncaught": {[]string{"draft kept: structuredClone is not defined", "Uncaught ReferenceError: structuredClone is not defined"}, "yes"},
	} {
		s, a := &sheet{}, &attempt.Attempt{Client: attempt.ClientFacts{Browser: "chrome", Version: "69.0"}}
		for _, x := range c.texts {
			a.Signals = append(a.Signals, attempt.Signal{Means: "outdated_browser", Text: x})
		}
		old := s.lacks(a)
		got := diag.Observations(s.list).All(BrowserLacks)
		if len(got) != 1 || got[0].Detail["ends"] != c.ends || got[0].Detail["fits"] != "yes" || old != (c.ends == "yes") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
