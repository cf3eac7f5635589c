package redact

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// printed is what a program prints or keeps, with places for drawn values; each
// also holds 403 and 88123, which stay.
type printed struct{ name, kind, in string }

// drawnBy are the values by their places. A number of eight digits has no shape
// that tells it: only where it stands does.
var drawnBy = map[string]func(r *rand.Rand) string{
	"{secret}": func(r *rand.Rand) string { return key62(r, 22) },
	"{pass}":   func(r *rand.Rand) string { return "Zk" + from(r, letters, 4) + from(r, digits10, 3) },
	"{phone}":  func(r *rand.Rand) string { return "6" + from(r, digits10, 7) },
	"{mobile}": mobileDrawn,
	"{name}":   chineseName,
	"{said}":   sentence,
	"{id}":     idDrawn,
	"{card}":   cardDrawn,
	"{qq}":     func(r *rand.Rand) string { return "4" + from(r, digits10, 8) },
	"{user}":   func(r *rand.Rand) string { return "gao" + from(r, letters, 3) + from(r, digits10, 2) },
	"{code}":   func(r *rand.Rand) string { return "7" + from(r, digits10, 5) },
	"{hex64}":  func(r *rand.Rand) string { return "ab" + from(r, "0123456789abcdef", 62) },
	"{permit}": func(r *rand.Rand) string { return one(r, "E", "EB", "G") + from(r, digits10, 7) },
	"{hash}":   func(r *rand.Rand) string { return from(r, mixed62, 8) + "$" + key62(r, 43) },
	"{said64}": func(r *rand.Rand) string { return base64.StdEncoding.EncodeToString([]byte(sentence(r))) },
	"{saidX}":  func(r *rand.Rand) string { return hex.EncodeToString([]byte(sentence(r))) },
	"{pass64}": func(r *rand.Rand) string { return base64.StdEncoding.EncodeToString([]byte(key62(r, 13))) },
	"{wecom}":  func(r *rand.Rand) string { return one(r, "wm", "wo") + "AJ2q" + key62(r, 26) },
	"{vin}":    func(r *rand.Rand) string { return "LSVAA4" + from(r, digits10, 11) },
	"{mail}":   func(r *rand.Rand) string { return from(r, letters, 7) + "%2540" + "example.com" },
}

var valuePlace = regexp.MustCompile(`\{[a-zA-Z0-9]+\}`)

// fill puts drawn values in their places; {x2} is another of the same kind as {x}.
func fill(r *rand.Rand, in string) (out string, values []string) {
	out = valuePlace.ReplaceAllStringFunc(in, func(p string) string {
		draw := drawnBy[p]
		if draw == nil {
			return p
		}
		v := draw(r)
		values = append(values, v)
		return v
	})
	return out, values
}

func testPrinted(t *testing.T, list []printed) {
	for _, c := range list {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(20261123, uint64(len(c.name))))
			for range 6 {
				in, values := fill(r, c.in)
				out := redacted(t, c.kind, in)
				for _, v := range values {
					if survives(out, v) {
						t.Errorf("%s survives:\n%s\nbecame\n%s", v, in, out)
					}
				}
				for _, stays := range []string{"403", "88123"} {
					if !strings.Contains(out, stays) {
						t.Errorf("%s is lost:\n%s\nbecame\n%s", stays, in, out)
					}
				}
			}
		})
	}
}

