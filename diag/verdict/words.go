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
		return lang.T("这次撤回是成功的：没有证据表明哪里出了问题。", "This recall worked: nothing shows that anything failed.")
	case diag.Inconclusive:
		if len(v.Causes) == 0 {
			return lang.T("证据不足，无法判断撤回为何失败。", "There is too little evidence to tell why the recall failed.")
		}
		c, _ := diag.CauseOf(v.Causes[0].Code)
		return lang.T("还不能确定原因；目前最可能的是：%s（%s）。", "The cause is not certain; the likeliest so far: %s (%s).").F(c.Name, percent(v.Causes[0].Probability))
	}
	c, _ := diag.CauseOf(v.Causes[0].Code)
	if ctx.Health {
		return lang.T("现在撤回多半会失败：%s。", "A recall now would probably fail: %s.").F(c.Name)
	}
	what := c.What
	if v.Causes[0].Code == "decision.window-expired" {
		if o, ok := obs.First("window.margin"); ok && o.Uncertainty != nil {
			if n, isNum := o.Number(); isNum && n < 0 {
				what = lang.T("按下撤回时，时限已过 %.1f 秒（误差 ±%s 秒）。", "The recall was asked for %.1f s ± %s s after the window closed.").F(-n/1000, bound(*o.Uncertainty/1000))
			}
		}
	}
	return what
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

// quantity writes a measured value with its unit, as exactly as a reader can use it.
func quantity(o diag.Observation) lang.Text {
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

// bound writes an uncertainty in seconds; what is less than a tenth is not written as nothing.
func bound(s float64) string {
	if s < 0.1 {
		return "0.1"
	}
	return strconv.FormatFloat(s, 'f', 1, 64)
}

// missing says what evidence would settle the case: what tells the leading
// causes apart, while the leader is not certain.
func missing(list []scored, obs diag.Observations, outcome string) []lang.Text {
	var out []lang.Text
	if list[0].p >= 0.9 || outcome == diag.Healthy {
		return nil
	}
	seen := map[string]bool{}
	add := func(t lang.Text) {
		if !seen[t.EN] && !t.IsZero() {
			seen[t.EN] = true
			out = append(out, t)
		}
	}
	if _, ok := obs.First("server.answer"); !ok {
		if _, ok := obs.First("browser.dispatch"); !ok {
			add(lang.T("撤回那一刻浏览器的 HAR（开发者工具 → 网络 → 导出）", "a HAR of the browser at the moment of the recall (developer tools → network → export)"))
		}
	}
	if _, ok := obs.First("window.asked"); !ok {
		add(lang.T("消息的发送时间和按下撤回的时间（精确到秒）", "when the message was sent and when the recall was pressed, to the second"))
	}
	n := 0
	for _, s := range list {
		if s.code == healthy || s.p < 0.08 || n >= 3 {
			continue
		}
		n++
		if c, ok := diag.CauseOf(s.code); ok && len(c.Settle) > 0 {
			add(c.Settle[0])
		}
	}
	return out
}
