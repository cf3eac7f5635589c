package link

import (
	"encoding/binary"
	"net/netip"
)

// read takes apart what the log wants of an IP packet. ok is false for what is
// no IP packet.
func read(b []byte) (p Packet, ok bool) {
	var src, dst netip.Addr
	var rest []byte
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		src, dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
		p.Proto = b[9]
		head := int(b[0]&15) * 4
		if first := binary.BigEndian.Uint16(b[6:])&0x1fff == 0; first && head <= len(b) {
			rest = b[head:]
		}
	case len(b) >= 40 && b[0]>>4 == 6:
		src, dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
		p.Proto, rest = b[6], b[40:]
	default:
		return p, false
	}
	p.Size = len(b)
	var from, to uint16
	switch {
	case (p.Proto == 6 || p.Proto == 17) && len(rest) >= 8:
		from, to = binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:])
		if p.Proto == 6 && len(rest) >= 14 {
			p.Kind = rest[13]
		}
	case (p.Proto == 1 || p.Proto == 58) && len(rest) >= 1:
		p.Kind = rest[0]
	}
	p.Src, p.Dst = netip.AddrPortFrom(src, from), netip.AddrPortFrom(dst, to)
	return p, true
}

// chatter tells what the systems at the two ends say of their own accord.
func (p Packet) chatter() bool {
	d := p.Dst.Addr()
	return d.IsMulticast() || d.IsLinkLocalUnicast() || p.Src.Addr().IsLinkLocalUnicast()
}
