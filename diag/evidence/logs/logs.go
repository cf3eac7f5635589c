// Package logs streams text logs into entries: a browser's saved console, the
// log of a desktop or mobile client, the log of a service.
//
// It recognises a log by what it says, never by its name; finds the stamp of
// each line in whatever notation it has; keeps multi-line entries whole; and
// never looks further back than one entry, so a log of any size needs the same
// memory. It reads the whole of its input in the file's order: logs that step
// back in time or were flushed late lose nothing.
package logs

import (
	"time"

	"meiqia-diag/diag/clock"
)

// Kind is whose log it is, which tells whose clock made its stamps.
type Kind string

// The kinds.
const (
	KindConsole Kind = "console" // a browser's console, saved or pasted: clock.Browser
	KindClient  Kind = "client"  // a desktop or mobile client, electron-log, Chromium, logcat: clock.Device
	KindServer  Kind = "server"  // nginx, syslog, an application log with request fields: clock.Service
	KindUnknown Kind = "unknown" // clock.Unknown
)

// Clock is the clock that stamps a log of this kind.
func (k Kind) Clock() clock.Clock {
	switch k {
	case KindConsole:
		return clock.Browser
	case KindClient:
		return clock.Device
	case KindServer:
		return clock.Service
	}
	return clock.Unknown
}

// Level is how grave an entry says it is.
type Level string

// The levels. LevelNone is an entry that says nothing about it.
const (
	LevelNone  Level = "none"
	LevelDebug Level = "debug"
	LevelInfo  Level = "info"
	LevelWarn  Level = "warn"
	LevelError Level = "error"
	LevelFatal Level = "fatal"
)

// Layouts, as in Info.Layout.
const (
	LayoutISO            = "iso"      // a full date and time in any order or script, in text
	LayoutSyslog         = "syslog"   // RFC 3164 or RFC 5424
	LayoutNginx          = "nginx"    // access (common log format) or error log
	LayoutApache         = "apache"   // [Fri Nov 20 10:22:41.123456 2026]
	LayoutW3C            = "w3c"      // IIS and its kin, with a #Fields line
	LayoutJSON           = "json"     // one object a line, or indented objects
	LayoutEpoch          = "epoch"    // a Unix time at the start of the line
	LayoutChromium       = "chromium" // [pid:tid:1122/221612.199204:ERROR:file.cc(12)]; glog alike
	LayoutElectron       = "electron" // [2026-11-22 22:16:21.906] [error]
	LayoutLogcat         = "logcat"   // 11-20 10:22:41.123  1234  1250 E Tag: text
	LayoutTime           = "time"     // a time of day alone
	LayoutConsoleChrome  = "console-chrome"
	LayoutConsoleFirefox = "console-firefox"
	LayoutConsoleSafari  = "console-safari"
	LayoutNone           = "none"  // no stamp anywhere
	LayoutMixed          = "mixed" // no layout has nine entries in ten
)

// Entry is one entry of a log: its first line and the lines that belong to it.
type Entry struct {
	Line   int   // of its first line, 1-based
	Offset int64 // of its first line in the input, in bytes
	Size   int64 // in the input, in bytes, line ends and what Text leaves out included

	// At is the stamp, zero when there is none. A stamp is printed cut off, not
	// rounded: "10:22:41" stands for [10:22:41, 10:22:42). T is the middle of
	// that interval and Err half of it, so that T ± Err holds the truth. A
	// reading of an hour that the zone runs through twice covers both passes.
	At clock.Stamp
	// ZoneText is the zone as the entry wrote it, in one spelling: "+08:00",
	// "Z" (also for Unix times, which need no zone), "" when it wrote none.
	ZoneText string
	// TimeOfDay is the time as printed when no date is known for it, as in
	// "10:22:41.123": At is zero then. Else "".
	TimeOfDay string

	Level Level
	// Text is the whole entry, lines joined by "\n" with no carriage returns
	// and no last line end, cut at Options.MaxEntry. NULs that open a line (the
	// hole that a truncated log leaves) are left out.
	Text string
	Cut  bool // Text is not the whole entry

	// Fields are what the entry names: the keys of JSON, with one level of
	// nesting dotted, key=value pairs, the columns of access logs. Besides the
	// log's own names these are filled in where a synonym is known: method, url
	// or path, status, request_id, message, and duration_ms (a decimal in
	// milliseconds, only where the unit is certain). nil when it names none.
	Fields map[string]string
	// Origin is the script and line of a console entry ("app.js:12"), or the
	// logger, process or tag of any other.
	Origin string
}

// Zone is how wall clock readings became instants.
type Zone struct {
	Name string // "+08:00", "UTC", "Asia/Shanghai", "mixed" for several; "" without stamps
	// Basis is the weakest that any stamp of the file rests on: "written" in
	// the stamps, "inferred" from other stamps of the same file, or "assumed"
	// from Options.Zone. "" without stamps.
	Basis  string
	Offset time.Duration // east of UTC, of the first stamp
}

// Info is what was learned of a log as a whole.
type Info struct {
	Kind     Kind
	Layout   string
	Zone     Zone
	First    time.Time     // earliest printed stamp, kept or not
	Last     time.Time     // latest printed stamp, kept or not
	Lines    int           // lines in the input
	Entries  int           // entries, kept or not
	Stamped  int           // entries with a known instant
	Undated  int           // entries with a time of day but no known date
	Folded   int           // stamps in an hour that the zone ran through twice
	Disorder time.Duration // the furthest that a stamp lies before an earlier line's
	Encoding string        // "utf-8", "utf-8-bom", "utf-16" (unreadable here), "unknown"
}

// Options say how to read a log. The zero value reads everything.
type Options struct {
	Name    string    // of the file, for Problem.File and Stamp.Source
	ModTime time.Time // last change of the file: gives year-less stamps their year
	// Day is the day of the first time without a date, in its own location;
	// later times go over midnight with the log. Zero: such entries are undated.
	Day      time.Time
	Zone     *time.Location // for stamps without a zone; nil is time.Local
	MaxEntry int            // bytes of Text, 16 KiB when zero
	// From and To keep the entries with From ≤ stamp ≤ To at the stamp's own
	// precision (a stamp of 10:22:41 is in a range that opens at 10:22:41.5);
	// zero is open. Lines without a stamp stay with the entry above them. In a
	// log that has no dated stamp at all nothing is left out.
	From, To time.Time
	// Keep, when not nil, is asked about entries outside the range; true keeps.
	Keep func(text string) bool
}

const (
	defaultMaxEntry = 16 << 10
	headSize        = 256 << 10 // what is looked at before the first entry is given out
)
