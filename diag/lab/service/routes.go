package service

import (
	"net/http"
	"strings"
)

// routes gives what one role serves.
func (s *Server) routes(role Role) *http.ServeMux {
	m := http.NewServeMux()
	on := func(pattern string, h func(*exchange)) {
		m.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			x, ok := w.(*exchange)
			if !ok {
				http.Error(w, "not an exchange", http.StatusInternalServerError)
				return
			}
			x.r = r // now with the path's values
			h(x)
		})
	}
	agent := func(h func(*exchange, *session)) func(*exchange) {
		return func(x *exchange) {
			if ses := s.signedIn(x); ses != nil {
				h(x, ses)
			}
		}
	}
	on("GET /healthz", func(x *exchange) { x.ok(map[string]any{"status": "up"}) })
	on("GET /api/v1/version", s.version)
	switch role {
	case Workbench:
		on("GET /{$}", func(x *exchange) { http.Redirect(x, x.r, "/chat", http.StatusFound) })
		on("GET /chat", s.workbenchPage)
		on("GET /worker.js", s.worker)
		on("GET /static/{file}", s.staticFile)
		on("POST /api/v1/login", s.login)
	case API:
		on("GET /{$}", func(x *exchange) { x.ok(map[string]any{"service": "api"}) })
		on("GET /api/v1/settings", agent(s.settings))
		on("GET /api/v1/conversations", agent(s.conversations))
		on("GET /api/v1/conversations/{conv}/messages", agent(s.history))
		on("POST /api/v1/conversations/{conv}/messages", agent(s.send))
		on("POST /api/v1/conversations/{conv}/messages/{id}/recall", agent(s.recall))
		on("POST /api/v1/conversations/{conv}/end", agent(s.end))
		on("POST /api/v0/messages/{id}/withdraw", agent(s.oldRecall))
		on("GET /pusher/websocket", s.noPushHere)
	case Push:
		on("GET /pusher/websocket", s.push)
	case Visitor:
		on("GET /{$}", func(x *exchange) { http.Redirect(x, x.r, "/visitor", http.StatusFound) })
		on("GET /visitor", s.visitorPage)
		on("GET /static/{file}", s.staticFile)
		on("POST /api/v1/visits", s.visit)
		on("GET /conversation/{track}/messages", s.visitorHistory)
		on("GET /conversation/{track}/messages_streams", s.visitorStream)
		on("POST /conversation/{track}/messages", s.visitorSend)
		on("POST /client/msg_delivered", s.receipt)
		on("POST /client/msg_read", s.receipt)
		on("POST /client/actions", s.visitorAction)
		on("GET /pusher/websocket", s.push)
	}
	m.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		x := w.(*exchange)
		if strings.HasPrefix(r.URL.Path, "/api/") {
			x.fail(http.StatusNotFound, 40400, "接口不存在")
			return
		}
		http.NotFound(w, r)
	})
	return m
}

// noPushHere tells a WebSocket client that it came to the wrong address.
func (s *Server) noPushHere(x *exchange) { x.fail(http.StatusNotFound, 40400, "接口不存在") }
