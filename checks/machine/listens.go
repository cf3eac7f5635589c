package machine

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

// Listens reports whether a program of this machine takes connections on a
// port; unknown for every other machine, which is not asked.
func Listens(host, port string) Answer {
	ip := net.ParseIP(host)
	if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return Unknown
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err == nil {
		conn.Close()
		return Yes
	}
	const winsock = syscall.Errno(10061) // WSAECONNREFUSED, which no other system has
	var no syscall.Errno
	if errors.As(err, &no) && (no == syscall.ECONNREFUSED || no == winsock) {
		return No
	}
	return Unknown
}
