package link

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// In runs f on a thread that is in the network namespace at path ("" is the
// caller's own). Sockets and devices that f opens stay in it for life; goroutines
// that f starts are not in it.
func In(path string, f func() error) error {
	if path == "" {
		return f()
	}
	done := make(chan error, 1)
	go func() {
		// Never unlocked: the thread is in another namespace and ends with this
		// goroutine rather than being lent to others.
		runtime.LockOSThread()
		done <- func() (err error) {
			ns, err := os.Open(path)
			if err != nil {
				return err
			}
			defer ns.Close()
			if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
				return fmt.Errorf("entering %s: %w", path, err)
			}
			return f()
		}()
	}()
	return <-done
}
