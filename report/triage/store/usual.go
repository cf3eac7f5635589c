package store

import (
	"path/filepath"
	"runtime"
)

// Usual is where the store is when nobody says where: among the user's data, as
// the XDG base directories and their kin on Windows and macOS have it. "" where
// the user has no home.
func Usual(env func(string) string) string {
	dir := env("XDG_DATA_HOME")
	switch {
	case dir != "" && filepath.IsAbs(dir):
	case runtime.GOOS == "windows":
		dir = env("LOCALAPPDATA")
	case env("HOME") == "":
		return ""
	case runtime.GOOS == "darwin":
		dir = filepath.Join(env("HOME"), "Library", "Application Support")
	default:
		dir = filepath.Join(env("HOME"), ".local", "share")
	}
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "meiqia-diag", "triage.sqlite")
}
