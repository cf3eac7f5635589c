package service

import (
	"net/http"
	"strings"
	"time"
)

// sessionCookie carries the agent's session besides the Authorization header.
const sessionCookie = "agent_sid"

// login opens a session: POST {account, password, device}.
func (s *Server) login(x *exchange) {
	var in struct{ Account, Password, Device string }
	if !x.body(&in) {
		return
	}
	a, known := accounts[in.Account]
	if !known || in.Password != Password {
		x.fail(http.StatusUnauthorized, 40102, "账号或密码错误")
		return
	}
	ses := &session{token: randomHex(16), account: a, created: s.clock.Now(), device: quote(in.Device)}
	s.store.mu.Lock()
	var out []string
	for _, o := range s.store.sessions {
		if o.account.Name != a.Name || o.ended != "" {
			continue
		}
		if s.faults.SingleLogin {
			o.ended = "kicked"
			out = append(out, o.token)
		} else {
			ses.later = true
		}
	}
	if len(s.store.sessions) > 10000 {
		clear(s.store.sessions)
	}
	s.store.sessions[ses.token] = ses
	s.store.mu.Unlock()
	x.who = a.Name
	for _, t := range out {
		x.logf("WARN", "session ended account=%s session=%s reason=login_elsewhere", a.Name, t[:6])
		s.kick(t)
	}
	x.logf("INFO", "login account=%s session=%s device=%s", a.Name, ses.token[:6], ses.device)
	http.SetCookie(x, &http.Cookie{Name: sessionCookie, Value: ses.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 86400})
	x.ok(map[string]any{"token": ses.token, "agent": a, "expires_on": createdOn(ses.created.Add(24 * time.Hour))})
}

// signedIn finds the session of a request, or answers that there is none.
func (s *Server) signedIn(x *exchange) *session {
	token, _ := strings.CutPrefix(x.r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		if c, err := x.r.Cookie(sessionCookie); err == nil {
			token = c.Value
		}
	}
	s.store.mu.Lock()
	ses := s.store.sessions[token]
	ended := ""
	if ses != nil {
		ended = ses.ended
	}
	s.store.mu.Unlock()
	switch {
	case ses == nil:
		x.fail(http.StatusUnauthorized, 40100, "登录已失效,请重新登录")
		return nil
	case ended != "":
		x.who = ses.account.Name
		x.logf("WARN", "request with an ended session account=%s session=%s reason=%s path=%s", ses.account.Name, token[:6], ended, x.r.URL.Path)
		x.fail(http.StatusUnauthorized, 40100, "登录已失效,请重新登录")
		return nil
	}
	x.who = ses.account.Name
	return ses
}

// settings tells a workbench what its account may do and how.
func (s *Server) settings(x *exchange, ses *session) {
	tip := "close"
	if s.policy.HideTip {
		tip = "open"
	}
	x.ok(map[string]any{
		"enterprise_id": enterprise,
		"agent":         ses.account,
		"permissions":   map[string]bool{"recall_message": s.policy.roleOK(ses.account.Role)},
		"withdraw_msg_config": map[string]any{
			"no_notification": tip,
			"button_seconds":  s.policy.button().Seconds(),
		},
	})
}

// version tells which build is current, and from which desktop client on.
func (s *Server) version(x *exchange) {
	x.ok(map[string]any{"build": s.build(), "min_desktop": s.policy.MinDesktop})
}
