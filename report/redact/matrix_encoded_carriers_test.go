package redact

import (
	"encoding/base64"
	"html"
	"net/url"
	"strings"
)

// bearer is a carrier of an encoded value. It holds the status 403 and the
// message 88123, which stay.
type bearer struct {
	name  string
	kind  string
	quote func(v string) string // of what is not encoded already
	put   func(k, v string) string
	// not are the forms that no program writes in it.
	not []form
}

// takes tells whether the carrier may hold the value under that key: the name of
// a header is ASCII (RFC 9110), and what has no quotes has no spaces.
func (b bearer) takes(key, v string) bool {
	return !(strings.HasSuffix(b.name, "header") && hasHan(key)) && !(b.name == "logfmt unquoted" && strings.Contains(v, " "))
}

func asIs(v string) string { return v }

func doubled(quote string) func(string) string {
	return func(v string) string { return strings.ReplaceAll(v, quote, quote+quote) }
}

// onOneLine is a text whose ends of lines are written with a backslash, as loggers do.
func onOneLine(v string) string { return strings.ReplaceAll(v, "\n", `\n`) }

// bearers are the carriers. What no program writes, and why:
//
//   - backslashes of a program's text (\u, \x, a document in a string) in what has
//     no such escapes: a query or form (percent), markup, CSV, a mail;
//   - \x in JSON, which is none then;
//   - entities of markup in a query, a form or a header: "&" and ";" part these;
//   - colours in what no terminal shows: HAR, forms, markup, CSV, SQL, events;
//   - quoted-printable outside of a mail and of a part of one;
//   - several lines where the carrier is one line and has no escape for its end.
var bearers = []bearer{
	{"bare line", "", onOneLine, func(k, v string) string {
		if k == "ref" {
			return "10:21:03 WARN 88123 recall by " + v + " failed 403"
		}
		return "10:21:03 WARN 88123 failed 403 " + k + ": " + v
	}, []form{asMail}},
	{"logfmt", "", func(v string) string { return inString(v) }, func(k, v string) string {
		return `t=10:21:03 lvl=warn code=403 ` + k + `="` + v + `" msg_id=88123`
	}, []form{asMail, asMarkup}},
	{"logfmt unquoted", "", onOneLine, func(k, v string) string {
		return `t=10:21:03 lvl=warn code=403 ` + k + `=` + v + ` msg_id=88123`
	}, []form{asMail, asMarkup}},
	{"JSON line", "", inString, func(k, v string) string {
		return `{"time":"10:21:03","level":"warn","code":403,"` + k + `":"` + v + `","msg_id":88123}`
	}, []form{asMail}},
	{"JSON document", "json", inString, func(k, v string) string {
		return "{\n  \"code\": 403,\n  \"data\": {\n    \"" + k + "\": \"" + v + "\"\n  },\n  \"msg_id\": 88123\n}\n"
	}, []form{asMail, asColours, asBytes}},
	{"query string", "", url.QueryEscape, func(k, v string) string {
		return `10.0.0.1 - - "GET /r?msg_id=88123&` + url.QueryEscape(k) + "=" + v + `&x=1 HTTP/1.1" 403 87`
	}, []form{asEscapes, asBytes, asMarkup, asColours, asMail}},
	{"form body", "", url.QueryEscape, func(k, v string) string {
		return "msg_id=88123&" + url.QueryEscape(k) + "=" + v + "&code=403"
	}, []form{asEscapes, asBytes, asMarkup, asColours, asMail}},
	{"multipart", "", asIs, func(k, v string) string {
		return "------b\r\nContent-Disposition: form-data; name=\"msg_id\"\r\n\r\n88123\r\n------b\r\nContent-Disposition: form-data; name=\"" + k + "\"\r\n\r\n" + v + "\r\n------b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n403\r\n------b--\r\n"
	}, []form{asColours, asMail}},
	{"mail", "", asIs, func(k, v string) string {
		return "Subject: 88123\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nstatus 403\r\n" + printable(k) + ": " + v + "\r\n--b--\r\n"
	}, []form{asLetters, asPercent, asEscapes, asBytes, asMarkup, asColours, asLines}},
	{"XML", "", html.EscapeString, func(k, v string) string {
		return "<r><code>403</code><" + k + ">" + v + "</" + k + "><msgId>88123</msgId></r>"
	}, []form{asEscapes, asBytes, asColours, asMail}},
	{"attribute of XML", "", html.EscapeString, func(k, v string) string {
		return `<msg code="403" ` + k + `="` + v + `" id="88123"/>`
	}, []form{asEscapes, asBytes, asColours, asMail, asLines}},
	{"HTML", "", html.EscapeString, func(k, v string) string {
		return `<tr><td>` + k + `</td><td>` + v + `</td></tr><tr><td>msg_id</td><td>88123 403</td></tr>`
	}, []form{asEscapes, asBytes, asColours, asMail}},
	{"YAML", "", func(v string) string {
		return "'" + strings.ReplaceAll(strings.TrimRight(v, "\n"), "'", "''") + "'"
	}, func(k, v string) string {
		if strings.HasPrefix(v, `\`) || strings.Contains(v, `\"`) {
			v = `"` + v + `"`
		}
		return "code: 403\nuser:\n  " + k + ": " + v + "\n  msg_id: 88123\n"
	}, []form{asMail, asMarkup, asLines}},
	{"YAML block", "", asIs, func(k, v string) string {
		return "code: 403\nuser:\n  " + k + ": |\n    " + strings.ReplaceAll(strings.TrimRight(v, "\n"), "\n", "\n    ") + "\n  msg_id: 88123\n"
	}, []form{asMail, asMarkup, asEscapes, asBytes, asColours}},
	{"CSV", "", doubled(`"`), func(k, v string) string {
		return "id,code," + k + ",at\n88123,403,\"" + v + "\",10:21\n"
	}, []form{asEscapes, asBytes, asColours, asMail, asLines}},
	{"TSV", "", onOneLine, func(k, v string) string {
		return "id\tcode\t" + k + "\tat\n88123\t403\t" + v + "\t10:21\n"
	}, []form{asColours, asMail, asMarkup}},
	{"SQL", "", func(v string) string {
		return strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`).Replace(v)
	}, func(k, v string) string {
		return "INSERT INTO `m` (`id`,`code`,`" + k + "`) VALUES (88123,403,'" + v + "');"
	}, []form{asColours, asMail}},
	{"curl's data", "", inString, func(k, v string) string {
		return `curl 'https://a.example/r?msg_id=88123' -d '{"code":403,"` + k + `":"` + v + `"}' --compressed`
	}, []form{asMail, asMarkup, asColours}},
	{"curl's header", "", onOneLine, func(k, v string) string {
		return `curl 'https://a.example/r?msg_id=88123&code=403' -H '` + k + `: ` + v + `' --compressed`
	}, []form{asMail, asMarkup, asColours, asEscapes, asBytes, asLines}},
	{"HAR's header", "har", inString, func(k, v string) string {
		return harOf(`"headers":[{"name":"X-Code","value":"403"},{"name":"` + k + `","value":"` + v + `"}]`)
	}, []form{asMail, asMarkup, asColours, asLines, asBytes}},
	{"HAR's form", "har", func(v string) string { return inString(url.QueryEscape(v)) }, func(k, v string) string {
		return harOf(`"postData":{"mimeType":"application/x-www-form-urlencoded","text":"msg_id=88123&` + url.QueryEscape(k) + `=` + v + `"}`)
	}, []form{asMail, asMarkup, asColours, asEscapes, asBytes}},
	{"HAR's parameters", "har", inString, func(k, v string) string {
		return harOf(`"postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"msg_id","value":"88123"},{"name":"` + k + `","value":"` + v + `"}]}`)
	}, []form{asMail, asMarkup, asColours, asBytes}},
	{"HAR's body", "har", func(v string) string { return inString(inString(v)) }, func(k, v string) string {
		return harOf(`"postData":{"mimeType":"application/json","text":"{\"msg_id\":88123,\"` + k + `\":\"` + v + `\"}"}`)
	}, []form{asMail, asMarkup, asColours, asBytes}},
	{"HAR's answer in base64", "har", inString, func(k, v string) string {
		return answerOf(`"mimeType":"application/json","encoding":"base64","text":"` + base64.StdEncoding.EncodeToString([]byte(`{"id":88123,"`+k+`":"`+v+`"}`)) + `"`)
	}, []form{asMail, asColours, asBytes}},
	{"object on the console", "", func(v string) string { return strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`).Replace(v) }, func(k, v string) string {
		return "[renderer] got { id: 88123, " + keyOfJS(k) + ": '" + v + "', code: 403 }"
	}, []form{asMail, asMarkup}},
	{"toString of Java", "", onOneLine, func(k, v string) string { return "got User{id=88123, " + k + "='" + v + "', code=403}" }, []form{asMail, asMarkup}},
	{"message of an exception", "", onOneLine, func(k, v string) string {
		return "java.lang.IllegalStateException: recall 88123 refused with 403, " + k + "=" + v + "\n\tat com.m.R.a(R.java:12)\n"
	}, []form{asMail, asMarkup}},
	{"log of Chromium", "", inString, func(k, v string) string {
		return `[4242:1120/102103.123456:INFO:CONSOLE(12)] "recall 88123 403 {"` + k + `":"` + v + `"}", source: https://app.example.com/main.js (12)`
	}, []form{asMail, asMarkup, asColours}},
	{"event of Windows", "", html.EscapeString, func(k, v string) string {
		return `<Event><System><EventID>88123</EventID></System><EventData><Data Name="Status">403</Data><Data Name="` + k + `">` + v + `</Data></EventData></Event>`
	}, []form{asMail, asEscapes, asBytes, asColours}},
	{"event of Windows as text", "", onOneLine, func(k, v string) string {
		return "EventID: 88123\r\nStatus:\t\t403\r\n" + k + ":\t\t" + v + "\r\n"
	}, []form{asMail, asEscapes, asBytes, asColours, asMarkup}},
}

func keyOfJS(k string) string {
	if strings.ContainsAny(k, "-") {
		return "'" + k + "'"
	}
	return k
}
