package attempt

import (
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
)

// What logs alone tell of the recall: each a log as its writer writes it.
func TestToldByLogs(t *testing.T) {
	for _, c := range []struct {
		name, log string
		result    Result
		reason    string
		failure   Failure
		arrived   bool // at the service, told by the service's own clock
	}{
		{"client: request, answer with its body", "[2026-11-20 10:22:41.200] [info]  POST https://app.meiqia.com/api/v1/messages/8842/recall\n[2026-11-20 10:22:41.460] [error] POST https://app.meiqia.com/api/v1/messages/8842/recall 403 255ms {\"error\":\"message_read\",\"message\":\"消息已被阅读\"}\n", Refused, "read", "", false},
		{"client: accepted", "[2026-11-20 10:22:41.460] [info]  POST https://app.meiqia.com/api/v1/messages/8842/recall 200 255ms {\"success\":true}\n", Accepted, "", "", false},
		{"client: in prose", "[2026-11-20 10:22:41.460] [warn]  recall rejected msg=8842 status=409 body={\"code\":\"window_expired\"}\n", Refused, "window", "", false},
		{"client: in Chinese", "[2026-11-20 10:22:41.460] [error] 撤回失败 消息 8842 原因:该渠道不支持撤回\n", Refused, "channel", "", false},
		{"client: reset", "[2026-11-20 10:22:41.460] [error] DELETE https://app.meiqia.com/api/v1/messages/8842 failed: ECONNRESET\n", NoAnswer, "", FailReset, false},
		{"client: timed out", "[2026-11-20 10:22:51.460] [error] POST https://app.meiqia.com/api/v1/messages/8842/recall timeout of 10000ms exceeded\n", NoAnswer, "", FailTimeout, false},
		{"client: the name was not found", "[2026-11-20 10:22:41.460] [error] POST https://app.meiqia.com/api/v1/messages/8842/recall getaddrinfo ENOTFOUND app.meiqia.com\n", NoAnswer, "", FailDNS, false},
		{"iOS", "2026-11-20 10:22:41.460 Meiqia[312:8127] POST https://app.meiqia.com/api/v1/messages/8842/recall NSURLErrorDomain Code=-1009\n", NotSent, "", FailOffline, false},
		{"console of Chrome", "app.js:45 POST https://app.meiqia.com/api/v1/messages/8842/recall net::ERR_BLOCKED_BY_CLIENT\n", NotSent, "", FailBlocked, false},
		{"server: access log of a refusal", `10.0.0.7 - - [20/Nov/2026:10:22:41 +0800] "POST /api/v1/messages/8842/recall HTTP/1.1" 403 52 "-" "Mozilla/5.0"` + "\n", Refused, "", "", true},
		{"server: access log of a success, which proves nothing", `10.0.0.7 - - [20/Nov/2026:10:22:41 +0800] "POST /api/v1/messages/8842/recall HTTP/1.1" 200 52 "-" "Mozilla/5.0"` + "\n", Unknown, "", "", true},
		{"server: application log", `{"time":"2026-11-20T02:22:41.300Z","level":"warn","msg":"recall denied","method":"POST","path":"/api/v1/messages/8842/recall","status":403,"reason":"sender mismatch","duration_ms":12}` + "\n", Refused, "not_own", "", true},
		{"server: application log in prose", "2026-11-20T02:22:41.300Z WARN  [http-nio-8080-exec-3] c.m.im.RecallService - recall msg=8842 denied: age 125s > limit 120s\n", Refused, "window", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := build(t, known, "app.log", c.log)
			r := a.Request
			if r == nil {
				t.Fatalf("the recall was not told; logs %+v, signals %+v", a.Evidence.Logs[0].Info, a.Signals)
			}
			if r.Via != "log" || r.Result != c.result || !strings.HasPrefix(r.Source, "app.log:") {
				t.Errorf("via %s, result %s, want %s; source %s, answer %+v", r.Via, r.Result, c.result, r.Source, r.Answer)
			}
			said := reasons(r.Answer)
			for _, s := range a.Signals {
				said += " " + strings.TrimPrefix(s.Means, "says:")
			}
			if c.reason != "" && !strings.Contains(said, c.reason) {
				t.Errorf("reasons %q, want %q", said, c.reason)
			}
			if c.failure != "" && (r.Call == nil || r.Call.Failure != c.failure) {
				t.Errorf("call %+v, want failure %s", r.Call, c.failure)
			}
			if c.arrived && (r.Arrived.Clock != clock.Service || r.Arrived.T.Sub(pressT).Abs() > 2*time.Second) {
				t.Errorf("arrived %+v", r.Arrived)
			}
		})
	}
}

