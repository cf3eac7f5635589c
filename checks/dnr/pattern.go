package dnr

import "strings"

// pattern is a urlFilter taken apart. Body is in lower case unless the rule
// tells upper from lower.
type pattern struct {
	body  string
	left  anchor
	right bool // "|" at the end
}

type anchor byte

const (
	nowhere   anchor = iota
	atStart          // "|": the address begins with it
	subdomain        // "||": it begins at a label of the host
)

// newPattern reads a urlFilter; ok is false for one that Chromium does not take.
func newPattern(filter string, sensitive bool) (p pattern, ok bool) {
	if !ascii(filter) {
		return p, false
	}
	switch {
	case strings.HasPrefix(filter, "||"):
		p.left, filter = subdomain, filter[2:]
	case strings.HasPrefix(filter, "|"):
		p.left, filter = atStart, filter[1:]
	}
	// A single "|" is the left anchor alone.
	if strings.HasSuffix(filter, "|") {
		p.right, filter = true, filter[:len(filter)-1]
	}
	if p.left == subdomain && strings.HasPrefix(filter, "*") {
		return p, false
	}
	p.body = filter
	if !sensitive {
		p.body = lower(filter)
	}
	if strings.HasPrefix(filter, "*") {
		p.left = nowhere
	}
	if strings.HasSuffix(filter, "*") {
		p.right = false
	}
	return p, true
}

// matches tries the pattern on an address whose host lies between two offsets.
// The parts between "*" are found one after the other, the leftmost place first.
func (p *pattern) matches(text string, hostStart, hostEnd int) bool {
	rest := p.body
	part, rest := nextPart(rest)
	if part == "" {
		return p.left == nowhere || !p.right
	}
	if rest == "" {
		return matchesLast(part, p.left, p.right, text, hostStart, hostEnd)
	}
	switch p.left {
	case atStart:
		if !hasPrefixFuzzy(text, part) {
			return false
		}
		text = text[len(part):]
	case subdomain:
		i := findAtLabel(text, hostStart, hostEnd, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	default:
		i := find(text, part, 0)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	for {
		part, rest = nextPart(rest)
		if rest == "" {
			return matchesLast(part, nowhere, p.right, text, 0, 0)
		}
		i := find(text, part, 0)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
}

// nextPart cuts the first part off a body; rest has no "*" at its start and is
// "" when no part follows.
func nextPart(body string) (part, rest string) {
	body = strings.TrimLeft(body, "*")
	part, rest, _ = strings.Cut(body, "*")
	return part, strings.TrimLeft(rest, "*")
}

// matchesLast matches the last part, at whose end "^" stands for the end of the address, too.
func matchesLast(part string, left anchor, right bool, text string, hostStart, hostEnd int) bool {
	if placed(part, left, right, text, hostStart, hostEnd) {
		return true
	}
	return strings.HasSuffix(part, "^") && placed(part[:len(part)-1], left, true, text, hostStart, hostEnd)
}

func placed(part string, left anchor, right bool, text string, hostStart, hostEnd int) bool {
	switch {
	case left == nowhere && !right:
		return find(text, part, 0) >= 0
	case left == nowhere:
		return hasSuffixFuzzy(text, part)
	case left == atStart && !right:
		return hasPrefixFuzzy(text, part)
	case left == atStart:
		return len(text) == len(part) && hasPrefixFuzzy(text, part)
	case hostEnd <= hostStart:
		return false
	case !right:
		return findAtLabel(text, hostStart, hostEnd, part) >= 0
	}
	return len(text) >= len(part) && atLabel(text, hostStart, hostEnd, len(text)-len(part)) && hasSuffixFuzzy(text, part)
}

// atLabel reports whether a label of the host begins at a place.
func atLabel(text string, hostStart, hostEnd, i int) bool {
	return i == hostStart || i > hostStart && i <= hostEnd && text[i-1] == '.'
}

func findAtLabel(text string, hostStart, hostEnd int, part string) int {
	for i := hostStart; i <= hostEnd; {
		if i+len(part) <= len(text) && equalFuzzy(text[i:i+len(part)], part) {
			return i
		}
		dot := strings.IndexByte(text[i:hostEnd], '.')
		if dot < 0 {
			return -1
		}
		i += dot + 1
	}
	return -1
}

// find gives the leftmost place of a part, -1 for none.
func find(text, part string, from int) int {
	if !strings.Contains(part, "^") {
		i := strings.Index(text[from:], part)
		if i < 0 {
			return -1
		}
		return from + i
	}
	for i := from; i+len(part) <= len(text); i++ {
		if equalFuzzy(text[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

func hasPrefixFuzzy(text, part string) bool {
	return len(text) >= len(part) && equalFuzzy(text[:len(part)], part)
}

func hasSuffixFuzzy(text, part string) bool {
	return len(text) >= len(part) && equalFuzzy(text[len(text)-len(part):], part)
}

func equalFuzzy(text, part string) bool {
	for i := 0; i < len(part); i++ {
		if text[i] != part[i] && (part[i] != '^' || !separator(text[i])) {
			return false
		}
	}
	return true
}

// separator tells what "^" stands for: all of ASCII but letters, digits and _ - . %
func separator(c byte) bool {
	switch {
	case c >= 0x80, c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return false
	case c == '_', c == '-', c == '.', c == '%':
		return false
	}
	return true
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// lower is strings.ToLower of ASCII alone.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
