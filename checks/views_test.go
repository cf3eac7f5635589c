package checks

import (
	"encoding/json"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
)

func TestDevice(t *testing.T) {
	table(t, "device", nil, []row{
		{"nothing", nil, nil, diag.Skip, nil},
		{"a phone, as stated", facts{incident.Device: "mobile_web"}, nil, diag.Pass, []string{"device.kind=mobile device:mobile_web"}},
		{"a desk, as recorded", nil, []any{me(0, obj{"request": obj{"headers": headers("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0.0.0 Safari/537.36")}})}, diag.Pass, []string{"device.kind=desktop"}},
		{"seconds from press to request", nil, []any{me(-5), recall(6.5, 403, `{}`)}, diag.Fail, []string{"device.press_delay=6500 ms"}},
		{"within what a person can tell", nil, []any{me(-5), recall(1.2, 403, `{}`)}, diag.Pass, []string{"device.press_delay=1200 ms"}},
		{"a busy page", nil, []any{"client.log", "[2026-11-20 10:22:41.100] [error] main thread blocked for 5200 ms\n"}, diag.Warn, []string{"device.signal=device_slow log:client"}},
		{"a missed tap", nil, []any{"client.log", "[2026-11-20 10:22:41.100] [debug] tap at (310,702) missed, hit bubble\n"}, diag.Warn, []string{"device.signal=tap_missed"}},
		{"an hour before", nil, []any{"client.log", "[2026-11-20 09:02:41.100] [debug] tap at (310,702) missed, hit bubble\n"}, diag.Skip, []string{"!device.signal"}},
	})
	o := first(t, run(t, "device", input(t, known, nil, me(-5), recall(6.5, 403, `{}`))), DevicePressDelay)
	if o.Unit != "ms" || *o.Low > 6500 || *o.High < 6500 || *o.Uncertainty < 900 || *o.Uncertainty > 1100 {
		t.Errorf("a person's reading is to a second: %+v", o)
	}
}

func TestCache(t *testing.T) {
	page := entry(-60, "GET", host+"/chat", "", 200, `<meta name="build" content="2026.11.01">`, kind("document"), obj{"response": obj{"content": obj{"mimeType": "text/html"}}})
	live := func(build string) obj {
		return entry(-50, "GET", host+"/api/v1/version", "", 200, `{"latest_version":"`+build+`"}`)
	}
	script := func(name string, more ...obj) obj {
		return entry(-55, "GET", host+"/"+name, "", 200, "x", append([]obj{kind("script")}, more...)...)
	}
	old := respHeaders("Date", "Thu, 19 Nov 2026 02:00:00 GMT", "Cache-Control", "public, max-age=90000")
	table(t, "cache", nil, []row{
		{"nothing", nil, nil, diag.Skip, nil},
		{"current", nil, []any{page, live("2026.11.01")}, diag.Pass, []string{"cache.app=current page:2026.11.01 service:2026.11.01"}},
		{"stale", nil, []any{page, live("2026.11.18")}, diag.Fail, []string{"cache.app=stale page:2026.11.01 service:2026.11.18"}},
		{"from the network", nil, []any{script("app.js", old)}, diag.Pass, []string{"!cache.used", "!cache.age"}},
		{"from the disk", nil, []any{script("app.js", old, obj{"_fromCache": "disk"})}, diag.Warn, []string{"cache.used=disk", "cache.age=87706 s named_by_content:no", "cache.freshness_left=2294 s"}},
		{"by a clock that is ten minutes fast", nil, append(clocks(-600, 0.3), script("app.js", old, obj{"_fromCache": "disk"})), diag.Warn, []string{"cache.age=87105 s", "cache.freshness_left=2894 s"}},
		{"a name by its content", nil, []any{script("app.3f2a9c.js", old, obj{"_fromCache": "disk"})}, "", []string{"cache.age=87706 s named_by_content:yes"}},
		{"a service worker", nil, []any{script("app.js", respHeaders("Date", "Fri, 20 Nov 2026 02:20:00 GMT"), obj{"response": obj{"_fetchedViaServiceWorker": true, "_serviceWorkerResponseSource": "cache-storage", "_responseCacheStorageCacheName": "v1"}})}, diag.Pass, []string{"cache.used=service-worker"}},
		{"chunks gone", nil, []any{"console.log", "[2026-11-20 10:22:41.100] [error] ChunkLoadError: Loading chunk 17 failed.\n"}, diag.Warn, []string{"cache.signal=stale_app"}},
	})
}

