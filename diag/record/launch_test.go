package record

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBrowsersTemporaryFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a socket has no path there")
	}
	env := []string{"A=b", "TMPDIR=/tmp"}
	if got := environment(env, "/tmp/meiqia-diag-browser-1"); !slices.Equal(got, []string{"A=b", "TMPDIR=/tmp", "TMPDIR=/tmp/meiqia-diag-browser-1"}) {
		t.Errorf("%q", got)
	}
	if got := environment(env, "/"+strings.Repeat("x", 90)); !slices.Equal(got, env) {
		t.Errorf("a socket in there would have too long a path: %q", got)
	}
}

// A program that is ended from outside, by whoever asks, is gone at once.
func TestBrowserEndsAtExit(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell script for a browser")
	}
	program := filepath.Join(t.TempDir(), "browser")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nexec sleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	exit := make(chan func(), 1)
	opt := Options{Browser: program, Headless: true, AtExit: func(f func()) func() { exit <- f; return f }}
	failed := make(chan error, 1)
	go func() {
		_, err := start(t.Context(), opt, t.TempDir())
		failed <- err
	}()
	(<-exit)()
	select {
	case err := <-failed:
		if err == nil {
			t.Error("a browser that was ended has started")
		}
	case <-time.After(10 * time.Second):
		t.Error("it is still being waited for")
	}
	if out, err := exec.Command("pgrep", "-f", program).Output(); err == nil {
		t.Errorf("still running: %s", out)
	}
}
