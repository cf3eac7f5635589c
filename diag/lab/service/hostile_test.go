package service

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// started gives a service and the token of a login.
func started(t *testing.T, opt Options) (*Server, string) {
	t.Helper()
	if opt.Policy.Window == 0 {
		opt.Policy = DefaultPolicy()
	}
	s, err := Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	_, body := ask(t, http.MethodPost, "http://"+s.Own().Workbench+"/api/v1/login", "", `{"account":"lin","password":"lab-test"}`)
	_, rest, ok := strings.Cut(body, `"token":"`)
	if !ok {
		t.Fatalf("login: %s", body)
	}
	token, _, _ := strings.Cut(rest, `"`)
	return s, token
}

func ask(t *testing.T, method, url, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func TestHostileRequestsDoNotPanic(t *testing.T) {
	t.Parallel()
	s, token := started(t, Options{})
	bodies := []string{"", "{", "null", "[]", `"x"`, "{}", `{"content":1}`, `{"account":["a"]}`, `{"msg_ids":"x"}`,
		`{"content":"` + strings.Repeat("x", 9000) + `"}`, strings.Repeat("[", 70000), "\x00\xff\xfe", `{"client_time":"0000-99-99"}`,
		`{"track_id":"\u0000","msg_ids":[-1,0,9223372036854775807],"msg_id":-1,"action":"` + strings.Repeat("撤", 500) + `"}`,
		`{"channel":"web","sdk":"\r\nX: y","sdk_version":"\u001b[31m"}`, `{"account":"lin","password":"lab-test","device":"\n2026 ERROR forged"}`}
	paths := []string{"/", "/chat", "/visitor", "/static/..%2f..%2fserver.go", "/static/chat.html", "/static/chat.js?build=*/alert(1)/*", "/static/%00",
		"/api/v1/login", "/api/v1/settings", "/api/v1/conversations", "/api/v1/conversations/7001/messages", "/api/v1/conversations/-1/messages",
		"/api/v1/conversations/99999999999999999999/messages", "/api/v1/conversations/x/messages/y/recall", "/api/v1/conversations/7001/messages/1/recall",
		"/api/v1/conversations/7001/messages/99999999999999999999/recall", "/api/v0/messages/zz/withdraw", "/api/v1/conversations/0/end", "/api/v1/visits",
		"/conversation/%2e%2e/messages", "/conversation/x/messages_streams?last_id=zz", "/client/msg_read", "/client/msg_delivered", "/client/actions",
		"/pusher/websocket?token=", "/pusher/websocket?token=%00&track_id=%ff", "/nowhere", "/" + strings.Repeat("a", 5000)}
	own := s.Own()
	for _, host := range append([]string{own.Workbench, own.Push, own.Visitor}, own.API...) {
		for _, path := range paths {
			for i, body := range bodies {
				for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete}[:1+(i+1)%3] {
					if status, answer := ask(t, method, "http://"+host+path, token, body); status >= 500 {
						t.Fatalf("%s %s %.40q = %d %s", method, path, body, status, answer)
					}
				}
			}
		}
	}
	log := s.Logs().App() + s.Logs().Access()
	if strings.Contains(log, "panic") {
		t.Errorf("a handler panicked:\n%s", log)
	}
	for _, line := range strings.Split(log, "\n") {
		if strings.HasPrefix(line, "2026 ERROR forged") || strings.ContainsRune(line, 0x1b) {
			t.Errorf("a client wrote into the log: %q", line)
		}
	}
	if status, _ := ask(t, http.MethodGet, "http://"+own.API[0]+"/healthz", "", ""); status != http.StatusOK {
		t.Errorf("health = %d afterwards", status)
	}
}

func TestHostileBytesDoNotPanic(t *testing.T) {
	t.Parallel()
	s, token := started(t, Options{})
	for _, raw := range []string{"", "\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01", "POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{",
		"GET /pusher/websocket?token=" + token + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff"} {
		c, err := net.Dial("tcp", s.Own().Push)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write([]byte(raw))
		_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		_, _ = io.ReadAll(c)
		_ = c.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	conn, res, err := websocket.Dial(ctx, "ws://"+s.Own().Push+"/pusher/websocket?token="+token, nil)
	if err != nil {
		t.Fatalf("%v (%v)", err, res)
	}
	for _, text := range []string{`["h"]`, `[`, strings.Repeat("x", 30000), "\x00"} {
		if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if _, data, err := conn.Read(ctx); err != nil || string(data) != `["h"]` {
		t.Errorf("probe answered %q, %v", data, err)
	}
	_ = conn.Write(ctx, websocket.MessageBinary, make([]byte, 64<<10)) // over the limit
	if _, _, err := conn.Read(ctx); err == nil {
		t.Error("an oversized frame was taken")
	}
	_ = conn.CloseNow()
	if strings.Contains(s.Logs().App(), "panic") {
		t.Error(s.Logs().App())
	}
}

func TestPushNeedsALogin(t *testing.T) {
	t.Parallel()
	s, _ := started(t, Options{})
	for _, q := range []string{"", "?token=", "?token=wrong", "?track_id=wrong", "?token=wrong&track_id=wrong"} {
		if status, _ := ask(t, http.MethodGet, "http://"+s.Own().Push+"/pusher/websocket"+q, "", ""); status != http.StatusUnauthorized {
			t.Errorf("%q = %d", q, status)
		}
	}
}
