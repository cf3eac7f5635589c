package watch

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"meiqia-diag/diag/lang"
)

// independent is what all of these figures suppose.
var independent = lang.T("前提是各次运行互不相干；相隔很近的几次往往同好同坏，真实的把握要小一些，隔得越久越可信。", "This supposes that runs do not depend on each other; runs close together tend to be good or bad alike, so the real certainty is less, and the more so the closer they are.")

// enough is how many good runs exclude, with 95% confidence, that one in five
// fails (enoughBelow). What fewer exclude says next to nothing: two exclude 78%.
const (
	enough      = 14
	enoughBelow = 0.2
)

// words is the answer in a sentence or two.
func (s Summary) words() lang.Text {
	judged := s.Clean + s.Failed
	watched := lang.T("%s，历时 %s", "%s over %s").F(lang.Count(s.Runs, "共 %d 次", "%d run", "%d runs"), Span(s.WatchedMS))
	if s.Unclear > 0 {
		watched = lang.T("%s（其中 %d 次看不出结果，不计入）", "%s (%d of them could not be judged and do not count)").F(watched, s.Unclear)
	}
	switch s.Answer {
	case AnswerUnclear:
		return lang.T("%s：没有一次能看出结果，说不准修复是否持久。", "%s: none could be judged, so whether the fix is permanent cannot be told.").F(watched)
	case AnswerFails:
		return lang.T("%s：%d 次中有 %d 次发现原因（%s，95%% 区间 %s 至 %s），最近一次也有：还没有修好。", "%s: a cause was found in %[3]d of %[2]d (%[4]s, 95%% interval %[5]s to %[6]s), the last one too: it is not mended.").F(watched, judged, s.Failed, Percent(s.Rate.Value), Percent(s.Rate.Low), Percent(s.Rate.High))
	case AnswerClean:
		if s.Streak.Runs < enough {
			return lang.T("%s：一次也没有发现原因。次数太少，说不出失败的比例：连续 %d 次正常，才有 95%% 的把握说它低于 %s。%s", "%s: no cause in any. That is too few to tell the share of failures: it takes %d good runs in a row to be 95%% sure that fewer than %s fail. %s").F(watched, enough, Percent(enoughBelow), independent)
		}
		return lang.T("%s：一次也没有发现原因。有 95%% 的把握：失败的比例低于 %s，平均间隔长于 %s。%s", "%s: no cause in any. With 95%% confidence fewer than %s of runs fail, and on average longer than %s apart. %s").F(watched, Percent(*s.Streak.Below), Span(s.WatchedMS/3), independent)
	}
	since := lang.T("%s：此前 %d 次中失败 %d 次，之后连续 %d 次正常", "%s: it had failed %[3]d of %[2]d times, and was good %[4]d times in a row since").F(watched, s.Earlier.Of, s.Earlier.Failed, s.Streak.Runs)
	if s.Answer == AnswerHolds && s.Streak.Runs < enough {
		return lang.T("%s。若什么都没变，这样的概率只有 %s：修复有效。%s", "%s. Had nothing changed, the probability of that would be %s: the fix holds. %s").F(since, Percent(*s.Streak.Luck), independent)
	}
	if s.Answer == AnswerHolds {
		return lang.T("%s。若什么都没变，这样的概率只有 %s：修复有效。有 95%% 的把握：失败的比例现在低于 %s。%s", "%s. Had nothing changed, the probability of that would be %s: the fix holds. With 95%% confidence fewer than %s of runs fail now. %s").F(since, Percent(*s.Streak.Luck), Percent(*s.Streak.Below), independent)
	}
	return lang.T("%s。若什么都没变，这样的概率仍有 %s：还不能说修好了，再正常 %d 次才有 95%% 的把握。%s", "%s. Had nothing changed, the probability of that would still be %s: it is too early to call it mended, and takes %d more good runs to be 95%% sure. %s").F(since, Percent(*s.Streak.Luck), s.Streak.ToBeOne, independent)
}

// Percent writes a share with two digits of what it is worth.
func Percent(p float64) string {
	switch v := 100 * p; {
	case math.IsNaN(v):
		return "?"
	case v > 0 && v < 0.01:
		return "<0.01%"
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 0, 64) + "%"
	case v >= 1:
		return strconv.FormatFloat(v, 'f', 1, 64) + "%"
	default:
		return strconv.FormatFloat(v, 'f', 2, 64) + "%"
	}
}

// Span writes a time as people say it.
func Span(ms float64) lang.Text {
	d := time.Duration(ms * float64(time.Millisecond))
	one := func(v float64, zh, en string) lang.Text {
		n := strconv.FormatFloat(v, 'f', 1, 64)
		if v == math.Trunc(v) || v >= 100 {
			n = strconv.FormatFloat(v, 'f', 0, 64)
		}
		return lang.T(n+" "+zh, fmt.Sprint(n, " ", en))
	}
	switch {
	case d < 2*time.Minute:
		return one(d.Round(100*time.Millisecond).Seconds(), "秒", "s")
	case d < 2*time.Hour:
		return one(math.Round(d.Minutes()*10)/10, "分钟", "min")
	case d < 48*time.Hour:
		return one(math.Round(d.Hours()*10)/10, "小时", "h")
	}
	return one(math.Round(d.Hours()/2.4)/10, "天", "days")
}
