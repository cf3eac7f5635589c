package checks

import (
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/profile"
)

// row is one small case of a check: what is known, what is observed, and the state.
type row struct {
	name  string
	facts facts
	files []any
	state diag.CheckState
	list  []string
}

func table(t *testing.T, check string, prof *profile.Profile, rows []row) {
	t.Helper()
	for _, c := range rows {
		t.Run(c.name, func(t *testing.T) {
			if c.facts == nil {
				c.facts = known
			}
			want(t, run(t, check, input(t, c.facts, prof, c.files...)), c.state, c.list...)
		})
	}
}

func TestClock(t *testing.T) {
	table(t, "clock", nil, []row{
		{"nothing to compare", nil, nil, diag.Skip, []string{"!clock.offset", "!clock.offset.incident", "!clock.skewed"}},
		{"right", nil, clocks(0.2, 0.3), diag.Pass, []string{"clock.skewed=none"}},
		{"small", nil, clocks(7, 0.3), diag.Warn, []string{"clock.skewed=small"}},
		{"large", nil, clocks(-95, 0.3), diag.Fail, []string{"clock.skewed=large"}},
		{"too vague to call it skewed", nil, []any{me(-10, obj{"time": 9000, "timings": obj{"wait": 8990}}, respHeaders("Date", "Fri, 20 Nov 2026 02:22:36 GMT"))}, diag.Pass, []string{"clock.skewed=none"}},
		{"set while recording", nil, append(clocks(0, 0.3), me(-25, respHeaders("Date", "Fri, 20 Nov 2026 02:24:16 GMT")), me(-20, respHeaders("Date", "Fri, 20 Nov 2026 02:24:21 GMT"))), diag.Fail, []string{"clock.step=120479.75 ms", "clock.skewed=large"}},
	})
	r := run(t, "clock", input(t, known, nil, clocks(7, 0.3)...))
	o := first(t, r, ClockOffsetIncident)
	if v, _ := o.Number(); o.Unit != "ms" || o.Method != "har-date" || *o.Low > 7000 || *o.High < 7000 || *o.Uncertainty > 310 || v < 6900 || v > 7100 || o.Detail["responses"] != "2" || o.Source == "" {
		t.Errorf("%+v", o)
	}
}

func TestNetworkOfRecordings(t *testing.T) {
	many := func(more ...obj) []any {
		var out []any
		for i := range 9 {
			out = append(out, me(float64(i-20), more...))
		}
		return out
	}
	swings := append(many(), me(-2, obj{"timings": obj{"wait": 2400}}), me(-3, obj{"timings": obj{"wait": 1900}}), me(-4, obj{"timings": obj{"wait": 900}}))
	table(t, "network", nil, []row{
		{"nothing", nil, nil, diag.Skip, nil},
		{"sound", nil, append(many(obj{"timings": obj{"connect": 31.0, "ssl": 11.0}}), recall(0, 403, `{}`)), diag.Pass, []string{"network.others_failing=0 percent failed:0 of:9", "network.recorded_rtt=20 ms samples:9", "network.recorded_swings=0 percent", "!network.error", "!network.fault"}},
		{"swings", nil, append(swings, recall(0, 403, `{}`)), diag.Pass, []string{"network.recorded_swings=23.077 percent"}},
		{"reset", nil, []any{recall(0, 0, "", failed("net::ERR_CONNECTION_RESET"))}, diag.Fail, []string{"network.error=reset error:net::ERR_CONNECTION_RESET", "!network.fault"}},
		{"the name was not found", nil, []any{recall(0, 0, "", failed("net::ERR_NAME_NOT_RESOLVED"))}, diag.Fail, []string{"network.error=dns", "network.fault=dns failed place:dns kind:failed host:app.meiqia.com"}},
		{"offline", nil, []any{recall(0, 0, "", failed("net::ERR_INTERNET_DISCONNECTED"))}, diag.Fail, []string{"network.error=offline", "network.fault=device offline"}},
		{"the proxy", nil, []any{recall(0, 0, "", failed("net::ERR_TUNNEL_CONNECTION_FAILED"))}, diag.Fail, []string{"network.fault=proxy failed"}},
		{"an untrusted certificate", nil, []any{recall(0, 0, "", failed("net::ERR_CERT_AUTHORITY_INVALID"))}, diag.Fail, []string{"network.fault=tls untrusted"}},
		{"blocked in the browser is no fault of the network's", nil, []any{me(-3), recall(0, 0, "", failed("net::ERR_BLOCKED_BY_CLIENT"))}, diag.Pass, []string{"network.error=blocked", "!network.fault"}},
		{"others fail, too", nil, []any{me(-3, obj{"response": obj{"status": 0}}, failed("net::ERR_TIMED_OUT")), me(-2, obj{"response": obj{"status": 0}}, failed("net::ERR_TIMED_OUT")), me(-1), me(1), recall(0, 0, "", failed("net::ERR_TIMED_OUT"))}, diag.Fail, []string{"network.error=timeout", "network.others_failing=50 percent"}},
		{"a portal in between", nil, []any{recall(0, 511, "")}, "", []string{"network.fault=proxy intercepted place:proxy kind:intercepted status:511"}},
		{"answered from nearer than the service is", nil, append(many(obj{"timings": obj{"connect": 90.0, "ssl": -1}}), recall(0, 403, `<html>x</html>`, obj{"timings": obj{"wait": 3.0}})), "", []string{"network.fault=proxy intercepted"}},
		{"setup", nil, []any{recall(0, 403, `{}`, obj{"timings": obj{"blocked": 900.0, "dns": 50.0, "connect": 60.0, "ssl": 30.0}})}, diag.Pass, []string{"network.setup=1010 ms"}},
		{"a log beside the recall", nil, []any{"client.log", "[2026-11-20 10:22:40.100] [warn] packet loss 12 % on wifi\n"}, diag.Warn, []string{"network.signal=loss log:client count:1"}},
		{"a log far from it", nil, []any{"client.log", "[2026-11-20 09:12:40.100] [warn] packet loss 12 % on wifi\n"}, diag.Skip, []string{"!network.signal", "!network.hint"}},
	})
}

