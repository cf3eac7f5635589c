package attempt

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// How a page says that a press waited for it, besides naming the delay: when it was
// queued and when handled, or how long the page stood still before its handler ran.
var (
	queuedHandled  = lazy.MustCompile(`(?i)\b(?:queued|enqueued|received|pressed|fired|down|input|timestamp|hwts)\b(?: at)?\W{1,4}(?:\d{4}-\d\d-\d\d[T ])?(\d\d):(\d\d):(\d\d(?:\.\d+)?)\S{0,6}.{1,32}?\b(?:handled|processed|dispatched|delivered|executed|ran|run|started)\b(?: at)?\W{1,4}(?:\d{4}-\d\d-\d\d[T ])?(\d\d):(\d\d):(\d\d(?:\.\d+)?)`)
	inputToHandler = lazy.MustCompile(`(?i)\b(?:input|click|tap|press|touch|pointer ?\w*|mouse ?up)\s?(?:->|→|=>|-|to|until|till)\s?(?:the )?(?:handler|handled|handling|processing|callback|dispatch|paint)\b\W{0,3}(?:delay|latency|lag|took|gap|wait\w*)?\W{0,6}(\d{2,7}(?:\.\d+)?)\s?(ms|s)\b`)
	stoodStill     = lazy.MustCompile(`(?i)\b(?:renderer|page|window|app|(?:main|ui|js) ?thread|event ?loop|tab)\b.{0,16}\b(?:unresponsive|not responding|frozen|blocked|hung|stalled|busy)\b\D{0,8}(\d{1,7}(?:\.\d+)?)\s?(ms|s|sec|seconds)\b|(?:无响应|卡死|卡住|冻结|阻塞)\D{0,6}(\d{1,7}(?:\.\d+)?)\s?(ms|s|毫秒|秒)`)
	handlerRuns    = lazy.MustCompile(`(?i)\b(?:handler|callback|listener|click|tap|press|mouse ?up|touch ?end|menu[ -]?item)\b.{0,48}\b(?:runs?|ran|fires?d?|handled|starts?|started|executes?d?)\b|(?:点击|按下|处理函数).{0,24}(?:才|现在)(?:执行|处理|触发|响应)`)
)

// waited gives how long a line says that a press waited, 0 when it says nothing of it.
func waited(text string) time.Duration {
	if d := saidDelay(text); d > 0 {
		return d
	}
	text = head(text, 2048)
	if m := inputToHandler.FindStringSubmatch(text); m != nil {
		return time.Duration(millis(m[1], "ms")*float64(time.Millisecond)) * map[string]time.Duration{"ms": 1, "s": 1000}[strings.ToLower(m[2])]
	}
	if m := queuedHandled.FindStringSubmatch(text); m != nil {
		d := ofDay(m[4], m[5], m[6]) - ofDay(m[1], m[2], m[3])
		if d < 0 {
			d += 24 * time.Hour // over midnight
		}
		if d < time.Hour {
			return d
		}
	}
	if m := stoodStill.FindStringSubmatch(text); m != nil && handlerRuns.MatchString(text) {
		unit := time.Second
		if u := m[2] + m[4]; u == "ms" || u == "毫秒" {
			unit = time.Millisecond
		}
		return time.Duration(numberOf(m[1]+m[3]) * float64(unit))
	}
	return 0
}

func ofDay(h, m, s string) time.Duration {
	hours, _ := strconv.Atoi(h)
	minutes, _ := strconv.Atoi(m)
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute + time.Duration(numberOf(s)*float64(time.Second))
}

// timedEvents are the inputs of which browsers measure how long they waited (W3C Event Timing).
var timedEvents = lazy.MustCompile(`^(?:click|aux ?click|context ?menu|pointer ?(?:up|down)|mouse ?(?:up|down)|touch ?(?:end|start)|key ?(?:up|down|press)|pointer|keyboard)$`)

// eventTiming reads what the page itself measured of the press and sent to whoever
// watches its speed: Event Timing's startTime and processingStart, web-vitals' inputDelay.
func (a *Attempt) eventTiming() {
	for _, c := range a.Calls {
		body := c.Entry.ReqBody
		if len(body) > 64<<10 || !strings.Contains(body, "rocessing") && !strings.Contains(body, "elay") {
			continue
		}
		fs, ok := fields(body)
		if !ok {
			continue
		}
		input, begun, delay, recall := false, 0.0, 0.0, false
		for _, f := range fs {
			switch f.key {
			case "start time", "interaction time", "event time":
				begun = numberOf(f.value)
			case "processing start":
				if p := numberOf(f.value); begun > 0 && p > begun {
					delay = max(delay, p-begun)
				}
			case "input delay":
				delay = max(delay, numberOf(f.value))
			default:
				input = input || timedEvents.MatchString(profile.Words(f.value))
				recall = recall || !contentKeys.MatchString(f.key) && a.Profile.RecallVerb(profile.Words(head(f.value, 256))) != ""
			}
		}
		for _, f := range fs { // the members of an object stand in the order of their names
			if p := numberOf(f.value); f.key == "processing start" && delay == 0 && begun > 0 && p > begun {
				delay = p - begun
			}
		}
		d := time.Duration(delay * float64(time.Millisecond))
		if !input || d < 200*time.Millisecond || d > time.Hour || c.Start.IsZero() {
			continue
		}
		pressed := c.Start
		pressed.T = pressed.T.Add(-d)
		if begun > 1e12 && begun < 1e13 {
			pressed.T = time.UnixMilli(int64(begun))
		}
		pressed.Clock = clock.Browser
		beside := false // the recall left when the handler ran
		for _, r := range a.Requests {
			beside = beside || !r.Start.IsZero() && r.Start.T.Sub(pressed.T.Add(d)).Abs() < besideRecall
		}
		if near, _ := a.near(pressed, samePress); !a.Press.IsZero() && !near || !beside && !recall {
			continue
		}
		if d > a.InputDelay {
			a.InputDelay = d
			if a.Press.IsZero() || begun > 1e12 {
				a.Press = pressed
			}
		}
	}
}