func TestStatementsWithPlaces(t *testing.T) {
	testPrinted(t, []printed{
		{"MyBatis", "", "==>  Preparing: update v set name=?, mobile=?, level=? where id=?\n==> Parameters: {name}(String), {phone}(String), 403(Integer), 88123(Long)\n<== Updates: 1"},
		{"MyBatis insert", "", "==>  Preparing: INSERT INTO v ( id, name, mobile, content ) VALUES ( ?, ?, ?, ? )\n==> Parameters: 88123(Long), {name}(String), {phone}(String), {said}(String)\n<== 403"},
		{"Sequelize", "", `Executing (default): INSERT INTO "v" ("id","real_name","phone") VALUES ($1,$2,$3); ["88123","{name}","{phone}"] 403`},
		{"TypeORM", "", "query: INSERT INTO `v`(`id`, `nickname`, `phone`) VALUES (?, ?, ?) -- PARAMETERS: [88123,\"{name}\",\"{phone}\"] 403"},
		{"Hibernate", "", "insert into v (real_name, phone, id) values (?, ?, ?)\nbinding parameter [1] as [VARCHAR] - [{name}]\nbinding parameter [2] as [VARCHAR] - [{phone}]\nbinding parameter [3] as [BIGINT] - [88123]\n403"},
		{"Hibernate 6", "", "insert into v (real_name, phone, id) values (?, ?, ?)\nbinding parameter (1:VARCHAR) <- [{name}]\nbinding parameter (2:VARCHAR) <- [{phone}]\nbinding parameter (3:BIGINT) <- [88123]\n403"},
		{"PostgreSQL", "", "LOG:  execute <unnamed>: UPDATE v SET real_name = $1, phone = $2 WHERE id = $3\nDETAIL:  parameters: $1 = '{name}', $2 = '{phone}', $3 = '88123'\n403"},
		{"Django", "", "UPDATE v SET real_name=%s, phone=%s WHERE id=%s; args=('{name}', '{phone}', 88123) 403"},
		{"SQLAlchemy", "", "INSERT INTO v (id, real_name, phone) VALUES (?, ?, ?)\n[generated in 0.00012s] (88123, '{name}', '{phone}')\n403"},
		{"many rows", "", "INSERT INTO v (id, phone) VALUES (?, ?)\n[generated in 0.00012s] [(88123, '{phone}'), (403, '{phone}')]\n"},
		{"like", "", "SELECT id FROM v WHERE phone LIKE ? AND id = ?\nparams: ['%{phone}%', 88123]\n403"},
		{"document", "json", `{"sql":"update v set phone=? where id=?","bindings":["{phone}",88123],"code":403}`},
		{"a place twice", "", "UPDATE v SET id = $2, phone = $1\nDETAIL:  parameters: $1 = '{phone}', $2 = '88123'\n403"},
		{"unique key of two", "", "DETAIL:  Key (ent_id, phone)=(88123, {phone}) already exists. 403"},
		{"dump", "", "CREATE TABLE `v` (\n  `id` bigint(20) NOT NULL,\n  `real_name` varchar(64),\n  `phone` varchar(20) DEFAULT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\nINSERT INTO `v` VALUES (88123,'{name}','{phone}'),(403,'{name}','{phone}');\n"},
		{"dump of SQLite", "", "CREATE TABLE v (id INTEGER, nickname TEXT, phone VARCHAR(20), PRIMARY KEY (id));\nINSERT INTO v VALUES(88123,'{name}','{phone}');\n403"},
		{"new user", "", "CREATE USER 'app'@'%' IDENTIFIED BY '{pass}'; -- 403 88123"},
		{"new user, its hash", "", "CREATE USER 'app'@'%' IDENTIFIED WITH 'x' AS '{pass}'; -- 403 88123"},
		{"text of T-SQL", "", "CREATE LOGIN app WITH PASSWORD = N'{pass}' -- 403 88123"},
	})
}

