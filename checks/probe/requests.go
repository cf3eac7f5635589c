package probe

import (
	"context"
	"net/http"
	"time"
)

// RequestSeries is small requests one after the other over one connection to
// the target. Over a proxy they alone tell of the whole way; elsewhere they show
// what losses cost, because the system sends again what was lost.
type RequestSeries struct {
	Method   string // https-head or http-head; "" where none was tried
	Kind     Kind   // why not all were answered
	Sent     int
	Answered int
	RTT      RTT // from sending to the first byte of the answer: the service's own time too
	Counters Counters
}

// Counters is what the system counted on one TCP connection: a hint beside the
// probes, right for losses on the way there, blind to those on the way back,
// and low for bursts.
type Counters struct {
	Method        string // tcp-info, tcp-connection-info, sio-tcp-info; "" where the system does not tell
	SegmentsOut   int    // sent, retransmissions included; 0 where the system does not tell
	Retransmitted int    // of those, sent again, and not for nothing where the system can tell (DSACK, RFC 2883)
	RTT           time.Duration
}

const (
	headCount   = 6
	headSpacing = 60 * time.Millisecond
	headLimit   = 1500 * time.Millisecond // for all
)

// requests asks for the target's head a few times.
func (s *session) requests(ctx context.Context, ep endpoint, addr string) (r RequestSeries) {
	ctx, cancel := context.WithTimeout(ctx, headLimit)
	defer cancel()
	r.Method = "http-head"
	if ep.secure {
		r.Method = "https-head"
	}
	conn, took, kind := s.dialTCP(ctx, addr, nil)
	if kind != None {
		r.Kind = kind
		return r
	}
	w := s.wire(ep, conn, took)
	defer func() { w.Close() }()
	if _, r.Kind = w.tunnel(ctx); r.Kind != None {
		return r
	}
	if ep.secure {
		if r.Kind = w.handshake(ctx); r.Kind != None {
			r.Counters = countersOf(conn)
			return r
		}
	}
	var rtts []time.Duration
	for i := range headCount {
		if i > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(headSpacing):
			}
		}
		r.Sent++
		a, kind := w.ask(ctx, http.MethodHead)
		if kind != None {
			r.Kind = kind
			break
		}
		r.Answered++
		rtts = append(rtts, a.ttfb)
		if w.spent {
			break
		}
	}
	r.RTT = summarise(rtts)
	r.Counters = countersOf(conn)
	return r
}
