package machine

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Family is how a browser keeps its data.
type Family string

// The families.
const (
	Chromium Family = "chromium"
	Firefox  Family = "firefox"
	Safari   Family = "safari"
	IE       Family = "ie"
)

// Browser is an installed browser, or one that has left its data.
type Browser struct {
	ID          string // chrome, edge, firefox, 360se, …
	Name        string
	Family      Family
	Version     string // of the program; of its last run where the program does not tell
	VersionFrom string // package, registry, file-version, info-plist, application.ini, last-version, compatibility.ini; "" for an unknown one
	LastRun     string // version that used the data last, "" when unknown
	Engine      string // version of the engine that pages run in: Chromium's, behind a brand's number; "" when unknown
	Default     Answer // it opens https links
	Running     Answer
	DataDir     string // native path, "" when it has no data
	Profiles    []Profile
	Unreadable  bool // its data is there and may not be read, as Safari's without Full Disk Access

	stats string // the engine's version in Local State
}

// Profile is one profile of a browser.
type Profile struct {
	Name string // of its folder (Chromium) or in profiles.ini (Firefox)
	Dir  string // native path
	Last bool   // used last
	// Workbench is when a page of the service was last used in it, zero when it
	// never was or nothing tells.
	Workbench time.Time

	engine string       // of its last run, as Preferences tell it
	prefs  *preferences // nil when they cannot be read
}

// Browsers finds the browsers of the person who runs this program, and tells
// which of their profiles use the pages of a service.
func Browsers(ctx context.Context, pages []string) []Browser { return System().Browsers(ctx, pages) }

// Browsers finds the browsers of an environment, in the catalogue's order. Of
// each it reads what tells versions, profiles, and which of them use the pages.
func (e Env) Browsers(ctx context.Context, pages []string) []Browser {
	var out []Browser
	opens := e.defaultWords()
	debs := sync.OnceValue(e.debs) // the list is long, and products are many
	running := e.runningFolders(ctx)
	for i := range catalogue {
		p := &catalogue[i]
		if ctx.Err() != nil {
			break
		}
		version, from, installed := e.installed(*p, debs)
		found := e.withData(*p, running[p.id])
		if len(found) == 0 {
			if !installed {
				continue
			}
			found = []Browser{{Running: Unknown}}
		}
		for _, b := range found {
			b.ID, b.Name, b.Family = p.id, p.name, p.family
			b.Default = e.isDefault(*p, opens)
			// A program of a sandbox (snap, flatpak) is another one than the package's.
			if version != "" && !strings.Contains(b.DataDir, "/snap/") && !strings.Contains(b.DataDir, "/.var/app/") {
				b.Version, b.VersionFrom = version, from
			}
			for i := range b.Profiles {
				e.look(&b, &b.Profiles[i], pages)
			}
			b.Engine = engineOf(b, p.brand)
			out = append(out, b)
		}
	}
	return out
}

// withData finds a product's data folders and reads them: where the product
// keeps them, and where it runs now.
func (e Env) withData(p product, running []string) []Browser {
	var out []Browser
	seen := map[string]bool{}
	for i, d := range slices.Concat(p.data[e.GOOS], running) {
		dir := d
		if i < len(p.data[e.GOOS]) {
			dir = e.expand(d)
			if config := e.Getenv("XDG_CONFIG_HOME"); config != "" && e.GOOS == "linux" {
				if rest, ok := strings.CutPrefix(d, "~/.config/"); ok {
					dir = config + "/" + rest
				}
			}
		}
		if dir == "" || seen[dir] || !e.isDir(dir) {
			continue
		}
		seen[dir] = true
		b := Browser{DataDir: dir, Running: Unknown}
		if _, err := fs.ReadDir(e.Root, e.inRoot(dir)); err != nil {
			b.Unreadable = true
		} else if p.family == Firefox {
			e.readFirefox(&b)
		} else {
			e.readChromium(&b)
		}
		b.Version = b.LastRun
		out = append(out, b)
	}
	return out
}

