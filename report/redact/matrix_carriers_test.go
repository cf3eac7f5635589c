package redact

import (
	"encoding/json"
	"html"
	"net/url"
	"strings"
)

// carrier is how programs write a value beside its key.
type carrier struct {
	name string
	kind string // "" for text
	put  func(key, value string) string
	not  string // classes of which this is no natural carrier, "latin" for keys in Chinese
}

// inString gives a value as JSON has it between quotes.
func inString(v string) string {
	b, _ := json.Marshal(v)
	return string(b[1 : len(b)-1])
}

func quote2(s string) string { return `"` + inString(s) + `"` }

func upperSnake(key string) string {
	return strings.ToUpper(strings.Join(wordsOf(key), "_"))
}

// carriers are those of one line or of several; each also holds code 403 and
// the message's id 88123, which stay.
var carriers = []carrier{
	{"json", "json", func(k, v string) string { return `{"code":403,"` + k + `":"` + inString(v) + `","msg_id":88123}` }, ""},
	{"json in a line", "", func(k, v string) string {
		return `10:21:03 got {"code":403,"` + k + `":"` + inString(v) + `","msg_id":88123} ok`
	}, ""},
	{"json laid out", "json", func(k, v string) string {
		return "{\n  \"code\": 403,\n  \"user\": {\n    \"" + k + "\": \"" + inString(v) + "\"\n  },\n  \"msg_id\": 88123\n}\n"
	}, ""},
	{"json lines of a laid out document in a log", "", func(k, v string) string {
		return "10:21:03 answer {\n  \"code\": 403,\n  \"" + k + "\": \"" + inString(v) + "\",\n  \"msg_id\": 88123\n"
	}, ""},
	{"nested json", "json", func(k, v string) string {
		return `{"code":403,"payload":` + quote2(`{"msg_id":88123,"`+k+`":"`+inString(v)+`"}`) + `}`
	}, ""},
	{"nested json in a line", "", func(k, v string) string {
		return `send code=403 data=` + quote2(`{"msg_id":88123,"`+k+`":"`+inString(v)+`"}`)
	}, ""},
	{"twice nested json", "", func(k, v string) string {
		return `{"code":403,"a":` + quote2(`{"b":`+quote2(`{"msg_id":88123,"`+k+`":"`+inString(v)+`"}`)+`}`) + `}`
	}, ""},
	{"escaped json without its head", "", func(k, v string) string {
		return `…\"code\":403,\"msg_id\":88123,\"` + k + `\":\"` + inString(v) + `\",\"x\":1`
	}, ""},
	{"har post", "har", func(k, v string) string {
		return harOf(`"postData":{"mimeType":"application/json","text":` + quote2(`{"`+k+`":"`+inString(v)+`","msg_id":88123}`) + `}`)
	}, ""},
	{"har params", "har", func(k, v string) string {
		return harOf(`"postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"msg_id","value":"88123"},{"name":"` + k + `","value":"` + inString(v) + `"}]}`)
	}, ""},
	{"har form", "har", func(k, v string) string {
		return harOf(`"postData":{"mimeType":"application/x-www-form-urlencoded","text":"msg_id=88123&` + url.QueryEscape(k) + `=` + url.QueryEscape(v) + `"}`)
	}, ""},
	{"har query", "har", func(k, v string) string {
		return harOf(`"queryString":[{"name":"msg_id","value":"88123"},{"name":"` + k + `","value":"` + inString(v) + `"}]`)
	}, ""},
	{"curl body", "", func(k, v string) string {
		return `curl 'https://a.example/r?msg_id=88123' -d '{"code":403,"` + k + `":"` + inString(v) + `"}' --compressed`
	}, ""},
	{"curl form", "", func(k, v string) string {
		return `curl https://a.example/r -d msg_id=88123 -d code=403 -d "` + k + `=` + v + `"`
	}, ""},
	{"curl urlencode", "", func(k, v string) string {
		return `curl https://a.example/r -d 'msg_id=88123&code=403' --data-urlencode '` + k + `=` + v + `'`
	}, ""},
	{"form body", "", func(k, v string) string {
		return "msg_id=88123&" + url.QueryEscape(k) + "=" + url.QueryEscape(v) + "&code=403"
	}, ""},
	{"query", "", func(k, v string) string {
		return "GET /r?msg_id=88123&" + url.QueryEscape(k) + "=" + url.QueryEscape(v) + " 403"
	}, ""},
	{"query unescaped", "", func(k, v string) string { return "GET /r?msg_id=88123&" + k + "=" + v + "&code=403 HTTP/1.1" }, "text phone-written"},
	{"fragment", "", func(k, v string) string {
		return "open https://a.example/88123#" + url.QueryEscape(k) + "=" + url.QueryEscape(v) + "&code=403"
	}, ""},
	{"matrix parameter", "", func(k, v string) string {
		return "open https://a.example/88123;" + url.PathEscape(k) + "=" + url.PathEscape(v) + "/x?code=403"
	}, "password"},
	{"multipart", "", func(k, v string) string {
		return "------b\r\nContent-Disposition: form-data; name=\"msg_id\"\r\n\r\n88123\r\n------b\r\nContent-Disposition: form-data; name=\"" + k + "\"\r\n\r\n" + v + "\r\n------b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n403\r\n------b--\r\n"
	}, ""},
	{"xml", "", func(k, v string) string {
		return "<r><code>403</code><" + k + ">" + html.EscapeString(v) + "</" + k + "><msgId>88123</msgId></r>"
	}, ""},
	{"xml laid out", "", func(k, v string) string {
		return "<r>\n  <code>403</code>\n  <" + k + ">" + html.EscapeString(v) + "</" + k + ">\n  <msgId>88123</msgId>\n</r>\n"
	}, ""},
	{"xml attribute", "", func(k, v string) string {
		return `<msg code="403" ` + k + `="` + html.EscapeString(v) + `" id="88123"/>`
	}, ""},
	{"xml over lines", "", func(k, v string) string {
		return "<msg code=\"403\" id=\"88123\">\n<" + k + ">\n" + html.EscapeString(v) + "\n</" + k + ">\n</msg>\n"
	}, ""},
	{"input", "", func(k, v string) string {
		return `<form id="88123"><input type="text" name="` + k + `" value="` + html.EscapeString(v) + `"> code=403`
	}, ""},
	{"input value first", "", func(k, v string) string {
		return `<form id="88123"><input value="` + html.EscapeString(v) + `" name="` + k + `"> code=403`
	}, ""},
	{"data attribute", "", func(k, v string) string {
		return `<li data-id="88123" data-` + k + `="` + html.EscapeString(v) + `">code=403</li>`
	}, "latin"},
	{"table of HTML", "", func(k, v string) string {
		return "<tr><td>" + k + "</td><td>" + html.EscapeString(v) + "</td></tr><tr><td>msg_id</td><td>88123 403</td></tr>"
	}, ""},
	{"list of HTML", "", func(k, v string) string {
		return "<dl><dt>" + k + "：</dt><dd>" + html.EscapeString(v) + "</dd><dt>id</dt><dd>88123 403</dd></dl>"
	}, ""},
	{"label and span", "", func(k, v string) string {
		return `<div><label class="l">` + k + `</label> <span class="v">` + html.EscapeString(v) + `</span></div><i>88123 403</i>`
	}, ""},
	{"yaml", "", func(k, v string) string { return "code: 403\nuser:\n  " + k + ": " + v + "\n  msg_id: 88123\n" }, ""},
	{"yaml quoted", "", func(k, v string) string { return "code: 403\nusers:\n- " + k + ": '" + v + "'\n  msg_id: 88123\n" }, ""},
	{"yaml block", "", func(k, v string) string { return "code: 403\n" + k + ": |\n  " + v + "\nmsg_id: 88123\n" }, ""},
	{"yaml flow", "", func(k, v string) string { return "user: {code: 403, " + k + ": " + v + ", msg_id: 88123}\n" }, "text"},
	{"toml", "", func(k, v string) string { return "[r]\ncode = 403\n" + k + " = \"" + v + "\"\nmsg_id = 88123\n" }, ""},
	{"ini", "", func(k, v string) string { return "[r]\ncode=403\n" + k + "=" + v + "\nmsg_id=88123\n" }, ""},
	{"environment", "", func(k, v string) string { return "CODE=403\nMQ_" + upperSnake(k) + "=" + v + "\nMSG_ID=88123\n" }, "latin"},
	{"export", "", func(k, v string) string {
		return "export CODE=403 MQ_" + upperSnake(k) + "=\"" + v + "\" MSG_ID=88123\n"
	}, "latin"},
	{"properties", "", func(k, v string) string { return "r.code=403\nr.user." + k + "=" + v + "\nr.msg.id=88123\n" }, ""},
	{"logfmt", "", func(k, v string) string { return "t=10:21:03 lvl=warn code=403 " + k + "=\"" + v + "\" msg_id=88123" }, ""},
	{"pairs", "", func(k, v string) string { return "recall failed code=403, msg_id=88123, " + k + "=" + v + ", end" }, "text"},
	{"pairs with colons", "", func(k, v string) string { return "recall failed code:403 msg_id:88123 " + k + ":" + v }, ""},
	{"pairs with semicolons", "", func(k, v string) string { return "code=403; msg_id=88123; " + k + "=" + v + "; end=1" }, "text"},
	{"csv", "", func(k, v string) string {
		return "id,code," + k + ",at\n88123,403,\"" + v + "\",10:21\n88124,0,\"" + v + "\",10:22\n"
	}, ""},
	{"tsv", "", func(k, v string) string { return "id\tcode\t" + k + "\tat\n88123\t403\t" + v + "\t10:21\n" }, ""},
	{"csv quoted head", "", func(k, v string) string { return "\"id\",\"code\",\"" + k + "\"\n\"88123\",\"403\",\"" + v + "\"\n" }, ""},
	{"markdown", "", func(k, v string) string {
		return "| id | code | " + k + " |\n|---|---|---|\n| 88123 | 403 | " + v + " |\n"
	}, ""},
	{"insert", "", func(k, v string) string {
		return "INSERT INTO `m` (`id`,`code`,`" + k + "`) VALUES (88123,403,'" + v + "');"
	}, ""},
	{"where", "", func(k, v string) string {
		return "SELECT * FROM m WHERE id=88123 AND code = 403 AND " + k + " = '" + v + "' LIMIT 1"
	}, ""},
	{"where backticks", "", func(k, v string) string {
		return "SELECT * FROM m WHERE `id`=88123 AND `code`=403 AND `m`.`" + k + "`='" + v + "'"
	}, ""},
	{"like", "", func(k, v string) string {
		return "SELECT id FROM m WHERE id > 88123 AND code=403 AND " + k + " LIKE '%" + v + "%'"
	}, ""},
	{"in", "", func(k, v string) string {
		return "SELECT id FROM m WHERE id > 88123 AND code=403 AND " + k + " IN ('" + v + "')"
	}, ""},
	{"update", "", func(k, v string) string { return "UPDATE m SET " + k + "='" + v + "', code=403 WHERE id=88123" }, ""},
	{"java lombok", "", func(k, v string) string { return "got User(id=88123, " + k + "=" + v + ", code=403)" }, ""},
	{"java record", "", func(k, v string) string { return "got User[id=88123, " + k + "=" + v + ", code=403]" }, ""},
	{"java braces", "", func(k, v string) string { return "got User{id=88123, " + k + "='" + v + "', code=403}" }, ""},
	{"java map", "", func(k, v string) string { return "got {id=88123, " + k + "=" + v + ", code=403}" }, ""},
	{"go %+v", "", func(k, v string) string { return "got &{ID:88123 " + k + ":" + v + " Code:403}" }, ""},
	{"go %#v", "", func(k, v string) string { return "got main.User{ID:88123, " + k + ":\"" + v + "\", Code:403}" }, ""},
	{"go map", "", func(k, v string) string { return "got map[code:403 id:88123 " + k + ":" + v + "]" }, ""},
	{"python dict", "", func(k, v string) string { return "got {'id': 88123, '" + k + "': '" + v + "', 'code': 403}" }, ""},
	{"python tuple list", "", func(k, v string) string { return "got [('id', 88123), ('" + k + "', '" + v + "'), ('code', 403)]" }, ""},
	{"python repr", "", func(k, v string) string { return "got User(id=88123, " + k + "='" + v + "', code=403)" }, ""},
	{"js object", "", func(k, v string) string { return "got { id: 88123, " + k + ": '" + v + "', code: 403 }" }, ""},
	{"js object over lines", "", func(k, v string) string { return "got {\n  id: 88123,\n  " + k + ": '" + v + "',\n  code: 403\n}\n" }, ""},
	{"js source", "", func(k, v string) string { return "const code = 403, id = 88123; this." + k + " = \"" + v + "\";" }, ""},
	{"js index", "", func(k, v string) string { return "id=88123; code=403; opts['" + k + "'] = '" + v + "'" }, ""},
	{"js map", "", func(k, v string) string { return "Map(3) {'id' => 88123, '" + k + "' => '" + v + "', 'code' => 403}" }, ""},
	{"console call", "", func(k, v string) string { return "console.log('" + k + "', '" + v + "', 403, 88123)" }, ""},
	{"console arguments", "", func(k, v string) string { return "[88123 403] " + k + ": " + v }, ""},
	{"set item", "", func(k, v string) string { return "localStorage.setItem(\"" + k + "\", \"" + v + "\") // 403 88123" }, ""},
	{"rust", "", func(k, v string) string { return "got User { id: 88123, " + k + ": \"" + v + "\", code: 403 }" }, ""},
	{"rust some", "", func(k, v string) string { return "got User { id: 88123, " + k + ": Some(\"" + v + "\"), code: 403 }" }, ""},
	{"csharp", "", func(k, v string) string { return "got { Id = 88123, " + k + " = " + v + ", Code = 403 }" }, ""},
	{"objc", "", func(k, v string) string {
		return "{\n    code = 403;\n    " + k + " = \"" + v + "\";\n    id = 88123;\n}\n"
	}, ""},
	{"swift", "", func(k, v string) string { return "got [\"id\": 88123, \"" + k + "\": \"" + v + "\", \"code\": 403]" }, ""},
	{"swift optional", "", func(k, v string) string { return "got User(id: 88123, " + k + ": Optional(\"" + v + "\"), code: 403)" }, ""},
	{"php print_r", "", func(k, v string) string {
		return "Array\n(\n    [id] => 88123\n    [" + k + "] => " + v + "\n    [code] => 403\n)\n"
	}, ""},
	{"php var_dump", "", func(k, v string) string {
		return "array(3) {\n  [\"id\"]=>\n  int(88123)\n  [\"" + k + "\"]=>\n  string(9) \"" + v + "\"\n  [\"code\"]=>\n  int(403)\n}\n"
	}, ""},
	{"php array", "", func(k, v string) string { return "['id' => 88123, '" + k + "' => '" + v + "', 'code' => 403]" }, ""},
	{"ruby", "", func(k, v string) string {
		return "Parameters: {\"id\"=>88123, :" + k + "=>\"" + v + "\", \"code\"=>403}"
	}, ""},
	{"lua", "", func(k, v string) string { return "{ id = 88123, [\"" + k + "\"] = \"" + v + "\", code = 403 }" }, ""},
	{"protobuf", "", func(k, v string) string { return "id: 88123 " + k + ": \"" + v + "\" code: 403" }, ""},
	{"graphql", "", func(k, v string) string { return "mutation { send(id: 88123, " + k + ": \"" + v + "\") { code403 } }" }, ""},
	{"registry", "", func(k, v string) string {
		return "[HKEY_CURRENT_USER\\Software\\M]\r\n\"id\"=\"88123\"\r\n\"" + k + "\"=\"" + v + "\"\r\n\"code\"=\"403\"\r\n"
	}, ""},
	{"registry query", "", func(k, v string) string {
		return "    id    REG_SZ    88123\r\n    " + k + "    REG_SZ    " + v + "\r\n    code    REG_DWORD    403\r\n"
	}, ""},
	{"powershell list", "", func(k, v string) string { return "id    : 88123\r\n" + k + "     : " + v + "\r\ncode  : 403\r\n" }, ""},
	{"syslog data", "", func(k, v string) string {
		return "<165>1 - h a - ID47 [x@1 id=\"88123\" " + k + "=\"" + v + "\" code=\"403\"] m"
	}, ""},
	{"brackets", "", func(k, v string) string { return "code=[403] id=[88123] " + k + "=[" + v + "]" }, ""},
	{"brackets alone", "", func(k, v string) string { return "[code:403] [id:88123] [" + k + ":" + v + "] failed" }, ""},
	{"parentheses", "", func(k, v string) string { return "failed (code 403, id 88123, " + k + "=" + v + ")" }, ""},
	{"angle", "", func(k, v string) string { return "code=<403> id=<88123> " + k + "=<" + v + ">" }, ""},
	{"arrow", "", func(k, v string) string { return "id -> 88123, code -> 403, " + k + " -> " + v }, ""},
	{"fat arrow", "", func(k, v string) string { return "id => 88123, code => 403, " + k + " => " + v }, ""},
	{"walrus", "", func(k, v string) string { return "id := 88123; code := 403; " + k + " := \"" + v + "\"" }, ""},
	{"exception", "", func(k, v string) string {
		return "java.lang.IllegalStateException: bad request 403, " + k + "=" + v + "\n\tat com.m.R.a(R.java:88123)\n"
	}, ""},
	{"ansi", "", func(k, v string) string {
		return "\x1b[33m403\x1b[0m 88123 \x1b[36m" + k + "\x1b[0m: \x1b[32m'" + v + "'\x1b[39m"
	}, ""},
	{"ansi pairs", "", func(k, v string) string {
		return "code=\x1b[33m403\x1b[0m id=88123 \x1b[1m" + k + "=\x1b[0m\x1b[32m" + v + "\x1b[0m"
	}, ""},
	{"label full colon", "", func(k, v string) string { return "403 88123 " + k + "：" + v }, ""},
	{"label full equals", "", func(k, v string) string { return "403 88123 " + k + "＝" + v }, ""},
	{"label quoted", "", func(k, v string) string { return "403 88123 " + k + "：“" + v + "”" }, ""},
	{"label corner", "", func(k, v string) string { return "403 88123 " + k + "：「" + v + "」" }, ""},
	{"label lens", "", func(k, v string) string { return "403 88123 " + k + "：【" + v + "】" }, ""},
	{"in lens", "", func(k, v string) string { return "403 88123 【" + k + "】" + v }, ""},
	{"in lens with colon", "", func(k, v string) string { return "403 88123 【" + k + "】：" + v }, ""},
	{"in lens whole", "", func(k, v string) string { return "403 88123 【" + k + "：" + v + "】" }, ""},
	{"in corner", "", func(k, v string) string { return "403 88123 「" + k + "」" + v }, ""},
	{"label over lines", "", func(k, v string) string { return "编号：88123 403\n" + k + "：\n" + v + "\n状态：失败\n" }, ""},
	{"is", "", func(k, v string) string { return "88123 失败 403，" + k + "为" + v }, "latin-only"},
	{"is so", "", func(k, v string) string { return "88123 失败 403，" + k + "是" + v }, "latin-only"},
}

// harOf wraps a member of a request in a HAR of one entry.
func harOf(member string) string {
	return `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-11-20T10:21:03Z","time":403,"request":{"method":"POST","url":"https://a.example/r/88123",` + member + `},"response":{"status":403,"content":{}}}]}}`
}
