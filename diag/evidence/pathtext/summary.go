package pathtext

import (
	"strings"
	"time"
)

// summaryLine reads the lines of totals, of any tool but fping.
func (p *parser) summaryLine(x line) bool {
	return p.summaryTitle(x) || p.counts(x) || p.roundTrips(x)
}

// summaryTitle reads the line that names whom the totals are for. It belongs
// to the open run, unless that is of another target.
func (p *parser) summaryTitle(x line) bool {
	l := x.l
	g := Ping{Line: x.n, Tool: WindowsPing}
	rest := ""
	switch {
	case strings.Contains(l, "ping statistics for "):
		_, rest, _ = strings.Cut(x.s, "tatistics for ")
	case strings.Contains(l, "tcp connect statistics for "):
		_, rest, _ = strings.Cut(x.s, "tatistics for ")
		g.Tool = PsPing
	case strings.HasPrefix(l, "ping statistics tcp://"):
		rest = x.s[len("ping statistics "):]
		g.Tool = TCPing
	case strings.HasPrefix(l, "--- ") && hasAny(l, " ping statistics ---", " ping 统计 ---", " tcping statistics ---"):
		rest = x.s[4:]
		g.Tool = IputilsPing
		if hasAny(l, "tcping") {
			g.Tool = TCPing
		}
	default:
		for _, k := range []string{" 的 ping 统计信息", " 的 ping 統計資料"} {
			if i := strings.Index(l, k); i > 0 {
				rest = x.s[strings.LastIndexByte(x.s[:i], ' ')+1 : i]
			}
		}
		if rest == "" {
			return false
		}
	}
	word, _, _ := strings.Cut(rest, " ")
	word = hostPort(strings.TrimSuffix(word, ":"))
	if r := p.ping; r != nil && (r.Summary == nil || !r.Summary.HasRTT) &&
		(strings.EqualFold(word, r.Addr) || strings.EqualFold(word, r.Host) || addr(word) == "" || addr(r.Addr) == "") {
		return true
	}
	if r := p.ping; r != nil && (word == r.Addr || word == r.Host) && r.Tool == g.Tool {
		return true // the totals again, after Ctrl+Break
	}
	g.Host, g.Addr = word, addr(word)
	lost := 0
	if p.ping == nil {
		if lost = p.adopt(x.n, 3); lost > 0 {
			g.Line = max(1, x.n-lost-1)
		}
	}
	r := p.open(g)
	r.hasBase = true
	for range lost {
		r.miss(p, Timeout)
	}
	return true
}

// counts reads the line of how many were sent and received.
func (p *parser) counts(x line) bool {
	l := x.l
	var s Summary
	var ok1, ok2 bool
	tool := WindowsPing
	switch {
	case hasAny(l, "sent = ", "已发送 = ", "已傳送 = ", "sent=", "已发送="):
		s.Sent, ok1 = intAfter(l, "sent", "已发送", "已傳送")
		s.Received, ok2 = intAfter(l, "received", "已接收", "已收到")
	case hasAny(l, "packets transmitted", "packet transmitted", "probes transmitted"):
		tool = IputilsPing
		s.Sent, ok1 = intBefore(l, " packet")
		if !ok1 {
			s.Sent, ok1 = intBefore(l, " probes")
		}
		if s.Received, ok2 = intBefore(l, " received"); !ok2 {
			s.Received, ok2 = intBefore(l, " packets received")
		}
		s.Errors, _ = intBefore(l, " errors")
		s.Duplicates, _ = intBefore(l, " duplicates")
	case hasAny(l, "已发送 ") && hasAny(l, " 个包"):
		tool = IputilsPing
		s.Sent, ok1 = intAfter(l, "已发送")
		s.Received, ok2 = intAfter(l, "已接收")
		s.Errors, _ = intBefore(l, " 错误")
		s.Duplicates, _ = intBefore(l, " 重复")
	case p.ping != nil && hasAny(l, "probes sent"):
		if s.Sent, ok1 = intBefore(l, " probes sent"); ok1 {
			p.ping.Summary = &Summary{Sent: s.Sent}
		}
		return ok1
	case p.ping != nil && p.ping.Summary != nil && hasAny(l, " successful, "):
		if s.Received, ok2 = intBefore(l, " successful"); ok2 {
			p.ping.Summary.Received = s.Received
		}
		return ok2
	default:
		return false
	}
	if !ok1 || !ok2 || s.Received > s.Sent+s.Duplicates {
		return false
	}
	r := p.ping
	if r == nil {
		if len(l) > 200 {
			return false
		}
		r = p.open(Ping{Line: x.n, Tool: tool, Host: p.target, Addr: addr(p.target)})
		r.hasBase = true
	}
	if old := r.Summary; old != nil && old.HasRTT && r.next == r.base && old.Sent > 0 && s != *old {
		// Totals after totals, with nothing in between: another run, cut to its end.
		r = p.open(Ping{Line: x.n, Tool: tool})
	}
	r.Summary = &s
	if r.Tool == BSDPing && hasAny(l, "packets received") && !hasAny(l, ".0%", ".") {
		r.Tool = BusyboxPing // macOS prints "0.0% packet loss", busybox "0%"
	}
	return true
}

// intBefore reads the number that stands right before the first of key.
func intBefore(l, key string) (int, bool) {
	i := strings.Index(l, key)
	if i < 0 {
		return 0, false
	}
	j := i
	for j > 0 && l[j-1] >= '0' && l[j-1] <= '9' {
		j--
	}
	return leadInt(l[j:i])
}

// roundTrips reads the line of minimum, average and maximum.
func (p *parser) roundTrips(x line) bool {
	r := p.ping
	if r == nil {
		return false
	}
	l := x.l
	var v [3]time.Duration
	ok := false
	if hasAny(l, "rtt min/avg/max", "round-trip min/avg/max") {
		i := strings.IndexAny(l, "=:")
		if i > 0 {
			v, ok = triple(l[i+1:])
		}
	} else {
		for i, keys := range [][]string{{"最短", "minimum", "最小值"}, {"平均", "average"}, {"最长", "maximum", "最大值"}} {
			ok = false
			for _, k := range keys {
				j := strings.Index(l, k)
				if j < 0 {
					continue
				}
				d, _, _, good := duration(strings.TrimLeft(l[j+len(k):], " ="))
				v[i], ok = d, good
				break
			}
			if !ok {
				return false
			}
		}
	}
	if !ok {
		return false
	}
	if r.Summary == nil {
		r.Summary = &Summary{Sent: r.next - r.base, Received: r.Shown}
	}
	s := r.Summary
	s.Min, s.Avg, s.Max, s.HasRTT = v[0], v[1], v[2], true
	return true
}
