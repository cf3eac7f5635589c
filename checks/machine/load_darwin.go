package machine

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// systemGauges reads what macOS tells by sysctl. The processors' times are to be
// had from Mach alone, which needs cgo: Busy stays unknown, Load1 stands in.
func systemGauges() gauges {
	return gauges{rest: func(l *LoadInfo) {
		if total, err := unix.SysctlUint64("hw.memsize"); err == nil {
			l.MemTotal = known(float64(total))
			// The percentage that memory_pressure(1) shows as free.
			if level, err := unix.SysctlUint32("kern.memorystatus_level"); err == nil && level <= 100 {
				l.MemAvailable = known(float64(total) * float64(level) / 100)
			}
		}
		// struct loadavg: three fixed-point numbers and, after padding, their scale (sys/resource.h).
		if raw, err := unix.SysctlRaw("vm.loadavg"); err == nil && len(raw) >= 24 {
			if scale := binary.LittleEndian.Uint64(raw[16:]); scale > 0 {
				l.Load1 = known(float64(binary.LittleEndian.Uint32(raw)) / float64(scale))
			}
		}
	}}
}
