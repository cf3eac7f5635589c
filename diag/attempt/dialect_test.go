package attempt

import (
	"strings"
	"testing"
)

// answer is one thing a service may say, and what it means.
type answer struct {
	status int
	body   string
	result Result
	reason string // one of the reasons, "" when none is asked for
	text   string // what a person would have read, "" when not looked at
	bug    string
}

// dialects are ways of asking for a recall over HTTP, as services have them.
var dialects = []struct {
	name, method, path, body string
	answers                  []answer
}{
	{"REST path", "POST", "/api/v1/conversations/12/messages/8842/recall", "", []answer{
		{200, `{"success":true}`, Accepted, "", "", ""},
		{204, ``, Accepted, "", "", ""},
		{200, `{"message_id":8842,"recalled_at":"2026-11-20T02:22:41Z"}`, Accepted, "", "", ""},
		{403, `{"error":"message_read","message":"消息已被阅读,无法撤回"}`, Refused, "read", "消息已被阅读,无法撤回", ""},
		{409, `{"error":{"code":"RecallWindowExpired"}}`, Refused, "window", "", ""},
		{400, `{"code":50000,"message":"撤回失败,请稍后重试"}`, Refused, "generic", "撤回失败,请稍后重试", ""},
		{400, ``, Refused, "", "", ""},
		{429, `{"message":"too many requests"}`, Refused, "rate", "", ""},
		{401, `{"message":"token expired"}`, Refused, "session", "", ""},
		{502, `<html>Bad Gateway</html>`, NoAnswer, "", "", ""},
		{504, ``, NoAnswer, "", "", ""},
		{499, ``, NoAnswer, "", "", ""},
	}},
	{"DELETE", "DELETE", "/v2/chat/12/messages/8842", "", []answer{
		{204, ``, Accepted, "", "", ""},
		{200, `{}`, Accepted, "", "", ""},
		{410, `{"detail":"message was already withdrawn"}`, Refused, "already", "message was already withdrawn", ""},
		{403, `{"detail":"You can only delete messages that you sent"}`, Refused, "not_own", "", ""},
		{500, `{"detail":"internal error"}`, Refused, "generic", "", ""},
	}},
	{"PATCH of the state", "PATCH", "/api/messages/8842", `{"state":"withdrawn"}`, []answer{
		{200, `{"id":"8842","state":"withdrawn"}`, Accepted, "", "", ""},
		{422, `{"errors":[{"code":"NOT_SENDER","detail":"only the sender may withdraw a message"}]}`, Refused, "not_own", "", ""},
		{422, `{"errors":[{"code":"E_UNKNOWN","detail":"operation failed"}]}`, Refused, "generic", "", ""},
	}},
	{"RPC envelope", "POST", "/gateway", `{"action":"chat.message.revoke","version":3,"data":{"msgId":"8842"}}`, []answer{
		{200, `{"ret":0,"msg":"","data":null}`, Accepted, "", "", ""},
		{200, `{"code":"SUCCESS","data":{"revoked":true}}`, Accepted, "", "", ""},
		{200, `{"ret":10031,"msg":"超过2分钟的消息不能撤回"}`, Refused, "window", "超过2分钟的消息不能撤回", ""},
		{200, `{"ret":-1,"msg":"系统异常"}`, Refused, "generic", "", ""},
		{200, `{"ok":false}`, Refused, "", "", ""},
		{200, `{"success":false,"message":"访客已回复,不能撤回"}`, Refused, "acted", "", ""},
	}},
	{"form to a CGI", "POST", "/cgi-bin/msgop", "op=withdraw&mid=8842&token=t0k3n", []answer{
		{200, `ok`, Accepted, "", "", ""},
		{200, `{"errcode":0,"errmsg":"ok"}`, Accepted, "", "", ""},
		{200, `{"errcode":41035,"errmsg":"该消息类型不支持撤回"}`, Refused, "type", "该消息类型不支持撤回", ""},
		{200, `errcode=41035&errmsg=channel+does+not+support+recall`, Refused, "channel", "channel does not support recall", ""},
		{200, `fail`, Refused, "", "", ""},
	}},
	{"GraphQL", "POST", "/graphql", `{"operationName":"RecallMessage","query":"mutation RecallMessage($id: ID!) { recallMessage(id: $id) { id recalledAt } }","variables":{"id":"8842"}}`, []answer{
		{200, `{"data":{"recallMessage":{"id":"8842","recalledAt":"2026-11-20T02:22:41Z"}}}`, Accepted, "", "", ""},
		{200, `{"errors":[{"message":"No permission to recall","path":["recallMessage"],"extensions":{"code":"FORBIDDEN"}}],"data":{"recallMessage":null}}`, Refused, "permission", "No permission to recall", ""},
		{200, `{"errors":[{"message":"Something went wrong","extensions":{"code":"INTERNAL"}}],"data":null}`, Refused, "generic", "", ""},
	}},
	{"JSON-RPC batch", "POST", "/rpc", `[{"jsonrpc":"2.0","id":6,"method":"typing.stop"},{"jsonrpc":"2.0","id":7,"method":"message.retract","params":{"message_id":8842}}]`, []answer{
		{200, `[{"jsonrpc":"2.0","id":6,"result":null},{"jsonrpc":"2.0","id":7,"result":true}]`, Accepted, "", "", ""},
		{200, `[{"jsonrpc":"2.0","id":6,"result":null},{"jsonrpc":"2.0","id":7,"error":{"code":-32010,"message":"conversation has ended"}}]`, Refused, "ended", "conversation has ended", ""},
		{200, `[{"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"Internal error"}}]`, Refused, "generic", "", ""},
	}},
	{"query and verb in camel case", "POST", "/im/undoSend?messageId=8842", "", []answer{
		{200, `{"status":"success"}`, Accepted, "", "", ""},
		{200, `{"status":"error","reason":"CRM_SYNCED","tip":"消息已同步至 CRM"}`, Refused, "processed", "", ""},
		{200, `{"status":"error"}`, Refused, "", "", ""},
	}},
	{"PUT of a flag", "PUT", "/api/msg/8842/flags", `{"recalled":true}`, []answer{
		{200, `{"recalled":true}`, Accepted, "", "", ""},
		{404, `{"message":"message not found"}`, Refused, "missing", "", ""},
	}},
}

