package bed

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"meiqia-diag/diag/lang"
)

// nameConditions are what the resolvers do.
func nameConditions() []Condition {
	noName := []string{slotWAN, slotLAN, slotMTU, slotPort, slotTLS, slotWS, slotIP6, slotService, slotBackends, slotClock, slotProxy, slotNTP}
	one := func(name, kind, zh, en string, f DNSFault, which ...int) Condition {
		return Condition{Name: name, Text: lang.T(zh, en), Truth: Truth{Place: AtDNS, Kind: kind}, slot: slotDNS, hides: noName, apply: dns(f, which...)}
	}
	elsewhere := netip.MustParseAddr("45.0.9.9") // no such machine
	return []Condition{
		one("dns-silent", "silent", "两个域名服务器都不回答。", "Neither name server answers.", DNSFault{Silent: true}),
		one("dns-first-silent", "silent", "第一个域名服务器不回答,第二个正常。", "The first name server does not answer; the second one does.", DNSFault{Silent: true}, 0),
		one("dns-slow", "slow", "域名解析每次要多等 1.5 秒。", "Each answer of the name servers takes 1.5 s.", DNSFault{Delay: 1500 * msec}),
		one("dns-servfail", "servfail", "域名服务器答 SERVFAIL。", "The name servers answer SERVFAIL.", DNSFault{Code: dnsmessage.RCodeServerFailure}),
		one("dns-nxdomain", "nxdomain", "域名服务器说没有这个名字。", "The name servers say that there is no such name.", DNSFault{Code: dnsmessage.RCodeNameError}),
		one("dns-refused", "refused", "域名服务器拒绝查询。", "The name servers refuse the questions.", DNSFault{Code: dnsmessage.RCodeRefused}),
		one("dns-injected", "injected", "有人抢先用假地址回答域名查询,真的回答 16 毫秒后才到。", "Somebody answers name queries first, with a false address; the true answer comes 16 ms later.", DNSFault{Injected: elsewhere}),
		one("dns-differs", "forged", "第一个域名服务器给出本机地址,第二个给出真的。", "The first name server gives a loopback address, the second one the true ones.", DNSFault{Forged: netip.MustParseAddr("127.0.0.1")}, 0),
		one("dns-private", "forged", "两个域名服务器都给出内网地址。", "Both name servers give a private address.", DNSFault{Forged: netip.MustParseAddr("10.11.12.13")}),
	}
}

const badBackend = 2

