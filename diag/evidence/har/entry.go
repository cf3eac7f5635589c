package har

import (
	"strconv"
	"strings"
)

// parser makes entries of JSON values that the decoder has found valid.
type parser struct {
	opt      Options
	in       *interner
	scratch  []byte  // of decode
	hs       Headers // of headers
	shape    shape   // of headers
	sawLogin bool    // a cookie or authorization header
	deepAt   int64   // file offset of the first entry that nests too deep, -1 for none
}

func newParser(opt Options) *parser {
	return &parser{opt: opt, in: newInterner(opt.Header), deepAt: -1}
}

// entry reads the entry that c stands at.
func (p *parser) entry(c *cursor, index int, offset int64) *Entry {
	b := building{Entry: newEntry()}
	b.Index, b.Offset = index, offset
	c.each(func(key []byte, c *cursor) { p.entryMember(&b, key, c) })
	if c.deep > p.opt.MaxDepth {
		p.tooDeep(offset)
	}
	b.finish()
	return b.Entry
}

func (p *parser) tooDeep(offset int64) {
	if p.deepAt < 0 {
		p.deepAt = offset
	}
}

func newEntry() *Entry {
	return &Entry{
		Time: -1, Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Wait: -1, Receive: -1,
		ReqBodySize: -1, RespBodySize: -1,
	}
}

// building is an entry while it is read, with what does not outlive that.
type building struct {
	*Entry
	errorNull bool // `_error` is null
	talk      int  // bytes of message data kept
}

// finish derives what depends on more than one field.
func (b *building) finish() {
	b.Pending = b.Status == 0 && b.errorNull && b.Time == 0 && b.Method != "" && !b.Started.IsZero()
}

// each calls fn for each member of the object that stands next.
func (c *cursor) each(fn func(key []byte, c *cursor)) {
	if !c.open('{') {
		return
	}
	for key, ok := c.key(); ok; key, ok = c.key() {
		fn(key, c)
	}
}

func (p *parser) entryMember(b *building, key []byte, c *cursor) {
	switch string(key) {
	case "startedDateTime":
		if ch := c.next(); ch == '-' || '0' <= ch && ch <= '9' {
			if v, ok := c.number(); ok {
				b.Started = fromUnix(v)
			}
			return
		}
		s, _ := c.text()
		b.Started, b.ZoneAssumed = parseDate(s.raw)
	case "time":
		b.Time = c.ms()
	case "request":
		c.each(func(key []byte, c *cursor) { p.requestMember(b, key, c) })
	case "response":
		c.each(func(key []byte, c *cursor) { p.responseMember(b, key, c) })
	case "timings":
		p.timings(b, c)
	case "serverIPAddress":
		b.ServerIP = p.plain(b, c)
	case "connection":
		b.Connection = p.plain(b, c)
	case "pageref":
		b.PageRef = p.plain(b, c)
	case "_resourceType":
		b.ResourceType = p.plain(b, c)
	case "_initiator":
		p.initiator(b, c)
	case "_webSocketMessages":
		b.Messages, b.MessagesCut, b.talk = nil, false, 0
		if c.open('[') {
			for c.elem() {
				p.message(b, c)
			}
		}
	case "_fromCache", "_fetchType":
		p.fromCache(b, c)
	default:
		p.extra(b, key, c)
	}
}

// extra reads what exporters write now into the entry, now into its response.
func (p *parser) extra(b *building, key []byte, c *cursor) {
	switch string(key) {
	case "_error":
		switch c.next() {
		case '"':
			b.Error, b.ErrorSeen = p.plain(b, c), true
		case 'n':
			b.errorNull = true
			c.skip()
		default:
			c.skip()
		}
	case "_fetchedViaServiceWorker":
		b.ViaSW = c.isTrue()
	case "_serviceWorkerResponseSource":
		b.SWSource = p.plain(b, c)
	case "_responseCacheStorageCacheName":
		b.SWCache = p.plain(b, c)
	default:
		c.skip()
	}
}

func (p *parser) requestMember(b *building, key []byte, c *cursor) {
	switch string(key) {
	case "method":
		b.Method = p.plain(b, c)
	case "url":
		b.URL = p.plain(b, c)
	case "httpVersion":
		if v := p.plain(b, c); v != "" {
			b.HTTPVersion = v
		}
	case "headers":
		b.ReqHeaders = p.headers(b, c)
	case "bodySize":
		b.ReqBodySize = c.size()
	case "postData":
		p.postData(b, c)
	default:
		p.extra(b, key, c)
	}
}

func (p *parser) responseMember(b *building, key []byte, c *cursor) {
	switch string(key) {
	case "status":
		if v, ok := c.number(); ok && v >= 0 && v <= 999 {
			b.Status = int(v)
		}
	case "statusText":
		b.StatusText = p.plain(b, c)
	case "httpVersion":
		// Chrome knows the version only from the answer; where both are
		// written they agree, and the request's stays.
		if v := p.plain(b, c); b.HTTPVersion == "" {
			b.HTTPVersion = v
		}
	case "headers":
		b.RespHeaders = p.headers(b, c)
	case "redirectURL":
		b.RedirectURL = p.plain(b, c)
	case "bodySize":
		if v := c.size(); b.RespBodySize < 0 {
			b.RespBodySize = v
		}
	case "content":
		p.content(b, c)
	default:
		p.extra(b, key, c)
	}
}

