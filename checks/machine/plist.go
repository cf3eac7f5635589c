package machine

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"unicode/utf16"
)

// plistStrings gives the strings directly in a property list's outermost
// dictionary, in Apple's XML or binary form; empty for anything it cannot read.
func plistStrings(data []byte) map[string]string {
	if bytes.HasPrefix(data, []byte("bplist00")) {
		return binaryStrings(data)
	}
	return xmlStrings(data)
}

func xmlStrings(data []byte) map[string]string {
	out := map[string]string{}
	dec := xml.NewDecoder(bytes.NewReader(data))
	depth, key := 0, ""
	for {
		tok, err := dec.Token()
		if err != nil {
			return out
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch {
			case t.Name.Local == "dict" || t.Name.Local == "array":
				depth++
			case depth == 1 && (t.Name.Local == "key" || t.Name.Local == "string"):
				var s string
				if dec.DecodeElement(&s, &t) != nil {
					return out
				}
				if t.Name.Local == "key" {
					key = s
				} else if key != "" {
					out[key], key = s, ""
				}
			}
		case xml.EndElement:
			if t.Name.Local == "dict" || t.Name.Local == "array" {
				depth--
			}
		}
	}
}

// binaryStrings reads the outermost dictionary of a binary property list: a
// trailer of 32 bytes names the size of offsets and references, the number of
// objects, the top object and the table of offsets (CFBinaryPList.c).
func binaryStrings(data []byte) map[string]string {
	out := map[string]string{}
	if len(data) < 40 {
		return out
	}
	end := data[len(data)-32:]
	b := bplist{data: data, offSize: int(end[6]), refSize: int(end[7]),
		count: binary.BigEndian.Uint64(end[8:]), table: binary.BigEndian.Uint64(end[24:])}
	top, ok := b.object(binary.BigEndian.Uint64(end[16:]))
	if !ok || data[top]>>4 != 0xd {
		return out
	}
	n, at := b.length(top)
	if n > len(data) {
		return out
	}
	for i := range n {
		k, okK := b.text(b.uint(at+i*b.refSize, b.refSize))
		v, okV := b.text(b.uint(at+(n+i)*b.refSize, b.refSize))
		if okK && okV {
			out[k] = v
		}
	}
	return out
}

type bplist struct {
	data             []byte
	offSize, refSize int
	count, table     uint64
}

// uint reads a big-endian number of size bytes; 0 when it lies outside.
func (b bplist) uint(at, size int) uint64 {
	if at < 0 || size < 1 || size > 8 || at+size > len(b.data) {
		return 0
	}
	var v uint64
	for _, c := range b.data[at : at+size] {
		v = v<<8 | uint64(c)
	}
	return v
}

func (b bplist) object(ref uint64) (at int, ok bool) {
	if ref >= b.count || b.count > uint64(len(b.data)) || b.table >= uint64(len(b.data)) {
		return 0, false
	}
	off := b.uint(int(b.table)+int(ref)*b.offSize, b.offSize)
	return int(off), off < uint64(len(b.data)) && off >= 8
}

// length gives the number of elements of the object at at, and where they begin.
func (b bplist) length(at int) (n, begin int) {
	n = int(b.data[at] & 0xf)
	if n < 0xf {
		return n, at + 1
	}
	if at+1 >= len(b.data) { // else an integer object follows with the length
		return 0, at
	}
	size := 1 << (b.data[at+1] & 0xf)
	v := b.uint(at+2, size)
	if v > uint64(len(b.data)) {
		v = 0
	}
	return int(v), at + 2 + size
}

func (b bplist) text(ref uint64) (string, bool) {
	at, ok := b.object(ref)
	if !ok {
		return "", false
	}
	n, begin := b.length(at)
	switch b.data[at] >> 4 {
	case 5: // ASCII
		if begin+n <= len(b.data) {
			return string(b.data[begin : begin+n]), true
		}
	case 6: // UTF-16, big-endian
		if begin+2*n <= len(b.data) {
			units := make([]uint16, n)
			for i := range units {
				units[i] = binary.BigEndian.Uint16(b.data[begin+2*i:])
			}
			return string(utf16.Decode(units)), true
		}
	}
	return "", false
}
