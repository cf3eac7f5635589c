package attempt

import (
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
)

// LaterState is how the service's own store shows the message some time after the recall, as logs tell it.
type LaterState struct {
	Word   string // still, withdrawn
	At     clock.Stamp
	Source string
}

var (
	stillShown = lazy.MustCompile(`(?i)\bis_?(?:withdrawn|recalled|revoked)["']?\W{1,4}false\b|\b(?:state|status)["']?\W{1,3}(?:normal|sent|visible|active|delivered)\b`)
	nowGone    = lazy.MustCompile(`(?i)\bis_?(?:withdrawn|recalled|revoked)["']?\W{1,4}true\b|\b(?:state|status)["']?\W{1,3}(?:withdrawn|recalled|revoked|retracted)\b`)
	readBack   = lazy.MustCompile(`(?i)\b(?:histor(?:y|ies)|fetch(?:ed)?|re-?read|read ?back|row|select|query|queried|audit|reload(?:ed)?|sync(?:ed)? from (?:the )?server)\b|历史|回读|查询|审计`)
	outOfCache = lazy.MustCompile(`(?i)cache|indexed ?db|sqlite|snapshot|local ?(?:db|store|storage)|缓存|本地`)
)

// readLater notes what was read back of the message after the recall. What came
// out of a client's own store tells of that store, and not of the service.
func (a *Attempt) readLater(e *logs.Entry, text string, where string) {
	ref := a.Press
	if ref.IsZero() || e.At.IsZero() || !readBack.MatchString(text) || outOfCache.MatchString(text) {
		return
	}
	if e.At.OnService(a.Offset).Since(ref.OnService(a.Offset)).Lo < 2*time.Second {
		return
	}
	switch {
	case nowGone.MatchString(text):
		a.Later = &LaterState{"withdrawn", e.At, where}
	case stillShown.MatchString(text) && a.Later == nil:
		a.Later = &LaterState{"still", e.At, where}
	}
}
