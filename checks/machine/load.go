package machine

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// LoadInfo is how busy the machine was over a short sample.
type LoadInfo struct {
	CPUs         int           // logical processors
	Busy         Number        // percent of all processors' time, over Sample
	Sample       time.Duration // how long Busy was watched
	Load1        Number        // mean number of runnable tasks over a minute; Unix only
	Pressure     Number        // percent of the last 10 s in which some task waited for a processor; Linux only
	MemTotal     Number        // bytes
	MemAvailable Number        // bytes that programs can get without swapping
	MemPressure  Number        // as Pressure, for memory; Linux only
	OnBattery    Answer
	PowerSaving  Answer // the system slows itself down to save power
	Hottest      Number // °C, of all sensors the system shows; Linux only
}

// sampleTime is how long the processors are watched. Windows counts in ticks of
// 15.6 ms and Linux of 10 ms, of which a quarter of a second holds enough.
const sampleTime = 250 * time.Millisecond

// errNoLoad means that not even the processors' time could be read.
var errNoLoad = errors.New("this system does not tell how busy it is")

// Load watches the machine for a quarter of a second. The error means that
// nothing but the number of processors is known.
func Load(ctx context.Context) (LoadInfo, error) {
	return sampled(ctx, systemGauges())
}

// gauges is how one system is read; a nil gauge does not exist there.
type gauges struct {
	times func() (cpuTimes, bool)
	rest  func(*LoadInfo) // fills in what needs no sample
}

// cpuTimes is the processors' time since the start, in any unit.
type cpuTimes struct{ idle, total float64 }

func sampled(ctx context.Context, g gauges) (LoadInfo, error) {
	l := LoadInfo{CPUs: runtime.NumCPU(), OnBattery: Unknown, PowerSaving: Unknown}
	var before cpuTimes
	watched := false
	start := time.Now()
	if g.times != nil {
		before, watched = g.times()
	}
	if g.rest != nil {
		g.rest(&l)
	}
	if watched {
		select {
		case <-time.After(sampleTime):
		case <-ctx.Done():
		}
		after, ok := g.times()
		l.Sample = time.Since(start)
		if total := after.total - before.total; ok && total > 0 {
			l.Busy = known(100 * min(1, max(0, 1-(after.idle-before.idle)/total)))
		}
	}
	if !l.Busy.Known && !l.Load1.Known && !l.MemTotal.Known {
		return l, errNoLoad
	}
	return l, nil
}
