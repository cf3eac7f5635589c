package probe

import "net/netip"

// gatewayOf gives this machine's own next hop to an address, as its routing
// table says, and false where there is none: the address is on this machine or
// on its own link, or the table cannot be read. Link-local gateways carry their zone.
func gatewayOf(addr netip.Addr) (netip.Addr, bool) {
	if !addr.IsValid() || addr.IsLoopback() || addr.IsUnspecified() {
		return netip.Addr{}, false
	}
	gw, ok := nextHopTo(addr.Unmap().WithZone(""))
	if !ok || !gw.IsValid() || gw.IsUnspecified() || gw == addr {
		return netip.Addr{}, false
	}
	return gw, true
}

// zoned adds the zone that a link-local address needs.
func zoned(a netip.Addr, iface string) netip.Addr {
	if a.Is6() && a.IsLinkLocalUnicast() {
		return a.WithZone(iface)
	}
	return a
}
