//go:build !linux && !darwin && !windows

package probe

import "net/netip"

func openEchoer(netip.Addr) (echoer, bool) { return echoer{}, false }
