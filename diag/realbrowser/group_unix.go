//go:build !windows

package realbrowser

import (
	"os/exec"
	"syscall"
)

// ownGroup lets a browser's processes be ended together, and none else.
func ownGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}

func ask(c *exec.Cmd) { _ = syscall.Kill(c.Process.Pid, syscall.SIGTERM) }

func kill(c *exec.Cmd) { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
