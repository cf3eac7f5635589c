package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// BloatResult is how round trips grow while this machine uploads (bufferbloat).
type BloatResult struct {
	Target Target
	Addr   string
	Kind   Kind          // why nothing was measured
	Idle   time.Duration // least round trip of TCP connects before
	Loaded time.Duration // median of those while busy, after the first half second
	Sent   int64         // bytes
	Probes int           // connects while busy, those without an answer included
	Lost   int           // without an answer within a second
	Lag    Lag           // of this machine meanwhile
	// Grown: the queue adds more than bloatMin, and a multiple of the idle round trip.
	Grown    bool
	Duration time.Duration
}

// The load: four flows, as web pages have at least; bounded in bytes and time.
// After draft-ietf-ippm-responsiveness, which loads both ways; here it is the way
// up alone, as the service has nothing large to give and need not be asked for it.
const (
	bloatFlows = 4
	bloatBytes = 15 << 20
	bloatPart  = 192 << 10 // of one request: net/http, for one, drops connections for 256 KiB that nobody reads
	bloatFor   = 2200 * time.Millisecond
	bloatWarm  = 500 * time.Millisecond
	bloatEvery = 50 * time.Millisecond
	bloatMin   = 100 * time.Millisecond
)

// Bloat uploads for two seconds and watches round trips grow. It loads the
// user's line and the service, so that it is only for who asks for it.
func Bloat(ctx context.Context, target Target, opt Options) BloatResult {
	ctx, cancel := opt.bounded(ctx)
	defer cancel()
	s := newSession(opt)
	start := time.Now()
	r := s.bloat(ctx, target)
	r.Duration = time.Since(start)
	return r
}

func (s *session) bloat(ctx context.Context, target Target) BloatResult {
	r := BloatResult{Target: target}
	ep, ok := s.endpoint(target)
	if !ok {
		r.Kind = BadURL
		return r
	}
	host, port := ep.nextHop()
	addrs, kind := s.lookupHedged(ctx, "ip", host)
	if len(addrs) == 0 {
		r.Kind = kind
		return r
	}
	r.Addr = joinAddr(addrs[0].String(), port)
	for range 3 {
		took, kind := s.connectOnce(ctx, r.Addr)
		if kind == None && (r.Idle == 0 || took < r.Idle) {
			r.Idle = took
		} else if kind != None {
			r.Kind = kind
		}
	}
	if r.Idle == 0 {
		return r
	}
	r.Kind = None
	loadCtx, stop := context.WithTimeout(ctx, bloatFor)
	defer stop()
	var left atomic.Int64
	left.Store(bloatBytes)
	var flows, probes sync.WaitGroup
	for range bloatFlows {
		flows.Go(func() {
			for loadCtx.Err() == nil && left.Load() > 0 {
				if !s.upload(loadCtx, ep, r.Addr, &left) {
					return
				}
			}
		})
	}
	lag := startLag()
	var mu sync.Mutex
	var rtts []time.Duration
	began := time.Now()
	for tick := time.NewTicker(bloatEvery); loadCtx.Err() == nil && left.Load() > 0; <-tick.C {
		if time.Since(began) < bloatWarm {
			continue
		}
		probes.Go(func() {
			took, kind := s.connectOnce(ctx, r.Addr)
			mu.Lock()
			defer mu.Unlock()
			if kind != None && took < connectLimit {
				return // our own time was up
			}
			if r.Probes++; kind != None {
				r.Lost++
				took = connectLimit
			}
			rtts = append(rtts, took)
		})
	}
	probes.Wait()
	stop()
	flows.Wait()
	r.Lag = lag()
	r.Sent = bloatBytes - left.Load()
	r.Loaded = medianOf(slices.Clone(rtts))
	r.Grown = len(rtts) >= 5 && !r.Lag.Stalled() && r.Loaded-lagWeight*r.Lag.Usual >= r.Idle+max(bloatMin, 2*r.Idle)
	return r
}

func (s *session) connectOnce(ctx context.Context, addr string) (time.Duration, Kind) {
	one, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	conn, took, kind := s.dialTCP(one, addr, nil)
	if conn != nil {
		conn.Close()
	}
	return took, kind
}

// upload sends requests with bodies of zeros over one connection, one after the
// other, until it ends or the bytes are used up.
func (s *session) upload(ctx context.Context, ep endpoint, addr string, left *atomic.Int64) (more bool) {
	w, kind := s.open(ctx, ep, addr)
	if kind != None {
		return false
	}
	defer w.drop()
	defer w.guard(ctx)()
	buf := make([]byte, 16<<10)
	for ctx.Err() == nil {
		_, err := fmt.Fprintf(w, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", ep.url.RequestURI(), ep.url.Host, s.agent, bloatPart)
		for n := 0; err == nil && n < bloatPart; n += len(buf) {
			if left.Add(-int64(len(buf))) < 0 {
				left.Add(int64(len(buf)))
				return false
			}
			_, err = w.Write(buf)
		}
		if err != nil {
			return ctx.Err() == nil // the server has heard enough: another connection
		}
		resp, err := http.ReadResponse(w.in, nil)
		if err != nil {
			return ctx.Err() == nil
		}
		_, err = io.CopyN(io.Discard, resp.Body, 64<<10)
		resp.Body.Close()
		if err != io.EOF || resp.Close {
			return true
		}
	}
	return false
}

// drop ends a connection at once, with what is still in its buffers.
func (w *wire) drop() {
	conn := w.Conn
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = conn.Close()
}
