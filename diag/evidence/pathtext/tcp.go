package pathtext

import (
	"strings"
)

// fpingLine reads fping: one line a probe (-c, -l), one line a host (-C, -e),
// and the totals. Hosts are mixed, so each has its own run.
func (p *parser) fpingLine(x line) bool {
	l := x.l
	if strings.Contains(l, " for icmp echo sent to ") {
		_, to, _ := strings.Cut(x.s, " sent to ")
		k, ok := failureOf(l)
		if !ok {
			return false
		}
		r := p.fpingRun(strings.TrimSpace(to), x)
		if r.UnreachableFrom == "" {
			if _, from, ok := strings.Cut(x.s, " from "); ok {
				w, _, _ := strings.Cut(from, " ")
				r.UnreachableFrom = w
			}
		}
		// The probe's own "timed out" line comes later: this only says why.
		r.fail(k)
		return true
	}
	if host, ok := strings.CutSuffix(l, " is unreachable"); ok && !strings.Contains(host, " ") && (p.tool == "fping" || p.fping != nil) {
		p.fpingRun(x.s[:len(host)], x).numbered(p, 0, Timeout, 0, false, false, false)
		return true
	}
	if i := strings.Index(l, " is alive ("); i > 0 && !strings.Contains(l[:i], " ") {
		d, b, _, ok := duration(l[i+len(" is alive ("):])
		p.fpingRun(x.s[:i], x).numbered(p, 0, "", d, b, ok, false)
		return true
	}
	i := strings.Index(l, " : ")
	if i <= 0 {
		return false
	}
	host, rest := strings.TrimRight(x.s[:i], " "), strings.TrimLeft(l[i+3:], " ")
	if j := strings.LastIndexByte(host, ' '); j >= 0 { // a stamp before it
		host = host[j+1:]
	}
	switch {
	case strings.HasPrefix(rest, "xmt/rcv/%loss"):
		var s Summary
		var ok bool
		j := strings.IndexByte(rest, '=')
		v := strings.Split(strings.TrimLeft(rest[max(j, 0):], "= "), "/")
		if j < 0 || len(v) < 3 {
			return false
		}
		if s.Sent, ok = leadInt(v[0]); !ok {
			return false
		}
		if s.Received, ok = leadInt(v[1]); !ok || s.Received > s.Sent {
			return false
		}
		if _, t, ok := strings.Cut(rest, "min/avg/max ="); ok {
			if m, ok := triple(t); ok {
				s.Min, s.Avg, s.Max, s.HasRTT = m[0], m[1], m[2], true
			}
		}
		r := p.fpingRun(host, x)
		r.Summary, r.closed = &s, true
		return true
	case strings.HasPrefix(rest, "["):
		n, ok := leadInt(rest[1:])
		if !ok {
			return false
		}
		_, tail, ok := strings.Cut(rest, ", ")
		if !ok {
			return false
		}
		if strings.HasPrefix(tail, "timed out") {
			p.fpingRun(host, x).numbered(p, n, Timeout, 0, false, false, false)
			return true
		}
		if _, t, ok := strings.Cut(tail, "bytes, "); ok {
			if d, b, _, ok := duration(t); ok {
				p.fpingRun(host, x).numbered(p, n, "", d, b, true, strings.Contains(tail, "duplicate"))
				return true
			}
		}
	default: // -C: every time in one line
		f := strings.Fields(rest)
		for _, v := range f {
			if v == "-" {
				continue
			}
			if _, _, n, ok := duration(v + "ms"); !ok || n != len(v)+2 {
				return false
			}
		}
		if len(f) < 2 && p.tool != "fping" || len(f) == 0 || addr(host) == "" && !strings.Contains(host, ".") {
			return false
		}
		r := p.fpingRun(host, x)
		for n, v := range f {
			if v == "-" {
				r.numbered(p, n, Timeout, 0, false, false, false)
				continue
			}
			d, b, _, _ := duration(v + "ms")
			r.numbered(p, n, "", d, b, true, false)
		}
		r.closed = true
		return true
	}
	return false
}

// fpingRun gives the run of a host, opening one where there is none.
func (p *parser) fpingRun(host string, x line) *run {
	if r := p.fping[host]; r != nil && !r.closed {
		if r.Start.IsZero() {
			p.begin(r, x)
		}
		return r
	}
	p.closePing()
	p.closeTrace()
	p.flushOrphans()
	if r := p.fping[host]; r != nil || len(p.order) >= maxRuns {
		for _, h := range p.order {
			p.add(p.fping[h])
		}
		p.fping, p.order = nil, nil
	}
	if p.fping == nil {
		p.fping = map[string]*run{}
	}
	r := &run{Ping: Ping{Host: host, Addr: addr(host), Line: x.n, Tool: FPing}, hasBase: true}
	p.begin(r, x)
	p.fping[host] = r
	p.order = append(p.order, host)
	return r
}

// tcpLine reads psping and the programs called tcping (of E. Fulkerson, of
// cloverstd and of pouriyajamshidi).
func (p *parser) tcpLine(x line) bool {
	l := x.l
	head, tool := "", TCPing
	switch {
	case strings.HasPrefix(l, "tcp connect to "):
		head, tool = "tcp connect to ", PsPing
	case strings.HasPrefix(l, "tcpinging "):
		head = "tcpinging "
	}
	if head != "" {
		w, _, _ := strings.Cut(x.s[len(head):], " ")
		h := hostPort(w)
		p.open(Ping{Host: h, Addr: addr(h), Line: x.n, Tool: tool})
		return true
	}
	i := -1
	for _, k := range []string{"probing ", "connecting to ", "ping tcp://", "no reply from ", "reply from "} {
		if i = strings.Index(l, k); i >= 0 && i < 60 {
			if k == "reply from " && !strings.Contains(l, "tcp_conn") {
				return false
			}
			if k == "probing " && !strings.Contains(l, "/tcp") || k == "connecting to " && strings.Count(l, ":") < 2 {
				return false
			}
			head = k
			i += len(k)
			break
		}
	}
	if head == "" {
		return false
	}
	host, ip := target(x.s[i:])
	w, _, _ := strings.Cut(x.s[i:], " ")
	if !strings.Contains(l, "tcp_conn") {
		host = hostPort(w)
		if j := strings.IndexByte(w, '('); j > 0 { // "tcp://x:443(1.2.3.4:443)"
			host, ip = hostPort(w[:j]), hostPort(strings.TrimSuffix(w[j+1:], ")"))
		} else {
			ip = addr(host)
		}
	}
	if head == "connecting to " {
		tool = PsPing
		if strings.Contains(l, "(warmup)") {
			return true
		}
	}
	d, bound, ok := timeIn(l)
	if tool == PsPing {
		if j := strings.LastIndex(l, ": "); j > 0 {
			var n int
			d, bound, n, ok = duration(l[j+2:])
			ok = ok && n == len(l)-j-2
		}
	}
	lost := hasAny(l, "no response", "no reply", "failed", "refused", "timeout", "unreachable") || !ok
	r := p.ping
	if r == nil || r.Tool != tool && r.Tool != TCPing && r.Tool != PsPing || r.Addr != "" && ip != "" && r.Addr != ip || r.Summary != nil {
		r = p.open(Ping{Host: host, Addr: ip, Line: x.n, Tool: tool})
	}
	if r.Addr == "" {
		r.Addr = ip
	}
	p.begin(r, x)
	if lost {
		k, known := failureOf(l)
		if !known {
			k = Timeout
		}
		r.miss(p, k)
		return true
	}
	r.reply(p, d, bound, true)
	return true
}
