package bed

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/lab/link"
)

// series is a run of numbered UDP packets to an echo on the server, or of TCP connects.
type series struct {
	Addr  string
	TCP   bool
	N     int
	Size  int // bytes of payload
	Every time.Duration
	Whole bool // end as soon as so many came back
}

// echoed is what came back.
type echoed struct {
	RTT    []time.Duration // of the first copies, in the order of coming
	Copies int             // all that came back
	Missed int
}

func (e echoed) quantile(q float64) time.Duration {
	v := slices.Sorted(slices.Values(e.RTT))
	if len(v) == 0 {
		return 0
	}
	return v[int(q*float64(len(v)-1))]
}

func sendSeries(ctx context.Context, s series) (echoed, error) {
	if s.TCP {
		return connects(s)
	}
	c, err := net.Dial("udp", s.Addr)
	if err != nil {
		return echoed{}, err
	}
	defer c.Close()
	sent := make([]time.Time, s.N)
	seen := make([]bool, s.N)
	var out echoed
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			if i := int(binary.BigEndian.Uint32(buf)); n >= 4 && i < s.N {
				if out.Copies++; !seen[i] {
					seen[i] = true
					out.RTT = append(out.RTT, time.Since(sent[i]))
				}
				if out.Copies == s.N && s.Whole {
					return
				}
			}
		}
	}()
	buf := make([]byte, max(4, s.Size))
	start := time.Now()
	for i := range s.N {
		time.Sleep(time.Until(start.Add(time.Duration(i) * s.Every)))
		binary.BigEndian.PutUint32(buf, uint32(i))
		sent[i] = time.Now()
		if _, err := c.Write(buf); err != nil {
			return out, err
		}
	}
	_ = c.SetReadDeadline(time.Now().Add(700 * time.Millisecond))
	<-done
	out.Missed = s.N - len(out.RTT)
	return out, nil
}

func connects(s series) (out echoed, err error) {
	for range s.N {
		start := time.Now()
		c, err := net.DialTimeout("tcp", s.Addr, 3*time.Second)
		if err != nil {
			out.Missed++
			continue
		}
		out.RTT = append(out.RTT, time.Since(start))
		out.Copies++
		c.Close()
	}
	return out, nil
}

const (
	echoPort = 7007
	packets  = 700 // of each count
)

