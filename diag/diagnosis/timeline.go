package diagnosis

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// maxTimeline bounds the timeline: a page, not a log.
const maxTimeline = 60

// eventTexts are the events worth telling; the others say nothing of this recall.
var eventTexts = map[string]struct {
	kind string
	text lang.Text
	once bool // it happens to a message or a login only once
}{
	"recalled":         {"push", lang.T("推送：消息已撤回", "push: the message was recalled"), true},
	"read_receipt":     {"read", lang.T("访客已读", "the visitor read it"), true},
	"visitor_message":  {"reply", lang.T("访客发来消息", "the visitor wrote a message"), false},
	"visitor_click":    {"event", lang.T("访客点击", "the visitor clicked"), false},
	"visitor_forward":  {"event", lang.T("访客转发", "the visitor forwarded it"), false},
	"conversation_end": {"event", lang.T("会话结束", "the conversation ended"), true},
	"kicked":           {"event", lang.T("登录被顶替", "the login was taken over"), true},
}

var failureTexts = map[attempt.Failure]lang.Text{
	attempt.FailBlocked: lang.T("被浏览器扩展拦下", "blocked by an extension"), attempt.FailPolicy: lang.T("被浏览器的安全规则拦下", "stopped by the browser's own rules"),
	attempt.FailOffline: lang.T("设备当时没有网络", "the device was offline"), attempt.FailChanged: lang.T("途中换了网络", "the network changed under it"),
	attempt.FailReset: lang.T("连接被重置或关闭", "the connection was reset or closed"), attempt.FailDNS: lang.T("域名解析不到", "the name was not resolved"),
	attempt.FailProxy: lang.T("代理出错", "the proxy failed"), attempt.FailTLS: lang.T("证书或加密握手出错", "the certificate or the handshake failed"),
	attempt.FailRefusedPort: lang.T("连接被拒绝", "the connection was refused"), attempt.FailUnreachable: lang.T("网络到不了服务", "no route to the service"),
	attempt.FailTimeout: lang.T("等不到回答，超时", "it timed out"), attempt.FailAborted: lang.T("页面自己放弃了", "the page gave up"),
	attempt.FailPending: lang.T("记录保存时还没有回答", "no answer yet when the recording was saved"), attempt.FailUnspecified: lang.T("没有说明原因", "no reason is given"),
}

// Where two moments are shown at one time, they stand in this order.
var order = []string{"clock", "sent", "read", "reply", "event", "press", "request", "arrival", "reason", "answer", "push", "window_end", "console", "log"}

// course collects the moments of the timeline.
type course struct {
	a     *attempt.Attempt
	shift time.Duration // of the device's clock, within its uncertainty
	rows  []moment

	arrival, answer *moment // of the recall's request
}

// moment is a moment and where in time it is.
type moment struct {
	diag.Moment
	at   time.Time
	half time.Duration
}

// timeline puts what happened on the service's time: each thing once, told by
// the clock that knows it best, and in the order in which it must have been.
func timeline(doc *diag.Document, a *attempt.Attempt, opt Options) []diag.Moment {
	c := &course{a: a}
	c.align()
	c.message(windowOf(doc, opt))
	c.requests()
	c.events()
	c.reasons()
	c.signals(doc)
	c.clocks(doc)
	sort.SliceStable(c.rows, func(i, j int) bool {
		x, y := c.rows[i], c.rows[j]
		if !x.at.Equal(y.at) {
			return x.at.Before(y.at)
		}
		return slices.Index(order, x.Kind) < slices.Index(order, y.Kind)
	})
	out := []diag.Moment{}
	for _, m := range c.rows[:min(len(c.rows), maxTimeline)] {
		m.At, m.ErrMS = m.at.UTC().Format("2006-01-02T15:04:05.000Z07:00"), diag.Millis(m.half)
		out = append(out, m.Moment)
	}
	return out
}

// add puts a stamp into the timeline; nil when there is none.
func (c *course) add(kind string, s clock.Stamp, text lang.Text) *moment {
	if s.IsZero() {
		return nil
	}
	iv := s.OnService(c.a.Offset)
	m := moment{Moment: diag.Moment{Kind: kind, Clock: string(s.Clock), Shown: s.T.Format(time.RFC3339Nano), Text: text, Basis: incident.Measured, Source: s.Source}, at: iv.Middle(), half: iv.Half()}
	switch s.Clock {
	case clock.Device, clock.Browser:
		m.at = m.at.Add(c.shift)
	case clock.Unknown: // what people hand in they mostly read off their own device
		m.at = s.T.Add(c.a.Offset.Mid() + c.shift)
		m.half = max(iv.T.Add(iv.Hi).Sub(m.at), m.at.Sub(iv.T.Add(iv.Lo)))
	}
	if s.Source == "incident" {
		m.Basis = incident.Stated
	}
	c.rows = append(c.rows, m)
	return &c.rows[len(c.rows)-1]
}

