package bed

import (
	"context"
	"time"

	"meiqia-diag/diag/lab/link"
	"meiqia-diag/diag/lang"
)

const (
	msec = time.Millisecond
	sec  = time.Second
)

// pathConditions are what happens to packets on the way, whatever they carry.
func pathConditions() []Condition {
	type conds = link.Conditions
	wifi := &link.Burst{Good: 950 * msec, Bad: 50 * msec, LossBad: 1}
	return []Condition{
		{Name: "clean", Text: lang.T("一切正常。", "All is well."), Truth: Truth{Healthy: true}, slot: "clean",
			apply: func(context.Context, *Bed) error { return nil }},
		{Name: "asymmetric", Text: lang.T("去程比回程少 20 毫秒。", "The way there takes 20 ms less than the way back."), Truth: Truth{Healthy: true}, slot: slotWAN,
			apply: onWAN(func(up, down *conds) {
				shift := min(10*msec, up.Delay)
				up.Delay, down.Delay = up.Delay-shift, down.Delay+shift
			})},
		{Name: "jitter-pareto", Text: lang.T("两个方向都有均值 5 毫秒的重尾抖动，不丢包。", "Heavy-tailed jitter, 5 ms on average each way, and no loss."), Truth: Truth{Healthy: true, AddedRTT: 0}, slot: slotWAN,
			apply: onWAN(func(up, down *conds) {
				up.Jitter, up.Dist, down.Jitter, down.Dist = 5*msec, link.Pareto, 5*msec, link.Pareto
			})},
		{Name: "jitter-queue", Text: lang.T("两个方向都有 5 毫秒的抖动，包不乱序。", "Jitter of 5 ms each way, as in queues: no packet overtakes another."), Truth: Truth{Healthy: true}, slot: slotWAN,
			apply: onWAN(func(up, down *conds) {
				for _, c := range []*conds{up, down} {
					c.Jitter, c.Dist, c.KeepOrder = 5*msec, link.Pareto, true
				}
			})},
		{Name: "loss-slight", Text: lang.T("广域网去程丢 0.3% 的包，重传盖得住。", "The WAN loses 0.3% of the packets on the way there; retransmissions cover it."), Truth: Truth{Healthy: true, Loss: [2]float64{.003, 0}}, slot: slotWAN,
			apply: onWAN(func(up, _ *conds) { up.Loss = .003 })},
		{Name: "far", Text: lang.T("服务在远处：多 260 毫秒往返。", "The service is far away: 260 ms more of round trip."), Truth: Truth{Healthy: true, AddedRTT: 260 * msec}, slot: slotWAN,
			apply: onWAN(func(up, down *conds) { up.Delay += 130 * msec; down.Delay += 130 * msec })},
		{Name: "reorder", Text: lang.T("5% 的包晚到 15 毫秒，被后面的超过。", "5% of the packets come 15 ms later and are overtaken."), Truth: Truth{Healthy: true}, slot: slotWAN,
			apply: onWAN(func(up, down *conds) {
				for _, c := range []*conds{up, down} {
					c.Reorder, c.ReorderBy = .05, 15*msec
				}
			})},
		{Name: "duplicates", Text: lang.T("2% 的包到两次。", "2% of the packets come twice."), Truth: Truth{Healthy: true}, slot: slotWAN,
			apply: onWAN(func(up, down *conds) { up.Duplicate, down.Duplicate = .02, .02 })},

		{Name: "lan-loss", Text: lang.T("局域网（如 Wi-Fi）去程丢 10% 的包。", "The LAN (Wi-Fi, say) loses 10% of the packets on the way there."), Truth: Truth{Place: OnLAN, Kind: "loss", Loss: [2]float64{.1, 0}}, slot: slotLAN,
			apply: onLAN(func(up, _ *conds) { up.Loss = .1 })},
		{Name: "lan-bursts", Text: lang.T("局域网平均每秒断 50 毫秒。", "The LAN is gone for 50 ms of each second, on average."), Truth: Truth{Place: OnLAN, Kind: "loss", Loss: [2]float64{.05, 0}, Bursty: true}, slot: slotLAN,
			apply: onLAN(func(up, _ *conds) { up.Burst = wifi })},
		{Name: "lan-slow", Text: lang.T("到网关就要多 150 毫秒往返。", "The way to the gateway alone takes 150 ms more of round trip."), Truth: Truth{Place: OnLAN, Kind: "delay", AddedRTT: 150 * msec}, slot: slotLAN,
			apply: onLAN(func(up, down *conds) { up.Delay += 75 * msec; down.Delay += 75 * msec })},
		{Name: "lan-dead", Text: lang.T("到网关的连接断了。", "Nothing reaches the gateway."), Truth: Truth{Place: OnLAN, Kind: "dead", Loss: [2]float64{1, 1}}, slot: slotLAN, hides: allSlots,
			apply: onLAN(func(up, down *conds) { up.Blackout, down.Blackout = true, true })},

		{Name: "wan-loss", Text: lang.T("广域网去程丢 5% 的包。", "The WAN loses 5% of the packets on the way there."), Truth: Truth{Place: OnWAN, Kind: "loss", Loss: [2]float64{.05, 0}}, slot: slotWAN,
			apply: onWAN(func(up, _ *conds) { up.Loss = .05 })},
		{Name: "wan-loss-back", Text: lang.T("广域网回程丢 5% 的包。", "The WAN loses 5% of the packets on the way back."), Truth: Truth{Place: OnWAN, Kind: "loss", Loss: [2]float64{0, .05}}, slot: slotWAN,
			apply: onWAN(func(_, down *conds) { down.Loss = .05 })},
		{Name: "wan-loss-heavy", Text: lang.T("广域网两个方向各丢 10% 的包。", "The WAN loses 10% of the packets each way."), Truth: Truth{Place: OnWAN, Kind: "loss", Loss: [2]float64{.1, .1}}, slot: slotWAN,
			apply: onWAN(func(up, down *conds) { up.Loss, down.Loss = .1, .1 })},
		{Name: "wan-bursts", Text: lang.T("广域网去程平均每秒断 50 毫秒。", "The way there over the WAN is gone for 50 ms of each second, on average."), Truth: Truth{Place: OnWAN, Kind: "loss", Loss: [2]float64{.05, 0}, Bursty: true}, slot: slotWAN,
			apply: onWAN(func(up, _ *conds) { up.Burst = wifi })},
		{Name: "wan-unstable", Text: lang.T("广域网的延迟大幅摆动（均值 60 毫秒的重尾抖动）。", "The WAN's delay swings widely (heavy-tailed jitter, 60 ms on average)."), Truth: Truth{Place: OnWAN, Kind: "jitter"}, slot: slotWAN,
			apply: onWAN(func(up, down *conds) {
				for _, c := range []*conds{up, down} {
					c.Jitter, c.Dist, c.KeepOrder = 60*msec, link.Pareto, true
				}
			})},
		{Name: "wan-slow", Text: lang.T("广域网多 760 毫秒往返。", "The WAN takes 760 ms more of round trip."), Truth: Truth{Place: OnWAN, Kind: "delay", AddedRTT: 760 * msec}, slot: slotWAN,
			apply: onWAN(func(up, down *conds) { up.Delay += 380 * msec; down.Delay += 380 * msec })},
		{Name: "wan-flapping", Text: lang.T("广域网每 3 秒断 1 秒。", "The WAN is down for 1 s of every 3 s."), Truth: Truth{Place: OnWAN, Kind: "interrupted", Loss: [2]float64{1. / 3, 1. / 3}, Bursty: true}, slot: slotWAN, hides: allSlots,
			apply: onWAN(func(up, down *conds) {
				for _, c := range []*conds{up, down} {
					c.DownEvery, c.DownFor = 3*sec, sec
				}
			})},
		{Name: "wan-dead", Text: lang.T("网关之后全断。", "Nothing passes beyond the gateway."), Truth: Truth{Place: OnWAN, Kind: "dead", Loss: [2]float64{1, 1}}, slot: slotWAN, hides: allSlots,
			apply: onWAN(func(up, down *conds) { up.Blackout, down.Blackout = true, true })},
		{Name: "bloat-up", Text: lang.T("上行 5 Mbit/s，队列长 1 秒，现在空着。", "5 Mbit/s upwards with a queue of 1 s, idle now."), Truth: Truth{Place: OnWAN, Kind: "bufferbloat", OptIn: true}, slot: slotWAN,
			apply: onWAN(func(up, _ *conds) { up.Rate, up.QueueTime = 5e6, sec })},
		{Name: "bloat-down", Text: lang.T("下行 20 Mbit/s，队列长 0.5 秒，现在空着。", "20 Mbit/s downwards with a queue of 0.5 s, idle now."), Truth: Truth{Place: OnWAN, Kind: "bufferbloat", OptIn: true}, slot: slotWAN,
			apply: onWAN(func(_, down *conds) { down.Rate, down.QueueTime = 20e6, 500*msec })},
		{Name: "bloat-busy", Text: lang.T("上行 10 Mbit/s，队列长 0.3 秒，正被上传占满。", "10 Mbit/s upwards with a queue of 0.3 s, which an upload keeps full."), Truth: Truth{Place: OnWAN, Kind: "bufferbloat"}, slot: slotWAN,
			apply: func(ctx context.Context, b *Bed) error {
				err := onWAN(func(up, _ *conds) { up.Rate, up.QueueTime = 10e6, 300*msec })(ctx, b)
				if err == nil {
					err = b.Load(ctx, link.Up, 4)
				}
				return err
			}},
		{Name: "mtu-up", Text: lang.T("去程大于 1400 字节的包被悄悄丢掉。", "Packets of more than 1400 bytes vanish on the way there."), Truth: Truth{Place: OnWAN, Kind: "mtu"}, slot: slotMTU, hides: aboveTCP,
			apply: onWAN(func(up, _ *conds) { up.MTU = 1400 })},
		{Name: "mtu-down", Text: lang.T("回程大于 1400 字节的包被悄悄丢掉。", "Packets of more than 1400 bytes vanish on the way back."), Truth: Truth{Place: OnWAN, Kind: "mtu"}, slot: slotMTU, hides: aboveTCP,
			apply: onWAN(func(_, down *conds) { down.MTU = 1400 })},
	}
}
