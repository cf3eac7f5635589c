package attempt

import (
	"slices"
	"strings"
	"testing"

	"meiqia-diag/diag/incident"
)

// What one line of a page's or client's log tells beyond fixed wordings.
func TestSurface(t *testing.T) {
	a := &Attempt{Profile: embedded(), ID: "8842"}
	for _, c := range []struct {
		text   string
		server bool
		want   string
	}{
		{`[ctx] click target=copy (撤回 is the next row, 17px below)`, false, "tap_missed"},
		{`[ui] touchend LI.menu-item[data-act=quote] (296,524)`, false, "tap_missed"},
		{`[ui] 点击了转发`, false, "tap_missed"},
		{`(ui) click (238,537) hit=popover.padding, nearest=撤回 gap=5px -> ignored`, false, "tap_missed"},
		{`[gesture] UILongPressGestureRecognizer state=failed held=0.35s minimumPressDuration=0.50`, false, "tap_missed"},
		{`long press held 310ms, threshold 500ms`, false, "tap_missed"},
		{`[gesture] UITapGestureRecognizer recognized view=BubbleCell (no action)`, false, "tap_missed"},
		{`tap at (10, 12), button "recall" Rect(200, 300 - 260, 340)`, false, "tap_missed"},
		{`popover open: copy | forward | 撤回 (row 18px)`, false, ""},
		{`menu click 撤回 mid=8842`, false, ""},
		{`long press held 610ms, threshold 500ms`, false, ""},
		{`UIMenu: action "撤回" frame {{0, 671}, {375, 44}} is outside window bounds {{0, 0}, {375, 667}}`, false, "button_hidden"},
		{`recall button [1040,200][1100,240] viewport 1024x768`, false, "button_hidden"},
		{`recall button [940,200][1000,240] viewport 1024x768`, false, ""},
		{`{"element":{"selector":".btn-withdraw","rect":{"left":842,"right":878,"top":210,"bottom":238}},"innerWidth":811,"innerHeight":431}`, false, "button_hidden"},
		{`{"buttons":[{"label":"撤回","visible":true,"coveredBy":"div.toast"}]}`, false, "button_hidden"},
		{`{"buttons":[{"label":"撤回","visible":true,"rect":{"x":10,"y":10,"width":40,"height":20}}],"viewport":{"width":800,"height":600}}`, false, ""},
		{`(recall) import("./recall.cc8c5891.js") failed: 404`, false, "stale_app"},
		{`recall.5d1e2.js:1 Failed to load resource: the server responded with a status of 404 ()`, false, "stale_app"},
		{`GET https://app.meiqia.com/static/js/487.926a54cf.js 404 (Not Found)`, false, "stale_app"},
		{`app.99c2f9.js:2 GET https://app.meiqia.com/avatar/97.png 404 (Not Found)`, false, ""},
		{`DevTools failed to load source map: Could not load content for https://app.meiqia.com/app.520487.js.map: HTTP error: status code 404`, false, ""},
		{`"GET /static/js/487.926a54cf.js HTTP/2.0" 404 153`, true, "stale_app"},
		{`Uncaught TypeError: api.withdrawV3 is not a function`, false, "stale_app"},
		{`TypeError: window.nativeBridge.recallMessage is not a function`, false, "outdated_client"},
		{`java.lang.NullPointerException: Cannot invoke "ConvMeta.getShard()"`, true, "server_error"},
		{`Uncaught TypeError: x is null`, false, ""},
		{`[ui] pointerup (786,364) target=div.msg-bubble__text recallItem={x:804,y:404,w:56,h:24} hit=false`, false, "tap_missed"},
		{`[ui] pointerup (810,410) recallItem={x:804,y:404,w:56,h:24}`, false, ""},
		{`13:54:07  /conversations/*$xhr  --  desk.example  xhr  https://app.meiqia.com/conversations/1/messages/8842/revoke`, false, "extension"},
		{`13:53:58  ||hm.baidu.com^  --  desk.example  image https://hm.baidu.com/hm.gif`, false, ""},
	} {
		got := ""
		for _, m := range a.surface(c.text, c.server, true) {
			if got != m.Means {
				got += m.Means
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

func means(a *Attempt) []string {
	var out []string
	for _, s := range a.Signals {
		out = append(out, s.Means)
	}
	return out
}

// What a browser announces for later stops nothing now.
func TestForetold(t *testing.T) {
	for text, want := range map[string]bool{
		"10:22:41.100 app.0a1b2c.js:1 Third-party cookie will be blocked in future Chrome versions as part of Privacy Sandbox.":                 false,
		"10:22:41.100 Cookie “sid” will be soon rejected because it has the “SameSite” attribute set to “None” without the “secure” attribute.": false,
		"10:22:41.100 Cookie “sid” has been rejected because it is in a cross-site context and its “SameSite” is “Lax” or “Strict”.":            true,
		"10:22:41.100 app.0a1b2c.js:1 浏览器未来版本将阻止第三方 Cookie":                                                                                     false,
		"10:22:41.100 app.0a1b2c.js:1 第三方 Cookie 被阻止":                                                                                           true,
	} {
		if got := slices.Contains(means(build(t, known, "console.log", text+"\n10:22:42.000 app.0a1b2c.js:1 ready\n")), "settings"); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// A button that a rule takes away is not lost by the layout, and a place on the screen is no time limit.
func TestWithheldAndPlaced(t *testing.T) {
	a := build(t, known, "app.log", "2026-11-20 10:22:41.000 [info] [main] (menu) 撤回 hidden: 没有撤回权限\n")
	if slices.Contains(means(a), "button_hidden") || !slices.Contains(means(a), "says:permission") {
		t.Errorf("signals %v", means(a))
	}
	a = build(t, known, "app.log", "2026-11-20 10:22:41.000 [info] [main] (menu) recall omitted from menu: grant msg.withdraw missing\n")
	if slices.Contains(means(a), "button_hidden") {
		t.Errorf("signals %v", means(a))
	}
	a = build(t, known, "app.log", "2026-11-20 10:22:41.000 [info] [main] action \"撤回\" frame {{0, 671}, {375, 44}} is outside window bounds {{0, 0}, {375, 667}}\n")
	if slices.Contains(means(a), "says:window") || a.Request != nil || !slices.Contains(means(a), "button_hidden") {
		t.Errorf("signals %v, request %+v", means(a), a.Request)
	}
}

// Release notes tell what was wrong in older versions, and are no log.
func TestReleases(t *testing.T) {
	notes := "4.2.4 (2026-09-30)\n  * fixed: in 4.2.0-4.2.3 a recall stays queued once the socket has reconnected\n4.2.3 (2026-09-12)\n  * screenshots\n"
	for version, want := range map[string]bool{"4.2.1": true, "4.1.0": false, "4.2.4": false, "4.10.0": false} {
		a := build(t, facts{incident.MessageID: "8842", incident.AttemptAt: press, incident.ClientVersion: version}, "CHANGELOG.txt", notes)
		if got := slices.Contains(means(a), "outdated_client"); got != want || slices.Contains(means(a), "push_down") {
			t.Errorf("%s: signals %v", version, means(a))
		}
	}
	a := build(t, facts{incident.AttemptAt: press, incident.ClientVersion: "3.0.1"}, "更新日志.md", "## v3.1.0 2026-05-01\n- 修复撤回后消息仍显示的问题\n- 优化截图\n")
	if !slices.Contains(means(a), "outdated_client") {
		t.Errorf("signals %v", means(a))
	}
}

// Builds of the page and of the service, as logs name them.
func TestBuildsInLogs(t *testing.T) {
	for text, want := range map[string]string{
		"new web build 2026.11.01 available, running 2026.09.12 (service worker waiting)":                          "2026.09.12 2026.11.01",
		"[sw] serving cached shell 2026.09.23-451e3 (network has 2026.10.04-1a5b7, waiting worker)":                "2026.09.23-451e3 2026.10.04-1a5b7",
		"build 2026.10.22-40a70; page opened 7 days ago\n10:22:40.500 [version] mismatch: server 2026.11.10-ba9b4": "2026.10.22-40a70 2026.11.10-ba9b4",
		"页面版本 2026.10.22，服务端版本 2026.11.10":                                                                         "2026.10.22 2026.11.10",
		"workbench build 2026.11.10 ready":                                                                         "2026.11.10 ",
		"server cb484f8817ea3d1a says hello to client 7999543":                                                     " ",
	} {
		a := build(t, known, "console.log", "10:22:40.000 app.0a1b2c.js:1 "+text+"\n10:22:41.000 app.0a1b2c.js:1 ready\n")
		if got := a.Client.PageBuild + " " + a.Client.LiveBuild; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	page := entry(-30, "GET", host+"/static/2026.09.11/app.js", "", 200, "", obj{"_resourceType": "script"})
	live := entry(-29, "GET", host+"/version.json", "", 200, `{"build":"2026.11.01"}`)
	if a := chrome(t, known, page, live); a.Client.PageBuild != "2026.09.11" || a.Client.LiveBuild != "2026.11.01" {
		t.Errorf("recorded: %q %q", a.Client.PageBuild, a.Client.LiveBuild)
	}
}

// A description that a person wrote is stated, its guesses count for nothing, and no log is taken for one.
func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"I right-clicked and picked from the menu; it flashed.\nOn the screen recording the pointer is on the Copy row.": "",
		"On the screen recording the pointer is on the Copy row.":                                                        "tap_missed",
		"手机上点撤回的时候点偏了，点到了旁边":                                                                                             "tap_missed",
		"强制刷新之后就可以撤回了":                                                                                                   "stale_app",
		"清缓存重新登录以后那条消息就没了":                                                                                               "stale_view",
		"怀疑是广告拦截插件，但是已经关了插件还是不行":                                                                                         "",
		"已经清过缓存，没有用":                                                                                                     "",
	} {
		a := build(t, known, "说明.txt", text+"\n")
		if got := strings.Join(means(a), " "); want != "" && !strings.Contains(got, want) || want == "" && got != "" && !strings.Contains(text, ";") || len(a.Logs) > 0 && !strings.Contains(text, ";") {
			t.Errorf("%s: %q, want %q, logs %d", text, got, want, len(a.Logs))
		}
		for _, s := range a.Signals {
			if !s.Said && len(a.Logs) == 0 {
				t.Errorf("%s: %+v is not said by a person", text, s)
			}
		}
	}
	if a := build(t, known, "a.txt", "撤回没成功，客服说重启过电脑了。\n"); a.Request != nil {
		t.Errorf("a failure is read as an answer: %+v", a.Request)
	}
	if a := build(t, known, "a.txt", "[app] workbench build 2026.11.10 ready\n[push] connected\n[recall] click 8842\n"); len(a.Notes) > 0 {
		t.Errorf("a log is taken for a description: %+v", a.Notes)
	}
}

// What is read back of the message after the recall tells what the service kept of it.
func TestLaterState(t *testing.T) {
	for text, want := range map[string]string{
		"row re-read: state=NORMAL mid=8842":                            "still",
		"history fetched id=8842 extra={\"is_withdrawn\":false}":        "still",
		"history fetched id=8842 extra={\"is_withdrawn\":true}":         "withdrawn",
		"history rendered from indexeddb snapshot id=8842 state=normal": "",
		"history fetched id=9911 extra={\"is_withdrawn\":false}":        "",
	} {
		a := build(t, known, "svc.log", "2026-11-20 10:22:41.300 INFO  [exec-1] c.m.Svc - recall ok msg=8842\n2026-11-20 10:23:41.300 INFO  [exec-1] c.m.Svc - "+text+"\n")
		got := ""
		if a.Later != nil {
			got = a.Later.Word
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// An access log names everybody's browsers, and none of them is the agent's.
func TestBrowsersOfOthers(t *testing.T) {
	log := `[2026-11-20T02:22:38.738Z] "GET /api/v1/messages HTTP/2" 200 - 0 3259 101 100 "120.34.197.20" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/155.0.0.0 Safari/537.36" "428c8907"` + "\n"
	if a := build(t, known, "envoy.log", log); a.Client.UserAgent != "" {
		t.Errorf("browser %q", a.Client.UserAgent)
	}
}
