package redact

import (
	"strings"
)

func (f *File) page(n *node) {
	f.node(n, around{key: "page", depth: 2})
	if t := n.get("title"); t != nil && t.kind == '"' && !strings.Contains(t.text, "://") && t.text != "" {
		t.text = f.length(t.text) // titles name the person one is talking to
	}
}

// entry redacts one request and its answer.
func (f *File) entry(n *node) {
	if n.kind != '{' {
		f.node(n, around{depth: 2})
		return
	}
	status := ""
	if s := n.get("response").get("status"); s != nil {
		status = s.text
	}
	for i, name := range n.names {
		item := n.items[i]
		switch name {
		case "request", "response":
			f.side(item, status)
		case "_webSocketMessages", "_webSocketFrames":
			f.frames(item)
		default:
			f.node(item, around{key: name, depth: 2})
		}
	}
}

func (f *File) side(n *node, status string) {
	if n.kind != '{' {
		f.node(n, around{depth: 3})
		return
	}
	for i, name := range n.names {
		item := n.items[i]
		switch name {
		case "headers", "queryString", "params":
			f.pairs(item)
		case "cookies":
			f.cookieList(item)
		case "postData":
			f.post(item)
		case "content":
			f.content(item, status)
		default:
			f.node(item, around{key: name, depth: 3})
		}
	}
}

// pairs redacts a list of {"name": …, "value": …}.
func (f *File) pairs(n *node) {
	for _, p := range n.items {
		value := p.get("value")
		if value == nil || value.kind != '"' {
			f.node(p, around{depth: 4})
			continue
		}
		key := p.str("name")
		if plain := strings.TrimPrefix(key, ":"); plain == "name" {
			key = "username" // a parameter of that name names a person
		}
		f.node(value, around{key: key, depth: 4, report: true})
		for i, name := range p.names {
			if name != "value" && name != "name" {
				f.node(p.items[i], around{key: name, depth: 4})
			}
		}
		if nm := p.get("name"); nm != nil && nm.kind == '"' {
			nm.text = f.member(nm.text)
		}
	}
}

func (f *File) cookieList(n *node) {
	for _, p := range n.items {
		if v := p.get("value"); v != nil && v.kind == '"' && v.text != "" {
			c := &scan{f: f, s: v.text}
			c.cookie(0, len(v.text))
			v.text = c.replace()
		}
		if nm := p.get("name"); nm != nil && nm.kind == '"' {
			nm.text = f.member(nm.text)
		}
	}
}

// post redacts what a request sent.
func (f *File) post(n *node) {
	mime := strings.ToLower(n.str("mimeType"))
	for i, name := range n.names {
		item := n.items[i]
		switch {
		case name == "params":
			f.pairs(item)
		case name == "text" && item.kind == '"':
			f.payload(item, mime, "")
		default:
			f.node(item, around{key: name, depth: 4})
		}
	}
}

// content redacts what an answer held.
func (f *File) content(n *node, status string) {
	mime := strings.ToLower(n.str("mimeType"))
	based := n.str("encoding") == "base64"
	for i, name := range n.names {
		item := n.items[i]
		switch {
		case name == "text" && item.kind == '"' && based && item.text != "":
			item.text = f.lengthAs("body", item.text)
		case name == "text" && item.kind == '"':
			f.payload(item, mime, status)
		case name == "encoding" && item.kind == '"':
		default:
			f.node(item, around{key: name, depth: 4})
		}
	}
}

