package redact

import (
	"strings"
	"testing"
)

// TestVocabularies puts drawn values into the fields of other vocabularies.
func TestVocabularies(t *testing.T) {
	testPrinted(t, []printed{
		{"ldap", "", "dn: uid=88123,ou=p\npatientName: {name}\ngecos: {name}\nsAMAccountName: {user}\nunicodePwd: {pass}\nstatus: 403\n"},
		{"hl7 v2", "", "PID|1||{id}^^^MRN||{name}||19800101|M|||||{phone}\nMSA|AE|403|88123\n"},
		{"hl7 v2 next of kin", "", "NK1|1|{name}|SPO||{phone}\nACK 403 88123\n"},
		{"patient", "", "<patient ref=\"88123\" patientName='{name}' guardian-name='{name}' code='403'/>\n"},
		{"licences", "", `{"driverLicenseNo":"{id}","socialSecurityNo":"{id}","residencePermitNo":"{permit}","n":88123,"c":403}` + "\n"},
		{"licences of forms", "", "就诊卡号：{id} 驾照号：{id} 状态 403 单 88123\n"},
		{"pinyin", "", "POST /a.asp?zhenshixingming={name}&lianxidianhua={mobile}&id=88123 403\n"},
		{"netsh", "", "    Key Content            : {pass}\n    关键内容            : {pass}\n403 88123\n"},
		{"wlan profile", "", "<sharedKey><keyType>passPhrase</keyType><protected>false</protected><keyMaterial>{pass}</keyMaterial></sharedKey> 403 88123\n"},
		{"wifi code", "", "WIFI:T:WPA;S:shop;P:{pass};; 403 88123\n"},
		{"recovery codes in a line", "", "recovery codes: {code}, {code}, {code}\n403 88123\n"},
		{"recovery codes below", "", "recovery codes:\n{pass}\n{pass}\n{pass}\nerror 403 of 88123\n"},
		{"keys in a list", "", "tokens:\n  - {secret}\n  - \"{secret}\"\nport: 403\nid: 88123\n"},
		{"keys of a place", "", "\"https://in.example.cn\":\n  - {secret}\n  - {secret}\nport: 403\nid: 88123\n"},
		{"keys of a place in json", "", `{"to":{"https://in.example.cn":["{secret}","{secret}"]},"n":88123,"c":403}` + "\n"},
		{"foid", "", "SSR FOID CA HK1 PP{permit}/P1 403 88123\n<FOID type=\"PP\">PP{permit}</FOID>\n"},
		{"kind of a document", "", "<doc type=\"passport\" number=\"{permit}\" ref=\"88123\"/> 403\n"},
		{"escape of asp", "", "403 88123 contact=%u5f20%u4e09&x=1\n"},
		{"remark", "", "evaluation {level: 403, comment: \"{said}\", id: 88123}\n"},
		{"talk", "", "{ MsgSeq: 88123, MsgBody: [ { MsgType: 'TIMCustomElem', MsgContent: { Data: '{said}', Desc: '{said}' } } ] } 403\n"},
		{"talk of web", "", "onMessage {ID: '88123', payload: {data: '{said}', extension: ''}} 403\n"},
	})
	if out := redacted(t, "", "contact=%u5f20%u4e09&x=1\nname=%D5%C5%C8%FD&y=2\n"); survives(out, "%u5f20") || strings.Contains(out, "%D5%C5%C8%FD") {
		t.Errorf("a form's name survives: %s", out)
	}
}

// TestStatementsAboutUsers reads passwords as the databases write them.
func TestStatementsAboutUsers(t *testing.T) {
	for _, in := range []string{
		"CREATE USER a IDENTIFIED BY '{pass}', b IDENTIFIED BY '{pass}'",
		"ALTER USER a IDENTIFIED BY {pass} REPLACE {pass}",
		"GRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY PASSWORD '{pass}'",
		"CREATE USER a IDENTIFIED WITH sha256_password BY '{pass}'",
		"SET PASSWORD FOR 'ro'@'%' = '{pass}'",
		"SET PASSWORD FOR ro = PASSWORD('{pass}')",
		"ALTER ROLE a WITH ENCRYPTED PASSWORD '{pass}'",
		"CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'b', PASSWORD '{pass}')",
		"EXEC sp_addlogin 'app', '{pass}'",
		"EXEC sp_password '{pass}', '{pass}', 'app'",
		"ACL SETUSER alice on >{pass} ~* +@all",
	} {
		testPrinted(t, []printed{{in, "", "88123 Query\t" + in + "\n403\n"}})
	}
	if in := "Access denied for user 'ro' (using password: YES)\n"; !strings.Contains(redacted(t, "", in), "YES") {
		t.Error("YES is no password")
	}
}

// TestLiterals reads values in the literals and declarations of languages.
func TestLiterals(t *testing.T) {
	for _, in := range []string{
		`clientSecret = @"{secret}";`, `apikey := "{secret}"`, `let token: String = "{secret}"`, `const apiKey: &str = "{secret}";`,
		`var token string = "{secret}"`, `password = r#"{secret}"#`, `token = rb'{secret}'`, `let secret = #"{secret}"#`, `password: str = "{secret}"`,
	} {
		testPrinted(t, []printed{{in, "", "88123 " + in + "\n403\n"}})
	}
}

