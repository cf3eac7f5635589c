package probe

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// judgement draws the faults from what was measured. It is a function of the
// result alone.
type judgement struct {
	r      *WhereResult
	known  map[string]bool
	faults []Fault
	swings bool // the way's round trips do, so that no answer in time does not mean none
}

// judge lists what is broken, the nearest and lowest first. What a fault
// explains is not told again as another.
func judge(r *WhereResult, known map[string]bool) []Fault {
	j := &judgement{r: r, known: known}
	if j.noRoute() || j.dead() {
		return j.faults
	}
	j.delay()
	j.swing()
	j.names()
	j.proxies()
	if !j.portal() {
		j.ports()
	}
	j.families()
	j.addresses()
	j.tls()
	j.http()
	j.webSockets()
	return j.faults
}

// silence holds the kinds that rest on nobody having answered in time. Where
// this machine itself stood still meanwhile they are not told.
var silence = map[FaultKind]bool{FaultTLSSilent: true, FaultHTTPSilent: true, FaultWSMute: true, FaultWSSilent: true, FaultBacklog: true, FaultMTU: true, FaultSlow: true, FaultDelay: true}

// add notes a fault, or another host of one that is noted.
func (j *judgement) add(f Fault) {
	if j.r.Lag.Stalled() && silence[f.Kind] {
		return
	}
	if j.swings && (silence[f.Kind] && f.Kind != FaultDelay || f.Kind == FaultSilent || f.Kind == FaultDrop || f.Kind == FaultDead) {
		return
	}
	for i := range j.faults {
		g := &j.faults[i]
		if g.Place == f.Place && g.Kind == f.Kind && g.Family == f.Family && (g.By == f.By || f.Place == PlaceNames) && g.Note == f.Note && slices.Equal(g.Addrs, f.Addrs) {
			if f.By != "" && !strings.Contains(g.By, f.By) {
				g.By += " " + f.By
			}
			for _, h := range f.Hosts {
				if !slices.Contains(g.Hosts, h) {
					g.Hosts = append(g.Hosts, h)
				}
			}
			return
		}
	}
	j.faults = append(j.faults, f)
}

// reached reports whether any TCP connection was made to anybody.
func (j *judgement) reached() bool {
	for _, l := range j.r.Ladders {
		if l.TCP.State == OK {
			return true
		}
	}
	for _, w := range j.r.Ways {
		if len(w.find("tcp", func(h Hop) bool { return h.Word == HopOpen })) > 0 {
			return true
		}
	}
	return false
}

// named reports whether any name server gave any answer at all.
func (j *judgement) named() bool {
	for _, n := range j.r.Names {
		for _, s := range n.Servers {
			if len(s.Answers) > 0 || s.Kind == Refused {
				return true
			}
		}
	}
	for _, l := range j.r.Ladders {
		if l.DNS.V4.Found+l.DNS.V6.Found > 0 || l.DNS.Kind == NXDomain || l.DNS.Kind == ServFail {
			return true
		}
	}
	return false
}

// noRoute: this machine itself has no way out.
func (j *judgement) noRoute() bool {
	if j.reached() {
		return false
	}
	none := 0
	for _, n := range j.r.Names {
		for _, s := range n.Servers {
			if s.Kind != NoRoute {
				return false
			}
			none++
		}
	}
	for _, l := range j.r.Ladders {
		for _, a := range l.TCP.Addresses {
			if a.Kind != NoRoute || a.Duration > localTime {
				return false
			}
			none++
		}
	}
	if none == 0 {
		return false
	}
	j.add(Fault{Place: PlaceDevice, Kind: FaultNoRoute, Hosts: j.hosts()})
	return true
}

func (j *judgement) hosts() (out []string) {
	for _, l := range j.r.Ladders {
		if !slices.Contains(out, l.Host) {
			out = append(out, l.Host)
		}
	}
	return out
}

// localTime is within what this machine itself answers.
const localTime = time.Millisecond

// dead: nobody answers. The gateway tells whether it is the own network or
// what lies behind it.
func (j *judgement) dead() bool {
	if j.reached() || j.named() || len(j.r.Ladders) == 0 {
		return false
	}
	asked, beyond := false, false
	gateway := j.r.Gateway.Answered
	for _, l := range j.r.Ladders {
		if l.TCP.State == Failed {
			if l.TCP.Kind != Timeout {
				return false // somebody said no
			}
			asked = true
		}
		asked = asked || l.DNS.State == Failed && l.DNS.Kind == Timeout
	}
	for _, w := range j.r.Ways {
		for _, h := range w.Hops {
			switch {
			case h.Word == HopSilent:
			case h.Word == HopExpired && (h.TTL == 1 || h.From.String() == j.r.Gateway.Addr):
				gateway = true
			default:
				beyond = true
			}
		}
	}
	if !asked || beyond {
		return false
	}
	place := PlaceUnknown
	switch {
	case gateway:
		if len(j.r.Ways) == 0 {
			return false // nobody looked behind it
		}
		place = PlaceRoute
	case j.r.Gateway.Addr != "":
		place = PlaceLAN
	}
	j.add(Fault{Place: place, Kind: FaultDead, Hosts: j.hosts(), By: j.r.Gateway.Addr})
	return true
}

// Round trips that are faults of their own: a gateway stands next door, and
// half a second around the globe is what satellites take.
const (
	slowGateway = 100 * time.Millisecond
	slowWay     = 400 * time.Millisecond // more than that behind the gateway
)

