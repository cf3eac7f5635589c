package attempt

import (
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/incident"
)

// What a client's log last said of its push connection before the recall holds until it says otherwise.
func TestPushStateAtTheRecall(t *testing.T) {
	line := func(at time.Duration, text string) string {
		return pressT.Add(at).Add(8*time.Hour).Format("[2006-01-02 15:04:05.000] [info] [main] ") + text + "\n"
	}
	for _, c := range []struct {
		name string
		text string
		want bool
	}{
		{"went down and stayed down", line(-40*time.Second, "push channel closed 1006") + line(0, "menu click 撤回 8842"), true},
		{"down for a minute and a half", line(-90*time.Second, "socket disconnected: transport close") + line(0, "menu click 撤回 8842"), true},
		{"minutes before", line(-9*time.Minute, "socket disconnected: transport close") + line(0, "menu click 撤回 8842"), false},
		{"came up again", line(-40*time.Second, "websocket closed 1006") + line(-30*time.Second, "websocket connected") + line(0, "menu click 撤回 8842"), false},
	} {
		a := build(t, known, "client.log", c.text)
		got := false
		for _, s := range a.Signals {
			got = got || s.Means == "push_down" && s.Strong
		}
		if got != c.want {
			t.Errorf("%s: %+v", c.name, a.Signals)
		}
	}
}

// An event that reached nobody was not brought, however late the log says so.
func TestUndelivered(t *testing.T) {
	rec := entry(0.2, "POST", host+"/api/v1/messages/8842/recall", "{}", 200, `{"success":true,"message":{"id":"8842","is_withdrawn":true}}`)
	for text, want := range map[string]bool{
		`WARN  [exec-1] c.m.Push - no live connection, event not delivered event=withdraw_msg to=visitor:5t9 msg=8842`: true,
		`WARN  [exec-1] c.m.Push - withdraw_msg 8842: 0 subscribers`:                                                   true,
		`INFO  [exec-1] c.m.Push - event delivered event=withdraw_msg to=visitor:5t9 msg=8842`:                         false,
		`WARN  [exec-1] c.m.Push - no live connection, event not delivered event=withdraw_msg msg=9911`:                false,
	} {
		log := "2026-11-20 10:22:41.300 INFO  [exec-1] c.m.Svc - recall ok msg=8842 operator=9\n2026-11-20 10:22:42.900 " + text + "\n"
		a := build(t, known, "a.har", harOf("WebInspector", rec), "svc.log", log)
		if got := a.Undelivered() != nil; got != want {
			t.Errorf("%s: %v, signals %v", text, got, means(a))
		}
	}
}

func TestServiceBug(t *testing.T) {
	for text, want := range map[string]bool{
		`ERROR [exec-1] c.m.Svc - java.lang.NullPointerException: Cannot invoke "x" msg=8842`: true,
		`WARN  [exec-1] c.m.Svc - assertion failed: state SENT -> ??? msg=8842`:               true,
		`WARN  [exec-1] c.m.Svc - recall rejected msg=8842 reason=window_expired`:             false,
		`ERROR [exec-1] c.m.Svc - NullPointerException msg=9911`:                              false,
	} {
		log := "2026-11-20 10:21:03.100 INFO  [exec-1] c.m.Svc - message stored msg=8842 from=9\n2026-11-20 10:22:41.400 " + text + "\n"
		if got := build(t, known, "svc.log", log).ServiceBug() != nil; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// The agent's own client says which message was pressed; others are recalled at the same moment.
func TestPressedIDIsLearnt(t *testing.T) {
	server := strings.Join([]string{
		`2026-11-20 10:22:41.300 INFO  [exec-1] c.m.Svc - recall ok msg=7651806742461 operator=9833`,
		`2026-11-20 10:22:42.100 INFO  [exec-2] c.m.Svc - recall ok msg=7651806742999 operator=17`,
	}, "\n") + "\n"
	client := "[2026-11-20 10:22:41.000] [info] [main] (ui) menu click 撤回 msgId=590040065\n[2026-11-20 10:22:41.010] [warn] [main] command not supported by this build\n"
	a := build(t, facts{incident.AttemptAt: press}, "svc.log", server, "client.log", client)
	if a.ID != "590040065" || a.Request != nil && a.Request.Result == Accepted {
		t.Errorf("id %q, request %+v", a.ID, a.Request)
	}
}

// A recall comes after its message: what a log shows before is another's.
func TestNoRecallBeforeTheMessage(t *testing.T) {
	log := `198.51.100.7 - - [20/Nov/2026:10:20:01 +0800] "POST /api/v1/messages/batch_recall HTTP/1.1" 200 64 "-" "Mozilla/5.0"` + "\n"
	if a := build(t, facts{incident.SentAt: sent0, incident.AttemptAt: press}, "access.log", log); a.Request != nil {
		t.Errorf("request %+v", a.Request)
	}
}
