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

// installed lists this machine's browsers and the enabled extensions that can
// touch the service's hosts. Extensions are listed, not accused.
func (s *sheet) installed(ctx context.Context, in *diag.Input) int {
	n := 0
	if attemptLive(in) {
		for _, b := range machine.Browsers(ctx) {
			n++
			s.add(BrowserInstalled, b.Name, live(), from("this machine"), detail("version", b.Version, "default", string(b.Default), "running", string(b.Running)))
			for _, p := range b.Profiles {
				if p.Last {
					s.extensions(ctx, in, p.Dir, "this machine", true)
				}
			}
		}
	}
	for _, dir := range in.Attempt.Evidence.Browsers {
		n++
		for _, p := range machine.ProfileFolders(dir) {
			s.extensions(ctx, in, p, "browser profile", false)
		}
		s.siteSettings(in, dir)
	}
	return n
}

// siteSettings reports what the browser keeps the service's pages from doing. A
// site that nothing else in the evidence names may be the workbench all the same.
func (s *sheet) siteSettings(in *diag.Input, dir string) {
	for _, set := range machine.SiteSettings(dir) {
		whose := "all"
		if !set.Default {
			whose = "other"
			if in.Attempt.Service("https://" + set.Host + "/") {
				whose = "service"
			} else if in.Attempt.KnowsHosts() {
				continue // a site of somebody else's
			}
		}
		s.add(BrowserSetting, set.What, from("browser profile"), detail("site", whose))
	}
}
