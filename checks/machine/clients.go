package machine

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Client is a desktop client of the service on this machine, as far as can be told.
type Client struct {
	Name    string
	Version string
	From    string    // app.asar, info-plist, file-version, registry, package; "" for an unknown version
	Dir     string    // where it is installed, "" when only its data was found
	DataDir string    // "" when none was found
	Used    time.Time // when its data was last written, zero when not known
	Missing bool      // it was named, and is not there
}

// NamedClient is a client whose place a person named.
type NamedClient struct{ Name, Path string }

// Clients finds the desktop clients of a service whose pages lie on some hosts,
// and those that were named.
func Clients(ctx context.Context, hosts []string, named []NamedClient) []Client {
	return System().Clients(ctx, hosts, named)
}

// maxApps bounds the folders of programs, and of their data, that are looked at.
const maxApps = 1000

// Clients finds the clients of an environment: programs of Electron's kind whose
// name is the service's, or whose data shows that they open its pages. Neither
// cookies nor stored values are read: the names of folders tell, and the list of
// servers that were connected to.
func (e Env) Clients(ctx context.Context, hosts []string, named []NamedClient) []Client {
	var out []Client
	words := clientWords(hosts)
	data := e.clientData(ctx, hosts, words)
	add := func(c Client) {
		for i, d := range data {
			if c.DataDir == "" && (sameName(d.Name, c.Name) || sameName(d.Name, baseName(c.Dir))) {
				c.DataDir, c.Used = d.DataDir, d.Used
				data = slices.Delete(data, i, i+1)
				break
			}
		}
		if !slices.ContainsFunc(out, func(x Client) bool { return x.Dir != "" && strings.EqualFold(x.Dir, c.Dir) }) {
			out = append(out, c)
		}
	}
	for _, n := range named {
		c, ok := e.clientAt(e.expand(n.Path))
		if !ok {
			c, ok = e.squirrelAt(e.expand(n.Path))
		}
		c.Missing = !ok
		c.Name = firstText(n.Name, c.Name, baseName(n.Path))
		add(c)
	}
	for _, dir := range e.appFolders(ctx) {
		c, ok := e.clientAt(dir)
		if !ok && e.GOOS == "windows" {
			c, ok = e.squirrelAt(dir)
		}
		if !ok {
			continue
		}
		opens := slices.ContainsFunc(data, func(d Client) bool { return sameName(d.Name, c.Name) || sameName(d.Name, baseName(dir)) })
		if opens || namesOne(c.Name, words) || namesOne(baseName(dir), words) {
			add(c)
		}
	}
	if e.GOOS == "windows" {
		for _, u := range e.uninstalls() {
			if !namesOne(u.name, words) && !namesOne(u.key, words) && !slices.ContainsFunc(data, func(d Client) bool { return sameName(d.Name, u.name) }) {
				continue
			}
			c, ok := e.clientAt(u.folder)
			if !ok {
				c, ok = e.squirrelAt(u.folder)
			}
			if !ok || c.Version == "" {
				c.Version, c.From = u.version, "registry"
			}
			c.Name, c.Dir = firstText(c.Name, u.name), firstText(c.Dir, u.folder)
			add(c)
		}
	}
	return append(out, data...) // its data alone was found
}

