package pathtext

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/lang"
)

// parser goes through a text once, line by line.
type parser struct {
	file     string
	res      Result
	problems []*lang.Problem
	samples  int  // RTTs and lost indexes kept so far
	full     bool // a bound was reached, and said so

	held    line // may be the first half of a wrapped line
	holding bool

	ping    *run
	trace   *tracing
	fping   map[string]*run // fping probes many hosts at once
	order   []string        // of fping's hosts
	orphans []line          // "timed out" lines with nothing above that they belong to
	target  string          // what the last command shown was for …
	tool    string          // … and its name
	size    int             // of the probes it asked for
	above   [2]line         // the lines before, whose stamp a run without its own takes
	start   time.Time       // mtr's "Start:"
}

// feed takes one record. One that looks cut in two waits for its rest.
func (p *parser) feed(s string, n int) {
	x := newLine(s, n)
	if p.holding {
		p.holding = false
		if h := p.held; !opens(x) && n == h.n+1 {
			x = newLine(h.s+strings.TrimLeft(s, " "), h.n)
		} else {
			p.line(h)
		}
	}
	if len(x.s) < 1000 && (unfinished(x) || p.trace != nil && p.trace.unfinished(x)) {
		p.held, p.holding = x, true
		return
	}
	p.line(x)
}

func (p *parser) flush() {
	if p.holding {
		p.holding = false
		p.line(p.held)
	}
}

func (p *parser) line(x line) {
	if strings.TrimLeft(x.l, " ") == "" {
		return
	}
	if c, ok := command(x); ok {
		p.closeAll()
		p.tool, p.target, p.size = c.tool, c.host, c.size
		return
	}
	_ = p.traceLine(x) || p.fpingLine(x) || p.tcpLine(x) || p.pingLine(x)
	p.above[0], p.above[1] = p.above[1], x
}

// closeAll ends whatever run is open.
func (p *parser) closeAll() {
	p.closePing()
	p.closeTrace()
	for _, h := range p.order {
		p.add(p.fping[h])
	}
	p.fping, p.order = nil, nil
	p.flushOrphans()
}

// flushOrphans keeps timeouts that no run claimed: a paste without its head
// and end. One alone may be any program's.
func (p *parser) flushOrphans() {
	if n := len(p.orphans); n >= 2 {
		r := &run{Ping: Ping{Line: p.orphans[0].n, Tool: WindowsPing}}
		for range n {
			r.miss(p, Timeout)
		}
		p.add(r)
	}
	p.orphans = nil
}

// adopt gives the number of timeouts shown at most gap lines above line n;
// they are the run's first probes.
func (p *parser) adopt(n, gap int) int {
	k := len(p.orphans)
	if k == 0 || p.orphans[k-1].n < n-gap {
		return 0
	}
	p.orphans = nil
	return k
}

func (p *parser) closePing() {
	if p.ping != nil {
		p.add(p.ping)
		p.ping = nil
	}
}

// add finishes a run and keeps it, unless it holds nothing.
func (p *parser) add(r *run) {
	if !r.finish(p) {
		return
	}
	if len(p.res.Pings) >= maxRuns {
		p.bound(r.Line)
		return
	}
	p.res.Pings = append(p.res.Pings, r.Ping)
}

// open begins a run, ending the one before.
func (p *parser) open(g Ping) *run {
	p.closePing()
	p.closeTrace()
	p.flushOrphans()
	r := &run{Ping: g}
	for _, x := range p.above { // "date" before "ping", as scripts do
		if x.n > 0 && g.Line-x.n <= 2 {
			if t, zoned := stamp(x.s); !t.IsZero() {
				r.Start, r.StartZoned = t, zoned
			}
		}
	}
	p.above = [2]line{}
	p.ping = r
	return r
}

// room takes n samples from what the whole text may keep.
func (p *parser) room(n, at int) bool {
	if p.samples+n > maxSamples {
		p.bound(at)
		return false
	}
	p.samples += n
	return true
}

func (p *parser) bound(at int) {
	if !p.full {
		p.full = true
		p.problem(at, lang.T("运行次数或样本太多，其余只计数，不再逐个保存", "too many runs or samples: the rest is counted, not kept one by one"))
	}
}

func (p *parser) problem(at int, what lang.Text) {
	if len(p.problems) < 1000 {
		p.problems = append(p.problems, &lang.Problem{File: p.file, Line: at, Byte: -1, What: what})
	}
}

// tools that a command line may start.
var tools = []string{"ping", "ping6", "tracert", "traceroute", "traceroute6", "tcptraceroute", "mtr", "pathping", "fping", "tcping", "psping", "psping64"}

type invocation struct {
	tool, host string
	size       int // of the probes, where a ping asks for one
}

// command recognises a prompt: `C:\Users\张三>ping app.meiqia.com -n 50`,
// `$ mtr -r app.meiqia.com`, or a bare Windows prompt, which ends a run too.
func command(x line) (c invocation, ok bool) {
	l := x.l
	if len(l) > 1000 {
		l = l[:1000]
	}
	at := -1
	for _, t := range tools { // copied without its prompt: only with an option is it no sentence
		if strings.HasPrefix(l, t+" -") {
			c.tool, at = t, 0
		}
	}
	for i := 0; at < 0 && i < len(l) && i < 300; i++ {
		switch l[i] {
		case '>', '$', '#', '%':
		default:
			// zsh themes
			if !strings.HasPrefix(l[i:], "❯") && !strings.HasPrefix(l[i:], "➜") {
				continue
			}
		}
		rest := strings.TrimLeft(l[i:], ">$#%❯➜~ ")
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "sudo "), ".\\")
		word, _, _ := strings.Cut(rest, " ")
		word = strings.TrimSuffix(word, ".exe")
		for _, t := range tools {
			if word == t {
				c.tool, at = t, len(l)-len(rest)
			}
		}
		if at >= 0 {
			break
		}
	}
	if at < 0 {
		t := strings.TrimPrefix(strings.TrimLeft(l, " "), "ps ")
		return c, len(t) > 3 && t[1] == ':' && t[2] == '\\' && t[0] >= 'a' && t[0] <= 'z' && strings.Contains(t, ">")
	}
	args := strings.Fields(x.s[at:min(len(x.s), len(l))])[1:]
	for i, a := range args {
		if i > 0 && digits(a) == len(a) && strings.HasPrefix(c.tool, "ping") && (args[i-1] == "-l" || args[i-1] == "-s") {
			c.size, _ = strconv.Atoi(a)
		}
		if strings.HasPrefix(a, "-") || strings.HasPrefix(a, "/") || digits(a) == len(a) {
			continue
		}
		if i > 0 && len(args[i-1]) == 2 && args[i-1][0] == '-' && !strings.ContainsAny(a, ".:") {
			continue // the value of a flag, as in "-I eth0"
		}
		if _, _, n, ok := duration(a + "s"); ok && n == len(a)+1 {
			continue // "-i 0.2"
		}
		c.host = hostPort(a)
	}
	return c, true
}
