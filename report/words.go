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

var sRequestOutcome = lang.T("请求结果", "request")

var outcomeLabels = []struct {
	label lang.Text
	value func(diag.Outcomes) string
}{
	{sRequestOutcome, func(o diag.Outcomes) string { return o.RequestResult }},
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

// sRequestFailed names the end of a request that got no answer.
var sRequestFailed = lang.T("请求失败", "request failed")

func kindWord(k string) lang.Text {
	if t, ok := kindWords[k]; ok {
		return t
	}
	return lang.Same(clean(k))
}

// Sentences of the renderers.
var (
	sColon           = lang.T("：", ": ")
	sSemicolon       = lang.T("；", "; ")
	sListed          = lang.T("、", " / ")
	sHowSure         = lang.T("可信程度", "How sure")
	sFurther         = lang.T("还不行，再做", "further, if that does not help")
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
