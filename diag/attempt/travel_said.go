package attempt

import (
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/lazy"
)

// A service that refuses a recall as late often writes down how it reckoned: when
// the client says it asked, when that was received, how long it was on its way, how
// old the message was, and the limit. The two readings are one request's, so that
// they tell of the clocks where no way is that long, and of the way where one is.

const stampValue = `["'）)]*\s*[=:\x{FF1A}]\s*["']?(1[5-9]\d{8}(?:\d{3})?(?:\.\d+)?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?\s?(?:Z|[+-]\d\d:?\d\d))`

var (
	askedStamp    = lazy.MustCompile(`(?i)(?:\b(?:request|requested|req|sent|send|issued|clicked|pressed|asked|submitted)[_ ]?(?:at|time|ts|on)?[_ ]?\(?(?:by[_ ]?)?(?:client|device|browser|agent|local)|\b(?:client|device|browser|agent)[_ ]?(?:sent|send|request(?:ed)?|req|click(?:ed)?|press(?:ed)?|issued|asked|time|ts|at|stamp|clock|now)(?:[_ ]?(?:at|time|ts|on))?|(?:客户端|本机|浏览器|设备)(?:发出|发起|发送|请求|点击|撤回|提交)?(?:时间|时刻|于)?)` + stampValue)
	receivedStamp = lazy.MustCompile(`(?i)(?:\b(?:received|recv|rcvd|arrived|arrival|reached)[_ ]?(?:at|time|ts|on)?[_ ]?\(?(?:by[_ ]?)?(?:server|service|gateway|backend)?|\b(?:server|service|gateway)[_ ]?(?:received|recv|rcvd|arrived|time|ts|at|stamp|clock|now)(?:[_ ]?(?:at|time|ts|on))?|(?:服务端|服务器|服务)?(?:收到|接收|到达)(?:时间|时刻|于)?|(?:服务端|服务器)(?:时间|时刻))` + stampValue)
	travelSaid    = lazy.MustCompile(`(?i)(?:\b(?:transit|in[_ ]?flight|travel(?:led)?|network[_ ]?(?:delay|latency|time)|uplink|on[_ ]the[_ ]way|one[_ ]?way)(?:[_ ]?(?:time|delay))?|(?:在途|路上|上行|传输)(?:耗时|时间|用时|时延|延迟)?)(?:_(ms|s|sec|seconds))?["']?\s*[=:\x{FF1A}]\s*["']?(\d{1,7}(?:\.\d+)?)\s?(ms|secs?|seconds?|s|毫秒|秒)?`)
	oldSaid       = lazy.MustCompile(`(?i)(?:\b(?:msg|message)?[_ ]?(?:age|elapsed)|(?:消息)?(?:已发|已过|年龄|时长))(?:_(ms|s|sec|seconds))?["']?\s*[=:\x{FF1A}]\s*["']?(\d{1,9}(?:\.\d+)?)\s?(ms|secs?|seconds?|s|毫秒|秒)?`)
)

// longestWay bounds how long one request is on its way before somebody gives it up.
const longestWay = time.Minute

// Travel is what the service itself says of how the recall came to it. Zero is unsaid.
type Travel struct {
	Asked    clock.Stamp   // by the client's clock, as the request said
	Received clock.Stamp   // by the service's
	Took     time.Duration // on its way
	Age      time.Duration // of the message at the service
	Limit    time.Duration
	Source   string
}

// AskedAge is how old the message was when the recall was asked for, by the
// service's own reckoning; ok is false where it does not say enough.
func (t Travel) AskedAge(sent clock.Stamp) (asked, received time.Duration, ok bool) {
	took, age := t.Took, t.Age
	if took == 0 && !t.Asked.IsZero() && !t.Received.IsZero() {
		if took = t.Received.T.Sub(t.Asked.T); took <= 0 || took > longestWay {
			return 0, 0, false
		}
	}
	if age == 0 && sent.Clock == clock.Service && !t.Received.IsZero() {
		age = t.Received.T.Sub(sent.T)
	}
	return age - took, age, took > 0 && age > took
}

