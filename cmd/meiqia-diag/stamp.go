package main

import (
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/profile"
	"meiqia-diag/report/archive"
)

// sources are the files of a run, for the archive.
func sources(d *diagnosis.Diagnosis) []archive.Source {
	var files []evidence.File
	for _, f := range d.Evidence.Files {
		files = append(files, *f)
	}
	list := archive.Sources(files)
	for i, f := range d.Evidence.Files {
		for _, h := range d.Evidence.HARs {
			if h.File == f && !h.NetLog {
				list[i].HAR, list[i].Shift = &h, shiftOf(d)
			}
		}
		for _, l := range d.Evidence.Logs {
			if l.File == f {
				list[i].Scan = l.Scan
			}
		}
	}
	return list
}

// shiftOf is what brings a time of this device's clock to the service's.
func shiftOf(d *diagnosis.Diagnosis) time.Duration {
	if !d.Attempt.Offset.Known {
		return 0
	}
	return d.Attempt.Offset.Mid()
}

// own tells which requests of a HAR went to the service.
func own(p *profile.Profile) func(*har.Entry) bool {
	service := diagnosis.Service(p)
	return func(e *har.Entry) bool { return service(e.URL) }
}

// clocks gives the archive, for each log, the zone that reading it as a whole
// has found, and the offset of the clock that wrote it. A log whose lines do
// not tell their time one by one is kept whole.
func clocks(d *diagnosis.Diagnosis) func(archive.Source) archive.Clock {
	type key struct {
		name string
		size int64
	}
	known := map[key]archive.Clock{} // the diagnosis is not held
	for _, l := range d.Evidence.Logs {
		k := key{l.File.Name, l.File.Size}
		if _, ok := known[k]; ok {
			continue
		}
		c := archive.Clock{Whole: l.Info.Stamped == 0}
		if z := l.Info.Zone; z.Name != "mixed" && z.Basis != "written" && z.Basis != "" {
			c.Zone, c.Basis = time.FixedZone(z.Name, int(z.Offset/time.Second)), z.Basis
		}
		if w := l.Info.Kind.Clock(); w == clock.Device || w == clock.Browser {
			c.Offset = shiftOf(d)
		}
		known[k] = c
	}
	return func(src archive.Source) archive.Clock {
		if c, ok := known[key{src.Name, src.Size}]; ok {
			return c
		}
		return archive.Clock{Whole: true}
	}
}
