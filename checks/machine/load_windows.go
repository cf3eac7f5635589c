package machine

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	kernel32             = windows.NewLazySystemDLL("kernel32.dll")
	getSystemTimes       = kernel32.NewProc("GetSystemTimes")
	globalMemoryStatusEx = kernel32.NewProc("GlobalMemoryStatusEx")
	getSystemPowerStatus = kernel32.NewProc("GetSystemPowerStatus")
)

// memoryStatusEx is MEMORYSTATUSEX of sysinfoapi.h.
type memoryStatusEx struct {
	length                                                     uint32
	load                                                       uint32
	totalPhys, availPhys, totalPage, availPage, totalV, availV uint64
	availExtendedVirtual                                       uint64
}

// powerStatus is SYSTEM_POWER_STATUS of winbase.h.
type powerStatus struct {
	acLine, battery, percent, saver uint8
	lifeTime, fullLifeTime          uint32
}

func systemGauges() gauges {
	return gauges{times: windowsTimes, rest: func(l *LoadInfo) {
		m := memoryStatusEx{}
		m.length = uint32(unsafe.Sizeof(m))
		if ok, _, _ := globalMemoryStatusEx.Call(uintptr(unsafe.Pointer(&m))); ok != 0 {
			l.MemTotal, l.MemAvailable = known(float64(m.totalPhys)), known(float64(m.availPhys))
		}
		p := powerStatus{}
		if ok, _, _ := getSystemPowerStatus.Call(uintptr(unsafe.Pointer(&p))); ok != 0 {
			if p.acLine <= 1 { // 255 is unknown
				l.OnBattery = answer(p.acLine == 0)
			}
			l.PowerSaving = answer(p.saver == 1) // battery saver, Windows 10 on
		}
	}}
}

// windowsTimes reads GetSystemTimes, whose kernel time includes idle time.
func windowsTimes() (cpuTimes, bool) {
	var idle, kernel, user windows.Filetime
	ok, _, _ := getSystemTimes.Call(uintptr(unsafe.Pointer(&idle)), uintptr(unsafe.Pointer(&kernel)), uintptr(unsafe.Pointer(&user)))
	if ok == 0 {
		return cpuTimes{}, false
	}
	ticks := func(f windows.Filetime) float64 { return float64(uint64(f.HighDateTime)<<32 | uint64(f.LowDateTime)) }
	return cpuTimes{idle: ticks(idle), total: ticks(kernel) + ticks(user)}, true
}
