package attempt

import (
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// Thrown is an exception that came out of an extension's code which the page's
// recall had run into: the extension stands in the place of a function of the
// browser's, such as fetch, and ended the call there.
type Thrown struct {
	Extension string // its id
	Function  string // that it stands in for, as the stack names it, "" where it does not
	Source    string
	At        clock.Stamp
}

// stackFrame is a frame of a stack: V8's "at f (url:1:2)", and "f@url:1:2" of
// SpiderMonkey and JavaScriptCore. Groups: function and address of either.
var stackFrame = lazy.MustCompile(`(?m)^\s*at (?:async |new )?(?:([^\s(]{1,80}(?: \[as [^\]\n]{1,40}\])?) \()?((?:https?|[a-z-]{2,20}-extension)://[^\s)]{1,500}?):\d+:\d+\)?|^\s*([^\s@]{0,80})@((?:https?|[a-z-]{2,20}-extension)://\S{1,500}?):\d+:\d+`)

// thrownBy takes from an entry of a page's log an exception of an extension's in the
// midst of the recall. What fails in the network fails through the hands of every
// extension that listens at fetch, so such an exception is none of theirs.
func (a *Attempt) thrownBy(e *logs.Entry, h *hosts, beside bool, where string) {
	text := head(e.Text, 8192)
	if a.Thrown != nil || lineFailure.MatchString(text) {
		return
	}
	t := Thrown{Source: where, At: e.At}
	for i, m := range stackFrame.FindAllStringSubmatch(text, 32) {
		function, address := m[1]+m[3], m[2]+m[4]
		ext := extensionAddress.FindStringSubmatch(address)
		switch {
		case i == 0 && ext == nil:
			return // the page's own code threw it
		case ext != nil && t.Extension != "" && ext[1] != t.Extension:
			continue
		case ext != nil:
			t.Extension, t.Function = ext[1], function
		case h.service(address) && (beside || a.Profile.RecallVerb(profile.Words(function)) != ""):
			a.Thrown = &t
			return
		}
	}
}

var extensionAddress = lazy.MustCompile(`^(?:chrome|moz|safari-web|edge)-extension://([a-zA-Z0-9-]{8,64})`)

// settleThrown takes back what was read off a page's own words of failure: where an
// extension ended its call, they are no answer of the service's.
func (a *Attempt) settleThrown() {
	r := a.Request
	if a.Thrown == nil || r == nil || r.Via != "log" || r.Result != Refused || r.Answer.Status > 0 || hasStrong(r.Answer.Reasons) || !r.Arrived.IsZero() {
		return
	}
	r.Result, r.Answer = Unknown, Answer{}
	if r.Score >= recallAtMost {
		return
	}
	a.Request = nil
	for i, x := range a.Requests {
		if x == r {
			a.Requests = append(a.Requests[:i:i], a.Requests[i+1:]...)
			break
		}
	}
}
