package bed

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
)

// serve starts what runs on the bed's machines.
func (b *Bed) serve() (err error) {
	if b.CA, err = NewAuthority("Bed Root CA"); err != nil {
		return err
	}
	if b.Chat, err = startChat(b); err != nil {
		return err
	}
	b.onClose(b.Chat.close)
	for i := range timeServers {
		s, err := startTime(b.Internet, net.JoinHostPort(TimeIP(i).String(), "123"))
		if err != nil {
			return err
		}
		b.onClose(s.close)
		b.Time = append(b.Time, s)
	}
	for i := range resolvers {
		s, err := startDNS(b.Internet, net.JoinHostPort(ResolverIP(i).String(), "53"), b.zone())
		if err != nil {
			return err
		}
		b.onClose(s.close)
		b.DNS = append(b.DNS, s)
	}
	return b.profile()
}

// zone is what the bed's name servers know.
func (b *Bed) zone() map[string][]netip.Addr {
	var all []netip.Addr
	for i := range b.Topology.Backends {
		all = append(all, BackendIP(i))
		if i < b.Topology.Backends6 {
			all = append(all, BackendIP6(i))
		}
	}
	first := []netip.Addr{BackendIP(0)}
	if b.Topology.Backends6 > 0 {
		first = append(first, BackendIP6(0))
	}
	zone := map[string][]netip.Addr{Workbench: first, API: all, Push: first, "portal." + Zone: {GatewayIP}}
	for i := range timeServers {
		zone[TimeName(i)] = []netip.Addr{TimeIP(i)}
	}
	zone["chrony."+Zone] = []netip.Addr{ChronyIP}
	return zone
}

// TimeName is the name of time server i, from 0.
func TimeName(i int) string { return fmt.Sprintf("time%d.%s", i+1, Zone) }

// Profile is a profile overlay for meiqia-diag that names the bed's hosts.
func (b *Bed) Profile() string {
	var out strings.Builder
	fmt.Fprintf(&out, "name: bed\nbase: meiqia\nhosts:\n")
	fmt.Fprintf(&out, "  - {role: workbench, url: \"https://%s/chat\"}\n", Workbench)
	fmt.Fprintf(&out, "  - {role: api,       url: \"https://%s/\"}\n", API)
	fmt.Fprintf(&out, "  - {role: push,      url: \"wss://%s/pusher/websocket\"}\n", Push)
	fmt.Fprintf(&out, "time_servers: [")
	for i := range timeServers {
		fmt.Fprintf(&out, "%q, ", TimeName(i)+":123")
	}
	fmt.Fprintf(&out, "]\nca_file: %q\nexpected_issuers: [%q]\nwindow: 2m\n", b.CAFile, b.CA.Name)
	return out.String()
}

func (b *Bed) profile() error {
	b.CAFile, b.ProfileFile = filepath.Join(b.Dir, "ca.pem"), filepath.Join(b.Dir, "profile.yaml")
	if err := os.WriteFile(b.CAFile, b.CA.PEM, 0o644); err != nil {
		return err
	}
	return os.WriteFile(b.ProfileFile, []byte(b.Profile()), 0o644)
}
