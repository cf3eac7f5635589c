package browsertest

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"
)

// reel keeps what a page's developer tools would show in Firefox.
type reel struct {
	mu    sync.Mutex
	order []*fetched
	open  map[string]*fetched
	lines []string
}

// fetched is one request.
type fetched struct {
	Request struct {
		Request, URL, Method string
		Headers              []bidiHeader
		Destination          string
		Timings              bidiTimings
	}
	Response struct {
		Status        int
		StatusText    string
		Protocol      string
		FromCache     bool
		Headers       []bidiHeader
		MimeType      string
		BytesReceived int
		BodySize      *int
	}
	ErrorText string
	Timestamp int64 // ms

	began        int64
	ended        int64
	over         bool // answered to the end
	body, posted string
}

type bidiHeader struct {
	Name  string
	Value struct{ Value string }
}

type bidiTimings struct {
	TimeOrigin, RequestTime, FetchStart, DNSStart, DNSEnd, ConnectStart, ConnectEnd, TLSStart, RequestStart, ResponseStart, ResponseEnd float64
}

func newReel() *reel { return &reel{open: map[string]*fetched{}} }

func (r *reel) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.order, r.lines, r.open = nil, nil, map[string]*fetched{}
}

// hear takes an event.
func (r *reel) hear(method string, params json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch method {
	case "network.beforeRequestSent", "network.responseStarted", "network.responseCompleted", "network.fetchError":
		var e fetched
		if json.Unmarshal(params, &e) != nil {
			return
		}
		x := r.open[e.Request.Request]
		if x == nil || method == "network.beforeRequestSent" {
			x = &fetched{began: e.Timestamp}
			r.open[e.Request.Request], r.order = x, append(r.order, x)
		}
		e.began, e.ended, e.over = x.began, e.Timestamp, method == "network.responseCompleted"
		if e.Response.Status == 0 {
			e.Response = x.Response
		}
		*x = e
	case "log.entryAdded":
		var e struct {
			Level, Text, Type string
			StackTrace        struct {
				CallFrames []struct {
					URL                      string
					LineNumber, ColumnNumber int
				}
			}
		}
		if json.Unmarshal(params, &e) != nil {
			return
		}
		text := e.Text
		if e.Type == "javascript" && e.Level == "error" {
			text = "Uncaught " + text
		}
		if f := e.StackTrace.CallFrames; len(f) > 0 {
			name, _, _ := strings.Cut(f[0].URL, "?")
			text += fmt.Sprintf(" %s:%d:%d", path.Base(name), f[0].LineNumber+1, f[0].ColumnNumber+1)
		}
		r.lines = append(r.lines, text)
	}
}

func (r *reel) console() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.lines...)
}

func (r *reel) fetchBodies(get func(id, kind string) (string, bool)) {
	r.mu.Lock()
	list := append([]*fetched(nil), r.order...)
	r.mu.Unlock()
	for _, x := range list {
		body, posted := "", ""
		if x.over && !strings.HasPrefix(x.Response.MimeType, "image/") && x.Response.Status != 101 {
			body, _ = get(x.Request.Request, "response")
		}
		if x.Request.Method == "POST" {
			posted, _ = get(x.Request.Request, "request")
		}
		r.mu.Lock()
		x.body, x.posted = body, posted
		r.mu.Unlock()
	}
}

// har gives the recording as Firefox's developer tools save it: dates with the
// zone, and of a request without an answer nothing but a status of 0.
func (r *reel) har() object {
	r.mu.Lock()
	defer r.mu.Unlock()
	stamp := func(ms int64) string { return time.UnixMilli(ms).Format("2006-01-02T15:04:05.000-07:00") }
	entries, title, started := []object{}, "", ""
	for _, x := range r.order {
		q := x.Request
		if strings.HasPrefix(q.URL, "data:") || strings.HasPrefix(q.URL, "moz-extension:") {
			continue
		}
		if title == "" && q.Destination == "document" {
			title, started = q.URL, stamp(x.began)
		}
		req := object{"bodySize": len(x.posted), "method": q.Method, "url": q.URL, "httpVersion": protocol(x.Response.Protocol), "headers": named(q.Headers), "cookies": []object{}, "queryString": query(q.URL), "headersSize": 0}
		if x.posted != "" {
			req["postData"] = object{"mimeType": "application/json", "params": []object{}, "text": x.posted}
		}
		s := x.Response
		content := object{"mimeType": s.MimeType, "size": len(x.body)}
		if x.body != "" {
			content["text"] = x.body
		}
		res := object{"status": s.Status, "statusText": s.StatusText, "httpVersion": protocol(s.Protocol), "headers": named(s.Headers), "cookies": []object{}, "content": content, "redirectURL": "", "headersSize": -1, "bodySize": s.BytesReceived}
		e := object{"startedDateTime": stamp(x.began), "request": req, "response": res, "cache": object{}, "timings": object{}, "time": 0, "pageref": "page_1"}
		if x.over || x.ErrorText != "" {
			e["time"] = x.ended - x.began
		}
		if x.over && !s.FromCache {
			e["timings"] = q.Timings.har()
		}
		entries = append(entries, e)
	}
	return object{"log": object{"version": "1.2", "creator": object{"name": "Firefox", "version": "153.7.0"}, "browser": object{"name": "Firefox", "version": "153.7.0"},
		"pages": []object{{"id": "page_1", "pageTimings": object{}, "startedDateTime": started, "title": title}}, "entries": entries}}
}

func (t bidiTimings) har() object {
	span := func(a, b float64) int { return int(max(0, b-a)) }
	return object{"blocked": 0, "dns": span(t.DNSStart, t.DNSEnd), "connect": span(t.ConnectStart, t.ConnectEnd), "ssl": 0, "send": 0,
		"wait": span(t.RequestStart, t.ResponseStart), "receive": span(t.ResponseStart, t.ResponseEnd)}
}

func protocol(p string) string { return strings.ToUpper(p) }

func named(list []bidiHeader) []object {
	out := []object{}
	for _, h := range list {
		out = append(out, object{"name": h.Name, "value": h.Value.Value})
	}
	return out
}
