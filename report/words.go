package report

import (
	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

var titles = map[string]lang.Text{
	diag.Explained:    lang.T("撤回为什么失败", "Why the recall failed"),
	diag.Healthy:      lang.T("没有发现问题", "No cause was found"),
	diag.Inconclusive: lang.T("还不能下结论", "Not enough is known yet"),
}

// healthTitles are the headings where nobody tried: would a recall work now.
var healthTitles = map[string]lang.Text{
	diag.Explained:    lang.T("现在撤回会遇到的问题", "What would break a recall now"),
	diag.Healthy:      lang.T("没有发现会妨碍撤回的问题", "Nothing was found that would break a recall"),
	diag.Inconclusive: lang.T("还不能下结论", "Not enough is known yet"),
}

var checkNames = map[string]lang.Text{
	"clock": lang.T("时钟", "clock"), "network": lang.T("网络", "network"), "server": lang.T("服务", "server"), "client": lang.T("客户端", "client"),
	"device": lang.T("设备", "device"), "cache": lang.T("缓存", "cache"), "browser": lang.T("浏览器", "browser"), "permission": lang.T("权限", "permission"),
	"window": lang.T("时限", "window"), "sync": lang.T("同步", "sync"),
}

func checkName(id string) lang.Text {
	if t, ok := checkNames[id]; ok {
		return t
	}
	return lang.Same(clean(id))
}

// mark is a sign that is told apart without colour, and the word beside it.
type mark struct {
	Sign string
	Word lang.Text
	Tone string // good bad warn dim
}

var checkMarks = map[diag.CheckState]mark{
	diag.Pass:  {"✓", lang.T("正常", "pass"), "good"},
	diag.Warn:  {"!", lang.T("注意", "warn"), "warn"},
	diag.Fail:  {"✗", lang.T("异常", "fail"), "bad"},
	diag.Skip:  {"-", lang.T("跳过", "skip"), "dim"},
	diag.Error: {"?", lang.T("出错", "error"), "warn"},
}

func checkMark(s diag.CheckState) mark {
	if m, ok := checkMarks[s]; ok {
		return m
	}
	return mark{"?", lang.Same(clean(string(s))), "warn"}
}

var stageMarks = map[diag.StageState]mark{
	diag.Passed:  {"✓", lang.T("通过", "passed"), "good"},
	diag.Broken:  {"✗", lang.T("中断", "broken"), "bad"},
	diag.Unknown: {"?", lang.T("未知", "unknown"), "dim"},
}

func stageMark(s diag.StageState) mark {
	if m, ok := stageMarks[s]; ok {
		return m
	}
	return stageMarks[diag.Unknown]
}

var basisWords = map[incident.Basis]lang.Text{
	incident.Stated:   lang.T("自述", "stated"),
	incident.Measured: lang.T("实测", "measured"),
	incident.Assumed:  lang.T("假定", "assumed"),
}

func basisWord(b incident.Basis) lang.Text { return basisWords[b] }

// basisKey explains the marks once.
var basisKey = lang.T("自述 = 当事人说的；实测 = 检查或证据里看到的；假定 = 配置里的默认值", "stated = a person said so; measured = a check or the evidence shows it; assumed = a default of the profile")

var outcomeLabels = []struct {
	label lang.Text
	value func(diag.Outcomes) string
}{
	{lang.T("请求结果", "request"), func(o diag.Outcomes) string { return o.RequestResult }},
	{lang.T("客服端", "sender's view"), func(o diag.Outcomes) string { return o.SenderView }},
	{lang.T("访客端", "visitor's view"), func(o diag.Outcomes) string { return o.VisitorView }},
}

var outcomeWords = map[string]lang.Text{
	"accepted": lang.T("已受理", "accepted"), "refused": lang.T("被拒绝", "refused"), "no_answer": lang.T("没有应答", "no answer"), "not_sent": lang.T("没有发出", "not sent"),
	"gone": lang.T("已消失", "gone"), "still_visible": lang.T("仍可见", "still visible"), "unknown": lang.T("未知", "unknown"), "": lang.T("未知", "unknown"),
}

func outcomeWord(v string) lang.Text {
	if t, ok := outcomeWords[v]; ok {
		return t
	}
	return lang.Same(clean(v))
}

var clockWords = map[string]lang.Text{
	"device": lang.T("本机的钟", "this device's clock"), "browser": lang.T("浏览器的钟", "the browser's clock"), "service": lang.T("服务的钟", "the service's clock"),
	"client": lang.T("客户端的钟", "the client's clock"), "server": lang.T("服务的钟", "the service's clock"), "person": lang.T("当事人看到的钟", "the clock the person saw"), "unknown": lang.T("不知哪个钟", "an unknown clock"),
}

// clockNames are the same in a column.
var clockNames = map[string]lang.Text{
	"device": lang.T("本机", "device"), "browser": lang.T("浏览器", "browser"), "service": lang.T("服务", "service"), "client": lang.T("客户端", "client"),
	"server": lang.T("服务", "service"), "person": lang.T("当事人", "person"), "unknown": lang.T("不明", "unknown"),
}

var kindWords = map[string]lang.Text{
	"sent": lang.T("发出消息", "message sent"), "read": lang.T("访客已读", "read"), "reply": lang.T("访客回复", "reply"), "press": lang.T("点撤回", "recall pressed"),
	"request": lang.T("发出请求", "request sent"), "arrival": lang.T("到达服务", "arrival"), "answer": lang.T("收到应答", "answer"), "push": lang.T("推送", "push"),
	"window_end": lang.T("时限截止", "window closes"), "clock": lang.T("时钟", "clock"), "reason": lang.T("拒绝的理由", "reason given"), "event": lang.T("事件", "event"), "console": lang.T("控制台", "console"), "log": lang.T("日志", "log"),
}

func kindWord(k string) lang.Text {
	if t, ok := kindWords[k]; ok {
		return t
	}
	return lang.Same(clean(k))
}

var observationNames = map[string]lang.Text{
	"clock.offset": lang.T("与服务的钟差", "clock offset to the service"), "clock.offset.incident": lang.T("事发时的钟差", "clock offset at the time"),
	"network.rtt": lang.T("往返时延", "round-trip time"), "network.jitter": lang.T("时延抖动", "jitter"), "network.loss": lang.T("丢包率", "packet loss"), "network.fault": lang.T("网络故障处", "network fault"),
	"server.queueing": lang.T("服务排队", "queueing at the service"), "browser.blocked_by": lang.T("被扩展拦截", "blocked by an extension"),
	"clock.signal": lang.T("日志：时钟", "logs: clock"), "clock.hint": lang.T("日志：时钟（旁证）", "logs: clock, elsewhere"), "clock.ntp": lang.T("各时间服务器", "time servers together"),
	"clock.skewed": lang.T("两端钟差", "clocks apart"), "clock.server": lang.T("时间服务器", "time server"), "clock.step": lang.T("时钟被改过", "clock was set"), "clock.conflict": lang.T("服务各钟不一", "the service's clocks disagree"),
	"network.quality": lang.T("网络质量", "path quality"), "network.error": lang.T("请求失败方式", "how the request failed"), "network.setup": lang.T("建立连接用时", "time to get on the way"),
	"network.recorded_rtt": lang.T("录到的握手时延", "recorded handshake"), "network.recorded_swings": lang.T("录到的异常慢请求", "recorded slow outliers"), "network.others_failing": lang.T("同期失败的请求", "others failing"),
	"network.barred": lang.T("本地设备拦下撤回", "recall stopped on the way"), "network.dropped": lang.T("按下前后断网", "no network at the press"),
	"network.place": lang.T("丢包处", "where packets are lost"), "network.gateway_rtt": lang.T("到网关的往返", "round trip to the gateway"), "network.gateway_loss": lang.T("到网关的丢包率", "loss to the gateway"), "network.echo_rtt": lang.T("ICMP 往返", "ICMP round trip"), "browser.setting": lang.T("浏览器设置", "browser setting"), "server.bug": lang.T("服务程序出错", "a fault of the service's program"), "sync.delivery": lang.T("撤回事件的送达", "delivery of the event"), "window.edge": lang.T("按在时限的边上", "pressed at the window's edge"), "window.paradox": lang.T("时间对不上", "times that contradict"), "network.bloat": lang.T("满载时增加的延迟", "delay added under load"), "server.limited": lang.T("限流（429）的比例", "share of 429"), "server.overdue": lang.T("没有及时回答的比例", "share without an answer in time"), "window.left": lang.T("离时限结束", "left of the window"), "network.resent": lang.T("系统重传的段", "segments sent again"),
	"window.forecast": lang.T("现在撤回能及时到达", "a recall pressed now makes it"),
	"network.rung":    lang.T("失败的一级", "failed rung"), "network.push": lang.T("推送主机", "push host"), "network.signal": lang.T("日志：网络", "logs: network"), "network.hint": lang.T("日志：网络（旁证）", "logs: network, elsewhere"),
	"server.answer": lang.T("服务的回答", "the service's answer"), "server.status": lang.T("状态码", "status"), "server.refusal": lang.T("拒绝的理由", "reason given"), "server.ttfb": lang.T("首字节时间", "time to first byte"),
	"server.failing": lang.T("同期 5xx", "5xx around it"), "server.slow": lang.T("其他请求首字节", "others' first byte"), "server.backends": lang.T("后端是否一致", "machines behind the name"), "server.session": lang.T("登录状态", "login"),
	"server.route": lang.T("接口地址", "address of the recall"), "server.retry_after": lang.T("要求等待", "retry after"), "server.signal": lang.T("日志：服务", "logs: service"), "server.hint": lang.T("日志：服务（旁证）", "logs: service, elsewhere"),
	"client.version": lang.T("客服端版本", "client version"), "client.signal": lang.T("日志：客户端", "logs: client"), "client.hint": lang.T("日志：客户端（旁证）", "logs: client, elsewhere"),
	"device.kind": lang.T("设备", "device"), "device.press_delay": lang.T("从按下到发出", "press to request"), "device.load": lang.T("处理器占用", "processor load"), "device.memory": lang.T("可用内存", "memory available"), "device.signal": lang.T("日志：设备", "logs: device"), "device.hint": lang.T("日志：设备（旁证）", "logs: device, elsewhere"),
	"cache.app": lang.T("页面版本", "page build"), "cache.used": lang.T("取自缓存", "from a cache"), "cache.signal": lang.T("日志：旧页面", "logs: old page"), "cache.hint": lang.T("日志：旧页面（旁证）", "logs: old page, elsewhere"),
	"browser.dispatch": lang.T("请求是否离开页面", "did the request leave the page"), "browser.script": lang.T("工作台脚本", "the workbench's scripts"), "browser.version": lang.T("浏览器版本", "browser version"), "browser.installed": lang.T("已装浏览器", "installed browser"),
	"browser.extension": lang.T("可触及服务的扩展", "extension that can touch the service"), "browser.signal": lang.T("日志：浏览器", "logs: browser"), "browser.hint": lang.T("日志：浏览器（旁证）", "logs: browser, elsewhere"),
	"attempt.symptom": lang.T("现象", "what was seen"), "permission.sender": lang.T("发送人", "sender"), "permission.type": lang.T("类型可否撤回", "type"), "permission.channel": lang.T("渠道可否撤回", "channel"), "permission.account": lang.T("账号可否撤回", "account may recall"),
	"permission.role": lang.T("角色可否撤回", "role"), "permission.read": lang.T("撤回前已读", "read before"), "permission.visitor_action": lang.T("访客操作", "visitor's action"), "permission.processed_by": lang.T("已取走它的系统", "taken by"), "permission.target": lang.T("消息或会话的状态", "state of the target"),
	"window.length": lang.T("撤回时限", "window"), "window.asked": lang.T("按下时", "asked"), "window.arrived": lang.T("到达时", "arrived"), "window.travel": lang.T("路上用时", "travel time"), "window.shown": lang.T("按所示时间看", "by the stamps as shown"), "window.zone": lang.T("相差的时区", "hours of a zone apart"), "window.elapsed": lang.T("从发送到按下", "send to press"), "window.order": lang.T("先后次序", "order"),
	"sync.event": lang.T("撤回事件", "event of the recall"), "sync.push": lang.T("推送连接", "push connection"), "sync.other_logins": lang.T("其他登录", "other logins"), "sync.kicked": lang.T("登录被顶替", "login taken over"), "sync.session": lang.T("其他登录的状态", "the other login"),
	"sync.visitor_client": lang.T("访客端版本", "visitor's client"), "sync.history": lang.T("撤回后的历史", "history after the recall"), "sync.signal": lang.T("日志：同步", "logs: sync"), "sync.hint": lang.T("日志：同步（旁证）", "logs: sync, elsewhere"),
	"cache.age": lang.T("缓存已存", "age of the cached page"), "cache.freshness_left": lang.T("缓存剩余有效期", "freshness left"), "window.margin": lang.T("距时限", "margin to the window"),
}

// Sentences of the renderers.
var (
	sColon           = lang.T("：", ": ")
	sSemicolon       = lang.T("；", "; ")
	sListed          = lang.T("、", " / ")
	sHowSure         = lang.T("可信程度", "How sure")
	sNow             = lang.T("现在该做什么", "What to do now")
	sNothing         = lang.T("不需要做什么；若之后又撤回失败，请带上事发时的日志或 HAR 再查一次。", "Nothing. Should a recall fail later, run this again with the log or HAR of that moment.")
	sStages          = lang.T("撤回经过的六个阶段", "The six stages of the recall")
	sOutcomes        = lang.T("结果", "Outcomes")
	sTimeline        = lang.T("时间线（按服务的钟）", "Timeline (by the service's clock)")
	sColumns         = lang.T("时间 ±误差，谁的钟看到，来历", "time ± error, whose clock, basis")
	sEvidence        = lang.T("证据", "Evidence")
	sEvidenceNote    = lang.T("权重单位 db：+10 db 表示可能性变为 10 倍", "weights in decibans: +10 db makes it ten times as likely")
	sFor             = lang.T("支持", "for")
	sAgainst         = lang.T("反对", "against")
	sContributing    = lang.T("其他促成原因", "Contributing causes")
	sCandidates      = lang.T("可能的原因", "Possible causes")
	sOtherCandidates = lang.T("其他可能的原因", "Other possible causes")
	sRuledOut        = lang.T("已排除", "Ruled out")
	sMissing         = lang.T("还缺什么证据", "What would settle it")
	sChecks          = lang.T("十项检查", "The ten checks")
	sObservations    = lang.T("观测值", "Observations")
	sRemedies        = lang.T("撤不回时的补救", "When it cannot be recalled any more")
	sPaste           = lang.T("可直接发送：", "text to send:")
	sProblems        = lang.T("输入里的问题", "Problems with the input")
	sFacts           = lang.T("已知的事实", "What is known")
	sFiles           = lang.T("读到的证据文件", "Evidence that was read")
	sSteps           = lang.T("重现步骤", "Steps to reproduce")
	sAttach          = lang.T("求助时附上", "to get help, attach")
	sWhole           = lang.T("求助时，把装着这一页的压缩包整个发给技术支持，不要只发这一页。", "To get help, send the whole archive that holds this page, not the page alone.")
	sRuledCount      = lang.T("%d 种，点开看理由", "%d of them; open to see why")
	sReport          = lang.T("求助时附上这个文件：%s", "To get help, attach this file: %s")
	sNoReport        = lang.T("没有写报告文件", "no report file was written")
	sInShort         = lang.T("总之", "In short")
	sWhy             = lang.T("为什么", "why")
	sResult          = lang.T("结论", "result")
	sFirst           = lang.T("先做什么", "do first")
	sNone            = lang.T("无", "none")
	sNoEvidence      = lang.T("没有收集到证据", "no evidence was collected")
	sFollows         = lang.T("由“%s”引起", "follows from %s")
	sBecause         = lang.T("依据", "because")
	sHeadline        = lang.T("美洽消息撤回诊断", "Meiqia recall diagnosis")
	sProfile         = lang.T("配置", "profile")
	sVersion         = lang.T("版本", "version")
	sStarted         = lang.T("诊断时间", "diagnosed at")
)

// sureness puts a probability into words.
func sureness(p float64) lang.Text {
	switch {
	case p >= 0.97:
		return lang.T("几乎可以肯定", "almost certain")
	case p >= 0.9:
		return lang.T("很有把握", "very likely")
	case p >= 0.75:
		return lang.T("较有把握", "likely")
	case p >= 0.5:
		return lang.T("多半如此", "more likely than not")
	}
	return lang.T("把握不大", "not sure")
}
