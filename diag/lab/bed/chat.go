package bed

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// WSFault is how WebSocket upgrades go wrong.
type WSFault string

// The faults of a WebSocket.
const (
	WSGood   WSFault = ""
	WSRefuse WSFault = "refuse" // 403
	WSStrip  WSFault = "strip"  // the answer to a request whose Upgrade header was taken away: 426
	WSMute   WSFault = "mute"   // 101, then nothing
)

// ServiceFault is how one backend behaves. The zero value is a good day: it
// answers at once, by this machine's clock.
type ServiceFault struct {
	ClockOffset time.Duration // of the Date header, against this machine's clock
	NoDate      bool
	Age         time.Duration // as an answer from a cache: Age, and Date of back then

	TTFB   time.Duration // before the answer
	Spread time.Duration // and as much more, exponentially distributed with this mean
	Status int           // answered instead of 200
	Share  float64       // of the requests that get Status; 0 is all of them
	Retry  time.Duration // Retry-After with Status; 0 is none
	Quota  int           // requests answered per second of the wall clock, all others 429; 0 is no limit

	WS     WSFault
	WSIdle time.Duration // WebSockets die without a word when nothing came for so long; 0 is never

	Cert CertFault
}

// Backend is one address of the service.
type Backend struct {
	IP       string
	Requests atomic.Int64 // HTTP requests it got, upgrades included
	Conns    atomic.Int64 // TCP connections it accepted, on all ports
	Hellos   atomic.Int64 // TLS handshakes that were begun

	fault atomic.Pointer[ServiceFault]
	mu    sync.Mutex
	rnd   *rand.Rand
	sec   int64 // the second that quota counts in
	used  int
}

// Chat is the service: HTTPS and WSS on port 443 and HTTP on port 80 of every
// backend. Every path answers; /pusher/websocket upgrades.
type Chat struct {
	Backends []*Backend

	ctx     context.Context
	stop    context.CancelFunc
	servers []*http.Server
	running sync.WaitGroup
}

// Set changes how a backend behaves, from its next request on.
func (c *Chat) Set(i int, f ServiceFault) { c.Backends[i].fault.Store(&f) }

// Shape changes some of how a backend behaves.
func (c *Chat) Shape(i int, f func(*ServiceFault)) {
	s := *c.Backends[i].fault.Load()
	f(&s)
	c.Set(i, s)
}

// ShapeAll changes some of how every backend behaves.
func (c *Chat) ShapeAll(f func(*ServiceFault)) {
	for i := range c.Backends {
		c.Shape(i, f)
	}
}

func (c *Chat) reset() {
	for i, b := range c.Backends {
		c.Set(i, ServiceFault{})
		b.Requests.Store(0)
		b.Conns.Store(0)
		b.Hellos.Store(0)
	}
}

func startChat(b *Bed) (*Chat, error) {
	c := &Chat{}
	c.ctx, c.stop = context.WithCancel(context.Background())
	for i := range b.Topology.Backends {
		be := &Backend{IP: BackendIP(i).String(), rnd: rand.New(rand.NewPCG(b.Topology.Seed, uint64(i)))}
		be.fault.Store(&ServiceFault{})
		c.Backends = append(c.Backends, be)
		addrs := []string{be.IP}
		if i < b.Topology.Backends6 {
			addrs = append(addrs, BackendIP6(i).String())
		}
		for _, addr := range addrs {
			for _, port := range []string{"80", "443"} {
				l, err := b.Server.Listen(net.JoinHostPort(addr, port))
				if err != nil {
					c.close()
					return nil, err
				}
				if port == "443" {
					cfg := b.CA.config(func() CertFault { return be.fault.Load().Cert })
					get := cfg.GetCertificate
					cfg.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
						be.Hellos.Add(1)
						return get(h)
					}
					l = tls.NewListener(l, cfg)
				}
				c.serve(be, l)
			}
		}
	}
	return c, nil
}

