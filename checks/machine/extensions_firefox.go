package machine

import (
	"errors"
	"io/fs"
	"strings"
)

// firefoxExtensions reads extensions.json, and extension-preferences.json, where
// hosts stand that were granted after the installation.
func firefoxExtensions(root fs.FS, _ func(string) fs.FS) ([]Extension, error) {
	data, err := readFile(root, "extensions.json")
	if err != nil {
		return nil, err
	}
	top, err := readObject(data)
	if err != nil {
		return nil, err
	}
	if top["addons"] == nil {
		return nil, errors.New("extensions.json has no list of add-ons")
	}
	var granted object
	if data, err := readFile(root, "extension-preferences.json"); err == nil {
		granted, _ = readObject(data) // without it the permissions of the installation stand
	}
	var out []Extension
	for _, o := range objects(top, "addons") {
		if e, ok := firefoxExtension(o, granted); ok {
			out = append(out, e)
		}
	}
	return out, nil
}

func firefoxExtension(o, granted object) (Extension, bool) {
	where := get[string](o, "location")
	// Built-in add-ons hold wide permissions and are parts of the browser.
	system := strings.HasPrefix(where, "app-system-") && where != "app-system-defaults" && where != "app-system-addons" && where != "app-system-builtin"
	if get[string](o, "type") != "extension" || !get[bool](o, "active") || where != "app-profile" && where != "app-temporary" && !system {
		return Extension{}, false
	}
	e := Extension{ID: get[string](o, "id"), Version: get[string](o, "version"), Family: Firefox, Manifest: get[int](o, "manifestVersion"),
		Origin: "store", Dir: get[string](o, "path")}
	switch {
	case where == "app-temporary":
		e.Origin = "unpacked"
	case system:
		e.Origin = "system"
	case get[bool](o, "foreignInstall"):
		e.Origin = "external"
	}
	e.Name = get[string](get[object](o, "defaultLocale"), "name")
	if e.ID == "" {
		return Extension{}, false
	}
	if e.Name == "" {
		e.Name = e.ID
	}
	asked, later := get[object](o, "userPermissions"), get[object](granted, e.ID)
	apis, hosts := divide(append(words(asked, "permissions"), words(later, "permissions")...))
	e.APIs = unique(apis)
	// Firefox counts the pages of content scripts among the origins.
	e.Hosts = unique(hosts, words(asked, "origins"), words(later, "origins"))
	return e, true
}