// index finds the first moment of a kind, -1 when there is none.
func (c *course) index(kind string) int {
	return slices.IndexFunc(c.rows, func(m moment) bool { return m.Kind == kind })
}

// align moves the device's clock, within its uncertainty and as little as need
// be, so that the request arrives after it was sent and before its answer.
func (c *course) align() {
	r := c.a.Request
	if r == nil || r.Arrived.IsZero() || r.Arrived.Clock != clock.Service || r.Start.IsZero() || r.Start.Clock != clock.Browser {
		return
	}
	lo, hi := -c.a.Offset.Half(), c.a.Offset.Half()
	mid := c.a.Offset.Mid()
	hi = min(hi, r.Arrived.T.Add(r.Arrived.Err).Sub(r.Start.T.Add(mid)))
	if !r.End.IsZero() {
		lo = max(lo, r.Arrived.T.Add(-r.Arrived.Err).Sub(r.End.T.Add(mid)))
	}
	if lo <= hi {
		c.shift = min(max(0, lo), hi)
	}
}

// between moves a moment into the bounds that its neighbours set, where its
// uncertainty allows it.
func (m *moment) between(from, to *moment) {
	lo, hi := m.at.Add(-m.half), m.at.Add(m.half)
	at := m.at
	if from != nil && at.Before(from.at) {
		at = from.at
	}
	if to != nil && at.After(to.at) {
		at = to.at
	}
	if at.Equal(m.at) || at.Before(lo) || at.After(hi) {
		return
	}
	if from != nil && lo.Before(from.at.Add(-from.half)) {
		lo = from.at.Add(-from.half)
	}
	if to != nil && hi.After(to.at.Add(to.half)) {
		hi = to.at.Add(to.half)
	}
	m.at, m.half = at, max(at.Sub(lo), hi.Sub(at), 0)
}

// message tells of the message and of its window.
func (c *course) message(window time.Duration, basis incident.Basis) {
	text := lang.T("消息发出", "the message was sent")
	if window > 0 {
		text = lang.T("消息发出，%s的撤回时限开始", "the message was sent; it can be recalled for %s").F(span(window))
	}
	if m := c.add("sent", c.a.Sent, text); m == nil || window <= 0 {
		return
	}
	end := c.a.Sent
	end.T = end.T.Add(window)
	if m := c.add("window_end", end, lang.T("撤回时限到", "the window closed")); m.Basis == incident.Measured && basis != "" {
		m.Basis = basis // no surer than the length is
	}
}

// windowOf gives the window's length and how it is known: as the check of the
// window took it, else the person's word, else the profile's.
func windowOf(doc *diag.Document, opt Options) (time.Duration, incident.Basis) {
	if o, ok := doc.Observations().First("window.length"); ok {
		if s, isNum := o.Number(); isNum {
			return incident.Span(s, time.Second), o.Basis
		}
	}
	if d, ok := opt.Incident.Window(); ok {
		return d, incident.Stated
	}
	return opt.Profile.Window.D(), incident.Basis(opt.Profile.NoteOf("window").Basis)
}

// requests tells of the press and of each request: sent off, arrived, answered.
func (c *course) requests() {
	a := c.a
	if r := a.Request; r == nil || a.Press != r.Start {
		c.add("press", a.Press, lang.T("按下撤回", "the recall was pressed"))
	}
	for i, r := range a.Requests {
		if i >= 10 {
			break
		}
		text := lang.T("撤回请求发出", "the recall was sent off")
		switch {
		case r.Result == attempt.NotSent:
			text = lang.T("页面要发出撤回请求", "the page wanted to send the recall")
		case i > 0:
			text = lang.T("撤回请求再次发出", "the recall was sent off again")
		}
		var start, end *moment
		if m := c.add("request", r.Start, text); m != nil {
			x := *m
			start = &x
		}
		if m := c.add("answer", r.End, answerText(r)); m != nil {
			m.Serious = r.Result == attempt.Refused || r.Result == attempt.NoAnswer || r.Call != nil && r.Call.Failure != ""
			x := *m
			end = &x
		}
		var arrival *moment
		if m := c.add("arrival", r.Arrived, lang.T("服务收到请求", "the service got it")); m != nil {
			m.between(start, end)
			x := *m
			arrival = &x
			if start != nil && m.at.Add(m.half).Before(start.at.Add(-start.half)) {
				c.rows, arrival = c.rows[:len(c.rows)-1], nil // another request's
			}
		}
		if r != a.Request {
			continue
		}
		c.arrival, c.answer = arrival, end
		if i := c.index("press"); i >= 0 {
			c.rows[i].between(nil, start)
		}
	}
}

