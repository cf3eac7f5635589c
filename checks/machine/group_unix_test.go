//go:build unix

package machine

import "syscall"

// A browser is many processes: they are ended together.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func endGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGTERM) }
