package probe

import (
	"net/netip"
	"slices"
	"time"
)

// names judges the name servers. An answer that differs from another's is
// nothing by itself, as balancers give each his own: it has to be one that
// does not serve.
func (j *judgement) names() {
	if len(j.r.Names) == 0 {
		j.plainNames()
		return
	}
	broken := j.hostsWithoutNames()
	for _, n := range j.r.Names {
		for _, s := range n.Servers {
			if s.Injected {
				j.add(Fault{Place: PlaceNames, Kind: FaultInjected, Hosts: []string{n.Host}, By: s.Server})
			}
		}
	}
	silent, slow, n := map[string]int{}, map[string]int{}, len(j.r.Names)
	servers := len(j.r.Names[0].Servers)
	for _, name := range j.r.Names {
		for _, s := range name.Servers {
			switch {
			case s.Kind == Timeout && s.Duration >= slowNames:
				silent[s.Server]++
			case len(s.Answers) > 0 && s.Answers[0].After >= slowNames:
				slow[s.Server]++
			}
		}
	}
	// Only what delays or spoils this machine's own lookups is a fault.
	if len(broken) > 0 {
		for s, c := range slow {
			if c == n {
				j.add(Fault{Place: PlaceNames, Kind: FaultSlow, Hosts: broken, By: s})
			}
		}
		for s, c := range silent {
			if c == n {
				j.add(Fault{Place: PlaceNames, Kind: FaultSilent, Hosts: broken, By: s})
			}
		}
		for kind, fault := range map[Kind]FaultKind{NXDomain: FaultNXDomain, ServFail: FaultServFail, DNSRefused: FaultDNSNo} {
			for _, name := range j.r.Names {
				said := 0
				for _, s := range name.Servers {
					if s.Kind == kind {
						said++
					}
				}
				if said == servers && slices.Contains(broken, name.Host) {
					j.add(Fault{Place: PlaceNames, Kind: fault, Hosts: []string{name.Host}, By: name.Servers[0].Server})
				}
			}
		}
	}
	j.forged()
	if len(broken) > 0 && !j.has(PlaceNames) {
		j.plainNames()
	}
}

// has reports whether a fault of a place is noted.
func (j *judgement) has(p Place) bool {
	return slices.ContainsFunc(j.faults, func(f Fault) bool { return f.Place == p })
}

// hostsWithoutNames lists the hosts whose lookup failed.
func (j *judgement) hostsWithoutNames() (out []string) {
	for _, l := range j.r.Ladders {
		if l.DNS.State == Failed && l.DNS.Kind != BadURL && !slices.Contains(out, l.DNS.Host) {
			out = append(out, l.DNS.Host)
		}
	}
	return out
}

// plainNames tells of failed lookups by what the system's resolver said.
func (j *judgement) plainNames() {
	for _, l := range j.r.Ladders {
		if l.DNS.State != Failed || l.DNS.Kind == BadURL {
			continue
		}
		kind := FaultServFail
		switch l.DNS.Kind {
		case Timeout, Canceled:
			kind = FaultSilent
		case NXDomain, NoAddress:
			kind = FaultNXDomain
		}
		j.add(Fault{Place: PlaceNames, Kind: kind, Hosts: []string{l.DNS.Host}})
	}
}

// forged finds answers that cannot be the service's: a loopback or private
// address where nobody serves, or one that does not serve where another
// resolver's answer is another.
func (j *judgement) forged() {
	for _, n := range j.r.Names {
		for i, s := range n.Servers {
			if len(s.Answers) == 0 || s.Injected {
				continue
			}
			got := s.Answers[0].Addrs
			odd := slices.ContainsFunc(got, private)
			others := slices.ContainsFunc(n.Servers, func(o NameServer) bool {
				return len(o.Answers) > 0 && len(o.Answers[0].Addrs) > 0 && !slices.ContainsFunc(o.Answers[0].Addrs, private)
			})
			switch {
			case odd && !j.connected(n.Host, got) && (others || j.used(n.Host, got)):
				j.add(Fault{Place: PlaceNames, Kind: FaultForged, Hosts: []string{n.Host}, By: s.Server, Addrs: texts(got)})
			case i > 0 && len(got) > 0 && len(n.Servers[0].Answers) > 0 && exclude(n.Servers[0].Answers[0], s.Answers[0]) && j.used(n.Host, n.Servers[0].Answers[0].Addrs) && j.strange(n.Host):
				j.add(Fault{Place: PlaceNames, Kind: FaultDiffers, Hosts: []string{n.Host}, By: n.Servers[0].Server, Addrs: texts(n.Servers[0].Answers[0].Addrs)})
			}
		}
	}
}