func (p *parser) timings(b *building, c *cursor) {
	c.each(func(key []byte, c *cursor) {
		v := c.ms()
		switch string(key) {
		case "blocked":
			b.Blocked = v
		case "dns":
			b.DNS = v
		case "connect":
			b.Connect = v
		case "ssl":
			b.SSL = v
		case "send":
			b.Send = v
		case "wait":
			b.Wait = v
		case "receive":
			b.Receive = v
		}
	})
}

// initiator reads Chrome's object or the string of WebPagetest and chrome-har,
// which is the script's URL.
func (p *parser) initiator(b *building, c *cursor) {
	if c.next() == '"' {
		b.Initiator = p.plain(b, c)
		if strings.Contains(b.Initiator, "://") {
			b.InitiatorURL = b.Initiator
		}
		return
	}
	c.each(func(key []byte, c *cursor) {
		switch string(key) {
		case "type":
			b.Initiator = p.plain(b, c)
		case "url": // a parser's initiator has no stack
			if u := p.plain(b, c); b.InitiatorURL == "" {
				b.InitiatorURL = u
			}
		case "stack":
			p.stack(b, c)
		default:
			c.skip()
		}
	})
}

func (p *parser) stack(b *building, c *cursor) {
	c.each(func(key []byte, c *cursor) {
		switch string(key) {
		case "callFrames":
			if !c.open('[') {
				return
			}
			for c.elem() {
				p.frame(b, c)
			}
		case "parent": // the stack that led to an asynchronous call
			if b.InitiatorURL == "" && c.depth < p.opt.MaxDepth {
				p.stack(b, c)
			} else {
				c.skip()
			}
		default:
			c.skip()
		}
	})
}

func (p *parser) frame(b *building, c *cursor) {
	if b.InitiatorURL != "" {
		c.skip()
		return
	}
	c.each(func(key []byte, c *cursor) {
		if string(key) != "url" {
			c.skip()
			return
		}
		b.InitiatorURL = p.plain(b, c)
	})
}

// fromCache reads Chrome's _fromCache ("disk", "memory"), a bool of others, and
// Safari's _fetchType ("Disk Cache", "Network Load").
func (p *parser) fromCache(b *building, c *cursor) {
	if c.next() != '"' {
		if c.isTrue() {
			b.FromCache = "true"
		}
		return
	}
	switch s := p.plain(b, c); strings.ToLower(s) {
	case "disk cache":
		b.FromCache = "disk"
	case "memory cache":
		b.FromCache = "memory"
	case "service worker":
		b.ViaSW = true
	case "network load", "network", "false", "":
	default:
		if !strings.Contains(s, " ") { // not another phrase of Safari's
			b.FromCache = p.in.text([]byte(s))
		}
	}
}

func (p *parser) message(b *building, c *cursor) {
	if len(b.Messages) >= maxMessages {
		b.MessagesCut = true
		c.skip()
		return
	}
	if c.next() != '{' {
		c.skip()
		return
	}
	m := Message{Opcode: -1}
	c.each(func(key []byte, c *cursor) {
		switch string(key) {
		case "type":
			s, _ := c.text()
			m.Sent = string(s.raw) == "send"
		case "time":
			if v, ok := c.number(); ok {
				m.Time = fromUnix(v)
			}
		case "opcode":
			if v, ok := c.number(); ok && v >= -1 && v <= 15 {
				m.Opcode = int(v)
			}
		case "data":
			s, _ := c.text()
			text, cut := p.decode(s, min(p.opt.MaxMessage, maxTalk-b.talk))
			m.Data = p.in.text(text)
			b.MessagesCut = b.MessagesCut || cut
		default:
			c.skip()
		}
	})
	b.talk += len(m.Data)
	b.Messages = append(b.Messages, m)
}

// plain reads a string field, or a number as text: "connection" is either.
func (p *parser) plain(b *building, c *cursor) string {
	if ch := c.next(); ch == '-' || '0' <= ch && ch <= '9' {
		if v, ok := c.number(); ok {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return ""
	}
	s, _ := c.text()
	return p.string(b, s)
}

func (p *parser) string(b *building, s str) string {
	text, cut := p.decode(s, maxField)
	b.FieldsCut = b.FieldsCut || cut
	return p.in.text(text)
}

// decode gives a string's meaning, at most limit bytes. The result is valid
// until the next call or prune.
func (p *parser) decode(s str, limit int) (text []byte, cut bool) {
	if s.plain && len(s.raw) <= limit {
		return s.raw, false
	}
	p.scratch, cut = unquote(p.scratch[:0], s.raw, limit, s.cut)
	return p.scratch, cut
}