func TestServer(t *testing.T) {
	ok := func(at float64, backend string, more ...obj) obj {
		return me(at, append([]obj{respHeaders("X-Backend", backend)}, more...)...)
	}
	bad := func(at float64, backend string) obj {
		return entry(at, "GET", host+"/api/v1/me", "", 502, "", respHeaders("X-Backend", backend))
	}
	table(t, "server", nil, []row{
		{"nothing", nil, nil, diag.Skip, nil},
		{"refused", nil, []any{recall(0, 403, `{"error":"message_read","message":"消息已被阅读"}`)}, diag.Pass, []string{"server.answer=refused proof: via:http text:消息已被阅读", "server.status=403", "server.refusal=read by:answer", "server.ttfb=38 ms", "!server.route", "!server.session"}},
		{"accepted, and said so", nil, []any{recall(0, 200, `{"success":true}`)}, diag.Pass, []string{"server.answer=accepted proof:", "!server.refusal"}},
		{"accepted for want of anything else", nil, []any{recall(0, 204, ``)}, diag.Pass, []string{"server.answer=accepted proof:weak"}},
		{"no answer", nil, []any{recall(0, 0, "", failed("net::ERR_TIMED_OUT"))}, "", []string{"server.answer=no_answer", "!server.status", "!server.ttfb"}},
		{"not sent", nil, []any{recall(0, 0, "", failed("net::ERR_BLOCKED_BY_CLIENT"))}, "", []string{"server.answer=not_sent"}},
		{"overloaded", nil, []any{recall(0, 503, `{}`, respHeaders("Retry-After", "30"))}, diag.Fail, []string{"server.status=503", "server.retry_after=30"}},
		{"limited", nil, []any{recall(0, 429, `{"message":"too many requests"}`)}, diag.Fail, []string{"server.status=429", "server.refusal=rate"}},
		{"the path's time is no queueing", nil, []any{me(-3, obj{"timings": obj{"connect": 150.0, "ssl": -1}}), recall(0, 403, `{}`, obj{"timings": obj{"wait": 170.0}})}, diag.Pass, []string{"server.ttfb=170 ms", "server.queueing=20 ms"}},
		{"queueing", nil, []any{me(-3, obj{"timings": obj{"connect": 20.0, "ssl": -1}}), recall(0, 403, `{}`, obj{"timings": obj{"wait": 4020.0}})}, diag.Pass, []string{"server.queueing=4000 ms"}},
		{"login lost", nil, []any{recall(0, 401, `{"message":"token expired"}`)}, diag.Fail, []string{"server.session=lost status:401", "server.refusal=session"}},
		{"login renewed meanwhile", nil, []any{entry(-9, "GET", host+"/api/v1/x", "", 401, ""), entry(-8, "GET", host+"/api/v1/x", "", 401, ""), me(-7), recall(0, 403, `{"error":"message_read"}`)}, diag.Pass, []string{"!server.session"}},
		{"the address is gone", nil, []any{recall(0, 404, `<html>not found</html>`, obj{"response": obj{"content": obj{"mimeType": "text/html"}}})}, "", []string{"server.route=missing status:404"}},
		{"the message is gone", nil, []any{recall(0, 404, `{"error":"message not found"}`)}, "", []string{"!server.route", "server.refusal=missing"}},
		{"others fail", nil, []any{bad(-3, "b1"), bad(-2, "b1"), me(-1), recall(0, 403, `{"error":"message_read"}`)}, diag.Fail, []string{"server.failing=66.667 percent failing:2 of:3"}},
		{"one machine of two", nil, []any{ok(-9, "b1"), ok(-8, "b1"), ok(-7, "b1"), bad(-6, "b2"), bad(-5, "b2"), ok(-4, "b1"), recall(0, 502, "", respHeaders("X-Backend", "b2"))}, diag.Fail, []string{"server.backends=uneven host:app.meiqia.com backend:b2"}},
		{"both alike", nil, []any{ok(-9, "b1"), ok(-8, "b2"), ok(-7, "b1"), ok(-6, "b2"), recall(0, 403, `{"error":"message_read"}`)}, diag.Pass, []string{"server.backends=even"}},
		{"one failure is chance", nil, []any{ok(-9, "b1"), ok(-8, "b2"), bad(-7, "b2"), ok(-6, "b2"), ok(-5, "b1"), ok(-4, "b1"), ok(-3, "b2"), recall(0, 403, `{"error":"message_read"}`)}, diag.Pass, []string{"server.backends=even"}},
		{"one machine is slow", nil, []any{ok(-9, "b1"), ok(-8, "b1"), ok(-7, "b2", obj{"timings": obj{"wait": 4000.0}}), ok(-6, "b2", obj{"timings": obj{"wait": 5000.0}}), recall(0, 200, `{"success":true}`)}, diag.Fail, []string{"server.backends=uneven host:app.meiqia.com backend:b2"}},
		{"what a person read", facts{incident.ErrorText: "消息已超过撤回时限"}, nil, diag.Skip, []string{"server.refusal=window by:person"}},
		{"what the server's log says", nil, []any{"app.log", `{"time":"2026-11-20T02:22:41.300Z","level":"warn","msg":"recall denied","method":"POST","path":"/api/v1/messages/8842/recall","status":403,"reason":"sender mismatch"}` + "\n"}, "", []string{"server.refusal=not_own"}},
	})
	in := input(t, facts{incident.ErrorText: "消息已被阅读"}, nil)
	if o := first(t, run(t, "server", in), ServerRefusal); o.Basis != incident.Stated || o.Source != "incident" {
		t.Errorf("what a person read is stated: %+v", o)
	}
}

