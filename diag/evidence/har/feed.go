package har

import (
	"io"
	"sync"
)

const (
	firstBlock = 64 << 10  // bytes; most files that people send are not much longer
	blockSize  = 256 << 10 // bytes of the other blocks
	blocks     = 3         // one being read from the file, one waiting, one being scanned

	// padding follows the data of each block: a quote at which every search ends
	// at the latest, and room to look at eight bytes at once from there.
	padding = 16
)

// feed gives a file block by block. From the second block on a goroutine reads
// ahead.
type feed struct {
	src     io.Reader
	started bool
	full    chan block
	free    chan []byte
	stop    chan struct{}
	once    sync.Once
	running sync.WaitGroup
}

// block is a piece of the file: buf[:n], and padding behind it.
type block struct {
	buf      []byte
	n        int
	err      error // of the source, io.EOF included, after these n bytes
	panicked any   // what the source panicked with
}

func newFeed(src io.Reader) *feed {
	return &feed{
		src:  src,
		full: make(chan block, blocks),
		free: make(chan []byte, blocks),
		stop: make(chan struct{}),
	}
}

// next gives the next block, and takes back the one that was given before. It
// panics with what the source panicked with. Not to be called after an error.
func (f *feed) next(done []byte) block {
	switch {
	case done == nil:
		return fill(f.src, make([]byte, firstBlock+padding))
	case !f.started:
		f.started = true
		for range blocks - 1 {
			f.free <- nil
		}
		f.running.Go(f.readAhead)
	}
	if len(done) == blockSize+padding {
		f.free <- done // has room for all there are
	} else {
		f.free <- nil
	}
	b := <-f.full
	if b.panicked != nil {
		panic(b.panicked) // where the caller of Read can recover from it
	}
	return b
}

func (f *feed) readAhead() {
	defer func() {
		if p := recover(); p != nil {
			f.full <- block{panicked: p}
		}
	}()
	for {
		var buf []byte
		select {
		case <-f.stop:
			return
		case buf = <-f.free:
		}
		if buf == nil {
			buf = make([]byte, blockSize+padding)
		}
		b := fill(f.src, buf)
		f.full <- b // has room for all there are
		if b.err != nil {
			return
		}
	}
}

// close ends the reading ahead and waits for it: the source is the caller's again.
func (f *feed) close() {
	f.once.Do(func() { close(f.stop) })
	f.running.Wait()
}

// fill reads until the block is full or the source ends.
func fill(src io.Reader, buf []byte) block {
	n, idle := 0, 0
	for n < len(buf)-padding {
		m, err := src.Read(buf[n : len(buf)-padding])
		n += m
		if err != nil {
			return block{buf: buf, n: n, err: err}
		}
		if m > 0 {
			idle = 0
		} else if idle++; idle == 100 {
			return block{buf: buf, n: n, err: io.ErrNoProgress}
		}
	}
	return block{buf: buf, n: n}
}
