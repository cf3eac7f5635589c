//go:build linux || darwin

package probe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Protocol numbers of IANA.
const (
	protoICMP   = 1
	protoICMPv6 = 58
)

// echoSocket is one ICMP socket and the requests that wait for their replies.
type echoSocket struct {
	conn   *icmp.PacketConn
	to     net.Addr
	peer   netip.Addr
	v6     bool
	raw    bool
	id     uint16
	cookie uint64

	mu      sync.Mutex
	seq     uint16
	waiting map[uint16]chan time.Time
}

// openEchoer tries the datagram socket, which needs no privilege on macOS and which
// on Linux the groups of net.ipv4.ping_group_range may open, then the raw one.
func openEchoer(addr netip.Addr) (echoer, bool) {
	s := &echoSocket{peer: addr.WithZone(""), v6: addr.Is6(), waiting: map[uint16]chan time.Time{}}
	var random [10]byte
	_, _ = rand.Read(random[:])
	s.id, s.cookie = binary.BigEndian.Uint16(random[:]), binary.BigEndian.Uint64(random[2:])
	datagram, raw, any := "udp4", "ip4:icmp", "0.0.0.0"
	if s.v6 {
		datagram, raw, any = "udp6", "ip6:ipv6-icmp", "::"
	}
	how := "icmp-datagram"
	conn, err := icmp.ListenPacket(datagram, any)
	s.to = &net.UDPAddr{IP: addr.AsSlice(), Zone: addr.Zone()}
	if err != nil {
		how, s.raw = "icmp-raw", true
		s.to = &net.IPAddr{IP: addr.AsSlice(), Zone: addr.Zone()}
		if conn, err = icmp.ListenPacket(raw, any); err != nil {
			return echoer{}, false
		}
		if s.v6 {
			var f ipv6.ICMPFilter
			f.SetAll(true)
			f.Accept(ipv6.ICMPTypeEchoReply)
			_ = conn.IPv6PacketConn().SetICMPFilter(&f) // without it more has to be read past
		}
	}
	s.conn = conn
	go s.read()
	return echoer{method: how, ping: s.ping, close: func() { _ = conn.Close() }}, true
}

func (s *echoSocket) ping(ctx context.Context) (time.Duration, Kind) {
	came := make(chan time.Time, 1)
	s.mu.Lock()
	s.seq++
	seq := s.seq
	s.waiting[seq] = came
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.waiting, seq)
		s.mu.Unlock()
	}()
	body := binary.BigEndian.AppendUint64(make([]byte, 8, 56), s.cookie)
	msg := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: int(s.id), Seq: int(seq), Data: append(body, echoText[:40]...)}}
	if s.v6 {
		msg.Type = ipv6.ICMPTypeEchoRequest
	}
	packet, err := msg.Marshal(nil) // the system fills in ICMPv6's checksum
	if err != nil {
		return 0, Other
	}
	start := time.Now()
	if _, err := s.conn.WriteTo(packet, s.to); err != nil {
		return 0, kindOf(err)
	}
	select {
	case at := <-came:
		return at.Sub(start), None
	case <-ctx.Done():
		return 0, Timeout
	}
}

// read hands replies to those who wait, until the socket is closed.
func (s *echoSocket) read() {
	proto, reply := protoICMP, icmp.Type(ipv4.ICMPTypeEchoReply)
	if s.v6 {
		proto, reply = protoICMPv6, ipv6.ICMPTypeEchoReply
	}
	buf := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(buf)
		at := time.Now()
		if err != nil {
			return
		}
		msg, err := icmp.ParseMessage(proto, buf[:n])
		if err != nil || msg.Type != reply || addrOf(from) != s.peer {
			continue
		}
		echo, ok := msg.Body.(*icmp.Echo)
		// The system chooses the identifier of datagram sockets, and sorts replies by it.
		if !ok || s.raw && echo.ID != int(s.id) || len(echo.Data) < 16 || binary.BigEndian.Uint64(echo.Data[8:]) != s.cookie {
			continue
		}
		s.mu.Lock()
		came := s.waiting[uint16(echo.Seq)]
		s.mu.Unlock()
		if came != nil {
			select {
			case came <- at:
			default: // a duplicate
			}
		}
	}
}

func addrOf(a net.Addr) netip.Addr {
	var ip net.IP
	switch a := a.(type) {
	case *net.UDPAddr:
		ip = a.IP
	case *net.IPAddr:
		ip = a.IP
	}
	addr, _ := netip.AddrFromSlice(ip)
	return addr.Unmap()
}
