package relay

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// echo is a service that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return l.Addr().String()
}

func newRelay(t *testing.T) *Relay {
	t.Helper()
	r, err := New("127.0.0.1", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// talk sends text and reads as much back.
func talk(c net.Conn, text string) (string, error) {
	if _, err := io.WriteString(c, text); err != nil {
		return "", err
	}
	b := make([]byte, len(text))
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	n, err := io.ReadFull(c, b)
	return string(b[:n]), err
}

func dial(t *testing.T, r *Relay) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestGoodPath(t *testing.T) {
	t.Parallel()
	c := dial(t, newRelay(t))
	big := string(bytes.Repeat([]byte("recall"), 100_000))
	go func() { _, _ = io.WriteString(c, big) }()
	b := make([]byte, len(big))
	if _, err := io.ReadFull(c, b); err != nil || string(b) != big {
		t.Errorf("not the same bytes: %v", err)
	}
}

func TestDelayGoesBothWays(t *testing.T) {
	t.Parallel()
	r := newRelay(t)
	const delay = 60 * time.Millisecond
	if err := r.Set(Trouble{Delay: delay}, false); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	c := dial(t, r)
	r.Opened(c.LocalAddr(), 5*time.Second)
	if took := time.Since(began); took < 2*delay {
		t.Errorf("the connection was through after %v", took)
	}
	began = time.Now()
	if _, err := talk(c, "hello"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 2*delay {
		t.Errorf("there and back in %v", took)
	}
}

func TestResetInTheMiddle(t *testing.T) {
	t.Parallel()
	r := newRelay(t)
	_ = r.Set(Trouble{Reset: func(b []byte) bool { return bytes.Contains(b, []byte("recall")) }}, false)
	c := dial(t, r)
	if got, err := talk(c, "hello"); err != nil || got != "hello" {
		t.Fatalf("%q, %v", got, err)
	}
	_, err := talk(c, "please recall this")
	for err == nil || errors.Is(err, io.ErrUnexpectedEOF) { // what had been echoed before the reset
		_, err = talk(c, "x")
	}
	if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		t.Errorf("err = %v, want a reset", err)
	}
}

func TestRefuseAndComeBack(t *testing.T) {
	t.Parallel()
	r := newRelay(t)
	c := dial(t, r)
	if _, err := talk(c, "hello"); err != nil {
		t.Fatal(err)
	}
	if err := r.Set(Trouble{Refuse: true}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := talk(c, "hello"); err == nil {
		t.Error("an open connection survived")
	}
	if _, err := net.Dial("tcp", r.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("err = %v, want refused", err)
	}
	if err := r.Set(Trouble{}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := talk(dial(t, r), "again"); err != nil {
		t.Errorf("after it came back: %v", err)
	}
}

func TestDropLeavesNewConnectionsAlone(t *testing.T) {
	t.Parallel()
	r := newRelay(t)
	c := dial(t, r)
	if _, err := talk(c, "hello"); err != nil {
		t.Fatal(err)
	}
	_ = r.Set(Trouble{}, true)
	if _, err := talk(c, "hello"); err == nil {
		t.Error("the connection was not dropped")
	}
	if _, err := talk(dial(t, r), "hello"); err != nil {
		t.Error(err)
	}
}

func TestDeadUpstreamIsAReset(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	r, err := New("127.0.0.1", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c, err := net.Dial("tcp", r.Addr())
	if err != nil { // the reset may come before the dial returns
		return
	}
	defer c.Close()
	if _, err := talk(c, "hello"); err == nil {
		t.Error("a dead service answered")
	}
}

func TestSetAfterClose(t *testing.T) {
	t.Parallel()
	r, err := New("127.0.0.1", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	if err := r.Set(Trouble{}, false); !errors.Is(err, net.ErrClosed) {
		t.Errorf("err = %v", err)
	}
}
