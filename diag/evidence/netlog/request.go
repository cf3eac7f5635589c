package netlog

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/lazy"
)

// request takes over an event of a request.
func (w *walker) request(e *event) {
	s := w.sources
	switch e.what {
	case requestAlive:
		if e.begin {
			if url := text(member(e.params, "url")); url != "" {
				put(s.begun, e.id, url)
			}
			return
		}
		w.ended(e)
		return
	case startJob:
		if e.begin {
			w.begin(e)
			return
		}
	}
	r := s.requests[e.id]
	if r == nil {
		return
	}
	switch e.what {
	case startJob, failed:
		if err := w.netError(e); err != "" && err != "ERR_IO_PENDING" {
			r.Error = err
		}
	case upgradeFailed:
		if err := w.netError(e); err != "" && r.Error == "" {
			r.Error = err
		}
		if m := upgradeStatus.FindStringSubmatch(text(member(e.params, "message"))); m != nil {
			r.Status = status(m[1])
		}
	case cancelled:
		w.cancelled(r, e)
	case sendHeaders, sendQUIC:
		w.sent(r, e)
	case restart:
		r.next = w.netError(e)
		if r.next == "" {
			r.next = "ERR_FAILED"
		}
		r.Error = ""
	case uploadInit:
		if e.end {
			if n, ok := number(member(e.params, "total_size")); ok {
				r.Upload = int64(n)
			}
		}
	case sendBody:
		if n, ok := number(member(e.params, "length")); ok && r.Upload < 0 {
			r.Upload = int64(n)
		}
	case readHeaders:
		w.answered(r, e)
	case bytesRead:
		if n, ok := number(member(e.params, "byte_count")); ok && n > 0 {
			r.Received += int64(n)
		}
	case cacheInfo:
		if e.end && w.netError(e) == "" {
			r.FromCache = true // until something is sent
		}
	case redirected:
		r.Location = text(member(e.params, "location"))
	case controllerBound:
		if id := dependency(e.params); id != 0 {
			put(s.controllers, id, e.id)
			if p := s.proxies[id]; p != "" {
				r.Proxy = proxyName(p)
			}
		}
	case boundToJob:
		w.bind(r, s.jobs[dependency(e.params)])
	case boundToSession:
		w.bind(r, link{dependency(e.params), true})
	}
}

// cancelled notes that whoever asked gave it up. Those who are done with an
// answer cancel, too: that is no giving up.
func (w *walker) cancelled(r *Request, e *event) {
	switch err := w.netError(e); {
	case err != "":
		r.Cancelled = true
		if r.Error == "" {
			r.Error = err
		}
	case r.WebSocket, r.FromCache:
	case r.HeadersAt.IsZero() && r.Error == "":
		r.Cancelled, r.Error = true, "ERR_ABORTED"
	case r.Status >= 200 && r.Status != 204 && r.Status != 304 && r.Received == 0 && r.length != 0 && !(r.Status >= 300 && r.Status < 400):
		r.Unread = true
	}
}

// upgradeStatus is how the stack words what a WebSocket's handshake got.
var upgradeStatus = lazy.MustCompile(`response code: (\d{3})\b`)

// bind notes over which connection a request goes.
func (w *walker) bind(r *Request, l link) {
	if l.id == 0 {
		return
	}
	r.Socket, r.QUIC = l.id, r.QUIC || l.quic
	c := w.sources.sockets[l.id]
	if c == nil {
		return
	}
	if r.WebSocket {
		c.push = r
	}
	if c.address != "" {
		r.Address = c.address
	}
	if c.issuer != "" {
		r.Issuer = c.issuer
	}
	if !c.used {
		r.Connect = c.took
	} else {
		r.Connect = -1
	}
	c.used = true
}

// begin begins a request, or the next one where a redirect led.
func (w *walker) begin(e *event) {
	s := w.sources
	url, method := s.begun[e.id], ""
	delete(s.begun, e.id)
	fields(e.params, func(name string, v jsontext.Value) {
		switch name {
		case "url":
			url = text(v)
		case "method":
			method = text(v)
		}
	})
	hop := 0
	if old := s.requests[e.id]; old != nil {
		if old.URL == url && old.Status == 0 && !old.OnWire() {
			return // the same job, begun again before anything came of it
		}
		hop = old.Hop + 1
		old.End = e.at
		w.hand(old)
	}
	w.meta.Requests++
	if w.opt.Wanted != nil && !w.opt.Wanted(url) {
		delete(s.requests, e.id)
		return
	}
	low := strings.ToLower(url)
	put(s.requests, e.id, &Request{ID: e.id, Hop: hop, URL: url, Method: method, Start: e.at, Upload: -1, Connect: -1, length: -1,
		WebSocket: strings.HasPrefix(low, "ws:") || strings.HasPrefix(low, "wss:")})
}

// sent notes that a request goes onto the wire, perhaps again.
func (w *walker) sent(r *Request, e *event) {
	if len(r.Sent) < maxSends {
		r.Sent = append(r.Sent, r.next)
	}
	r.next = ""
	if r.SentAt.IsZero() {
		r.SentAt = e.at
	}
	r.FromCache, r.QUIC = false, r.QUIC || e.what == sendQUIC
}

// answered takes over status and headers. HTTP/2 and QUIC write the status as a header of its own.
func (w *walker) answered(r *Request, e *event) {
	r.Headers, r.HeadersAt, r.length = nil, e.at, -1
	elements(member(e.params, "headers"), func(v jsontext.Value) {
		line := text(v)
		if strings.HasPrefix(line, "HTTP/") {
			_, rest, _ := strings.Cut(line, " ")
			code, words, _ := strings.Cut(rest, " ")
			r.Status, r.StatusText = status(code), words
			return
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, ":"), ":")
		if !ok || len(r.Headers) >= maxHeaders {
			return
		}
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if line[0] == ':' {
			if name == "status" {
				r.Status = status(value)
			}
			return
		}
		if n, ok := number(jsontext.Value(value)); ok && name == "content-length" {
			r.length = int64(n)
		}
		if w.opt.Header != nil && !w.opt.Header(name) {
			return
		}
		if har.Secret(name) {
			value = har.Present
		}
		r.Headers = append(r.Headers, har.Header{Name: name, Value: value})
	})
	if r.Status == 304 {
		r.FromCache = true // asked whether it is still good, and it was
	}
	r.Location = r.Headers.Get("location")
}

func status(code string) int {
	if len(code) != 3 {
		return 0
	}
	n := 0
	for i := range code {
		if code[i] < '0' || code[i] > '9' {
			return 0
		}
		n = 10*n + int(code[i]-'0')
	}
	return n
}

// ended gives a request that has ended.
func (w *walker) ended(e *event) {
	s := w.sources
	delete(s.begun, e.id)
	r := s.requests[e.id]
	if r == nil {
		return
	}
	if err := w.netError(e); err != "" && err != "ERR_IO_PENDING" {
		r.Error = err
	}
	r.End = e.at
	w.hand(r)
	delete(s.requests, e.id)
}

// hand gives one request.
func (w *walker) hand(r *Request) {
	if w.refused != nil {
		return
	}
	if w.kept >= maxRequests {
		w.meta.Crowded = true
		return
	}
	w.kept++
	w.refused = w.give(r)
}
