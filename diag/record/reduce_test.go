package record

import (
	"strings"
	"sync"
	"testing"

	"meiqia-diag/diag/profile"
)

func cleanerFor(t testing.TB) *cleaner {
	t.Helper()
	return newCleaner(embedded())
}

var embedded = sync.OnceValue(func() *profile.Profile {
	p, ps := profile.Load("")
	if p == nil {
		panic(ps[0])
	}
	return p.Prepare()
})

// TestBodies tells what of a body is kept: what a diagnosis reads, and no word that a person wrote.
func TestBodies(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"a refusal", `{"code":403,"message":"消息已被阅读,无法撤回","data":null}`, `{"code":403,"data":null,"message":"消息已被阅读,无法撤回"}`},
		{"a refusal with a success flag", `{"success":false,"msg":"Recall window expired"}`, `{"msg":"Recall window expired","success":false}`},
		{"an error under its own key", `{"error":{"reason":"not your message"}}`, `{"error":{"reason":"not your message"}}`},
		{"a message", `{"id":8842,"content":"你好","content_type":"text","created_on":"2026-11-20T02:21:03","from_type":"agent"}`, `{"content":"[text, 2]","content_type":"text","created_on":"2026-11-20T02:21:03","from_type":"agent","id":8842}`},
		{"a message under message", `{"id":1,"sender":"agent","message":"ok then","status":1}`, `{"id":1,"message":"[text, 7]","sender":"agent","status":1}`},
		{"one word of a message", `{"content":"ok"}`, `{"content":"[text, 2]"}`},
		{"an emoji in brackets", `{"content":"[smile]"}`, `{"content":"[text, 7]"}`},
		{"a rich message", `{"content":"{\"title\":\"账单\",\"to\":\"张三\"}"}`, `{"content":"[text, 24]"}`},
		{"state in a string", `{"extra":"{\"is_withdrawn\":true,\"text\":\"x y\"}"}`, `{"extra":"{\"is_withdrawn\":true,\"text\":\"[text, 3]\"}"}`},
		{"names", `{"nickname":"Lin","name":"李雷","agent":{"realname":"Han"},"permissions":[{"name":"message.recall"}]}`, `{"agent":{"realname":"[text, 3]"},"name":"[text, 2]","nickname":"[text, 3]","permissions":[{"name":"message.recall"}]}`},
		{"a login", `{"account":"lin","password":"pw","captcha":"x1","otp":482913}`, `{"account":"lin","captcha":"[removed]","otp":"[removed]","password":"[removed]"}`},
		{"a token", `{"token":"abc","data":{"access_token":"def"},"x":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0"}`, `{"data":{"access_token":"[removed]"},"token":"[removed]","x":"[removed]"}`},
		{"prose under any key", `{"zzz":"meet me at nine"}`, `{"zzz":"[text, 15]"}`},
		{"mail and telephone", `{"a":"ann@example.com","b":"13800138000"}`, `{"a":"[text, 15]","b":"[text, 11]"}`},
		{"a form", `content=hello+there&msg_id=8842&token=abc`, `content=%5Btext%2C+11%5D&msg_id=8842&token=%5Bremoved%5D`},
		{"a frame of socket.io", `42["recall",{"msg_id":"8842","content":"x y"}]`, `42["recall",{"content":"[text, 3]","msg_id":"8842"}]`},
		{"GraphQL", `{"query":"mutation recallMessage($id: ID!) { recall(id: $id) }"}`, `{"query":"mutation recallMessage"}`},
		{"plain text", `see you tomorrow`, `[text, 16]`},
		{"plain refusal", `超过撤回时限`, `超过撤回时限`},
		{"a login page", `<html><title>登录 - 工作台</title><form><input type="password"></form>`, `<!doctype html><html><title>登录 - 工作台</title><input type="password"><p>登录</p></html>`},
		{"a page with a chat in it", `<html><meta name="build" content="4.0.1"><title>(1) 张三: 你好</title><ul><li>你好</li></ul>`, `<!doctype html><html><meta name="build" content="4.0.1"></html>`},
	} {
		k := cleanerFor(t)
		if got := k.body("", c.body); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestHostileBodies(t *testing.T) {
	c := cleanerFor(t)
	for _, body := range []string{strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), "\xff\xfe{", "{", `{"a":`, "42[", "=", "%zz=%zz", "<", strings.Repeat(`"{\"a\":`, 50)} {
		_ = c.body("", body)
		_ = c.free(body)
		_ = c.address("http://h/" + body)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{`{"content":"SECRETTEXT"}`, `content=SECRETTEXT`, `42["m",{"text":"SECRETTEXT"}]`, `{"message":"SECRETTEXT","id":1,"from":"x"}`, `{"password":"SECRETTEXT"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		c := cleanerFor(t)
		c.learn = true
		c.body("", body)
		c.learn = false
		_ = c.body("", body)
		_ = c.free(body)
		_ = c.address(body)
	})
}

func TestAddresses(t *testing.T) {
	c := cleanerFor(t)
	c.typed("hunter2-long", true)
	for raw, want := range map[string]string{
		"https://ann:pw@app.meiqia.com/chat?conv=7001":                           "https://app.meiqia.com/chat?conv=7001",
		"wss://push.example/ws?token=abc&ent_id=90001&time=1795424968":           "wss://push.example/ws?token=%5Bremoved%5D&ent_id=90001&time=1795424968",
		"https://a.example/search?q=my+secret+plan":                              "https://a.example/search?q=%5Btext%2C+14%5D",
		"https://a.example/api/messages/8842/recall":                             "https://a.example/api/messages/8842/recall",
		"https://a.example/x/hunter2-long/y":                                     "https://a.example/x/%5Bremoved%5D/y",
		"https://a.example/cb#access_token=abc":                                  "https://a.example/cb",
		"https://a.example/s/0123456789abcdef0123456789abcdef0123456789abcdef/x": "https://a.example/s/%5Bremoved%5D/x",
		"data:text/plain;base64,aGVsbG8=":                                        "data:text/plain;base64,",
	} {
		if got := c.address(raw); got != want {
			t.Errorf("%s:\n got %s\nwant %s", raw, got, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	c := cleanerFor(t)
	for _, h := range [][3]string{
		{"Cookie", "sid=abc", "[removed]"}, {"Authorization", "Bearer abc", "[removed]"}, {"set-cookie", "a=b", "[removed]"}, {"X-Auth-Token", "abc", "[removed]"},
		{"X-User", "lin", "[removed]"}, {"Date", "Fri, 20 Nov 2026 02:22:41 GMT", "Fri, 20 Nov 2026 02:22:41 GMT"}, {"X-Backend", "b-2", "b-2"}, {"X-Client-Version", "4.0.1", "4.0.1"},
		{"Referer", "https://a.example/chat?token=abc", "https://a.example/chat?token=%5Bremoved%5D"},
	} {
		if got := c.header(h[0], h[1]); got != h[2] {
			t.Errorf("%s: %q, want %q", h[0], got, h[2])
		}
	}
}

// TestFreeText goes as a recording does: what must go out of the console is learnt from bodies and from what was typed.
func TestFreeText(t *testing.T) {
	c := cleanerFor(t)
	c.typed("Geheim-7391", true)
	c.typed("发错了的机密", false)
	c.learn = true
	c.body("", `{"data":[{"id":1,"content":"请转账到 6222"},{"id":2,"content":"撤回"}]}`)
	c.body("", `{"token":"tok-48213","auth":"none","sign":"true"}`)
	c.learn = false
	for _, x := range [][2]string{
		{"sending 发错了的机密 now", "sending [text, 6] now"},
		{"received: 请转账到 6222", "received: [text, 9]"},
		{"login failed for Geheim-7391", "login failed for [removed]"},
		{"auth with tok-48213", "auth with [removed]"},
		{`push {"action":"message","body":{"content":"noch geheim","id":9}}`, `push {"action":"message","body":{"content":"[text, 11]","id":9}}`},
		{"password=abc123 user=x", "password=[removed] user=x"},
		{"Authorization: Bearer abcdefghij", "Authorization: [removed]"},
		{"GET https://a.example/x?token=abc 403", "GET https://a.example/x?token=[removed] 403"},
		{"content=whatever it is", "content=[text, 14]"},
		{"recall answered msg=8842 status=403 code=4031 message=消息已被阅读,无法撤回", "recall answered msg=8842 status=403 code=4031 message=消息已被阅读,无法撤回"},
		{"recall button pressed 撤回", "recall button pressed 撤回"},
		{"Uncaught SyntaxError: Unexpected token '?'", "Uncaught SyntaxError: Unexpected token '?'"},
		{"[12] started [ok]", "[12] started [ok]"},
		{"proxy=none ok=true", "proxy=none ok=true"},
	} {
		if got := c.free(x[0]); got != x[1] {
			t.Errorf("%q:\n got %q\nwant %q", x[0], got, x[1])
		}
	}
}

func TestRefusalOfThePage(t *testing.T) {
	c := cleanerFor(t)
	c.typed("已超过撤回时限了吗", false)
	for text, want := range map[string]bool{"已超过可撤回时间,无法撤回": true, "消息已被阅读": true, "你好": false, "操作失败": false, "已超过撤回时限了吗": false} {
		if c.refusal(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
