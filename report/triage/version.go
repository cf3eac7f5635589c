package triage

import (
	"cmp"
	"strings"
	"unicode"

	"meiqia-diag/diag/lazy"
)

// Names that mark what comes before a release, as Semantic Versioning 2.0.0
// section 9 has them. Any other suffix is a revision of the release, and later:
// 2026.11.20-2 follows 2026.11.20-1, which follows 2026.11.20.
var preRelease = lazy.MustCompile(`(?i)^(?:alpha|beta|rc|pre|preview|dev|canary|nightly|snapshot|next|a|b)(?:[^a-z]|$)`)

// compareVersions orders versions as versions: 5.10 after 5.9, 5.2.1-beta.2
// before 5.2.1, v5.2 as 5.2 and 5.2.0 as 5.2. What is equal as a version is
// ordered as text, so that the order is total.
func compareVersions(a, b string) int {
	if c := compareParts(splitVersion(a), splitVersion(b)); c != 0 {
		return c
	}
	return cmp.Compare(a, b)
}

// part is a run of digits, of letters, or the mark of a pre-release.
type part struct {
	rank int // pre-release 0, end 1, letters 2, digits 3
	text string
}

var ended = part{rank: 1}

// splitVersion cuts a version into its parts; build metadata after "+" does not count.
func splitVersion(v string) []part {
	v, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(v)), "+")
	if len(v) > 1 && v[0] == 'v' && v[1] >= '0' && v[1] <= '9' {
		v = v[1:]
	}
	var out []part
	for v != "" {
		r := rune(v[0])
		switch {
		case r >= '0' && r <= '9':
			n := len(v) - len(strings.TrimLeft(v, "0123456789"))
			out = append(out, part{3, strings.TrimLeft(v[:n], "0")})
			v = v[n:]
		case r < 0x80 && !unicode.IsLetter(r):
			v = v[1:]
		default:
			n := strings.IndexFunc(v, func(r rune) bool { return r < 0x80 && !unicode.IsLetter(r) })
			if n < 0 {
				n = len(v)
			}
			if preRelease.MatchString(v) && len(out) > 0 {
				out = append(trimZeros(out), part{rank: 0})
			}
			out = append(out, part{2, v[:n]})
			v = v[n:]
		}
	}
	return trimZeros(out)
}

// trimZeros takes away zeros at the end: 5.2.0 is 5.2.
func trimZeros(p []part) []part {
	for len(p) > 1 && p[len(p)-1].rank == 3 && p[len(p)-1].text == "" {
		p = p[:len(p)-1]
	}
	return p
}

func compareParts(a, b []part) int {
	for i := 0; i < len(a) || i < len(b); i++ {
		x, y := ended, ended
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		c := cmp.Compare(x.rank, y.rank)
		if c == 0 && x.rank == 3 { // digits without leading zeros: the longer is greater
			c = cmp.Compare(len(x.text), len(y.text))
		}
		if c == 0 {
			c = cmp.Compare(x.text, y.text)
		}
		if c != 0 {
			return c
		}
	}
	return 0
}
