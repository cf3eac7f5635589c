package probe

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// handshakeRTT is not used: the system's measure is in whole milliseconds.
func handshakeRTT(net.Conn) (time.Duration, bool) { return 0, false }

// countersOf reads TCP_CONNECTION_INFO (netinet/tcp.h).
func countersOf(conn net.Conn) Counters {
	var c Counters
	onSocket(conn, func(fd uintptr) {
		info, err := unix.GetsockoptTCPConnectionInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_CONNECTION_INFO)
		if err != nil {
			return
		}
		c = Counters{Method: "tcp-connection-info", SegmentsOut: int(info.Txpackets), Retransmitted: int(info.Txretransmitpackets), RTT: time.Duration(info.Srtt) * time.Millisecond}
	})
	return c
}
