package main

import (
	"errors"
	"os/user"
	"path/filepath"
	"runtime"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
)

// settingsDir is the folder of this program's settings, as os.UserConfigDir has
// it, by the environment of this run; "" where there is none.
func (a *app) settingsDir() string {
	under := func(variable string, more ...string) string {
		dir := a.env(variable)
		if dir == "" && variable == "HOME" {
			dir = a.home() // services and schedulers run without the variable
		}
		if !filepath.IsAbs(dir) {
			return ""
		}
		return filepath.Join(append([]string{dir}, more...)...)
	}
	switch runtime.GOOS {
	case "windows":
		return under("AppData", programName)
	case "darwin":
		return under("HOME", "Library", "Application Support", programName)
	}
	if dir := under("XDG_CONFIG_HOME", programName); dir != "" {
		return dir
	}
	return under("HOME", ".config", programName)
}

// systemHome is the person's folder as the system knows it.
func systemHome() string {
	if u, err := user.Current(); err == nil {
		return u.HomeDir
	}
	return ""
}

// userKey is the key of the person's pseudonyms. Without a place to keep one it
// is nil, and the report gets a key that is forgotten.
func (a *app) userKey() []byte {
	dir := a.settingsDir()
	if dir == "" {
		a.noKey(lang.T("不知道放在哪个文件夹", "there is no folder for it"))
		return nil
	}
	key, warn, err := archive.UserKey(dir)
	var p *lang.Problem
	switch {
	case errors.As(err, &p):
		a.noKey(p.Text())
	case err != nil:
		a.noKey(lang.T("%s：%s", "%s: %s").F(filepath.Join(dir, archive.KeyName), lang.Reason(err)))
	case warn != nil:
		a.note(warn.Text())
	}
	return key
}

func (a *app) noKey(why lang.Text) {
	a.note(lang.T("脱敏密钥用不了（%s），这次用一次性的：以后无法从代号查回，同样的证据也得不到相同的报告", "the redaction key cannot be used (%s), so this report gets one that is forgotten: no pseudonym can be looked up later, and the same evidence will not give the same report").F(why))
}
