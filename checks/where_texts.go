package checks

import (
	"strings"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag/lang"
)

// placeTexts name where a fault is.
var placeTexts = map[probe.Place]lang.Text{
	probe.PlaceDevice:  lang.T("本机", "this machine"),
	probe.PlaceLAN:     lang.T("到网关的局域网", "the local network up to the gateway"),
	probe.PlaceGateway: lang.T("网关", "the gateway"),
	probe.PlaceRoute:   lang.T("网关之后、服务之前的线路", "the way between gateway and service"),
	probe.PlaceNames:   lang.T("域名服务器", "the name server"),
	probe.PlaceProxy:   lang.T("代理", "the proxy"),
	probe.PlaceService: lang.T("服务端", "the service"),
	"":                 lang.T("某处", "something on the way"),
}

// kindTexts say what happens there, to be read behind the place.
var kindTexts = map[probe.FaultKind]lang.Text{
	probe.FaultNoRoute: lang.T("没有通往外面的路由", "has no route out"),
	probe.FaultDead:    lang.T("不通，没有任何回音", "passes nothing: nobody beyond it answers"),
	probe.FaultDelay:   lang.T("往返很慢", "is slow"),
	probe.FaultJitter:  lang.T("往返时快时慢，相差半秒以上", "swings: round trips differ by more than half a second"),

	probe.FaultReset:                       lang.T("用 RST 拒绝连接", "rejects connections with a reset"),
	probe.FaultRefused:                     lang.T("拒绝连接", "refuses connections"),
	probe.FaultDrop:                        lang.T("悄悄丢弃连接请求", "silently drops connection requests"),
	probe.FaultForbidden:                   lang.T("禁止连接", "forbids connections"),
	probe.FaultBacklog:                     lang.T("只接起几个连接就不再接受，也不应答", "completes a few connections, answers on none and drops the rest"),
	probe.FaultKind(probe.NetUnreachable):  lang.T("回报“网络不可达”", "says that the network is unreachable"),
	probe.FaultKind(probe.HostUnreachable): lang.T("回报“主机不可达”", "says that the host is unreachable"),
	probe.FaultKind(probe.PortUnreachable): lang.T("回报“端口不可达”", "says that the port is unreachable"),
	probe.FaultKind(probe.AdminProhibited): lang.T("回报“管理禁止”", "says that its administrator prohibits it"),
	probe.FaultKind(probe.HostProhibited):  lang.T("回报“主机被禁”", "says that the host is prohibited"),

	probe.FaultSilent:   lang.T("不回答域名查询", "does not answer"),
	probe.FaultSlow:     lang.T("回答域名查询超过一秒", "takes more than a second to answer"),
	probe.FaultServFail: lang.T("查不出域名（SERVFAIL）", "cannot tell (SERVFAIL)"),
	probe.FaultNXDomain: lang.T("说没有这个域名", "says that there is no such name"),
	probe.FaultDNSNo:    lang.T("拒绝回答域名查询", "refuses the question"),
	probe.FaultInjected: lang.T("的回答被人抢先伪造", "is forestalled by somebody with another answer"),
	probe.FaultForged:   lang.T("给出无人服务的内网或本机地址", "gives a private or loopback address where nobody serves"),
	probe.FaultDiffers:  lang.T("给出的地址与另一域名服务器不同，且不能用", "gives another address than a second one, and it does not serve"),

	probe.FaultPortal:       lang.T("要求先登录网络（上网认证页）", "wants a login to the network first (a captive portal)"),
	probe.FaultProxyAuth:    lang.T("要求登录（407）", "wants a login (407)"),
	probe.FaultProxyRefused: lang.T("拒绝转接", "refuses to connect through"),
	probe.FaultProxyDown:    lang.T("连不上", "is not reached"),

	probe.FaultHelloReset:   lang.T("一见 TLS 握手就断开", "resets connections once TLS begins"),
	probe.FaultTLSSilent:    lang.T("在 TLS 握手中沉默", "stays silent during the TLS handshake"),
	probe.FaultTLS:          lang.T("的 TLS 握手失败", "fails the TLS handshake"),
	probe.FaultMTU:          lang.T("悄悄丢弃大包（路径 MTU 黑洞）", "silently drops large packets (a path MTU black hole)"),
	probe.FaultInterception: lang.T("拆开 TLS 重新签名，签发者不是配置里的", "takes TLS apart: the issuer is not whom the profile expects"),
	probe.FaultUntrusted:    lang.T("的证书签发者不受信任", "shows a certificate of an unknown authority"),
	probe.FaultSelfSigned:   lang.T("的证书是自签的", "shows a certificate signed by itself"),
	probe.FaultExpired:      lang.T("的证书已过期（或本机时钟不对）", "shows an expired certificate (or this clock is wrong)"),
	probe.FaultNotYet:       lang.T("的证书尚未生效（或本机时钟不对）", "shows a certificate that is not valid yet (or this clock is wrong)"),
	probe.FaultWrongName:    lang.T("的证书是别的域名的", "shows a certificate for another name"),
	probe.FaultCAFile:       lang.T("读不出配置里的 CA 文件", "cannot read the profile's CA file"),

	probe.FaultNotHTTP:    lang.T("的回答不是 HTTP", "does not speak HTTP"),
	probe.FaultHTTPSilent: lang.T("收下请求而不回答", "takes the request and does not answer"),
	probe.FaultWSDenied:   lang.T("拒绝升级为 WebSocket", "denies the WebSocket"),
	probe.FaultWSStripped: lang.T("去掉了 WebSocket 升级请求", "takes the WebSocket upgrade away"),
	probe.FaultWSMute:     lang.T("接受 WebSocket 后不再传任何数据", "accepts the WebSocket and then passes nothing"),
	probe.FaultWSSilent:   lang.T("不回答 WebSocket 升级", "does not answer the WebSocket upgrade"),
	probe.FaultWSFailed:   lang.T("断开了 WebSocket 升级", "breaks the WebSocket upgrade off"),

	probe.FaultQueueing: lang.T("请求要排队", "lets requests queue"),
	probe.FaultOverload: lang.T("过载，部分请求失败", "is overloaded: some requests fail"),
	probe.Fault5xx:      lang.T("对请求都答 5xx", "answers requests with 5xx"),
	probe.Fault429:      lang.T("限流（429）", "limits requests (429)"),
	probe.FaultDeadline: lang.T("超过时限仍不回答", "does not answer in time"),
	probe.FaultUneven:   lang.T("的各个地址表现不一", "behaves differently from address to address"),
	probe.FaultBloat:    lang.T("一有大流量延迟就猛涨（缓冲膨胀）", "delays everything once it is busy (bufferbloat)"),
}

// familyTexts name the family where only one is hit.
var familyTexts = map[string]lang.Text{"ip4": lang.T("（仅 IPv4）", " (IPv4 only)"), "ip6": lang.T("（仅 IPv6）", " (IPv6 only)")}

// faultText says a fault in one line: the hosts, the place, what happens there.
func faultText(f probe.Fault) lang.Text {
	hosts := strings.Join(f.Hosts, " ")
	if len(f.Hosts) > 2 {
		hosts = strings.Join(f.Hosts[:2], " ") + " …"
	}
	place, kind, fam := placeTexts[f.Place], kindTexts[f.Kind], familyTexts[f.Family]
	t := lang.T(place.ZH+kind.ZH+fam.ZH, place.EN+" "+kind.EN+fam.EN)
	if hosts != "" { // a fault of the way itself concerns them all
		t = lang.T(hosts+"："+t.ZH, hosts+": "+t.EN)
	}
	if f.By != "" && f.Place != probe.PlaceService {
		t = lang.T(t.ZH+"（"+f.By+"）", t.EN+" ("+f.By+")")
	}
	return t
}
