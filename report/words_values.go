package report

import (
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

// valueWords are the closed words that observations have for values, as people
// read them. What is not here is a name or a person's own word.
var valueWords = map[string]lang.Text{
	"none": lang.T("没有", "none"), "small": lang.T("不大", "small"), "large": lang.T("很大", "large"), "good": lang.T("正常", "good"), "ok": lang.T("正常", "ok"),
	"slow": lang.T("慢", "slow"), "lossy": lang.T("丢包", "lossy"), "unstable": lang.T("不稳", "unstable"), "even": lang.T("一致", "even"), "uneven": lang.T("不一致", "uneven"),
	"current": lang.T("最新", "current"), "stale": lang.T("旧的", "stale"), "in": lang.T("在时限内", "inside the window"), "out": lang.T("已过时限", "outside the window"),
	"yes": lang.T("是", "yes"), "no": lang.T("否", "no"), "below": lang.T("低于最低版本", "below the minimum"), "up": lang.T("已连接", "up"), "down": lang.T("已断开", "down"), "seen": lang.T("看到了", "seen"),
	"accepted": lang.T("已受理", "accepted"), "refused": lang.T("被拒绝", "refused"), "sent": lang.T("已发出", "sent"), "absent": lang.T("没有发出", "absent"), "unknown": lang.T("未知", "unknown"),
	"withdrawn": lang.T("已撤回", "withdrawn"), "still": lang.T("仍在", "still there"), "cached": lang.T("来自缓存", "cached"), "blocked": lang.T("被拦下", "blocked"),
	"no_answer": lang.T("没有应答", "no answer"), "not_sent": lang.T("没有发出", "not sent"), "missing": lang.T("不存在", "missing"), "unreachable": lang.T("连不上", "unreachable"),
	"recallable": lang.T("可以撤回", "can be recalled"), "not_recallable": lang.T("不能撤回", "cannot be recalled"), "allowed": lang.T("允许", "allowed"), "not_allowed": lang.T("不允许", "not allowed"),
	"desktop": lang.T("电脑", "desktop"), "mobile": lang.T("手机", "mobile"), "disk": lang.T("磁盘缓存", "disk"), "memory": lang.T("内存缓存", "memory"),
}

// ownWords are those of single observations, where a word means another thing.
var ownWords = map[string]map[string]lang.Text{
	"network.error": {"blocked": lang.T("被扩展拦下", "blocked by an extension"), "policy": lang.T("被浏览器拦下", "blocked by the browser"), "offline": lang.T("没有联网", "offline"), "changed": lang.T("网络切换", "the network changed"),
		"reset": lang.T("连接被重置或关闭", "the connection was reset"), "dns": lang.T("域名解析失败", "the name was not resolved"), "proxy": lang.T("代理出错", "the proxy failed"), "tls": lang.T("证书或加密握手失败", "the TLS handshake failed"),
		"refused": lang.T("端口拒绝连接", "the port was closed"), "timeout": lang.T("超时", "timed out"), "aborted": lang.T("页面自己中止", "given up by the page"), "pending": lang.T("没有等到回答", "no answer yet"), "unspecified": lang.T("没有写明原因", "no reason given")},
	"server.refusal": {"generic": lang.T("只说失败", "just a failure"), "overload": lang.T("服务繁忙", "overload"), "read": lang.T("已读", "read"), "window": lang.T("超过时限", "window"), "rate": lang.T("太频繁", "too many requests"), "session": lang.T("登录失效", "session"),
		"clock": lang.T("时间不对", "clock"), "version": lang.T("版本过低", "version"), "route": lang.T("接口不存在", "no such address"), "internal": lang.T("服务内部错误", "internal error"), "accepted": lang.T("已受理", "accepted"),
		"type": lang.T("类型不支持", "message type"), "not_own": lang.T("不是本人的消息", "not one's own"), "permission": lang.T("没有权限", "permission"), "channel": lang.T("渠道不支持", "channel"),
		"missing": lang.T("找不到消息", "message missing"), "already": lang.T("已经撤回", "recalled already"), "ended": lang.T("会话已结束", "conversation ended"), "acted": lang.T("访客已操作", "the visitor acted"), "processed": lang.T("已被其他系统处理", "processed elsewhere"), "none": lang.T("没有", "none")},
}

// fieldOf are the observations whose words are those of a field of the incident.
var fieldOf = map[string]incident.Field{"attempt.symptom": incident.Symptom, "permission.sender": incident.MessageSender, "permission.visitor_action": incident.VisitorAction}

// named are observations whose value is a name that somebody gave.
var named = map[string]bool{"browser.extension": true, "browser.blocked_by": true, "browser.installed": true, "client.installed": true, "permission.processed_by": true}

// valueWord puts the word of an observation into the reader's.
func valueWord(o diag.Observation) (lang.Text, bool) {
	if _, ok := o.Number(); ok || o.Detail["rule"] != "" {
		return lang.Text{}, false
	}
	word := o.Text()
	for _, c := range incident.SpecOf(fieldOf[o.ID]).Choices {
		if c.Word == word {
			return c.Label, true
		}
	}
	if t, ok := ownWords[o.ID][word]; ok {
		return t, true
	}
	t, ok := valueWords[word]
	return t, ok && (!named[o.ID] || word == "unknown" || word == "none")
}

// sourceWords are the sources that are no file.
var sourceWords = map[string]lang.Text{
	"this machine": lang.T("本机", "this machine"), "incident": lang.T("当事人所述", "the incident"), "service": lang.T("服务", "the service"), "service settings": lang.T("服务的设置", "the service's settings"),
	"time servers": lang.T("时间服务器", "time servers"), "clock": lang.T("时钟检查", "the clock check"), "now": lang.T("现在", "now"),
}

var entryOf = lazy.MustCompile(` (entry|frame) (\d+)`)

// sourceText says where a fact is from: a file and its line, entry or frame.
func sourceText(source string) lang.Text {
	parts := strings.Split(clean(source), " → ")
	zh, en := make([]string, len(parts)), make([]string, len(parts))
	for i, p := range parts {
		if t, ok := sourceWords[p]; ok {
			zh[i], en[i] = t.ZH, t.EN
			continue
		}
		if name, ok := strings.CutPrefix(p, "profile "); ok {
			zh[i], en[i] = sProfile.ZH+" "+name, p
			continue
		}
		zh[i], en[i] = entryOf.ReplaceAllStringFunc(p, func(s string) string {
			m := entryOf.FindStringSubmatch(s)
			if m[1] == "frame" {
				return " 第 " + m[2] + " 帧"
			}
			return " 第 " + m[2] + " 条"
		}), p
	}
	return lang.T(strings.Join(zh, " → "), strings.Join(en, " → "))
}

// browserNames are browsers as their makers write them.
var browserNames = map[string]string{"chrome": "Chrome", "chromium": "Chromium", "edge": "Edge", "firefox": "Firefox", "safari": "Safari", "opera": "Opera", "electron": "Electron"}

func browserName(word string) string {
	if n, ok := browserNames[strings.ToLower(word)]; ok {
		return n
	}
	return clean(word)
}

// fileKinds are what evidence is recognised as (package evidence).
var fileKinds = map[string]lang.Text{
	"har": lang.T("HAR（浏览器的网络记录）", "HAR"), "netlog": lang.T("NetLog（浏览器的网络日志）", "NetLog"), "console": lang.T("浏览器控制台", "browser console"), "client": lang.T("客户端日志", "client log"),
	"server": lang.T("服务端日志", "server log"), "log": lang.T("日志", "log"), "path": lang.T("网络测试（ping、tracert 等）", "network test (ping, traceroute …)"), "image": lang.T("图片", "picture"), "video": lang.T("录屏", "video"),
	"browser-profile": lang.T("浏览器的用户数据", "browser profile"), "recording": lang.T("录制", "recording"), "other": lang.T("其他", "other"),
}

func fileKind(kind string) lang.Text {
	if t, ok := fileKinds[kind]; ok {
		return t
	}
	return lang.Same(clean(kind))
}
