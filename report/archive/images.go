package archive

import (
	"bytes"
	"encoding/binary"
)

// stripImage takes out of an image what it tells besides its picture: place,
// device, time, names. mime is "" when that cannot be done.
func stripImage(data []byte) (out []byte, mime string) {
	var ok bool
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		out, ok = stripJPEG(data)
		mime = "image/jpeg"
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		out, ok = stripPNG(data)
		mime = "image/png"
	case bytes.HasPrefix(data, []byte("GIF8")):
		out, ok = stripGIF(data)
		mime = "image/gif"
	case len(data) > 12 && bytes.HasPrefix(data, []byte("RIFF")) && string(data[8:12]) == "WEBP":
		out, ok = stripWebP(data)
		mime = "image/webp"
	case bytes.HasPrefix(data, []byte("BM")):
		out, ok = stripBMP(data)
		mime = "image/bmp"
	}
	if !ok {
		return nil, ""
	}
	return out, mime
}

// stripJPEG keeps the picture's own segments: no APP but JFIF and Adobe's
// colour transform, no colour profile (it bears the name of a screen or a
// camera), no comments, no preview, nothing behind the end.
func stripJPEG(data []byte) ([]byte, bool) {
	out := append([]byte(nil), data[:2]...)
	for i := 2; i+4 <= len(data); {
		if data[i] != 0xff {
			return nil, false
		}
		m := data[i+1]
		if m == 0xff {
			i++
			continue
		}
		if m == 0xd9 {
			return append(out, 0xff, 0xd9), true
		}
		n := int(binary.BigEndian.Uint16(data[i+2:])) + 2
		if n < 4 || i+n > len(data) {
			return nil, false
		}
		seg := data[i : i+n]
		keep := m < 0xe0 || m > 0xfe
		if m >= 0xe0 && m <= 0xef {
			body := seg[4:]
			keep = m == 0xee && bytes.HasPrefix(body, []byte("Adobe")) && len(body) == 12
			if m == 0xe0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14 {
				out = append(append(out, 0xff, 0xe0, 0, 16), body[:12]...) // the preview behind it may show what was cut off
				out = append(out, 0, 0)
			}
		}
		if keep {
			out = append(out, seg...)
		}
		i += n
		if m == 0xda { // the picture itself, up to the next marker
			start := i
			for i+1 < len(data) && !(data[i] == 0xff && data[i+1] != 0 && (data[i+1] < 0xd0 || data[i+1] > 0xd7) && data[i+1] != 0xff) {
				i++
			}
			out = append(out, data[start:i]...)
			if i+2 <= len(data) && data[i] == 0xff && data[i+1] == 0xd9 {
				return append(out, 0xff, 0xd9), true
			}
		}
	}
	return nil, false
}

