package attempt

import (
	"reflect"
	"testing"
	"time"

	"meiqia-diag/diag/incident"
)

// What the service says of itself, in answers written in different ways.
func TestFactsOfAnswers(t *testing.T) {
	for _, c := range []struct {
		name, method, path, body string
		want                     func(f *ServiceFacts)
		bug                      string
	}{
		{"settings, seconds", "GET", "/api/v1/settings", `{"recall":{"enabled":true,"max_age_seconds":180,"types":["text","image"]}}`, func(f *ServiceFacts) {
			f.Window, f.Enabled, f.Types = 3*time.Minute, "yes", []string{"text", "image"}
		}, ""},
		{"settings, minutes", "GET", "/api/v1/enterprise", `{"withdraw":{"limit_minutes":5}}`, func(f *ServiceFacts) { f.Window = 5 * time.Minute }, ""},
		{"settings, a bare small number is minutes", "GET", "/api/v1/enterprise", `{"recall":{"window":2}}`, func(f *ServiceFacts) { f.Window = 2 * time.Minute }, ""},
		{"settings, a bare large number is milliseconds", "GET", "/api/v1/enterprise", `{"recall":{"window":120000}}`, func(f *ServiceFacts) { f.Window = 2 * time.Minute }, ""},
		{"settings, camel case", "GET", "/api/v1/bootstrap", `{"features":{"recallTimeoutMs":90000}}`, func(f *ServiceFacts) { f.Window = 90 * time.Second }, ""},
		{"the feature is off", "GET", "/api/v1/settings", `{"recall":{"enabled":false}}`, func(f *ServiceFacts) { f.Enabled = "no" }, ""},
		{"rights without the recall", "GET", "/api/v1/me", `{"id":"a_17","permissions":["chat.send","chat.close","visitor.view"]}`, func(f *ServiceFacts) { f.Self, f.Permission = "a_17", "no" }, ""},
		{"rights with the recall", "GET", "/api/v1/me", `{"id":"a_17","permissions":["chat.send","message.recall"]}`, func(f *ServiceFacts) { f.Self, f.Permission = "a_17", "yes" }, ""},
		{"rights as a map", "GET", "/api/v1/me", `{"id":"a_17","acl":{"recall_message":0,"send":1}}`, func(f *ServiceFacts) { f.Self, f.Permission = "a_17", "no" }, ""},
		{"the message", "GET", "/api/v1/conversations/12/messages", `[{"id":8842,"type":"image","from_type":"agent","agent_id":"a_18"},{"id":8843,"type":"text"}]`, func(f *ServiceFacts) {
			f.Type, f.SenderKind, f.Sender = "image", "agent", "a_18"
		}, ""},
		{"the message, read", "GET", "/api/v1/conversations/12/messages", `[{"id":8842,"type":"text","is_read":true},{"id":8843,"is_read":false}]`, func(f *ServiceFacts) { f.Type, f.Read = "text", "yes" }, ""},
		{"the visitor's kit", "GET", "/api/v1/conversations/12", `{"id":12,"visitor":{"platform":"android","sdk_version":"3.5.0"}}`, func(f *ServiceFacts) { f.SDK, f.SDKVersion = "android", "3.5.0" }, ""},
		{"the conversation is closed", "GET", "/api/v1/conversations/12", `{"conversation":{"id":12,"status":"closed"}}`, func(f *ServiceFacts) { f.Ended = true }, ""},
		{"nothing of the kind", "GET", "/api/v1/ads", `{"window":{"w":800},"types":["a","b"],"status":"closed"}`, func(*ServiceFacts) {}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := chrome(t, known, entry(-30, c.method, host+c.path, "", 200, c.body), recallOf(0.2, "8842", 403, `{"error":"no"}`))
			var want ServiceFacts
			c.want(&want)
			if !reflect.DeepEqual(a.Facts, want) {
				t.Errorf("got  %+v\nwant %+v", a.Facts, want)
			}
		})
	}
}

