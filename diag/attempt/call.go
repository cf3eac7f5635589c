package attempt

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/netlog"
	"meiqia-diag/diag/lazy"
)

// Call is one HTTP request to the service, of whatever kind.
type Call struct {
	Entry    *har.Entry
	Kind     string // api document script static socket
	Host     string // lower case, with port
	Backend  string // the address or name of the machine behind it, "" when unknown
	Status   int
	Failure  Failure
	Sent     float64 // ms from start until the request was on its way: queueing, DNS, connect
	Connect  float64 // ms, TCP and TLS, -1 when none was made or known
	Wait     float64 // ms to first byte, -1 unknown
	Total    float64 // ms, -1 unknown
	Start    clock.Stamp
	Source   string
	Manner   har.Manner
	ToLogin  bool // it was sent on to, or answered with, a page to log in
	ToPortal bool // it was answered by a page of some network in between
	// Picked says that it was read for what it says, in a log too dense to be
	// read as a whole, so that it must not be counted.
	Picked bool
	// Preflight says that the request itself was never sent: the question that a
	// browser asks beforehand of another origin (CORS) got no answer.
	Preflight bool
	// Bodiless says that a NetLog alone has it: what the bodies said is not known.
	Bodiless bool

	// Wire is the same request as a NetLog has it, nil where none does.
	Wire *netlog.Request
	// Inside names the NetLog of that browser and moment in which there is no trace
	// of the request: it was ended inside the browser, before any network.
	Inside string
}

var (
	staticPath = lazy.MustCompile(`(?i)\.(?:png|jpe?g|gif|svg|ico|webp|avif|css|woff2?|ttf|mp[34]|webm|map)(?:$|\?)`)
	scriptPath = lazy.MustCompile(`(?i)\.m?js(?:$|\?)`)
	loginWords = lazy.MustCompile(`(?i)(?:/|\b)(?:log-?in|sign-?in|sso|passport|cas|oauth|auth/login|account/login)(?:[/?.&]|$)`)
	loginPage  = lazy.MustCompile(`(?i)type=["']?password|<title>[^<]*(?:登录|登陆|log ?in|sign ?in)|id=["']?login`)
	portalPage = newHinted("captive", "portal", "wi-?fi", "上网认证", "网络认证", "认证页面", "access denied by", "防火墙", "firewall", "fortinet", "fortigate", "squid", "网关", "深信服", "sangfor", "上网行为", "fortiguard", "web ?page blocked", "access (?:has been )?blocked", "访问被(?:拒绝|阻断|拦截)", "禁止访问", "已被拦截", "blocked by")
)

// callsAtOnce is for how many calls room is made at a time.
const callsAtOnce = 32

func (a *Attempt) calls(h *hosts) {
	var room []Call
	for _, f := range a.Evidence.HARs {
		for _, e := range f.Entries {
			if !h.service(e.URL) {
				continue
			}
			if len(room) == 0 {
				room = make([]Call, callsAtOnce)
			}
			a.describe(&room[0], e, f.File.Name, f.Meta.Manner)
			a.Calls = append(a.Calls, &room[0])
			room = room[1:]
		}
	}
	slices.SortStableFunc(a.Calls, func(x, y *Call) int { return x.Start.T.Compare(y.Start.T) })
}

var pageStart = lazy.MustCompile(`(?i)^\s*<(?:!doctype|html|head|meta|script|title|body)\b`)

// pageOf gives what tells a login or a portal by: the head of a whole page. A
// fragment that a script asked for is neither, however much of it there is.
func pageOf(e *har.Entry) string {
	if len(e.RespBody) > 2<<10 && !pageStart.MatchString(head(e.RespBody, 64)) {
		return ""
	}
	return head(e.RespBody, 4<<10)
}

func newCall(e *har.Entry, file string, manner har.Manner) *Call {
	c := new(Call)
	c.describe(e, file, manner)
	return c
}

