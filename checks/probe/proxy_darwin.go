package probe

import (
	"context"
	"os/exec"
	"time"
)

// systemProxySettings asks the system configuration; there is no other way
// without cgo.
func systemProxySettings() systemSettings {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/sbin/scutil", "--proxy").Output()
	if err != nil {
		return systemSettings{}
	}
	return darwinProxy(string(out))
}
