package attempt

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
)

// Tools that compare this device's clock with a time server print the offset to
// add to the device's clock: NTP's theta, server minus device (RFC 5905 section 8).
var clockTools = []struct {
	re   *lazy.Regexp
	unit time.Duration
}{
	{lazy.MustCompile(`^\s*(?:\d\d:\d\d:\d\d,\s*)([+-]\d+\.\d+)s\s*$`), time.Second},                                        // w32tm /stripchart /dataonly
	{lazy.MustCompile(`\bd:[+-]?\d+\.\d+s o:([+-]\d+\.\d+)s`), time.Second},                                                 // w32tm /stripchart
	{lazy.MustCompile(`(?i)^\s*server .*\boffset ([+-]?\d+\.\d+)(?:,| sec|$)`), time.Second},                                // ntpdate -q, of ntp.org
	{lazy.MustCompile(`(?i)\bntpdate\[\d+\]: .*\boffset ([+-]?\d+\.\d+) sec`), time.Second},                                 // its summary
	{lazy.MustCompile(`^\s*(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* \([^)]*\) )?([+-]\d+\.\d+) \+/- \d+\.\d+ \S`), time.Second}, // sntp of macOS, ntpdig
	{lazy.MustCompile(`(?i)^\s*System time\s*:\s*(\d+\.\d+) seconds (?:slow|fast) of NTP time`), time.Second},               // chronyc tracking
	{lazy.MustCompile(`^\s*Offset: ([+-]?\d+(?:\.\d+)?)ms\s*$`), time.Millisecond},                                          // timedatectl timesync-status
	{lazy.MustCompile(`^\s*Offset: ([+-]?\d+(?:\.\d+)?)s\s*$`), time.Second},
}

// clockReading reads the offset that such a tool printed on a line.
func clockReading(line string) (offset time.Duration, ok bool) {
	if !strings.Contains(line, ".") {
		return 0, false
	}
	for _, tool := range clockTools {
		m := tool.re.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		f, err := strconv.ParseFloat(m[1], 64)
		if err != nil || f > 1e9 || f < -1e9 {
			return 0, false
		}
		if strings.Contains(line, "fast of NTP") {
			f = -f
		}
		return time.Duration(f * float64(tool.unit)), true
	}
	return 0, false
}

// Bounds of what a clock tool's text tells of the incident: the service keeps
// true time to well under a second, and a device's clock that was not set drifts
// by less than that between the incident and the query.
const (
	readingErr  = time.Second
	readingFrom = 24 * time.Hour
)

// clockQueries takes the device's offset from the texts of clock tools, where no
// recording tells it. Readings that differ say that the clock was set in
// between, and the nearest to the truth is not known: then none counts.
func (a *Attempt) clockQueries() (span clock.Span, source string, n int) {
	for _, lf := range a.Logs {
		if elsewhere(lf) {
			continue
		}
		for _, e := range lf.Entries {
			if !a.recent(e) {
				continue
			}
			for line := range strings.Lines(head(e.Text, 4096)) {
				off, ok := clockReading(strings.TrimRight(line, "\r\n"))
				if !ok {
					continue
				}
				one := clock.Exactly(off, readingErr)
				if n > 0 {
					if one, ok = span.Intersect(one); !ok {
						return clock.Span{}, "", 0
					}
				}
				span, source, n = one, lf.File.Name, n+1
			}
		}
	}
	return span, source, n
}

// onServer is the prompt or command of somebody who asked a machine that is not the agent's.
var onServer = lazy.MustCompile(`(?m)^\s*(?:[$#>]\s*)?(?:ssh|kubectl|docker|ansible)\s|^\[?root@|^[\w.-]+@[\w.-]+:`)

// elsewhere reports whether a clock tool's text was made on another machine.
func elsewhere(lf evidence.LogFile) bool {
	return lf.File.Kind == evidence.ServerLog || slices.ContainsFunc(lf.Entries, func(e *logs.Entry) bool { return onServer.MatchString(head(e.Text, 1024)) })
}

// recent reports whether an entry is of the incident's day; entries without a date are taken to be.
func (a *Attempt) recent(e *logs.Entry) bool {
	return e.At.IsZero() || a.Press.IsZero() || e.At.T.Sub(a.Press.T).Abs() < readingFrom
}
