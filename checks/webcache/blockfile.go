package webcache

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"
)

// The blockfile format 2.x and 3.0. The index is a header of 368 bytes and a
// table of addresses; an address leads to an entry in a file of blocks (data_1:
// 256 bytes each), entries of one bucket are chained. An entry's head (stream
// 0) and body (stream 1) lie in blocks of 256, 1024 or 4096 bytes, or in a file
// of their own, f_000001. Windows maps index and blocks into memory, so they
// change at any time and no checksum guards the streams: the entry is read
// again after them, and must still be the same.
const (
	indexHeader  = 368
	blockHeader  = 8192
	blockMagic   = 0xc104cac3
	entrySize    = 256
	entryKeyAt   = 96
	defaultTable = 0x10000
	maxTable     = 1 << 24
	maxChain     = 4096 // entries of one bucket
	addrSet      = 1 << 31
	stateNormal  = 0
)

// blockAddr is where a record is: its kind in bits 28 to 30, and then a file's
// number, or the number of blocks, the file of blocks and the first block in it.
type blockAddr uint32

func (a blockAddr) set() bool { return a&addrSet != 0 }

// blockSize gives the size of the kind's blocks, 0 for a file of its own.
func (a blockAddr) blockSize() int64 {
	switch a >> 28 & 7 {
	case 1:
		return 36 // nodes of the list by use
	case 2:
		return 256
	case 3:
		return 1024
	case 4:
		return 4096
	}
	return 0
}

func (a blockAddr) external() bool  { return a>>28&7 == 0 }
func (a blockAddr) number() uint32  { return uint32(a) & 0x0fffffff }
func (a blockAddr) blocks() int64   { return int64(a>>24&3) + 1 }
func (a blockAddr) file() uint32    { return uint32(a >> 16 & 0xff) }
func (a blockAddr) startAt() int64  { return blockHeader + int64(a&0xffff)*a.blockSize() }
func (a blockAddr) fileOf() string  { return fmt.Sprintf("data_%d", a.file()) }
func (a blockAddr) ownFile() string { return fmt.Sprintf("f_%06x", a.number()) }

// blockStore is the folder with its files of blocks.
type blockStore struct {
	folder
	mu    sync.Mutex
	files map[uint32]*os.File
}

func (s *blockStore) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		f.Close()
	}
	s.files = nil
}

// blockFile gives a file of blocks, opened once.
func (s *blockStore) blockFile(a blockAddr) (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[a.file()]; f != nil {
		return f, nil
	}
	f, _, err := s.sized(a.fileOf())
	if err != nil {
		return nil, gone(err)
	}
	var head [16]byte
	if _, err := f.ReadAt(head[:], 0); err != nil || binary.LittleEndian.Uint32(head[:]) != blockMagic {
		f.Close()
		return nil, errTorn
	}
	s.files[a.file()] = f
	return f, nil
}

// data opens what lies at an address.
func (s *blockStore) data(a blockAddr, size int64) (body, error) {
	switch {
	case size == 0:
		return nopClose{bytes.NewReader(nil)}, nil
	case !a.set() || size < 0:
		return nil, errTorn
	case a.external():
		f, have, err := s.sized(a.ownFile())
		if err != nil {
			return nil, gone(err)
		}
		if have < size {
			f.Close()
			return nil, errTorn
		}
		return &summed{Reader: io.NewSectionReader(f, 0, size), close: f.Close}, nil
	}
	if bs := a.blockSize(); bs < 256 || size > a.blocks()*bs {
		return nil, errTorn
	}
	f, err := s.blockFile(a)
	if err != nil {
		return nil, err
	}
	b := make([]byte, size)
	if _, err := f.ReadAt(b, a.startAt()); err != nil {
		return nil, errTorn
	}
	return nopClose{bytes.NewReader(b)}, nil
}

// blockEntry is an entry as it is stored.
type blockEntry struct {
	hash     uint32
	next     blockAddr
	state    uint32
	created  uint64
	keyLen   int32
	longKey  blockAddr
	size     [4]int32
	at       [4]blockAddr
	key      []byte // the part that lies in the entry's own blocks
	checksum bool   // the entry's own hash holds
}

// entry reads what lies at an entry's address.
func (s *blockStore) entry(a blockAddr) (e blockEntry, err error) {
	if a.blockSize() != entrySize {
		return e, errTorn
	}
	f, err := s.blockFile(a)
	if err != nil {
		return e, err
	}
	b := make([]byte, a.blocks()*entrySize)
	if _, err := f.ReadAt(b, a.startAt()); err != nil {
		return e, errTorn
	}
	u := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	e = blockEntry{hash: u(0), next: blockAddr(u(4)), state: u(20), created: binary.LittleEndian.Uint64(b[24:]), keyLen: int32(u(32)), longKey: blockAddr(u(36))}
	for i := range 4 {
		e.size[i], e.at[i] = int32(u(40+4*i)), blockAddr(u(56+4*i))
	}
	e.checksum = SuperFastHash(string(b[:92])) == u(92)
	e.key = b[entryKeyAt:]
	return e, nil
}

