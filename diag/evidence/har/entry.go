package har

import (
	"strconv"
	"strings"
)

// entriesAtOnce is for how many entries room is made at a time.
const entriesAtOnce = 32

// parser makes entries of what the scanner reads.
type parser struct {
	*scanner
	opt      Options
	in       *interner
	scratch  []byte  // of decode
	bytes    []byte  // of base64Body
	hs       Headers // of headers
	slab     Headers // what headers gave, and room for more
	given    [2]recent
	room     []Entry // for the next entries
	shape    shape   // of headers
	side     int     // whose headers: 0 a request's, 1 a response's
	lastName *headerName
	sawLogin bool  // a cookie or authorization header
	deepAt   int64 // file offset of the first value that nests too deep, -1 for none
}

func newParser(s *scanner, opt Options) *parser {
	return &parser{scanner: s, opt: opt, in: newInterner(opt.Header), lastName: &headerName{}, deepAt: -1}
}

// entry reads the object that stands next; nil when it is not whole.
func (p *parser) entry(index int) *Entry {
	if len(p.room) == 0 {
		p.room = make([]Entry, entriesAtOnce)
	}
	b := &building{Entry: &p.room[0]}
	*b.Entry = unknown
	b.Index, b.Offset, b.Entry.common = index, p.offset(), &b.common
	p.nested(func() {
		p.each(func(key string) { p.entryMember(b, key) })
	})
	if p.err != nil {
		return nil
	}
	b.finish()
	b.Entry.common = p.in.shared(&b.common)
	p.room = p.room[1:]
	return b.Entry
}

// nested reads a value and notes it when it nests deeper than it may.
func (p *parser) nested(read func()) {
	p.peek()
	at, outside := p.offset(), p.depth
	p.depth, p.deep = 0, 0
	read()
	p.depth = outside
	if p.deep > p.opt.MaxDepth && p.deepAt < 0 {
		p.deepAt = at
	}
}

// unknown is an entry of which the file tells nothing.
var unknown = Entry{Time: -1, Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Wait: -1, Receive: -1, RespBodySize: -1}

// building is an entry while it is read, with what does not outlive that.
type building struct {
	*Entry
	common    Common
	errorNull bool // `_error` is null
	talk      int  // bytes of message data kept
	fields    int  // bytes of other strings kept, but for bodies
}

// finish derives what depends on more than one field.
func (b *building) finish() {
	if b.RespBody != "" && unread(b.common.ResourceType) { // which stood behind the body
		b.RespBody, b.BodiesCut = "", true
	}
	b.Pending = b.Status == 0 && b.errorNull && b.Time == 0 && b.Method != "" && !b.Started.IsZero()
}

func (p *parser) entryMember(b *building, key string) {
	switch key {
	case "startedDateTime":
		if isNumber(p.peek()) {
			if v, ok := p.number(); ok {
				b.Started = fromUnix(v)
			}
			return
		}
		s, _ := p.text()
		b.Started, b.ZoneAssumed = parseDate(s.raw)
	case "time":
		b.Time = p.ms()
	case "request":
		p.each(func(key string) { p.requestMember(b, key) })
	case "response":
		p.each(func(key string) { p.responseMember(b, key) })
	case "timings":
		p.timings(b)
	case "serverIPAddress":
		b.common.ServerIP = p.plain(b)
	case "_resourceType":
		b.common.ResourceType = p.plain(b)
	case "_webSocketMessages":
		b.Messages, b.MessagesCut, b.MessagesLost, b.talk = nil, false, false, 0
		if p.open('[') {
			for p.elem() {
				p.message(b)
			}
		}
	case "_fromCache", "_fetchType":
		p.fromCache(b)
	default:
		p.extra(b, key)
	}
}

// extra reads what exporters write now into the entry, now into its response.
func (p *parser) extra(b *building, key string) {
	switch key {
	case "_error":
		switch p.peek() {
		case '"':
			b.common.Error, b.ErrorSeen = p.plain(b), true
		case 'n':
			b.errorNull = true
			p.skip()
		default:
			p.skip()
		}
	case "_blockedReason":
		b.common.BlockedReason = p.plain(b)
	case "_fetchedViaServiceWorker":
		b.ViaSW = p.isTrue()
	case "_serviceWorkerResponseSource":
		b.common.SWSource = p.plain(b)
	case "_responseCacheStorageCacheName":
		b.common.SWCache = p.plain(b)
	default:
		p.skip()
	}
}

