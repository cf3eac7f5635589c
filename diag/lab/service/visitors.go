package service

import (
	"net/http"
	"strconv"
)

// visit opens a visitor's talk: POST {channel, sdk, sdk_version}. It joins the
// conversation of the channel, as a test page should land where the agent looks.
func (s *Server) visit(x *exchange) {
	var in struct {
		Channel string `json:"channel"`
		SDK     string `json:"sdk"`
		Version string `json:"sdk_version"`
	}
	if !x.body(&in) {
		return
	}
	s.store.mu.Lock()
	var found *conversation
	for _, c := range s.store.list() {
		if c.channel == in.Channel {
			found = c
			break
		}
	}
	if found != nil {
		if in.SDK != "" {
			found.sdk, found.version = quote(in.SDK), quote(in.Version)
		}
	}
	s.store.mu.Unlock()
	if found == nil {
		x.fail(http.StatusNotFound, 40401, "渠道不存在")
		return
	}
	tip := "close"
	if s.policy.HideTip {
		tip = "open"
	}
	x.who = found.trackID
	x.logf("INFO", "visit conv=%d track=%s sdk=%s version=%s", found.id, found.trackID, quote(in.SDK), quote(in.Version))
	x.ok(map[string]any{
		"track_id": found.trackID, "visit_id": "visit-" + randomHex(6), "conversation_id": found.id, "enterprise_id": enterprise,
		"auto_read":           s.faults.VisitorReads,
		"withdraw_msg_config": map[string]any{"no_notification": tip},
	})
}

// track finds the conversation of a visitor; the store must be locked.
func (s *Server) track(id string) *conversation {
	for _, c := range s.store.convs {
		if c.trackID == id {
			return c
		}
	}
	return nil
}

// visitorHistory gives a visitor the whole talk.
func (s *Server) visitorHistory(x *exchange) {
	s.store.mu.Lock()
	c := s.track(x.r.PathValue("track"))
	var out []wireMessage
	if c != nil {
		out = c.wire()
	}
	s.store.mu.Unlock()
	if c == nil {
		x.fail(http.StatusNotFound, 40401, "会话不存在")
		return
	}
	x.who = c.trackID
	x.ok(out)
}

// visitorStream is what visitors poll while their socket is down: new messages
// only, never a recall.
func (s *Server) visitorStream(x *exchange) {
	after, _ := strconv.ParseInt(x.r.URL.Query().Get("last_id"), 10, 64)
	s.store.mu.Lock()
	c := s.track(x.r.PathValue("track"))
	out := []event{}
	if c != nil {
		for _, m := range c.msgs {
			if m.id > after && !m.withdrawn {
				out = append(out, event{Action: "message", Body: m.wire()})
			}
		}
	}
	s.store.mu.Unlock()
	x.ok(out)
}

// visitorSend takes a visitor's message.
func (s *Server) visitorSend(x *exchange) {
	var in struct {
		Content string `json:"content"`
	}
	if !x.body(&in) {
		return
	}
	s.store.mu.Lock()
	c := s.track(x.r.PathValue("track"))
	if c == nil || c.ended || len(in.Content) > 8000 {
		s.store.mu.Unlock()
		x.fail(http.StatusNotFound, 40401, "会话不存在或已结束")
		return
	}
	m := &message{content: in.Content, contentType: "text", fromType: "client", author: c.trackID, created: s.clock.Now(), readStatus: 1}
	s.store.add(c, m)
	w := m.wire()
	s.store.mu.Unlock()
	x.who = w.TrackID
	x.logf("INFO", "message stored conv=%d msg=%d type=text from=client", w.ConversationID, w.ID)
	s.tell(w.TrackID, event{Action: "message", Body: w})
	x.ok(map[string]any{"message": w})
}

// receipt notes that messages arrived at, or were read by, the visitor:
// POST {track_id, msg_ids}.
func (s *Server) receipt(x *exchange) {
	var in struct {
		TrackID string  `json:"track_id"`
		IDs     []int64 `json:"msg_ids"`
	}
	if !x.body(&in) {
		return
	}
	status := 2
	if x.r.URL.Path == "/client/msg_read" {
		status = 3
	}
	s.store.mu.Lock()
	c := s.track(in.TrackID)
	changed := []int64{}
	if c != nil {
		for _, id := range in.IDs {
			if m := c.find(id); m != nil && m.fromType != "client" && m.readStatus < status {
				m.readStatus = status
				changed = append(changed, id)
			}
		}
	}
	s.store.mu.Unlock()
	if c == nil {
		x.fail(http.StatusNotFound, 40401, "会话不存在")
		return
	}
	x.who = c.trackID
	if len(changed) > 0 {
		x.logf("INFO", "receipt track=%s msgs=%v read_status=%d", c.trackID, changed, status)
		s.tell(c.trackID, event{Action: "msg_status", Body: map[string]any{"msg_ids": changed, "read_status": status}})
	}
	x.ok(nil)
}

// visitorAction notes that a visitor clicked or forwarded a message:
// POST {track_id, msg_id, action}.
func (s *Server) visitorAction(x *exchange) {
	var in struct {
		TrackID string `json:"track_id"`
		ID      int64  `json:"msg_id"`
		Action  string `json:"action"`
	}
	if !x.body(&in) {
		return
	}
	s.store.mu.Lock()
	c := s.track(in.TrackID)
	var m *message
	if c != nil {
		m = c.find(in.ID)
	}
	if m != nil && (in.Action == "clicked" || in.Action == "forwarded") {
		m.acted = in.Action
	}
	s.store.mu.Unlock()
	if m == nil {
		x.fail(http.StatusNotFound, 40404, "消息不存在")
		return
	}
	x.logf("INFO", "visitor action msg=%d action=%s", in.ID, quote(in.Action))
	x.ok(nil)
}
