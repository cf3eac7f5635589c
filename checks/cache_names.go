package checks

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"meiqia-diag/diag/lazy"
)

// Bundlers name a script by a hash of its content, in hexadecimal digits
// (webpack) or in eight letters and digits (Vite, Rollup).
var (
	contentNamed = lazy.MustCompile(`[._-]([0-9a-fA-F]{4,40})\.(?:chunk\.|min\.|bundle\.)*m?js$`)
	mixedNamed   = lazy.MustCompile(`[._-]([A-Za-z0-9_-]{8})\.(?:chunk\.|min\.|bundle\.)*m?js$`)
)

// versionParams are the parameters by which pages ask for a build of a script.
// Those that keep a copy from being used (t, _, rand) tell of no build.
var versionParams = []string{"v", "ver", "version", "build", "b", "hash", "h", "rev", "release"}

// hashIn gives where the part of a path is that names the content, or nil.
func hashIn(p string) []int {
	if m := contentNamed.FindStringSubmatchIndex(p); m != nil {
		return m[2:4]
	}
	if m := mixedNamed.FindStringSubmatchIndex(p); m != nil {
		word := p[m[2]:m[3]]
		digit := strings.ContainsFunc(word, unicode.IsDigit)
		upper := strings.ContainsFunc(word, unicode.IsUpper) && strings.ContainsFunc(word, unicode.IsLower)
		if digit && strings.ContainsFunc(word, unicode.IsLetter) || upper {
			return m[2:4]
		}
	}
	return nil
}

// namedByContent reports whether a script's address changes with its content.
// Such a copy never goes stale: what names it does.
func namedByContent(raw string) bool {
	if hashIn(pathOf(raw)) != nil {
		return true
	}
	_, version := scriptName(raw)
	return version != ""
}

// scriptName takes a script's address apart: what stays the same over builds,
// and what tells the build.
func scriptName(raw string) (family, version string) {
	u, err := url.Parse(raw)
	if err != nil {
		return raw, ""
	}
	family = u.Host + u.Path
	if m := hashIn(u.Path); m != nil {
		family, version = u.Host+u.Path[:m[0]]+"*"+u.Path[m[1]:], u.Path[m[0]:m[1]]
	}
	q := u.Query()
	for _, p := range versionParams {
		if q.Get(p) != "" {
			version = strings.Trim(version+" "+q.Get(p), " ")
		}
	}
	return family, version
}

var scriptSource = lazy.MustCompile(`(?i)<script[^>]{0,400}?\bsrc\s*=\s*(?:"([^"]{1,500})"|'([^']{1,500})'|([^\s"'>]{1,500}))|<link[^>]{0,400}?\brel\s*=\s*["']?modulepreload["']?[^>]{0,400}?\bhref\s*=\s*"([^"]{1,500})"`)

// scriptsOf lists the scripts that a page names, as whole addresses, each once.
func scriptsOf(page, text string) []string {
	base, err := url.Parse(page)
	if err != nil {
		return nil
	}
	var out []string
	for _, m := range scriptSource.FindAllStringSubmatch(text, 200) {
		u, err := base.Parse(strings.ReplaceAll(firstOf(m[1:]...), "&amp;", "&"))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		u.Fragment = ""
		if s := u.String(); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Sameness of a stored copy and of what the service has.
const (
	sameCopy    = "same"
	otherCopy   = "differs"
	unknownCopy = ""
)

// comparePages tells whether two pages run the same scripts. A page differs with
// each answer (nonces, names, times), so its scripts' names tell its build and
// not its bytes; a page with none of the other's scripts is another page, such
// as a login's. was and is are the first that differ.
func comparePages(address, stored, current string) (verdict, was, is string) {
	if stored == current {
		return sameCopy, "", ""
	}
	old, shared := map[string]string{}, 0
	for _, s := range scriptsOf(address, stored) {
		family, version := scriptName(s)
		old[family] = version
	}
	for _, s := range scriptsOf(address, current) {
		family, version := scriptName(s)
		before, both := old[family]
		if !both {
			continue
		}
		shared++
		if before != version {
			return otherCopy, path.Base(family) + " " + before, path.Base(family) + " " + version
		}
	}
	if shared == 0 {
		return unknownCopy, "", ""
	}
	return sameCopy, "", ""
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// plainQuery reports whether an address can be asked for without telling the
// service who asks: it has no query, or one that names a build.
func plainQuery(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil {
		return false
	}
	for name := range u.Query() {
		if !slices.Contains(versionParams, strings.ToLower(name)) {
			return false
		}
	}
	return true
}
