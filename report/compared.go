package report

import (
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/lang"
)

var (
	sCompared = lang.T("带与不带扩展和设置的比较", "With and without extensions and settings")

	comparedSays = map[string]lang.Text{
		"works-without": lang.T("不带扩展和设置，同样的撤回成功了：原因在扩展、网站设置或缓存里。", "Without extensions and settings the same recall worked: the cause is in the extensions, the site settings or the cache."),
		"works-with":    lang.T("带扩展和设置时成功，全新配置里反而失败。", "It worked with extensions and settings, and failed with the clean profile."),
		"works-alike":   lang.T("两次都成功。", "It worked both times."),
		"fails-alike":   lang.T("两次都失败：不是扩展或设置造成的。", "It failed both times: extensions and settings are not to blame."),
		"incomparable":  lang.T("有一次没有录到完整的撤回，无法比较。", "One of the two recordings shows no whole recall, so they cannot be compared."),
	}
	comparedWhat = map[string]lang.Text{
		"dispatch": lang.T("请求是否发出", "did the request leave"), "result": lang.T("结果", "result"), "tap": lang.T("点击落在", "where the press landed"),
		"build": lang.T("页面版本", "page build"), "request": lang.T("请求", "request"), "extensions": lang.T("扩展", "extensions"),
	}
)

// comparedEnds words how a request or a recall ended, as package compare names it.
var comparedEnds = map[string]lang.Text{
	"accepted": lang.T("已接受", "accepted"), "refused": lang.T("被拒绝", "refused"), "no_answer": lang.T("没有应答", "no answer"), "not_sent": lang.T("没有发出", "not sent"), "unknown": lang.T("未知", "unknown"),
	"sent": lang.T("已发出", "sent"), "stopped": lang.T("被拦下", "stopped"), "absent": lang.T("没有", "absent"),
	"hit": lang.T("按钮上", "the button"), "missed": lang.T("按钮旁边", "beside the button"), "covered": lang.T("挡住按钮的东西上", "what covers the button"), "swallowed": lang.T("按钮上，但被拦截", "the button, and was swallowed"),
	"ok": lang.T("正常", "ok"), "cached": lang.T("取自缓存", "from a cache"), "missing": lang.T("已不存在（404）", "gone (404)"), "blocked by an extension": lang.T("被扩展拦截", "blocked by an extension"),
	"failed": lang.T("失败", "failed"), "policy": lang.T("被浏览器规则拦下", "stopped by the browser's rules"),
}

// comparedEnd words one side; a reason may stand behind a colon.
func comparedEnd(s string) lang.Text {
	if s == "" {
		return lang.T("无", "none")
	}
	word, reason, _ := strings.Cut(s, ": ")
	t, ok := comparedEnds[word]
	switch {
	case !ok:
		return lang.Same(clean(s))
	case reason != "":
		return lang.T("%s（%s）", "%s (%s)").F(t, clean(reason))
	}
	return t
}

// comparedLines gives the sentence and the differences of a comparison; nil for none.
func comparedLines(doc *diag.Document) (says lang.Text, list []lang.Text) {
	c := doc.Compared
	if c == nil {
		return says, nil
	}
	says, ok := comparedSays[c.Says]
	if !ok {
		says = comparedSays["incomparable"]
	}
	for _, d := range c.Differences {
		list = append(list, differenceText(d))
	}
	return says, list
}

func differenceText(d recording.Difference) lang.Text {
	what, ok := comparedWhat[d.What]
	if !ok {
		what = lang.Same(clean(d.What))
	}
	if d.Of != "" {
		what = lang.T("%s %s", "%s %s").F(what, clean(d.Of))
	}
	return lang.T("%s：带 %s，不带 %s", "%s: with %s, without %s").F(what, comparedEnd(d.With), comparedEnd(d.Without))
}

func (t *text) compared() {
	says, list := comparedLines(t.doc)
	if says.IsZero() {
		return
	}
	t.head(sCompared)
	t.para("  ", "", t.in(says), "")
	for _, d := range list {
		t.para("  - ", "", t.in(d), "")
	}
}

func (m *markdown) compared() {
	says, list := comparedLines(m.doc)
	if says.IsZero() {
		return
	}
	m.head(sCompared)
	m.f("%s\n\n", m.t(says))
	for _, d := range list {
		m.f("- %s\n", m.t(d))
	}
}
