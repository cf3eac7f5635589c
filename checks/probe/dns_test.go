package probe

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestNameServers(t *testing.T) {
	zone := func(addr string) map[string][]string { return map[string][]string{"svc.test": {addr}} }
	one := func(names map[string][]string) func([]byte, int) [][]byte {
		return func(q []byte, _ int) [][]byte { return [][]byte{dnsAnswer(q, names)} }
	}
	closed := closedUDP(t)
	for _, c := range []struct {
		name     string
		server   func([]byte, int) [][]byte
		want     Kind
		injected bool
		answers  int
	}{
		{"good", one(zone("203.0.113.7")), None, false, 1},
		{"no such name", one(nil), NXDomain, false, 1},
		{"cannot tell", one(map[string][]string{"svc.test": {"!"}}), ServFail, false, 1},
		{"only IPv6", one(zone("2001:db8::7")), NoAddress, false, 1},
		{"silent", func([]byte, int) [][]byte { return nil }, Timeout, false, 0},
		{"the first question is lost", func(q []byte, n int) [][]byte {
			if n == 0 {
				return nil
			}
			return [][]byte{dnsAnswer(q, zone("203.0.113.7"))}
		}, None, false, 1},
		{"injected", func(q []byte, _ int) [][]byte {
			return [][]byte{dnsAnswer(q, zone("198.51.100.1")), dnsAnswer(q, zone("203.0.113.7"))}
		}, None, true, 2},
		{"injected where there is no such name", func(q []byte, _ int) [][]byte {
			return [][]byte{dnsAnswer(q, zone("198.51.100.1")), dnsAnswer(q, nil)}
		}, None, true, 2},
		{"doubled by the network", func(q []byte, _ int) [][]byte {
			return [][]byte{dnsAnswer(q, zone("203.0.113.7")), dnsAnswer(q, zone("203.0.113.7"))}
		}, None, false, 2},
		{"another question's answer", func(q []byte, _ int) [][]byte { q[0] ^= 0x55; return [][]byte{dnsAnswer(q, zone("203.0.113.7"))} }, Timeout, false, 0},
		{"rubbish", func([]byte, int) [][]byte { return [][]byte{{1, 2, 3}} }, Timeout, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 1300*time.Millisecond)
			defer cancel()
			got := askServer(ctx, nameServer(t, c.server), "svc.test")
			if got.Kind != c.want || got.Injected != c.injected || len(got.Answers) != c.answers {
				t.Errorf("%+v", got)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got := askServer(ctx, closed, "svc.test"); got.Kind != Refused {
			t.Errorf("%+v", got)
		}
	})
}

func closedUDP(t *testing.T) netip.AddrPort {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return netip.MustParseAddrPort(conn.LocalAddr().String())
}

// A resolver that loses the first packet costs Go's own 5 s; here it costs one hedge.
func TestLookupHedged(t *testing.T) {
	server := nameServer(t, func(q []byte, n int) [][]byte {
		if n == 0 {
			return nil
		}
		return [][]byte{dnsAnswer(q, map[string][]string{"svc.test": {"203.0.113.7"}})}
	})
	res := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", server.String())
	}}
	ctx, cancel := context.WithTimeout(t.Context(), dnsLimit)
	defer cancel()
	start := time.Now()
	addrs, kind := newSession(Options{Resolver: res}).lookupHedged(ctx, "ip4", "svc.test")
	if kind != None || len(addrs) != 1 || time.Since(start) > 900*time.Millisecond {
		t.Errorf("%v %v after %v", addrs, kind, time.Since(start))
	}
}
