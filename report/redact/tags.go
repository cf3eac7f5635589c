package redact

import "strings"

// tag reads the tag of XML or HTML that begins at s[i]: <fullName>张三</fullName>,
// <input name="realname" value="张三">, <th>姓名</th><td>张三</td>.
func (c *scan) tag(i int) {
	s := c.s
	if i+3 >= len(s) || !wordByte(s[i+1]) && s[i+1] < 0x80 {
		return
	}
	if _, own := pseudonymAt(s, i); own {
		return
	}
	end := i + 1
	for end < len(s) && end-i < 2000 && s[end] != '>' && s[end] != '<' {
		end++
	}
	if end >= len(s) || s[end] != '>' {
		return
	}
	inside := s[i+1 : end]
	name := inside[:anyOrEnd(inside, " \t/")]
	if len(name) == 2 && (name[0]|0x20 == 't') {
		switch name[1] | 0x20 {
		case 'h', 'd', 'r':
			if c.table(i, name[1]|0x20 == 'h') {
				return
			}
		}
	}
	c.rank = byKey
	cl := none
	if strings.ContainsAny(inside, "=") {
		cl = c.attributes(i+1+len(name), end)
	}
	styled := isText(cl)
	if sensitive(cl) && !styled && end+1 < len(s) && s[end+1] == '<' && end+2 < len(s) && s[end+2] != '/' && strings.Contains(inside, "ame=") {
		c.within(cl, end+1)
		return
	}
	if name == "body" && c.ofMessage(i, end+1) {
		return
	}
	bare := !strings.Contains(inside, "=") && (name == "content" || name == "Content" || name == "text" || name == "Text") // of a message: HTML and SVG have attributes there
	if cl == none && (bare || !ofHTML()[strings.ToLower(name)]) {
		cl = c.f.classify(strings.TrimPrefix(name[strings.LastIndexByte(name, ':')+1:], ":"))
	}
	content := end + 1
	if strings.HasPrefix(s[content:], "<![CDATA[") {
		from := content + len("<![CDATA[")
		to := from + max(0, strings.Index(s[from:], "]]>"))
		if strings.EqualFold(name, "content") {
			cl = text
		}
		if cl != none && cl != version && cl != errText && cl != logText && to > from {
			c.judge(cl, from, to, true, false, false)
		}
		return
	}
	if styled && (content == len(s) || s[content] == '<' && !strings.HasPrefix(s[content:], "</")) && !c.f.Prose && !emptyOfHTML[strings.ToLower(name)] {
		c.element(name, content)
		return
	}
	stop := content + byteOrEnd(s[content:], '<')
	if stop >= len(s) || content >= stop || strings.HasSuffix(inside, "/") {
		return
	}
	v := strings.TrimSpace(s[content:stop])
	if v == "" {
		return
	}
	from := content + strings.Index(s[content:stop], v)
	if cl != none && cl != version && cl != errText && cl != logText && strings.HasPrefix(s[stop:], "</") {
		c.judge(cl, from, from+len(v), true, false, false)
		return
	}
	// A label, and the value in the element behind it.
	if strings.ContainsAny(v, "@=/") {
		return
	}
	label := c.f.classify(strings.TrimRight(v, ":： *"))
	if !sensitive(label) && label != thing || len(v) > 60 {
		return
	}
	at := stop
	for range 4 { // the tags between them
		if !strings.HasPrefix(s[at:], "<") {
			break
		}
		if _, own := pseudonymAt(s, at); own {
			return
		}
		k := strings.IndexByte(s[at:], '>')
		if k < 0 || k > 300 {
			return
		}
		if v := valueOf(s[at : at+k]); v[0] > 0 { // <label>手机号</label><input value="…">
			c.judge(label, at+v[0], at+v[1], true, false, false)
			return
		}
		at += k + 1
		for at < len(s) && (s[at] == ' ' || s[at] == '\t') {
			at++
		}
	}
	if at == stop || at >= len(s) || s[at] == '<' {
		return
	}
	if to := at + byteOrEnd(s[at:], '<'); to > at && !isBenign(s[at:to]) { // <keyType>passPhrase</keyType><protected>false</protected>
		c.judge(label, at, at+len(strings.TrimRight(s[at:to], " \t")), true, false, false)
	}
}

// emptyOfHTML are elements that hold no others.
var emptyOfHTML = map[string]bool{"input": true, "img": true, "br": true, "hr": true, "meta": true, "link": true, "i": true}

