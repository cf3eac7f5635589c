package probe

import (
	"errors"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/windows"
)

// gaaIncludeGateways is GAA_FLAG_INCLUDE_GATEWAYS.
const gaaIncludeGateways = 0x80

// nextHopTo asks for the interface that leads to an address, and for that
// interface's gateway. A more special route of the same interface is not seen.
func nextHopTo(addr netip.Addr) (netip.Addr, bool) {
	var (
		to     windows.Sockaddr = &windows.SockaddrInet6{Addr: addr.As16()}
		family uint32           = windows.AF_INET6
		index  uint32
	)
	if addr.Is4() {
		to, family = &windows.SockaddrInet4{Addr: addr.As4()}, windows.AF_INET
	}
	if windows.GetBestInterfaceEx(to, &index) != nil {
		return netip.Addr{}, false
	}
	size := uint32(16 << 10)
	for range 4 { // the list may grow between two calls
		buf := make([]uint64, size/8+1)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buf[0]))
		err := windows.GetAdaptersAddresses(family, gaaIncludeGateways, 0, first, &size)
		if errors.Is(err, windows.ERROR_BUFFER_OVERFLOW) && size < 1<<20 {
			continue
		}
		if err != nil {
			return netip.Addr{}, false
		}
		for a := first; a != nil; a = a.Next {
			if a.IfIndex != index && a.Ipv6IfIndex != index || a.OperStatus != windows.IfOperStatusUp {
				continue
			}
			for g := a.FirstGatewayAddress; g != nil; g = g.Next {
				if ip, ok := netip.AddrFromSlice(g.Address.IP()); ok && ip.Unmap().Is4() == addr.Is4() {
					return zoned(ip.Unmap(), strconv.Itoa(int(a.Ipv6IfIndex))), true
				}
			}
		}
		break
	}
	return netip.Addr{}, false
}
