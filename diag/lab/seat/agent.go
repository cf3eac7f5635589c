package seat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Agent is a person at the workbench; it follows the rules of chat.js.
type Agent struct {
	B       *Browser
	Account string
	Version string // of the desktop client, "" in a browser
	Conv    int64  // the conversation that is open

	boot  boot
	watch watch
	stop  context.CancelFunc
	push  sync.WaitGroup

	mu       sync.Mutex
	token    string
	buttonMS int64
	newest   map[int64]int64
	messages map[int64][]Message
	turn     int           // of the last question for history
	applied  map[int64]int // the turn whose answer is shown
	notice   string
	changed  chan struct{}
}

// NewAgent seats an agent before a browser.
func NewAgent(b *Browser, account, version string, conv int64) *Agent {
	return &Agent{B: b, Account: account, Version: version, Conv: conv, stop: func() {}, newest: map[int64]int64{}, messages: map[int64][]Message{}, applied: map[int64]int{}, changed: make(chan struct{}, 1)}
}

// Open loads the workbench.
func (a *Agent) Open(ctx context.Context, workbench string) error {
	workbench += fmt.Sprintf("?conv=%d", a.Conv)
	if a.Version != "" {
		workbench += "&client=desktop&v=" + a.Version
	}
	var err error
	a.watch = watch{began: time.Now()}
	if a.boot, err = a.B.Visit(ctx, workbench); err == nil {
		a.seeView()
	}
	return err
}

// Login signs in, reads what there is, and opens the push connection.
func (a *Agent) Login(ctx context.Context, password string) error {
	device := "web"
	if a.Version != "" {
		device = "desktop_app"
	}
	page := a.B.pageURL()
	res, err := a.B.call(ctx, Ask{Method: http.MethodPost, URL: origin(page) + "/api/v1/login", By: "login", Patience: a.patience()},
		map[string]string{"account": a.Account, "password": password, "device": device})
	if err != nil {
		return err
	}
	var in struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(res.Data, &in); err != nil || res.Code != 0 {
		return fmt.Errorf("login %s: code %d %s", a.Account, res.Code, res.Message)
	}
	a.mu.Lock()
	a.token = in.Token
	a.mu.Unlock()
	a.log("info", "login account=%s build=%s client=%s", a.Account, a.boot.Build, strings.TrimPrefix(device, "desktop_"))
	var settings struct {
		Withdraw struct {
			Button float64 `json:"button_seconds"`
		} `json:"withdraw_msg_config"`
	}
	if err := a.get(ctx, a.api(0)+"/api/v1/settings", "login", &settings); err != nil {
		return err
	}
	var convs []struct {
		ID int64 `json:"id"`
	}
	if err := a.get(ctx, a.api(0)+"/api/v1/conversations", "login", &convs); err != nil {
		return err
	}
	a.mu.Lock()
	a.buttonMS = int64(settings.Withdraw.Button * 1000)
	a.mu.Unlock()
	for _, c := range convs {
		a.refresh(ctx, c.ID)
	}
	a.layout()
	return a.connect(ctx)
}

func (a *Agent) patience() time.Duration { return time.Duration(a.boot.TimeoutMS) * time.Millisecond }

// api picks the address of the backend that keeps a conversation.
func (a *Agent) api(conv int64) string { return a.boot.API[conv%int64(len(a.boot.API))] }

func (a *Agent) log(level, format string, args ...any) {
	a.B.Console.logf(level, scriptName(a.B.pageURL()), format, args...)
}

func (a *Agent) call(ctx context.Context, method, url, by string, body any) (reply, error) {
	a.mu.Lock()
	h := map[string]string{"Authorization": "Bearer " + a.token}
	a.mu.Unlock()
	if a.Version != "" {
		h["X-Client-Version"] = a.Version
	}
	return a.B.call(ctx, Ask{Method: method, URL: url, Header: h, By: by, Patience: a.patience()}, body)
}

func (a *Agent) get(ctx context.Context, url, by string, into any) error {
	res, err := a.call(ctx, http.MethodGet, url, by, nil)
	if err != nil {
		return err
	}
	if res.Code != 0 {
		return fmt.Errorf("%s: code %d %s", url, res.Code, res.Message)
	}
	return json.Unmarshal(res.Data, into)
}

