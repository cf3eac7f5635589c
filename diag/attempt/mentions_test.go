package attempt

import "testing"

func TestMentions(t *testing.T) {
	for text, want := range map[string]bool{
		"recall message 8842 refused":                true,
		`{"id":8842,"type":"message"}`:               true,
		`{"message":{"id":"8842"}}`:                  true,
		"DELETE /api/v1/messages/8842 HTTP/1.1":      true,
		"POST /conversations/17/messages/8842":       true,
		"msg_id=8842 status=403":                     true,
		"\u64a4\u56de\u6d88\u606f 8842 \u5931\u8d25": true,
		"\u6d88\u606f\u7f16\u53f7\uff1a8842":         true,
		"conversation=8842 message=8842":             true,
		"[8842] withdraw":                            true,
		"recall seq=8842":                            true,
		"cache key=msg.8842.json":                    true,
		"slow query conversation=8842 took 46 ms":    false,
		"GET /api/v1/conversations/8842/messages":    false,
		"cache hit key=conv:8842 ttl=652":            false,
		"\u6d88\u606f\u5df2\u9001\u8fbe \u4f1a\u8bdd=8842 \u8017\u65f6=35 \u6beb\u79d2": false,
		"request took 8842 ms":           false,
		"\u8017\u65f6 8842 \u6beb\u79d2": false,
		`{"conversationId":8842}`:        false,
		`{"conversation":{"id":8842}}`:   false,
		"user_id=8842":                   false,
		"visitor no 8842":                false,
		"10.0.0.1:8842 port 8842":        false,
		"build 5.8842":                   false,
		"188421":                         false,
	} {
		if got := Mentions(text, "8842"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if !Mentions("conversation=88421234567", "88421234567") {
		t.Error("a number as long does not stand there by chance")
	}
}
