package service

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"
)

// maxBody bounds what a client may post.
const maxBody = 64 << 10

// exchange is one request on its way through the service.
type exchange struct {
	http.ResponseWriter
	r       *http.Request
	s       *Server
	rid     string
	who     string // the account or visitor, once known
	backend string
	began   time.Time
	queued  time.Duration
	status  int
	size    int
}

func (x *exchange) WriteHeader(status int) {
	if x.status != 0 {
		return
	}
	x.status = status
	h := x.Header()
	h.Set("Date", x.s.clock.Now().UTC().Format(http.TimeFormat))
	h.Set("X-Request-Id", x.rid)
	app := time.Since(x.began) - x.queued
	timing := fmt.Sprintf("app;dur=%.1f", float64(app)/1e6)
	if x.queued > 0 {
		timing = fmt.Sprintf("queue;dur=%.1f, %s", float64(x.queued)/1e6, timing)
	}
	h.Set("Server-Timing", timing)
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(b []byte) (int, error) {
	x.WriteHeader(http.StatusOK)
	n, err := x.ResponseWriter.Write(b)
	x.size += n
	return n, err
}

// Hijack hands the connection over, for WebSockets.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(x.ResponseWriter).Hijack()
}

// Unwrap serves http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// reply is the envelope of every answer of the API.
type reply struct {
	Code      int    `json:"code"`
	Message   string `json:"message"`
	Data      any    `json:"data,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

func (x *exchange) json(status int, v reply) {
	if v.Code != 0 {
		v.RequestID = x.rid
	}
	x.Header().Set("Content-Type", "application/json; charset=utf-8")
	if x.Header().Get("Cache-Control") == "" {
		x.Header().Set("Cache-Control", "no-store")
	}
	x.WriteHeader(status)
	_ = json.NewEncoder(x).Encode(v)
}

func (x *exchange) ok(data any) { x.json(http.StatusOK, reply{Message: "ok", Data: data}) }

func (x *exchange) fail(status, code int, text string) {
	x.json(status, reply{Code: code, Message: text})
}

// body reads a JSON body; it answers the client itself when that fails.
func (x *exchange) body(into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(x, x.r.Body, maxBody)).Decode(into)
	if err == nil {
		return true
	}
	if x.r.ContentLength > 0 || x.r.ContentLength < 0 {
		x.logf("WARN", "request body not usable path=%s err=%v", x.r.URL.Path, err)
	}
	x.fail(http.StatusBadRequest, 40000, "请求格式错误")
	return false
}

// logf writes to the application's log, with the request's id.
func (x *exchange) logf(level, format string, args ...any) {
	x.s.logs.appf(x.s.clock.Now(), level, format+" request_id=%s", append(args, x.rid)...)
}

// handler serves one address: the routes of its role behind what all requests
// go through.
func (s *Server) handler(role Role, backend int) http.Handler {
	routes := s.routes(role)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.crowd.enter() {
			return
		}
		defer s.crowd.leave()
		x := &exchange{ResponseWriter: w, r: r, s: s, rid: randomHex(8), began: time.Now()}
		if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
			x.backend = a.String()
		}
		defer x.finish(s.clock.Now())
		if x.crossOrigin() {
			return
		}
		if role == API && x.troubled(backend) {
			return
		}
		routes.ServeHTTP(x, r)
	})
}

// finish logs the request, and answers for a handler that panicked.
func (x *exchange) finish(at time.Time) {
	if p := recover(); p != nil {
		x.logf("ERROR", "panic in handler path=%s panic=%v", x.r.URL.Path, p)
		if x.status == 0 {
			x.fail(http.StatusInternalServerError, 50000, "系统繁忙,请稍后重试")
		}
	}
	status := x.status
	if x.r.Context().Err() != nil && x.s.ctx.Err() == nil {
		status = 499 // the client went away
	}
	if status == 0 {
		status = http.StatusOK
	}
	x.s.logs.request(at, x.r, x.who, x.rid, x.backend, status, x.size, time.Since(x.began))
}

// crossOrigin answers preflights and lets the pages read the answers: pages
// and API live at different origins.
func (x *exchange) crossOrigin() (done bool) {
	h := x.Header()
	if origin := x.r.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Access-Control-Expose-Headers", "Date, Retry-After, X-Build, X-Request-Id")
		h.Set("Vary", "Origin")
	}
	h.Set("X-Build", x.s.build())
	if x.r.Method != http.MethodOptions {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Client-Version")
	h.Set("Access-Control-Max-Age", "600")
	x.WriteHeader(http.StatusNoContent)
	return true
}

// troubled applies what overload and failing backends do to a request.
func (x *exchange) troubled(backend int) (done bool) {
	f := x.s.active()
	if f.QueueFor > 0 {
		x.queued = pause(x.r.Context(), f.QueueFor)
		if f.OverloadStatus != 0 && x.r.Method != http.MethodGet {
			x.logf("ERROR", "request turned away path=%s reason=queue_full waited_ms=%d", x.r.URL.Path, x.queued.Milliseconds())
			x.Header().Set("Retry-After", "2")
			x.fail(f.OverloadStatus, 50300, "系统繁忙,请稍后重试")
			return true
		}
	}
	if f.BadBackend == backend {
		pause(x.r.Context(), f.BadBackendFor)
		x.logf("ERROR", "upstream failed backend=%s path=%s waited_ms=%d", x.backend, x.r.URL.Path, f.BadBackendFor.Milliseconds())
		x.Header().Set("Content-Type", "text/html")
		x.WriteHeader(http.StatusBadGateway)
		_, _ = x.Write([]byte("<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>\n"))
		return true
	}
	return false
}

// pause waits, unless the client or the service goes away first.
func pause(ctx context.Context, d time.Duration) time.Duration {
	began := time.Now()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return time.Since(began)
}