func TestBrowser(t *testing.T) {
	ua := func(s string) obj { return obj{"request": obj{"headers": headers("User-Agent", s)}} }
	table(t, "browser", nil, []row{
		{"nothing", nil, nil, diag.Skip, []string{"!browser.dispatch"}},
		{"sent", nil, []any{me(-5), recall(0, 403, `{}`)}, diag.Pass, []string{"browser.dispatch=sent via:http"}},
		{"blocked, by whom is in the console", nil, []any{recall(0, 0, "", failed("net::ERR_BLOCKED_BY_CLIENT")), "console.log", "[2026-11-20 10:22:41.100] [error] blocked by extension chrome-extension://abcdefghijklmnopabcdefghijklmnop/content.js msg 8842\n"}, diag.Fail, []string{"browser.dispatch=blocked error:net::ERR_BLOCKED_BY_CLIENT", "browser.blocked_by=abcdefghijklmnopabcdefghijklmnop"}},
		{"the console names extension and rule", nil, []any{recall(0, 0, "", failed("net::ERR_BLOCKED_BY_CLIENT")), "console.log", "[2026-11-20 10:22:41.100] [error] POST https://app.meiqia.com/api/v1/messages/8842/recall net::ERR_BLOCKED_BY_CLIENT by chrome-extension://cjpalhdlnbpafiamejdnhcphjbkeiagm/ rule ||app.meiqia.com^*/recall$xhr\n"}, diag.Fail, []string{"browser.blocked_by=cjpalhdlnbpafiamejdnhcphjbkeiagm ||app.meiqia.com^*/recall$xhr rule:||app.meiqia.com^*/recall$xhr"}},
		{"by name, with a numbered rule", nil, []any{recall(0, 0, "", failed("net::ERR_BLOCKED_BY_CLIENT")), "console.log", "[2026-11-20 10:22:41.100] [error] request blocked by uBlock Origin, filter: \"*/recall*\" msg 8842\n"}, diag.Fail, []string{"browser.blocked_by=uBlock Origin */recall* rule:*/recall*"}},
		{"blocked, by somebody", nil, []any{recall(0, 0, "", failed("net::ERR_BLOCKED_BY_CLIENT"))}, diag.Fail, []string{"browser.blocked_by=unknown"}},
		{"an extension answered", nil, []any{recall(0, 200, `{"ok":true}`, respHeaders("Non-Authoritative-Reason", "WebRequest API"))}, diag.Fail, []string{"browser.dispatch=replaced", "browser.blocked_by=unknown"}},
		{"mixed content", nil, []any{recall(0, 0, "", failed(""))}, diag.Fail, []string{"browser.dispatch=policy", "!browser.blocked_by"}},
		{"Firefox gives no reason", nil, []any{recall(0, 0, "", failed("NS_ERROR_ABORT"))}, "", []string{"browser.dispatch=unspecified"}},
		{"recorded, and none was sent", nil, []any{me(-20), me(20)}, diag.Warn, []string{"browser.dispatch=absent"}},
		{"frames were not kept", nil, []any{me(-20), me(20), socket(0)}, "", []string{"browser.dispatch=hidden"}},
		{"not recorded", nil, []any{me(-2000), me(-1900)}, diag.Skip, []string{"!browser.dispatch"}},
		{"a script was blocked", nil, []any{me(-20), recall(0, 200, `{"success":true}`), entry(-30, "GET", host+"/recall.js?x=1", "", 0, "", kind("script"), failed("net::ERR_BLOCKED_BY_CLIENT"))}, diag.Fail, []string{"browser.script=blocked url:https://app.meiqia.com/recall.js"}},
		{"an old browser", nil, []any{me(-20, ua("Mozilla/5.0 (Windows NT 6.1) Chrome/69.0.3497.100 Safari/537.36")), recall(0, 403, `{}`)}, diag.Fail, []string{"browser.version=below browser:chrome version:69.0.3497.100 minimum:80 minimum_basis:assumed"}},
		{"Internet Explorer", nil, []any{me(-20, ua("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko")), recall(0, 403, `{}`)}, diag.Fail, []string{"browser.version=below browser:ie"}},
		{"a new browser", nil, []any{me(-20, ua("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36")), recall(0, 403, `{}`)}, diag.Pass, []string{"browser.version=ok"}},
		{"storage is shut", nil, []any{"console.log", "[2026-11-20 10:22:41.100] [error] SecurityError: Failed to read the 'localStorage' property from 'Window': Access is denied for this document.\n"}, diag.Warn, []string{"browser.signal=settings"}},
	})
}

