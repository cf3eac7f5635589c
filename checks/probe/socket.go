//go:build linux || darwin || windows

package probe

import (
	"net"
	"syscall"
)

// onSocket looks at the system's socket of a connection; where there is none
// to be had, it does nothing.
func onSocket(conn net.Conn, look func(fd uintptr)) {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(look)
	}
}
