package machine

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// readChromium reads a user data folder: Last Version, the profiles that Local
// State lists, and the lock of a running browser.
func (e Env) readChromium(b *Browser) {
	b.LastRun = firstVersion(e.text(b.DataDir + e.native("/Last Version")))
	if b.LastRun != "" {
		b.VersionFrom = "last-version"
	}
	var state object
	data, err := e.read(b.DataDir + e.native("/Local State"))
	if err == nil {
		state, err = readObject(data)
	}
	profile := get[object](state, "profile")
	last := get[string](profile, "last_used")
	// "156.0.8078.79-64-devel": the engine's, whatever the brand counts.
	v, _, _ := strings.Cut(get[string](get[object](get[object](state, "user_experience_metrics"), "stability"), "stats_version"), "-")
	b.stats = firstVersion(v)
	var names []string
	for name := range get[object](profile, "info_cache") {
		names = append(names, name)
	}
	if err != nil || len(names) == 0 { // a data folder that was copied in part
		for _, name := range e.list(b.DataDir) {
			if name == "Default" || strings.HasPrefix(name, "Profile ") {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.ContainsAny(name, `/\`) || !e.isDir(b.DataDir+e.native("/"+name)) {
			continue
		}
		b.Profiles = append(b.Profiles, Profile{Name: name, Dir: b.DataDir + e.native("/"+name), Last: name == last})
	}
	if _, err := fs.Stat(e.Root, e.inRoot(b.DataDir+e.native("/Preferences"))); err == nil && len(b.Profiles) == 0 {
		b.Profiles = []Profile{{Dir: b.DataDir}} // the folder is the only profile
	}
	if len(b.Profiles) == 1 {
		b.Profiles[0].Last = true
	}
	switch e.GOOS {
	case "windows":
		// The file is deleted when the browser ends; that it is absent proves little in a fork.
		if _, err := fs.Stat(e.Root, e.inRoot(b.DataDir+`\lockfile`)); err == nil {
			b.Running = Yes
		}
	default:
		b.Running = e.lockOwner(b.DataDir+"/SingletonLock", func(target string) string {
			return target[strings.LastIndexByte(target, '-')+1:] // host-PID
		})
	}
}

// readFirefox reads profiles.ini and, of the profile in use, compatibility.ini and the lock.
func (e Env) readFirefox(b *Browser) {
	ini := e.text(b.DataDir + e.native("/profiles.ini"))
	inUse := map[string]bool{}
	fallback := ""
	type entry struct{ name, path string }
	var list []entry
	for _, s := range iniSections(ini) {
		switch {
		case strings.HasPrefix(s.name, "Install"):
			// The profile in use. [ProfileN] Default=1 may name one that never was.
			inUse[s.values["Default"]] = true
		case strings.HasPrefix(s.name, "Profile") && s.values["Path"] != "":
			list = append(list, entry{s.values["Name"], s.values["Path"]})
			if s.values["Default"] == "1" {
				fallback = s.values["Path"]
			}
		}
	}
	if len(inUse) == 0 {
		inUse[fallback] = true
	}
	for _, x := range list {
		dir := x.path
		if !isAbs(dir) {
			dir = b.DataDir + e.native("/"+dir)
		}
		if !e.isDir(dir) {
			continue
		}
		p := Profile{Name: x.name, Dir: dir, Last: inUse[x.path]}
		b.Profiles = append(b.Profiles, p)
		v, _, _ := strings.Cut(iniValue(e.text(dir+e.native("/compatibility.ini")), "Compatibility", "LastVersion"), "_")
		if v = firstVersion(v); v != "" && (p.Last || b.LastRun == "") {
			b.LastRun, b.VersionFrom = v, "compatibility.ini"
		}
		if e.GOOS != "windows" && b.Running != Yes {
			b.Running = e.lockOwner(dir+"/lock", func(target string) string {
				return target[strings.LastIndexByte(target, '+')+1:] // address:+PID
			})
		}
	}
}

// lockOwner tells whether the process that a lock's link names runs; No without a lock.
func (e Env) lockOwner(lock string, pid func(target string) string) Answer {
	target, err := fs.ReadLink(e.Root, e.inRoot(lock))
	if err != nil {
		if _, err := fs.Lstat(e.Root, e.inRoot(lock)); err == nil {
			return Unknown
		}
		return No
	}
	n, err := strconv.Atoi(pid(target))
	if err != nil {
		return Unknown
	}
	return e.alive(n)
}

// firstVersion gives a text that is a version, "" for anything else.
func firstVersion(s string) string {
	s = strings.TrimSpace(s)
	if v := upstream(s); v != "" && strings.Contains(v, ".") && len(s) < 40 {
		return v
	}
	return ""
}

type iniSection struct {
	name   string
	values map[string]string
}

// iniSections reads an INI file as Firefox and desktops write it.
func iniSections(s string) []iniSection {
	var out []iniSection
	for line := range strings.Lines(strings.TrimPrefix(s, "\ufeff")) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			out = append(out, iniSection{line[1 : len(line)-1], map[string]string{}})
		case len(out) > 0 && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, ";"):
			if k, v, ok := strings.Cut(line, "="); ok {
				out[len(out)-1].values[strings.TrimSpace(k)] = strings.TrimSpace(v)
			}
		}
	}
	return out
}

func iniValue(s, section, key string) string {
	for _, x := range iniSections(s) {
		if x.name == section && x.values[key] != "" {
			return x.values[key]
		}
	}
	return ""
}