func TestClient(t *testing.T) {
	prof := *embedded()
	prof.MinVersions = map[string]string{"agent_desktop": "4.2.0", "workbench": "2026.10", "agent": "3"}
	table(t, "client", &prof, []row{
		{"unknown", facts{}, nil, diag.Skip, []string{"!client.version"}},
		{"old", facts{incident.ClientVersion: "4.1.9", incident.Device: "desktop_app"}, nil, diag.Fail, []string{"client.version=below version:4.1.9 minimum:4.2.0 minimum_basis:assumed"}},
		{"recent", facts{incident.ClientVersion: "4.10.0", incident.Device: "desktop_app"}, nil, diag.Pass, []string{"client.version=ok version:4.10.0"}},
		{"of the web", facts{incident.ClientVersion: "2026.9", incident.Device: "desktop_web"}, nil, diag.Fail, []string{"client.version=below minimum:2026.10"}},
		{"named by itself", facts{}, []any{me(0, obj{"request": obj{"headers": headers("X-Client-Version", "2.9.9")}})}, diag.Fail, []string{"client.version=below version:2.9.9 minimum:3"}},
		{"the log says so", nil, []any{"client.log", "[2026-11-20 10:22:41.100] [warn] recall: command not registered in this build 3.9, update to 4.1 or later\n"}, "", []string{"client.signal=outdated_client"}},
	})
	table(t, "client", nil, []row{{"no minimum is published", facts{incident.ClientVersion: "4.0.1", incident.Device: "desktop_app"}, nil, diag.Skip, []string{"client.version=unknown version:4.0.1"}}})
	for _, v := range []struct {
		have, want string
		older      bool
	}{{"3.5.0", "3.6.1", true}, {"3.6.1", "3.6.1", false}, {"3.10", "3.9", false}, {"v4.1", "4.1.0", false}, {"2026.11.18-rc1", "2026.11.18", true}, {"156.0.8078.79", "80", false}, {"79.0.3945.88", "80", true}, {"unknown", "3", false}, {"3.6.1.2", "3.6.1", false}} {
		if older(v.have, v.want) != v.older {
			t.Errorf("%s older than %s: %v", v.have, v.want, !v.older)
		}
	}
}
