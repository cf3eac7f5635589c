package probe

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"time"
)

func TestEchoToThisMachine(t *testing.T) {
	answered := 0
	for _, addr := range []string{"127.0.0.1", "::1"} {
		e, ok := newEchoer(netip.MustParseAddr(addr))
		if !ok {
			t.Logf("NO ICMP HERE (%s): the system lets this user have no socket for it", addr)
			continue
		}
		defer e.close()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if took, kind := e.ping(ctx); kind != None {
			t.Logf("%s over %s: %s", addr, e.method, kind) // no IPv6 on this machine, or a firewall
			continue
		} else if took <= 0 {
			t.Errorf("%s took %v", addr, took)
		}
		answered++
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, kind := e.ping(ctx); kind != None {
					t.Errorf("%s: %s", addr, kind)
				}
			})
		}
		wg.Wait()
	}
	if answered == 0 {
		t.Skip("NO ICMP HERE: no echo of this machine's own was answered, see above")
	}
}

func TestEchoWithoutAnswer(t *testing.T) {
	e, ok := newEchoer(netip.MustParseAddr("127.0.0.1"))
	if !ok {
		t.Skip("NO ICMP HERE: the system lets this user have no socket for it")
	}
	defer e.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, kind := e.ping(ctx); kind != Timeout && kind != None {
		t.Errorf("kind %q", kind)
	}
	if _, ok := newEchoer(netip.Addr{}); ok {
		t.Error("a way to ping nothing")
	}
}