// delay compares the gateway's round trip with the service's. The least of
// several counts: a lost packet only ever adds.
func (j *judgement) delay() {
	gw, haveGW := j.gatewayRTT()
	if haveGW && gw >= slowGateway {
		j.add(Fault{Place: PlaceLAN, Kind: FaultDelay, By: j.r.Gateway.Addr, Detail: gw.Round(time.Millisecond).String()})
	}
	if d, ok := j.serviceRTT(); ok && d-gw >= slowWay {
		place := PlaceRoute
		if !haveGW {
			place = PlaceUnknown
		}
		j.add(Fault{Place: place, Kind: FaultDelay, Detail: d.Round(time.Millisecond).String()})
	}
}

// swingsBy is how far the round trips of single packets beyond the gateway lie
// apart on a way that is of no use, however its best moments look.
const swingsBy = 600 * time.Millisecond

// swing finds a way whose round trips swing by more than what waiting for them allows.
func (j *judgement) swing() {
	least, most, n := time.Duration(0), time.Duration(0), 0
	for _, w := range j.r.Ways {
		for _, h := range w.Hops {
			if h.Proto != "udp" || h.Word == HopSilent || h.TTL == 1 || // TCP sends again by itself
				h.From == w.Own || h.From == w.Gateway || h.From.String() == j.r.Gateway.Addr || h.RTT <= 0 {
				continue
			}
			if n == 0 || h.RTT < least {
				least = h.RTT
			}
			most = max(most, h.RTT)
			n++
		}
	}
	if n < 2 || most-least < swingsBy && most < slowWay+swingsBy {
		return
	}
	j.swings = true
	if !slices.ContainsFunc(j.faults, func(f Fault) bool { return f.Kind == FaultDelay && f.Place != PlaceLAN }) {
		j.add(Fault{Place: PlaceRoute, Kind: FaultJitter, Hosts: j.hosts(), Detail: least.Round(time.Millisecond).String() + "–" + most.Round(time.Millisecond).String()})
	}
}

// gatewayRTT is the least round trip to the gateway that was seen.
func (j *judgement) gatewayRTT() (least time.Duration, ok bool) {
	note := func(d time.Duration) {
		if !ok || d < least {
			least, ok = d, true
		}
	}
	if j.r.Gateway.Answered {
		note(j.r.Gateway.RTT)
	}
	for _, w := range j.r.Ways {
		for _, h := range w.Hops {
			if h.Word == HopExpired && h.TTL == 1 {
				note(h.RTT)
			}
		}
	}
	return least, ok
}

// serviceRTT is the least round trip to the service that was seen: of UDP where
// somebody else takes TCP, else of connects too.
func (j *judgement) serviceRTT() (least time.Duration, ok bool) {
	note := func(d time.Duration) {
		if !ok || d < least {
			least, ok = d, true
		}
	}
	for i := range j.r.Ways {
		w := &j.r.Ways[i]
		if j.r.isNameServer(w.Addr) {
			continue
		}
		if d, _, far := w.service(); far {
			note(d)
		} else if d, _, far := w.beyond(); far && j.r.TakenOver > 0 {
			note(d)
		}
		if h, is := w.whole(); is && h.Word == HopOpen && j.r.TakenOver == 0 {
			note(h.RTT)
		}
	}
	if j.r.TakenOver > 0 {
		for _, p := range j.r.Plain { // another port, which nobody need have taken over
			if p.Kind == None && !ok {
				least, ok = p.Connect, true
			}
		}
		return least, ok
	}
	for _, l := range j.r.Ladders {
		if l.Proxy != "" {
			continue
		}
		for _, a := range l.TCP.Addresses {
			if a.State == OK {
				note(a.Duration)
			}
		}
	}
	return least, ok
}

// nearer tells who answered after d: somebody on the way, who is nearer than the
// service. connect is the round trip of TCP, which somebody may have taken over.
func (j *judgement) nearer(d, connect time.Duration) (p Place, yes bool) {
	far, ok := j.serviceRTT()
	if !ok || far < 5*time.Millisecond {
		return PlaceUnknown, false // too near to tell the two apart
	}
	near := connect
	if gw, known := j.gatewayRTT(); known && gw < near {
		near = gw
	}
	if d >= (near+far)/2 {
		return PlaceUnknown, false
	}
	return j.taker(d), true
}

// taker is who stands where somebody answers for the service.
func (j *judgement) taker(d time.Duration) Place {
	gw, known := j.gatewayRTT()
	switch {
	case j.r.TakenOver == 1:
		return PlaceGateway
	case j.r.TakenOver > 1:
		return PlaceRoute
	case d < localTime && (!known || gw > 2*localTime):
		return PlaceDevice
	case known && (d <= gw+gw/2+3*time.Millisecond || d < (gw+j.behindGateway())/2):
		return PlaceGateway
	}
	return PlaceRoute
}

// behindGateway is the round trip to what is next behind the gateway, as far as
// it is known: the second router, or the service.
func (j *judgement) behindGateway() (least time.Duration) {
	if w := j.r.way("ip4"); w != nil {
		for _, h := range w.find("udp", func(h Hop) bool { return h.TTL == 2 }) {
			least = h.RTT
		}
	}
	if far, ok := j.serviceRTT(); ok && (least == 0 || far < least) {
		least = far
	}
	return least
}

// placeOf sorts the address that an ICMP error came from.
func (j *judgement) placeOf(from netip.Addr, w *HopResult) Place {
	switch {
	case !from.IsValid():
		return PlaceUnknown
	case from == w.Own || from.IsLoopback():
		return PlaceDevice
	case from.String() == j.r.Gateway.Addr, from == w.Gateway.WithZone(""):
		return PlaceGateway
	case from == w.target():
		return PlaceService
	}
	for _, h := range w.Hops {
		if h.Word == HopExpired && h.TTL == 1 && h.From == from {
			return PlaceGateway
		}
	}
	return PlaceRoute
}
