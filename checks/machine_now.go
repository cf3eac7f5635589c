package checks

import (
	"context"

	"meiqia-diag/checks/machine"
	"meiqia-diag/diag"
)

// load watches this machine, where it can be the one that failed: the recall was
// pressed minutes ago, or would be pressed now.
func (s *sheet) load(ctx context.Context, in *diag.Input) (busy, ok bool) {
	if !attemptLive(in) {
		return false, false
	}
	l, err := machine.Load(ctx)
	if err != nil {
		return false, false
	}
	if l.Busy.Known {
		s.add(DeviceLoad, round(l.Busy.Value), unit("percent"), live(), from("this machine"), detail("processors", itoa(l.CPUs)))
	}
	free := 100.0
	if l.MemTotal.Known && l.MemAvailable.Known && l.MemTotal.Value > 0 {
		free = round(100 * l.MemAvailable.Value / l.MemTotal.Value)
		s.add(DeviceMemory, free, unit("percent"), live(), from("this machine"))
	}
	return l.Busy.Known && l.Busy.Value >= 95 || free < 5, l.Busy.Known
}
