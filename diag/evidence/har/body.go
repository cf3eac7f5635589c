package har

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

func (p *parser) postData(b *building) {
	b.ReqBody = ""
	var form []byte
	p.each(func(key string) {
		switch key {
		case "text":
			if v, ok := p.meaning(p.opt.MaxBody); ok {
				b.ReqBody = p.body(b, v)
			}
		case "params":
			if !p.open('[') {
				return
			}
			for p.elem() {
				if len(form) > p.opt.MaxBody {
					b.BodiesCut = true
					p.skip()
					continue
				}
				var name, value string
				p.each(func(key string) {
					switch key {
					case "name":
						name = p.plain(b)
					case "value":
						value = p.plain(b)
					default:
						p.skip()
					}
				})
				if len(form) > 0 {
					form = append(form, '&')
				}
				form = append(form, url.QueryEscape(name)+"="+url.QueryEscape(value)...)
			}
		default:
			p.skip()
		}
	})
	if b.ReqBody == "" && len(form) > 0 {
		if len(form) > p.opt.MaxBody {
			form, b.BodiesCut = form[:p.opt.MaxBody], true
		}
		b.ReqBody = string(form)
	}
}

func (p *parser) content(b *building) {
	var base64d bool
	p.hold(str{})
	p.each(func(key string) {
		switch key {
		case "size":
			if v := p.size(); v >= 0 {
				b.RespBodySize = v
			}
		case "mimeType":
			b.common.RespMIME = p.plain(b)
		case "text":
			if unread(b.common.ResourceType) || p.opt.Body != nil && b.Method != "" && !p.opt.Body(b.Entry) {
				b.BodiesCut = true
				p.skip()
				return
			}
			limit := p.opt.MaxBody
			if b.RespBodySize > int64(limit) {
				limit = 0 // it will be cut: meaning would read its beginning twice
			}
			v, _ := p.meaning(limit)
			p.hold(v) // the members behind say what it is
		case "encoding":
			v, _ := p.text()
			base64d = strings.EqualFold(string(v.raw), "base64")
		default:
			p.skip()
		}
	})
	if v := p.take(); base64d {
		b.RespBody = p.base64Body(b, v)
	} else {
		b.RespBody = p.body(b, v)
	}
}

func (p *parser) body(b *building, v str) string {
	text, cut := p.decode(v, p.opt.MaxBody)
	b.BodiesCut = b.BodiesCut || cut
	return string(text)
}

// base64Body decodes content that is text in base64, as Chrome writes where it
// is unsure of the charset. A picture has no use here.
func (p *parser) base64Body(b *building, v str) string {
	if len(v.raw) == 0 {
		return ""
	}
	if !textual(b.common.RespMIME) || p.opt.MaxBody == 0 {
		b.BodiesCut = true
		return ""
	}
	coded, cut := v.raw, v.cut
	if most := base64.StdEncoding.EncodedLen(p.opt.MaxBody) + 4; len(coded) > most || bytes.IndexByte(coded, '\\') >= 0 {
		coded, cut = p.decode(v, most)
	}
	coded = bytes.TrimRight(coded, "=\r\n ")
	p.bytes = slices.Grow(p.bytes[:0], base64.RawStdEncoding.DecodedLen(len(coded)))
	n, err := base64.RawStdEncoding.Decode(p.bytes[:cap(p.bytes)], coded)
	text := p.bytes[:n]
	if cut = cut || err != nil || n > p.opt.MaxBody; cut {
		b.BodiesCut = true
		text = text[:min(n, p.opt.MaxBody)]
		for i := 0; i < utf8.UTFMax && len(text) > 0 && !utf8.Valid(text[max(0, len(text)-utf8.UTFMax):]); i++ {
			text = text[:len(text)-1]
		}
	}
	if !utf8.Valid(text) {
		text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
	}
	return string(text)
}

// unread reports whether content of this _resourceType tells nothing of what
// a page asked its service, and is not kept.
func unread(resourceType string) bool {
	switch resourceType {
	case "image", "font", "media", "stylesheet", "script":
		return true
	}
	return false
}

// textual reports whether content of this MIME type can be read by people.
func textual(mime string) bool {
	mime, _, _ = strings.Cut(strings.ToLower(mime), ";")
	if mime == "" || strings.HasPrefix(mime, "text/") {
		return true
	}
	for _, s := range []string{"json", "xml", "javascript", "ecmascript", "x-www-form-urlencoded", "x-unknown", "graphql"} {
		if strings.Contains(mime, s) {
			return true
		}
	}
	return false
}
