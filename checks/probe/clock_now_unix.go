//go:build !windows

package probe

import "time"

// systemNow reads the system's clock.
func systemNow() time.Time { return time.Now() }
