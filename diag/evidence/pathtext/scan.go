package pathtext

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// digits is the length of the run of digits that s starts with.
func digits(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// leadInt reads the number that s starts with, after spaces.
func leadInt(s string) (n int, ok bool) {
	s = strings.TrimLeft(s, " ")
	i := digits(s)
	if i == 0 || i > 9 {
		return 0, false
	}
	n, err := strconv.Atoi(s[:i])
	return n, err == nil
}

// intAfter reads the number after the first of keys that is there and has one;
// spaces and one '=' or ':' may stand between.
func intAfter(l string, keys ...string) (n int, ok bool) {
	for _, k := range keys {
		for rest := l; ; {
			i := strings.Index(rest, k)
			if i < 0 {
				break
			}
			rest = rest[i+len(k):]
			v := strings.TrimLeft(rest, " ")
			v = strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(v, "="), ":"), " ")
			if n, ok = leadInt(v); ok {
				return n, true
			}
		}
	}
	return 0, false
}

// units of times; the longer goes first.
var units = []struct {
	name string
	d    time.Duration
}{{"msec", time.Millisecond}, {"ms", time.Millisecond}, {"毫秒", time.Millisecond}, {"µs", time.Microsecond}, {"μs", time.Microsecond},
	{"us", time.Microsecond}, {"sec", time.Second}, {"秒", time.Second}, {"s", time.Second}}

// duration reads "38ms", "38.1 ms", "<1ms", "<1 毫秒" at the start of s. n is
// its length. "<1ms" is 0.5 ms with bound set. Anything over an hour is no RTT.
func duration(s string) (d time.Duration, bound bool, n int, ok bool) {
	t := s
	if strings.HasPrefix(t, "<") {
		bound = true
		t = strings.TrimLeft(t[1:], " ")
	}
	i := 0
	for i < len(t) && (t[i] >= '0' && t[i] <= '9' || t[i] == '.') {
		i++
	}
	v, err := strconv.ParseFloat(t[:i], 64)
	if i == 0 || err != nil {
		return 0, false, 0, false
	}
	u := strings.TrimLeft(t[i:], " ")
	for _, unit := range units {
		if strings.HasPrefix(u, unit.name) {
			f := v * float64(unit.d)
			if f > float64(time.Hour) {
				return 0, false, 0, false
			}
			if bound {
				f /= 2
			}
			return time.Duration(math.Round(f)), bound, len(s) - len(u) + len(unit.name), true
		}
	}
	return 0, false, 0, false
}

// timeIn finds the round trip of a reply: "time=38.1 ms", "时间<1ms".
func timeIn(l string) (d time.Duration, bound, ok bool) {
	for _, k := range []string{"时间", "時間", "time"} {
		for rest := l; ; {
			i := strings.Index(rest, k)
			if i < 0 {
				break
			}
			rest = rest[i+len(k):]
			v := strings.TrimLeft(rest, " ")
			if strings.HasPrefix(v, "=") {
				v = strings.TrimLeft(v[1:], " ")
			} else if !strings.HasPrefix(v, "<") {
				continue
			}
			if d, bound, _, ok = duration(v); ok {
				return d, bound, true
			}
		}
	}
	return 0, false, false
}

// triple reads "a/b/c[/d] ms" and gives min, avg, max.
func triple(s string) (v [3]time.Duration, ok bool) {
	s = strings.TrimLeft(s, " =")
	parts := strings.Split(s, "/")
	if len(parts) < 3 {
		return v, false
	}
	for i := range v {
		f := strings.TrimRight(strings.TrimSpace(parts[i]), " ms")
		if j := strings.IndexAny(f, " ,"); j >= 0 {
			f = f[:j]
		}
		x, err := strconv.ParseFloat(f, 64)
		if err != nil || x < 0 || x > 3.6e6 {
			return v, false
		}
		v[i] = time.Duration(math.Round(x * 1e6))
	}
	return v, true
}

// addr gives the IP address that a token is, without brackets, port or dots of
// a sentence; "" when it is none.
func addr(tok string) string {
	tok = strings.Trim(tok, "()[]{}<>,;'\"")
	tok = strings.TrimRight(tok, ":.")
	if _, err := netip.ParseAddr(tok); err == nil {
		return tok
	}
	return ""
}

// hostPort splits "1.2.3.4:443", "[::1]:443", "x.y:443/tcp".
func hostPort(tok string) string {
	tok = strings.TrimPrefix(tok, "tcp://")
	if i := strings.IndexByte(tok, '/'); i >= 0 {
		tok = tok[:i]
	}
	tok = strings.TrimRight(tok, ":,")
	if a := addr(tok); a != "" {
		return a
	}
	if i := strings.LastIndexByte(tok, ':'); i > 0 {
		tok = tok[:i]
	}
	return strings.Trim(tok, "[]")
}

