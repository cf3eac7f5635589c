package report

import (
	"slices"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// settingNames is what people read for each word of browser.setting.
var settingNames = map[string]lang.Text{
	"site":                lang.T("打开工作台网页", "opening the workbench's page"),
	"javascript":          lang.T("JavaScript", "JavaScript"),
	"cookies":             lang.T("Cookie 与网站数据", "cookies and site data"),
	"storage":             lang.T("本地存储", "storage"),
	"insecure-content":    lang.T("不安全内容", "insecure content"),
	"https-only":          lang.T("仅限 HTTPS", "HTTPS-only"),
	"local-network":       lang.T("访问内网", "local-network access"),
	"proxy":               lang.T("浏览器自己的代理", "the browser's own proxy"),
	"third-party-cookies": lang.T("第三方 Cookie", "third-party cookies"),
	"tracking-protection": lang.T("跟踪防护", "tracking protection"),
	"websocket":           lang.T("WebSocket 连接", "WebSocket connections"),
	"service-workers":     lang.T("Service Worker", "service workers"),
	"doh":                 lang.T("安全 DNS", "secure DNS"),
	"popups":              lang.T("弹出窗口", "pop-ups"),
	"notifications":       lang.T("通知", "notifications"),
	"images":              lang.T("图片", "images"),
	"sound":               lang.T("声音", "sound"),
	"background-sync":     lang.T("后台同步", "background sync"),
	"clipboard":           lang.T("剪贴板", "the clipboard"),
}

var settingEffects = map[string]lang.Text{
	"block": lang.T("禁止", "blocked"), "strict": lang.T("严格", "strict"), "secure": lang.T("只用指定的服务器", "one server only"), "force": lang.T("强制", "forced"),
	"fixed": lang.T("固定", "fixed"), "pac": lang.T("脚本", "by a script"), "auto": lang.T("自动发现", "found by itself"), "dead": lang.T("没有程序在听", "nothing listens there"),
}

var settingSites = map[string]lang.Text{
	"service": lang.T("对该服务", "for the service"), "all": lang.T("对所有网站", "for all sites"), "other": lang.T("对某个网站", "for one site"),
}

// settingPages names a setting's page below chrome://settings/content/ and edge://settings/content/.
var settingPages = map[string]string{
	"javascript": "javascript", "cookies": "all", "insecure-content": "insecureContent", "popups": "popups", "notifications": "notifications",
	"images": "images", "sound": "sound", "background-sync": "backgroundSync", "clipboard": "clipboard", "local-network": "localNetworkAccess",
}

// undoTexts says how a setting is set back, by the word in its detail. The first
// gap takes the setting's name, the others a page, a preference, or what the
// detail tells of where it is set: see undoText.
var undoTexts = map[string]lang.Text{
	"chromium-site":     lang.T("把“%s”改回来：在地址栏打开 chrome://settings/content/%s ，删去“%s”那一条，再刷新工作台。", "Set %s back: open chrome://settings/content/%s, remove the entry “%s”, and reload the workbench."),
	"chromium-default":  lang.T("把“%s”改回来：在地址栏打开 chrome://settings/content/%s ，选回浏览器的默认选项，再刷新工作台。", "Set %s back: open chrome://settings/content/%s, choose the browser's default again, and reload the workbench."),
	"edge-site":         lang.T("把“%s”改回来：在地址栏打开 edge://settings/content/%s ，删去“%s”那一条，再刷新工作台。", "Set %s back: open edge://settings/content/%s, remove the entry “%s”, and reload the workbench."),
	"edge-default":      lang.T("把“%s”改回来：在地址栏打开 edge://settings/content/%s ，选回浏览器的默认选项，再刷新工作台。", "Set %s back: open edge://settings/content/%s, choose the browser's default again, and reload the workbench."),
	"chromium-cookies":  lang.T("把“%s”改回来：打开 chrome://settings/cookies ，允许第三方 Cookie，或把工作台加为例外。", "Set %s back: open chrome://settings/cookies and allow third-party cookies, or add the workbench as an exception."),
	"chromium-security": lang.T("把“%s”改回来：打开 chrome://settings/security 关掉它。", "Set %s back: open chrome://settings/security and turn it off."),
	"chromium-proxy":    lang.T("把“%s”改回来：去掉浏览器启动参数或设置里的代理，让它用系统的。", "Set %s back: remove the proxy from the browser's settings or start options, so that it takes the system's."),
	"edge-tracking":     lang.T("把“%s”改回来：打开 edge://settings/privacy ，改为“平衡”，或把工作台加为例外。", "Set %s back: open edge://settings/privacy and choose Balanced, or add the workbench as an exception."),
	"firefox-pref":      lang.T("把“%s”改回来：在地址栏打开 %s ，搜索“%s”，点右边的还原按钮，再刷新工作台。", "Set %s back: open %s, search for %s, press the reset button beside it, and reload the workbench."),
	"firefox-userjs":    lang.T("把“%s”改回来：配置文件夹的 user.js 每次启动都会改回 %s ，删去那一行再重启 Firefox。", "Set %s back: user.js in the profile folder sets %s at every start; remove that line and restart Firefox."),
	"firefox-site":      lang.T("把“%s”改回来：打开工作台，点地址栏左侧的图标，清除对该网站的“禁止”。", "Set %s back: open the workbench, click the icon left of the address, and clear the block for the site."),
	"extension":         lang.T("“%s”是扩展设的：打开扩展管理页，停用编号 %s 的扩展，再刷新工作台。", "An extension set %s: open the page of extensions, turn off the one with the id %s, and reload the workbench."),
	"policy":            lang.T("“%s”由公司策略 %s 控制（%s），自己改不了：请 IT 为工作台放行。", "A company policy controls %s: %s (%s). You cannot change it yourself; ask IT to allow the workbench."),
}

// undoText says how one setting is set back; zero when it is not known.
func undoText(o diag.Observation) lang.Text {
	t, ok := undoTexts[o.Detail["undo"]]
	if !ok {
		return lang.Text{}
	}
	name := settingName(o)
	switch o.Detail["undo"] {
	case "chromium-site", "edge-site":
		return t.F(name, settingPages[o.Text()], clean(o.Detail["host"]))
	case "chromium-default", "edge-default":
		return t.F(name, settingPages[o.Text()])
	case "firefox-pref":
		return t.F(name, "about:config", clean(o.Detail["key"]))
	case "firefox-userjs":
		return t.F(name, clean(o.Detail["key"]))
	case "extension":
		return t.F(name, clean(o.Detail["extension"]))
	case "policy":
		return t.F(name, clean(o.Detail["key"]), clean(o.Detail["place"]))
	}
	return t.F(name)
}

func settingName(o diag.Observation) lang.Text {
	if t, ok := settingNames[o.Text()]; ok {
		return t
	}
	return lang.Same(clean(o.Text()))
}

// settingValue writes a setting as people read it: what, how, for whom, and where it is set.
func settingValue(o diag.Observation) lang.Text {
	t := settingName(o)
	if e, ok := settingEffects[o.Detail["effect"]]; ok {
		t = lang.T("%s：%s", "%s: %s").F(t, e)
	}
	if v := clean(o.Detail["value"]); v != "" {
		t = lang.T("%s %s", "%s %s").F(t, v)
	}
	if s, ok := settingSites[o.Detail["site"]]; ok && o.Text() != "proxy" && o.Text() != "doh" {
		t = lang.T("%s，%s", "%s, %s").F(t, s)
	}
	if key := clean(o.Detail["key"]); key != "" {
		t = lang.T("%s（%s 的 %s）", "%s (%[3]s in %[2]s)").F(t, clean(o.Detail["place"]), key)
	}
	return t
}

// undoings says how the settings that stand behind a cause are set back, what
// blocks the service before what blocks all sites.
func undoings(doc *diag.Document, c diag.CauseReport) []lang.Text {
	var out []lang.Text
	behind := slices.ContainsFunc(c.For, func(w diag.Weighing) bool { return w.Observation == "browser.setting" })
	if !behind {
		return nil
	}
	for _, o := range doc.Observations().All("browser.setting") {
		if !settingAccuses(o) || len(out) >= 3 {
			continue
		}
		if t := undoText(o); !t.IsZero() {
			out = append(out, t)
		}
	}
	return out
}

// settingAccuses tells the settings that keep a recall from being sent from those that are only listed.
func settingAccuses(o diag.Observation) bool {
	switch o.Text() {
	case "site", "javascript", "cookies", "storage", "insecure-content", "https-only":
		return true
	case "local-network":
		return o.Detail["needed"] == "yes"
	case "proxy":
		return o.Detail["effect"] == "dead"
	}
	return false
}

// versions writes the version of an installed browser, and of the engine behind a brand's number.
func versions(name lang.Text, o diag.Observation) lang.Text {
	if v := clean(o.Detail["version"]); v != "" {
		name = lang.T("%s %s", "%s %s").F(name, v)
	}
	if v := clean(o.Detail["engine"]); v != "" {
		name = lang.T("%s（内核 %s）", "%s (engine %s)").F(name, v)
	}
	return name
}

// compared writes the version that was held against a minimum.
func compared(o diag.Observation) lang.Text {
	t := lang.Same(clean(o.Text()))
	if b := clean(o.Detail["browser"]); b != "" {
		t = lang.T("%s：%s %s，最低 %s", "%s: %s %s, minimum %s").F(t, b, clean(o.Detail["version"]), clean(o.Detail["minimum"]))
	}
	return t
}
