package webcache

import (
	"encoding/binary"
)

// SuperFastHash is Paul Hsieh's hash, which Chromium keeps beside every key.
func SuperFastHash(key string) uint32 {
	if key == "" {
		return 0
	}
	d := []byte(key)
	h := uint32(len(d))
	for ; len(d) >= 4; d = d[4:] {
		h += uint32(binary.LittleEndian.Uint16(d))
		h ^= h<<16 ^ uint32(binary.LittleEndian.Uint16(d[2:]))<<11
		h += h >> 11
	}
	switch len(d) {
	case 3:
		h += uint32(binary.LittleEndian.Uint16(d))
		h ^= h << 16
		h ^= uint32(int32(int8(d[2]))) << 18
		h += h >> 11
	case 2:
		h += uint32(binary.LittleEndian.Uint16(d))
		h ^= h << 11
		h += h >> 17
	case 1:
		h += uint32(int32(int8(d[0])))
		h ^= h << 10
		h += h >> 1
	}
	h ^= h << 3
	h += h >> 5
	h ^= h << 4
	h += h >> 17
	h ^= h << 25
	h += h >> 6
	return h
}

// lookup2 is Bob Jenkins' hash of 1996, by which Firefox guards the metadata and
// (its lower half) every chunk of an entry. It can be fed in parts.
type lookup2 struct {
	a, b, c uint32
	n       uint32
	rest    [12]byte
	have    int
}

func newLookup2() *lookup2 { return &lookup2{a: 0x9e3779b9, b: 0x9e3779b9} }

func (h *lookup2) Write(p []byte) (int, error) {
	n := len(p)
	h.n += uint32(n)
	if h.have > 0 {
		k := copy(h.rest[h.have:], p)
		h.have += k
		p = p[k:]
		if h.have < 12 {
			return n, nil
		}
		h.block(h.rest[:])
		h.have = 0
	}
	for ; len(p) >= 12; p = p[12:] {
		h.block(p)
	}
	h.have = copy(h.rest[:], p)
	return n, nil
}

func (h *lookup2) block(p []byte) {
	h.a += binary.LittleEndian.Uint32(p)
	h.b += binary.LittleEndian.Uint32(p[4:])
	h.c += binary.LittleEndian.Uint32(p[8:])
	h.mix()
}

func (h *lookup2) mix() {
	a, b, c := h.a, h.b, h.c
	a = a - b - c
	a ^= c >> 13
	b = b - c - a
	b ^= a << 8
	c = c - a - b
	c ^= b >> 13
	a = a - b - c
	a ^= c >> 12
	b = b - c - a
	b ^= a << 16
	c = c - a - b
	c ^= b >> 5
	a = a - b - c
	a ^= c >> 3
	b = b - c - a
	b ^= a << 10
	c = c - a - b
	c ^= b >> 15
	h.a, h.b, h.c = a, b, c
}

// sum gives the hash; nothing can be written afterwards.
func (h *lookup2) sum() uint32 {
	var last [12]byte
	copy(last[:], h.rest[:h.have])
	h.a += binary.LittleEndian.Uint32(last[:])
	h.b += binary.LittleEndian.Uint32(last[4:])
	// The lowest byte of c is the length's.
	h.c += binary.LittleEndian.Uint32(last[8:])<<8 + h.n
	h.mix()
	return h.c
}

func lookup2Of(p []byte) uint32 {
	h := newLookup2()
	_, _ = h.Write(p)
	return h.sum()
}
