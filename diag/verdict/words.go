package verdict

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// summary is the one sentence: why, and how sure.
func summary(v diag.Verdict, obs diag.Observations, ctx Context) lang.Text {
	switch v.Outcome {
	case diag.Healthy:
		if o, ok := obs.First("window.forecast"); ctx.Health && ok && o.Detail["until"] != "" {
			return lang.T("现在还能撤回，最迟到 %[1]s；未发现会让撤回失败的问题。", "It can still be recalled, until %[1]s: nothing was found that would make a recall fail.").F(clockTime(o.Detail["until"]))
		}
		if ctx.Health {
			return lang.T("未发现会让撤回失败的问题。", "Nothing was found that would make a recall fail.")
		}
		if o := outcomes(obs); o.SenderView != "gone" || o.VisitorView != "gone" {
			if o.RequestResult == "accepted" {
				return lang.T("服务接受了这次撤回，没有证据表明哪里出了问题；但没有记录能说明%s是否还显示它。", "The service accepted this recall, and nothing shows that anything failed; no recording tells what %s.").F(unshown(o))
			}
			return lang.T("没有证据表明哪里出了问题。", "Nothing shows that anything failed.")
		}
		return lang.T("这次撤回是成功的：没有证据表明哪里出了问题。", "This recall worked: nothing shows that anything failed.")
	case diag.Inconclusive:
		if ctx.Health && (len(v.Causes) == 0 || v.Causes[0].Probability < 0.05) { // nothing worth naming
			return lang.T("证据不足，无法判断现在撤回会不会失败。", "There is too little evidence to tell whether a recall would fail now.")
		}
		if len(v.Causes) == 0 {
			return lang.T("证据不足，无法判断撤回为何失败。", "There is too little evidence to tell why the recall failed.")
		}
		c, _ := diag.CauseOf(v.Causes[0].Code)
		if ctx.Health {
			return lang.T("还不能确定现在撤回会不会失败；最可疑的是：%s（%s）。", "Whether a recall would fail now is not certain; the likeliest trouble: %s (%s).").F(c.Name, percent(v.Causes[0].Probability))
		}
		return lang.T("还不能确定原因；目前最可能的是：%s（%s）。", "The cause is not certain; the likeliest so far: %s (%s).").F(c.Name, percent(v.Causes[0].Probability))
	}
	c, _ := diag.CauseOf(v.Causes[0].Code)
	if ctx.Health { // nobody tried: what happened to a request is not to be told
		return lang.T("现在撤回多半会失败：%s。", "A recall now would probably fail: %s.").F(c.Name)
	}
	what := c.What
	if v.Causes[0].Code == "decision.clock-skew" {
		if t, ok := skewed(obs); ok {
			what = t
		}
	}
	if v.Causes[0].Code == "decision.window-expired" {
		if o, ok := obs.First("window.margin"); ok && o.Uncertainty != nil {
			if n, isNum := o.Number(); isNum && n < 0 {
				by, pm := diag.PlusMinus(-n/1000, *o.Uncertainty/1000)
				what = lang.T("按下撤回时，时限已过 %s 秒（误差 ±%s 秒）。", "The recall was asked for %s s ± %s s after the window closed.").F(by, pm)
			}
		}
	}
	return what
}

// skewed says by how much the clocks differ, where that was measured.
func skewed(obs diag.Observations) (lang.Text, bool) {
	for _, id := range []string{"clock.offset.incident", "clock.offset"} {
		o, ok := obs.First(id)
		n, isNum := o.Number() // ms, the service minus this device
		if !ok || !isNum || o.Uncertainty == nil || math.Abs(n) > 1e12 || math.Abs(n) <= max(*o.Uncertainty, 500) {
			continue
		}
		s, unit := math.Abs(n)/1000, 0.1 // as exactly as a reader can use it
		if s >= 120 {
			unit = 1
		}
		shown := math.Round(s/unit) * unit
		pm := strconv.FormatFloat(math.Ceil((*o.Uncertainty/1000+math.Abs(s-shown))/unit-1e-6)*unit, 'f', -1, 64)
		much := lang.T("%s 秒（误差 ±%s 秒）", "%s s (± %s s)").F(strconv.FormatFloat(shown, 'f', 1, 64), pm)
		switch whole := int(shown); {
		case s >= 2*3600:
			much = lang.T("%d 小时 %d 分", "%d h %d min").F(whole/3600, whole%3600/60)
		case s >= 120:
			much = lang.T("%d 分 %d 秒（误差 ±%s 秒）", "%d min %d s (± %s s)").F(whole/60, whole%60, pm)
		}
		if n > 0 {
			return lang.T("本机的时间比服务慢 %s，两边对撤回时限的判断不同。", "This device's clock is %s behind the service's, so the two ends judged the window differently.").F(much), true
		}
		return lang.T("本机的时间比服务快 %s，两边对撤回时限的判断不同。", "This device's clock is %s ahead of the service's, so the two ends judged the window differently.").F(much), true
	}
	return lang.Text{}, false
}

// unshown names the views of which nothing is known.
func unshown(o diag.Outcomes) lang.Text {
	switch {
	case o.SenderView == "gone":
		return lang.T("访客端", "the visitor's view shows")
	case o.VisitorView == "gone":
		return lang.T("客服端", "the sender's view shows")
	}
	return lang.T("两端", "the two views show")
}

