package machine

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
)

// Env is the machine as the search for browsers sees it, so that any system's
// layout can be read on any other.
type Env struct {
	GOOS string
	// Root is the whole file system: "home/ann/.config" on Unix, "C/Users/Ann" for
	// C:\Users\Ann on Windows.
	Root   fs.FS
	Home   string // as the system writes it
	Getenv func(string) string
	// The rest is nil where the system has none.
	Registry    Registry
	FileVersion func(file string) string // version resource of a program
	Alive       func(pid int) bool
}

// Registry is what is asked of the Windows registry; root is HKLM or HKCU.
type Registry interface {
	Subkeys(root, key string) []string
	String(root, key, name string) string   // name "" is the key's default value
	Values(root, key string) map[string]any // texts as string, numbers as float64; others are left out
}

// views gives a key as 64-bit and as 32-bit programs see it.
func views(key string) []string {
	if len(key) > 9 && strings.EqualFold(key[:9], `SOFTWARE\`) {
		return []string{key, key[:9] + `WOW6432Node\` + key[9:]}
	}
	return []string{key}
}

// subkeys lists a key's subkeys, whole keys, in both views.
func (e Env) subkeys(root, key string) []string {
	var out []string
	if e.Registry == nil {
		return nil
	}
	for _, k := range views(key) {
		for _, name := range e.Registry.Subkeys(root, k) {
			out = append(out, k+`\`+name)
		}
	}
	return out
}

// regString reads a text of either view, "" for none.
func (e Env) regString(root, key, name string) string {
	if e.Registry == nil {
		return ""
	}
	for _, k := range views(key) {
		if s := e.Registry.String(root, k, name); s != "" {
			return s
		}
	}
	return ""
}

// System is this machine.
func System() Env {
	home, _ := os.UserHomeDir() // a service may have none: its browsers are then unknown
	e := Env{GOOS: runtime.GOOS, Root: systemRoot(), Home: home, Getenv: os.Getenv}
	equip(&e)
	return e
}

// native joins and writes a path as the system does.
func (e Env) native(elem ...string) string {
	p := strings.Join(elem, "/")
	if e.GOOS == "windows" {
		return strings.ReplaceAll(p, "/", `\`)
	}
	return p
}

// inRoot gives a native path's name in Root.
func (e Env) inRoot(native string) string {
	if e.GOOS == "windows" {
		native = strings.Replace(strings.ReplaceAll(native, `\`, "/"), ":", "", 1)
	}
	return strings.Trim(path.Clean("/"+native), "/")
}

// isAbs reports whether a path of this or any other system is absolute.
func isAbs(p string) bool {
	return strings.HasPrefix(p, "/") || strings.HasPrefix(p, `\\`) || len(p) > 2 && p[1] == ':' && (p[2] == '\\' || p[2] == '/')
}

// expand fills in ~ and %NAME% or $NAME; "" when a variable is not set.
func (e Env) expand(p string) string {
	if rest, ok := strings.CutPrefix(p, "~"); ok {
		if e.Home == "" {
			return ""
		}
		return e.Home + e.native(rest)
	}
	if strings.HasPrefix(p, "%") {
		name, rest, _ := strings.Cut(p[1:], "%")
		dir := e.Getenv(name)
		if dir == "" {
			return ""
		}
		return dir + e.native(rest)
	}
	return e.native(p)
}

// maxRead bounds every file that is read whole.
const maxRead = 64 << 20

// read gives a file's content; an error for one that is too large, too.
func (e Env) read(native string) ([]byte, error) { return readFile(e.Root, e.inRoot(native)) }

func readFile(root fs.FS, name string) ([]byte, error) {
	f, err := openFile(root, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if info, err := f.Stat(); err == nil && info.Size() <= maxRead {
		b.Grow(int(info.Size()) + bytes.MinRead) // what is read to its end needs no other room
	}
	_, err = b.ReadFrom(io.LimitReader(f, maxRead+1))
	if err == nil && b.Len() > maxRead {
		err = errors.New("file is too large")
	}
	return b.Bytes(), err
}

// openFile opens a regular file. A pipe or a device in its place is an error: a
// pipe that nobody writes to would never open, and a device may never end.
func openFile(root fs.FS, name string) (fs.File, error) {
	info, err := fs.Stat(root, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return root.Open(name)
}

// below is a folder of a file system. Unlike fs.Sub's it tells of a file without opening it.
type below struct {
	root fs.FS
	dir  string
}

func (b below) in(op, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return path.Join(b.dir, name), nil
}

func (b below) Open(name string) (fs.File, error) {
	full, err := b.in("open", name)
	if err != nil {
		return nil, err
	}
	return b.root.Open(full)
}

func (b below) Stat(name string) (fs.FileInfo, error) {
	full, err := b.in("stat", name)
	if err != nil {
		return nil, err
	}
	return fs.Stat(b.root, full)
}

func (e Env) text(native string) string {
	data, err := e.read(native)
	if err != nil {
		return ""
	}
	return string(data)
}

func (e Env) isDir(native string) bool {
	info, err := fs.Stat(e.Root, e.inRoot(native))
	return err == nil && info.IsDir()
}

func (e Env) list(native string) []string {
	entries, err := fs.ReadDir(e.Root, e.inRoot(native))
	if err != nil {
		return nil
	}
	var out []string
	for _, x := range entries {
		out = append(out, x.Name())
	}
	return out
}
