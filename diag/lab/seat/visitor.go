package seat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Guest is a visitor at the chat page or in an app; it follows the rules of visitor.js.
type Guest struct {
	B            *Browser
	SDK, Version string

	boot boot
	base string
	stop context.CancelFunc
	push sync.WaitGroup

	mu       sync.Mutex
	track    string
	autoRead bool
	shown    map[int64]bool
	read     map[int64]bool
	changed  chan struct{}
}

// NewGuest seats a visitor before a browser.
func NewGuest(b *Browser, sdk, version string) *Guest {
	return &Guest{B: b, SDK: sdk, Version: version, stop: func() {}, shown: map[int64]bool{}, read: map[int64]bool{}, changed: make(chan struct{}, 1)}
}

// Open loads the page, joins the talk of a channel and opens the push connection.
func (g *Guest) Open(ctx context.Context, page, channel string) error {
	var err error
	q := url.Values{"channel": {channel}, "sdk": {g.SDK}, "v": {g.Version}}
	if g.boot, err = g.B.Visit(ctx, page+"?"+q.Encode()); err != nil {
		return err
	}
	g.base = origin(g.B.pageURL())
	var visit struct {
		Track    string `json:"track_id"`
		AutoRead bool   `json:"auto_read"`
	}
	err = g.do(ctx, http.MethodPost, "/api/v1/visits", map[string]string{"channel": channel, "sdk": g.SDK, "sdk_version": g.Version}, &visit)
	if err != nil {
		return err
	}
	g.mu.Lock()
	g.track, g.autoRead = visit.Track, visit.AutoRead
	g.mu.Unlock()
	var list []Message
	if err := g.do(ctx, http.MethodGet, "/conversation/"+visit.Track+"/messages", nil, &list); err != nil {
		return err
	}
	for _, m := range list {
		if !m.withdrawn() {
			g.show(ctx, m)
		}
	}
	return g.connect(ctx)
}

func (g *Guest) do(ctx context.Context, method, path string, body, into any) error {
	a := Ask{Method: method, URL: g.base + path, By: "call", Header: map[string]string{}}
	g.mu.Lock()
	if g.track != "" {
		a.Header["Authorization"] = "lab:" + g.track + ":" + strconv.FormatInt(time.Now().Unix()+60, 10)
	}
	g.mu.Unlock()
	res, err := g.B.call(ctx, a, body)
	if err != nil {
		return err
	}
	if res.Code != 0 {
		return fmt.Errorf("%s: code %d %s", path, res.Code, res.Message)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(res.Data, into)
}

func (g *Guest) connect(ctx context.Context) error {
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	g.stop = stop
	first := make(chan struct{})
	var once sync.Once
	ready := func() { once.Do(func() { close(first) }) }
	log := func(level, format string, args ...any) { g.B.Console.logf(level, "visitor.js", format, args...) }
	s := &socket{b: g.B, reconnect: time.Duration(g.boot.ReconnectMS) * time.Millisecond,
		address: func() string {
			return fmt.Sprintf("%s?browser_id=%s&ent_id=%d&track_id=%s&time=%d", g.boot.Push, g.boot.Build, g.boot.Enterprise, g.track, time.Now().UnixMilli())
		},
		opened:   func() { log("info", "push open"); ready() },
		received: func(e Event) { log("info", "push %s", e.Action); g.receive(life, e) },
		closed:   func(code int, _ string) bool { log("warn", "push closed code=%d", code); ready(); return true },
	}
	g.push.Add(1)
	go func() { defer g.push.Done(); s.run(life) }()
	select {
	case <-first:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close leaves the page.
func (g *Guest) Close() {
	g.stop()
	g.push.Wait()
	g.B.Close()
}

func (g *Guest) receive(ctx context.Context, e Event) {
	switch e.Action {
	case "message":
		var m Message
		if json.Unmarshal(e.Body, &m) == nil {
			g.show(ctx, m)
		}
	case "withdraw_msg":
		var body struct {
			ID int64 `json:"msg_id"`
		}
		if json.Unmarshal(e.Body, &body) == nil && g.honours() {
			g.set(func() { delete(g.shown, body.ID) })
		}
	}
}

// honours tells whether this client's version knows recalls.
func (g *Guest) honours() bool {
	least := strings.Split(g.boot.MinVersions[g.SDK], ".")
	mine := strings.Split(g.Version, ".")
	for i := range least {
		var x, y int
		if i < len(mine) {
			x, _ = strconv.Atoi(mine[i])
		}
		y, _ = strconv.Atoi(least[i])
		if x != y {
			return x > y
		}
	}
	return true
}

func (g *Guest) show(ctx context.Context, m Message) {
	g.set(func() { g.shown[m.ID] = true })
	if m.FromType == "client" {
		return
	}
	g.mu.Lock()
	receipt := map[string]any{"track_id": g.track, "msg_ids": []int64{m.ID}}
	auto := g.autoRead
	g.mu.Unlock()
	_ = g.do(ctx, http.MethodPost, "/client/msg_delivered", receipt, nil)
	if auto && g.do(ctx, http.MethodPost, "/client/msg_read", receipt, nil) == nil {
		g.set(func() { g.read[m.ID] = true })
	}
}

func (g *Guest) set(f func()) {
	g.mu.Lock()
	f()
	g.mu.Unlock()
	select {
	case g.changed <- struct{}{}:
	default:
	}
}

// Sees tells whether the page shows a message.
func (g *Guest) Sees(id int64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shown[id]
}

// Settled tells whether the page is done with a message: shown, and read where
// it reads at once.
func (g *Guest) Settled(id int64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shown[id] && (!g.autoRead || g.read[id])
}

// Reply answers the agent.
func (g *Guest) Reply(ctx context.Context, text string) error {
	g.mu.Lock()
	path := "/conversation/" + g.track + "/messages"
	g.mu.Unlock()
	return g.do(ctx, http.MethodPost, path, map[string]string{"content": text}, nil)
}

// Wait returns when the condition holds, or ctx ends.
func (g *Guest) Wait(ctx context.Context, cond func() bool) bool { return wait(ctx, g.changed, cond) }