// connect opens the push connection and keeps it until Close.
func (a *Agent) connect(ctx context.Context) error {
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	first := make(chan struct{})
	var once sync.Once
	s := &socket{b: a.B, reconnect: time.Duration(a.boot.ReconnectMS) * time.Millisecond,
		address: func() string {
			a.mu.Lock()
			defer a.mu.Unlock()
			return fmt.Sprintf("%s?token=%s&browser_id=%s&ent_id=%d&time=%d", a.boot.Push, a.token, a.boot.Build, a.boot.Enterprise, time.Now().UnixMilli())
		},
		opened: func() {
			a.log("info", "push open")
			once.Do(func() { close(first) })
		},
		received: func(e Event) { a.receive(life, e) },
		closed: func(code int, reason string) bool {
			a.log("warn", "push closed code=%d reason=%s", code, reason)
			once.Do(func() { close(first) })
			if code == 4001 {
				a.say("您的账号已在其他设备登录")
			}
			return code != 4001
		},
	}
	a.push.Add(1)
	go func() { defer a.push.Done(); s.run(life) }()
	select {
	case <-first:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Leave leaves the page, and the browser stays open.
func (a *Agent) Leave() {
	a.stop()
	a.push.Wait()
}

// Close closes the browser.
func (a *Agent) Close() {
	a.Leave()
	a.B.Close()
}

func (a *Agent) receive(ctx context.Context, e Event) {
	a.log("info", "push %s %s", e.Action, e.Body)
	var body struct {
		ID   int64 `json:"id"`
		Conv int64 `json:"conversation_id"`
	}
	_ = json.Unmarshal(e.Body, &body)
	conv := a.Conv
	if e.Action == "message" {
		conv = body.Conv
		a.set(func() { a.newest[conv] = max(a.newest[conv], body.ID) })
	}
	a.refresh(ctx, conv)
}

// refresh reads a conversation's history again, perhaps from the cache.
func (a *Agent) refresh(ctx context.Context, conv int64) {
	a.mu.Lock()
	last := a.newest[conv]
	a.turn++
	turn := a.turn
	a.mu.Unlock()
	var list []Message
	err := a.get(ctx, fmt.Sprintf("%s/api/v1/conversations/%d/messages?last=%d", a.api(conv), conv, last), "refresh", &list)
	if err != nil {
		if ctx.Err() == nil {
			a.log("warn", "history failed conv=%d %v", conv, err)
		}
		return
	}
	a.set(func() {
		if turn > a.applied[conv] { // not overtaken by a later answer
			a.applied[conv], a.messages[conv] = turn, list
		}
	})
}

// set changes what the seat sees, and wakes whoever waits for a change.
func (a *Agent) set(f func()) {
	a.mu.Lock()
	f()
	a.mu.Unlock()
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

func (a *Agent) say(text string) { a.set(func() { a.notice = text }) }

// Notice is the text that the page shows, "" for none.
func (a *Agent) Notice() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.notice
}

// Sees gives a message as the page shows it; ok is false when it does not.
func (a *Agent) Sees(conv, id int64) (m Message, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range a.messages[conv] {
		if m.ID == id && !m.withdrawn() {
			return m, true
		}
	}
	return Message{}, false
}

// Send sends a message and gives its number.
func (a *Agent) Send(ctx context.Context, conv int64, contentType, content string) (int64, error) {
	res, err := a.call(ctx, http.MethodPost, fmt.Sprintf("%s/api/v1/conversations/%d/messages", a.api(conv), conv), "send",
		map[string]string{"content": content, "content_type": contentType, "local_id": "local-" + strconv.FormatInt(time.Now().UnixNano(), 36)})
	if err != nil {
		return 0, err
	}
	var in struct {
		Message Message `json:"message"`
	}
	if err := json.Unmarshal(res.Data, &in); err != nil || res.Code != 0 {
		return 0, fmt.Errorf("send: code %d %s", res.Code, res.Message)
	}
	a.set(func() { a.newest[conv] = max(a.newest[conv], in.Message.ID) })
	a.log("info", "sent msg=%d conv=%d", in.Message.ID, conv)
	a.refresh(ctx, conv)
	return in.Message.ID, nil
}

// End closes a conversation.
func (a *Agent) End(ctx context.Context, conv int64) error {
	res, err := a.call(ctx, http.MethodPost, fmt.Sprintf("%s/api/v1/conversations/%d/end", a.api(conv), conv), "end", map[string]string{})
	if err == nil && res.Code != 0 {
		err = fmt.Errorf("end: code %d %s", res.Code, res.Message)
	}
	return err
}

// Wait returns when the condition holds, or ctx ends: it looks again after each change.
func (a *Agent) Wait(ctx context.Context, cond func() bool) bool { return wait(ctx, a.changed, cond) }

func wait(ctx context.Context, changed <-chan struct{}, cond func() bool) bool {
	for {
		if cond() {
			return true
		}
		select {
		case <-ctx.Done():
			return cond()
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Reload reads a conversation again, as opening it does.
func (a *Agent) Reload(ctx context.Context, conv int64) { a.refresh(ctx, conv) }
