package machine

import (
	"context"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// Settings tells what a browser's profile, and the policies of this machine,
// set for the service's sites. What cannot be read tells nothing.
func Settings(ctx context.Context, b Browser, p Profile, sites Sites) []Setting {
	return System().Settings(ctx, b, p, sites)
}

// Settings tells what one profile of an environment's browser is set to.
func (e Env) Settings(ctx context.Context, b Browser, p Profile, sites Sites) []Setting {
	var known product
	for _, x := range catalogue {
		if x.id == b.ID {
			known = x
		}
	}
	policies := e.policies(known)
	if b.Family == Firefox {
		perms, err := firefoxPermissions(ctx, e.Root, e.inRoot(p.Dir))
		if err != nil {
			perms = nil // locked by a right, or broken: the rest is told all the same
		}
		return firefoxSettings(e.firefoxPrefsOf(p.Dir, e.firefoxInstalls(known), policies), perms, policies, sites, time.Now())
	}
	var prefs preferences
	if p.prefs != nil {
		prefs = *p.prefs
	}
	state, _ := e.read(b.DataDir + e.native("/Local State")) // absent in a copied profile
	return chromiumSettings(prefs, state, policies, sites, time.Now(), b.ID == "edge")
}

// Policies lists what an organisation set for a browser on this machine.
func Policies(b Browser) []Policy {
	for _, p := range catalogue {
		if p.id == b.ID {
			return System().policies(p)
		}
	}
	return nil
}

// ProfileSettings tells what one profile folder that was handed in is set to.
// Which policies ruled where it came from is not known.
func ProfileSettings(ctx context.Context, dir string, sites Sites) []Setting {
	return profileSettings(ctx, os.DirFS(dir), parentState(dir), sites)
}

// parentState reads Local State beside a profile folder, nil for none.
func parentState(dir string) []byte {
	i := strings.LastIndexAny(strings.TrimRight(dir, `/\`), `/\`)
	if i <= 0 {
		return nil
	}
	data, err := readFile(os.DirFS(dir[:i]), "Local State")
	if err != nil {
		return nil
	}
	return data
}

func profileSettings(ctx context.Context, root fs.FS, state []byte, sites Sites) []Setting {
	var out []Setting
	if data, err := readFile(root, "Preferences"); err == nil {
		if prefs, err := readPrefs(data); err == nil {
			out = append(out, chromiumSettings(prefs, state, nil, sites, time.Now(), prefs.Tracking != nil)...)
		}
	}
	prefs := firefoxPrefs{}
	for _, name := range []string{"prefs.js", "user.js"} {
		if data, err := readFile(root, name); err == nil {
			prefs.parse(string(data), "user", name, "user_pref")
		}
	}
	perms, err := firefoxPermissions(ctx, root, ".")
	if err != nil {
		perms = nil
	}
	if len(prefs)+len(perms) > 0 {
		out = append(out, firefoxSettings(prefs, perms, nil, sites, time.Now())...)
	}
	return sortSettings(out)
}

// baseName gives the last part of a path of any system.
func baseName(p string) string { return path.Base(strings.ReplaceAll(p, `\`, "/")) }