func (p *parser) requestMember(b *building, key string) {
	switch key {
	case "method":
		b.Method = p.plain(b)
	case "url":
		if p.peek() != '"' {
			b.URL = p.plain(b)
			return
		}
		v, _ := p.text() // hardly ever the same twice
		text, cut := p.decode(v, maxField)
		b.URL, b.FieldsCut = string(text), b.FieldsCut || cut
	case "headers":
		b.ReqHeaders = p.headers(b, 0)
	case "postData":
		p.postData(b)
	default:
		p.extra(b, key)
	}
}

func (p *parser) responseMember(b *building, key string) {
	switch key {
	case "status":
		if v, ok := p.number(); ok && v >= 0 && v <= 999 {
			b.Status = int(v)
		}
	case "statusText":
		b.common.StatusText = p.plain(b)
	case "headers":
		b.RespHeaders = p.headers(b, 1)
	case "redirectURL":
		b.common.RedirectURL = p.plain(b)
	case "bodySize":
		if v := p.size(); b.RespBodySize < 0 {
			b.RespBodySize = v
		}
	case "content":
		p.content(b)
	default:
		p.extra(b, key)
	}
}

func (p *parser) timings(b *building) {
	p.each(func(key string) {
		var phase *float64
		switch key {
		case "blocked":
			phase = &b.Blocked
		case "dns":
			phase = &b.DNS
		case "connect":
			phase = &b.Connect
		case "ssl":
			phase = &b.SSL
		case "send":
			phase = &b.Send
		case "wait":
			phase = &b.Wait
		case "receive":
			phase = &b.Receive
		default:
			p.skip()
			return
		}
		*phase = p.ms()
	})
}

// fromCache reads Chrome's _fromCache ("disk", "memory"), a bool of others, and
// Safari's _fetchType ("Disk Cache", "Network Load").
func (p *parser) fromCache(b *building) {
	if p.peek() != '"' {
		if p.isTrue() {
			b.common.FromCache = "true"
		}
		return
	}
	switch s := p.plain(b); strings.ToLower(s) {
	case "disk cache":
		b.common.FromCache = "disk"
	case "memory cache":
		b.common.FromCache = "memory"
	case "service worker":
		b.ViaSW = true
	case "network load", "network", "false", "":
	default:
		if !strings.Contains(s, " ") { // not another phrase of Safari's
			b.common.FromCache = p.in.text([]byte(s))
		}
	}
}

func (p *parser) message(b *building) {
	if len(b.Messages) >= maxMessages {
		b.MessagesCut, b.MessagesLost = true, true
		p.skip()
		return
	}
	if p.peek() != '{' {
		p.skip()
		return
	}
	m := Message{Opcode: -1}
	p.each(func(key string) {
		switch key {
		case "type":
			s, _ := p.text()
			m.Sent = string(s.raw) == "send"
		case "time":
			if v, ok := p.number(); ok {
				m.Time = fromUnix(v)
			}
		case "opcode":
			if v, ok := p.number(); ok && v >= -1 && v <= 15 {
				m.Opcode = int(v)
			}
		case "data":
			limit := min(p.opt.MaxMessage, maxTalk-b.talk)
			v, _ := p.meaning(limit)
			text, cut := p.decode(v, limit)
			m.Data = p.in.text(text)
			b.MessagesCut = b.MessagesCut || cut
			b.MessagesLost = b.MessagesLost || cut && limit < min(p.opt.MaxMessage, 1<<10)
		default:
			p.skip()
		}
	})
	b.talk += len(m.Data)
	b.Messages = append(b.Messages, m)
}

// plain reads a string field, or a number as text: "connection" is either.
func (p *parser) plain(b *building) string {
	ch := p.peek()
	if isNumber(ch) {
		if v, ok := p.number(); ok {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return ""
	}
	m := p.at
	if k := p.i + 1 + len(m.text); ch == '"' && k < p.end && p.buf[k] == '"' && string(p.buf[p.i+1:k]) == m.text {
		p.i = k + 1
		return m.text
	}
	v, _ := p.text()
	text := p.string(b, v)
	if v.plain && len(v.raw) <= longString && len(text) == len(v.raw) {
		m.text = text
	}
	return text
}

func (p *parser) string(b *building, v str) string {
	text, cut := p.decode(v, min(maxField, maxFields-b.fields))
	b.FieldsCut = b.FieldsCut || cut
	b.fields += len(text)
	return p.in.text(text)
}

// decode gives a string's meaning, at most limit bytes. The result is valid
// until the next call or read.
func (p *parser) decode(v str, limit int) (text []byte, cut bool) {
	if v.plain && len(v.raw) <= limit {
		return v.raw, false
	}
	p.scratch, cut = unquote(p.scratch[:0], v.raw, limit, v.cut)
	return p.scratch, cut
}
