package probe

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// NameAnswer is one answer of a name server.
type NameAnswer struct {
	Kind  Kind // None, NXDomain, NoAddress, ServFail, DNSRefused, DNSOther
	Addrs []netip.Addr
	After time.Duration // since the question it answers
}

// NameServer is what one of this machine's name servers says of one name.
type NameServer struct {
	Server   string // ip:port
	Kind     Kind   // of the first answer; Timeout for none, or why nothing could be sent
	Duration time.Duration
	Answers  []NameAnswer // to the question that was answered first, in the order they came
	// Injected: one question got two answers that exclude each other, so somebody
	// on the way answers too, and resolvers take whichever comes first.
	Injected bool
}

// NameResult is what this machine's name servers say of one name, each asked apart.
type NameResult struct {
	Host    string
	Servers []NameServer
}

// The questions. A lost one is put again, under another number, so that a
// single lost packet is not taken for a silent server; answers are waited for
// beyond the first, as a forged one is followed by the true one (RFC 5452
// section 4.3 has resolvers take the first).
const (
	maxNameServers = 3
	maxNames       = 3
	injectedWait   = 100 * time.Millisecond
	slowNames      = dnsLimit // an answer later than that is a fault of its own
)

var questionTimes = []time.Duration{0, 350 * time.Millisecond, 800 * time.Millisecond}

// askNames asks each server for the IPv4 addresses of each host.
func askNames(ctx context.Context, servers []netip.AddrPort, hosts []string) []NameResult {
	out := make([]NameResult, min(len(hosts), maxNames))
	servers = servers[:min(len(servers), maxNameServers)]
	var wg sync.WaitGroup
	for i := range out {
		out[i] = NameResult{Host: hosts[i], Servers: make([]NameServer, len(servers))}
		for j, server := range servers {
			wg.Go(func() { out[i].Servers[j] = askServer(ctx, server, hosts[i]) })
		}
	}
	wg.Wait()
	return out
}

// askServer asks one server for one name until an answer has come and
// injectedWait has passed, or the context ends.
func askServer(ctx context.Context, server netip.AddrPort, host string) NameServer {
	r := NameServer{Server: server.String(), Kind: Timeout}
	name, err := dnsmessage.NewName(host + ".")
	if err != nil {
		r.Kind = BadURL
		return r
	}
	start := time.Now()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", server.String())
	if err != nil {
		r.Kind = kindOf(err)
		return r
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })()
	if t, ok := ctx.Deadline(); ok {
		_ = conn.SetReadDeadline(t)
	}

	first := uint16(rand.Uint32())
	sent := make([]time.Time, len(questionTimes))
	var mu sync.Mutex
	answered := make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() {
		for i, at := range questionTimes {
			select {
			case <-answered:
				return
			case <-ctx.Done():
				return
			case <-time.After(time.Until(start.Add(at))):
			}
			q := question(first+uint16(i), name)
			mu.Lock()
			sent[i] = time.Now()
			mu.Unlock()
			if _, err := conn.Write(q); err != nil && i == 0 {
				mu.Lock()
				r.Kind = kindOf(err)
				mu.Unlock()
				if r.Kind != Refused {
					_ = conn.SetReadDeadline(time.Unix(1, 0))
					return
				}
			}
		}
	})
	defer asking.Wait()
	var once sync.Once
	done := func() { once.Do(func() { close(answered) }) }
	defer done()

	winner := -1
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		mu.Lock()
		if err != nil {
			// A port that nobody listens on answers with ICMP: as good as an answer.
			if winner < 0 {
				if k := kindOf(err); k == Refused {
					r.Kind, r.Duration = k, time.Since(start)
				} else if r.Kind == Timeout {
					r.Duration = time.Since(start)
				}
			}
			mu.Unlock()
			return r
		}
		i, a, ok := readAnswer(buf[:n], name, first)
		if !ok || winner >= 0 && i != winner {
			mu.Unlock()
			continue
		}
		a.After = time.Since(sent[i])
		if winner < 0 {
			winner = i
			r.Kind, r.Duration = a.Kind, time.Since(start)
			_ = conn.SetReadDeadline(time.Now().Add(injectedWait))
			done()
		} else if exclude(r.Answers[0], a) {
			r.Injected = true
		}
		if len(r.Answers) < 4 {
			r.Answers = append(r.Answers, a)
		}
		mu.Unlock()
	}
}

