package redact

import "strings"

// named redacts the value of {"name": "phone", "value": …} and its kin by what the name says.
func (f *File) named(n *node, at around) {
	for _, name := range []string{"name", "key", "type", "kind", "field", "label", "title", "header", "n", "k", "path", "Name", "Key"} {
		key := n.get(name)
		if key != nil && key.kind == '"' && name == "path" { // a patch (RFC 6902)
			if key.text == "" || key.text[0] != '/' || n.get("op") == nil || n.get("value") == nil {
				continue
			}
			key = &node{kind: '"', text: key.text[strings.LastIndexByte(key.text, '/')+1:]}
		}
		if key == nil || key.kind != '"' || !sensitive(f.classify(key.text)) || (name == "type" || name == "kind") && isText(f.classify(key.text)) {
			continue
		}
		for i, other := range n.names {
			if v := n.items[i]; v != key && v.kind == '"' && valueLike(other) {
				f.str(v, around{key: key.text, depth: at.depth + 1, layers: at.layers})
			}
		}
		for _, value := range append([]string{"Value", "Values", "values"}, valueWords...) {
			if v := n.get(value); v != nil && v.kind == '"' && v != key {
				f.str(v, around{key: key.text, depth: at.depth + 1, layers: at.layers})
			} else if v != nil && v.kind == '0' {
				f.number(v, around{key: key.text, depth: at.depth + 1, layers: at.layers})
			} else if v != nil && (v.kind == '[' || v.kind == '{') {
				f.node(v, around{key: key.text, depth: at.depth + 1, layers: at.layers})
			}
		}
	}
}

// valueLike tells of names such as displayValue and fieldText.
func valueLike(name string) bool {
	j := squeeze(name)
	return len(j) > 5 && (strings.HasSuffix(j, "value") || strings.HasSuffix(j, "val") || strings.HasSuffix(j, "text") || strings.HasSuffix(j, "content")) && !strings.HasPrefix(j, "alt") && !strings.HasPrefix(j, "default")
}

// counts tells of keys of sizes, times and ids of messages, whose numbers have
// the shape of a phone only by chance.
func counts(key string) bool {
	words := wordsOf(key)
	if len(words) == 0 {
		return false
	}
	switch last := words[len(words)-1]; last {
	case "bytes", "total", "size", "offset", "length", "len", "count", "seq", "sequence", "ts", "time", "timestamp", "duration", "elapsed", "ns", "us", "ms", "pos", "position", "rss", "heap", "alloc", "allocated", "inode", "xid", "uptime", "block", "port", "pid", "line", "version", "build":
		return true
	case "id":
		if len(words) > 1 {
			switch words[len(words)-2] {
			case "msg", "message", "conv", "conversation", "request", "req", "trace", "track", "span", "log", "event", "page", "browser", "ent", "enterprise", "job", "task", "process", "thread", "build", "block":
				return true
			}
		}
	}
	return false
}
