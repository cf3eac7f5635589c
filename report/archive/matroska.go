package archive

import (
	"encoding/binary"
	"slices"
)

// The elements of Matroska and WebM (RFC 9559) that hold others on the way to
// what tells of people, and those that make picture and sound. All else is
// blanked as a Void element of the same size.
const (
	mkvEBML    = 0x1a45dfa3
	mkvSegment = 0x18538067
	mkvInfo    = 0x1549a966
	mkvTracks  = 0x1654ae6b
	mkvTrack   = 0xae
	mkvType    = 0x83
	mkvCluster = 0x1f43b675
	mkvVoid    = 0xec
	mkvMuxer   = 0x4d80
	mkvWriter  = 0x5741
)

var (
	// with SeekHead, Cues, Tags, Attachments and Chapters
	mkvTop     = []uint64{mkvEBML, mkvSegment, mkvInfo, mkvTracks, mkvCluster, 0x114d9b74, 0x1c53bb6b, 0x1254c367, 0x1941a469, 0x1043a770}
	mkvTopKept = []uint64{0x114d9b74, 0x1c53bb6b}
	// TimestampScale, Duration
	mkvInfoKept = []uint64{0x2ad7b1, 0x4489, mkvMuxer, mkvWriter}
	// all of a track but its name and tags
	mkvTrackKept = []uint64{
		0xd7, 0x73c5, mkvType, 0xb9, 0x88, 0x55aa, 0x9c, 0x6de7, 0x6df8, 0x23e383, 0x55ee, 0x22b59c, 0x22b59d,
		0x86, 0x63a2, 0x56aa, 0x56bb, 0xe0, 0xe1, 0x6d80, 0x23314f, 0xaa,
	}
)

// stripMatroska blanks titles, dates, tags, attachments and the names of
// tracks. A video with a track that is neither picture nor sound is refused.
func stripMatroska(data []byte) []byte {
	if !mkvElements(data, 0) {
		return nil
	}
	return data
}

// mkvElement reads the head of an element: its id, where its body begins, and
// how long that is; -1 for a size that is not known.
func mkvElement(data []byte) (id uint64, head int, size int64, ok bool) {
	id, n := mkvNumber(data, 4, true)
	if n == 0 {
		return 0, 0, 0, false
	}
	v, m := mkvNumber(data[n:], 8, false)
	if m == 0 {
		return 0, 0, 0, false
	}
	size = int64(v)
	if v == 1<<(7*m)-1 {
		size = -1
	}
	return id, n + m, size, true
}

// mkvNumber reads a number of variable length, with its marker bit for an id.
func mkvNumber(data []byte, most int, marked bool) (v uint64, n int) {
	if len(data) == 0 || data[0] == 0 {
		return 0, 0
	}
	for n = 1; data[0]>>(8-n) == 0; n++ {
	}
	if n > most || n > len(data) {
		return 0, 0
	}
	v = uint64(data[0])
	if !marked {
		v &= 1<<(8-n) - 1
	}
	for _, b := range data[1:n] {
		v = v<<8 | uint64(b)
	}
	return v, n
}

// mkvElements goes through the elements of a file or a segment.
func mkvElements(data []byte, depth int) bool {
	for at := 0; at < len(data); {
		id, head, size, ok := mkvElement(data[at:])
		left := int64(len(data) - at - head)
		if !ok || left < 0 {
			return false
		}
		switch {
		case size < 0 && id == mkvSegment:
			size = left
		case size < 0 && id == mkvCluster: // as recorders write that do not know when they will end
			size = mkvClusterEnd(data[at+head:])
		case size > left && (id == mkvSegment || id == mkvCluster):
			size = left // a recording that was broken off
		}
		if size < 0 || size > left {
			return false
		}
		body := data[at+head : at+head+int(size)]
		switch id {
		case mkvEBML, mkvCluster:
		case mkvSegment:
			if depth > 0 || !mkvElements(body, 1) {
				return false
			}
		case mkvInfo:
			if !mkvOnly(body, mkvInfoKept) {
				return false
			}
		case mkvTracks:
			if !mkvEach(body, func(id uint64, track []byte) bool { return id != mkvTrack || mkvOnly(track, mkvTrackKept) }) {
				return false
			}
		default:
			if !slices.Contains(mkvTopKept, id) {
				blank(data[at : at+head+int(size)])
			}
		}
		at += head + int(size)
	}
	return true
}

// mkvClusterEnd finds the end of a cluster of unknown size: the next element
// that is not one of a cluster's.
func mkvClusterEnd(data []byte) int64 {
	at := 0
	for at < len(data) {
		id, head, size, ok := mkvElement(data[at:])
		if !ok || slices.Contains(mkvTop, id) {
			break
		}
		if size < 0 {
			return -1
		}
		if int64(at+head)+size > int64(len(data)) {
			return int64(len(data)) // a recording that was broken off
		}
		at += head + int(size)
	}
	return int64(at)
}

// mkvEach hands each element of a body to a function, while it returns true.
func mkvEach(body []byte, f func(id uint64, body []byte) bool) bool {
	for at := 0; at < len(body); {
		id, head, size, ok := mkvElement(body[at:])
		if !ok || size < 0 || size > int64(len(body)-at-head) || !f(id, body[at+head:at+head+int(size)]) {
			return false
		}
		at += head + int(size)
	}
	return true
}

// mkvOnly blanks all elements but some; a track must be picture or sound.
func mkvOnly(body []byte, kept []uint64) bool {
	at := 0
	return mkvEach(body, func(id uint64, value []byte) bool {
		_, head, _, _ := mkvElement(body[at:])
		whole := body[at : at+head+len(value)]
		at += len(whole)
		switch {
		case id == mkvType:
			return len(value) == 1 && (value[0] == 1 || value[0] == 2)
		case id == mkvMuxer || id == mkvWriter:
			for i := range value {
				value[i] = '-'
			}
		case !slices.Contains(kept, id):
			blank(whole)
		}
		return true
	})
}

// blank makes a Void element of an element, of the same length.
func blank(whole []byte) {
	n := len(whole)
	clear(whole)
	whole[0] = mkvVoid
	if n-2 < 127 {
		whole[1] = 0x80 | byte(n-2)
	} else {
		binary.BigEndian.PutUint64(whole[1:], 1<<56|uint64(n-9))
	}
}
