package record

import (
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
)

// Bounds of what is kept of the network.
const (
	maxRequests = 20_000
	maxFrames   = 20_000
	maxKept     = 32 << 10 // bytes of one body or frame, before it is reduced
	maxBodies   = 48 << 20 // bytes of all of them
)

// request is one exchange while it is recorded. Its bodies are kept as they
// came, in memory only, until all that must be taken out of them is known.
type request struct {
	session  target.SessionID
	id       network.RequestID
	url      string
	method   string
	kind     string // DevTools' resource type, lower case
	start    float64
	wall     time.Time
	end      float64 // 0 while it runs
	req      network.Headers
	reqExtra network.Headers // what was really sent
	resp     *network.Response
	headers  network.Headers // what really came
	status   int64           // what really came, 0 when unknown
	post     string
	body     string
	size     float64
	err      *string
	blocked  string
	cors     string
	memory   bool
	starter  *network.Initiator
	socket   bool
	frames   []frame
	close    *harClose
	asked    bool // its body was asked for
}

type frame struct {
	sent   bool
	at     time.Time
	opcode int
	data   string
}

type requestKey struct {
	session target.SessionID
	id      network.RequestID
}

// traffic is the network as it is recorded. It is touched by one goroutine only.
type traffic struct {
	list   []*request
	open   map[requestKey]*request
	early  map[requestKey]*extra // what came before its request or response
	base   time.Time             // of the browser's monotonic clock; zero until a request told both
	kept   int
	frames int
	clock  func() time.Time
}

type extra struct {
	req, resp network.Headers
	status    int64
}

func newTraffic() *traffic {
	return &traffic{open: map[requestKey]*request{}, early: map[requestKey]*extra{}, clock: time.Now}
}

// wallOf turns the browser's monotonic seconds into a time of day. Until a
// request has told both, it is the moment at which the event came here.
func (t *traffic) wallOf(mono float64) time.Time {
	if t.base.IsZero() || mono <= 0 {
		return t.clock()
	}
	return t.base.Add(time.Duration(mono * float64(time.Second)))
}

func fromSeconds(s float64) time.Time { return time.UnixMicro(int64(s * 1e6)).UTC() }

func (t *traffic) learnClock(mono, wall float64) {
	if wall > 1e9 && mono > 0 {
		t.base = fromSeconds(wall).Add(-time.Duration(mono * float64(time.Second)))
	}
}

func (t *traffic) add(r *request) {
	if len(t.list) >= maxRequests {
		return
	}
	t.list = append(t.list, r)
	t.open[requestKey{r.session, r.id}] = r
}

func (t *traffic) find(s target.SessionID, id network.RequestID) *request {
	return t.open[requestKey{s, id}]
}

func (t *traffic) keep(s string) string {
	if len(s) > maxKept {
		s = strings.ToValidUTF8(s[:maxKept], "")
	}
	if t.kept+len(s) > maxBodies {
		return ""
	}
	t.kept += len(s)
	return s
}

// handle takes one event of the network.
func (t *traffic) handle(s target.SessionID, payload any) {
	switch e := payload.(type) {
	case *network.EventRequestWillBeSent:
		t.begin(s, e)
	case *network.EventRequestWillBeSentExtraInfo:
		if r := t.find(s, e.RequestID); r != nil && r.reqExtra == nil {
			r.reqExtra = e.Headers
		} else {
			t.earlyOf(s, e.RequestID).req = e.Headers
		}
	case *network.EventResponseReceivedExtraInfo:
		if r := t.find(s, e.RequestID); r != nil && r.headers == nil {
			r.headers, r.status = e.Headers, e.StatusCode
		} else {
			x := t.earlyOf(s, e.RequestID)
			x.resp, x.status = e.Headers, e.StatusCode
		}
	case *network.EventRequestServedFromCache:
		if r := t.find(s, e.RequestID); r != nil {
			r.memory = true
		}
	case *network.EventResponseReceived:
		if r := t.find(s, e.RequestID); r != nil {
			r.resp = e.Response
			if e.Type != "" {
				r.kind = strings.ToLower(string(e.Type))
			}
		}
	case *network.EventDataReceived:
		if r := t.find(s, e.RequestID); r != nil {
			r.size += float64(e.DataLength)
		}
	case *network.EventLoadingFinished:
		if r := t.find(s, e.RequestID); r != nil {
			r.end = float64(e.Timestamp)
		}
	case *network.EventLoadingFailed:
		t.fail(s, e)
	default:
		t.socket(s, payload)
	}
}

func (t *traffic) earlyOf(s target.SessionID, id network.RequestID) *extra {
	k := requestKey{s, id}
	if t.early[k] == nil {
		if len(t.early) > 1000 {
			clear(t.early) // of requests that never came
		}
		t.early[k] = &extra{}
	}
	return t.early[k]
}

