package attempt

import "testing"

// A console that says that the browser's own rules stopped the recall proves that it was not sent.
func TestPolicySaid(t *testing.T) {
	const at = "2026-11-20T10:22:41.300+08:00 [error] "
	for _, c := range []struct {
		name, line string
		want       Result // "" for no recall seen
	}{
		{"Chromium", "Refused to connect to '" + recallURL + "' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", NotSent},
		{"Chromium of late", "Connecting to '" + recallURL + "' violates the following Content Security Policy directive: \"connect-src 'none'\". The action has been blocked.", NotSent},
		{"Firefox", "Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at " + recallURL + " because it violates the following directive: “connect-src 'none'”", NotSent},
		{"mixed content", "Mixed Content: The page at 'https://app.meiqia.com/' was loaded over HTTPS, but requested an insecure resource 'http://app.meiqia.com/api/v1/messages/8842/recall'. This request has been blocked; the content must be served over HTTPS.", NotSent},
		{"Fetch", "Fetch API cannot load " + recallURL + ". Refused to connect because it violates the document's Content Security Policy.", NotSent},
		{"Firefox in Chinese", "Content-Security-Policy：由于违反下列指令：“connect-src 'self'”，此页面的设置已阻止加载一项位于 " + recallURL + " 的资源（connect-src）", NotSent},
		{"mixed content, Firefox", "Blocked loading mixed active content “http://app.meiqia.com/api/v1/messages/8842/recall”", NotSent},
		{"mixed content, Firefox in Chinese", "已阻止加载混合活动内容“http://app.meiqia.com/api/v1/messages/8842/recall”", NotSent},
		{"mixed content by XMLHttpRequest", "Mixed Content: The page at 'https://app.meiqia.com/' was loaded over HTTPS, but requested an insecure XMLHttpRequest endpoint 'http://app.meiqia.com/api/v1/messages/8842/recall'. This request has been blocked; the content must be served over HTTPS.", NotSent},
		{"Safari", "Refused to connect to " + recallURL + " because it does not appear in the connect-src directive of the Content Security Policy.", NotSent},
		{"Chinese Firefox, tried out", "Content-Security-Policy：（Report-Only 策略）由于违反下列指令：“connect-src 'self'”，页面设置将阻止加载一项位于 " + recallURL + " 的资源（connect-src）", ""},
		{"a policy tried out", "[Report Only] Refused to connect to '" + recallURL + "' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", ""},
		{"another address", "Refused to connect to 'https://app.meiqia.com/api/v1/presence' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", ""},
		{"another message", "Refused to connect to 'https://app.meiqia.com/api/v1/messages/7771/recall' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := build(t, known, "console.log", at+c.line+"\n")
			switch {
			case c.want == "" && a.Request != nil && a.Request.Result == NotSent:
				t.Errorf("%+v", a.Request)
			case c.want != "" && (a.Request == nil || a.Request.Result != c.want || a.Request.Call.Failure != FailPolicy):
				t.Errorf("%+v; %+v", a.Request, a.Signals)
			}
		})
	}
}

// What the page shows after the browser stopped its request is no answer of the service's.
func TestPolicySaidBeforeNotice(t *testing.T) {
	stop := "app.js:7 Connecting to '" + recallURL + "' violates the following Content Security Policy directive: \"connect-src 'self'\". The action has been blocked.\n"
	for name, text := range map[string]string{
		"notice after":  stop + "app.js:8 提示: 网络异常，撤回失败\n",
		"notice before": "app.js:8 提示: 撤回失败\n" + stop,
	} {
		a := build(t, known, "console.log", "app.js:5 ready\napp.js:6 loaded\n"+text)
		if a.Request == nil || a.Request.Result != NotSent || a.Request.Call == nil || a.Request.Call.Failure != FailPolicy {
			t.Errorf("%s: %+v", name, a.Request)
		}
	}
	a := build(t, known, "console.log", stop+"app.js:8 POST "+recallURL+" 403 (Forbidden)\n")
	if a.Request == nil || a.Request.Result == NotSent {
		t.Errorf("answered by the service: %+v", a.Request)
	}
}

// Consoles tell scripts, sockets and the exceptions that end scripts apart, and
// what is announced, upgraded or caught is none of them.
func TestStopIn(t *testing.T) {
	for text, want := range map[string]string{
		`Loading the script 'https://app.meiqia.com/a.js' violates the following Content Security Policy directive: "script-src 'self'". The action has been blocked.`:                                                                               "script https://app.meiqia.com/a.js",
		`Refused to load the script 'https://app.meiqia.com/a' because it violates the following Content Security Policy directive: "script-src 'self'".`:                                                                                            "script https://app.meiqia.com/a",
		`Content-Security-Policy: The page’s settings blocked a script (script-src-elem) at https://app.meiqia.com/a.js from being executed because it violates the following directive: “script-src 'self'”`:                                        "script https://app.meiqia.com/a.js",
		`Content-Security-Policy：由于违反下列指令：“script-src 'self'”，页面设置已阻止执行一个位于 https://app.meiqia.com/a.js 的脚本（script-src-elem）`:                                                                                                                        "script https://app.meiqia.com/a.js",
		`Content-Security-Policy：（Report-Only 策略）由于违反下列指令：“script-src 'self'”，页面设置将阻止执行一个位于 https://app.meiqia.com/a.js 的脚本（script-src-elem）`:                                                                                                        "",
		`Refused to load https://app.meiqia.com/a.js because it does not appear in the script-src directive of the Content Security Policy.`:                                                                                                         "script https://app.meiqia.com/a.js",
		`Mixed Content: The page at 'https://app.meiqia.com/' was loaded over HTTPS, but requested an insecure script 'http://app.meiqia.com/a.js'. This request has been blocked; the content must be served over HTTPS.`:                           "script http://app.meiqia.com/a.js",
		`Mixed Content: The page at 'https://app.meiqia.com/' was loaded over HTTPS, but attempted to connect to the insecure WebSocket endpoint 'ws://app.meiqia.com/ws'. This request has been blocked; this endpoint must be available over WSS.`: "socket ws://app.meiqia.com/ws",
		`[blocked] The page at https://app.meiqia.com/ was not allowed to run insecure content from ws://app.meiqia.com/ws.`:                                                                                                                         "socket ws://app.meiqia.com/ws",
		`Mixed Content: The page at 'https://app.meiqia.com/' was loaded over HTTPS, but requested an insecure element 'http://app.meiqia.com/a.png'. This request was automatically upgraded to HTTPS`:                                              "",
		`Uncaught SecurityError: Failed to construct 'WebSocket': An insecure WebSocket connection may not be initiated from a page loaded over HTTPS.`:                                                                                              "halt ",
		`Uncaught DOMException: The operation is insecure.`:                                                                    "halt ",
		`Uncaught DOMException: Failed to read the 'localStorage' property from 'Window': Access is denied for this document.`: "halt ",
		`Uncaught (in promise) SecurityError: The operation is insecure.`:                                                      "",
		`storage off: SecurityError: The operation is insecure.`:                                                               "",
		`Content Security Policy: Couldn’t process unknown directive ‘foo’`:                                                    "",
	} {
		got := ""
		if s, ok := stopIn(text); ok {
			got = s.What + " " + s.URL
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