// answerText says what became of a request.
func answerText(r *attempt.Request) lang.Text {
	if r.Call != nil && r.Call.Failure != "" {
		return lang.T("请求失败：%s", "the request failed: %s").F(failureTexts[r.Call.Failure])
	}
	if c := r.Call; c != nil && c.ToLogin {
		return lang.T("服务要求重新登录", "the service asked for a new login")
	} else if c != nil && c.ToPortal {
		return lang.T("回答的不是服务，是上网认证或拦截页面", "not the service answered but a page of the network in between")
	}
	status := lang.Text{}
	if r.Answer.Status > 0 {
		status = lang.T("（%s）", " (%s)").F(strconv.Itoa(r.Answer.Status))
	}
	switch r.Result {
	case attempt.Accepted:
		return lang.T("服务接受了%s", "the service accepted it%s").F(status)
	case attempt.Refused:
		if said := clipLine(r.Answer.Text); said != "" {
			if _, err := strconv.Atoi(said); err == nil {
				return lang.T("服务拒绝了%s，代码 %s", "the service refused it%s, code %s").F(status, said)
			}
			return lang.T("服务拒绝了%s：“%s”", "the service refused it%s: “%s”").F(status, said)
		}
		return lang.T("服务拒绝了%s", "the service refused it%s").F(status)
	case attempt.NoAnswer:
		if r.Answer.Status > 0 {
			return lang.T("网关回答 %s，服务没有给出结果", "a gateway answered %s; the service gave no result").F(strconv.Itoa(r.Answer.Status))
		}
		return lang.T("没有等到回答", "no answer came")
	case attempt.NotSent:
		return lang.T("请求没有发出%s", "the request was not sent%s").F(status)
	}
	return lang.T("服务的回答看不出结果%s", "the service's answer does not tell the result%s").F(status)
}

// events tells what the service told its clients. What several witnesses tell
// is told once, by the one whose clock is the surest; a log entry that gives
// the event as its reason for refusing is the last to be asked.
func (c *course) events() {
	told := map[string][]int{}
	reason := map[string]bool{}
	for _, sig := range c.a.Signals {
		reason[sig.Source] = reason[sig.Source] || strings.HasPrefix(sig.Means, "says:")
	}
	for _, late := range []bool{false, true} {
		for _, ev := range c.a.Events {
			e, ok := eventTexts[ev.Means]
			if !ok || reason[ev.Source] != late || len(c.rows) >= maxTimeline || !ev.Mine && ev.Means != "kicked" && ev.Means != "conversation_end" && ev.Means != "visitor_message" {
				continue
			}
			m := c.add(e.kind, ev.At, e.text)
			if m == nil {
				continue
			}
			m.Serious, m.Source = ev.Means == "kicked", ev.Source
			last := len(c.rows) - 1
			i := slices.IndexFunc(told[ev.Means], func(i int) bool { return e.once || near(c.rows[i], *m) })
			switch {
			case e.kind == "reply" && c.beforeSent(*m):
				c.rows = c.rows[:last]
			case i >= 0:
				if kept := &c.rows[told[ev.Means][i]]; !late && m.half < kept.half && near(*kept, *m) {
					*kept = *m
				}
				c.rows = c.rows[:last]
			default:
				told[ev.Means] = append(told[ev.Means], last)
			}
		}
	}
}

// near reports whether two moments may be one.
func near(x, y moment) bool { return x.at.Sub(y.at).Abs() <= x.half+y.half+100*time.Millisecond }

func (c *course) beforeSent(m moment) bool {
	i := c.index("sent")
	return i >= 0 && m.at.Add(m.half).Before(c.rows[i].at.Add(-c.rows[i].half))
}

// reasons tells the reasons that logs give and that no answer was seen to give:
// each once, and what is no more than "failed" only where nothing else is said.
// Of a request that was not answered only the service's own log can give one.
func (c *course) reasons() {
	known, unanswered := map[string]bool{}, false
	for _, r := range c.a.Requests {
		for _, reason := range r.Answer.Reasons {
			known[reason.Means] = true
		}
		known["generic"] = known["generic"] || !r.End.IsZero()
		unanswered = r.Result == attempt.NoAnswer || r.Result == attempt.NotSent
	}
	var vague *attempt.Signal
	for i := range c.a.Signals {
		sig := &c.a.Signals[i]
		means, says := strings.CutPrefix(sig.Means, "says:")
		switch {
		case !says || !sig.Strong || known[means] || means == "accepted" || unanswered && sig.Kind != evidence.ServerLog:
		case means == "generic":
			if vague == nil && !sig.At.IsZero() {
				vague = sig
			}
		case c.reason(sig):
			known[means], known["generic"] = true, true
		}
	}
	if vague != nil && !known["generic"] {
		c.reason(vague)
	}
}

