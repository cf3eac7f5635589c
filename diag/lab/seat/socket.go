package seat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"
)

// Event is one frame of the push channel.
type Event struct {
	Action   string          `json:"action"`
	Nickname string          `json:"agent_nickname"`
	Body     json.RawMessage `json:"body"`
}

// socket keeps a page's push connection: it connects, tells of what comes, and
// connects again after a while when it is lost, until ctx ends.
type socket struct {
	b         *Browser
	address   func() string
	reconnect time.Duration
	opened    func()
	received  func(Event)
	closed    func(code int, reason string) (again bool)
}

// noClose is what a page is told when the connection just vanished.
const noClose = 1006

func (s *socket) run(ctx context.Context) {
	for ctx.Err() == nil {
		code, reason := s.once(ctx)
		if ctx.Err() != nil || !s.closed(code, reason) {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(s.reconnect):
		}
	}
}

// once holds one connection to its end.
func (s *socket) once(ctx context.Context) (code int, reason string) {
	began := time.Now()
	address := s.address()
	a := Ask{Method: http.MethodGet, URL: address, Kind: "websocket", By: "connect"}
	u, err := url.Parse(address)
	if err != nil {
		return noClose, ""
	}
	h := http.Header{"User-Agent": {s.b.set.UserAgent}, "Accept-Language": {"zh-CN,zh;q=0.9"}, "Cache-Control": {"no-cache"}}
	if p := s.b.pageURL(); p != nil {
		h.Set("Origin", origin(p))
	}
	conn, res, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: &http.Client{Transport: s.b.transport}, HTTPHeader: h})
	if err != nil {
		s.recordFailed(a, u, res)
		return noClose, ""
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	e := s.recordOpen(a, u, h, res, began)
	greeted := false
	probe := []byte(`["h"]`)
	if conn.Write(ctx, websocket.MessageText, probe) == nil {
		s.note(e, "send", probe)
	}
	for {
		kind, data, err := conn.Read(ctx)
		if err != nil {
			var ce websocket.CloseError
			if errors.As(err, &ce) {
				return int(ce.Code), ce.Reason
			}
			return noClose, ""
		}
		if kind != websocket.MessageText {
			continue
		}
		s.note(e, "receive", data)
		if !greeted { // now the service has it on its list
			greeted = true
			s.opened()
		}
		var ev Event
		if json.Unmarshal(data, &ev) == nil && ev.Action != "" {
			s.received(ev)
		}
	}
}

// note adds a frame to the recording.
func (s *socket) note(e *harEntry, kind string, data []byte) {
	at := float64(time.Now().UnixMicro()) / 1e6
	s.b.HAR.change(func() { *e.Messages = append(*e.Messages, harMessage{kind, at, 1, string(data)}) })
}

func (s *socket) recordOpen(a Ask, u *url.URL, h http.Header, res *http.Response, began time.Time) *harEntry {
	e := s.b.entry(a, u, h, began)
	e.Priority = nil
	e.answer(&response{status: res.StatusCode, header: res.Header})
	e.Time = millis(time.Since(began))
	e.Timings.Wait = e.Time
	e.Messages = &[]harMessage{}
	s.b.HAR.add(e)
	return e
}

// recordFailed adds what Chrome keeps of a WebSocket that did not come about:
// no method, no reason, and a date before 1970.
func (s *socket) recordFailed(a Ask, u *url.URL, res *http.Response) {
	text := "WebSocket connection to '" + a.URL + "' failed: "
	e := s.b.entry(a, u, http.Header{}, time.Unix(0, 0).Add(-time.Millisecond))
	if res != nil {
		text += "Error during WebSocket handshake: Unexpected response code: " + res.Status
		e.answer(&response{status: res.StatusCode, header: res.Header})
	}
	s.b.Console.add(time.Now(), "error", s.b.source(a), text)
	e.Priority = nil
	e.Request.Method, e.Request.HTTPVersion = "", ""
	e.Messages = &[]harMessage{}
	s.b.HAR.add(e)
}
