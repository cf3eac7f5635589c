package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Role is what one of the service's addresses is for.
type Role string

// The service's addresses by role.
const (
	Workbench Role = "workbench"
	API       Role = "api"
	Push      Role = "push"
	Visitor   Role = "visitor"
)

// Options set a service up.
type Options struct {
	Addr     string // of the workbench, "127.0.0.1:0"; the other roles take free ports on the same address
	Backends int    // addresses behind the api role, 1 when zero
	Policy   Policy
	Faults   Faults
	OnSend   func() // told of each message that an agent sent
}

// Server is a running service.
type Server struct {
	policy Policy
	faults Faults
	armed  atomic.Bool
	onSend func()

	clock Clock
	store *store
	hub   *hub
	logs  Logs

	pages  atomic.Int32 // times that the workbench's page was loaded
	public atomic.Pointer[Addresses]
	own    Addresses

	ctx     context.Context
	stop    context.CancelFunc
	servers []*http.Server
	sntp    net.PacketConn
	running sync.WaitGroup // the listeners
	crowd   crowd          // the requests and what they start
}

// Addresses are the host:port pairs at which a client reaches the roles.
type Addresses struct {
	Workbench, Push, Visitor, Time string
	API                            []string
}

// Start opens the service's sockets and serves until Close.
func Start(opt Options) (*Server, error) {
	s := &Server{policy: opt.Policy, faults: opt.Faults, onSend: opt.OnSend, store: newStore(), hub: newHub()}
	s.clock.Set(opt.Faults.ClockOffset)
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.listen(opt); err != nil {
		_ = s.Close()
		return nil, err
	}
	s.public.Store(&s.own)
	s.logs.appf(s.clock.Now(), "INFO", "service started build=%s", s.build())
	return s, nil
}

func (s *Server) listen(opt Options) error {
	if opt.Addr == "" {
		opt.Addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(opt.Addr)
	if err != nil {
		return fmt.Errorf("lab address %q: %w", opt.Addr, err)
	}
	free := net.JoinHostPort(host, "0")
	if s.own.Workbench, err = s.serve(Workbench, opt.Addr, 0); err != nil {
		return err
	}
	if s.own.Push, err = s.serve(Push, free, 0); err != nil {
		return err
	}
	if s.own.Visitor, err = s.serve(Visitor, free, 0); err != nil {
		return err
	}
	for i := range max(1, opt.Backends) {
		at := free
		if i > 0 && host == "127.0.0.1" {
			at = fmt.Sprintf("127.0.0.%d:0", i+1)
		}
		addr, err := s.serve(API, at, i+1)
		if err != nil && at != free { // not every system lends all of 127/8
			addr, err = s.serve(API, free, i+1)
		}
		if err != nil {
			return err
		}
		s.own.API = append(s.own.API, addr)
	}
	if s.sntp, err = net.ListenPacket("udp", free); err != nil {
		return err
	}
	s.own.Time = s.sntp.LocalAddr().String()
	s.running.Add(1)
	go func() { defer s.running.Done(); serveSNTP(s.sntp, s.clock.Now) }()
	return nil
}

// serve opens one address of one role; backend numbers the api addresses from 1.
func (s *Server) serve(role Role, addr string, backend int) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("lab %s address: %w", role, err)
	}
	srv := &http.Server{
		Handler:           s.handler(role, backend),
		ReadHeaderTimeout: 5 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0),
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
	}
	s.servers = append(s.servers, srv)
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.logs.appf(s.clock.Now(), "ERROR", "listener ended role=%s err=%v", role, err)
		}
	}()
	return l.Addr().String(), nil
}

// Close ends every connection and waits for all that the service started.
func (s *Server) Close() error {
	s.stop()
	s.crowd.close()
	s.hub.closeAll()
	for _, srv := range s.servers {
		_ = srv.Close()
	}
	if s.sntp != nil {
		_ = s.sntp.Close()
	}
	s.crowd.wait()
	s.running.Wait()
	return nil
}

// Own gives the addresses at which the service itself listens.
func (s *Server) Own() Addresses { return s.own }

// SetPublic says at which addresses the agents reach the service, when
// something stands in between.
func (s *Server) SetPublic(a Addresses) { s.public.Store(&a) }

// Arm lets the faults begin that would keep a message from being sent at all.
func (s *Server) Arm() {
	if !s.armed.Swap(true) {
		f := s.faults
		if f.QueueFor > 0 {
			s.logs.appf(s.clock.Now(), "WARN", "worker pool saturated queue_ms=%d", f.QueueFor.Milliseconds())
		}
	}
}

// active gives the faults that hold now.
func (s *Server) active() Faults {
	if s.armed.Load() {
		return s.faults
	}
	return s.faults.armedOnly()
}

// Clock is the service's clock.
func (s *Server) Clock() *Clock { return &s.clock }

// Logs are the service's own logs.
func (s *Server) Logs() *Logs { return &s.logs }

// The builds of the workbench: what long-open or cached pages run, and what is current.
const (
	oldBuild = "2026.06.02-3"
	newBuild = "2026.11.20-1"
)

// build is the build that is served now.
func (s *Server) build() string {
	before := int32(1)
	if s.faults.Page.Worker {
		before = 2 // the worker loads the page too, to keep it
	}
	if s.faults.DeployAfterVisit && s.pages.Load() < before {
		return oldBuild
	}
	return newBuild
}

// Withdrawn reports whether the service holds a message as recalled.
func (s *Server) Withdrawn(conv, id int64) bool {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	if c := s.store.convs[conv]; c != nil {
		if m := c.find(id); m != nil {
			return m.withdrawn
		}
	}
	return false
}
