package probe

import (
	"net"
	"net/netip"
	"strconv"
)

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

// routeTo is one line of a routing table.
type routeTo struct {
	prefix  netip.Prefix
	gateway netip.Addr // zero: on the link
	metric  uint64     // less is better
}

// pick takes the longest prefix that holds the address, and of those the least metric.
func pick(table []routeTo, addr netip.Addr) (netip.Addr, bool) {
	var best *routeTo
	for i := range table {
		r := &table[i]
		if !r.prefix.IsValid() || !r.prefix.Contains(addr) {
			continue
		}
		if best == nil || r.prefix.Bits() > best.prefix.Bits() || r.prefix.Bits() == best.prefix.Bits() && r.metric < best.metric {
			best = r
		}
	}
	if best == nil || !best.gateway.IsValid() {
		return netip.Addr{}, false
	}
	return best.gateway, true
}

// zoned adds the zone that a link-local address needs.
func zoned(a netip.Addr, iface string) netip.Addr {
	if a.Is6() && a.IsLinkLocalUnicast() {
		return a.WithZone(iface)
	}
	return a
}

// zoneIndex is the number of a zone, 0 for none.
func zoneIndex(zone string) uint32 {
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	return 0
}
