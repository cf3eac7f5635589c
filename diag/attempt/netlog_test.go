package attempt

import (
	"strings"
	"testing"

	"meiqia-diag/diag/evidence/netlogtest"
	"meiqia-diag/diag/incident"
)

type req = netlogtest.Request

const recallURL = host + "/api/v1/messages/8842/recall"

// page is what the workbench asked for besides, in a HAR and in the NetLog of the same browser.
var (
	pageHAR = []obj{
		entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`),
		entry(-10, "GET", host+"/api/v1/conversations", "", 200, `{"list":[]}`),
		entry(12, "GET", host+"/api/v1/messages?after=1", "", 200, `{"list":[]}`),
	}
	pageLog = []req{
		{At: -30, Method: "GET", URL: host + "/api/v1/me", Status: 200, Body: 8},
		{At: -10, Method: "GET", URL: host + "/api/v1/conversations", Status: 200, Body: 11},
		{At: 12, Method: "GET", URL: host + "/api/v1/messages?after=1", Status: 200, Body: 11},
	}
)

func endedAs(word string, status int) obj {
	return entry(0.2, "POST", recallURL, "", status, "", obj{"response": obj{"_error": word}, "timings": obj{"wait": -1}})
}

func with(rs []req, more ...req) []req { return append(append([]req{}, rs...), more...) }

// What a NetLog beside a HAR proves of the recall, and what it does not.
func TestNetLogBesideAHAR(t *testing.T) {
	failed, aborted := endedAs("net::ERR_FAILED", 0), endedAs("net::ERR_ABORTED", 0)
	blocked, reset := endedAs("net::ERR_BLOCKED_BY_CLIENT", 0), endedAs("net::ERR_CONNECTION_RESET", 0)
	sent := func(r req) req { r.At, r.Method, r.URL = 0.2, "POST", recallURL; return r }
	for _, c := range []struct {
		name    string
		recall  obj
		log     string
		result  Result
		failure Failure
		inside  bool
	}{
		{"absent from the NetLog", failed, netlogtest.File(-60, 60, pageLog...), NotSent, FailUnspecified, true},
		{"an abort that never left", aborted, netlogtest.File(-60, 60, pageLog...), NotSent, FailAborted, true},
		{"blocked, as the HAR says already", blocked, netlogtest.File(-60, 60, pageLog...), NotSent, FailBlocked, true},
		{"absent, by clocks 90 s apart", failed, netlogtest.Shifted(90, -60, 60, pageLog...), NotSent, FailUnspecified, true},
		{"the NetLog of another day", failed, netlogtest.Shifted(86400, -60, 60, pageLog...), Unknown, FailUnspecified, false},
		{"a NetLog that began later", failed, netlogtest.File(5, 60, pageLog[2:]...), Unknown, FailUnspecified, false},
		{"a NetLog that ended before", failed, netlogtest.File(-60, -5, pageLog[:2]...), Unknown, FailUnspecified, false},
		{"another browser's NetLog", failed, netlogtest.File(-60, 60, req{At: -31, Method: "GET", URL: host + "/api/v1/other", Status: 200}), Unknown, FailUnspecified, false},
		{"a NetLog that has one of the page's requests in three", failed, netlogtest.File(-60, 60, pageLog[0]), Unknown, FailUnspecified, false},
		{"a NetLog without events", failed, strings.Split(netlogtest.File(-60, 60), "\"events\":[")[0] + "\"events\":[]}", Unknown, FailUnspecified, false},
		{"a NetLog without constants", failed, `{"polledData":{},"constants":{"netError":{},"loadFlag":{}},"events":[{}]}`, Unknown, FailUnspecified, false},
		{"a reset that the HAR calls so is no stop inside", reset, netlogtest.File(-60, 60, pageLog...), NoAnswer, FailReset, false},
		{"sent and failed for a reason the HAR leaves out", failed, netlogtest.File(-60, 60, with(pageLog, sent(req{Unsent: true, Error: "ERR_PROXY_CONNECTION_FAILED"}))...), NoAnswer, FailProxy, false},
		{"sent again after a reset, and reset", reset, netlogtest.File(-60, 60, with(pageLog, sent(req{Resent: []string{"ERR_CONNECTION_RESET", "ERR_CONNECTION_RESET"}, Error: "ERR_CONNECTION_RESET"}))...), Unknown, FailReset, false},
		{"sent once and reset", reset, netlogtest.File(-60, 60, with(pageLog, sent(req{Error: "ERR_CONNECTION_RESET"}))...), NoAnswer, FailReset, false},
		{"sent, then refused when sent again", endedAs("net::ERR_CONNECTION_REFUSED", 0), netlogtest.File(-60, 60, with(pageLog, sent(req{Error: "ERR_CONNECTION_REFUSED"}))...), Unknown, FailRefusedPort, false},
		{"sent, and offline when sent again", endedAs("net::ERR_INTERNET_DISCONNECTED", 0), netlogtest.File(-60, 60, with(pageLog, sent(req{Error: "ERR_INTERNET_DISCONNECTED"}))...), Unknown, FailOffline, false},
		{"answered, and kept from the page", failed, netlogtest.File(-60, 60, with(pageLog, sent(req{Status: 200, Headers: []string{"Content-Length: 10"}, Abandoned: true}))...), Unknown, FailUnspecified, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := build(t, known, "a.har", harOf("WebInspector", append([]obj{c.recall}, pageHAR...)...), "net.json", c.log)
			r := a.Request
			if r == nil || r.Call == nil {
				t.Fatal("no recall")
			}
			if r.Result != c.result || r.Call.Failure != c.failure || (r.Call.Inside != "") != c.inside {
				t.Errorf("%s %s, inside %q; want %s %s %v", r.Result, r.Call.Failure, r.Call.Inside, c.result, c.failure, c.inside)
			}
			if n := len(a.Requests); n != 1 {
				t.Errorf("%d recalls of one", n)
			}
		})
	}
}

// A NetLog alone: it has no bodies, so that a status of success says little.
func TestNetLogAlone(t *testing.T) {
	for _, c := range []struct {
		name    string
		recall  []req
		result  Result
		failure Failure
		covered Coverage
	}{
		{"refused by status", []req{{At: 0.2, Method: "POST", URL: recallURL, Status: 403, Body: 20}}, Refused, "", CoverPartial},
		{"a status of success", []req{{At: 0.2, Method: "POST", URL: recallURL, Status: 200, Body: 20}}, Unknown, "", CoverPartial},
		{"a status of success and no body at all", []req{{At: 0.2, Method: "POST", URL: recallURL, Status: 204}}, Accepted, "", CoverPartial},
		{"the proxy is gone", []req{{At: 0.2, Method: "POST", URL: recallURL, Unsent: true, Error: "ERR_PROXY_CONNECTION_FAILED"}}, NoAnswer, FailProxy, CoverPartial},
		{"the answer was cut", []req{{At: 0.2, Method: "POST", URL: recallURL, Status: 200, Body: 3, Error: "ERR_CONTENT_LENGTH_MISMATCH"}}, Unknown, FailReset, CoverPartial},
		{"a refusal was cut", []req{{At: 0.2, Method: "POST", URL: recallURL, Status: 403, Body: 3, Error: "ERR_CONTENT_LENGTH_MISMATCH"}}, Refused, FailReset, CoverPartial},
		{"done by the first sending", []req{{At: 0.2, Method: "POST", URL: recallURL, Status: 404, Resent: []string{"ERR_CONNECTION_RESET"}}}, Refused, "", CoverPartial},
		{"to the login", []req{{At: 0.2, Method: "POST", URL: recallURL, Status: 302, Headers: []string{"Location: https://app.meiqia.com/login"}}}, Refused, "", CoverPartial},
		{"no recall", nil, "", "", CoverFull},
		{"no recall, but something else was changed", []req{{At: 0.3, Method: "POST", URL: host + "/api/v1/rpc", Status: 200, Body: 9}}, "", "", CoverPartial},
		{"no recall, but a push connection stood open", []req{{At: -20, Method: "GET", URL: "wss://eco-push-api-agent.meiqia.com/ws", Status: 101}}, "", "", CoverPartial},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := build(t, known, "net.json", netlogtest.File(-60, 60, with(pageLog, c.recall...)...))
			if a.Covered != c.covered {
				t.Errorf("covered %s, want %s", a.Covered, c.covered)
			}
			if c.result == "" {
				if a.Request != nil {
					t.Errorf("%+v", a.Request)
				}
				return
			}
			if r := a.Request; r == nil || r.Result != c.result || r.Call.Failure != c.failure || r.Via != "http" || !strings.HasPrefix(r.Source, "net.json request ") {
				t.Fatalf("%+v", r)
			}
		})
	}
}

// The first of two sendings may be what the second is told was done already.
func TestDoneAlreadyAfterSendingAgain(t *testing.T) {
	har := entry(0.2, "POST", recallURL, "", 409, `{"code":40901,"message":"消息已经撤回"}`)
	log := req{At: 0.2, Method: "POST", URL: recallURL, Status: 409, Body: 30}
	a := build(t, known, "a.har", harOf("WebInspector", append([]obj{har}, pageHAR...)...), "net.json", netlogtest.File(-60, 60, with(pageLog, log)...))
	if a.Request.Result != Refused || len(a.Request.Resent()) != 0 {
		t.Errorf("sent once: %s", a.Request.Result)
	}
	log.Resent = []string{"ERR_CONNECTION_RESET"}
	a = build(t, known, "a.har", harOf("WebInspector", append([]obj{har}, pageHAR...)...), "net.json", netlogtest.File(-60, 60, with(pageLog, log)...))
	if a.Request.Result != Unknown || len(a.Request.Resent()) != 1 {
		t.Errorf("sent twice: %s, %v", a.Request.Result, a.Request.Resent())
	}
}

// A console says that a fetch failed; a NetLog tells whether it ever left.
func TestConsoleBesideANetLog(t *testing.T) {
	console := "2026-11-20T10:22:41.300+08:00 [error] POST " + recallURL + " net::ERR_FAILED\n2026-11-20T10:22:41.310+08:00 [error] TypeError: Failed to fetch\n"
	for _, c := range []struct {
		name string
		log  []req
		want Result
	}{
		{"absent", pageLog, NotSent},
		{"there", with(pageLog, req{At: 0.2, Method: "POST", URL: recallURL, Error: "ERR_CONNECTION_RESET"}), NoAnswer},
		{"a log of no page of the service's", []req{{At: -3, Method: "GET", URL: "https://elsewhere.example/", Status: 200}}, Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := build(t, known, "console.log", console, "net.json", netlogtest.File(-60, 60, c.log...))
			if a.Request == nil || a.Request.Result != c.want {
				t.Errorf("%+v, want %s", a.Request, c.want)
			}
		})
	}
}

// Why a WebSocket failed is in no HAR.
func TestNetLogTellsOfThePush(t *testing.T) {
	const push = "wss://eco-push-api-agent.meiqia.com/ws"
	for _, c := range []struct {
		name string
		ws   req
		down bool
	}{
		{"refused", req{At: -9, Method: "GET", URL: push, Unsent: true, Error: "ERR_CONNECTION_REFUSED"}, true},
		{"404", req{At: -9, Method: "GET", URL: push, Status: 404, Error: "ERR_INVALID_RESPONSE"}, true},
		{"open and closed before", req{At: -50, Method: "GET", URL: push, Status: 101, Open: 40}, true},
		{"open", req{At: -50, Method: "GET", URL: push, Status: 101, Open: 90}, false},
		{"given up by the page", req{At: -9, Method: "GET", URL: push, Error: "ERR_ABORTED"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			recall := req{At: 0.2, Method: "POST", URL: recallURL, Status: 204}
			a := build(t, known, "net.json", netlogtest.File(-60, 60, with(pageLog, c.ws, recall)...))
			if a.PushDown != c.down {
				t.Errorf("push down: %v; %+v", a.PushDown, a.Signals)
			}
		})
	}
}

func TestNetLogWithoutAnIncident(t *testing.T) {
	a := build(t, facts{incident.MessageID: "8842"}, "net.json", netlogtest.File(-60, 60, with(pageLog, req{At: 0.2, Method: "POST", URL: recallURL, Status: 403})...))
	if a.Request == nil || a.Request.Result != Refused {
		t.Errorf("%+v", a.Request)
	}
}
