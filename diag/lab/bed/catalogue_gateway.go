package bed

import (
	"context"
	"os"

	"meiqia-diag/diag/lang"
)

// gatewayConditions are what firewalls, proxies and portals do.
func gatewayConditions() []Condition {
	const https = "tcp dport 443"
	list := []Condition{
		{Name: "icmp-limited", Text: lang.T("路由器每秒只放 30 个 ICMP 回显。", "The router lets 30 ICMP echoes per second through."), Truth: Truth{Healthy: true, Place: AtGateway, Kind: "icmp"}, slot: slotICMP,
			apply: func(ctx context.Context, b *Bed) error {
				limit := []string{
					"icmp type echo-request limit rate over 30/second burst 5 packets drop",
					"icmpv6 type echo-request limit rate over 30/second burst 5 packets drop",
				}
				if err := b.Rule(ctx, b.Gateway, Forward, limit...); err != nil {
					return err
				}
				return b.Rule(ctx, b.Gateway, Input, limit...)
			}},
		{Name: "icmp-silent", Text: lang.T("所有 ICMP 回显都没有回答。", "No ICMP echo is answered."), Truth: Truth{Healthy: true, Place: AtGateway, Kind: "icmp"}, slot: slotICMP,
			apply: func(ctx context.Context, b *Bed) error {
				drop := []string{"icmp type echo-request drop", "icmpv6 type echo-request drop"}
				if err := b.Rule(ctx, b.Gateway, Forward, drop...); err != nil {
					return err
				}
				return b.Rule(ctx, b.Gateway, Input, drop...)
			}},
		{Name: "port-drop", Text: lang.T("网关悄悄丢掉到 443 端口的包。", "The gateway silently drops what goes to port 443."), Truth: Truth{Place: AtGateway, Kind: "drop"}, slot: slotPort, hides: behindPort,
			apply: block(atGateway, Forward, https, Drop)},
		{Name: "port-closed", Text: lang.T("服务器的 443 端口关着。", "Port 443 of the server is closed."), Truth: Truth{Place: AtService, Kind: "reset"}, slot: slotPort, hides: aboveTCP,
			apply: block(atServer, Input, https, RejectReset)},
		{Name: "server-drop", Text: lang.T("服务器的防火墙悄悄丢掉到 443 端口的包。", "The server's firewall silently drops what comes to port 443."), Truth: Truth{Place: AtService, Kind: "drop"}, slot: slotPort, hides: behindPort,
			apply: block(atServer, Input, https, Drop)},
		{Name: "client-firewall", Text: lang.T("本机防火墙拒绝到 443 端口的连接。", "This machine's own firewall rejects connections to port 443."), Truth: Truth{Place: AtClient, Kind: "host-prohibited"}, slot: slotPort, hides: behindPort,
			apply: block(atClient, Output, https, RejectBan)},
		{Name: "no-route", Text: lang.T("本机没有默认路由。", "This machine has no default route."), Truth: Truth{Place: AtClient, Kind: "no-route"}, slot: slotPort, hides: allSlots,
			apply: func(ctx context.Context, b *Bed) error {
				del, add := defaultRoutes()
				return b.commands(ctx, b.Client, del, add)
			}},
		{Name: "hello-reset", Text: lang.T("网关见到 TLS 的 ClientHello 就断开连接（深度检测）。", "The gateway resets connections once it sees the TLS ClientHello (deep packet inspection)."), Truth: Truth{Place: AtGateway, Kind: "hello-reset"}, slot: slotTLS, hides: aboveTLS,
			apply: rules(atGateway, Forward, `iifname "lan0" `+https+" meta length > 250 reject with tcp reset")},
		{Name: "interception", Text: lang.T("网关拆开 TLS，用系统不认识的 CA 重新签名。", "The gateway takes TLS apart and signs anew, by an authority that the system does not know."), Truth: Truth{Place: AtGateway, Kind: "interception"}, slot: slotTLS, hides: append([]string{slotWS, slotService, slotClock}, behindProxy...),
			apply: func(ctx context.Context, b *Bed) error { return b.Intercept(ctx, Interception{}) }},
		{Name: "interception-trusted", Text: lang.T("网关拆开 TLS，用已装入系统的 CA 重新签名。", "The gateway takes TLS apart and signs anew, by an authority that was installed on the system."), Truth: Truth{Place: AtGateway, Kind: "interception"}, slot: slotTLS, hides: behindProxy,
			apply: func(ctx context.Context, b *Bed) error {
				a, err := NewAuthority("Corp Inspection CA")
				if err != nil {
					return err
				}
				if err := b.trust(a); err != nil {
					return err
				}
				return b.Intercept(ctx, Interception{Authority: a})
			}},
		{Name: "splicing", Text: lang.T("网关透明代理 TCP，不动 TLS。", "The gateway takes TCP connections over and leaves TLS alone."), Truth: Truth{Healthy: true, Place: AtGateway, Kind: "transparent-proxy"}, slot: slotTLS, hides: behindProxy,
			apply: func(ctx context.Context, b *Bed) error { return b.Intercept(ctx, Interception{Splice: true}) }},
		{Name: "portal", Text: lang.T("上网认证页：80 端口被转走，443 端口被拒绝。", "A captive portal: port 80 is led to it, port 443 is refused."), Truth: Truth{Place: AtGateway, Kind: "portal"}, slot: slotPort, hides: behindPort,
			apply: func(ctx context.Context, b *Bed) error { return b.Portal(ctx, RejectReset) }},
		{Name: "portal-silent", Text: lang.T("上网认证页：80 端口被转走，443 端口没有回答。", "A captive portal: port 80 is led to it, port 443 is silent."), Truth: Truth{Place: AtGateway, Kind: "portal"}, slot: slotPort, hides: behindPort,
			apply: func(ctx context.Context, b *Bed) error { return b.Portal(ctx, Drop) }},
		{Name: "proxy", Text: lang.T("环境变量指定的 HTTP 代理，工作正常。", "An HTTP proxy that the environment names, and that works."), Truth: Truth{Healthy: true, Place: AtGateway, Kind: "proxy"}, slot: slotProxy, hides: append([]string{slotTLS, slotDNS}, behindProxy...),
			apply: proxied(ForwardProxy{})},
		{Name: "proxy-auth", Text: lang.T("HTTP 代理要求登录（407）。", "The HTTP proxy wants a login (407)."), Truth: Truth{Place: AtGateway, Kind: "proxy-auth"}, slot: slotProxy, hides: append([]string{slotDNS}, behindPort...),
			apply: proxied(ForwardProxy{Auth: true})},
		{Name: "proxy-refused", Text: lang.T("HTTP 代理拒绝 CONNECT（403）。", "The HTTP proxy refuses CONNECT (403)."), Truth: Truth{Place: AtGateway, Kind: "proxy-refused"}, slot: slotProxy, hides: append([]string{slotDNS}, behindPort...),
			apply: proxied(ForwardProxy{Refuse: true})},
		{Name: "ws-denied", Text: lang.T("网关的代理拒绝 WebSocket（403）。", "A proxy on the gateway denies WebSockets (403)."), Truth: Truth{Place: AtGateway, Kind: "ws-denied"}, slot: slotWS, hides: append([]string{slotTLS}, behindProxy...),
			apply: func(ctx context.Context, b *Bed) error {
				return b.Intercept(ctx, Interception{Authority: b.CA, WS: WSRefuse})
			}},
		{Name: "ws-stripped", Text: lang.T("网关的代理删掉 Upgrade 头，服务答 426。", "A proxy on the gateway takes the Upgrade header away; the service answers 426."), Truth: Truth{Place: AtGateway, Kind: "ws-stripped"}, slot: slotWS, hides: append([]string{slotTLS}, behindProxy...),
			apply: func(ctx context.Context, b *Bed) error {
				return b.Intercept(ctx, Interception{Authority: b.CA, WS: WSStrip})
			}},
		{Name: "ws-mute-proxy", Text: lang.T("网关的代理答 101，此后不传任何数据。", "A proxy on the gateway answers 101 and passes nothing on."), Truth: Truth{Place: AtGateway, Kind: "ws-mute"}, slot: slotWS, hides: append([]string{slotTLS}, behindProxy...),
			apply: func(ctx context.Context, b *Bed) error {
				return b.Intercept(ctx, Interception{Authority: b.CA, WS: WSMute})
			}},
		{Name: "ipv6-hole", Text: lang.T("IPv6 的包都消失，IPv4 正常。", "IPv6 packets vanish; IPv4 works."), Truth: Truth{Place: AtGateway, Kind: "drop", Family: "ip6"}, slot: slotIP6,
			apply: rules(atGateway, Forward, "meta nfproto ipv6 drop")},
		{Name: "ipv6-rejected", Text: lang.T("网关拒绝 IPv6，IPv4 正常。", "The gateway rejects IPv6; IPv4 works."), Truth: Truth{Place: AtGateway, Kind: "net-unreachable", Family: "ip6"}, slot: slotIP6,
			apply: rules(atGateway, Forward, "meta nfproto ipv6 reject with icmpv6 type no-route")},
		{Name: "ipv6-no-route", Text: lang.T("本机没有 IPv6 的默认路由，IPv4 正常。", "This machine has no default route for IPv6; IPv4 works."), Truth: Truth{Healthy: true, Place: AtClient, Kind: "no-route", Family: "ip6"}, slot: slotIP6,
			apply: func(ctx context.Context, b *Bed) error {
				return b.commands(ctx, b.Client, "route del default via "+GatewayIP6.String(), "route add default via "+GatewayIP6.String())
			}},
	}
	texts := map[Reject]lang.Text{
		RejectReset: lang.T("网关用 RST 拒绝到 443 端口的连接。", "The gateway rejects connections to port 443 with a RST."),
		RejectPort:  lang.T("网关用“端口不可达”拒绝到 443 端口的连接。", "The gateway rejects connections to port 443 with port unreachable."),
		RejectHost:  lang.T("网关用“主机不可达”拒绝到 443 端口的连接。", "The gateway rejects connections to port 443 with host unreachable."),
		RejectNet:   lang.T("网关用“网络不可达”拒绝到 443 端口的连接。", "The gateway rejects connections to port 443 with network unreachable."),
		RejectAdmin: lang.T("网关用“管理禁止”拒绝到 443 端口的连接。", "The gateway rejects connections to port 443 with administratively prohibited."),
		RejectBan:   lang.T("网关用“主机被禁”拒绝到 443 端口的连接。", "The gateway rejects connections to port 443 with host prohibited."),
	}
	for _, r := range Rejects {
		list = append(list, Condition{Name: "port-" + string(r), Text: texts[r], Truth: Truth{Place: AtGateway, Kind: string(r)}, slot: slotPort, hides: behindPort,
			apply: block(atGateway, Forward, https, r)})
	}
	return list
}

func defaultRoutes() (del, add string) {
	for _, gw := range []string{GatewayIP.String(), GatewayIP6.String()} {
		del += "route del default via " + gw + "\n"
		add += "route add default via " + gw + "\n"
	}
	return del, add
}

// proxied starts a proxy and tells the client of it.
func proxied(how ForwardProxy) applier {
	return func(_ context.Context, b *Bed) error {
		url, err := b.Proxy(how)
		if err != nil {
			return err
		}
		before := b.Client.Env
		b.Client.Env = append(append([]string{}, before...), "HTTPS_PROXY="+url, "HTTP_PROXY="+url)
		b.onReset(func() error { b.Client.Env = before; return nil })
		return nil
	}
}

// trust makes the client trust another authority.
func (b *Bed) trust(a *Authority) error {
	b.onReset(func() error { return os.WriteFile(b.CAFile, b.CA.PEM, 0o644) })
	return os.WriteFile(b.CAFile, append(append([]byte{}, b.CA.PEM...), a.PEM...), 0o644)
}