func TestTranscripts(t *testing.T) {
	for _, head := range []string{"访客(09:12:33): ", "访客（09:12:33）：", "访客 09:12:33: ", "客户 (2026-11-20 09:12:33): ", "[09:12:33] 访客: ", "09:12:33 顾客：", "[访客] ", "用户> ", "访客 [09:12]: ", "访客#8842: ", "客服(8842): ", "访客-8842：", "买家 王小明：", "访客 | 09:12 | ", "- 访客：", "**访客**: ", "**访客** (09:12): ", "访客："} {
		testPrinted(t, []printed{{head, "", head + "{said}\n系统(09:13:00): 撤回失败 403 88123"}})
	}
	testPrinted(t, []printed{
		{"name and time above", "", "{name} 2026/11/20 09:12:33\n{said}\n系统 09:20:00 会话超时关闭 403 88123"},
		{"role, name and time above", "", "访客 {name}  09:12:03\n{said}\n系统 09:20:00 会话超时关闭 403 88123"},
		{"stanza", "", `<message id="88123" type="chat"><body>{said}</body></message> 403`},
		{"stanza over lines", "", "<message id=\"88123\">\n  <body>{said}</body>\n</message> 403"},
		{"head that was shown before", "", `preview="孩子的校服颜色" full="孩子的校服颜色{said}" 403 88123`},
		{"hexadecimal", "", "WS<< op=1 hex={saidX} code=403 id=88123"},
		{"base64", "", "WS<< op=1 data: {said64} code=403 id=88123"},
		{"push", "json", `{"aps":{"alert":{"body":"{said}","loc-args":["{said}"]},"badge":403},"id":88123}`},
		{"push, alert alone", "json", `{"aps":{"alert":"{said}","badge":403},"id":88123}`},
		{"archive of WeCom", "json", `{"msgid":"88123","action":"send","from":"{user}","tolist":["{user}"],"msgtype":"text","text":{"content":"{said}"},"n":403}`},
		{"members of Dart", "", "flutter: ChatMsg{id: 88123, text: {said}, state: 403} DioException"},
		{"named argument", "", `Invoke SendText(conv: 88123, text: "{said}") threw 403`},
		{"packets in one answer", "har", answerOf(`"mimeType":"text/plain","text":"42[\"msg\",{\"id\":88123,\"content\":\"{said}\"}]\u001e2\u001e42[\"typing\",{\"preview\":\"{said}\",\"code\":403}]"`)},
		{"stream of events", "har", answerOf(`"mimeType":"text/event-stream","text":"event: m\nid: 88123\ndata: {\"content\":\"{said}\",\"code\":403}\n\ndata: {said}\n"`)},
	})
}

func TestPrintedCookies(t *testing.T) {
	testPrinted(t, []printed{
		{"Java", "", "got Cookie{name='mq_s', value='{secret}', maxAge=403} 88123"},
		{"Python, short", "", "<RequestsCookieJar[<Cookie mq_p={secret} for .example.com/>, <Cookie b={secret} for .example.com/>]> 403 88123"},
		{"Python", "", "Cookie(version=0, name='mq', value='{secret}', port=None, domain='example.com') 403 88123"},
		{"HttpClient", "", "[version: 0][name: MQ][value: {secret}][domain: example.com][path: /] 403 88123"},
		{"Go", "", `&http.Cookie{Name:"mq", Value:"{secret}", Path:"/", MaxAge:403} 88123`},
		{"Ruby", "", `#<HTTP::Cookie:name="mq", value="{secret}", domain="example.com", n=403> 88123`},
		{"curl", "", "* Added cookie mq=\"{secret}\" for domain example.com, path /, expire 403 88123"},
		{"list", "", "headers: { 'set-cookie': [ 'sid={secret}; Path=/', 'b={secret}' ], status: 403, id: 88123 }"},
		{"columns", "", "    cookie                 mq_s={secret}\n    x-id                   88123 403\n"},
		{"beside others", "", "Metadata(authorization=Bearer {secret},cookie=sid={secret},code=403,id=88123)"},
		{"quoted", "", `Set-Cookie2: mq="{secret}"; Version="403"` + "\n88123"},
		{"two headers in one", "har", harOf(`"headers":[{"name":"x-id","value":"88123 403"},{"name":"set-cookie","value":"a={secret}; path=/\nb={secret}; httponly"}]`)},
	})
}

