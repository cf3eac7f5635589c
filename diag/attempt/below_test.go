package attempt

import (
	"testing"

	"meiqia-diag/diag/incident"
)

// What became of the recall, as clients and services log it in their several ways.
func TestOutcomesInLogs(t *testing.T) {
	const (
		press = "[2026-11-20 10:22:41.000] [info]  (ui) menu click 撤回 msg_id=8842\n"
		asks  = "[2026-11-20 10:22:41.050] [info]  (http) --> POST /api/v1/messages/batch_recall\n"
	)
	for _, c := range []struct {
		name, client, server string
		want                 Result
		failure              Failure
	}{
		{"a list of those that were done", press + asks + `[2026-11-20 10:22:41.100] [info]  (http) <-- 200 /api/v1/messages/batch_recall {"ok":["8842"],"failed":[]} ms=50`, "", Accepted, ""},
		{"a list of those that were not", press + asks + `[2026-11-20 10:22:41.100] [info]  (http) <-- 200 /api/v1/messages/batch_recall {"ok":[],"failed":[{"id":"8842","err":"INVALID_STATE"}]} ms=50`, "", Refused, ""},
		{"the state in the answer", press + asks + `[2026-11-20 10:22:41.100] [info]  (http) <-- 200 /api/v1/messages/batch_recall {"id":"8842","status":"recalled"} ms=50`, "", Accepted, ""},
		{"the service logs the state", press, `time=2026-11-20T02:22:41.200Z level=info component=recall msg="message state -> withdrawn" msg_id=8842 agent_id=7`, Accepted, ""},
		{"what was done to another before the press", "[2026-11-20 10:22:39.500] [info]  (http) <-- 200 withdraw ok id=783322018\n" + press + asks + `[2026-11-20 10:22:41.100] [warn]  (http) <-- 429 /api/v1/messages/batch_recall {"error":"TOO_MANY_REQUESTS"} ms=50`, "", Refused, ""},
		{"an exception that says how long it took", press + asks + "[2026-11-20 10:23:11.050] [error] (http) java.net.SocketTimeoutException: timeout elapsed_ms=30000", "", NoAnswer, FailTimeout},
		{"an exception at once", press + asks + "[2026-11-20 10:22:41.070] [error] (http) java.net.UnknownHostException: app.meiqia.com", "", NoAnswer, FailDNS},
		{"an exception of something else, later", press + asks + "[2026-11-20 10:22:51.070] [error] (avatar) java.net.UnknownHostException: pic.example.com", "", Unknown, ""},
	} {
		a := build(t, facts{incident.MessageID: "8842", incident.AttemptAt: press0}, "main.log", clientLog(c.client), "server.log", serviceLog(c.server))
		if a.Request == nil {
			if c.want != Unknown {
				t.Errorf("%s: no request", c.name)
			}
			continue
		}
		got := Failure("")
		if a.Request.Call != nil {
			got = a.Request.Call.Failure
		}
		if a.Request.Result != c.want || got != c.failure {
			t.Errorf("%s: %s %q, want %s %q", c.name, a.Request.Result, got, c.want, c.failure)
		}
	}
}

// A request that is logged with its outcome left at some moment before that line.
func TestLoggedWhenOver(t *testing.T) {
	press := "10:22:41.000 app.js:2 [ui] click recall 8842\n"
	over := build(t, known, "c-console.log", press+"10:22:46.000 app.js:2 POST https://app.meiqia.com/api/messages/8842/recall 403\n")
	if r := over.Request; r == nil || !r.Late {
		t.Errorf("logged with its status, and yet not known to have left before: %+v", r)
	}
	begun := build(t, known, "main.log", clientLog("[2026-11-20 10:22:41.000] [info]  (ui) click recall msg_id=8842", "[2026-11-20 10:22:41.050] [info]  (http) --> POST /api/messages/8842/recall"))
	if r := begun.Request; r == nil || r.Late {
		t.Errorf("logged when it left: %+v", r)
	}
}

// The id that a client made up is the message's, where its log names both.
func TestLoggedAlias(t *testing.T) {
	a := build(t, facts{incident.MessageID: "9291374", incident.AttemptAt: press0}, "main.log", clientLog(
		"[2026-11-20 10:22:41.000] [info]  (ui) click recall mid=9291374",
		"[2026-11-20 10:22:41.050] [info]  (http) --> POST /conversations/5/messages/local-1794552657403/recall",
		`[2026-11-20 10:22:41.150] [warn]  (http) <-- 409 /conversations/5/messages/local-1794552657403/recall {"code":"FORBIDDEN","message":"Unable to unsend"} ms=100`,
		"[2026-11-20 10:22:44.000] [info]  (msg) ack late, bind id local=local-1794552657403 server=9291374"))
	if a.Request == nil || !a.Request.LocalID(a.ID) || !a.ours("no such message mid=local-1794552657403") {
		t.Errorf("alias %q, request %+v", a.alias, a.Request)
	}
	for id, want := range map[string]bool{"local-17945": true, "c1793611963675": true, "c7bf4fe9-3b48-40e3-abbb-00aa11bb22cc": false, "cb484f8817ea3d1a73bf72a2": false, "8842": false} {
		if got := isLocalID(id); got != want {
			t.Errorf("%s is a client's own: %v", id, got)
		}
	}
}
