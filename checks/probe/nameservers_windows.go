package probe

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/windows"
)

// siteLocal holds the addresses that Windows lists where no IPv6 name server is set.
var siteLocal = netip.MustParsePrefix("fec0::/10")

// nameServers lists the name servers of the adapters that are up, each once.
func nameServers() []netip.AddrPort {
	const flags = windows.GAA_FLAG_SKIP_ANYCAST | windows.GAA_FLAG_SKIP_MULTICAST | windows.GAA_FLAG_SKIP_FRIENDLY_NAME
	size := uint32(16 << 10)
	for range 4 { // the list may grow between two calls
		buf := make([]byte, size)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buf[0]))
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, flags, 0, first, &size)
		if err == windows.ERROR_BUFFER_OVERFLOW {
			continue
		}
		if err != nil {
			return nil
		}
		return listed(first)
	}
	return nil
}

func listed(first *windows.IpAdapterAddresses) (out []netip.AddrPort) {
	seen := map[netip.Addr]bool{}
	for a := first; a != nil; a = a.Next {
		if a.OperStatus != windows.IfOperStatusUp || a.IfType == windows.IF_TYPE_SOFTWARE_LOOPBACK {
			continue
		}
		for d := a.FirstDnsServerAddress; d != nil; d = d.Next {
			addr, ok := netip.AddrFromSlice(d.Address.IP())
			if addr = addr.Unmap(); !ok || seen[addr] || siteLocal.Contains(addr) {
				continue
			}
			seen[addr] = true
			out = append(out, netip.AddrPortFrom(addr, 53))
		}
	}
	return out
}
