package machine

import (
	"slices"
	"strings"
)

// bundles gives the folders of a product's macOS bundles that are there.
func (e Env) bundles(p product) []string {
	var out []string
	for _, dir := range []string{"/Applications", e.expand("~/Applications"), "/System/Cryptexes/App/System/Applications", "/System/Applications"} {
		for _, app := range p.apps {
			if dir != "" && e.isDir(dir+"/"+app) {
				out = append(out, dir+"/"+app)
			}
		}
	}
	return out
}

func (e Env) onMac(p product) (version, from string, ok bool) {
	for _, app := range e.bundles(p) {
		if data, err := e.read(app + "/Contents/Info.plist"); err == nil {
			if v := plistStrings(data)["CFBundleShortVersionString"]; v != "" {
				return v, "info-plist", true
			}
			return "", "", true
		}
	}
	return "", "", false
}

const (
	startMenu = `SOFTWARE\Clients\StartMenuInternet`
	appPaths  = `SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths`
)

var hives = []string{"HKCU", "HKLM"}

// programFiles gives the program files by which Windows knows a product: as a
// browser of the start menu, by the name that people type, and where it is uninstalled.
func (e Env) programFiles(p product) []string {
	var out []string
	add := func(file string) {
		if file != "" && !slices.ContainsFunc(out, func(x string) bool { return strings.EqualFold(x, file) }) {
			out = append(out, file)
		}
	}
	if e.Registry == nil {
		return nil
	}
	for _, root := range hives {
		for _, key := range e.subkeys(root, startMenu) {
			if matchesAny(baseName(key), p.words) || matchesAny(e.Registry.String(root, key, ""), p.words) {
				add(program(e.Registry.String(root, key+`\shell\open\command`, "")))
			}
		}
	}
	for _, root := range hives {
		for _, exe := range p.exes {
			add(program(e.regString(root, appPaths+`\`+exe, "")))
		}
	}
	return out
}

// onWindows asks the registry where a browser is, then for a version: that of
// the program file, else what its updater or the browser itself wrote down.
func (e Env) onWindows(p product) (version, from string, ok bool) {
	if e.Registry == nil {
		return "", "", false
	}
	programs := e.programFiles(p)
	for _, exe := range programs {
		if v := e.versionOf(exe); v != "" {
			return v, "file-version", true
		}
	}
	if p.update != "" {
		for _, root := range []string{"HKLM", "HKCU"} {
			if v := firstVersion(e.regString(root, `SOFTWARE\`+p.update, "pv")); v != "" && v != "0.0.0.0" {
				return v, "registry", true
			}
		}
	}
	if p.beacon != "" {
		if v := e.regString("HKCU", `Software\`+p.beacon+`\BLBeacon`, "version"); v != "" {
			return v, "registry", true
		}
	}
	for _, u := range e.uninstalls() {
		if matchesAny(u.key, p.words) || matchesAny(u.name, p.words) {
			return firstVersion(u.version), "registry", true
		}
	}
	return "", "", len(programs) > 0
}

// versionOf gives a program file's version, "" when it does not tell.
func (e Env) versionOf(exe string) string {
	if e.FileVersion != nil {
		return e.FileVersion(exe)
	}
	return peVersion(e.Root, e.inRoot(exe))
}

// uninstall is one program in the list of what can be removed.
type uninstall struct {
	key, name, version, folder string
}

const uninstallKey = `SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall`

// maxPrograms bounds the list of programs.
const maxPrograms = 2000

func (e Env) uninstalls() []uninstall {
	var out []uninstall
	for _, root := range hives {
		for _, key := range e.subkeys(root, uninstallKey) {
			if len(out) >= maxPrograms {
				return out
			}
			u := uninstall{key: baseName(key), name: e.Registry.String(root, key, "DisplayName"),
				version: e.Registry.String(root, key, "DisplayVersion"), folder: e.Registry.String(root, key, "InstallLocation")}
			if u.folder == "" { // the icon is the program's, or its uninstaller's beside it
				icon, _, _ := strings.Cut(e.Registry.String(root, key, "DisplayIcon"), ",")
				if i := strings.LastIndex(icon, `\`); i > 0 {
					u.folder = strings.Trim(icon[:i], `"`)
				}
			}
			u.folder = strings.TrimRight(strings.Trim(u.folder, `"`), `\`)
			if u.name != "" {
				out = append(out, u)
			}
		}
	}
	return out
}
