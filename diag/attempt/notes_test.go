package attempt

import (
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/incident"
)

const chat = "陈伟 2026/11/20 10:31\n撤回的时候弹了个提示：当前渠道不支持撤回\n\n美洽技术支持 2026/11/20 10:33\n请发一下 HAR\n\n陈伟 2026/11/20 10:34\n不会弄\n"

// What people say in a chat that was handed in is stated, and no log line.
func TestChats(t *testing.T) {
	a := build(t, known, "客户反馈.txt", chat)
	if len(a.Notes) != 3 || a.Notes[0].Text != "撤回的时候弹了个提示：当前渠道不支持撤回" || len(a.Logs) != 0 {
		t.Fatalf("notes %+v, logs %d", a.Notes, len(a.Logs))
	}
	said := false
	for _, s := range a.Signals {
		said = said || s.Means == "says:channel" && s.Said
	}
	if !said {
		t.Errorf("signals %+v", a.Signals)
	}
	log := "2026-11-20 10:22:41.200 INFO  [main] click recall\n2026-11-20 10:22:41.460 ERROR [main] recall rejected msg=8842 reason=message_read\n"
	if a = build(t, known, "app.log", log); len(a.Notes) != 0 || len(a.Logs) != 1 {
		t.Errorf("a log is taken for a chat: %+v", a.Notes)
	}
}

