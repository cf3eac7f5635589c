package webcache

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// folder is a folder that is read and never written. Names are resolved below
// the folder that was handed in: what a link leads to outside of it is not found.
// os.Root opens with all sharing allowed on Windows, so that the browser may
// write, rename and delete meanwhile.
type folder struct {
	root     *os.Root
	dir, sub string // what was handed in, and this folder below it, with slashes
}

// openFolder opens folder sub below dir, "" for dir itself.
func openFolder(dir, sub string) (folder, error) {
	f := folder{dir: dir, sub: sub}
	root, err := os.OpenRoot(dir)
	if err != nil || sub == "" {
		f.root = root
		return f, err
	}
	defer root.Close()
	f.root, err = root.OpenRoot(filepath.FromSlash(sub))
	return f, err
}

// again opens the same folder once more, for who outlives this one.
func (f folder) again() (folder, error) {
	g, err := openFolder(f.dir, f.sub)
	return g, gone(err)
}

func (f folder) Close() { f.root.Close() }

// in gives a folder below.
func (f folder) in(name string) (folder, error) {
	inner, err := f.root.OpenRoot(name)
	return folder{inner, f.dir, path.Join(f.sub, name)}, err
}

// open opens a regular file.
func (f folder) open(name string) (*os.File, error) {
	return f.root.OpenFile(name, os.O_RDONLY|noWait, 0)
}

// sized opens a regular file and tells its size.
func (f folder) sized(name string) (*os.File, int64, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errOther
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// read gives a small file's content.
func (f folder) read(name string, most int64) ([]byte, error) {
	file, size, err := f.sized(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if size > most {
		return nil, errTooMuch
	}
	return io.ReadAll(io.LimitReader(file, most))
}

func (f folder) isDir(name string) bool {
	info, err := f.root.Stat(name)
	return err == nil && info.IsDir()
}

// names gives the names of some of the files in it at a time, until there are
// no more or visit returns false.
func (f folder) names(visit func([]string) bool) error {
	dir, err := f.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		list, err := dir.Readdirnames(1024)
		if len(list) > 0 && !visit(list) {
			return nil
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// all gives the names in a small folder.
func (f folder) all(most int) []string {
	var out []string
	_ = f.names(func(list []string) bool {
		out = append(out, list[:min(len(list), most-len(out))]...)
		return len(out) < most
	})
	return out
}

// each calls visit for the names that pass, from a few goroutines.
func (f folder) each(more func() bool, pass func(string) bool, visit func(name string)) {
	work := make(chan []string, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for list := range work {
				for i, name := range list {
					if i%64 == 0 && !more() {
						break
					}
					if pass(name) {
						visit(name)
					}
				}
			}
		})
	}
	_ = f.names(func(list []string) bool {
		for len(list) > 0 {
			n := min(len(list), 256)
			work <- list[:n]
			list = list[n:]
		}
		return more()
	})
	close(work)
	wg.Wait()
}

// workers is how many files are opened side by side: opening is what reading a
// cache costs, and it waits for the system more than for a processor.
const workers = 4

// The magic numbers that Chromium's index files open with.
var (
	simpleIndex    = []byte{0x30, 0x5c, 0x72, 0xa7, 0x1b, 0x6d, 0xfb, 0xfc}
	blockfileIndex = []byte{0xc3, 0xca, 0x03, 0xc1}
	sqlIndex       = []byte("SQLCache")
)

// format tells the format of the folder's cache, "" for none.
func (f folder) format() Format {
	if head, err := f.head("index", 24); err == nil {
		switch {
		case bytes.HasPrefix(head, simpleIndex):
			return Simple
		case bytes.HasPrefix(head, blockfileIndex):
			return Blockfile
		case bytes.HasPrefix(head, sqlIndex):
			return SQL
		}
	}
	if f.isDir("entries") {
		return Cache2
	}
	// An index that is not there: it is written anew at times, and people copy in part.
	for _, name := range f.all(256) {
		switch {
		case simpleName(name):
			return Simple
		case name == "sqldb0":
			return SQL
		}
	}
	return ""
}

func (f folder) head(name string, n int) ([]byte, error) {
	file, _, err := f.sized(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	buf := make([]byte, n)
	got, err := io.ReadFull(file, buf)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return buf[:got], err
}

// IsCache reports whether folder sub below dir holds a cache of a known format.
func IsCache(dir, sub string) bool {
	f, err := openFolder(dir, sub)
	if err != nil {
		return false
	}
	defer f.Close()
	return f.format() != ""
}

// gone turns errors of a file that vanished into one kind.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fs.ErrNotExist
	}
	return err
}

// simpleName reports whether a file is named as Simple names the file of
// streams 0 and 1: 16 hexadecimal digits and "_0".
func simpleName(name string) bool {
	return len(name) == 18 && strings.HasSuffix(name, "_0") && strings.Trim(name[:16], "0123456789abcdef") == ""
}
