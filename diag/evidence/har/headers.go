package har

import (
	"bytes"
	"strings"
)

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

// headers reads the list of name-value pairs; also an object, as some
// converters write.
func (p *parser) headers(b *building, c *cursor) Headers {
	p.hs = p.hs[:0]
	if c.next() == '[' {
		c.open('[')
		for c.elem() {
			if !p.shaped(b, c) {
				p.header(b, c)
			}
		}
	} else {
		c.each(func(key []byte, c *cursor) {
			name := p.in.name(key)
			value, _ := c.text()
			p.addHeader(b, name, value)
		})
	}
	if len(p.hs) == 0 {
		return nil
	}
	return append(make(Headers, 0, len(p.hs)), p.hs...)
}

// shape is how one exporter writes an element of the list, but for name and
// value: with its spaces and line ends. It is the same all over a file.
type shape struct {
	pre  []byte // up to the quote before the name
	mid  []byte // from the quote behind the name to the one before the value
	post []byte // from the quote behind the value
}

// shaped reads one element of the list if it looks as the last one that header
// read: headers are half of a HAR, and this is several times as fast.
func (p *parser) shaped(b *building, c *cursor) bool {
	rest := c.b[c.i:]
	if len(p.shape.pre) == 0 || !bytes.HasPrefix(rest, p.shape.pre) || len(p.hs) >= maxHeaders {
		return false
	}
	rest = rest[len(p.shape.pre):]
	n := plainLen(rest)
	if n > longString || !bytes.HasPrefix(rest[n:], p.shape.mid) || string(rest[:n]) == placeholder[1:2] {
		return false
	}
	name := p.in.name(rest[:n])
	rest = rest[n+len(p.shape.mid):]
	if name.dropped {
		// The quote that ends a plain value is found at memory speed; one with an escape goes the long way.
		n = bytes.IndexByte(rest, '"')
		if n < 0 || bytes.IndexByte(rest[:n], '\\') >= 0 || !bytes.HasPrefix(rest[n:], p.shape.post) {
			return false
		}
		p.noteLogin(name)
		c.i = len(c.b) - len(rest) + n + len(p.shape.post)
		return true
	}
	if k := len(name.lastRaw); k > 0 && bytes.HasPrefix(rest, name.lastRaw) && bytes.HasPrefix(rest[k:], p.shape.post) {
		p.hs = append(p.hs, Header{Name: name.lower, Value: name.last})
		c.i = len(c.b) - len(rest) + k + len(p.shape.post)
		return true
	}
	n = plainLen(rest)
	if !bytes.HasPrefix(rest[n:], p.shape.post) || string(rest[:n]) == placeholder[1:2] {
		return false
	}
	p.addHeader(b, name, str{raw: rest[:n], plain: true})
	if !name.secret {
		name.lastRaw = append(name.lastRaw[:0], rest[:n]...)
		name.last = p.hs[len(p.hs)-1].Value
	}
	c.i = len(c.b) - len(rest) + n + len(p.shape.post)
	return true
}

// plainLen is the length of what b begins with and can stand in a string as is.
func plainLen(b []byte) int {
	n := 0
	for n < len(b) && !special[b[n]] {
		n++
	}
	return n
}

// header reads one element of the list, whatever it looks like, and learns its
// shape.
func (p *parser) header(b *building, c *cursor) {
	start := c.i
	if !c.open('{') {
		return
	}
	var name *headerName
	var value str
	var nameEnd, valueEnd, nameLen, members int
	for key, ok := c.key(); ok; key, ok = c.key() {
		members++
		switch string(key) {
		case "name":
			if s, ok := c.text(); ok {
				text, _ := p.decode(s, longString)
				name = p.in.name(text)
				if s.plain {
					nameLen, nameEnd = len(s.raw), c.i-1
				}
			}
		case "value":
			if ch := c.next(); ch == '-' || '0' <= ch && ch <= '9' {
				value = str{raw: c.scalar()} // content-length, unquoted
			} else {
				value, _ = c.text()
				valueEnd = c.i - 1
			}
		default:
			c.skip()
		}
	}
	if name == nil {
		return
	}
	p.addHeader(b, name, value)
	if members == 2 && nameEnd > 0 && valueEnd > nameEnd && value.plain {
		set := func(to *[]byte, from, end int) { *to = append((*to)[:0], c.b[from:end]...) }
		set(&p.shape.pre, start, nameEnd-nameLen)
		set(&p.shape.mid, nameEnd, valueEnd-len(value.raw))
		set(&p.shape.post, valueEnd, c.i)
	}
}

// addHeader is where secrets stop: their value is not looked at.
func (p *parser) addHeader(b *building, name *headerName, value str) {
	if len(p.hs) >= maxHeaders {
		b.FieldsCut = true
		return
	}
	p.noteLogin(name)
	if name.dropped {
		return
	}
	h := Header{Name: name.lower, Value: Present}
	if !name.secret {
		h.Value = p.string(b, value)
	}
	p.hs = append(p.hs, h)
}

func (p *parser) noteLogin(name *headerName) {
	if name.lower == "cookie" || name.lower == "authorization" {
		p.sawLogin = true
	}
}
