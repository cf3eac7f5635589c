package pathtext

import "strings"

// strong says that a line can hardly come from anything but these tools.
func strong(x line) bool {
	l := x.l
	if t := strings.TrimLeft(l, " "); t == "" || len(t) > 2000 {
		return false
	}
	_, _, timed := timeIn(l)
	switch {
	case timed && (hasAny(l, "icmp_seq", "ttl=", ": seq=", "tcp_conn") && hasAny(l, "bytes from", "来自", "回覆自", "reply from") ||
		hasAny(l, "的回复:", "回覆自 ", "/tcp - ", "ping tcp://") || strings.HasPrefix(l, "reply from ")),
		hasAny(l, " : [") && hasAny(l, "% loss)"),
		hasAny(l, "已发送 = ", "已傳送 = ") || hasAny(l, "sent = ") && hasAny(l, "received = ") && hasAny(l, "lost = "),
		hasAny(l, "packets transmitted") && hasAny(l, "loss"), hasAny(l, "已发送 ") && hasAny(l, " 个包"),
		hasAny(l, "正在 ping ") && hasAny(l, "的数据"), strings.HasPrefix(l, "pinging ") && hasAny(l, "bytes of data"),
		strings.HasPrefix(l, "ping ") && hasAny(l, "bytes of data", "data bytes", "字节的数据", "位元組的資料"),
		hasAny(l, "个跃点") && hasAny(l, "跟踪", "路由"), hasAny(l, "個躍點上"), hasAny(l, "tracing route to "),
		hasAny(l, "traceroute to ", "traceroute6 to ") && hasAny(l, "hops max"),
		hasAny(l, "loss%") && hasAny(l, "snt"), hasAny(l, "winmtr statistics"), hasAny(l, "xmt/rcv/%loss"),
		hasAny(l, "找不到主机 ", "找不到主機 ", "could not find host ") && hasAny(l, "ping "),
		hasAny(l, "无法解析目标系统名称", "unable to resolve target system name", "無法解析目標系統名稱"),
		strings.HasPrefix(l, "ping: ") && hasAny(l, "not known", "cannot resolve", "unknown host", "unreachable", "bad address", "name resolution"),
		strings.HasPrefix(l, "tcp connect to "), strings.HasPrefix(l, "tcpinging "),
		hasAny(l, "icmp_seq=") && hasAny(l, "from ", "来自", "no answer yet"), strings.HasPrefix(l, "request timeout for icmp_seq"):
		return true
	case strings.HasPrefix(l, "请求超时") || strings.HasPrefix(l, "要求等候逾時") || strings.HasPrefix(l, "request timed out."):
		return true
	}
	return false
}
