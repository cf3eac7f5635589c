// Package webcachetest makes stores of browsers for tests: small ones by the
// formats' rules, and real ones with real browsers.
package webcachetest

import (
	"bytes"
	"crypto/sha1" // #nosec G505 -- the formats' choice
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Answer is what is put into a store.
type Answer struct {
	URL   string
	Site  string // top-level site, "" for the URL's own
	Lines []string
	Asked time.Time
	Came  time.Time
	Body  []byte
	Hole  int64 // bytes of zeros behind Body, which take no place on disk
}

// Key is the answer's key in Chromium's caches.
func (a Answer) Key() string {
	site := a.Site
	if site == "" {
		scheme, rest, _ := strings.Cut(a.URL, "://")
		host, _, _ := strings.Cut(rest, "/")
		site = scheme + "://" + host
	}
	return "1/0/_dk_" + site + " " + site + " " + a.URL
}

// Must ends the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func chromiumTime(t time.Time) uint64 { return uint64(t.UnixMicro() + 11_644_473_600_000_000) }

// Pickle is the answer's head as Chromium stores it.
func (a Answer) Pickle() []byte {
	lines := a.Lines
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "HTTP") {
		lines = append([]string{"HTTP/1.1 200 OK"}, lines...)
	}
	text := strings.Join(lines, "\x00") + "\x00\x00"
	p := binary.LittleEndian.AppendUint32(nil, 3|1<<31)
	p = binary.LittleEndian.AppendUint32(p, 6)
	p = binary.LittleEndian.AppendUint64(p, chromiumTime(a.Asked))
	p = binary.LittleEndian.AppendUint64(p, chromiumTime(a.Came))
	p = binary.LittleEndian.AppendUint64(p, chromiumTime(a.Came))
	p = binary.LittleEndian.AppendUint32(p, uint32(len(text)))
	p = append(p, text...)
	p = append(p, make([]byte, (4-len(p)%4)%4)...)
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(p))), p...)
}

// SuperFast is the hash of keys: the reader's own, which the stores of real browsers check.
type SuperFast func(string) uint32

// Simple writes the index of a Simple cache.
func Simple(t testing.TB, dir string) {
	Must(t, os.MkdirAll(dir, 0o700))
	index := append([]byte("\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc\x09"), make([]byte, 15)...)
	Must(t, os.WriteFile(filepath.Join(dir, "index"), index, 0o600))
}

// SimpleEntry writes an entry of a Simple cache and gives its file.
func SimpleEntry(t testing.TB, dir string, a Answer, hash SuperFast) string {
	return simpleEntry(t, dir, a.Key(), a.Pickle(), a.Body, a.Hole, hash)
}

func simpleEntry(t testing.TB, dir, key string, head, content []byte, hole int64, hash SuperFast) string {
	trailer := func(b []byte, flags, crc, size uint32) []byte {
		b = append(b, 0xd8, 0x41, 0x0d, 0x97, 0x45, 0x6f, 0xfa, 0xf4)
		for _, v := range []uint32{flags, crc, size, 0} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		return b
	}
	b := []byte("\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc")
	for _, v := range []uint32{5, uint32(len(key)), hash(key), 0} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = append(append(b, key...), content...)
	flags := uint32(1)
	if hole > 0 {
		flags = 0 // a checksum of a large hole costs more than the hole
	}
	tail := trailer(nil, flags, crc32.ChecksumIEEE(content), 0)
	tail = append(tail, head...)
	sum := sha256.Sum256([]byte(key))
	tail = append(tail, sum[:]...)
	tail = trailer(tail, 3, crc32.ChecksumIEEE(head), uint32(len(head)))
	name := sha1.Sum([]byte(key)) // #nosec G401
	path := filepath.Join(dir, fmt.Sprintf("%016x_0", binary.LittleEndian.Uint64(name[:])))
	f, err := os.Create(path)
	Must(t, err)
	_, err = f.Write(b)
	Must(t, err)
	_, err = f.WriteAt(tail, int64(len(b))+hole)
	Must(t, err)
	Must(t, f.Close())
	return path
}