func TestPermission(t *testing.T) {
	settings := entry(-40, "GET", host+"/api/v1/me", "", 200, `{"id":"a_17","permissions":["chat.send","chat.close"]}`)
	message := func(s string) obj {
		return entry(-30, "GET", host+"/api/v1/conversations/12/messages", "", 200, `[`+s+`]`)
	}
	refused := recall(0.1, 403, `{"error":"no"}`)
	table(t, "permission", nil, []row{
		{"nothing", facts{}, nil, diag.Skip, nil},
		{"own, text, unread", facts{incident.MessageSender: "self", incident.MessageType: "text", incident.Read: "no", incident.VisitorAction: "none", incident.ProcessedBy: "none", incident.CanRecall: "yes", incident.MessageChannel: "web"}, nil, diag.Pass,
			[]string{"permission.sender=self", "permission.type=recallable type:text policy_basis:assumed recallable:text", "permission.read=no", "permission.visitor_action=none", "permission.processed_by=none", "permission.account=yes", "permission.channel=recallable"}},
		{"a colleague's", facts{incident.MessageSender: "colleague"}, nil, diag.Fail, []string{"permission.sender=colleague"}},
		{"a colleague's, as the service says", nil, []any{settings, message(`{"id":8842,"type":"text","agent_id":"a_18"}`), refused}, diag.Fail, []string{"permission.sender=colleague", "permission.account=no"}},
		{"a picture", facts{incident.MessageType: "image"}, nil, diag.Fail, []string{"permission.type=not_recallable type:image"}},
		{"a picture, and the person says that it can", facts{incident.MessageType: "image", incident.RecallableTypes: "text image"}, nil, diag.Pass, []string{"permission.type=recallable type:image policy_basis:incident"}},
		{"a system message, whatever the list says", facts{incident.MessageType: "system", incident.RecallableTypes: "text system"}, nil, diag.Fail, []string{"permission.type=not_recallable type:system policy_basis:stated"}},
		{"the type as the service says", nil, []any{message(`{"id":8842,"content_type":"photo"}`), refused}, diag.Fail, []string{"permission.type=not_recallable type:image"}},
		{"a channel that cannot", facts{incident.MessageChannel: "wechat"}, nil, diag.Fail, []string{"permission.channel=not_recallable channel:wechat policy_basis:assumed"}},
		{"no right", facts{incident.CanRecall: "no"}, nil, diag.Fail, []string{"permission.account=no"}},
		{"read, as stated", facts{incident.Read: "yes"}, nil, diag.Fail, []string{"permission.read=yes"}},
		{"read before", nil, []any{refused, socket(-10, `<{"event":"message_read","msg_id":"8842"}`)}, diag.Fail, []string{"permission.read=yes"}},
		{"read after", nil, []any{refused, socket(10, `<{"event":"message_read","msg_id":"8842"}`)}, diag.Pass, []string{"permission.read=after"}},
		{"another message was read", nil, []any{refused, socket(-10, `<{"event":"message_read","msg_id":"9001"}`)}, "", []string{"!permission.read"}},
		{"the visitor wrote", nil, []any{refused, socket(-10, `<{"event":"message","from_type":"client","content":"好的","id":"8851"}`)}, "", []string{"permission.visitor_action=message"}},
		{"the visitor wrote before the message was sent", nil, []any{refused, socket(-200, `<{"event":"message","from_type":"client","content":"好的","id":"8800"}`)}, "", []string{"!permission.visitor_action"}},
		{"another system", facts{incident.ProcessedBy: "crm, automation"}, nil, diag.Fail, []string{"permission.processed_by=crm", "permission.processed_by=automation"}},
		{"recalled before", nil, []any{recall(-8, 200, `{"success":true}`), refused}, diag.Fail, []string{"permission.target=recalled_before"}},
		{"the conversation had ended", nil, []any{refused, socket(-10, `<{"event":"conversation_end","id":"12"}`)}, diag.Fail, []string{"permission.target=conversation_ended"}},
		{"the conversation ended later", nil, []any{refused, socket(10, `<{"event":"conversation_end","id":"12"}`)}, "", []string{"!permission.target"}},
		{"a local id", nil, []any{recall(0.1, 404, `{"error":"message not found"}`, obj{"request": obj{"url": host + "/api/v1/messages/local-17ab/recall"}})}, "", []string{"permission.target=local_id"}},
		{"the symptom", facts{incident.Symptom: "no_button"}, nil, diag.Pass, []string{"attempt.symptom=no_button"}},
	})
	prof := *embedded()
	prof.Roles = []string{"admin", "agent"}
	table(t, "permission", &prof, []row{
		{"a role that may", facts{incident.Role: "Agent"}, nil, diag.Pass, []string{"permission.role=allowed role:agent"}},
		{"a role that may not", facts{incident.Role: "trainee"}, nil, "", []string{"permission.role=not_allowed role:trainee"}},
	})
}

