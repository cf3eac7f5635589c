package evidence

import (
	"os"
	"syscall"
	"testing"
)

const nobody = 65534

// withoutRights puts root's rights aside until the test ends: root reads everything.
func withoutRights(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	if err := syscall.Setresuid(-1, nobody, -1); err != nil {
		t.Skipf("ROOT READS EVERYTHING, and may not put its rights aside here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Setresuid(-1, 0, -1); err != nil {
			panic(err) // what follows would fail for no reason of its own
		}
	})
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		t.Skipf("ROOT READS EVERYTHING, and others may not write where tests do: %v", err)
	}
	os.Remove(dir)
}
