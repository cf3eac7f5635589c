package lab

import (
	"time"

	"meiqia-diag/diag/lang"
)

// skew is how far the service's clock is off in the clock scenarios: the
// device runs ahead by as much.
const skew = -90 * time.Second

// shortWindow is the recall window where somebody has to wait for its end.
const shortWindow = 2 * time.Second

// Scenarios gives every scenario, along the six stages of a recall.
func Scenarios() []Scenario {
	return []Scenario{
		{Name: "healthy", Code: Healthy, Title: lang.T("一切正常，撤回成功", "nothing is wrong, the recall works")},

		{Name: "button-hidden", Code: "trigger.button-hidden",
			Title: lang.T("窄屏布局把撤回按钮藏掉了", "the layout for narrow screens leaves the recall button out"),
			set: func(p *plan) {
				p.faults.HideButtonBelow = 480
				p.story.device, p.story.width, p.story.height = "mobile_web", 360, 740
			},
			mend: func(p *plan) { p.faults.HideButtonBelow = 0 }},

		{Name: "button-covered", Code: "trigger.button-hidden",
			Title: lang.T("半透明的公告浮层盖住了撤回按钮，点击落在浮层上", "a see-through announcement lies over the recall button and takes the press"),
			set: func(p *plan) {
				p.faults.Page.CoverButtons = true
				p.story.watched = true
			},
			mend: func(p *plan) { p.faults.Page.CoverButtons = false }},

		{Name: "button-outside", Code: "trigger.button-hidden",
			Title: lang.T("消息行比手机屏幕宽，撤回按钮在屏幕之外", "the messages' rows are wider than the phone's screen, and the recall button lies outside"),
			set: func(p *plan) {
				p.faults.Page.RowAtLeast = 560
				p.story.device, p.story.width, p.story.height = "mobile_web", 320, 640
				p.story.watched = true
			},
			mend: func(p *plan) { p.faults.Page.RowAtLeast = 0 }},

		{Name: "missed-tap", Code: "trigger.missed-tap",
			Title: lang.T("按钮太小又挨得太近，手指按到了旁边", "the buttons are tiny and close together, and the finger lands beside the one that was meant"),
			set: func(p *plan) {
				p.faults.Page.CrowdButtons = true
				p.story.device, p.story.width, p.story.height = "mobile_web", 390, 844
				p.story.beside, p.story.watched = 16, true
			},
			mend: func(p *plan) { p.faults.Page.CrowdButtons = false }},

		{Name: "device-slow", Code: "trigger.device-slow",
			Title: lang.T("按下后页面卡了几秒，请求发出时已过时限", "the page is busy for seconds after the press, and the request leaves when the window is over"),
			set: func(p *plan) {
				p.policy.Window, p.policy.ButtonFor = 4*time.Second, time.Minute
				p.faults.Page.BusyFor = 5 * time.Second
			},
			mend: func(p *plan) { p.faults.Page.BusyFor = 0 }},

		{Name: "extension-blocked", Code: "dispatch.extension-blocked",
			Title: lang.T("浏览器扩展的规则拦截了撤回请求", "a rule of a browser extension blocks the recall request"),
			set:   func(p *plan) { p.story.browser.Filter = "/recall" },
			mend:  func(p *plan) { p.story.browser.Filter = "" }},

		{Name: "storage-blocked", Code: "dispatch.browser-settings",
			Title: lang.T("浏览器禁止该网站保存数据，撤回脚本因此中断", "the browser lets the site keep no data, and the recall's script stops there"),
			set:   func(p *plan) { p.story.browser.NoStorage = true },
			mend:  func(p *plan) { p.story.browser.NoStorage = false }},

		{Name: "javascript-off", Code: "dispatch.browser-settings",
			Title: lang.T("浏览器对该网站禁用了 JavaScript，页面打开了却什么也做不了", "the browser runs no JavaScript of the site: the page opens and can do nothing"),
			set: func(p *plan) {
				p.story.browser.NoScript = true
				p.story.reopens = true
			},
			mend: func(p *plan) { p.story.browser.NoScript = false }},

		{Name: "content-policy", Code: "dispatch.browser-settings",
			Title: lang.T("页面的内容安全策略漏了撤回接口的地址，浏览器拦下请求", "the page's Content-Security-Policy leaves the recall's address out, and the browser stops the request"),
			set: func(p *plan) {
				p.backends, p.faults.Page.RecallApart, p.faults.Page.PolicyForgets = 2, true, true
			},
			mend: func(p *plan) { p.faults.Page.PolicyForgets = false }},

		{Name: "browser-outdated", Code: "dispatch.browser-outdated",
			Title: lang.T("浏览器内核太旧，没有撤回脚本要用的函数", "the browser's engine is too old and lacks a function that the recall's script uses"),
			set:   func(p *plan) { p.story.browser.Version = 109 },
			mend:  func(p *plan) { p.story.browser.Version = 0 }},

		{Name: "client-outdated", Code: "dispatch.client-outdated",
			Title: lang.T("桌面客户端版本过低，服务拒绝其请求", "the desktop client is too old, the service turns it away"),
			set: func(p *plan) {
				p.story.device, p.story.clientVersion = "desktop_app", "3.9.0"
			},
			mend: func(p *plan) { p.story.clientVersion = "4.0.1" }},

		{Name: "stale-app", Code: "dispatch.stale-app",
			Title: lang.T("浏览器运行缓存里的旧页面，向已下线的接口发请求", "the browser runs an old page from its cache, which posts to an endpoint that is gone"),
			set: func(p *plan) {
				p.faults.DeployAfterVisit, p.faults.PagesMaxAge = true, 7*24*time.Hour
				p.story.visitedBefore = true
			},
			mend: func(p *plan) { p.faults.PagesMaxAge = 0 }},

		{Name: "stale-worker", Code: "dispatch.stale-app",
			Title: lang.T("service worker 仍用旧版本应答页面，向已下线的接口发请求", "a service worker still answers with the old build, which posts to an endpoint that is gone"),
			set: func(p *plan) {
				p.faults.DeployAfterVisit, p.faults.Page.Worker = true, true
				p.story.visitedBefore = true
			},
			mend: func(p *plan) { p.faults.Page.Worker = false }},

		{Name: "interrupted", Code: "transport.interrupted",
			Title: lang.T("撤回请求发到一半，连接被重置", "the connection is reset in the middle of the recall request"),
			set:   func(p *plan) { p.path.resetRecall = true },
			mend:  func(p *plan) { p.path.resetRecall = false }},

		{Name: "high-latency", Code: "transport.high-latency",
			Title: lang.T("按得及时，但线路延迟太高，请求到达时已过时限", "pressed in time, but the path is so slow that the request arrives too late"),
			set: func(p *plan) {
				p.policy.Window = shortWindow
				p.path.delay = 400 * time.Millisecond
				p.story.pressAfter = 900 * time.Millisecond
			},
			mend: func(p *plan) { p.path.delay = 0 }},

		{Name: "local-network", Code: "transport.local-network",
			Title: lang.T("本地网络封住了接口端口，页面能开但请求发不出", "the local network closes the API's port: the page works, its requests do not get out"),
			set:   func(p *plan) { p.path.refuseAPI = true },
			mend:  func(p *plan) { p.path.refuseAPI = false }},

		{Name: "overloaded", Code: "admission.overloaded",
			Title: lang.T("服务过载，请求排队后被 503 拒绝", "the service is overloaded: requests queue and end in 503"),
			set: func(p *plan) {
				p.faults.QueueFor, p.faults.OverloadStatus = 700*time.Millisecond, 503
			},
			mend: func(p *plan) { p.faults.QueueFor, p.faults.OverloadStatus = 0, 0 }},

		{Name: "uneven-backends", Code: "admission.uneven-backends",
			Title: lang.T("三个后端里有一个又慢又出错，会话恰好落在它上面", "one of three backends is slow and failing, and the conversation lives there"),
			set: func(p *plan) {
				p.backends, p.faults.BadBackend, p.faults.BadBackendFor = 3, int(convWeb%3)+1, 900*time.Millisecond
			},
			mend: func(p *plan) { p.faults.BadBackend = 0 }},

		{Name: "rate-limited", Code: "admission.rate-limited",
			Title: lang.T("短时间内撤回太多次，被限流", "too many recalls in a short time, the quota is used up"),
			set: func(p *plan) {
				p.faults.RateLimit, p.faults.RatePer = 3, 10*time.Second
				p.story.recallsBefore = 3
			},
			mend: func(p *plan) { p.faults.RateLimit = 0 }},

		{Name: "session-invalid", Code: "admission.session-invalid",
			Title: lang.T("账号在别处登录，本端被踢下线", "the account logged in elsewhere, this session was thrown out"),
			set: func(p *plan) {
				p.faults.SingleLogin = true
				p.story.otherLogin = beforePressing
			},
			mend: func(p *plan) { p.faults.SingleLogin = false }},

		{Name: "window-expired", Code: "decision.window-expired",
			Title: lang.T("超过时限才按撤回，页面的按钮还在", "the button was still there, but the window had closed before the press"),
			set: func(p *plan) {
				p.policy.Window, p.policy.ButtonFor = shortWindow, time.Minute
				p.story.pressAfter = p.policy.Window + 900*time.Millisecond
			},
			mend: func(p *plan) { p.story.pressAfter = basePlan().story.pressAfter }},

		{Name: "clock-skew", Code: "decision.clock-skew",
			Title: lang.T("本机时钟快了 90 秒，页面以为已过时限，没有发出请求", "this device's clock is 90 s fast: the page takes the window for closed and sends nothing"),
			set:   func(p *plan) { p.faults.ClockOffset = skew },
			mend:  func(p *plan) { p.faults.ClockOffset = 0 }},

		{Name: "clock-skew-request", Code: "decision.clock-skew",
			Title: lang.T("服务按客户端自报的时间判定，本机时钟快了 90 秒", "the service judges by the time that the client states, and this device is 90 s fast"),
			set: func(p *plan) {
				p.faults.ClockOffset, p.faults.TrustClientTime = skew, true
				p.policy.ButtonFor = 10 * time.Minute
			},
			mend: func(p *plan) { p.faults.ClockOffset = 0 }},

		{Name: "message-read", Code: "decision.message-read",
			Title: lang.T("访客已经读了这条消息", "the visitor has read the message"),
			set:   func(p *plan) { p.faults.VisitorReads = true },
			mend:  func(p *plan) { p.faults.VisitorReads = false }},

		{Name: "visitor-acted", Code: "decision.visitor-acted",
			Title: lang.T("访客已经回复", "the visitor has replied"),
			set:   func(p *plan) { p.story.visitorReplies = true },
			mend:  func(p *plan) { p.story.visitorReplies = false }},

		{Name: "system-processed", Code: "decision.system-processed",
			Title: lang.T("CRM 已经同步了这条消息", "the CRM has taken the message"),
			set:   func(p *plan) { p.faults.TakenBy = "crm" },
			mend:  func(p *plan) { p.faults.TakenBy = "" }},

		{Name: "type-unsupported", Code: "decision.type-unsupported",
			Title: lang.T("图片消息不支持撤回", "pictures cannot be recalled"),
			set:   func(p *plan) { p.story.contentType = "photo" },
			mend:  func(p *plan) { p.story.contentType = "text" }},

		{Name: "not-own", Code: "decision.not-own",
			Title: lang.T("撤回的是同事发的消息", "the message is a colleague's"),
			set:   func(p *plan) { p.story.author = "zhou" },
			mend:  func(p *plan) { p.story.author = "" }},

		{Name: "no-permission", Code: "decision.no-permission",
			Title: lang.T("账号角色没有撤回权限", "the account's role may not recall"),
			set:   func(p *plan) { p.story.account = "he" },
			mend:  func(p *plan) { p.policy.Roles = append(p.policy.Roles, "trainee") }},

		{Name: "channel-unsupported", Code: "decision.channel-unsupported",
			Title: lang.T("会话来自微信渠道，该渠道不支持撤回", "the conversation comes from WeChat, and that channel cannot recall"),
			set:   func(p *plan) { p.story.conv = convWechat },
			mend:  func(p *plan) { p.policy.Channels = append(p.policy.Channels, "wechat") }},

		{Name: "target-missing", Code: "decision.target-missing",
			Title: lang.T("按撤回前会话已被结束", "the conversation was ended before the press"),
			set:   func(p *plan) { p.story.endedBefore = true },
			mend:  func(p *plan) { p.story.endedBefore = false }},

		{Name: "stale-view", Code: "sync.stale-view",
			Title: lang.T("撤回已生效，但本端从缓存读历史，仍显示旧状态", "recalled, but this client reads history from its cache and still shows the message"),
			set:   func(p *plan) { p.faults.HistoryMaxAge = 5 * time.Minute },
			mend:  func(p *plan) { p.faults.HistoryMaxAge = 0 }},

		{Name: "multi-session", Code: "sync.multi-session",
			Title: lang.T("撤回已生效，同账号的另一个登录迟迟收不到", "recalled, but another login of the account is told late"),
			set: func(p *plan) {
				p.faults.LatePush = 30 * time.Second
				p.story.otherLogin = afterOpening
			},
			mend: func(p *plan) { p.faults.LatePush = 0 }},

		{Name: "push-disconnected", Code: "sync.push-disconnected",
			Title: lang.T("撤回已生效，但本端推送连接断了，没有收到", "recalled, but this client's push connection was down and it was not told"),
			set: func(p *plan) {
				p.path.dropPush = true
				p.story.lookFor = 2500 * time.Millisecond // long enough to see the page fail to come back
			},
			mend: func(p *plan) { p.path.dropPush = false }},

		{Name: "visitor-client-outdated", Code: "sync.visitor-client-outdated",
			Title: lang.T("撤回已生效，但访客 App 太旧，不认识撤回", "recalled, but the visitor's app is too old to honour it"),
			set:   func(p *plan) { p.story.sdk, p.story.sdkVersion = "android", "3.5.0" },
			mend:  func(p *plan) { p.story.sdkVersion = "4.1.5" }},

		{Name: "service-unknown", Code: "service.unknown",
			Title: lang.T("服务答复成功，之后什么也没发生", "the service says yes, and then nothing happens"),
			set:   func(p *plan) { p.faults.LoseRecalls = true },
			mend:  func(p *plan) { p.faults.LoseRecalls = false }},
	}
}
