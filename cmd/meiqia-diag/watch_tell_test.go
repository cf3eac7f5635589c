package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
)

// On a terminal no line of a watch is wider than it; elsewhere a line stays one, for grep.
func TestWatchFitsTheTerminal(t *testing.T) {
	for _, language := range []string{"zh", "en"} {
		for _, terminal := range []bool{true, false} {
			var o, e bytes.Buffer
			a := newApp([]string{"watch", "--lab=clock-skew", "--every", "1s", "--count", "1", "--earlier", "3/20", "--lang", language})
			a.in, a.out, a.err = strings.NewReader(""), &o, &e
			a.inTTY, a.outTTY, a.errTTY = false, terminal, false
			home := t.TempDir()
			a.env = func(k string) string { return map[string]string{"HOME": home, "LOCALAPPDATA": home}[k] }
			if status := a.end(a.run(t.Context())); status != statusFound {
				t.Fatalf("status %d: %s", status, e.String())
			}
			wide := 0
			for line := range strings.Lines(o.String()) {
				line = strings.TrimRight(line, "\n")
				wide = max(wide, lipgloss.Width(line))
			}
			if (wide <= 80) != terminal {
				t.Errorf("%s, terminal %v: a line has %d columns\n%s", language, terminal, wide, o.String())
			}
		}
	}
}
