package attempt

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// How near to the press a log entry must stand to speak of the recall, and how
// long before it the state of the push connection still counts.
const (
	besideRecall = 5 * time.Second
	aroundRecall = 2 * time.Minute
	connection   = 15 * time.Minute
)

// lasting are signals of a state that holds until it is revoked, so that they
// count although they stand some minutes before the recall.
var lasting = map[string]bool{"push_down": true, "push_up": true, "offline": true, "unstable": true, "clock_step": true, "other_session": true,
	"stale_app": true, "outdated_client": true, "outdated_browser": true, "settings": true, "session": true, "visitor_outdated": true, "extension": true, "device_slow": true, "uneven": true, "loss": true, "slow_path": true}

// personal are signals of one login, connection or client: in a log of the
// service's that names messages and conversations, those of others are no concern.
var personal = map[string]bool{"push_down": true, "push_up": true, "other_session": true, "session": true, "visitor_outdated": true, "outdated_client": true, "offline": true, "reset": true, "unstable": true}

// otherRequest reports whether a log entry tells of a request that is none for a recall.
func (a *Attempt) otherRequest(e *logs.Entry, h *hosts) bool {
	text := head(e.Text, 2048)
	method, rest := "", ""
	if m := requestLine.FindStringSubmatch(text); m != nil {
		method, rest = m[1], m[2]
	} else if m := answeredPath.FindStringSubmatch(text); m != nil {
		method, rest = "POST", m[1]
	} else {
		return false
	}
	if strings.HasPrefix(rest, "/") {
		rest = a.serviceURL() + rest
	}
	return a.scoreRequest(&har.Entry{Method: method, URL: strings.TrimRight(rest, `",;)`)}, h) < recallAtMost && a.Profile.RecallVerb(profile.Words(text)) == ""
}

// answeredPath is a log of answers only: "resp 401 /notices 26ms".
var answeredPath = lazy.MustCompile(`\b(?:resp(?:onse)?|answer|reply) [1-5]\d\d (/\S*)`)

// running are signals of the software that runs, which hold from its start on.
var running = map[string]bool{"stale_app": true, "outdated_client": true, "outdated_browser": true, "visitor_outdated": true}

const sinceStart = 24 * time.Hour

// readLogs takes from the logs what is said about the recall and its surroundings.
func (a *Attempt) readLogs(ctx context.Context, h *hosts) {
	for _, lf := range a.Logs {
		a.machineTables(lf)
		list, counted := a.worthReading(lf)
		for i, e := range list {
			if i%64 == 0 && ctx.Err() != nil {
				return
			}
			known := len(a.Server)
			a.readLine(e, lf, h)
			for _, c := range a.Server[known:] {
				c.Picked = counted != nil && !counted[e] || !lf.Counts(e)
			}
		}
	}
}

// stampText finds stamps, whose digits must not be read as statuses.
var stampText = lazy.MustCompile(`\d{4}[-/]\d\d[-/]\d\d[T ]?|\d{1,2}/[A-Z][a-z]{2}/\d{4}:?|\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\b1[5-9]\d{8}(?:\d{3}){0,2}\b`)

func stampless(text string) string { return stampText.ReplaceAllString(text, "") }

