package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// surveyHops sends TCP SYNs and UDP packets with growing times to live to one
// address, all at once, and reads the routers' ICMP errors from the sockets'
// error queues (IP_RECVERR, ip(7)), for which a plain user suffices. It ends
// once the connection of the usual kind is made and the rest had their time;
// while that is silent, with the context. A lazy survey looks
// at the hops only where the connection is not made at once.
func surveyHops(ctx context.Context, addr netip.AddrPort, lazy bool) HopResult {
	r := HopResult{Addr: addr.String(), Family: family(addr.Addr()), Supported: true}
	s := &survey{addr: addr, start: time.Now(), r: &r}
	defer s.close()
	s.send("tcp", wholeWay)
	for lazy && s.whole().hop.Word == HopSilent && time.Since(s.start) < lazyWait && ctx.Err() == nil {
		s.wait(20 * time.Millisecond)
	}
	s.own()
	if !lazy || s.whole().hop.Word != HopOpen && s.whole().hop.Word != NoRouteHere {
		// What connections meet comes first: a router may have few ICMP errors left.
		s.wait(5 * time.Millisecond)
		for _, ttl := range []int{1, 2, 3, wholeWay} {
			s.send("udp", ttl)
		}
		for ttl := 1; ttl <= 2; ttl++ {
			s.send("tcp", ttl)
		}
		s.own()
	}
	again, began := false, time.Now()
	for ctx.Err() == nil && !s.settled() {
		if !again && time.Since(began) >= surveyAgain {
			again = true
			need, have, asked := s.needed(), map[int]bool{}, map[int]bool{}
			for _, p := range s.packets {
				if p.fd >= 0 && p.hop.Proto == "udp" && p.hop.TTL <= need {
					_, _ = unix.Write(p.fd, []byte{0})
				}
				if p.hop.Proto == "tcp" && p.hop.Word != HopSilent {
					have[p.hop.TTL] = true
				}
				if p.hop.Proto == "udp" {
					asked[p.hop.TTL] = true
				}
			}
			if s.whole().hop.Word != HopOpen {
				for ttl := 1; ttl <= min(surveyTCPHops, need); ttl++ {
					if !have[ttl] {
						s.send("tcp", ttl)
					}
				}
				for ttl := 1; ttl <= min(surveyUDPHops, need); ttl++ {
					if !asked[ttl] {
						s.send("udp", ttl)
					}
				}
			}
		}
		s.wait(20 * time.Millisecond)
	}
	for _, p := range s.packets {
		r.Hops = append(r.Hops, p.hop)
	}
	r.Duration = time.Since(s.start)
	return r
}

// takenOver reports whether somebody at the first hop answers for an address.
func takenOver(ctx context.Context, addr netip.AddrPort) bool {
	if _, behind := gatewayOf(addr.Addr()); !behind {
		return false // the first hop is the service
	}
	r := HopResult{Addr: addr.String()}
	s := &survey{addr: addr, start: time.Now(), r: &r}
	defer s.close()
	s.send("tcp", 1)
	for p := s.packets[0]; p.fd >= 0 && ctx.Err() == nil; {
		s.wait(20 * time.Millisecond)
	}
	return s.packets[0].hop.Word == HopOpen
}

type survey struct {
	addr    netip.AddrPort
	start   time.Time
	packets []*packet
	r       *HopResult
}

type packet struct {
	fd   int // -1 when it is done
	sent time.Time
	hop  Hop
}

func (s *survey) close() {
	for _, p := range s.packets {
		p.close()
	}
}

func (p *packet) close() {
	if p.fd >= 0 {
		unix.Close(p.fd)
		p.fd = -1
	}
}

// send opens a socket and sends its packet.
func (s *survey) send(proto string, ttl int) {
	p := &packet{fd: -1, hop: Hop{Proto: proto, TTL: ttl}}
	s.packets = append(s.packets, p)
	domain, kind, port := unix.AF_INET, unix.SOCK_STREAM, s.addr.Port()
	if s.addr.Addr().Is6() {
		domain = unix.AF_INET6
	}
	if proto == "udp" {
		kind, port = unix.SOCK_DGRAM, uint16(surveyPort+ttl%wholeWay)
	}
	fd, err := unix.Socket(domain, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	p.fd = fd
	if domain == unix.AF_INET {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1)
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TTL, ttl)
	} else {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, ttl)
	}
	if proto == "tcp" { // closed with a reset, so that nothing lingers at the service
		_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	}
	var to unix.Sockaddr = &unix.SockaddrInet6{Port: int(port), Addr: s.addr.Addr().As16(), ZoneId: zoneIndex(s.addr.Addr().Zone())}
	if domain == unix.AF_INET {
		to = &unix.SockaddrInet4{Port: int(port), Addr: s.addr.Addr().As4()}
	}
	p.sent = time.Now()
	err = unix.Connect(fd, to)
	if err == nil && proto == "udp" {
		_, err = unix.Write(fd, []byte{0})
	}
	switch {
	case err == nil && proto == "tcp":
		p.answer(HopOpen, s.addr.Addr())
	case err != nil && !errors.Is(err, unix.EINPROGRESS):
		if errors.Is(err, unix.ENETUNREACH) || errors.Is(err, unix.EADDRNOTAVAIL) {
			p.answer(NoRouteHere, netip.Addr{})
		} else {
			s.read(p, err)
		}
	}
}

func (p *packet) answer(w HopWord, from netip.Addr) {
	p.hop.Word, p.hop.From, p.hop.RTT = w, from, time.Since(p.sent)
	p.close()
}

