package probe

import (
	"time"

	"golang.org/x/sys/windows"
)

// systemNow reads the system's clock. time.Now shows it as of the last timer
// interrupt, up to 15.6 ms ago: a bound built on that would not hold.
func systemNow() time.Time {
	var ft windows.Filetime
	windows.GetSystemTimePreciseAsFileTime(&ft)
	return time.Unix(0, ft.Nanoseconds())
}