func TestKeysOfPrograms(t *testing.T) {
	testPrinted(t, []printed{
		{"part of several", "", "token (part 2): {secret}.{secret}\nstatus 403 88123"},
		{"qualified", "", "password (new): {pass}\n403 88123"},
		{"counted", "", "token #2: {secret}\ntoken 2/3: {secret}\ntoken[0]: {secret}\n403 88123"},
		{"chunks in a list", "json", `{"chunks":["eyJhbGciOiJIUzI1NiJ9.eyJzdWIi","{secret}","{secret}"],"n":403,"id":88123}`},
		{"signature beside its claims", "json", `{"tok":{"h":"eyJhbGciOiJIUzI1NiJ9","s":"{secret}{secret}"},"n":403,"id":88123}`},
		{"crypt", "", "app:$6${hash}:403:88123"},
		{"log of the keys of TLS", "", "CLIENT_RANDOM 00" + strings.Repeat("1f", 31) + " {hex64}\n403 88123"},
		{"LDIF", "", "dn: uid=403\nuserPassword:: {pass64}\nid: 88123\n"},
		{"Erlang", "", `[{<<"token">>,<<"{secret}">>},{<<"code">>,403}] 88123`},
		{"map of Erlang", "", `#{<<"token">> => <<"{secret}">>,<<"code">> => 403} 88123`},
		{"bytes of Go", "", "Mac{SecretKey: []byte({secret})} 403 88123"},
		{"Lua", "", "{ token = [[{secret}]], code = 403 } 88123"},
		{"store", "", "Key                  Value\n---                  -----\nx_token              {secret}\nid                   88123 403\n"},
		{"key and value by lines", "", "/config/db/password\n{pass}\n/config/db/id\n88123 403\n"},
		{"secret of a cluster", "", "apiVersion: v1\nkind: Secret\ndata:\n  pw9: {pass64}\ntype: 403 88123\n"},
		{"secret of a cluster in JSON", "json", `{"kind":"Secret","data":{"blob":"{pass64}"},"code":403,"id":88123}`},
		{"variable of Terraform", "", "variable \"db_password\" {\n  type = string\n  default = \"{pass}\"\n}\n403 88123"},
		{"old and new value", "", `~ token = "{secret}" -> "{secret}" 403 88123`},
		{"patch", "json", `[{"op":"replace","path":"/user/token","value":"{secret}"},{"id":88123,"code":403}]`},
		{"attribute of a trace", "json", `{"attributes":[{"key":"x-auth-token","value":{"arrayValue":{"values":[{"stringValue":"{secret}"}]}}},{"key":"user.phone","value":{"stringValue":"{phone}"}},{"key":"id","value":{"intValue":"88123"}}],"code":403}`},
		{"mail", "", "C: AUTH PLAIN {pass64}\n403 88123"},
		{"mail, asked for", "", "< 334 UGFzc3dvcmQ6\n> {pass64}\n403 88123"},
		{"IMAP", "", "C: a1 LOGIN {user} {pass}\nS: a1 NO 403 88123"},
		{"FTP", "", "---> PASS {pass}\n403 88123"},
		{"Oracle", "", "sqlplus {user}/{pass}@orcl 403 88123"},
		{"AUTH as Redis watches it", "", `1700000000.1 [0 127.0.0.1:5] "AUTH" "app" "{pass}"` + "\n403 88123"},
		{"code as Redis keeps it", "", `"SETEX" "sms:code:88123" "403" "{code}"`},
		{"code in a message", "", "Your verification code is {code}. 403 88123"},
		{"code before its name", "", "【美洽】{code}（登录验证码），请勿泄露 403 88123"},
		{"PowerShell", "", `ConvertTo-SecureString "{pass}" -AsPlainText 403 88123`},
		{"openssl", "", "openssl enc -d -k {pass} -in 403.88123"},
		{"literal of kubectl", "", "kubectl create secret generic x --from-literal=a={pass} --id 403,88123"},
		{"settings of aws", "", "aws configure set aws_secret_access_key {secret}{secret} 403 88123"},
		{"router", "", "set password {pass}\nset code 403 88123"},
		{"digest", "", `Authorization: Digest username="{user}", realm="403", nonce="{secret}", uri="/88123", response="{secret}", qop=auth`},
	})
	key := "MIIEowIBAAKCAQEAab12cd34ef56gh78ij90kl12mn34op56qr78st90uv12wx34"
	for name, in := range map[string]string{
		"without its end": "-----BEGIN RSA PRIVATE KEY-----\n" + key + "\n" + key + "\n10:21:03 ERROR tls: failed to parse 403 88123\n",
		"pieces of text":  "key: '-----BEGIN PRIVATE KEY-----\\n' +\n '" + key + "\\n' +\n '-----END PRIVATE KEY-----\\n', code: 403, id: 88123\n",
		"OpenVPN":         "-----BEGIN OpenVPN Static key V1-----\n" + strings.Repeat("ab12cd34ef56gh78", 4) + "\n" + key + "\n-----END OpenVPN Static key V1-----\n403 88123\n",
		"PuTTY":           "Private-Lines: 2\n" + key + "\n" + key + "\nPrivate-MAC: 403 88123\n",
	} {
		if out := redacted(t, "", in); strings.Contains(out, key[:24]) || strings.Contains(out, "ab12cd34") || !strings.Contains(out, "403") || !strings.Contains(out, "88123") {
			t.Errorf("key %s:\n%s\nbecame\n%s", name, in, out)
		}
	}
}

