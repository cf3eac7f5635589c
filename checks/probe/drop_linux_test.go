package probe

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"
)

// dropping is an address that drops SYNs: its queue of connections is full and
// nobody accepts any, for which Linux stays silent.
func dropping(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", sa.(*syscall.SockaddrInet4).Port)
	for range 4 {
		c, err := net.DialTimeout("tcp", addr, 200*time.Millisecond)
		if err != nil {
			return addr
		}
		t.Cleanup(func() { c.Close() })
	}
	t.Skip("NO SYN IS DROPPED HERE: this kernel takes connections beyond a full queue (gVisor does)")
	return ""
}

func TestDroppedPackets(t *testing.T) {
	addr := dropping(t)
	t.Run("ladder", func(t *testing.T) {
		t.Parallel()
		r := ladder(t, "https://"+addr, Options{})
		if r.TCP.Kind != Timeout || r.FirstFailed != "tcp" || r.Duration > Limit+time.Second {
			t.Errorf("%s in %v", states(r), r.Duration)
		}
	})
	t.Run("path", func(t *testing.T) {
		t.Parallel()
		r := Path(t.Context(), Target{"api", "https://" + addr}, Options{Proxy: direct})
		if r.Loss.Verdict != LossHigh || r.Answered != 0 || r.Sent > silent+10 || r.Kind != Timeout {
			t.Errorf("%+v", brief(r))
		}
	})
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		r := Server(t.Context(), []Target{{"api", "https://" + addr}}, Options{Proxy: direct})
		if got := r.Targets[0]; got.Kind != Timeout || got.Sent != 0 || got.Uneven.Any() {
			t.Errorf("%+v", got)
		}
	})
	t.Run("clock", func(t *testing.T) {
		t.Parallel()
		r := Clock(t.Context(), nil, []Target{{"api", "https://" + addr}}, Options{Proxy: direct})
		if r.Dates[0].Kind != Timeout || r.Combined.Known {
			t.Errorf("%+v", r.Dates[0])
		}
	})
}
