package dnr

import (
	"slices"
	"strings"
)

// domains is a pair of lists of hosts, each sorted, in lower case. A host is
// covered by the longest of its own names and its parents' that stands in one.
type domains struct {
	in, out []string
}

// cover reports whether a host is meant. known is false for a page without an
// origin of its own, which only a rule without a list of its own means.
func (d *domains) cover(host string, known bool) bool {
	if len(d.in) == 0 && len(d.out) == 0 {
		return true
	}
	if !known {
		return len(d.in) == 0
	}
	in := 1
	if len(d.in) > 0 {
		in = longest(d.in, host)
	}
	if in > 0 && len(d.out) > 0 {
		return longest(d.out, host) < in
	}
	return in > 0
}

// longest gives the length of the longest name of the host that stands in the list, 0 for none.
func longest(list []string, host string) int {
	host = strings.TrimSuffix(host, ".")
	for host != "" {
		if _, ok := slices.BinarySearch(list, host); ok {
			return len(host)
		}
		_, rest, ok := strings.Cut(host, ".")
		if !ok {
			break
		}
		host = rest
	}
	return 0
}

// newDomains lower-cases and sorts; ok is false where a name is not ASCII.
func newDomains(list []string) (out []string, ok bool) {
	for _, d := range list {
		if !ascii(d) {
			return nil, false
		}
		out = append(out, lower(d))
	}
	slices.Sort(out)
	return out, true
}