func TestPeopleInPrograms(t *testing.T) {
	testPrinted(t, []printed{
		{"card of an address", "", "FN:{name}\nN:{name};;;;\nTEL;TYPE=CELL:{phone}\nUID:88123 403\n"},
		{"name before an address", "", `From: "{name}" <sip:x@example.com>;tag=403;id=88123`},
		{"attribute of SAML", "", `<saml:Attribute Name="mobile"><saml:AttributeValue>{phone}</saml:AttributeValue></saml:Attribute> 403 88123`},
		{"field and value in Chinese", "", "字段=姓名 值=「{name}」 规则=403 id=88123"},
		{"type above its number", "", "docs:\n  - type: 港澳居民来往内地通行证\n    no: H0{phone}1\n  - id: 88123 403\n"},
		{"pinyin", "", "loginInfo={xm={name}, sjh={phone}, sfrz=403, id=88123}"},
		{"arrow", "", "phone→{phone} code→403 id→88123"},
		{"visitor's card", "json", `{"tel":"{phone}","weibo":"{name}","comment":"{said}","ent_id":88123,"n":403}`},
		{"two words", "", "ValueError: invalid phone number: {phone}; code 403, id 88123"},
		{"rejected", "", "on field 'phone': rejected value [{phone}]; codes [403] 88123"},
		{"nested value", "", `phone { string_value: "{phone}" } code: 403 id: 88123`},
		{"private member of PHP", "", "object(User)#1 (2) {\n  [\"phone\":\"User\":private]=>\n  string(8) \"{phone}\"\n  [\"code\"]=>\n  int(403)\n} 88123\n"},
		{"names and values apart", "json", `{"k":["id","phone"],"v":[88123,"{phone}"],"code":403}`},
		{"second track", "", "TAG 57={card}D29122010000949 RSP 403 88123"},
		{"document of a traveller", "", "PAX 1 DOC P/CHN/{permit}/CHN/19880102/M/20300101/ZHANG/SAN\nERR 403 88123"},
		{"dump of packets", "", "\t0x0000:  " + hexPairs("tel=13800138000&") + "  tel=13800138000&\n\t0x0010:  3430 33                                  403\n88123\n"},
		{"number of a sheet", "", "row=88123 raw=1.38001380E10 code=403"},
		{"zero width", "", "联系方式: 138\u200b0013\u200b8000 code=403 id=88123"},
		{"full width", "", "<td>ＱＱ：{qq}</td> 403 88123"},
		{"avatar of QQ", "", "img http://q.example.com/qzone/{qq}/{qq}/50 403 88123"},
		{"event of OneBot", "json", `{"post_type":"message","user_id":{qq},"self_id":88123,"message_id":403,"raw_message":"{said}"}`},
		{"customer of WeCom", "", "external {wecom} failed 403 88123"},
		{"car", "", "车架号：{vin} code=403 id=88123"},
		{"NSDictionary", "", "{\n    nickname = \"\\U9ad8\\U7476\\U822a\";\n    code = 403;\n    id = 88123;\n}\n"},
		{"address as a number", "json", `{"remote_ip":455533297,"code":403,"id":88123}`},
		{"address escaped twice", "", "GET /unsub?next=%2Fcb%3Fmail%3D{mail}%26t%3D1 403 88123"},
	})
	for in, gone := range map[string]string{
		"联系方式: 138\u200b0013\u200b8000":                                     "0013",
		"raw=1.38001380E10":                                                 "1.3800138",
		`{"remote_ip":455533297}`:                                           "455533297",
		`nickname = "\U9ad8\U7476\U822a"`:                                   "9ad8",
		"\t0x0000:  " + hexPairs("tel=13800138000&") + "  tel=13800138000&": "3830 3031",
		`From: "高瑶航" <sip:88@example.com>`:                                  "高瑶航",
		"From: =?UTF-8?B?6auY55G26Iiq?= <x@example.com>":                    "6auY",
	} {
		kind := ""
		if in[0] == '{' {
			kind = "json"
		}
		if out := redacted(t, kind, in); strings.Contains(out, gone) {
			t.Errorf("%s\nbecame\n%s", in, out)
		}
	}
}

