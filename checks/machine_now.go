package checks

import (
	"context"
	"strings"

	"meiqia-diag/checks/machine"
	"meiqia-diag/diag"
	"meiqia-diag/diag/profile"
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

func (s *sheet) extensions(in *diag.Input, dir, source string, now bool) {
	list, err := machine.Extensions(dir)
	if err != nil {
		return // no list to read: nothing is known, nothing is said
	}
	for _, e := range list {
		touches := false
		for _, role := range []profile.Role{profile.API, profile.Workbench, profile.Push} {
			for _, h := range in.Profile.HostsOf(role) {
				touches = touches || e.CanTouch(h.Name())
			}
		}
		if !touches {
			continue
		}
		opts := []option{from(source), detail("id", e.ID, "version", e.Version, "can", strings.Join(e.APIs, " "))}
		if now {
			opts = append(opts, live())
		}
		s.add(BrowserExtension, e.Name, opts...)
	}
}
