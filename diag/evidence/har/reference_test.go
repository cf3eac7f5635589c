package har

import (
	"encoding/base64"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"
)

// reference reads a HAR of few bytes, so that no limit matters, in the plainest
// way: as a tree, with every byte looked at.
func reference(data []byte) (Meta, []*Entry, error) {
	var m Meta
	var es []*Entry
	top, err := parseTree(data)
	if err != nil {
		return m, nil, err
	}
	sawLog, login, index := false, false, 0
	top.each(func(key string, log *node) {
		if key != "log" || log.kind != '{' {
			return
		}
		sawLog = true
		log.each(func(key string, v *node) {
			switch key {
			case "version":
				m.Version = v.plain()
			case "creator":
				m.Creator, m.CreatorVersion = v.software()
			case "browser":
				m.Browser, m.BrowserVersion = v.software()
			case "pages":
				for _, p := range v.list() {
					if p.kind == '{' {
						m.Pages = append(m.Pages, p.page())
					}
				}
			case "entries":
				for _, x := range v.list() {
					if x.kind == '{' {
						es = append(es, x.entry(index, &login))
					}
					index++
				}
			}
		})
	})
	if !sawLog {
		return m, nil, io.EOF
	}
	m.Entries, m.Manner = len(es), manner(&m)
	m.Sanitised = m.Manner == Chrome && len(es) > 0 && !login
	return m, es, nil
}

func (n *node) software() (name, version string) {
	n.each(func(key string, v *node) {
		switch key {
		case "name":
			name = v.plain()
		case "version":
			version = v.plain()
		}
	})
	return name, version
}

func (n *node) page() (p Page) {
	n.each(func(key string, v *node) {
		switch key {
		case "id":
			p.ID = v.plain()
		case "title":
			p.Title = v.plain()
		case "startedDateTime":
			p.Started, _ = parseDate([]byte(v.stringRaw()))
		}
	})
	return p
}

func (n *node) stringRaw() string {
	if n.kind == '"' {
		return n.raw
	}
	return ""
}

func (n *node) entry(index int, login *bool) *Entry {
	e := new(Entry)
	*e, e.common = unknown, &Common{}
	e.Index = index
	errorNull := false
	extra := func(key string, v *node) {
		switch key {
		case "_error":
			switch v.kind {
			case '"':
				e.common.Error, e.ErrorSeen = v.text, true
			case 'n':
				errorNull = true
			}
		case "_fetchedViaServiceWorker":
			e.ViaSW = v.isTrue()
		case "_serviceWorkerResponseSource":
			e.common.SWSource = v.plain()
		case "_responseCacheStorageCacheName":
			e.common.SWCache = v.plain()
		}
	}
	n.each(func(key string, v *node) {
		switch key {
		case "startedDateTime":
			if t, ok := v.number(); v.kind != '0' {
				e.Started, e.ZoneAssumed = parseDate([]byte(v.stringRaw()))
			} else if ok {
				e.Started = fromUnix(t)
			}
		case "time":
			e.Time = v.ms()
		case "request":
			v.each(func(key string, v *node) {
				switch key {
				case "method":
					e.Method = v.plain()
				case "url":
					e.URL = v.plain()
				case "headers":
					e.ReqHeaders = v.headers(login)
				case "postData":
					v.postData(e)
				default:
					extra(key, v)
				}
			})
		case "response":
			v.each(func(key string, v *node) {
				switch key {
				case "status":
					if s, ok := v.number(); ok && s >= 0 && s <= 999 {
						e.Status = int(s)
					}
				case "statusText":
					e.common.StatusText = v.plain()
				case "headers":
					e.RespHeaders = v.headers(login)
				case "redirectURL":
					e.common.RedirectURL = v.plain()
				case "bodySize":
					if s := v.size(); e.RespBodySize < 0 {
						e.RespBodySize = s
					}
				case "content":
					v.content(e)
				default:
					extra(key, v)
				}
			})
		case "timings":
			v.each(func(key string, v *node) {
				if to := map[string]*float64{"blocked": &e.Blocked, "dns": &e.DNS, "connect": &e.Connect, "ssl": &e.SSL, "send": &e.Send, "wait": &e.Wait, "receive": &e.Receive}[key]; to != nil {
					*to = v.ms()
				}
			})
		case "serverIPAddress":
			e.common.ServerIP = v.plain()
		case "_resourceType":
			e.common.ResourceType = v.plain()
		case "_webSocketMessages":
			e.Messages = nil
			for _, x := range v.list() {
				if x.kind == '{' {
					e.Messages = append(e.Messages, x.message())
				}
			}
		case "_fromCache", "_fetchType":
			v.fromCache(e)
		default:
			extra(key, v)
		}
	})
	if e.RespBody != "" && unread(e.common.ResourceType) {
		e.RespBody, e.BodiesCut = "", true
	}
	e.Pending = e.Status == 0 && errorNull && e.Time == 0 && e.Method != "" && !e.Started.IsZero()
	return e
}

