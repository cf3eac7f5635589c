package attempt

import (
	"strconv"
	"strings"
	"time"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
)

var arrowAnswer = lazy.MustCompile(`<--?\s*([1-5]\d\d)\b(.*)`)

// answerBelow reads "<-- 410 Gone {…}" as the answer to the recall that a log
// shows leaving on a line above.
func (a *Attempt) answerBelow(e *logs.Entry, where string) bool {
	r := a.told
	if r == nil || r.Result != Unknown || r.Start.IsZero() || e.At.IsZero() {
		return false
	}
	if a.failureBelow(e, where) {
		return true
	}
	m := arrowAnswer.FindStringSubmatch(head(messageOf(e), 4096))
	if m == nil || requestLine.MatchString(messageOf(e)) || a.aboutOther(e.Text) || e.At.T.Before(r.Start.T) || e.At.T.Sub(r.Start.T) > 30*time.Second {
		return false
	}
	entry := (&har.Entry{Method: "POST", Time: -1, Wait: -1, Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Receive: -1}).With(har.Common{ResourceType: "fetch"})
	if r.Entry != nil {
		entry.Method, entry.URL = r.Entry.Method, r.Entry.URL
	}
	entry.Status, _ = strconv.Atoi(m[1])
	if i := strings.IndexAny(m[2], "{<"); i >= 0 {
		entry.RespBody = m[2][i:]
	}
	c := newCall(entry, where, "")
	c.Failure = ""
	res, an := a.answerOf(c)
	if res == Accepted && an.Weak {
		res = Unknown
	}
	r.Result, r.Answer, r.Call, r.Entry, r.End = res, an, c, entry, withSource(e.At, where)
	return true
}

// failureBelow reads an exception that names no request as the end of the recall
// that left on a line above: it comes at once, or says that it took just that long.
func (a *Attempt) failureBelow(e *logs.Entry, where string) bool {
	r, text := a.told, head(messageOf(e), 4096)
	word := lineFailure.FindString(text)
	if word == "" || requestLine.MatchString(text) || a.aboutOther(e.Text) {
		return false
	}
	file, _, _ := strings.Cut(where, ":")
	from, _, _ := strings.Cut(r.Start.Source, ":")
	gap := e.At.T.Sub(r.Start.T)
	if file != from || r.Late || gap < 0 || gap > time.Minute {
		return false
	}
	if m := lineDuration.FindStringSubmatch(text); m != nil {
		took, _ := strconv.ParseFloat(m[1]+m[2], 64)
		if off := gap - time.Duration(took*float64(time.Millisecond)); off.Abs() > gap/5+100*time.Millisecond {
			return false
		}
	} else if gap > time.Second {
		return false
	}
	entry := (&har.Entry{Method: "POST", Time: float64(gap / time.Millisecond), Wait: -1, Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Send: -1, Receive: -1}).With(har.Common{Error: word, ResourceType: "fetch"})
	if r.Entry != nil {
		entry.Method, entry.URL = r.Entry.Method, r.Entry.URL
	}
	c := newCall(entry, where, "")
	c.Failure = wordFailure(word)
	r.Result, r.Call, r.Entry, r.End = c.Failure.resultOf(), c, entry, withSource(e.At, where)
	return true
}
