//go:build !windows

package probe

import "syscall"

// errnoKinds names the system's error numbers.
var errnoKinds = map[syscall.Errno]Kind{
	syscall.ECONNREFUSED:  Refused,
	syscall.ECONNRESET:    Reset,
	syscall.ECONNABORTED:  Reset,
	syscall.EPIPE:         Reset,
	syscall.EHOSTUNREACH:  Unreachable,
	syscall.EHOSTDOWN:     Unreachable,
	syscall.ENETUNREACH:   NoRoute,
	syscall.ENETDOWN:      NoRoute,
	syscall.EADDRNOTAVAIL: NoRoute,
	syscall.EAFNOSUPPORT:  NoRoute,
	syscall.EACCES:        Forbidden,
	syscall.EPERM:         Forbidden,
	syscall.ETIMEDOUT:     Timeout,
}
