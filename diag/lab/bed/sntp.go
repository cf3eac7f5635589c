package bed

import (
	"encoding/binary"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// TimeFault is how an SNTP responder behaves. The zero value tells this
// machine's own time, as a stratum 2 server.
type TimeFault struct {
	Offset     time.Duration // its clock against this machine's
	Silent     bool
	Delay      time.Duration // before it answers, between the receive and the transmit stamp
	Kiss       string        // kiss code of a stratum 0 answer: RATE, DENY, RSTR
	Unsynced   bool          // leap indicator 3, stratum 16
	Stratum    int           // 0 is 2
	Dispersion time.Duration // root dispersion
}

// TimeServer is an SNTP responder (RFC 5905, server mode).
type TimeServer struct {
	Addr     string       // host:port, for a profile's time_servers
	Requests atomic.Int64 // packets it got

	fault atomic.Pointer[TimeFault]
	conn  net.PacketConn
	done  sync.WaitGroup
}

// Set changes how the server behaves, from its next answer on.
func (s *TimeServer) Set(f TimeFault) { s.fault.Store(&f) }

// Fault is how the server behaves now.
func (s *TimeServer) Fault() TimeFault { return *s.fault.Load() }

func startTime(n *Namespace, addr string) (*TimeServer, error) {
	conn, err := n.ListenPacket(addr)
	if err != nil {
		return nil, err
	}
	s := &TimeServer{Addr: addr, conn: conn}
	s.Set(TimeFault{})
	s.done.Go(func() {
		buf := make([]byte, 512)
		for {
			n, peer, err := conn.ReadFrom(buf)
			got := time.Now()
			if err != nil {
				return
			}
			f := s.Fault()
			s.Requests.Add(1)
			if n < 48 || buf[0]&7 != 3 || f.Silent {
				continue
			}
			if f.Delay == 0 {
				_, _ = conn.WriteTo(f.reply(buf[:48], got), peer)
				continue
			}
			req := append([]byte{}, buf[:48]...)
			s.done.Go(func() {
				time.Sleep(f.Delay)
				_, _ = conn.WriteTo(f.reply(req, got), peer)
			})
		}
	})
	return s, nil
}

func (s *TimeServer) close() error {
	err := s.conn.Close()
	s.done.Wait()
	return err
}

// reply writes the answer to a request that came at got.
func (f TimeFault) reply(req []byte, got time.Time) []byte {
	out := make([]byte, 48)
	out[0] = req[0]&0x38 | 4 // the client's version, mode server
	out[1] = 2
	if f.Stratum > 0 {
		out[1] = byte(f.Stratum)
	}
	copy(out[12:], []byte{45, 0, 3, 1}) // reference: an upstream server
	switch {
	case f.Kiss != "":
		out[0], out[1] = out[0]|0xc0, 0
		copy(out[12:16], f.Kiss)
	case f.Unsynced:
		out[0], out[1] = out[0]|0xc0, 16
	}
	out[2], out[3] = req[2], 0xec // precision 2⁻²⁰ s
	binary.BigEndian.PutUint32(out[8:], uint32(f.Dispersion.Seconds()*65536)+1)
	stamp := func(at int, t time.Time) { binary.BigEndian.PutUint64(out[at:], ntpStamp(t.Add(f.Offset))) }
	stamp(16, got.Add(-16*time.Second))
	copy(out[24:32], req[40:48])
	stamp(32, got)
	stamp(40, time.Now())
	return out
}

// ntpStamp writes a time in NTP's 64-bit format (RFC 5905, section 6).
func ntpStamp(t time.Time) uint64 {
	const epoch = 2208988800 // seconds from 1900 to 1970
	return uint64(t.Unix()+epoch)<<32 | uint64(t.Nanosecond())<<32/1e9
}
