// Package relay is a stretch of bad network: a TCP relay in front of an
// address that can delay, reset and refuse.
//
// A relay works above TCP. The system answers a connection to a local port by
// itself, so a plain TCP connect through it looks fast; Opened lets a seat that
// simulates the far end of the path wait until the connection really is through.
package relay

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// Trouble is what is wrong with the path; the zero value is a good path.
type Trouble struct {
	Delay  time.Duration     // one way, each direction; a new connection takes both
	Reset  func([]byte) bool // a connection that carries such bytes towards the service is reset in the middle of the request
	Refuse bool              // nobody listens any more, and what was open is reset
}

// Relay stands in front of one address.
type Relay struct {
	upstream string
	addr     string

	mu       sync.Mutex
	trouble  Trouble
	listener net.Listener
	links    map[*link]bool
	closed   bool
	running  sync.WaitGroup
}

// link is one relayed connection.
type link struct {
	client, server net.Conn
	through        chan struct{} // closed once both halves stand, or it failed
}

// New opens a relay on a free port of host in front of upstream.
func New(host, upstream string) (*Relay, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, err
	}
	r := &Relay{upstream: upstream, addr: l.Addr().String(), listener: l, links: map[*link]bool{}}
	r.running.Add(1)
	go r.accept(l)
	return r, nil
}

// Addr is where clients connect.
func (r *Relay) Addr() string { return r.addr }

// Set changes what is wrong with the path. Idle connections do not survive a
// change, as when a device moves to another network; what is open for a
// WebSocket stays unless the path now refuses.
func (r *Relay) Set(t Trouble, drop bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return net.ErrClosed
	}
	r.trouble = t
	if t.Refuse || drop {
		for k := range r.links {
			if t.Refuse {
				reset(k.client)
			}
			k.close()
		}
	}
	switch {
	case t.Refuse && r.listener != nil:
		_ = r.listener.Close()
		r.listener = nil
	case !t.Refuse && r.listener == nil:
		l, err := net.Listen("tcp", r.addr)
		if err != nil {
			return err
		}
		r.listener = l
		r.running.Add(1)
		go r.accept(l)
	}
	return nil
}

// Opened waits until the connection from a client's local address is through
// to the service. It returns at once for addresses it does not know.
func (r *Relay) Opened(client net.Addr, patience time.Duration) {
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		r.mu.Lock()
		var k *link
		for l := range r.links {
			if l.client.RemoteAddr().String() == client.String() {
				k = l
			}
		}
		r.mu.Unlock()
		if k == nil { // not accepted yet
			time.Sleep(time.Millisecond)
			continue
		}
		select {
		case <-k.through:
		case <-time.After(time.Until(deadline)):
		}
		return
	}
}

// Close ends all connections and waits for the relay's goroutines.
func (r *Relay) Close() error {
	r.mu.Lock()
	r.closed = true
	if r.listener != nil {
		_ = r.listener.Close()
	}
	for k := range r.links {
		k.close()
	}
	r.mu.Unlock()
	r.running.Wait()
	return nil
}

func (r *Relay) accept(l net.Listener) {
	defer r.running.Done()
	for {
		c, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(5 * time.Millisecond)
			continue
		}
		k := &link{client: c, through: make(chan struct{})}
		r.mu.Lock()
		if r.closed || r.trouble.Refuse {
			r.mu.Unlock()
			reset(c)
			_ = c.Close()
			continue
		}
		r.links[k] = true
		r.running.Add(1)
		r.mu.Unlock()
		go r.carry(k)
	}
}

func (r *Relay) now() Trouble {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trouble
}

// carry relays one connection until an end closes it.
func (r *Relay) carry(k *link) {
	defer r.running.Done()
	defer func() {
		r.mu.Lock()
		delete(r.links, k)
		r.mu.Unlock()
		k.close()
	}()
	delay := r.now().Delay
	time.Sleep(delay) // the SYN on its way
	server, err := net.Dial("tcp", r.upstream)
	if err != nil {
		close(k.through)
		reset(k.client)
		return
	}
	r.mu.Lock()
	k.server = server
	gone := r.closed
	r.mu.Unlock()
	time.Sleep(delay) // and the answer
	close(k.through)
	if gone {
		return
	}
	var both sync.WaitGroup
	both.Add(2)
	go func() { defer both.Done(); r.pipe(k, k.client, server, true) }()
	go func() { defer both.Done(); r.pipe(k, server, k.client, false) }()
	both.Wait()
}

// piece is a read's worth of bytes and when it is due at the other end.
type piece struct {
	due  time.Time
	data []byte
}

// pipe carries one direction; up is towards the service.
func (r *Relay) pipe(k *link, from, to net.Conn, up bool) {
	pieces := make(chan piece, 256)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for p := range pieces {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil {
				k.close()
				for range pieces { // let the reader end
				}
				return
			}
		}
		if t, ok := to.(*net.TCPConn); ok {
			_ = t.CloseWrite()
		}
	}()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			t := r.now()
			data := bytes.Clone(buf[:n])
			cut := up && t.Reset != nil && t.Reset(data)
			if cut && !bytes.HasSuffix(data, []byte("\r\n\r\n")) {
				data = data[:n-2] // the head arrives, the body not whole
			}
			pieces <- piece{time.Now().Add(t.Delay), data}
			if cut {
				time.Sleep(20 * time.Millisecond) // the first half gets there
				reset(k.client)
				k.close()
				break
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				if errors.Is(err, syscall.ECONNRESET) {
					reset(to)
				}
				k.close()
			}
			break
		}
	}
	close(pieces)
	<-done
}

// close ends both halves; more than once does no harm.
func (k *link) close() {
	_ = k.client.Close()
	if k.server != nil {
		_ = k.server.Close()
	}
}

// reset makes the closing of a connection a reset rather than a farewell.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
}
