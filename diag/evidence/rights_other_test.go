//go:build !linux

package evidence

import (
	"os"
	"testing"
)

// withoutRights skips a test where the user reads everything.
func withoutRights(t *testing.T) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Skip("ROOT READS EVERYTHING: run this test as another user")
	}
}
