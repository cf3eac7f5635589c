package main

import (
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/diagnosis"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/logs"
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
		for k := range d.Evidence.HARs {
			if h := &d.Evidence.HARs[k]; h.File == f && !h.NetLog {
				list[i].HAR, list[i].Shift = h, shiftOf(d)
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

// serious tells whether a line of a log is an error.
func serious(line string) bool {
	l := logs.LevelOf(line)
	return l == logs.LevelError || l == logs.LevelFatal
}

// stamps gives the archive, for each log, what finds the time of a line on the
// service's clock: with the zone that reading the log as a whole has found,
// and mapped by the offset of the clock that wrote it. A log whose lines do
// not tell their time one by one is kept whole.
func stamps(d *diagnosis.Diagnosis) func(archive.Source) func(string) (time.Time, bool) {
	inside := insideTime(d)
	whole := func(string) (time.Time, bool) { return inside, true }
	return func(src archive.Source) func(string) (time.Time, bool) {
		for _, l := range d.Evidence.Logs {
			if l.File.Name != src.Name || l.File.Size != src.Size {
				continue
			}
			read := reading(l.Info)
			if l.Info.Stamped == 0 || !agrees(read, l.Entries) {
				return whole
			}
			shift := time.Duration(0)
			if c := l.Info.Kind.Clock(); c == clock.Device || c == clock.Browser {
				shift = shiftOf(d)
			}
			return func(line string) (time.Time, bool) {
				t, ok := read(line)
				return t.Add(shift), ok
			}
		}
		return whole
	}
}

// insideTime is an instant that the archive keeps, whatever its range.
func insideTime(d *diagnosis.Diagnosis) time.Time {
	for _, m := range d.Document.Timeline {
		if t, err := time.Parse(time.RFC3339Nano, m.At); err == nil && m.Kind != "console" && m.Kind != "log" {
			return t
		}
	}
	return time.Unix(0, 0)
}

// reading gives the time of a line on the log's own clock.
func reading(info logs.Info) func(string) (time.Time, bool) {
	zone := time.FixedZone("", int(info.Zone.Offset/time.Second))
	first := info.First.In(zone)
	return func(line string) (time.Time, bool) {
		t, hasZone, hasDate, _, _, _, ok := logs.FindStamp(line)
		if !ok {
			return t, false
		}
		if hasZone && hasDate {
			return t, true
		}
		year, month, day := t.Date()
		switch {
		case !hasDate:
			year, month, day = first.Date()
		case year == 0:
			year = first.Year()
		}
		at := time.Date(year, month, day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
		if at.Before(first.Add(-time.Hour)) {
			if !hasDate {
				at = at.AddDate(0, 0, 1) // over midnight
			} else if t.Year() == 0 {
				at = at.AddDate(1, 0, 0) // over New Year
			}
		}
		return at, true
	}
}

// agrees tries a reading on entries whose time is known: most must come out alike.
func agrees(read func(string) (time.Time, bool), entries []*logs.Entry) bool {
	tried, alike := 0, 0
	for _, e := range entries {
		if e.At.IsZero() {
			continue
		}
		if tried++; tried > 200 {
			break
		}
		if t, ok := read(e.Text); ok && t.Sub(e.At.T).Abs() <= e.At.Err+time.Second {
			alike++
		}
	}
	return alike*10 >= tried*9
}
