package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"

	"meiqia-diag/diag/lang"
)

// On a terminal a line is broken between words and keeps its indent; elsewhere,
// and where something in it is to be copied whole, it stays one line.
func TestTellBreaksBetweenWords(t *testing.T) {
	long := strings.Repeat("留下 12 行，从 2026-11-20 10:20:00.097 到 2026-11-20 10:23:10.191；", 4)
	for _, c := range []struct {
		name, text string
		tty, whole bool
	}{
		{"a terminal", "  1. " + long, true, false}, {"a file", long, false, true}, {"an address", "see https://example.invalid/" + strings.Repeat("x", 90) + " now", true, true}, {"short", "好", true, true},
	} {
		a := newApp(nil)
		var out bytes.Buffer
		a.err, a.errTTY, a.env = &out, c.tty, func(string) string { return "" }
		a.note(lang.Same(c.text))
		lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
		if (len(lines) == 1) != c.whole {
			t.Errorf("%s: %d lines\n%s", c.name, len(lines), out.String())
		}
		for i, l := range lines {
			if !c.whole && (lipgloss.Width(l) > 80 || i > 0 && !strings.HasPrefix(l, "  ")) {
				t.Errorf("%s: %q", c.name, l)
			}
		}
		for _, w := range []string{"10:20:00.097", "2026-11-20"} {
			if strings.Contains(c.text, w) && strings.Count(out.String(), w) != strings.Count(c.text, w) {
				t.Errorf("%s: %s is cut:\n%s", c.name, w, out.String())
			}
		}
	}
}
