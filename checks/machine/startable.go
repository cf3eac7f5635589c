package machine

import (
	"context"
	"io/fs"
	"os/exec"
	"path"
)

// Program is a browser that can be started.
type Program struct {
	ID, Name string // as in Browser
	Path     string
	Browser  Browser // with its data, where it has left any
}

// programNames are the commands of Chromium's kin on Linux.
var programNames = map[string][]string{
	"chrome": {"google-chrome", "google-chrome-stable"}, "edge": {"microsoft-edge", "microsoft-edge-stable"}, "chromium": {"chromium", "chromium-browser"},
	"360se": {"browser360-cn-stable", "browser360"},
}

// winPrograms are where browsers put their program on Windows when they have not registered themselves.
var winPrograms = map[string][]string{
	"chrome":     {`%PROGRAMFILES%/Google/Chrome/Application/chrome.exe`, `%PROGRAMFILES(X86)%/Google/Chrome/Application/chrome.exe`, `%LOCALAPPDATA%/Google/Chrome/Application/chrome.exe`},
	"edge":       {`%PROGRAMFILES(X86)%/Microsoft/Edge/Application/msedge.exe`, `%PROGRAMFILES%/Microsoft/Edge/Application/msedge.exe`},
	"chromium":   {`%LOCALAPPDATA%/Chromium/Application/chrome.exe`},
	"360chromex": {`%LOCALAPPDATA%/360ChromeX/Chrome/Application/360ChromeX.exe`},
	"360chrome":  {`%LOCALAPPDATA%/360Chrome/Chrome/Application/360chrome.exe`},
	"quark":      {`%LOCALAPPDATA%/Programs/Quark/quark.exe`},
}

// Programs finds the browsers of Chromium's kin that can be started: the one
// that opens links first, then in the catalogue's order.
func (e Env) Programs(ctx context.Context) []Program {
	var first, others []Program
	with := map[string]Browser{}
	for _, b := range e.Browsers(ctx, nil) {
		if old, ok := with[b.ID]; !ok || old.DataDir == "" {
			with[b.ID] = b
		}
	}
	for _, p := range catalogue {
		if p.family != Chromium {
			continue
		}
		exe := e.programOf(p)
		if exe == "" {
			continue
		}
		prog := Program{ID: p.id, Name: p.name, Path: exe, Browser: with[p.id]}
		if prog.Browser.Default == Yes {
			first = append(first, prog)
		} else {
			others = append(others, prog)
		}
	}
	return append(first, others...)
}

func (e Env) programOf(p product) string {
	switch e.GOOS {
	case "windows":
		for _, exe := range e.programFiles(p) {
			if e.isFile(exe) {
				return exe
			}
		}
		for _, exe := range winPrograms[p.id] {
			if exe = e.expand(exe); exe != "" && e.isFile(exe) {
				return exe
			}
		}
	case "darwin":
		for _, app := range e.bundles(p) {
			name := plistStrings([]byte(e.text(app + "/Contents/Info.plist")))["CFBundleExecutable"]
			if exe := app + "/Contents/MacOS/" + name; name != "" && e.isFile(exe) {
				return exe
			}
		}
	default:
		for _, name := range programNames[p.id] {
			if exe, err := exec.LookPath(name); err == nil && path.IsAbs(exe) {
				return exe
			}
		}
	}
	return ""
}

func (e Env) isFile(native string) bool {
	info, err := fs.Stat(e.Root, e.inRoot(native))
	return err == nil && info.Mode().IsRegular()
}
