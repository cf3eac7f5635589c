package link

import (
	"math"
	"net/netip"
	"time"
)

// Stats is what one direction really did: the ground truth. Link-local and
// multicast chatter of the systems at its ends is not counted and not dropped.
type Stats struct {
	In        int64 // packets that came
	Out       int64 // copies that left
	Pending   int64 // copies that have not left yet
	BytesIn   int64
	BytesOut  int64
	Dropped   int64 // all of the following together
	Random    int64
	Burst     int64
	Queue     int64
	Blackout  int64
	TooLarge  int64
	Overload  int64 // the emulator itself had no room
	Doubled   int64
	Delayed   int64 // held back to be overtaken
	Runs      int64 // runs of dropped packets next to each other
	Longest   int64 // the longest of them, packets
	MaxQueue  time.Duration
	Failed    int64 // writes that the device refused
	Unread    int64 // packets that the device dropped before they were read: the emulator was too slow
	Late      Lateness
	inRun     int64
	byReasons [reasons]int64
}

// LossRate is the share of packets dropped, 0 to 1; NaN when none came.
func (s Stats) LossRate() float64 {
	if s.In == 0 {
		return math.NaN()
	}
	return float64(s.Dropped) / float64(s.In)
}

func (s *Stats) count(f Fate, size int) {
	s.In++
	s.BytesIn += int64(size)
	s.byReasons[f.Reason]++
	s.MaxQueue = max(s.MaxQueue, f.Queued)
	if f.Delayed {
		s.Delayed++
	}
	if f.Copies == 2 {
		s.Doubled++
	}
	if f.Reason == Delivered {
		s.inRun = 0
		return
	}
	s.Dropped++
	if s.inRun == 0 {
		s.Runs++
	}
	s.inRun++
	s.Longest = max(s.Longest, s.inRun)
}

// public fills in the fields by reason.
func (s Stats) public() Stats {
	r := s.byReasons
	s.Random, s.Burst, s.Queue, s.Blackout, s.TooLarge, s.Overload = r[LostRandom], r[LostBurst], r[LostQueue], r[LostBlackout], r[LostSize], r[LostOverload]
	return s
}

// Lateness is a histogram of how much later than scheduled packets left.
type Lateness struct {
	N       int64
	Max     time.Duration
	buckets [lateBuckets + 1]int64 // the last one holds all that is later
}

const (
	lateStep    = 10 * time.Microsecond
	lateBuckets = 1000
)

// Quantile gives an upper bound of the q-quantile, 10 µs wide; Max above 10 ms.
func (l Lateness) Quantile(q float64) time.Duration {
	rank := int64(math.Ceil(q * float64(l.N)))
	var seen int64
	for i, n := range l.buckets[:lateBuckets] {
		if seen += n; seen >= rank {
			return min(l.Max, time.Duration(i+1)*lateStep)
		}
	}
	return l.Max
}

// Packet is one entry of the log.
type Packet struct {
	At     time.Duration // when it came, since the link's start
	Delay  time.Duration // scheduled, of the first copy; 0 when dropped
	Size   int           // bytes, from the IP header on
	Reason Reason
	Copies int
	Proto  uint8 // of IP: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6
	Kind   uint8 // TCP's flags, ICMP's type
	Src    netip.AddrPort
	Dst    netip.AddrPort
}

// ring keeps the last packets.
type ring struct {
	list []Packet
	next int // where the oldest is, once it is full
	max  int
}

func (r *ring) add(p Packet) {
	switch {
	case r.max <= 0:
	case len(r.list) < r.max:
		r.list = append(r.list, p)
	default:
		r.list[r.next] = p
		r.next = (r.next + 1) % r.max
	}
}

func (r *ring) all() []Packet {
	return append(append(make([]Packet, 0, len(r.list)), r.list[r.next:]...), r.list[:r.next]...)
}
