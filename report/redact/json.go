package redact

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// around is what the neighbourhood of a value tells about it.
type around struct {
	key    string
	depth  int  // of the structure
	layers int  // of encodings undone
	body   bool // inside of a message's content: every text in it is people's words
	person bool // the object is a person's
	report bool // the object carries a code, an error or a log level: message is the program's
	calm   bool // its code says success
}

// maxError is how long an error text may be to stay.
const maxError = 160

// node redacts a JSON value in place.
func (f *File) node(n *node, at around) {
	if at.depth > 64 {
		n.set("<text#0>")
		return
	}
	switch n.kind {
	case '{':
		f.object(n, at)
	case '[':
		f.headed(n.items, nil, at)
		one := strings.TrimSuffix(at.key, "s")
		several := len(one) < len(at.key) && len(one) > 1 && f.classify(at.key) == none && sensitive(f.classify(one))
		f.chunks(n.items)
		for i, item := range n.items {
			inner := at
			inner.depth++
			if several && item.kind == '"' {
				inner.key = one
			} else if item.kind == '"' && strings.Contains(at.key, "://") { // what opens the place that the key names
				inner.key = "key"
			}
			if i > 0 && item.kind == '"' && n.items[i-1].kind == '"' { // ["Cookie", "sid=…"], as Node keeps its headers
				switch cl := f.classify(n.items[i-1].text); cl {
				case cookie, auth, secret, pass, phone, idCard, card:
					inner.key = n.items[i-1].text
				default:
					if len(n.items) == 2 && sensitive(cl) && i == 1 && f.classify(item.text) == none { // [["nickname", "…"], …]
						inner.key = n.items[0].text
					}
				}
			}
			f.node(item, inner)
		}
	case '"':
		f.str(n, at)
	case '0':
		f.number(n, at)
	}
}

// valueWords are the names of what is only the value of something named elsewhere.
var valueWords = []string{"value", "val", "v", "number", "no", "num", "data", "new", "old", "newValue", "oldValue", "new_value", "old_value", "before", "after", "raw", "plain", "current", "previous", "original", "stringValue", "string_value", "$eq", "$ne", "$in", "$regex", "$numberLong", "invalidValue", "rejectedValue", "rejected_value", "invalid_value", "input_value", "S", "N", "_text", "#text"}

var personWords = []string{"principal", "user", "agent", "visitor", "client", "customer", "sender", "receiver", "contact", "from", "to", "member", "owner", "people", "assignee", "operator", "staff"}

