package triage

import (
	"fmt"
	"strconv"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

var (
	sTitle       = lang.T("美洽撤回诊断：多份报告汇总", "Meiqia recall diagnosis: many reports")
	sRegressions = lang.T("变多的原因", "What became more frequent")
	sNoneNamed   = lang.T("没有哪个原因明显变多", "no cause became more frequent beyond chance")
	sTriedNote   = lang.T("试过 %d 组（原因与版本、时间），错误发现率控制在 %s", "%d pairs of a cause with a version or time were tried; false discovery rate %s")
	sCauses      = lang.T("原因", "Causes")
	sOverTime    = lang.T("随时间", "Over time")
	sBy          = lang.T("按%s", "By %s")
	sMissing     = lang.T("最常缺的证据", "What was missing most often")
	sUnread      = lang.T("没有读进来或改动过的文件", "Files that gave no report, or were changed")
	sColon       = lang.T("：", ": ")
	sComma       = lang.T("，", ", ")
	sListed      = lang.T("、", ", ")
	sReports     = lang.T("报告", "reports")
	sShare       = lang.T("占比", "share")
	sExpected    = lang.T("期望", "expected")
	sBeside      = lang.T("并存", "beside")
	sCandidate   = lang.T("候选", "candidate")
	sCode        = lang.T("代码", "code")
	sName        = lang.T("名称", "name")
	sValue       = lang.T("值", "value")
	sUnknown     = lang.T("未知", "unknown")
	sMore        = lang.T("另有 %d 项，见 --format json", "%d more, see --format json")
	sEarlier     = lang.T("更早的 %d 段见 --format html", "%d earlier ones, see --format html")
	sTopCauses   = lang.T("主要原因", "chief causes")
	sFrom        = lang.T("起", "from")
	sCauseKey    = lang.T("报告 = 以它为主因的份数；期望 = 按概率加起来的份数，含未下结论的；并存 = 与别的主因并存；候选 = 在未下结论的报告里列出",
		"reports = explained by it; expected = by the probabilities, those not settled included; beside = named beside another; candidate = listed where nothing was settled")
	sShortKey = lang.T("报告 = 以它为主因的份数；期望 = 按概率加起来的份数，含未下结论的", "reports = explained by it; expected = by the probabilities, those not settled included")
	sPrivate  = lang.T("代号只在一份报告之内有意义，这里不跨报告关联任何人。", "Pseudonyms hold within one report; nobody is joined across reports here.")
)

var outcomeNames = map[string]lang.Text{
	diag.Explained: lang.T("已查明", "explained"), diag.Inconclusive: lang.T("未下结论", "inconclusive"), diag.Healthy: lang.T("没有问题", "healthy"),
}

var qualityNames = map[string]lang.Text{
	"good": lang.T("正常", "good"), "lossy": lang.T("丢包", "lossy"), "unstable": lang.T("不稳", "unstable"), "slow": lang.T("延迟高", "slow"), "gap": lang.T("中断过", "gap"), "dead": lang.T("不通", "dead"),
	"loss none": lang.T("不丢包", "no loss"), "loss <1%": lang.T("丢包 <1%", "loss <1%"), "loss 1-5%": lang.T("丢包 1-5%", "loss 1-5%"), "loss >5%": lang.T("丢包 >5%", "loss >5%"),
}

var resultNames = map[string]lang.Text{
	"accepted": lang.T("已受理", "accepted"), "refused": lang.T("被拒绝", "refused"), "no_answer": lang.T("没有应答", "no answer"), "not_sent": lang.T("没有发出", "not sent"),
	"gone": lang.T("已消失", "gone"), "still_visible": lang.T("仍可见", "still visible"), "unknown": sUnknown,
}

var stateNames = map[string]lang.Text{
	stateBroken: lang.T("损坏", "broken"), stateChanged: lang.T("改动过，仍计入", "changed, counted all the same"), stateEncrypted: lang.T("加密", "encrypted"), stateForeign: lang.T("不是报告", "foreign"), stateMissing: lang.T("找不到", "missing"),
}

// valueName is what people call a field's value.
func valueName(field, value string) lang.Text {
	var t lang.Text
	switch field {
	case "stage":
		t = diag.Stage(value).Name()
	case "outcome":
		t = outcomeNames[value]
	case "cause":
		t = report.CauseName(diag.Code(value))
	case "network":
		t = qualityNames[value]
		if rest, ok := strings.CutPrefix(value, "fault: "); ok {
			t = lang.T("故障：%s", "fault: %s").F(rest)
		}
	case "request_result", "sender_view", "visitor_view":
		t = resultNames[value]
	case "browser":
		name, rest, _ := strings.Cut(value, " ")
		t = lang.Same(strings.TrimSpace(report.BrowserName(name) + " " + rest))
	case "extension_rule":
		if value == "unknown" {
			t = lang.T("没有查出是哪个扩展", "which extension was not found out")
		}
	case "device":
		t = choice(incident.Device, value)
	case "channel":
		t = choice(incident.MessageChannel, value)
	case "message_type":
		t = choice(incident.MessageType, value)
	}
	if t.IsZero() {
		return lang.Same(value)
	}
	return t
}

func choice(f incident.Field, word string) lang.Text {
	for _, c := range incident.SpecOf(f).Choices {
		if c.Word == word {
			return c.Label
		}
	}
	return lang.Text{}
}

func label(field string) lang.Text {
	if f, ok := fieldOf(field); ok {
		return f.label
	}
	return lang.Same(field)
}

// headline sums the picture up in one sentence.
func (p *Picture) headline() lang.Text {
	o := p.Outcomes
	return lang.T("%s：已查明 %d，未下结论 %d，没有问题 %d", "%s: %d explained, %d inconclusive, %d healthy").F(lang.Count(p.Reports, "%d 份报告", "%d report", "%d reports"), o.Explained, o.Inconclusive, o.Healthy)
}

// spanText tells the time that the reports are of.
func (p *Picture) spanText() lang.Text {
	if p.axis == nil {
		return lang.Text{}
	}
	zone := p.axis.edges[0].Location()
	from, to := p.axis.first.In(zone), p.axis.last.In(zone)
	return lang.T("从 %s 到 %s", "from %s to %s").F(from.Format("2006-01-02 15:04"), to.Format("2006-01-02 15:04 -07:00"))
}

// filesText tells what was read, "" when nothing is to be said of it.
func (p *Picture) filesText() lang.Text {
	g := p.Files
	if g == nil {
		return lang.Text{}
	}
	t := lang.Count(g.Found, "%d 个文件", "%d file", "%d files")
	for _, x := range []struct {
		n   int
		one lang.Text
	}{
		{g.Duplicate, lang.Count(g.Duplicate, "重复 %d", "%d duplicate", "%d duplicates")}, {g.Broken, lang.T("损坏 %d", "%d broken").F(g.Broken)}, {g.Changed, lang.T("改动过 %d", "%d changed").F(g.Changed)}, {g.Encrypted, lang.T("加密 %d", "%d encrypted").F(g.Encrypted)},
		{g.Foreign, lang.T("不是报告 %d", "%d foreign").F(g.Foreign)}, {g.Missing, lang.T("找不到 %d", "%d missing").F(g.Missing)}, {g.Gone, lang.T("文件已不在、仍在库中 %d", "%d gone and kept in the store").F(g.Gone)},
	} {
		if one := x.one; x.n > 0 {
			t = lang.T(t.ZH+sComma.ZH+one.ZH, t.EN+sComma.EN+one.EN)
		}
	}
	return t
}

// since tells from when or from which version on.
func (r Regression) since(a *axis) lang.Text {
	if r.Field == "time" {
		if a == nil {
			return lang.Same(r.Since)
		}
		return lang.T("自 %s 起", "since %s").F(a.label(r.stamp))
	}
	what := label(r.Field)
	of := report.BrowserName(r.Within)
	if t := choice(incident.Device, r.Within); !t.IsZero() {
		return lang.T("自%s %s 起（%s）", "since %s %s (%s)").F(what, r.Since, t)
	}
	return lang.T("自%s %s 起", "since %s %s").F(what, strings.TrimSpace(of+" "+r.Since))
}

// sentence says what became more frequent, and since when.
func (r Regression) sentence(a *axis) lang.Text {
	since := r.since(a)
	if r.Test == testRate {
		return lang.T("%s：报告总数变多，每天 %s 份（此前 %s 份）", "%s: more reports of any cause, %s a day (before: %s)").F(since, perDay(r.After), perDay(r.Before))
	}
	return lang.T("%s：%s × %d（%s）", "%s: %s × %d (%s)").F(since, report.Clean(r.Code), r.After.Reports, report.CauseName(diag.Code(r.Code)))
}

func perDay(c Counted) string { return strconv.FormatFloat(float64(c.Reports)/c.Of, 'f', 1, 64) }

// numbers are what the sentence rests on.
func (r Regression) numbers() lang.Text {
	times := lang.T("至少 %s 倍", "at least %s times as frequent").F(number(r.Low))
	if r.Ratio != nil && r.High != nil {
		times = lang.T("%s 倍（95%% 区间 %s–%s）", "%s times as frequent (95%% interval %s–%s)").F(number(*r.Ratio), number(r.Low), number(*r.High))
	}
	p := lang.Same("p=" + number(r.P))
	if r.Test == testRate {
		return lang.T("此后 %s 天 %d 份，此前 %s 天 %d 份；%s；%s", "after: %[2]d in %[1]s days, before: %[4]d in %[3]s days; %[5]s; %[6]s").F(days(r.After), r.After.Reports, days(r.Before), r.Before.Reports, times, p)
	}
	return lang.T("此后 %d 份中 %d 份，此前 %d 份中 %d 份；%s；%s", "after: %[2]d of %[1]d, before: %[4]d of %[3]d; %[5]s; %[6]s").F(int(r.After.Of), r.After.Reports, int(r.Before.Of), r.Before.Reports, times, p)
}

func days(c Counted) string { return strconv.FormatFloat(c.Of, 'f', 1, 64) }

// number writes three digits.
func number(v float64) string {
	if v != 0 && (v < 1e-6 || v >= 1e6) {
		return fmt.Sprintf("%.1e", v)
	}
	return strconv.FormatFloat(round(v), 'f', -1, 64)
}

func (p *Picture) triedText() lang.Text {
	return sTriedNote.F(p.Tried.Pairs, strconv.FormatFloat(p.Tried.Level*100, 'f', -1, 64)+"%")
}
