package checks

import (
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/evidence/netlogtest"
)

const recallURL = host + "/api/v1/messages/8842/recall"

// netlogged is a NetLog of the page's traffic and of a recall, nil for none.
func netlogged(recall *netlogtest.Request) string {
	rs := []netlogtest.Request{
		{At: -9, Method: "GET", URL: host + "/api/v1/me", Status: 200, Body: 8},
		{At: 9, Method: "GET", URL: host + "/api/v1/me", Status: 200, Body: 8},
	}
	if recall != nil {
		recall.At, recall.Method, recall.URL = 0, "POST", recallURL
		rs = append(rs, *recall)
	}
	return netlogtest.File(-60, 60, rs...)
}

func TestNetLogs(t *testing.T) {
	type log = netlogtest.Request
	around := func(last ...any) []any { return append([]any{me(-9), me(9)}, last...) }
	reset := []string{"ERR_CONNECTION_RESET"}
	table(t, "browser", nil, []row{
		{"stopped inside", nil, around(recall(0, 0, "", failed("net::ERR_FAILED")), "n.json", netlogged(nil)), diag.Fail, []string{"browser.dispatch=stopped missing_in:n.json error:net::ERR_FAILED", "!browser.blocked_by"}},
		{"blocked by a name the browser gives", nil, around(recall(0, 0, "", failed("net::ERR_BLOCKED_BY_CLIENT")), "n.json", netlogged(nil)), diag.Fail, []string{"browser.dispatch=blocked", "browser.blocked_by=unknown"}},
		{"in both", nil, around(recall(0, 0, "", failed("net::ERR_FAILED")), "n.json", netlogged(&log{Error: "ERR_FAILED"})), "", []string{"browser.dispatch=unspecified"}},
		{"a NetLog alone, with no recall", nil, []any{"n.json", netlogged(nil)}, diag.Warn, []string{"browser.dispatch=absent by:netlog"}},
		{"a NetLog alone, with one", nil, []any{"n.json", netlogged(&log{Status: 403})}, "", []string{"browser.dispatch=sent via:http"}},
	})
	table(t, "network", nil, []row{
		{"sent again", nil, around(recall(0, 0, "", failed("net::ERR_CONNECTION_RESET")), "n.json", netlogged(&log{Resent: append(reset, reset...), Error: "ERR_CONNECTION_RESET"})), "", []string{"network.restarts=2 error:ERR_CONNECTION_RESET sent:3", "network.error=reset"}},
		{"sent once", nil, around(recall(0, 0, "", failed("net::ERR_CONNECTION_RESET")), "n.json", netlogged(&log{Error: "ERR_CONNECTION_RESET"})), "", []string{"!network.restarts", "network.error=reset"}},
		{"kept from the page", nil, around(recall(0, 0, "", failed("net::ERR_FAILED")), "n.json", netlogged(&log{Status: 200, Headers: []string{"Content-Length: 10"}, Abandoned: true})), "", []string{"network.hidden_answer=200"}},
		{"the proxy is gone", nil, []any{"n.json", netlogged(&log{Unsent: true, Error: "ERR_PROXY_CONNECTION_FAILED"})}, diag.Fail, []string{"network.error=proxy", "network.fault=proxy failed"}},
		{"the name was not found", nil, []any{"n.json", netlogged(&log{Unsent: true, Error: "ERR_NAME_NOT_RESOLVED"})}, diag.Fail, []string{"network.error=dns", "network.fault=dns failed"}},
		{"the certificate is nobody's", nil, []any{"n.json", netlogged(&log{Unsent: true, Error: "ERR_CERT_AUTHORITY_INVALID"})}, diag.Fail, []string{"network.error=tls", "network.fault=tls untrusted"}},
		{"stopped inside is no failing of the network", nil, around(recall(0, 0, "", failed("net::ERR_FAILED")), "n.json", netlogged(nil)), "", []string{"!network.error", "!network.fault"}},
	})
	table(t, "server", nil, []row{
		{"a refusal by status", nil, []any{"n.json", netlogged(&log{Status: 403, Body: 9})}, "", []string{"server.answer=refused", "server.status=403"}},
		{"a status of success, and no body to see", nil, []any{"n.json", netlogged(&log{Status: 200, Body: 9})}, "", []string{"server.answer=unknown", "server.status=200"}},
		{"a 404 may speak of the message", nil, []any{"n.json", netlogged(&log{Status: 404, Body: 9})}, "", []string{"server.answer=refused", "!server.route"}},
		{"stopped inside", nil, around(recall(0, 0, "", failed("net::ERR_FAILED")), "n.json", netlogged(nil)), "", []string{"server.answer=not_sent"}},
		{"sent again", nil, around(recall(0, 0, "", failed("net::ERR_CONNECTION_RESET")), "n.json", netlogged(&log{Resent: reset, Error: "ERR_CONNECTION_RESET"})), "", []string{"server.answer=unknown"}},
	})
	push := log{At: -8, Method: "GET", URL: "wss://eco-push-api-agent.meiqia.com/ws", Unsent: true, Error: "ERR_CONNECTION_REFUSED"}
	table(t, "sync", nil, []row{
		{"the push was refused", nil, []any{"n.json", netlogtest.File(-60, 60, push, log{At: 0, Method: "POST", URL: recallURL, Status: 204})}, "", []string{"sync.push=down"}},
	})
}
