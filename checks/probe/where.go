package probe

import (
	"net/netip"
	"net/url"
	"time"
)

// More places than those where losses arise, from this machine on.
const (
	PlaceDevice  Place = "device"
	PlaceGateway Place = "gateway" // the first router, or a proxy in its stead
	PlaceRoute   Place = "route"   // beyond it, before the service
	PlaceNames   Place = "dns"
	PlaceProxy   Place = "proxy" // the one that this machine is told to use
	PlaceService Place = "service"
)

// FaultKind says what is broken there, in one word.
type FaultKind string

// The kinds. Those of refused connections tell how they were refused.
const (
	FaultNoRoute FaultKind = "no-route" // this machine has no way there
	FaultDead    FaultKind = "dead"     // nothing passes
	FaultDelay   FaultKind = "delay"
	FaultJitter  FaultKind = "jitter" // round trips that swing by more than half a second

	FaultReset     FaultKind = "reset"   // RST
	FaultRefused   FaultKind = "refused" // RST or port unreachable, not to be told apart here
	FaultDrop      FaultKind = "drop"
	FaultForbidden FaultKind = "forbidden"
	FaultBacklog   FaultKind = "backlog" // some connect, and nobody takes the connections
	// and the words of ICMP: net-unreachable, host-unreachable, port-unreachable,
	// admin-prohibited, host-prohibited

	FaultSilent   FaultKind = "silent"
	FaultSlow     FaultKind = "slow"
	FaultServFail FaultKind = "servfail"
	FaultNXDomain FaultKind = "nxdomain"
	FaultDNSNo    FaultKind = "dns-refused"
	FaultInjected FaultKind = "injected" // two answers that exclude each other
	FaultForged   FaultKind = "forged"   // a loopback or private address where nobody serves
	FaultDiffers  FaultKind = "differs"  // from another resolver, whose answer would serve

	FaultPortal       FaultKind = "portal"
	FaultProxyAuth    FaultKind = "proxy-auth"
	FaultProxyRefused FaultKind = "proxy-refused"
	FaultProxyDown    FaultKind = "proxy-unreachable"

	FaultHelloReset   FaultKind = "hello-reset"
	FaultTLSSilent    FaultKind = "tls-silent"
	FaultTLS          FaultKind = "tls-failed"
	FaultMTU          FaultKind = "mtu"
	FaultInterception FaultKind = "interception"
	FaultUntrusted    FaultKind = "untrusted"
	FaultSelfSigned   FaultKind = "self-signed"
	FaultExpired      FaultKind = "expired"
	FaultNotYet       FaultKind = "not-yet-valid"
	FaultWrongName    FaultKind = "wrong-name"
	FaultCAFile       FaultKind = "bad-ca-file"

	FaultNotHTTP    FaultKind = "not-http"
	FaultHTTPSilent FaultKind = "http-silent"
	FaultWSDenied   FaultKind = "ws-denied"   // 4xx
	FaultWSStripped FaultKind = "ws-stripped" // 426, or answered as a page
	FaultWSMute     FaultKind = "ws-mute"     // 101, and no pong
	FaultWSSilent   FaultKind = "ws-silent"   // no answer to the upgrade
	FaultWSFailed   FaultKind = "ws-failed"

	FaultQueueing FaultKind = "queueing"
	FaultOverload FaultKind = "overload" // some requests fail
	Fault5xx      FaultKind = "5xx"
	Fault429      FaultKind = "429"
	FaultDeadline FaultKind = "deadline"
	FaultUneven   FaultKind = "uneven"

	FaultBloat FaultKind = "bufferbloat"
)

// Fault is one thing that is broken, and where.
type Fault struct {
	Place  Place
	Kind   FaultKind
	Hosts  []string // those it was seen at
	Family string   // ip4, ip6 where only that is hit
	By     string   // address of who did it, "" unknown
	Addrs  []string // of the service, where not all are hit
	Detail string   // a fact worth showing: an issuer, a status, a host
	Note   bool     // worth a word, and no reason for a recall to fail
}

// Surroundings is what of this machine's network the probes look at.
type Surroundings struct {
	NameServers []netip.AddrPort
	Gateway     netip.Addr // IPv4; invalid for none
}

// Here reads this machine's surroundings from the system. It opens no connection.
func Here() Surroundings {
	// An address that no network is on (RFC 5737) is reached by the default route.
	gw, _ := gatewayOf(netip.AddrFrom4([4]byte{192, 0, 2, 1}))
	return Surroundings{NameServers: nameServers(), Gateway: gw}
}

// GatewayResult is whether this machine's own gateway answers.
type GatewayResult struct {
	Addr     string
	Answered bool
	RTT      time.Duration // the least of those that came back
	Tries    int
}

// WhereResult is how far connections get, and where they break.
type WhereResult struct {
	Ladders []LadderResult
	Direct  []LadderResult // past a proxy that does not let through
	Names   []NameResult
	Gateway GatewayResult
	Ways    []HopResult   // to the service over IPv4 and IPv6, to a name server
	Plain   []PlainResult // plain HTTP, for captive portals
	// TakenOver is the hop that answers for the service (a transparent proxy), 0 for
	// none. By itself it is no fault.
	TakenOver int
	Lag       Lag     // of this machine meanwhile
	Faults    []Fault // in the order of the ladder
	Duration  time.Duration
}

// way gives the survey of one family's way to the service.
func (r *WhereResult) way(family string) *HopResult {
	for i := range r.Ways {
		if w := &r.Ways[i]; w.Family == family && !r.isNameServer(w.Addr) {
			return w
		}
	}
	return nil
}

func (r *WhereResult) isNameServer(addr string) bool {
	for _, n := range r.Names {
		for _, s := range n.Servers {
			if s.Server == addr {
				return true
			}
		}
	}
	return false
}

// hostName gives the host of a URL.
func hostName(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Hostname()
}

// Host is the first host that a fault was seen at, "" for none.
func (f Fault) Host() string {
	if len(f.Hosts) == 0 {
		return ""
	}
	return f.Hosts[0]
}
