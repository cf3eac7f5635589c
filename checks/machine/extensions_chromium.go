package machine

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path"
	"strings"
)

// Places that Chromium installs extensions from (extensions/common/mojom/manifest.mojom).
const (
	locInternal          = 1
	locExternalPref      = 2
	locExternalRegistry  = 3
	locUnpacked          = 4
	locComponent         = 5
	locExternalDownload  = 6
	locPolicyDownload    = 7
	locCommandLine       = 8
	locPolicy            = 9
	locExternalComponent = 10
)

var chromiumOrigins = map[int]string{
	locInternal: "store", locExternalPref: "external", locExternalRegistry: "external", locExternalDownload: "external",
	locUnpacked: "unpacked", locPolicyDownload: "policy", locPolicy: "policy", locCommandLine: "command-line",
}

// maxExtensions is more than any browser starts with: a longer list is not a
// browser's, and looking at each would take the whole time of a run.
const maxExtensions = 5000

var errTooManyExtensions = errors.New("the settings list more extensions than a browser can have")

// chromiumExtensions reads extensions.settings of Preferences and Secure
// Preferences: which of the two holds it differs between systems, and one may
// hold a part of what the other holds of an extension.
func chromiumExtensions(root fs.FS, at func(string) fs.FS) ([]Extension, error) {
	settings := map[string]object{}
	var failed error
	read := 0
	for _, name := range []string{"Preferences", "Secure Preferences"} {
		data, err := readFile(root, name)
		if err == nil {
			var prefs object
			if prefs, err = readObject(data); err == nil {
				read++
				list := get[object](get[object](prefs, "extensions"), "settings")
				if len(list) > maxExtensions {
					return nil, errTooManyExtensions
				}
				for id, raw := range list {
					o, err := readObject(raw)
					if err != nil || o == nil {
						continue
					}
					if settings[id] == nil {
						settings[id] = object{}
					}
					maps.Copy(settings[id], o)
				}
				continue
			}
		}
		if failed == nil || !errors.Is(err, fs.ErrNotExist) {
			failed = err
		}
	}
	if read == 0 {
		return nil, failed
	}
	var out []Extension
	for id, o := range settings {
		if e, ok := chromiumExtension(id, o, root, at); ok {
			out = append(out, e)
		}
	}
	return out, nil
}

func chromiumExtension(id string, o object, root fs.FS, at func(string) fs.FS) (Extension, bool) {
	location := get[int](o, "location")
	if location == locComponent || location == locExternalComponent || !chromiumEnabled(o) {
		return Extension{}, false
	}
	e := Extension{ID: id, Name: id, Family: Chromium, Origin: chromiumOrigins[location]}
	if e.Origin == "" {
		e.Origin = "unknown"
	}
	var files fs.FS
	if p := get[string](o, "path"); p != "" {
		if isAbs(p) {
			e.Dir, files = p, at(p)
		} else if sub := path.Join("Extensions", strings.ReplaceAll(p, `\`, "/")); fs.ValidPath(sub) && strings.HasPrefix(sub, "Extensions/") {
			e.Dir = sub
			files = below{root, sub}
		}
	}
	manifest := get[object](o, "manifest")
	if manifest == nil && files != nil { // unpacked ones are not copied into Preferences
		if data, err := readFile(files, "manifest.json"); err == nil {
			manifest, _ = readObject(data) // absent and malformed are the same: nothing is known of it
		}
	}
	if manifest == nil && o["active_permissions"] == nil {
		return Extension{}, false // a trace of an extension that is gone
	}
	if manifest["theme"] != nil {
		return Extension{}, false
	}
	e.Version, e.Manifest = get[string](manifest, "version"), get[int](manifest, "manifest_version")
	if n := localised(get[string](manifest, "name"), get[string](manifest, "default_locale"), files); n != "" {
		e.Name = n
	}
	e.grants(o, manifest)
	e.files, e.manifest, e.prefs = files, manifest, o
	return e, true
}

// chromiumEnabled reads both shapes: a list of reasons in new builds, a bit mask
// and a state in old ones.
func chromiumEnabled(o object) bool {
	if raw, ok := o["disable_reasons"]; ok {
		var list []int
		var mask int
		switch {
		case json.Unmarshal(raw, &list) == nil:
			if len(list) > 0 {
				return false
			}
		case json.Unmarshal(raw, &mask) == nil && mask != 0:
			return false
		}
	}
	if raw, ok := o["state"]; ok {
		var state int
		if json.Unmarshal(raw, &state) == nil && state != 1 {
			return false
		}
	}
	return true
}

// grants takes what was granted, which may be less than the manifest asks for;
// the manifest alone where no grant is written down.
func (e *Extension) grants(o, manifest object) {
	apis, asked := divide(append(words(manifest, "permissions"), words(manifest, "host_permissions")...))
	scripts := contentScripts(manifest)
	active := get[object](o, "active_permissions")
	if active != nil {
		apis, asked = words(active, "api"), words(active, "explicit_host")
		if granted := words(active, "scriptable_host"); len(granted) > 0 {
			scripts = granted
		}
	}
	if get[bool](o, "withholding_permissions") {
		e.Withheld = true
		runtime := get[object](o, "runtime_granted_permissions")
		asked, scripts = words(runtime, "explicit_host"), words(runtime, "scriptable_host")
	}
	e.APIs, e.Hosts, e.Scripts = unique(apis), unique(asked), unique(scripts)
}

func contentScripts(manifest object) []string {
	var out []string
	for _, s := range objects(manifest, "content_scripts") {
		out = append(out, words(s, "matches")...)
	}
	return out
}

// localised resolves __MSG_name__ by the extension's own message file.
func localised(name, locale string, files fs.FS) string {
	key, ok := strings.CutPrefix(name, "__MSG_")
	if !ok {
		return name
	}
	key = strings.TrimSuffix(key, "__")
	if files == nil || locale == "" || strings.ContainsAny(locale, `/\`) {
		return ""
	}
	data, err := readFile(files, "_locales/"+locale+"/messages.json")
	if err != nil {
		return ""
	}
	messages, err := readObject(data)
	if err != nil {
		return ""
	}
	for k, raw := range messages {
		if strings.EqualFold(k, key) { // message names are not case-sensitive
			if m, err := readObject(raw); err == nil {
				return get[string](m, "message")
			}
		}
	}
	return ""
}
