//go:build !linux && !darwin && !windows

package probe

import "net/netip"

func nextHopTo(netip.Addr) (netip.Addr, bool) { return netip.Addr{}, false }
