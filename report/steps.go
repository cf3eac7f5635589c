package report

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

var unknownWord = lang.T("未知", "unknown")

// Steps tells how the failure came about, so that somebody else can bring it
// about again: where, in what state of the network, what was done when, what
// was seen. What is not known is said to be unknown.
func Steps(doc *diag.Document) []lang.Text {
	obs := doc.Observations()
	get := func(f incident.Field) lang.Text {
		v, _ := factText(doc, f)
		return v
	}
	seen := func(ids ...string) lang.Text {
		var parts []lang.Text
		for _, id := range ids {
			if o, ok := obs.First(id); ok && o.Text() != "" {
				parts = append(parts, lang.T("%s %s", "%s %s").F(observationName(id), observationValue(o)))
			}
		}
		return joinTexts(parts)
	}
	told := func(id string, parts ...string) lang.Text {
		o, _ := obs.First(id)
		var words []string
		for _, part := range parts {
			if w := clean(o.Detail[part]); w != "" {
				words = append(words, w)
			}
		}
		if len(words) == 0 {
			return unknownWord
		}
		return lang.Same(strings.Join(words, " "))
	}
	client := get(incident.ClientVersion)
	if client == unknownWord {
		client = told("client.version", "version")
	}
	window := get(incident.PolicyWindow)
	if o, ok := obs.First("window.length"); ok && window == unknownWord {
		window = observationValue(o)
	}
	out := []lang.Text{
		lang.T("环境：设备 %s，系统 %s，浏览器 %s，客户端版本 %s；同账号其他登录 %s 个。", "Environment: device %s, system %s, browser %s, client version %s; other logins of the account: %s.").F(
			get(incident.Device), told("browser.version", "system"), told("browser.version", "browser", "version"), client, get(incident.OtherLogins)),
	}
	network := seen("network.rtt", "network.jitter", "network.loss", "network.fault")
	offset := seen("clock.offset.incident", "clock.offset")
	out = append(out, lang.T("网络状态：%s。时钟：%s。", "State of the network: %s. Clocks: %s.").F(network, offset))
	if doc.Health { // the rest tells of a message
		return append(out, lang.T("运行 meiqia-diag recall --only %s。", "Run meiqia-diag recall --only %s.").F(ran(doc)))
	}
	out = append(out, lang.T("以账号角色“%s”（撤回权限：%s）在渠道“%s”打开会话；访客端 %s %s。", "As an account with the role “%s” (may recall: %s), open a conversation on the channel “%s”; the visitor's client: %s %s.").F(
		get(incident.Role), get(incident.CanRecall), get(incident.MessageChannel), get(incident.SDK), get(incident.SDKVersion)))
	out = append(out, lang.T("发送一条%s消息（编号 %s，发送人 %s）。时间：%s。", "Send a message of type %s (id %s, sender %s). Time: %s.").F(
		get(incident.MessageType), get(incident.MessageID), get(incident.MessageSender), when(doc, "sent", incident.SentAt)))
	out = append(out, lang.T("访客一侧：已读 %s（%s），操作 %s；处理过它的系统 %s。", "The visitor's side: read %s (%s), action %s; systems that took it: %s.").F(
		get(incident.Read), when(doc, "read", ""), get(incident.VisitorAction), get(incident.ProcessedBy)))
	out = append(out, lang.T("在这条消息上点“撤回”。时间：%s。撤回时限：%s。", "Press “Recall” on that message. Time: %s. The recall window: %s.").F(
		pressed(doc), window))
	out = append(out, lang.T("请求发出：%s。到达服务：%s。得到应答：%s。", "The request was sent: %s. It reached the service: %s. It was answered: %s.").F(when(doc, "request", ""), when(doc, "arrival", ""), when(doc, "answer", "")))
	errText := get(incident.ErrorText)
	if errText != unknownWord {
		errText = lang.T("“%s”", "“%s”").F(errText)
	}
	out = append(out, lang.T("看到的现象：%s；提示原文：%s。", "What was seen: %s; the words shown: %s.").F(get(incident.Symptom), errText))
	var got []lang.Text
	for _, o := range outcomeLabels {
		got = append(got, lang.T("%s %s", "%s %s").F(o.label, outcomeWord(o.value(doc.Outcomes))))
	}
	return append(out, lang.T("结果：%s。预期：消息从两端消失。", "Result: %s. Expected: the message is gone from both views.").F(joinTexts(got)))
}

// ran lists the checks that a run made, as --only takes them.
func ran(doc *diag.Document) string {
	var ids []string
	for _, c := range doc.Checks {
		if c.State != diag.Skip || len(c.Observations) > 0 {
			ids = append(ids, clean(c.ID))
		}
	}
	if len(ids) == 0 {
		return strings.Join(diag.CheckIDs, ",")
	}
	return strings.Join(ids, ",")
}

