package webcache

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// body is where an entry's stored bytes are; closing gives the file back.
type body interface {
	io.Reader
	io.Closer
}

// MaxBody bounds what is read of one body, decoded.
const MaxBody = 24 << 20

// ErrBody says that a body could not be read whole: it is torn, removed, larger
// than MaxBody, or coded in a way that is not known.
var ErrBody = errors.New("stored body cannot be read whole")

// Body gives the content of the stored body, decoded, up to limit bytes at most;
// past that, or when it is torn, reading ends with ErrBody.
func (e Entry) Body(limit int64) (io.ReadCloser, error) {
	if e.body == nil {
		return nil, ErrBody
	}
	raw, err := e.body()
	if err != nil {
		return nil, errors.Join(ErrBody, err)
	}
	coding := ""
	if e.encoded {
		coding = e.Header.Get("Content-Encoding")
	}
	dec, err := Decoded(raw, coding)
	if err != nil {
		raw.Close()
		return nil, errors.Join(ErrBody, err)
	}
	return &content{dec: dec, raw: raw, left: limit}, nil
}

// content reads a decoded body and then the rest of the stored one, so that its
// checksum is looked at.
type content struct {
	dec  io.ReadCloser
	raw  body
	left int64
}

func (c *content) Read(p []byte) (int, error) {
	if c.left <= 0 {
		var one [1]byte
		if n, err := c.dec.Read(one[:]); n == 0 && errors.Is(err, io.EOF) {
			return 0, c.end()
		}
		return 0, ErrBody
	}
	n, err := c.dec.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF):
		err = c.end()
	case err != nil:
		err = errors.Join(ErrBody, err)
	}
	return n, err
}

func (c *content) end() error {
	if _, err := io.Copy(io.Discard, c.raw); err != nil {
		return errors.Join(ErrBody, err)
	}
	return io.EOF
}

func (c *content) Close() error {
	c.dec.Close()
	return c.raw.Close()
}

// Decoded gives a reader of what was coded as a Content-Encoding says (RFC 9110
// section 8.4). Several codings in a row are not known to occur in caches.
func Decoded(r io.Reader, coding string) (io.ReadCloser, error) {
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "", "identity":
		return io.NopCloser(r), nil
	case "gzip", "x-gzip":
		return gzip.NewReader(r)
	case "deflate": // zlib's wrapping, by RFC 9110 section 8.4.1.2
		return zlib.NewReader(r)
	case "br":
		return io.NopCloser(brotli.NewReader(r)), nil
	case "zstd":
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(16<<20), zstd.WithDecoderMaxWindow(8<<20)) // RFC 9659
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}
	return nil, errors.New("content coding is not known")
}

// Sum gives the SHA-256 of a body's decoded content, in hexadecimal digits.
func (e Entry) Sum() (string, error) {
	r, err := e.Body(MaxBody)
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Text gives the first bytes of a body's decoded content, up to limit; what
// follows is not looked at, and so neither is its checksum.
func (e Entry) Text(limit int64) ([]byte, error) {
	r, err := e.Body(limit)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if errors.Is(err, ErrBody) && int64(len(b)) == limit {
		err = nil
	}
	return b, err
}

// nopClose is a body in memory.
type nopClose struct{ *bytes.Reader }

func (nopClose) Close() error { return nil }
