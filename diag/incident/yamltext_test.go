package incident

import (
	"strings"
	"testing"
	"time"
	"unicode"
)

// Broken YAML is told by its line and in words of both languages.
func TestBrokenYAMLNamesItsLine(t *testing.T) {
	for _, c := range []struct {
		text string
		line int
	}{
		{"\tmessage: 1\n", 1}, {"@a: 1\n", 1}, {"message:\n\tid: 2\n", 2}, {"message:\n  id: [1\n  read: yes\n", 3}, {"message:\n  id: b: c\n", 2}, {"a: b: c\n", 1},
		{"message:\n  id: \x01\n", 2}, {"message:\n  id: 'a'b\n", 2}, {"message:\n  id: 1\n read: [\n", 3}, {"message:\n  id: *gone\n", 2}, {"message:\n  id: \"\\q\"\n", 2},
		{"message:\n  id\n  read: 2\n", 3}, {"message:\n  id: {a: 1\n  read: 2\n", 3}, {"message: [\n", 1},
	} {
		_, ps := Parse([]byte(c.text), "i.yaml", time.Now())
		if len(ps) != 1 {
			t.Errorf("%q: %v", c.text, ps)
			continue
		}
		p := ps[0]
		zh := strings.TrimPrefix(p.What.ZH, "不是有效的 YAML：")
		if p.Line == 0 || p.Line > strings.Count(c.text, "\n") || p.Line != c.line && p.Line != c.line-1 || !strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || strings.Contains(zh, "found") || strings.Contains(zh, "expected") {
			t.Errorf("%q: line %d, want %d: %s", c.text, p.Line, c.line, p.Text().ZH)
		}
	}
}