// pressed tells when the recall was pressed, which may be known only from the request.
func pressed(doc *diag.Document) lang.Text {
	if t := when(doc, "press", incident.AttemptAt); t != unknownWord {
		return t
	}
	return when(doc, "request", "")
}

// when tells a time as it was shown and on the service's time.
func when(doc *diag.Document, kind string, f incident.Field) lang.Text {
	var shown, service lang.Text
	if f != "" {
		if fact, ok := doc.Incident.Get(f); ok {
			if m, ok := fact.Value.(incident.Moment); ok {
				shown = lang.T("显示为 %s", "shown as %s").F(clean(m.Text))
			}
		}
	}
	for _, m := range moments(doc) {
		if m.Kind != kind {
			continue
		}
		service = lang.T("服务时间 %s", "service time %s").F(m.t.Format("2006-01-02 15:04:05.000 -07:00"))
		if e := errText(m.ErrMS); !e.IsZero() {
			service = lang.T("%s %s", "%s %s").F(service, e)
		}
		if t, err := time.Parse(time.RFC3339Nano, m.Shown); err == nil {
			who, ok := clockWords[m.Clock]
			if !ok {
				who = clockWords["unknown"]
			}
			if zone := ZoneOf(doc); zone != nil {
				t = t.In(zone)
			}
			shown = lang.T("%s显示 %s", "%s showed %s").F(who, t.Format("2006-01-02 15:04:05.000 -07:00"))
			if m.Clock == "service" || m.Clock == "server" {
				shown = lang.Text{}
			}
		}
		break
	}
	switch {
	case service.IsZero() && shown.IsZero():
		return unknownWord
	case service.IsZero():
		return shown
	case shown.IsZero():
		return service
	}
	return lang.T("%s，即%s", "%s, that is %s").F(shown, service)
}

func joinTexts(list []lang.Text) lang.Text {
	if len(list) == 0 {
		return unknownWord
	}
	var zh, en []string
	for _, t := range list {
		zh, en = append(zh, t.ZH), append(en, t.EN)
	}
	return lang.T(strings.Join(zh, "，"), strings.Join(en, ", "))
}

// StepsMarkdown gives the steps as a numbered list.
func StepsMarkdown(doc *diag.Document, l lang.Lang) []byte {
	var b strings.Builder
	b.WriteString("# " + sSteps.In(l) + "\n\n")
	for i, s := range Steps(doc) {
		b.WriteString(strconv.Itoa(i+1) + ". " + escapeMarkdown(s.In(l)) + "\n")
	}
	return []byte(b.String())
}

// maxSummary is how many characters a ticket's field is sure to take.
const maxSummary = 2000

// Summary is what to paste into a ticket or a chat: at most 2,000 characters.
func Summary(doc *diag.Document, l lang.Lang) string {
	in := func(t lang.Text) string { return t.In(l) }
	var b strings.Builder
	p := func(s string) { b.WriteString(s + "\n") }
	colon := in(sColon)
	p("[" + in(sHeadline) + "] " + in(summary(doc)))
	if s := howSure(doc); !s.IsZero() {
		code := ""
		if c := primary(doc); c != nil {
			code = " " + clean(string(c.Code))
		}
		p(in(sHowSure) + colon + in(s) + code)
	}
	var st, oc []string
	for _, s := range stages(doc) {
		st = append(st, stageMark(s.State).Sign+in(s.Stage.Name()))
	}
	for _, o := range outcomeLabels {
		oc = append(oc, in(o.label)+colon+in(outcomeWord(o.value(doc.Outcomes))))
	}
	if !doc.Health {
		p(strings.Join(st, " "))
		p(strings.Join(oc, "  "))
	}
	for i, s := range todo(doc) {
		if i == 0 {
			p(in(sNow) + colon)
		}
		p("  " + strconv.Itoa(i+1) + ". " + in(s))
	}
	for i, m := range moments(doc) {
		if i == 0 {
			p(in(sTimeline) + colon)
		}
		if m.Kind != "console" && m.Kind != "log" {
			p("  " + m.t.Format("2006-01-02 15:04:05.000") + " " + in(m.text) + " [" + in(basisWord(m.Basis)) + "]")
		}
	}
	for i, m := range unsettled(doc) {
		if i == 0 {
			p(in(sMissing) + colon)
		}
		p("  - " + in(m))
	}
	p(in(sVersion) + colon + clean(doc.Tool.Version) + "  " + in(sProfile) + colon + clean(doc.Profile.Name) + "  " + clean(doc.StartedAt))
	r := []rune(b.String())
	if len(r) > maxSummary {
		r = append(r[:maxSummary-2], '…', '\n')
	}
	return string(r)
}
