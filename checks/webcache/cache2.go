package webcache

import (
	"context"
	"encoding/binary"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// A file of Firefox's cache2 holds the body, the metadata and, in its last 4
// bytes, where these start; all numbers are big-endian:
//
//	hash u32 of what follows, hash u16 of each 256 KiB of the body,
//	version, fetch count, last fetched, last modified, frecency, expiration,
//	key length u32 each, flags u32 from version 2 on, key NUL, elements name NUL value NUL …
//
// The key is "O^partitionKey=%28https%2Cexample.com%29,:https://example.com/x":
// tags, each closed by a comma, then a colon and the URL.
const (
	cache2Chunk  = 256 << 10
	cache2Tail   = 6 << 10 // holds the metadata of nearly every entry
	cache2Newest = 4
	cache2Never  = 0xffffffff
)

func (r *reader) cache2(ctx context.Context, f folder) {
	entries, err := f.in("entries")
	if err != nil {
		return
	}
	defer entries.Close()
	pass := func(name string) bool { return len(name) == 40 && strings.Trim(name, "0123456789ABCDEF") == "" }
	g, err := entries.glancer()
	if err != nil {
		return
	}
	defer g.close()
	entries.each(func() bool { return !r.full(ctx) }, pass, func(name string) {
		r.try(func() (Entry, error) {
			if err := r.glanceCache2(g, name); err != nil {
				return Entry{}, err
			}
			return r.cache2Entry(entries, name)
		})
	})
}

// glanceCache2 reads where the metadata start and then their first part, which
// is enough to leave alone what is not wanted. The elements behind the key hold
// certificates, and are long.
func (r *reader) glanceCache2(g glancer, name string) error {
	file, err := g.open(name)
	if err != nil {
		return err
	}
	defer file.close()
	size, err := file.size()
	if err != nil {
		return err
	}
	buf := headBuffers.Get().(*[512]byte)
	defer headBuffers.Put(buf)
	if n, err := file.read(buf[:4], size-4); size < 4 || n < 4 || err != nil {
		return errTorn
	}
	at := int64(binary.BigEndian.Uint32(buf[:]))
	if at > size-4 {
		return errTorn
	}
	n, err := file.read(buf[:], at+4+cache2Chunks(at))
	if n < 32 || err != nil && err != io.EOF {
		return nil // few bytes: the whole look tells
	}
	from := 28
	if binary.BigEndian.Uint32(buf[:]) >= 2 {
		from = 32
	}
	keyLen := int64(binary.BigEndian.Uint32(buf[24:]))
	if keyLen > int64(n-from) {
		return nil
	}
	if url, _ := cache2URL(string(buf[from : from+int(keyLen)])); !r.want(url) {
		return errOther
	}
	return nil
}

// cache2Chunks gives how many bytes the hashes of a body's chunks take.
func cache2Chunks(body int64) int64 { return 2 * ((body + cache2Chunk - 1) / cache2Chunk) }

// cache2File is an entry's file with its metadata read.
type cache2File struct {
	*os.File
	bodyLen  int64
	chunks   []byte // hashes of the body's chunks
	key      string
	fetched  time.Time
	stored   time.Time
	elements map[string]string
}

func (r *reader) cache2Entry(f folder, name string) (Entry, error) {
	c, err := openCache2(f, name, r.want)
	if err != nil {
		return Entry{}, err
	}
	defer c.Close()
	url, partition := cache2URL(c.key)
	var h answerHead
	lines := strings.Split(strings.ReplaceAll(c.elements["response-head"], "\r\n", "\n"), "\n")
	if !h.statusLine(lines[0]) {
		return Entry{}, errOther // put there by the browser itself, or not answered yet
	}
	h.headers(lines[1:])
	h.arrived = c.stored
	// Firefox keeps whole seconds of when the entry was stored or last validated;
	// when it was asked for is told by how long the page had waited, if at all.
	h.requested = h.arrived
	if on, err := strconv.Atoi(c.elements["net-response-time-onstart"]); err == nil && on >= 0 && on < 600_000 {
		h.requested = h.arrived.Add(-time.Duration(on) * time.Millisecond)
	}
	e := h.entry(Cache2, url, partition, c.bodyLen)
	key, head, chunks := c.key, c.elements["response-head"], string(c.chunks)
	e.body = func() (body, error) {
		f, err := f.again()
		if err != nil {
			return nil, err
		}
		defer f.Close()
		c, err := openCache2(f, name, func(string) bool { return true })
		if err != nil {
			return nil, err
		}
		if c.key != key || c.elements["response-head"] != head || string(c.chunks) != chunks { // another answer has taken its place
			c.Close()
			return nil, errTorn
		}
		return c.content(), nil
	}
	return e, nil
}

// openCache2 opens an entry's file and reads its metadata, where the URL is wanted.
func openCache2(f folder, name string, want Wanted) (c cache2File, err error) {
	file, size, err := f.sized(name)
	if err != nil {
		return c, gone(err)
	}
	c.File = file
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	if size < 4 {
		return c, errTorn
	}
	tail := make([]byte, min(size, cache2Tail))
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil {
		return c, errTorn
	}
	at := int64(binary.BigEndian.Uint32(tail[len(tail)-4:]))
	if at > size-4 || size-at > maxHead+maxKey {
		return c, errTorn
	}
	meta := tail
	if size-at <= int64(len(tail)) {
		meta = tail[int64(len(tail))-(size-at):]
	} else {
		meta = make([]byte, size-at)
		if _, err := file.ReadAt(meta, at); err != nil {
			return c, errTorn
		}
	}
	c.bodyLen = at
	return c, c.metadata(meta, want)
}

// metadata reads what follows the body.
func (c *cache2File) metadata(b []byte, want Wanted) error {
	chunks := int(cache2Chunks(c.bodyLen))
	head := 4 + chunks
	if len(b) < head+28+4 {
		return errTorn
	}
	u := func(i int) uint32 { return binary.BigEndian.Uint32(b[head+4*i:]) }
	version := u(0)
	sum := binary.BigEndian.Uint32(b)
	if version < 1 || version > cache2Newest {
		if lookup2Of(b[4:len(b)-4]) != sum && lookup2Of(b[4:len(b)-8]) != sum {
			return errTorn // these are no metadata at all
		}
		return errOther
	}
	fields := 28
	if version >= 2 {
		fields = 32
	}
	keyLen := int(u(6))
	from := head + fields
	if keyLen > maxKey || keyLen <= 0 || from+keyLen >= len(b) || b[from+keyLen] != 0 {
		return errTorn
	}
	c.key = string(b[from : from+keyLen])
	if url, _ := cache2URL(c.key); !want(url) {
		return errOther
	}
	// The number that closes the metadata is 4 bytes; from version 4 on, 4 more stand before it.
	end := len(b) - 4
	if lookup2Of(b[4:end]) != sum {
		if end -= 4; end < from+keyLen+1 || lookup2Of(b[4:end]) != sum {
			return errTorn
		}
	}
	if u(1) == 0 && c.bodyLen == 0 {
		return errOther // opened and never filled
	}
	c.chunks = append([]byte(nil), b[4:head]...)
	c.fetched, c.stored = unixTime(u(2)), unixTime(u(3))
	c.elements = map[string]string{}
	parts := strings.Split(string(b[from+keyLen+1:end]), "\x00")
	for i := 0; i+1 < len(parts) && i < 256; i += 2 {
		switch parts[i] {
		case "response-head", "net-response-time-onstart":
			c.elements[parts[i]] = parts[i+1]
		}
	}
	return nil
}

func unixTime(s uint32) time.Time {
	if s == 0 || s == cache2Never {
		return time.Time{}
	}
	return time.Unix(int64(s), 0)
}

// cache2URL gives the URL of a key, and the site that it is kept apart for.
func cache2URL(key string) (url, partition string) {
	// The tags hold no colon that is not escaped but in "a," and the like; the URL is behind the first.
	i := strings.IndexByte(key, ':')
	if i < 0 {
		return key, ""
	}
	tags := key[:i]
	if _, rest, ok := strings.Cut(tags, "partitionKey="); ok {
		rest, _, _ = strings.Cut(rest, ",")
		rest, _, _ = strings.Cut(rest, "&")
		partition = strings.NewReplacer("%28", "", "%29", "", "%2C", "://").Replace(rest)
	}
	return key[i+1:], partition
}

// content reads the body and checks it chunk by chunk.
func (c cache2File) content() body {
	return &chunked{file: c.File, left: c.bodyLen, sums: c.chunks, hash: newLookup2()}
}

type chunked struct {
	file *os.File
	at   int64
	left int64
	sums []byte
	in   int64 // bytes of this chunk that were read
	hash *lookup2
}

func (c *chunked) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	n, err := c.file.ReadAt(p[:min(int64(len(p)), c.left, cache2Chunk-c.in)], c.at)
	if n == 0 && err != nil {
		return 0, errTorn
	}
	_, _ = c.hash.Write(p[:n])
	c.at, c.left, c.in = c.at+int64(n), c.left-int64(n), c.in+int64(n)
	if c.in == cache2Chunk || c.left == 0 {
		if len(c.sums) < 2 || uint16(c.hash.sum()) != binary.BigEndian.Uint16(c.sums) {
			return n, errTorn
		}
		c.sums, c.in, c.hash = c.sums[2:], 0, newLookup2()
	}
	return n, nil
}

func (c *chunked) Close() error { return c.file.Close() }