// answerOf gives a HAR whose one answer holds that content.
func answerOf(content string) string {
	return `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-11-20T10:21:03Z","time":403,"request":{"method":"GET","url":"https://a.example/r/88123"},"response":{"status":200,"content":{` + content + `}}}]}}`
}

// hexPairs writes a text as the columns of tcpdump -X.
func hexPairs(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i += 2 {
		b.WriteString(hex.EncodeToString([]byte(s[i:min(len(s), i+2)])) + " ")
	}
	return strings.TrimSpace(b.String())
}

// What only looks like the above stays as it is.
func TestWhatProgramsSayStays(t *testing.T) {
	for _, in := range []string{
		"reply: 'HTTP/1.1 502 Bad Gateway\\r\\n'",
		`44{"message":"Session ID unknown"}`,
		"13800138 13912 +8 613 1391234567",
		"lat=61067.4211 ep=1763682394581",
		"访客: 连接已断开，正在重连",
		"客服: 撤回失败，原因见日志",
		"heap=0x13912345678 inode=4938952368431210",
		"token_type=bearer expires_in=7200",
		`WWW-Authenticate: Basic realm="desk"`,
		"class com.meiqia.eyJacket.Handler loaded",
		"sourcemap chunk eyJ2ZXJzaW9uIjozLCJmaWxlIjoiYS5qcyJ9 loaded",
		"import wxid_format=invalid",
		"SDK 3.6.1.2 → 3.6.1.10",
		"ticket\tstatus\thotline",
		`{"msg":"撤回失败: 会话已结束","errmsg":"conversation closed"}`,
		`{"message":"Request failed with status code 502"}`,
		"summary: List all users of the workspace",
		"PASS src/app/token.test.js (5.2 s)",
		"Visitor: connected from the web page again today",
		"select id from t where level = ? and size > ?\nParameters: 403(Integer), 88123(Long)",
		"CREATE TABLE t (id INT, size INT);\nINSERT INTO t VALUES (403, 88123);",
		"cookie     policy     accepted",
		"apiVersion: v1\ndata:\n  level: info\n  mode: fast1234\n",
		"token 2: see the list below",
		"Key (id)=(88123) already exists.",
		"/config/chat/db/host\ndb.example.com\n",
		"set timeout 30\nset level debug",
		"verification code sent (attempt 3)",
		"phone changed code=403",
		"select id from t where token = :token and id = :id",
		"user=1931001689815761942 code=403",
		"def on_message_received_callback_handler_v2(self):",
		"客户：点击撤回按钮后没有反应",
		"客服：在线 3 人，忙碌 2 人",
		"Customer service started on port 8080 with 3 workers",
		"phone → contacts → call",
		"variable \"password_length\" {\n  default = \"16\"\n}",
		`{"k":["id","status"],"v":[88123,"open"]}`,
		`{"op":"add","path":"/status","value":"pending"}`,
		"commit e4d909c290d0fb1ca068ffaddf22cbd0deadbeef",
		"build 1.2.3.4 release 5.6.7.8",
		"6222021234567890 12",
	} {
		if got := New(testKey).Text(in); !strings.Contains(in, "\n") && got != in {
			t.Errorf("%q became %q", in, got)
		}
		if out := redacted(t, "", in); out != in {
			t.Errorf("as a file, %q became %q", in, out)
		}
	}
	for _, body := range []string{"var c=navigator.cookieEnabled;", "fl=31f\ncolo=HKG\n"} {
		mime := "text/javascript"
		if strings.Contains(body, "\n") {
			mime = "text/plain"
		}
		in := answerOf(`"mimeType":"` + mime + `","text":` + quote2(body))
		if out := redacted(t, "har", in); !strings.Contains(out, inString(body)) {
			t.Errorf("%s\nbecame\n%s", in, out)
		}
	}
}
