package machine

import (
	"io/fs"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// look reads what a profile tells of its engine and of the service's pages.
// History is never asked: Chromium keeps how much a site is engaged with among
// its settings, and Firefox has a folder for each site that stores something.
func (e Env) look(b *Browser, p *Profile, pages []string) {
	if b.Family == Firefox {
		p.Workbench = e.storedBy(p.Dir, pages)
		return
	}
	data, err := e.read(p.Dir + e.native("/Preferences"))
	if err != nil {
		return
	}
	prefs, err := readPrefs(data)
	if err != nil {
		return
	}
	p.prefs = &prefs
	p.engine = firstVersion(value[string](prefs.Extensions.LastChrome))
	p.Workbench = prefs.engaged(parseAll(pages))
}

// engaged gives when a page of one of the hosts was used last.
func (p preferences) engaged(pages []*url.URL) time.Time {
	var last time.Time
	for text, raw := range get[object](p.Profile.Content.Exceptions, "site_engagement") {
		if !slices.ContainsFunc(pages, func(u *url.URL) bool { return strings.Contains(text, strings.ToLower(u.Hostname())) }) {
			continue // thousands of sites, each by its own name
		}
		primary, _, ok := splitPatterns(text)
		if !ok || primary.everywhere() {
			continue
		}
		for _, page := range pages {
			if !primary.covers(page) {
				continue
			}
			o, err := readObject(raw)
			if err != nil {
				break
			}
			t := chromiumTime(int64(get[float64](get[object](o, "setting"), "lastEngagementTime")))
			if t.IsZero() {
				t = prefTime(o, "last_modified")
			}
			if t.After(last) {
				last = t
			}
		}
	}
	return last
}

// storedBy gives when a page of one of the hosts last stored something in a
// Firefox profile: storage/default/https+++app.example+8443.
func (e Env) storedBy(dir string, pages []string) time.Time {
	return storedIn(e.Root, e.inRoot(dir+e.native("/storage/default")), pages)
}

func storedIn(root fs.FS, folder string, pages []string) time.Time {
	var last time.Time
	for _, page := range parseAll(pages) {
		name := page.Scheme + "+++" + strings.ToLower(page.Hostname())
		if p := page.Port(); p != "" {
			name += "+" + p
		}
		for _, inner := range []string{"/.metadata-v2", ""} {
			info, err := fs.Stat(root, folder+"/"+name+inner)
			if err == nil {
				if t := info.ModTime().UTC(); t.After(last) {
					last = t
				}
				break
			}
		}
	}
	return last
}

// engineOf gives the version of the engine that pages run in. A browser that
// runs is of the version that used its data last, even if a newer one is
// installed already. A brand's own number tells nothing of the engine; Chromium's
// is kept in each profile.
func engineOf(b Browser, brand bool) string {
	newest := ""
	for _, p := range b.Profiles {
		if p.engine != "" && (newest == "" || versionLess(newest, p.engine)) {
			newest = p.engine
		}
	}
	switch {
	case brand:
		return firstText(newest, b.stats)
	case b.Running == Yes && b.LastRun != "":
		return b.LastRun
	}
	return firstText(b.Version, b.LastRun, newest)
}

// versionLess compares versions number by number.
func versionLess(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(x[i]) // firstVersion let only numbers through
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m < n
		}
	}
	return len(x) < len(y)
}
