package webcache

import (
	"os"
	"testing"

	"meiqia-diag/checks/webcache/webcachetest"
)

// pipe makes an empty file: Windows has no pipes in folders.
func pipe(t *testing.T, path string) { webcachetest.Must(t, os.WriteFile(path, nil, 0o600)) }