func (a *Attempt) readLine(e *logs.Entry, lf evidence.LogFile, h *hosts) {
	text := e.Text
	for line := range strings.SplitSeq(head(text, 16<<10), "\n") {
		a.curlLine(line, lf.File.Name)
		if lf.File.Kind == evidence.TextLog || lf.File.Kind == evidence.Path || lf.File.Kind == evidence.ServerLog {
			a.loopLine(line, lf.File.Name)
		}
	}
	server, where := lf.File.Kind == evidence.ServerLog, fmt.Sprintf("%s:%d", lf.File.Name, e.Line)
	if server || lf.File.Kind == evidence.TextLog { // a machine's own address is no stranger's
		a.upstreamLine(e, where)
		a.healthLine(e, where)
	}
	if h.strangerText(text) || (strangers.MatchString(e.Origin) && lf.File.Kind == evidence.Console) {
		return
	}
	words := profile.Words(head(text, 4096))
	verb := a.Profile.RecallVerb(words) != ""
	other := a.aboutOther(text)
	beside, timed := a.near(e.At, besideRecall)
	around, _ := a.near(e.At, aroundRecall)
	mine := a.ours(text)
	if !mine && !other && len(a.traces) > 0 {
		mine = a.traces[traceIn(text)]
	}
	if server {
		a.serverLine(e, where)
		a.writerLine(e, where, mine)
		if mine && verb && !accessLine.MatchString(text) {
			a.learnClient(head(text, 2048), lf.File.Name) // whose client it was that asked
		}
	} else {
		a.clientLine(e, where)
		a.viaLine(e, where)
		if lf.File.Kind == evidence.TextLog {
			a.writerLine(e, where, mine)
		}
		if !accessLine.MatchString(text) || mine { // an access log names everybody's browsers
			a.learnClient(head(text, 2048), lf.File.Name)
		}
	}
	if lf.File.Kind != evidence.Path && (!timed || !server || around) {
		a.learnBuilds(head(text, 2048), mine, server)
	}
	if mine {
		a.readLater(e, head(text, 4096), where)
	}
	if mine || verb && !other && timed && beside {
		a.ageSaid(e, where, lf.File.Kind)
	}
	if mine || (verb && !other) {
		a.stampsOf(e, server, verb, mine, beside || !timed, where)
	}
	if other && !mine {
		if m := requestLine.FindStringSubmatch(text); m != nil && lineStatus.FindString(m[3]) == "" {
			a.begun[strings.TrimRight(m[2], `",;)`)] = true
		}
		return
	}
	if mine || !timed || around || server {
		a.learnLine(text, mine, server)
	}
	if !timed || around {
		if a.readFrameLine(e, where) {
			return
		}
		if a.ID != "" || !server || !timed || beside { // with no id to tell messages apart only the very moment is ours
			a.narrated(e, lf, h, verb, mine, where)
		}
	}
	for _, ev := range a.Profile.EventsIn(head(text, 4096)) {
		if ev.Means == "recalled" && (!deliveredLine.MatchString(text) || refusedLine.MatchString(a.besideVerb(text))) {
			continue // who logs the press, the request or a refusal has not been told of a recall
		}
		if mine || (a.ID == "" && timed && around) {
			a.Events = append(a.Events, Event{Means: ev.Means, At: e.At, Text: head(text, 300), Source: where, Mine: mine})
		}
	}
	if a.ID == "" && server && timed && !beside {
		return
	}
	strong := mine || verb && (!timed || around) || timed && beside
	elsewhere := !mine && a.otherRequest(e, h)
	if elsewhere {
		strong = false // what became of another request stands here by chance
	}
	if verb && !mine && timed && !around {
		return // another recall at another time
	}
	said := head(text, 4096)
	if e.Fields["method"] != "" && e.Fields["status"] != "" {
		said = refusalPart(e) // the columns of an access log are numbers, not words
	}
	future := foretold.MatchString(said)
	withheld := a.withheldBy(said, verb)
	for _, sig := range append(a.Profile.SignalsIn(stampless(said)), a.surface(text, server, timed && beside)...) {
		if sig.Means == "stale_app" && updateOffer.MatchString(said) {
			sig.Means = "outdated_client"
		}
		if future && announces[sig.Means] || withheld && sig.Means == "button_hidden" {
			continue
		}
		if sig.Means == "push_down" && a.afterAnswer(e.At) && !(mine && undelivered.MatchString(text)) {
			continue // a connection that went down later was up when it mattered
		}
		if server && personal[sig.Means] && !mine && a.namesUs[lf.File] && !a.concerns(text) {
			continue // somebody else's connection, login or client
		}
		if timed && !around && !strong {
			reach := connection
			if running[sig.Means] {
				reach = sinceStart
			}
			if in, _ := a.near(e.At, reach); !in || !lasting[sig.Means] {
				continue
			}
		}
		if sig.Means == "extension" && !server && (!timed || around) {
			a.thrownBy(e, h, timed && beside, where)
		}
		a.Signals = append(a.Signals, Signal{Means: sig.Means, Text: head(text, 400), Words: sig.Text, At: e.At, Source: where,
			Kind: lf.File.Kind, Level: string(e.Level), Strong: strong})
	}
	told := verb || mine && server && deniedWords.MatchString(text)
	if told && !pageSide(text) && (server || !a.before(e.At, 3*time.Second)) {
		for _, r := range a.reasonsIn(refusalPart(e)) {
			a.Signals = append(a.Signals, Signal{Means: "says:" + r.Means, Text: head(text, 400), Words: r.Text, At: e.At, Source: where,
				Kind: lf.File.Kind, Level: string(e.Level), Strong: strong})
		}
	}
}

// refusedLine are words beside "recall" by which a line says that there was none.
var refusedLine = lazy.MustCompile(`(?i)\b(?:reject(?:ed)?|denied|deny|refused?|fail(?:ed|ure)?|forbidden)\b|失败|拒绝`)

var deliveredLine = lazy.MustCompile(`(?i)\b(?:deliver\w*|push\w*|broadcast\w*|notif\w*|event|dispatch\w*|recv|received|ack\w*|fan-?out|emit\w*)\b|推送|通知|下发`)