func TestWhatPeopleSaw(t *testing.T) {
	for text, want := range map[string]string{
		"客户那边已经看不到了，我这边还在":    "still_visible",
		"麻烦看一下我刚撤回的那条客户还能看到吗": "", // a question tells nothing
		"我这边是没了":                     "",
		"右键没有撤回按钮":                   "no_button",
		"弹了个提示：超过时间不能撤回":             "refused",
		"点了以后一直转圈":                   "timed_out",
		"页面能打开，但是点撤回没反应":             "no_reaction",
		"the message is still there": "still_visible",
	} {
		if got, _ := SeenBy([]Note{{Text: text}}); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// The message is told by the logs where nobody named it.
func TestMessageToldByLogs(t *testing.T) {
	server := strings.Join([]string{
		`2026-11-20 10:21:03.100 INFO  [http-nio-1] c.m.Svc - message stored id=5501 conv=77 from=agent:9`,
		`2026-11-20 10:22:40.700 INFO  [http-nio-2] c.m.Svc - recall done msg=6602 conv=78 operator=12`,
		`2026-11-20 10:22:41.400 WARN  [http-nio-3] c.m.Svc - recall rejected msg=5501 operator=9 visitor interaction present`,
		`2026-11-20 10:22:43.900 WARN  [http-nio-4] c.m.Svc - recall rejected msg=7703 operator=31 reason=peer_read`,
	}, "\n") + "\n"
	a := build(t, facts{incident.SentAt: sent0, incident.AttemptAt: press}, "im-app.log", server)
	if a.ID != "5501" || a.Request == nil || !a.Request.Answer.Has("acted") || a.Request.Answer.Has("read") {
		t.Errorf("id %q, request %+v", a.ID, a.Request)
	}
	// Two recalls at that moment, and nothing tells which: none is chosen.
	if a = build(t, facts{incident.AttemptAt: press}, "im-app.log", server); a.ID != "" {
		t.Errorf("id %q", a.ID)
	}
}

// A line that names only the request's trace speaks of the recall as well.
func TestTracesAreFollowed(t *testing.T) {
	server := strings.Join([]string{
		`time="2026-11-20T10:22:41.322+08:00" level=info msg="[recall] begin msg_id=8842 op=75519" trace=24bc07dd3f4b5084`,
		`time="2026-11-20T10:22:41.326+08:00" level=warn msg="deny: msg age 28898s exceeds limit 120s" trace=24bc07dd3f4b5084`,
		`time="2026-11-20T10:22:41.901+08:00" level=warn msg="deny: sender mismatch" trace=99ff07dd3f4b5084`,
	}, "\n") + "\n"
	a := build(t, known, "app.log", server)
	trap, own := false, false
	for _, s := range a.Signals {
		trap = trap || s.Means == "zone_trap"
		own = own || strings.Contains(s.Text, "sender mismatch") && s.Strong && s.Means == "says:not_own"
	}
	if !trap || own {
		t.Errorf("zone trap %v, another request's reason %v: %+v", trap, own, a.Signals)
	}
	near := strings.Replace(server, "28898s", "98s", 1)
	for _, s := range build(t, known, "app.log", near).Signals {
		if s.Means == "zone_trap" {
			t.Errorf("a true age is called a trap: %s", s.Text)
		}
	}
}

// A recall that names the id which the sender's client made up is this message's.
func TestAlias(t *testing.T) {
	a := chrome(t, facts{incident.MessageID: "8842", incident.AttemptAt: "2026-11-20T10:22:00+08:00"},
		entry(-98, "POST", host+"/api/v1/conversations/5/messages", `{"content":"…","client_id":"local-7e66365a"}`, 200, `{"data":{"id":8842}}`),
		entry(0.2, "POST", host+"/api/v1/messages/recall", `{"mid":"local-7e66365a"}`, 404, `{"error":"message_not_found"}`))
	if a.Request == nil || !a.Request.LocalID(a.ID) {
		t.Fatalf("%+v", a.Request)
	}
	if got := a.Press.T.Sub(pressT); got < 0 || got > time.Second {
		t.Errorf("a press given in whole minutes was not refined by the recording: %v", a.Press)
	}
}

// The page's own log is a better witness of the press than a person.
func TestPressToldByThePage(t *testing.T) {
	log := "[2026-11-20 10:22:18.037] [info]  [ui] pointerdown on recall item 8842\n[2026-11-20 10:22:41.207] [warn]  onClick recall 8842, input delay 22603ms\n"
	a := build(t, facts{incident.MessageID: "8842", incident.SentAt: sent0}, "main.log", log)
	if a.Press.Clock != clock.Device || a.Press.T.Sub(pressT).Round(time.Second) != -23*time.Second || a.InputDelay.Round(time.Second) != 23*time.Second {
		t.Errorf("press %+v, delay %v", a.Press, a.InputDelay)
	}
	a = build(t, facts{incident.MessageID: "8842"}, "main.log", "[2026-11-20 10:22:41.207] [warn]  onClick recall 9001\n")
	if !a.Press.IsZero() {
		t.Errorf("another message's press: %+v", a.Press)
	}
}

// Of the service's log only this conversation's connections count.
func TestOtherPeoplesConnections(t *testing.T) {
	server := strings.Join([]string{
		`2026-11-20 10:22:30.100 INFO  [http-nio-1] c.m.push.Worker - push conn close visitor=aa11bb22`,
		`2026-11-20 10:22:38.100 INFO  [http-nio-1] c.m.push.Worker - push conn close visitor=cc33dd44`,
		`2026-11-20 10:22:41.300 INFO  [http-nio-2] c.m.push.Worker - recall done msg=8842 conv=77881 visitor=ee55ff66`,
	}, "\n") + "\n"
	count := func(log string) (n int) {
		for _, s := range build(t, known, "push.log", log).Signals {
			if s.Means == "push_down" {
				n++
			}
		}
		return n
	}
	if n := count(server); n != 0 {
		t.Errorf("%d of others' connections count", n)
	}
	if n := count(strings.Replace(server, "cc33dd44", "ee55ff66", 1)); n != 1 {
		t.Errorf("%d, want the one of this conversation's visitor", n)
	}
}

func TestClientToldByItsLog(t *testing.T) {
	log := "[2026-11-20 10:20:20.051] [info]  app start version=2.1.3 platform=win32\n[2026-11-20 10:20:27.051] [warn]  [updater] current=2.1.3 latest=5.3.0 minSupported=4.0.0 download failed\n[2026-11-20 10:20:28.051] [info]  UA: Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/69.0.3947.100 Safari/537.36\n"
	c := build(t, known, "main.log", log).Client
	if c.App != "2.1.3" || c.AppLeast != "4.0.0" || c.Browser != "chrome" || c.Version != "69.0.3947.100" {
		t.Errorf("%+v", c)
	}
	if c = build(t, known, "visitor-sdk.log", log).Client; c.App != "" || c.Browser != "" {
		t.Errorf("the visitor's client is taken for the agent's: %+v", c)
	}
}

func TestLikeAnID(t *testing.T) {
	const id = "itm_S25BC5858FKT1561"
	for text, want := range map[string]bool{
		"recall denied mid=itm_HMHXBYW6Q2PYJDPR reason=PEER_SEEN": true,
		"recall denied mid=" + id + " reason=PEER_SEEN":           false,
		"conv=cht_HMHXBYW6Q2PYJDPR op=usr_D138ZTXSYP0FYQ8D":       false,
		"itm_short1 and xitm_HMHXBYW6Q2PYJDPR":                    false,
	} {
		if likeID(text, id) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
	if likeID("8843", "8842") || likeID("a-1", "a-2") {
		t.Error("too short to tell")
	}
}
