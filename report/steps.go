package report

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

var unknownWord = lang.T("未知", "unknown")

// Steps tells how the failure came about, so that somebody else can bring it
// about again: where, in what state of the network, what was done when, what
// was seen. What is not known is listed as such at the end.
func Steps(doc *diag.Document) []lang.Text {
	obs := doc.Observations()
	var w stepWriter
	get := func(f incident.Field) lang.Text {
		v, _ := factText(doc, f)
		return v
	}
	field := func(f incident.Field) step { return step{incident.SpecOf(f).Label, get(f)} }
	seen := func(ids ...string) (out []step) {
		for _, id := range ids {
			if o, ok := obs.First(id); ok && o.Text() != "" {
				out = append(out, step{observationName(id), observationValue(o)})
			}
		}
		return out
	}
	detail := func(id string, parts ...string) lang.Text {
		o, _ := obs.First(id)
		var words []string
		for _, part := range parts {
			switch word := clean(o.Detail[part]); {
			case word == "":
			case part == "browser":
				words = append(words, browserName(word))
			default:
				words = append(words, word)
			}
		}
		if len(words) == 0 {
			return unknownWord
		}
		return lang.Same(strings.Join(words, " "))
	}
	client := get(incident.ClientVersion)
	if client == unknownWord {
		client = detail("client.version", "version")
	}
	window := get(incident.PolicyWindow)
	if o, ok := obs.First("window.length"); ok && window == unknownWord {
		window = observationValue(o)
	}
	w.add(lang.T("环境", "Environment"), field(incident.Device), step{lang.T("系统", "system"), detail("browser.version", "system")}, step{lang.T("浏览器", "browser"), detail("browser.version", "browser", "version")},
		step{incident.SpecOf(incident.ClientVersion).Label, client}, field(incident.OtherLogins))
	network := seen("network.rtt", "network.jitter", "network.loss")
	for _, c := range checks(doc) {
		if c.ID == "network" && (c.State == diag.Fail || c.State == diag.Warn) {
			network = append(network, step{lang.T("检查结果", "the check found"), reason(c)})
		}
	}
	clocks := skewOf(doc, nil)
	if !clocks.Known {
		clocks.Text = unknownWord
	}
	w.add(lang.T("网络和时钟", "Network and clocks"), append(network, step{lang.T("两端的钟", "the clocks"), clocks.Text})...)
	if doc.Health { // the rest tells of a message
		return append(w.out, lang.T("运行 meiqia-diag recall --only %s。", "Run meiqia-diag recall --only %s.").F(ran(doc)))
	}
	w.add(doOpen, field(incident.Role), field(incident.CanRecall), field(incident.MessageChannel), field(incident.SDK), field(incident.SDKVersion))
	w.add(doSend, field(incident.MessageType), field(incident.MessageID), field(incident.MessageSender), step{lang.T("发送的时间", "the time it was sent off"), when(doc, "sent", incident.SentAt)})
	read := get(incident.Read)
	if t := when(doc, "read", ""); t != unknownWord {
		read = t
	}
	w.add(lang.T("访客一侧", "On the visitor's side"), step{incident.SpecOf(incident.Read).Label, read}, field(incident.VisitorAction), field(incident.ProcessedBy))
	w.add(doPress, step{lang.T("点撤回的时间", "the time of the press"), pressed(doc)}, step{lang.T("撤回时限", "recall window"), window})
	end := lang.T("得到应答的时间", "the time of the answer")
	if unanswered(doc) {
		end = lang.T("请求失败的时间", "the time it failed")
	}
	w.add(lang.T("撤回请求", "The recall's request"), step{lang.T("请求发出的时间", "the time it was sent"), when(doc, "request", "")}, step{lang.T("到达服务的时间", "the time it reached the service"), when(doc, "arrival", "")}, step{end, when(doc, "answer", "")})
	errText := get(incident.ErrorText)
	if errText != unknownWord {
		errText = lang.T("“%s”", "“%s”").F(errText)
	}
	w.add(lang.T("之后看到的", "What appeared then"), field(incident.Symptom), step{incident.SpecOf(incident.ErrorText).Label, errText})
	var got []step
	for _, o := range outcomeLabels {
		label := o.label
		if label == sRequestOutcome {
			label = lang.T("请求结果", "what came of the request")
		}
		got = append(got, step{label, outcomeWord(o.value(doc.Outcomes))})
	}
	w.add(lang.T("结果", "Result"), got...)
	w.out = append(w.out, lang.T("预期：消息从两端消失。", "Expected: the message is gone from both views."))
	if len(w.unknown) > 0 {
		w.out = append(w.out, lang.T("不知道的：%s。", "Not known: %s.").F(joinTexts(w.unknown)))
	}
	return w.out
}

// What is done, whatever is known of how; the other steps only tell.
var (
	doOpen  = lang.T("打开会话", "Open a conversation")
	doSend  = lang.T("发送一条消息", "Send a message")
	doPress = lang.T("在这条消息上点“撤回”", "Press “Recall” on that message")
	toDo    = map[lang.Text]bool{doOpen: true, doSend: true, doPress: true}
)

// step is one thing to know of a step.
type step struct{ label, value lang.Text }

// stepWriter writes steps, and keeps what is not known for the end.
type stepWriter struct{ out, unknown []lang.Text }

func (w *stepWriter) add(what lang.Text, parts ...step) {
	var known []lang.Text
	for _, p := range parts {
		switch p.value {
		case unknownWord:
			w.unknown = append(w.unknown, p.label)
		default:
			known = append(known, lang.T("%s：%s", "%s: %s").F(p.label, p.value))
		}
	}
	if len(known) == 0 {
		if toDo[what] {
			w.out = append(w.out, lang.T("%s。", "%s.").F(what))
		}
		return
	}
	zh, en := make([]string, len(known)), make([]string, len(known))
	for i, k := range known {
		zh[i], en[i] = k.ZH, k.EN
	}
	if r, n := utf8.DecodeRuneInString(en[0]); n > 0 {
		en[0] = string(unicode.ToUpper(r)) + en[0][n:]
	}
	w.out = append(w.out, lang.T("%s。%s。", "%s. %s.").F(what, lang.T(strings.Join(zh, "；"), strings.Join(en, "; "))))
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
				shown = lang.T("显示为 %s", "shown as %s").F(startedText(m.Text))
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
	now, further := plan(doc)
	for i, s := range append(slices.Clip(now), further...) {
		switch i {
		case 0:
			p(in(sNow) + colon)
		case len(now):
			p(in(sFurther) + colon)
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
