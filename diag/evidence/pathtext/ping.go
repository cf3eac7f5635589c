package pathtext

import (
	"slices"
	"strconv"
	"strings"

	"meiqia-diag/diag/lazy"
)

// pingLine reads what ping of Windows, Linux and macOS prints.
func (p *parser) pingLine(x line) bool {
	return p.pingHeader(x) || p.unixProbe(x) || p.windowsReply(x) || p.summaryLine(x) || p.resolveLine(x) || p.failureLine(x)
}

// pingHeader opens a run.
func (p *parser) pingHeader(x line) bool {
	l := x.l
	g := Ping{Line: x.n}
	for _, k := range []string{"正在 ping ", "pinging ", "ping "} {
		i := strings.Index(l, k)
		if i < 0 || i > 60 {
			continue
		}
		rest := x.s[i+len(k):]
		switch lr := l[i+len(k):]; {
		case k != "ping " && hasAny(lr, "字节的数据", "bytes of data", " 具有 ", " with "), k == "ping " && hasAny(lr, "位元組的資料"):
			g.Tool = WindowsPing
		case k == "ping " && hasAny(lr, "): ", ": ") && hasAny(lr, "data bytes"): // macOS, busybox
			g.Tool = BSDPing
		case k == "ping " && hasAny(lr, "bytes of data", "字节的数据", "data bytes", "位元組的資料", "字节数据"):
			g.Tool = IputilsPing
		default:
			continue
		}
		g.Host, g.Addr = target(rest)
		g.Payload = payload(l[i+len(k):])
		r := p.open(g)
		r.hasBase = true
		if g.Tool == IputilsPing {
			r.base = 1
		}
		return true
	}
	if i := strings.Index(l, "ping6("); i >= 0 && i < 40 && strings.Contains(l, "-->") {
		_, to, _ := strings.Cut(x.s, "-->")
		g.Tool = BSDPing
		g.Host, g.Addr = target(to)
		p.open(g).hasBase = true
		return true
	}
	return false
}

