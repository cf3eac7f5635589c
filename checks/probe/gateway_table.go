//go:build linux || darwin

package probe

import "net/netip"

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
