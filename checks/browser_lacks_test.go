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
		"elsewhere":      {"chrome", "109.0.0.0", line(gone, false, false), ""},
		"said":           {"chrome", "109.0.0.0", line(gone, true, true), ""},
		"of the page":    {"chrome", "109.0.0.0", line("store.recall is not a function", true, false), ""},
		"another matter": {"chrome", "109.0.0.0", line("Unexpected token '?'", true, false), ""},
	} {
		s := &sheet{}
		a := &attempt.Attempt{Client: attempt.ClientFacts{Browser: c.browser, Version: c.version}, Signals: []attempt.Signal{c.signal, c.signal}}
		old := s.lacks(a)
		got := diag.Observations(s.list).All(BrowserLacks)
		switch {
		case c.fits == "" && len(got) > 0:
			t.Errorf("%s: %+v", name, got)
		case c.fits != "" && (len(got) != 1 || got[0].Detail["fits"] != c.fits || old != (c.fits == "yes")):
			t.Errorf("%s: %+v, want fits %s", name, got, c.fits)
		}
	}
}
