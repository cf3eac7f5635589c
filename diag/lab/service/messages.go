package service

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// conversations lists what the desk is talking about.
func (s *Server) conversations(x *exchange, _ *session) {
	s.store.mu.Lock()
	var out []map[string]any
	for _, c := range s.store.list() {
		out = append(out, map[string]any{"id": c.id, "channel": c.channel, "track_id": c.trackID, "ended": c.ended,
			"visitor": map[string]string{"sdk": c.sdk, "sdk_version": c.version}})
	}
	s.store.mu.Unlock()
	x.ok(out)
}

// conv finds the conversation that a request names; the store must be locked.
func (s *Server) conv(x *exchange) *conversation {
	id, err := strconv.ParseInt(x.r.PathValue("conv"), 10, 64)
	if err != nil {
		return nil
	}
	return s.store.convs[id]
}

// wire gives a conversation's messages for the wire; the store must be locked.
func (c *conversation) wire() []wireMessage {
	out := make([]wireMessage, 0, len(c.msgs))
	for _, m := range c.msgs {
		out = append(out, m.wire())
	}
	return out
}

// history gives a conversation's messages.
func (s *Server) history(x *exchange, _ *session) {
	s.store.mu.Lock()
	c := s.conv(x)
	var out []wireMessage
	if c != nil {
		out = c.wire()
	}
	s.store.mu.Unlock()
	if c == nil {
		x.fail(http.StatusNotFound, 40401, "会话不存在")
		return
	}
	if age := s.faults.HistoryMaxAge; age > 0 {
		x.Header().Set("Cache-Control", fmt.Sprintf("private, max-age=%d", int(age.Seconds())))
	}
	x.ok(out)
}

// contentTypes are the kinds of message that can be sent.
var contentTypes = map[string]bool{"text": true, "photo": true, "audio": true, "file": true, "video": true, "rich_text": true, "hybrid": true}

// send takes an agent's message: POST {content, content_type, local_id}.
func (s *Server) send(x *exchange, ses *session) {
	var in struct {
		Content     string `json:"content"`
		ContentType string `json:"content_type"`
		LocalID     string `json:"local_id"`
	}
	if !x.body(&in) {
		return
	}
	if in.ContentType == "" {
		in.ContentType = "text"
	}
	if !contentTypes[in.ContentType] || len(in.Content) > 8000 {
		x.fail(http.StatusBadRequest, 40001, "消息格式不支持")
		return
	}
	s.store.mu.Lock()
	c := s.conv(x)
	if c == nil || c.ended {
		s.store.mu.Unlock()
		x.fail(http.StatusNotFound, 40401, "会话不存在或已结束")
		return
	}
	m := &message{content: in.Content, contentType: in.ContentType, fromType: "agent", author: ses.account.Name, created: s.clock.Now(), readStatus: 1}
	if s.faults.TakenBy != "" {
		m.takenBy = []string{s.faults.TakenBy}
	}
	s.store.add(c, m)
	w, track := m.wire(), c.trackID
	s.store.mu.Unlock()
	x.logf("INFO", "message stored conv=%d msg=%d type=%s from=agent:%s", w.ConversationID, w.ID, w.ContentType, ses.account.Name)
	if s.faults.TakenBy != "" {
		x.logf("INFO", "webhook delivered system=%s event=message.created msg=%d", s.faults.TakenBy, w.ID)
	}
	s.tell(track, event{Action: "message", Body: w})
	x.ok(map[string]any{"message": w, "local_id": in.LocalID})
	if s.onSend != nil {
		s.onSend()
	}
}

// end closes a conversation.
func (s *Server) end(x *exchange, ses *session) {
	s.store.mu.Lock()
	c := s.conv(x)
	var track string
	if c != nil {
		c.ended, track = true, c.trackID
	}
	s.store.mu.Unlock()
	if c == nil {
		x.fail(http.StatusNotFound, 40401, "会话不存在")
		return
	}
	x.logf("INFO", "conversation ended conv=%d by=agent:%s", c.id, ses.account.Name)
	s.tell(track, event{Action: "end_conv_agent", Nickname: ses.account.Nickname, Body: map[string]any{"conversation_id": c.id}})
	x.ok(nil)
}

// refusal is why a recall is not done: for the log the rule, for the client an
// answer that, as in life, does not always tell.
type refusal struct {
	rule   string
	status int
	code   int
	text   string
}

// The refusals. Several share one text and one code.
var (
	refusedMissing  = refusal{"missing", http.StatusNotFound, 40404, "该消息无法撤回"}
	refusedAlready  = refusal{"already_recalled", http.StatusConflict, 40900, "消息已撤回,请勿重复操作"}
	refusedEnded    = refusal{"conversation_ended", http.StatusConflict, 40910, "该消息无法撤回"}
	refusedNotOwn   = refusal{"not_own", http.StatusForbidden, 40300, "该消息无法撤回"}
	refusedRole     = refusal{"role", http.StatusForbidden, 40300, "操作失败,请联系管理员"}
	refusedChannel  = refusal{"channel", http.StatusOK, 50010, "撤回失败,请稍后重试"}
	refusedType     = refusal{"content_type", http.StatusForbidden, 40300, "该消息无法撤回"}
	refusedTaken    = refusal{"processed", http.StatusOK, 50010, "撤回失败,请稍后重试"}
	refusedActed    = refusal{"visitor_acted", http.StatusForbidden, 40300, "该消息无法撤回"}
	refusedRead     = refusal{"read", http.StatusForbidden, 40302, "消息已被阅读,无法撤回"}
	refusedTooLate  = refusal{"window", http.StatusForbidden, 40301, "已超过可撤回时间,无法撤回"}
	refusedOutdated = refusal{"client_version", http.StatusUpgradeRequired, 42600, "当前客户端版本过低,请升级后重试"}
	refusedQuota    = refusal{"quota", http.StatusTooManyRequests, 42900, "操作过于频繁,请稍后再试"}
)

