package record

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"os"
)

// avi writes JPEG pictures as a video that every player knows: Motion JPEG in
// AVI 1.0 (Microsoft, "AVI RIFF File Reference"), one stream, an index at the
// end. The sizes at the front are filled in when it is closed.
type avi struct {
	width, height int
	f             *os.File
	w             *bufio.Writer
	index         bytes.Buffer
	frames        uint32
	movi          uint32 // bytes of the list of frames, its name included
	largest       uint32
}

const maxAVI = 1 << 30 // AVI 1.0 ends at 2 GiB

func newAVI(path string, width, height, rate int) (*avi, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	a := &avi{width: width, height: height, f: f, w: bufio.NewWriter(f), movi: 4}
	if err := a.head(rate); err != nil {
		f.Close()
		return nil, err
	}
	return a, nil
}

// Offsets of the figures that are known at the end.
const (
	atRIFF    = 4
	atFrames  = 48
	atSuggest = 60
	atLength  = 140
	atBuffer  = 144
	atMovi    = 216
)

func (a *avi) head(rate int) error {
	var b bytes.Buffer
	u := func(vs ...uint32) {
		for _, v := range vs {
			_ = binary.Write(&b, binary.LittleEndian, v)
		}
	}
	b.WriteString("RIFF")
	u(0)
	b.WriteString("AVI LIST")
	u(192)
	b.WriteString("hdrlavih")
	u(56, uint32(1e6/rate), 0, 0, 0x10, 0, 0, 1, 0, uint32(a.width), uint32(a.height), 0, 0, 0, 0) // 0x10: has an index
	b.WriteString("LIST")
	u(116)
	b.WriteString("strlstrh")
	u(56)
	b.WriteString("vidsMJPG")
	u(0, 0, 0, 1, uint32(rate), 0, 0, 0, 0xffffffff, 0)
	_ = binary.Write(&b, binary.LittleEndian, [4]uint16{0, 0, uint16(a.width), uint16(a.height)})
	b.WriteString("strf")
	u(40, 40, uint32(a.width), uint32(a.height), 24<<16|1)
	b.WriteString("MJPG")
	u(uint32(a.width*a.height*3), 0, 0, 0, 0)
	b.WriteString("LIST")
	u(0)
	b.WriteString("movi")
	_, err := a.w.Write(b.Bytes())
	return err
}

// add writes one picture.
func (a *avi) add(jpeg []byte) error {
	if a.movi > maxAVI {
		return io.ErrShortWrite
	}
	n := uint32(len(jpeg))
	for _, v := range []uint32{n} {
		a.index.WriteString("00dc")
		_ = binary.Write(&a.index, binary.LittleEndian, [3]uint32{0x10, a.movi, v}) // 0x10: a key frame
	}
	if _, err := a.w.WriteString("00dc"); err != nil {
		return err
	}
	if err := binary.Write(a.w, binary.LittleEndian, n); err != nil {
		return err
	}
	if _, err := a.w.Write(jpeg); err != nil {
		return err
	}
	if n%2 == 1 {
		if err := a.w.WriteByte(0); err != nil {
			return err
		}
	}
	a.frames++
	a.movi += 8 + n + n%2
	a.largest = max(a.largest, n)
	return nil
}

func (a *avi) close() error {
	_, _ = a.w.WriteString("idx1")
	_ = binary.Write(a.w, binary.LittleEndian, uint32(a.index.Len()))
	_, _ = a.w.Write(a.index.Bytes())
	if err := a.w.Flush(); err != nil {
		a.f.Close()
		return err
	}
	for at, v := range map[int64]uint32{atRIFF: 212 + a.movi + 8 + uint32(a.index.Len()), atFrames: a.frames, atSuggest: a.largest, atLength: a.frames, atBuffer: a.largest, atMovi: a.movi} {
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], v)
		if _, err := a.f.WriteAt(b[:], at); err != nil {
			a.f.Close()
			return err
		}
	}
	return a.f.Close()
}