func (t *traffic) begin(s target.SessionID, e *network.EventRequestWillBeSent) {
	t.learnClock(float64(e.Timestamp), float64(e.WallTime))
	if old := t.find(s, e.RequestID); old != nil && e.RedirectResponse != nil {
		old.resp, old.end = e.RedirectResponse, float64(e.Timestamp)
		old.asked = true // a redirect has no body to ask for
	}
	r := &request{session: s, id: e.RequestID, url: e.Request.URL, method: e.Request.Method, kind: strings.ToLower(string(e.Type)),
		start: float64(e.Timestamp), wall: fromSeconds(float64(e.WallTime)), req: e.Request.Headers, starter: e.Initiator}
	for _, p := range e.Request.PostDataEntries {
		if p != nil && len(r.post) < maxKept {
			r.post += string(p.Bytes)
		}
	}
	r.post = t.keep(r.post)
	k := requestKey{s, e.RequestID}
	if x := t.early[k]; x != nil {
		r.reqExtra = x.req
		r.headers, r.status = x.resp, x.status
		delete(t.early, k)
	}
	t.add(r)
}

func (t *traffic) fail(s target.SessionID, e *network.EventLoadingFailed) {
	r := t.find(s, e.RequestID)
	if r == nil {
		return
	}
	r.end = float64(e.Timestamp)
	text := e.ErrorText
	r.blocked = string(e.BlockedReason)
	switch {
	case e.CorsErrorStatus != nil:
		r.cors = string(e.CorsErrorStatus.CorsError)
		if strings.Contains(r.cors, "LocalNetwork") || strings.Contains(r.cors, "PrivateNetwork") || strings.Contains(r.cors, "InsecurePrivate") || strings.Contains(r.cors, "InsecureLocal") {
			// The protocol says ERR_FAILED of all of CORS. This one never left the browser.
			text, r.blocked = "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS", "local-network-access"
		}
	case r.blocked == "inspector":
		text = "net::ERR_BLOCKED_BY_INSPECTOR"
	case r.blocked == "csp":
		text = "net::ERR_BLOCKED_BY_CSP"
	}
	r.err = &text
}

// stopped adds a request that the browser's own rules stopped before the
// network saw it: of those the protocol has no event but an issue.
func (t *traffic) stopped(s target.SessionID, url, kind, code, reason string, at time.Time) *request {
	r := &request{session: s, url: url, kind: kind, wall: at, err: &code, blocked: reason, asked: true}
	if len(t.list) < maxRequests {
		t.list = append(t.list, r)
	}
	return r
}

func (t *traffic) socket(s target.SessionID, payload any) {
	switch e := payload.(type) {
	case *network.EventWebSocketCreated:
		t.add(&request{session: s, id: e.RequestID, url: e.URL, method: "GET", kind: "websocket", wall: t.clock(), starter: e.Initiator, socket: true, asked: true})
	case *network.EventWebSocketWillSendHandshakeRequest:
		t.learnClock(float64(e.Timestamp), float64(e.WallTime))
		if r := t.find(s, e.RequestID); r != nil {
			r.wall, r.start = fromSeconds(float64(e.WallTime)), float64(e.Timestamp)
			if e.Request != nil {
				r.req = e.Request.Headers
			}
		}
	case *network.EventWebSocketHandshakeResponseReceived:
		if r := t.find(s, e.RequestID); r != nil && e.Response != nil {
			r.headers, r.status = e.Response.Headers, e.Response.Status
			r.resp = &network.Response{URL: r.url, Status: e.Response.Status, StatusText: e.Response.StatusText, Headers: e.Response.Headers}
		}
	case *network.EventWebSocketFrameSent:
		t.frame(s, e.RequestID, float64(e.Timestamp), e.Response, true)
	case *network.EventWebSocketFrameReceived:
		t.frame(s, e.RequestID, float64(e.Timestamp), e.Response, false)
	case *network.EventWebSocketFrameError:
		if r := t.find(s, e.RequestID); r != nil {
			text := e.ErrorMessage
			r.err = &text
		}
	case *network.EventWebSocketClosed:
		if r := t.find(s, e.RequestID); r != nil {
			r.end = float64(e.Timestamp)
		}
	}
}

func (t *traffic) frame(s target.SessionID, id network.RequestID, mono float64, f *network.WebSocketFrame, sent bool) {
	r := t.find(s, id)
	if r == nil || f == nil || t.frames >= maxFrames {
		return
	}
	t.frames++
	data := string(f.PayloadData)
	if int(f.Opcode) != 1 {
		data = "" // binary: nothing tells what of it a person wrote
	}
	r.frames = append(r.frames, frame{sent: sent, at: t.wallOf(mono), opcode: int(f.Opcode), data: t.keep(data)})
}

// closed gives the reason for which a WebSocket closed, as the page was told, to its entry.
func (t *traffic) closed(s target.SessionID, url string, code int, reason string) {
	for i := len(t.list) - 1; i >= 0; i-- {
		r := t.list[i]
		if r.socket && r.close == nil && r.session == s && r.url == url {
			r.close = &harClose{Code: code, Reason: reason}
			return
		}
	}
}