// payload reads how large the probes of a run are: "1472 字节的数据", "with 1472
// bytes of data", "1472(1500) bytes of data", ": 56 data bytes".
func payload(l string) int {
	m := payloadSize.FindStringSubmatch(l)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

var payloadSize = lazy.MustCompile(`(?:^|[\s:])(\d{1,5})(?:\(\d+\))? ?(?:bytes of data|data bytes|字节的?数据|位元組的資料)`)

// unixProbe reads lines that name a probe by its number.
func (p *parser) unixProbe(x line) bool {
	l := x.l
	n, ok := intAfter(l, "icmp_seq", "icmp_req")
	busy := false
	if !ok && hasAny(l, "bytes from ") {
		n, ok = intAfter(l, ": seq=")
		busy = ok
	}
	if !ok {
		return p.unixError(x)
	}
	from, _ := sender(x)
	d, bound, timed := timeIn(l)
	reply := timed || hasAny(l, "bytes from ", "字节,来自", "字节, 来自") && !hasAny(l, "unreachable", "exceeded")
	var k FailureKind
	switch {
	case reply && from == "" && p.ping == nil:
		return false // some other program's icmp_seq
	case reply:
	case hasAny(l, "no answer yet", "request timeout for"):
		k = Timeout
	default:
		if k, ok = failureOf(l); !ok {
			return p.ping != nil // parse errors and the like: seen, but no verdict
		}
	}
	r := p.ping
	if r == nil || r.Tool == WindowsPing || r.Tool == TCPing || r.Tool == PsPing || r.next > r.base && !r.seq {
		g := Ping{Line: x.n, Tool: IputilsPing}
		if k == "" {
			g.Host, g.Addr = from, addr(from)
		}
		r = p.open(g)
	}
	if busy && r.Tool != BusyboxPing {
		r.Tool = BusyboxPing
	}
	p.begin(r, x)
	if k != "" && k != Timeout && r.UnreachableFrom == "" {
		r.UnreachableFrom = from
	}
	r.numbered(p, n, k, d, bound, timed, hasAny(l, "(dup!)", "(重复!)"))
	return true
}

// begin gives a run the stamp of its first line that has one.
func (p *parser) begin(r *run, x line) {
	if r.Start.IsZero() && r.Shown+len(r.missing) == 0 {
		r.Start, r.StartZoned = stamp(x.s)
	}
}

// sender finds who answered: "64 bytes from a (1.2.3.4): …", "From 1.2.3.4 …",
// "来自 1.2.3.4 …". ip says whether it is an address.
func sender(x line) (who string, ip bool) {
	for _, k := range []string{"bytes from ", "来自 ", "回覆自 ", "from ", "来自"} {
		i := strings.Index(x.l, k)
		if i < 0 {
			continue
		}
		host, a := target(x.s[i+len(k):])
		if a == "" {
			a = addr(host)
		}
		if a != "" {
			return a, true
		}
		return host, false
	}
	return "", false
}

// unixError reads an error without a number: macOS "92 bytes from gw: Destination
// Host Unreachable", "ping: sendto: No route to host".
func (p *parser) unixError(x line) bool {
	l := x.l
	router := hasAny(l, " bytes from ")
	if !router && !hasAny(l, "ping: ", "ping6: ") || p.ping == nil && router {
		return false
	}
	k, ok := failureOf(l)
	if !ok || k == UnknownHost || k == Timeout {
		return false
	}
	r := p.ping
	if r == nil { // "ping: connect: Network is unreachable" stands alone
		if !hasAny(l, "connect:", "sendto", "sendmsg", "socket", "local error") || hasAny(l, "ping: 传输") {
			return false
		}
		r = p.open(Ping{Host: p.target, Addr: addr(p.target), Line: x.n, Tool: IputilsPing})
	}
	if hasAny(l, "transmit failed", "传输失败", "傳輸失敗") {
		return false // Windows; counted as a probe
	}
	if router && r.UnreachableFrom == "" {
		r.UnreachableFrom, _ = sender(x)
	}
	r.fail(k)
	return true
}

// windowsReply reads "来自 1.2.3.4 的回复: 字节=32 时间=38ms TTL=52", its kin in
// English and traditional Chinese, and replies that are errors.
func (p *parser) windowsReply(x line) bool {
	l := x.l
	if !hasAny(l, "reply from ", "回覆自 ") && !(hasAny(l, "来自 ") && hasAny(l, "的回复", "的答复")) {
		return false
	}
	from, ip := sender(x)
	if !ip {
		return false
	}
	d, bound, timed := timeIn(l)
	tool := WindowsPing
	if !timed { // psping: "Reply from 1.2.3.4: 12.34ms"
		if i := strings.LastIndex(l, ": "); i > 0 {
			var n int
			if d, bound, n, timed = duration(l[i+2:]); timed && n == len(l)-i-2 {
				tool = PsPing
			} else {
				timed = false
			}
		}
	}
	k, bad := failureOf(l)
	if timed {
		bad = false
	} else if !bad && !hasAny(l, "字节=", "bytes=", "位元組=", "ttl=") {
		return false
	}
	r := p.ping
	if r != nil && (r.seq || r.Tool == IputilsPing || r.Tool == BSDPing || !bad && r.Summary != nil && r.Addr != "" && r.Addr != from) {
		r = nil // a run whose header is missing
	}
	if r == nil {
		g := Ping{Line: x.n, Tool: tool}
		if !bad {
			g.Host, g.Addr = from, from
		}
		if p.size > 0 && p.target != "" {
			g.Host, g.Payload = p.target, p.size
		}
		lost := p.adopt(x.n, 1)
		if lost > 0 {
			g.Line = x.n - lost
		}
		r = p.open(g)
		for range lost {
			r.miss(p, Timeout)
		}
	}
	if tool == PsPing {
		r.Tool = PsPing
		if hasAny(l, "warmup") {
			return true
		}
	}
	p.begin(r, x)
	if bad {
		r.errs++
		if r.UnreachableFrom == "" {
			r.UnreachableFrom = from
		}
		r.miss(p, k)
		return true
	}
	r.reply(p, d, bound, timed)
	return true
}

// wholeLines begin the failures that Windows gives a line of their own.
var wholeLines = []string{"请求超时", "request timed out", "要求等候逾時", "一般故障", "general failure", "一般失敗", "目标主机无法访问", "无法访问目标",
	"destination host unreachable", "destination net unreachable", "目的地主機無法", "ping:传输失败", "ping: 传输失败", "ping: transmit failed",
	"ping:傳輸失敗", "ping: 傳輸失敗", "传输失败", "transmit failed", "硬件错误", "hardware error", "无法联系 ip", "unable to contact ip", "需要拆分数据包",
	"packet needs to be fragmented", "ttl 传输中过期", "ttl expired", "目标网无法访问"}

// failureLine reads a failure that is a whole line. Outside a run such words
// are any log's, so only plain timeouts are kept, to see what follows.
func (p *parser) failureLine(x line) bool {
	if len(x.l) > 160 || !x.has(wholeLines...) {
		return false
	}
	t := strings.TrimLeft(x.l, " ")
	if at, _ := stamp(t); !at.IsZero() && len(t) > 19 {
		t = strings.TrimLeft(strings.TrimLeft(t[19:], "0123456789.:"), " ])")
	}
	if !slices.ContainsFunc(wholeLines, func(w string) bool { return strings.HasPrefix(t, w) }) {
		return false
	}
	k, ok := failureOf(t)
	if !ok {
		return false
	}
	if hasAny(t, "传输失败", "transmit failed", "傳輸失敗") {
		k = SendFailed
	}
	if p.ping == nil && p.size > 0 && p.target != "" && p.trace == nil { // the command, and no banner
		p.open(Ping{Line: x.n, Tool: WindowsPing, Host: p.target, Addr: addr(p.target), Payload: p.size})
	}
	if p.ping == nil {
		if k == Timeout && p.trace == nil && len(p.orphans) < maxSamples/16 {
			if n := len(p.orphans); n > 0 && p.orphans[n-1].n < x.n-1 {
				p.flushOrphans()
			}
			p.orphans = append(p.orphans, line{n: x.n})
			return true
		}
		return false
	}
	if p.ping.seq || p.ping.Tool == IputilsPing {
		return false
	}
	p.begin(p.ping, x)
	p.ping.miss(p, k)
	return true
}

// resolveLine reads the refusal of a name.
func (p *parser) resolveLine(x line) bool {
	l := x.l
	var host string
	cut := func(k, until string) bool {
		i := strings.Index(l, k)
		if i < 0 {
			return false
		}
		host = strings.TrimLeft(x.s[i+len(k):], " '\"`")
		if j := strings.Index(host, until); j >= 0 && until != "" {
			host = host[:j]
		}
		host = strings.Trim(host, " .:,'\"")
		return true
	}
	tool := WindowsPing
	switch {
	case cut("ping 请求找不到主机 ", ".请检查"), cut("ping 请求找不到主机", ".请检查"), cut("ping 要求找不到主機 ", ".請檢查"),
		cut("could not find host ", ". please"):
	case cut("cannot resolve ", ": "):
		tool = BSDPing
	case hasAny(l, "ping: ", "ping6: ", "ping:") && cut("bad address ", "'"):
		tool = BusyboxPing
	case hasAny(l, "ping: ", "ping6: ") && cut("unknown host ", " "):
		tool = IputilsPing
	case hasAny(l, "ping: ", "ping6: "):
		if k, _ := failureOf(l); k != UnknownHost || !cut("ping: ", ": ") && !cut("ping6: ", ": ") {
			return false
		}
		tool = IputilsPing
	case p.tool == "fping":
		if k, _ := failureOf(l); k != UnknownHost || !cut("", ": ") {
			return false
		}
		tool = FPing
	default:
		return false
	}
	if host == "" || strings.ContainsAny(host, " ") {
		host = p.target
	}
	r := p.open(Ping{Host: host, Line: x.n, Tool: tool})
	r.fail(UnknownHost)
	p.closePing()
	return true
}
