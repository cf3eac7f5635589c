package attempt

import (
	"sort"
	"strings"
	"time"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/lazy"
)

// undelivered is how a service logs that it had nobody to bring an event to.
var undelivered = lazy.MustCompile(`(?i)\bno (?:live|active|open|online)? ?(?:web ?)?(?:socket|connection|conn|session|subscriber|receiver|channel)s?\b|\b(?:not|un)[ -]?deliver(?:ed|able)\b|\b(?:0|zero) (?:connections?|sockets?|subscribers?|receivers?|online)\b|(?:event|message|notification|push) (?:was )?(?:dropped|lost)\b|\bdeliver(?:y|ed)?[ =:]{1,3}(?:false|failed|0)\b|(?:peer|target|recipient|visitor|agent) (?:is )?offline|没有?在线(?:连接)?|无(?:可用|在线)?连接|不在线|未送达|投递失败`)

// OfVisitor reports whether a source, a file's name with its line, is the visitor's side.
func (a *Attempt) OfVisitor(source string) bool { return ofVisitors.MatchString(source) }

// Undelivered gives the line of the service's log by which this recall's event
// reached nobody on some connection, nil where there is none.
func (a *Attempt) Undelivered() *Signal {
	for i := range a.Signals {
		if s := &a.Signals[i]; s.Means == "push_down" && s.Strong && s.Kind == evidence.ServerLog && a.ours(s.Text) && undelivered.MatchString(s.Text) {
			return s
		}
	}
	return nil
}

// ServiceBug gives the line of the service's log by which its own program went
// wrong on this recall, nil where there is none.
func (a *Attempt) ServiceBug() *Signal {
	for i := range a.Signals {
		s := &a.Signals[i]
		if s.Means == "server_error" && s.Strong && a.actedOnOther(s.Text) != "" {
			return s
		}
		if s.Means == "server_error" && s.Strong && s.Kind == evidence.ServerLog && serviceBug.MatchString(s.Text) &&
			(a.ours(s.Text) || a.traces[traceIn(s.Text)] || a.Profile.RecallVerb(strings.ToLower(s.Text)) != "") {
			return s
		}
	}
	return nil
}

// settlePush tells from each log whether the push was down when the recall was
// answered: what it last said of it shortly before holds until it says otherwise.
// A client that reconnects in silence has done so after some minutes.
func (a *Attempt) settlePush() {
	ref := a.Press
	if a.Request != nil && !a.Request.End.IsZero() {
		ref = a.Request.End
	}
	if ref.IsZero() {
		return
	}
	since := func(s clock.Stamp) time.Duration { return ref.OnService(a.Offset).Since(s.OnService(a.Offset)).Mid() }
	byFile := map[string][]int{}
	for i, s := range a.Signals {
		if (s.Means == "push_down" || s.Means == "push_up") && !s.Said && !s.At.IsZero() && s.Kind != evidence.ServerLog {
			file, _, _ := strings.Cut(s.Source, ":")
			byFile[file] = append(byFile[file], i)
		}
	}
	for _, list := range byFile {
		sort.SliceStable(list, func(i, j int) bool { return a.Signals[list[i]].At.T.Before(a.Signals[list[j]].At.T) })
		last := -1
		for _, i := range list {
			if d := since(a.Signals[i].At); d >= 0 && d < aroundRecall {
				last = i
			}
		}
		if last >= 0 && a.Signals[last].Means == "push_down" {
			a.Signals[last].Strong, a.PushDown = true, true
		}
	}
}
