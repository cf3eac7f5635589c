package bed

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

func lockFile(f *os.File) bool {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}

// allowed says why this process may not build beds, before anything is tried.
func allowed() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("not root")
	}
	f, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("no TUN devices: %w", err)
	}
	return f.Close()
}

func kill(pid string) {
	if n, err := strconv.Atoi(pid); err == nil && n > 1 && n != os.Getpid() {
		_ = unix.Kill(n, unix.SIGKILL)
	}
}

// originalDst tells where a redirected connection wanted to go.
func originalDst(c net.Conn) (to netip.AddrPort, err error) {
	t, ok := c.(*net.TCPConn)
	if !ok {
		return to, errors.New("no TCP connection")
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return to, err
	}
	local := t.LocalAddr().(*net.TCPAddr).AddrPort().Addr()
	const soOriginalDst = 80 // SO_ORIGINAL_DST and IP6T_SO_ORIGINAL_DST
	ctlErr := raw.Control(func(fd uintptr) {
		if local.Unmap().Is4() {
			// x/sys has no getsockopt for a sockaddr_in; this one reads as many bytes
			var m *unix.IPv6Mreq
			if m, err = unix.GetsockoptIPv6Mreq(int(fd), unix.SOL_IP, soOriginalDst); err == nil {
				b := m.Multiaddr
				to = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), binary.BigEndian.Uint16(b[2:]))
			}
			return
		}
		var m *unix.IPv6MTUInfo
		if m, err = unix.GetsockoptIPv6MTUInfo(int(fd), unix.SOL_IPV6, soOriginalDst); err == nil {
			port := m.Addr.Port // in network order
			to = netip.AddrPortFrom(netip.AddrFrom16(m.Addr.Addr), port<<8|port>>8)
		}
	})
	return to, errors.Join(ctlErr, err)
}

// stuck opens a listener on all addresses that accepts nobody and whose queue
// holds one connection more than its length.
func stuck(n *Namespace, port, queue int) (end func() error, err error) {
	fd := -1
	err = n.Run(func() error {
		fd, err = unix.Socket(unix.AF_INET6, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		return errors.Join(unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1),
			unix.Bind(fd, &unix.SockaddrInet6{Port: port}), unix.Listen(fd, queue))
	})
	if err != nil {
		if fd >= 0 {
			unix.Close(fd)
		}
		return nil, err
	}
	return func() error { return unix.Close(fd) }, nil
}
