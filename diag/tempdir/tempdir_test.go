package tempdir

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestFoldersArePrivateAndGo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Cleanup(func() { ending = false })
	one, remove, err := New("meiqia-diag-*")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(one); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	two, _, err := New("meiqia-diag-*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{one, two} {
		if err := os.WriteFile(filepath.Join(dir, "copy"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	remove()
	remove()
	if _, err := os.Stat(one); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s stayed: %v", one, err)
	}
	RemoveAll()
	if _, err := os.Stat(two); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s stayed: %v", two, err)
	}
	if dir, _, err := New("meiqia-diag-*"); err == nil {
		t.Errorf("%s was made while the program ends", dir)
	}
}
