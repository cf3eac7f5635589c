package machine

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// procGauges reads Linux's /proc and /sys below a root (proc(5), and PSI in the
// kernel's Documentation/accounting/psi.rst).
func procGauges(root fs.FS) gauges {
	return gauges{
		times: func() (cpuTimes, bool) { return procStat(text(root, "proc/stat")) },
		rest: func(l *LoadInfo) {
			if f := strings.Fields(text(root, "proc/loadavg")); len(f) > 0 {
				l.Load1 = number(f[0])
			}
			mem := text(root, "proc/meminfo")
			l.MemTotal, l.MemAvailable = memLine(mem, "MemTotal:"), memLine(mem, "MemAvailable:")
			l.Pressure = pressure(text(root, "proc/pressure/cpu"))
			l.MemPressure = pressure(text(root, "proc/pressure/memory"))
			l.OnBattery = onBattery(root)
			l.PowerSaving = powerSaving(root)
			l.Hottest = hottest(root)
		},
	}
}

// text gives a small file's content, "" when it cannot be read.
func text(root fs.FS, name string) string {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return string(data)
}

func number(s string) Number {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return Number{}
	}
	return known(v)
}

// procStat reads the first line of /proc/stat: user nice system idle iowait irq
// softirq steal. Waiting for a disk is idle; time stolen by a hypervisor is not.
func procStat(s string) (cpuTimes, bool) {
	line, _, _ := strings.Cut(s, "\n")
	f := strings.Fields(line)
	if len(f) < 5 || f[0] != "cpu" {
		return cpuTimes{}, false
	}
	var t cpuTimes
	for i, v := range f[1:min(len(f), 9)] {
		n := number(v)
		if !n.Known {
			return cpuTimes{}, false
		}
		t.total += n.Value
		if i == 3 || i == 4 {
			t.idle += n.Value
		}
	}
	return t, true
}

func memLine(s, key string) Number {
	for line := range strings.Lines(s) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == key {
			n := number(f[1])
			n.Value *= 1024
			return n
		}
	}
	return Number{}
}

// pressure reads "some avg10=1.23 …" of a PSI file.
func pressure(s string) Number {
	for f := range strings.FieldsSeq(s) {
		if v, ok := strings.CutPrefix(f, "avg10="); ok {
			return number(v) // the first line is the one that begins with "some"
		}
	}
	return Number{}
}

// onBattery: a mains supply that is online, or a battery that discharges.
func onBattery(root fs.FS) Answer {
	const dir = "sys/class/power_supply"
	entries, err := fs.ReadDir(root, dir)
	if err != nil {
		return Unknown
	}
	out := Unknown
	for _, e := range entries {
		get := func(name string) string { return strings.TrimSpace(text(root, path.Join(dir, e.Name(), name))) }
		switch get("type") {
		case "Mains", "USB":
			if get("online") == "1" {
				return No
			}
		case "Battery":
			if get("scope") == "Device" {
				continue // a mouse's
			}
			if get("status") == "Discharging" {
				out = Yes
			} else if out == Unknown && get("status") != "" {
				out = No
			}
		}
	}
	return out
}

// powerSaving reads the platform profile that desktops' power settings choose.
func powerSaving(root fs.FS) Answer {
	p := strings.TrimSpace(text(root, "sys/firmware/acpi/platform_profile"))
	if p == "" {
		return Unknown
	}
	return answer(p == "low-power" || p == "quiet" || p == "cool")
}

func hottest(root fs.FS) Number {
	zones, _ := fs.Glob(root, "sys/class/thermal/thermal_zone*/temp")
	var out Number
	for _, z := range zones {
		// Thousandths of a degree; sensors that are off show nonsense.
		if n := number(text(root, z)); n.Known && n.Value > 0 && n.Value < 150000 && n.Value/1000 > out.Value {
			out = known(n.Value / 1000)
		}
	}
	return out
}
