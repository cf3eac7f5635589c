package attempt

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
)

// A balancer, a gateway and whoever watches the machines behind a service write
// down how each of them does: request by request, check by check, or summed up
// in a table. Here it is read off whatever wrote it, one machine at a time.

// Machine is what one line or row tells of one machine behind the service.
type Machine struct {
	Group  string // who tells, so that like is compared with like
	Name   string
	Asked  int     // requests or checks, 0 when only the wait is told
	Bad    int     // of them failed
	Wait   float64 // ms, typical of its answers, -1 unknown
	Recall bool    // it was asked for this recall
	Source string
}

const maxMachines = 20_000

func (a *Attempt) tellMachine(m Machine) {
	if m.Name == "" || len(a.Machines) >= maxMachines {
		return
	}
	a.Machines = append(a.Machines, m)
}

var (
	// machineKey names a machine wherever it stands as a key.
	machineKey = lazy.MustCompile(`(?i)^(?:(?:up|upstream|backend|target|origin|server|svr|worker|real_?server|x-upstream|x-backend|x-node|x-served-by|served_?by)(?:[_.-]?(?:addr(?:ess)?|host(?:name)?|name|node|server|instance|cluster_member|ip))?|us|uaddr|rs|node(?:_?name)?|peer|pod(?:_?name)?|instance(?:_?id)?|replica|shard|endpoint|kubernetes\.pod_name|k8s\.pod\.name)$`)
	// callerKey is whoever asks, or the entrance: its address is no machine behind the service.
	callerKey   = lazy.MustCompile(`(?i)client|remote|peer_?addr|caller|source|src|forward|xff|real_?ip|user|listen|local|downstream|cip|c-ip|visitor|dns|resolver|gateway_?ip|^ip$|^host$|^addr$`)
	addressText = lazy.MustCompile(`^\[?[0-9a-fA-F.:]{3,45}\]?:\d{1,5}$|^\d{1,3}(?:\.\d{1,3}){3}$`)
	machineText = lazy.MustCompile(`(?i)\b(?:us|up|uaddr|upstream(?:_?addr)?|backend|node|pod|instance|replica|served-by|x-served-by|x-upstream|x-backend|x-node)["']?\s*[=:]\s*"?([\w.:-]+)|"(\d{1,3}(?:\.\d{1,3}){3}:\d+)"?\s*$`)
	bareStatus  = lazy.MustCompile(`^[1-5]\d\d$`)                                                                        // "us" stands for the upstream's status as well
	notMachine  = lazy.MustCompile(`(?i)^(?:-|null|none|true|false|ok|unknown|<nosrv>|timed|timeout|error|[\d.]+m?s)?$`) // what else stands behind such a key
)

// machineOf names the machine that a log entry says answered, "" for none. A
// request that was tried on several in turn names them all.
func machineOf(e *logs.Entry) string {
	best := ""
	for k, v := range e.Fields {
		named := machineKey.MatchString(k) && !notMachine.MatchString(v) && !bareStatus.MatchString(v)
		addressed := !named && !callerKey.MatchString(k) && strings.Contains(v, ":") && addressText.MatchString(v)
		if (named || addressed) && len(v) < 120 && (best == "" || named && v < best) {
			best = v
		}
	}
	if best != "" {
		return best
	}
	for _, m := range machineText.FindAllStringSubmatch(e.Text, 4) {
		if name := m[1] + m[2]; !bareStatus.MatchString(name) && !notMachine.MatchString(name) {
			return name
		}
	}
	return ""
}

// severalTimes splits what nginx writes of a request that it tried on one
// machine after the other: addresses, statuses and times each separated by a
// comma, and by a colon where a group of servers was left for another.
func severalTimes(v string) []string {
	if !strings.Contains(v, ", ") && !strings.Contains(v, " : ") {
		return []string{v}
	}
	return strings.Split(strings.ReplaceAll(v, " : ", ", "), ", ")
}

