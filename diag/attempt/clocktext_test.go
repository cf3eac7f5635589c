package attempt

import (
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
)

// What each tool prints, as its own documentation and runs show it.
func TestClockReadings(t *testing.T) {
	for line, want := range map[string]time.Duration{
		"05:15:55, -326.9192930s": -326919293 * time.Microsecond,
		"15:04:05, d:+00.0312500s o:-12.5000000s  [                 *            |                           ]": -12500 * time.Millisecond,
		"server 203.107.6.88, stratum 2, offset 327.104210, delay 0.04553":                                      327104210 * time.Microsecond,
		"20 Nov 10:25:03 ntpdate[812]: step time server 203.107.6.88 offset -8.250000 sec":                      -8250 * time.Millisecond,
		"+12.500000 +/- 0.012000 time.apple.com 17.253.84.125":                                                  12500 * time.Millisecond,
		"2026-11-20 10:25:03.120000 (+0800) -3.250000 +/- 0.020000 ntp.aliyun.com 203.107.6.88 s2 no-leap":      -3250 * time.Millisecond,
		"System time     : 41.500000000 seconds slow of NTP time":                                               41500 * time.Millisecond,
		"System time     : 41.500000000 seconds fast of NTP time":                                               -41500 * time.Millisecond,
		"       Offset: -12.250ms": -12250 * time.Microsecond,
		"       Offset: +2.5s":     2500 * time.Millisecond,
	} {
		got, ok := clockReading(line)
		if !ok || (got-want).Abs() > time.Microsecond {
			t.Errorf("%q: %v %v, want %v", line, got, ok, want)
		}
	}
	for _, line := range []string{"", "10:22:41.200 request took 3.5s", "offset 12.5 px", "scroll offset: +12.5s ago", "temperature -3.5 +/- 0.5", "Phase Offset: 0.0123s"} {
		if got, ok := clockReading(line); ok {
			t.Errorf("%q read as %v", line, got)
		}
	}
}

const stripchart = "C:\\>w32tm /stripchart /computer:ntp.aliyun.com /samples:3 /dataonly\r\n正在跟踪 ntp.aliyun.com [203.107.6.88:123]。\r\n正在收集 3 个示例。\r\n当前时间是 2026/11/20 10:25:55。\r\n" +
	"10:25:55, -326.9192930s\r\n10:25:57, -326.9287677s\r\n10:25:59, -326.9148830s\r\n"

