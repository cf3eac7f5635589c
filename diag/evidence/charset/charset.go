// Package charset turns text of any encoding that support meets into UTF-8.
//
// What it recognises: UTF-8 with and without a byte order mark, UTF-16 and
// UTF-32 with one, UTF-16 without one, GB18030 (and so GBK and GB2312), Big5,
// and single-byte western text. A log that mixes UTF-8 and GB18030 lines, as
// one gets when two programs write to one file, is read line by line.
//
// The result is always valid UTF-8. NUL bytes pass as they are: a hole in a
// log file that a crash left is a fact to keep, not a reason to refuse the file.
package charset

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// The answers of Reader.Encoding and Decode.
const (
	ASCII   = "ascii"    // nothing above 0x7F; also what an empty input is
	UTF8    = "utf-8"    // invalid bytes, if any, became U+FFFD
	UTF16LE = "utf-16le" // with or without a byte order mark
	UTF16BE = "utf-16be"
	UTF32LE = "utf-32le" // only with a byte order mark
	UTF32BE = "utf-32be"
	GB18030 = "gb18030" // GBK and GB2312 too
	Big5    = "big5"
	Latin1  = "latin-1" // 0x80-0x9F are read as windows-1252 has them
	Mixed   = "mixed"   // lines of more than one of UTF-8, GB18030, Big5, Latin-1
	BinData = "binary"  // no text; valid UTF-8 pieces are kept
)

const (
	sniffSize = 64 << 10 // bytes looked at before a decision
	bufSize   = 4 * sniffSize
	// A line longer than this is decided by its first piece, so that a line
	// without end costs no more memory than any other.
	maxLine = sniffSize
)

// errNoProgress guards against a reader that returns 0 bytes and no error for ever.
var errNoProgress = io.ErrNoProgress

// Reader is text of any encoding, read as UTF-8. It is not for concurrent use.
//
// Nothing is decided before it must be: while a file is ASCII it passes as it
// is, and the first region with other bytes, wherever it is, decides.
type Reader struct {
	src    io.Reader
	srcErr error // what ended src; io.EOF when all is well

	buf  []byte // read from src, not yet looked at: buf[r:w]
	r, w int
	conv []byte // room for transcoded text
	out  []byte // ready for the caller; aliases buf or conv

	started bool
	wide    *transform.Reader // UTF-16 and UTF-32: the whole stream goes through it
	fixed   string            // encoding of the whole stream, when wide

	prior   string // what an ambiguous line is taken for; "" before the first region
	midLine bool   // the piece before was cut inside a line …
	lineEnc string // … of this encoding, "" while that line is ASCII so far
	seen    kinds
	binary  bool
	bad     int64

	gb, big5 *encoding.Decoder
}

// NewReader reads r, whatever its encoding, as UTF-8. The first Read waits for
// 64 KiB or the end of r.
func NewReader(r io.Reader) *Reader {
	return &Reader{src: r}
}

// Encoding names what has been seen so far; it is final once Read gave io.EOF.
func (d *Reader) Encoding() string {
	switch {
	case d.fixed != "":
		return d.fixed
	case d.binary:
		return BinData
	}
	return d.seen.name()
}

// kinds is the set of encodings that lines were read as.
type kinds uint8

var kindNames = [...]string{UTF8, GB18030, Big5, Latin1}

func (k *kinds) add(enc string) {
	for i, n := range kindNames {
		if n == enc {
			*k |= 1 << i
		}
	}
}

func (k kinds) has(enc string) bool {
	var one kinds
	one.add(enc)
	return k&one != 0
}

func (k kinds) name() string {
	for i, n := range kindNames {
		if k == 1<<i {
			return n
		}
	}
	if k == 0 {
		return ASCII
	}
	return Mixed
}

// Replaced counts the places where bytes that are invalid in their encoding
// became U+FFFD. It is not kept for UTF-16 and UTF-32.
func (d *Reader) Replaced() int64 { return d.bad }

// Read implements io.Reader.
func (d *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(d.out) == 0 {
		if err := d.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// WriteTo implements io.WriterTo; it spares io.Copy one copy of every byte.
func (d *Reader) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		for len(d.out) == 0 {
			if err := d.next(); err == io.EOF {
				return total, nil
			} else if err != nil {
				return total, err
			}
		}
		n, err := w.Write(d.out)
		total += int64(n)
		d.out = d.out[n:]
		if err != nil {
			return total, err
		}
	}
}

// Decode turns a small input into UTF-8 and names its encoding.
func Decode(b []byte) (text, enc string) {
	var s strings.Builder
	s.Grow(len(b))
	enc = decode(b, &s)
	return s.String(), enc
}

// Name is the encoding that Decode names.
func Name(b []byte) (enc string) { return decode(b, io.Discard) }

func decode(b []byte, to io.Writer) (enc string) {
	d := NewReader(bytes.NewReader(b))
	d.buf = make([]byte, min(len(b)+64, bufSize)) // one spare byte is needed to see the end
	_, _ = d.WriteTo(to)                          // neither side can fail
	return d.Encoding()
}

// fill reads until at least n bytes wait in the buffer, or src ended.
func (d *Reader) fill(n int) {
	if d.r > 0 {
		d.w = copy(d.buf, d.buf[d.r:d.w])
		d.r = 0
	}
	for idle := 0; d.w < n && d.srcErr == nil; {
		k, err := d.src.Read(d.buf[d.w:])
		if k < 0 || k > len(d.buf)-d.w {
			k, err = 0, errors.New("charset: the reader gave an impossible count")
		}
		d.w += k
		d.srcErr = err
		if k > 0 {
			idle = 0
		} else if idle++; err == nil && idle > 100 {
			d.srcErr = errNoProgress
		}
	}
}