var pngKept = map[string]bool{"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true, "pHYs": true, "sBIT": true, "bKGD": true, "acTL": true, "fcTL": true, "fdAT": true, "cICP": true}

// stripPNG keeps the chunks that make the picture; texts, EXIF, the colour
// profile and the rest go.
func stripPNG(data []byte) ([]byte, bool) {
	out := append([]byte(nil), data[:8]...)
	for i := 8; i+12 <= len(data); {
		n := int(binary.BigEndian.Uint32(data[i:]))
		if n < 0 || n > len(data)-i-12 {
			return nil, false
		}
		name := string(data[i+4 : i+8])
		if pngKept[name] {
			out = append(out, data[i:i+12+n]...)
		}
		if name == "IEND" {
			return out, true
		}
		i += 12 + n
	}
	return nil, false
}

// stripGIF leaves out comments and what applications attach.
func stripGIF(data []byte) ([]byte, bool) {
	if len(data) < 13 {
		return nil, false
	}
	i := 13
	if data[10]&0x80 != 0 {
		i += 3 << (data[10]&7 + 1)
	}
	if i > len(data) {
		return nil, false
	}
	out := append([]byte(nil), data[:i]...)
	blocks := func(from int) int { // the end of a run of sub-blocks
		for from < len(data) {
			n := int(data[from])
			from += n + 1
			if n == 0 {
				return from
			}
		}
		return -1
	}
	for i < len(data) {
		start := i
		switch data[i] {
		case 0x3b:
			return append(out, 0x3b), true
		case 0x2c:
			if i+10 > len(data) {
				return nil, false
			}
			i += 10
			if data[start+9]&0x80 != 0 {
				i += 3 << (data[start+9]&7 + 1)
			}
			if i = blocks(i + 1); i < 0 || i > len(data) {
				return nil, false
			}
			out = append(out, data[start:i]...)
		case 0x21:
			if i+2 >= len(data) {
				return nil, false
			}
			label := data[i+1]
			if i = blocks(i + 2); i < 0 || i > len(data) {
				return nil, false
			}
			ext := data[start:i]
			if label == 0xf9 || label == 0xff && (bytes.Contains(ext[:min(len(ext), 16)], []byte("NETSCAPE2.0")) || bytes.Contains(ext[:min(len(ext), 16)], []byte("ANIMEXTS1.0"))) {
				out = append(out, ext...)
			}
		default:
			return nil, false
		}
	}
	return nil, false
}

// stripWebP leaves out EXIF, XMP and the colour profile, and takes back the
// flags that promise them.
func stripWebP(data []byte) ([]byte, bool) {
	end := int(binary.LittleEndian.Uint32(data[4:])) + 8
	if end > len(data) || end < 12 {
		return nil, false
	}
	out := append([]byte(nil), data[:12]...)
	for i := 12; i+8 <= end; {
		n := int(binary.LittleEndian.Uint32(data[i+4:]))
		size := 8 + n + n&1
		if n < 0 || i+8+n > end {
			return nil, false
		}
		chunk := append([]byte(nil), data[i:min(i+size, end)]...)
		switch string(chunk[:4]) {
		case "VP8X":
			if len(chunk) > 8 {
				chunk[8] &^= 0x2c
			}
			out = append(out, chunk...)
		case "VP8 ", "VP8L", "ANIM", "ANMF", "ALPH":
			out = append(out, chunk...)
		}
		i += size
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, true
}

// stripBMP keeps the headers and the pixels of an uncompressed picture; the
// space between and behind them, and the colour profile that newer headers
// point at, may hold anything.
func stripBMP(data []byte) ([]byte, bool) {
	le := binary.LittleEndian
	if len(data) < 14+40 {
		return nil, false
	}
	header, pixels := int64(le.Uint32(data[14:])), int64(le.Uint32(data[10:]))
	width, height := int64(int32(le.Uint32(data[18:]))), int64(int32(le.Uint32(data[22:])))
	bits, packing, used := int64(le.Uint16(data[28:])), le.Uint32(data[30:]), int64(le.Uint32(data[46:]))
	if height < 0 {
		height = -height
	}
	if header < 40 || header > 124 || packing != 0 && packing != 3 || width <= 0 || width > 1<<16 || height > 1<<16 || bits > 32 || used > 256 {
		return nil, false
	}
	before := 14 + header
	if packing == 3 && header == 40 {
		before += 12 // the masks of the colours
	}
	switch {
	case used > 0:
		before += 4 * used
	case bits <= 8:
		before += 4 << bits
	}
	end := pixels + (width*bits+31)/32*4*height
	if before > pixels || end > int64(len(data)) {
		return nil, false
	}
	out := append([]byte(nil), data[:end]...)
	clear(out[before:pixels])
	clear(out[6:10])
	if header >= 124 { // BITMAPV5HEADER: an sRGB picture without a profile
		le.PutUint32(out[14+56:], 0x73524742)
		clear(out[14+112 : 14+124])
	}
	le.PutUint32(out[2:], uint32(end))
	return out, true
}
