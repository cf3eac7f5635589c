package lab

import (
	"context"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// ours counts the goroutines that run code of this module or serve it.
func ours() (n int, stacks string) {
	staged.running.Wait() // in case the plays were before us
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var left []string
	for _, g := range strings.Split(string(buf), "\n\n") {
		if strings.Contains(g, "testing.") || strings.Contains(g, "close_test") {
			continue
		}
		if strings.Contains(g, "diag/lab") || strings.Contains(g, "net/http.") || strings.Contains(g, "coder/websocket") {
			left = append(left, g)
		}
	}
	return len(left), strings.Join(left, "\n\n")
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	for _, name := range []string{"healthy", "high-latency", "push-disconnected", "uneven-backends"} {
		l, err := Start(t.Context(), Options{Scenario: name})
		if err != nil {
			t.Fatal(err)
		}
		addrs := append([]string{l.public.Workbench, l.public.Push, l.public.Visitor}, l.public.API...)
		if _, err := l.Play(t.Context(), t.TempDir()); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		for _, a := range addrs {
			if c, err := net.DialTimeout("tcp", a, time.Second); err == nil {
				_ = c.Close()
				t.Errorf("%s: %s still answers", name, a)
			}
		}
		if u, err := net.ListenPacket("udp", l.TimeServer()); err != nil {
			t.Errorf("%s: the time server's port is still taken: %v", name, err)
		} else {
			_ = u.Close()
		}
	}
	noneLeft(t, "closed labs")
}

// noneLeft waits until nothing of this module runs: what a WaitGroup counts has
// done its work when Wait returns, but may not be off its stack.
func noneLeft(t *testing.T, after string) {
	t.Helper()
	var n int
	var stacks string
	for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if n, stacks = ours(); n == 0 {
			return
		}
	}
	t.Errorf("%s leave %d goroutines:\n%s", after, n, stacks)
}

func TestTheLabEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l, err := Start(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	addr := l.public.Workbench
	defer func() { // it ends beside us, and its port is the first to go
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	cancel()
	for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		_ = c.Close()
	}
	t.Error("the lab outlives its context")
}

func TestAddressTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, addr := range []string{l.Addr().String(), "nonsense", "127.0.0.1:99999"} {
		if lab, err := Start(t.Context(), Options{Addr: addr}); err == nil {
			_ = lab.Close()
			t.Errorf("Start on %s worked", addr)
		}
	}
	noneLeft(t, "failed starts")
}
