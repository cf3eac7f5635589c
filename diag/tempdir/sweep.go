package tempdir

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"meiqia-diag/diag/lazy"
)

// ours are the names that New gives to this program's folders, with the number
// of the process; earlier versions, and pages that a browser shows, have none.
var ours = lazy.MustCompile(`^meiqia-diag-(?:[a-z]+-)?(?:p(\d{1,10})-)?\d+$`)

// How old a folder has to be before it is taken for left over. A process that
// cannot be seen may run in another container which shares the folder, so a
// dead one alone proves nothing.
const (
	leftAfter    = 24 * time.Hour
	unnamedAfter = 7 * 24 * time.Hour // where no name tells of its process
)

// mostSwept bounds how much of a crowded folder is looked at.
const mostSwept = 20_000

// sweep removes what killed runs of this user left in a folder for temporary
// files. What it cannot tell it leaves alone.
func sweep(temp string, now time.Time) {
	f, err := os.Open(temp)
	if err != nil {
		return
	}
	defer f.Close()
	for range mostSwept / 500 {
		names, err := f.Readdirnames(500)
		for _, name := range names {
			if path := filepath.Join(temp, name); leftOver(path, name, now) {
				_ = os.RemoveAll(path)
			}
		}
		if err == io.EOF || err != nil || len(names) == 0 {
			return
		}
	}
}

// leftOver tells whether a run that is over left this folder behind.
func leftOver(path, name string, now time.Time) bool {
	m := ours.FindStringSubmatch(name)
	if m == nil {
		return false
	}
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || !private(info) {
		return false
	}
	age := now.Sub(newest(path, info))
	if m[1] == "" {
		return age > unnamedAfter
	}
	pid, err := strconv.Atoi(m[1])
	return err == nil && age > leftAfter && pid != os.Getpid() && !running(pid)
}

// newest is when a folder, or something right in it, was last changed.
func newest(path string, info fs.FileInfo) time.Time {
	at := info.ModTime()
	f, err := os.Open(path)
	if err != nil {
		return at
	}
	defer f.Close()
	list, _ := f.ReadDir(100)
	for _, e := range list {
		if i, err := e.Info(); err == nil && i.ModTime().After(at) {
			at = i.ModTime()
		}
	}
	return at
}
