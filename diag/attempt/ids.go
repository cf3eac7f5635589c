package attempt

import (
	"regexp"
	"strings"
	"time"

	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/profile"
)

// besideSent is how near to the stated time of sending a log must show a
// message being created for it to be this one.
const besideSent = 3 * time.Second

// namedID finds ids where a line has said already that it speaks of a message.
var namedID = regexp.MustCompile(`(?i)\b(?:msg|message|m)?_?(?:id|guid|key|msg|message|mid)["']?\s*[=:]\s*["']?([a-z]{0,6}[-_]?\d[\w-]{1,63})`)

// learnID finds out of the logs which message it is about, where nobody said so
// and no recording shows it: the one whose recall a log shows at the press, and,
// where several are recalled around then, the one of them that was created at the
// stated time of sending. Where that leaves two, none is chosen.
func (a *Attempt) learnID() {
	if a.ID != "" || a.Press.IsZero() || len(a.Requests) > 0 {
		return
	}
	recalled, created := map[string]bool{}, map[string]bool{}
	for _, lf := range a.Evidence.Logs {
		for _, e := range lf.Entries {
			if e.At.IsZero() {
				continue
			}
			if near, _ := a.near(e.At, besideRecall); near && a.tellsOfRecall(e) {
				for _, id := range idsIn(e.Text) {
					recalled[id] = true
				}
			} else if a.nearSent(e) && createdLine.MatchString(e.Text) {
				for _, m := range namedID.FindAllStringSubmatch(head(e.Text, 4096), 4) {
					created[m[1]] = true
				}
			}
		}
	}
	if len(recalled) > 1 && len(created) > 0 {
		for id := range recalled {
			if !created[id] {
				delete(recalled, id)
			}
		}
	}
	if len(recalled) == 1 {
		for id := range recalled {
			a.ID = id
		}
	}
}

// tellsOfRecall reports whether a log entry speaks of a recall, in words or by the request it names.
func (a *Attempt) tellsOfRecall(e *logs.Entry) bool {
	text := head(e.Text, 4096)
	if a.Profile.RecallVerb(profile.Words(text)) != "" {
		return true
	}
	m := requestLine.FindStringSubmatch(text)
	return m != nil && strings.EqualFold(m[1], "DELETE") && a.Profile.MessageWord(profile.Words(m[2])) != ""
}

func (a *Attempt) nearSent(e *logs.Entry) bool {
	if a.Sent.IsZero() {
		return false
	}
	gap := e.At.OnService(a.Offset).Since(a.Sent.OnService(a.Offset))
	return gap.Lo <= besideSent && gap.Hi >= -besideSent
}
