package record

import (
	"maps"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/network"
)

// pairs writes headers by name, their values cleaned. Of a header that came
// more than once the protocol gives the values in lines.
func pairs(h network.Headers, c *cleaner) []harPair {
	out := []harPair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for line := range strings.Lines(headerText(h[name])) {
			out = append(out, harPair{name, c.header(name, strings.TrimRight(line, "\n"))})
		}
	}
	return out
}

// headerText is a header's value, which the protocol types as anything.
func headerText(v any) string {
	s, _ := v.(string)
	return s
}

func headerOf(h network.Headers, name string) string {
	for k, v := range h {
		if strings.EqualFold(k, name) {
			return headerText(v)
		}
	}
	return ""
}
