package service

import (
	"net"
	"testing"
	"time"

	"github.com/beevik/ntp"
)

func TestSNTPGivesTheSetOffset(t *testing.T) {
	t.Parallel()
	for _, offset := range []time.Duration{0, 3217 * time.Millisecond, -41500 * time.Millisecond, 8 * time.Hour, -20 * 365 * 24 * time.Hour} {
		s, err := Start(Options{Policy: DefaultPolicy(), Faults: Faults{ClockOffset: offset}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := ntp.QueryWithOptions(s.Own().Time, ntp.QueryOptions{Timeout: 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Validate(); err != nil {
			t.Errorf("offset %v: %v", offset, err)
		}
		if off := (r.ClockOffset - offset).Abs(); off > 50*time.Millisecond && off > r.RTT {
			t.Errorf("offset = %v, want %v (rtt %v)", r.ClockOffset, offset, r.RTT)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSNTPAnswersRequestsOnly(t *testing.T) {
	t.Parallel()
	now := time.Now()
	clock := func() time.Time { return now }
	good := make([]byte, 48)
	good[0] = 4<<3 | 3
	if a := sntpAnswer(good, now, clock); len(a) != 48 || a[0] != 4<<3|4 || a[1] != 1 {
		t.Errorf("answer = %v", a)
	}
	for name, req := range map[string][]byte{
		"empty": nil, "short": good[:47],
		"a server's packet": append([]byte{4<<3 | 4}, good[1:]...),
		"version 0":         append([]byte{3}, good[1:]...),
		"version 7":         append([]byte{7<<3 | 3}, good[1:]...),
	} {
		if a := sntpAnswer(req, now, clock); a != nil {
			t.Errorf("%s was answered", name)
		}
	}
}

func TestNTPStampAcrossTheEra(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   time.Time
		want uint64
	}{
		{time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), 0},
		{time.Date(1970, 1, 1, 0, 0, 0, 500_000_000, time.UTC), 2208988800<<32 | 1<<31},
		{time.Date(2036, 2, 7, 6, 28, 15, 0, time.UTC), 0xffffffff << 32},
		{time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC), 0},
	} {
		if got := ntpStamp(c.at); got != c.want {
			t.Errorf("%v = %x, want %x", c.at, got, c.want)
		}
	}
}

func TestSNTPSurvivesNoise(t *testing.T) {
	t.Parallel()
	s, err := Start(Options{Policy: DefaultPolicy()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := net.Dial("udp", s.Own().Time)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, b := range [][]byte{{}, {0}, make([]byte, 47), make([]byte, 4096)} {
		_, _ = c.Write(b)
	}
	if _, err := ntp.Query(s.Own().Time); err != nil {
		t.Errorf("after noise: %v", err)
	}
}