func (x *exchange) refuse(r refusal, msg int64) {
	x.logf("WARN", "recall refused msg=%d account=%s rule=%s", msg, x.who, r.rule)
	x.fail(r.status, r.code, r.text)
}

// recall takes a message back.
func (s *Server) recall(x *exchange, ses *session) {
	var in struct {
		ClientTime string `json:"client_time"`
	}
	if !x.body(&in) {
		return
	}
	id, _ := strconv.ParseInt(x.r.PathValue("id"), 10, 64)
	x.logf("INFO", "recall received conv=%s msg=%d account=%s", quote(x.r.PathValue("conv")), id, ses.account.Name)
	if older(clientVersion(x.r), s.policy.MinDesktop) {
		x.refuse(refusedOutdated, id)
		return
	}
	if wait := s.overQuota(ses.account.Name); wait > 0 {
		x.Header().Set("Retry-After", strconv.Itoa(1+int(wait.Seconds())))
		x.refuse(refusedQuota, id)
		return
	}
	s.take(x, ses, s.pathConv(x), id, in.ClientTime)
}

// oldRecall is the recall of builds before the current one: it works until the
// current build is deployed, and is gone afterwards.
func (s *Server) oldRecall(x *exchange, ses *session) {
	id, _ := strconv.ParseInt(x.r.PathValue("id"), 10, 64)
	if s.build() != oldBuild {
		x.logf("WARN", "removed endpoint called path=%s referer_build=old", quote(x.r.URL.Path))
		x.fail(http.StatusGone, 41000, "Gone")
		return
	}
	s.store.mu.Lock()
	var conv int64
	for _, c := range s.store.convs {
		if c.find(id) != nil {
			conv = c.id
		}
	}
	s.store.mu.Unlock()
	s.take(x, ses, conv, id, "")
}

func (s *Server) pathConv(x *exchange) int64 {
	id, _ := strconv.ParseInt(x.r.PathValue("conv"), 10, 64)
	return id
}

// take judges a recall and, when it may be, does it and tells everybody.
func (s *Server) take(x *exchange, ses *session, conv, id int64, clientTime string) {
	now := s.clock.Now()
	judged := now
	if t, err := time.Parse(time.RFC3339, clientTime); err == nil && s.faults.TrustClientTime {
		judged = t
	}
	s.store.mu.Lock()
	var m *message
	if c := s.store.convs[conv]; c != nil {
		m = c.find(id)
	}
	why := s.judge(m, ses, judged)
	var age time.Duration
	var track string
	if m != nil {
		age, track = judged.Sub(m.created), m.conv.trackID
	}
	if why == nil && !s.faults.LoseRecalls {
		m.withdrawn = true
	}
	s.store.mu.Unlock()
	if why != nil {
		if why.rule == "window" {
			x.logf("WARN", "recall outside the window msg=%d age_ms=%d window_ms=%d", id, age.Milliseconds(), s.policy.Window.Milliseconds())
		}
		x.refuse(*why, id)
		return
	}
	x.logf("INFO", "recall accepted conv=%d msg=%d account=%s age_ms=%d", conv, id, ses.account.Name, age.Milliseconds())
	x.ok(map[string]any{"msg_id": id})
	if !s.faults.LoseRecalls {
		s.tell(track, event{Action: "withdraw_msg", Nickname: ses.account.Nickname, Body: map[string]any{"msg_id": id}})
	}
}

// judge applies the rules of recalling, in order; the store must be locked.
func (s *Server) judge(m *message, ses *session, at time.Time) *refusal {
	p := s.policy
	switch {
	case m == nil:
		return &refusedMissing
	case m.withdrawn:
		return &refusedAlready
	case m.conv.ended:
		return &refusedEnded
	case !p.roleOK(ses.account.Role):
		return &refusedRole
	case m.author != ses.account.Name:
		return &refusedNotOwn
	case !p.channelOK(m.conv.channel):
		return &refusedChannel
	case !p.typeOK(m.contentType):
		return &refusedType
	case p.TakenBlocks && len(m.takenBy) > 0:
		return &refusedTaken
	case p.ActedBlocks && m.actedAfter() != "":
		return &refusedActed
	case p.ReadBlocks && m.readStatus == 3:
		return &refusedRead
	case at.Sub(m.created) > p.Window:
		return &refusedTooLate
	}
	return nil
}

// overQuota counts a recall against the account's quota, and tells how long to
// wait when it is used up.
func (s *Server) overQuota(account string) time.Duration {
	f := s.faults
	if f.RateLimit <= 0 {
		return 0
	}
	now := time.Now()
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	var recent []time.Time
	for _, t := range s.store.recalls[account] {
		if now.Sub(t) < f.RatePer {
			recent = append(recent, t)
		}
	}
	if len(recent) >= f.RateLimit {
		s.store.recalls[account] = recent
		return f.RatePer - now.Sub(recent[0])
	}
	s.store.recalls[account] = append(recent, now)
	return 0
}
