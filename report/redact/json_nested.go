package redact

import "strings"

// nested redacts JSON that stands in a string, as it was.
func (f *File) nested(v string, cl class, at around) (string, bool) {
	t := strings.TrimLeft(v, " \t\r\n")
	head := ""
	k := 0
	for k < len(t) && k < 7 && strings.IndexByte("0123456789-/,a", t[k]) >= 0 {
		k++
	}
	if k > 0 && k <= 6 && k < len(t) && (t[k] == '[' || t[k] == '{') { // socket.io: 42["event",…]
		head, t = t[:k], t[k:]
	}
	if len(t) < 2 || t[0] != '{' && t[0] != '[' || at.depth > 16 {
		return "", false
	}
	p, n, ok := f.r.readAll(t)
	defer f.r.done(p)
	if !ok {
		return "", false
	}
	inner := around{key: at.key, depth: at.depth + 1, layers: at.layers + 1, body: at.body || cl == text && bodyKey(at.key)}
	switch cl {
	case text, logText, none, errText, maybe, version:
		if n.kind == '[' && cl == text {
			inner.body = true
		}
	default:
		return "", false // a secret that happens to be JSON is a secret
	}
	f.node(n, inner)
	return head + n.within(t), true
}

// bodyKey tells of keys under which a message's content stands, and not a whole request's.
func bodyKey(key string) bool {
	switch squeeze(key) {
	case "body", "text", "bizcontent", "requestcontent", "responsecontent":
		return false
	}
	return true
}

func (f *File) number(n *node, at around) {
	v := n.text
	switch cl := f.classify(at.key); cl {
	case phone, idCard, card, qq:
		if len(v) >= 5 {
			f.replaceNumber(n, kindOf(cl), normalNumber(cl, v))
		}
		return
	case pass, secret:
		if len(v) >= 4 && v[0] != '-' && !strings.Contains(v, ".") { // codes of errors about passwords are below zero
			f.replaceNumber(n, "secret", v)
		}
		return
	case ipNo:
		if kind, ok := shaped(cl, v); ok && !f.r.KeepIPs {
			f.replaceNumber(n, kind, v)
		}
		return
	case geo, birth, deviceID:
		if kind, ok := shaped(cl, v); ok {
			f.replaceNumber(n, kind, v)
		}
		return
	}
	if f.r.about(at.key).counts {
		return
	}
	// The whole part alone can be a phone or a card; a fraction is none.
	whole := strings.TrimPrefix(v, "-")
	if k := strings.IndexByte(whole, '.'); k >= 0 && !strings.ContainsAny(whole, "eE") {
		whole = whole[:k]
	}
	if len(whole) < 11 {
		return
	}
	if clean := f.flat(whole, maxDepth); clean != whole {
		n.set(clean)
	}
}

func (f *File) replaceNumber(n *node, kind, value string) {
	p := f.r.pseudonym(kind, value)
	f.hit(kind, p)
	n.set(p)
}