func (n *node) headers(login *bool) (hs Headers) {
	add := func(name, value string) {
		name = strings.ToLower(strings.TrimSpace(clip(name, longString)))
		*login = *login || name == "cookie" || name == "authorization"
		if secret(name) {
			value = Present
		}
		hs = append(hs, Header{name, value})
	}
	n.each(func(key string, v *node) { add(key, v.text) })
	for _, x := range n.list() {
		name, value := (*node)(nil), ""
		x.each(func(key string, v *node) {
			switch {
			case key == "name" && v.kind == '"':
				name = v
			case key == "value":
				if value = v.text; v.kind == '0' {
					value = v.raw
				}
			}
		})
		if name != nil {
			add(name.text, value)
		}
	}
	return hs
}

func (n *node) postData(e *Entry) {
	e.ReqBody = ""
	var form []string
	n.each(func(key string, v *node) {
		switch key {
		case "text":
			if v.kind == '"' {
				e.ReqBody = v.text
			}
		case "params":
			for _, x := range v.list() {
				name, value := "", ""
				x.each(func(key string, v *node) {
					switch key {
					case "name":
						name = v.plain()
					case "value":
						value = v.plain()
					}
				})
				form = append(form, url.QueryEscape(name)+"="+url.QueryEscape(value))
			}
		}
	})
	if e.ReqBody == "" {
		e.ReqBody = strings.Join(form, "&")
	}
}

func (n *node) content(e *Entry) {
	text, coded := "", false
	e.RespBody = ""
	n.each(func(key string, v *node) {
		switch key {
		case "size":
			if s := v.size(); s >= 0 {
				e.RespBodySize = s
			}
		case "mimeType":
			e.common.RespMIME = v.plain()
		case "text":
			if text = v.text; unread(e.common.ResourceType) {
				text, e.BodiesCut = "", true
			}
		case "encoding":
			coded = strings.EqualFold(v.stringRaw(), "base64")
		}
	})
	switch {
	case !coded:
		e.RespBody = text
	case text == "":
	case !textual(e.common.RespMIME):
		e.BodiesCut = true
	default:
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "=\r\n "))
		if err != nil {
			e.BodiesCut = true
			for i := 0; i < utf8.UTFMax && len(b) > 0 && !utf8.Valid(b[max(0, len(b)-utf8.UTFMax):]); i++ {
				b = b[:len(b)-1]
			}
		}
		e.RespBody = strings.ToValidUTF8(string(b), "\uFFFD")
	}
}

func (n *node) message() Message {
	m := Message{Opcode: -1}
	n.each(func(key string, v *node) {
		switch key {
		case "type":
			m.Sent = v.stringRaw() == "send"
		case "time":
			if t, ok := v.number(); ok {
				m.Time = fromUnix(t)
			}
		case "opcode":
			if c, ok := v.number(); ok && c >= -1 && c <= 15 {
				m.Opcode = int(c)
			}
		case "data":
			m.Data = v.text
		}
	})
	return m
}

func (n *node) fromCache(e *Entry) {
	if n.kind != '"' {
		if n.isTrue() {
			e.common.FromCache = "true"
		}
		return
	}
	switch strings.ToLower(n.text) {
	case "disk cache":
		e.common.FromCache = "disk"
	case "memory cache":
		e.common.FromCache = "memory"
	case "service worker":
		e.ViaSW = true
	case "network load", "network", "false", "":
	default:
		if !strings.Contains(n.text, " ") {
			e.common.FromCache = n.text
		}
	}
}
