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
	case bytes.HasPrefix(data, []byte("BM")) && len(data) > 14 && int(binary.LittleEndian.Uint32(data[2:])) <= len(data):
		out, ok = data[:binary.LittleEndian.Uint32(data[2:])], true
		mime = "image/bmp"
	}
	if !ok {
		return nil, ""
	}
	return out, mime
}

// stripJPEG keeps the picture's own segments: no APP but JFIF, ICC and Adobe's
// colour transform, no comments, nothing behind the end.
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
			keep = m == 0xe0 && bytes.HasPrefix(body, []byte("JFIF\x00")) || m == 0xe2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")) || m == 0xee && bytes.HasPrefix(body, []byte("Adobe"))
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

var pngKept = map[string]bool{"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true, "iCCP": true, "pHYs": true, "sBIT": true, "bKGD": true, "acTL": true, "fcTL": true, "fdAT": true, "cICP": true}

// stripPNG keeps the chunks that make the picture; texts, EXIF and the rest go.
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

// stripWebP leaves out EXIF and XMP and takes back the flags that promise them.
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
				chunk[8] &^= 0x0c
			}
			out = append(out, chunk...)
		case "VP8 ", "VP8L", "ANIM", "ANMF", "ALPH", "ICCP":
			out = append(out, chunk...)
		}
		i += size
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, true
}

// videoType names the kinds of video that a page can show; others are kept all the same.
func videoType(data []byte) string {
	switch {
	case len(data) > 12 && string(data[4:8]) == "ftyp":
		return "video/mp4"
	case bytes.HasPrefix(data, []byte("\x1a\x45\xdf\xa3")):
		return "video/webm"
	}
	return "video"
}

func stripVideo(data []byte) ([]byte, string) { return data, videoType(data) }
