package probe

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

func tcpInfo(conn net.Conn) *unix.TCPInfo {
	var info *unix.TCPInfo
	onSocket(conn, func(fd uintptr) {
		info, _ = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	})
	return info
}

// handshakeRTT is the system's own measure of SYN to SYN-ACK. It has none where
// the SYN had to be sent again (Karn's algorithm).
func handshakeRTT(conn net.Conn) (time.Duration, bool) {
	info := tcpInfo(conn)
	if info == nil || info.Rtt == 0 || info.Total_retrans > 0 {
		return 0, false
	}
	return time.Duration(info.Rtt) * time.Microsecond, true
}

// countersOf reads TCP_INFO (tcp(7)). What DSACK reports as arrived twice was
// not lost.
func countersOf(conn net.Conn) Counters {
	info := tcpInfo(conn)
	if info == nil {
		return Counters{}
	}
	lost := int(info.Total_retrans) - int(info.Dsack_dups)
	return Counters{Method: "tcp-info", SegmentsOut: int(info.Segs_out), Retransmitted: max(0, lost), RTT: time.Duration(info.Rtt) * time.Microsecond}
}