// same reports whether an entry still is what it was.
func (e blockEntry) same(o blockEntry) bool {
	return e.hash == o.hash && e.state == o.state && e.created == o.created && e.keyLen == o.keyLen && e.longKey == o.longKey && e.size == o.size && e.at == o.at
}

// name gives the entry's key and checks it.
func (e blockEntry) name(s *blockStore) (string, error) {
	if e.keyLen <= 0 || e.keyLen > maxKey {
		return "", errTorn
	}
	key := e.key
	if e.longKey.set() {
		d, err := s.data(e.longKey, int64(e.keyLen))
		if err != nil {
			return "", err
		}
		defer d.Close()
		if key, err = io.ReadAll(d); err != nil {
			return "", errTorn
		}
	}
	if int(e.keyLen) > len(key) {
		return "", errTorn
	}
	name := string(key[:e.keyLen])
	if SuperFastHash(name) != e.hash {
		return "", errTorn
	}
	return name, nil
}

// blockfile walks the index table and its chains.
func (r *reader) blockfile(ctx context.Context, f folder) error {
	index, size, err := f.sized("index")
	if err != nil {
		return err
	}
	defer index.Close()
	var head [indexHeader]byte
	if _, err := index.ReadAt(head[:], 0); err != nil {
		return errFormat
	}
	if v := binary.LittleEndian.Uint32(head[4:]); v>>16 != 2 && v>>16 != 3 {
		return errFormat
	}
	table := int64(binary.LittleEndian.Uint32(head[28:]))
	if table == 0 {
		table = defaultTable
	}
	table = min(table, (size-indexHeader)/4, maxTable)
	s := &blockStore{folder: f, files: map[uint32]*os.File{}}
	defer s.closeAll()
	seen := map[blockAddr]bool{}
	chunk := make([]byte, 64<<10)
	for at := int64(0); at < table*4 && !r.full(ctx); at += int64(len(chunk)) {
		n, err := index.ReadAt(chunk[:min(int64(len(chunk)), table*4-at)], indexHeader+at)
		if err != nil && n == 0 {
			break
		}
		for b := chunk[:n&^3]; len(b) > 0; b = b[4:] {
			if a := blockAddr(binary.LittleEndian.Uint32(b)); a.set() {
				r.chain(ctx, s, a, seen)
			}
		}
	}
	return nil
}

// chain reads the entries of one bucket. A chain that a writer changes meanwhile
// may lead anywhere, even in a circle.
func (r *reader) chain(ctx context.Context, s *blockStore, a blockAddr, seen map[blockAddr]bool) {
	for n := 0; a.set() && n < maxChain && !seen[a]; n++ {
		if n > 0 && r.full(ctx) {
			return
		}
		seen[a] = true
		var next blockAddr
		r.try(func() (Entry, error) {
			e, err := s.entry(a)
			if err != nil {
				return Entry{}, err
			}
			if !e.checksum {
				return Entry{}, errTorn
			}
			next = e.next
			return r.blockEntry(s, a, e)
		})
		a = next
	}
}

func (r *reader) blockEntry(s *blockStore, a blockAddr, e blockEntry) (Entry, error) {
	if e.state != stateNormal {
		return Entry{}, errOther // evicted or doomed
	}
	key, err := e.name(s)
	if err != nil {
		return Entry{}, err
	}
	url, partition := urlOf(key)
	if !r.want(url) {
		return Entry{}, errOther
	}
	if e.size[0] <= 0 || e.size[0] > maxHead {
		return Entry{}, errTorn // the head is written after the entry
	}
	d, err := s.data(e.at[0], int64(e.size[0]))
	if err != nil {
		return Entry{}, err
	}
	raw, err := io.ReadAll(d)
	d.Close()
	if err != nil {
		return Entry{}, errTorn
	}
	h, err := readPickle(raw)
	if err != nil {
		return Entry{}, err
	}
	if again, err := s.entry(a); err != nil || !again.same(e) {
		return Entry{}, errTorn
	}
	out := h.entry(Blockfile, url, partition, int64(e.size[1]))
	out.body = func() (body, error) { return blockBody(s.folder, a, e) }
	return out, nil
}

// blockBody opens an entry's body, which must be the same entry's to its end.
func blockBody(f folder, a blockAddr, e blockEntry) (body, error) {
	f, err := f.again()
	if err != nil {
		return nil, err
	}
	s := &blockStore{folder: f, files: map[uint32]*os.File{}}
	d, err := s.data(e.at[1], int64(e.size[1]))
	if err != nil {
		s.closeAll()
		f.Close()
		return nil, err
	}
	return &unchanged{body: d, still: func() bool { again, err := s.entry(a); return err == nil && again.same(e) }, close: func() error {
		d.Close()
		s.closeAll()
		f.Close()
		return nil
	}}, nil
}

// unchanged ends with errTorn where what it read from is not the same any more.
type unchanged struct {
	body
	still func() bool
	close func() error
}

func (u *unchanged) Read(p []byte) (int, error) {
	n, err := u.body.Read(p)
	if err == io.EOF && !u.still() {
		err = errTorn
	}
	return n, err
}

func (u *unchanged) Close() error { return u.close() }
