package record

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"meiqia-diag/diag/lang"
)

// UserProfile is a profile of the user's browser, to be copied.
type UserProfile struct {
	DataDir string // "User Data" and its kin
	Name    string // folder of the profile in it, as in Default
}

// copied is what a copy has, and what it cannot have.
type copied struct {
	name     string
	unpacked []string // folders of unpacked extensions, to be loaded
	missing  []string // names of extensions that are not in the copy
}

// carried are the parts of a profile that are copied: extensions, their rules
// and settings, and the profile's own settings. Cookies, logins, form data,
// history and whatever else is not named here is never opened.
var carried = []string{
	"Preferences", "Secure Preferences", "Extensions", "Extension Rules", "Extension State", "Local Extension Settings", "Sync Extension Settings",
	"Managed Extension Settings", "DNR Extension Rules", "Extension Scripts",
}

// Bounds of what is copied, and of settings, which are read whole.
const (
	maxCopy     = 2 << 30
	maxSettings = 64 << 20
)

var errTooLarge error = &lang.Problem{What: lang.T("太大了", "it is too large")}

// copyTo copies the profile into a browser's folder.
func (u UserProfile) copyTo(ctx context.Context, to string) (copied, error) {
	from := filepath.Join(u.DataDir, u.Name)
	out := copied{name: filepath.Base(u.Name)}
	info, err := os.Stat(filepath.Join(from, "Preferences"))
	if err != nil || !info.Mode().IsRegular() {
		return out, &lang.Problem{File: from, What: lang.T("这里没有浏览器的用户配置（找不到 Preferences）", "there is no browser profile here (no Preferences)"), Hint: lang.T("请用 --user-data 指出浏览器的用户数据文件夹", "name the browser's user data folder with --user-data")}
	}
	if info.Size() > maxSettings {
		return out, cannotCopy(filepath.Join(from, "Preferences"), errTooLarge)
	}
	var left int64 = maxCopy
	if err := copyFile(ctx, filepath.Join(u.DataDir, "Local State"), filepath.Join(to, "Local State"), &left); err != nil && !errors.Is(err, fs.ErrNotExist) {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		return out, cannotCopy(u.DataDir, err)
	}
	target := filepath.Join(to, out.name)
	for _, part := range carried {
		if err := copyTree(ctx, filepath.Join(from, part), filepath.Join(target, part), &left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
			return out, cannotCopy(from, err)
		}
	}
	out.unpacked, out.missing = loadable(target)
	return out, settle(target)
}

func cannotCopy(path string, err error) error {
	return &lang.Problem{File: path, What: lang.T("复制不了用户配置：%s", "the profile cannot be copied: %s").F(lang.Reason(err)), Hint: lang.T("请先关掉这个浏览器再试，或不加 --my-extensions", "close that browser and try again, or leave --my-extensions out")}
}

// copyTree copies a file or folder. What vanishes on the way, as a running
// browser makes files do, is left out.
func copyTree(ctx context.Context, from, to string, left *int64) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path != from && errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		case !d.Type().IsRegular() || d.Name() == "LOCK":
			return nil
		}
		if err := copyFile(ctx, path, filepath.Join(to, rel), left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// copyFile copies a regular file; what else is there, a pipe or a device, is
// taken for none. No more than left bytes are copied, and none once ctx ended.
func copyFile(ctx context.Context, from, to string, left *int64) error {
	if info, err := os.Stat(from); err != nil {
		return err
	} else if !info.Mode().IsRegular() {
		return fs.ErrNotExist
	} else if info.Size() > *left {
		return errTooLarge
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, untilDone{ctx, io.LimitReader(in, *left)})
	if *left -= n; err == nil && *left <= 0 {
		err = errTooLarge
	}
	if e := out.Close(); err == nil {
		err = e
	}
	return err
}

// untilDone reads until the context ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(b)
}