// connected reports whether one of the addresses took a connection.
func (j *judgement) connected(host string, addrs []netip.Addr) bool {
	for _, l := range j.r.Ladders {
		for _, a := range l.TCP.Addresses {
			if ap, err := netip.ParseAddrPort(a.Addr); err == nil && l.Host == host && a.State == OK && slices.Contains(addrs, ap.Addr()) {
				return true
			}
		}
	}
	return false
}

// used reports whether the ladder went to one of the addresses.
func (j *judgement) used(host string, addrs []netip.Addr) bool {
	for _, l := range j.r.Ladders {
		for _, a := range l.TCP.Addresses {
			if ap, err := netip.ParseAddrPort(a.Addr); err == nil && l.Host == host && slices.Contains(addrs, ap.Addr()) {
				return true
			}
		}
	}
	return false
}

// strange reports whether what a host's ladder met was none of the service's,
// while other hosts do well.
func (j *judgement) strange(host string) bool {
	for _, l := range j.r.Ladders {
		if l.Host == host && (slices.Contains(l.TLS.Problems, NameMismatch) || l.TCP.State == Failed) {
			return true
		}
	}
	return false
}

func texts(addrs []netip.Addr) (out []string) {
	for _, a := range addrs {
		out = append(out, a.String())
	}
	return out
}

// proxies judges the proxy that this machine is told to use.
func (j *judgement) proxies() {
	for _, l := range j.r.Ladders {
		if l.Proxy == "" {
			continue
		}
		f := Fault{Place: PlaceProxy, Hosts: []string{l.Host}, By: l.Proxy}
		for _, d := range j.r.Direct {
			if d.Target == l.Target && d.TLS.State == OK {
				f.Detail = "direct works"
			}
		}
		switch {
		case l.TCP.State == Failed:
			f.Kind = FaultProxyDown
		case l.ProxyTunnel.Kind == ProxyAuth || l.HTTP.Kind == ProxyAuth:
			f.Kind = FaultProxyAuth
		case l.ProxyTunnel.State == Failed:
			f.Kind = FaultProxyRefused
			if l.ProxyTunnel.Detail != "" && f.Detail == "" {
				f.Detail = l.ProxyTunnel.Detail
			}
		default:
			continue
		}
		j.add(f)
	}
}

// portal finds somebody who answers plain HTTP in the service's place: he leads
// to another site, or to a host that is none of the service's while the
// service's own port is closed, or from nearer than the service is.
func (j *judgement) portal() bool {
	shut := false
	for _, l := range j.r.Ladders {
		shut = shut || l.TCP.State == Failed && l.Proxy == ""
	}
	found := false
	for _, p := range j.r.Plain {
		if p.Kind != None {
			continue
		}
		near, isNear := j.nearer(p.Connect, p.Connect)
		away := p.To != "" && !p.Known && p.Plain
		if p.Status != 511 && !(away && (shut || isNear || otherSite(p.To, p.Host))) {
			continue
		}
		place := PlaceGateway // where networks put them
		if isNear {
			place = near
		}
		hosts := []string{p.Host}
		for _, l := range j.r.Ladders { // it stands before all of them
			if l.Proxy == "" && l.FirstFailed != "" && !slices.Contains(hosts, l.Host) {
				hosts = append(hosts, l.Host)
			}
		}
		j.add(Fault{Place: place, Kind: FaultPortal, Hosts: hosts, Detail: p.To})
		found = true
	}
	for _, l := range j.r.Ladders {
		if l.HTTP.Kind == Portal || l.HTTP.Kind == Redirected && l.TLS.State != OK {
			j.add(Fault{Place: PlaceGateway, Kind: FaultPortal, Hosts: []string{l.Host}, Detail: l.HTTP.RedirectHost})
			found = true
		}
	}
	return found
}

// quick is a rejection that a router did not hold back.
const quick = 900 * time.Millisecond