// Logs complete what a recording leaves open, and do not overrule it.
func TestLogBesideRecording(t *testing.T) {
	access := `10.0.0.7 - - [20/Nov/2026:10:24:11 +0800] "POST /api/v1/messages/8842/recall HTTP/1.1" 403 52 "-" "Mozilla/5.0"` + "\n"
	har := harOf("WebInspector", entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`, obj{"response": obj{"headers": header("Date", "Fri, 20 Nov 2026 02:23:41 GMT")}}), recallOf(0.2, "8842", 403, readBody))
	a := build(t, known, "a.har", har, "access.log", access)
	if a.Request == nil || a.Request.Via != "http" || a.Request.Result != Refused || !a.Request.Answer.Has("read") {
		t.Fatalf("%+v", a.Request)
	}
	if a.Request.Arrived.Clock != clock.Service || !strings.HasPrefix(a.Request.Arrived.Source, "access.log:1") {
		t.Errorf("arrived %+v", a.Request.Arrived)
	}
	if len(a.Server) != 1 || a.Server[0].Status != 403 {
		t.Errorf("server %+v", a.Server)
	}
	weak := harOf("WebInspector", entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`), entry(0.2, "POST", host+"/api/v1/messages/8842/recall", "", 200, ""))
	a = build(t, known, "a.har", weak, "client.log", "[2026-11-20 10:22:41.460] [warn]  recall rejected msg=8842 status=200 body={\"ret\":10031,\"msg\":\"已超过撤回时限\"}\n")
	if a.Request.Via != "http" || a.Request.Result != Refused || !a.Request.Answer.Has("window") {
		t.Errorf("a body that only the log has: %s, %+v", a.Request.Result, a.Request.Answer)
	}
}

func TestLogOfOtherThings(t *testing.T) {
	for name, log := range map[string]string{
		"another message's recall":    "[2026-11-20 10:22:41.460] [info]  POST https://app.meiqia.com/api/v1/messages/9001/recall 403 20ms {\"error\":\"message_read\"}\n",
		"the same at another time":    "[2026-11-20 08:02:41.460] [info]  recall rejected status=409 body={\"code\":\"window_expired\"}\n",
		"telemetry":                   "[2026-11-20 10:22:41.460] [info]  POST https://www.google-analytics.com/collect recall_click 204\n",
		"settings":                    "[2026-11-20 10:22:41.460] [info]  GET https://app.meiqia.com/api/v1/settings/recall 200 8ms {\"window\":120}\n",
		"another, not named, before":  "[2026-11-20 10:20:31.460] [info]  POST https://app.meiqia.com/api/v1/messages/recall 200 20ms {\"code\":20031,\"msg\":\"message has been seen by the customer\"}\n",
		"the visitor's own chat line": "[2026-11-20 10:22:41.460] [info]  visitor: hello there\n",
	} {
		if a := build(t, known, "app.log", log); a.Request != nil {
			t.Errorf("%s: taken for the recall: %+v", name, a.Request)
		} else if len(a.Signals) > 0 && strings.HasPrefix(a.Signals[0].Means, "says:") {
			t.Errorf("%s: its reason is taken for this recall's: %+v", name, a.Signals[0])
		}
	}
}