// extensionManifest is what is needed of an extension's manifest.json.
type extensionManifest struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

func readManifest(dir string) (m extensionManifest) {
	path := filepath.Join(dir, "manifest.json")
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return m
	}
	f, err := os.Open(path)
	if err != nil {
		return m
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, 1<<20))
	_ = json.Unmarshal([]byte(strings.TrimPrefix(string(b), "\ufeff")), &m)
	return m
}

// loadable lists the unpacked extensions of a profile, which lie outside of it:
// a browser with another folder does not load them by itself. Those whose
// folder is gone are missing.
func loadable(profile string) (dirs, missing []string) {
	for _, x := range settings(profile) {
		if !x.enabled() || x.Location != 4 && x.Location != 8 {
			continue
		}
		m := readManifest(x.Path)
		if m.Name == "" {
			missing = append(missing, filepath.Base(x.Path))
			continue
		}
		dirs = append(dirs, x.Path)
	}
	return dirs, missing
}

type extensionSetting struct {
	Path           string          `json:"path"`
	Location       int             `json:"location"` // 4 unpacked, 8 command line
	State          *int            `json:"state"`
	DisableReasons json.RawMessage `json:"disable_reasons"`
}

// enabled reads both shapes: an array of reasons, or a state.
func (x extensionSetting) enabled() bool {
	if x.State != nil && *x.State == 0 {
		return false
	}
	var list []int
	if json.Unmarshal(x.DisableReasons, &list) == nil {
		return len(list) == 0
	}
	var mask int
	return json.Unmarshal(x.DisableReasons, &mask) != nil || mask == 0
}

func settings(profile string) map[string]extensionSetting {
	out := map[string]extensionSetting{}
	for _, name := range []string{"Preferences", "Secure Preferences"} {
		var doc struct {
			Extensions struct {
				Settings map[string]json.RawMessage `json:"settings"`
			} `json:"extensions"`
		}
		path := filepath.Join(profile, name)
		if info, err := os.Stat(path); err != nil || info.Size() > maxSettings {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil || json.Unmarshal(b, &doc) != nil {
			continue
		}
		for id, raw := range doc.Extensions.Settings {
			var x extensionSetting
			if json.Unmarshal(raw, &x) == nil {
				out[id] = x
			}
		}
	}
	return out
}

// settle writes the settings that a recording begins with. Taken out of a copy
// is what would open the user's own pages again or sign in; and the browser must
// neither keep the password that is typed, nor ask whether it should: the
// question lies over the page, where the recall button may be.
func settle(profile string) error {
	path := filepath.Join(profile, "Preferences")
	doc := map[string]json.RawMessage{}
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return cannotCopy(profile, err)
	default:
		if err := json.Unmarshal(b, &doc); err != nil {
			return &lang.Problem{File: path, What: lang.T("用户配置读不懂，可能正在写", "the profile's settings cannot be read; they may be being written"), Hint: lang.T("请再试一次，或先关掉这个浏览器", "try again, or close that browser first")}
		}
	}
	for _, key := range []string{"session", "sessions", "account_info", "google", "signin", "sync", "gaia_cookie", "browser"} {
		delete(doc, key)
	}
	inner := map[string]json.RawMessage{}
	_ = json.Unmarshal(doc["profile"], &inner)
	inner["password_manager_enabled"], inner["password_manager_leak_detection"], inner["exit_type"] = json.RawMessage("false"), json.RawMessage("false"), json.RawMessage(`"Normal"`)
	if doc["profile"], err = json.Marshal(inner); err != nil {
		return err
	}
	doc["credentials_enable_service"] = json.RawMessage("false")
	doc["autofill"] = json.RawMessage(`{"enabled":false,"profile_enabled":false,"credit_card_enabled":false}`)
	if b, err = json.Marshal(doc); err != nil {
		return err
	}
	if err := os.MkdirAll(profile, 0o700); err != nil {
		return cannotWrite(profile, err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}