// What was read after the recall was not the reason for its refusal.
func TestReadAfterTheRecall(t *testing.T) {
	state := `[{"id":8842,"type":"text","is_read":true}]`
	before := chrome(t, known, entry(-1, "GET", host+"/api/v1/messages", "", 200, state), recallOf(0.2, "8842", 403, `{"error":"no"}`))
	after := chrome(t, known, recallOf(0.2, "8842", 403, `{"error":"no"}`), entry(5, "GET", host+"/api/v1/messages", "", 200, state))
	if before.Facts.Read != "yes" || after.Facts.Read != "" {
		t.Errorf("before %q, after %q", before.Facts.Read, after.Facts.Read)
	}
}

// An error page's JSON and a failed answer teach nothing.
func TestFactsOnlyOfGoodAnswers(t *testing.T) {
	a := chrome(t, known, entry(-30, "GET", host+"/api/v1/settings", "", 500, `{"recall":{"enabled":false,"window":1}}`), entry(-30, "GET", "https://other.example.org/api/settings", "", 200, `{"recall":{"enabled":false}}`))
	if !reflect.DeepEqual(a.Facts, ServiceFacts{}) {
		t.Errorf("%+v", a.Facts)
	}
}

func TestClientFacts(t *testing.T) {
	ua := func(s string) obj { return obj{"request": obj{"headers": header("User-Agent", s)}} }
	for _, c := range []struct {
		agent string
		want  ClientFacts
	}{
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36", ClientFacts{Browser: "chrome", Version: "156.0.0.0", OS: "Windows 10/11"}},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.1.2", ClientFacts{Browser: "edge", Version: "156.0.1.2", OS: "Windows 10/11"}},
		{"Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", ClientFacts{Browser: "ie", Version: "11.0", OS: "Windows 7"}},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", ClientFacts{Browser: "firefox", Version: "153.0", OS: "Linux"}},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15", ClientFacts{Browser: "safari", Version: "17.4", OS: "macOS"}},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0.1 Mobile/15E148 Safari/604.1", ClientFacts{Browser: "chrome", Version: "120.0.1", OS: "iOS", Mobile: true}},
		{"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", ClientFacts{Browser: "chrome", Version: "140.0.0.0", OS: "Android", Mobile: true}},
		{"curl/8.9", ClientFacts{}},
	} {
		got := chrome(t, known, entry(0, "POST", host+"/api/v1/me", "", 200, `{}`, ua(c.agent))).Client
		c.want.UserAgent = c.agent
		if got != c.want {
			t.Errorf("got  %+v\nwant %+v", got, c.want)
		}
	}
	page := entry(-60, "GET", host+"/chat", "", 200, `<html><meta name="build" content="2026.11.01"></html>`, obj{"_resourceType": "document", "response": obj{"content": obj{"mimeType": "text/html"}}})
	live := entry(-50, "GET", host+"/api/v1/version", "", 200, `{"latest_version":"2026.11.18"}`, obj{"request": obj{"headers": header("X-Client-Version", "4.0.1")}})
	got := chrome(t, facts{incident.Device: "mobile_web"}, page, live).Client
	if got.PageBuild != "2026.11.01" || got.LiveBuild != "2026.11.18" || got.App != "4.0.1" || !got.Mobile {
		t.Errorf("%+v", got)
	}
}

