//go:build !linux

package probe

import (
	"context"
	"net/netip"
)

// surveyHops is not to be had here without privileges: macOS and Windows hand
// ICMP errors to nobody but raw sockets and their own ping interfaces.
func surveyHops(_ context.Context, addr netip.AddrPort, _ bool) HopResult {
	return HopResult{Addr: addr.String(), Family: family(addr.Addr())}
}

// takenOver cannot be told here.
func takenOver(context.Context, netip.AddrPort) bool { return false }
