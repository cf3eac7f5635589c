// Package packed opens files that are compressed as a whole, as rotated logs
// are: gzip, Zstandard, xz and bzip2, told by their first bytes.
package packed

import (
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"meiqia-diag/diag/lang"
)

// Format is how a file is compressed; None when it is not.
type Format string

// The formats, named as their files' extensions.
const (
	None  Format = ""
	Gzip  Format = "gz"
	Zstd  Format = "zst"
	XZ    Format = "xz"
	Bzip2 Format = "bz2"
)

// HeadSize is how many bytes of a file Of looks at.
const HeadSize = 16

// maxWindow bounds the memory that a file may ask for to be unpacked: what
// `zstd --long` and twice what `xz -9` need.
const maxWindow = 128 << 20

// Of tells the format of a file from its first bytes.
// Sources: RFC 1952 section 2.3.1, RFC 8878 section 3.1.1, the .xz file format
// section 2.1.1.1, and bzip2's "BZh" with a block size and the magic of a block.
func Of(head []byte) Format {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return Gzip
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return Zstd
	case bytes.HasPrefix(head, []byte{0xfd, '7', 'z', 'X', 'Z', 0}):
		return XZ
	case len(head) >= 10 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return Bzip2
	}
	return None
}

// Reader is an unpacked file.
type Reader struct {
	io.Reader
	ModTime time.Time // last change of the file before it was packed, zero when unknown
	close   func()
}

// Close frees what unpacking took. It does not close the packed file.
func (r *Reader) Close() error {
	if r.close != nil {
		r.close()
	}
	return nil
}

// NewReader unpacks a file. Several packed files behind each other are one, as
// their tools have it. Errors, of reading too, are Problems without a file's name.
func NewReader(in io.Reader, f Format) (*Reader, error) {
	switch f {
	case Gzip:
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, damaged(err)
		}
		r := &Reader{Reader: told{z}, close: func() { _ = z.Close() }}
		if z.ModTime.Year() > 1970 {
			r.ModTime = z.ModTime
		}
		return r, nil
	case Zstd:
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, damaged(err)
		}
		return &Reader{Reader: told{z}, close: z.Close}, nil
	case XZ:
		head := make([]byte, 1<<10)
		n, err := io.ReadFull(in, head)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		if head = head[:n]; xzWindow(head) > maxWindow {
			return nil, &lang.Problem{Byte: -1, What: lang.T("解压要用 %d MiB 内存，太多了", "unpacking it would take %d MiB of memory, which is too much").F(xzWindow(head) >> 20), Hint: lang.T("请先自行解压", "unpack it first")}
		}
		z, err := xz.NewReader(io.MultiReader(bytes.NewReader(head), in))
		if err != nil {
			return nil, damaged(err)
		}
		return &Reader{Reader: told{z}}, nil
	case Bzip2:
		return &Reader{Reader: told{bzip2.NewReader(in)}}, nil
	}
	return nil, fmt.Errorf("unpack: unknown format %q", f)
}

// xzWindow gives the memory that the first block of an .xz file asks for, 0
// when it cannot be told. A window is (2 | bit 0) << (code/2 + 11).
// Source: the .xz file format, sections 3.1 and 5.3.1.
func xzWindow(head []byte) int64 {
	const start = 12 // of the first block, behind the stream's header
	if len(head) < start+8 || head[start] == 0 {
		return 0
	}
	block := head[start:min(len(head), start+(int(head[start])+1)*4)]
	p := 2
	for _, bit := range []byte{0x40, 0x80} { // packed and unpacked sizes may stand there
		if block[1]&bit != 0 {
			for p < len(block) && block[p]&0x80 != 0 {
				p++
			}
			p++
		}
	}
	for range block[1]&3 + 1 { // filters; LZMA2, 0x21, is the last
		if p+2 >= len(block) {
			return 0
		}
		if block[p] == 0x21 {
			code := block[p+2]
			if code > 40 {
				return 0
			}
			return int64(2|code&1) << (code/2 + 11)
		}
		p += 2 + int(block[p+1])
	}
	return 0
}

// told makes the errors of a decoder ones that a person can read.
type told struct{ r io.Reader }

func (t told) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged(err)
	}
	return n, err
}

// broken is a Problem that is still the error it comes from: a file that ends
// too early is told from one that is damaged.
type broken struct {
	*lang.Problem
	err error
}

func (b broken) Unwrap() []error { return []error{b.Problem, b.err} }

// damaged makes a decoder's error one that a person can read.
func damaged(err error) error {
	var p *lang.Problem
	if errors.As(err, &p) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return broken{said(err), err}
}

func said(err error) *lang.Problem {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &lang.Problem{Byte: -1, What: lang.T("压缩文件不完整，后面的部分缺失", "the compressed file is cut off: its end is missing"), Hint: lang.T("请重新复制", "copy it again")}
	}
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return &lang.Problem{Byte: -1, What: lang.T("解压要用的内存太多", "unpacking it would take too much memory"), Hint: lang.T("请先自行解压", "unpack it first")}
	}
	if r := lang.Reason(err); r.ZH != r.EN {
		return &lang.Problem{Byte: -1, What: r}
	}
	return &lang.Problem{Byte: -1, What: lang.T("压缩文件已损坏", "the compressed file is damaged"), Hint: lang.T("请重新复制", "copy it again")}
}
