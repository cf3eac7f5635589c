package attempt

import (
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/incident"
)

// Logs of a client and of the service, which speak of the same message.
func clientLog(lines ...string) string {
	return "[2026-11-20 10:21:00.000] [info]  (notify) badge 0\n" + strings.Join(lines, "\n") + "\n"
}

func serviceLog(lines ...string) string {
	return "time=2026-11-20T02:20:55.000Z level=info component=push msg=\"event delivered\" request_id=77\n" + strings.Join(lines, "\n") + "\n"
}

func TestPairedOffset(t *testing.T) {
	const (
		send    = "[2026-11-20 10:21:03.000] [info]  (msg) send msg_id=8842 type=text"
		press   = "[2026-11-20 10:22:41.000] [info]  (ui) menu click 撤回 msg_id=8842"
		asks    = "[2026-11-20 10:22:41.050] [info]  (http) --> POST /api/msg/recall"
		answers = "[2026-11-20 10:22:41.250] [warn]  (http) <-- 200 /api/msg/recall {\"code\":20016,\"msg\":\"时间过长\"} ms=200"
		stored  = "time=2026-11-20T02:21:03.200Z level=info component=msg msg=\"message stored\" msg_id=8842 from=12"
		takes   = "time=2026-11-20T02:22:41.150Z level=info component=recall msg=\"recv recall\" msg_id=8842 agent=12"
	)
	ahead := strings.NewReplacer("10:21:", "10:26:", "10:22:", "10:27:")
	for _, c := range []struct {
		name           string
		client, server []string
		press          string
		lo, hi         time.Duration
		known          bool
	}{
		{"both ways", []string{send, press, asks, answers}, []string{stored, takes}, press0, -100 * time.Millisecond, 100 * time.Millisecond, true},
		{"the device is five minutes ahead", []string{ahead.Replace(send), ahead.Replace(press), ahead.Replace(asks), ahead.Replace(answers)}, []string{stored, takes}, "2026-11-20T10:27:41+08:00", -5*time.Minute - 100*time.Millisecond, -5*time.Minute + 100*time.Millisecond, true},
		{"stored before it was sent", []string{ahead.Replace(send), ahead.Replace(press)}, []string{stored}, "2026-11-20T10:27:41+08:00", -6*time.Minute + 200*time.Millisecond, -5*time.Minute + 200*time.Millisecond, true},
		{"stored after it was sent: late, or a clock that is off", []string{send, press}, []string{stored}, press0, 0, 0, false},
		{"the visitor's log is no side of it", []string{"[2026-11-20 10:29:03.000] [info]  (sdk) recv message id=8842"}, []string{stored, takes}, press0, 0, 0, false},
	} {
		a := build(t, facts{incident.MessageID: "8842", incident.AttemptAt: c.press}, "main.log", clientLog(c.client...), "server.log", serviceLog(c.server...))
		if a.Offset.Known != c.known {
			t.Errorf("%s: known %v [%s, %s]", c.name, a.Offset.Known, a.Offset.Lo, a.Offset.Hi)
			continue
		}
		if c.known && ((a.Offset.Lo-c.lo).Abs() > 5*time.Millisecond || (a.Offset.Hi-c.hi).Abs() > 5*time.Millisecond) {
			t.Errorf("%s: [%s, %s], want [%s, %s]", c.name, a.Offset.Lo, a.Offset.Hi, c.lo, c.hi)
		}
	}
}

const press0 = "2026-11-20T10:22:41+08:00"

func TestSaidDifference(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
		ok   bool
	}{
		{"(ws) server time differs server_minus_local_ms=-482981", -482981 * time.Millisecond, true},
		{`{"msg":"time sync","clientTime - serverTime":"312.5s"}`, -312500 * time.Millisecond, true},
		{"local clock is ahead of the server by 482 s", -482 * time.Second, true},
		{"device time 90 seconds behind", 90 * time.Second, true},
		{"本机时间比服务器快 482 秒", -482 * time.Second, true},
		{"电脑时钟比北京时间慢了约 3 分钟", 3 * time.Minute, true},
		{"ping ok server_time=1794540142511 local_time=1794540442511", -5 * time.Minute, true},
		{"server_time=2026-11-20T02:22:41Z client_time=2026-11-20T10:22:51+08:00", -10 * time.Second, true},
		{"server is slow, local cache 300 ms", 0, false},
		{"server_minus_local=12", 0, false},
		{"local network is fast enough: 12 ms", 0, false},
	} {
		got, ok := saidDifference(c.text)
		if ok != c.ok || got != c.want {
			t.Errorf("%q: %s %v, want %s %v", c.text, got, ok, c.want, c.ok)
		}
	}
}

func TestLimitIn(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"Messages older than 2 minutes cannot be recalled":   2 * time.Minute,
		"message can only be recalled within the last 120 s": 2 * time.Minute,
		"超过2分钟的消息不能撤回":                                       2 * time.Minute,
		"发送超过两分钟，无法撤回":                                       2 * time.Minute,
		"over limit limit_s=120 age_s=124":                   2 * time.Minute,
		`{"max_age_ms":300000,"age":1}`:                      5 * time.Minute,
		"recall time limit exceeded":                         0,
		"limit=5/10s used=6":                                 0,
		"消息已超时":                                              0,
	} {
		if got := limitIn(text, true); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
