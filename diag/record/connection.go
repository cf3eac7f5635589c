package record

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// connection speaks the DevTools protocol with one browser over its pipe. All
// events of all targets come out of one channel, in the order in which the
// browser sent them; a queue without a limit stands before it, so that the
// browser never waits for whoever handles them.
type connection struct {
	tr     *chromedp.PipeConn
	events chan event

	mu      sync.Mutex
	last    int64
	waiting map[int64]chan *cdproto.Message
	queue   []event
	wake    chan struct{}
	lost    chan struct{} // closed when the browser hung up
}

// event is one event of a target; session is "" for the browser's own.
type event struct {
	session target.SessionID
	payload any // pointer to an event type of cdproto
}

var errLost = errors.New("the browser hung up")

func newConnection(r io.ReadCloser, w io.WriteCloser) *connection {
	c := &connection{tr: chromedp.NewPipeConn(r, w), events: make(chan event), waiting: map[int64]chan *cdproto.Message{}, wake: make(chan struct{}, 1), lost: make(chan struct{})}
	go c.read()
	go c.pump()
	return c
}

func (c *connection) read() {
	for {
		msg := new(cdproto.Message)
		if err := c.tr.Read(context.Background(), msg); err != nil {
			c.mu.Lock()
			close(c.lost)
			c.mu.Unlock()
			c.nudge()
			return
		}
		if msg.Method == "" {
			c.mu.Lock()
			ch := c.waiting[msg.ID]
			delete(c.waiting, msg.ID)
			c.mu.Unlock()
			if ch != nil {
				ch <- msg // has room
			}
			continue
		}
		payload, err := cdproto.UnmarshalMessage(msg, chromedp.DefaultUnmarshalOptions)
		if err != nil {
			continue // an event that this build of the protocol does not know
		}
		c.mu.Lock()
		c.queue = append(c.queue, event{msg.SessionID, payload})
		c.mu.Unlock()
		c.nudge()
	}
}

func (c *connection) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// pump moves events from the queue to the channel, and closes it when the
// browser has hung up and all are out.
func (c *connection) pump() {
	defer close(c.events)
	for {
		c.mu.Lock()
		batch := c.queue
		c.queue = nil
		c.mu.Unlock()
		for _, e := range batch {
			c.events <- e
		}
		if len(batch) > 0 {
			continue
		}
		select {
		case <-c.wake:
		case <-c.lost:
			c.mu.Lock()
			empty := len(c.queue) == 0
			c.mu.Unlock()
			if empty {
				return
			}
		}
	}
}

func (c *connection) send(ctx context.Context, session target.SessionID, method string, params, result any) error {
	var raw jsonv2.Value
	if params != nil {
		var err error
		if raw, err = jsonv2.Marshal(params, chromedp.DefaultMarshalOptions); err != nil {
			return err
		}
	}
	reply := make(chan *cdproto.Message, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = reply
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
	}()
	if err := c.tr.Write(ctx, &cdproto.Message{ID: id, SessionID: session, Method: cdproto.MethodType(method), Params: raw}); err != nil {
		return errLost
	}
	select {
	case msg := <-reply:
		if msg.Error != nil {
			return msg.Error
		}
		if result == nil {
			return nil
		}
		return jsonv2.Unmarshal(msg.Result, result, chromedp.DefaultUnmarshalOptions)
	case <-c.lost:
		return errLost
	case <-ctx.Done():
		return ctx.Err()
	}
}

// post writes a command and does not wait for its answer.
func (c *connection) post(session target.SessionID, method string, params any) {
	raw, err := jsonv2.Marshal(params, chromedp.DefaultMarshalOptions)
	if err != nil {
		return
	}
	c.mu.Lock()
	c.last++
	id := c.last
	c.mu.Unlock()
	_ = c.tr.Write(context.Background(), &cdproto.Message{ID: id, SessionID: session, Method: cdproto.MethodType(method), Params: raw})
}

func (c *connection) close() { _ = c.tr.Close() }

// session is one target, or the browser itself where the id is "". It is a cdp.Session.
type session struct {
	conn *connection
	id   target.SessionID
	info *target.Info
}

// Call sends a command and waits for its answer.
func (s *session) Call(ctx context.Context, method string, params, result any) error {
	return s.conn.send(ctx, s.id, method, params, result)
}

// Subscribe is there for cdp.Session; the events come out of connection.events.
func (s *session) Subscribe(string) (<-chan jsonv2.Value, func()) {
	none := make(chan jsonv2.Value)
	close(none)
	return none, func() {}
}
