package diagnosis

import (
	"sort"
	"strconv"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// maxTimeline bounds the timeline: a page, not a log.
const maxTimeline = 60

var eventTexts = map[string]lang.Text{
	"recalled": lang.T("推送:消息已撤回", "push: the message was recalled"), "read_receipt": lang.T("推送:访客已读", "push: the visitor read it"),
	"visitor_message": lang.T("访客发来消息", "the visitor wrote a message"), "visitor_click": lang.T("访客点击", "the visitor clicked"),
	"visitor_forward": lang.T("访客转发", "the visitor forwarded it"), "conversation_end": lang.T("会话结束", "the conversation ended"),
	"kicked": lang.T("登录被顶替", "the login was taken over"),
}

// timeline puts what happened on the service's time.
func timeline(a *attempt.Attempt, window time.Duration) []diag.Moment {
	out := []diag.Moment{}
	add := func(kind string, s clock.Stamp, text lang.Text, serious bool) {
		if s.IsZero() {
			return
		}
		iv := s.OnService(a.Offset)
		b := incident.Measured
		if s.Source == "incident" {
			b = incident.Stated
		}
		out = append(out, diag.Moment{
			Kind: kind, At: iv.Middle().UTC().Format("2006-01-02T15:04:05.000Z07:00"), ErrMS: diag.Millis(iv.Half()), Clock: string(s.Clock),
			Shown: s.T.Format(time.RFC3339Nano), Text: text, Basis: b, Source: s.Source, Serious: serious,
		})
	}
	add("sent", a.Sent, lang.T("消息发出", "the message was sent"), false)
	if window > 0 && !a.Sent.IsZero() {
		end := a.Sent
		end.T = end.T.Add(window)
		add("window_end", end, lang.T("撤回时限到", "the window closed"), false)
	}
	add("press", a.Press, lang.T("按下撤回", "the recall was pressed"), false)
	for i, r := range a.Requests {
		if i >= 10 {
			break
		}
		add("request", r.Start, lang.T("撤回请求发出", "the recall was sent off"), r.Call != nil && r.Call.Failure != "")
		add("arrival", r.Arrived, lang.T("服务收到请求", "the service got it"), false)
		if r.Call == nil || r.Call.Failure == "" {
			text := lang.T("服务回答:%s", "the service answered: %s").F(resultTexts[r.Result])
			if r.Answer.Status > 0 {
				text = lang.T("服务回答 %s:%s", "the service answered %s: %s").F(strconv.Itoa(r.Answer.Status), resultTexts[r.Result])
			}
			add("answer", r.End, text, r.Result == attempt.Refused)
		} else {
			add("answer", r.End, lang.T("请求失败:%s", "the request failed: %s").F(string(r.Call.Failure)), true)
		}
	}
	for _, ev := range a.Events {
		if text, ok := eventTexts[ev.Means]; ok && len(out) < maxTimeline {
			kind := map[string]string{"read_receipt": "read", "visitor_message": "reply", "recalled": "push"}[ev.Means]
			if kind == "" {
				kind = "event"
			}
			if ev.Mine || ev.Means == "kicked" || ev.Means == "conversation_end" || ev.Means == "visitor_message" {
				add(kind, ev.At, text, ev.Means == "kicked")
			}
		}
	}
	for _, sig := range a.Signals {
		if sig.Strong && !sig.At.IsZero() && len(out) < maxTimeline {
			kind := "log"
			if sig.Kind == "console" {
				kind = "console"
			}
			add(kind, sig.At, lang.Same(clipLine(sig.Words)), sig.Level == "error" || sig.Level == "fatal")
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At < out[j].At })
	return out
}

var resultTexts = map[attempt.Result]lang.Text{
	attempt.Accepted: lang.T("接受", "accepted"), attempt.Refused: lang.T("拒绝", "refused"), attempt.NoAnswer: lang.T("没有回答", "no answer"),
	attempt.NotSent: lang.T("没有发出", "not sent"), attempt.Unknown: lang.T("看不出结果", "unclear"),
}

func clipLine(s string) string {
	r := []rune(s)
	if len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}
