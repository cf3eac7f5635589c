package machine

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"math"
	"strconv"
)

// Bounds of a property list: the values it may have, and how deep they may lie.
// References may repeat, so that a small file could stand for an endless tree.
const (
	maxPlistNodes = 50_000
	maxPlistDepth = 16
)

// plistValues gives a property list's outermost dictionary with bool, float64,
// string, []any and map[string]any in it; what is anything else is left out.
// Empty for what it cannot read.
func plistValues(data []byte) map[string]any {
	left := maxPlistNodes
	if !bytes.HasPrefix(data, []byte("bplist00")) {
		return xmlPlist(data, &left)
	}
	if len(data) < 40 {
		return nil
	}
	end := data[len(data)-32:]
	b := bplist{data: data, offSize: int(end[6]), refSize: int(end[7]), count: binary.BigEndian.Uint64(end[8:]), table: binary.BigEndian.Uint64(end[24:])}
	m, _ := b.value(binary.BigEndian.Uint64(end[16:]), 0, &left).(map[string]any)
	return m
}

func xmlPlist(data []byte, left *int) map[string]any {
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		tok, err := dec.Token()
		if err != nil {
			return nil
		}
		if t, ok := tok.(xml.StartElement); ok && t.Name.Local == "dict" {
			m, _ := xmlValue(dec, t, 0, left).(map[string]any)
			return m
		}
	}
}

// xmlValue reads one element; nil for what is no value, or too much.
func xmlValue(dec *xml.Decoder, start xml.StartElement, depth int, left *int) any {
	if *left--; *left < 0 || depth > maxPlistDepth {
		_ = dec.Skip() // what is left out cannot fail the rest
		return nil
	}
	var text string
	switch kind := start.Name.Local; kind {
	case "true", "false":
		_ = dec.Skip()
		return kind == "true"
	case "string", "integer", "real":
		if dec.DecodeElement(&text, &start) != nil {
			return nil
		}
		if kind == "string" {
			return text
		}
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
		return nil
	case "array", "dict":
		dict, list, key := map[string]any{}, []any{}, ""
		for {
			tok, err := dec.Token()
			if err != nil {
				return nil
			}
			switch t := tok.(type) {
			case xml.EndElement:
				if kind == "dict" {
					return dict
				}
				return list
			case xml.StartElement:
				if t.Name.Local == "key" {
					if dec.DecodeElement(&key, &t) != nil {
						return nil
					}
					continue
				}
				v := xmlValue(dec, t, depth+1, left)
				switch {
				case v == nil:
				case kind == "dict" && key != "":
					dict[key] = v
				case kind == "array":
					list = append(list, v)
				}
				key = ""
			}
		}
	}
	_ = dec.Skip()
	return nil
}

// value reads one object of a binary property list (CFBinaryPList.c).
func (b bplist) value(ref uint64, depth int, left *int) any {
	at, ok := b.object(ref)
	if *left--; !ok || *left < 0 || depth > maxPlistDepth {
		return nil
	}
	switch marker := b.data[at]; marker >> 4 {
	case 0:
		if marker == 8 || marker == 9 {
			return marker == 9
		}
	case 1:
		if size := 1 << (marker & 0xf); size <= 8 {
			return float64(int64(b.uint(at+1, size)))
		}
	case 2:
		switch marker & 0xf {
		case 2:
			return float64(math.Float32frombits(uint32(b.uint(at+1, 4))))
		case 3:
			return math.Float64frombits(b.uint(at+1, 8))
		}
	case 5, 6:
		if s, ok := b.text(ref); ok {
			return s
		}
	case 0xa:
		n, begin := b.length(at)
		list := []any{}
		for i := 0; i < n && *left > 0; i++ {
			if v := b.value(b.uint(begin+i*b.refSize, b.refSize), depth+1, left); v != nil {
				list = append(list, v)
			}
		}
		return list
	case 0xd:
		n, begin := b.length(at)
		dict := map[string]any{}
		for i := 0; i < n && *left > 0; i++ {
			key, ok := b.text(b.uint(begin+i*b.refSize, b.refSize))
			v := b.value(b.uint(begin+(n+i)*b.refSize, b.refSize), depth+1, left)
			if ok && v != nil {
				dict[key] = v
			}
		}
		return dict
	}
	return nil
}
