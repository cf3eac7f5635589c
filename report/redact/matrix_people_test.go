package redact

import "strings"

// spoken are the carriers of labels that people read, and of markup.
var spoken = []carrier{
	{"bold label", "", func(k, v string) string { return "403 88123 **" + k + "**：" + v }, ""},
	{"bold label, colon inside", "", func(k, v string) string { return "403 88123 **" + k + "：** " + v }, ""},
	{"code label", "", func(k, v string) string { return "403 88123 `" + k + "`: `" + v + "`" }, ""},
	{"list item", "", func(k, v string) string { return "403 88123\n- " + k + ": " + v + "\n" }, ""},
	{"numbered item", "", func(k, v string) string { return "403 88123\n1. " + k + "：" + v + "\n" }, ""},
	{"bullet", "", func(k, v string) string { return "403 88123\n• " + k + "：" + v + "\n" }, ""},
	{"spaced colon", "", func(k, v string) string { return "403 88123 " + k + " ： " + v }, ""},
	{"spaced plain colon", "", func(k, v string) string { return "403 88123 " + k + " : " + v }, ""},
	{"padded label", "", func(k, v string) string { return "88123\n  " + k + "　　：" + v + "\n403\n" }, ""},
	{"full brackets", "", func(k, v string) string { return "403 88123 " + k + "（" + v + "）" }, ""},
	{"plain brackets", "", func(k, v string) string { return "403 88123 " + k + "(" + v + ")" }, "text"},
	{"square label", "", func(k, v string) string { return "403 88123 [" + k + "] " + v }, ""},
	{"square label and value", "", func(k, v string) string { return "403 88123 [" + k + "][" + v + "]" }, ""},
	{"square full", "", func(k, v string) string { return "403 88123 ［" + k + "］" + v }, ""},
	{"bar", "", func(k, v string) string { return "88123 | 403 | " + k + " | " + v + " |" }, ""},
	{"row of markdown", "", func(k, v string) string {
		return "| 项 | 值 |\n|---|---|\n| id | 88123 403 |\n| " + k + " | " + v + " |\n"
	}, ""},
	{"row of markdown, bold", "", func(k, v string) string {
		return "| 项 | 值 |\n|---|---|\n| id | 88123 403 |\n| **" + k + "** | `" + v + "` |\n"
	}, ""},
	{"row of CSV", "", func(k, v string) string { return "字段,值\nid,88123 403\n" + k + "," + v + "\n" }, "text"},
	{"row of TSV", "", func(k, v string) string { return "字段\t值\nid\t88123 403\n" + k + "\t" + v + "\n" }, ""},
	{"tab", "", func(k, v string) string { return "id\t88123 403\n" + k + "\t" + v + "\n" }, ""},
	{"header line", "", func(k, v string) string { return "POST /r/88123 HTTP/1.1\r\nX-Code: 403\r\nX-" + k + ": " + v + "\r\n" }, "latin"},
	{"header line low", "", func(k, v string) string {
		return "> x-code: 403\n> x-id: 88123\n> x-" + strings.ToLower(k) + ": " + v + "\n"
	}, "latin"},
	{"meta", "", func(k, v string) string { return `<meta name="` + k + `" content="` + v + `"><i>88123 403</i>` }, ""},
	{"hidden", "", func(k, v string) string {
		return `<input type=hidden name=` + k + ` value="` + v + `"><i>88123 403</i>`
	}, ""},
	{"textarea", "", func(k, v string) string {
		return `<textarea id="` + k + `" rows="3">` + v + `</textarea><i>88123 403</i>`
	}, ""},
	{"class of HTML", "", func(k, v string) string { return `<span class="` + k + `">` + v + `</span><i>88123 403</i>` }, "latin service-key"},
	{"th", "", func(k, v string) string {
		return "<tr><th scope=\"row\">" + k + "</th>\n<td>" + v + "</td></tr>\n<i>88123 403</i>"
	}, ""},
	{"strong", "", func(k, v string) string { return "<p><strong>" + k + "：</strong>" + v + "</p><i>88123 403</i>" }, ""},
	{"strong, colon behind", "", func(k, v string) string { return "<p><b>" + k + "</b>：" + v + "</p><i>88123 403</i>" }, ""},
	{"head of a table in HTML", "", func(k, v string) string {
		return "<table><tr><th>id</th><th>" + k + "</th></tr><tr><td>88123 403</td><td>" + v + "</td></tr></table>"
	}, ""},
	{"head of a table in HTML over lines", "", func(k, v string) string {
		return "<table>\n<thead>\n<tr>\n<th>id</th>\n<th>" + k + "</th>\n</tr>\n</thead>\n<tr>\n<td>88123 403</td>\n<td>" + v + "</td>\n</tr>\n</table>\n"
	}, ""},
	{"fixed columns", "", func(k, v string) string {
		return "id         " + k + "\n---------- ----------------\n88123 403  " + v + "\n"
	}, "text"},
	{"label and input", "", func(k, v string) string {
		return `<label for="a">` + k + `</label><input id="a" value="` + v + `"><i>88123 403</i>`
	}, ""},
	{"label and input over lines", "", func(k, v string) string {
		return "<label for=\"a\">" + k + "：</label>\n<input id=\"a\" type=\"text\" value=\"" + v + "\">\n<i>88123 403</i>"
	}, ""},
	{"cells over lines", "", func(k, v string) string {
		return "<tr>\n<td class=\"k\">" + k + "</td>\n<td class=\"v\">" + v + "</td>\n</tr>\n<i>88123 403</i>"
	}, ""},
	{"divs", "", func(k, v string) string {
		return `<div class="item"><div class="k">` + k + `</div><div class="v">` + v + `</div></div><i>88123 403</i>`
	}, ""},
	{"divs over lines", "", func(k, v string) string {
		return "<div class=\"item\">\n  <div class=\"k\">" + k + "</div>\n  <div class=\"v\">" + v + "</div>\n</div>\n<i>88123 403</i>"
	}, ""},
	{"aria label", "", func(k, v string) string {
		return `<span aria-label="` + k + `" data-x="1">` + v + `</span><i>88123 403</i>`
	}, ""},
	{"placeholder", "", func(k, v string) string {
		return `<input placeholder="请输入` + k + `" value="` + v + `"><i>88123 403</i>`
	}, "latin-only"},
	{"accessibility tree", "", func(k, v string) string { return "- textbox \"" + k + "\": " + v + "\n- paragraph: 88123 403\n" }, ""},
	{"dictionary call", "", func(k, v string) string { return "post(id=88123, data=dict(" + k + "='" + v + "', code=403))" }, "latin"},
	{"soap", "", func(k, v string) string {
		return "<s:Body><m:Id>88123</m:Id><m:Code>403</m:Code><m:" + k + " xsi:type=\"xsd:string\">" + v + "</m:" + k + "></s:Body>"
	}, ""},
	{"plist line", "", func(k, v string) string {
		return "<dict><key>id</key><integer>88123</integer><key>" + k + "</key><string>" + v + "</string><key>c</key><integer>403</integer></dict>"
	}, ""},
	{"android preferences", "", func(k, v string) string {
		return "<map>\n<int name=\"id\" value=\"88123\" />\n<string name=\"" + k + "\">" + v + "</string>\n<int name=\"code\" value=\"403\" />\n</map>\n"
	}, ""},
	{"appsettings", "", func(k, v string) string {
		return `<add key="` + k + `" value="` + v + `" /><add key="id" value="88123 403" />`
	}, ""},
	{"bundle", "", func(k, v string) string { return "Bundle[{id=88123, " + k + "=" + v + ", code=403}]" }, "text"},
	{"intent extra", "", func(k, v string) string { return "am start -e id 88123 --es " + k + " \"" + v + "\" --ei code 403" }, ""},
	{"name and value", "json", func(k, v string) string {
		return `{"id":88123,"fields":[{"name":"` + k + `","value":"` + v + `"},{"name":"code","value":"403"}]}`
	}, ""},
	{"label and shown value", "json", func(k, v string) string {
		return `{"rows":[{"label":"` + k + `","displayValue":"` + v + `","editable":false}],"code":403,"id":88123}`
	}, ""},
	{"alone on its line", "", func(k, v string) string { return "88123 403\n" + k + "\n" + v + "\n" }, "latin-only"},
	{"arrow of people", "", func(k, v string) string { return "88123 403 " + k + "→" + v }, "latin-only"},
	{"qualified", "", func(k, v string) string { return "88123 403 " + k + "（必填）：" + v }, "latin-only"},
	{"as follows", "", func(k, v string) string { return "88123 403 " + k + "如下：" + v }, "latin-only"},
	{"name and value of a console", "", func(k, v string) string { return "{ name: '" + k + "', value: '" + v + "', code: 403, id: 88123 }" }, ""},
	{"key and value", "json", func(k, v string) string {
		return `[{"key":"` + k + `","val":"` + v + `"},{"key":"code","val":"403 88123"}]`
	}, ""},
	{"label and value", "json", func(k, v string) string {
		return `[{"label":"` + k + `","value":"` + v + `"},{"label":"code","value":"403 88123"}]`
	}, ""},
	{"pair of a list", "json", func(k, v string) string { return `{"h":[["` + k + `","` + v + `"],["code","403"],["id","88123"]]}` }, ""},
	{"list under a key", "json", func(k, v string) string { return `{"` + k + `":["` + v + `"],"code":403,"id":88123}` }, ""},
	{"list of two under a key", "json", func(k, v string) string { return `{"` + k + `s":["x","` + v + `"],"code":403,"id":88123}` }, "latin"},
	{"object under a key", "json", func(k, v string) string { return `{"` + k + `":{"value":"` + v + `"},"code":403,"id":88123}` }, ""},
	{"old and new", "json", func(k, v string) string {
		return `{"field":"` + k + `","old":null,"new":"` + v + `","code":403,"id":88123}`
	}, ""},
	{"columns and rows", "json", func(k, v string) string {
		return `{"columns":["id","` + k + `","code"],"rows":[[88123,"` + v + `",403]]}`
	}, ""},
	{"protobuf of strings", "", func(k, v string) string {
		return `fields { key: "` + k + `" value { string_value: "` + v + `" } } fields { key: "id" value { number_value: 88123 } } 403`
	}, ""},
	{"redis hset", "", func(k, v string) string { return `HSET user:88123 ` + k + ` "` + v + `" code 403` }, ""},
	{"redis reply", "", func(k, v string) string { return "1) \"id\"\n2) \"88123 403\"\n3) \"" + k + "\"\n4) \"" + v + "\"\n" }, ""},
	{"mongo", "", func(k, v string) string {
		return `db.m.find({ id: NumberLong(88123), code: 403, ` + k + `: { $eq: "` + v + `" } })`
	}, ""},
	{"prepared", "", func(k, v string) string {
		return `UPDATE m SET ` + k + ` = ? WHERE id = ? AND code = ? [["` + k + `", "` + v + `"], ["id", 88123], ["code", 403]]`
	}, ""},
	{"psql error", "", func(k, v string) string {
		return `ERROR: duplicate key 403 DETAIL: Key (` + k + `)=(` + v + `) already exists. 88123`
	}, "text"},
	{"mysql duplicate", "", func(k, v string) string {
		return `ERROR 1062: Duplicate entry '` + v + `' for key 'm.` + k + `' 403 88123`
	}, ""},
	{"validation", "", func(k, v string) string { return `403 88123 invalid value '` + v + `' for field '` + k + `'` }, ""},
	{"validation first", "", func(k, v string) string { return `403 88123 field "` + k + `" has invalid value "` + v + `"` }, ""},
	{"cli option", "", func(k, v string) string { return `tool --id 88123 --code=403 --` + k + `="` + v + `"` }, "latin"},
	{"cli option spaced", "", func(k, v string) string { return `tool --id 88123 --code 403 --` + k + ` "` + v + `"` }, "latin"},
	{"path", "", func(k, v string) string { return `GET /v1/403/` + k + `/` + v + `/88123` }, "text name address otp qq passport password latin service-key wechat plate jwt"},
	{"truncated json", "", func(k, v string) string {
		return `body={"code":403,"id":88123,"` + k + `":"` + v + `","x":"y…(truncated)`
	}, ""},
	{"truncated in value", "", func(k, v string) string { return `body={"code":403,"id":88123,"` + k + `":"` + v }, ""},
	{"quoted printable", "", func(k, v string) string {
		return "Content-Transfer-Encoding: quoted-printable\n\ncode=3D403 id=3D88123 " + k + "=3D" + v + "\n"
	}, "text latin name address plate"},
}
