package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/coder/websocket"
)

// bidi is a connection that speaks WebDriver BiDi (W3C).
type bidi struct {
	conn  *websocket.Conn
	hear  func(method string, params json.RawMessage)
	ended chan struct{}

	mu      sync.Mutex
	last    int
	waiting map[int]chan bidiAnswer
}

type bidiAnswer struct {
	Type    string          `json:"type"` // success error event
	ID      int             `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

// dialBiDi connects, and hands every event to hear in the order in which they come.
func dialBiDi(ctx context.Context, address string, hear func(string, json.RawMessage)) (*bidi, error) {
	conn, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(64 << 20)
	b := &bidi{conn: conn, hear: hear, ended: make(chan struct{}), waiting: map[int]chan bidiAnswer{}}
	go b.read()
	return b, nil
}

func (b *bidi) read() {
	defer close(b.ended)
	for {
		_, data, err := b.conn.Read(context.Background())
		if err != nil {
			return
		}
		var a bidiAnswer
		if json.Unmarshal(data, &a) != nil {
			continue
		}
		if a.Type == "event" {
			b.hear(a.Method, a.Params)
			continue
		}
		b.mu.Lock()
		to := b.waiting[a.ID]
		delete(b.waiting, a.ID)
		b.mu.Unlock()
		if to != nil {
			to <- a
		}
	}
}

var errBrowserGone = errors.New("the browser closed the connection")

// call runs a command and reads its result into v, which may be nil.
func (b *bidi) call(ctx context.Context, method string, params, v any) error {
	to := make(chan bidiAnswer, 1)
	b.mu.Lock()
	b.last++
	id := b.last
	b.waiting[id] = to
	b.mu.Unlock()
	data, err := json.Marshal(object{"id": id, "method": method, "params": params})
	if err != nil {
		return err
	}
	if err := b.conn.Write(ctx, websocket.MessageText, data); err != nil {
		return err
	}
	select {
	case a := <-to:
		if a.Type == "error" {
			return fmt.Errorf("%s: %s: %s", method, a.Error, a.Message)
		}
		if v == nil {
			return nil
		}
		return json.Unmarshal(a.Result, v)
	case <-b.ended:
		return errBrowserGone
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, context.Cause(ctx))
	}
}
