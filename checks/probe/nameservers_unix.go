//go:build !windows

package probe

import (
	"bufio"
	"net/netip"
	"os"
	"strings"
)

// resolvConf is where Unix systems name their resolvers (resolv.conf(5)).
const resolvConf = "/etc/resolv.conf"

// nameServers lists this machine's name servers, in their order.
func nameServers() []netip.AddrPort {
	f, err := os.Open(resolvConf)
	if err != nil {
		return nil
	}
	defer f.Close()
	var out []netip.AddrPort
	for in := bufio.NewScanner(f); in.Scan(); {
		words := strings.Fields(in.Text())
		if len(words) < 2 || words[0] != "nameserver" {
			continue
		}
		if a, err := netip.ParseAddr(words[1]); err == nil {
			out = append(out, netip.AddrPortFrom(a.Unmap(), 53))
		}
	}
	return out
}
