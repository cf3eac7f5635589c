package har

import "strings"

// Header is one header field, its name in lower case.
type Header struct{ Name, Value string }

// Headers are in the file's order, which exporters may have sorted. HTTP/2
// pseudo headers keep their colon: ":authority".
type Headers []Header

// Get gives the first value of a header, "" when there is none. The name is in
// lower case.
func (h Headers) Get(name string) string {
	for i := range h {
		if h[i].Name == name {
			return h[i].Value
		}
	}
	return ""
}

// Has reports whether there is such a header, even an empty one.
func (h Headers) Has(name string) bool {
	for i := range h {
		if h[i].Name == name {
			return true
		}
	}
	return false
}

// Values gives all values of a header, in order.
func (h Headers) Values(name string) (vs []string) {
	for i := range h {
		if h[i].Name == name {
			vs = append(vs, h[i].Value)
		}
	}
	return vs
}

// secretParts mark header names whose value may let somebody act as the user.
// Too many is better than too few: no diagnosis needs such a value.
var secretParts = []string{
	"cookie", "token", "secret", "password", "passwd", "credential", "jwt", "ticket",
	"api-key", "apikey", "api_key", "access-key", "accesskey", "access_key", "private-key",
	"session", "signature", "csrf", "xsrf", "authorization",
}

// secret reports whether values of this header (in lower case) are never kept.
func secret(name string) bool {
	switch name {
	case ":authority", "www-authenticate", "proxy-authenticate":
		return false // an address and challenges: they hold "auth" but no credential
	case "sec-websocket-protocol": // where scripts put a token, having no other header
		return true
	}
	for _, p := range secretParts {
		if strings.Contains(name, p) {
			return true
		}
	}
	// x-auth, x-auth-user, auth: but not "author…" of content services.
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		switch part {
		case "auth", "sid", "sig", "bearer", "pwd":
			return true
		}
	}
	return false
}

// Secret reports whether values of a header, its name in lower case, are never kept.
func Secret(name string) bool { return secret(name) }

// headers reads the list of name-value pairs; also an object, as some
// converters write.
func (p *parser) headers(b *building, side int) Headers {
	p.hs, p.side = p.hs[:0], side
	if p.peek() == '[' {
		p.enter()
		last := int64(-1) // where in the file the element before ended
		for p.elem() {
			p.shape.learnGap(p.scanner, last)
			p.elements(b)
			last = p.offset()
		}
	} else {
		p.each(func(key string) {
			name := p.in.name([]byte(key))
			value, _ := p.text()
			p.addHeader(b, name, value)
		})
	}
	n := len(p.hs)
	if n == 0 {
		return nil
	}
	if h := p.given[side].find(p.hs); h != nil {
		return h
	}
	if n > cap(p.slab)-len(p.slab) {
		p.slab = make(Headers, 0, max(n, 256))
	}
	p.slab = append(p.slab, p.hs...)
	h := p.slab[len(p.slab)-n : len(p.slab) : len(p.slab)]
	p.given[side].add(h)
	return h
}

// header reads one element of the list, whatever it looks like, and learns its
// shape.
func (p *parser) header(b *building) {
	base, start := p.base, p.i
	if !p.open('{') {
		return
	}
	var name *headerName
	var nameEnd, valueEnd, nameLen, valueLen, members int
	p.hold(str{})
	for key, ok := p.key(); ok; key, ok = p.key() {
		members++
		switch string(key) {
		case "name":
			if v, ok := p.text(); ok {
				text, _ := p.decode(v, longString)
				name = p.in.name(text)
				nameLen, nameEnd = len(v.raw), p.i-1
			}
		case "value":
			if isNumber(p.peek()) {
				p.hold(str{raw: p.scalar()}) // content-length, unquoted
			} else {
				v, _ := p.text()
				p.hold(v)
				valueLen, valueEnd = len(v.raw), p.i-1
			}
		default:
			p.skip()
		}
	}
	value := p.take()
	if name == nil || p.err != nil {
		return
	}
	p.addHeader(b, name, value)
	if base == p.base && members == 2 && name.plain && nameEnd > 0 && valueEnd > nameEnd && value.plain {
		p.shape.learn(p.buf[start:nameEnd-nameLen], p.buf[nameEnd:valueEnd-valueLen], p.buf[valueEnd:p.i])
	}
}

// addHeader is where secrets stop: their value is not looked at.
func (p *parser) addHeader(b *building, name *headerName, value str) {
	if len(p.hs) >= maxHeaders {
		b.FieldsCut = true
		return
	}
	p.sawLogin = p.sawLogin || name.login
	if name.dropped {
		return
	}
	h := Header{Name: name.lower, Value: Present}
	if !name.secret {
		h.Value = p.string(b, value)
	}
	p.hs = append(p.hs, h)
}

// recent are some lists of headers that entries were given last: most entries
// have the same as one shortly before.
type recent struct {
	lists [4]Headers
	next  int
}

// find gives a list that is equal to h, nil for none.
func (r *recent) find(h Headers) Headers {
	for _, l := range r.lists {
		if len(l) == len(h) && sameHeaders(l, h) {
			return l
		}
	}
	return nil
}

// sameHeaders compares from the end: what stands first is mostly the same in all.
func sameHeaders(a, b Headers) bool {
	for i := len(a) - 1; i >= 0; i-- {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func (r *recent) add(h Headers) {
	r.lists[r.next%len(r.lists)] = h
	r.next++
}
