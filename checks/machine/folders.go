package machine

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxFolders bounds the profiles that are looked at below one folder.
const maxFolders = 64

// ProfileFolders lists the profile folders in what was handed in as one
// browser's: a profile folder stands for itself, a user data folder of Chromium
// or Firefox for each profile in it, an Electron client's folder for itself and
// each of its partitions. The paths are native and sorted, the folder itself
// first; a folder that is none of these gives nothing.
func ProfileFolders(dir string) []string {
	var out []string
	add := func(names ...string) {
		p := filepath.Join(append([]string{dir}, names...)...)
		if len(out) < maxFolders && isProfile(os.DirFS(p)) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	add()
	for _, inner := range []string{"", "Partitions", "Profiles"} { // Electron's partitions, Firefox's on Windows and macOS
		list, err := os.ReadDir(filepath.Join(dir, inner))
		if err != nil {
			continue
		}
		for _, d := range list {
			if d.IsDir() && d.Name() != "System Profile" && d.Name() != "Guest Profile" {
				add(inner, d.Name())
			}
		}
	}
	return out
}

// isProfile tells a profile folder by what each family keeps in one.
func isProfile(root fs.FS) bool {
	for _, name := range []string{"Preferences", "prefs.js", "extensions.json", "compatibility.ini"} {
		if info, err := fs.Stat(root, name); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	// A partition that was never given settings of its own has its stores alone.
	for _, name := range []string{"Cache/Cache_Data", "Service Worker", "cache2/entries"} {
		if info, err := fs.Stat(root, name); err == nil && info.IsDir() {
			return true
		}
	}
	return false
}

// UsedLast gives when a page of the service was last used in a profile folder
// that was handed in, zero when it does not tell.
func UsedLast(dir string, pages []string) time.Time {
	root := os.DirFS(dir)
	if data, err := readFile(root, "Preferences"); err == nil {
		prefs, err := readPrefs(data)
		if err != nil {
			return time.Time{}
		}
		return prefs.engaged(parseAll(pages))
	}
	return storedIn(root, "storage/default", pages)
}

// NameOfProfile gives the folder's name below the folder that was handed in, "" for that itself.
func NameOfProfile(dir, profile string) string {
	rest, err := filepath.Rel(dir, profile)
	if err != nil || rest == "." {
		return ""
	}
	return strings.ReplaceAll(rest, `\`, "/")
}
