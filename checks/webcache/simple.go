package webcache

import (
	"bytes"
	"context"
	"crypto/sha1" // #nosec G505 -- file names are made with it
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"sync"
)

// A file of Simple holds a header, the key, stream 1 (the body) with its trailer,
// stream 0 (the head) with the key's SHA-256, and the trailer of stream 0:
//
//	header   magic u64, version u32, key length u32, key hash u32, padding u32
//	trailer  magic u64, flags u32, CRC-32 u32, size u32, padding u32
//
// all little-endian; the trailer's size is told for stream 0 alone. Stream 2
// (compiled code) is in a file "_1", sparse entries are in a file "_s"; neither
// is of use here.
const (
	simpleHeader  = 24
	simpleTrailer = 24
	simpleOldest  = 5
	simpleNewest  = 9

	trailerHasCRC = 1 << 0
	trailerHasSHA = 1 << 1 // of the key
)

var (
	simpleMagic      = simpleIndex
	simpleTrailMagic = []byte{0xd8, 0x41, 0x0d, 0x97, 0x45, 0x6f, 0xfa, 0xf4}
)

// simple reads a folder of Simple entries: an HTTP cache, a cache of a CacheStorage or the scripts of workers.
func (r *reader) simple(ctx context.Context, f folder, as Format) {
	g, err := f.glancer()
	if err != nil {
		return
	}
	defer g.close()
	f.each(func() bool { return !r.full(ctx) }, simpleName, func(name string) {
		r.try(func() (Entry, error) {
			if err := r.glanceSimple(g, name, as); err != nil {
				return Entry{}, err
			}
			return r.simpleEntry(f, name, as)
		})
	})
}

// glanceSimple reads a file's first bytes, which is enough to leave alone what
// is not wanted: nearly all.
func (r *reader) glanceSimple(g glancer, name string, as Format) error {
	file, err := g.open(name)
	if err != nil {
		return err
	}
	defer file.close()
	buf := headBuffers.Get().(*[512]byte)
	defer headBuffers.Put(buf)
	n, err := file.read(buf[:], 0)
	if n < simpleHeader {
		if err == io.EOF {
			err = errTorn
		}
		return err
	}
	keyLen, err := simpleKeyLen(buf[:n])
	if err != nil || keyLen > n-simpleHeader || as == ScriptCache {
		return err // a longer key is for the whole look
	}
	if url, _ := urlOf(string(buf[simpleHeader : simpleHeader+keyLen])); !r.want(url) {
		return errOther
	}
	return nil
}

// simpleKeyLen checks a header and gives the length of the key behind it.
func simpleKeyLen(head []byte) (int, error) {
	if !bytes.Equal(head[:8], simpleMagic) {
		return 0, errTorn
	}
	if v := binary.LittleEndian.Uint32(head[8:]); v < simpleOldest || v > simpleNewest {
		return 0, errOther
	}
	n := int(binary.LittleEndian.Uint32(head[12:]))
	if n > maxKey || n == 0 {
		return 0, errTorn
	}
	return n, nil
}

var headBuffers = sync.Pool{New: func() any { return new([512]byte) }}

// simpleFile is an entry's file with its parts told apart.
type simpleFile struct {
	*os.File
	key     string
	body    int64 // where stream 1 starts
	bodyLen int64
	crc     uint32 // of stream 1
	hasCRC  bool
	head    []byte // stream 0
}

// simpleEntry reads one entry's head.
func (r *reader) simpleEntry(f folder, name string, as Format) (Entry, error) {
	s, err := openSimple(f, name, func(key string) bool {
		url, _ := urlOf(key)
		return as == ScriptCache || r.want(url)
	})
	if err != nil {
		return Entry{}, err
	}
	defer s.Close()
	var e Entry
	switch as {
	case CacheStorage:
		e, err = readCacheMeta(s.head, s.key)
	default:
		var h answerHead
		h, err = readPickle(s.head)
		url, partition := urlOf(s.key)
		e = h.entry(as, url, partition, s.bodyLen)
		e.encoded = as == Simple // scripts of workers are stored decoded
	}
	e.Format, e.Size = as, s.bodyLen
	key, head := s.key, crc32.ChecksumIEEE(s.head)
	e.body = func() (body, error) {
		f, err := f.again()
		if err != nil {
			return nil, err
		}
		defer f.Close()
		s, err := openSimple(f, name, func(k string) bool { return k == key })
		if err != nil {
			return nil, err
		}
		if crc32.ChecksumIEEE(s.head) != head { // another answer has taken its place
			s.Close()
			return nil, errTorn
		}
		return s.content(), nil
	}
	return e, err
}

