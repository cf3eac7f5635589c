package evidence

import (
	"archive/zip"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"meiqia-diag/diag/lang"
)

// browserFiles are the files that tell the data folder of a Chromium or Firefox
// kin, by what they open with or hold.
var browserFiles = map[string]string{"Local State": "{", "Preferences": "{", "prefs.js": "user_pref("}

// tellsBrowser reports whether a file is the settings of a browser.
func tellsBrowser(name string, open func(n int) ([]byte, error)) bool {
	mark, ok := browserFiles[name]
	if !ok {
		return false
	}
	head, err := open(4 << 10)
	text := strings.TrimSpace(string(head))
	return err == nil && (mark == "{" && strings.HasPrefix(text, mark) || mark != "{" && strings.Contains(text, mark))
}

// isBrowserProfile tells the data folder of a browser, or its cache.
func isBrowserProfile(dir string) bool {
	for name := range browserFiles {
		path := filepath.Join(dir, name)
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && tellsBrowser(name, diskFile(path, 0).head) {
			return true
		}
	}
	return isBrowserCache(dir)
}

// cacheMarks are what the file "index" of a Chromium cache opens with, by format.
var cacheMarks = []string{"\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc", "\xc3\xca\x03\xc1", "SQLCache"}

// isBrowserCache tells a cache folder that was handed in by itself: Chromium's by
// its index, Firefox's by its entries, which are named by a SHA-1.
func isBrowserCache(dir string) bool {
	index := filepath.Join(dir, "index")
	if info, err := os.Lstat(index); err == nil && info.Mode().IsRegular() {
		head, err := diskFile(index, 0).head(16)
		if err == nil && slices.ContainsFunc(cacheMarks, func(m string) bool { return strings.HasPrefix(string(head), m) }) {
			return true
		}
	}
	below := filepath.Join(dir, "entries")
	if info, err := os.Lstat(below); err != nil || !info.IsDir() {
		return false
	}
	entries, err := os.Open(below)
	if err != nil {
		return false
	}
	defer entries.Close()
	names, _ := entries.Readdirnames(64)
	return slices.ContainsFunc(names, func(n string) bool { return len(n) == 40 && strings.Trim(n, "0123456789ABCDEF") == "" })
}

// packedBrowsers finds the data folders of browsers in an archive; "." is all of it.
func packedBrowsers(members []*zip.File) (folders []string) {
	for _, m := range members[:min(len(members), 4*maxFiles)] {
		name := memberName(m)
		if m.Mode().IsRegular() && tellsBrowser(path.Base(name), memberFile("", m).head) {
			folders = append(folders, path.Dir(name))
		}
	}
	slices.Sort(folders)
	var outer []string
	for _, f := range folders {
		if !inside(outer, f+"/") {
			outer = append(outer, f)
		}
	}
	return outer
}

// inside reports whether a member of an archive lies in one of the folders.
func inside(folders []string, name string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return f == "." || strings.HasPrefix(name, f+"/") })
}

// memberName is a member's name with the slashes that it should have.
func memberName(m *zip.File) string { return strings.ReplaceAll(m.Name, `\`, "/") }

// tellPacked says that the data folders in an archive were left alone. Their
// files are no logs, and hold what nobody wants in a report.
func (s *Set) tellPacked(archive string, folders []string) {
	for _, f := range folders {
		s.problem(strings.TrimSuffix(archive+"!"+f, "!."), lang.T("是浏览器的用户数据文件夹，在压缩包里没有读", "a browser's profile folder, which is not read inside an archive"),
			lang.T("请解压，再用 --evidence 给出解压后的文件夹", "unpack it, and give the unpacked folder with --evidence"))
	}
}