func TestDialects(t *testing.T) {
	for _, d := range dialects {
		for _, an := range d.answers {
			t.Run(d.name+"/"+an.body, func(t *testing.T) {
				a := chrome(t, known, entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`), entry(0.2, d.method, host+d.path, d.body, an.status, an.body))
				r := a.Request
				if r == nil {
					t.Fatal("the recall was not recognised")
				}
				if r.Result != an.result || r.Via != "http" || !r.Start.T.Equal(pressT.Add(200e6)) || a.Other != 0 {
					t.Errorf("result %s, want %s; answer %+v", r.Result, an.result, r.Answer)
				}
				if an.reason != "" && !r.Answer.Has(an.reason) {
					t.Errorf("reasons %q, want %q among them; text %q", reasons(r.Answer), an.reason, r.Answer.Text)
				}
				if an.text != "" && r.Answer.Text != an.text {
					t.Errorf("text %q, want %q", r.Answer.Text, an.text)
				}
				if an.result == Accepted && an.reason == "" && len(r.Answer.Reasons) > 0 && !r.Answer.Has("accepted") {
					t.Errorf("accepted, yet with reasons %q", reasons(r.Answer))
				}
				if an.result != Refused && strings.HasPrefix(an.body, "<html") && r.Answer.Has("read") {
					t.Error("an error page is no refusal")
				}
			})
		}
	}
}

// frames are recalls asked for over the push connection, and what came back.
var frames = []struct {
	name   string
	talk   []string
	result Result
	reason string
	bug    string
}{
	{"accepted by ack", []string{`>{"type":"recall","seq":41,"msg_id":"8842"}`, `<{"type":"ack","seq":40,"code":9,"reason":"other"}`, `<{"type":"ack","seq":41,"code":0}`}, Accepted, "", ""},
	{"refused by ack", []string{`>{"type":"recall","seq":"c-41","msg_id":"8842"}`, `<{"type":"ack","seq":"c-41","code":403,"reason":"customer has replied"}`}, Refused, "acted", ""},
	{"refused, generic", []string{`>{"type":"recall","seq":"c-41","msg_id":"8842"}`, `<{"type":"nack","seq":"c-41","error":"failed"}`}, Refused, "", ""},
	{"answered by another's ack", []string{`>{"type":"recall","seq":"c-41","msg_id":"8842"}`, `<{"type":"ack","seq":"c-40","code":0}`}, NoAnswer, "", ""},
	{"not answered", []string{`<{"type":"ping"}`, `>{"op":"revoke","rid":"77","mid":"8842"}`, `<{"type":"pong"}`}, NoAnswer, "", ""},
	{"nested and stringified", []string{`>{"cmd":"im","body":"{\"action\":\"withdraw\",\"msgId\":\"8842\",\"reqId\":\"q-5\"}"}`, `<{"cmd":"im","body":"{\"reqId\":\"q-5\",\"ret\":10031,\"errMsg\":\"消息已超过撤回时限\"}"}`}, Refused, "window", ""},
	{"socket.io with an event", []string{`>42["message:recall",{"messageId":"8842","reqId":"r-9"}]`, `<42["message:recall:result",{"reqId":"r-9","ok":true}]`}, Accepted, "", "A1 socket.io frames (an event's name at the head of an array) are not recognised"},
	{"socket.io, refused", []string{`>42["recall",{"messageId":"8842","reqId":"r-9"}]`, `<42["recall_result",{"reqId":"r-9","ok":false,"reason":"该渠道不支持撤回"}]`}, Refused, "channel", "A1"},
	{"socket.io acknowledged by number", []string{`>4217["recall",{"messageId":"8842"}]`, `<4317[{"ok":true}]`}, Accepted, "", "A1"},
	{"arrays with a reference (Phoenix)", []string{`>["3","ref-7","room:12","recall_msg",{"message_id":"8842"}]`, `<["3","ref-7","room:12","phx_reply",{"status":"error","response":{"reason":"window closed"}}]`}, Refused, "window", "A1"},
	{"JSON-RPC over a socket", []string{`>{"jsonrpc":"2.0","id":"abc-7","method":"message.unsend","params":{"message":"8842"}}`, `<{"jsonrpc":"2.0","id":"abc-7","error":{"code":-32001,"message":"rate limit exceeded"}}`}, Refused, "rate", ""},
}

func TestFrames(t *testing.T) {
	for _, f := range frames {
		t.Run(f.name, func(t *testing.T) {
			a := chrome(t, known, socket(f.talk...))
			r := a.Request
			if r == nil {
				t.Fatal("the recall was not recognised")
			}
			if r.Via != "websocket" || r.Result != f.result || r.Start.T.Sub(pressT) > 5e9 {
				t.Errorf("via %s, result %s, want %s; answer %+v", r.Via, r.Result, f.result, r.Answer)
			}
			if f.reason != "" && !r.Answer.Has(f.reason) {
				t.Errorf("reasons %q, want %q", reasons(r.Answer), f.reason)
			}
			if f.result == NoAnswer && !r.End.IsZero() {
				t.Errorf("an end without an answer: %v", r.End)
			}
		})
	}
}

// What only speaks of recalls is none.
func TestNotTheRecall(t *testing.T) {
	for _, c := range []struct {
		name string
		e    obj
		bug  string
	}{
		{"telemetry on the service's host", entry(0, "POST", host+"/collect", `{"event":"recall_click","msg_id":"8842"}`, 200, `{}`), ""},
		{"telemetry's path with the verb", entry(0, "POST", host+"/track/recall", `{"msg_id":"8842"}`, 200, `{}`), ""},
		{"telemetry on its own host", entry(0, "POST", "https://stats.meiqia.com/v1/e", `{"e":"msg.recall","msg_id":"8842"}`, 200, `{}`), ""},
		{"a stranger's beacon", entry(0, "POST", "https://www.google-analytics.com/g/collect?en=recall", `en=recall&mid=8842`, 204, ``), ""},
		{"error reporting", entry(0, "POST", "https://o1.ingest.sentry.io/api/4/envelope", `{"message":"recall failed","msg_id":"8842","type":"recall"}`, 200, `{}`), ""},
		{"preflight", entry(0, "OPTIONS", host+"/api/v1/messages/8842/recall", "", 204, "", obj{"_resourceType": "preflight"}), ""},
		{"settings read", entry(0, "GET", host+"/api/v1/settings/recall", "", 200, `{"enabled":true,"window":120}`), ""},
		{"settings written", entry(0, "PUT", host+"/api/v1/enterprise/config/recall", `{"recall":{"enabled":true}}`, 200, `{}`), ""},
		{"rights", entry(0, "GET", host+"/api/v1/permissions?scope=recall", "", 200, `["recall"]`), ""},
		{"settings over GraphQL", entry(0, "POST", host+"/graphql", `{"query":"query RecallSettings { recallSettings { enabled window } }"}`, 200, `{"data":{"recallSettings":{"enabled":true,"window":120}}}`), "A2 a GraphQL query or RPC method that reads the recall's settings is taken for the recall"},
		{"settings over RPC", entry(0, "POST", host+"/rpc", `{"method":"settings.getRecallPolicy","id":3}`, 200, `{"result":{"window":120}}`), "A2"},
		{"a history of recalls", entry(0, "GET", host+"/api/v1/messages/recalled?page=1", "", 200, `[]`), ""},
		{"a message that speaks of it", entry(0, "POST", host+"/api/v1/conversations/12/messages", `{"type":"text","content":"how do I recall a message?"}`, 200, `{"id":"8843"}`), ""},
		{"a reply to it that speaks of it", entry(0, "POST", host+"/api/v1/conversations/12/messages", `{"type":"text","content":"cannot recall this","reply_to":"8842"}`, 200, `{"id":"8843"}`), "A4 a message whose text says \"recall\" and that names the id is taken for the recall"},
		{"a script", entry(0, "GET", host+"/static/recall-message.js", "", 200, `x`, obj{"_resourceType": "script"}), ""},
		{"a picture", entry(0, "GET", host+"/img/recall.svg", "", 200, `x`, obj{"_resourceType": "image"}), ""},
		{"deleting a draft", entry(0, "DELETE", host+"/api/v1/drafts/8842", "", 204, ``), ""},
		{"a recall at a stranger's", entry(0, "DELETE", "https://mail.example.org/messages/17", "", 204, ``), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Its own page tells that the service was recorded, and no recall with it.
			a := chrome(t, known, entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`), c.e)
			if a.Request != nil {
				t.Errorf("taken for the recall, score %.0f, result %s", a.Request.Score, a.Request.Result)
			}
		})
	}
}

func TestFramesThatAreNot(t *testing.T) {
	for _, c := range []struct{ name, frame, bug string }{
		{"a message that speaks of it", `>{"type":"message","seq":3,"content":"please recall that"}`, ""},
		{"typing", `>{"type":"typing","conversation":"12"}`, ""},
		{"subscribing to events", `>{"op":"subscribe","topic":"message.recalled"}`, "A3 frames that subscribe to, or count, recalls are taken for one: frames get neither the telemetry's nor the settings' weight"},
		{"telemetry", `>{"type":"analytics","event":"recall_button_click","msg_id":"8842"}`, "A3"},
		{"the service's own event", `<{"type":"message_recalled","msg_id":"8842"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := chrome(t, known, socket(c.frame, `<{"type":"pong"}`)); a.Request != nil {
				t.Errorf("taken for the recall: %+v", a.Request)
			}
		})
	}
}
