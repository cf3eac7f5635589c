package probe

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// errnoKinds names Winsock's error numbers; package syscall's names of the same
// conditions are inventions that Windows never returns.
var errnoKinds = map[syscall.Errno]Kind{
	windows.WSAECONNREFUSED:  Refused,
	windows.WSAECONNRESET:    Reset,
	windows.WSAECONNABORTED:  Reset,
	windows.WSAESHUTDOWN:     Reset,
	windows.WSAEHOSTUNREACH:  Unreachable,
	windows.WSAEHOSTDOWN:     Unreachable,
	windows.WSAENETUNREACH:   NoRoute,
	windows.WSAENETDOWN:      NoRoute,
	windows.WSAEADDRNOTAVAIL: NoRoute,
	windows.WSAEAFNOSUPPORT:  NoRoute,
	windows.WSAEACCES:        Forbidden,
	windows.WSAETIMEDOUT:     Timeout,
}