// Cache2Entry writes an entry of Firefox's cache below dir/cache2/entries and gives its file.
func Cache2Entry(t testing.TB, dir string, a Answer, hash func([]byte) uint32) string {
	entries := filepath.Join(dir, "cache2", "entries")
	Must(t, os.MkdirAll(entries, 0o700))
	head := "HTTP/1.1 200 OK\r\n" + strings.Join(a.Lines, "\r\n") + "\r\n"
	key := "O^partitionKey=%28https%2Cexample.com%29,:" + a.URL
	var chunks []byte
	size := int64(len(a.Body)) + a.Hole
	for at := int64(0); at < size; at += 256 << 10 {
		n := min(256<<10, size-at)
		chunk := make([]byte, n)
		if at < int64(len(a.Body)) {
			copy(chunk, a.Body[at:])
		}
		chunks = binary.BigEndian.AppendUint16(chunks, uint16(hash(chunk)))
	}
	meta := chunks
	for _, v := range []uint32{4, 1, uint32(a.Came.Unix()), uint32(a.Came.Unix()), 0, 0xffffffff, uint32(len(key)), 0} {
		meta = binary.BigEndian.AppendUint32(meta, v)
	}
	meta = append(append(meta, key...), 0)
	meta = append(meta, "request-method\x00GET\x00response-head\x00"+head+"\x00original-response-headers\x00Set-Cookie: sid=secret\r\n\x00"...)
	full := append(binary.BigEndian.AppendUint32(nil, hash(meta)), meta...)
	full = binary.BigEndian.AppendUint32(full, 4)
	full = binary.BigEndian.AppendUint32(full, uint32(size))
	name := sha1.Sum([]byte(key)) // #nosec G401
	path := filepath.Join(entries, strings.ToUpper(fmt.Sprintf("%x", name)))
	f, err := os.Create(path)
	Must(t, err)
	_, err = f.Write(a.Body)
	Must(t, err)
	_, err = f.WriteAt(full, size)
	Must(t, err)
	Must(t, f.Close())
	return path
}

// Blockfile writes a whole blockfile cache; bodies lie in files of their own.
func Blockfile(t testing.TB, dir string, answers []Answer, hash SuperFast) {
	Must(t, os.MkdirAll(dir, 0o700))
	const table = 0x10000
	index := make([]byte, 368+4*table)
	for at, v := range map[int]uint32{0: 0xc103cac3, 4: 0x30000, 8: uint32(len(answers)), 28: table} {
		binary.LittleEndian.PutUint32(index[at:], v)
	}
	blocks := func(size uint32) *bytes.Buffer {
		head := make([]byte, 8192)
		binary.LittleEndian.PutUint32(head, 0xc104cac3)
		binary.LittleEndian.PutUint32(head[4:], 0x30000)
		binary.LittleEndian.PutUint32(head[12:], size)
		return bytes.NewBuffer(head)
	}
	entries, heads := blocks(256), blocks(1024)
	for i, a := range answers {
		key, head := a.Key(), a.Pickle()
		n := (96+len(key))/256 + 1
		if n > 4 || len(head) > 1024 {
			t.Fatalf("%s: too long for this writer", a.URL)
		}
		at := uint32(entries.Len()-8192) / 256
		addr := 1<<31 | 2<<28 | uint32(n-1)<<24 | 1<<16 | at
		file := 1 + at/60000 // blocks are numbered by 16 bits
		if file != 1 {
			t.Fatal("too many entries for this writer")
		}
		e := make([]byte, n*256)
		h := hash(key)
		slot := 368 + 4*int(h%table)
		put := func(at int, v uint32) { binary.LittleEndian.PutUint32(e[at:], v) }
		put(0, h)
		put(4, binary.LittleEndian.Uint32(index[slot:]))
		binary.LittleEndian.PutUint64(e[24:], uint64(i+1))
		put(32, uint32(len(key)))
		put(40, uint32(len(head)))
		put(44, uint32(int64(len(a.Body))+a.Hole))
		put(56, 1<<31|3<<28|2<<16|uint32(heads.Len()-8192)/1024)
		put(60, 1<<31|uint32(i+1))
		put(92, hash(string(e[:92])))
		copy(e[96:], key)
		entries.Write(e)
		heads.Write(append(head, make([]byte, 1024-len(head))...))
		binary.LittleEndian.PutUint32(index[slot:], addr)
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("f_%06x", i+1)))
		Must(t, err)
		_, err = f.Write(a.Body)
		Must(t, err)
		Must(t, f.Truncate(int64(len(a.Body))+a.Hole))
		Must(t, f.Close())
	}
	Must(t, os.WriteFile(filepath.Join(dir, "index"), index, 0o600))
	Must(t, os.WriteFile(filepath.Join(dir, "data_1"), entries.Bytes(), 0o600))
	Must(t, os.WriteFile(filepath.Join(dir, "data_2"), heads.Bytes(), 0o600))
}
