package machine

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// drives is all drives as one file system: "C/Users" is C:\Users.
type drives struct{}

func systemRoot() fs.FS { return drives{} }

func (drives) path(op, name string) (string, error) {
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, `\:`) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	drive, rest, _ := strings.Cut(name, "/")
	if len(drive) != 1 {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return drive + `:\` + strings.ReplaceAll(rest, "/", `\`), nil
}

func (d drives) Open(name string) (fs.File, error) {
	p, err := d.path("open", name)
	if err != nil {
		return nil, err
	}
	return os.Open(p)
}

func (d drives) Stat(name string) (fs.FileInfo, error) {
	p, err := d.path("stat", name)
	if err != nil {
		return nil, err
	}
	return os.Stat(p)
}

func (d drives) ReadDir(name string) ([]fs.DirEntry, error) {
	p, err := d.path("readdir", name)
	if err != nil {
		return nil, err
	}
	return os.ReadDir(p)
}

func equip(e *Env) {
	e.Registry = winRegistry{}
	e.FileVersion = fileVersion
}

// winRegistry reads the registry.
type winRegistry struct{}

func open(root, key string) (registry.Key, error) {
	base := registry.LOCAL_MACHINE
	if root == "HKCU" {
		base = registry.CURRENT_USER
	}
	return registry.OpenKey(base, key, registry.READ)
}

func (winRegistry) Subkeys(root, key string) []string {
	k, err := open(root, key)
	if err != nil {
		return nil
	}
	defer k.Close()
	names, err := k.ReadSubKeyNames(-1)
	if err != nil {
		return nil
	}
	return names
}

func (winRegistry) Values(root, key string) map[string]any {
	k, err := open(root, key)
	if err != nil {
		return nil
	}
	defer k.Close()
	names, err := k.ReadValueNames(-1)
	if err != nil {
		return nil
	}
	out := map[string]any{}
	for _, name := range names {
		if s, _, err := k.GetStringValue(name); err == nil {
			out[name] = s
		} else if n, _, err := k.GetIntegerValue(name); err == nil {
			out[name] = float64(n)
		}
	}
	return out
}

func (winRegistry) String(root, key, name string) string {
	k, err := open(root, key)
	if err != nil {
		return ""
	}
	defer k.Close()
	s, _, err := k.GetStringValue(name)
	if err != nil {
		return ""
	}
	if x, err := registry.ExpandString(s); err == nil {
		return x
	}
	return s
}

// fileVersion reads a program's VERSIONINFO resource without running it.
func fileVersion(file string) string {
	size, err := windows.GetFileVersionInfoSize(file, nil)
	if err != nil || size == 0 {
		return ""
	}
	data := make([]byte, size)
	if windows.GetFileVersionInfo(file, 0, size, unsafe.Pointer(&data[0])) != nil {
		return ""
	}
	var info *windows.VS_FIXEDFILEINFO
	var n uint32
	if windows.VerQueryValue(unsafe.Pointer(&data[0]), `\`, unsafe.Pointer(&info), &n) != nil || info == nil {
		return ""
	}
	hi := func(v uint32) uint32 { return v >> 16 }
	lo := func(v uint32) uint32 { return v & 0xffff }
	return fmt.Sprintf("%d.%d.%d.%d", hi(info.ProductVersionMS), lo(info.ProductVersionMS), hi(info.ProductVersionLS), lo(info.ProductVersionLS))
}
