package machine

import (
	"io/fs"
	"runtime"
	"strings"
)

// OS names the system and its version, as in "Windows 11 23H2", "macOS 15.1" or
// "Debian GNU/Linux 12". It never tells the machine's own name.
func OS() string {
	if s := systemName(); s != "" {
		return s
	}
	return runtime.GOOS
}

// linuxName reads os-release(5).
func linuxName(root fs.FS) string {
	s := text(root, "etc/os-release")
	if s == "" {
		s = text(root, "usr/lib/os-release")
	}
	fields := map[string]string{}
	for line := range strings.Lines(s) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			fields[k] = strings.Trim(v, `"'`)
		}
	}
	name := fields["NAME"]
	if name == "" {
		name = "Linux"
	}
	return strings.TrimSpace(name + " " + fields["VERSION_ID"])
}

// windowsName makes a name of the registry's values: Windows 11 still calls
// itself Windows 10 there and is told by its build number.
func windowsName(product, display string, build int) string {
	name := "Windows"
	switch {
	case strings.Contains(product, "Server"):
		name = product
	case build >= 22000:
		name = "Windows 11"
	case build >= 10240:
		name = "Windows 10"
	case product != "":
		name = product
	}
	return strings.TrimSpace(name + " " + display)
}

// macName reads SystemVersion.plist.
func macName(root fs.FS) string {
	data, err := fs.ReadFile(root, "System/Library/CoreServices/SystemVersion.plist")
	if err != nil {
		return ""
	}
	return strings.TrimSpace("macOS " + plistStrings(data)["ProductVersion"])
}