func (f *File) object(n *node, at around) {
	own := f.r.about(at.key)
	inner := around{depth: at.depth + 1, layers: at.layers, report: at.report && at.key == "", body: at.body || isText(own.class) && bodyKey(at.key), person: own.person}
	switch own.squeezed {
	case "error", "err", "errors", "errs", "violations", "fielderrors", "exception", "fault", "cause":
		inner.report = true
	}
	failed := false // one of several codes says so
	for i, name := range n.names {
		item := n.items[i]
		switch about := f.r.about(name).squeezed; about {
		case "rule", "validator", "constraint", "constraints", "schemapath", "instancepath", "rejectedvalue", "objectname": // of what a form was given
			inner.report = inner.report || item.kind != '{'
		case "code", "errcode", "errno", "errorcode", "ret", "retcode", "rc", "resultcode", "statuscode", "bizcode": // codeKeys
			if item.kind == '0' || item.kind == '"' && len(item.text) <= 48 {
				inner.report = true
				switch strings.ToLower(item.text) {
				case "0", "200", "ok", "success":
					inner.calm = true
				default:
					failed = true
				}
			}
		case "alert":
			if item.kind == '"' && own.squeezed == "aps" {
				item.text = f.length(item.text)
			}
		case "sql", "query", "statement", "preparedstatement":
			if item.kind == '"' && strings.ContainsAny(item.text, "?$%:@") {
				f.boundNodes(n, item.text, at)
			}
		case "errmsg", "errormsg", "errormessage", "errcause", "stacktrace":
			inner.report = inner.report || item.kind == '"' && item.text != ""
		case "error", "err":
			inner.report = inner.report || item.kind != 'n' && item.kind != 'f'
		case "success", "ok":
			inner.report = inner.report || item.kind == 't' || item.kind == 'f'
			inner.calm = inner.calm || item.kind == 't'
		case "status":
			inner.report = inner.report || item.kind == '0'
		case "level", "severity", "lvl", "loglevel", "levelname", "logger":
			inner.report = inner.report || item.kind == '"' || item.kind == '0'
		case "phone", "tel", "mobile", "email", "avatar", "avatarurl", "gender", "sex", "nickname", "openid", "unionid", "birthday", "idcard", "department", "realname":
			inner.person = true
		}
	}
	inner.calm = inner.calm && !failed
	inner.body = inner.body && !interfaceTexts(n)
	if f.classify(at.key) == cookie && (n.get("name") == nil || n.get("value") == nil) {
		for _, item := range n.items {
			if item.kind == '"' && item.text != "" {
				c := &scan{f: f, s: item.text, rank: byKey}
				c.cookie(0, len(item.text))
				item.text = c.replace()
			}
		}
	}
	if n.get("kty") != nil {
		for _, part := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			if v := n.get(part); v != nil && v.kind == '"' && len(v.text) > 8 {
				f.replaceNumber(v, "secret", v.text)
			}
		}
	}
	if tolist := n.get("tolist"); tolist != nil && n.get("msgtype") != nil { // of the archive of WeCom
		f.talkers(tolist, n.get("from"))
	}
	if kind := n.get("kind"); kind != nil && kind.text == "Secret" && kind.kind == '"' {
		f.secretData(n.get("data"))
	}
	f.parts(n)
	if n.get("post_type") != nil && n.get("self_id") != nil { // of OneBot
		for _, name := range [...]string{"user_id", "target_id", "sender_id"} {
			if id := n.get(name); id != nil && (id.kind == '0' || id.kind == '"') && len(id.text) >= 5 {
				f.replaceNumber(id, "qq", id.text)
			}
		}
	}
	f.named(n, at)
	f.rows(n, at)
	if v := n.get("value"); v != nil && v.kind == '"' && n.get("name") != nil { // a browser's list of cookies
		for _, mark := range []string{"domain", "httpOnly", "sameSite", "hostOnly", "expirationDate", "storeId"} {
			if n.get(mark) != nil {
				c := &scan{f: f, s: v.text, rank: byKey}
				c.cookie(0, len(v.text))
				v.text = c.replace()
				break
			}
		}
	}
	if n.get("opcode") != nil && n.get("data") != nil {
		f.frame(n)
	}
	for i, name := range n.names {
		member := inner
		member.key = name
		if (name == "arrayValue" || name == "values" || name == "kvlistValue" || name == "array_value") && sensitive(f.classify(at.key)) {
			member.key = at.key // OTLP
		} else if k := n.items[i].kind; k != '{' && slices.Contains(valueWords, name) && sensitive(f.classify(at.key)) && (!isText(f.classify(at.key)) || name == "value" || name == "plain" || name == "raw") {
			member.key = at.key
		}
		f.node(n.items[i], member)
		if clean := f.member(name); clean != name {
			n.names[i] = clean
		}
	}
}