// harOf writes a recording of its own beside a.har.
func harOf(entries ...any) string {
	out, _ := json.Marshal(obj{"log": obj{"version": "1.2", "creator": obj{"name": "WebInspector", "version": "537.36"}, "pages": []any{}, "entries": entries}})
	return string(out)
}

// visitorHAR is what the visitor's page recorded.
func visitorHAR(frames ...string) string {
	e := socket(0.2, frames...)
	e["request"].(obj)["url"] = "wss://eco-push-api-client.meiqia.com/ws"
	return harOf(entry(-20, "GET", "https://chatlink.mstatik.com/widget", "", 200, "<html>", kind("document")), e)
}

// agentHAR is what another login of the agent's recorded.
func agentHAR(frames ...string) string { return harOf(me(-20), socket(0.2, frames...)) }

// What a recording that was cut off does not show, nobody says that it was not there.
func TestNothingIsAbsentFromACutRecording(t *testing.T) {
	page := entry(-5, "GET", host+"/chat", "", 200, "<html>", kind("document"))
	cut := func(entries ...any) string {
		s := harOf(entries...)
		return s[:len(s)-3] // its closing brackets
	}
	event := `<{"event":"message_recalled","msg_id":"8842"}`
	accepted := recall(0, 200, `{"success":true}`)
	for _, c := range []struct {
		name, check, seen string
		entries           []any
	}{
		{"scripts", "browser", "browser.script=never_ran", []any{page}},
		{"the request", "browser", "browser.dispatch=absent", []any{me(-30), me(0.5)}},
		{"the event", "sync", "sync.event=absent", []any{accepted, socket(0.1, `<{"event":"typing"}`, `<{"event":"typing"}`)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want(t, run(t, c.check, input(t, known, nil, "a.har", harOf(c.entries...))), "", c.seen)
			want(t, run(t, c.check, input(t, known, nil, "a.har", cut(c.entries...))), "", "!"+c.seen)
		})
	}
	want(t, run(t, "browser", input(t, known, nil, "a.har", cut(me(-30), me(-1), me(30)))), "", "browser.dispatch=absent")
	want(t, run(t, "sync", input(t, known, nil, "a.har", harOf(accepted, socket(0.1, event)), "b.har", cut(me(-20), socket(0.2, `<{"event":"typing"}`)))), "", "!sync.session")
}