// payload redacts a body: JSON and forms by their structure; a short error
// stays; anything else becomes its length.
func (f *File) payload(n *node, mime, status string) {
	v := n.text
	if v == "" {
		return
	}
	t := strings.TrimSpace(v)
	p, tree, ok := f.r.readAll(t)
	defer f.r.done(p)
	if ok && (tree.kind == '{' || tree.kind == '[') {
		f.node(tree, around{depth: 4})
		n.text = tree.within(t)
		return
	}
	switch {
	case strings.Contains(mime, "x-www-form-urlencoded"):
		n.text = f.flat("?"+v, 0)[1:]
	case (strings.HasPrefix(status, "4") || strings.HasPrefix(status, "5")) && len(v) <= 600 && !strings.Contains(mime, "javascript"):
		n.text = f.textIn(v, 1)
	case f.plainBody(mime, v):
		n.text = f.textIn(v, 1)
	case strings.Contains(mime, "event-stream"):
		n.text = f.events(v)
	case strings.Contains(v, "\x1e"): // packets of engine.io in one answer
		var parts []string
		for part := range strings.SplitSeq(v, "\x1e") {
			out, ok := f.nested(part, none, around{key: "frame", depth: 4})
			if !ok && len(part) > 2 {
				out = f.length(part)
			} else if !ok {
				out = part
			}
			parts = append(parts, out)
		}
		n.text = strings.Join(parts, "\x1e")
	default:
		n.text = f.lengthAs("body", v)
	}
}

// plainBody tells of a body in which nobody's words stand: a short script or
// style without Chinese, or settings, one key=value a line.
func (f *File) plainBody(mime, v string) bool {
	if len(v) > 4096 || hasHan(v) {
		return false
	}
	if strings.Contains(mime, "javascript") || strings.Contains(mime, "css") {
		return !strings.ContainsAny(v, "{[") && len(v) <= 512
	}
	if !strings.Contains(mime, "text/plain") {
		return false
	}
	for line := range strings.Lines(v) {
		line = strings.TrimRight(line, "\r\n")
		if k := strings.IndexByte(line, '='); line != "" && (k < 1 || runEnd(line, 0, "_-.") != k || strings.Contains(line, " ")) {
			return false
		}
	}
	return true
}

// events redacts a stream of events (text/event-stream): their data by its
// structure, or as what somebody said.
func (f *File) events(v string) string {
	var b strings.Builder
	for line := range strings.Lines(v) {
		body := strings.TrimRight(line, "\r\n")
		key, data, ok := strings.Cut(body, ":")
		data = strings.TrimPrefix(data, " ")
		switch {
		case !ok || key != "data" || data == "":
			b.WriteString(f.textIn(line, 1))
			continue
		case data[0] == '{' || data[0] == '[':
			if out, ok := f.nested(data, none, around{key: "frame", depth: 4}); ok {
				b.WriteString(body[:len(body)-len(data)] + out + line[len(body):])
				continue
			}
			fallthrough
		default:
			b.WriteString(body[:len(body)-len(data)] + f.length(data) + line[len(body):])
		}
	}
	return b.String()
}

// frames redacts the messages of a WebSocket.
func (f *File) frames(n *node) {
	for _, fr := range n.items {
		data := fr.get("data")
		if f.Keep != nil && data != nil {
			if at, ok := frameTime(fr); ok && !f.Keep(at) {
				data.set("<text#0>")
			}
		}
		f.frame(fr)
		for i, name := range fr.names {
			if name != "data" {
				f.node(fr.items[i], around{key: name, depth: 4})
			}
		}
	}
}

// frame redacts what one message of a WebSocket held.
func (f *File) frame(fr *node) {
	data := fr.get("data")
	if data == nil || data.kind != '"' || data.text == "" {
		return
	}
	if end, ok := pseudonymAt(data.text, 0); ok && end == len(data.text) {
		return
	}
	if nested, ok := f.nested(data.text, none, around{key: "frame", depth: 4}); ok {
		data.text = nested
		return
	}
	op, word := fr.get("opcode"), strings.ToLower(data.text)
	if (op == nil || op.text != "2") && len(word) <= 8 && plainWord(word) || digitsIn(word) == len(word) && len(word) <= 4 {
		return // ping, pong, 2, 3probe
	}
	data.text = f.length(data.text)
}
