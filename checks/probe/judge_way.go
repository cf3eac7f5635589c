package probe

import (
	"net/netip"
	"slices"
	"time"

	"meiqia-diag/diag/profile"
)

func otherSite(a, b string) bool { return profile.Site(a) != profile.Site(b) }

// ports judges hosts that no TCP connection reaches, at any address.
func (j *judgement) ports() {
	if j.backlog() {
		return
	}
	for _, l := range j.r.Ladders {
		if l.TCP.State != Failed || l.Proxy != "" || j.strayed(l) {
			continue
		}
		fam := ""
		if v4 := j.r.way("ip4"); v4 != nil {
			fam = "ip4"
		}
		f := j.refusal(l.TCP.Addresses, fam)
		f.Hosts = []string{l.Host}
		j.add(f)
	}
}

// strayed reports whether a host's addresses are the name servers' fault.
func (j *judgement) strayed(l LadderResult) bool {
	for _, f := range j.faults {
		if f.Place == PlaceNames && slices.Contains(f.Hosts, l.Host) {
			return true
		}
	}
	return false
}

// backlog finds a service that takes no connections any more: its system
// completes a few, on which nobody speaks, and drops the rest.
func (j *judgement) backlog() bool {
	open, shut, spoke, silent := map[string]bool{}, map[string]bool{}, false, false
	var hosts []string
	for _, l := range j.r.Ladders {
		if l.Proxy != "" || j.strayed(l) {
			continue
		}
		for _, a := range l.TCP.Addresses {
			open[a.Family] = open[a.Family] || a.State == OK
			shut[a.Family] = shut[a.Family] || a.Kind == Timeout || l.TLS.NoSecond && a.Addr == l.TCP.Chosen
		}
		silent = silent || l.TLS.State == Failed && (l.TLS.Kind == HandshakeTimeout || l.TLS.NoSecond) || l.TLS.State == Skipped && l.HTTP.State == Failed
		spoke = spoke || l.TLS.Version != "" || l.TLS.Kind == NotTLS || l.TLS.SmallSegments == OK || l.HTTP.State == OK
		if l.TCP.State == Failed || l.TLS.State == Failed {
			hosts = append(hosts, l.Host)
		}
	}
	for _, w := range j.r.Ways {
		if h, ok := w.whole(); ok && !j.r.isNameServer(w.Addr) {
			open[w.Family] = open[w.Family] || h.Word == HopOpen
			shut[w.Family] = shut[w.Family] || h.Word == HopSilent
		}
	}
	some := open["ip4"] && shut["ip4"] || open["ip6"] && shut["ip6"]
	if !some || spoke || !silent && len(hosts) < len(j.hosts()) || len(hosts) == 0 {
		return false
	}
	j.add(Fault{Place: PlaceService, Kind: FaultBacklog, Hosts: hosts})
	return true
}

// families judges one family that fails while the other works. A machine
// without that family is no fault: nothing else is tried over it either.
func (j *judgement) families() {
	for _, fam := range []string{"ip6", "ip4"} {
		var hosts []string
		var failed []AddressResult
		for _, l := range j.r.Ladders {
			if l.TCP.State != OK || l.Proxy != "" || fam == "ip4" && j.strayed(l) {
				continue
			}
			n, bad := 0, 0
			for _, a := range l.TCP.Addresses {
				if a.Family == fam {
					n++
					if a.State == Failed {
						bad++
					}
				}
			}
			switch {
			case n == 0:
			case bad < n:
				hosts = nil
			default:
				hosts = append(hosts, l.Host)
				for _, a := range l.TCP.Addresses {
					if a.Family == fam {
						failed = append(failed, a)
					}
				}
				continue
			}
			if n > 0 {
				failed = nil
				break
			}
		}
		if len(failed) == 0 || j.absent(fam, failed) || j.backlogged() {
			continue
		}
		if w := j.r.way(fam); w != nil {
			if h, ok := w.whole(); ok && h.Word == HopOpen {
				continue // it was the one connection, not the family
			}
		}
		f := j.refusal(failed, fam)
		f.Family, f.Hosts = fam, hosts
		f.Note = fam == "ip6" && f.Kind != FaultDrop // who is told no at once goes on over IPv4 (RFC 8305)
		j.add(f)
	}
}

