//go:build !windows

package probe

import (
	"syscall"

	"golang.org/x/sys/unix"
)

type controlFunc = func(network, address string, c syscall.RawConn) error

// smallSegments makes a connection announce and use segments of at most 1200
// bytes, which pass wherever IPv6's least MTU does (RFC 8200 section 5).
var smallSegments controlFunc = func(_, _ string, c syscall.RawConn) error {
	var setErr error
	err := c.Control(func(fd uintptr) {
		setErr = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, 1200)
	})
	if err != nil {
		return err
	}
	return setErr
}
