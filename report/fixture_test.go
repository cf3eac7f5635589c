package report

import (
	"fmt"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// The fixtures are four diagnoses as a run would make them.

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.FixedZone("", 8*3600))

func fixtures() map[string]*diag.Document {
	return map[string]*diag.Document{"expired": expired(), "transport": transport(), "healthy": healthy(), "inconclusive": inconclusive()}
}

func facted(pairs ...string) diag.IncidentJSON {
	in := incident.New()
	for i := 0; i+1 < len(pairs); i += 2 {
		if p := in.Set(incident.Field(pairs[i]), pairs[i+1], fmt.Sprintf("incident.yaml:%d", i/2+2), noon); p != nil {
			panic(p.Error())
		}
	}
	return diag.IncidentJSON{Incident: in}
}

func base(outcome string) *diag.Document {
	d := &diag.Document{
		Schema: diag.Schema, Tool: diag.Tool{Version: "1.0.0"}, Profile: diag.ProfileRef{Name: "meiqia", Version: "2026-11"},
		StartedAt: "2026-11-20T10:30:00.000+08:00", DurationMS: 1840, Incident: facted(),
		Outcomes: diag.Outcomes{RequestResult: "unknown", SenderView: "unknown", VisitorView: "unknown"},
		Remedies: []string{}, Timeline: []diag.Moment{}, Evidence: []diag.FileRef{}, Problems: []diag.ProblemJSON{},
	}
	d.Verdict = diag.Verdict{Outcome: outcome, Causes: []diag.CauseReport{}, RuledOut: []diag.RuledOut{}, Missing: []string{}}
	return d
}

func allStages(states string, because map[diag.Stage][]string) []diag.StageReport {
	var out []diag.StageReport
	for i, s := range diag.Stages {
		st := map[byte]diag.StageState{'+': diag.Passed, 'x': diag.Broken, '?': diag.Unknown}[states[i]]
		b := because[s]
		if b == nil {
			b = []string{}
		}
		out = append(out, diag.StageReport{Stage: s, State: st, Because: b})
	}
	return out
}

func check(id string, state diag.CheckState, zh, en, follows string, obs ...diag.Observation) diag.CheckJSON {
	if obs == nil {
		obs = []diag.Observation{}
	}
	return diag.CheckJSON{ID: id, State: state, DurationMS: 12.5, Reason: en, ReasonZH: zh, FollowsFrom: follows, Observations: obs}
}

func num(id string, v float64, unit string, basis incident.Basis, source string) diag.Observation {
	return diag.Observation{ID: id, Value: v, Unit: unit, Basis: basis, Source: source}
}

func word(id, v string, basis incident.Basis, source string) diag.Observation {
	return diag.Observation{ID: id, Value: v, Basis: basis, Source: source}
}

func unsure(o diag.Observation, u float64) diag.Observation {
	o.Uncertainty = diag.Float(u)
	return o
}

func at(kind, clock string, errMS float64, zh, en string, basis incident.Basis, source string, hhmmss string) diag.Moment {
	return diag.Moment{Kind: kind, At: "2026-11-20T" + hhmmss + "+08:00", ErrMS: errMS, Clock: clock, Text: lang.T(zh, en), Basis: basis, Source: source}
}

