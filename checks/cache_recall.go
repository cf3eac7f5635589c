package checks

import (
	"slices"
	"strings"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// maxScriptText is how much of a script is read for where it asks for recalls.
const maxScriptText = 2 << 20

// pathLiteral is a string or template of a script that holds a path. Minifiers
// rename what a script calls its variables, and leave its strings as they are.
var (
	pathLiteral = lazy.MustCompile("[\"'`]([\\w.:?=&%~@${}()-]{0,120}/[\\w./:?=&%~@${}()-]{0,160})[\"'`]")
	templated   = lazy.MustCompile(`\$\{[^}]{0,80}\}`)
	assetPath   = lazy.MustCompile(`(?i)\.(?:m?js|css|svg|png|jpe?g|gif|webp|map|vue|tsx?|mp3|woff2?)(?:$|\?)`)
)

// recallPaths lists, in order, the paths in a script that say "recall".
func recallPaths(script string, prof *profile.Profile) []string {
	var out []string
	for _, m := range pathLiteral.FindAllStringSubmatch(script, 20_000) {
		p := templated.ReplaceAllString(m[1], "*")
		if len(p) < 3 || assetPath.MatchString(p) || slices.Contains(out, p) {
			continue
		}
		if prof.RecallVerb(profile.Words(p)) != "" {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// compareRecall tells whether two builds of a script ask for recalls at the same
// paths: same, differs, or "" where one of them does not tell.
func compareRecall(was, is string, prof *profile.Profile) string {
	if len(was) >= maxScriptText || len(is) >= maxScriptText {
		return "" // not all of it was read
	}
	a, b := recallPaths(was, prof), recallPaths(is, prof)
	switch {
	case len(a) == 0 || len(b) == 0:
		return ""
	case strings.Join(a, "\n") == strings.Join(b, "\n"):
		return "same"
	}
	for _, p := range a {
		if !slices.Contains(b, p) {
			return "differs" // the old one asks where the new one does not any more
		}
	}
	return "same"
}