// Hosts that neither the profile nor a recording names are told by what a log
// shows them being asked.
func TestHostsToldByLogs(t *testing.T) {
	for name, log := range map[string]string{
		"desk.harbor.example-1763605361200.log": "10:22:41.324 DELETE https://api.harbor.example/v2/threads/t1/messages/8842?scope=everyone 429 (Too Many Requests) app.js:1\n",
		"renderer.log":                          `{"level":"warn","message":"--> DELETE https://api.harbor.example/v2/threads/t1/messages/8842 429","service":"http","timestamp":"2026-11-20T02:22:41.255Z"}` + "\n",
		"access.log":                            `10.0.0.7 - - [20/Nov/2026:10:22:41 +0800] "DELETE /v2/threads/t1/messages/8842 HTTP/1.1" 429 52 "https://desk.harbor.example" "Mozilla/5.0"` + "\n",
	} {
		a := build(t, known, name, log)
		if a.Request == nil || a.Request.Answer.Status != 429 {
			t.Errorf("%s: %+v", name, a.Request)
		}
	}
	beacon := "10:22:41.324 POST https://analytics.other.example/e?msg=8842 500 (Internal Server Error) app.js:1\n"
	if a := build(t, known, "console.log", beacon); a.Request != nil {
		t.Errorf("a measuring host: %+v", a.Request)
	}
}

func TestFramesInLogs(t *testing.T) {
	log := `[2026-11-20 10:22:40.100] [debug] ws << {"event":"message_read","msg_id":"8842"}
[2026-11-20 10:22:41.200] [debug] ws >> {"type":"recall","seq":"c-41","msg_id":"8842"}
[2026-11-20 10:22:41.390] [debug] ws << {"type":"ack","seq":"c-41","code":"E17","reason":"already read by the visitor"}
`
	a := build(t, known, "client.log", log)
	r := a.Request
	if r == nil || r.Via != "websocket" || r.Result != Refused || !r.Answer.Has("read") || !r.Start.T.Truncate(time.Second).Equal(pressT) {
		t.Fatalf("%+v", r)
	}
	found := false
	for _, ev := range a.Events {
		found = found || ev.Means == "read_receipt" && ev.Mine && ev.Frame && ev.At.T.Before(r.Start.T)
	}
	if !found {
		t.Errorf("events %+v", a.Events)
	}
}

func TestEvents(t *testing.T) {
	read, other := `{"event":"message_read","msg_id":"8842"}`, `{"event":"message_read","msg_id":"9001"}`
	a := chrome(t, known, socket("<"+read, "<"+other, `<{"event":"message_read","last_read_id":"8850"}`, `<{"event":"message_recalled","msg_id":"8842"}`,
		`<{"event":"message","from_type":"client","content":"收到","id":"8851"}`, `<{"event":"kicked","reason":"login elsewhere"}`, `<{"event":"conversation_end","id":"12"}`), recallOf(0.1, "8842", 403, readBody))
	var got []string
	last := time.Time{}
	for _, ev := range a.Events {
		word := ev.Means
		if ev.Mine {
			word += "!"
		}
		got = append(got, word)
		if ev.At.T.Before(last) {
			t.Error("events are not in order of time")
		}
		last = ev.At.T
		if !ev.Frame || ev.Source == "" {
			t.Errorf("%+v", ev)
		}
	}
	if s := strings.Join(got, " "); s != "read_receipt! read_receipt read_receipt! recalled! visitor_message kicked conversation_end" {
		t.Errorf("events: %s", s)
	}
}

