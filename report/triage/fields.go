package triage

import (
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report/triage/store"
)

// field is something that reports are told apart by.
type field struct {
	name    string
	label   lang.Text
	version bool // its values are ordered as versions
	of      func(*store.Report) []string
}

func one(f func(*store.Report) string) func(*store.Report) []string {
	return func(r *store.Report) []string {
		if v := f(r); v != "" {
			return []string{v}
		}
		return nil
	}
}

// fields are all there are, in the order in which they are shown.
var fields = []field{
	{"client_version", lang.T("客户端版本", "client version"), true, one(func(r *store.Report) string { return r.ClientVersion })},
	{"browser", lang.T("浏览器", "browser"), false, one(browserOf)},
	{"network", lang.T("网络", "network"), false, one(networkOf)},
	{"rule", lang.T("判定规则", "verdict rule"), false, rulesOf("verdict")},
	{"extension_rule", lang.T("扩展的拦截规则", "extension's rule"), false, rulesOf("extension")},
	{"stage", lang.T("中断的阶段", "stage that broke"), false, one(func(r *store.Report) string { return r.Stage })},
	{"outcome", lang.T("结论", "outcome"), false, one(func(r *store.Report) string { return r.Outcome })},
	{"cause", lang.T("原因", "cause"), false, one(primaryOf)},
	{"build", lang.T("服务端的页面版本", "build on the service"), true, one(func(r *store.Report) string { return r.ServiceBuild })},
	{"page_build", lang.T("运行的页面版本", "build that ran"), true, one(func(r *store.Report) string { return r.PageBuild })},
	{"device", lang.T("所用设备", "device"), false, one(func(r *store.Report) string { return r.Device })},
	{"system", lang.T("操作系统", "system"), false, one(func(r *store.Report) string { return r.System })},
	{"channel", lang.T("会话渠道", "channel"), false, one(func(r *store.Report) string { return r.Channel })},
	{"message_type", lang.T("消息类型", "message type"), false, one(func(r *store.Report) string { return r.MessageType })},
	{"sdk", lang.T("访客端", "visitor's client"), false, one(sdkOf)},
	{"request_result", lang.T("请求结果", "request"), false, one(func(r *store.Report) string { return r.RequestResult })},
	{"sender_view", lang.T("客服端", "sender's view"), false, one(func(r *store.Report) string { return r.SenderView })},
	{"visitor_view", lang.T("访客端所见", "visitor's view"), false, one(func(r *store.Report) string { return r.VisitorView })},
	{"profile", lang.T("配置", "profile"), false, one(func(r *store.Report) string { return join(r.Profile, r.ProfileVersion) })},
	{"tool", lang.T("诊断工具的版本", "version of this tool"), true, one(func(r *store.Report) string { return r.Tool })},
}

// usual are the fields that are shown on a terminal when none are asked for.
var usual = []string{"client_version", "browser", "network", "rule", "extension_rule"}

// Fields lists the names that --by knows.
func Fields() []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.name
	}
	return out
}

func fieldOf(name string) (field, bool) {
	for _, f := range fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// primaryOf is the cause that a report names, "" for one that names none.
func primaryOf(r *store.Report) string {
	if r.Outcome != diag.Explained {
		return ""
	}
	for _, c := range r.Causes {
		if c.Role == "primary" {
			return c.Code
		}
	}
	return ""
}

// names tells whether a report names a cause, as its primary one or beside it.
func names(r *store.Report, code string) bool {
	if r.Outcome != diag.Explained {
		return false
	}
	for _, c := range r.Causes {
		if c.Code == code {
			return true
		}
	}
	return false
}

// browserOf is a browser with its major version: chrome 142.
func browserOf(r *store.Report) string {
	major, _, _ := strings.Cut(r.BrowserVersion, ".")
	return join(r.Browser, major)
}

// networkOf is the break that was found, else how the path was, else how much it lost.
func networkOf(r *store.Report) string {
	switch {
	case r.NetworkFault != "":
		return "fault: " + r.NetworkFault
	case r.NetworkQuality != "":
		return r.NetworkQuality
	case r.NetworkLoss != "":
		return "loss " + r.NetworkLoss
	}
	return ""
}

func sdkOf(r *store.Report) string {
	if r.SDKVersion == "" {
		return r.SDK
	}
	return join(r.SDK, r.SDKVersion)
}

func rulesOf(kind string) func(*store.Report) []string {
	return func(r *store.Report) []string {
		var out []string
		for _, u := range r.Rules {
			if u.Kind == kind {
				out = append(out, u.Name)
			}
		}
		return out
	}
}

func join(a, b string) string { return strings.TrimSpace(a + " " + b) }