// own remembers which address of this machine the packets leave from.
func (s *survey) own() {
	for _, p := range s.packets {
		if p.fd < 0 {
			continue
		}
		switch a, _ := unix.Getsockname(p.fd); a := a.(type) {
		case *unix.SockaddrInet4:
			s.r.Own = netip.AddrFrom4(a.Addr)
			return
		case *unix.SockaddrInet6:
			s.r.Own = netip.AddrFrom16(a.Addr)
			return
		}
	}
}

// needed is the distance of the target as far as it is known; packets that go
// farther have nothing to add.
func (s *survey) needed() int {
	r := HopResult{Addr: s.r.Addr}
	for _, p := range s.packets {
		r.Hops = append(r.Hops, p.hop)
	}
	if _, hops, ok := r.service(); ok {
		return hops
	}
	return surveyUDPHops
}

// settled reports whether nothing more is to be had.
func (s *survey) settled() bool {
	open := 0
	whole := s.whole()
	need := s.needed()
	for _, p := range s.packets {
		if p.fd >= 0 && (p.hop.TTL <= need || p.hop.TTL == wholeWay) {
			open++
		}
	}
	if open == 0 {
		return true
	}
	// Others get twice the time that the connection took: the packets left together.
	patience := max(hopPatience, 2*whole.hop.RTT+30*time.Millisecond)
	if whole.hop.Word == HopOpen && need < surveyUDPHops {
		patience = whole.hop.RTT + 15*time.Millisecond
	}
	switch whole.hop.Word {
	case HopOpen:
		return time.Since(s.start) > patience
	case NoRouteHere:
		return true
	case HopSilent:
		return false
	}
	return time.Since(s.start) > surveyAgain+patience+100*time.Millisecond
}

// whole is the first packet of the usual kind.
func (s *survey) whole() *packet {
	for _, p := range s.packets {
		if p.hop.Proto == "tcp" && p.hop.TTL == wholeWay {
			return p
		}
	}
	return s.packets[0]
}

// wait reads what comes within d.
func (s *survey) wait(d time.Duration) {
	var fds []unix.PollFd
	var who []*packet
	for _, p := range s.packets {
		if p.fd >= 0 {
			events := int16(unix.POLLERR)
			if p.hop.Proto == "tcp" {
				events |= unix.POLLOUT
			}
			fds = append(fds, unix.PollFd{Fd: int32(p.fd), Events: events})
			who = append(who, p)
		}
	}
	n, err := unix.Poll(fds, int(d/time.Millisecond))
	if err != nil || n <= 0 {
		return
	}
	for i, f := range fds {
		if f.Revents == 0 {
			continue
		}
		p := who[i]
		errno, _ := unix.GetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		switch {
		case errno == 0 && f.Revents&unix.POLLERR == 0:
			p.answer(HopOpen, s.addr.Addr())
		default:
			s.read(p, unix.Errno(errno))
		}
	}
}

// read takes the ICMP error of a socket's queue; without one, errno speaks.
func (s *survey) read(p *packet, err error) {
	oob := make([]byte, 512)
	_, n, _, _, rerr := unix.Recvmsg(p.fd, make([]byte, 64), oob, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
	if rerr == nil {
		if msgs, perr := unix.ParseSocketControlMessage(oob[:n]); perr == nil {
			for _, m := range msgs {
				if w, from, ok := icmpError(m); ok {
					p.answer(w, from)
					return
				}
			}
		}
	}
	switch {
	case errors.Is(err, unix.ECONNREFUSED), errors.Is(err, unix.ECONNRESET):
		p.answer(HopReset, s.addr.Addr())
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		p.answer(OwnFirewall, s.r.Own)
	case errors.Is(err, unix.EHOSTUNREACH):
		p.answer(HostUnreachable, netip.Addr{})
	case errors.Is(err, unix.ENETUNREACH):
		p.answer(NetUnreachable, netip.Addr{})
	case errors.Is(err, unix.ETIMEDOUT):
		p.close()
	}
}

// icmpError reads a struct sock_extended_err (ip(7)) and who sent the error.
func icmpError(m unix.SocketControlMessage) (w HopWord, from netip.Addr, ok bool) {
	v4 := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR
	v6 := m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
	if !v4 && !v6 || len(m.Data) < 16 {
		return "", from, false
	}
	origin, kind, code := m.Data[4], m.Data[5], m.Data[6]
	if rest := m.Data[16:]; len(rest) >= 8 {
		switch binary.NativeEndian.Uint16(rest) {
		case unix.AF_INET:
			from = netip.AddrFrom4([4]byte(rest[4:8]))
		case unix.AF_INET6:
			if len(rest) >= 24 {
				from = netip.AddrFrom16([16]byte(rest[8:24]))
			}
		}
	}
	switch origin {
	case unix.SO_EE_ORIGIN_ICMP:
		return icmp4Word(kind, code), from, true
	case unix.SO_EE_ORIGIN_ICMP6:
		return icmp6Word(kind, code), from, true
	}
	return "", from, false
}

func icmp4Word(kind, code byte) HopWord {
	if kind == 11 {
		return HopExpired
	}
	switch code {
	case 0, 6, 11:
		return NetUnreachable
	case 3:
		return PortUnreachable
	case 9, 13:
		return AdminProhibited
	case 10:
		return HostProhibited
	}
	return HostUnreachable
}

func icmp6Word(kind, code byte) HopWord {
	if kind == 3 {
		return HopExpired
	}
	switch code {
	case 0, 6:
		return NetUnreachable
	case 1, 5:
		return AdminProhibited
	case 4:
		return PortUnreachable
	}
	return HostUnreachable
}