// serviceConditions are what the service does.
func serviceConditions() []Condition {
	type fault = ServiceFault
	truth := func(kind string) Truth { return Truth{Place: AtService, Kind: kind} }
	uneven := func(kind string) Truth { return Truth{Place: AtService, Kind: kind, Backends: []int{badBackend}} }
	at := func(i int) string { return fmt.Sprintf("ip daddr %v", BackendIP(i)) }
	bad := func(name, kind, zh, en string, f CertFault) Condition {
		return Condition{Name: name, Text: lang.T(zh, en), Truth: truth(kind), slot: slotTLS, hides: aboveTLS, apply: service(func(s *fault) { s.Cert = f })}
	}
	return []Condition{
		{Name: "ws-refused", Text: lang.T("服务拒绝 WebSocket（403）。", "The service refuses WebSockets (403)."), Truth: truth("ws-refused"), slot: slotWS,
			apply: service(func(f *fault) { f.WS = WSRefuse })},
		{Name: "ws-426", Text: lang.T("服务收到的请求没有 Upgrade 头，答 426。", "The service sees no Upgrade header and answers 426."), Truth: truth("ws-stripped"), slot: slotWS,
			apply: service(func(f *fault) { f.WS = WSStrip })},
		{Name: "ws-mute", Text: lang.T("WebSocket 建立后没有任何回音。", "WebSockets open and then stay silent."), Truth: truth("ws-mute"), slot: slotWS,
			apply: service(func(f *fault) { f.WS = WSMute })},
		{Name: "ws-idle", Text: lang.T("WebSocket 空闲 3 秒就断。", "WebSockets end after 3 s of idling."), Truth: Truth{Place: AtService, Kind: "ws-idle", OptIn: true}, slot: slotWS,
			apply: service(func(f *fault) { f.WSIdle = 3 * sec })},
		bad("cert-expired", "expired", "服务的证书已过期。", "The service's certificate has expired.", CertExpired),
		bad("cert-not-yet", "not-yet-valid", "服务的证书还没生效。", "The service's certificate is not valid yet.", CertNotYet),
		bad("cert-name", "wrong-name", "服务的证书是别的名字的。", "The service's certificate is for another name.", CertWrongName),
		bad("cert-self-signed", "self-signed", "服务的证书是自签的。", "The service's certificate is signed by itself.", CertSelfMade),

		{Name: "busy", Text: lang.T("服务排队：首字节平均晚 130 毫秒，没有失败。", "Requests queue at the service: the first byte comes 130 ms later on average; none fails."), Truth: truth("queueing"), slot: slotService, hides: []string{slotBackends},
			apply: service(func(f *fault) { f.Spread = 130 * msec })},
		{Name: "overloaded", Text: lang.T("服务过载：首字节晚 300 毫秒以上，三成请求答 503。", "The service is overloaded: the first byte comes 300 ms later or more, and 30% of the requests get 503."), Truth: truth("overload"), slot: slotService, hides: []string{slotBackends, slotWS},
			apply: service(func(f *fault) {
				f.TTFB, f.Spread, f.Status, f.Share, f.Retry = 150*msec, 150*msec, http.StatusServiceUnavailable, .3, 2*sec
			})},
		{Name: "stalled", Text: lang.T("每个请求要等 8 秒才有回答。", "Each request waits 8 s for its answer."), Truth: truth("deadline"), slot: slotService, hides: []string{slotBackends, slotWS, slotClock},
			apply: service(func(f *fault) { f.TTFB = 8 * sec })},
		{Name: "failing", Text: lang.T("服务对所有请求答 500。", "The service answers 500 to everything."), Truth: truth("5xx"), slot: slotService, hides: []string{slotBackends, slotWS},
			apply: service(func(f *fault) { f.Status = http.StatusInternalServerError })},
		{Name: "rate-limited", Text: lang.T("服务对所有请求答 429，5 秒后再来。", "The service answers 429 to everything and wants 5 s of patience."), Truth: truth("429"), slot: slotService, hides: []string{slotBackends, slotWS},
			apply: service(func(f *fault) { f.Status, f.Retry = http.StatusTooManyRequests, 5*sec })},
		{Name: "backlog-full", Text: lang.T("服务不再接受连接：前几个连上，其余没有回音。", "The service has stopped accepting: the first few connect, the others get no answer."), Truth: truth("backlog"), slot: slotPort, hides: behindPort,
			apply: func(ctx context.Context, b *Bed) error {
				const port, queue = 9443, 2
				end, err := stuck(b.Server, port, queue)
				if err != nil {
					return err
				}
				b.onReset(end)
				return b.Rule(ctx, b.Server, Prerouting, fmt.Sprintf("tcp dport 443 redirect to :%d", port))
			}},

		{Name: "backend-slow", Text: lang.T("五个地址中的一个，首字节晚 250 毫秒。", "One of the addresses answers 250 ms later."), Truth: uneven("slow"), slot: slotBackends,
			apply: backend(badBackend, func(f *fault) { f.TTFB = 250 * msec })},
		{Name: "backend-failing", Text: lang.T("一个地址对所有请求答 503。", "One of the addresses answers 503."), Truth: uneven("5xx"), slot: slotBackends,
			apply: backend(badBackend, func(f *fault) { f.Status = http.StatusServiceUnavailable })},
		{Name: "backend-dead", Text: lang.T("一个地址没有任何回音。", "One of the addresses is silent."), Truth: uneven("drop"), slot: slotBackends,
			apply: rules(atServer, Input, at(badBackend)+" drop")},
		{Name: "backend-closed", Text: lang.T("一个地址的端口关着。", "The port of one of the addresses is closed."), Truth: uneven("reset"), slot: slotBackends,
			apply: rules(atServer, Input, at(badBackend)+" tcp dport 443 reject with tcp reset")},
		{Name: "backend-clock", Text: lang.T("一个地址的钟快 5 秒。", "The clock of one of the addresses is 5 s ahead."), Truth: uneven("clock"), slot: slotBackends, hides: []string{slotClock},
			apply: backend(badBackend, func(f *fault) { f.ClockOffset += 5 * sec })},
	}
}

