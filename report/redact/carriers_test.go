package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// carried are texts of several lines as programs write them, what must not be
// left of them, and what must. Every value is made up.
var inCarriers = []struct{ name, in, gone, stays string }{
	{"call with a key and a value", "sessionStorage.setItem('refresh_token', 'Zk29ab83Lm04Qp71')", "Zk29ab83", "setItem"},
	{"Redis", `1700000000.1 [0 127.0.0.1:5] "HSET" "conv:551" "userPhone" "62345678"`, "62345678", "conv:551"},
	{"PHP's own form", `a:1:{s:6:"openid";s:12:"ab12cd34ef56";s:5:"msgId";i:88123;}`, "ab12cd34ef56", "88123"},
	{"PHP number", `a:1:{s:2:"qq";i:99887766;s:5:"msgId";i:88123;}`, "99887766", "88123"},
	{"hash of Ruby", `Parameters: {"password"=>"hunter2xyz", "id"=>"88123"}`, "hunter2xyz", "88123"},
	{"headers of Go", `http.Header{"Cookie":[]string{"sid=ab12cd34ef"}, "X-Request-Id":[]string{"req-881"}}`, "ab12cd34ef", "req-881"},
	{"columns of PowerShell", "SessionToken              : ab12cd34ef56\nStatus : 403\n", "ab12cd34ef56", "403"},
	{"colours", "\x1b[36maccess_token\x1b[0m=\x1b[33mab12cd34ef56\x1b[0m code=403", "ab12cd34ef56", "code=403"},
	{"rows of SQL", "INSERT INTO visitors (id, `real_name`, phone) VALUES (881,'王小明','62345678'),(882,N'李雷','62345679');", "62345679", "882"},
	{"name in SQL", "INSERT INTO visitors (id, real_name) VALUES (881,'王''小明')", "小明", "881"},
	{"box of a database", "| id | password |\n+----+----------+\n| 88 | hunter2x |\n", "hunter2x", "88"},
	{"columns of psql", " id | real_name \n----+-----------\n 88 | 王小明\n(1 row)\n", "王小明", "88"},
	{"settings of a container", "env:\n  - name: DB_PASSWORD\n    value: hunter2xyz\n  - name: TZ\n    value: UTC\n", "hunter2xyz", "UTC"},
	{"property list", "<key>accessToken</key>\n<string>ab12cd34ef56</string>\n<key>Build</key>\n<string>412</string>\n", "ab12cd34ef56", "412"},
	{"tag of YAML", "token: !!str >-\n  ab12cd34\n  ef56gh78\ncode: 403\n", "ef56gh78", "403"},
	{"CDATA", "<xml><Content><![CDATA[明天退货]]></Content><MsgId>88123</MsgId></xml>", "退货", "88123"},
	{"nginx's body", `body="{\x22mobile\x22:\x2262345678\x22,\x22id\x22:88123}"`, "62345678", "88123"},
	{"nginx's Chinese", `body="{\x22nickname\x22:\x22\xE7\x8E\x8B\xE5\xB0\x8F\x22,\x22id\x22:88123}"`, `\xE7\x8E\x8B`, "88123"},
	{"octal Chinese", `nick_name: "\347\216\213\345\260\217" id: 88123`, `\347\216`, "88123"},
	{"attribute of HTML", `<li data-m="{&quot;content&quot;:&quot;明天退货&quot;,&quot;id&quot;:88123}">`, "退货", "88123"},
	{"hexadecimal", "frame=" + hex.EncodeToString([]byte(`{"phone":"13800138000"}`)) + " code=403", hex.EncodeToString([]byte("13800138000")), "code=403"},
	{"hexdump", "00000000  70 68 6f 6e 65 3d 31 33  38 30 30 31 33 38 30 30  |phone=1380013800|\n00000010  30 0a                                             |0.|\n0000012\n", "38 30 30 31", "00000010"},
	{"xxd", "00000000: 7068 6f6e 653d 3133 3830 3031 3338 3030  phone=1380013800\n00000010: 300a                                     0.\n", "3830 3031", "00000010"},
	{"mail in base64", "Content-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("phone: 13800138000")) + "\n", base64.StdEncoding.EncodeToString([]byte("phone: 13800138000"))[8:20], "base64"},
	{"mail in quoted-printable", "Content-Transfer-Encoding: quoted-printable\n\ncall 138001=\n38000 now=21\n", "38000", "now"},
	{"Go's source of MySQL", "dial root:hunter2x@tcp(db:3306)/chat", "hunter2x", "tcp(db:3306)"},
	{"proxy without scheme", "via zhang:hunter2x@proxy.internal:8080", "hunter2x", "proxy.internal:8080"},
	{"arguments of a call", "new PDO('mysql:host=db', 'zhang', 'hunter2x')", "hunter2x", "host=db"},
	{"cookie of .NET", `$s.Cookies.Add((New-Object System.Net.Cookie("sid", "ab12cd34", "/", "meiqia.com")))`, "ab12cd34", "meiqia.com"},
	{"dictionary of cookies", "cookies = {'sid': 'ab12cd34ef', 'lang': 'zhcn9'}", "ab12cd34ef", "lang"},
	{"list of a browser's cookies", `[{"name":"sid9","value":"ab12cd34ef","domain":"meiqia.com"}]`, "ab12cd34ef", "meiqia.com"},
	{"pair in a list", `[["nickname","王小明"],["code","403"]]`, "王小明", "403"},
	{"option", "tool --access-token ab12cd34ef56 --level debug", "ab12cd34ef56", "debug"},
	{"password of mysql", "mysql -h db -uroot -phunter2x chat", "hunter2x", "chat"},
	{"netrc", "machine db.internal login deploy password hunter2x", "hunter2x", "db.internal"},
	{"header of nginx", `proxy_set_header Cookie "sid=ab12cd34";`, "ab12cd34", "proxy_set_header"},
	{"folder of QQ", `D:\Tencent Files\99887766\FileRecv`, "99887766", "FileRecv"},
	{"log of a door", "sshd[12]: Accepted publickey for zhangsan9 from h port 22", "zhangsan9", "port 22"},
	{"owner of a file", "-rw-r--r-- 1 zhangsan9 users 412 Nov 20 10:21 recall.log", "zhangsan9", "recall.log"},
	{"passport's foot", "EA12345678CHN9001019M3001012<<<<<<<<<<<<<<04", "EA1234567", ""},
	{"greeting", "尊敬的次仁旺姆女士,消息撤回失败", "次仁旺姆", "撤回失败"},
	{"place on a map", "at 121.47370,31.23037 rtt=12.5,30.1", "121.47370", "12.5"},
	{"plate of a school's car", "车 沪A1234学 到", "A1234学", "到"},
	{"English address", `{"address":"Flat 3, 21 Nanjing Road, Shanghai","id":88123}`, "Nanjing", "88123"},
	{"home of Solaris", "/export/home/zhangsan9/log", "zhangsan9", "/export/home/"},
	{"Chinese key with an English end", "护照No=EA7654321 code=403", "EA7654321", "code=403"},
	{"label in brackets", "【护照号】EA7654321 【联系人】王小明", "王小明", "【联系人】"},
	{"label before a tab", "客户姓名\t王小明\t403", "王小明", "403"},
	{"WeChat as people write it", "加VX zhang_1988abc 谢谢", "zhang_1988abc", "谢谢"},
	{"QQ as people write it", "加Q99887766 谢谢", "99887766", "谢谢"},
	{"number of a phone's radio", "IMEI(slot 1) 490154203237518 ok", "490154203237518", "ok"},
	{"list of a server", "GET /users/list 200 1ms /x", "", "/users/list 200"},
	{"first line that is no table", "log('token','ab12cd34ef56')\nplain line\n", "ab12cd34ef56", "plain line"},
}

func TestValuesInTheirCarriers(t *testing.T) {
	for _, c := range inCarriers {
		t.Run(c.name, func(t *testing.T) {
			r := New(testKey)
			var out bytes.Buffer
			if err := r.File("a.log").Stream("text", strings.NewReader(c.in), &out); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); c.gone != "" && strings.Contains(got, c.gone) || !strings.Contains(got, c.stays) {
				t.Errorf("%q became %q: %q must go, %q must stay", c.in, got, c.gone, c.stays)
			}
		})
	}
}

