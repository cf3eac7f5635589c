//go:build unix

package tempdir

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// private tells a folder that this user made for himself alone.
func private(info fs.FileInfo) bool {
	own, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(own.Uid) == os.Geteuid() && info.Mode().Perm() == 0o700
}

// running tells whether there is a process of this number, as far as can be seen.
func running(pid int) bool {
	err := syscall.Kill(pid, 0)
	return pid <= 0 || err == nil || !errors.Is(err, syscall.ESRCH)
}
