package attempt

import (
	"strings"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// foretold are the words of browsers and services that announce what a later
// version will stop: "Third-party cookie will be blocked in future Chrome
// versions", "Cookie “x” will be soon rejected". Nothing was stopped yet.
var foretold = lazy.MustCompile(`(?i)\b(?:will|going to|about to)(?: soon| also| now)? (?:be |no longer (?:be )?|stop |drop )(?:soon )?(?:block|reject|remov|disabl|deprecat|restrict|ignor|phas|partition|allow|support|work|sent|set)|\bsoon,? cookies|\bin (?:a |some |any )?(?:future|upcoming|coming|later) (?:versions?|releases?|builds?|chrome|firefox|safari|edge)|^\W{0,3}deprecation\]|\[deprecation\]|(?:将(?:会|在|被|于)?|即将|今后|未来版本).{0,16}(?:阻止|拦截|禁用|拒绝|移除|弃用|停止支持|不再)`)

// announces are meanings that an announcement cannot tell: they say what was the case.
var announces = map[string]bool{"settings": true, "outdated_browser": true, "outdated_client": true, "stale_app": true, "extension": true}

// layoutLine is how a client logs where things stand on its screen. What is
// outside a window there is no refusal.
var layoutLine = lazy.MustCompile(`(?i)\{\{-?[\d.]+, ?-?[\d.]+\}|\bRect\(-?\d|\[-?\d+,-?\d+\]\[-?\d+,-?\d+\]|\b(?:window bounds|bounding ?(?:client)? ?rect|viewport|innerWidth|innerHeight|safe ?area)\b|\b(?:rect|box|bbox|frame|bounds)\b\W{1,3}[\d{(\[]`)

// pageStops are the words by which the page itself gives up, before anything is asked of the service.
var pageStops = lazy.MustCompile(`(?i)\babort(?:ing|s)? (?:the )?(?:recall|withdraw\w*|revo\w+|retract\w*|unsend|request|submit)|\b(?:recall|withdraw\w*|revoke|retract|unsend|request)\w* (?:was )?(?:not sent|skipped|suppressed|never sent)|(?:command|action|request) (?:was )?(?:ignored|dropped) (?:locally|by (?:this|the) (?:build|client|page))|未发出|没有发出|放弃(?:撤回|请求)|取消发送`)

// pageSide reports whether a line of a page or client tells of what went on in it
// alone, so that no words in it are the service's answer.
func pageSide(text string) bool {
	return pageError.MatchString(text) || layoutLine.MatchString(text) || pageStops.MatchString(text)
}

// networkWords are how pages tell that they got no answer: no service says so of
// itself. A network that is only busy ("网络繁忙", "网络开小差") is often the service's own wording.
var networkWords = lazy.MustCompile(`(?i)网[络路](?:连接|连线|请求)?(?:异常|错误|出错|失败|故障|中断|断开|超时|不可用|不稳定|不通|有问题|问题)|(?:检查|确认).{0,8}(?:网[络路]|联网)|(?:无法|不能|未能|没有)(?:连接|连上)(?:到|至)?(?:服务器|网[络路])|连接(?:服务器)?(?:失败|异常|中断|错误)|\bnetwork (?:request )?(?:error|failure|failed|problem|issue|exception|unavailable|is down)|\bcheck (?:your|the) (?:internet|network)|\bno (?:internet|network) connection|\b(?:connection|connectivity) (?:error|failed|lost|problem|issue)|\b(?:could|can) ?not connect\b|failed to fetch|networkerror\b|\bload failed\b`)

// SpeaksOfNetwork reports whether an error text that was shown tells of no answer rather than of a refusal.
func SpeaksOfNetwork(text string) bool { return networkWords.MatchString(profile.Simplified(text)) }

// scriptGone is a script that was asked for and is not there any more, in the
// words of consoles and bundlers, or of an access log.
var (
	scriptGone  = lazy.MustCompile(`(?i)[\w/.~-]+\.m?js(?:\?[^\s"')]*)?(?:["')\] ,]|$)["')\] ,]*(?:HTTP/[\d.]+"?)?[^/]{0,32}\b(?:404|410)\b|\.m?js:\d+\s+Failed to load resource: .{0,60}\b(?:404|410)\b|\b(?:404|410)\b[^/\w]{0,8}(?:GET )?\S*/\S+\.m?js(?:["')\s?]|$)`)
	sourceMap   = lazy.MustCompile(`(?i)source ?map|\.js\.map\b`)
	hashedAsset = lazy.MustCompile(`[._-][0-9a-fA-F]{5,40}\.(?:chunk\.|min\.|bundle\.)*m?js\b`)
)

// serviceBug is a mistake in the service's own program: no load, network or
// client brings it about. In a page's console the same words are the page's.
var serviceBug = lazy.MustCompile(`(?i)\b(?:NullPointer|NullReference|IllegalState|IllegalArgument|IndexOutOf(?:Bounds|Range)|ArrayIndexOutOf\w*|ClassCast|ConcurrentModification|NumberFormat|Arithmetic|UnsupportedOperation|InvalidOperation|NoSuchElement)(?:Exception)?\b|\b(?:Key|Attribute|Type|Value|Index|Assertion|ZeroDivision|NoMethod|Name|Reference|Range)Error\b|\bassert(?:ion)? (?:failed|violated)|\bpanic(?:ked)?\b|nil pointer|null pointer|invalid memory address|segmentation fault|\bSIGSEGV\b|stack overflow|unreachable code|invariant (?:broken|violated)|duplicate key|deadlock found|constraint violation|空指针|断言失败|数组越界|类型转换(?:异常|失败)|违反唯一`)

// filterHit is a content blocker's own log, where a rule of its lists stopped a
// request: uBlock Origin writes "rule -- site type address", AdGuard names the rule.
var filterHit = lazy.MustCompile(`(?:\|\||@@|/|\*)\S*[*^$]\S*\s+--\s+\S+|(?i:block\w*|拦截|filtered).{0,80}(?:\|\|\S+\^|\$(?:xmlhttprequest|xhr|script|third-party)\b)`)

// missingCall is a function that the page calls and does not have, in the words
// of V8, SpiderMonkey and JavaScriptCore alike; nativeSide tells that it is the
// client around the page that lacks it.
var (
	missingCall = lazy.MustCompile(`(?i)[\w$.]+(?:\(\.{3}\))? is not (?:a (?:function|constructor)|defined)\b|(?:has no method|undefined is not a function).{0,40}`)
	nativeSide  = lazy.MustCompile(`(?i)bridge|native|\bipc\b|electron|preload|messageHandlers|jsapi|\bjsb\b|webview`)
)

// surface reads off one line what no fixed wording tells: gestures and places on
// the screen, and scripts that are gone.
func (a *Attempt) surface(text string, server, beside bool) []profile.Match {
	var out []profile.Match
	text = head(text, 4096)
	if other := a.actedOnOther(text); other != "" {
		out = append(out, profile.Match{Means: "server_error", Text: other})
	}
	// In the service's log it is anybody's page: only at the very moment it may be this one.
	if !strings.Contains(text, "js") || !strings.Contains(text, "404") && !strings.Contains(text, "410") {
		// no script, or none that is lost
	} else if m := scriptGone.FindString(text); m != "" && !sourceMap.MatchString(text) && (!server || beside && hashedAsset.MatchString(m)) {
		out = append(out, profile.Match{Means: "stale_app", Text: m})
	}
	if m := filterHit.FindString(text); m != "" && a.Profile.RecallVerb(profile.Words(text)) != "" {
		out = append(out, profile.Match{Means: "extension", Text: m})
	}
	if server {
		if m := serviceBug.FindString(text); m != "" {
			out = append(out, profile.Match{Means: "server_error", Text: m})
		}
		return out
	}
	if f, ok := Lacking(text); ok {
		out = append(out, profile.Match{Means: "outdated_browser", Text: f.Name})
	}
	if m := missingCall.FindString(text); m != "" && a.Profile.RecallVerb(profile.Words(m)) != "" {
		means := "stale_app" // two builds of the page's scripts
		if nativeSide.MatchString(text) {
			means = "outdated_client"
		}
		out = append(out, profile.Match{Means: means, Text: m})
	}
	if w := missedGesture(text, a.Profile); w != "" {
		out = append(out, profile.Match{Means: "tap_missed", Text: w})
	}
	if means, w := a.placed(text); means != "" {
		out = append(out, profile.Match{Means: means, Text: w})
	}
	return out
}

// withheldBy reports whether a line says for what reason of the rules a button is
// not offered: it was then taken away, and not lost by the layout.
func (a *Attempt) withheldBy(text string, verb bool) bool {
	return verb && !layoutLine.MatchString(text) && (ruleOff.MatchString(text) || hasStrong(a.Profile.RefusalsIn(text, "")))
}

// ruleOff is how a client says that a right or a switch is not there.
var ruleOff = lazy.MustCompile(`(?i)\b(?:grants?|permissions?|privileges?|scopes?|roles?|acl|rights?|entitlements?|feature(?: flag)?|polic(?:y|ies)|capabilit(?:y|ies))\b.{0,40}\b(?:missing|denied|denies|absent|lack\w*|not granted|false|off|disabled|none)\b|(?:无|没有|缺少|未授予).{0,6}权限`)