// haproxyLine is HAProxy's HTTP log: frontend, backend/server, the five times
// (the last in all), the status. (HAProxy configuration manual, section 8.2.3.)
var haproxyLine = lazy.MustCompile(`\S+ ([\w.-]+)/([\w.:<>-]+) -?\d+/-?\d+/-?\d+/(-?\d+)/\+?(-?\d+) (-1|\d{3}) .*"([A-Z]+) (\S+)[^"]*"`)

// envoyLine is Envoy's and Istio's access log: request, status, flags, then bytes
// received and sent and the duration in ms. Others quote the request alike.
var (
	envoyLine  = lazy.MustCompile(`"([A-Z]{3,7}) (\S+) HTTP/[\d.]+" (\d{3})\s(.*)`)
	envoyTimes = lazy.MustCompile(`^\S+ (?:[^"\d][^"]*"[^"]*" )?\d+ \d+ (\d+) (?:\d+|-) `)
)

// failedUpstream is nginx's error log of a machine that did not answer.
var failedUpstream = lazy.MustCompile(`(?i)(?:upstream|connect\(\)|recv\(\)|send\(\)|writev\(\)).{0,80}(?:timed out|failed|refused|reset|prematurely closed|unreachable|invalid header).*\bupstream: "(?:\w+://)?([^"/]+)`)