// exclude reports whether two answers to one question cannot both be the
// server's. Servers that rotate many addresses still send one answer each time;
// an answer that the network doubled is the same again.
func exclude(a, b NameAnswer) bool {
	if a.Kind != b.Kind {
		return true
	}
	return len(a.Addrs) > 0 && len(b.Addrs) > 0 && !overlap(a.Addrs, b.Addrs)
}

func overlap(a, b []netip.Addr) bool {
	return slices.ContainsFunc(a, func(x netip.Addr) bool { return slices.Contains(b, x) })
}

// question packs a recursive question for a name's IPv4 addresses.
func question(id uint16, name dnsmessage.Name) []byte {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	out, _ := m.Pack() // a name that NewName took always packs
	return out
}

// readAnswer gives which of the questions a packet answers, and how.
func readAnswer(raw []byte, name dnsmessage.Name, first uint16) (which int, a NameAnswer, ok bool) {
	var p dnsmessage.Parser
	h, err := p.Start(raw)
	which = int(h.ID - first)
	if err != nil || !h.Response || which >= len(questionTimes) {
		return 0, a, false
	}
	q, err := p.AllQuestions()
	if err != nil || len(q) != 1 || !strings.EqualFold(q[0].Name.String(), name.String()) {
		return 0, a, false
	}
	switch h.RCode {
	case dnsmessage.RCodeSuccess:
	case dnsmessage.RCodeNameError:
		a.Kind = NXDomain
	case dnsmessage.RCodeServerFailure:
		a.Kind = ServFail
	case dnsmessage.RCodeRefused:
		a.Kind = DNSRefused
	default:
		a.Kind = DNSOther
	}
	if a.Kind != None {
		return which, a, true
	}
	for {
		rh, err := p.AnswerHeader()
		if err != nil {
			break
		}
		if rh.Type != dnsmessage.TypeA {
			if p.SkipAnswer() != nil {
				break
			}
			continue
		}
		body, err := p.AResource()
		if err != nil || len(a.Addrs) == 4*maxAddresses {
			break
		}
		a.Addrs = append(a.Addrs, netip.AddrFrom4(body.A))
	}
	if len(a.Addrs) == 0 {
		a.Kind = NoAddress
	}
	return which, a, true
}

// hedgeTimes is when the system's resolver is asked again while it is silent:
// by itself it takes a lost packet for 5 s of patience.
var hedgeTimes = []time.Duration{350 * time.Millisecond, 700 * time.Millisecond}

// lookupHedged is session.lookup for links that lose packets now and then: the
// first answer of up to three lookups counts.
func (s *session) lookupHedged(ctx context.Context, network, host string) ([]netip.Addr, Kind) {
	if _, err := netip.ParseAddr(host); err == nil {
		return s.lookup(ctx, network, host)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type found struct {
		addrs []netip.Addr
		kind  Kind
	}
	answers := make(chan found, len(hedgeTimes)+1)
	one := func(r *net.Resolver) {
		// A resolver joins equal lookups that are under way, so each has one of its own.
		c := *s
		c.resolver = r
		addrs, kind := c.lookup(ctx, network, host)
		answers <- found{addrs, kind}
	}
	go one(s.resolver)
	running, next := 1, 0
	start := time.Now()
	var last found
	for running > 0 {
		var again <-chan time.Time
		if next < len(hedgeTimes) {
			again = time.After(time.Until(start.Add(hedgeTimes[next])))
		}
		select {
		case last = <-answers:
			if running--; last.kind != Timeout && last.kind != Canceled {
				return last.addrs, last.kind
			}
		case <-again:
			next++
			running++
			go one(&net.Resolver{PreferGo: s.resolver.PreferGo, StrictErrors: s.resolver.StrictErrors, Dial: s.resolver.Dial})
		case <-ctx.Done():
			return nil, Timeout
		}
	}
	return last.addrs, last.kind
}