// clockTime gives the time of day of an RFC 3339 time, in its own zone.
func clockTime(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return t.Format("15:04:05")
}

// units are written behind a number; what is counted needs none.
var units = map[string]lang.Text{
	"ms": lang.T(" 毫秒", " ms"), "s": lang.T(" 秒", " s"), "h": lang.T(" 小时", " h"), "percent": lang.Same("%"), "count": lang.Same(""), "bytes": lang.T(" 字节", " bytes"),
}

// shares say what a number is a share or a count of, where its rule's reason does not.
var shares = map[string]lang.Text{
	"server.failing": lang.T("5xx 占 %s", "5xx: %s"), "network.others_failing": lang.T("没有回答的占 %s", "unanswered: %s"),
	"network.recorded_swings": lang.T("异常慢的占 %s", "slow outliers: %s"), "sync.other_logins": lang.T("%s 处", "others: %s"),
	"device.load": lang.T("占用 %s", "load: %s"), "device.memory": lang.T("可用 %s", "available: %s"),
}

// quantity writes a measured value with its unit, as exactly as a reader can use
// it, and says what it is a share of.
func quantity(o diag.Observation) lang.Text {
	t := measure(o)
	if s, ok := shares[o.ID]; ok {
		t = s.F(t)
	}
	return t
}

func measure(o diag.Observation) lang.Text {
	n, ok := o.Number()
	unit, known := units[o.Unit]
	if !ok || !known {
		return lang.Same(strings.TrimSpace(o.Text() + " " + o.Unit))
	}
	number := strconv.FormatFloat(n, 'f', -1, 64)
	switch {
	case o.Unit == "ms" && (n >= 1000 || n <= -1000):
		number, unit = strconv.FormatFloat(n/1000, 'f', 1, 64), units["s"]
	case n != math.Trunc(n):
		number = strconv.FormatFloat(n, 'f', 1, 64)
	}
	return lang.T("%s%s", "%s%s").F(number, unit)
}

func percent(p float64) lang.Text { return lang.Same(fmt.Sprintf("%.0f%%", p*100)) }

// missing says what evidence would settle the case: what tells the leading
// causes apart, while the leader is not certain.
func missing(list []scored, obs diag.Observations, outcome string, ctx Context) []lang.Text {
	var out []lang.Text
	if list[0].p >= 0.9 || outcome == diag.Healthy {
		return nil
	}
	seen, asked := map[string]bool{}, map[string]bool{} // texts, and kinds of evidence: each is asked for once
	add := func(t lang.Text, what string) {
		if !seen[t.EN] && !t.IsZero() {
			seen[t.EN], asked[what] = true, what != ""
			out = append(out, t)
		}
	}
	switch _, answered := obs.First("server.answer"); {
	case ctx.Health && !ctx.Measured: // there is no failure to bring evidence of
		add(lang.T("联网再运行一次（不加 --offline）", "a run with the network (without --offline)"), "online")
	case !ctx.Health && !answered:
		if _, ok := obs.First("browser.dispatch"); !ok {
			add(lang.T("撤回那一刻浏览器的 HAR（开发者工具 → 网络 → 导出）", "a HAR of the browser at the moment of the recall (developer tools → network → export)"), "har")
		}
	}
	switch _, asked := obs.First("window.asked"); {
	case ctx.Health: // nobody pressed
	case obs.Has("window.order", "reversed"):
		add(lang.T("核对消息的发送时间和按下撤回的时间：按现在给的，撤回早于发送", "check when the message was sent and when the recall was pressed: as given, the recall was before the send"), "times")
	case !asked:
		add(lang.T("消息的发送时间和按下撤回的时间（精确到秒）", "when the message was sent and when the recall was pressed, to the second"), "times")
	}
	n := 0
	for _, s := range list {
		if s.code == healthy || s.p < 0.08 || n >= 3 {
			continue
		}
		n++
		c, _ := diag.CauseOf(s.code)
		for _, p := range c.Settle {
			if !asked[p.Have] && !had(p.Have, obs) {
				add(p.Text, p.Have)
				break
			}
		}
	}
	return out
}

// had reports whether evidence of a kind was handed in, or measured, already:
// the words of diag.Proof.
func had(what string, obs diag.Observations) bool {
	for _, o := range obs {
		switch what {
		case "har": // with the recall's own request in it
			if o.ID == "browser.dispatch" && o.Text() != "absent" && o.Text() != "hidden" && strings.Contains(o.Source, " entry ") {
				return true
			}
		case "frames":
			if o.ID == "sync.event" && o.Detail["side"] != "" || o.ID == "sync.event" && o.Text() == "absent" {
				return true
			}
		case "times":
			if o.ID == "window.margin" {
				return true
			}
		case "clock":
			if o.ID == "clock.offset" {
				return true
			}
		case "online":
			if o.Live && (o.ID == "server.backends" || o.ID == "server.queueing") {
				return true
			}
		case "browser", "client":
			if o.ID == what+".version" {
				return true
			}
		case "sdk":
			if o.ID == "sync.visitor_client" {
				return true
			}
		}
	}
	return false
}
