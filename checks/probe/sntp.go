package probe

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/beevik/ntp"

	"meiqia-diag/diag/clock"
)

// TimeServer is what one SNTP server answered.
type TimeServer struct {
	Addr     string        // as it was given
	Known    bool          // Span holds something
	Span     clock.Span    // server minus device, whatever the path's asymmetry
	RTT      time.Duration // least, without the server's own time
	Stratum  int
	Root     time.Duration // how far the server says it may be from true time (RFC 5905: root delay / 2 + root dispersion)
	Sent     int
	Answered int
	Rejected bool   // not counted; Kind says why
	Kind     Kind   // None when it counted
	KissCode string // RATE, DENY, … of a kiss of death (RFC 5905 section 7.4)
}

// The limits of SNTP. Public servers ask to be asked seldom: two packets is
// what a burst of this kind may cost them, and a kiss of death ends it at once.
const (
	ntpPackets = 2
	ntpTimeout = 900 * time.Millisecond
	maxServers = 8
	maxRoot    = 1500 * time.Millisecond // RFC 5905 section 11.2.1 (MAXDIST): farther than this from its root, a server votes for nothing
	maxGrain   = 10 * time.Millisecond
)

// askServer makes the exchanges with one server, one after the other.
func (s *session) askServer(ctx context.Context, addr string) TimeServer {
	r := TimeServer{Addr: addr}
	reject := func(k Kind) { r.Rejected, r.Kind = true, k }
	opt := ntp.QueryOptions{GetSystemTime: s.opt.Now, Dialer: func(_, remote string) (net.Conn, error) {
		d := net.Dialer{Resolver: s.resolver}
		conn, err := d.DialContext(ctx, "udp", remote)
		if err == nil {
			context.AfterFunc(ctx, func() { conn.Close() })
		}
		return conn, err
	}}
	lost := None
	for range ntpPackets {
		opt.Timeout = ntpTimeout
		if t, ok := ctx.Deadline(); ok {
			opt.Timeout = min(opt.Timeout, time.Until(t))
		}
		if opt.Timeout <= 0 {
			break
		}
		r.Sent++
		resp, err := ntp.QueryWithOptions(addr, opt)
		if err == nil {
			r.Answered++
			r.Stratum, r.KissCode = int(resp.Stratum), resp.KissCode
			err = resp.Validate()
		}
		if err != nil {
			lost = kindOf(err)
			if ctx.Err() != nil && lost == Closed {
				lost = Timeout // we closed the socket ourselves
			}
			if lost != Timeout {
				reject(lost)
				return r // a refusal, a kiss of death or a lie: asking again is rude, or useless
			}
			continue
		}
		r.add(resp)
		if r.Rejected {
			return r
		}
	}
	switch {
	case !r.Known && lost == None:
		reject(Timeout)
	case !r.Known:
		reject(lost)
	case r.Root > maxRoot:
		reject(Unsynchronised)
	}
	return r
}

// add takes in one exchange. With t1…t4 as in RFC 5905 section 8, the server's
// clock minus ours lies in [t3−t4, t2−t1] however asymmetric the path: neither
// leg can take less than nothing.
func (r *TimeServer) add(resp *ntp.Response) {
	t := resp.Timestamps
	span := clock.Span{Lo: t.ServerXmit.Sub(t.ClientRecv), Hi: t.ServerRecv.Sub(t.ClientXmit)}
	if span.Lo > span.Hi { // the clocks' grain shows on very short paths
		span.Lo, span.Hi = span.Hi, span.Lo
	}
	grain := min(max(resp.Precision, time.Microsecond), maxGrain)
	span.Lo, span.Hi = span.Lo-grain, span.Hi+grain
	root := resp.RootDelay/2 + resp.RootDispersion
	if !r.Known {
		r.Known, r.Span, r.RTT, r.Root = true, span, resp.RTT, root
		return
	}
	r.RTT, r.Root = min(r.RTT, resp.RTT), max(r.Root, root)
	both, ok := r.Span.Intersect(span)
	if !ok {
		r.Rejected, r.Kind = true, Inconsistent
		return
	}
	r.Span = both
}

// true gives where true time may lie, as far as this server knows it.
func (r TimeServer) true() clock.Span { return r.Span.Add(clock.Span{Lo: -r.Root, Hi: r.Root}) }

// timeServers collects the servers' answers while others already look at them.
type timeServers struct {
	mu   sync.Mutex
	list []TimeServer
	done chan struct{} // closed when all have ended
}

// askServers asks all servers side by side.
func (s *session) askServers(ctx context.Context, servers []string) *timeServers {
	seen := map[string]bool{}
	ts := &timeServers{done: make(chan struct{})}
	for _, addr := range servers {
		if addr != "" && !seen[addr] && len(ts.list) < maxServers {
			seen[addr] = true
			ts.list = append(ts.list, TimeServer{Addr: addr})
		}
	}
	var wg sync.WaitGroup
	for i, one := range ts.list {
		wg.Go(func() {
			r := s.askServer(ctx, one.Addr)
			ts.mu.Lock()
			ts.list[i] = r
			ts.mu.Unlock()
		})
	}
	go func() { wg.Wait(); close(ts.done) }()
	return ts
}

// vote gives what the servers that have answered so far agree on, and marks
// those that disagree with a majority. Without a majority nothing is known:
// two clocks that differ say nothing of the time.
func (ts *timeServers) vote() (Estimate, []TimeServer) {
	ts.mu.Lock()
	list := append([]TimeServer{}, ts.list...)
	ts.mu.Unlock()
	var spans []clock.Span
	for _, r := range list {
		if r.Known && !r.Rejected {
			spans = append(spans, r.true())
		}
	}
	best, votes := marzullo(spans)
	if votes == 0 || !majority(votes, len(spans)) {
		return Estimate{}, list
	}
	var mids []time.Duration
	for i, r := range list {
		switch {
		case !r.Known || r.Rejected:
		case touches(r.true(), best):
			mids = append(mids, r.Span.Mid())
		default:
			list[i].Rejected, list[i].Kind = true, Falseticker
		}
	}
	// Where two servers that agree on a small error cannot be told from the good
	// ones, the bound still holds, and the median of the middles errs least.
	return Estimate{Known: true, Span: best, Best: clamp(medianOf(mids), best), Method: "ntp", Sources: len(mids)}, list
}
