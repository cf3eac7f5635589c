package har

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"
)

func (p *parser) postData(b *building, c *cursor) {
	b.ReqBody = ""
	var form []byte
	c.each(func(key []byte, c *cursor) {
		switch string(key) {
		case "text":
			if s, ok := c.text(); ok {
				b.ReqBody = p.body(b, s)
			}
		case "params":
			if !c.open('[') {
				return
			}
			for c.elem() {
				var name, value string
				c.each(func(key []byte, c *cursor) {
					switch string(key) {
					case "name":
						name = p.plain(b, c)
					case "value":
						value = p.plain(b, c)
					default:
						c.skip()
					}
				})
				if len(form) > p.opt.MaxBody {
					b.BodiesCut = true
					continue
				}
				if len(form) > 0 {
					form = append(form, '&')
				}
				form = append(form, url.QueryEscape(name)+"="+url.QueryEscape(value)...)
			}
		default:
			c.skip()
		}
	})
	if b.ReqBody == "" && len(form) > 0 {
		if len(form) > p.opt.MaxBody {
			form, b.BodiesCut = form[:p.opt.MaxBody], true
		}
		b.ReqBody = string(form)
	}
}

func (p *parser) content(b *building, c *cursor) {
	var text str
	var base64d bool
	c.each(func(key []byte, c *cursor) {
		switch string(key) {
		case "size":
			if v := c.size(); v >= 0 {
				b.RespBodySize = v
			}
		case "mimeType":
			b.RespMIME = p.plain(b, c)
		case "text":
			text, _ = c.text()
		case "encoding":
			s, _ := c.text()
			base64d = strings.EqualFold(string(s.raw), "base64")
		default:
			c.skip()
		}
	})
	if base64d {
		b.RespBody = p.base64Body(b, text)
		return
	}
	b.RespBody = p.body(b, text)
}

func (p *parser) body(b *building, s str) string {
	text, cut := p.decode(s, p.opt.MaxBody)
	b.BodiesCut = b.BodiesCut || cut
	return string(text)
}

// base64Body decodes content that is text in base64, as Chrome writes where it
// is unsure of the charset. A picture has no use here.
func (p *parser) base64Body(b *building, s str) string {
	if len(s.raw) == 0 {
		return ""
	}
	if !textual(b.RespMIME) || p.opt.MaxBody == 0 {
		b.BodiesCut = true
		return ""
	}
	coded, cut := p.decode(s, base64.StdEncoding.EncodedLen(p.opt.MaxBody)+4)
	coded = bytes.TrimRight(coded, "=\r\n ")
	text := make([]byte, base64.RawStdEncoding.DecodedLen(len(coded)))
	n, err := base64.RawStdEncoding.Decode(text, coded)
	text = text[:n]
	if cut = cut || err != nil || n > p.opt.MaxBody; cut {
		b.BodiesCut = true
		text = text[:min(n, p.opt.MaxBody)]
		for i := 0; i < utf8.UTFMax && len(text) > 0 && !utf8.Valid(text[max(0, len(text)-utf8.UTFMax):]); i++ {
			text = text[:len(text)-1]
		}
	}
	return string(bytes.ToValidUTF8(text, []byte("\uFFFD")))
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