// clockConditions are what the clocks and time servers do. This machine's
// clock cannot be moved, so a device that is wrong is one that all others disagree with.
func clockConditions() []Condition {
	service1 := func(off time.Duration) applier { return service(func(f *ServiceFault) { f.ClockOffset += off }) }
	all := func(off time.Duration) applier {
		return func(ctx context.Context, b *Bed) error {
			if err := service1(off)(ctx, b); err != nil {
				return err
			}
			return timeAll(func(f *TimeFault) { f.Offset += off })(ctx, b)
		}
	}
	return []Condition{
		{Name: "service-ahead", Text: lang.T("服务的钟快 3.217 秒。", "The service's clock is 3.217 s ahead."), Truth: Truth{Place: AtService, Kind: "clock", Offset: 3217 * msec}, slot: slotClock, apply: service1(3217 * msec)},
		{Name: "service-behind", Text: lang.T("服务的钟慢 41.5 秒。", "The service's clock is 41.5 s behind."), Truth: Truth{Place: AtService, Kind: "clock", Offset: -41500 * msec}, slot: slotClock, apply: service1(-41500 * msec)},
		{Name: "device-behind", Text: lang.T("本机的钟慢 90 秒。", "This device's clock is 90 s behind."), Truth: Truth{Place: AtClient, Kind: "clock", Offset: 90 * sec, Device: 90 * sec}, slot: slotClock, apply: all(90 * sec)},
		{Name: "device-ahead", Text: lang.T("本机的钟快 7 秒。", "This device's clock is 7 s ahead."), Truth: Truth{Place: AtClient, Kind: "clock", Offset: -7 * sec, Device: -7 * sec}, slot: slotClock, apply: all(-7 * sec)},
		{Name: "date-cached", Text: lang.T("服务的回答来自缓存，是 30 秒前的（有 Age 头）。", "The service's answers come from a cache and are 30 s old (they carry Age)."), Truth: Truth{Healthy: true, Place: AtService, Kind: "cached"}, slot: slotClock,
			apply: service(func(f *ServiceFault) { f.Age = 30 * sec })},
		{Name: "date-missing", Text: lang.T("服务的回答没有 Date 头。", "The service's answers carry no Date."), Truth: Truth{Healthy: true, Place: AtService, Kind: "no-date"}, slot: slotClock,
			apply: service(func(f *ServiceFault) { f.NoDate = true })},

		{Name: "ntp-blocked", Text: lang.T("网关拦下 UDP 123 端口。", "The gateway blocks UDP port 123."), Truth: Truth{Healthy: true, Place: AtGateway, Kind: "ntp-blocked"}, slot: slotNTP,
			apply: rules(atGateway, Forward, "udp dport 123 drop")},
		{Name: "ntp-partly", Text: lang.T("五个时间服务器中三个没有回音。", "Three of the five time servers are silent."), Truth: Truth{Healthy: true, Place: AtTime, Kind: "silent", Liars: []int{0, 1, 2}}, slot: slotNTP,
			apply: timeSome(TimeFault{Silent: true}, 0, 1, 2)},
		{Name: "ntp-falsetickers", Text: lang.T("五个时间服务器中一个快 120 毫秒，一个慢 50 秒。", "Of the five time servers one is 120 ms ahead and one 50 s behind."), Truth: Truth{Healthy: true, Place: AtTime, Kind: "falseticker", Liars: []int{1, 3}}, slot: slotNTP,
			apply: func(ctx context.Context, b *Bed) error {
				if err := timeSome(TimeFault{Offset: 120 * msec}, 1)(ctx, b); err != nil {
					return err
				}
				return timeSome(TimeFault{Offset: -50 * sec}, 3)(ctx, b)
			}},
		{Name: "ntp-kiss", Text: lang.T("时间服务器都答 RATE（问得太勤）。", "The time servers answer with the kiss code RATE."), Truth: Truth{Healthy: true, Place: AtTime, Kind: "kiss", Liars: []int{0, 1, 2, 3, 4}}, slot: slotNTP,
			apply: timeSome(TimeFault{Kiss: "RATE"}, 0, 1, 2, 3, 4)},
		{Name: "ntp-unsynced", Text: lang.T("时间服务器都说自己没有对过时。", "The time servers say that they are not synchronised."), Truth: Truth{Healthy: true, Place: AtTime, Kind: "unsynced", Liars: []int{0, 1, 2, 3, 4}}, slot: slotNTP,
			apply: timeSome(TimeFault{Unsynced: true}, 0, 1, 2, 3, 4)},
		{Name: "ntp-chronyd", Text: lang.T("真的 chronyd 在 chrony.bed.example，快 3.25 秒。", "A real chronyd at chrony.bed.example, 3.25 s ahead."), Truth: Truth{Healthy: true, Place: AtTime, Kind: "chronyd"}, slot: slotNTP,
			needs: func() error { return HasChrony(ChronyOffset) },
			apply: func(ctx context.Context, b *Bed) error { return b.StartChrony(ctx, ChronyOffset) }},
	}
}

// ChronyOffset is how far the chronyd of condition ntp-chronyd is off.
const ChronyOffset = 3250 * time.Millisecond

// timeSome changes some time servers, on top of a clock that is off already.
func timeSome(f TimeFault, which ...int) applier {
	return func(_ context.Context, b *Bed) error {
		for _, i := range which {
			g := f
			g.Offset += b.Time[i].Fault().Offset
			b.Time[i].Set(g)
		}
		return nil
	}
}
