package report

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/lipgloss"
	"github.com/rivo/uniseg"
)

// Signs that must not begin a line, and signs that must not end one.
const (
	noStart = "，。、；：！？）】》」』〉”’…—·%‰℃°)]},.;:!?"
	noEnd   = "（【《「『〈“‘([{#¥$"
)

// piece is a run of text that is never broken, and the space before it.
type piece struct {
	text  string
	width int
	space int
}

// pieces cuts a text where a line may be broken: at spaces, and around every
// Chinese character but for the signs that stick to their neighbour.
func pieces(s string) []piece {
	var out []piece
	glue := true // the next cluster sticks to the piece before
	space := 0
	g := uniseg.NewGraphemes(s)
	wide := false // the last cluster was Chinese
	for g.Next() {
		c := g.Str()
		r := g.Runes()[0]
		if r == ' ' || r == '\n' || r == '\t' {
			space++
			glue, wide = false, false
			continue
		}
		w := lipgloss.Width(c)
		isWide := w >= 2 && !unicode.Is(unicode.So, r)
		stick := len(out) > 0 && space == 0 && (glue && !isWide && !wide || strings.ContainsRune(noStart, r) || endsNoEnd(out[len(out)-1].text))
		if stick {
			p := &out[len(out)-1]
			p.text += c
			p.width += w
		} else {
			out = append(out, piece{c, w, min(space, 1)})
		}
		space, glue, wide = 0, true, isWide
	}
	return out
}

func endsNoEnd(s string) bool {
	for _, r := range noEnd {
		if strings.HasSuffix(s, string(r)) {
			return true
		}
	}
	return false
}

// wrap breaks a text into lines of at most width columns. A word that is wider
// than a line is broken where it must be.
func wrap(s string, width int) []string {
	width = max(width, 8)
	var lines []string
	var line strings.Builder
	used := 0
	flush := func() {
		lines = append(lines, line.String())
		line.Reset()
		used = 0
	}
	for _, p := range pieces(s) {
		gap := p.space
		if used == 0 {
			gap = 0
		}
		if used > 0 && used+gap+p.width > width {
			flush()
			gap = 0
		}
		if p.width > width {
			g := uniseg.NewGraphemes(p.text)
			for g.Next() {
				w := lipgloss.Width(g.Str())
				if used > 0 && used+w > width {
					flush()
				}
				line.WriteString(g.Str())
				used += w
			}
			continue
		}
		line.WriteString(strings.Repeat(" ", gap) + p.text)
		used += gap + p.width
	}
	if used > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}

// pad fills a text up to width columns.
func pad(s string, width int) string {
	if n := width - lipgloss.Width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// widest gives the columns of the widest of some texts.
func widest(list ...string) int {
	n := 0
	for _, s := range list {
		n = max(n, lipgloss.Width(s))
	}
	return n
}