func expired() *diag.Document {
	d := base(diag.Explained)
	d.Incident = facted("message.id", "8842", "message.type", "text", "message.sender", "self", "message.channel", "web", "message.sent_at", "2026-11-20T10:19:58+08:00",
		"attempt.at", "2026-11-20T10:22:41+08:00", "attempt.symptom", "refused", "attempt.error_text", "超过可撤回时间", "attempt.device", "desktop_web", "attempt.other_logins", "1", "account.can_recall", "yes")
	d.Incident.Put(incident.PolicyWindow, incident.Fact{Value: incident.Window{Text: "2m", D: 2 * time.Minute}, Basis: incident.Assumed, Source: "profile meiqia"})
	d.Outcomes = diag.Outcomes{RequestResult: "refused", SenderView: "still_visible", VisitorView: "unknown"}
	d.Stages = allStages("++++x?", map[diag.Stage][]string{diag.Trigger: {"client.pressed"}, diag.Dispatch: {"request.seen"}, diag.Transport: {"network.rtt"}, diag.Admission: {"server.status"}, diag.Decision: {"window.margin", "server.answer"}})
	d.Checks = []diag.CheckJSON{
		check("clock", diag.Pass, "本机与服务的钟差 0.2 秒，不影响判断", "the clocks differ by 0.2 s, which changes nothing", "", unsure(num("clock.offset", 212, "ms", incident.Measured, "clock"), 38)),
		check("network", diag.Pass, "往返 31 毫秒，没有丢包", "31 ms round trip, no loss", "", num("network.rtt", 31.4, "ms", incident.Measured, "session.har:12"), diag.Observation{ID: "network.loss", Value: 0.0, Unit: "percent", Low: diag.Float(0), High: diag.Float(1.8), Method: "icmp", Basis: incident.Measured, Live: true, Source: "network"}),
		check("server", diag.Pass, "服务正常应答，没有排队", "the service answered at once", "", num("server.status", 403, "", incident.Measured, "session.har:12"), word("server.answer", "recall_timeout", incident.Measured, "session.har:12"), num("server.queueing", 4, "ms", incident.Measured, "session.har:12")),
		check("client", diag.Pass, "点击后 84 毫秒发出请求", "the request left 84 ms after the press", "", word("client.pressed", "yes", incident.Measured, "console.log:31"), word("request.seen", "yes", incident.Measured, "session.har:12")),
		check("device", diag.Skip, "没有设备数据", "there is no data of the device", ""),
		check("cache", diag.Pass, "页面是最新的", "the page is current", "", num("cache.age", 380, "s", incident.Measured, "session.har:3")),
		check("browser", diag.Warn, "装有广告拦截扩展，但没有拦住撤回请求", "an ad blocker is there; it did not block the recall", ""),
		check("permission", diag.Pass, "账号可以撤回，消息是本人发的", "the account may recall and the message is its own", ""),
		check("window", diag.Fail, "点撤回时已超过 2 分钟时限 43 秒", "the recall came 43 s after the window of 2 minutes", "", unsure(num("window.margin", -43212, "ms", incident.Measured, "session.har:12"), 1040)),
		check("sync", diag.Skip, "撤回没有成功，不需要同步", "nothing was recalled, so nothing had to be synchronised", "window"),
	}
	d.Verdict.Summary = lang.T("点撤回时已经发送 2 分 43 秒，超过了 2 分钟的撤回时限，服务因此拒绝。", "The recall was pressed 2 min 43 s after sending, past the window of 2 minutes, so the service refused it.")
	d.Verdict.Causes = []diag.CauseReport{
		{Code: "decision.window-expired", Role: "primary", Probability: 0.972,
			For: []diag.Weighing{
				{Observation: "window.margin", DB: 14, Rule: "margin-negative", Text: lang.T("点撤回比时限晚 43.2 秒（±1.0 秒），网络只占其中 0.03 秒", "the press came 43.2 s (±1.0 s) after the window; the network took 0.03 s of it")},
				{Observation: "server.answer", DB: 9.5, Rule: "refused-window", Text: lang.T("服务以 recall_timeout 拒绝", "the service refused with recall_timeout")},
				{Observation: "attempt.error_text", DB: 3, Rule: "text-window", Text: lang.T("看到的提示是“超过可撤回时间”", "the text shown was “超过可撤回时间”")}},
			Against: []diag.Weighing{{Observation: "clock.offset", DB: -0.5, Rule: "clock-small", Text: lang.T("两端的钟差 0.2 秒，远小于超出的时间", "the clocks differ by 0.2 s, far less than the excess")}},
			Fix:     fix("decision.window-expired")},
		{Code: "transport.high-latency", Role: "contributing", Probability: 0.06, For: []diag.Weighing{{Observation: "network.rtt", DB: 1, Rule: "rtt", Text: lang.T("请求在路上 31 毫秒", "the request was 31 ms on its way")}}, Against: []diag.Weighing{}, Fix: fix("transport.high-latency")},
	}
	d.Verdict.RuledOut = []diag.RuledOut{
		{Code: "decision.clock-skew", Because: []string{"clock.offset"}, Text: []lang.Text{lang.T("钟差 0.2 秒，解释不了晚了的 43 秒", "an offset of 0.2 s does not explain 43 s")}},
		{Code: "decision.not-own", Because: []string{"message.sender"}, Text: []lang.Text{lang.T("消息是本人发送的", "the message was sent by this account")}},
		{Code: "admission.overloaded", Because: []string{"server.queueing"}},
	}
	d.Verdict.Missing = []string{"the visitor's side: a screenshot of what the visitor sees"}
	d.Verdict.MissingText = []lang.Text{lang.T("访客一侧：访客看到的画面截图", "the visitor's side: a screenshot of what the visitor sees")}
	d.Timeline = []diag.Moment{
		at("sent", "service", 20, "消息 8842 发出", "message 8842 was sent", incident.Measured, "session.har:7", "10:19:57.788"),
		at("window_end", "service", 20, "2 分钟撤回时限截止", "the window of 2 minutes closed", incident.Assumed, "profile meiqia", "10:21:57.788"),
		at("console", "browser", 60, "ResizeObserver loop limit exceeded", "ResizeObserver loop limit exceeded", incident.Measured, "console.log:30", "10:22:38.120"),
		at("press", "browser", 1040, "点了“撤回”", "“Recall” was pressed", incident.Stated, "incident.yaml:6", "10:22:41.000"),
		at("request", "browser", 60, "发出撤回请求 POST …/messages/8842/recall", "recall request sent: POST …/messages/8842/recall", incident.Measured, "session.har:12", "10:22:41.084"),
		at("arrival", "service", 20, "请求到达服务", "the request reached the service", incident.Measured, "session.har:12", "10:22:41.100"),
		at("answer", "browser", 60, "服务应答 403 recall_timeout", "the service answered 403 recall_timeout", incident.Measured, "session.har:12", "10:22:41.121"),
	}
	d.Timeline[6].Serious = true
	d.Evidence = []diag.FileRef{{Name: "session.har", Kind: "har", Size: 482113, Encoding: "utf-8"}, {Name: "console.log", Kind: "console", Size: 9120, Encoding: "utf-8"}, {Name: "error.png", Kind: "image", Size: 48210}}
	d.RemedyList = []diag.Remedy{
		{ID: "correct", Text: lang.T("补发更正说明", "Send a correction"), Paste: lang.T("您好，刚才那条消息发错了，请以这条为准。给您添麻烦了，抱歉。", "Hello, the message before was sent by mistake; please go by this one. Sorry for the trouble.")},
		{ID: "handover", Text: lang.T("转人工跟进", "Have a colleague follow up")}}
	d.Remedies = []string{"Send a correction", "Have a colleague follow up"}
	d.Report = &diag.ReportRef{Path: "meiqia-diag-20261120-103000.zip", SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
	return d
}

func transport() *diag.Document {
	d := base(diag.Explained)
	d.Incident = facted("attempt.at", "2026-11-20 10:22:41", "attempt.symptom", "timed_out", "attempt.device", "mobile_web")
	d.Outcomes = diag.Outcomes{RequestResult: "no_answer", SenderView: "still_visible", VisitorView: "still_visible"}
	d.Stages = allStages("++x???", map[diag.Stage][]string{diag.Trigger: {"attempt.symptom"}, diag.Dispatch: {"request.seen"}, diag.Transport: {"network.fault", "network.loss"}})
	loss := diag.Observation{ID: "network.loss", Value: 34.0, Unit: "percent", Low: diag.Float(25.4), High: diag.Float(43.7), Method: "tcp", Basis: incident.Measured, Live: true, At: "2026-11-20T10:30:01+08:00", Source: "network"}
	d.Checks = []diag.CheckJSON{
		check("clock", diag.Error, "时间服务器没有应答，钟差没有测成", "the time servers did not answer, so the offset was not measured", "network"),
		check("network", diag.Fail, "到 API 主机丢包 34%，从 Wi-Fi 网关起就丢", "34% of packets to the API host are lost, from the Wi-Fi gateway on", "", loss, word("network.fault", "gateway:loss", incident.Measured, "network"), num("network.rtt", 412.7, "ms", incident.Measured, "network"), num("network.jitter", 388.1, "ms", incident.Measured, "network")),
		check("server", diag.Error, "探测请求超时", "the probes timed out", "network"),
		check("client", diag.Pass, "请求已从页面发出", "the request left the page", "", word("request.seen", "yes", incident.Measured, "mobile.har:4")),
		check("device", diag.Pass, "设备不忙", "the device was not busy", ""),
		check("cache", diag.Skip, "没有缓存信息", "nothing is known of the cache", ""),
		check("browser", diag.Pass, "浏览器 Chrome 126 满足要求", "the browser, Chrome 126, is recent enough", ""),
		check("permission", diag.Skip, "没有说明账号权限", "the rights of the account are not known", ""),
		check("window", diag.Warn, "点的时候在时限内，是否及时到达未知", "it was pressed within the window; whether it arrived in time is unknown", ""),
		check("sync", diag.Fail, "推送连接断开 3 次", "the push connection dropped three times", "network", num("push.drops", 3, "count", incident.Measured, "mobile.har:9")),
	}
	d.Verdict.Summary = lang.T("网络丢包 34%（从 Wi-Fi 网关起），撤回请求发出后 30 秒没有应答。", "34% packet loss, from the Wi-Fi gateway on: the recall request got no answer for 30 s.")
	d.Verdict.Causes = []diag.CauseReport{
		{Code: "transport.packet-loss", Role: "primary", Probability: 0.84, For: []diag.Weighing{{Observation: "network.loss", DB: 11, Rule: "loss-high", Text: lang.T("此刻丢包 34%（95% 区间 25 至 44）", "34% loss now (95% interval 25 to 44)")}}, Against: []diag.Weighing{{Observation: "network.loss", DB: -2, Rule: "live-only", Text: lang.T("丢包是现在测的，未必是事发时的", "the loss was measured now, not at the time of the incident")}}, Fix: fix("transport.packet-loss")},
		{Code: "sync.push-disconnected", Role: "contributing", Probability: 0.31, For: []diag.Weighing{{Observation: "push.drops", DB: 4, Rule: "drops", Text: lang.T("推送连接 5 分钟内断开 3 次", "the push connection dropped three times in 5 minutes")}}, Against: []diag.Weighing{}, Fix: fix("sync.push-disconnected")}}
	d.Verdict.Missing = []string{"ping or mtr output of the time of the incident"}
	d.Timeline = []diag.Moment{
		at("press", "device", 30000, "点了“撤回”", "“Recall” was pressed", incident.Stated, "--at", "10:22:30.000"),
		at("request", "browser", 900, "发出撤回请求", "recall request sent", incident.Measured, "mobile.har:4", "10:22:31.200"),
		at("log", "browser", 900, "WebSocket 断开，代码 1006", "WebSocket closed with code 1006", incident.Measured, "mobile.har:9", "10:22:44.910"),
		at("answer", "browser", 900, "等了 30 秒后放弃（net::ERR_TIMED_OUT）", "given up after 30 s (net::ERR_TIMED_OUT)", incident.Measured, "mobile.har:4", "10:23:01.240"),
	}
	d.Timeline[2].Serious, d.Timeline[3].Serious = true, true
	d.Evidence = []diag.FileRef{{Name: "mobile.har", Kind: "har", Size: 88123, Encoding: "utf-8", Note: "truncated at byte 88123"}}
	d.Problems = []diag.ProblemJSON{{Where: "mobile.har@88123", Text: lang.T("文件在此处中断，之前的 14 条已读", "the file ends here; the 14 entries before were read")}}
	return d
}

func healthy() *diag.Document {
	d := base(diag.Healthy)
	d.Stages = allStages("++++++", map[diag.Stage][]string{diag.Transport: {"network.rtt"}})
	for _, id := range diag.CheckIDs {
		c := check(id, diag.Pass, "正常", "all is well", "")
		if id == "network" {
			c.Observations = []diag.Observation{num("network.rtt", 28.2, "ms", incident.Measured, "network")}
		}
		d.Checks = append(d.Checks, c)
	}
	d.Verdict.Summary = lang.T("十项检查都正常，现在撤回应能成功。", "All ten checks pass; a recall should work now.")
	return d
}

func inconclusive() *diag.Document {
	d := base(diag.Inconclusive)
	d.Incident = facted("attempt.symptom", "no_reaction")
	d.Stages = allStages("??????", nil)
	for _, id := range diag.CheckIDs {
		d.Checks = append(d.Checks, check(id, diag.Skip, "没有证据可看（--offline）", "there was no evidence to look at (--offline)", ""))
	}
	d.Verdict.Summary = lang.T("只知道“点了没反应”，还分不清是没点到按钮、脚本没运行还是请求没发出。", "All that is known is that nothing happened; a missed press, a script that did not run and a request that was not sent cannot be told apart.")
	d.Verdict.Causes = []diag.CauseReport{
		{Code: "trigger.missed-tap", Role: "contributing", Probability: 0.31, For: []diag.Weighing{{Observation: "attempt.symptom", DB: 4, Rule: "no-reaction", Text: lang.T("点了没反应", "nothing happened")}}, Against: []diag.Weighing{}, Fix: []string{}},
		{Code: "dispatch.extension-blocked", Role: "contributing", Probability: 0.24, For: []diag.Weighing{}, Against: []diag.Weighing{}, Fix: []string{}}}
	d.Verdict.Missing = []string{"a HAR of the page while the recall is pressed", "the console log of the page"}
	d.Verdict.MissingText = []lang.Text{lang.T("点撤回时页面的 HAR（开发者工具 → 网络 → 导出）", "a HAR of the page while the recall is pressed"), lang.T("页面的控制台日志", "the console log of the page")}
	return d
}

// fix gives the catalogue's steps, as a verdict does.
func fix(code diag.Code) []string {
	c, _ := diag.CauseOf(code)
	out := []string{}
	for _, t := range c.Fix {
		if len(out) < 2 {
			out = append(out, t.EN)
		}
	}
	return out
}
