package probe

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// On loopback every packet arrives, whatever its time to live.
func TestSurveyOnLoopback(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	r := surveyHops(ctx, netip.MustParseAddrPort(l.Addr().String()), false)
	w, ok := r.whole()
	if !ok || w.Word != HopOpen || r.Duration > time.Second {
		t.Errorf("%+v in %v", w, r.Duration)
	}
	if _, hops, ok := r.service(); !ok || hops != 1 {
		t.Errorf("hops %d %v: %+v", hops, ok, r.Hops)
	}
	if _, taken := r.transparent(); taken {
		t.Error("nobody stands in between")
	}
	r = surveyHops(ctx, netip.MustParseAddrPort(closedPort(t)), false)
	if w, _ := r.whole(); w.Word != HopReset || w.From != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("%+v", w)
	}
}

func TestICMPWords(t *testing.T) {
	for _, c := range []struct {
		v6         bool
		kind, code byte
		want       HopWord
	}{
		{false, 11, 0, HopExpired}, {false, 3, 0, NetUnreachable}, {false, 3, 1, HostUnreachable}, {false, 3, 3, PortUnreachable},
		{false, 3, 9, AdminProhibited}, {false, 3, 10, HostProhibited}, {false, 3, 13, AdminProhibited},
		{true, 3, 0, HopExpired}, {true, 1, 0, NetUnreachable}, {true, 1, 1, AdminProhibited}, {true, 1, 3, HostUnreachable}, {true, 1, 4, PortUnreachable},
	} {
		m := unix.SocketControlMessage{Header: unix.Cmsghdr{Level: unix.IPPROTO_IP, Type: unix.IP_RECVERR}, Data: make([]byte, 32)}
		m.Data[4], m.Data[5], m.Data[6] = unix.SO_EE_ORIGIN_ICMP, c.kind, c.code
		m.Data[16], m.Data[20] = unix.AF_INET, 192
		if c.v6 {
			m.Header.Level, m.Header.Type = unix.IPPROTO_IPV6, unix.IPV6_RECVERR
			m.Data[4], m.Data[16] = unix.SO_EE_ORIGIN_ICMP6, unix.AF_INET6
			m.Data = append(m.Data, make([]byte, 16)...)
		}
		w, from, ok := icmpError(m)
		if !ok || w != c.want || !from.IsValid() || from.Is6() != c.v6 {
			t.Errorf("%+v: %v from %v %v", c, w, from, ok)
		}
		m.Data = m.Data[:12]
		if _, _, ok := icmpError(m); ok {
			t.Error("a short message is read")
		}
	}
}
