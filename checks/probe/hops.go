package probe

import (
	"net/netip"
	"time"
)

// HopWord is what came back of one packet with a limited time to live.
type HopWord string

// What may come back.
const (
	HopSilent  HopWord = ""
	HopExpired HopWord = "expired" // a router on the way: time exceeded
	HopOpen    HopWord = "open"    // SYN-ACK: who answers for the service
	HopReset   HopWord = "reset"   // RST

	// Destination unreachable, by its code (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443 section 3.1).
	NetUnreachable  HopWord = "net-unreachable"
	HostUnreachable HopWord = "host-unreachable"
	PortUnreachable HopWord = "port-unreachable"
	AdminProhibited HopWord = "admin-prohibited"
	HostProhibited  HopWord = "host-prohibited"
	NoRouteHere     HopWord = "no-route" // this machine's own routing table
	OwnFirewall     HopWord = "forbidden"
)

// Hop is one packet of a survey and its answer.
type Hop struct {
	Proto string // tcp udp
	TTL   int    // wholeWay for a packet with the usual time to live
	Word  HopWord
	From  netip.Addr    // who sent the ICMP; the target where it is no ICMP
	RTT   time.Duration // until the answer
}

// HopResult is what a survey of the way to one address found.
type HopResult struct {
	Addr      string // ip:port
	Family    string // ip4 ip6
	Supported bool   // this system lets a plain user look
	Own       netip.Addr
	Gateway   netip.Addr // this machine's next hop there
	Hops      []Hop
	Duration  time.Duration
}

// wholeWay is the time to live that reaches everybody.
const wholeWay = 64

// The survey. UDP goes to traceroute's ports, which nobody serves: the target
// says port unreachable there, where its firewall lets it. Every router that
// sends ICMP errors limits them (Linux: six at once, then one a second, RFC 1812
// section 4.3.2.8), so the first round is small.
const (
	surveyUDPHops = 8 // in the second round; the first has three
	surveyTCPHops = 6
	surveyPort    = 33434
	hopPatience   = 150 * time.Millisecond
	lazyWait      = 350 * time.Millisecond // for IPv6, which is only looked at where it does not connect
	surveyAgain   = 400 * time.Millisecond // when what is unanswered is sent again
)

// find gives the answers of one protocol that keep the condition.
func (r *HopResult) find(proto string, keep func(Hop) bool) []Hop {
	var out []Hop
	for _, h := range r.Hops {
		if h.Proto == proto && h.Word != HopSilent && keep(h) {
			out = append(out, h)
		}
	}
	return out
}

// whole gives the packet of the usual kind, which meets what connections meet.
func (r *HopResult) whole() (h Hop, ok bool) {
	for _, h := range r.Hops {
		if h.Proto == "tcp" && h.TTL == wholeWay {
			return h, true
		}
	}
	return Hop{}, false
}

// target is the address that was surveyed.
func (r *HopResult) target() netip.Addr {
	ap, _ := netip.ParseAddrPort(r.Addr)
	return ap.Addr()
}

// service is the round trip to the target itself, as UDP sees it, and its
// distance in hops; ok is false where it does not tell.
func (r *HopResult) service() (rtt time.Duration, hops int, ok bool) {
	for _, h := range r.find("udp", func(h Hop) bool { return h.Word == PortUnreachable && h.From == r.target() }) {
		if !ok || h.TTL < hops {
			hops = h.TTL
		}
		if !ok || h.RTT < rtt {
			rtt = h.RTT
		}
		ok = true
	}
	if hops == wholeWay { // one behind the farthest router that answered, at least
		last, _ := r.farthest("udp")
		hops = max(2, last.TTL+1)
	}
	return rtt, hops, ok
}

// farthest is the last router that answered a protocol's packets.
func (r *HopResult) farthest(proto string) (h Hop, ok bool) {
	for _, x := range r.find(proto, func(h Hop) bool { return h.Word == HopExpired }) {
		if x.TTL > h.TTL {
			h, ok = x, true
		}
	}
	return h, ok
}

// beyond is a lower bound of the distance and round trip of the target: its
// own, or those of the farthest router before it.
func (r *HopResult) beyond() (rtt time.Duration, hops int, ok bool) {
	if rtt, hops, ok = r.service(); ok {
		return rtt, hops, true
	}
	h, far := r.farthest("udp")
	return h.RTT, h.TTL + 1, far
}

// transparent tells at which hop somebody takes connections over: TCP is
// answered at a time to live at which UDP to the same address still expires, or
// which ends at the gateway.
func (r *HopResult) transparent() (hop int, ok bool) {
	_, need, known := r.beyond()
	if !known && r.Gateway.IsValid() && r.Gateway != r.target() {
		need, known = 2, true
	}
	for _, h := range r.find("tcp", func(h Hop) bool { return h.Word == HopOpen && h.TTL < wholeWay }) {
		if known && h.TTL < need && (!ok || h.TTL < hop) {
			hop, ok = h.TTL, true
		}
	}
	return hop, ok
}