// accessLine is a line of an access log, whoever wrote it.
var accessLine = lazy.MustCompile(`"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S+ HTTP/[\d.]+"`)

// afterAnswer reports whether a stamp is after the recall's answer.
func (a *Attempt) afterAnswer(s clock.Stamp) bool {
	if a.Request == nil || a.Request.End.IsZero() || s.IsZero() {
		return false
	}
	return s.OnService(a.Offset).Since(a.Request.End.OnService(a.Offset)).Mid() > 200*time.Millisecond
}

// refusalPart gives the part of a log entry that can state a reason: an access
// log's address and user agent cannot.
func refusalPart(e *logs.Entry) string {
	if e.Fields["method"] != "" && e.Fields["status"] != "" {
		var parts []string
		for _, k := range []string{"message", "msg", "reason", "error", "err", "code", "detail", "errmsg", "result", "deny_reason", "denied"} {
			if v := e.Fields[k]; v != "" {
				parts = append(parts, v)
			}
		}
		return strings.Join(parts, " ")
	}
	return head(e.Text, 4096)
}

var (
	createdLine = lazy.MustCompile(`(?i)\b(?:sent|send|created?|stored?|saved?|insert(?:ed)?|persist(?:ed)?|accepted|enqueued|new|publish(?:ed)?|post(?:ed)?|deliver(?:ed)?)\b|发送|已发|新消息|入库|投递`)
)

// viewLine tells of what a page or list shows: "message 8842 now shows 已撤回" is what a recall looks like that worked.
var viewLine = lazy.MustCompile(`(?i)\b(?:shows?|displays?|replaced|renders?|bubble|from list|view)\b|显示|展示|气泡`)

// reasonsIn gives the reasons for a refusal that a log line states.
func (a *Attempt) reasonsIn(text string) []profile.Match {
	out := a.Profile.RefusalsIn(text, "")
	if !viewLine.MatchString(text) {
		return out
	}
	return slices.DeleteFunc(out, func(m profile.Match) bool { return m.Means == "already" || m.Means == "missing" })
}

// stampsOf takes from a log when the message was created and when its recall
// arrived, and makes up the request where only a log shows it.
func (a *Attempt) stampsOf(e *logs.Entry, server, verb, mine, near bool, where string) {
	if server && mine {
		a.whoActed(e.Text, verb)
	}
	if server && mine && !verb && createdLine.MatchString(e.Text) && !e.At.IsZero() {
		if a.sentBefore(e.At) {
			a.Sent, a.SentAlt = withSource(e.At, where), a.Sent
		}
		return
	}
	if !server && mine && !verb && e.At.Clock == clock.Device && createdLine.MatchString(e.Text) && !deniedWords.MatchString(e.Text) {
		a.sentByClient(withSource(e.At, where))
		return
	}
	if !verb || !near {
		return
	}
	if server && !e.At.IsZero() {
		at := e.At
		if d, err := strconv.ParseFloat(e.Fields["duration_ms"], 64); err == nil && d > 0 && d < 600_000 {
			at.T = at.T.Add(-time.Duration(d * float64(time.Millisecond))) // access logs are written when the answer is out
		}
		if a.Request != nil && (a.Request.Arrived.IsZero() || at.T.Before(a.Request.Arrived.T)) {
			a.Request.Arrived = withSource(at, where)
		}
	}
}

var (
	authorText   = lazy.MustCompile(`(?i)\b(?:from|author|sender|owner|sent_by|created_by)["']?\s*[=:]\s*["']?(?:agent[:_])?([\w-]{2,40})`)
	operatorText = lazy.MustCompile(`(?i)\b(?:operator|op_id|actor|requester|by|account|uid|user|agent)["']?\s*[=:]\s*["']?(?:agent[:_])?([\w-]{2,40})`)
)

// whoActed takes from the service's log who wrote the message and who asks for its recall.
func (a *Attempt) whoActed(text string, verb bool) {
	if m := authorText.FindStringSubmatch(text); m != nil && a.Facts.Sender == "" {
		a.Facts.Sender = m[1]
	}
	if verb {
		if m := operatorText.FindStringSubmatch(text); m != nil && (a.Facts.Self == "" || a.Facts.selfFromLog) {
			a.Facts.Self, a.Facts.selfFromLog = m[1], true
		}
	}
}

func withSource(s clock.Stamp, where string) clock.Stamp {
	s.Source = where
	return s
}

// sentBefore reports whether a service's stamp is a better time of sending than what is known.
func (a *Attempt) sentBefore(s clock.Stamp) bool {
	return a.Sent.IsZero() || a.Sent.Clock != clock.Service || s.T.Before(a.Sent.T)
}
