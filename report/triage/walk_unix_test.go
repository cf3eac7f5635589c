//go:build unix

package triage

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A named pipe without a writer would block for ever.
func TestPipesAreNotOpened(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "r.json", doc(1, "decision.message-read"))
	pipe := filepath.Join(dir, "pipe.zip")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if g, p := gather(t, memory(t), GatherOptions{Paths: []string{dir, pipe, "/dev/null"}}); p.Reports != 1 || g.Missing != 2 {
			t.Errorf("%d reports, %+v", p.Reports, g.Unread)
		}
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("a pipe was opened")
	}
}
