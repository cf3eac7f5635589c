package archive

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// stripVideo takes out of a video what it tells besides picture and sound:
// place, device, time, names. What goes is overwritten in its place, so that
// nothing else moves. mime is "" when that cannot be done; data is changed.
func stripVideo(data []byte) (out []byte, mime string) {
	switch {
	case len(data) > 12 && string(data[4:8]) == "ftyp":
		mime = "video/mp4"
		if out = stripMP4(data); out != nil && string(data[8:12]) == "qt  " {
			mime = "video/quicktime"
		}
	case bytes.HasPrefix(data, []byte("\x1a\x45\xdf\xa3")):
		out, mime = stripMatroska(data), "video/webm"
		if bytes.Contains(data[:min(len(data), 64)], []byte("matroska")) {
			mime = "video/x-matroska"
		}
	case len(data) > 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "AVI ":
		out, mime = stripAVI(data), "video/x-msvideo"
	}
	if out == nil {
		return nil, ""
	}
	return out, mime
}

// The boxes of ISO/IEC 14496-12 that hold others or make the picture and the
// sound; all else is blanked.
var (
	mp4Holds = []string{"moov", "trak", "mdia", "minf", "stbl", "edts", "dinf", "mvex", "moof", "traf", "mfra"}
	mp4Keeps = []string{"ftyp", "styp", "mdat", "mvhd", "tkhd", "elst", "mdhd", "hdlr", "vmhd", "smhd", "nmhd", "dref", "stsd", "stts", "ctts", "cslg", "stsc", "stsz", "stz2", "stco", "co64", "stss", "sdtp", "sgpd", "sbgp", "subs", "saiz", "saio", "mehd", "trex", "mfhd", "tfhd", "tfdt", "trun", "tfra", "mfro", "sidx"}
)

// stripMP4 blanks the boxes of metadata. A video with a track that is neither
// picture nor sound is refused: cameras keep their places in one. So is what has
// no tracks: a picture of the HEIF family, whose metadata lies among its data.
func stripMP4(data []byte) []byte {
	if !mp4Tracks(data) || !mp4Boxes(data, 0) {
		return nil
	}
	return data
}

// mp4Tracks tells whether a file has tracks, and no items.
func mp4Tracks(data []byte) bool {
	found := false
	for at := 0; at+8 <= len(data); {
		size := int64(binary.BigEndian.Uint32(data[at:]))
		if size == 1 && at+16 <= len(data) {
			size = int64(binary.BigEndian.Uint64(data[at+8:]))
		}
		switch string(data[at+4 : at+8]) {
		case "meta":
			return false
		case "moov":
			found = true
		}
		if size < 8 || size > int64(len(data)-at) {
			return found
		}
		at += int(size)
	}
	return found
}

func mp4Boxes(data []byte, depth int) bool {
	if depth > 8 {
		return false
	}
	for at := 0; at < len(data); {
		rest := data[at:]
		if len(rest) < 8 {
			clear(rest)
			return depth == 0 // an end that is cut off
		}
		size, head := int64(binary.BigEndian.Uint32(rest)), int64(8)
		switch {
		case size == 1 && len(rest) >= 16:
			size, head = int64(binary.BigEndian.Uint64(rest[8:])), 16
		case size == 0 && depth == 0:
			size = int64(len(rest))
		}
		kind := string(rest[4:8])
		if size > int64(len(rest)) && kind == "mdat" && depth == 0 {
			size = int64(len(rest)) // a recording that was broken off
		}
		if size < head || size > int64(len(rest)) {
			return false
		}
		body := rest[head:size]
		switch {
		case slices.Contains(mp4Holds, kind):
			if !mp4Boxes(body, depth+1) {
				return false
			}
		case !slices.Contains(mp4Keeps, kind):
			copy(rest[4:], "free")
			clear(body)
		case kind == "hdlr":
			if len(body) < 24 || string(body[4:8]) != "dhlr" && string(body[8:12]) != "vide" && string(body[8:12]) != "soun" {
				return false // QuickTime's dhlr tells where the data is, not what
			}
			clear(body[12:]) // the maker, and a name
		case kind == "dref":
			if !mp4Within(body) {
				return false
			}
		case kind == "mvhd" || kind == "tkhd" || kind == "mdhd":
			if len(body) < 20 {
				return false
			}
			if body[0] == 1 {
				clear(body[4:20]) // when it was made and changed
			} else {
				clear(body[4:12])
			}
		}
		at += int(size)
	}
	return true
}

// mp4Within tells of a track whose data is in the file itself, and blanks
// the places that its references name.
func mp4Within(dref []byte) bool {
	for at := 8; at+12 <= len(dref); {
		size := int(binary.BigEndian.Uint32(dref[at:]))
		if size < 12 || size > len(dref)-at || dref[at+11]&1 == 0 {
			return false
		}
		clear(dref[at+12 : at+size])
		at += size
	}
	return true
}

// stripAVI blanks the lists that tell of the maker, and what lies behind the end.
func stripAVI(data []byte) []byte {
	end := int64(binary.LittleEndian.Uint32(data[4:])) + 8
	if end > int64(len(data)) {
		end = int64(len(data))
	}
	if end < 12 {
		return nil
	}
	data = data[:end]
	if !riff(data[12:], 0) {
		return nil
	}
	return data
}

var (
	aviLists = []string{"hdrl", "strl", "movi", "rec ", "odml"}
	aviKeeps = []string{"avih", "strh", "strf", "idx1", "indx", "dmlh", "vprp", "JUNK"}
)

func riff(data []byte, depth int) bool {
	if depth > 8 {
		return false
	}
	for at := int64(0); at+8 <= int64(len(data)); {
		kind, size := string(data[at:at+4]), int64(binary.LittleEndian.Uint32(data[at+4:]))
		if at+8+size > int64(len(data)) {
			if depth == 0 && kind == "LIST" || depth > 0 && chunkOf(kind) { // a recording that was broken off
				size = int64(len(data)) - at - 8
			} else {
				return false
			}
		}
		body := data[at+8 : at+8+size]
		switch {
		case kind == "LIST" && size >= 4 && slices.Contains(aviLists, string(body[:4])):
			if !riff(body[4:], depth+1) {
				return false
			}
		case kind == "JUNK" || !slices.Contains(aviKeeps, kind) && !chunkOf(kind):
			copy(data[at:], "JUNK")
			clear(body)
		}
		at += 8 + size + size&1
	}
	return true
}

// chunkOf tells of a chunk of picture or sound: 00dc, 01wb, ix00.
func chunkOf(kind string) bool {
	digits := func(s string) bool { return s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9' }
	return digits(kind) && slices.Contains([]string{"dc", "db", "wb", "pc"}, kind[2:]) || kind[:2] == "ix" && digits(kind[2:])
}