func (j *judgement) backlogged() bool {
	return slices.ContainsFunc(j.faults, func(f Fault) bool { return f.Kind == FaultBacklog })
}

// absent reports whether this machine has no such family at all.
func (j *judgement) absent(fam string, failed []AddressResult) bool {
	if w := j.r.way(fam); w != nil {
		if h, ok := w.whole(); ok && h.Word == NoRouteHere {
			return true
		}
		if w.Supported {
			return false
		}
	}
	return !slices.ContainsFunc(failed, func(a AddressResult) bool {
		return a.Kind != NoRoute && a.Kind != Unreachable || a.Duration > 5*localTime
	})
}

// refusal tells how connections are refused, and by whom.
func (j *judgement) refusal(addrs []AddressResult, fam string) Fault {
	w := j.r.way(fam)
	ways := []*HopResult{w}
	if other := j.r.way("ip6"); fam == "ip4" && hasFamily(addrs, "ip6") {
		ways = append(ways, other) // both fail, and the one may have been told more
	}
	for _, w := range ways {
		if w == nil {
			continue
		}
		said := w.find("tcp", func(h Hop) bool { return h.Word != HopOpen && h.Word != HopExpired })
		slices.SortStableFunc(said, func(a, b Hop) int { return b.TTL - a.TTL }) // the usual kind first
		if len(said) > 0 {
			return j.refusedHop(said[0], w)
		}
	}
	kind := gravest(addrs)
	// The quickest refusal: others may have been held back by a limit of the router's.
	took := time.Duration(0)
	for _, a := range addrs {
		if a.Kind == kind && (took == 0 || a.Duration < took) {
			took = a.Duration
		}
	}
	f := Fault{Kind: map[Kind]FaultKind{
		Refused: FaultRefused, Reset: FaultReset, Forbidden: FaultForbidden, Unreachable: FaultKind(HostUnreachable), NoRoute: FaultKind(NetUnreachable),
	}[kind]}
	switch {
	case kind == Timeout || f.Kind == "":
		f.Kind = FaultDrop
		f.Place, f.By = j.dropper(w)
		if far := w; far != nil && f.Place == PlaceRoute && len(far.find("udp", func(h Hop) bool { return h.TTL > 1 })) == 0 && j.otherFamily(fam) {
			f.Place = PlaceGateway // the other family passes the same line
		}
	case kind == Forbidden && took <= localTime:
		f.Place = PlaceDevice
	case onThisMachine(addrs):
	case took < quick:
		f.Place = j.byTime(took, kind == Refused || kind == Reset)
	default: // a router held it back, until the second SYN
		f.Place, f.By = j.dropper(w)
	}
	return f
}

func hasFamily(addrs []AddressResult, fam string) bool {
	return slices.ContainsFunc(addrs, func(a AddressResult) bool { return a.Family == fam })
}

// otherFamily reports whether the other family connects.
func (j *judgement) otherFamily(fam string) bool {
	for _, l := range j.r.Ladders {
		for _, a := range l.TCP.Addresses {
			if a.Family != fam && a.State == OK {
				return true
			}
		}
	}
	return false
}

func onThisMachine(addrs []AddressResult) bool {
	return slices.ContainsFunc(addrs, func(a AddressResult) bool {
		ap, err := netip.ParseAddrPort(a.Addr)
		return err == nil && ap.Addr().IsLoopback()
	})
}