func TestSignalsNearTheRecall(t *testing.T) {
	log := `[2026-11-20 09:10:00.000] [warn] websocket disconnected, reconnecting
[2026-11-20 10:12:00.000] [warn] websocket disconnected, reconnecting
[2026-11-20 10:12:01.000] [error] main thread blocked for 5200 ms
[2026-11-20 10:22:42.000] [error] net::ERR_CONNECTION_RESET
[2026-11-20 10:24:20.000] [warn] packet loss 12 %
`
	a := build(t, known, "client.log", log)
	seen := map[string][]bool{}
	for _, s := range a.Signals {
		seen[s.Means] = append(seen[s.Means], s.Strong)
	}
	if got := seen["push_down"]; len(got) != 1 || got[0] {
		t.Errorf("a lasting state counts for a quarter of an hour, weakly: %v", got)
	}
	if got := seen["reset"]; len(got) != 1 || !got[0] {
		t.Errorf("beside the recall it is strong: %v", got)
	}
	if got := seen["loss"]; len(got) != 1 || got[0] {
		t.Errorf("two minutes off it is weak: %v", got)
	}
}

func TestServerLinesAndCurlLoops(t *testing.T) {
	log := `10.0.0.7 - - [20/Nov/2026:10:22:40 +0800] "GET /api/v1/messages HTTP/1.1" 200 52 "-" "Mozilla/5.0" rt=0.020 upstream=10.1.0.1:8080
10.0.0.7 - - [20/Nov/2026:10:22:41 +0800] "GET /api/v1/messages HTTP/1.1" 502 52 "-" "Mozilla/5.0" rt=3.001 upstream=10.1.0.2:8080
10.0.0.7 - - [20/Nov/2026:10:22:41 +0800] "GET /img/a.png HTTP/1.1" 200 52 "-" "Mozilla/5.0" rt=3.001 upstream=10.1.0.2:8080
`
	a := build(t, known, "access.log", log)
	if len(a.Server) != 2 || a.Server[0].Backend != "10.1.0.1:8080" || a.Server[1].Backend != "10.1.0.2:8080" || a.Server[1].Status != 502 {
		for _, c := range a.Server {
			t.Errorf("%+v", c)
		}
	}
	// "us" is the upstream's address with some, its status with others.
	a = build(t, known, "access.log", strings.NewReplacer("upstream=10.1.0.1", `us="200" up=10.1.0.1`, "upstream=10.1.0.2", `us="502" up=10.1.0.2`).Replace(log))
	if len(a.Server) != 2 || a.Server[0].Backend != "10.1.0.1:8080" || a.Server[1].Backend != "10.1.0.2:8080" {
		t.Errorf("%q %q", a.Server[0].Backend, a.Server[1].Backend)
	}
	a = build(t, known, "loop.txt", "ip status connect total\n203.0.113.7 200 0.012 0.044\n203.0.113.8 504 0.013 5.002\n")
	if len(a.Server) != 2 || a.Server[1].Backend != "203.0.113.8" || a.Server[1].Status != 504 || a.Server[1].Total != 5002 {
		for _, c := range a.Server {
			t.Errorf("%+v", c)
		}
	}
}

// The same evidence gives the same attempt, whatever order maps take.
func TestDeterministic(t *testing.T) {
	log := `{"time":"2026-11-20T02:22:41.300Z","level":"warn","msg":"recall denied","method":"POST","path":"/api/v1/messages/8842/recall","status":403,"reason":"sender mismatch","upstream":"10.1.0.1:80","backend":"b2","node":"n3"}` + "\n"
	har := harOf("WebInspector", socket(`<{"b":{"code":1,"id":"8842"},"a":{"error":"x","reason":"read"},"event":"message_read"}`), recallOf(0.2, "8842", 403, `{"z":{"message":"已读"},"a":{"message":"超过时限"},"m":{"code":7,"errmsg":"no permission to recall"}}`))
	var first string
	for i := range 12 {
		a := build(t, facts{incident.AttemptAt: press, incident.MessageID: "8842"}, "a.har", har, "s.log", log)
		got := a.Request.Answer.Text + "|" + reasons(a.Request.Answer) + "|" + strings.Join(a.Request.Answer.Codes, ",") + "|" + a.Server[0].Backend + "|" + a.Request.Source
		if i == 0 {
			first = got
		} else if got != first {
			t.Fatalf("%q, then %q", first, got)
		}
	}
}