// A clock tool's text maps the device's stamps to true time where no recording does.
func TestOffsetOfAClockTool(t *testing.T) {
	a := build(t, known, "w32tm.txt", stripchart)
	if !a.Estimate.Known || a.Estimate.N != 3 || a.Estimate.Source != "w32tm.txt" || !a.Offset.Contains(-326920*time.Millisecond) || a.Offset.Half() > readingErr {
		t.Fatalf("%+v", a.Estimate)
	}
	if got := a.Press.OnService(a.Offset).Since(clock.Interval{T: pressT}); !got.Contains(-326920 * time.Millisecond) {
		t.Errorf("the press moved by %v", got)
	}
	// Date headers of the recording speak of the moment itself.
	a = build(t, known, "w32tm.txt", stripchart, "a.har", harOf("WebInspector", entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`, obj{"response": obj{"headers": header("Date", "Fri, 20 Nov 2026 02:22:11 GMT")}})))
	if a.Estimate.Source != "" || a.Offset.Mid().Abs() > time.Second {
		t.Errorf("%+v", a.Estimate)
	}
	// A clock that was set between two readings tells nothing of the incident.
	a = build(t, known, "before.txt", stripchart, "after.txt", strings.ReplaceAll(stripchart, "-326.9", "+00.0"))
	if a.Estimate.Known {
		t.Errorf("readings that differ: %+v", a.Estimate)
	}
}

// Whose clock a stated time was read off is told by the client's own log.
func TestWhoseClockTheSentTimeIs(t *testing.T) {
	log := "[2026-11-20 10:21:03.935] [info]  [msg] send ok id=8842 type=text\n[2026-11-20 10:22:40.949] [info]  [recall] msg=8842\n"
	for sent, want := range map[string]clock.Clock{"2026-11-20T10:21:03+08:00": clock.Device, "2026-11-20T10:15:36+08:00": clock.Service, "2026-11-20T10:18:00+08:00": clock.Unknown} {
		a := build(t, facts{incident.MessageID: "8842", incident.SentAt: sent, incident.AttemptAt: press}, "w32tm.txt", stripchart, "main.log", log)
		if a.Sent.Clock != want {
			t.Errorf("sent %s: clock %s, want %s", sent, a.Sent.Clock, want)
		}
	}
	a := build(t, facts{incident.MessageID: "8842", incident.AttemptAt: press}, "main.log", log)
	if a.Sent.Clock != clock.Device || a.Sent.T.Sub(pressT).Round(time.Second) != -97*time.Second {
		t.Errorf("sent by the log alone: %+v", a.Sent)
	}
}

// The Date that a client logged, and a request that both sides logged, tell its clock.
func TestOffsetOutOfLogs(t *testing.T) {
	client := strings.Join([]string{ // 187 s behind
		`2026-11-20T10:22:36.623+08:00 DEBUG http - POST /api/v2/heartbeat reqid=f65510fd deviceId=4`,
		`2026-11-20T10:22:36.680+08:00 DEBUG http - 200 reqid=f65510fd date="Fri, 20 Nov 2026 02:25:43 GMT" deviceId=4`,
		`2026-11-20T10:22:41.020+08:00 DEBUG http - POST /api/v2/heartbeat reqid=b190d391 deviceId=4`,
		`2026-11-20T10:22:41.080+08:00 DEBUG http - 200 reqid=b190d391 deviceId=4`,
	}, "\n") + "\n"
	server := `{"level":30,"time":1795141500000,"name":"gateway","method":"POST","path":"/api/v2/heartbeat","status":200,"rid":"00000000"}
{"level":30,"time":1795141543650,"name":"gateway","method":"POST","path":"/api/v2/heartbeat","status":200,"rid":"f65510fd"}
{"level":30,"time":1795141548050,"name":"gateway","method":"POST","path":"/api/v2/heartbeat","status":200,"rid":"b190d391"}
`
	a := build(t, known, "main.log", client)
	if !a.Estimate.Known || a.Estimate.Method != "log-pairs" || a.Offset.Half() > 2*time.Second || !a.Offset.Contains(187*time.Second) {
		t.Fatalf("by the Date alone: %+v", a.Estimate)
	}
	a = build(t, known, "main.log", client, "gateway.log", server)
	if !a.Estimate.Known || a.Estimate.N != 3 || a.Offset.Half() > 50*time.Millisecond || !a.Offset.Contains(187*time.Second) {
		t.Errorf("by requests that both logged: %+v", a.Estimate)
	}
	// Two answers whose Dates exclude each other tell nothing.
	a = build(t, known, "main.log", strings.Replace(client, `reqid=b190d391 deviceId`, `reqid=b190d391 date="Fri, 20 Nov 2026 02:22:41 GMT" deviceId`, 2))
	if a.Estimate.Known {
		t.Errorf("Dates that exclude each other: %+v", a.Estimate)
	}
}

// Where the recording shows the recall and the service's log its arrival, the two pin the offset down.
func TestOffsetNarrowedByTheArrival(t *testing.T) {
	rec := harOf("WebInspector", entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`, obj{"response": obj{"headers": header("Date", "Fri, 20 Nov 2026 02:23:41 GMT")}}), recallOf(0.2, "8842", 403, readBody))
	server := `{"time":"2026-11-20T10:24:11.%s+08:00","level":"warn","msg":"recall denied","method":"POST","path":"/api/v1/messages/8842/recall","status":403}` + "\n"
	a := build(t, known, "a.har", rec, "im-server.log", strings.Replace(server, "%s", "230", 1))
	if a.Offset.Half() > 50*time.Millisecond || !a.Offset.Contains(90*time.Second+10*time.Millisecond) {
		t.Errorf("offset %v to %v, request %+v", a.Offset.Lo, a.Offset.Hi, a.Request)
	}
	wide := build(t, known, "a.har", rec)
	if wide.Offset.Half() < 400*time.Millisecond {
		t.Errorf("without the log: %v", wide.Offset.Half())
	}
	// An arrival that the Date headers exclude is another request's.
	a = build(t, known, "a.har", rec, "im-server.log", strings.Replace(strings.Replace(server, "%s", "230", 1), "10:24:11", "10:24:31", 1))
	if a.Offset.Span != wide.Offset.Span {
		t.Errorf("offset %v to %v", a.Offset.Lo, a.Offset.Hi)
	}
}
