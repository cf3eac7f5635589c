package seat

import (
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// response is an answer read to its end.
type response struct {
	status  int
	proto   string
	header  http.Header
	body    []byte
	cookies []*http.Cookie
}

// trace is when the steps of one request happened.
type trace struct {
	mu                              sync.Mutex
	asked, got, wrote, first, ended time.Time
	dial                            *dial
	conn                            int
	remote                          string
}

// perform sends a request and reads the answer, noting when what happened.
func (b *Browser) perform(req *http.Request, began time.Time) (*response, *trace, error) {
	t := &trace{asked: began}
	hooks := &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.got = time.Now()
			t.remote = i.Conn.RemoteAddr().String()
			local := i.Conn.LocalAddr().String()
			b.mu.Lock()
			defer b.mu.Unlock()
			if d, ok := b.dials[local]; ok && !i.Reused {
				t.dial = &d
			}
			if b.conns[local] == 0 {
				b.conns[local] = 20 + len(b.conns)
			}
			t.conn = b.conns[local]
		},
		WroteRequest: func(httptrace.WroteRequestInfo) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.wrote = time.Now()
		},
		GotFirstResponseByte: func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.first = time.Now()
		},
	}
	res, err := b.transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), hooks)))
	if err != nil {
		return nil, t, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		return nil, t, err
	}
	t.mu.Lock()
	t.ended = time.Now()
	t.mu.Unlock()
	return &response{status: res.StatusCode, proto: res.Proto, header: res.Header, body: body, cookies: res.Cookies()}, t, nil
}

// entry starts an entry with what is known of the request.
func (b *Browser) entry(a Ask, u *url.URL, h http.Header, began time.Time) *harEntry {
	e := &harEntry{Initiator: b.initiator(a), Priority: "High", ResourceType: a.Kind, Started: stampISO(began)}
	e.Request = harRequest{Method: a.Method, URL: a.URL, HTTPVersion: "http/1.1", Headers: pairs(h), Query: []harPair{}, Cookies: []harPair{}, HeadersSize: -1, BodySize: len(a.Body)}
	for _, kv := range strings.Split(u.RawQuery, "&") {
		if k, v, ok := strings.Cut(kv, "="); ok {
			e.Request.Query = append(e.Request.Query, harPair{k, v})
		}
	}
	if a.Body != "" {
		e.Request.Post = &harPost{MimeType: "application/json", Text: a.Body}
	}
	e.Response = harResponse{Headers: []harPair{}, Cookies: []harPair{}, Content: harContent{MimeType: "x-unknown"}, HeadersSize: -1, BodySize: -1}
	e.Timings = harTimings{Blocked: -1, DNS: -1, SSL: -1, Connect: -1, Queueing: -1}
	return e
}

// initiator says who asked: the parser for what a page names, a script for the rest.
func (b *Browser) initiator(a Ask) any {
	p := b.pageURL()
	switch {
	case a.Kind == "document":
		return map[string]any{"type": "other"}
	case a.Kind == "preflight":
		return map[string]any{"type": "preflight", "url": a.URL}
	case a.Kind != "fetch" && a.Kind != "websocket" && p != nil:
		return map[string]any{"type": "parser", "url": p.String(), "lineNumber": 8}
	case p == nil:
		return map[string]any{"type": "other"}
	}
	script := origin(p) + "/static/" + scriptName(p)
	return map[string]any{"type": "script", "stack": map[string]any{"callFrames": []any{
		map[string]any{"functionName": a.By, "scriptId": "8", "url": script, "lineNumber": 30, "columnNumber": 20}}}}
}

func pairs(h http.Header) []harPair {
	out := []harPair{}
	for k, vs := range h {
		for _, v := range vs {
			out = append(out, harPair{k, v})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// headSize is roughly what a head took on the wire.
func headSize(h http.Header) int {
	n := 19
	for k, vs := range h {
		for _, v := range vs {
			n += len(k) + len(v) + 4
		}
	}
	return n
}

func (e *harEntry) answer(res *response) {
	mime, _, _ := strings.Cut(res.header.Get("Content-Type"), ";")
	if mime == "" {
		mime = "x-unknown"
	}
	r := &e.Response
	r.Status, r.StatusText, r.HTTPVersion = res.status, http.StatusText(res.status), "http/1.1"
	r.Headers, r.RedirectURL = pairs(res.header), res.header.Get("Location")
	r.Content = harContent{Size: len(res.body), MimeType: mime, Text: string(res.body)}
	r.HeadersSize, r.BodySize = headSize(res.header), len(res.body)
	r.TransferSize = r.HeadersSize + r.BodySize
	for _, c := range res.cookies {
		r.Cookies = append(r.Cookies, harPair{c.Name, c.Value})
	}
}

// record adds an answered request. Its parts add up to its time, and what came
// before the connection counts as blocked, as in Chrome.
func (b *Browser) record(a Ask, req *http.Request, res *response, t *trace) {
	e := b.entry(a, req.URL, req.Header, t.asked)
	e.answer(res)
	t.mu.Lock()
	defer t.mu.Unlock()
	x := &e.Timings
	if t.dial != nil && !t.dial.began.Before(t.asked) {
		x.Blocked, x.DNS, x.Connect = millis(t.dial.began.Sub(t.asked)), 0, millis(t.dial.ended.Sub(t.dial.began))
		x.Send = millis(t.wrote.Sub(t.dial.ended))
	} else {
		x.Blocked, x.Send = millis(t.got.Sub(t.asked)), millis(t.wrote.Sub(t.got))
	}
	if t.first.Before(t.wrote) { // the hooks run on two goroutines
		t.first = t.wrote
	}
	x.Wait, x.Receive = millis(t.first.Sub(t.wrote)), millis(t.ended.Sub(t.first))
	x.Queueing = x.Blocked
	e.Time = millis(t.ended.Sub(t.asked))
	host, port, _ := net.SplitHostPort(t.remote)
	e.ServerIP, e.Connection, e.ConnectionID = host, port, strconv.Itoa(t.conn)
	b.HAR.add(e)
}

// recordFailed adds a request that got no answer.
func (b *Browser) recordFailed(a Ask, req *http.Request, began time.Time, err error) {
	e := b.entry(a, req.URL, req.Header, began)
	e.Request.HTTPVersion = ""
	text := netError(req.Context(), err)
	e.Response.Error = &text
	e.Time = millis(time.Since(began))
	e.Timings.Blocked = e.Time
	b.HAR.add(e)
}

// recordCached adds a request that the cache answered.
func (b *Browser) recordCached(a Ask, u *url.URL, k *kept, began time.Time) {
	b.HAR.add(b.cachedEntry(a, u, k, began))
}

// cachedEntry is a request that never left the browser, and yet was answered.
func (b *Browser) cachedEntry(a Ask, u *url.URL, k *kept, began time.Time) *harEntry {
	e := b.entry(a, u, http.Header{"User-Agent": {b.set.UserAgent}}, began)
	e.answer(&response{status: k.status, header: k.header, body: k.body})
	e.Response.HeadersSize, e.Response.BodySize, e.Response.TransferSize = -1, 0, 0
	e.FromCache = "disk"
	e.ServerIP, _, _ = net.SplitHostPort(u.Host)
	e.Time = millis(time.Since(began))
	e.Timings.Blocked, e.Timings.Receive = 0, e.Time
	return e
}