func TestSync(t *testing.T) {
	accepted := recall(0, 200, `{"success":true}`)
	event := `<{"event":"message_recalled","msg_id":"8842"}`
	history := func(at float64, body string, more ...obj) obj {
		return entry(at, "GET", host+"/api/v1/conversations/12/messages", "", 200, body, more...)
	}
	table(t, "sync", nil, []row{
		{"nothing", nil, nil, diag.Skip, nil},
		{"told", nil, []any{accepted, socket(0.1, event)}, diag.Pass, []string{"sync.event=seen side:agent", "sync.push=up"}},
		{"told at the visitor's end", nil, []any{accepted, "visitor.har", visitorHAR(event)}, diag.Pass, []string{"sync.event=seen side:visitor"}},
		{"one login was told, another not", nil, []any{accepted, socket(0.1, event), "b.har", agentHAR(`<{"event":"typing"}`)}, diag.Fail, []string{"sync.session=behind"}},
		{"accepted, with another login", facts{incident.OtherLogins: "1", incident.MessageID: "8842", incident.AttemptAt: known[incident.AttemptAt]}, []any{accepted, socket(0.1, event)}, diag.Warn, nil},
		{"not told", nil, []any{accepted, socket(0.1, `<{"event":"typing"}`, `<{"event":"typing"}`)}, diag.Warn, []string{"sync.event=absent", "sync.push=up"}},
		{"told of another", nil, []any{accepted, socket(0.1, `<{"event":"message_recalled","msg_id":"9001"}`)}, "", []string{"sync.event=absent"}},
		{"the push connection was refused", nil, []any{accepted, entry(-60, "GET", "wss://eco-push-api-agent.meiqia.com/ws", "", 502, "", kind("websocket"))}, diag.Fail, []string{"sync.push=down"}},
		{"the page polls", nil, []any{accepted, me(-1), entry(-2, "GET", host+"/poll?socket_error=true", "", 200, `{}`)}, diag.Fail, []string{"sync.push=down"}},
		{"kicked", nil, []any{accepted, socket(-3, `<{"event":"kicked","reason":"login elsewhere"}`)}, "", []string{"sync.kicked=true"}},
		{"other logins", facts{incident.OtherLogins: "2"}, nil, diag.Skip, []string{"sync.other_logins=2 count"}},
		{"an old kit", facts{incident.SDK: "android", incident.SDKVersion: "3.5.0"}, nil, diag.Fail, []string{"sync.visitor_client=below sdk:android version:3.5.0 minimum:3.6.1 minimum_basis:stated"}},
		{"a new kit", facts{incident.SDK: "ios", incident.SDKVersion: "3.9.31"}, nil, diag.Pass, []string{"sync.visitor_client=ok sdk:ios"}},
		{"a kit with no minimum", facts{incident.SDK: "web", incident.SDKVersion: "1.0"}, nil, diag.Skip, []string{"sync.visitor_client=unknown sdk:web"}},
		{"the kit as the service says", nil, []any{accepted, entry(-40, "GET", host+"/api/v1/conversations/12", "", 200, `{"id":12,"visitor":{"platform":"android","sdk_version":"3.5.0"}}`)}, diag.Fail, []string{"sync.visitor_client=below version:3.5.0"}},
		{"history shows it withdrawn", nil, []any{accepted, history(3, `[{"id":8842,"recalled":true}]`)}, diag.Pass, []string{"sync.history=withdrawn"}},
		{"history shows it still", nil, []any{accepted, history(3, `[{"id":8842,"content":"hi"}]`)}, diag.Warn, []string{"sync.history=still"}},
		{"history out of a cache", nil, []any{accepted, history(3, `[{"id":8842,"content":"hi"}]`, obj{"_fromCache": "disk"})}, diag.Warn, []string{"sync.history=cached"}},
		{"history read within the event's millisecond", nil, []any{recall(0, 200, `{"success":true}`, obj{"time": 0.9}), socket(0.0004, event), history(0, `[{"id":8842,"content":"hi"}]`, obj{"_fromCache": "disk"})}, diag.Warn, []string{"sync.history=cached"}},
		{"history read before the answer", nil, []any{accepted, history(0.01, `[{"id":8842,"content":"hi"}]`, obj{"_fromCache": "disk"})}, "", []string{"!sync.history"}},
		{"history before the recall", nil, []any{accepted, history(-3, `[{"id":8842,"content":"hi"}]`)}, "", []string{"!sync.history"}},
		{"the log says that the push was down", nil, []any{"client.log", "[2026-11-20 10:22:40.100] [warn] websocket disconnected\n"}, "", []string{"sync.signal=push_down"}},
		{"the log says so, and the answer came after", nil, []any{accepted, socket(-50, `<{"event":"typing"}`), "client.log", "[2026-11-20 10:22:40.100] [warn] websocket disconnected\n"}, diag.Warn, []string{"sync.signal=push_down", "sync.push=up"}},
		{"it came back before the recall", nil, []any{accepted, socket(0.1, event), "client.log", "[2026-11-20 10:22:38.100] [warn] websocket disconnected\n[2026-11-20 10:22:39.100] [info] websocket connected\n"}, diag.Pass, nil},
		{"it went down after the recall", nil, []any{accepted, socket(0.1, event), "client.log", "[2026-11-20 10:22:48.100] [warn] websocket disconnected\n"}, diag.Pass, nil},
		{"accepted, and nothing more was recorded", nil, []any{accepted, socket(-50, `<{"event":"typing"}`)}, diag.Skip, []string{"sync.push=up"}},
		{"minutes before", nil, []any{"client.log", "[2026-11-20 10:16:40.100] [warn] websocket disconnected\n"}, "", []string{"sync.hint=push_down", "!sync.signal"}},
		{"\"disconnected\" is not \"connected\"", nil, []any{"client.log", "[2026-11-20 10:22:40.100] [warn] websocket disconnected\n"}, "", []string{"!sync.signal=push_up"}},
	})
}

