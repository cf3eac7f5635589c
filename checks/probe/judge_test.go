package probe

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

const msec = time.Millisecond

// The way of these tests: gateway at 2 msec, service three hops and 40 msec away.
var (
	ownAddr  = netip.MustParseAddr("192.168.7.2")
	gwAddr   = netip.MustParseAddr("192.168.7.1")
	midAddr  = netip.MustParseAddr("198.51.100.1")
	svcAddr  = netip.MustParseAddr("203.0.113.7")
	svcPort  = "203.0.113.7:443"
	svcPort6 = "[2001:db8::7]:443"
)

// sound is a result where all is well.
func sound() WhereResult {
	l := LadderResult{Target: Target{"api", "https://svc.test/"}, Host: "svc.test", Port: "443"}
	l.DNS.Rung, l.DNS.Host = Rung{Name: "dns", State: OK}, "svc.test"
	l.DNS.V4.Found = 1
	l.TCP = TCPRung{Rung: Rung{Name: "tcp", State: OK, Duration: 40 * msec}, Chosen: svcPort, Addresses: []AddressResult{{Addr: svcPort, Family: "ip4", State: OK, Duration: 40 * msec}}}
	l.ProxyTunnel = Rung{Name: "proxy", State: Skipped}
	l.TLS = TLSRung{Rung: Rung{Name: "tls", State: OK, Duration: 42 * msec}, Connect: 40 * msec, Cert: Cert{Version: "TLS 1.3", Expected: "yes"}}
	l.HTTP = HTTPRung{Rung: Rung{Name: "http", State: OK}, Status: 200}
	l.WS.Rung = Rung{Name: "websocket", State: Skipped}
	return WhereResult{
		Ladders: []LadderResult{l},
		Gateway: GatewayResult{Addr: gwAddr.String(), Answered: true, RTT: 2 * msec},
		Names:   []NameResult{{Host: "svc.test", Servers: []NameServer{{Server: "192.168.7.1:53", Answers: []NameAnswer{{Addrs: []netip.Addr{svcAddr}}}}}}},
		Ways: []HopResult{{Addr: svcPort, Family: "ip4", Supported: true, Own: ownAddr, Hops: []Hop{
			{"tcp", wholeWay, HopOpen, svcAddr, 40 * msec},
			{"udp", 1, HopExpired, gwAddr, 2 * msec}, {"udp", 2, HopExpired, midAddr, 39 * msec}, {"udp", 3, PortUnreachable, svcAddr, 40 * msec},
			{"tcp", 1, HopExpired, gwAddr, 2 * msec}, {"tcp", 2, HopExpired, midAddr, 39 * msec},
		}}},
	}
}

// shutTCP makes every connect fail, as the survey sees it too; hops replaces the
// survey's TCP packets.
func shutTCP(r *WhereResult, kind Kind, took time.Duration, hops ...Hop) {
	for i := range r.Ladders {
		l := &r.Ladders[i]
		l.TCP = TCPRung{Rung: Rung{Name: "tcp", State: Failed, Kind: kind, Duration: took}, Addresses: []AddressResult{{Addr: svcPort, Family: "ip4", State: Failed, Kind: kind, Duration: took}}}
		l.TLS, l.HTTP = TLSRung{Rung: Rung{Name: "tls", State: Skipped}}, HTTPRung{Rung: Rung{Name: "http", State: Skipped}}
		l.FirstFailed = "tcp"
	}
	w := &r.Ways[0]
	var keep []Hop
	for _, h := range w.Hops {
		if h.Proto == "udp" {
			keep = append(keep, h)
		}
	}
	w.Hops = append(keep, hops...)
}

func failTLS(r *WhereResult, kind Kind, took time.Duration) *TLSRung {
	l := &r.Ladders[0]
	l.TLS = TLSRung{Rung: Rung{Name: "tls", State: Failed, Kind: kind, Duration: took}, Connect: l.TLS.Connect}
	l.HTTP, l.FirstFailed = HTTPRung{Rung: Rung{Name: "http", State: Skipped}}, "tls"
	return &l.TLS
}

func badCert(r *WhereResult, c Cert) {
	t := failTLS(r, None, 42*msec)
	t.State, t.Cert, t.Version = Failed, c, "TLS 1.3"
	if len(c.Problems) == 0 {
		t.State = OK
	} else {
		t.Kind = c.Problems[0]
	}
}

