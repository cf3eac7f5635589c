//go:build !windows

package webcache

import (
	"syscall"
	"testing"

	"meiqia-diag/checks/webcache/webcachetest"
)

func pipe(t *testing.T, path string) { webcachetest.Must(t, syscall.Mkfifo(path, 0o600)) }