// start looks at the head of the stream for a byte order mark and for UTF-16.
func (d *Reader) start() {
	d.started = true
	if d.buf == nil {
		d.buf = make([]byte, bufSize)
	}
	d.fill(min(sniffSize, len(d.buf)))
	head := d.buf[:d.w]
	enc, skip := mark(head)
	if enc == "" {
		enc = bareUTF16(head[:min(len(head), sniffSize)])
	}
	d.r = skip
	var e encoding.Encoding
	switch enc {
	case UTF8:
		d.prior = UTF8
		d.seen.add(UTF8)
		return
	case UTF16LE:
		e = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case UTF16BE:
		e = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case UTF32LE:
		e = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case UTF32BE:
		e = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	default:
		d.binary = Binary(head)
		return
	}
	d.fixed = enc
	d.wide = transform.NewReader((*rawReader)(d), e.NewDecoder())
	d.conv = make([]byte, sniffSize)
}

// rawReader gives the undecoded bytes of a Reader.
type rawReader Reader

func (r *rawReader) Read(p []byte) (int, error) {
	d := (*Reader)(r)
	if d.r == d.w {
		if d.srcErr != nil {
			return 0, d.srcErr
		}
		d.fill(1)
	}
	n := copy(p, d.buf[d.r:d.w])
	d.r += n
	return n, nil
}

// next puts the next piece of UTF-8 into d.out, or reports the end.
func (d *Reader) next() error {
	if !d.started {
		d.start()
	}
	if d.wide != nil {
		n, err := d.wide.Read(d.conv)
		if d.out = d.conv[:n]; n > 0 {
			return nil
		}
		return err
	}
	if d.r == d.w {
		if d.srcErr != nil {
			return d.srcErr
		}
		d.fill(1)
	}
	data := d.buf[d.r:d.w]
	if a := asciiLen(data); a == len(data) {
		// The ASCII start of a line means the same in all of these encodings.
		if d.lineEnc != "" && bytes.IndexByte(data, '\n') >= 0 {
			d.lineEnc = ""
		}
		d.midLine = a > 0 && data[a-1] != '\n'
		d.out, d.r = data, d.w
		return nil
	} else if d.prior == "" {
		return d.first(a)
	}
	return d.lines()
}

// first decides what the stream most likely is, from 64 KiB that begin with
// the line of its first byte above 0x7F. ascii is where that byte is.
func (d *Reader) first(ascii int) error {
	data := d.buf[d.r:d.w]
	if at := bytes.LastIndexByte(data[:ascii], '\n') + 1; at > 0 {
		d.out, d.r = data[:at], d.r+at
		d.midLine, d.lineEnc = false, ""
		return nil
	}
	d.fill(min(len(d.buf), ascii+sniffSize))
	d.prior = guess(d.buf[d.r:d.w], d.srcErr != nil)
	d.binary = d.binary || d.prior == BinData
	return nil // nothing is out yet: next is called again and finds a prior
}

// lines puts out the complete lines in the buffer.
func (d *Reader) lines() error {
	data := d.buf[d.r:d.w]
	end := bytes.LastIndexByte(data, '\n') + 1
	ended := d.srcErr != nil
	switch {
	case ended:
		end = len(data)
	case end == 0 && len(data) < maxLine:
		// Read what there is, not the whole line: a slow log must not wait.
		d.fill(len(data) + 1)
		return nil
	case end == 0:
		return d.piece(false)
	}
	if d.midLine && d.lineEnc != "" {
		return d.piece(ended)
	}
	data = data[:end]
	if (d.prior == UTF8 || d.prior == Latin1) && !d.binary && utf8.Valid(data) {
		if asciiLen(data) < end {
			d.seen.add(UTF8)
		}
		d.out, d.r = data, d.r+end
		d.midLine, d.lineEnc = data[end-1] != '\n', ""
		return nil
	}
	d.conv = d.conv[:0]
	for len(data) > 0 {
		n := bytes.IndexByte(data, '\n') + 1
		if n == 0 {
			n = len(data)
		}
		line := data[:n]
		data = data[n:]
		if asciiLen(line) == n {
			d.conv = append(d.conv, line...)
			continue
		}
		d.convert(line, d.classify(line), true)
	}
	d.out, d.r = d.conv, d.r+end
	d.midLine, d.lineEnc = false, ""
	return nil
}

// piece puts out a part of a line too long to wait for. The line's first piece
// decides for the rest of it.
func (d *Reader) piece(ended bool) error {
	data := d.buf[d.r:d.w]
	n := bytes.IndexByte(data, '\n') + 1
	whole := n > 0
	if n == 0 {
		n, whole = len(data), ended
	}
	if d.lineEnc == "" {
		d.lineEnc = d.classify(data[:n])
	}
	d.conv = d.conv[:0]
	used := d.convert(data[:n], d.lineEnc, whole)
	d.r += used
	d.out = d.conv
	if d.midLine = !whole; whole {
		d.lineEnc = ""
	} else if used == 0 {
		d.fill(d.w - d.r + 1) // a character cut in two: nothing to say yet
	}
	return nil
}