func (f *File) str(n *node, at around) {
	v := n.text
	if v == "" {
		return
	}
	if end, ok := pseudonymAt(v, 0); ok && end == len(v) {
		return
	}
	if f.Prose && vocabulary(at.key, v) {
		return
	}
	cl := f.classify(at.key)
	if sensitive(cl) && !isText(cl) {
		v = plainly(v)
	}
	if cl == textOrID {
		if cl = text; digitsRun(v) == len(v) {
			cl = none
		}
	}
	if cl == text && f.Prose {
		cl = none
	}
	if nested, ok := f.nested(v, cl, at); ok {
		n.text = nested
		return
	}
	if (cl == text || cl == logText || cl == name) && len(v) <= 18 && v[0] >= 0xE4 && f.classify(v) != none { // {"phone": "电话"}: what an interface calls its fields
		return
	}
	c := f.scan(v, at.depth)
	defer f.free(c)
	switch cl {
	case secret, pass, weak:
		if cl == weak && (stamped(v) || ticketNo(v)) || cl != pass && sentenceOf(v) {
			break
		}
		if !isBenign(v) || cl == pass && len(v) > 12 {
			c.secretSpan(0, len(v), "secret")
		}
	case maybe:
		if looksSecret(v) && !named(v) {
			c.secretSpan(0, len(v), "secret")
		}
	case cookie:
		c.cookies(0, len(v))
	case auth:
		c.authorization(0, len(v))
	case text:
		n.text = f.length(v)
		return
	case none:
		if !f.Prose && remarks()[f.r.about(at.key).squeezed] && remarked(f.r.about(at.key).squeezed, v) {
			n.text = f.length(v)
			return
		}
		if at.person && !f.Prose && hasHan(v) {
			switch f.r.about(at.key).squeezed { // of a visitor's card
			case "comment", "bio", "intro", "introduction", "memo":
				n.text = f.length(v)
				return
			case "weibo", "weixinname", "wechatname":
				c.nameSpan(0, len(v), v, true)
			}
		}
	case logText:
		if ofProgram(v) {
			break
		}
		if len(v) <= 24 && digitsRun(v) == len(v) { // the number of a message
			break
		}
		if !at.report || at.calm && utf8.RuneCountInString(v) > 16 || utf8.RuneCountInString(v) > maxError && !at.isLog() || at.body {
			if !f.Prose {
				n.text = f.lengthAs("text", v) // it may be a program's, whose logs say it too
				return
			}
		}
	case errText:
		if utf8.RuneCountInString(v) > 4*maxError && !f.Prose {
			n.text = f.lengthAs("text", v)
			return
		}
	case name, login:
		if !common()[strings.ToLower(v)] && !(cl == login && digitsIn(v) == len(v)) {
			c.nameSpan(0, len(v), v, true)
		}
	case thing:
		if looksName(v) || at.person && f.r.about(at.key).squeezed == "name" && !common()[strings.ToLower(v)] {
			c.nameSpan(0, len(v), v, true)
		}
	case phone, idCard, card, qq:
		if digitsIn(v) >= 5 || cl == idCard && hasDigit(v) || holdsNumber(v) {
			c.mark(0, len(v), kindOf(cl), normalNumber(cl, v))
			if cl == qq && len(v) >= 7 && digitsRun(v) == len(v) {
				c.spans[len(c.spans)-1].teach = v
			}
		}
	case wx:
		if len(v) >= 5 && !strings.Contains(v, "://") {
			c.teach(0, len(v), "wx", v)
		}
	case place:
		if (hasHan(v) || street(v)) && !f.Prose {
			c.teach(0, len(v), "place", v)
		}
	case plateNo, birth, geo, deviceID, wifi, taxNo, macNo, ipNo:
		c.particular(cl, 0, len(v))
	}
	if len(c.spans) > 0 {
		n.text = c.replace()
		if cl != cookie && cl != auth {
			return
		}
		return
	}
	if at.body && !f.Prose && !quietKey(at.key) {
		n.text = f.length(v)
		return
	}
	if cl == version {
		keep := f.r.KeepIPs
		f.r.KeepIPs = true
		defer func() { f.r.KeepIPs = keep }()
	}
	if at.depth < maxDepth*8 {
		n.text = f.textIn(v, min(at.layers, maxDepth-1))
	} else {
		n.text = f.flat(v, maxDepth)
	}
}

// vocabulary tells of the fixed words of this tool's own document, which no
// name that was learnt elsewhere may replace.
func vocabulary(key, v string) bool {
	switch squeeze(key) {
	case "schema", "id", "state", "stage", "kind", "clock", "basis", "code", "role", "outcome", "unit", "method", "rule", "observation", "because", "requestresult", "senderview", "visitorview", "followsfrom", "version", "base":
	default:
		return false
	}
	for i := 0; i < len(v); i++ {
		if c := v[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("._-/:", c) >= 0) {
			return false
		}
	}
	return len(v) <= 48 && digitsIn(v) < 7
}

// textIn redacts a text of any number of lines inside of a document.
func (f *File) textIn(s string, depth int) string {
	s = f.pem(s)
	return f.within(s, depth)
}

func isText(cl class) bool { return cl == text || cl == textOrID }

func (a around) isLog() bool { return a.report && !a.calm && a.key != "" && !a.body && !a.person }

// quietKey tells of fields of a message's content that hold no words of people.
func quietKey(key string) bool {
	j := squeeze(key)
	if strings.HasSuffix(j, "id") || strings.HasSuffix(j, "type") || strings.HasSuffix(j, "at") || strings.HasSuffix(j, "on") || strings.HasSuffix(j, "time") {
		return true
	}
	switch j {
	case "action", "event", "status", "state", "code", "version", "size", "width", "height", "ts", "timestamp", "channel", "platform", "mime", "errcode", "op", "cmd", "method":
		return true
	}
	return false
}
