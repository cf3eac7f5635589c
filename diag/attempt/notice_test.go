package attempt

import (
	"strings"
	"testing"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/netlogtest"
	"meiqia-diag/diag/incident"
)

// What a page writes of its own call that failed, and what it shows its user then, is no answer of the service.
func TestAPagesNoticeIsNoAnswer(t *testing.T) {
	const (
		chromeFail  = "app.js:13 recall failed TypeError: Failed to fetch\n"
		firefoxFail = "recall error: NetworkError when attempting to fetch resource. app.js:14:193\n"
		notice      = "app.js:8 notice: 撤回失败，请稍后重试\n"
	)
	for _, c := range []struct {
		name, log string
		result    Result
		failure   Failure
	}{
		{"failed, then the notice", chromeFail + notice, Unknown, FailUnspecified},
		{"in Firefox", firefoxFail + notice, Unknown, FailUnspecified},
		{"the notice first", notice + chromeFail, Unknown, FailUnspecified},
		{"a notice that speaks of the network", "app.js:8 notice: 网络异常，撤回失败\n", Unknown, ""},
		{"a notice alone", notice, Refused, ""},
		{"failed, and later refused for a reason", chromeFail + "app.js:9 recall failed: message has been read\n", Refused, FailUnspecified},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := build(t, facts{incident.AttemptAt: press}, "console.log", "app.js:1 [workbench] start\n"+c.log)
			result, failure := Unknown, Failure("")
			if a.Request != nil {
				result = a.Request.Result
				if a.Request.Call != nil {
					failure = a.Request.Call.Failure
				}
			}
			if result != c.result || failure != c.failure {
				t.Errorf("%s %q, want %s %q", result, failure, c.result, c.failure)
			}
		})
	}
	a := build(t, facts{incident.AttemptAt: press}, "server.log", "2026-11-20T02:22:41.300Z WARN [http-nio-8080-exec-3] c.m.im.RecallService - recall failed\n")
	if a.Request == nil || a.Request.Result != Refused {
		t.Errorf("the service's own log says that it failed: %+v", a.Request)
	}
}

func TestAConsoleWithoutTimesBesideANetLog(t *testing.T) {
	const console = "app.js:1 [workbench] start\napp.js:13 recall failed TypeError: Failed to fetch\n"
	for _, c := range []struct {
		name, log string
		result    Result
	}{
		{"nothing of it reached the network", netlogtest.File(-60, 60, pageLog...), NotSent},
		{"some change did, and nothing tells which", netlogtest.File(-60, 60, with(pageLog, req{At: 0.2, Method: "POST", URL: host + "/api/v1/x", Error: "ERR_FAILED"})...), Unknown},
		{"the question beforehand did", netlogtest.File(-60, 60, with(pageLog, req{At: 0.2, Method: "OPTIONS", URL: host + "/api/v1/x", Status: 403})...), Unknown},
		{"another site's traffic", netlogtest.File(-60, 60, req{At: -30, Method: "GET", URL: "https://news.example/", Status: 200}), Unknown},
		{"the NetLog ended before", netlogtest.File(-60, -5, pageLog[:2]...), Unknown},
	} {
		a := build(t, facts{incident.AttemptAt: press}, "console.log", console, "net.json", c.log)
		if a.Request == nil || a.Request.Result != c.result || (a.Request.Call.Inside != "") != (c.result == NotSent) {
			t.Errorf("%s: %+v", c.name, a.Request)
		}
	}
}

func TestPreflights(t *testing.T) {
	asks := func(r req) req { r.At, r.Method, r.URL = 0.2, "OPTIONS", recallURL; return r }
	for _, c := range []struct {
		name    string
		recall  []req
		result  Result
		failure Failure
	}{
		{"the name was not found", []req{asks(req{Unsent: true, Error: "ERR_NAME_NOT_RESOLVED"})}, NotSent, FailDNS},
		{"the proxy is dead", []req{asks(req{Unsent: true, Error: "ERR_PROXY_CONNECTION_FAILED"})}, NotSent, FailProxy},
		{"the connection was reset", []req{asks(req{Error: "ERR_CONNECTION_RESET"})}, NotSent, FailReset},
		{"tried again, and the request followed", []req{asks(req{Error: "ERR_CONNECTION_RESET"}), {At: 0.4, Method: "POST", URL: recallURL, Error: "ERR_CONNECTION_RESET"}}, NoAnswer, FailReset},
		{"answered", []req{asks(req{Status: 204})}, "", ""},
		{"the page was left", []req{asks(req{Error: "ERR_ABORTED"})}, "", ""},
		{"of something else", []req{{At: 0.2, Method: "OPTIONS", URL: host + "/api/v1/x", Unsent: true, Error: "ERR_NAME_NOT_RESOLVED"}}, "", ""},
	} {
		a := build(t, known, "net.json", netlogtest.File(-60, 60, with(pageLog, c.recall...)...))
		switch {
		case c.result == "":
			if a.Request != nil {
				t.Errorf("%s: %+v", c.name, a.Request)
			}
		case a.Request == nil || a.Request.Result != c.result || a.Request.Call.Failure != c.failure || a.Request.Entry.Method != "POST":
			t.Errorf("%s: %+v", c.name, a.Request)
		}
	}
	// A HAR has the header that says what is asked for.
	a := chrome(t, known, entry(0.2, "OPTIONS", host+"/api/v1/messages/8842", "", 0, "", obj{"request": obj{"headers": header("Access-Control-Request-Method", "DELETE")},
		"response": obj{"_error": "net::ERR_NAME_NOT_RESOLVED"}, "timings": obj{"wait": -1}}), pageHAR[0])
	if a.Request == nil || a.Request.Result != NotSent || a.Request.Entry.Method != "DELETE" {
		t.Errorf("%+v", a.Request)
	}
}

func TestNoTransaction(t *testing.T) {
	none := har.Entry{Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Wait: -1, Receive: -1}
	for name, c := range map[string]struct {
		change func(*Call)
		want   bool
	}{
		"nothing measured":      {func(*Call) {}, true},
		"it took some time":     {func(c *Call) { c.Entry.Time = 4 }, false},
		"it waited in a queue":  {func(c *Call) { c.Entry.Blocked = 3 }, false},
		"it had a connection":   {func(c *Call) { c.Entry.With(har.Common{ServerIP: "192.0.2.1"}) }, false},
		"Chrome's":              {func(c *Call) { c.Manner = har.Chrome }, false},
		"for a reason it gives": {func(c *Call) { c.Failure = FailReset }, false},
	} {
		e := none
		call := &Call{Entry: &e, Manner: har.Firefox, Failure: FailUnspecified}
		c.change(call)
		if call.NoTransaction() != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
	}
}

func TestSpeaksOfNetwork(t *testing.T) {
	for _, s := range strings.Split("网络异常，撤回失败|请求失败，请检查网络|網路連線異常|网络连接失败|Network error, recall failed|TypeError: Failed to fetch|无法连接服务器|Please check your internet connection", "|") {
		if !SpeaksOfNetwork(s) {
			t.Errorf("%s does not", s)
		}
	}
	for _, s := range strings.Split("|撤回失败|对方已读，无法撤回|网络繁忙，请稍后再试|服务异常(502)|该渠道不支持撤回|Message has been read", "|") {
		if SpeaksOfNetwork(s) {
			t.Errorf("%q does", s)
		}
	}
}