// installed looks for the program itself and its version, without running it.
func (e Env) installed(p product, debs func() map[string]string) (version, from string, ok bool) {
	switch e.GOOS {
	case "windows":
		return e.onWindows(p)
	case "darwin":
		return e.onMac(p)
	}
	for _, name := range p.packages {
		if v := debs()[name]; v != "" {
			return v, "package", true
		}
	}
	for _, ini := range p.inis {
		if v := iniValue(e.text(ini), "App", "Version"); v != "" {
			return v, "application.ini", true
		}
	}
	dirs := []string{"/usr/share/applications", "/usr/local/share/applications", "/var/lib/snapd/desktop/applications",
		"/var/lib/flatpak/exports/share/applications", e.expand("~/.local/share/applications"), e.expand("~/.local/share/flatpak/exports/share/applications")}
	for _, dir := range dirs {
		for _, id := range p.desktop {
			if dir != "" && e.text(path.Join(dir, id+".desktop")) != "" {
				return "", "", true
			}
		}
	}
	return "", "", false
}

// debs reads dpkg's status file: the installed packages' versions, without epoch and revision.
func (e Env) debs() map[string]string {
	versions := map[string]string{}
	name, installed := "", false
	for line := range strings.Lines(e.text("/var/lib/dpkg/status")) {
		key, value, _ := strings.Cut(line, ": ")
		value = strings.TrimSpace(value)
		switch key {
		case "Package":
			name, installed = value, false
		case "Status":
			installed = value == "install ok installed" || value == "hold ok installed"
		case "Version":
			if _, after, ok := strings.Cut(value, ":"); ok {
				value = after
			}
			if installed {
				versions[name] = upstream(value)
			}
		}
	}
	return versions
}

// upstream cuts a package version after the browser's own: "148.0.7778.167-1~deb12u1", "153.7.0esr-1".
func upstream(v string) string {
	end := strings.IndexFunc(v, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		return v
	}
	return v[:end]
}

func matchesAny(s string, words []string) bool {
	s = strings.ToLower(s)
	return s != "" && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s+".", w) })
}

// program gives the file of a command line, quoted or not.
func program(command string) string {
	command = strings.TrimSpace(command)
	if rest, ok := strings.CutPrefix(command, `"`); ok {
		exe, _, _ := strings.Cut(rest, `"`)
		return exe
	}
	if i := strings.Index(strings.ToLower(command), ".exe"); i > 0 {
		return command[:i+4]
	}
	return command
}

// defaultWords gives the name under which the system opens https links, lower case; "" when unknown.
func (e Env) defaultWords() string {
	switch e.GOOS {
	case "windows":
		return strings.ToLower(e.regString("HKCU", `SOFTWARE\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice`, "ProgId"))
	case "linux":
		for _, list := range []string{e.expand("~/.config/mimeapps.list"), e.expand("~/.local/share/applications/mimeapps.list"),
			"/etc/xdg/mimeapps.list", "/usr/share/applications/mimeapps.list"} {
			if list == "" {
				continue
			}
			if v := iniValue(e.text(list), "Default Applications", "x-scheme-handler/https"); v != "" {
				first, _, _ := strings.Cut(v, ";")
				return strings.ToLower(strings.TrimSuffix(first, ".desktop"))
			}
		}
	}
	return "" // on macOS only Launch Services knows
}

func (e Env) isDefault(p product, opens string) Answer {
	switch {
	case opens == "":
		return Unknown
	case e.GOOS == "linux":
		return answer(slices.ContainsFunc(p.desktop, func(d string) bool { return strings.EqualFold(d, opens) }))
	}
	return answer(matchesAny(opens, p.words))
}

// alive reports whether the process that a lock names is a browser that runs:
// locks stay behind after a crash, and numbers are used again.
func (e Env) alive(pid int) Answer {
	if pid <= 0 {
		return Unknown
	}
	if e.GOOS == "linux" {
		cmd, err := e.read("/proc/" + strconv.Itoa(pid) + "/cmdline")
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return No
		case err != nil:
			return Unknown
		}
		exe, _, _ := strings.Cut(string(cmd), "\x00")
		return answer(matchesAny(path.Base(exe), chromeKin))
	}
	if e.Alive == nil {
		return Unknown
	}
	return answer(e.Alive(pid))
}
