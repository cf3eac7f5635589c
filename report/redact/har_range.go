package redact

import (
	"strconv"
	"time"
)

// keeps tells whether an entry is wanted: it started in the range, or was
// still going on, as a connection of hours is.
func (f *File) keeps(n *node) bool {
	start, err := time.Parse(time.RFC3339Nano, n.str("startedDateTime"))
	if err != nil {
		return true // unknown is not outside
	}
	if f.Keep(start) {
		return true
	}
	if t := n.get("time"); t != nil && t.kind == '0' {
		if ms, err := strconv.ParseFloat(t.text, 64); err == nil && ms > 0 && ms < 1e10 {
			end := start.Add(time.Duration(ms * float64(time.Millisecond)))
			if f.Keep(end) {
				return true
			}
		}
	}
	for _, key := range []string{"_webSocketMessages", "_webSocketFrames"} {
		if m := n.get(key); m != nil {
			for _, frame := range m.items {
				if at, ok := frameTime(frame); ok && f.Keep(at) {
					return true
				}
			}
		}
	}
	return false
}

func frameTime(n *node) (time.Time, bool) {
	t := n.get("time")
	if t == nil || t.kind != '0' {
		return time.Time{}, false
	}
	sec, err := strconv.ParseFloat(t.text, 64)
	if err != nil || sec < 1e8 || sec > 1e11 {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(sec * 1e6)), true
}
