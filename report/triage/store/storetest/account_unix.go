//go:build unix

package storetest

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// nobody is the account that servers run as when the tests run as root, which PostgreSQL refuses to.
const nobody = 65534

func unprivileged(cmd *exec.Cmd) {
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
}

func give(tb testing.TB, path string) {
	tb.Helper()
	if os.Getuid() != 0 {
		return
	}
	if err := os.Chown(path, nobody, nobody); err != nil {
		tb.Fatal(err)
	}
}
