package report

import (
	"html/template"
	"strings"
	"unicode/utf8"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// Bounds of the page: it is to be looked at; report.json has all.
const (
	longText  = 2000    // characters of one text
	shortText = 160     // the same, of a document that is mostly one
	bigDoc    = 1 << 20 // bytes of a document whose texts are cut short
	mostRows  = 200     // of one list
)

// voice writes texts into the page: harmless, bounded, in both languages.
type voice struct{ limit int }

func newVoice(doc *diag.Document) voice {
	if data, err := doc.JSON(); err == nil && len(data) > bigDoc {
		return voice{shortText}
	}
	return voice{longText}
}

// one writes a text that has one language only.
func (v voice) one(s string) string {
	if len(s) > v.limit {
		n := 0
		for i := range s {
			if n == v.limit {
				s = s[:i] + "…"
				break
			}
			n++
		}
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return clean(s)
}

// both writes a text in both languages; the style sheet hides one.
func (v voice) both(t lang.Text) template.HTML {
	zh, en := template.HTMLEscapeString(v.one(t.ZH)), template.HTMLEscapeString(v.one(t.EN))
	if zh == en {
		return template.HTML(zh)
	}
	return template.HTML(`<span lang="zh-CN">` + zh + `</span><span lang="en">` + en + `</span>`)
}

// both is the same for a page of its own.
func both(t lang.Text) template.HTML { return voice{longText}.both(t) }

func (v voice) basis(b incident.Basis) template.HTML {
	w := basisWord(b)
	if w.IsZero() {
		return ""
	}
	return `<span class="basis ` + template.HTML(b) + `">` + v.both(w) + `</span>`
}

// first gives as many of a list as the page shows.
func first[T any](list []T, n int) []T { return list[:min(len(list), n)] }

var pageWords = map[string]lang.Text{
	"headline": sHeadline, "sure": sHowSure, "now": sNow, "nothing": sNothing, "stages": sStages, "outcomes": sOutcomes, "evidence": sEvidence,
	"for": sFor, "against": sAgainst, "ruledout": sRuledOut, "missing": sMissing, "checks": sChecks, "observations": sObservations,
	"remedies": sRemedies, "paste": sPaste, "problems": sProblems, "compared": sCompared, "facts": sFacts, "files": sFiles, "steps": sSteps, "none": sNone, "basiskey": basisKey, "because": sBecause,
	"whole": sWhole, "profile": sProfile, "version": sVersion, "started": sStarted, "noevidence": sNoEvidence,

	"nplots": lang.T("延迟与丢包", "Latency"), "nchecks": lang.T("十项检查", "Checks"), "nlogs": lang.T("日志对照", "Logs"), "nsteps": lang.T("重现步骤", "Steps"), "nattachments": lang.T("截图与录屏", "Attachments"),
	"then": lang.T("接着做", "and then"), "further": sFurther, "skip": lang.T("跳到正文", "Skip to the content"), "language": lang.T("语言", "Language"), "contents": lang.T("本页内容", "On this page"),
	"timeline": lang.T("时间线", "Timeline"), "table": lang.T("时间线的表格", "The timeline as a table"), "plots": lang.T("延迟与丢包", "Latency and loss"),
	"logs": lang.T("日志对照", "Logs side by side"), "attachments": lang.T("截图与录屏", "Screenshots and recordings"), "environment": lang.T("环境", "Environment"),
	"time": lang.T("服务时间", "service time"), "what": lang.T("发生了什么", "what happened"), "clock": lang.T("谁的钟、当时显示", "whose clock, as shown"), "basis": lang.T("来历", "basis"), "source": lang.T("出处", "source"),
	"value": lang.T("值", "value"), "id": lang.T("名称", "name"), "live": lang.T("现在测的", "measured now"), "error": lang.T("错误", "error"), "warn": lang.T("警告", "warning"),
	"window": lang.T("撤回时限", "recall window"), "uncertain": lang.T("不确定范围", "uncertainty"), "serious": lang.T("出错", "failed"), "equal": lang.T("两钟的同一读数", "one reading of both clocks"),
	"device": lang.T("本机的钟", "This device's clock"), "service": lang.T("服务的钟", "The service's clock"), "judges": lang.T("判定以它为准", "the one that judges"),
	"inarchive": lang.T("打开压缩包里的文件", "open the file of the archive"), "enlarge": lang.T("点图放大", "press a picture to enlarge it"), "close": lang.T("关闭", "close"),
	"kind": lang.T("类型", "kind"), "size": lang.T("字节", "bytes"), "name": lang.T("文件", "file"), "note": lang.T("说明", "note"), "took": lang.T("用时", "took"), "stage": lang.T("阶段", "stage"), "state": lang.T("状态", "state"), "why": lang.T("为什么", "why"),
	"weight": lang.T("权重（db）", "weight (db)"), "side": lang.T("方向", "side"), "fact": lang.T("内容", "fact"),
	"private": lang.T("个人信息已换成代号，如 <phone#…>；同一个值在本报告内代号相同。", "Personal data has been replaced by pseudonyms such as <phone#…>; one value has one pseudonym within this report."),
	"bfiles":  lang.T("显示的文件", "Files shown"), "bsev": lang.T("级别", "Severity"), "ball": lang.T("全部", "all"), "bwarn": lang.T("警告和错误", "warnings and errors"), "berr": lang.T("只看错误", "errors only"),
	"bnear": lang.T("只看点撤回前后 10 秒", "only ±10 s around the press"), "lognote": lang.T("时刻都换算到服务的钟；点行号可定位并展开一行。", "All times are on the service's clock; press a line's number to mark and unfold the line."),
	"printed": lang.T("打印时只列出错误、警告和点撤回前后 10 秒的日志。", "In print there are only errors, warnings and the lines within 10 s of the press."), "untimed": lang.T("没有时刻的日志", "Logs that tell no times"),
	"data": lang.T("数据表", "The data as a table"), "count": lang.T("次数", "count"), "median": lang.T("中位数", "median"), "most": lang.T("最大", "maximum"), "refused": lang.T("服务拒绝", "refused"), "lost": lang.T("丢失或失败", "lost or failed"), "series": lang.T("测了什么", "what was measured"),
	"interval": lang.T("95% 区间", "95% interval"), "shares": lang.T("丢失比例", "Share lost"),
}
