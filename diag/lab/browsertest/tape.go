package browsertest

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// tape keeps what a page's developer tools would show.
type tape struct {
	mu       sync.Mutex
	order    []*exchange
	open     map[network.RequestID]*exchange // the last of each id: a redirect goes on under the same one
	lines    []string
	requests map[network.RequestID]string // "POST http://…", for the console
}

// exchange is one request, or one WebSocket.
type exchange struct {
	id       network.RequestID
	asked    *network.EventRequestWillBeSent
	sent     map[string]any // headers as they went out
	answer   *network.Response
	headers  map[string]any // headers as they came in
	status   int64          // as it came in, a 304 where the cache answers with 200
	cached   string         // memory, disk
	failed   *network.EventLoadingFailed
	ended    float64 // s, monotonic; 0 while it lasts
	size     float64 // bytes on the wire
	body     string
	hasBody  bool
	socket   *network.EventWebSocketCreated
	opened   *network.WebSocketResponse
	began    float64 // s of the epoch, of a socket's handshake; 0 when it never came to one
	beganAt  float64 // the same, monotonic
	messages []frame
}

// frame is one frame of a WebSocket.
type frame struct {
	Type   string  `json:"type"`
	Time   float64 `json:"time"` // s
	Opcode float64 `json:"opcode"`
	Data   string  `json:"data"`
}

func newTape() *tape {
	return &tape{open: map[network.RequestID]*exchange{}, requests: map[network.RequestID]string{}}
}

// clear starts anew, as the tools do on a navigation.
func (t *tape) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.order, t.lines = nil, nil
}

func (t *tape) begin(x *exchange) {
	t.order, t.open[x.id] = append(t.order, x), x
}

// at gives the exchange of an id; events of one that began before the tape did are of none.
func (t *tape) at(id network.RequestID) *exchange {
	if x := t.open[id]; x != nil {
		return x
	}
	return &exchange{id: id}
}

// hear takes an event. It runs in the loop that reads the browser's messages.
func (t *tape) hear(ev any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		if e.RedirectResponse != nil {
			old := t.at(e.RequestID)
			old.answer, old.ended = e.RedirectResponse, e.Timestamp.Float64()
		}
		t.requests[e.RequestID] = e.Request.Method + " " + e.Request.URL
		t.begin(&exchange{id: e.RequestID, asked: e})
	case *network.EventRequestWillBeSentExtraInfo:
		t.at(e.RequestID).sent = e.Headers
	case *network.EventResponseReceived:
		x := t.at(e.RequestID)
		x.answer = e.Response
		if e.Response.FromDiskCache && x.cached == "" {
			x.cached = "disk"
		}
	case *network.EventResponseReceivedExtraInfo:
		x := t.at(e.RequestID)
		x.headers, x.status = e.Headers, e.StatusCode
	case *network.EventRequestServedFromCache:
		t.at(e.RequestID).cached = "memory"
	case *network.EventLoadingFinished:
		x := t.at(e.RequestID)
		x.ended, x.size = e.Timestamp.Float64(), e.EncodedDataLength
	case *network.EventLoadingFailed:
		x := t.at(e.RequestID)
		x.failed, x.ended = e, e.Timestamp.Float64()
	case *network.EventWebSocketCreated:
		t.begin(&exchange{id: e.RequestID, socket: e})
	case *network.EventWebSocketWillSendHandshakeRequest:
		x := t.at(e.RequestID)
		x.sent, x.began, x.beganAt = e.Request.Headers, e.WallTime.Float64(), e.Timestamp.Float64()
	case *network.EventWebSocketHandshakeResponseReceived:
		x := t.at(e.RequestID)
		x.opened, x.ended = e.Response, e.Timestamp.Float64()
	case *network.EventWebSocketFrameSent:
		t.frame(e.RequestID, "send", e.Timestamp.Float64(), e.Response)
	case *network.EventWebSocketFrameReceived:
		t.frame(e.RequestID, "receive", e.Timestamp.Float64(), e.Response)
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, a := range e.Args {
			words = append(words, argument(a))
		}
		t.line(e.StackTrace, "", strings.Join(words, " "))
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		text := d.Text
		if d.Exception != nil && d.Exception.Description != "" {
			text += " " + d.Exception.Description
		}
		t.line(d.StackTrace, d.URL, text)
	case *log.EventEntryAdded:
		t.entry(e.Entry)
	}
}

func (t *tape) frame(id network.RequestID, kind string, at float64, f *network.WebSocketFrame) {
	x := t.at(id)
	x.messages = append(x.messages, frame{kind, x.began + at - x.beganAt, f.Opcode, string(f.PayloadData)})
}

// entry adds a line of the browser's own. The tools word a failed load by its request.
func (t *tape) entry(e *log.Entry) {
	text := e.Text
	if asked := t.requests[e.NetworkRequestID]; asked != "" {
		if reason, ok := strings.CutPrefix(text, "Failed to load resource: "); ok {
			if status, ok := strings.CutPrefix(reason, "the server responded with a status of "); ok {
				reason = status
			}
			text = asked + " " + reason
		}
	}
	t.line(e.StackTrace, e.URL, text)
}

func (t *tape) line(stack *runtime.StackTrace, url, text string) {
	where, line := url, int64(0)
	if stack != nil && len(stack.CallFrames) > 0 {
		where, line = stack.CallFrames[0].URL, stack.CallFrames[0].LineNumber
	}
	where, _, _ = strings.Cut(where, "?")
	name := path.Base(where)
	if where == "" {
		name = "(index)"
	}
	t.lines = append(t.lines, fmt.Sprintf("%s:%d %s", name, line+1, text))
}

func argument(a *runtime.RemoteObject) string {
	var s string
	if json.Unmarshal([]byte(a.Value), &s) == nil {
		return s
	}
	if a.Description != "" {
		return a.Description
	}
	return string(a.Value)
}

func (t *tape) console() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.lines...)
}

// fetchBodies asks for the bodies that the tools would have.
func (t *tape) fetchBodies(get func(network.RequestID) (string, bool)) {
	t.mu.Lock()
	var want []*exchange
	for _, x := range t.order {
		if x.answer != nil && x.ended > 0 && x.failed == nil && x.asked != nil && x.asked.Type != network.ResourceTypeImage && t.open[x.id] == x {
			want = append(want, x)
		}
	}
	t.mu.Unlock()
	for _, x := range want {
		body, ok := get(x.id)
		t.mu.Lock()
		x.body, x.hasBody = body, ok
		t.mu.Unlock()
	}
}