// TestDegrees hides places as EXIF and maps write them, and keeps other numbers.
func TestDegrees(t *testing.T) {
	for _, in := range []string{
		`{"GPSLatitude":"30 deg 16' 27.31 N"}`, "GPS Position: 30 deg 16' 27.31\" N", `{"GPSLatitude":30.274252}`,
		`{"GPSLongitude":"30/1, 16/1, 2731/100"}`, `exif:GPSLatitude="30,16.4552N"`, "坐标：30°16′27.31″",
	} {
		if out := redacted(t, "", in+"\n"); strings.Contains(out, "27.31") || strings.Contains(out, "2731") || strings.Contains(out, "16.4552") || strings.Contains(out, "274252") {
			t.Errorf("%s became %s", in, out)
		}
	}
	if in := "lat: 35 ms, lon: 4.2 ms\n"; redacted(t, "", in) != in {
		t.Error("a latency is no place")
	}
}

// TestStaysWhatTellsOfNobody keeps what looks like a secret or a text and is none.
func TestStaysWhatTellsOfNobody(t *testing.T) {
	for _, in := range []string{
		"GET cache key=widget:conf:10422:v7 ttl=300\n",
		"partition_key=conv-2290918 sort_key=2026-11-20T10:00:01Z\n",
		`{"chat":{"placeholder":"请输入消息","send":"发送","failed":"发送失败，点击重试"},"version":"2.3.1"}` + "\n",
		`{"field":"phone","rule":"required","msg":"手机号格式不正确"}` + "\n",
		`{"StatusCode":0,"code":19024,"msg":"Key Words Not Found"}` + "\n",
		"uid=10233(com.example.demo) expire 3 lines\n",
		"order_batch=202611200000000017\n",
		`{"nickname":"昵称","content":"内容"}` + "\n",
	} {
		if out := redacted(t, "", in); out != in {
			t.Errorf("%s became %s", in, out)
		}
	}
}

// TestVocabulariesAgree finds a word that is listed under two classes.
func TestVocabulariesAgree(t *testing.T) {
	of := map[string]class{}
	for cl, list := range vocabularies() {
		for _, w := range strings.Fields(list) {
			if before, ok := of[w]; ok && before != cl {
				t.Errorf("%s is of two classes", w)
			}
			of[w] = cl
		}
	}
}

// TestWholeLines holds what whole lines of programs tell.
func TestWholeLines(t *testing.T) {
	for in, gone := range map[string]string{
		"conn=1002 op=0 BIND dn=\"uid=zhengtao,ou=People,dc=corp\" method=128":                                                              "zhengtao",
		"10:00:01.103948 IP 218.71.52.207.51472 > 10.0.0.9.443: Flags [S], seq 3048315540":                                                  "218.71.52.207",
		"tcp4       0      0  218.71.52.207.52341    17.57.12.3.443     ESTABLISHED":                                                        "218.71.52.207",
		"10:00:02 IP6 2408:8773:ddfc:e3c8:20b1:69ea:d94e:18ac.40112 > ff02::fb.5353: UDP":                                                   "2408:8773:ddfc:e3c8:20b1:69ea:d94e:18ac",
		"addr=OrderAddr{region=330106, detail='\u6ee8\u6cb3\u5927\u9053595\u53f7\u7d2b\u91d1\u516c\u998618\u5e622\u5355\u51431262\u5ba4'}":  "595\u53f7",
		"GET /form?permitNo=C01372979 404\nGET /check/hk/C01372979 200":                                                                     "C01372979",
		"cookies.get -> [\n  {\n    name: 'mqsid',\n    value: 'PgLsMWtU49ZEkTx3TYqw',\n    domain: '.meiqia.com',\n  }\n]\nvalue: 'stays'": "PgLsMWtU49ZEkTx3TYqw",
		"await page.cookies() [\n  {\n    name: 'a',\n    value: 'x1'\n  },\n  {\n    name: 'b',\n    value: \"second one\",\n  }\n]":       "second one",
		"\u59d3\u3000\u540d=\u5b54\u6d9b": "\u5b54\u6d9b", "\u5730  \u5740\uff1a\u6ee8\u6cb3\u5927\u9053\u7d2b\u91d1\u516c\u9986\u6771\u9580": "\u7d2b\u91d1", "\u5bc6 \u7801\uff1aabc12345": "abc12345",
		`{"principal":{"name":"\u66fe\u971e"},"status":401}`: "\u66fe\u971e",
	} {
		if out := streamed(t, in); strings.Contains(out, gone) {
			t.Errorf("%s\n%s", in, out)
		}
	}
	for _, in := range []string{
		"origin\tgit@github.com:Meiqia/meiqia-android-sdk.git (fetch)", "serial=04:8e:11:c2:7b:90:3a:5d:10:22:7f", "SHA1 Fingerprint=1F:4B:92:0C:6E:D3:55:A1:0B:77:3C:E8:90:12:4D:6A:BF:05:91:E2",
		"bench step=gzip ratio=3.15927612345 n=1", "updateServer: 1 updateToken: 0", "version 6.1.76.235.12 of x", `{"code":10021,"errors":[{"field":"content","message":"content length must be less than 2000"}]}`,
		"\u901a\u9053 07  10:00:01\n\u7ed3\u679c\uff1a\u4eba\u5de5\u590d\u6838",
	} {
		if out := streamed(t, in); out != in {
			t.Errorf("%s\n%s", in, out)
		}
	}
}

// streamed redacts a text as a file is.
func streamed(t *testing.T, in string) string {
	t.Helper()
	var out strings.Builder
	if err := New(testKey).File("x.log").Stream("log", strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
