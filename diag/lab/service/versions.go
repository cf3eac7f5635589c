package service

import (
	"net/http"
	"strconv"
	"strings"
)

// clientVersion is the version that a desktop client states, "" for a browser.
func clientVersion(r *http.Request) string { return r.Header.Get("X-Client-Version") }

// older reports whether version is below least; an empty one never is.
func older(version, least string) bool {
	if version == "" || least == "" {
		return false
	}
	a, b := strings.Split(version, "."), strings.Split(least, ".")
	for i := range max(len(a), len(b)) {
		if x, y := part(a, i), part(b, i); x != y {
			return x < y
		}
	}
	return false
}

func part(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}
