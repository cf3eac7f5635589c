package link

import (
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	t.Parallel()
	var h due
	for i := range 1000 {
		h.push(leaving{at: time.Duration(i * 7919 % 251), seq: uint64(i)})
	}
	last := leaving{at: -1}
	for len(h) > 0 {
		l := h.pop()
		if l.at < last.at || l.at == last.at && l.seq < last.seq {
			t.Fatalf("%v/%d after %v/%d", l.at, l.seq, last.at, last.seq)
		}
		last = l
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	v4 := []byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 168, 77, 2, 45, 0, 2, 11, 0x1b, 0x5f, 0, 53, 0, 8, 0, 0}
	if p, ok := read(v4); !ok || p.Src.String() != "192.168.77.2:7007" || p.Dst.String() != "45.0.2.11:53" || p.Proto != 17 || p.Size != 28 || p.chatter() {
		t.Errorf("%+v %v", p, ok)
	}
	later := append([]byte{}, v4...)
	later[7] = 9 // a later fragment has no ports
	if p, ok := read(later); !ok || p.Dst.Port() != 0 {
		t.Errorf("%+v %v", p, ok)
	}
	report := make([]byte, 48)
	report[0], report[6], report[24] = 0x60, 58, 0xff
	if p, ok := read(report); !ok || !p.chatter() {
		t.Errorf("%+v %v", p, ok)
	}
	for _, bad := range [][]byte{nil, {0x45}, make([]byte, 60), v4[:19], report[:39]} {
		if p, ok := read(bad); ok {
			t.Errorf("%x: %+v", bad, p)
		}
	}
	for n := range v4 { // whatever is cut off
		read(v4[:n])
	}
}
