package logs

import (
	"bytes"
	"errors"
	"io"
	"time"
	"unicode/utf8"

	"meiqia-diag/diag/evidence/charset"
)

// Source is a log that can be opened as often as it takes.
type Source struct {
	Name    string
	ModTime time.Time // last change, zero when unknown; gives year-less stamps their year
	Size    int64     // bytes, -1 when unknown
	// Open gives the log's bytes, unpacked and not transcoded. What is also an
	// io.ReaderAt is looked into at several places; all else only from its start.
	Open func() (io.ReadCloser, error)
}

// sample is a piece of a log, as UTF-8, that begins and ends with whole lines.
type sample struct {
	off  int64 // in the log, of about its first byte
	text []byte
}

const (
	headOf  = 64 << 10 // of a log that can be read at any place
	tailOf  = 32 << 10
	middles = 14      // pieces between head and tail
	middle  = 4 << 10 // their size
)

// samples reads the head of a log and, where it can be, its tail and pieces
// between them. The encoding is the first that is more than ASCII.
func (src Source) samples() (out []sample, encoding string, seekable bool, err error) {
	r, err := src.Open()
	if err != nil {
		return nil, "", false, err
	}
	defer r.Close()
	at, seekable := r.(io.ReaderAt)
	seekable = seekable && src.Size >= 0
	head := make([]byte, headSize)
	if seekable {
		head = head[:headOf]
	}
	n, err := io.ReadFull(r, head)
	ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !ended {
		return nil, "", false, err
	}
	head = head[:n]
	encoding = charset.Name(head[:min(n, headOf)])
	w := widthOf(encoding)
	add := func(off int64, b []byte, first, last bool) {
		if !last {
			b = b[:lastLine(b, encoding)]
		}
		if !first {
			b = b[min(len(b), nextLine(b, encoding)):]
		}
		text := b
		if w > 1 {
			text = fromWide(nil, b, encoding)
		} else if !utf8.Valid(b) {
			s, enc := charset.Decode(b)
			if text = []byte(s); encoding == charset.ASCII || encoding == charset.UTF8 {
				encoding = enc
			}
		}
		out = append(out, sample{off: off, text: bytes.TrimPrefix(text, bom)})
	}
	add(0, head, true, ended)
	if !seekable || ended || src.Size <= int64(n) {
		return out, encoding, seekable, nil
	}
	piece := func(off int64, size int, last bool) error {
		off -= off % 4
		b := make([]byte, size)
		k, err := at.ReadAt(b, off)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		add(off, b[:k], false, last)
		return nil
	}
	if rest := src.Size - int64(n) - tailOf; rest > 4*middles*middle {
		for i := range int64(middles) {
			if err := piece(int64(n)+rest*(i+1)/(middles+1), middle, false); err != nil {
				return nil, "", false, err
			}
		}
	}
	tail := max(int64(n), src.Size-tailOf)
	if err := piece(tail, int(src.Size-tail)+4, true); err != nil {
		return nil, "", false, err
	}
	return out, encoding, true, nil
}

var bom = []byte("\xef\xbb\xbf")

// widthOf is the number of bytes of a unit: a line feed takes as many.
func widthOf(encoding string) int {
	switch encoding {
	case charset.UTF16LE, charset.UTF16BE:
		return 2
	case charset.UTF32LE, charset.UTF32BE:
		return 4
	}
	return 1
}

// unit gives the unit at byte i; 0xFFFFFFFF behind the end.
func unit(b []byte, i int, encoding string) uint32 {
	switch {
	case i < 0 || i+widthOf(encoding) > len(b):
		return 1<<32 - 1
	case encoding == charset.UTF16LE:
		return uint32(b[i]) | uint32(b[i+1])<<8
	case encoding == charset.UTF16BE:
		return uint32(b[i+1]) | uint32(b[i])<<8
	case encoding == charset.UTF32LE:
		return uint32(b[i]) | uint32(b[i+1])<<8 | uint32(b[i+2])<<16 | uint32(b[i+3])<<24
	case encoding == charset.UTF32BE:
		return uint32(b[i+3]) | uint32(b[i+2])<<8 | uint32(b[i+1])<<16 | uint32(b[i])<<24
	}
	return uint32(b[i])
}

// lastLine gives the index after the last line feed, 0 when there is none. b
// begins at a unit.
func lastLine(b []byte, encoding string) int {
	w := widthOf(encoding)
	if w == 1 {
		return bytes.LastIndexByte(b, '\n') + 1
	}
	for i := len(b) - len(b)%w; i > 0; i -= w {
		if unit(b, i-w, encoding) == '\n' {
			return i
		}
	}
	return 0
}

// nextLine gives the index after the first line feed, len(b) when there is none.
func nextLine(b []byte, encoding string) int {
	w := widthOf(encoding)
	if w == 1 {
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return i + 1
		}
		return len(b)
	}
	for i := 0; i+w <= len(b); i += w {
		// A byte search skips what cannot be one.
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			break
		}
		if i = i + j - j%w; unit(b, i, encoding) == '\n' {
			return i + w
		}
	}
	return len(b)
}

// fromWide appends UTF-16 or UTF-32 as UTF-8: as many line feeds as it has, and
// U+FFFD for what is no character.
func fromWide(dst, b []byte, encoding string) []byte {
	w := widthOf(encoding)
	for i := 0; i+w <= len(b); i += w {
		u := unit(b, i, encoding)
		switch {
		case u < 0x80:
			dst = append(dst, byte(u))
			continue
		case w == 2 && u >= 0xD800 && u < 0xDC00:
			if low := unit(b, i+w, encoding); low >= 0xDC00 && low < 0xE000 {
				u, i = 0x10000+(u-0xD800)<<10+(low-0xDC00), i+w
			}
		}
		if u > utf8.MaxRune {
			u = utf8.RuneError
		}
		dst = utf8.AppendRune(dst, rune(u))
	}
	if len(b)%w != 0 {
		dst = append(dst, "\uFFFD"...)
	}
	return dst
}