// target reads "host [1.2.3.4]", "host (1.2.3.4)" or "1.2.3.4" at the start of s.
func target(s string) (host, ip string) {
	s = strings.TrimLeft(s, " ")
	end := strings.IndexAny(s, " [(")
	if end < 0 {
		end = len(s)
	}
	host = strings.Trim(s[:end], ",'\"`.")
	if host = strings.TrimSuffix(host, ":"); addr(host) == "" {
		host = strings.Trim(host, ":")
	}
	rest := strings.TrimLeft(s[end:], " ")
	if rest != "" && (rest[0] == '[' || rest[0] == '(') {
		if j := strings.IndexAny(rest[1:], "])"); j >= 0 {
			in := rest[1 : 1+j]
			// "PING ::1(::1 (::1))" nests.
			if k := strings.IndexByte(in, ' '); k > 0 {
				in = in[:k]
			}
			ip = addr(in)
		}
	}
	if host == "" {
		host = ip
	}
	if ip == "" {
		ip = addr(host)
	}
	return host, ip
}

// stamp reads a date and time at the start of a line, as ping -D, wrappers
// and scripts print them. zoned is false for a bare wall clock.
func stamp(s string) (t time.Time, zoned bool) {
	s = strings.TrimLeft(s, " [(")
	if i := digits(s); i == 10 && (len(s) == i || s[i] == '.' || s[i] == ']') { // Unix time of iputils -D and fping -D
		j := i
		if j < len(s) && s[j] == '.' {
			j += 1 + digits(s[j+1:])
		}
		sec, err := strconv.ParseInt(s[:i], 10, 64)
		if err != nil || j == len(s) || s[j] != ']' || sec < 1e9 {
			return time.Time{}, false
		}
		var ns int64
		if j > i {
			ns, _ = strconv.ParseInt((s[i+1:j] + "000000000")[:9], 10, 64)
		}
		return time.Unix(sec, ns).UTC(), true
	}
	if len(s) < 19 || s[4] != '-' && s[4] != '/' {
		return time.Time{}, false
	}
	b := []byte(s[:min(len(s), 40)])
	b[4], b[7] = '-', '-'
	if b[10] == ' ' {
		b[10] = 'T'
	}
	end := 19
	if end < len(b) && (b[end] == '.' || b[end] == ',') {
		b[end] = '.'
		for end++; end < len(b) && b[end] >= '0' && b[end] <= '9'; end++ {
		}
	}
	if end < len(b) && (b[end] == 'Z' || b[end] == '+' || b[end] == '-') {
		for z := end; z < len(b); z++ {
			for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700"} {
				if t, err := time.Parse(layout, string(b[:z+1])); err == nil {
					return t, true
				}
			}
		}
	}
	t, err := time.Parse("2006-01-02T15:04:05.999999999", string(b[:end]))
	if err != nil {
		return time.Time{}, false
	}
	return t, false
}

// words that name a failure; the first that fits decides, so the specific go
// before the general.
var failures = []struct {
	kind  FailureKind
	words []string
}{
	{UnknownHost, []string{"could not find host", "找不到主机", "找不到主機", "name or service not known", "name resolution", "unknown host", "cannot resolve",
		"bad address", "未知的名称或服务", "未知的名稱或服務", "域名解析", "nodename nor servname", "no address associated", "名称解析"}},
	{TTLExpired, []string{"ttl expired", "ttl 传输中过期", "传输中过期", "傳輸中過期", "ttl 在傳輸", "time to live exceeded", "time exceeded", "hop limit"}},
	{TooBig, []string{"message too long", "frag needed", "needs to be fragmented", "需要拆分数据包", "需要分段", "需要分割封包", "packet too big", "数据包太大"}},
	{Denied, []string{"prohibited", "filtered", "被禁止", "被目标主机禁止", "被过滤", "not permitted", "不允许的操作", "permission denied", "权限不够", "access denied", "拒绝访问", "存取被拒"}},
	{Refused, []string{"refused", "拒绝连接", "积极拒绝", "被拒绝"}},
	{PortUnreachable, []string{"port unreachable", "端口不可达", "目标端口", "protocol unreachable", "协议不可达"}},
	{NoRoute, []string{"no route", "没有路由", "没有到主机的路由", "沒有到主機的路由"}},
	{HostUnreachable, []string{"host unreachable", "host is unreachable", "无法访问目标主机", "目标主机无法访问", "主机不可达", "address unreachable", "地址不可达",
		"目的地主機無法", "目的主機無法", "主機無法連線", "無法連線到目的地主機", "host is down", "host unknown", "目标主机未知"}},
	{NetUnreachable, []string{"net unreachable", "network unreachable", "network is unreachable", "network is down", "无法访问目标网", "目标网无法访问",
		"目标网络无法访问", "网络不可达", "目的地網路無法", "目的網路無法", "net unknown", "网络未知", "unreachable", "无法访问目标"}},
	{SendFailed, []string{"transmit failed", "transmit error", "传输失败", "傳輸失敗", "sendto", "sendmsg", "no buffer space", "send failed", "发送失败"}},
	{GeneralFailure, []string{"general failure", "一般故障", "一般失敗", "一般錯誤", "常见故障", "hardware error", "硬件错误", "unable to contact ip driver", "无法联系 ip 驱动程序"}},
	{Timeout, []string{"timed out", "请求超时", "要求等候逾時", "要求等候超時", "request timeout", "no response", "timeout period expired", "timeout", "超时", "no reply"}},
}

// failureOf names the failure that a lower-case line tells of.
func failureOf(l string) (FailureKind, bool) {
	for _, f := range failures {
		if hasAny(l, f.words...) {
			return f.kind, true
		}
	}
	return "", false
}
