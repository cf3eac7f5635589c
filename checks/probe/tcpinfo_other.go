//go:build !linux && !darwin && !windows

package probe

import (
	"net"
	"time"
)

func handshakeRTT(net.Conn) (time.Duration, bool) { return 0, false }
func countersOf(net.Conn) Counters                { return Counters{} }