// travelWords spare most lines the look for what follows.
var travelWords = newHints("client", "device", "browser", "agent", "local", "transit", "flight", "travel", "network", "uplink", "on_the_way", "on the way", "客户端", "本机", "浏览器", "设备", "在途", "路上", "传输")

// travelIn reads a line of the service's own log.
func travelIn(text string) (t Travel, ok bool) {
	if !travelWords.in(text) {
		return t, false
	}
	if m := askedStamp.FindStringSubmatch(text); m != nil {
		if at, e, _, good := serviceTime(m[1]); good {
			t.Asked = clock.Stamp{T: at, Clock: clock.Device, Err: e}
		}
	}
	if m := receivedStamp.FindStringSubmatch(text); m != nil {
		if at, e, _, good := serviceTime(m[1]); good {
			t.Received = clock.Stamp{T: at, Clock: clock.Service, Err: e}
		}
	}
	if m := travelSaid.FindStringSubmatch(text); m != nil {
		t.Took, _ = amountOf(m[2], unitOf(m[1]+m[3]))
	}
	if m := oldSaid.FindStringSubmatch(text); m != nil {
		t.Age, _ = amountOf(m[2], unitOf(m[1]+m[3]))
	}
	if m := limitField.FindStringSubmatch(text); m != nil && m[1]+m[3] != "" {
		t.Limit = limitIn(m[0], true)
	}
	return t, !t.Asked.IsZero() && !t.Received.IsZero() || t.Took > 0 && t.Age > 0
}

// unitOf shortens a unit's name to what amountOf knows.
func unitOf(s string) string {
	switch s = strings.ToLower(s); {
	case strings.HasPrefix(s, "s"):
		return "s"
	default:
		return s
	}
}

// learnTravel takes what the service's log says of the way of this recall.
func (a *Attempt) learnTravel() {
	for _, lf := range a.Logs {
		for _, e := range lf.Entries {
			text := head(e.Text, 4096)
			if !a.ours(text) && (a.ID != "" || !a.recent(e)) || !a.tellsOfRecall(e) {
				continue
			}
			t, ok := travelIn(text)
			if !ok || a.isSending(t) {
				continue
			}
			t.Source = lf.File.Name
			t.Asked.Source, t.Received.Source = t.Source, t.Source
			a.Travel = t
			return
		}
	}
}

// isSending reports whether the client's stamp is that of the message, and not of its recall.
func (a *Attempt) isSending(t Travel) bool {
	return !t.Asked.IsZero() && !a.Sent.IsZero() && t.Asked.T.Sub(a.Sent.T).Abs() < 3*time.Second && t.Received.T.Sub(t.Asked.T) > longestWay/4
}

// travelOffset bounds the device's offset by the two readings of one request: it
// was received after it was asked for, and no more than a request lasts. Where a
// way could be that long, they tell of the way, and not of the clocks.
func (a *Attempt) travelOffset() (span clock.Span, source string, n int) {
	t := a.Travel
	if t.Asked.IsZero() || t.Received.IsZero() || t.Took > 0 {
		return span, "", 0
	}
	d, e := t.Received.T.Sub(t.Asked.T), t.Received.Err+t.Asked.Err
	if d > -2*time.Second && d <= longestWay || d.Abs() > 14*time.Hour {
		return span, "", 0
	}
	return clock.Span{Lo: d - 5*time.Second - e, Hi: d + e}, t.Source, 1
}

// settleTravel puts the service's stamps where nothing better tells the times.
func (a *Attempt) settleTravel() {
	t := a.Travel
	if a.Press.IsZero() && !t.Asked.IsZero() {
		a.Press = t.Asked
	}
	if r := a.Request; r != nil && r.Arrived.IsZero() && !t.Received.IsZero() {
		r.Arrived = t.Received
	}
}