func TestUTF16WithoutItsMark(t *testing.T) {
	var be bytes.Buffer
	for _, r := range "token=ab12cd34ef56 撤回失败 code=403\n" {
		be.Write([]byte{byte(r >> 8), byte(r)})
	}
	var out bytes.Buffer
	if err := New(testKey).File("a.log").Stream("text", Decode(&be, ""), &out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Contains(got, "ab12cd34") || !strings.Contains(got, "撤回失败 code=403") {
		t.Errorf("got %q", got)
	}
}

// A sentence in Chinese behind a word for a secret is no secret, and what an
// old report says stays readable.
func TestSentencesAreNoSecrets(t *testing.T) {
	for _, s := range []string{
		"- 登录失效 `admission.session-invalid`：服务收到了请求并拒绝；看到了撤回失败的提示",
		"- 多处登录不同步 `sync.multi-session`：服务收到了请求并拒绝；没有其他登录（0 处）",
		"token：页面上没有看到任何登录失效的提示",
		"session: 会话已经过期，请重新登录后再试一次",
	} {
		if got := New(nil).Text(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
	for _, s := range []string{"password=密码一二三四", "token: 令牌ab12cd34ef56ab12"} {
		if got := New(nil).Text(s); strings.Contains(got, "一二三四") || strings.Contains(got, "ab12cd34") {
			t.Errorf("%q became %q", s, got)
		}
	}
}