// openSimple opens an entry's file and checks it, where the key is wanted.
func openSimple(f folder, name string, want func(key string) bool) (s simpleFile, err error) {
	file, err := f.open(name)
	if err != nil {
		return s, gone(err)
	}
	s.File = file
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	buf := headBuffers.Get().(*[512]byte)
	defer headBuffers.Put(buf)
	n, err := file.ReadAt(buf[:], 0)
	if n < simpleHeader {
		if err != io.EOF {
			return s, errOther // a folder, a pipe, or what cannot be read
		}
		return s, errTorn
	}
	first := buf[:n]
	keyLen, err := simpleKeyLen(first)
	if err != nil {
		return s, err
	}
	key := make([]byte, keyLen)
	if k := copy(key, first[simpleHeader:]); k < keyLen {
		if _, err := file.ReadAt(key[k:], int64(simpleHeader+k)); err != nil {
			return s, errTorn
		}
	}
	s.key = string(key)
	if !want(s.key) {
		return s, errOther
	}
	if SuperFastHash(s.key) != binary.LittleEndian.Uint32(first[16:]) {
		return s, errTorn
	}
	return s, s.parts(int64(simpleHeader + keyLen))
}

// parts finds the streams from the file's end.
func (s *simpleFile) parts(bodyAt int64) error {
	info, err := s.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return errOther
	}
	size := info.Size()
	flags, crc, headLen, err := s.trailer(size - simpleTrailer)
	if err != nil {
		return err
	}
	headAt := size - simpleTrailer - int64(headLen)
	if flags&trailerHasSHA != 0 {
		headAt -= sha256.Size
	}
	if headLen > maxHead || headAt-simpleTrailer < bodyAt {
		return errTorn
	}
	bodyFlags, bodyCRC, _, err := s.trailer(headAt - simpleTrailer)
	if err != nil {
		return err
	}
	rest := make([]byte, size-simpleTrailer-headAt)
	if _, err := s.ReadAt(rest, headAt); err != nil {
		return errTorn
	}
	s.head = rest[:headLen]
	if flags&trailerHasCRC != 0 && crc32.ChecksumIEEE(s.head) != crc {
		return errTorn
	}
	if sum := sha256.Sum256([]byte(s.key)); flags&trailerHasSHA != 0 && !bytes.Equal(rest[headLen:], sum[:]) {
		return errTorn
	}
	s.body, s.bodyLen = bodyAt, headAt-simpleTrailer-bodyAt
	s.crc, s.hasCRC = bodyCRC, bodyFlags&trailerHasCRC != 0
	return nil
}

func (s *simpleFile) trailer(at int64) (flags, crc, size uint32, err error) {
	var b [simpleTrailer]byte
	if at < simpleHeader {
		return 0, 0, 0, errTorn
	}
	if _, err := s.ReadAt(b[:], at); err != nil || !bytes.Equal(b[:8], simpleTrailMagic) {
		return 0, 0, 0, errTorn
	}
	return binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:]), binary.LittleEndian.Uint32(b[16:]), nil
}

// content reads stream 1 and checks it at its end.
func (s simpleFile) content() body {
	r := &summed{Reader: io.NewSectionReader(s.File, s.body, s.bodyLen), close: s.File.Close}
	if s.hasCRC {
		r.hash, r.want = crc32.NewIEEE(), s.crc
	}
	return r
}

// summed reads a body whose checksum is known and ends with errTorn where it does not hold.
type summed struct {
	io.Reader
	hash  hash.Hash32 // nil for none
	want  uint32
	close func() error
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if s.hash != nil {
		_, _ = s.hash.Write(p[:n])
		if err == io.EOF && s.hash.Sum32() != s.want {
			err = errTorn
		}
	}
	return n, err
}

func (s *summed) Close() error { return s.close() }

// SimpleName gives the name of the file in which Simple keeps a key's head and body.
func SimpleName(key string) string {
	sum := sha1.Sum([]byte(key)) // #nosec G401 -- the format's choice
	return fmt.Sprintf("%016x_0", binary.LittleEndian.Uint64(sum[:]))
}
