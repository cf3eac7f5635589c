package pathtext

import (
	"slices"
	"strings"
	"time"
)

// tracing is a Trace being read.
type tracing struct {
	Trace
	windows bool
	table   []string // columns of mtr, in their order
	stats   bool     // pathping's table began
	done    bool
}

func (p *parser) openTrace(t Trace, windows bool) *tracing {
	p.closePing()
	p.closeTrace()
	p.flushOrphans()
	p.trace = &tracing{Trace: t, windows: windows}
	return p.trace
}

func (p *parser) closeTrace() {
	t := p.trace
	if t == nil {
		return
	}
	p.trace = nil
	if len(t.Hops) == 0 && !t.ResolveFailed && t.Host == "" {
		return
	}
	if n := len(t.Hops); n > 0 {
		last := t.Hops[n-1]
		switch {
		case t.Tool == MTR || t.Tool == WinMTR:
			t.Reached = last.Addr != "" || last.Name != ""
		case t.Addr != "":
			for _, h := range t.Hops {
				for _, a := range append([]string{h.Addr}, h.Also...) {
					t.Reached = t.Reached || a == t.Addr && (h.Unreachable == "" || h.Unreachable == string(PortUnreachable))
				}
			}
		case t.done: // the head is missing: the end has to do
			t.Reached = last.Addr != "" && last.Unreachable == ""
		}
	}
	if len(p.res.Traces) >= maxRuns {
		p.bound(t.Line)
		return
	}
	p.res.Traces = append(p.res.Traces, t.Trace)
}

// traceLine reads what tracert, pathping, traceroute and mtr print.
func (p *parser) traceLine(x line) bool {
	if p.traceHeader(x) || p.mtrHeader(x) {
		return true
	}
	t := p.trace
	if t == nil {
		return false
	}
	l := x.l
	switch {
	case t.table != nil:
		return t.mtrRow(x)
	case t.windows && hasAny(l, "计算统计信息", "computing statistics", "計算統計"):
		t.stats, t.Tool = true, PathPing
		return true
	case hasAny(l, "跟踪完成", "trace complete", "追蹤完成"):
		t.done = true
		return true
	case t.windows && len(t.Hops) == 0 && hasAny(l, " 的路由", "over a maximum of"):
		t.name(x)
		return true
	case t.stats:
		return t.pathpingRow(x)
	case t.done:
		return false
	}
	return t.hop(x, p)
}

// name takes the target from a line of tracert's head.
func (t *tracing) name(x line) {
	s := x.s
	if i := strings.Index(s, " 的路由"); i >= 0 {
		s = s[:i]
	}
	for _, k := range []string{"跟踪到 ", "到 ", "追蹤 ", "route to "} {
		if i := strings.LastIndex(s, k); i >= 0 {
			t.Host, t.Addr = target(s[i+len(k):])
			return
		}
	}
}

func (p *parser) traceHeader(x line) bool {
	l := x.l
	switch {
	case hasAny(l, "个跃点跟踪", "個躍點上", "tracing route to ", "个跃点的路由"),
		hasAny(l, "通过最多 ") && hasAny(l, "个跃点"):
		t := p.openTrace(Trace{Line: x.n, Tool: Tracert}, true)
		t.name(x)
		if t.Host == "" && p.target != "" && p.tool != "ping" {
			t.Host, t.Addr = p.target, addr(p.target)
		}
		return true
	case hasAny(l, "无法解析目标系统名称", "unable to resolve target system name", "無法解析目標系統名稱"):
		t := Trace{Line: x.n, Tool: Tracert, ResolveFailed: true, Host: p.target}
		for _, k := range []string{"名称 ", "名稱 ", "system name "} {
			if _, h, ok := strings.Cut(x.s, k); ok {
				t.Host = strings.TrimRight(h, ". ")
			}
		}
		p.openTrace(t, true)
		p.closeTrace()
		return true
	case strings.Contains(l, "cannot handle \"host\" cmdline arg"), strings.Contains(l, "traceroute: unknown host "),
		strings.Contains(l, "traceroute: bad address "), strings.Contains(l, "mtr: failed to resolve host: "):
		t := Trace{Line: x.n, Tool: Traceroute, ResolveFailed: true}
		for _, k := range []string{"unknown host ", "bad address ", "cmdline arg ", "resolve host: "} {
			if i := strings.Index(l, k); i >= 0 {
				w, _, _ := strings.Cut(x.s[i+len(k):], " ")
				t.Host = strings.Trim(w, "`'\":")
			}
		}
		if strings.Contains(l, "mtr:") {
			t.Tool = MTR
		}
		p.openTrace(t, false)
		p.closeTrace()
		return true
	}
	for _, k := range []string{"traceroute to ", "traceroute6 to ", "tracing the path to "} {
		i := strings.Index(l, k)
		if i < 0 || i > 60 || !hasAny(l, " hops max", "hops max") {
			continue
		}
		t := Trace{Line: x.n, Tool: Traceroute}
		t.Host, t.Addr = target(x.s[i+len(k):])
		p.openTrace(t, false)
		return true
	}
	return false
}

// unfinished says that a hop's line was cut at the console's edge: tracert
// shows a name only with its address behind it.
func (t *tracing) unfinished(x line) bool {
	if !t.windows || t.stats || t.done || len(x.s) < 70 {
		return false
	}
	n, ok := leadInt(x.l)
	return ok && n > 0 && hasAny(x.l, " ms", "毫秒") && !strings.HasSuffix(x.l, "]") && addr(x.s[strings.LastIndexByte(x.s, ' ')+1:]) == "" &&
		x.s[len(x.s)-1] < 0x80 && x.s[len(x.s)-1] != '.'
}