// echo answers UDP packets on every address of the server.
func echo(t *testing.T, b *Bed) {
	t.Helper()
	for _, addr := range []netip.Addr{BackendIP(0), BackendIP6(0)} {
		c, err := b.Server.ListenPacket(netip.AddrPortFrom(addr, echoPort).String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadBuffer(4 << 20)
		t.Cleanup(func() { c.Close() })
		go func() {
			buf := make([]byte, 2048)
			for {
				n, peer, err := c.ReadFromUDPAddrPort(buf)
				if err != nil {
					return
				}
				_, _ = c.WriteToUDPAddrPort(buf[:n], peer)
			}
		}()
	}
}

func at(addr netip.Addr, port uint16) string { return netip.AddrPortFrom(addr, port).String() }

func TestTruthOnTheBed(t *testing.T) {
	p := NewProbe(t, sendSeries)
	b := New(t, Topology{})
	echo(t, b)

	for _, rtt := range []time.Duration{10 * msec, 40 * msec, 150 * msec} {
		for family, addr := range map[string]netip.Addr{"IPv4": BackendIP(0), "IPv6": BackendIP6(0)} {
			t.Run(fmt.Sprintf("RTT %v %s", rtt, family), func(t *testing.T) {
				start(t, b)
				for _, d := range []link.Direction{link.Up, link.Down} {
					if err := Shape(b.WAN, d, func(c *link.Conditions) { c.Delay = (rtt - 2*msec) / 2 }); err != nil {
						t.Fatal(err)
					}
				}
				var best, least time.Duration
				for range 3 { // one undisturbed look is enough
					e := p.Must(b.Client, series{Addr: at(addr, echoPort), N: 150, Every: 4 * msec, Whole: true})
					if e.Missed > 0 {
						t.Fatalf("%d of 150 missed", e.Missed)
					}
					best, least = nearer(best, e.quantile(.5), rtt), nearer(least, e.quantile(0), rtt)
					late := b.WAN.Stats(link.Up).Late
					t.Logf("RTT p50 %v p99 %v least %v; one link late p50 %v p99 %v", e.quantile(.5), e.quantile(.99), e.quantile(0), late.Quantile(.5), late.Quantile(.99))
					if best-rtt < msec {
						break
					}
				}
				if least < rtt {
					t.Errorf("an answer after %v, faster than the links", least)
				}
				if best-rtt > msec {
					t.Errorf("median %v, want %v", best, rtt)
				}
			})
		}
	}

	for _, c := range []struct {
		settings string
		tcp      bool
	}{
		{settings: "loss=5%"},
		{settings: "up.loss=10% down.loss=2%"},
		{settings: "burst=100ms/20ms"},
		{settings: "down=200ms/1s"},
		{settings: "duplicate=5%"},
		{settings: "loss=5% jitter=5ms dist=pareto reorder=5%"},
	} {
		t.Run("counts "+c.settings, func(t *testing.T) {
			start(t, b)
			set(t, b.WAN, c.settings)
			e := p.Must(b.Client, series{Addr: at(BackendIP(0), echoPort), N: packets, Size: 100, Every: 2 * msec})
			up, down := b.WAN.Stats(link.Up), b.WAN.Stats(link.Down)
			// the echo sends back what came, doubles included
			if up.In != packets || down.In != up.Out || int64(e.Copies) != down.Out {
				t.Errorf("sent %d: up %d in, %d out; down %d in, %d out; came back %d", packets, up.In, up.Out, down.In, down.Out, e.Copies)
			}
			if up.Out != up.In-up.Dropped+up.Doubled || down.Out != down.In-down.Dropped+down.Doubled || up.Unread+down.Unread+up.Failed+down.Failed > 0 {
				t.Errorf("books that do not balance: %+v %+v", up, down)
			}
			if up.Doubled == 0 && int64(e.Missed) != up.Dropped+down.Dropped {
				t.Errorf("missed %d; the links dropped %d + %d", e.Missed, up.Dropped, down.Dropped)
			}
			if up.Dropped+up.Doubled == 0 {
				t.Error("nothing happened to any packet")
			}
			if log := b.WAN.Log(link.Up); len(log) != packets || log[0].Dst.String() != at(BackendIP(0), echoPort) || log[0].Size != 128 || log[0].Proto != 17 {
				t.Errorf("log of %d: %+v", len(log), log[0])
			}
		})
	}

	t.Run("MTU", func(t *testing.T) {
		for _, c := range []struct {
			setting string
			addr    netip.Addr
			head    int
		}{{"up.mtu=1400", BackendIP(0), 28}, {"down.mtu=1400", BackendIP(0), 28}, {"up.mtu=1400", BackendIP6(0), 48}, {"down.mtu=1300", BackendIP6(0), 48}} {
			start(t, b)
			set(t, b.WAN, c.setting)
			largest := 1400
			if strings.HasSuffix(c.setting, "1300") {
				largest = 1300
			}
			fits := p.Must(b.Client, series{Addr: at(c.addr, echoPort), N: 10, Size: largest - c.head, Every: msec, Whole: true})
			over := p.Must(b.Client, series{Addr: at(c.addr, echoPort), N: 10, Size: largest - c.head + 1, Every: msec})
			if fits.Missed != 0 || over.Missed != 10 {
				t.Errorf("%s to %v: %d of 10 that fit missed, %d of 10 too large", c.setting, c.addr, fits.Missed, over.Missed)
			}
		}
	})

	t.Run("queue under load", func(t *testing.T) {
		start(t, b)
		set(t, b.WAN, "up.rate=5M up.queue=300ms")
		addr := at(BackendIP(0), echoPort)
		idle := p.Must(b.Client, series{Addr: addr, N: 20, Every: 5 * msec, Whole: true})
		if err := b.Load(t.Context(), link.Up, 4); err != nil {
			t.Fatal(err)
		}
		busy := p.Must(b.Client, series{Addr: addr, N: 100, Every: 20 * msec, Whole: true})
		s := b.WAN.Stats(link.Up)
		t.Logf("idle %v, under load %v (p95 %v); the queue took up to %v; %d of %d dropped", idle.quantile(.5), busy.quantile(.5), busy.quantile(.95), s.MaxQueue, s.Queue, s.In)
		if d := busy.quantile(.5) - idle.quantile(.5); d < 100*msec || d > 340*msec {
			t.Errorf("%v more under load, with a queue of 300 ms", d)
		}
		if s.MaxQueue > 303*msec || s.Queue == 0 {
			t.Errorf("queue up to %v, %d dropped by it", s.MaxQueue, s.Queue)
		}
	})

	t.Run("Reset takes all back", func(t *testing.T) {
		start(t, b)
		e := p.Must(b.Client, series{Addr: at(BackendIP(0), 443), TCP: true, N: 10})
		if d := e.quantile(.5); e.Missed > 0 || d > 60*msec {
			t.Errorf("%d missed, median %v", e.Missed, d)
		}
		if s := b.WAN.Stats(link.Up); s.Dropped > 0 || s.In < 20 {
			t.Errorf("%+v", s)
		}
	})
}

func nearer(a, b, want time.Duration) time.Duration {
	if a == 0 || (b-want).Abs() < (a-want).Abs() {
		return b
	}
	return a
}

func start(t *testing.T, b *Bed) {
	t.Helper()
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, l *link.Link, settings string) {
	t.Helper()
	err := shapeBoth(l, func(up, down *link.Conditions) {
		if err := link.Parse(settings, up, down); err != nil {
			t.Fatal(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