func (c *course) reason(sig *attempt.Signal) bool {
	text := lang.T("页面或客户端记下的理由：“%s”", "the reason that the page or client wrote down: “%s”")
	if sig.Kind == evidence.ServerLog {
		text = lang.T("服务日志里的理由：“%s”", "the reason in the service's log: “%s”")
	}
	m := c.add("reason", sig.At, text.F(clipLine(sig.Words)))
	if m == nil {
		return false
	}
	m.Source, m.Serious = sig.Source, true
	if sig.Kind == evidence.ServerLog {
		m.between(c.arrival, c.answer)
	}
	c.rows = slices.DeleteFunc(c.rows, func(m moment) bool { return m.Kind == "event" && m.Source == sig.Source })
	return true
}

// signals tells what the logs said that the verdict rests on, each thing once.
func (c *course) signals(doc *diag.Document) {
	seen := map[string]bool{}
	for _, cause := range doc.Verdict.Causes {
		if cause.Probability < worthTelling && cause.Role != "primary" {
			continue
		}
		for _, w := range cause.For {
			if !strings.HasSuffix(w.Observation, ".signal") && !strings.HasSuffix(w.Observation, ".hint") {
				continue
			}
			sig := c.signalOf(doc, w)
			if sig == nil || seen[sig.Means] || len(c.rows) >= maxTimeline {
				continue
			}
			seen[sig.Means] = true
			kind := "log"
			if sig.Kind == evidence.Console {
				kind = "console"
			}
			if m := c.add(kind, sig.At, w.Text); m != nil {
				m.Source, m.Serious = sig.Source, sig.Level == "error" || sig.Level == "fatal"
			}
		}
	}
}

// worthTelling is how likely a cause beside the primary must be for its log entries to be told.
const worthTelling = 0.1

// signalOf finds what a log said behind a piece of evidence.
func (c *course) signalOf(doc *diag.Document, w diag.Weighing) *attempt.Signal {
	for _, o := range doc.Observations().All(w.Observation) {
		if !strings.Contains(w.Text.EN, o.Detail["words"]) {
			continue
		}
		for i := range c.a.Signals {
			if sig := &c.a.Signals[i]; sig.Means == o.Text() && sig.Source == o.Source {
				return sig
			}
		}
	}
	return nil
}

// clocks says, beside the press, that the device's clock was off, where it was.
func (c *course) clocks(doc *diag.Document) {
	o, ok := doc.Observations().First("clock.offset.incident")
	if !ok || o.Uncertainty == nil {
		return
	}
	ms, isNum := o.Number()
	if !isNum || math.Abs(ms) < max(*o.Uncertainty, 1000) {
		return
	}
	i := c.index("press")
	if i < 0 {
		i = c.index("request")
	}
	if i < 0 {
		return
	}
	text := lang.T("这台设备的钟慢 %s，它的时间已经换算", "the device's clock was %s behind; its times are converted")
	if ms < 0 {
		text = lang.T("这台设备的钟快 %s，它的时间已经换算", "the device's clock was %s ahead; its times are converted")
	}
	at := c.rows[i]
	off := incident.Span(math.Abs(ms), time.Millisecond).Round(100 * time.Millisecond)
	c.rows = append(c.rows, moment{at: at.at, half: incident.Span(*o.Uncertainty, time.Millisecond), Moment: diag.Moment{Kind: "clock", Clock: string(clock.Device), Text: text.F(span(off)), Basis: o.Basis, Source: o.Source}})
}

// span writes a duration as people say it.
func span(d time.Duration) lang.Text {
	number := func(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
	switch {
	case d < 2*time.Minute && d != time.Minute:
		return lang.T("%s 秒", "%s s").F(number(d.Seconds()))
	case d < 2*time.Hour && d%time.Minute == 0:
		return lang.T("%s 分钟", "%s min").F(number(d.Minutes()))
	case d < 2*time.Hour:
		return lang.T("%s 分 %s 秒", "%s min %s s").F(number(math.Floor(d.Minutes())), number((d % time.Minute).Seconds()))
	}
	return lang.T("%s 小时", "%s h").F(number(d.Hours()))
}

func clipLine(s string) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}
