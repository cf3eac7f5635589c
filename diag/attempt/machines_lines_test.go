package attempt

import "testing"

// Loops that people run, and lines that name who wrote or answered them.
func TestMachinesInLines(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"status, times, machine", "for i in $(seq 3); do curl -s $URL; done\n200 0.052 0.106 web-1\n502 0.040 0.081 web-3\n", "web-1 0/1 54ms, web-3 1/1 41ms"},
		{"machine first, keys", "node=im-2 code=503 total=9.812\nnode=im-1 code=200 total=0.041\n", "im-2 1/1 9812ms, im-1 0/1 41ms"},
		{"figures without a machine", "200 0.052 0.106\nversion 1.20 build 502\n", ""},
		{"who wrote it", "2026-11-20 10:22:40.100 +08:00 [INF] [CHAT-WEB01] RecallHandler: ok {msg: 77, ms: 20}\n2026-11-20 10:22:41.100 +08:00 [ERR] [CHAT-WEB03] RecallHandler: request handling stalled, gc overhead 98% {msg: 78}\n", "CHAT-WEB01 0/1, CHAT-WEB03 1/1"},
		{"threads are no machines", "2026-11-20 10:22:41.100 ERROR 1 --- [nio-8080-exec-7] c.x.Recall : pool exhausted\n", ""},
		{"who answered", "2026-11-20 10:22:41.100 retry #2 via web-3 -> 504 in 10031ms\n2026-11-20 10:22:45.100 retry #3 via web-2 -> 200 in 77ms\n", "web-3 1/1 10031ms, web-2 0/1 77ms"},
	} {
		if got := told(build(t, facts{}, "notes.txt", c.text)); sorted(got) != sorted(c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}
