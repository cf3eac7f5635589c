//go:build unix

package evidence

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestFIFOs(t *testing.T) {
	dir := put(t, "a.har", oneHAR(2))
	pipe := filepath.Join(dir, "pipe.log")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("NO NAMED PIPES HERE: %v", err)
	}
	if s := readAll(t, Options{}, dir); kinds(s) != "a.har=har" || len(problems(s)) > 0 {
		t.Errorf("a pipe in a folder is nobody's evidence: %s, %v", kinds(s), problems(s))
	}
	t.Run("named", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		done := make(chan *Set, 1)
		go func() { done <- Read(ctx, []string{pipe, filepath.Join(dir, "a.har")}, Options{}) }()
		select {
		case s := <-done:
			if len(s.HARs) != 1 || len(problems(s)) == 0 {
				t.Errorf("%s, %v", kinds(s), problems(s))
			}
		case <-time.After(5 * time.Second):
			t.Error("reading hangs on a pipe that nobody writes to")
		}
	})
}
