package machine

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// SiteSetting is something that a browser is set not to let sites do.
type SiteSetting struct {
	What    string // javascript cookies third-party-cookies storage
	Host    string // "" for all sites
	Default bool   // the browser's own setting for all sites, and no exception for one
}

// contentBlock is how Chromium writes "block" (components/content_settings).
const contentBlock = 2

var settingKinds = map[string]string{"javascript": "javascript", "cookies": "cookies"}

// SiteSettings lists what a Chromium or Firefox data folder, or one profile in
// it, keeps sites from doing. A folder that tells nothing gives nothing.
func SiteSettings(dir string) []SiteSetting { return siteSettings(os.DirFS(dir)) }

func siteSettings(root fs.FS) (out []SiteSetting) {
	folders := []string{"."}
	if list, err := fs.ReadDir(root, "."); err == nil {
		for _, d := range list {
			if d.IsDir() && (d.Name() == "Default" || strings.HasPrefix(d.Name(), "Profile ")) && len(folders) < 32 {
				folders = append(folders, d.Name())
			}
		}
	}
	for _, f := range folders {
		if data, err := readFile(root, path.Join(f, "Preferences")); err == nil {
			out = append(out, chromiumSettings(data)...)
		}
		if data, err := readFile(root, path.Join(f, "prefs.js")); err == nil {
			out = append(out, firefoxSettings(string(data))...)
		}
	}
	slices.SortStableFunc(out, func(a, b SiteSetting) int { return strings.Compare(a.What+" "+a.Host, b.What+" "+b.Host) })
	return slices.Compact(out)
}

func chromiumSettings(data []byte) (out []SiteSetting) {
	prefs, err := readObject(data)
	if err != nil {
		return nil
	}
	prof := get[object](prefs, "profile")
	defaults := get[object](prof, "default_content_setting_values")
	exceptions := get[object](get[object](prof, "content_settings"), "exceptions")
	for key, what := range settingKinds {
		if get[int](defaults, key) == contentBlock {
			out = append(out, SiteSetting{What: what, Default: true})
		}
		for pattern, raw := range get[object](exceptions, key) {
			if o, err := readObject(raw); err == nil && get[int](o, "setting") == contentBlock {
				host := patternHost(pattern)
				out = append(out, SiteSetting{What: what, Host: host, Default: host == ""})
			}
		}
	}
	if get[bool](prof, "block_third_party_cookies") || get[int](prof, "cookie_controls_mode") == 1 {
		out = append(out, SiteSetting{What: "third-party-cookies", Default: true})
	}
	return out
}

// patternHost reads the host off a content setting's pattern, as in
// "https://app.meiqia.com:443,*", "[*.]meiqia.com,*" and "*,*".
func patternHost(pattern string) string {
	p, _, _ := strings.Cut(pattern, ",")
	if _, rest, ok := strings.Cut(p, "://"); ok {
		p = rest
	}
	p, _, _ = strings.Cut(p, "/")
	if i := strings.LastIndexByte(p, ':'); i > 0 {
		p = p[:i]
	}
	return strings.ToLower(strings.Trim(strings.TrimPrefix(p, "[*.]"), "*"))
}

var (
	firefoxPref = regexp.MustCompile(`(?m)^\s*user_pref\("([\w.]+)",\s*([^)]+)\);`)
	firefoxOff  = map[string]SiteSetting{
		"javascript.enabled=false":        {What: "javascript", Default: true},
		"network.cookie.cookieBehavior=2": {What: "cookies", Default: true},
		"permissions.default.cookie=2":    {What: "cookies", Default: true},
		"dom.storage.enabled=false":       {What: "storage", Default: true},
		"dom.indexedDB.enabled=false":     {What: "storage", Default: true},
	}
)

func firefoxSettings(text string) (out []SiteSetting) {
	for _, m := range firefoxPref.FindAllStringSubmatch(text, 20_000) {
		if s, ok := firefoxOff[m[1]+"="+strings.TrimSpace(m[2])]; ok {
			out = append(out, s)
		}
	}
	return out
}
