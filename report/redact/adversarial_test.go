package redact

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

// leaks are texts and what must not be left of them. Every value is made up.
var leaks = []struct{ name, in, gone string }{
	// phones
	{"phone plain", "tel 13800138000 ok", "13800138000"},
	{"phone +86 glued", "call +8613800138000 now", "13800138000"},
	{"phone 86 glued", "call 8613800138000 now", "13800138000"},
	{"phone 0086", "call 008613800138000 now", "13800138000"},
	{"phone spaced", "138 0013 8000", "0013 8000"},
	{"phone dashed", "138-0013-8000", "0013-8000"},
	{"phone +86 spaced", "+86 138 0013 8000", "0013 8000"},
	{"phone +86 dashed", "+86-138-0013-8000", "0013-8000"},
	{"phone dotted", "138.0013.8000", "0013.8000"},
	{"phone 3-8", "138 00138000", "00138000"},
	{"phone single digits", "1 3 8 0 0 1 3 8 0 0 0", "0 0 1 3 8"},
	{"phone nbsp", "138\u00a00013\u00a08000", "0013"},
	{"phone full width", "手机１３８００１３８０００。", "００１３８０００"},
	{"phone full width plus", "＋８６１３８００１３８０００", "００１３８０００"},
	{"phone full width dashes", "138－0013－8000", "0013"},
	{"phone full width brackets", "（021）62345678", "62345678"},
	{"phone Chinese digits", "打我电话一三八零零一三八零零零", "零零一三八"},
	{"phone inside word", "uid_13800138000_x", "13800138000"},
	{"phone in parentheses", "(+86)13800138000", "13800138000"},
	{"phone leading zero", "013800138000", "13800138000"},
	{"phone percent space", "q=138%200013%208000", "0013%208000"},
	{"phone in sentence", "请联系张先生13912345678谢谢", "13912345678"},
	{"phone unicode escape", `{"a":"\u0031\u0033\u0038\u0030\u0030\u0031\u0033\u0038\u0030\u0030\u0030"}`, "13800138000"},
	{"phone unicode escape in text", `x \u0031\u0033\u0038\u0030\u0030\u0031\u0033\u0038\u0030\u0030\u0030 y`, `\u0030\u0030\u0031\u0033\u0038`},
	{"phone JSON number", `{"n":13800138000}`, "13800138000"},
	{"phone nested JSON", `{"data":"{\"tel\":\"13800138000\"}"}`, "13800138000"},
	{"phone nested twice", `{"data":"{\"d\":\"{\\\"tel\\\":\\\"13800138000\\\"}\"}"}`, "13800138000"},
	{"phone base64", "x " + base64.StdEncoding.EncodeToString([]byte("phone=13800138000;")), base64.StdEncoding.EncodeToString([]byte("phone=13800138000;"))[:16]},
	{"phone as map key", `{"13800138000":1}`, "13800138000"},
	{"landline", "座机 010-62345678", "62345678"},
	{"landline parentheses", "(021)62345678", "62345678"},
	{"landline four", "0755-8234 5678", "8234 5678"},
	{"landline +86", "+86-10-62345678", "62345678"},
	{"phone Hong Kong", "+852 9123 4567", "9123 4567"},
	{"phone key short", `{"phone":"6234 5678"}`, "6234"},
	{"phone masked key", "联系电话:6234-5678", "6234"},
	// mail
	{"mail", "a zhang.san@example.com b", "zhang.san"},
	{"mail plus", "zhang+tag@mail.example.com.cn,", "zhang+tag"},
	{"mail %40", "?email=zhang%40example.com", "zhang%40"},
	{"mail %2540", "?r=zhang%2540example.com", "zhang"},
	{"mail full width at", "zhangsan＠example.com", "zhangsan"},
	{"mail IDN", "张三@例子.公司", "例子"},
	{"mail after Chinese", "邮箱zhangsan@example.com谢谢", "zhangsan"},
	{"mail entity", "zhangsan&#64;example.com", "zhangsan"},
	{"mail unicode escape", `zhangsan\u0040example.com`, "zhangsan"},
	{"mail punycode", "x@xn--fsqu00a.xn--0zwm56d", "xn--0zwm56d"},
	{"mail at brackets", "zhangsan[at]example.com", "zhangsan"},
	// ids
	{"id18", "身份证 11010519491231002X 。", "19491231002"},
	{"id18 lower x", "11010519491231002x", "19491231002"},
	{"id18 spaced", "110105 19491231 002X", "19491231"},
	{"id18 full width", "１１０１０５１９４９１２３１００２Ｘ", "１９４９１２３１"},
	{"id18 in word", "id110105194912310021", ""},
	{"id15", "身份证号:110105491231002", "491231002"},
	{"id15 context", "身份证号码是 110105491231002", "491231002"},
	{"id in JSON", `{"id_card":"110105491231002"}`, "491231002"},
	{"passport", "护照号:E12345678", "E12345678"},
	{"passport JSON", `{"passport_no":"EA1234567"}`, "EA1234567"},
	{"permit", "港澳通行证:C12345678", "C12345678"},
	// cards
	{"card", "卡 6222021234567890128 付", "6222021234567890128"},
	{"card spaced", "6222 0212 3456 7890 128", "3456 7890"},
	{"card dashed visa", "4111-1111-1111-1111", "1111-1111"},
	{"card key no luhn", "银行卡号:6222021234567890123", "6222021234567890123"},
	{"card JSON number", `{"card_no":6222021234567890128}`, "6222021234567890128"},
	// network addresses
	{"ipv4", "from 203.0.113.77 port", "203.0.113.77"},
	{"ipv4 java", "example.com/203.0.113.77:443", "203.0.113.77"},
	{"ipv4 lan", "gw 192.168.31.1", "192.168.31.1"},
	{"ipv6", "via 2408:8000:1010:1::8 up", "2408:8000"},
	{"ipv6 upper", "[2408:8000:1010:1::ABCD]:443", "2408:8000"},
	{"ipv6 link local", "fe80::1c2d:3e4f:5a6b:7c8d%eth0", "1c2d:3e4f"},
	{"mac", "hw aa:bb:cc:dd:ee:01 up", "aa:bb:cc"},
	{"mac dash", "AA-BB-CC-DD-EE-01", "BB-CC"},
	{"mac cisco", "aabb.ccdd.ee01", "ccdd"},
	// secrets
	{"cookie header", "Cookie: sid=abc123def456; theme=dark99", "abc123def456"},
	{"cookie by its attribute", "saved: kfuid=v04B9dFy688k94HV; max-age=3600", "v04B9dFy688k94HV"},
	{"setting of an image", "ENV MYSQL_ROOT_PASSWORD WdKNcW9&1185", "WdKNcW9"},
	{"said", "[09:12:44] 访客说: 我要退掉这张月卡", "月卡"},
	{"caller", "- 来电人：罗程诗", "罗程诗"},
	{"mail with words", "邮箱：zhuqiang_2522 (at) foxmail.com", "zhuqiang"},
	{"Hong Kong id", "card no.: K539580(1)", "K539580"},
	{"mac without signs", "mac d8:bb:c1:f7:e7:d4 joined\ntopic /dev/d8bbc1f7e7d4/up", "d8bbc1f7e7d4"},
	{"qq full width", "加Q：９６８８４８５４２０", "９６８８４８５"},
	{"cookie second", "Cookie: sid=abc123def456; theme=dark99", "dark99"},
	{"cookie curl", `curl -H 'cookie: sid=abc123def456' https://x`, "abc123def456"},
	{"set-cookie", "Set-Cookie: token=zzz111yyy222; Path=/; HttpOnly", "zzz111yyy222"},
	{"document.cookie", `document.cookie = "uid=77abc88def"`, "77abc88def"},
	{"bearer", "Authorization: Bearer abcdef1234567890", "abcdef1234567890"},
	{"basic", "Authorization: Basic emhhbmc6c2VjcmV0", "emhhbmc6"},
	{"basic in prose", "sent Basic emhhbmc6c2VjcmV0 again", "emhhbmc6"},
	{"jwt", "t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMzgwMDEzODAwMCJ9.c2lnbmF0dXJl end", "eyJzdWIi"},
	{"jwt claims", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMzgwMDEzODAwMCJ9.c2lnbmF0dXJl", "eyJhbGci"},
	{"password Chinese", "password=密码xyz", "xyz"},
	{"password mixed", "password=abc密码 next", "密码"},
	{"password comma", "password=ab,cd;ef next", "cd"},
	{"password colon", "密码:hunter2", "hunter2"},
	{"password prose", "密码是hunter2", "hunter2"},
	{"password full width colon", "密码：hunter2", "hunter2"},
	{"password full width equals", "password＝hunter2", "hunter2"},
	{"password in Chinese quotes", "密码：“hun，ter2”", "ter2"},
	{"code full width colon", "验证码：839201，", "839201"},
	{"token full width colon", "token：ab12cd34ef56；x", "ab12cd34ef56"},
	{"name full width colon", "客户姓名：张三丰，女", "张三丰"},
	{"text full width colon", "消息内容：我要退货", "退货"},
	{"text of an object behind a full width colon", "消息内容：{\"a\":\"我要退货\"}", "退货"},
	{"password number JSON", `{"password":12345678}`, "12345678"},
	{"password quoted escaped", `{\"password\":\"hun\\\"ter2\"}`, "ter2"},
	{"token query", "GET /a?token=ab12cd34ef56&x=1", "ab12cd34ef56"},
	{"sign query", "GET /a?sign=9f8e7d6c5b4a&x=1", "9f8e7d6c5b4a"},
	{"sign at end", "/a?x=1&sign=9f8e7d6c5b4a", "9f8e7d6c5b4a"},
	{"access token header", "X-Access-Token: q1w2e3r4t5y6", "q1w2e3r4t5y6"},
	{"access token camel", `{"accessToken":"q1w2e3r4"}`, "q1w2e3r4"},
	{"app secret", "app_secret=abcdef0123456789", "abcdef0123456789"},
	{"url userinfo", "https://zhang:pa55w0rd@example.com/x", "pa55w0rd"},
	{"url userinfo user", "https://zhangsan:pa55w0rd@example.com/x", "zhangsan"},
	{"db string", "mysql://root:Secr3t!@10.0.0.5:3306/db", "Secr3t!"},
	{"aws key", "id AKIAABCDEFGHIJKLMN12 used", "AKIAABCDEFGHIJKLMN12"},
	{"aliyun key", "LTAI5tABCDEFGH1234567 used", "LTAI5tABCDEFGH"},
	{"robot hook", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7bac-4bc4-97a0-0ec2sifa5aaa", "693a91f6"},
	{"pem", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n", "MIIEpAIBAAKCAQEA"},
	{"session JSON", `{"session":"s3ss10nvalue"}`, "s3ss10nvalue"},
	{"sms code", "验证码:482913,请勿泄露", "482913"},
	{"percent encoded value", "/a?data=" + url.QueryEscape(`{"password":"hunter22"}`), "hunter22"},
	// people
	{"windows path", `C:\Users\zhangsan\AppData\x.log`, "zhangsan"},
	{"windows path space", `C:\Users\Zhang San\AppData`, "Zhang San"},
	{"windows path escaped", `{"p":"C:\\Users\\zhangsan\\x"}`, "zhangsan"},
	{"windows path Chinese", `open C:\Users\张三\Desktop`, "张三"},
	{"windows path old", `C:\Documents and Settings\zhangsan\x`, "zhangsan"},
	{"windows path end", `home is C:\Users\zhangsan`, "zhangsan"},
	{"file url", "file:///C:/Users/zhangsan/x.html", "zhangsan"},
	{"mac path", "/Users/zhangsan/Library", "zhangsan"},
	{"linux path", "at /home/zhangsan/.config", "zhangsan"},
	{"path percent", "u=%2FUsers%2Fzhangsan%2Fx", "zhangsan"},
	{"unc", `\\FILESRV01\zhangsan$\x`, "zhangsan"},
	{"unc host", `open \\FILESRV01\zhangsan$\x`, "FILESRV01"},
	{"computer name", "host DESKTOP-AB12CD3 up", "AB12CD3"},
	{"phone name", "设备 张三的iPhone 在线", "张三"},
	{"wxid", "from wxid_abc123def456gh ok", "wxid_abc123"},
	{"openid", `{"openid":"oABCD1234efgh5678ijkl9012mno"}`, "oABCD1234"},
	{"openid bare", "user oABCDx1234efgh5678ijkl9012mn x", "oABCDx1234"},
	{"unionid query", "?unionid=o6_bmasdasdsad6_2sgVt7hMZOPfL", "bmasdasd"},
	{"qq", "QQ:123456789", "123456789"},
	{"qq Chinese", "qq号是123456789", "123456789"},
	{"name field", "姓名:张三", "张三"},
	{"name JSON", `{"nickname":"小明同学"}`, "小明同学"},
	{"name in person", `{"visitor":{"name":"Zhang San","id":7}}`, "Zhang San"},
	{"name beside phone", `{"name":"Li Si","phone":"x"}`, "Li Si"},
	{"name English", "realname=Zhang San, age=3", "San"},
	{"plate", "车牌京A12345到了", "A12345"},
	{"plate dot", "粤B·D12345", "D12345"},
	{"address", "收货地址:北京市朝阳区幸福路一号院", "幸福路"},
	// what people wrote
	{"content JSON", `{"content":"您好,您的订单已发货"}`, "订单"},
	{"content JSON object", `{"content":{"title":"您的订单","url":"x"}}`, "订单"},
	{"content array", `{"content":["您的订单","已发货"]}`, "订单"},
	{"content nested JSON", `{"content":"{\"title\":\"您的订单\"}"}`, "订单"},
	{"content bare", "send content=您的订单已发货 ok=1", "订单"},
	{"content bare spaces", "send content=your parcel is on its way msg_id=8842", "parcel"},
	{"content quoted", `send content="your parcel" id=1`, "parcel"},
	{"content escaped", `recv {\"content\":\"your parcel\"} ok`, "parcel"},
	{"content cut off", `recv {"content":"your parcel is on`, "parcel"},
	{"content query", "GET /send?content=your%20parcel&id=1", "parcel"},
	{"content Chinese key", "消息内容:您的订单已发货", "订单"},
	{"message without code", `{"message":"您的订单已发货","id":3}`, "订单"},
	{"message code zero", `{"code":0,"message":"您的订单已发货,请在三日内查收并确认收货"}`, "订单"},
	{"socket.io", `42["message",{"content":"your parcel"}]`, "parcel"},
}

func TestLeaks(t *testing.T) {
	if len(leaks) < 80 {
		t.Fatalf("only %d cases", len(leaks))
	}
	for _, tt := range leaks {
		t.Run(tt.name, func(t *testing.T) {
			out := New(testKey).Text(tt.in)
			if tt.gone != "" && strings.Contains(out, tt.gone) {
				t.Errorf("%q is left\n in  %s\n out %s", tt.gone, tt.in, out)
			}
			if strings.HasPrefix(tt.in, "{") {
				var b bytes.Buffer
				if err := New(testKey).File("").JSON(strings.NewReader(tt.in), &b); err != nil {
					t.Fatal(err)
				}
				if tt.gone != "" && strings.Contains(b.String(), tt.gone) {
					t.Errorf("as JSON %q is left: %s", tt.gone, b.String())
				}
			}
			if again := New(testKey).Text(out); again != out {
				t.Errorf("not stable:\n 1 %s\n 2 %s", out, again)
			}
			if f := Verify([]byte(out)); len(f) > 0 {
				t.Errorf("the second pass finds %v in %s", f, out)
			}
		})
	}
}

// kept are texts that a diagnosis needs and that tell of nobody.
var kept = []string{
	"2026-11-20T10:22:41.203+08:00 recall refused code=40003",
	"1795385781846 ts in ms", "1795385781846123 µs", "trace 4bf92f3577b34da6a3ce929d0e0e4736",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
	"Chrome/156.0.7151.68", "version: 4.0.1.22", "127.0.0.1:8080", "[::1]:443", "dns 223.5.5.5",
	"msg_id=8842 conv_id=5f1c0d8e9a", `{"msg_id":8842,"type":"text"}`,
	`{"code":"message_read","msg":"消息已被阅读,无法撤回"}`,
	`{"errcode":40003,"errmsg":"exceed recall time limit"}`,
	`{"level":"error","msg":"recall failed: window closed","time":1795385781846}`,
	`{"error":{"code":602,"message":"not in group or chatroom"}}`,
	`{"code":0,"message":"success"}`,
	"token: expired", "password: required", "session: closed", "at std::begin (main.js:10:5)", "onclick@main.js:10:5",
	"npm react@18.2.0", "10:22:41 200 14.3 ms", "GET /api/v1/conversations/1/messages/2/recall 403", "/users/12345/profile",
	"SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	"550e8400-e29b-41d4-a716-446655440000", "design=flat&keyword=recall", "0.13800138000 s", "消息已被阅读,无法撤回",
	"https://desk.example/home/index.html", "charset=utf-8; boundary=x", "blk_-1608999687919862906", "latency 150 20261120",
	"user: clicked recall", "client: closed connection", "<phone#K3VQ7ABCDE> <text#12>", "C::D a::b",
}

func TestKept(t *testing.T) {
	for _, in := range kept {
		if out := New(testKey).Text(in); out != in {
			t.Errorf("changed:\n in  %s\n out %s", in, out)
		}
		if f := Verify([]byte(in)); len(f) > 0 {
			t.Errorf("the second pass finds %v in %s", f, in)
		}
	}
}

func TestVerifyFinds(t *testing.T) {
	for _, in := range []string{
		"tel 13800138000", "+86 138 0013 8000", "13800138000", "11010519491231002X", "6222021234567890128", "zhang@example.com", "zhang%40example.com",
		`\u0031\u0033\u0038\u0030\u0030\u0031\u0033\u0038\u0030\u0030\u0030`, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x",
		"Cookie: sid=abc123def456", `{"name":"Cookie","value":"sid=abc123"}`, "?token=abcdef123456", "Bearer abcdef1234567890",
	} {
		if len(Verify([]byte(in))) == 0 {
			t.Errorf("nothing found in %s", in)
		}
	}
}