// clientWords gives the names by which a service's programs go: of app.example.com, "example".
func clientWords(hosts []string) []string {
	var out []string
	for _, h := range hosts {
		labels := strings.Split(strings.ToLower(h), ".")
		for _, l := range labels[:max(0, len(labels)-1)] {
			if len(l) >= 5 && !slices.Contains(commonLabels, l) && strings.Trim(l, "0123456789") != "" && !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

// commonLabels are parts of host names that are nobody's name.
var commonLabels = []string{"static", "example", "visitor", "images", "gateway", "server", "service", "local", "internal", "intranet", "corp", "agent", "client", "login", "portal", "support", "cloud", "desktop", "workbench"}

func namesOne(s string, words []string) bool {
	s = strings.ToLower(s)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// sameName compares names as programs, packages and folders write them.
func sameName(a, b string) bool {
	plain := func(s string) string {
		s = strings.TrimSuffix(strings.ToLower(s), ".app")
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(" -_.", r) {
				return -1
			}
			return r
		}, s)
	}
	return plain(a) != "" && plain(a) == plain(b)
}

// appFolders lists the folders in which programs are installed.
func (e Env) appFolders(ctx context.Context) []string {
	var roots []string
	switch e.GOOS {
	case "windows":
		roots = []string{`%LOCALAPPDATA%/Programs`, `%LOCALAPPDATA%`, `%ProgramFiles%`, `%ProgramFiles(x86)%`}
	case "darwin":
		roots = []string{"/Applications", "~/Applications"}
	default:
		roots = []string{"/opt", "/usr/lib", "/usr/share", "~/.local/share", "~/.local/opt", "~/Applications"}
	}
	var out []string
	for _, r := range roots {
		dir := e.expand(r)
		if dir == "" {
			continue
		}
		for _, name := range e.list(dir) {
			if ctx.Err() != nil || len(out) >= maxApps*4 {
				return out
			}
			if e.GOOS == "darwin" && !strings.HasSuffix(name, ".app") {
				continue
			}
			out = append(out, dir+e.native("/"+name))
		}
	}
	return out
}

// clientAt reads the program in a folder, a bundle, a program file or an
// archive of Electron's kind.
func (e Env) clientAt(place string) (Client, bool) {
	if place == "" {
		return Client{}, false
	}
	place = strings.TrimRight(place, `/\`)
	if !e.isDir(place) {
		info, err := fs.Stat(e.Root, e.inRoot(place))
		i := strings.LastIndexAny(place, `/\`)
		switch {
		case err != nil || !info.Mode().IsRegular():
			return Client{}, false
		case strings.HasSuffix(strings.ToLower(place), ".asar"):
			return e.fromAsar(place, place)
		case i <= 0:
			return Client{}, false
		case strings.HasSuffix(strings.ToLower(place), ".exe"):
			c, ok := e.clientAt(place[:i])
			if !ok || c.Version == "" {
				c = Client{Name: strings.TrimSuffix(place[i+1:], place[len(place)-4:]), Dir: place[:i], Version: e.versionOf(place), From: "file-version"}
			}
			return c, true
		}
		place = place[:i]
	}
	for _, sub := range []string{"/resources/app.asar", "/Contents/Resources/app.asar", "/app.asar"} {
		if c, ok := e.fromAsar(place+e.native(sub), place); ok {
			return c, true
		}
	}
	if data, err := e.read(place + "/Contents/Info.plist"); err == nil && e.GOOS == "darwin" {
		p := plistStrings(data)
		return Client{Name: firstText(p["CFBundleName"], baseName(place)), Version: p["CFBundleShortVersionString"], From: "info-plist", Dir: place}, true
	}
	return Client{}, false
}

// squirrelAt reads a folder in which an installer of the Squirrel kind keeps one
// folder for each version: app-1.2.3.
func (e Env) squirrelAt(place string) (Client, bool) {
	var best Client
	for _, name := range e.list(place) {
		v, ok := strings.CutPrefix(name, "app-")
		if v = firstVersion(v); !ok || v == "" || best.Dir != "" && !versionLess(firstVersion(best.Version), v) {
			continue
		}
		if c, ok := e.fromAsar(place+e.native("/"+name+"/resources/app.asar"), place); ok {
			best = c
		}
	}
	return best, best.Dir != ""
}

func (e Env) fromAsar(file, dir string) (Client, bool) {
	m, err := readAsar(e.Root, e.inRoot(file))
	if err != nil {
		return Client{}, false
	}
	return Client{Name: firstText(m.ProductName, m.Name, baseName(dir)), Version: m.Version, From: "app.asar", Dir: dir}, true
}

// clientData lists the data folders of programs that open the service's pages.
func (e Env) clientData(ctx context.Context, hosts, words []string) []Client {
	roots := map[string][]string{"windows": {`%APPDATA%`, `%LOCALAPPDATA%`}, "darwin": {"~/Library/Application Support"}}[e.GOOS]
	if roots == nil {
		roots = []string{firstText(e.Getenv("XDG_CONFIG_HOME"), "~/.config")}
	}
	var out []Client
	for _, r := range roots {
		dir := e.expand(r)
		if dir == "" {
			continue
		}
		for i, name := range e.list(dir) {
			if ctx.Err() != nil || i >= maxApps {
				break
			}
			at := dir + e.native("/"+name)
			used := e.written(at)
			if used.IsZero() || !namesOne(name, words) && !e.opens(at, hosts) {
				continue
			}
			out = append(out, Client{Name: name, DataDir: at, Used: used})
		}
	}
	return out
}

// written gives when a folder of Chromium's kind without profiles was last used;
// zero for any other folder, a browser's with them.
func (e Env) written(dir string) time.Time {
	var last time.Time
	for _, name := range []string{"/Preferences", "/Local State", "/Network Persistent State", "/Network/Network Persistent State"} {
		info, err := fs.Stat(e.Root, e.inRoot(dir+e.native(name)))
		if err == nil && info.Mode().IsRegular() && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	if _, err := fs.Stat(e.Root, e.inRoot(dir+e.native("/Default/Preferences"))); err == nil {
		return time.Time{}
	}
	return last
}

// maxServers bounds the list of servers of one program.
const maxServers = 4 << 20

// opens reports whether a program's data names one of the hosts: as the owner of
// a database's folder, or among the servers that its network has met.
func (e Env) opens(dir string, hosts []string) bool {
	folders := []string{dir}
	for i, name := range e.list(dir + e.native("/Partitions")) {
		if i < maxFolders {
			folders = append(folders, dir+e.native("/Partitions/"+name))
		}
	}
	for _, f := range folders {
		for _, name := range e.list(f + e.native("/IndexedDB")) { // https_app.example_0.indexeddb.leveldb
			parts := strings.Split(name, "_")
			if len(parts) > 2 && slices.Contains(hosts, strings.ToLower(parts[1])) {
				return true
			}
		}
		for _, name := range []string{"/Network Persistent State", "/Network/Network Persistent State"} {
			info, err := fs.Stat(e.Root, e.inRoot(f+e.native(name)))
			if err != nil || info.Size() > maxServers {
				continue
			}
			data, err := e.read(f + e.native(name))
			if err != nil {
				continue
			}
			data = bytes.ToLower(data)
			for _, h := range hosts {
				if i := bytes.Index(data, []byte("://"+h)); i >= 0 && i+3+len(h) < len(data) && bytes.IndexByte([]byte(`":/,`), data[i+3+len(h)]) >= 0 {
					return true
				}
			}
		}
	}
	return false
}

// ClientAt reads the client that was handed in: its folder, bundle or app.asar.
func ClientAt(place string) (Client, bool) {
	dir, name := filepath.Split(filepath.Clean(place))
	if dir == "" {
		dir = "."
	}
	e := Env{GOOS: "linux", Root: os.DirFS(dir), Getenv: func(string) string { return "" }}
	if _, err := fs.Stat(e.Root, name+"/Contents/Info.plist"); err == nil {
		e.GOOS = "darwin"
	}
	c, ok := e.clientAt(name)
	if !ok {
		c, ok = e.squirrelAt(name)
	}
	if !ok {
		return c, false
	}
	c.Dir = ""
	return c, true
}