// The ids that others rely on (contract, section 5) are there with their units.
func TestContractIDs(t *testing.T) {
	files := append(clocks(7, 0.3), created(-98), recall(0, 0, "", failed("net::ERR_NAME_NOT_RESOLVED"), obj{"response": obj{"status": 0}}), "ping.txt", pings("app.meiqia.com", around(30, 3, 40, 1)...))
	in := input(t, facts{incident.MessageID: "8842"}, nil, files...)
	blocked := input(t, known, nil, recall(0, 0, "", failed("net::ERR_BLOCKED_BY_CLIENT")))
	answered := input(t, known, nil, recall(0, 403, `{}`), entry(-55, "GET", host+"/app.js", "", 200, "x", kind("script"), respHeaders("Date", "Fri, 20 Nov 2026 02:00:00 GMT", "Cache-Control", "max-age=60"), obj{"_fromCache": "disk"}))
	for _, c := range []struct {
		in        *diag.Input
		check, id string
		unit      string
		interval  bool
	}{
		{in, "clock", "clock.offset.incident", "ms", true},
		{in, "network", "network.rtt", "ms", false},
		{in, "network", "network.jitter", "ms", false},
		{in, "network", "network.loss", "percent", true},
		{in, "network", "network.fault", "", false},
		{answered, "server", "server.queueing", "ms", false},
		{blocked, "browser", "browser.blocked_by", "", false},
		{answered, "cache", "cache.age", "s", false},
		{answered, "cache", "cache.freshness_left", "s", false},
		{in, "window", "window.margin", "ms", true},
	} {
		o := first(t, run(t, c.check, c.in), c.id)
		if o.Unit != c.unit || c.interval && (o.Low == nil || o.High == nil) || c.unit == "ms" && c.interval && o.Uncertainty == nil {
			t.Errorf("%s: %+v", c.id, o)
		}
		if _, isNum := o.Number(); isNum == (c.unit == "") {
			t.Errorf("%s has the value %v", c.id, o.Value)
		}
	}
}

func TestChecksAreTheContracts(t *testing.T) {
	all := All()
	if len(all) != len(diag.CheckIDs) {
		t.Fatalf("%d checks", len(all))
	}
	for i, c := range all {
		if c.ID != diag.CheckIDs[i] || c.Title.ZH == "" || c.Title.EN == "" || c.Run == nil {
			t.Errorf("check %d is %q, %+v", i, c.ID, c.Title)
		}
		// Nothing known is no reason to fail, to warn or to panic.
		if r := run(t, c.ID, input(t, facts{}, nil)); r.State != diag.Skip {
			t.Errorf("%s with nothing known: %s (%s)", c.ID, r.State, r.Reason.EN)
		}
	}
}
