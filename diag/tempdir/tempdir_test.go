package tempdir

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
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

// What killed runs left goes, after a day; what may be in use, or may not be
// ours, stays.
func TestLeftoversGo(t *testing.T) {
	temp := t.TempDir()
	old := time.Now().Add(-25 * time.Hour)
	dead := exec.Command(os.Args[0], "-test.run=^$")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	gone := strconv.Itoa(dead.Process.Pid)
	for name, want := range map[string]struct {
		at   time.Time
		perm os.FileMode
		stay bool
	}{
		"meiqia-diag-p" + gone + "-123":                     {old, 0o700, false},
		"meiqia-diag-browser-p" + gone + "-1":               {old, 0o700, false},
		"meiqia-diag-lab-p" + gone + "-2":                   {time.Now().Add(-time.Hour), 0o700, true}, // it may run where it cannot be seen
		"meiqia-diag-p" + strconv.Itoa(os.Getpid()) + "-9":  {old, 0o700, true},
		"meiqia-diag-p" + strconv.Itoa(os.Getppid()) + "-9": {old, 0o700, true}, // it runs
		"meiqia-diag-lab-1234":                              {time.Now().Add(-8 * 24 * time.Hour), 0o700, false},
		"meiqia-diag-page-77":                               {old, 0o700, true},
		"meiqia-diag-notes":                                 {time.Now().Add(-99 * 24 * time.Hour), 0o700, true},
		"other-p" + gone + "-1":                             {old, 0o700, true},
		"meiqia-diag-x-p" + gone + "-5":                     {old, 0o755, runtime.GOOS != "windows"}, // somebody opened it to others
	} {
		dir := filepath.Join(temp, name)
		if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "Default", "copy")
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, want.perm); err != nil {
			t.Fatal(err)
		}
		for _, p := range []string{filepath.Dir(file), dir} {
			if err := os.Chtimes(p, want.at, want.at); err != nil {
				t.Fatal(err)
			}
		}
		defer func() {
			if _, err := os.Stat(dir); (err == nil) != want.stay {
				t.Errorf("%s: it stays: %v, want %v", name, err == nil, want.stay)
			}
		}()
	}
	link := filepath.Join(temp, "meiqia-diag-p"+gone+"-3")
	if err := os.Symlink(t.TempDir(), link); err == nil {
		defer func() {
			if _, err := os.Lstat(link); err != nil {
				t.Error("a link was followed or removed")
			}
		}()
	}
	sweep(temp, time.Now())
}