// refusedHop places a refusal that a survey saw: by the sender of the ICMP
// error, or, as an RST comes in the service's name, by time and distance.
func (j *judgement) refusedHop(h Hop, w *HopResult) Fault {
	f := Fault{Kind: FaultKind(h.Word)}
	switch h.Word {
	case HopReset:
		f.Kind = FaultReset
		f.Place = j.resetter(h, w)
		return f
	case OwnFirewall:
		f.Kind, f.Place = FaultForbidden, PlaceDevice
		return f
	case NoRouteHere:
		f.Kind, f.Place = FaultNoRoute, PlaceDevice
		return f
	}
	f.Place = j.placeOf(h.From, w)
	if h.From.IsValid() {
		f.By = h.From.String()
	} else if h.RTT <= localTime {
		f.Place = PlaceDevice
	} else {
		f.Place = j.byTime(h.RTT, false)
	}
	return f
}

// resetter places an RST. At a time to live that does not reach the service it
// cannot be the service's.
func (j *judgement) resetter(h Hop, w *HopResult) Place {
	_, need, known := w.beyond()
	least := 0
	for _, x := range w.find("tcp", func(x Hop) bool { return x.Word == HopReset && x.TTL < wholeWay }) {
		if least == 0 || x.TTL < least {
			least = x.TTL
		}
	}
	if far, ok := j.serviceRTT(); known && ok && far >= 5*time.Millisecond {
		gw, haveGW := j.gatewayRTT()
		switch {
		case least > 0 && least < need && least <= 2 && haveGW && h.RTT <= (gw+far)/2:
			return PlaceGateway
		case least > 0 && least < need:
			return PlaceRoute
		case h.RTT >= (gw+far)/2:
			return PlaceService
		}
	}
	return j.byTime(h.RTT, true)
}

// byTime places an answer by comparing its time with the round trips that are
// known. service tells whether it may be the service's own.
func (j *judgement) byTime(took time.Duration, service bool) Place {
	gw, haveGW := j.gatewayRTT()
	far, haveFar := j.serviceRTT()
	switch {
	case took <= localTime && (!haveGW || gw > 2*localTime):
		return PlaceDevice
	case haveFar && service && took >= (gw+far)/2:
		return PlaceService
	case haveGW && took <= gw+gw/2+3*time.Millisecond && (!haveFar || far > 2*gw+3*time.Millisecond):
		return PlaceGateway
	case haveGW && haveFar:
		return PlaceRoute
	case haveGW && service && took > 3*gw+10*time.Millisecond:
		return PlaceService
	}
	return PlaceUnknown
}

// dropper tells behind which hop packets to the port vanish: the last that
// answers TCP with "time exceeded", while UDP gets farther.
func (j *judgement) dropper(w *HopResult) (p Place, by string) {
	if w == nil || !w.Supported {
		return PlaceUnknown, ""
	}
	last, _ := w.farthest("tcp")
	_, need, far := w.beyond()
	switch {
	case !far:
		return PlaceUnknown, ""
	case last.TTL == 0:
		if j.r.Gateway.Answered || need > 1 {
			return PlaceGateway, j.r.Gateway.Addr // before it even counts the hop
		}
		return PlaceUnknown, ""
	case last.TTL+1 >= need:
		if _, _, whole := w.service(); whole {
			return PlaceService, ""
		}
		return PlaceRoute, last.From.String()
	case last.TTL == 1:
		return PlaceGateway, last.From.String()
	}
	return PlaceRoute, last.From.String()
}

// addresses finds those that refuse while others of their name and family
// connect: machines of the service that are down. Silence is left to the probes
// that ask each address more than once.
func (j *judgement) addresses() {
	for _, l := range j.r.Ladders {
		if l.Proxy != "" {
			continue
		}
		var refused []string
		fam := ""
		for _, a := range l.TCP.Addresses {
			if a.Kind == Refused {
				refused, fam = append(refused, a.Addr), a.Family
			}
		}
		good := slices.ContainsFunc(l.TCP.Addresses, func(a AddressResult) bool { return a.State == OK && a.Family == fam })
		if len(refused) > 0 && good && !j.strayed(l) {
			j.add(Fault{Place: PlaceService, Kind: FaultUneven, Hosts: []string{l.Host}, Addrs: refused, Detail: "failing"})
		}
	}
}
