package machine

import (
	"context"
	"math"
	"runtime"
	"testing"
	"testing/fstest"
)

func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

func TestLoadOfThisMachine(t *testing.T) {
	l, err := Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if l.CPUs < 1 || l.Busy.Known && (l.Busy.Value < 0 || l.Busy.Value > 100) {
		t.Errorf("%+v", l)
	}
	if runtime.GOOS == "linux" && (!l.Busy.Known || !l.MemTotal.Known || l.MemAvailable.Value > l.MemTotal.Value) {
		t.Errorf("%+v", l)
	}
}

func TestLoadFromProc(t *testing.T) {
	root := files(
		"proc/stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3\n",
		"proc/loadavg", "1.50 1.20 0.90 2/345 6789\n",
		"proc/meminfo", "MemTotal:       8000 kB\nMemFree:  10 kB\nMemAvailable:   2000 kB\n",
		"proc/pressure/cpu", "some avg10=12.34 avg60=1.00 avg300=0.10 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
		"sys/class/power_supply/BAT0/type", "Battery\n", "sys/class/power_supply/BAT0/status", "Discharging\n",
		"sys/class/power_supply/mouse/type", "Battery\n", "sys/class/power_supply/mouse/scope", "Device\n", "sys/class/power_supply/mouse/status", "Full\n",
		"sys/firmware/acpi/platform_profile", "low-power\n",
		"sys/class/thermal/thermal_zone0/temp", "41000\n", "sys/class/thermal/thermal_zone1/temp", "87500\n", "sys/class/thermal/thermal_zone2/temp", "-274000\n",
	)
	g := procGauges(root)
	first := g.times
	n := 0
	g.times = func() (cpuTimes, bool) { // half of the next 200 ticks are busy
		c, ok := first()
		c.idle, c.total = c.idle+float64(n)*100, c.total+float64(n)*200
		n++
		return c, ok
	}
	l, err := sampled(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		got  Number
		want float64
	}{
		"busy": {l.Busy, 50}, "load": {l.Load1, 1.5}, "total": {l.MemTotal, 8000 * 1024}, "available": {l.MemAvailable, 2000 * 1024},
		"pressure": {l.Pressure, 12.34}, "hottest": {l.Hottest, 87.5},
	} {
		if !c.got.Known || math.Abs(c.got.Value-c.want) > 1e-9 {
			t.Errorf("%s: %+v, want %v", name, c.got, c.want)
		}
	}
	if l.OnBattery != Yes || l.PowerSaving != Yes || l.MemPressure.Known {
		t.Errorf("%+v", l)
	}
	root["sys/class/power_supply/AC/type"] = &fstest.MapFile{Data: []byte("Mains\n")}
	root["sys/class/power_supply/AC/online"] = &fstest.MapFile{Data: []byte("1\n")}
	if got := onBattery(root); got != No {
		t.Errorf("with mains: %s", got)
	}
}

// A system that tells nothing gives an error and unknowns, never zeros that
// look measured.
func TestLoadUnknown(t *testing.T) {
	for _, g := range []gauges{{}, procGauges(files()), procGauges(files("proc/stat", "garbage", "proc/meminfo", "MemTotal: x kB"))} {
		l, err := sampled(t.Context(), g)
		if err == nil || l.Busy.Known || l.MemTotal.Known || l.OnBattery != Unknown {
			t.Errorf("%+v %v", l, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sampled(ctx, procGauges(files("proc/loadavg", "0.1 0 0"))); err != nil {
		t.Errorf("a stopped sample still has the rest: %v", err)
	}
}
