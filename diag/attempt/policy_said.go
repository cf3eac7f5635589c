package attempt

import (
	"strings"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// Stop is something that, by a console, the browser's own rules kept a page of
// the service from doing: a Content Security Policy, the rule on mixed content,
// or what a script may touch.
type Stop struct {
	What   string // script (loading one), socket, request, halt (a script ended on the exception that it threw)
	URL    string // of what was to be loaded or reached, "" for halt
	Source string
	At     clock.Stamp
}

// stopWordings are how consoles word what a policy kept from being loaded or
// reached, its address in the first group: Chromium's of old and of late,
// Firefox's (csp.properties and security.properties, also in Chinese), Safari's.
var stopWordings = []*lazy.Regexp{
	lazy.MustCompile(`(?i)Refused to (?:connect|load|send|create|prefetch)\b[^\n'"]{0,40}['"]((?:https?|wss?)://[^\s'"]+)['"] because it (?:violates|does not appear in)`),
	lazy.MustCompile(`(?i)(?:Connecting to|Loading the \S+|Sending [^\n'"]{1,24}|Creating a worker from) ['"]((?:https?|wss?)://[^\s'"]+)['"] violates the following Content Security Policy`),
	lazy.MustCompile(`(?i)Fetch API cannot load ((?:https?)://\S+)\. Refused to connect because it violates`),
	lazy.MustCompile(`(?i)The page.s settings blocked [^\n]{0,80}? at ((?:https?|wss?)://[^\s'"“”]+)`),
	lazy.MustCompile(`页面(?:的)?设置(?:已)?阻止[^\n]{0,24}?位于 ?((?:https?|wss?)://[^\s'"“”，。]+)`),
	lazy.MustCompile(`(?i)Mixed Content: [^\n]{0,200}? (?:requested an insecure|attempted to connect to the insecure) [^\n]{0,40}?['"]((?:http|ws)://[^\s'"]+)['"]\. This (?:request|endpoint)[^\n]{0,8} (?:has been|was) blocked`),
	lazy.MustCompile(`(?i)Blocked loading mixed active content [“"]((?:http|ws)://[^\s”"]+)`),
	lazy.MustCompile(`已(?:阻止|拦截)(?:加载|载入)混合(?:活动|主动)内容[“"]((?:http|ws)://[^\s”"]+)`),
	lazy.MustCompile(`(?i)Refused to (?:connect to|load) ((?:https?|wss?)://[^\s'"]+) because it (?:does not appear in|violates)`),
	lazy.MustCompile(`(?i)\[blocked\] The page at \S+ was not allowed to (?:run|display) insecure content from ((?:http|ws)://\S+?)\.?(?:\s|$)`),
	lazy.MustCompile(`(?i)requested insecure content from ((?:http|ws)://\S+?)\.? This content was blocked`),
}

var (
	// reportOnly marks a policy that is only tried out: nothing was stopped.
	reportOnly = lazy.MustCompile(`(?i)report[- ]only|would (?:block|violate)|将(?:会)?阻止`)
	// scriptDirective names in a wording that the thing was a script to be run.
	scriptDirective = lazy.MustCompile(`(?i)\b(?:script|worker)-src|Loading the script|load the script|insecure script|a script \(|的脚本`)
	// securityHalt is an exception that the browser's rules threw, and that no code caught: what
	// stood behind it in that script never ran. A promise that fails ends no script.
	securityHalt = lazy.MustCompile(`(?i)Uncaught (?:DOMException: |Error: )?(?:SecurityError\b|[^\n]{0,120}?(?:The operation is insecure|Access is denied for this document|insecure WebSocket connection may not be initiated))|Unhandled [^\n]{0,24}SecurityError|^(?:\[Error\] )?SecurityError: `)
	inPromise    = lazy.MustCompile(`(?i)in promise|Unhandled Promise`)
)

// stopIn reads what a line of a console says that the browser's rules stopped.
func stopIn(text string) (Stop, bool) {
	if reportOnly.MatchString(text) {
		return Stop{}, false
	}
	for _, re := range stopWordings {
		m := re.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		s := Stop{What: "request", URL: strings.TrimRight(m[1], ".,;，。")}
		switch {
		case strings.HasPrefix(s.URL, "ws"):
			s.What = "socket"
		case scriptDirective.MatchString(text), scriptPath.MatchString(s.URL):
			s.What = "script"
		}
		return s, true
	}
	if securityHalt.MatchString(text) && !inPromise.MatchString(text) {
		return Stop{What: "halt"}, true
	}
	return Stop{}, false
}

// policySaid collects what consoles say that the browser's rules stopped, and makes
// of the recall among it the recall itself, where nothing that answered shows one.
func (a *Attempt) policySaid(h *hosts) {
	for _, s := range a.Signals {
		if s.Means != "settings" || s.Said || s.Kind == evidence.ServerLog {
			continue
		}
		stop, ok := stopIn(s.Text)
		if !ok || stop.URL != "" && stranger(stop.URL) {
			continue
		}
		stop.Source, stop.At = s.Source, s.At
		if stop.What == "request" {
			if (s.Strong || s.At.IsZero()) && !a.aboutOther(s.Text) && a.addressesRecall(stop.URL, h) {
				a.recallStopped(stop)
			}
			continue
		}
		if stop.URL != "" && !h.service(stop.URL) || len(a.Stops) >= 16 {
			continue // somebody else's
		}
		a.Stops = append(a.Stops, stop)
	}
}

// addressesRecall reports whether an address is one at which recalls are asked
// for: a console names no method.
func (a *Attempt) addressesRecall(raw string, h *hosts) bool {
	if settingsPath.MatchString(pathIn(raw)) {
		return false
	}
	if a.Profile.RecallVerb(profile.Words(pathIn(raw))) != "" {
		return true
	}
	u := parse(raw)
	if u == nil || !h.service(raw) {
		return false
	}
	for _, sample := range a.Profile.RecallRequests {
		method, address, _ := strings.Cut(sample, " ")
		su := parse(address)
		if su == nil || len(su.Path) < 2 {
			continue
		}
		// The rules are about schemes and hosts; what is asked for there is told by the path.
		v := *u
		v.Host = su.Host
		if a.matchesSample(method, &v) {
			return true
		}
	}
	return false
}

// recallStopped takes the browser's word that it kept the recall from being made.
// What a log tells beside it and no answer proves is what the page then showed.
func (a *Attempt) recallStopped(stop Stop) {
	if r := a.Request; r != nil {
		if r.Via != "log" {
			if c := r.Call; c != nil && c.Failure == FailUnspecified && r.Entry != nil && samePath(r.Entry.URL, stop.URL) {
				c.Failure, r.Result = FailPolicy, NotSent // the recording gives no reason, and the console does
			}
			return
		}
		if r.Result == Accepted || r.Answer.Status > 0 || hasStrong(r.Answer.Reasons) || !r.Arrived.IsZero() || r.Call != nil && r.Call.Failure == FailPolicy {
			return
		}
	}
	e := (&har.Entry{Method: "POST", URL: stop.URL, Time: -1, Wait: -1, Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Receive: -1}).With(har.Common{ResourceType: "fetch"})
	c := newCall(e, stop.Source, "")
	c.Failure, c.Source, c.Start = FailPolicy, stop.Source, stop.At
	next := &Request{Via: "log", Entry: e, Call: c, Start: stop.At, Score: recallAtMost, Result: NotSent, Source: stop.Source, IDs: a.requestIDs(stop.URL, "")}
	if r := a.Request; r != nil {
		*r = *next
		return
	}
	a.Request = next
	a.Requests = append(a.Requests, next)
}
