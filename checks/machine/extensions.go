package machine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Extension is one enabled extension of a browser profile and what it may touch.
type Extension struct {
	ID       string
	Name     string // in the extension's default language; the id where it has none
	Version  string
	Family   Family
	Manifest int      // version of its manifest: 2 or 3, 0 unknown
	Origin   string   // store, unpacked, policy, external, command-line, system, unknown
	APIs     []string // permissions that name an API: declarativeNetRequest, webRequest, proxy, …
	Hosts    []string // match patterns of the hosts it was granted
	Scripts  []string // match patterns of the pages that its content scripts run in
	Withheld bool     // the user lets it onto sites on click only; Hosts and Scripts are what was granted since
	Dir      string   // where its files lie: absolute, or relative to the profile; "" when unknown

	files    fs.FS  // its files, nil where they cannot be had
	manifest object // as its files have it
	prefs    object // what Chromium's preferences keep of it
}

// errNoProfile means that a folder holds neither family's list of extensions.
var errNoProfile = errors.New("not a browser profile: it has no Preferences and no extensions.json")

// Extensions lists the enabled extensions of a Chromium or Firefox profile
// folder, sorted by id. Component extensions, which are parts of the browser, are
// left out. What is malformed is left out, too; the error means that there is no
// readable list at all. Session rules and what code does cannot be known.
func Extensions(profileDir string) ([]Extension, error) {
	return extensions(os.DirFS(profileDir), func(dir string) fs.FS { return os.DirFS(dir) })
}

// extensions reads a profile's root; at opens an unpacked extension's folder
// outside of it.
func extensions(root fs.FS, at func(dir string) fs.FS) ([]Extension, error) {
	var out []Extension
	var failed error
	read := false
	for _, one := range []func(fs.FS, func(string) fs.FS) ([]Extension, error){chromiumExtensions, firefoxExtensions} {
		list, err := one(root, at)
		switch {
		case err == nil:
			read = true
			out = append(out, list...)
		case !errors.Is(err, fs.ErrNotExist):
			failed = err
		}
	}
	switch {
	case read:
	case failed != nil:
		return nil, fmt.Errorf("list the extensions: %w", failed)
	default:
		return nil, errNoProfile
	}
	slices.SortFunc(out, func(a, b Extension) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// anywhere are APIs that reach every host with no permission for any: rules that
// block, the proxy, and the settings of sites (JavaScript, cookies).
var anywhere = []string{"declarativeNetRequest", "proxy", "contentSettings", "debugger"}

// CanTouch reports whether the extension is able to see or change pages of a
// host or requests to it. It says nothing of whether it does.
func (e Extension) CanTouch(host string) bool {
	if slices.ContainsFunc(anywhere, e.Has) {
		return true
	}
	return matchesHost(e.Hosts, host) || matchesHost(e.Scripts, host)
}

// RunsIn reports whether a script of the extension's runs in pages of a host, or may be put there.
func (e Extension) RunsIn(host string) bool {
	return matchesHost(e.Scripts, host) || e.Has("scripting") && matchesHost(e.Hosts, host)
}

// Has reports whether the extension may use an API.
func (e Extension) Has(api string) bool { return slices.Contains(e.APIs, api) }

// object is a JSON object read one member at a time, so that a malformed member
// costs only itself.
type object map[string]json.RawMessage

func readObject(data []byte) (object, error) {
	var o object
	err := json.Unmarshal(trimBOM(data), &o)
	return o, err
}

func trimBOM(data []byte) []byte { return []byte(strings.TrimPrefix(string(data), "\ufeff")) }

// get reads a member; the zero value when it is absent or of another type.
func get[T any](o object, key string) T {
	var v T
	if raw, ok := o[key]; ok && json.Unmarshal(raw, &v) != nil {
		var zero T
		return zero
	}
	return v
}

// words reads a list of strings; an object in it counts as its keys, as the
// permissions with parameters are written.
func words(o object, key string) []string {
	var out []string
	for _, raw := range get[[]json.RawMessage](o, key) {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			out = append(out, s)
			continue
		}
		var params map[string]json.RawMessage
		if json.Unmarshal(raw, &params) == nil {
			for k := range params {
				out = append(out, k)
			}
		}
	}
	return out
}

// objects reads a list of objects and leaves out what is none.
func objects(o object, key string) []object {
	var out []object
	for _, raw := range get[[]json.RawMessage](o, key) {
		if x, err := readObject(raw); err == nil {
			out = append(out, x)
		}
	}
	return out
}

// unique sorts a list and drops what stands in it twice.
func unique(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// divide parts a manifest's permissions into APIs and match patterns.
func divide(permissions []string) (apis, hosts []string) {
	for _, p := range permissions {
		if p == "<all_urls>" || strings.Contains(p, "://") {
			hosts = append(hosts, p)
		} else {
			apis = append(apis, p)
		}
	}
	return apis, hosts
}
