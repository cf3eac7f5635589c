package machine

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// firefoxPref is one preference: its value and where it is set.
type firefoxPref struct {
	value  any // bool, float64, string
	by     string
	place  string
	locked bool
}

type firefoxPrefs map[string]firefoxPref

// maxPrefs bounds the preferences of one profile.
const maxPrefs = 50_000

// parsePrefs reads lines as prefs.js, user.js and autoconfig files have them:
// name("key", value); with JSON's booleans, numbers and strings. Lines that are
// anything else are passed over.
func (f firefoxPrefs) parse(text, by, place string, names ...string) {
	for line := range strings.Lines(text) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), "(")
		if !ok || !slices.Contains(names, strings.TrimSpace(name)) || len(f) > maxPrefs {
			continue
		}
		end := strings.LastIndexByte(rest, ')')
		if end < 0 {
			continue
		}
		var pair []any
		if json.Unmarshal([]byte("["+singleQuoted(rest[:end])+"]"), &pair) != nil || len(pair) != 2 {
			continue
		}
		key, ok := pair[0].(string)
		if !ok || f[key].locked {
			continue
		}
		switch pair[1].(type) {
		case bool, float64, string:
			f[key] = firefoxPref{value: pair[1], by: by, place: place, locked: strings.TrimSpace(name) == "lockPref"}
		}
	}
}

// singleQuoted turns 'key' into "key": autoconfig is JavaScript.
func singleQuoted(s string) string {
	if strings.Contains(s, `"`) {
		return s
	}
	return strings.ReplaceAll(s, "'", `"`)
}

// firefoxPrefsOf puts together what decides in a profile: prefs.js, user.js over
// it at every start, then the autoconfig of the program and policies.
func (e Env) firefoxPrefsOf(dir string, installs []string, policies []Policy) firefoxPrefs {
	f := firefoxPrefs{}
	f.parse(e.text(dir+e.native("/prefs.js")), "user", "prefs.js", "user_pref")
	f.parse(e.text(dir+e.native("/user.js")), "user", "user.js", "user_pref")
	for _, install := range installs {
		cfg := firefoxPrefs{}
		for _, name := range e.list(install + e.native("/defaults/pref")) {
			if strings.HasSuffix(name, ".js") {
				cfg.parse(e.text(install+e.native("/defaults/pref/"+name)), "", name, "pref")
			}
		}
		file, _ := cfg["general.config.filename"].value.(string)
		if file == "" || strings.ContainsAny(file, `/\`) {
			continue
		}
		place := install + e.native("/"+file)
		data, err := e.read(place)
		if err != nil {
			continue
		}
		// The file is written with 13 added to each byte, unless it is said not to be.
		if shift, ok := cfg["general.config.obscure_value"].value.(float64); !ok || shift != 0 {
			by := byte(13)
			if ok {
				by = byte(int(shift))
			}
			for i := range data {
				data[i] -= by
			}
		}
		_, rest, _ := strings.Cut(string(data), "\n") // the first line is never read
		f.parse(rest, "autoconfig", place, "lockPref", "pref", "defaultPref")
	}
	for _, p := range policies {
		if p.Name != "Preferences" {
			continue
		}
		for name, v := range p.dict() {
			if m, ok := v.(map[string]any); ok { // {"Value": …, "Status": "locked"}
				v = m["Value"]
			}
			switch v.(type) {
			case bool, float64, string:
				f[name] = firefoxPref{value: v, by: "policy", place: p.Place, locked: true}
			}
		}
	}
	return f
}

// firefoxPolicies reads policies.json of /etc and beside the program, the
// registry, and a managed property list.
func (e Env) firefoxPolicies(p product) []Policy {
	var out []Policy
	places := []string{}
	if e.GOOS == "linux" {
		places = append(places, "/etc/firefox/policies/policies.json")
	}
	for _, dir := range e.firefoxInstalls(p) {
		places = append(places, dir+e.native("/distribution/policies.json"))
	}
	for _, place := range places {
		var file struct {
			Policies map[string]any `json:"policies"`
		}
		if data, err := e.read(place); err == nil && json.Unmarshal(trimBOM(data), &file) == nil {
			out = append(out, policiesOf(file.Policies, place, true)...)
			break // the first that is there is the one that counts
		}
	}
	switch {
	case e.GOOS == "windows" && p.policyKey != "" && e.Registry != nil:
		for _, root := range []string{"HKLM", "HKCU"} {
			key := `SOFTWARE\Policies\` + p.policyKey
			if m := e.registryTree(root, key, 4); len(m) > 0 {
				out = append(out, policiesOf(m, root+`\`+key, true)...)
			}
		}
	case e.GOOS == "darwin" && p.bundleID != "":
		place := "/Library/Managed Preferences/" + p.bundleID + ".plist"
		if data, err := e.read(place); err == nil {
			out = append(out, policiesOf(nested(plistValues(data)), place, true)...)
		}
	}
	return out[:min(len(out), maxPolicies)]
}

// registryTree reads a key and what lies below it as dictionaries, and as lists
// where the names are 1, 2, ….
func (e Env) registryTree(root, key string, depth int) map[string]any {
	m := map[string]any{}
	for name, v := range e.Registry.Values(root, key) {
		m[name] = v
	}
	if depth == 0 {
		return m
	}
	for _, sub := range e.Registry.Subkeys(root, key) {
		inner := e.registryTree(root, key+`\`+sub, depth-1)
		if _, list := inner["1"]; !list {
			m[sub] = inner
			continue
		}
		var list []any
		for _, p := range policiesOf(inner, "", true) {
			list = append(list, p.Value)
		}
		m[sub] = list
	}
	return m
}

// nested unfolds names as "Proxy__Mode" into dictionaries: a property list may have either.
func nested(flat map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range flat {
		at := out
		parts := strings.Split(name, "__")
		for _, part := range parts[:len(parts)-1] {
			inner, ok := at[part].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[part] = inner
			}
			at = inner
		}
		at[parts[len(parts)-1]] = v
	}
	return out
}

// firefoxInstalls gives the folders where the program may lie.
func (e Env) firefoxInstalls(p product) []string {
	var out []string
	switch e.GOOS {
	case "windows":
		for _, exe := range e.programFiles(p) {
			if i := strings.LastIndexAny(exe, `\/`); i > 0 {
				out = append(out, exe[:i])
			}
		}
	case "darwin":
		for _, app := range e.bundles(p) {
			out = append(out, app+"/Contents/Resources")
		}
	default:
		for _, ini := range p.inis {
			if dir := path.Dir(ini); e.isDir(dir) {
				out = append(out, dir)
			}
		}
	}
	return out
}
