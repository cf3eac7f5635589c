// Package tempdir makes the private folders that copies are read from, and
// removes them however the program ends: a copy of somebody's settings must not
// be left behind because a signal came while it was read.
package tempdir

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	mu     sync.Mutex
	inUse  = map[string]bool{}
	ending bool
	swept  sync.Once
)

// New makes a folder that only this user may enter (0700). Remove is to be
// called when it is done with; a second call does nothing. Once RemoveAll ran
// there are no new folders: the error is then os.ErrClosed. The number of the
// process goes into the name, in place of the pattern's *: what a run that was
// killed could not remove, a later one does.
func New(pattern string) (dir string, remove func(), err error) {
	mu.Lock()
	defer mu.Unlock()
	if ending {
		return "", nil, os.ErrClosed
	}
	swept.Do(func() { go sweep(os.TempDir(), time.Now()) })
	if dir, err = os.MkdirTemp("", strings.TrimSuffix(pattern, "*")+"p"+strconv.Itoa(os.Getpid())+"-*"); err != nil {
		return "", nil, err
	}
	inUse[dir] = true
	return dir, sync.OnceFunc(func() {
		wipe(dir)
		mu.Lock()
		delete(inUse, dir)
		mu.Unlock()
	}), nil
}

// RemoveAll removes every folder that is still there. It is called as the program ends.
func RemoveAll() {
	mu.Lock()
	ending = true
	dirs := make([]string, 0, len(inUse))
	for dir := range inUse {
		dirs = append(dirs, dir)
	}
	mu.Unlock()
	for _, dir := range dirs {
		wipe(dir)
	}
}

// wipe removes one folder. Programs that are just ending, and on Windows those
// that hold a file, get in the way of it for a moment.
func wipe(dir string) {
	for range 20 {
		if os.RemoveAll(dir) == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
