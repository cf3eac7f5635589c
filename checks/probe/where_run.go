package probe

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"
)

// Where finds out where connections to the targets break: a ladder to each, and
// beside them the name servers one by one, the gateway, the hops of the way, and a
// plain HTTP request that a captive portal would answer. The first target is
// the one whose way is surveyed. Hosts outside of targets and here are not contacted.
func Where(ctx context.Context, targets []Target, here Surroundings, opt Options) WhereResult {
	ctx, cancel := opt.bounded(ctx)
	defer cancel()
	start := time.Now()
	l := &locating{session: newSession(opt), here: here, resolved: make(chan struct{}), known: map[string]bool{}}
	r := &l.r
	r.Ladders = make([]LadderResult, len(targets))
	var names []string
	for _, t := range targets {
		if ep, ok := l.endpoint(t); ok {
			if _, err := netip.ParseAddr(ep.host); err != nil && !l.known[ep.host] && ep.proxy == nil {
				names = append(names, ep.host)
			}
			l.known[ep.host] = true
		}
	}

	lag := startLag()
	var ladders, rest sync.WaitGroup
	for i, t := range targets {
		ladders.Go(func() {
			r.Ladders[i] = l.ladder(ctx, t, func(port string, addrs []netip.Addr) { l.found(ctx, &rest, t, port, addrs) })
			if d, ok := l.direct(ctx, t, &r.Ladders[i]); ok {
				l.mu.Lock()
				r.Direct = append(r.Direct, d)
				l.mu.Unlock()
			}
		})
	}
	namesCtx, stopNames := context.WithTimeout(ctx, namesLimit)
	defer stopNames()
	if len(names) > 0 && len(here.NameServers) > 0 {
		rest.Go(func() { r.Names = askNames(namesCtx, here.NameServers, names) })
		rest.Go(func() { l.nameServerWay(ctx) })
	}
	gatewayCtx, stopGateway := context.WithTimeout(ctx, gatewayLimit)
	defer stopGateway()
	if here.Gateway.IsValid() {
		rest.Go(func() { r.Gateway = l.askGateway(gatewayCtx) })
	}
	ladders.Wait()
	l.once.Do(func() { close(l.resolved) })
	if l.sound() { // what is still out would only confirm it
		stopNames()
		stopGateway()
	}
	rest.Wait()
	if w := r.way("ip4"); w != nil {
		r.TakenOver, _ = w.transparent()
	}
	r.Lag = lag()
	r.Faults = judge(r, l.known)
	r.Duration = time.Since(start)
	return *r
}

const (
	namesLimit   = 2300 * time.Millisecond // beyond slowNames, to tell slow from silent
	gatewayLimit = 1600 * time.Millisecond
	wayLimit     = 1700 * time.Millisecond
	namesGiven   = 450 * time.Millisecond // for a first answer, before the way to the name server is looked at
)

// locating is one call of Where.
type locating struct {
	*session
	here     Surroundings
	known    map[string]bool // the targets' hosts
	resolved chan struct{}   // closed with the first address
	once     sync.Once

	mu       sync.Mutex // of what follows, and of r's lists
	surveyed bool
	r        WhereResult
}

// found begins what needs an address, for the first target that has one.
func (l *locating) found(ctx context.Context, rest *sync.WaitGroup, t Target, port string, addrs []netip.Addr) {
	if len(addrs) == 0 {
		return
	}
	l.once.Do(func() { close(l.resolved) })
	ep, ok := l.endpoint(t)
	l.mu.Lock()
	first := !l.surveyed && ok && ep.proxy == nil
	l.surveyed = l.surveyed || first
	l.mu.Unlock()
	if !first {
		return
	}
	p, err := netip.ParseAddrPort(joinAddr("0.0.0.0", port))
	if err != nil {
		return
	}
	for _, fam := range []string{"ip4", "ip6"} {
		for _, a := range addrs {
			if family(a) != fam || a.IsLoopback() || a.IsUnspecified() {
				continue
			}
			rest.Go(func() { l.survey(ctx, netip.AddrPortFrom(a, p.Port()), fam == "ip6") })
			if fam == "ip4" && ep.secure && ep.port == "443" {
				rest.Go(func() {
					plain := l.askPlain(ctx, ep.host, a, l.known)
					l.mu.Lock()
					defer l.mu.Unlock()
					l.r.Plain = append(l.r.Plain, plain)
				})
			}
			break
		}
	}
}

func (l *locating) survey(ctx context.Context, addr netip.AddrPort, lazy bool) {
	ctx, cancel := context.WithTimeout(ctx, wayLimit)
	defer cancel()
	h := surveyHops(ctx, addr, lazy)
	h.Gateway, _ = gatewayOf(addr.Addr()) // none to a service on this machine's own link
	l.mu.Lock()
	defer l.mu.Unlock()
	l.r.Ways = append(l.r.Ways, h)
}

// nameServerWay looks at the way to the first name server that is not on this
// machine, when no name has an address by then: is it the server or the way to it?
func (l *locating) nameServerWay(ctx context.Context) {
	select {
	case <-l.resolved:
		return
	case <-ctx.Done():
		return
	case <-time.After(namesGiven):
	}
	for _, s := range l.here.NameServers {
		if !s.Addr().IsLoopback() {
			l.survey(ctx, s, false)
			return
		}
	}
}

// askGateway connects to ports of the gateway. Whatever it says, it answers.
func (l *locating) askGateway(ctx context.Context) GatewayResult {
	r := GatewayResult{Addr: l.here.Gateway.String()}
	var mu sync.Mutex
	var wg sync.WaitGroup
	answered := make(chan struct{})
	var once sync.Once
	for i, port := range []string{"80", "53", "80", "53"} {
		if i == 2 { // only where the first two were in vain
			select {
			case <-answered:
			case <-ctx.Done():
			case <-time.After(surveyAgain):
			}
			mu.Lock()
			enough := r.Answered || ctx.Err() != nil
			mu.Unlock()
			if enough {
				break
			}
		}
		r.Tries++
		wg.Go(func() {
			conn, took, kind := l.dialTCP(ctx, joinAddr(r.Addr, port), nil)
			if conn != nil {
				conn.Close()
			}
			if kind == None || kind == Refused || kind == Reset || kind == Forbidden && took > time.Millisecond {
				mu.Lock()
				defer mu.Unlock()
				if !r.Answered || took < r.RTT {
					r.RTT = took
				}
				r.Answered = true
				once.Do(func() { close(answered) })
			}
		})
	}
	wg.Wait()
	return r
}

// direct climbs past a proxy that does not let through.
func (l *locating) direct(ctx context.Context, t Target, r *LadderResult) (LadderResult, bool) {
	if r.Proxy == "" || r.FirstFailed != "proxy" && r.FirstFailed != "tcp" && r.FirstFailed != "dns" || ctx.Err() != nil {
		return LadderResult{}, false
	}
	past := *l.session
	past.proxy = noProxy
	return past.ladder(ctx, t, nil), true
}

// sound reports whether all ladders came to their top.
func (l *locating) sound() bool {
	for _, r := range l.r.Ladders {
		if r.FirstFailed != "" {
			return false
		}
	}
	return true
}

func noProxy(*http.Request) (*url.URL, error) { return nil, nil }
