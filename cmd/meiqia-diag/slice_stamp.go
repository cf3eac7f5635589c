package main

import (
	"strings"
	"time"

	"meiqia-diag/diag/evidence/logs"
)

// stampTime reads a time as a log prints it, so that one can be copied from
// there: 20/Nov/2026:10:22:41 +0800, Nov 20 10:22:41, 1795141361.123. Without a
// zone it is of the zone of near, and without a year it is the latest that is
// no more than a day after near.
func stampTime(text string, near time.Time) (time.Time, bool) {
	text = strings.Trim(strings.TrimSpace(halfWidth(text)), "[]<>()\"'")
	t, hasZone, hasDate, start, end, _, ok := logs.FindStamp(text)
	if !ok || !hasDate || start != 0 || end != len(text) {
		return t, false
	}
	y := t.Year()
	read := func(y int) time.Time {
		return time.Date(y, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), near.Location())
	}
	switch {
	case y == 0:
		for y = near.Year() + 1; read(y).After(near.AddDate(0, 0, 1)); y-- {
		}
		return read(y), true
	case hasZone:
		return t, true
	}
	return read(y), true
}
