//go:build !windows

package webcache

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// glancer looks into the many files of one folder with as few system calls as
// can be: opening is nearly all that reading a cache costs.
type glancer struct{ dir *os.File }

func (f folder) glancer() (glancer, error) {
	dir, err := f.root.Open(".")
	return glancer{dir}, err
}

func (g glancer) close() { g.dir.Close() }

// glance is a file that is open for a look.
type glance int

// open opens a file of the folder itself: no link, and never waiting for a pipe's writer.
func (g glancer) open(name string) (glance, error) {
	for {
		fd, err := unix.Openat(int(g.dir.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		switch {
		case err == nil:
			return glance(fd), nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.ENOENT):
			return 0, fs.ErrNotExist
		case errors.Is(err, unix.ELOOP):
			return 0, errOther
		default:
			return 0, err
		}
	}
}

// read reads at an offset; a short read is the file's end.
func (g glance) read(b []byte, at int64) (int, error) {
	for {
		n, err := unix.Pread(int(g), b, at)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, errOther // a folder, a pipe
		case n < len(b):
			return n, io.EOF
		default:
			return n, nil
		}
	}
}

func (g glance) size() (int64, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(g), &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return 0, errOther
	}
	return st.Size, nil
}

func (g glance) close() { _ = unix.Close(int(g)) }
