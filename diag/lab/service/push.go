package service

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// event is one frame of the push channel.
type event struct {
	Action   string `json:"action"`
	Nickname string `json:"agent_nickname,omitempty"`
	Body     any    `json:"body"`
}

// closeKicked is the close code of a login that another one threw out.
const closeKicked websocket.StatusCode = 4001

// listener is one open push connection.
type listener struct {
	name  string // for the log
	token string // the agent's session, "" for visitors
	track string // the visitor's track, "" for agents
	late  time.Duration
	queue chan frame
	conn  *websocket.Conn
	once  sync.Once
	gone  chan struct{}
}

type frame struct {
	due  time.Time
	text []byte
}

// shut ends the connection: with a close frame when code is set, and at once
// otherwise.
func (l *listener) shut(code websocket.StatusCode, reason string) {
	l.once.Do(func() {
		if code != 0 {
			_ = l.conn.Close(code, reason)
		}
		close(l.gone) // not before: a writer that ends takes the connection with it, the close frame unsent
		_ = l.conn.CloseNow()
	})
}

// hub keeps the open push connections.
type hub struct {
	mu     sync.Mutex
	closed bool
	all    map[*listener]bool
}

func newHub() *hub { return &hub{all: map[*listener]bool{}} }

func (h *hub) join(l *listener) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.all[l] = true
	}
	return !h.closed
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	delete(h.all, l)
	h.mu.Unlock()
	l.shut(0, "")
}

func (h *hub) pick(want func(*listener) bool) []*listener {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*listener
	for l := range h.all {
		if want(l) {
			out = append(out, l)
		}
	}
	return out
}

// kick closes the push of a session that was thrown out.
func (s *Server) kick(token string) {
	for _, l := range s.hub.pick(func(l *listener) bool { return l.token == token }) {
		s.crowd.run(func() { l.shut(closeKicked, "logged in elsewhere") })
	}
}

func (h *hub) closeAll() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	for _, l := range h.pick(func(*listener) bool { return true }) {
		_ = l.conn.CloseNow() // not shut: one that is saying goodbye is not waited for
	}
}

// tell sends an event to every agent and to the visitor of a track.
func (s *Server) tell(track string, e event) {
	text, err := json.Marshal(e)
	if err != nil {
		return
	}
	for _, l := range s.hub.pick(func(l *listener) bool { return l.track == "" || l.track == track }) {
		select {
		case l.queue <- frame{time.Now().Add(l.late), text}:
		default: // it does not read: let it come again
			l.shut(0, "")
		}
	}
}

// push serves one push connection: an agent's (token=…) or a visitor's (track_id=…).
func (s *Server) push(x *exchange) {
	q := x.r.URL.Query()
	l := &listener{token: q.Get("token"), queue: make(chan frame, 256), gone: make(chan struct{})}
	s.store.mu.Lock()
	if ses := s.store.sessions[l.token]; ses != nil && ses.ended == "" && l.token != "" {
		x.who, l.name = ses.account.Name, "agent:"+ses.account.Name+"/"+l.token[:6]
		if ses.later {
			l.late = s.faults.LatePush
		}
	} else if c := s.track(q.Get("track_id")); c != nil && l.token == "" {
		l.track, x.who, l.name = c.trackID, c.trackID, "visitor:"+c.trackID
	}
	s.store.mu.Unlock()
	if l.name == "" {
		x.fail(http.StatusUnauthorized, 40100, "登录已失效,请重新登录")
		return
	}
	conn, err := websocket.Accept(x, x.r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		x.logf("WARN", "push handshake failed client=%s err=%v", l.name, err)
		return
	}
	l.conn = conn
	conn.SetReadLimit(32 << 10)
	if !s.hub.join(l) {
		_ = conn.CloseNow()
		return
	}
	defer s.hub.leave(l)
	x.logf("INFO", "push open client=%s", l.name)
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	s.crowd.run(func() { defer cancel(); s.write(ctx, l) })
	for {
		kind, text, err := conn.Read(ctx)
		if err != nil {
			code := websocket.CloseStatus(err)
			if code < 0 {
				code = websocket.StatusAbnormalClosure
			}
			s.logs.appf(s.clock.Now(), "INFO", "push closed client=%s code=%d err=%v", l.name, code, err)
			return
		}
		if kind == websocket.MessageText && string(text) == `["h"]` {
			select {
			case l.queue <- frame{time.Now(), []byte(`["h"]`)}:
			default:
			}
		}
	}
}

// write sends what is queued for a listener when it is due, in order.
func (s *Server) write(ctx context.Context, l *listener) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.gone:
			return
		case f := <-l.queue:
			pause(ctx, time.Until(f.due))
			wctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			err := l.conn.Write(wctx, websocket.MessageText, f.text)
			cancel()
			var e struct{ Action string }
			_ = json.Unmarshal(f.text, &e)
			if err != nil {
				s.logs.appf(s.clock.Now(), "WARN", "push not delivered action=%s client=%s err=%v", e.Action, l.name, err)
				return
			}
			if e.Action != "" {
				s.logs.appf(s.clock.Now(), "DEBUG", "push sent action=%s client=%s", e.Action, l.name)
			}
		}
	}
}
