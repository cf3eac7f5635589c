package webcache

import (
	"errors"
	"io"
	"os"
)

// glancer looks into the many files of one folder.
type glancer struct{ f folder }

func (f folder) glancer() (glancer, error) { return glancer{f}, nil }

func (g glancer) close() {}

// glance is a file that is open for a look.
type glance struct{ *os.File }

func (g glancer) open(name string) (glance, error) {
	file, err := g.f.open(name)
	return glance{file}, gone(err)
}

// read reads at an offset; a short read is the file's end.
func (g glance) read(b []byte, at int64) (int, error) {
	n, err := g.ReadAt(b, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, errOther // a folder
	}
	return n, err
}

func (g glance) size() (int64, error) {
	info, err := g.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0, errOther
	}
	return info.Size(), nil
}

func (g glance) close() { g.Close() }