func (c *Chat) serve(be *Backend, l net.Listener) {
	srv := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.answer(be, w, r) }),
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				be.Conns.Add(1)
			}
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	c.servers = append(c.servers, srv)
	c.running.Go(func() { _ = srv.Serve(l) })
}

func (c *Chat) close() error {
	c.stop()
	for _, s := range c.servers {
		_ = s.Close()
	}
	c.running.Wait()
	return nil
}

// wait is how long a request waits for its answer.
func (be *Backend) wait(f *ServiceFault) time.Duration {
	be.mu.Lock()
	defer be.mu.Unlock()
	return f.TTFB + time.Duration(be.rnd.ExpFloat64()*float64(f.Spread))
}

// status decides what a request gets.
func (be *Backend) status(f *ServiceFault) int {
	be.mu.Lock()
	defer be.mu.Unlock()
	if f.Quota > 0 {
		if now := time.Now().Unix(); now != be.sec {
			be.sec, be.used = now, 0
		}
		if be.used++; be.used > f.Quota {
			return http.StatusTooManyRequests
		}
	}
	if f.Status != 0 && (f.Share == 0 || be.rnd.Float64() < f.Share) {
		return f.Status
	}
	return http.StatusOK
}

func (c *Chat) answer(be *Backend, w http.ResponseWriter, r *http.Request) {
	be.Requests.Add(1)
	f := be.fault.Load()
	if wait := be.wait(f); wait > 0 {
		select {
		case <-time.After(wait):
		case <-c.ctx.Done():
			return
		case <-r.Context().Done():
			return
		}
	}
	status := be.status(f)
	h := w.Header()
	h.Set("Server", "bed")
	if status == http.StatusOK && (strings.HasPrefix(r.URL.Path, "/pusher/") || r.Header.Get("Upgrade") != "") {
		c.socket(f, w, r)
		return
	}
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if f.Retry > 0 && status != http.StatusOK {
		h.Set("Retry-After", strconv.Itoa(int(f.Retry.Seconds())))
	}
	if f.Age > 0 {
		h.Set("Age", strconv.Itoa(int(f.Age.Seconds())))
	}
	if h["Date"] = nil; !f.NoDate { // nil keeps net/http from writing its own
		h.Set("Date", time.Now().Add(f.ClockOffset-f.Age).UTC().Format(http.TimeFormat))
	}
	if r.URL.Path == "/generate_204" && status == http.StatusOK {
		status = http.StatusNoContent
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		_, _ = io.WriteString(w, `{"ok":`+strconv.FormatBool(status == http.StatusOK)+`,"backend":"`+be.IP+`"}`+"\n")
	}
}

// socket upgrades and echoes.
func (c *Chat) socket(f *ServiceFault, w http.ResponseWriter, r *http.Request) {
	switch {
	case f.WS == WSRefuse:
		w.WriteHeader(http.StatusForbidden)
		return
	case f.WS == WSStrip || r.Header.Get("Upgrade") == "":
		w.Header().Set("Upgrade", "websocket")
		w.WriteHeader(http.StatusUpgradeRequired)
		return
	}
	idle := make(chan struct{}, 1)
	alive := func() {
		select {
		case idle <- struct{}{}:
		default:
		}
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true,
		OnPingReceived: func(context.Context, []byte) bool { alive(); return true }})
	if err != nil {
		return
	}
	defer conn.CloseNow()
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	if f.WS == WSMute {
		<-ctx.Done() // nobody reads, so nobody answers a ping
		return
	}
	dead := make(chan struct{})
	if f.WSIdle > 0 {
		go func() {
			defer close(dead)
			for {
				select {
				case <-idle:
				case <-ctx.Done():
					return
				case <-time.After(f.WSIdle):
					cancel()
					return
				}
			}
		}()
	}
	for {
		kind, data, err := conn.Read(ctx)
		if err == nil {
			alive()
			err = conn.Write(ctx, kind, data)
		}
		if err != nil {
			if errors.Is(err, context.Canceled) && c.ctx.Err() == nil {
				<-dead
			}
			return
		}
	}
}
