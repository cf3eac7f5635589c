package attempt

import "testing"

// A service logs what it did in the passive past; what it would not do, or did to others, is no acceptance.
func TestServed(t *testing.T) {
	for _, c := range []struct {
		name, line string
		want       Result
	}{
		{"JSON", `{"time":"2026-11-20T02:22:41.300Z","level":"info","name":"retract","messageId":"8842","msg":"message retracted"}`, Accepted},
		{"prose", `2026-11-20 02:22:41.300 +00:00 [INF] UnsendHandler: Item unsent {conv: T-1, msg: 8842}`, Accepted},
		{"already", `2026-11-20 02:22:41.300 +00:00 [INF] UnsendHandler: message already retracted {msg: 8842}`, Unknown},
		{"asked whether", `2026-11-20 02:22:41.300 +00:00 [INF] RecallHandler: checking if message recalled {msg: 8842}`, Unknown},
		{"not", `2026-11-20 02:22:41.300 +00:00 [WRN] RecallHandler: message not recalled {msg: 8842}`, Unknown},
	} {
		a := build(t, known, "server.log", c.line+"\n")
		got := Unknown
		if a.Request != nil {
			got = a.Request.Result
		}
		if c.want == Accepted && got != Accepted || c.want != Accepted && got == Accepted {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// "Cancel send" is one of the names of a recall, in an address as in a log.
func TestCancelSend(t *testing.T) {
	har := harOf("WebInspector", entry(0.2, "POST", host+"/index.php?r=kefu/msg/cancel-send", "msg_id=8842&sess=S1", 200, `{"errno":0,"errmsg":"ok","data":{"msg_id":8842,"state":2}}`))
	if a := build(t, known, "a.har", har); a.Request == nil || a.Request.Result != Accepted {
		t.Errorf("%+v", a.Request)
	}
	if a := build(t, known, "main.log", "[2026-11-20 10:22:41.300] [info] (cancel) cancel ok msg=8842\n"); a.Request == nil || a.Request.Result != Accepted {
		t.Errorf("%+v", a.Request)
	}
}
