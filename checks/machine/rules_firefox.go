package machine

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"meiqia-diag/checks/dnr"
	"meiqia-diag/diag/lazy"
)

// firefoxRules is what a Firefox profile keeps of all add-ons' rules.
type firefoxRules struct {
	root      fs.FS
	listeners map[string][]Listener
	uuids     map[string]string // by add-on, of this profile
}

var uuidsPref = lazy.MustCompile(`(?m)^\s*user_pref\("extensions\.webextensions\.uuids",\s*("(?:[^"\\]|\\.)*")\);`)

func readFirefoxRules(root fs.FS) firefoxRules {
	out := firefoxRules{root: root, listeners: map[string][]Listener{}, uuids: map[string]string{}}
	if data, err := readFile(root, "prefs.js"); err == nil {
		if m := uuidsPref.FindSubmatch(data); m != nil {
			if text, err := strconv.Unquote(string(m[1])); err == nil {
				_ = json.Unmarshal([]byte(text), &out.uuids) // what is malformed names no file
			}
		}
	}
	data, err := readMozLZ4(root, "addonStartup.json.lz4")
	if err != nil {
		return out
	}
	top, err := readObject(data)
	if err != nil {
		return out
	}
	for location := range top {
		if location == "app-builtin" || location == "app-builtin-addons" {
			continue
		}
		addons := get[object](get[object](top, location), "addons")
		for id := range addons {
			web := get[object](get[object](get[object](get[object](addons, id), "startupData"), "persistentListeners"), "webRequest")
			for event := range web {
				for _, raw := range get[[]json.RawMessage](web, event) {
					if l, ok := blockingListener(raw); ok {
						out.listeners[id] = append(out.listeners[id], l)
					}
				}
			}
		}
	}
	return out
}

// blockingListener reads one listener's arguments: the filter, and the options,
// of which "blocking" lets it hold requests.
func blockingListener(raw json.RawMessage) (l Listener, ok bool) {
	var args []json.RawMessage
	if json.Unmarshal(raw, &args) != nil || len(args) < 2 {
		return l, false
	}
	var options []string
	if json.Unmarshal(args[1], &options) != nil {
		return l, false
	}
	for _, o := range options {
		ok = ok || o == "blocking"
	}
	filter, err := readObject(args[0])
	if err != nil || !ok {
		return l, false
	}
	return Listener{URLs: words(filter, "urls"), Types: words(filter, "types")}, true
}

// MayStop reports whether a listener holds requests of a kind to an address.
func (l Listener) MayStop(url, kind string) bool { return l.holds(url, kind) != "" }

// Aimed reports whether a listener that holds requests of a kind to an address
// asked for this host or path, and not just for everything.
func (l Listener) Aimed(url, kind string) bool {
	p := l.holds(url, kind)
	_, rest, _ := strings.Cut(p, "://")
	host, path, _ := strings.Cut(rest, "/")
	return p != "" && p != "<all_urls>" && (host != "*" || path != "*")
}

// holds gives the first pattern by which it does, those of everything last.
func (l Listener) holds(url, kind string) (pattern string) {
	if len(l.Types) > 0 && !slices.Contains(l.Types, kind) {
		return ""
	}
	for _, p := range l.URLs {
		if !patternCovers(p, hostOf(url)) || !pathFits(p, url) {
			continue
		}
		if p != "<all_urls>" && !strings.HasSuffix(p, "://*/*") {
			return p
		}
		pattern = p
	}
	return pattern
}

// pathFits holds an address's path and query against those of a match pattern,
// in which * stands for anything.
func pathFits(pattern, url string) bool {
	after := func(s string) string {
		_, rest, ok := strings.Cut(s, "://")
		i := strings.IndexByte(rest, '/')
		if !ok || i < 0 {
			return "/"
		}
		rest, _, _ = strings.Cut(rest[i:], "#")
		return rest
	}
	if pattern == "<all_urls>" {
		return true
	}
	parts, rest := strings.Split(after(pattern), "*"), after(url)
	for i, part := range parts {
		at := strings.Index(rest, part)
		if at < 0 || i == 0 && at > 0 {
			return false
		}
		if i == len(parts)-1 && !strings.HasSuffix(rest, part) {
			return false
		}
		rest = rest[at+len(part):]
	}
	return len(parts) > 1 || rest == ""
}

var plainUUID = lazy.MustCompile(`^[0-9a-fA-F-]{36}$`)

// firefoxRules reads which static rulesets an add-on uses and which rules it has
// added, as the profile keeps them; the manifest's own choice where it keeps nothing.
func (x *ExtensionRules) firefoxRules(ctx context.Context, fox firefoxRules) {
	kept := object{}
	if id := fox.uuids[x.Extension.ID]; plainUUID.MatchString(id) {
		if data, err := readMozLZ4(fox.root, "extension-dnr/"+id+".json.lz4"); err == nil {
			if o, err := readObject(data); err == nil {
				kept = o
			}
		}
	}
	_, chose := kept["staticRulesets"]
	chosen := words(kept, "staticRulesets")
	off := get[object](kept, "disabledStaticRuleIds")
	for i, r := range resources(x.Extension.manifest) {
		on := r.enabled
		if chose {
			on = false
			for _, id := range chosen {
				on = on || id == r.id
			}
		}
		if on {
			x.addStatic(ctx, r, i+1, get[[]int](off, r.id))
		}
	}
	if raw := kept["dynamicRuleset"]; raw != nil {
		s, problems := dnr.Load(bytes.NewReader(raw))
		s.ID = dnr.DynamicID
		if s.Len() > 0 || problems.Err != nil {
			x.Lists = append(x.Lists, RuleList{ID: s.ID, File: "extension-dnr", Rules: s.Len(), Dropped: problems.Dropped, Unread: problems.Err != nil})
			x.Set.Rulesets = append(x.Set.Rulesets, s)
		}
	}
}

// xpi opens an add-on's archive: in the profile, where it lies mostly, else
// where the list says; a folder for one that is not packed.
func xpi(root fs.FS, at func(string) fs.FS, id, where string) (fs.FS, object) {
	open := func(dir fs.FS, name string) fs.FS {
		if dir == nil || !fs.ValidPath(name) {
			return nil
		}
		info, err := fs.Stat(dir, name)
		if err != nil {
			return nil
		}
		if info.IsDir() {
			return below{dir, name}
		}
		return openZip(dir, name)
	}
	files := fs.FS(nil)
	if id != "" && !strings.ContainsAny(id, `/\`) {
		files = open(root, "extensions/"+id+".xpi")
	}
	if files == nil && at != nil && isAbs(where) {
		flat := strings.ReplaceAll(where, `\`, "/")
		files = open(at(path.Dir(flat)), path.Base(flat))
	}
	if files == nil {
		return nil, nil
	}
	data, err := readFile(files, "manifest.json")
	if err != nil {
		return files, nil
	}
	manifest, _ := readObject(data) // absent and malformed are the same: nothing is known of it
	return files, manifest
}
