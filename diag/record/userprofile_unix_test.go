//go:build !windows

package record

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A pipe in place of a file is left out, and never waited for.
func TestPipesAreNotCopied(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	put(t, filepath.Join(from, "Default", "Preferences"), `{}`)
	if err := unix.Mkfifo(filepath.Join(from, "Local State"), 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := UserProfile{DataDir: from, Name: "Default"}.copyTo(context.Background(), to)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it is still being waited for")
	}
	if _, err := os.Stat(filepath.Join(to, "Local State")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
