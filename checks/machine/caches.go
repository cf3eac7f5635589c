package machine

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// Store is a folder that a browser keeps things in.
type Store struct {
	Dir string // native path of what the browser's it is: nothing outside of it is read
	Sub string // the folder below Dir, with slashes; "" for Dir itself
}

// CachesOf lists the HTTP caches of a profile: those in its folder, and those
// that systems keep apart from settings.
func CachesOf(profile string) []Store {
	if abs, err := filepath.Abs(profile); err == nil {
		profile = abs
	}
	return System().CachesOf(profile)
}

// CachesOf lists the HTTP caches of a profile of an environment.
func (e Env) CachesOf(profile string) []Store {
	var out []Store
	for _, dir := range []string{profile, e.cacheFolder(profile)} {
		if dir == "" {
			continue
		}
		for _, sub := range []string{"Cache/Cache_Data", "Cache", "cache2"} {
			if e.holdsCache(dir + e.native("/"+sub)) {
				out = append(out, Store{dir, sub})
				break
			}
		}
	}
	return out
}

// holdsCache reports whether a folder holds a cache: Chromium's index, or Firefox's entries.
func (e Env) holdsCache(dir string) bool {
	for _, name := range []string{"index", "entries", "sqldb0"} {
		if _, err := fs.Stat(e.Root, e.inRoot(dir+e.native("/"+name))); err == nil {
			return true
		}
	}
	return false
}

// cacheFolder gives where the cache of a profile lies that the system keeps apart, "" where it keeps none so.
func (e Env) cacheFolder(profile string) string {
	for _, pair := range e.cacheFolders() {
		from, to := e.expand(pair[0]), e.expand(pair[1])
		if from == "" || to == "" {
			continue
		}
		if rest, ok := strings.CutPrefix(profile, from+e.native("/")); ok {
			return to + e.native("/") + rest
		}
	}
	return e.sandboxCache(profile)
}

// cacheFolders pairs the folders of settings with those of caches: the XDG base
// directories, macOS's Caches, and the local part of a Windows profile that roams.
func (e Env) cacheFolders() [][2]string {
	switch e.GOOS {
	case "darwin":
		return [][2]string{{"~/Library/Application Support", "~/Library/Caches"}}
	case "windows":
		return [][2]string{{"%APPDATA%", "%LOCALAPPDATA%"}} // Firefox; Chromium keeps both in the local part
	}
	cache, config := "~/.cache", "~/.config"
	if dir := e.Getenv("XDG_CACHE_HOME"); dir != "" {
		cache = dir
	}
	if dir := e.Getenv("XDG_CONFIG_HOME"); dir != "" {
		config = dir
	}
	return [][2]string{{config, cache}, {"~/.mozilla", cache + "/mozilla"}}
}

// sandboxCache does the same below the folders that snap and flatpak give each program.
func (e Env) sandboxCache(profile string) string {
	if e.GOOS != "linux" {
		return ""
	}
	for _, base := range []string{e.expand("~/snap"), e.expand("~/.var/app")} {
		rest, ok := strings.CutPrefix(profile, base+"/")
		if !ok || base == "" {
			continue
		}
		app, inner, _ := strings.Cut(rest, "/")
		home, cache := path.Join(base, app), "cache"
		if strings.HasSuffix(base, "/snap") {
			_, inner, _ = strings.Cut(inner, "/") // common, or a revision's number
			home, cache = path.Join(base, app, "common"), ".cache"
		}
		for _, cut := range []string{".config/", "config/", "."} {
			if below, ok := strings.CutPrefix(inner, cut); ok {
				return path.Join(home, cache, below)
			}
		}
		return path.Join(home, cache, inner)
	}
	return ""
}
