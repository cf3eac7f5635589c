package probe

import (
	"net"

	"golang.org/x/sys/unix"
)

// stuckToward reads from the kernel's counters (tcp(7), TCP_INFO) which way a
// connection's large packets are lost: "up" when what was sent stays
// unacknowledged, "down" when all of it arrived and nothing comes back.
func stuckToward(conn net.Conn) string {
	toward := ""
	onSocket(conn, func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		switch {
		case err != nil:
		case info.Unacked > 0:
			toward = "up"
		default:
			toward = "down"
		}
	})
	return toward
}