// requestsOf reads the service's own log of a request, as the machine that
// answered it; several where it was tried more than once.
func requestsOf(e *logs.Entry) []*Call {
	status, err := strconv.Atoi(e.Fields["status"])
	if m := envoyLine.FindStringSubmatch(head(e.Text, 4096)); m != nil && (err != nil || e.Fields["method"] == "" || envoyTimes.MatchString(m[4])) {
		status, _ = strconv.Atoi(m[3])
		c := newServerCall(e, m[1], m[2], status)
		c.Backend = machineOf(e)
		if t := envoyTimes.FindStringSubmatch(m[4]); t != nil {
			c.Wait, _ = strconv.ParseFloat(t[1], 64)
			c.Total = c.Wait
		}
		return []*Call{c}
	}
	if err != nil || e.Fields["method"] == "" {
		if strings.Count(e.Text, "/") < 6 {
			return nil
		}
		m := haproxyLine.FindStringSubmatch(head(e.Text, 4096))
		if m == nil {
			return nil
		}
		status, _ = strconv.Atoi(m[5])
		c := newServerCall(e, m[6], m[7], max(status, 503*b2i(status < 0)))
		if m[2] != "<NOSRV>" {
			c.Backend = m[2]
		}
		if total, err := strconv.ParseFloat(m[4], 64); err == nil {
			c.Wait, c.Total = total, total
		}
		return []*Call{c}
	}
	if status < 100 || status > 599 {
		return nil
	}
	c := newServerCall(e, e.Fields["method"], firstText(e.Fields["path"], e.Fields["url"]), status)
	if d, err := strconv.ParseFloat(e.Fields["duration_ms"], 64); err == nil && d >= 0 {
		c.Wait, c.Total = d, d
	}
	names := severalTimes(machineOf(e))
	if c.Backend = names[len(names)-1]; len(names) == 1 {
		return []*Call{c}
	}
	var out []*Call
	for _, name := range names[:len(names)-1] { // nginx goes to the next machine only when one fails
		out = append(out, &Call{Entry: c.Entry, Kind: c.Kind, Host: c.Host, Status: 502, Backend: name, Wait: -1, Total: -1, Connect: -1, Start: c.Start})
	}
	return append(out, c)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func newServerCall(e *logs.Entry, method, path string, status int) *Call {
	return &Call{Entry: &har.Entry{Method: method, URL: path, Connect: -1}, Kind: "api", Host: "log", Status: status, Wait: -1, Total: -1, Connect: -1, Start: e.At}
}

// serverLine keeps what the service's own log tells of any request: how the
// machines behind it do is everybody's concern.
func (a *Attempt) serverLine(e *logs.Entry, where string) {
	if len(a.Server) > 20_000 {
		return
	}
	for _, c := range requestsOf(e) {
		if path := c.Entry.URL; strangerPath.MatchString(path) || staticPath.MatchString(path) {
			return
		}
		c.Source = where
		a.Server = append(a.Server, c)
	}
}

// upstreamLine keeps which machine a gateway's error log blames.
func (a *Attempt) upstreamLine(e *logs.Entry, where string) {
	if e.Fields["status"] != "" || !strings.Contains(e.Text, `upstream: "`) {
		return
	}
	if m := failedUpstream.FindStringSubmatch(head(e.Text, 4096)); m != nil {
		a.tellMachine(Machine{Group: "errors", Name: m[1], Asked: 1, Bad: 1, Wait: -1, Source: where})
	}
}

// clientLine keeps what a client's log tells of its requests where it names the
// machine that answered each.
func (a *Attempt) clientLine(e *logs.Entry, where string) {
	text := head(e.Text, 2048)
	m := machineText.FindStringSubmatch(text)
	if m == nil || len(a.Server) > 20_000 || bareStatus.MatchString(m[1]+m[2]) || notMachine.MatchString(m[1]+m[2]) {
		return
	}
	r := requestLine.FindStringSubmatch(text)
	if r == nil || staticPath.MatchString(r[2]) || strings.HasPrefix(r[2], "http") && stranger(r[2]) {
		return
	}
	st := lineStatus.FindStringSubmatch(r[3])
	if st == nil {
		return
	}
	status, _ := strconv.Atoi(st[1])
	c := newServerCall(e, r[1], r[2], status)
	c.Host, c.Backend, c.Source = "client log", m[1]+m[2], where
	if d := lineDuration.FindStringSubmatch(r[3]); d != nil {
		c.Wait, _ = strconv.ParseFloat(d[1]+d[2], 64)
		c.Total = c.Wait
	}
	a.Server = append(a.Server, c)
}

var (
	healthWord = lazy.MustCompile(`(?i)health[ _-]?(?:check|probe|status|state)?\b|\b(?:readiness|liveness|active|passive|tcp|http|heart ?beat) ?(?:check|probe)s?\b|\bprobe\b|\bcheck(?:er)?[_ ]?(?:result|status)\b|健康检查|健康探测|探活|存活检测`)
	healthGood = lazy.MustCompile(`(?i)\b(?:ok|pass(?:ed|ing)?|success(?:ful|eeded)?|succeeded|healthy|up|alive|ready|online|serving|L[467]OK)\b|正常|健康(?:$|[^检探])|通过|成功`)
	healthBad  = lazy.MustCompile(`(?i)\b(?:fail(?:ed|ing|ure|s)?|unhealthy|not (?:ok|ready|healthy|serving)|down|dead|timed? ?out|timeout|refused|reset|error|critical|offline|drain(?:ed|ing)?|ejected|L[467](?:TOUT|CON|RSP|STS|ERR))\b|失败|超时|异常|不健康|不可用|拒绝`)
	// stateChange is how balancers say that they take a machine out or back: HAProxy, Envoy, nginx, IPVS, Consul.
	stateChange = lazy.MustCompile(`(?i)\b(?:server|backend|upstream|node|pod|instance|peer|target|endpoint|member|host|real ?server)\s+["']?([\w.-]+/)?([\w.-]*\d[\w.:-]*)["']?\s+(?:is|was|has been|became|marked|changed|went|now)\s+(?:\w+ ){0,2}?(down|unhealthy|failed|dead|not ready|ejected|disabled|up|healthy|ready|restored|enabled)\b`)
	serversLeft = lazy.MustCompile(`(?i)(\d+) active(?: and \d+ backup)? servers? (?:left|online)`)
	machineName = lazy.MustCompile(`\b(\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?)\b|\b((?:pod|node|backend|upstream|server|srv|web|app|im|api|gw|worker|replica|instance|host)[-_.]?[\w-]*\d[\w-]*)\b`)
)

// healthWords spare most lines of a log the look at what follows.
var healthWords = sync.OnceValue(func() *hints {
	return newHints("health", "probe", "check", "\u5065\u5eb7", "\u63a2\u6d3b", "\u5b58\u6d3b", " is ", " was ", "marked", "became", "changed", "went", "now ")
})

// healthLine reads the result of a check of one machine, or its being taken out or back.
func (a *Attempt) healthLine(e *logs.Entry, where string) {
	text := head(e.Text, 1024)
	if !healthWords().in(text) {
		return
	}
	if m := stateChange.FindStringSubmatch(text); m != nil {
		bad := healthBad.MatchString(m[3]) || strings.EqualFold(m[3], "disabled")
		left := serversLeft.FindStringSubmatch(text)
		a.tellMachine(Machine{Group: "states", Name: m[2], Asked: 2, Bad: 2 * b2i(bad), Wait: -1, Source: where})
		if n := 0; left != nil {
			if n, _ = strconv.Atoi(left[1]); n > 0 {
				a.tellMachine(Machine{Group: "states", Name: "others", Asked: min(2*n, 20), Wait: -1, Source: where})
			}
		}
		return
	}
	if !healthWord.MatchString(text) || e.Fields["path"] != "" || requestLine.MatchString(text) {
		return
	}
	name := machineOf(e)
	if name == "" {
		if m := machineName.FindStringSubmatch(text[healthWord.FindStringIndex(text)[0]:]); m != nil {
			name = m[1] + m[2]
		}
	}
	if name == "" {
		return
	}
	said := strings.ReplaceAll(text, name, " ")
	for _, k := range []string{"result", "status", "state", "outcome", "health", "healthy", "ok"} {
		if v := e.Fields[k]; v != "" {
			said = v // the word for it beats what else the line says
			break
		}
	}
	good, bad := healthGood.MatchString(said) || said == "true" || strings.HasPrefix(said, "2") && bareStatus.MatchString(said), healthBad.MatchString(said) || said == "false" || said >= "4" && bareStatus.MatchString(said)
	if good == bad {
		return
	}
	a.tellMachine(Machine{Group: "checks", Name: name, Asked: 1, Bad: b2i(bad), Wait: -1, Source: where})
}

// curlLine reads a row of the usual loop over addresses: address, status, seconds to connect, seconds in all.
func (a *Attempt) curlLine(text, where string) {
	m := curlTable.FindStringSubmatch(text)
	if m == nil || len(a.Server) > 20_000 {
		return
	}
	status, _ := strconv.Atoi(m[2])
	connect, _ := strconv.ParseFloat(m[3], 64)
	total, _ := strconv.ParseFloat(m[4], 64)
	a.Server = append(a.Server, &Call{Entry: &har.Entry{Connect: connect * 1000, SSL: 0}, Kind: "api", Host: "probe", Backend: m[1], Status: status, Connect: connect * 1000, Wait: (total - connect) * 1000, Total: total * 1000, Source: where})
}

var curlTable = lazy.MustCompile(`^\s*(\d{1,3}(?:\.\d{1,3}){3})\s+(\d{3})\s+(\d+\.\d+)\s+(\d+\.\d+)\s*$`)

// alikeNames reports whether names are those of machines that do the same work: one stem, a number or a letter apart.
func alikeNames(names []string) bool {
	stem := func(s string) string { return strings.ToLower(strings.Trim(nameTail.ReplaceAllString(s, ""), "-_. ")) }
	for _, n := range names {
		if stem(n) != stem(names[0]) {
			return false
		}
	}
	return len(names) > 1 && len(slices.Compact(slices.Sorted(slices.Values(names)))) == len(names)
}

var nameTail = lazy.MustCompile(`[-_. ]?(?:\d+|[a-zA-Z])$`)
