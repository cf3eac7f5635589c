package attempt

import (
	"slices"
	"strconv"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

var (
	// uiLine is how pages and clients log that somebody pressed something.
	uiLine = lazy.MustCompile(`(?i)\b(?:click(?:ed)?|tap(?:ped)?|press(?:ed)?|pointer ?(?:down|up)|touch(?:start|end)?|on ?click|user action|action(?: ?[=:])|cho(?:ose|se)|select(?:ed)?|pick(?:ed)?|invoke[ds]?|menu(?: ?item)?|button|onRecall|onWithdraw|onRevoke|onRetract|RecallAction|doRecall|handleRecall)\b|点击|按下|长按|点了|选择了?|选中`)
	// inputDelay is how long the page says that the press waited for it.
	inputDelay = lazy.MustCompile(`(?i)\b(?:input|event|click|tap|press|dispatch|time ?stamp)[ _-]?(?:delay|delayed|latency|lag|waited)\w*\D{0,6}(\d{2,7}(?:\.\d+)?)\s?(ms|s)\b|\b(?:input|event|click|tap|touch)\b.{0,24}?(\d{2,7}(?:\.\d+)?)\s?(ms|s) late\b|\b(?:dispatched|handled|processed|delivered|fired|ran|started)\b.{0,12}?(\d{2,7}(?:\.\d+)?)\s?(ms|s) (?:late|later|after)\b`)
)

// How far a stated press and what a log shows may lie apart and still be the
// same one: people read clocks that show minutes.
const (
	samePress = 90 * time.Second
	longDelay = 5 * time.Minute
)

// learnPress takes the press off the logs of the page or client, where they show
// it: measured, it is better than what a person remembers.
func (a *Attempt) learnPress() {
	var first, last clock.Stamp
	for _, lf := range a.Logs {
		if lf.File.Kind == evidence.ServerLog {
			continue
		}
		for _, e := range lf.Entries {
			if e.At.IsZero() {
				continue
			}
			if d := waited(e.Text); d > 0 && !a.aboutOther(e.Text) {
				begun := e.At
				begun.T = begun.T.Add(-d) // it is told when the wait is over
				near, timed := a.near(e.At, samePress)
				before, _ := a.near(begun, samePress)
				if near || before || !timed {
					a.InputDelay = max(a.InputDelay, d)
				}
			}
			if !a.pressed(e) {
				continue
			}
			at := withSource(e.At, lf.File.Name+":"+strconv.Itoa(e.Line))
			if at.Clock == clock.Unknown {
				at.Clock = clock.Device // whoever logs presses runs where they are made
			}
			if !a.Press.IsZero() && at.T.Sub(a.Press.T).Abs() > samePress && at.OnService(a.Offset).Since(a.Press.OnService(a.Offset)).Mid().Abs() > samePress {
				continue
			}
			if first.IsZero() || at.T.Before(first.T) {
				first = at
			}
			if last.IsZero() || at.T.After(last.T) {
				last = at
			}
		}
	}
	if first.IsZero() {
		return
	}
	if begun := first.T.Add(-a.InputDelay); a.InputDelay > 0 && a.InputDelay < longDelay && last.T.Sub(first.T) < a.InputDelay/2 && a.likelierPress(begun, first.T) {
		first.T = begun // the handler logs when it runs at last
	}
	a.logged = first
	if a.Press.IsZero() || a.InputDelay > 0 {
		a.Press = first
	}
}

// likelierPress reports whether the press was at the first of two times rather than the
// other: a message is not recalled before it is sent, and the person may know.
func (a *Attempt) likelierPress(x, y time.Time) bool {
	if a.Sent.Clock != clock.Service && !a.Sent.IsZero() && x.Before(a.Sent.T.Add(-a.Sent.Err)) {
		return false
	}
	if a.Press.IsZero() || wholeMinute(a.Press.T) || a.InputDelay < 10*time.Second {
		return true
	}
	return x.Sub(a.Press.T).Abs() < y.Sub(a.Press.T).Abs()
}

// settlePress takes the press that the page logged, unless the page was busy: it
// then logged the press when it got round to it, and the person knows better.
func (a *Attempt) settlePress() {
	if a.logged.IsZero() || a.Press == a.logged {
		return
	}
	busy := slices.ContainsFunc(a.Signals, func(s Signal) bool { return s.Means == "device_slow" && !s.Said })
	if busy && a.Press.Source == "incident" && !wholeMinute(a.Press.T) && a.Press.T.Before(a.logged.T) {
		return
	}
	a.Press = a.logged
}

// pressed reports whether a log entry of a page or client shows this recall being pressed.
func (a *Attempt) pressed(e *logs.Entry) bool {
	text := head(e.Text, 2048)
	if !uiLine.MatchString(text) || requestLine.MatchString(text) {
		return false
	}
	if a.ID != "" {
		return a.ours(text) && a.Profile.RecallVerb(profile.Words(text)) != ""
	}
	near, timed := a.near(e.At, samePress)
	return timed && near && a.Profile.RecallVerb(profile.Words(text)) != "" && len(idsIn(text)) == 0
}

func saidDelay(text string) time.Duration {
	m := inputDelay.FindStringSubmatch(head(text, 2048))
	if m == nil {
		return 0
	}
	n, unit := m[1]+m[3]+m[5], m[2]+m[4]+m[6]
	f, err := strconv.ParseFloat(n, 64)
	if err != nil || f > 1e7 {
		return 0
	}
	if unit == "s" {
		f *= 1000
	}
	return time.Duration(f * float64(time.Millisecond))
}

// roundedPress tells a press that was given in whole minutes: what was recorded within that minute is it.
func (a *Attempt) roundedPress(start clock.Stamp) bool {
	return a.Press.Source == "incident" && wholeMinute(a.Press.T) &&
		start.T.Sub(a.Press.T) > -time.Minute && start.T.Sub(a.Press.T) <= time.Minute
}
