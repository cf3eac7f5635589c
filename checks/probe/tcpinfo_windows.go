package probe

import (
	"net"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// sioTCPInfo is SIO_TCP_INFO (mstcpip.h), Windows 10 1703 and later.
const sioTCPInfo = 0xd8000027

// tcpInfoV0 is TCP_INFO_v0.
type tcpInfoV0 struct {
	State             uint32
	Mss               uint32
	ConnectionTimeMs  uint64
	TimestampsEnabled uint8
	RttUs             uint32
	MinRttUs          uint32
	BytesInFlight     uint32
	Cwnd              uint32
	SndWnd            uint32
	RcvWnd            uint32
	RcvBuf            uint32
	BytesOut          uint64
	BytesIn           uint64
	BytesReordered    uint32
	BytesRetrans      uint32
	FastRetrans       uint32
	DupAcksIn         uint32
	TimeoutEpisodes   uint32
	SynRetrans        uint8
}

// handshakeRTT is not used: when the first SYN was sent again is not told apart.
func handshakeRTT(net.Conn) (time.Duration, bool) { return 0, false }

// countersOf reads SIO_TCP_INFO, which counts episodes and not segments.
func countersOf(conn net.Conn) Counters {
	var c Counters
	onSocket(conn, func(fd uintptr) {
		var (
			version uint32
			info    tcpInfoV0
			n       uint32
		)
		err := windows.WSAIoctl(windows.Handle(fd), sioTCPInfo, (*byte)(unsafe.Pointer(&version)), uint32(unsafe.Sizeof(version)),
			(*byte)(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)), &n, nil, 0)
		if err != nil {
			return
		}
		c = Counters{Method: "sio-tcp-info", Retransmitted: int(info.FastRetrans) + int(info.TimeoutEpisodes) + int(info.SynRetrans), RTT: time.Duration(info.RttUs) * time.Microsecond}
	})
	return c
}