func TestHistory(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`[{"id":8842,"recalled":true},{"id":8843}]`, "withdrawn"},
		{`{"messages":[{"id":"8842","state":"withdrawn"}]}`, "withdrawn"},
		{`{"data":{"list":[{"msg_id":8842,"recalled_at":"2026-11-20T02:22:41Z"}]}}`, "withdrawn"},
		{`{"log":[{"mid":"8842","k":"text","gone":true}]}`, "withdrawn"},
		{`{"log":[{"mid":"8842","k":"text","gone":false}]}`, "plain"},
		{`{"items":[{"action":"withdraw_msg","body":{"msg_id":8842}}]}`, ""}, // an event, and no history
		{`{"messages":[{"id":8842,"content":"x","extra":"{\"is_withdrawn\":true}"}]}`, "withdrawn"},
		{`{"messages":[{"id":"8842","recalled":false,"content":"hi"}]}`, "plain"},
		{`{"messages":[{"id":"8842","recalled_at":null,"content":"hi"}]}`, "plain"},
		{`[{"id":8843,"recalled":true}]`, ""},
		{`<html>8842</html>`, ""},
		{`{"id":88420}`, ""},
	} {
		if got := MessageState(c.body, "8842"); got != c.want {
			t.Errorf("%s: %q, want %q", c.body, got, c.want)
		}
	}
	for path, want := range map[string]bool{"https://x.y/api/v1/conversations/1/messages?page=2": true, "https://x.y/api/history": true, "https://x.y/api/settings": false, "nonsense": false} {
		if HistoryPath(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
}

func TestHosts(t *testing.T) {
	// A page of a site that the profile does not name tells its hosts; measuring hosts of that site are none.
	page := entry(-60, "GET", "https://desk.shop.example.com/chat", "", 200, "<html></html>", obj{"_resourceType": "document"})
	a := chrome(t, known, page, entry(0, "POST", "https://api.shop.example.com/v1/messages/8842/recall", "", 403, readBody),
		entry(1, "GET", "https://stats.shop.example.com/e", "", 200, ""), entry(1, "GET", "https://cdn.other.example.net/x", "", 200, ""))
	if a.Request == nil || len(a.Calls) != 2 {
		t.Errorf("%d calls, request %+v", len(a.Calls), a.Request)
	}
}

func TestIDsInText(t *testing.T) {
	for text, want := range map[string]string{
		`{"msg_id":"8842"}`: "8842", "messageId=8842&x=1": "8842", "/messages/8842/recall": "8842", "recall msg=m-8842 denied": "m-8842",
		"消息编号:8842": "8842", `{"message":{"id":"x"}}`: "", "message was not sent": "", `{"mid":8842}`: "8842", "msgIds=%5B%22": "",
	} {
		got := ""
		if ids := idsIn(text); len(ids) > 0 {
			got = ids[0]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]bool{"a8842": false, "88421": false, "m-8842": true, "8842": true, "(8842)": true, "18842": false, "": false} {
		if mentions(text, "8842") != want {
			t.Errorf("%q names 8842: %v", text, !want)
		}
	}
}

// Events that a page fetched, and what the conversation's channel can do.
func TestPolledEventsAndChannels(t *testing.T) {
	a := chrome(t, known, recallOf(0.2, "8842", 200, `{"success":true}`),
		entry(0.6, "GET", host+"/api/v2/conversations/5/updates?after=1", "", 200, `{"items":[{"action":"withdraw_msg","body":{"msg_id":8842}}]}`))
	seen := false
	for _, ev := range a.Events {
		seen = seen || ev.Means == "recalled" && ev.Mine
	}
	if !seen {
		t.Errorf("events %+v", a.Events)
	}
	a = chrome(t, known, entry(-30, "GET", host+"/api/v2/conversations/5", "", 200, `{"id":5,"source":"wechat","channel_capabilities":{"send":true,"recall":false}}`), recallOf(0.2, "8842", 400, `{}`))
	if a.Facts.ChannelCan != "no" || a.Facts.Permission != "" {
		t.Errorf("%+v", a.Facts)
	}
	a = chrome(t, known, entry(-30, "GET", host+"/api/conversations", "", 200, `{"data":{"items":[{"id":"room-1","channel":"wechat","owner":"ag-1","capabilities":{"typing":false,"recall":false}}]}}`), recallOf(0.2, "8842", 400, `{}`))
	if a.Facts.ChannelCan != "no" || a.Facts.Permission != "" {
		t.Errorf("%+v", a.Facts)
	}
}