// entryOf writes one exchange, everything in it cleaned.
func (t *traffic) entryOf(r *request, c *cleaner, ended time.Time) *entry {
	e := &entry{Started: r.wall.UTC().Format("2006-01-02T15:04:05.000000Z07:00"), PageRef: "page_1", ResourceType: r.kind, Blocked: r.blocked, CORS: r.cors, Close: r.close}
	if r.close != nil {
		e.Close = &harClose{Code: r.close.Code, Reason: c.free(r.close.Reason)}
	}
	address := c.address(r.url)
	sent := r.reqExtra
	if sent == nil {
		sent = r.req
	}
	e.Request = harRequest{Method: r.method, URL: address, Headers: pairs(sent, c), Query: []harPair{}, Cookies: []harPair{}, HeadersSize: -1, BodySize: int64(len(r.post))}
	if r.post != "" {
		mime := headerOf(sent, "content-type")
		e.Request.PostData = &harPostData{MIME: mime, Text: c.body(mime, r.post)}
	}
	e.Timings = harTimings{Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Wait: -1, Receive: -1}
	if r.starter != nil {
		e.Initiator = &harInitiator{Type: string(r.starter.Type), URL: c.address(r.starter.URL), Line: r.starter.LineNumber}
		if s := r.starter.Stack; s != nil && len(s.CallFrames) > 0 {
			e.Initiator.URL, e.Initiator.Line = c.address(s.CallFrames[0].URL), float64(s.CallFrames[0].LineNumber)
		}
	}
	e.Response = harResponse{Headers: []harPair{}, Cookies: []harPair{}, Content: harContent{MIME: "x-unknown"}, HeadersSize: -1, BodySize: -1, Error: r.err}
	if p := r.resp; p != nil {
		got := r.headers
		if got == nil {
			got = p.Headers
		}
		e.Response.Status, e.Response.StatusText = p.Status, p.StatusText
		e.Response.HTTPVersion, e.Request.HTTPVersion = p.Protocol, p.Protocol
		e.Response.Headers = pairs(got, c)
		if loc := headerOf(got, "location"); loc != "" {
			e.Response.RedirectURL = c.address(loc)
		}
		e.Response.Content = harContent{Size: int64(r.size), MIME: p.MimeType, Text: c.body(p.MimeType, r.body)}
		e.Response.TransferSize = int64(p.EncodedDataLength)
		e.ServerIP = strings.Trim(p.RemoteIPAddress, "[]")
		if p.ConnectionID > 0 {
			e.Connection = strconv.FormatInt(int64(p.ConnectionID), 10)
		}
		switch {
		case r.memory:
			e.FromCache = "memory"
		case p.FromDiskCache:
			e.FromCache = "disk"
		}
		e.ViaSW = p.FromServiceWorker
		e.Response.SWSource = string(p.ServiceWorkerResponseSource)
		e.Response.SWCache = p.CacheStorageCacheName
	}
	if r.socket {
		if r.status == 0 && r.resp == nil && r.err == nil && (r.end > 0 || r.close != nil) {
			failed := "net::ERR_FAILED" // the protocol gives no reason
			e.Response.Error = &failed
		}
		e.Response.Headers = pairs(r.headers, c)
		for _, f := range r.frames {
			m := harMessage{Type: "receive", Time: float64(f.at.UnixMicro()) / 1e6, Opcode: f.opcode, Data: c.body("", f.data)}
			if f.sent {
				m.Type = "send"
			}
			e.Messages = append(e.Messages, m)
		}
	}
	t.timings(e, r, ended)
	return e
}

// timings follows DevTools: what lies between a request's start and its first phase is queueing.
func (t *traffic) timings(e *entry, r *request, ended time.Time) {
	if r.end > 0 && r.start > 0 {
		e.Time = max((r.end-r.start)*1000, 0)
	} else if r.socket && !r.wall.IsZero() {
		e.Time = max(float64(ended.Sub(r.wall))/1e6, 0) // open to the end
	}
	if r.resp == nil || r.resp.Timing == nil {
		if r.end > 0 && !r.socket {
			e.Timings = harTimings{Blocked: e.Time, DNS: -1, Connect: -1, SSL: -1}
		}
		return
	}
	g := r.resp.Timing
	span := func(from, to float64) float64 {
		if from < 0 || to < from {
			return -1
		}
		return to - from
	}
	first := g.SendStart
	for _, v := range []float64{g.ConnectStart, g.DNSStart} {
		if v >= 0 {
			first = v
		}
	}
	e.Timings = harTimings{
		Blocked: max((g.RequestTime-r.start)*1000+first, 0), DNS: span(g.DNSStart, g.DNSEnd), Connect: span(g.ConnectStart, g.ConnectEnd), SSL: span(g.SslStart, g.SslEnd),
		Send: max(span(g.SendStart, g.SendEnd), 0), Wait: max(span(g.SendEnd, g.ReceiveHeadersEnd), 0),
	}
	if r.end > 0 {
		e.Timings.Receive = max((r.end-g.RequestTime)*1000-g.ReceiveHeadersEnd, 0)
	}
}
