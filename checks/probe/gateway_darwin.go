package probe

import (
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/route"
)

// nextHopTo reads the routing table over sysctl (route(4)).
func nextHopTo(addr netip.Addr) (netip.Addr, bool) {
	af := syscall.AF_INET
	if addr.Is6() {
		af = syscall.AF_INET6
	}
	rib, err := route.FetchRIB(af, route.RIBTypeRoute, 0)
	if err != nil {
		return netip.Addr{}, false
	}
	msgs, err := route.ParseRIB(route.RIBTypeRoute, rib)
	if err != nil {
		return netip.Addr{}, false
	}
	var table []routeTo
	for _, m := range msgs {
		r, ok := m.(*route.RouteMessage)
		// Scoped routes are those of one interface alone.
		if !ok || r.Flags&syscall.RTF_UP == 0 || r.Flags&(syscall.RTF_REJECT|syscall.RTF_BLACKHOLE|syscall.RTF_IFSCOPE) != 0 || len(r.Addrs) <= syscall.RTAX_NETMASK {
			continue
		}
		dst, ok := routeAddr(r.Addrs[syscall.RTAX_DST], 0)
		if !ok {
			continue
		}
		bits := dst.BitLen()
		if r.Flags&syscall.RTF_HOST == 0 {
			bits = maskBits(r.Addrs[syscall.RTAX_NETMASK])
		}
		line := routeTo{prefix: netip.PrefixFrom(dst, bits)}
		if r.Flags&syscall.RTF_GATEWAY != 0 {
			if gw, ok := routeAddr(r.Addrs[syscall.RTAX_GATEWAY], r.Index); ok {
				line.gateway = gw
			}
		}
		table = append(table, line)
	}
	return pick(table, addr)
}

func routeAddr(a route.Addr, index int) (netip.Addr, bool) {
	switch a := a.(type) {
	case *route.Inet4Addr:
		return netip.AddrFrom4(a.IP), true
	case *route.Inet6Addr:
		ip := netip.AddrFrom16(a.IP)
		if a.ZoneID != 0 {
			index = a.ZoneID
		}
		if iface, err := net.InterfaceByIndex(index); err == nil {
			ip = zoned(ip, iface.Name)
		}
		return ip, true
	}
	return netip.Addr{}, false
}

// maskBits is the length of a netmask; the default route's may be missing.
func maskBits(a route.Addr) int {
	var mask []byte
	switch a := a.(type) {
	case *route.Inet4Addr:
		mask = a.IP[:]
	case *route.Inet6Addr:
		mask = a.IP[:]
	}
	ones, _ := net.IPMask(mask).Size()
	return ones
}