func (c *Call) describe(e *har.Entry, file string, manner har.Manner) {
	*c = Call{Entry: e, Status: e.Status, Failure: failureOf(e), Connect: e.Connect, Wait: e.Wait, Total: e.Time, Manner: manner,
		Source: file + " entry " + strconv.Itoa(e.Index+1)}
	if name, _, ok := plainAddress(e.URL); ok {
		c.Host = strings.ToLower(name)
	} else if u := parse(e.URL); u != nil {
		c.Host = strings.ToLower(u.Host)
	}
	c.Backend = backend(e)
	c.Kind = callKind(e)
	c.Sent = sentAfter(e)
	if !e.Started.IsZero() {
		c.Start = clock.Stamp{T: e.Started, Clock: clock.Browser, Err: time.Millisecond, ZoneAssumed: e.ZoneAssumed, Source: c.Source}
	}
	page := ""
	if c.Kind == "api" && isHTML(e) {
		page = pageOf(e)
	}
	loc := ""
	if e.Status >= 300 && e.Status < 400 {
		loc = e.RespHeaders.Get("location") + e.RedirectURL()
	}
	c.ToLogin = loc != "" && loginWords.MatchString(loc) || page != "" && loginPage.MatchString(page)
	c.ToPortal = !c.ToLogin && (portalPage.in(page) || e.Status == 407 || e.Status == 511 || portalPage.in(loc))
}

var (
	figureHeader = lazy.MustCompile(`time|status|latency|duration|count|attempt|retr|cache|version|build|healthchecked|limit|weight`) // what a proxy measured of a machine is not its name
	bareNumber   = lazy.MustCompile(`^\d{1,6}(?:\.\d+)?$`)
)

// backend names the machine that answered: the address of a HAR's connection,
// or what a balancer wrote into a header.
func backend(e *har.Entry) string {
	for _, h := range e.RespHeaders {
		if evidence.MachineHeader.MatchString(h.Name) && !figureHeader.MatchString(h.Name) && !notMachine.MatchString(h.Value) && !bareNumber.MatchString(h.Value) {
			return h.Value
		}
	}
	return e.ServerIP()
}

func callKind(e *har.Entry) string {
	switch e.ResourceType() {
	case "websocket":
		return "socket"
	case "document":
		return "document"
	case "script":
		return "script"
	case "stylesheet", "image", "font", "media", "manifest", "texttrack":
		return "static"
	case "xhr", "fetch", "eventsource", "preflight", "ping":
		return "api"
	}
	_, path, ok := address(e.URL)
	if !ok {
		path = e.URL
	}
	switch {
	case strings.HasPrefix(e.URL, "ws"), e.Status == 101:
		return "socket"
	case scriptPath.MatchString(path), strings.Contains(e.RespMIME(), "javascript"):
		return "script"
	case staticPath.MatchString(path), strings.HasPrefix(e.RespMIME(), "image/"), strings.HasPrefix(e.RespMIME(), "font/"), strings.Contains(e.RespMIME(), "css"):
		return "static"
	case e.Method == "GET" && isHTML(e):
		return "document"
	}
	return "api"
}

func isHTML(e *har.Entry) bool {
	if strings.HasPrefix(e.RespMIME(), "text/html") {
		return true
	}
	start := strings.TrimSpace(head(e.RespBody, 40))
	if !strings.HasPrefix(start, "<") {
		return false
	}
	start = strings.ToLower(start)
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

func head(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// sentAfter gives the milliseconds from an entry's start until it was on its way.
func sentAfter(e *har.Entry) float64 {
	return max(e.Blocked, 0) + max(e.DNS, 0) + max(e.Connect, 0)
}

// Arrival gives when the request was on its way and when its first byte of
// answer was back, both on the browser's clock: the service worked in between.
func (c *Call) Arrival() (from, to time.Time) {
	ms := func(v float64) time.Duration { return time.Duration(v * float64(time.Millisecond)) }
	from = c.Start.T.Add(ms(c.Sent))
	switch {
	case c.Wait >= 0:
		to = from.Add(ms(max(c.Entry.Send, 0) + c.Wait))
	case c.Total >= 0:
		to = c.Start.T.Add(ms(c.Total))
	default:
		to = from
	}
	return from, to
}
