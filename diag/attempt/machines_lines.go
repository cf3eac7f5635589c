package attempt

import (
	"strconv"
	"strings"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
)

// loopLine reads a row of a loop of requests that prints, in any order, the
// status, one or more times in seconds, and which machine answered.
func (a *Attempt) loopLine(text, where string) {
	if len(text) > 160 || len(text) < 8 || digits(text) < 5 || len(a.Server) > 20_000 {
		return
	}
	status, name := 0, ""
	var times []float64
	for _, cell := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t,;|", r) }) {
		if _, v, ok := strings.Cut(cell, "="); ok {
			cell = v
		}
		switch seconds := loopSeconds.FindStringSubmatch(cell); {
		case bareStatus.MatchString(cell) && status == 0:
			status, _ = strconv.Atoi(cell)
		case seconds != nil:
			t, _ := strconv.ParseFloat(seconds[1], 64)
			times = append(times, t)
		case name == "" && (loopName.MatchString(cell) || addressText.MatchString(cell)):
			name = cell
		default:
			return // a sentence, and no row of figures
		}
	}
	if status == 0 || name == "" || len(times) == 0 || len(times) > 5 || curlTable.MatchString(text) {
		return
	}
	first, last := times[0], times[0]
	for _, t := range times[1:] {
		first, last = min(first, t), max(last, t)
	}
	c := &Call{Entry: &har.Entry{Connect: -1}, Kind: "api", Host: "probe", Backend: name, Status: status, Connect: -1, Wait: last * 1000, Total: last * 1000, Source: where}
	if len(times) > 1 {
		c.Connect, c.Wait, c.Entry.Connect = first*1000, (last-first)*1000, first*1000
	}
	a.Server = append(a.Server, c)
}

var (
	loopSeconds = lazy.MustCompile(`^(\d{1,3}\.\d{2,6})s?$`)
	loopName    = lazy.MustCompile(`^[A-Za-z][A-Za-z.]*(?:[-_.][A-Za-z0-9]+)*[-_.]?[A-Za-z]?\d[\w.-]{0,40}$|^(?:[a-z]+[-_])+[a-z0-9]{1,12}$`)
)

var (
	writerKey  = map[string]bool{"host": true, "hostname": true, "machine": true, "machinename": true, "server": true, "node": true, "pod": true, "instance": true, "computer": true}
	writerText = lazy.MustCompile(`\[([A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*[-_]?\d{1,4}[A-Za-z]?)\]`)
	threadName = lazy.MustCompile(`(?i)exec|thread|worker|pool|nio|task|http|async|scheduler|main|timer|exchange|queue`)
)

// writerOf names the machine that wrote a line of the service's log: lines of
// several machines that are gathered in one file say so.
func writerOf(e *logs.Entry) string {
	for k, v := range e.Fields {
		if writerKey[strings.ToLower(k)] && len(v) < 80 && !strings.ContainsAny(v, " /=") && hasDigit.MatchString(v) {
			return v
		}
	}
	for _, m := range writerText.FindAllStringSubmatch(head(e.Text, 200), 4) {
		if !threadName.MatchString(m[1]) {
			return m[1]
		}
	}
	return ""
}

// writerLine takes how the machine that wrote a line does: that it did its work, or
// that it says of itself to be in trouble. A recall turned down is work done; what
// is only a warning befalls sound machines as well.
func (a *Attempt) writerLine(e *logs.Entry, where string, mine bool) {
	grave := e.Level == logs.LevelError || e.Level == logs.LevelFatal
	if !grave && e.Level != logs.LevelInfo && e.Level != logs.LevelDebug {
		return
	}
	name := writerOf(e)
	if name == "" {
		return
	}
	bad := false
	if grave {
		for _, s := range a.Profile.SignalsIn(head(e.Text, 2048)) {
			bad = bad || s.Means == "overload" || s.Means == "timeout" || s.Means == "server_error"
		}
		bad = bad || ailing.MatchString(e.Text)
		if other := machineOf(e); !bad || other != "" && other != name || healthWord.MatchString(e.Text) || stateChange.MatchString(e.Text) {
			return // a balancer blames a machine, and not itself
		}
	}
	a.tellMachine(Machine{Group: "writers", Name: name, Asked: 1, Bad: b2i(bad), Wait: -1, Source: where, Recall: mine && bad})
}

// ailing is how a machine says that it cannot keep up.
var ailing = lazy.MustCompile(`(?i)\b(?:heap (?:near|at|over)|out of memory|long gc|gc (?:overhead|pause)|stalled|hung|deadlock\w*|disk full|no space left|i/o wait|exhausted|backlog|timed? ?out|timeout|unresponsive|crash\w*|connection (?:refused|reset|pool))\b|内存(?:不足|溢出)|磁盘(?:已)?满|卡死|积压|超时|耗尽|无响应`)

// answeredVia is how clients and testers note which machine answered a request:
// "retry #2 via web-3 -> 504 in 10031ms".
var answeredVia = lazy.MustCompile(`(?i)\b(?:via|from|by|on|through|at|to|经由?|来自)[ :=]\s*["'\[]?([A-Za-z][A-Za-z.]*(?:[-_.][A-Za-z0-9]+)*[-_.]?[A-Za-z]?\d[\w.-]{0,40}|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?)["'\]]?\s{0,2}(?:->|=>|→|:|returned|answered|gave|返回|,)\s{0,2}(?:status |http |code )?([1-5]\d\d)\b(?:.{0,12}?(\d+(?:\.\d+)?)\s?(ms|s)\b)?`)

// viaLine keeps what a client's log tells of the machine that answered a request whose address it leaves out.
func (a *Attempt) viaLine(e *logs.Entry, where string) {
	if len(a.Server) > 20_000 {
		return
	}
	text := head(e.Text, 1024)
	m := answeredVia.FindStringSubmatch(text)
	if m == nil || requestLine.MatchString(text) {
		return
	}
	status, _ := strconv.Atoi(m[2])
	c := newServerCall(e, "GET", "/", status)
	c.Host, c.Backend, c.Source = "client log", m[1], where
	if v, err := strconv.ParseFloat(m[3], 64); err == nil {
		c.Wait = inMillis(v, m[4])
		c.Total = c.Wait
	}
	a.Server = append(a.Server, c)
}