// taken makes the gateway answer for the service.
func taken(r *WhereResult) {
	r.TakenOver = 1
	for i := range r.Ways[0].Hops {
		if h := &r.Ways[0].Hops[i]; h.Proto == "tcp" {
			h.Word, h.From, h.RTT = HopOpen, svcAddr, 2*msec
		}
	}
	l := &r.Ladders[0]
	l.TCP.Addresses[0].Duration, l.TLS.Connect = 2*msec, 2*msec
}

func ws(r *WhereResult, kind Kind, status int, ttfb time.Duration) {
	r.Ladders[0].WS = WSRung{Rung: Rung{Name: "websocket", State: Failed, Kind: kind}, Status: status, TTFB: ttfb}
	r.Ladders[0].FirstFailed = "websocket"
}

func TestJudge(t *testing.T) {
	whole := func(w HopWord, from netip.Addr, rtt time.Duration) Hop { return Hop{"tcp", wholeWay, w, from, rtt} }
	expired1, expired2 := Hop{"tcp", 1, HopExpired, gwAddr, 2 * msec}, Hop{"tcp", 2, HopExpired, midAddr, 39 * msec}
	silent := func(r *WhereResult) {
		for i := range r.Ladders {
			r.Ladders[i].DNS.State, r.Ladders[i].DNS.Kind, r.Ladders[i].DNS.V4.Found = Failed, Timeout, 0
		}
		r.Names[0].Servers[0] = NameServer{Server: "198.51.100.53:53", Kind: Timeout, Duration: 2300 * msec}
		shutTCP(r, None, 0)
		r.Ladders[0].TCP = TCPRung{Rung: Rung{Name: "tcp", State: Skipped}}
	}
	for _, c := range []struct {
		name string
		with func(*WhereResult)
		want string
	}{
		{"sound", func(*WhereResult) {}, ""},
		{"rejected by ICMP at the gateway", func(r *WhereResult) { shutTCP(r, Unreachable, 2*msec, whole(HostUnreachable, gwAddr, 2*msec)) }, "gateway host-unreachable"},
		{"rejected by ICMP beyond it", func(r *WhereResult) { shutTCP(r, Unreachable, 39*msec, whole(AdminProhibited, midAddr, 39*msec)) }, "route admin-prohibited"},
		{"rejected by the service's firewall", func(r *WhereResult) { shutTCP(r, Unreachable, 40*msec, whole(HostProhibited, svcAddr, 40*msec)) }, "service host-prohibited"},
		{"rejected by this machine", func(r *WhereResult) { shutTCP(r, Unreachable, msec/5, whole(HostProhibited, ownAddr, msec/5)) }, "device host-prohibited"},
		{"forbidden here", func(r *WhereResult) { shutTCP(r, Forbidden, msec/5, whole(OwnFirewall, ownAddr, msec/5)) }, "device forbidden"},
		{"held back until the second SYN", func(r *WhereResult) {
			shutTCP(r, Unreachable, 1003*msec, whole(HopSilent, netip.Addr{}, 0), Hop{"tcp", 2, HostUnreachable, gwAddr, 2 * msec})
		}, "gateway host-unreachable"},
		{"reset at the gateway", func(r *WhereResult) {
			shutTCP(r, Refused, 2*msec, whole(HopReset, svcAddr, 2*msec), expired1, Hop{"tcp", 2, HopReset, svcAddr, 2 * msec})
		}, "gateway reset"},
		{"reset by the service", func(r *WhereResult) {
			shutTCP(r, Refused, 40*msec, whole(HopReset, svcAddr, 40*msec), expired1, expired2)
		}, "service reset"},
		{"dropped behind the gateway", func(r *WhereResult) { shutTCP(r, Timeout, 1300*msec, whole(HopSilent, netip.Addr{}, 0), expired1) }, "gateway drop"},
		{"dropped at the service", func(r *WhereResult) {
			shutTCP(r, Timeout, 1300*msec, whole(HopSilent, netip.Addr{}, 0), expired1, expired2)
		}, "service drop"},
		{"no survey, refused in the gateway's time", func(r *WhereResult) {
			shutTCP(r, Refused, 2*msec)
			r.Ways = nil
		}, "gateway refused"},
		{"time was up too early", func(r *WhereResult) {
			shutTCP(r, Timeout, 900*msec, whole(HopSilent, netip.Addr{}, 0))
			r.Ladders[0].TCP.State = Unsettled
		}, ""},
		{"no route", func(r *WhereResult) {
			shutTCP(r, NoRoute, msec/10, whole(NoRouteHere, netip.Addr{}, 0))
			r.Names[0].Servers[0] = NameServer{Server: "198.51.100.53:53", Kind: NoRoute}
		}, "device no-route"},
		{"backlog", func(r *WhereResult) {
			failTLS(r, HandshakeTimeout, 1600*msec).NoSecond = true
		}, "service backlog"},

		{"the WAN is dead", func(r *WhereResult) {
			silent(r)
			r.Ways = []HopResult{{Addr: "198.51.100.53:53", Family: "ip4", Supported: true, Hops: []Hop{{"udp", 1, HopExpired, gwAddr, 2 * msec}}}}
		}, "route dead"},
		{"the LAN is dead", func(r *WhereResult) {
			silent(r)
			r.Gateway.Answered, r.Ways = false, []HopResult{{Addr: "198.51.100.53:53", Family: "ip4", Supported: true}}
		}, "lan dead"},
		{"the name server is silent, its machine is not", func(r *WhereResult) {
			silent(r)
			r.Ways = []HopResult{{Addr: "198.51.100.53:53", Family: "ip4", Supported: true, Hops: []Hop{{"udp", 2, PortUnreachable, netip.MustParseAddr("198.51.100.53"), 39 * msec}}}}
		}, "dns silent"},
		{"no such name", func(r *WhereResult) {
			silent(r)
			r.Names[0].Servers[0] = NameServer{Server: "a:53", Kind: NXDomain, Answers: []NameAnswer{{Kind: NXDomain}}}
			r.Ladders[0].DNS.Kind, r.Ways = NXDomain, nil
		}, "dns nxdomain"},
		{"the second server is silent, which hurts nobody", func(r *WhereResult) {
			r.Names[0].Servers = append(r.Names[0].Servers, NameServer{Server: "b:53", Kind: Timeout, Duration: 2300 * msec})
		}, ""},
		{"servers give different addresses, which serve", func(r *WhereResult) {
			r.Names[0].Servers = append(r.Names[0].Servers, NameServer{Server: "b:53", Answers: []NameAnswer{{Addrs: []netip.Addr{netip.MustParseAddr("203.0.113.99")}}}})
		}, ""},
		{"a private address that serves", func(r *WhereResult) {
			r.Names[0].Servers[0].Answers[0].Addrs = []netip.Addr{netip.MustParseAddr("10.1.1.1")}
			r.Ladders[0].TCP.Addresses[0].Addr = "10.1.1.1:443"
		}, ""},
		{"a private address where nobody serves", func(r *WhereResult) {
			r.Names[0].Servers[0].Answers[0].Addrs = []netip.Addr{netip.MustParseAddr("10.1.1.1")}
			shutTCP(r, Timeout, 1300*msec, whole(HopSilent, netip.Addr{}, 0))
			r.Ladders[0].TCP.Addresses[0].Addr = "10.1.1.1:443"
		}, "dns forged"},
		{"injected", func(r *WhereResult) { r.Names[0].Servers[0].Injected = true }, "dns injected"},

		{"portal", func(r *WhereResult) {
			shutTCP(r, Timeout, 1300*msec, whole(HopSilent, netip.Addr{}, 0), expired1)
			r.Plain = []PlainResult{{Host: "svc.test", Status: 302, To: "login.hotel.example", Plain: true, Connect: 2 * msec, TTFB: 3 * msec}}
		}, "gateway portal"},
		{"the service's own redirect", func(r *WhereResult) {
			r.Plain = []PlainResult{{Host: "svc.test", Status: 301, To: "svc.test", Known: true, Connect: 40 * msec}}
		}, ""},
		{"the service's redirect to a sister host", func(r *WhereResult) {
			r.Plain = []PlainResult{{Host: "svc.test", Status: 301, To: "www.svc.test", Plain: true, Connect: 40 * msec}}
		}, ""},
		{"the proxy wants a login", func(r *WhereResult) {
			l := &r.Ladders[0]
			l.Proxy, l.ProxyTunnel = "proxy:3128", Rung{Name: "proxy", State: Failed, Kind: ProxyAuth}
			l.TLS, l.HTTP = TLSRung{}, HTTPRung{}
		}, "proxy proxy-auth"},

		{"reset after the hello, near", func(r *WhereResult) { failTLS(r, Reset, 3*msec) }, "gateway hello-reset"},
		{"reset after the hello, far", func(r *WhereResult) { failTLS(r, Reset, 41*msec) }, "service hello-reset"},
		{"large packets vanish", func(r *WhereResult) { failTLS(r, HandshakeTimeout, 900*msec).SmallSegments = OK }, "route mtu"},
		{"large packets vanish for one host alone", func(r *WhereResult) {
			r.Ladders = append(r.Ladders, r.Ladders[0])
			failTLS(r, HandshakeTimeout, 900*msec).SmallSegments = OK
		}, ""},
		{"self-signed", func(r *WhereResult) {
			badCert(r, Cert{SelfMade: true, Problems: []Kind{UnknownAuthority}, Expected: "no"})
		}, "service self-signed"},
		{"another issuer, untrusted", func(r *WhereResult) {
			taken(r)
			badCert(r, Cert{Problems: []Kind{UnknownAuthority}, Expected: "no"})
		}, "gateway interception"},
		{"another issuer, trusted", func(r *WhereResult) {
			taken(r)
			badCert(r, Cert{Expected: "no"})
		}, "gateway interception"},
		{"expired", func(r *WhereResult) { badCert(r, Cert{Problems: []Kind{Expired}, Expected: "yes"}) }, "service expired"},
		{"another name", func(r *WhereResult) { badCert(r, Cert{Problems: []Kind{NameMismatch}, Expected: "yes"}) }, "service wrong-name"},
		{"connections taken over, TLS left alone", taken, ""},

		{"upgrade denied by the service", func(r *WhereResult) { ws(r, UpgradeRefused, 403, 41*msec) }, "service ws-denied note"},
		{"upgrade denied in between", func(r *WhereResult) {
			taken(r)
			r.Ladders[0].TLS.Duration = 5 * msec
			ws(r, UpgradeRefused, 403, 3*msec)
		}, "gateway ws-denied"},
		{"upgrade stripped in between", func(r *WhereResult) {
			taken(r)
			r.Ladders[0].TLS.Duration = 5 * msec
			ws(r, UpgradeRefused, 426, 45*msec)
		}, "gateway ws-stripped"},
		{"answered as a page", func(r *WhereResult) { ws(r, UpgradeRefused, 200, 41*msec) }, "service ws-stripped"},
		{"mute", func(r *WhereResult) { ws(r, NoPong, 101, 41*msec) }, "service ws-mute"},

		{"IPv6 vanishes", func(r *WhereResult) {
			r.Ladders[0].TCP.Addresses = append(r.Ladders[0].TCP.Addresses, AddressResult{svcPort6, "ip6", Failed, Timeout, 1300 * msec})
			r.Ways = append(r.Ways, HopResult{Addr: svcPort6, Family: "ip6", Supported: true, Hops: []Hop{whole(HopSilent, netip.Addr{}, 0), {"tcp", 1, HopExpired, netip.MustParseAddr("fe80::1"), 2 * msec}, {"udp", 1, HopExpired, netip.MustParseAddr("fe80::1"), 2 * msec}}})
		}, "gateway drop ip6"},
		{"no IPv6 on this machine", func(r *WhereResult) {
			r.Ladders[0].TCP.Addresses = append(r.Ladders[0].TCP.Addresses, AddressResult{svcPort6, "ip6", Failed, NoRoute, msec / 10})
		}, ""},
		{"one address of two refuses", func(r *WhereResult) {
			r.Ladders[0].TCP.Addresses = append(r.Ladders[0].TCP.Addresses, AddressResult{"203.0.113.8:443", "ip4", Failed, Refused, 40 * msec})
		}, "service uneven"},
		{"the LAN is slow", func(r *WhereResult) {
			r.Gateway.RTT = 150 * msec
			for i := range r.Ways[0].Hops {
				r.Ways[0].Hops[i].RTT += 148 * msec
			}
		}, "lan delay"},
		{"the WAN is slow", func(r *WhereResult) {
			for i := range r.Ways[0].Hops {
				if h := &r.Ways[0].Hops[i]; h.TTL > 1 {
					h.RTT += 700 * msec
				}
			}
			r.Ladders[0].TCP.Addresses[0].Duration = 740 * msec
		}, "route delay"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := sound()
			c.with(&r)
			var got []string
			for _, f := range judge(&r, map[string]bool{"svc.test": true}) {
				s := fmt.Sprintf("%s %s", f.Place, f.Kind)
				if f.Family != "" {
					s += " " + f.Family
				}
				if f.Note {
					s += " note"
				}
				got = append(got, s)
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("%q, want %q", strings.Join(got, ", "), c.want)
			}
		})
	}
}