// element redacts the texts of the elements within the one whose content begins
// at s[content], a message; the next lines go on with it.
func (c *scan) element(name string, content int) {
	s := c.s
	depth := 1
	for at := content; at < len(s); {
		open := at + byteOrEnd(s[at:], '<')
		if v := strings.TrimSpace(s[at:open]); v != "" && !besideText(v) {
			from := at + strings.Index(s[at:open], v)
			c.rank = byKey
			c.judge(text, from, from+len(v), true, false, false)
		}
		if at = open; at == len(s) {
			break
		}
		if end, ok := pseudonymAt(s, at); ok {
			at = end
			continue
		}
		end := min(len(s), at+byteOrEnd(s[at:], '>')+1)
		switch tag := s[at:end]; {
		case strings.HasPrefix(tag, "</"+name):
			depth--
		case strings.HasPrefix(tag, "<"+name) && !strings.HasSuffix(tag, "/>"):
			depth++
		}
		if at = end; depth == 0 {
			return
		}
	}
	c.tie()
	c.f.carry.what, c.f.carry.inside, c.f.carry.nested, c.f.carry.left = element, name, depth, 60
}

// valueOf gives where the value="…" of a tag stands, zeros for none.
func valueOf(tag string) [2]int {
	k := strings.Index(tag, " value=")
	if k < 0 || k+8 >= len(tag) {
		return [2]int{}
	}
	from := k + 7
	if q := tag[from]; q == '"' || q == '\'' {
		from++
		return [2]int{from, from + byteOrEnd(tag[from:], q)}
	}
	return [2]int{from, from + anyOrEnd(tag[from:], " \t/>")}
}

// ofHTML are elements whose names say nothing of what is in them.
var ofHTML = wordSet("html head body title text address content summary caption label code key q cite time data form input option select th td tr p a b i u s span div string")

// attributes redacts value="…" beside name="phone", and tells what the
// attributes say of the element's content: class="msg-text".
func (c *scan) attributes(from, to int) class {
	s := c.s
	of := none
	valueFrom, valueTo, nameOf := 0, 0, none
	for at := from; at < to; {
		eq := at + byteOrEnd(s[at:to], '=')
		if eq+1 >= to {
			break
		}
		name := strings.ToLower(strings.TrimSpace(s[at:eq]))
		v, end := eq+1, 0
		if q := s[v]; q == '"' || q == '\'' {
			v++
			end = v + byteOrEnd(s[v:to], q)
			at = end + 1
		} else {
			end = v + anyOrEnd(s[v:to], " \t")
			at = end
		}
		switch name {
		case "name", "id", "key", "field", "data-field", "data-key", "itemprop", "placeholder":
			key := s[v:end]
			if name == "placeholder" {
				key = strings.TrimPrefix(strings.TrimPrefix(key, "请"), "输入")
			}
			if cl := c.f.classify(key); sensitive(cl) || cl == thing || cl == maybe {
				nameOf = cl
			}
		case "type", "doctype", "idtype", "certtype", "documenttype", "identitytype":
			if cl := documentKind(s[v:end]); nameOf == none && cl != none {
				nameOf = cl
			} else if cl := c.f.classify(s[v:end]); nameOf == none && (cl == idCard || cl == phone || cl == card || cl == plateNo || cl == wx || cl == qq || cl == deviceID) {
				nameOf = cl
			}
		case "aria-label", "title", "label", "data-label", "data-title":
			if cl := c.f.classify(s[v:end]); nameOf == none && of == none && sensitive(cl) && c.shownAs(cl, to+1) {
				of = cl
			}
		case "class":
			for _, w := range strings.Fields(s[v:end]) {
				switch squeeze(w) {
				case "msgtext", "messagetext", "msgcontent", "messagecontent", "msgbody", "messagebody", "chattext", "chatcontent", "bubble", "bubbletext", "bubblecontent", "message", "msg", "chatmessage", "chatbubble", "chatitem", "messagebubble", "textmessage", "msgbubble", "bubbleinner", "content":
					of = text
				case "nickname", "username", "realname", "visitorname", "customername", "agentname":
					of = c.f.classify("nickname")
				default:
					if cl := c.f.classify(w); of == none && sensitive(cl) && cl != cookie && cl != auth && c.shownAs(cl, to+1) {
						of = cl
					}
				}
			}
		case "value", "content", "data-value", "number", "no", "num", "val", "docid", "data":
			if valueTo > valueFrom && name != "value" {
				break
			}
			valueFrom, valueTo = v, end
		}
	}
	if nameOf == none {
		return of
	}
	if valueTo > valueFrom {
		c.judge(nameOf, valueFrom, valueTo, true, false, false)
		return of
	}
	return nameOf
}
