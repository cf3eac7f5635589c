// Package clock treats time as physics: every stamp carries the clock that
// made it and how far off it may be, and stamps are compared only after they
// were mapped to the service's time.
package clock

import "time"

// Clock names whose clock made a stamp.
type Clock uint16 // not a byte: vet is to see string(clock), which would not be its name

// The clocks. A browser reads the clock of the device it runs on; it is named
// apart because its stamps are exact to the millisecond, while a person's
// reading of the device's clock is not. Unset is of no stamp.
const (
	Unset Clock = iota
	Device
	Browser
	Service
	Unknown
)

// String gives the clock's name, as reports have it.
func (c Clock) String() string {
	return [...]string{"", "device", "browser", "service", "unknown"}[c]
}

// Stamp is an instant as one clock showed it.
type Stamp struct {
	T           time.Time
	Err         time.Duration // the true reading lies within T ± Err on the same clock
	Source      string        // where it was read, as in "shop.har entry 12"
	Clock       Clock
	ZoneAssumed bool // the text named no zone
}

// IsZero reports whether there is no stamp.
func (s Stamp) IsZero() bool { return s.T.IsZero() }

// Span is a closed interval of durations: the truth lies in [Lo, Hi].
type Span struct{ Lo, Hi time.Duration }

// Exactly is a span around d with half-width e.
func Exactly(d, e time.Duration) Span { return Span{d - e, d + e} }

// Mid is the middle of the span.
func (s Span) Mid() time.Duration { return s.Lo + (s.Hi-s.Lo)/2 }

// Half is half of the span's width: the bound to state after ±.
func (s Span) Half() time.Duration { return (s.Hi - s.Lo) / 2 }

// Add gives the span of sums.
func (s Span) Add(o Span) Span { return Span{s.Lo + o.Lo, s.Hi + o.Hi} }

// Sub gives the span of differences.
func (s Span) Sub(o Span) Span { return Span{s.Lo - o.Hi, s.Hi - o.Lo} }

// Contains reports whether d may be the true value.
func (s Span) Contains(d time.Duration) bool { return s.Lo <= d && d <= s.Hi }

// Intersect gives the values in both spans; ok is false when there are none.
func (s Span) Intersect(o Span) (Span, bool) {
	r := Span{max(s.Lo, o.Lo), min(s.Hi, o.Hi)}
	return r, r.Lo <= r.Hi
}

// Offset is what has to be added to the device's clock to get the service's
// (service minus device, as NTP defines offset, RFC 5905 section 8).
type Offset struct {
	Span
	Known bool // false: nothing was measured, and the span is a guess that bounds a sane clock
}

// OnService maps a stamp to the service's time, as an interval around T.
// A stamp of an unknown clock may be on either: the interval covers both.
func (s Stamp) OnService(off Offset) Interval {
	e := Span{-s.Err, s.Err}
	switch s.Clock {
	case Service:
		return Interval{s.T, e}
	case Device, Browser:
		return Interval{s.T, off.Add(e)}
	}
	both := Span{min(0, off.Lo), max(0, off.Hi)}
	return Interval{s.T, both.Add(e)}
}

// Interval is an instant known to lie in T + Span.
type Interval struct {
	T time.Time
	Span
}

// Since gives how long after o the instant i is.
func (i Interval) Since(o Interval) Span {
	d := i.T.Sub(o.T)
	return Span{d + i.Lo - o.Hi, d + i.Hi - o.Lo}
}

// Middle is the middle of the interval.
func (i Interval) Middle() time.Time { return i.T.Add(i.Mid()) }
