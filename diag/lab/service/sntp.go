package service

import (
	"encoding/binary"
	"errors"
	"net"
	"time"
)

// ntpEpoch is the start of NTP's era 0.
var ntpEpoch = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// ntpStamp writes a time in NTP's 64-bit format (RFC 5905, section 6).
func ntpStamp(t time.Time) uint64 {
	d := t.Sub(ntpEpochNear(t))
	sec := uint64(d / time.Second)
	frac := uint64(d%time.Second) << 32 / uint64(time.Second)
	return sec<<32 | frac
}

// ntpEpochNear gives the start of the era that t lies in, so that a
// time.Duration can hold the difference and the stamp wraps as eras do.
func ntpEpochNear(t time.Time) time.Time {
	const era = int64(1) << 32
	sec := t.Unix() - ntpEpoch.Unix()
	eras := sec / era
	if sec < 0 {
		eras--
	}
	return time.Unix(ntpEpoch.Unix()+eras*era, 0)
}

// serveSNTP answers SNTP requests (RFC 5905, section 14) by the service's
// clock until the socket closes.
func serveSNTP(conn net.PacketConn, now func() time.Time) {
	buf := make([]byte, 1024)
	for {
		n, peer, err := conn.ReadFrom(buf)
		received := now()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		if answer := sntpAnswer(buf[:n], received, now); answer != nil {
			_, _ = conn.WriteTo(answer, peer)
		}
	}
}

// sntpAnswer builds the answer to one request, nil when it is none.
func sntpAnswer(req []byte, received time.Time, now func() time.Time) []byte {
	if len(req) < 48 {
		return nil
	}
	version, mode := req[0]>>3&7, req[0]&7
	if mode != 3 || version < 1 || version > 4 {
		return nil
	}
	out := make([]byte, 48)
	out[0] = version<<3 | 4 // no leap second, server
	out[1] = 1              // primary
	out[2] = req[2]
	out[3] = 0xec                          // precision 2^-20 s
	binary.BigEndian.PutUint32(out[8:], 1) // root dispersion
	copy(out[12:], "LOCL")                 // reference id
	binary.BigEndian.PutUint64(out[16:], ntpStamp(received.Add(-16*time.Second)))
	copy(out[24:32], req[40:48]) // the client's transmit stamp comes back as origin
	binary.BigEndian.PutUint64(out[32:], ntpStamp(received))
	binary.BigEndian.PutUint64(out[40:], ntpStamp(now()))
	return out
}