// flags of traceroute. Source: traceroute(8).
var flags = map[string]FailureKind{"!h": HostUnreachable, "!n": NetUnreachable, "!p": PortUnreachable, "!x": Denied, "!a": Denied, "!c": Denied,
	"!<9>": Denied, "!<10>": Denied, "!<13>": Denied, "!9": Denied, "!10": Denied, "!13": Denied}

// hop reads one line of tracert or traceroute.
func (t *tracing) hop(x line, p *parser) bool {
	rest := strings.TrimLeft(x.s, " ")
	var h *Hop
	if n := digits(rest); n > 0 && n <= 3 && n < len(rest) && (rest[n] == ' ' || rest[n] == '.' && n+1 < len(rest) && rest[n+1] == ' ') {
		ttl, _ := leadInt(rest)
		if ttl > 255 || len(t.Hops) > 0 && (ttl <= t.Hops[len(t.Hops)-1].TTL || ttl > t.Hops[len(t.Hops)-1].TTL+32) {
			return false
		}
		h = &Hop{TTL: ttl}
		rest = strings.TrimPrefix(rest[n:], ".")
	} else if len(t.Hops) > 0 && !t.windows && x.s[0] == ' ' && strings.Contains(x.l, " ms") {
		h = &t.Hops[len(t.Hops)-1] // macOS and BSD give further addresses a line each
		return t.words(h, strings.Fields(rest), p)
	} else {
		return false
	}
	if len(t.Hops) >= 255 || !t.words(h, strings.Fields(rest), p) {
		return false
	}
	if h.TTL == 0 {
		t.Tool = PathPing
	}
	if t.windows && h.Unreachable == "" {
		// "192.168.1.1  报告: 无法访问目标主机。"
		if k, bad := failureOf(x.l); bad && k != Timeout {
			h.Unreachable = string(k)
		}
	}
	t.Hops = append(t.Hops, *h)
	return true
}

// words reads times, stars, names, addresses and flags, in the order shown.
func (t *tracing) words(h *Hop, f []string, p *parser) bool {
	name := ""
	seen := false
	for i := 0; i < len(f); i++ {
		w := f[i]
		lw := strings.ToLower(w)
		switch {
		case w == "*":
			h.Sent++
			h.Lost++
			seen = true
			continue
		case w[0] == '<' || w[0] >= '0' && w[0] <= '9':
			v, skip := lw, 0
			if i+1 < len(f) {
				v, skip = lw+" "+strings.ToLower(f[i+1]), 1
			}
			d, _, n, ok := duration(v)
			if ok && n <= len(lw) {
				skip = 0
			} else if ok && n != len(v) {
				ok = false
			}
			if ok {
				h.Sent++
				if p.room(1, t.Line) {
					h.RTTs = append(h.RTTs, d)
				}
				i += skip
				seen = true
				continue
			}
		case w[0] == '!':
			if k, ok := flags[lw]; ok {
				h.Unreachable = string(k)
			} else if strings.HasPrefix(lw, "!f") {
				h.Unreachable = string(TooBig)
			} else if h.Unreachable == "" {
				h.Unreachable = w
			}
			continue
		case strings.HasPrefix(lw, "[as") || lw == "[*]" || strings.HasPrefix(lw, "[open") || strings.HasPrefix(lw, "[closed"):
			continue
		}
		if a := addr(w); a != "" {
			if h.Addr == "" {
				h.Addr = a
				if name != a {
					h.Name = name
				}
			} else if h.Addr != a && !slices.Contains(h.Also, a) && len(h.Also) < 16 {
				h.Also = append(h.Also, a)
			}
			name, seen = "", true
			continue
		}
		if w[0] < 0x80 && strings.ContainsAny(w, ".-") || i == 0 {
			name = w
		}
	}
	return seen
}

// pathpingRow reads a row of pathping's table: TTL, time, lost/sent from here
// to there, lost/sent of the node itself, address.
func (t *tracing) pathpingRow(x line) bool {
	l := x.l
	n, ok := leadInt(l)
	trimmed := strings.TrimLeft(l, " ")
	if !ok || strings.Count(l, "/") < 2 || strings.HasPrefix(trimmed[digits(trimmed):], "/") {
		return strings.HasSuffix(l, "|") // the loss of a link; its node's row has what counts
	}
	rest := strings.TrimLeft(trimmed[digits(trimmed):], " ")
	var avg time.Duration
	if d, _, k, ok := duration(rest); ok {
		avg, rest = d, rest[k:]
	} else {
		rest = strings.TrimPrefix(rest, "---")
	}
	lost, ok1 := leadInt(rest)
	_, after, _ := strings.Cut(rest, "/")
	sent, ok2 := leadInt(after)
	if !ok1 || !ok2 || lost > sent || n > 255 {
		return false
	}
	for i := range t.Hops {
		if h := &t.Hops[i]; h.TTL == n {
			h.Lost, h.Sent, h.Avg = lost, sent, avg
			return true
		}
	}
	h := Hop{TTL: n, Lost: lost, Sent: sent, Avg: avg}
	if i := strings.LastIndexByte(x.s, '%'); i >= 0 {
		h.Name, h.Addr = target(x.s[i+1:])
		if h.Name == h.Addr {
			h.Name = ""
		}
		if h.Addr == "0.0.0.0" { // pathping's word for "nobody"
			h.Addr, h.Name = "", ""
		}
	}
	if len(t.Hops) < 255 {
		t.Hops = append(t.Hops, h)
	}
	return true
}
