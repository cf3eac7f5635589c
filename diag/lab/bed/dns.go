package bed

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// DNSFault is how a name server behaves. The zero value answers rightly.
type DNSFault struct {
	Silent bool
	Delay  time.Duration    // before each answer
	Code   dnsmessage.RCode // answered instead: RCodeServerFailure, RCodeNameError, RCodeRefused
	Forged netip.Addr       // given for every A question instead of the truth
	// Injected comes at once for every A question; the true answer follows after
	// InjectedLead, as it does behind a forger on the way. 0 is 16 ms.
	Injected     netip.Addr
	InjectedLead time.Duration
}

// NameServer is a DNS server for the bed's zone, over UDP and TCP.
type NameServer struct {
	Addr     string       // host:port
	Requests atomic.Int64 // questions it got

	fault atomic.Pointer[DNSFault]
	zone  map[string][]netip.Addr
	udp   *net.UDPConn
	tcp   net.Listener
	done  sync.WaitGroup
}

// Set changes how the server behaves, from its next answer on.
func (s *NameServer) Set(f DNSFault) { s.fault.Store(&f) }

// ttl is that of every answer: none of them outlives a change.
const ttl = 1 // s

func startDNS(n *Namespace, addr string, zone map[string][]netip.Addr) (s *NameServer, err error) {
	s = &NameServer{Addr: addr, zone: zone}
	s.Set(DNSFault{})
	if s.udp, err = n.ListenPacket(addr); err != nil {
		return nil, err
	}
	if s.tcp, err = n.Listen(addr); err != nil {
		s.udp.Close()
		return nil, err
	}
	s.done.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, peer, err := s.udp.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			q := append([]byte{}, buf[:n]...)
			s.done.Go(func() { s.serve(q, func(a []byte) { _, _ = s.udp.WriteToUDPAddrPort(a, peer) }) })
		}
	})
	s.done.Go(func() {
		for {
			c, err := s.tcp.Accept()
			if err != nil {
				return
			}
			s.done.Go(func() { s.stream(c) })
		}
	})
	return s, nil
}

func (s *NameServer) close() error {
	_ = s.udp.Close()
	_ = s.tcp.Close()
	s.done.Wait()
	return nil
}

// stream answers over TCP (RFC 7766: two bytes of length before each message).
func (s *NameServer) stream(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	for {
		var head [2]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return
		}
		q := make([]byte, binary.BigEndian.Uint16(head[:]))
		if _, err := io.ReadFull(c, q); err != nil {
			return
		}
		s.serve(q, func(a []byte) {
			_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(a))), a...))
		})
	}
}

func (s *NameServer) serve(raw []byte, send func([]byte)) {
	var p dnsmessage.Parser
	head, err := p.Start(raw)
	if err != nil || head.Response {
		return
	}
	q, err := p.Question()
	if err != nil {
		return
	}
	s.Requests.Add(1)
	f := *s.fault.Load()
	if f.Silent {
		return
	}
	time.Sleep(f.Delay)
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	addrs, known := s.zone[name]
	code := f.Code
	if code == dnsmessage.RCodeSuccess && !known {
		code = dnsmessage.RCodeNameError
	}
	if q.Type == dnsmessage.TypeA && f.Forged.IsValid() {
		addrs, code = []netip.Addr{f.Forged}, dnsmessage.RCodeSuccess
	}
	if q.Type == dnsmessage.TypeA && f.Injected.IsValid() {
		send(reply(head, q, dnsmessage.RCodeSuccess, []netip.Addr{f.Injected}))
		lead := f.InjectedLead
		if lead == 0 {
			lead = 16 * time.Millisecond
		}
		time.Sleep(lead)
	}
	send(reply(head, q, code, addrs))
}

// reply writes an answer with the addresses of the family that was asked for.
func reply(head dnsmessage.Header, q dnsmessage.Question, code dnsmessage.RCode, addrs []netip.Addr) []byte {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: head.ID, Response: true, Authoritative: true, RecursionDesired: head.RecursionDesired, RecursionAvailable: true, RCode: code})
	b.EnableCompression()
	_ = b.StartQuestions()
	_ = b.Question(q)
	_ = b.StartAnswers()
	rh := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: ttl}
	if code == dnsmessage.RCodeSuccess {
		for _, a := range addrs {
			switch {
			case q.Type == dnsmessage.TypeA && a.Is4():
				_ = b.AResource(rh, dnsmessage.AResource{A: a.As4()})
			case q.Type == dnsmessage.TypeAAAA && a.Is6():
				_ = b.AAAAResource(rh, dnsmessage.AAAAResource{AAAA: a.As16()})
			}
		}
	}
	out, err := b.Finish()
	if err != nil {
		panic(fmt.Sprintf("the bed's name server: %v", err)) // only our own names are packed
	}
	return out
}
